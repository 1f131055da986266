package access

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// TestStandingsOutlive: a commit makes anew only the standings that it
// concerns, and drops only the lineages that it moves.
func TestStandingsOutlive(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := memstore.New(nil)
	update := func(fn func(store.Tx) error) {
		t.Helper()
		_, err := s.Update(ctx, store.Author{ID: "setup"}, fn)
		require.NoError(t, err)
	}
	update(func(tx store.Tx) error {
		for _, err := range []error{
			tx.PutEntity(ctx, scope.Entity{ID: "isp", Kind: "provider"}),
			tx.PutEntity(ctx, scope.Entity{ID: "acme", Kind: "customer", Parent: "isp"}),
			tx.PutEntity(ctx, scope.Entity{ID: "acme-1", Kind: "account", Parent: "acme"}),
			tx.PutClass(ctx, individuals.Class{ID: "gold"}),
			tx.PutClass(ctx, individuals.Class{ID: "silver"}),
			tx.PutOrganization(ctx, individuals.Organization{Entity: "acme", Class: "gold"}),
			tx.PutRole(ctx, roles.NewRole("viewer", "Viewer", "customer", map[string]roles.Permission{"customer": roles.Read})),
			tx.PutIndividual(ctx, individuals.Individual{ID: "steve", RoleType: "customer", Organization: "acme", AllowList: ipallow.Anywhere()}),
			tx.PutIndividual(ctx, individuals.Individual{ID: "dan", RoleType: "customer", Organization: "acme", AllowList: ipallow.Anywhere()}),
		} {
			require.NoError(t, err)
		}
		return tx.PutGrant(ctx, individuals.Grant{Individual: "steve", Organization: "acme"}.WithRole("viewer"))
	})
	model := roles.MustModel(roles.MustTree(roles.Entity("customer")),
		roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}})
	e, err := New(ctx, s, model, nil)
	require.NoError(t, err)
	defer e.Close()
	look := func() (*standing, *scope.Lineage) {
		t.Helper()
		require.True(t, e.Check(ctx, Request{Individual: "steve", Action: roles.View, Path: "customer", Object: "acme-1", Surface: NewInterface}).Allowed())
		return &e.people.get("steve").home, e.objects.get("acme-1")
	}
	for _, c := range []struct {
		name            string
		commit          func(tx store.Tx) error
		standing, place bool // whether they stay
	}{
		{"another's record", changeOf(ctx, "dan", store.Tx.Individual, store.Tx.PutIndividual, func(p *individuals.Individual) { p.Name = "Dan" }), true, true},
		{"another class", changeOf(ctx, "silver", store.Tx.Class, store.Tx.PutClass, func(c *individuals.Class) { c.SecondFactor = true }), true, true},
		{"a title", changeOf(ctx, "acme", store.Tx.Entity, store.Tx.PutEntity, func(e *scope.Entity) { e.Title = "Acme" }), true, true},
		{"the object's title", changeOf(ctx, "acme-1", store.Tx.Entity, store.Tx.PutEntity, func(e *scope.Entity) { e.Title = "Acme 1" }), true, true},
		{"a link", changeOf(ctx, "acme-1", store.Tx.Entity, store.Tx.PutEntity, func(e *scope.Entity) { e.Links = []scope.Link{{Name: "l", To: "isp"}} }), true, false},
		{"the role", changeOf(ctx, "viewer", store.Tx.Role, store.Tx.PutRole, func(r *roles.Role) { r.Name = "Reader" }), false, true},
		{"the class", changeOf(ctx, "gold", store.Tx.Class, store.Tx.PutClass, func(c *individuals.Class) { c.Name = "Gold" }), false, true},
		{"the organization", changeOf(ctx, "acme", store.Tx.Organization, store.Tx.PutOrganization, func(o *individuals.Organization) { o.AllowedRoles = []string{"viewer"} }), false, true},
		{"the person", changeOf(ctx, "steve", store.Tx.Individual, store.Tx.PutIndividual, func(p *individuals.Individual) { p.Name = "Steve" }), false, true},
		{"a touch", func(tx store.Tx) error { return tx.Touch(ctx, store.Grants, "steve") }, false, true},
		{"the entity's kind above", changeOf(ctx, "isp", store.Tx.Entity, store.Tx.PutEntity, func(e *scope.Entity) { e.Kind = "operator" }), false, false},
	} {
		standing, place := look()
		update(c.commit)
		again, placeAgain := look()
		assert.Equal(t, c.standing, standing == again, c.name)
		assert.Equal(t, c.place, place == placeAgain, c.name)
	}
}

// changeOf is a commit that reads one record, changes it and writes it.
func changeOf[T any](ctx context.Context, id string, get func(store.Tx, context.Context, string) (T, error),
	put func(store.Tx, context.Context, T) error, change func(*T)) func(store.Tx) error {
	return func(tx store.Tx) error {
		record, err := get(tx, ctx, id)
		if err != nil {
			return err
		}
		change(&record)
		return put(tx, ctx, record)
	}
}
