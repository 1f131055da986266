package roles_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

func TestModel(t *testing.T) {
	t.Parallel()
	tree := smallTree()
	m := roles.MustModel(tree, roles.Type{Name: "customer"}, roles.Type{Name: "admin"}, roles.Type{Name: "supervisor", Realm: "customer"})
	assert.Same(t, tree, m.Tree())
	names := func(seq func(func(roles.Type) bool)) (out []string) {
		for of := range seq {
			out = append(out, of.Name)
		}
		return out
	}
	assert.Equal(t, []string{"customer", "admin", "supervisor"}, names(m.Types()))
	assert.Equal(t, []string{"customer", "supervisor"}, names(m.TypesOf("customer")))
	assert.Equal(t, []string{"admin"}, names(m.TypesOf("admin")))
	assert.Nil(t, names(m.TypesOf("supervisor")))
	for of := range m.Types() {
		assert.Equal(t, "customer", of.Name)
		break
	}
	for of := range m.TypesOf("customer") {
		assert.Equal(t, "customer", of.Name)
		break
	}
	_, err := m.Type("Customer")
	assert.EqualError(t, err, `roles: type "Customer": unknown; the model has "customer" "admin" "supervisor"`)
	_, err = m.Type(strings.Repeat("x", 1000))
	assert.EqualError(t, err, `roles: type "`+strings.Repeat("x", 80)+`": unknown; the model has "customer" "admin" "supervisor"`)
}

func TestModelsRefused(t *testing.T) {
	t.Parallel()
	tree := smallTree()
	_, err := roles.NewModel(nil, roles.Type{Name: "c"})
	assert.EqualError(t, err, `roles: model: no tree; build one with NewTree`)
	_, err = roles.NewModel(tree)
	assert.EqualError(t, err, `roles: model: 0 role types, want 1 to 256`)
	_, err = roles.NewModel(tree, roles.Type{Name: "c"}, roles.Type{Name: "d"}, roles.Type{Name: "c", Realm: "other"})
	assert.EqualError(t, err, `roles: model: type "c" is given twice`)
	assert.PanicsWithError(t, `roles: model: 0 role types, want 1 to 256`, func() { roles.MustModel(tree) })

	var types []roles.Type
	for i := range roles.MaxTypes + 1 {
		types = append(types, roles.Type{Name: fmt.Sprintf("t%d", i)})
	}
	_, err = roles.NewModel(tree, types[:roles.MaxTypes]...)
	assert.NoError(t, err)
	_, err = roles.NewModel(tree, types...)
	assert.EqualError(t, err, `roles: model: 257 role types, want 1 to 256`)
}

