package manage

import (
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A reaching is whether somebody reaches an entity, before and after.
type reaching [2]bool

// rescopes makes a change of where an entity stands and notes, for a preview, who
// reaches it or what is below it then and did not before, or no longer.
func (c *commit) rescopes(id string, write func() error) error {
	if c.effects.named == nil {
		return write()
	}
	ids, err := c.below(id)
	if err != nil {
		return err
	}
	organizations := make(map[string]bool)
	before, err := c.lineages(ids, organizations)
	if err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	after, err := c.lineages(ids, organizations)
	if err != nil {
		return err
	}
	for organization := range organizations {
		err := c.eachGrant(store.GrantFilter{Organization: organization}, func(g individuals.Grant) error {
			return c.noteReach(g, ids, before, after)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lineages tells where the entities stand, and adds to the organizations those
// whose people may reach one of them.
func (c *commit) lineages(ids []string, organizations map[string]bool) ([]scope.Lineage, error) {
	out := make([]scope.Lineage, len(ids))
	for i, id := range ids {
		var err error
		if out[i], err = resolve(c.ctx, c.r, id); err != nil {
			return nil, c.fail(err)
		}
		for above := range out[i].Chain() {
			organizations[above] = true
			e, err := c.r.Entity(c.ctx, above)
			if err != nil {
				return nil, c.fail(err)
			}
			for _, l := range e.Links {
				target, err := resolve(c.ctx, c.r, l.To)
				if err != nil {
					return nil, c.fail(err)
				}
				for linked := range target.Chain() {
					organizations[linked] = true
				}
			}
		}
	}
	return out, nil
}

// noteReach notes of whose scope something is that was not, or no longer.
func (c *commit) noteReach(g individuals.Grant, ids []string, before, after []scope.Lineage) error {
	p, err := c.r.Individual(c.ctx, g.Individual)
	if err != nil {
		return c.fail(err)
	}
	t, err := c.m.engine.Model().Type(p.RoleType)
	if err != nil {
		return nil //nolint:nilerr // nobody reaches anything by a type that is gone
	}
	m := member{g.Individual, g.Organization}
	for i, id := range ids {
		r := reaching{t.Scope.Reaches(g.Organization, g.Listed, &before[i]), t.Scope.Reaches(g.Organization, g.Listed, &after[i])}
		had, noted := c.effects.reach[m][id]
		switch {
		case noted:
			c.effects.reach[m][id] = reaching{had[0], r[1]}
		case r[0] == r[1]:
		default:
			if c.effects.reach[m] == nil {
				c.effects.reach[m] = make(map[string]reaching)
			}
			c.effects.reach[m][id] = r
		}
	}
	if _, noted := c.effects.of[m]; noted || c.effects.reach[m] == nil {
		return nil
	}
	now, err := c.rightsOf(m)
	if err != nil {
		return err
	}
	c.effects.note(m, now, now)
	return c.name(m)
}

// rescoped reports whether the member reaches something that it did not, or no
// longer.
func (e *effects) rescoped(m member) bool {
	for _, r := range e.reach[m] {
		if r[0] != r[1] {
			return true
		}
	}
	return false
}
