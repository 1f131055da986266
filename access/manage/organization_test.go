package manage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// organizationWith writes changed settings of an organization at alice's desk.
func (w *world) organizationWith(id string, change func(o *individuals.Organization)) error {
	w.t.Helper()
	o := w.organization(id)
	change(&o)
	return errOf(w.role("alice").PutOrganization(w.ctx, o))
}

// The default role is written into the grant at creation. It is no fallback, and
// changing it changes nobody.
func TestDefaultRole(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	require.NoError(t, errOf(bob.CreateIndividual(w.ctx, someone("eve", billing.TypeCustomer, "abc", ""))))
	eve := w.grant("eve", "abc")
	require.Equal(t, billing.RoleCustomer, eve.Role.ID)

	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.DefaultRole = billing.RolePBXAdmin }))
	require.Equal(t, eve, w.grant("eve", "abc"))

	require.NoError(t, errOf(bob.ClearRole(w.ctx, "eve", "abc")))
	require.Equal(t, access.NoGrant, w.reason("eve", roles.View, "customer/pbx/extensions", "abc"), "nothing takes its place")

	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.DefaultRole = "" }))
	require.NoError(t, errOf(bob.CreateIndividual(w.ctx, someone("ivo", billing.TypeCustomer, "abc", ""))))
	w.read(func(r store.Reader) error {
		_, err := r.Grant(w.ctx, "ivo", "abc")
		assert.ErrorIs(t, err, store.ErrNotFound, "no default role, no role, no grant")
		return nil
	})

	// A default role of another type, or beyond the one who creates, is no way round.
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.DefaultRole = billing.RoleHuntGroupSupervisor }))
	err := w.refusedWhole(func() error {
		return errOf(bob.CreateIndividual(w.ctx, someone("may", billing.TypeCustomer, "abc", "")))
	})
	require.ErrorContains(t, err, `role "hunt_group_supervisor" is of type "hunt_group_supervisor"`)
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.DefaultRole = billing.RoleCustomerAdmin }))
	w.clerk("lea")
	err = w.refusedWhole(func() error {
		return errOf(w.role("lea").CreateIndividual(w.ctx, someone("may", billing.TypeCustomer, "abc", "")))
	})
	require.ErrorIs(t, err, manage.ErrBeyond)
}

// clerk makes a person of abc who may make people there and holds nothing else.
func (w *world) clerk(id string) {
	w.t.Helper()
	alice := w.role("alice")
	require.NoError(w.t, errOf(alice.CreateRole(w.ctx, roles.NewRole("clerk", "Clerk", billing.TypeCustomer, map[string]roles.Permission{inIndividuals: roles.Modify}))))
	require.NoError(w.t, w.organizationWith("abc", func(o *individuals.Organization) { o.AllowedRoles = append(o.AllowedRoles, "clerk") }))
	require.NoError(w.t, errOf(alice.CreateIndividual(w.ctx, someone(id, billing.TypeCustomer, "abc", "clerk"))))
}

