package manage

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// GrantRole gives a person a role in an organization; giving the same role again
// is a grant as well, and supersedes an access level under [access.LastWrite].
// The role must be of the person's type and among the organization's allowed
// roles. It takes Update on the organization's grants, and what [Desk] says of
// all changes. Nobody changes their own grants.
func (d *RoleDesk) GrantRole(ctx context.Context, individual, organization, role string) (revision uint64, err error) {
	return d.grant(ctx, "grant a role", individual, organization, func(g individuals.Grant) (individuals.Grant, error) {
		return g.WithRole(role), nil
	})
}

// GrantBoth gives a role and an access level in one commit, so that both stay in
// force: each governs where it is preferred.
func (d *RoleDesk) GrantBoth(ctx context.Context, individual, organization, role, level string) (revision uint64, err error) {
	return d.grant(ctx, "grant a role and an ACL", individual, organization, func(g individuals.Grant) (individuals.Grant, error) {
		return g.WithRole(role).WithACL(level), nil
	})
}

// ClearRole takes a person's role away. What it superseded does not come back.
func (d *RoleDesk) ClearRole(ctx context.Context, individual, organization string) (revision uint64, err error) {
	return d.grant(ctx, "clear a role", individual, organization, func(g individuals.Grant) (individuals.Grant, error) {
		if g.Role.ID == "" {
			return g, fmt.Errorf("%q in %q has no role", individual, organization)
		}
		return g.WithoutRole(), nil
	})
}

// GrantACL gives a person an access level in an organization, which must be
// usable there. It takes what [RoleDesk.GrantRole] takes.
func (d *Desk) GrantACL(ctx context.Context, individual, organization, level string) (revision uint64, err error) {
	return d.grant(ctx, "grant an ACL", individual, organization, func(g individuals.Grant) (individuals.Grant, error) {
		return g.WithACL(level), nil
	})
}

// ClearACL takes a person's access level away. What it superseded does not come
// back.
func (d *Desk) ClearACL(ctx context.Context, individual, organization string) (revision uint64, err error) {
	return d.grant(ctx, "clear an ACL", individual, organization, func(g individuals.Grant) (individuals.Grant, error) {
		if g.ACL.ID == "" {
			return g, fmt.Errorf("%q in %q has no ACL", individual, organization)
		}
		return g.WithoutACL(), nil
	})
}

// Narrow narrows a person's scope in an organization to these entities and what
// is below them; none: the scope is that of the person's type.
func (d *Desk) Narrow(ctx context.Context, individual, organization string, listed []string) (revision uint64, err error) {
	return d.grant(ctx, "narrow a scope", individual, organization, func(g individuals.Grant) (individuals.Grant, error) {
		g = g.Copy()
		g.Listed = slices.Clone(listed)
		return g, nil
	})
}

// RemoveGrant ends a person's membership in an organization.
func (d *RoleDesk) RemoveGrant(ctx context.Context, individual, organization string) (revision uint64, err error) {
	return d.run(ctx, "remove a grant", func(c *commit) error {
		_, guard, err := c.grantee(individual, organization)
		if err != nil {
			return err
		}
		g, err := c.r.Grant(c.ctx, individual, organization)
		if missing(err) {
			return c.notFound("grant", individual+" in "+organization)
		}
		if err != nil {
			return c.fail(err)
		}
		if err := c.coversMember(member{individual, organization}); err != nil {
			return err
		}
		err = c.change([]member{{individual, organization}}, func() error {
			return c.fail(c.tx.DeleteGrant(c.ctx, individual, organization, g.Revision))
		})
		if err != nil {
			return err
		}
		if g.Role.ID == "" && g.ACL.ID == "" && len(g.Listed) == 0 {
			return c.record(audit.Event{Action: "grant.remove", Organization: organization, Subject: individual, Node: guard})
		}
		return c.granted(g, individuals.Grant{Individual: individual, Organization: organization}, guard)
	})
}

// grantee reads someone whose grants the principal may change, and the guard.
func (c *commit) grantee(individual, organization string) (individuals.Individual, string, error) {
	p, err := c.person(individual)
	if err != nil {
		return p, "", err
	}
	guards, err := c.guards(organization)
	if err != nil {
		return p, "", err
	}
	if err := c.allow(roles.Update, guards.Grants, organization); err != nil {
		return p, "", err
	}
	if c.self(individual) {
		return p, "", c.fail(fmt.Errorf("individual %q: %w: another administrator changes what you hold", individual, ErrOwn))
	}
	return p, guards.Grants, nil
}

