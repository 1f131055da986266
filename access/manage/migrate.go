package manage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A Migration says how the access levels of an installation become roles: a plan
// to look at, and what it was made of. [Manager.ReadMigration] makes one and
// [Manager.ApplyMigration] carries it out. The zero Migration is of no use.
type Migration struct {
	// Plan says what becomes of each level and of each who holds one. Beside the
	// problems that [acl.PlanMigration] names, those who hold a level that is
	// not in force or not usable, and those whose organization could not use
	// the role, stand among its problems: they stay as they are. It is not for
	// the caller to change.
	Plan *acl.Plan
	// Revision is that of the state which the plan was made of.
	Revision uint64

	matching map[string]string
	opts     acl.PlanOptions
}

// MigrationOptions adjust [Manager.ReadMigration].
type MigrationOptions struct {
	// Matching names the role of each default of the older system, by the
	// level's ID. Default: none.
	Matching map[string]string
	// Plan adjusts the plan. Its functions must always answer alike.
	Plan acl.PlanOptions
}

// errNotHost says who migrates.
var errNotHost = fmt.Errorf("it concerns everyone, so it is for a job of the host's that is bound to no entity: %w; use access.Options.Systems", ErrDenied)

// ReadMigration plans how access levels become roles, by what is stored, and
// changes nothing. The principal must be a job of the host's that is bound to no
// entity, and may View ACLs and roles. opts may be nil.
func (m *Manager) ReadMigration(ctx context.Context, p *access.Principal, opts *MigrationOptions) (Migration, error) {
	var out Migration
	if opts != nil {
		out.matching, out.opts = maps.Clone(opts.Matching), opts.Plan
	}
	desk := m.Roles(p)
	err := desk.view(ctx, "plan a migration", func(c *commit) (err error) {
		out.Revision = c.r.Revision()
		out.Plan, err = c.planMigration(out)
		return err
	})
	if err != nil {
		return Migration{}, err
	}
	return out, nil
}

