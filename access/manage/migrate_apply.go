package manage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
)

// ErrDifferent says that a migration would give somebody something else than the
// access level does.
var ErrDifferent = errors.New("the role differs from the access level")

// A DifferentError says where. It wraps [ErrDifferent].
type DifferentError struct {
	// Level and Role are IDs.
	Level, Role string
	// Individual and Organization are of the one who would get it; empty where
	// the plan says so already.
	Individual, Organization string
	// Node, Reach and Surface are the first place; Surface is
	// [access.Unstated] for a difference of the plan, which is on all of them.
	Node    roles.Node
	Reach   roles.Reach
	Surface access.Surface
	// Before is what the level gives there, After what the person would have.
	Before, After roles.Permission
}

// Error says the first difference, and the way out.
func (e *DifferentError) Error() string {
	s := fmt.Sprintf("manage: migrate: level %q, role %q: %v: at %s (%v) %v, then %v", e.Level, e.Role, ErrDifferent, e.Node, e.Reach, e.Before, e.After)
	if e.Individual != "" {
		return s + fmt.Sprintf(", for %q of %q", e.Individual, e.Organization)
	}
	return s + "; look at the plan, and accept the level"
}

// Unwrap returns [ErrDifferent].
func (e *DifferentError) Unwrap() error { return ErrDifferent }

// ApplyMigration carries a migration out, in one commit: it makes the roles,
// puts them on the lists of the organizations whose people hold the levels, and
// gives those to whom the plan assigns them the role and, again, the level, so
// that both stay in force. What the plan offers is for administrators to assign,
// by [RoleDesk.GrantBoth].
//
// Who has nothing but the level may do the same as before, on each surface where
// the level decided, and the role gives the same where roles decide. That is
// compared for each of them at every node after the write, and else the whole is
// refused as a [DifferentError]. accept names the levels whose differences, as the
// plan lists them, somebody has looked at; those then come to pass, and no
// others.
//
// Where what is stored now would lead to more than the plan says it is refused as
// [store.ErrConflict]: read a new one. Applied again it changes nothing. It takes
// what the changes take one by one: Create on roles, Update on the organizations'
// allowed roles and grants, for a principal as [Manager.ReadMigration] wants it;
// and where somebody gains something, that the principal holds it or may grant
// beyond that.
func (m *Manager) ApplyMigration(ctx context.Context, p *access.Principal, migration Migration, accept ...string) (revision uint64, err error) {
	desk := m.Roles(p)
	return desk.run(ctx, "migrate", func(c *commit) error {
		plan, err := c.planMigration(migration)
		if err != nil {
			return err
		}
		if err := c.fits(migration.Plan, plan); err != nil {
			return err
		}
		if err := refuseDifferent(plan, accept); err != nil {
			return err
		}
		for _, o := range plan.Outcomes {
			if err := c.makeRole(o); err != nil {
				return err
			}
		}
		if err := c.allowMigrated(plan); err != nil {
			return err
		}
		return c.assign(plan)
	})
}

// refuseDifferent holds back what the plan itself calls different.
func refuseDifferent(plan *acl.Plan, accept []string) error {
	for _, o := range plan.Outcomes {
		if len(o.Assign) == 0 || o.Proof.Equal() || slices.Contains(accept, o.Level) {
			continue
		}
		d := o.Proof.Differences[0]
		return &DifferentError{Level: o.Level, Role: o.Role.ID, Node: d.Node, Reach: d.Reach, Before: d.A, After: d.B}
	}
	return nil
}

// makeRole writes the role of a level.
func (c *commit) makeRole(o acl.Outcome) error {
	if o.Exists {
		return nil
	}
	if err := c.allowRole(roles.Create, o.Role); err != nil {
		return err
	}
	if err := c.tx.PutRole(c.ctx, o.Role); err != nil {
		return c.fail(err)
	}
	c.wrote()
	return c.roleChanged(audit.ActionCreateRole, roles.Role{}, o.Role)
}

