package manage

import (
	"context"
	"fmt"
	"slices"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// organization reads the settings of an entity whose people sign in.
func (c *commit) organization(id string) (individuals.Organization, error) {
	o, err := c.r.Organization(c.ctx, id)
	if missing(err) {
		return o, c.notFound("organization", id)
	}
	return o, c.fail(err)
}

// Organization returns an organization's settings. It takes View on its allowed
// roles.
func (d *RoleDesk) Organization(ctx context.Context, entity string) (o individuals.Organization, err error) {
	err = d.view(ctx, "read an organization", func(c *commit) error {
		guards, err := c.guards(entity)
		if err != nil {
			return err
		}
		if err := c.allow(roles.View, guards.AllowedRoles, entity); err != nil {
			return err
		}
		o, err = c.organization(entity)
		return err
	})
	return o, err
}

// PutOrganization writes an organization's settings, read and changed before, or
// new ones. The allowed roles and the default role take Update on the
// organization's allowed roles; the class, the standing link and Closed take
// Update on the entity. A role that people hold cannot be taken off the list:
// that is an [InUseError]; give them another first, or see
// [RoleDesk.ReplaceRole]. The epoch of the standing link is not for the caller to
// change, see [RoleDesk.RotateLink].
//
// Nobody closes their own organization, and nobody takes the second factor from
// people who hold what they do not. A role comes to the standing link, or leaves
// it, by who holds what it gives.
func (d *RoleDesk) PutOrganization(ctx context.Context, o individuals.Organization) (revision uint64, err error) {
	return d.run(ctx, "change an organization", func(c *commit) error { return c.putOrganization(o) })
}

func (c *commit) putOrganization(o individuals.Organization) error {
	guards, err := c.guards(o.Entity)
	if err != nil {
		return err
	}
	old, err := c.r.Organization(c.ctx, o.Entity)
	isNew := missing(err)
	if err != nil && !isNew {
		return c.fail(err)
	}
	if isNew {
		old = individuals.Organization{Entity: o.Entity}
	}
	rolesChange := !slices.Equal(old.AllowedRoles, o.AllowedRoles) || old.DefaultRole != o.DefaultRole
	if rolesChange {
		if err := c.allow(roles.Update, guards.AllowedRoles, o.Entity); err != nil {
			return err
		}
	}
	settings := isNew || old.Class != o.Class || old.Link != o.Link || old.Closed != o.Closed
	if settings || !rolesChange {
		if err := c.allow(roles.Update, c.m.guards.Entities, o.Entity); err != nil {
			return err
		}
	}
	if !isNew && o.Revision != old.Revision {
		return c.fail(fmt.Errorf("organization %q: read at revision %d, since written at %d: %w", o.Entity, o.Revision, old.Revision, store.ErrConflict))
	}
	if o.Link.Epoch != old.Link.Epoch {
		return c.failf("organization %q: the epoch of its link is not for the caller to change; rotate the link", o.Entity)
	}
	if !settings && !rolesChange {
		return nil
	}
	if isNew {
		o.Link.Epoch = c.unusedEpoch()
	}
	if err := c.checkAllowedRoles(old, o); err != nil {
		return err
	}
	if err := c.checkLinkRole(old, o); err != nil {
		return err
	}
	if err := c.checkClass(old, o); err != nil {
		return err
	}
	var members []member
	if old.Closed != o.Closed {
		own, err := c.ownPeople(o.Entity)
		if err != nil {
			return err
		}
		if own {
			return c.fail(fmt.Errorf("organization %q: %w: somebody above it closes and opens it", o.Entity, ErrOwn))
		}
		if members, err = c.membersIn(store.GrantFilter{Organization: o.Entity}); err != nil {
			return err
		}
		for _, m := range members {
			if err := c.coversPerson(m.individual); err != nil {
				return err
			}
		}
	}
	err = c.change(members, func() error { return c.fail(c.tx.PutOrganization(c.ctx, o)) })
	if err != nil {
		return err
	}
	return c.organizationChanged(old, o, guards)
}

// membersIn lists whose grants the filter selects.
func (c *commit) membersIn(f store.GrantFilter) ([]member, error) {
	var out []member
	err := c.eachGrant(f, func(g individuals.Grant) error {
		out = append(out, member{g.Individual, g.Organization})
		return nil
	})
	return out, err
}

// checkAllowedRoles refuses roles that nobody there could hold, and taking off
// what people hold.
func (c *commit) checkAllowedRoles(old, o individuals.Organization) error {
	for _, id := range o.AllowedRoles {
		if slices.Contains(old.AllowedRoles, id) {
			continue
		}
		if err := c.roleFor(id, o.Entity, true); err != nil {
			return err
		}
	}
	for _, id := range old.AllowedRoles {
		if slices.Contains(o.AllowedRoles, id) {
			continue
		}
		held, err := c.membersIn(store.GrantFilter{Organization: o.Entity, Role: id})
		if err != nil {
			return err
		}
		if len(held) > 0 {
			return c.inUse(fmt.Sprintf("role %q", id), held, nil)
		}
	}
	return nil
}

// roleFor refuses a role that people of the organization could not hold. One that
// is new there must be one that the principal may see: who may see what an
// organization allows would read it otherwise.
func (c *commit) roleFor(id, organization string, isNew bool) error {
	r, err := c.r.Role(c.ctx, id)
	if missing(err) || err == nil && isNew && !c.seesRole(r) {
		return c.notFound("role", id)
	}
	if err != nil {
		return c.fail(err)
	}
	t, err := c.m.engine.Model().Type(r.Type)
	if err != nil {
		return c.fail(err)
	}
	e, err := c.r.Entity(c.ctx, organization)
	if err != nil {
		return c.fail(err)
	}
	if e.Kind != t.OwnerKind {
		return c.failf("role %q is of type %q, for people of a %q; %q is a %q", id, r.Type, t.OwnerKind, organization, e.Kind)
	}
	return c.roleUsable(r, organization)
}

// checkClass refuses to end the second factor of people who hold what the
// principal does not, or whose password is too short to stand alone.
func (c *commit) checkClass(old, o individuals.Organization) error {
	if old.Class == o.Class {
		return nil
	}
	var was, is individuals.Class
	var err error
	if old.Class != "" {
		if was, err = c.r.Class(c.ctx, old.Class); err != nil && !missing(err) {
			return c.fail(err)
		}
	}
	if o.Class != "" {
		if is, err = c.r.Class(c.ctx, o.Class); missing(err) {
			return c.notFound("class", o.Class)
		} else if err != nil {
			return c.fail(err)
		}
	}
	if is.SecondFactor && !was.SecondFactor {
		c.warnOfDoors(fmt.Sprintf("the people of %q", o.Entity))
	}
	if !was.SecondFactor || is.SecondFactor {
		return nil
	}
	return c.secondFactorEnds(o.Entity)
}

// secondFactorEnds refuses that the people of an organization are no longer
// asked for a second factor by their class, where one of them must be.
func (c *commit) secondFactorEnds(organization string) error {
	members, err := c.membersIn(store.GrantFilter{Organization: organization})
	if err != nil {
		return err
	}
	for _, m := range members {
		p, err := c.r.Individual(c.ctx, m.individual)
		if err != nil {
			return c.fail(err)
		}
		if p.SecondFactor != individuals.AsClassDefines {
			continue
		}
		if c.self(p.ID) {
			return c.fail(fmt.Errorf("individual %q: %w: the second factor is yours too; somebody above switches it off", p.ID, ErrOwn))
		}
		if err := c.coversPerson(p.ID); err != nil {
			return err
		}
		credential, err := c.credential(p.ID)
		if err != nil {
			return err
		}
		if !credential.Password.IsZero() {
			if err := individuals.CheckSecondFactorOff(credential.MeetsAlone); err != nil {
				return c.fail(fmt.Errorf("individual %q: %w", p.ID, err))
			}
		}
	}
	return nil
}

// organizationChanged writes the events of changed settings.
func (c *commit) organizationChanged(old, o individuals.Organization, guards roles.KindGuards) error {
	lists, settings := diff{m: c.m}, diff{m: c.m}
	lists.plain("allowed-roles", list(old.AllowedRoles), list(o.AllowedRoles))
	lists.plain("default-role", old.DefaultRole, o.DefaultRole)
	settings.plain("class", old.Class, o.Class)
	settings.plain("closed", flag(old.Closed), flag(o.Closed))
	settings.plain("link-role", old.Link.Role, o.Link.Role)
	settings.plain("link-open", flag(old.Link.Open), flag(o.Link.Open))
	for _, e := range []struct {
		action  audit.Action
		guard   string
		changes []audit.Change
	}{
		{audit.ActionUpdateAllowedRoles, guards.AllowedRoles, lists.changes},
		{audit.ActionUpdateOrganization, c.m.guards.Entities, settings.changes},
	} {
		if len(e.changes) == 0 && (e.action != audit.ActionUpdateOrganization || old.Revision != 0) {
			continue
		}
		if err := c.record(audit.Event{Action: e.action, Organization: o.Entity, Object: o.Entity, Node: e.guard, Changes: e.changes}); err != nil {
			return err
		}
	}
	return nil
}

// ReplaceRole takes a role off an organization's list and gives those who hold it
// another one, in one commit. The other role is put on the list where it is not;
// it becomes the default role where the old one was.
func (d *RoleDesk) ReplaceRole(ctx context.Context, organization, old, replacement string) (revision uint64, err error) {
	return d.run(ctx, "replace a role", func(c *commit) error {
		within := RoleDesk{d.at(c)}
		guards, err := c.guards(organization)
		if err != nil {
			return err
		}
		if err := c.allow(roles.Update, guards.AllowedRoles, organization); err != nil {
			return err
		}
		o, err := c.organization(organization)
		if err != nil {
			return err
		}
		if !slices.Contains(o.AllowedRoles, old) || old == replacement {
			return c.failf("role %q is not among the allowed roles of %q, or is its own replacement; those are %s", old, organization, allowed(o))
		}
		if !slices.Contains(o.AllowedRoles, replacement) {
			o.AllowedRoles = append(o.AllowedRoles, replacement)
			if err := c.putOrganization(o); err != nil {
				return err
			}
		}
		held, err := c.membersIn(store.GrantFilter{Organization: organization, Role: old})
		if err != nil {
			return err
		}
		for _, m := range held {
			if _, err := within.GrantRole(ctx, m.individual, m.organization, replacement); err != nil {
				return err
			}
		}
		if o, err = c.organization(organization); err != nil {
			return err
		}
		o.AllowedRoles = without(o.AllowedRoles, old)
		if o.DefaultRole == old {
			o.DefaultRole = replacement
		}
		return c.putOrganization(o)
	})
}

// inUse is an [InUseError] that names what the principal may see.
func (c *commit) inUse(what string, held []member, organizations []string) error {
	e := &InUseError{Operation: c.operation, What: what}
	for _, m := range held {
		seen, err := c.sees(m.individual)
		switch {
		case err != nil:
			return err
		case seen:
			e.Holders = append(e.Holders, m.individual)
		default:
			e.Hidden++
		}
	}
	for _, o := range organizations {
		guards, err := c.guards(o)
		if err == nil && c.may(roles.View, guards.AllowedRoles, o) {
			e.Organizations = append(e.Organizations, o)
		} else {
			e.Hidden++
		}
	}
	return e
}
