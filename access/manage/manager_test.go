package manage_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

func TestNewRefuses(t *testing.T) {
	w := newWorld(t, func(s *setup) { s.noPeople = true })
	_, err := manage.New(nil, w.store, w.guards, nil)
	require.ErrorContains(t, err, "no engine")
	_, err = manage.New(w.engine, nil, w.guards, nil)
	require.ErrorContains(t, err, "no store")
	guards := billing.Guards()
	guards.Roles = "rolle"
	_, err = manage.New(w.engine, w.store, guards, nil)
	require.ErrorContains(t, err, `"rolle"`)
	_, err = manage.New(w.engine, w.store, w.guards, nil)
	require.NoError(t, err)
}

// Guards that name no node deny everyone, and say which is missing.
func TestNoGuardDeniesEveryone(t *testing.T) {
	w := newWorld(t, func(s *setup) { s.noPeople = true })
	m, err := manage.New(w.engine, w.store, roles.Guards{}, &manage.Options{ACLs: w.levels})
	require.NoError(t, err)
	alice := m.Roles(w.principal("alice"))
	err = w.refusedWhole(func() error {
		return errOf(alice.CreateIndividual(w.ctx, someone("new", billing.TypeCustomer, "abc", "")))
	})
	require.ErrorIs(t, err, manage.ErrDenied)
	require.ErrorContains(t, err, "set it in roles.Guards")
	err = w.refusedWhole(func() error {
		return errOf(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"}))
	})
	require.ErrorIs(t, err, manage.ErrDenied)
}

// Several changes are one commit, or none.
func TestTogether(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	revision, sequence := w.revision(), w.sequence()
	got, err := bob.Together(w.ctx, func(d *manage.RoleDesk) error {
		inner, err := d.CreateIndividual(w.ctx, someone("eve", billing.TypeCustomer, "abc", ""))
		require.NoError(t, err)
		require.Zero(t, inner)
		seen, err := d.Individual(w.ctx, "eve")
		require.NoError(t, err, "the desk sees what it wrote")
		require.Equal(t, "eve", seen.ID)
		if _, err := d.GrantRole(w.ctx, "eve", "abc", billing.RolePBXAdmin); err != nil {
			return err
		}
		_, err = d.Together(w.ctx, func(d *manage.RoleDesk) error { return errOf(d.Disable(w.ctx, "steve")) })
		return err
	})
	require.NoError(t, err)
	require.Equal(t, revision+1, got)
	for _, e := range w.events(sequence) {
		require.Equal(t, got, e.Revision)
	}
	require.Equal(t, billing.RolePBXAdmin, w.grant("eve", "abc").Role.ID)

	// A role and an access level of one commit are both in force.
	require.NoError(t, errOf(bob.Together(w.ctx, func(d *manage.RoleDesk) error {
		if _, err := d.GrantACL(w.ctx, "eve", "abc", levelCare); err != nil {
			return err
		}
		return errOf(d.GrantRole(w.ctx, "eve", "abc", billing.RolePBXAdmin))
	})))
	g := w.grant("eve", "abc")
	require.Equal(t, g.Role.Revision, g.ACL.Revision)

	// An error of the host's ends it, and so does a refusal that it overlooks.
	own := errors.New("the host's own")
	require.ErrorIs(t, w.refusedWhole(func() error {
		return errOf(bob.Together(w.ctx, func(d *manage.RoleDesk) error {
			require.NoError(t, errOf(d.DeleteIndividual(w.ctx, "eve")))
			return own
		}))
	}), own)
	for what, overlooked := range map[string]func(d *manage.RoleDesk){
		"not found":  func(d *manage.RoleDesk) { _, _ = d.Disable(w.ctx, "zoe") },
		"own":        func(d *manage.RoleDesk) { _, _ = d.Disable(w.ctx, "bob") },
		"invalid":    func(d *manage.RoleDesk) { _, _ = d.GrantRole(w.ctx, "eve", "abc", "none") },
		"a password": func(d *manage.RoleDesk) { _, _ = d.SetPassword(w.ctx, "steve", "short") },
		"no login":   func(d *manage.RoleDesk) { _, _ = d.CreateIndividual(w.ctx, manage.Someone{Password: canaryPassword}) },
		"of the store": func(d *manage.RoleDesk) {
			_, _ = d.CreateIndividual(w.ctx, someone("steve", billing.TypeCustomer, "abc", ""))
		},
	} {
		require.Error(t, w.refusedWhole(func() error {
			return errOf(bob.Together(w.ctx, func(d *manage.RoleDesk) error {
				require.NoError(t, errOf(d.DeleteIndividual(w.ctx, "eve")), what)
				overlooked(d)
				return nil
			}))
		}), what)
	}
	// Looking at what is not there is no change that was refused.
	require.NoError(t, errOf(bob.Together(w.ctx, func(d *manage.RoleDesk) error {
		_, err := d.Individual(w.ctx, "zoe")
		require.ErrorIs(t, err, store.ErrNotFound)
		return errOf(d.Enable(w.ctx, "steve"))
	})))

	// The desk ends with the commit.
	var late *manage.RoleDesk
	require.NoError(t, errOf(bob.Together(w.ctx, func(d *manage.RoleDesk) error { late = d; return nil })))
	require.ErrorContains(t, w.refusedWhole(func() error { return errOf(late.Disable(w.ctx, "steve")) }), "is over")
	_, err = late.Individual(w.ctx, "steve")
	require.ErrorContains(t, err, "is over")
}

// A person's rights within a commit are those of before and after each change:
// nobody is raised through a state in between.
func TestTogetherHasNoStateInBetween(t *testing.T) {
	w := newWorld(t)
	w.clerk("lea")
	lea := w.role("lea")
	err := w.refusedWhole(func() error {
		return errOf(lea.Together(w.ctx, func(d *manage.RoleDesk) error {
			if _, err := d.CreateIndividual(w.ctx, someone("new", billing.TypeCustomer, "abc", billing.RolePBXAdmin)); err != nil {
				return err
			}
			return errOf(d.ClearRole(w.ctx, "new", "abc"))
		}))
	})
	require.ErrorIs(t, err, manage.ErrBeyond)
}

// What an organization's people are told of those who hold more: what it is, for
// those whom they see.
func TestBeyondSaysWhat(t *testing.T) {
	w := newWorld(t)
	w.clerk("lea")
	err := w.refusedWhole(func() error { return errOf(w.role("lea").Disable(w.ctx, "steve")) })
	beyond := new(manage.BeyondError)
	require.ErrorAs(t, err, &beyond)
	require.Equal(t, "steve", beyond.Individual)
	require.Equal(t, "abc", beyond.Organization)
	require.False(t, beyond.Gives)
	require.ErrorContains(t, err, `manage: disable an individual: beyond what you hold: "steve" holds`)
	err = w.refusedWhole(func() error {
		return errOf(w.role("lea").CreateIndividual(w.ctx, someone("new", billing.TypeCustomer, "abc", billing.RolePBXAdmin)))
	})
	require.ErrorAs(t, err, &beyond)
	require.True(t, beyond.Gives)
	require.ErrorContains(t, err, `"new" would get`)
}

// The host's own jobs administer by their fixed table, within their bounds.
func TestSystemPrincipals(t *testing.T) {
	everything := map[string]roles.Permission{"customer": roles.Modify, "customer/individuals/grants": roles.Modify, "account": roles.Modify, "entity": roles.Modify,
		"mask/personal": roles.Read, "my-profile": roles.Modify, "role": roles.Modify}
	w := newWorld(t, func(s *setup) {
		s.systems = []access.System{
			{Name: "import", Type: billing.TypeAdmin, Permissions: everything},
			{Name: "north-import", Type: billing.TypeAdmin, Permissions: everything, Below: "north"},
			{Name: "invoices", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{"customer/billing": roles.Modify}},
		}
	})
	desk := func(name string) *manage.RoleDesk {
		p, err := w.engine.System(name)
		require.NoError(t, err)
		return w.manager.Roles(p)
	}
	sequence := w.sequence()
	require.NoError(t, errOf(desk("import").CreateIndividual(w.ctx, someone("eve", billing.TypeCustomer, "abc", billing.RoleCustomerAdmin))))
	require.Contains(t, lines(t, w.events(sequence))[0], "system import created individual eve")
	require.Equal(t, "import", w.grant("eve", "abc").Role.By)
	require.NoError(t, errOf(desk("north-import").Disable(w.ctx, "eve")))
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(desk("north-import").Disable(w.ctx, "sam")) }), store.ErrNotFound)
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(desk("invoices").Enable(w.ctx, "eve")) }), store.ErrNotFound)
	// The import holds no reseller's panels: it gives no more than its table.
	require.NoError(t, errOf(desk("import").CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindProvider})), "a tree is the host's to plant")
	require.ErrorIs(t, w.refusedWhole(func() error {
		return errOf(desk("north-import").CreateEntity(w.ctx, scope.Entity{ID: "new2", Kind: billing.KindProvider}))
	}), manage.ErrDenied)
	require.ErrorIs(t, w.refusedWhole(func() error {
		return errOf(desk("invoices").CreateEntity(w.ctx, scope.Entity{ID: "new2", Kind: billing.KindProvider}))
	}), manage.ErrDenied)
	// It may leave an organization without a manager: it is not one of its people.
	require.NoError(t, errOf(desk("import").Disable(w.ctx, "bob")))
}