// grant changes what a person holds in an organization.
func (d *Desk) grant(ctx context.Context, operation, individual, organization string, change func(individuals.Grant) (individuals.Grant, error)) (uint64, error) {
	return d.run(ctx, operation, func(c *commit) error {
		p, guard, err := c.grantee(individual, organization)
		if err != nil {
			return err
		}
		o, err := c.organization(organization)
		if err != nil {
			return err
		}
		old, err := c.r.Grant(c.ctx, individual, organization)
		if missing(err) {
			old, err = individuals.Grant{Individual: individual, Organization: organization}, nil
		}
		if err != nil {
			return c.fail(err)
		}
		g, err := change(old)
		if err != nil {
			return c.fail(err)
		}
		for what, s := range map[string]individuals.Slot{"role": g.Role, "ACL": g.ACL} {
			if s.Revision == individuals.ThisCommit && s.ID == "" {
				return c.failf("%q in %q: no %s to grant; clear it to take one away", individual, organization, what)
			}
		}
		if g.Role == old.Role && g.ACL == old.ACL && slices.Equal(g.Listed, old.Listed) {
			return nil
		}
		// Nobody writes the grant of a person who holds more, even where nothing
		// comes of it for now.
		if err := c.coversMember(member{individual, organization}); err != nil {
			return err
		}
		if err := c.narrowable(old.Listed, g.Listed); err != nil {
			return err
		}
		role, level := newIn(g.Role), newIn(g.ACL)
		if err := c.grantable(p, o, role, level); err != nil {
			return err
		}
		asked, err := c.secondFactorAsked(p)
		if err != nil {
			return err
		}
		err = c.change([]member{{individual, organization}}, func() error { return c.fail(c.tx.PutGrant(c.ctx, g)) })
		if err != nil {
			return err
		}
		// Another organization may ask for no second factor.
		if still, err := c.secondFactorAsked(p); err != nil {
			return err
		} else if asked && !still {
			if err := c.mayStandAlone(individual); err != nil {
				return err
			}
		}
		return c.granted(old, g, guard)
	})
}

// narrowable refuses to narrow a scope to what the principal does not reach, or
// to what is not there: another entity may get the ID later.
func (c *commit) narrowable(old, listed []string) error {
	for _, id := range listed {
		if slices.Contains(old, id) {
			continue
		}
		reached, err := c.reaches(id)
		if err != nil {
			return err
		}
		if !reached {
			return c.notFound("entity", id)
		}
	}
	return nil
}

// newIn returns what this commit grants into a slot, "" where nothing.
func newIn(s individuals.Slot) string {
	if s.Revision == individuals.ThisCommit {
		return s.ID
	}
	return ""
}

// grantable refuses a role or an access level that the person cannot have in the
// organization. Empty: none.
func (c *commit) grantable(p individuals.Individual, o individuals.Organization, role, level string) error {
	if role != "" {
		r, err := c.r.Role(c.ctx, role)
		switch {
		case missing(err), err == nil && !slices.Contains(o.AllowedRoles, role):
			return c.failf("role %q is not among the allowed roles of %q; those are %s", role, o.Entity, allowed(o))
		case err != nil:
			return c.fail(err)
		case r.Type != p.RoleType:
			return c.failf("role %q is of type %q, individual %q of type %q", role, r.Type, p.ID, p.RoleType)
		}
		if err := c.roleUsable(r, o.Entity); err != nil {
			return err
		}
	}
	if level != "" {
		return c.levelUsable(p, o, level)
	}
	return nil
}

func allowed(o individuals.Organization) string {
	if len(o.AllowedRoles) == 0 {
		return "none"
	}
	return quoted(o.AllowedRoles)
}

// roleUsable refuses a role that does not compile, or that belongs to an entity
// which is not above the organization.
func (c *commit) roleUsable(r roles.Role, organization string) error {
	if _, err := c.m.engine.Model().Compile(r); err != nil {
		return c.fail(err)
	}
	if r.Owner == "" {
		return nil
	}
	lineage, err := resolve(c.ctx, c.r, organization)
	if err != nil {
		return c.fail(err)
	}
	if !lineage.Within(r.Owner) {
		return c.failf("role %q belongs to %q, and %q does not lie below it", r.ID, r.Owner, organization)
	}
	return nil
}

