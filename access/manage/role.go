package manage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// Role returns a role. It takes View on roles for the entity that the role
// belongs to, or on the allowed roles of an organization that allows it; a role
// of the host, which belongs to nobody, may be seen by everyone who may see
// roles in their own organization.
func (d *RoleDesk) Role(ctx context.Context, id string) (r roles.Role, err error) {
	err = d.view(ctx, "read a role", func(c *commit) error {
		r, err = c.r.Role(c.ctx, id)
		if missing(err) || err == nil && !c.seesRole(r) {
			r = roles.Role{}
			return c.notFound("role", id)
		}
		return c.fail(err)
	})
	return r, err
}

// Roles lists the roles that belong to an entity, empty for those of the host,
// in the byte order of IDs. It takes View on roles for that entity.
func (d *RoleDesk) Roles(ctx context.Context, owner string, page store.Page) (some []roles.Role, err error) {
	err = d.view(ctx, "list roles", func(c *commit) error {
		if err := c.allow(roles.View, c.m.guards.Roles, c.objectOf(owner)); err != nil {
			return err
		}
		after := page.After
		for len(some) < page.Size() {
			next, err := c.r.Roles(c.ctx, store.RoleFilter{Owner: owner}, store.Page{After: after, Limit: store.MaxPage})
			if err != nil {
				return c.fail(err)
			}
			for _, r := range next {
				after = r.ID
				if r.Owner == owner && len(some) < page.Size() {
					some = append(some, r)
				}
			}
			if len(next) < store.MaxPage {
				break
			}
		}
		return nil
	})
	return some, err
}

// objectOf is what the guard of a role or an access level is asked for: the
// entity that it belongs to, or for the host's the principal's own organization.
func (c *commit) objectOf(owner string) string {
	if owner != "" {
		return owner
	}
	if id := c.p.Organization(); id != "" || c.p.IsSystem() {
		return id
	}
	p, err := c.r.Individual(c.ctx, c.p.Individual())
	if err != nil {
		return ""
	}
	return p.Organization
}

// seesRole reports whether the principal may see the role: for its owner, or as
// one that an organization allows. What cannot be told is no.
func (c *commit) seesRole(r roles.Role) bool {
	if c.may(roles.View, c.m.guards.Roles, c.objectOf(r.Owner)) {
		return true
	}
	found := errors.New("found")
	look := func(o individuals.Organization) error {
		guards, err := c.guards(o.Entity)
		if err == nil && slices.Contains(o.AllowedRoles, r.ID) && c.may(roles.View, guards.AllowedRoles, o.Entity) {
			return found
		}
		return err
	}
	// The principal's own first: a role may be allowed in very many.
	if o, err := c.r.Organization(c.ctx, c.objectOf("")); err == nil && errors.Is(look(o), found) {
		return true
	}
	return errors.Is(c.eachOrganization(store.OrganizationFilter{Role: r.ID}, look), found)
}

// allowRole asks the guard of roles. A role that belongs to nobody is the host's,
// and only a job of the host's changes it.
func (c *commit) allowRole(a roles.Action, r roles.Role) error {
	if r.Owner == "" && !c.unbounded() {
		return c.fail(fmt.Errorf("role %q belongs to no entity, so it is the host's: %w; clone it", r.ID, ErrDenied))
	}
	return c.allow(a, c.m.guards.Roles, r.Owner)
}

// CreateRole makes a role that belongs to an entity: without one, to the provider
// of the principal. It takes Create on roles for that entity. The authors and
// revisions of its permissions are filled in.
func (d *RoleDesk) CreateRole(ctx context.Context, r roles.Role) (revision uint64, err error) {
	return d.run(ctx, "create a role", func(c *commit) error {
		if r.Revision != 0 {
			return c.failf("role %q: a revision is not for the caller to set", r.ID)
		}
		if r.Owner == "" && !c.unbounded() {
			lineage, err := resolve(c.ctx, c.r, c.objectOf(""))
			if err != nil {
				return c.failf("role %q belongs to no entity; set Owner", r.ID)
			}
			r.Owner = lineage.Root()
		}
		if err := c.allowRole(roles.Create, r); err != nil {
			return err
		}
		if _, err := c.m.engine.Model().Compile(r); err != nil {
			return c.fail(err)
		}
		if err := c.tx.PutRole(c.ctx, r); err != nil {
			return c.fail(err)
		}
		c.wrote()
		return c.roleChanged(audit.ActionCreateRole, roles.Role{}, r)
	})
}

// CloneRole makes a role with the permissions of another one that the principal
// may see. It has no holders and is on nobody's list. Without an owner it belongs
// to the provider of the principal.
func (d *RoleDesk) CloneRole(ctx context.Context, of, id, name, owner string) (revision uint64, err error) {
	return d.run(ctx, "clone a role", func(c *commit) error {
		r, err := c.r.Role(c.ctx, of)
		if missing(err) || err == nil && !c.seesRole(r) {
			return c.notFound("role", of)
		}
		if err != nil {
			return c.fail(err)
		}
		clone := r.Clone(id, name)
		clone.Owner = owner
		within := RoleDesk{d.at(c)}
		_, err = within.CreateRole(ctx, clone)
		return err
	})
}