func TestAllowedRoles(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	take := func(o *individuals.Organization) {
		o.AllowedRoles = []string{billing.RoleCustomer, billing.RoleCustomerAdmin, billing.RoleOperationsManager, billing.RoleHuntGroupSupervisor}
	}

	// Taken off while somebody holds it: refused, with the names.
	require.NoError(t, errOf(w.role("bob").CreateIndividual(w.ctx, someone("pia", billing.TypeCustomer, "abc", billing.RolePBXAdmin))))
	err := w.refusedWhole(func() error { return w.organizationWith("abc", take) })
	inUse := new(manage.InUseError)
	require.ErrorAs(t, err, &inUse)
	require.ErrorIs(t, err, store.ErrInUse)
	require.Equal(t, []string{"pia", "steve"}, inUse.Holders)
	require.Zero(t, inUse.Hidden)
	require.ErrorContains(t, err, `role "pbx_admin" is in use: held by "pia", "steve"; give them another first, or in the same commit`)

	// With a replacement in the same commit it goes.
	require.NoError(t, errOf(alice.Together(w.ctx, func(d *manage.RoleDesk) error {
		for _, id := range []string{"pia", "steve"} {
			if _, err := d.GrantRole(w.ctx, id, "abc", billing.RoleCustomer); err != nil {
				return err
			}
		}
		o := w.organization("abc")
		take(&o)
		return errOf(d.PutOrganization(w.ctx, o))
	})))
	require.Equal(t, billing.RoleCustomer, w.grant("pia", "abc").Role.ID)

	// It cannot be granted any longer, and the list says what can.
	err = w.refusedWhole(func() error { return errOf(alice.GrantRole(w.ctx, "pia", "abc", billing.RolePBXAdmin)) })
	require.ErrorContains(t, err, `role "pbx_admin" is not among the allowed roles of "abc"; those are "customer", "customer_admin"`)
	// A role that is nowhere is answered alike.
	err = w.refusedWhole(func() error { return errOf(alice.GrantRole(w.ctx, "pia", "abc", "pbx_admim")) })
	require.ErrorContains(t, err, `role "pbx_admim" is not among the allowed roles of "abc"`)
	// Elsewhere it still can.
	require.NoError(t, errOf(w.role("zoe").CreateIndividual(w.ctx, someone("zed", billing.TypeCustomer, "xyz", billing.RolePBXAdmin))))
	// The default role must be on the list.
	require.ErrorContains(t, w.refusedWhole(func() error {
		return w.organizationWith("abc", func(o *individuals.Organization) { o.DefaultRole = billing.RolePBXAdmin })
	}), "not among the allowed roles")
}

// Of those who hold a role only the ones whom the asker may see are named.
func TestAllowedRolesNameWhomOneMaySee(t *testing.T) {
	w := newWorld(t)
	w.holds("andrew", map[string]roles.Permission{"customer/allowed-roles": roles.Modify, "customer": roles.Restrict})
	o := w.organization("abc")
	o.AllowedRoles = []string{billing.RoleCustomer, billing.RoleCustomerAdmin, billing.RoleOperationsManager, billing.RoleHuntGroupSupervisor}
	err := w.refusedWhole(func() error { return errOf(w.role("andrew").PutOrganization(w.ctx, o)) })
	inUse := new(manage.InUseError)
	require.ErrorAs(t, err, &inUse)
	require.Empty(t, inUse.Holders)
	require.Equal(t, 1, inUse.Hidden)
	require.NotContains(t, err.Error(), "steve")
}

// holds gives a person of isp a role of their own with these permissions, past
// the desks.
func (w *world) holds(individual string, permissions map[string]roles.Permission) {
	w.t.Helper()
	w.write(func(tx store.Tx) error {
		r := roles.NewRole(individual+"-role", "Of "+individual, billing.TypeAdmin, permissions)
		r.Owner = "isp"
		if there, err := tx.Role(w.ctx, r.ID); err == nil {
			r.Revision = there.Revision
		}
		require.NoError(w.t, tx.PutRole(w.ctx, r))
		g, err := tx.Grant(w.ctx, individual, "isp")
		require.NoError(w.t, err)
		return tx.PutGrant(w.ctx, g.WithRole(r.ID))
	})
}

func TestReplaceRole(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	require.NoError(t, errOf(w.role("bob").CreateIndividual(w.ctx, someone("eve", billing.TypeCustomer, "abc", ""))))
	revision := w.revision()
	require.NoError(t, errOf(alice.ReplaceRole(w.ctx, "abc", billing.RoleCustomer, billing.RoleNonPortal)))
	require.Equal(t, revision+1, w.revision())
	o := w.organization("abc")
	require.NotContains(t, o.AllowedRoles, billing.RoleCustomer)
	require.Contains(t, o.AllowedRoles, billing.RoleNonPortal)
	require.Equal(t, billing.RoleNonPortal, o.DefaultRole, "the default role too")
	require.Equal(t, billing.RoleNonPortal, w.grant("eve", "abc").Role.ID)

	for _, bad := range [][2]string{{"none", billing.RoleCustomer}, {billing.RoleNonPortal, billing.RoleNonPortal}, {billing.RoleCustomer, billing.RoleNonPortal}} {
		err := w.refusedWhole(func() error { return errOf(alice.ReplaceRole(w.ctx, "abc", bad[0], bad[1])) })
		require.ErrorContains(t, err, bad[0])
	}
	// Nobody replaces what they hold themselves, nor what is beyond them.
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.ReplaceRole(w.ctx, "isp", billing.RoleRoot, billing.RoleAdmin)) }), manage.ErrOwn)
	require.ErrorIs(t, w.refusedWhole(func() error {
		return errOf(w.role("bob").ReplaceRole(w.ctx, "abc", billing.RolePBXAdmin, billing.RoleNonPortal))
	}), manage.ErrDenied)
}