// Whatever a desk is made of, it denies where it cannot know who asks.
func TestDesksOfNobody(t *testing.T) {
	w := newWorld(t)
	other := newWorld(t)
	for what, p := range map[string]*access.Principal{"nil": nil, "zero": new(access.Principal), "another engine's": other.principal("alice")} {
		for _, attempt := range []func() error{
			func() error { return errOf(w.manager.Roles(p).Disable(w.ctx, "steve")) },
			func() error { return errOf(w.manager.ACLs(p).GrantACL(w.ctx, "steve", "abc", levelCare)) },
			func() error { _, err := w.manager.Roles(p).Individuals(w.ctx, "abc", store.Page{}); return err },
			func() error {
				return errOf(w.manager.Roles(p).CreateEntity(w.ctx, scope.Entity{ID: "x", Kind: billing.KindProvider}))
			},
			func() error { return errOf(w.manager.Roles(p).PutClass(w.ctx, individuals.Class{ID: "x"})) },
		} {
			require.Error(t, w.refusedWhole(attempt), what)
		}
	}
	require.Error(t, w.refusedWhole(func() error { return errOf(new(manage.RoleDesk).Disable(w.ctx, "steve")) }))
	require.Error(t, w.refusedWhole(func() error { return errOf(new(manage.ACLDesk).Disable(w.ctx, "steve")) }))
}