// allowMigrated puts the roles on the lists of the organizations concerned: of
// those where they are assigned, and, once, when the role is made, of those where
// they wait for an administrator.
func (c *commit) allowMigrated(plan *acl.Plan) error {
	wanted := make(map[string][]string)
	for _, o := range plan.Outcomes {
		some := slices.Clone(o.Assign)
		if !o.Exists {
			some = append(some, o.Offer...)
		}
		for _, a := range some {
			if !slices.Contains(wanted[a.Organization], a.Role) {
				wanted[a.Organization] = append(wanted[a.Organization], a.Role)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		o, err := c.organization(id)
		if err != nil {
			return err
		}
		before := len(o.AllowedRoles)
		for _, role := range wanted[id] {
			if !slices.Contains(o.AllowedRoles, role) {
				o.AllowedRoles = append(o.AllowedRoles, role)
			}
		}
		if len(o.AllowedRoles) == before {
			continue
		}
		if err := c.putOrganization(o); err != nil {
			return err
		}
		c.wrote()
	}
	return nil
}

// An assigned is one who gets a role.
type assigned struct {
	member
	outcome  *acl.Outcome
	old, now individuals.Grant
	guard    string
}

// assign gives the roles, and proves what came of it.
func (c *commit) assign(plan *acl.Plan) error {
	var all []assigned
	var members []member
	for i := range plan.Outcomes {
		o := &plan.Outcomes[i]
		for _, a := range o.Assign {
			as, err := c.assignable(o, a)
			if err != nil {
				return err
			}
			all, members = append(all, as), append(members, as.member)
		}
	}
	err := c.change(members, func() error {
		for _, as := range all {
			if err := c.tx.PutGrant(c.ctx, as.now); err != nil {
				return c.fail(err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, as := range all {
		if err := c.proves(as); err != nil {
			return err
		}
		if err := c.granted(as.old, as.now, as.guard); err != nil {
			return err
		}
	}
	return nil
}

// assignable asks of an assignment what a grant is asked.
func (c *commit) assignable(o *acl.Outcome, a acl.Assignment) (assigned, error) {
	out := assigned{member: member{a.Individual, a.Organization}, outcome: o}
	p, guard, err := c.grantee(a.Individual, a.Organization)
	if err != nil {
		return out, err
	}
	organization, err := c.organization(a.Organization)
	if err != nil {
		return out, err
	}
	if err := c.grantable(p, organization, a.Role, a.Level); err != nil {
		return out, err
	}
	if out.old, err = c.r.Grant(c.ctx, a.Individual, a.Organization); err != nil {
		return out, c.fail(err)
	}
	out.now, out.guard = out.old.WithRole(a.Role).WithACL(a.Level), guard
	return out, nil
}

// proves compares what somebody holds after the write with what the level gave
// before it. It decided on the old interface, in either mode; where it did on the
// others too, they are the same.
func (c *commit) proves(as assigned) error {
	pair := c.effects.of[as.member]
	if pair == nil {
		return c.failf("nothing is known of %q in %q", as.individual, as.organization)
	}
	before, after := pair[0], pair[1]
	if err := errors.Join(before.unknown, after.unknown); err != nil {
		return c.fail(err)
	}
	if !before.holding.SameScope(after.holding) {
		return c.failf("individual %q of %q: the role reaches other entities than the level", as.individual, as.organization)
	}
	accepted := make(map[roles.Difference]bool, len(as.outcome.Proof.Differences))
	for _, d := range as.outcome.Proof.Differences {
		accepted[d] = true
	}
	for n := range c.m.engine.Model().Tree().Nodes() {
		for _, reach := range []roles.Reach{roles.Own, roles.Below} {
			level := before.holding.On(access.OldInterface, n, reach)
			for _, surface := range access.Surfaces() {
				got := after.holding.On(surface, n, reach)
				foreseen := surface != access.OldInterface && accepted[roles.Difference{Node: n, Reach: reach, A: level, B: got}]
				if got == level || foreseen {
					continue
				}
				return &DifferentError{Level: as.outcome.Level, Role: as.outcome.Role.ID, Individual: as.individual, Organization: as.organization,
					Node: n, Reach: reach, Surface: surface, Before: level, After: got}
			}
		}
	}
	return nil
}
