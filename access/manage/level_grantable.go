package manage

import (
	"context"
	"errors"
	"slices"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A Grantable is a role or an access level that can be granted: what a form
// needs to offer it, and nothing of what it permits.
type Grantable struct {
	ID   string
	Name string
	// RoleType is that of the people who can hold it.
	RoleType string
}

// GrantableLevels lists the access levels that the principal can grant in an
// organization, in the byte order of IDs: those that can be used there and, unless
// the principal may grant beyond what it holds, lie within that, for somebody
// whose scope is not narrowed. Neither desk is shown more of them than their
// names. It takes Update on the organization's grants.
func (d *Desk) GrantableLevels(ctx context.Context, organization string) (some []Grantable, err error) {
	err = d.view(ctx, "list the ACLs to grant", func(c *commit) error {
		if err := c.allowGranting(organization); err != nil || c.m.acls == nil {
			return err
		}
		lineage, err := resolve(c.ctx, c.r, organization)
		if err != nil {
			return c.fail(err)
		}
		covers, err := c.covering(organization)
		if err != nil {
			return err
		}
		return c.eachLevel(store.ACLFilter{}, "", func(l acl.Level) error {
			if unusable := c.m.acls.Usable(l, &lineage); unusable != nil {
				return nil //nolint:nilerr // it is left out of the list
			}
			ok, err := covers(c.now().LevelHolding(c.ctx, l.ID, organization))
			if err != nil || !ok {
				return err
			}
			t, err := c.m.acls.Type(l.Type)
			if err != nil {
				return c.fail(err)
			}
			some = append(some, Grantable{ID: l.ID, Name: l.Name, RoleType: t.RoleType})
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return some, nil
}

// GrantableRoles lists the roles that the principal can grant in an
// organization, in the byte order of IDs: those on its list that can be used
// there and, unless the principal may grant beyond what it holds, lie within
// that, for somebody whose scope is not narrowed. It takes Update on the
// organization's grants.
func (d *RoleDesk) GrantableRoles(ctx context.Context, organization string) (some []Grantable, err error) {
	err = d.view(ctx, "list the roles to grant", func(c *commit) error {
		if err := c.allowGranting(organization); err != nil {
			return err
		}
		o, err := c.organization(organization)
		if err != nil {
			return err
		}
		covers, err := c.covering(organization)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(slices.Values(o.AllowedRoles)) {
			r, err := c.r.Role(c.ctx, id)
			if missing(err) {
				continue
			}
			if err != nil {
				return c.fail(err)
			}
			ok, err := covers(c.now().RoleHolding(c.ctx, r, organization))
			if err != nil {
				return err
			}
			if ok {
				some = append(some, Grantable{ID: r.ID, Name: r.Name, RoleType: r.Type})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return some, nil
}

func (c *commit) allowGranting(organization string) error {
	guards, err := c.guards(organization)
	if err != nil {
		return err
	}
	return c.allow(roles.Update, guards.Grants, organization)
}

// covering tells of what could be granted in an organization whether the
// principal may give it. What cannot be told it may not.
func (c *commit) covering(organization string) (func(access.Holding, error) (bool, error), error) {
	beyond := c.beyond(organization)
	holders, err := c.holders()
	if err != nil {
		return nil, err
	}
	return func(h access.Holding, err error) (bool, error) {
		switch {
		case errors.Is(err, access.ErrNoHolding):
			return false, nil
		case err != nil:
			return false, c.fail(err)
		case beyond:
			return true, nil
		}
		for _, holder := range holders {
			excess, err := c.now().Covers(c.ctx, holder, h)
			if err != nil {
				return false, c.fail(err)
			}
			if !excess.IsZero() {
				return false, nil
			}
		}
		return true, nil
	}, nil
}