// planMigration plans by what the commit reads.
func (c *commit) planMigration(of Migration) (*acl.Plan, error) {
	if !c.unbounded() {
		return nil, c.fail(errNotHost)
	}
	if c.m.acls == nil {
		return nil, c.failf("no ACL system; set Options.ACLs")
	}
	for _, guard := range []string{c.m.guards.ACLs, c.m.guards.Roles} {
		if err := c.allow(roles.View, guard, ""); err != nil {
			return nil, err
		}
	}
	existing := acl.Existing{Matching: of.matching}
	err := c.eachLevel(store.ACLFilter{}, "", func(l acl.Level) error {
		existing.Levels = append(existing.Levels, l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if existing.Roles, err = c.allRoles(); err != nil {
		return nil, err
	}
	var aside []acl.Problem
	err = c.eachGrant(store.GrantFilter{}, func(g individuals.Grant) error {
		if g.ACL.ID == "" {
			return nil
		}
		p, err := c.r.Individual(c.ctx, g.Individual)
		if err != nil {
			return c.fail(err)
		}
		h := acl.Holder{Individual: g.Individual, Organization: g.Organization, Type: p.RoleType, Level: g.ACL.ID, Role: g.Role.ID}
		reason, err := c.notInForce(g)
		switch {
		case err != nil:
			return err
		case reason != nil:
			aside = append(aside, acl.Problem{Level: h.Level, Holder: h, Err: reason})
			return nil //nolint:nilerr // it stands among the plan's problems
		}
		existing.Holders = append(existing.Holders, h)
		return nil
	})
	if err != nil {
		return nil, err
	}
	plan, err := acl.PlanMigration(c.m.acls, existing, &of.opts)
	if err != nil {
		return nil, c.fail(err)
	}
	plan.Problems = append(plan.Problems, aside...)
	return plan, c.setUnusableAside(plan)
}

func (c *commit) allRoles() ([]roles.Role, error) {
	var out []roles.Role
	for after := ""; ; {
		some, err := c.r.Roles(c.ctx, store.RoleFilter{}, store.Page{After: after, Limit: store.MaxPage})
		if err != nil {
			return nil, c.fail(err)
		}
		out = append(out, some...)
		if len(some) < store.MaxPage {
			return out, nil
		}
		after = some[len(some)-1].ID
	}
}

// notInForce tells why a level that somebody holds gives that person nothing, so
// that a role for it would give more than there was. Whoever holds a role
// beside it is left to the plan, which keeps that.
func (c *commit) notInForce(g individuals.Grant) (reason, err error) {
	switch {
	case g.Role.ID != "":
		return nil, nil
	case g.Role.Revision > 0:
		return errors.New("a role was taken away since, and nobody gets that back by an upgrade; grant the role by hand"), nil
	}
	_, err = c.now().Holding(c.ctx, g.Individual, g.Organization)
	if errors.Is(err, access.ErrNoHolding) {
		return err, nil
	}
	return nil, c.fail(err)
}

// setUnusableAside moves those who could not use the role to the problems.
func (c *commit) setUnusableAside(plan *acl.Plan) error {
	for i := range plan.Outcomes {
		o := &plan.Outcomes[i]
		for _, list := range []*[]acl.Assignment{&o.Assign, &o.Offer} {
			var kept []acl.Assignment
			for _, a := range *list {
				lineage, err := resolve(c.ctx, c.r, a.Organization)
				if err != nil {
					return c.fail(err)
				}
				if o.Role.Owner == "" || lineage.Within(o.Role.Owner) {
					kept = append(kept, a)
					continue
				}
				plan.Problems = append(plan.Problems, acl.Problem{Level: o.Level,
					Holder: acl.Holder{Individual: a.Individual, Organization: a.Organization, Type: o.Role.Type, Level: o.Level},
					Err:    fmt.Errorf("role %q belongs to %q, and %q does not lie below it", o.Role.ID, o.Role.Owner, a.Organization)})
			}
			*list = kept
		}
	}
	return nil
}

// fits refuses to carry out fresh, the plan by what is stored now, where it
// would write something that planned, the plan that somebody has looked at, does
// not say. What is done already, or no longer to be done, does not matter.
func (c *commit) fits(planned, fresh *acl.Plan) error {
	if planned == nil {
		return c.failf("the zero Migration; make one by ReadMigration")
	}
	at := make(map[string]acl.Outcome, len(planned.Outcomes))
	for _, o := range planned.Outcomes {
		at[o.Level] = o
	}
	for _, o := range fresh.Outcomes {
		was, ok := at[o.Level]
		held := slices.ContainsFunc(was.Assign, func(a acl.Assignment) bool { return slices.Contains(o.Offer, a) })
		if o.Exists && len(o.Assign) == 0 && !held {
			continue
		}
		if !ok || !sameOutcome(was, o) || was.Exists && !o.Exists {
			return c.fail(fmt.Errorf("level %q: it, or its role, was changed since the plan was made: %w", o.Level, store.ErrConflict))
		}
		for _, a := range o.Assign {
			if !slices.Contains(was.Assign, a) {
				return c.fail(fmt.Errorf("level %q: individual %q of %q was not in the plan: %w", o.Level, a.Individual, a.Organization, store.ErrConflict))
			}
		}
	}
	return nil
}

// sameOutcome reports whether both say the same, of whomever.
func sameOutcome(a, b acl.Outcome) bool {
	a.Assign, a.Offer, a.Done, a.Kept = nil, nil, nil, nil
	b.Assign, b.Offer, b.Done, b.Kept = nil, nil, nil, nil
	if !samePermissions(a.Role, b.Role) {
		return false
	}
	a.Exists, b.Exists = false, false
	a.Role.Permissions, b.Role.Permissions = nil, nil
	a.Role.Revision, b.Role.Revision = 0, 0
	return reflect.DeepEqual(a, b)
}