// UpdateRole writes a role as it is given, read and changed before: with another
// revision than the stored one it is refused as [store.ErrConflict]. It takes
// Update on roles for the entity that the role belongs to. Where people hold the
// role, what they have before and after must lie within what the principal
// holds. The type and the owner stay.
func (d *RoleDesk) UpdateRole(ctx context.Context, r roles.Role) (revision uint64, err error) {
	return d.run(ctx, "change a role", func(c *commit) error {
		old, err := c.roleOf(roles.Update, r.ID)
		if err != nil {
			return err
		}
		switch {
		case r.Revision != old.Revision:
			return c.fail(fmt.Errorf("role %q: read at revision %d, since written at %d: %w", r.ID, r.Revision, old.Revision, store.ErrConflict))
		case r.Owner != old.Owner:
			return c.failf("role %q belongs to %q; clone it for %q", r.ID, old.Owner, r.Owner)
		}
		if _, err := c.m.engine.Model().Compile(r); err != nil {
			return c.fail(err)
		}
		members, err := c.membersIn(store.GrantFilter{Role: r.ID})
		if err != nil {
			return err
		}
		if err := c.coversLinks(old, r); err != nil {
			return err
		}
		err = c.change(members, func() error { return c.fail(c.tx.PutRole(c.ctx, r)) })
		if err != nil {
			return err
		}
		return c.roleChanged(audit.ActionUpdateRole, old, r)
	})
}

// coversLinks refuses to change a role that standing links give, where the change
// or what was there goes beyond what the principal holds.
func (c *commit) coversLinks(old, r roles.Role) error {
	if samePermissions(old, r) {
		return nil
	}
	return c.eachOrganization(store.OrganizationFilter{Role: r.ID}, func(o individuals.Organization) error {
		if o.Link.Role != r.ID || c.beyond(o.Entity) {
			return nil
		}
		if err := c.coversRole(old, o.Entity, false); err != nil {
			return err
		}
		return c.coversRole(r, o.Entity, true)
	})
}

func samePermissions(a, b roles.Role) bool {
	return maps.EqualFunc(a.Permissions, b.Permissions, func(x, y roles.Setting) bool { return x.Permission == y.Permission })
}

// eachOrganization calls fn of what the filter selects.
func (c *commit) eachOrganization(f store.OrganizationFilter, fn func(individuals.Organization) error) error {
	for after := ""; ; {
		some, err := c.r.Organizations(c.ctx, f, store.Page{After: after, Limit: store.MaxPage})
		if err != nil {
			return c.fail(err)
		}
		for _, o := range some {
			after = o.Entity
			if err := fn(o); err != nil {
				return err
			}
		}
		if len(some) < store.MaxPage {
			return nil
		}
	}
}

// roleOf reads a role that the principal may do the action to.
func (c *commit) roleOf(a roles.Action, id string) (roles.Role, error) {
	r, err := c.r.Role(c.ctx, id)
	if missing(err) || err == nil && !c.seesRole(r) {
		return roles.Role{}, c.notFound("role", id)
	}
	if err != nil {
		return r, c.fail(err)
	}
	return r, c.allowRole(a, r)
}

// DeleteRole removes a role that nobody holds, no organization allows and no
// standing link gives; otherwise it is an [InUseError]. It takes Delete on roles
// for the entity that the role belongs to.
func (d *RoleDesk) DeleteRole(ctx context.Context, id string) (revision uint64, err error) {
	return d.run(ctx, "delete a role", func(c *commit) error {
		r, err := c.roleOf(roles.Delete, id)
		if err != nil {
			return err
		}
		held, err := c.membersIn(store.GrantFilter{Role: id})
		if err != nil {
			return err
		}
		var users []string
		err = c.eachOrganization(store.OrganizationFilter{Role: id}, func(o individuals.Organization) error {
			users = append(users, o.Entity)
			return nil
		})
		if err != nil {
			return err
		}
		if len(held) > 0 || len(users) > 0 {
			return c.inUse(fmt.Sprintf("role %q", id), held, users)
		}
		if err := c.tx.DeleteRole(c.ctx, id, r.Revision); err != nil {
			return c.fail(err)
		}
		c.wrote()
		return c.roleChanged(audit.ActionDeleteRole, r, roles.Role{})
	})
}

// roleChanged writes the event of a role: a change for each permission.
func (c *commit) roleChanged(action audit.Action, old, r roles.Role) error {
	d := diff{m: c.m}
	d.plain("name", old.Name, r.Name)
	d.plain("type", old.Type, r.Type)
	d.plain("description", old.Description, r.Description)
	paths := slices.Sorted(maps.Keys(old.Permissions))
	for _, path := range slices.Sorted(maps.Keys(r.Permissions)) {
		if _, had := old.Permissions[path]; !had {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		d.plain(nodeField(path), settingText(old, path), settingText(r, path))
	}
	id, owner := r.ID, r.Owner
	if id == "" {
		id, owner = old.ID, old.Owner
	}
	return c.recordChanges(audit.Event{Action: action, Organization: owner, Object: id, Node: c.m.guards.Roles}, d.changes)
}

// nodeField names what a role sets at a path. The audit refuses names under which
// programs keep secrets, and a node may be called so.
func nodeField(path string) string {
	field := "node " + path
	probe := audit.Event{Chain: audit.Changes, At: time.Unix(0, 0), Actor: audit.System("probe"), Action: "probe", Outcome: audit.Succeeded,
		Changes: []audit.Change{{Field: field, After: audit.Plain("Read")}}}
	if probe.Validate() != nil {
		return field + " (permission)"
	}
	return field
}

// settingText is what is set at a path; "" for nothing.
func settingText(r roles.Role, path string) string {
	s, ok := r.Permissions[path]
	if !ok {
		return ""
	}
	return s.Permission.String()
}
