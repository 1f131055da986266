package manage

import (
	"errors"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A member is an individual in an organization.
type member struct{ individual, organization string }

// A rights is what a member has at one moment.
type rights struct {
	holding access.Holding
	// unknown is why the holding cannot be told.
	unknown error
	// off says that it is not in force: nobody there, disabled, or the
	// organization closed.
	off bool
}

func (r rights) same(other rights) bool {
	return r.unknown == nil && other.unknown == nil && r.holding.Same(other.holding)
}

// rightsOf reads what the member has now.
func (c *commit) rightsOf(m member) (rights, error) {
	var r rights
	var err error
	r.holding, err = c.now().Holding(c.ctx, m.individual, m.organization)
	switch {
	case errors.Is(err, access.ErrNoHolding):
		// Why is not said: it may quote a role, or what an access level holds, to
		// the desk of the other system. [access.Engine.Problems] tells it.
		r.unknown = access.ErrNoHolding
	case err != nil:
		return rights{}, c.fail(err)
	}
	p, err := c.r.Individual(c.ctx, m.individual)
	switch {
	case missing(err):
		r.off = true
		return r, nil
	case err != nil:
		return rights{}, c.fail(err)
	}
	o, err := c.r.Organization(c.ctx, m.organization)
	switch {
	case missing(err):
		r.off = true
	case err != nil:
		return rights{}, c.fail(err)
	default:
		r.off = p.Disabled || o.Closed
	}
	return r, nil
}

// change makes a change of what the members hold. The rights before and after it
// must lie within what the principal holds, where they differ.
func (c *commit) change(members []member, write func() error) error {
	before := make([]rights, len(members))
	for i, m := range members {
		var err error
		if before[i], err = c.rightsOf(m); err != nil {
			return err
		}
		if err := c.watch(m.organization); err != nil {
			return err
		}
		if err := c.name(m); err != nil {
			return err
		}
	}
	holders, err := c.holders()
	if err != nil {
		return err
	}
	beyond := make(map[string]bool)
	for _, m := range members {
		if _, ok := beyond[m.organization]; !ok {
			beyond[m.organization] = c.beyond(m.organization)
		}
	}
	// What the members hold is compared with what the principal holds before
	// the change, whatever the change makes of the principal.
	covered := make([]error, len(members))
	for i, m := range members {
		if !beyond[m.organization] {
			if covered[i], err = c.covers(holders, m, before[i], false); err != nil {
				return err
			}
		}
	}
	if err := write(); err != nil {
		return err
	}
	c.wrote()
	for i, m := range members {
		after, err := c.rightsOf(m)
		if err != nil {
			return err
		}
		if err := c.name(m); err != nil {
			return err
		}
		c.effects.note(m, before[i], after)
		if before[i].same(after) || beyond[m.organization] {
			continue
		}
		if covered[i] != nil {
			return covered[i]
		}
		refused, err := c.covers(holders, m, after, true)
		if err != nil {
			return err
		}
		if refused != nil {
			return refused
		}
	}
	return nil
}

// holders returns what the principal holds, twice where it acts on behalf of
// another: both count.
func (c *commit) holders() ([]access.Holding, error) {
	holders, err := c.now().HoldingOf(c.ctx, c.p)
	if errors.Is(err, access.ErrNoHolding) {
		return []access.Holding{{}}, nil // holds nothing that could be told
	}
	return holders, c.fail(err)
}

// covers returns a [BeyondError] where the rights go beyond what the holders
// hold. An err is a failure of the store.
func (c *commit) covers(holders []access.Holding, m member, r rights, gives bool) (refused, err error) {
	beyond := &BeyondError{Operation: c.operation, Gives: gives, Err: r.unknown}
	for _, h := range holders {
		if r.unknown != nil {
			break
		}
		if beyond.Excess, err = c.now().Covers(c.ctx, h, r.holding); err != nil {
			return nil, c.fail(err)
		}
		if !beyond.Excess.IsZero() {
			break
		}
	}
	if beyond.Excess.IsZero() && beyond.Err == nil {
		return nil, nil
	}
	if c.byLevel(r.holding, beyond.Excess.Surface, beyond.Excess.Node) {
		beyond.Excess, beyond.ByACL = access.Excess{}, true
	}
	seen, err := c.sees(m.individual)
	if err != nil {
		return nil, err
	}
	if seen {
		beyond.Individual, beyond.Organization = m.individual, m.organization
	}
	if !seen && !gives { // what would be given, the principal wrote
		beyond.Excess, beyond.ByACL, beyond.Err = access.Excess{}, false, nil
	}
	return beyond, nil
}

// coversPerson refuses a change about a person who holds, in any organization,
// what the principal does not.
func (c *commit) coversPerson(individual string) error {
	members, err := c.membersOf(individual)
	if err != nil {
		return err
	}
	holders, err := c.holders()
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := c.coversIn(holders, m); err != nil {
			return err
		}
	}
	return nil
}

// coversMember is coversPerson for one organization.
func (c *commit) coversMember(m member) error {
	holders, err := c.holders()
	if err != nil {
		return err
	}
	return c.coversIn(holders, m)
}

func (c *commit) coversIn(holders []access.Holding, m member) error {
	if c.beyond(m.organization) {
		return nil
	}
	r, err := c.rightsOf(m)
	if err != nil {
		return err
	}
	refused, err := c.covers(holders, m, r, false)
	if err != nil {
		return err
	}
	return refused
}

// membersOf returns the organizations in which the individual has a grant, and
// its own.
func (c *commit) membersOf(individual string) ([]member, error) {
	var out []member
	err := c.eachGrant(store.GrantFilter{Individual: individual}, func(g individuals.Grant) error {
		out = append(out, member{g.Individual, g.Organization})
		return nil
	})
	return out, err
}

// eachGrant calls fn of every grant that the filter selects. fn must not write
// grants.
func (c *commit) eachGrant(f store.GrantFilter, fn func(individuals.Grant) error) error {
	page := store.GrantPage{Limit: store.MaxPage}
	for {
		some, err := c.r.Grants(c.ctx, f, page)
		if err != nil {
			return c.fail(err)
		}
		for _, g := range some {
			if err := fn(g); err != nil {
				return err
			}
		}
		if len(some) < store.MaxPage {
			return nil
		}
		last := some[len(some)-1]
		page.AfterIndividual, page.AfterOrganization = last.Individual, last.Organization
	}
}

// sees reports whether the principal may see the person.
func (c *commit) sees(individual string) (bool, error) {
	switch {
	case individual == "":
		return false, nil
	case c.self(individual):
		return true, nil
	}
	p, err := c.r.Individual(c.ctx, individual)
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, c.fail(err)
	}
	guards, err := c.guards(p.Organization)
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return c.may(roles.View, guards.Individuals, p.Organization), nil
}
