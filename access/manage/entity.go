package manage

import (
	"context"
	"fmt"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// Entity returns an entity. It takes View on entities for it; who may not see it
// is told that there is none.
func (d *Desk) Entity(ctx context.Context, id string) (e scope.Entity, err error) {
	err = d.view(ctx, "read an entity", func(c *commit) error {
		e, err = c.entity(id)
		return err
	})
	return e, err
}

// entity reads an entity that the principal may see.
func (c *commit) entity(id string) (scope.Entity, error) {
	e, err := c.r.Entity(c.ctx, id)
	if missing(err) || err == nil && !c.may(roles.View, c.m.guards.Entities, id) {
		return scope.Entity{}, c.notFound("entity", id)
	}
	return e, c.fail(err)
}

// CreateEntity makes an entity. It takes Create on entities for its parent, and
// Update for everything that it links to: whose people then reach it. Only a
// system principal without bounds makes the root of a tree.
func (d *Desk) CreateEntity(ctx context.Context, e scope.Entity) (revision uint64, err error) {
	return d.run(ctx, "create an entity", func(c *commit) error {
		if e.Revision != 0 {
			return c.failf("entity %q: a revision is not for the caller to set", e.ID)
		}
		if err := c.allowRoot(e); err != nil {
			return err
		}
		if err := c.allow(roles.Create, c.m.guards.Entities, e.Parent); err != nil {
			return err
		}
		if err := c.allowLinks(scope.Entity{}, e); err != nil {
			return err
		}
		if err := c.tx.PutEntity(c.ctx, e); err != nil {
			return c.fail(err)
		}
		c.wrote()
		return c.entityChanged(audit.ActionCreateEntity, scope.Entity{}, e)
	})
}

// allowRoot refuses an entity without a parent to all but the host's own jobs.
func (c *commit) allowRoot(e scope.Entity) error {
	if e.Parent != "" || c.unbounded() {
		return nil
	}
	return c.fail(fmt.Errorf("entity %q without a parent: %w: a new tree is the host's to plant; set Parent", e.ID, ErrDenied))
}

// allowLinks asks for both ends of each link that comes or goes. The other end
// is where people are whose scope changes.
func (c *commit) allowLinks(old, e scope.Entity) error {
	for _, pair := range [][2][]scope.Link{{e.Links, old.Links}, {old.Links, e.Links}} {
		for _, l := range pair[0] {
			if slices.Contains(pair[1], l) {
				continue
			}
			if err := c.allow(roles.Update, c.m.guards.Entities, l.To); err != nil {
				return err
			}
		}
	}
	return nil
}

// UpdateEntity writes an entity as it is given, read and changed before: with
// another revision than the stored one it is refused as [store.ErrConflict]. It
// takes Update on entities for it; a new parent takes Delete for the entity and
// Create for both parents, and each link that comes or goes takes Update for what
// it names. The kind stays.
//
// Moving an entity moves what lies below it. What becomes of the rights of the
// people there, whose roles may belong to somebody above, must lie within what
// the principal holds; and everything below must still fit the limits of
// [scope.Entity].
func (d *Desk) UpdateEntity(ctx context.Context, e scope.Entity) (revision uint64, err error) {
	return d.run(ctx, "change an entity", func(c *commit) error {
		old, err := c.entity(e.ID)
		if err != nil {
			return err
		}
		if err := c.allow(roles.Update, c.m.guards.Entities, e.ID); err != nil {
			return err
		}
		switch {
		case e.Revision != old.Revision:
			return c.fail(fmt.Errorf("entity %q: read at revision %d, since written at %d: %w", e.ID, e.Revision, old.Revision, store.ErrConflict))
		case e.Kind != old.Kind:
			return c.failf("entity %q is a %q; make another for a %q", e.ID, old.Kind, e.Kind)
		}
		moves := e.Parent != old.Parent
		if moves {
			if err := c.allowMove(old, e); err != nil {
				return err
			}
		}
		if err := c.allowLinks(old, e); err != nil {
			return err
		}
		var members []member
		var below []string
		if moves || !slices.Equal(e.Links, old.Links) {
			if below, err = c.allowAlong(e.ID, moves); err != nil {
				return err
			}
		}
		if moves {
			for _, id := range below {
				some, err := c.membersIn(store.GrantFilter{Organization: id})
				if err != nil {
					return err
				}
				members = append(members, some...)
			}
		}
		err = c.rescopes(e.ID, func() error {
			return c.keepsLinks(below, func() error {
				return c.change(members, func() error { return c.fail(c.tx.PutEntity(c.ctx, e)) })
			})
		})
		if err != nil {
			return err
		}
		for _, id := range below { // that it still fits
			if _, err := resolve(c.ctx, c.r, id); err != nil {
				return c.fail(fmt.Errorf("what lies below: %w", err))
			}
		}
		return c.entityChanged(audit.ActionUpdateEntity, old, e)
	})
}

// allowMove asks for both ends of a move.
func (c *commit) allowMove(old, e scope.Entity) error {
	if err := c.allowRoot(e); err != nil {
		return err
	}
	if err := c.allowRoot(old); err != nil {
		return err
	}
	if err := c.allow(roles.Delete, c.m.guards.Entities, e.ID); err != nil {
		return err
	}
	for _, parent := range []string{old.Parent, e.Parent} {
		if err := c.allow(roles.Create, c.m.guards.Entities, parent); err != nil {
			return err
		}
	}
	return nil
}

// allowAlong lists the entity and everything below it, which a link takes along,
// and a move as well as what links to any of it: all of that has to be the
// principal's to change. Who reaches an entity by a link may reach nothing below
// it, or nothing that links to it, and would by moving it to where they reach
// all. What is in the way is not named, since it may be out of sight.
func (c *commit) allowAlong(id string, moves bool) ([]string, error) {
	below, err := c.below(id)
	if err != nil {
		return nil, err
	}
	along := slices.Clone(below)
	for _, target := range below {
		if !moves {
			break
		}
		err := c.eachEntity(store.EntityFilter{LinkedTo: target}, func(e scope.Entity) error {
			linked, err := c.below(e.ID)
			along = append(along, linked...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, other := range along {
		if other != id && !c.may(roles.Update, c.m.guards.Entities, other) {
			return nil, c.fail(fmt.Errorf("entity %q: %w: not everything that comes along with it is yours to change", id, ErrDenied))
		}
	}
	return below, nil
}

// eachEntity calls fn of every entity that the filter selects.
func (c *commit) eachEntity(f store.EntityFilter, fn func(scope.Entity) error) error {
	for after := ""; ; {
		some, err := c.r.Entities(c.ctx, f, store.Page{After: after, Limit: store.MaxPage})
		if err != nil {
			return c.fail(err)
		}
		for _, e := range some {
			after = e.ID
			if err := fn(e); err != nil {
				return err
			}
		}
		if len(some) < store.MaxPage {
			return nil
		}
	}
}

// below lists the entity and everything below it.
func (c *commit) below(id string) ([]string, error) {
	out := []string{id}
	for i := 0; i < len(out); i++ {
		err := c.eachEntity(store.EntityFilter{Parent: out[i]}, func(e scope.Entity) error {
			out = append(out, e.ID)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// DeleteEntity removes an entity that nothing lies below and nothing links to,
// with the settings of its organization, where nobody holds a grant in it. It
// takes Delete on entities for it, and Update for everything that it links to.
func (d *Desk) DeleteEntity(ctx context.Context, id string) (revision uint64, err error) {
	return d.run(ctx, "delete an entity", func(c *commit) error {
		e, err := c.entity(id)
		if err != nil {
			return err
		}
		if err := c.allow(roles.Delete, c.m.guards.Entities, id); err != nil {
			return err
		}
		if err := c.allowRoot(e); err != nil {
			return err
		}
		if err := c.allowLinks(e, scope.Entity{}); err != nil {
			return err
		}
		if err := c.unused(id); err != nil {
			return err
		}
		o, err := c.r.Organization(c.ctx, id)
		if err == nil {
			err = c.tx.DeleteOrganization(c.ctx, id, o.Revision)
		}
		if err != nil && !missing(err) {
			return c.fail(err)
		}
		if err := c.tx.DeleteEntity(c.ctx, id, e.Revision); err != nil {
			return c.fail(err)
		}
		c.wrote()
		return c.entityChanged(audit.ActionDeleteEntity, e, scope.Entity{})
	})
}

// unused refuses to remove an entity whose people, roles or access levels are
// still there, or which levels are visible to: another one of the same ID would
// inherit them.
func (c *commit) unused(id string) error {
	people, err := c.r.Individuals(c.ctx, store.IndividualFilter{Organization: id}, store.Page{Limit: maxNamed})
	if err != nil {
		return c.fail(err)
	}
	if len(people) > 0 {
		var members []member
		for _, p := range people {
			members = append(members, member{p.ID, id})
		}
		return c.inUse(fmt.Sprintf("entity %q", id), members, nil)
	}
	some, err := c.r.Roles(c.ctx, store.RoleFilter{Owner: id}, store.Page{Limit: 1})
	if err != nil {
		return c.fail(err)
	}
	levels, err := c.r.ACLs(c.ctx, store.ACLFilter{Owner: id}, store.Page{Limit: 1})
	if err != nil {
		return c.fail(err)
	}
	if len(some)+len(levels) > 0 {
		return c.fail(fmt.Errorf("entity %q: roles or access levels belong to it: %w; delete those first", id, store.ErrInUse))
	}
	return c.eachLevel(store.ACLFilter{}, "", func(l acl.Level) error {
		if slices.Contains(l.VisibleTo, id) {
			return c.fail(fmt.Errorf("entity %q: access levels are visible to it: %w; take it off their lists first", id, store.ErrInUse))
		}
		return nil
	})
}

func (c *commit) entityChanged(action audit.Action, old, e scope.Entity) error {
	d := diff{m: c.m}
	d.plain("kind", old.Kind, e.Kind)
	d.plain("parent", old.Parent, e.Parent)
	d.plain("title", old.Title, e.Title)
	d.plain("links", linksText(old), linksText(e))
	id := e.ID
	if id == "" {
		id = old.ID
	}
	return c.record(audit.Event{Action: action, Organization: id, Object: id, Node: c.m.guards.Entities, Changes: d.changes})
}

func linksText(e scope.Entity) string {
	var out []string
	for _, l := range e.Links {
		out = append(out, l.Name+" "+l.To)
	}
	return list(out)
}
