package manage

import (
	"errors"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// allow asks one guard: whether the principal may do the action on the node, for
// the object, by what is true in the commit.
func (c *commit) allow(a roles.Action, guard, object string) error {
	d := c.ask(a, guard, object)
	if d.Allowed() {
		return nil
	}
	switch d.Reason() {
	case access.Undecided, access.Ceiling, access.NotGranted, access.OutOfScope, access.NotBorrowed:
		reached, err := c.reaches(object)
		if err != nil {
			return err
		}
		if !reached && object != "" {
			return c.notFound("entity", object)
		}
	}
	return &DeniedError{Operation: c.operation, Action: a, Guard: guard, Object: object, Decision: d}
}

// may is allow without an error.
func (c *commit) may(a roles.Action, guard, object string) bool {
	return c.ask(a, guard, object).Allowed()
}

func (c *commit) ask(a roles.Action, guard, object string) access.Decision {
	if guard == "" || object == "" && !c.unbounded() {
		return access.Decision{}
	}
	return c.now().Check(c.ctx, c.p, access.Query{Action: a, Path: guard, Object: object})
}

// reaches reports whether the object lies in the principal's scope, whatever the
// principal may do there. What does not is answered like what is not there.
func (c *commit) reaches(object string) (bool, error) {
	if c.p.IsSystem() {
		return c.reachedFrom(c.p.Organization(), object)
	}
	p, err := c.r.Individual(c.ctx, c.p.Individual())
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, c.fail(err)
	}
	organization := c.objectOf("")
	g, err := c.r.Grant(c.ctx, p.ID, organization)
	if err != nil && !missing(err) {
		return false, c.fail(err)
	}
	return c.reachedBy(p, organization, g.Listed, object)
}

// reachedBy reports whether the person reaches the object from the organization.
func (c *commit) reachedBy(p individuals.Individual, organization string, listed []string, object string) (bool, error) {
	t, err := c.m.engine.Model().Type(p.RoleType)
	if err != nil {
		return false, nil //nolint:nilerr // of a type that is gone: nobody reaches anything by it
	}
	lineage, err := resolve(c.ctx, c.r, object)
	switch {
	case nowhere(err):
		return false, nil
	case err != nil:
		return false, c.fail(err)
	}
	return t.Scope.Reaches(organization, listed, &lineage), nil
}

func (c *commit) reachedFrom(below, object string) (bool, error) {
	lineage, err := resolve(c.ctx, c.r, object)
	switch {
	case nowhere(err):
		return false, nil
	case err != nil:
		return false, c.fail(err)
	}
	return below == "" || lineage.Within(below), nil
}

// nowhere reports whether err says that an entity stands nowhere: it is not
// there, or the stored forest is damaged around it. Nobody reaches it.
func nowhere(err error) bool {
	for _, e := range []error{scope.ErrUnknown, scope.ErrCycle, scope.ErrTooDeep, scope.ErrForeignLink} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// unbounded reports whether the principal is a job of the host's that is bound to
// no entity. It alone is asked about things that belong to nobody.
func (c *commit) unbounded() bool { return c.p.IsSystem() && c.p.Organization() == "" }

// guards returns those of the kind of entity that the organization is.
func (c *commit) guards(organization string) (roles.KindGuards, error) {
	e, err := c.r.Entity(c.ctx, organization)
	if missing(err) {
		return roles.KindGuards{}, c.notFound("entity", organization)
	}
	if err != nil {
		return roles.KindGuards{}, c.fail(err)
	}
	return c.m.guards.Kinds[e.Kind], nil
}

// beyond reports whether the principal has the explicit right to give what it
// does not hold, in the organization. Who acts on behalf of another must have it
// too: what is borrowed is lent for a time, and what it would give stays.
func (c *commit) beyond(organization string) bool {
	if !c.may(roles.Update, c.m.guards.GrantBeyond, organization) {
		return false
	}
	if c.p.Actor() == "" {
		return true
	}
	node, err := c.m.engine.Node(c.m.guards.GrantBeyond)
	if err != nil {
		return false
	}
	holders, err := c.holders()
	if err != nil {
		return false
	}
	for _, h := range holders {
		reach := roles.Below
		if h.Organization() == organization {
			reach = roles.Own
		}
		if !h.On(c.p.Surface(), node, reach).Allows(roles.Update) {
			return false
		}
	}
	return true
}
