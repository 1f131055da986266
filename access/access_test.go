package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

func TestSmoke(t *testing.T) {
	ctx := t.Context()
	tree := roles.MustTree(roles.Entity("customer", roles.Panel("billing", roles.Item("invoices")), roles.Panel("pbx")))
	model := roles.MustModel(tree, roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}})
	s := memstore.New(nil)
	_, err := s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		must := func(err error) { require.NoError(t, err) }
		must(tx.PutEntity(ctx, scope.Entity{ID: "abc", Kind: "customer"}))
		must(tx.PutOrganization(ctx, individuals.Organization{Entity: "abc"}))
		must(tx.PutRole(ctx, roles.NewRole("pbx", "PBX admin", "customer", map[string]roles.Permission{"customer/pbx": roles.Modify})))
		must(tx.PutIndividual(ctx, individuals.Individual{ID: "steve", RoleType: "customer", Organization: "abc", AllowList: ipallow.Anywhere()}))
		return tx.PutGrant(ctx, individuals.Grant{Individual: "steve", Organization: "abc"}.WithRole("pbx"))
	})
	require.NoError(t, err)
	e, err := access.New(ctx, s, model, nil)
	require.NoError(t, err)
	defer e.Close()
	d := e.Check(ctx, access.Request{Individual: "steve", Action: roles.Update, Path: "customer/pbx", Object: "abc"})
	require.True(t, d.Allowed(), d.String())
	d = e.Check(ctx, access.Request{Individual: "steve", Action: roles.View, Path: "customer/billing/invoices", Object: "abc"})
	require.Equal(t, access.NotGranted, d.Reason())
	p, err := e.Principal(ctx, access.Identity{Individual: "steve"})
	require.NoError(t, err)
	n := tree.MustNode("customer/pbx")
	require.True(t, p.Can(ctx, roles.Update, n))
	require.True(t, p.CanOn(ctx, roles.Update, n, "abc"))
	require.Zero(t, testing.AllocsPerRun(100, func() { p.Can(ctx, roles.Update, n) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { p.CanOn(ctx, roles.Update, n, "abc") }))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		e.Check(ctx, access.Request{Individual: "steve", Action: roles.Update, Path: "customer/pbx", Object: "abc"})
	}))
	_, err = s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		r, err := tx.Role(ctx, "pbx")
		require.NoError(t, err)
		r.Permissions["customer/pbx"] = roles.Setting{Permission: roles.Read}
		return tx.PutRole(ctx, r)
	})
	require.NoError(t, err)
	require.False(t, p.Can(ctx, roles.Update, n))
	require.True(t, p.Can(ctx, roles.View, n))
}