// Of those who hold more only the ones whom the principal may see are named; what
// would be given is told, since the principal wrote it.
func TestBeyondNamesWhomOneSees(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	require.NoError(t, errOf(alice.CreateRole(w.ctx, roles.NewRole("little", "Little", billing.TypeCustomer, map[string]roles.Permission{"my-profile": roles.Read}))))
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.AllowedRoles = append(o.AllowedRoles, "little") }))
	require.NoError(t, errOf(alice.CreateIndividual(w.ctx, someone("lou", billing.TypeCustomer, "abc", "little"))))
	// andrew edits roles, and sees none of abc's people.
	w.holds("andrew", map[string]roles.Permission{"role": roles.Modify, "my-profile": roles.Modify, "customer/pbx": roles.Read})
	edit := func(role, path string, p roles.Permission) error {
		return w.refusedWhole(func() error {
			r := w.storedRole(role)
			r.Permissions[path] = roles.Setting{Permission: p}
			return errOf(w.role("andrew").UpdateRole(w.ctx, r))
		})
	}
	err := edit("little", "customer/pbx", roles.Modify)
	require.ErrorContains(t, err, "somebody would get Modify on customer/pbx, where Read is held")
	err = edit(billing.RolePBXAdmin, "customer/pbx", roles.Read)
	require.ErrorContains(t, err, "somebody holds more than that", "what there is already is not told either")
	for _, id := range []string{"lou", "steve", "abc"} {
		require.NotContains(t, everythingSaid(edit("little", "customer/pbx", roles.Modify)), id)
		require.NotContains(t, everythingSaid(edit(billing.RolePBXAdmin, "customer/pbx", roles.Read)), id)
	}
}
