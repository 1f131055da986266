package manage_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// Ways in which abc would be left without anyone who can manage its people. bob
// is the only one.
var waysToLeaveNobody = map[string]func(w *world, who string) error{
	"delete":  func(w *world, who string) error { return errOf(w.role(who).DeleteIndividual(w.ctx, "bob")) },
	"disable": func(w *world, who string) error { return errOf(w.role(who).Disable(w.ctx, "bob")) },
	"clear":   func(w *world, who string) error { return errOf(w.role(who).ClearRole(w.ctx, "bob", "abc")) },
	"remove":  func(w *world, who string) error { return errOf(w.role(who).RemoveGrant(w.ctx, "bob", "abc")) },
	"weaker role": func(w *world, who string) error {
		return errOf(w.role(who).GrantRole(w.ctx, "bob", "abc", billing.RolePBXAdmin))
	},
	"earlier expiration": func(w *world, who string) error {
		p := w.individual("bob")
		p.Window = individuals.Window{Expiration: date("2026-04-01"), Zone: "UTC"}
		return errOf(w.role(who).UpdateIndividual(w.ctx, p))
	},
	"later activation": func(w *world, who string) error {
		p := w.individual("bob")
		p.Window = individuals.Window{Activation: date("2026-04-02"), Zone: "UTC"}
		return errOf(w.role(who).UpdateIndividual(w.ctx, p))
	},
	"role edit": func(w *world, who string) error {
		r := w.storedRole(billing.RoleCustomerAdmin)
		r.Permissions[inIndividuals] = roles.Setting{Permission: roles.Read}
		return errOf(w.role(who).UpdateRole(w.ctx, r))
	},
	"narrowing": func(w *world, who string) error {
		return errOf(w.role(who).Narrow(w.ctx, "bob", "abc", []string{"abc-1"}))
	},
	"superseding ACL": func(w *world, who string) error { return errOf(w.acl(who).GrantACL(w.ctx, "bob", "abc", levelCare)) },
	"replaced role": func(w *world, who string) error {
		return errOf(w.role(who).ReplaceRole(w.ctx, "abc", billing.RoleCustomerAdmin, billing.RolePBXAdmin))
	},
	"together": func(w *world, who string) error {
		return errOf(w.role(who).Together(w.ctx, func(d *manage.RoleDesk) error {
			if _, err := d.ClearRole(w.ctx, "bob", "abc"); err != nil {
				return err
			}
			return errOf(d.GrantRole(w.ctx, "steve", "abc", billing.RoleOperationsManager))
		}))
	},
}

// abc's own people cannot leave it without anyone who manages them; those above
// can. Here alice is one of abc's own by a grant that gives nothing.
func TestLastManager(t *testing.T) {
	for what, leave := range waysToLeaveNobody {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.member("alice", "abc")
			err := w.refusedWhole(func() error { return leave(w, "alice") })
			require.ErrorIs(t, err, manage.ErrLastManager)
			require.ErrorContains(t, err, `"abc"`)
			_, err = w.role("alice").Preview(w.ctx, func(*manage.RoleDesk) error { return nil })
			require.NoError(t, err)

			above := newWorld(t)
			require.NoError(t, leave(above, "alice"), "she is above them")
		})
		t.Run(what+" beside another", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.member("alice", "abc")
			// Another role than bob's, which one of the ways edits or replaces.
			require.NoError(t, errOf(w.role("alice").CreateIndividual(w.ctx, someone("ben", billing.TypeCustomer, "abc", billing.RoleCustomer))))
			require.NoError(t, leave(w, "alice"))
		})
		t.Run(what+" beside one who cannot", func(t *testing.T) {
			t.Parallel()
			for hindrance, hinder := range map[string]func(p *individuals.Individual){
				"disabled": func(p *individuals.Individual) { p.Disabled = true },
				"not yet begun": func(p *individuals.Individual) {
					p.Window = individuals.Window{Activation: date("2026-04-02"), Zone: "UTC"}
				},
				"expired": func(p *individuals.Individual) {
					p.Window = individuals.Window{Expiration: date("2026-04-01"), Zone: "UTC"}
				},
			} {
				w := newWorld(t)
				s := someone("ben", billing.TypeCustomer, "abc", billing.RoleCustomer)
				hinder(&s.Individual)
				require.NoError(t, errOf(w.role("alice").CreateIndividual(w.ctx, s)))
				w.member("alice", "abc")
				err := w.refusedWhole(func() error { return leave(w, "alice") })
				require.ErrorIs(t, err, manage.ErrLastManager, hindrance)
			}
		})
	}
}