// errNoSuchLevel is one answer for an access level that is not there and for one
// that the organization must not know.
var errNoSuchLevel = errors.New("no such ACL can be granted here")

func (c *commit) levelUsable(p individuals.Individual, o individuals.Organization, id string) error {
	if c.m.acls == nil {
		return c.failf("ACL %q: no ACL system; set Options.ACLs", id)
	}
	level, err := c.r.ACL(c.ctx, id)
	if missing(err) {
		return c.fail(fmt.Errorf("ACL %q: %w", id, errNoSuchLevel))
	}
	if err != nil {
		return c.fail(err)
	}
	compiled, err := c.m.acls.Compile(level, acl.Lookup(store.ACLLookup(c.ctx, c.r)))
	if err == nil {
		err = compiled.Assignable()
	}
	if err != nil {
		if c.system != individuals.ACLSystem { // it may quote what the level holds
			err = fmt.Errorf("ACL %q: %w", id, errNoSuchLevel)
		}
		return c.fail(err)
	}
	if compiled.Table().Type() != p.RoleType {
		return c.failf("ACL %q is for individuals of type %q, %q is of type %q", id, compiled.Table().Type(), p.ID, p.RoleType)
	}
	lineage, err := resolve(c.ctx, c.r, o.Entity)
	if err != nil {
		return c.fail(err)
	}
	if c.m.acls.Usable(level, &lineage) != nil {
		return c.fail(fmt.Errorf("ACL %q: %w", id, errNoSuchLevel))
	}
	return nil
}

// granted writes the events of a changed grant: one for each slot that was
// written, and one for the scope.
func (c *commit) granted(old, g individuals.Grant, guard string) error {
	write := func(action audit.Action, field, before, after string) error {
		d := diff{m: c.m}
		d.plain(field, before, after)
		if len(d.changes) == 0 && after != "" { // the same again is a grant too
			d.changes = []audit.Change{{Field: field, Before: audit.Plain(before), After: audit.Plain(after)}}
		}
		return c.record(audit.Event{Action: action, Organization: g.Organization, Subject: g.Individual, Node: guard, Changes: d.changes})
	}
	for _, s := range []struct {
		field        string
		grant, clear audit.Action
		old, now     individuals.Slot
	}{
		{"role", audit.ActionGrantRole, audit.ActionClearRole, old.Role, g.Role},
		{"acl", audit.ActionGrantACL, audit.ActionClearACL, old.ACL, g.ACL},
	} {
		var err error
		switch {
		case s.now.Revision == individuals.ThisCommit:
			err = write(s.grant, s.field, s.old.ID, s.now.ID)
		case s.old.ID != "" && s.now.ID == "":
			err = write(s.clear, s.field, s.old.ID, "")
		}
		if err != nil {
			return err
		}
	}
	if slices.Equal(old.Listed, g.Listed) {
		return nil
	}
	return write("grant.listed", "listed", list(old.Listed), list(g.Listed))
}

// Grants lists who holds what in an organization, by individual. It takes View on
// the organization's grants.
func (d *RoleDesk) Grants(ctx context.Context, organization string, page store.GrantPage) ([]individuals.Grant, error) {
	return d.grants(ctx, organization, page)
}

// Grants is as [RoleDesk.Grants], and shows no roles.
func (d *ACLDesk) Grants(ctx context.Context, organization string, page store.GrantPage) ([]individuals.Grant, error) {
	grants, err := d.grants(ctx, organization, page)
	for i := range grants {
		grants[i].Role = individuals.Slot{}
	}
	return grants, err
}

func (d *Desk) grants(ctx context.Context, organization string, page store.GrantPage) (grants []individuals.Grant, err error) {
	err = d.view(ctx, "list grants", func(c *commit) error {
		guards, err := c.guards(organization)
		if err != nil {
			return err
		}
		if err := c.allow(roles.View, guards.Grants, organization); err != nil {
			return err
		}
		grants, err = c.r.Grants(c.ctx, store.GrantFilter{Organization: organization}, page)
		return c.fail(err)
	})
	return grants, err
}
