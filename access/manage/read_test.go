package manage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A reading is one thing that a desk shows.
type reading struct {
	method string
	read   func(w *world, d *manage.RoleDesk) (any, error)
	needs  []need
	shows  func(w *world) any
}

func readings() []reading {
	seePeople, seeGrants := need{roles.View, inIndividuals, "abc", false}, need{roles.View, inGrants, "abc", false}
	hidden := func(n need) need { n.hidden = true; return n }
	return []reading{
		{"Individual", func(w *world, d *manage.RoleDesk) (any, error) { return d.Individual(w.ctx, "steve") },
			[]need{hidden(seePeople)}, func(w *world) any { return w.individual("steve") }},
		{"Individuals", func(w *world, d *manage.RoleDesk) (any, error) { return d.Individuals(w.ctx, "abc", store.Page{}) },
			[]need{seePeople}, func(w *world) any {
				return []individuals.Individual{w.individual("adam"), w.individual("bob"), w.individual("greg"), w.individual("steve")}
			}},
		{"Individuals of a page", func(w *world, d *manage.RoleDesk) (any, error) {
			return d.Individuals(w.ctx, "abc", store.Page{After: "bob", Limit: 1})
		}, nil, func(w *world) any { return []individuals.Individual{w.individual("greg")} }},
		{"Grants", func(w *world, d *manage.RoleDesk) (any, error) {
			return d.Grants(w.ctx, "abc", store.GrantPage{AfterIndividual: "greg", AfterOrganization: "abc"})
		}, []need{seeGrants}, func(w *world) any { return []individuals.Grant{w.grant("steve", "abc")} }},
		{"Organization", func(w *world, d *manage.RoleDesk) (any, error) { return d.Organization(w.ctx, "abc") },
			[]need{{roles.View, "customer/allowed-roles", "abc", false}}, func(w *world) any { return w.organization("abc") }},
		{"Entity", func(w *world, d *manage.RoleDesk) (any, error) { return d.Entity(w.ctx, "abc-1") },
			[]need{{roles.View, "entity", "abc-1", true}}, func(w *world) any { return w.entity("abc-1") }},
		{"Role", func(w *world, d *manage.RoleDesk) (any, error) { return d.Role(w.ctx, billing.RoleVendor) },
			[]need{{roles.View, "role", "isp", true}}, func(w *world) any { return w.storedRole(billing.RoleVendor) }},
		{"Class", func(w *world, d *manage.RoleDesk) (any, error) {
			w.write(func(tx store.Tx) error {
				c, _ := tx.Class(w.ctx, "gold")
				return tx.PutClass(w.ctx, individuals.Class{ID: "gold", Revision: c.Revision})
			})
			return d.Class(w.ctx, "gold")
		}, []need{{roles.View, "entity", "isp", false}}, func(w *world) any { return w.class("gold") }},
	}
}

// What a desk shows, to whom, and that looking leaves nothing.
func TestReadings(t *testing.T) {
	for _, r := range readings() {
		t.Run(r.method, func(t *testing.T) {
			t.Parallel()
			w := newOperationWorld(t, operation{})
			sequence := w.sequence()
			got, err := r.read(w, w.role("ann"))
			require.NoError(t, err)
			require.Equal(t, r.shows(w), got)
			require.Equal(t, sequence, w.sequence())
			for _, n := range r.needs {
				w := newOperationWorld(t, operation{})
				w.lower(n)
				_, err := r.read(w, w.role("ann"))
				if n.hidden {
					require.ErrorIs(t, err, store.ErrNotFound)
					continue
				}
				denied := new(manage.DeniedError)
				require.ErrorAs(t, err, &denied)
				require.Equal(t, need{denied.Action, denied.Guard, denied.Object, false}, n)
			}
		})
	}
}

// Roles are listed by the entity that they belong to; empty, those of nobody.
func TestRoles(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	w.write(func(tx store.Tx) error {
		for _, id := range []string{"h1", "h2", "h3"} {
			if err := tx.PutRole(w.ctx, roles.NewRole(id, "The host's "+id, billing.TypeCustomer, nil)); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, errOf(alice.CloneRole(w.ctx, "h1", "norths", "North's", "north")))
	ids := func(owner string, page store.Page) (out []string) {
		some, err := alice.Roles(w.ctx, owner, page)
		require.NoError(t, err)
		for _, r := range some {
			out = append(out, r.ID)
		}
		return out
	}
	require.Equal(t, []string{"norths"}, ids("north", store.Page{}))
	require.Equal(t, []string{"h1", "h2", "h3"}, ids("", store.Page{}))
	require.Equal(t, []string{"h1"}, ids("", store.Page{Limit: 1}))
	require.Equal(t, []string{"h2"}, ids("", store.Page{After: "h1", Limit: 1}))
	require.Contains(t, ids("isp", store.Page{}), billing.RolePBXAdmin)
	require.NotContains(t, ids("isp", store.Page{}), "h1")

	// The host's are for everybody to see and clone, and for nobody to change.
	_, err := w.role("rita").Role(w.ctx, "h1")
	require.NoError(t, err)
	r := w.storedRole("h1")
	r.Name = "Mine"
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.UpdateRole(w.ctx, r)) }), manage.ErrDenied)
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.DeleteRole(w.ctx, "h1")) }), manage.ErrDenied)
}

// At the desk of the older system grants have no roles.
func TestACLDeskGrants(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, errOf(w.role("bob").GrantBoth(w.ctx, "steve", "abc", billing.RolePBXAdmin, levelCare)))
	grants, err := w.acl("bob").Grants(w.ctx, "abc", store.GrantPage{AfterIndividual: "greg", AfterOrganization: "abc"})
	require.NoError(t, err)
	require.Len(t, grants, 1)
	require.Zero(t, grants[0].Role)
	require.Equal(t, levelCare, grants[0].ACL.ID)
}

// Moving takes both ends; linking takes what is linked to.
func TestMovingTakesBothEnds(t *testing.T) {
	w := newWorld(t)
	// Of the provider, but only for what lies below one reseller: rita and sam.
	move := func(who string) error {
		e := w.entity("xyz")
		e.Parent = "south"
		return errOf(w.role(who).UpdateEntity(w.ctx, e))
	}
	require.ErrorIs(t, w.refusedWhole(func() error { return move("rita") }), store.ErrNotFound, "south is nothing to rita")
	require.ErrorIs(t, w.refusedWhole(func() error { return move("sam") }), store.ErrNotFound, "xyz is nothing to sam")
	link := func(who string) error {
		e := w.entity("xyz")
		e.Links = []scope.Link{{Name: billing.LinkDistributor, To: "dist"}}
		return errOf(w.role(who).UpdateEntity(w.ctx, e))
	}
	require.ErrorIs(t, w.refusedWhole(func() error { return link("rita") }), store.ErrNotFound, "the provider's distributor")
	require.NoError(t, link("alice"))
	e := w.entity("xyz")
	e.Links = nil
	require.Error(t, w.refusedWhole(func() error { return errOf(w.role("rita").UpdateEntity(w.ctx, e)) }), "nor is it hers to end")
	require.NoError(t, move("alice"))
}