func TestGuards(t *testing.T) {
	t.Parallel()
	tree := smallTree()
	g := roles.Guards{
		Kinds: map[string]roles.KindGuards{
			"reseller": {Individuals: "client"},
			"customer": {Individuals: "customer/personal", Credentials: "customer/billing", AllowedRoles: "customer/billing/invoices",
				Grants: "account", Audit: "customer", SignInAs: "customer/personal"},
			"vendor": {},
		},
		Roles: "account", ACLs: "customer", Entities: "client/billing", GrantBeyond: "customer/billing",
	}
	assert.NoError(t, g.Validate(tree))
	assert.Equal(t, [][2]string{
		{"roles", "account"}, {"ACLs", "customer"}, {"entities", "client/billing"}, {"grant-beyond", "customer/billing"},
		{"customer individuals", "customer/personal"}, {"customer credentials", "customer/billing"},
		{"customer allowed roles", "customer/billing/invoices"}, {"customer grants", "account"}, {"customer audit", "customer"},
		{"customer sign in as", "customer/personal"}, {"reseller individuals", "client"},
	}, g.Paths())

	for want, change := range map[string]func(g *roles.Guards, k *roles.KindGuards){
		"roles":                  func(g *roles.Guards, _ *roles.KindGuards) { g.Roles = "custmer" },
		"ACLs":                   func(g *roles.Guards, _ *roles.KindGuards) { g.ACLs = "custmer" },
		"entities":               func(g *roles.Guards, _ *roles.KindGuards) { g.Entities = "custmer" },
		"grant-beyond":           func(g *roles.Guards, _ *roles.KindGuards) { g.GrantBeyond = "custmer" },
		"customer individuals":   func(_ *roles.Guards, k *roles.KindGuards) { k.Individuals = "custmer" },
		"customer credentials":   func(_ *roles.Guards, k *roles.KindGuards) { k.Credentials = "custmer" },
		"customer allowed roles": func(_ *roles.Guards, k *roles.KindGuards) { k.AllowedRoles = "custmer" },
		"customer grants":        func(_ *roles.Guards, k *roles.KindGuards) { k.Grants = "custmer" },
		"customer audit":         func(_ *roles.Guards, k *roles.KindGuards) { k.Audit = "custmer" },
		"customer sign in as":    func(_ *roles.Guards, k *roles.KindGuards) { k.SignInAs = "custmer" },
	} {
		var bad roles.Guards
		var kind roles.KindGuards
		change(&bad, &kind)
		bad.Kinds = map[string]roles.KindGuards{"customer": kind}
		assert.EqualError(t, bad.Validate(tree),
			`roles: guard for `+want+`: node "custmer": no such path in the tree; did you mean "customer"?`)
	}
}

// TestParallelUse compiles and reads from many goroutines; under -race it
// holds the promise that models, trees and tables are safe for that.
func TestParallelUse(t *testing.T) {
	t.Parallel()
	m := exampleModel()
	want := compile(t, m, "customer", set{"customer": roles.Read, "customer/pbx": roles.Modify})
	shared := roles.NewRole("shared", "Shared", "customer", set{"customer": roles.Read, "customer/pbx": roles.Modify})
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for range 50 {
				table, err := m.Compile(shared)
				if !assert.NoError(t, err) {
					return
				}
				assert.True(t, roles.Covers(table, want) && roles.Covers(want, table))
				assert.Empty(t, roles.Diff(want, table))
				other, err := m.Tabulate("customer", func(n roles.Node) roles.Permission { return roles.Permission(n.Index() * i % 16) })
				assert.NoError(t, err)
				for n := range m.Tree().Nodes() {
					found, ok := m.Tree().Lookup(n.Path())
					assert.True(t, ok && found == n)
					assert.Equal(t, want.Permission(n, roles.Own), table.Permission(n, roles.Own))
					other.Visible(n)
					n.Choices("customer")
				}
				_, err = m.Tree().Node("customer/pbxx")
				assert.Error(t, err)
				for of := range m.Types() {
					assert.Equal(t, "customer", of.Realm)
				}
				assert.NoError(t, roles.Guards{Roles: "customer"}.Validate(m.Tree()))
			}
		})
	}
	all.Wait()
}

// TestDecidingAllocatesNothing pins the cost of a check.
func TestDecidingAllocatesNothing(t *testing.T) {
	m := exampleModel()
	table := compile(t, m, "customer", set{"customer/pbx": roles.Modify})
	n, other := m.Tree().MustNode("customer/pbx/extensions"), smallTree().MustNode("customer")
	var none *roles.Table
	var ok, denied, visible, covers bool
	var p roles.Permission
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		found, _ := m.Tree().Lookup("customer/pbx/extensions")
		ok = table.Allows(roles.Delete, found, roles.Below)
		p = table.Permission(n, roles.Own)
		denied = table.Allows(roles.View, other, roles.Own) || none.Allows(roles.View, n, roles.Own)
		visible = table.Visible(n)
		covers = roles.Covers(table, table)
	}))
	require.True(t, ok)
	require.Equal(t, roles.Modify, p)
	require.False(t, denied)
	require.True(t, visible)
	require.True(t, covers)
}