// Nobody closes their own organization; whoever is above it does.
func TestCloseOrganization(t *testing.T) {
	w := newWorld(t)
	closed := func(o *individuals.Organization) { o.Closed = true }
	require.NoError(t, w.organizationWith("abc", closed))
	require.Equal(t, access.OrganizationClosed, w.reason("bob", roles.View, "customer/individuals", "abc"))
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.Closed = false }))
	require.Equal(t, access.Granted, w.reason("bob", roles.View, "customer/individuals", "abc"))
	require.ErrorIs(t, w.refusedWhole(func() error { return w.organizationWith("isp", closed) }), manage.ErrOwn)
}

// Roles are used below the entity that they belong to, and nowhere else.
func TestRolesStayBelowTheirOwner(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	require.NoError(t, errOf(alice.CloneRole(w.ctx, billing.RolePBXAdmin, "souths", "South's", "south")))
	err := w.refusedWhole(func() error {
		return w.organizationWith("abc", func(o *individuals.Organization) { o.AllowedRoles = append(o.AllowedRoles, "souths") })
	})
	require.ErrorContains(t, err, `role "souths" belongs to "south", and "abc" does not lie below it`)
	// The reseller's own: rita may look, and not make one beyond isp's contract.
	require.NoError(t, errOf(alice.CloneRole(w.ctx, billing.RolePBXAdmin, "norths", "North's", "north")))
	_, err = w.role("rita").Role(w.ctx, "norths")
	require.NoError(t, err)
	_, err = w.role("rita").Role(w.ctx, "souths")
	require.ErrorIs(t, err, store.ErrNotFound)
	// A role that is on one's own organization's list can be looked at.
	bobs, err := w.role("bob").Role(w.ctx, billing.RolePBXAdmin)
	require.NoError(t, err)
	require.Equal(t, "PBX admin", bobs.Name)
}

// A role that is used is not deleted, and the error says by whom.
func TestDeleteRoleInUse(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	err := w.refusedWhole(func() error { return errOf(alice.DeleteRole(w.ctx, billing.RolePBXAdmin)) })
	inUse := new(manage.InUseError)
	require.ErrorAs(t, err, &inUse)
	require.Equal(t, []string{"steve"}, inUse.Holders)
	require.Equal(t, []string{"abc", "xyz"}, inUse.Organizations)
	require.NoError(t, errOf(alice.ReplaceRole(w.ctx, "abc", billing.RolePBXAdmin, billing.RoleCustomer)))
	require.NoError(t, errOf(alice.ReplaceRole(w.ctx, "xyz", billing.RolePBXAdmin, billing.RoleCustomer)))
	require.NoError(t, errOf(alice.DeleteRole(w.ctx, billing.RolePBXAdmin)))
	// A standing link uses a role too.
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.Link.Role = billing.RoleNonPortal }))
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.DeleteRole(w.ctx, billing.RoleNonPortal)) }), store.ErrInUse)
}

