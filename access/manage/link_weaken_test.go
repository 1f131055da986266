package manage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
)

// TestWeakenALink: who does not hold what a standing link gives neither takes that
// away nor puts less in its place, whether the link is open or not.
func TestWeakenALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alice := w.role("alice")
	window := roles.NewRole("window", "Window", billing.TypeCustomer, nil)
	window.Owner = "isp"
	require.NoError(t, only(alice.CreateRole(w.ctx, window)))
	require.NoError(t, only(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"})))
	require.NoError(t, only(alice.PutOrganization(w.ctx, individuals.Organization{Entity: "new",
		Link: individuals.StandingLink{Role: billing.RoleCustomerAdmin, Open: true}})))
	w.andrewsRole(map[string]roles.Permission{"entity": roles.Modify, w.guards.Roles: roles.Read})
	put := func(who, role string, open bool) error {
		o := w.organization("new")
		o.Link.Role, o.Link.Open = role, open
		return only(w.role(who).PutOrganization(w.ctx, o))
	}
	for _, open := range []bool{true, false} {
		require.NoError(t, put("alice", billing.RoleCustomerAdmin, open))
		for _, attempt := range []struct {
			role string
			open bool
		}{{"window", open}, {"window", !open}, {"", open}, {"", !open}, {billing.RoleCustomerAdmin, !open}} {
			err := w.foiled(func() error { return put("andrew", attempt.role, attempt.open) })
			require.ErrorIs(t, err, manage.ErrBeyond, "%+v", attempt)
		}
		require.ErrorIs(t, w.foiled(func() error {
			_, err := w.role("andrew").Preview(w.ctx, func(d *manage.RoleDesk) error {
				o := w.organization("new")
				o.Link.Role = ""
				return only(d.PutOrganization(w.ctx, o))
			})
			return err
		}), manage.ErrBeyond)
	}
	// What gives no more than andrew holds is his to change, and other settings are.
	require.NoError(t, put("alice", "window", true))
	require.NoError(t, put("andrew", "window", false))
	require.NoError(t, put("andrew", "", false))
	require.NoError(t, put("andrew", "window", true))
	require.NoError(t, put("alice", billing.RoleCustomerAdmin, true))
	o := w.organization("new")
	require.NoError(t, only(alice.PutClass(w.ctx, individuals.Class{ID: "gold", Name: "Gold"})))
	o.Class = "gold"
	require.NoError(t, only(w.role("andrew").PutOrganization(w.ctx, o)))
}

// TestMendALink: a role that opens nothing where the organization lies can be taken
// off its link by whoever may change the settings.
func TestMendALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alice := w.role("alice")
	norths := roles.NewRole("norths", "North's", billing.TypeCustomer, map[string]roles.Permission{"customer": roles.Modify})
	norths.Owner = "north"
	require.NoError(t, only(alice.CreateRole(w.ctx, norths)))
	require.NoError(t, only(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"})))
	require.NoError(t, only(alice.PutOrganization(w.ctx, individuals.Organization{Entity: "new", Link: individuals.StandingLink{Role: "norths", Open: true}})))
	w.andrewsRole(map[string]roles.Permission{"entity": roles.Modify})
	mend := func() error {
		o := w.organization("new")
		o.Link.Role = ""
		return only(w.role("andrew").PutOrganization(w.ctx, o))
	}
	require.ErrorIs(t, w.foiled(mend), manage.ErrBeyond)
	e := w.entity("new")
	e.Parent = "south"
	require.NoError(t, only(alice.UpdateEntity(w.ctx, e)))
	require.NoError(t, mend())
}
