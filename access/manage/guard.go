package manage

import (
	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

// allow asks one guard: whether the principal may do the action on the node, for
// the object, by what is true in the commit.
func (c *commit) allow(a roles.Action, guard, object string) error {
	d := c.ask(a, guard, object)
	if d.Allowed() {
		return nil
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

// unbounded reports whether the principal is a job of the host's that is bound to
// no entity. It alone is asked about things that belong to nobody.
func (c *commit) unbounded() bool { return c.p.IsSystem() && c.p.Organization() == "" }

// guards returns those of the kind of entity that the organization is.
func (c *commit) guards(organization string) (roles.KindGuards, error) {
	e, err := c.r.Entity(c.ctx, organization)
	if missing(err) {
		return roles.KindGuards{}, c.notFound("organization", organization)
	}
	if err != nil {
		return roles.KindGuards{}, c.fail(err)
	}
	return c.m.guards.Kinds[e.Kind], nil
}

// beyond reports whether the principal has the explicit right to give what it
// does not hold, in the organization.
func (c *commit) beyond(organization string) bool {
	return c.may(roles.Update, c.m.guards.GrantBeyond, organization)
}