// member gives a person a grant that gives nothing, past the desks.
func (w *world) member(individual, organization string) {
	w.t.Helper()
	w.write(func(tx store.Tx) error {
		return tx.PutGrant(w.ctx, individuals.Grant{Individual: individual, Organization: organization})
	})
}

// It is asked at the end of a commit: a hand-over in one commit is allowed,
// whatever the order.
func TestHandOver(t *testing.T) {
	w := newWorld(t)
	w.member("alice", "abc")
	require.NoError(t, errOf(w.role("alice").Together(w.ctx, func(d *manage.RoleDesk) error {
		if _, err := d.GrantRole(w.ctx, "bob", "abc", billing.RolePBXAdmin); err != nil {
			return err
		}
		return errOf(d.GrantRole(w.ctx, "steve", "abc", billing.RoleCustomerAdmin))
	})))
	// Where nobody could before, everything else goes on.
	require.NoError(t, errOf(w.role("rita").Disable(w.ctx, "steve")))
	require.NoError(t, errOf(w.role("alice").ClearRole(w.ctx, "bob", "abc")))
}

// A role edit by its own holder: the person is one of their own.
func TestLastManagerByRoleEdit(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	r := roleAnew(w, billing.RoleReseller).Clone("norths", "North's")
	r.Owner = "north"
	r.Permissions["role"] = roles.Setting{Permission: roles.Modify}
	require.NoError(t, errOf(alice.CreateRole(w.ctx, r)))
	require.NoError(t, w.organizationWith("north", func(o *individuals.Organization) { o.AllowedRoles = append(o.AllowedRoles, "norths") }))
	require.NoError(t, errOf(alice.GrantRole(w.ctx, "rita", "north", "norths")))
	edit := func() error {
		r := w.storedRole("norths")
		r.Permissions["reseller/individuals"] = roles.Setting{Permission: roles.Read}
		return errOf(w.role("rita").UpdateRole(w.ctx, r))
	}
	require.ErrorIs(t, w.refusedWhole(edit), manage.ErrLastManager)
	require.NoError(t, errOf(alice.CreateIndividual(w.ctx, someone("ron", billing.TypeReseller, "north", billing.RoleReseller))))
	require.NoError(t, edit())
}

// 50 administrators remove each other at the same time: at least one is left.
func TestParallelRemovalsLeaveOne(t *testing.T) {
	const n = 50
	ways := []func(w *world, d *manage.RoleDesk, id string) error{
		func(w *world, d *manage.RoleDesk, id string) error { return errOf(d.DeleteIndividual(w.ctx, id)) },
		func(w *world, d *manage.RoleDesk, id string) error { return errOf(d.Disable(w.ctx, id)) },
		func(w *world, d *manage.RoleDesk, id string) error { return errOf(d.ClearRole(w.ctx, id, "abc")) },
		func(w *world, d *manage.RoleDesk, id string) error {
			return errOf(d.GrantRole(w.ctx, id, "abc", billing.RolePBXAdmin))
		},
	}
	w := newWorld(t)
	desks := make([]*manage.RoleDesk, n)
	for i := range n {
		id := fmt.Sprintf("admin-%02d", i)
		s := someone(id, billing.TypeCustomer, "abc", billing.RoleCustomerAdmin)
		s.WithoutInvitation = true
		require.NoError(t, errOf(w.role("rita").CreateIndividual(w.ctx, s)))
		desks[i] = w.role(id)
	}
	require.NoError(t, errOf(w.role("rita").DeleteIndividual(w.ctx, "bob")))
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for step := 1; step < n; step++ {
				_ = ways[(i+step)%len(ways)](w, desks[i], fmt.Sprintf("admin-%02d", (i+step)%n))
			}
		})
	}
	wg.Wait()
	var left []string
	for i := range n {
		id := fmt.Sprintf("admin-%02d", i)
		if w.there(id) && w.reason(id, roles.Update, inIndividuals, "abc") == access.Granted {
			left = append(left, id)
		}
	}
	assert.NotEmpty(t, left)
	assert.Less(t, len(left), n, "the removals did something")
	w.verifyAudit()
}

func (w *world) there(individual string) bool {
	w.t.Helper()
	var ids []string
	w.read(func(r store.Reader) error {
		people, err := r.Individuals(w.ctx, store.IndividualFilter{}, store.Page{Limit: store.MaxPage})
		for _, p := range people {
			ids = append(ids, p.ID)
		}
		return err
	})
	return slices.Contains(ids, individual)
}