// The standing link of an organization closes with its first person.
func TestStandingLinkClosesWithTheFirstPerson(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	require.NoError(t, errOf(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"})))
	require.NoError(t, errOf(alice.PutOrganization(w.ctx, individuals.Organization{Entity: "new", AllowedRoles: []string{billing.RoleCustomerAdmin},
		Link: individuals.StandingLink{Role: billing.RoleNonPortal}})))
	link, _, err := alice.RotateLink(w.ctx, "new", billing.TypeCustomer, "")
	require.NoError(t, err)
	_, err = w.peek(link.Reveal(), "standing")
	require.NoError(t, err)
	sequence := w.sequence()
	require.NoError(t, errOf(w.role("rita").CreateIndividual(w.ctx, someone("nora", billing.TypeCustomer, "new", billing.RoleCustomerAdmin))))
	require.False(t, w.organization("new").Link.Open)
	_, err = w.peek(link.Reveal(), "standing")
	require.Error(t, err)
	require.Contains(t, lines(t, w.events(sequence)), `rita revoked link of nora from 10.1.2.3 by interface new, purpose standing, system roles, note "the organization has people who sign in"`)
	// Staff open it again; the next person closes it again.
	require.NoError(t, w.organizationWith("new", func(o *individuals.Organization) { o.Link.Open = true }))
	_, err = w.peek(link.Reveal(), "standing")
	require.NoError(t, err)
}

// An entity whose people, roles or grants are still there is not deleted.
func TestDeleteEntityInUse(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	for id, says := range map[string]string{"xyz": `held by "zoe"`, "north": "in use", "abc-sales": "in use", "dist": `held by "dora"`} {
		err := w.refusedWhole(func() error { return errOf(alice.DeleteEntity(w.ctx, id)) })
		require.ErrorIs(t, err, store.ErrInUse, id)
		require.ErrorContains(t, err, says, id)
	}
	// Someone of elsewhere holds a grant here.
	require.NoError(t, errOf(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"})))
	require.NoError(t, errOf(alice.PutOrganization(w.ctx, individuals.Organization{Entity: "new", AllowedRoles: []string{billing.RolePBXAdmin}})))
	require.NoError(t, errOf(alice.GrantRole(w.ctx, "steve", "new", billing.RolePBXAdmin)))
	err := w.refusedWhole(func() error { return errOf(alice.DeleteEntity(w.ctx, "new")) })
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, "steve")
	require.NoError(t, errOf(alice.RemoveGrant(w.ctx, "steve", "new")))
	// A role of its own.
	require.NoError(t, errOf(alice.CloneRole(w.ctx, billing.RolePBXAdmin, "news", "New's", "new")))
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.DeleteEntity(w.ctx, "new")) }), store.ErrInUse)
	require.NoError(t, errOf(alice.DeleteRole(w.ctx, "news")))
	require.NoError(t, errOf(alice.DeleteEntity(w.ctx, "new")))
}

// A class stops asking for a second factor only where that could be said of
// each person.
func TestClassEndsSecondFactor(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	require.NoError(t, errOf(alice.PutClass(w.ctx, individuals.Class{ID: "gold", SecondFactor: true})))
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.Class = "gold" }))
	require.NoError(t, errOf(w.role("bob").SetPassword(w.ctx, "steve", "wombat-quay-7")))
	off := func() error {
		return errOf(alice.PutClass(w.ctx, individuals.Class{ID: "gold", Revision: w.class("gold").Revision}))
	}
	leave := func() error { return w.organizationWith("abc", func(o *individuals.Organization) { o.Class = "" }) }
	for _, attempt := range []func() error{off, leave} {
		require.ErrorContains(t, w.refusedWhole(attempt), `"steve"`)
	}
	p := w.individual("steve")
	p.SecondFactor = individuals.SecondFactorNo
	require.Error(t, w.refusedWhole(func() error { return errOf(alice.UpdateIndividual(w.ctx, p)) }), "nor of the person alone")
	p.SecondFactor = individuals.SecondFactorYes
	require.NoError(t, errOf(alice.UpdateIndividual(w.ctx, p)))
	require.NoError(t, leave(), "the person's own setting asks for it now")
	require.ErrorIs(t, w.refusedWhole(func() error {
		return errOf(w.role("rita").PutClass(w.ctx, individuals.Class{ID: "gold", Revision: w.class("gold").Revision}))
	}), store.ErrNotFound,
		"a class belongs to nobody: it takes the root of the tree")
}
