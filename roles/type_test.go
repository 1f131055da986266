package roles_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// smallTree is what most tests here decide on.
func smallTree() *roles.Tree {
	return roles.MustTree(
		former(roles.Entity("customer",
			roles.Panel("personal"),
			roles.Panel("billing",
				roles.Item("invoices"),
				roles.Item("credit-limit"))),
			"client"),
		roles.Entity("account"),
	)
}

func TestTypeDefaults(t *testing.T) {
	t.Parallel()
	m := roles.MustModel(smallTree(), roles.Type{Name: "customer"},
		roles.Type{Name: "cc_staff", Realm: "admin", OwnerKind: "reseller", Scope: scope.Rule{Below: true}})

	got, err := m.Type("customer")
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(roles.Type{Name: "customer", Realm: "customer", OwnerKind: "customer"}, got))
	got, err = m.Type("cc_staff")
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(roles.Type{Name: "cc_staff", Realm: "admin", OwnerKind: "reseller", Scope: scope.Rule{Below: true}}, got))

	// The zero Ceiling permits nothing, on either reach, and lends nothing.
	role := roles.NewRole("r", "R", "customer", map[string]roles.Permission{"customer": roles.Modify, "account": roles.Modify})
	table, err := m.Compile(role)
	require.NoError(t, err)
	for n := range m.Tree().Nodes() {
		assert.Equal(t, roles.Modify, table.Value(n))
		for _, r := range allReaches {
			assert.Equal(t, roles.Restrict, m.Ceiling("customer", n, r))
			assert.Equal(t, roles.Restrict, table.Permission(n, r))
		}
		assert.Equal(t, roles.Restrict, m.Borrow("customer", n))
	}
}

var allReaches = []roles.Reach{roles.Either, roles.Own, roles.Below}

// TestCeilings holds the third line of the formula: the type's own value at a
// node, else the parent's ceiling, else the base.
func TestCeilings(t *testing.T) {
	t.Parallel()
	viewCreate := roles.Permit(roles.View, roles.Create)
	m := roles.MustModel(smallTree(), roles.Type{
		Name: "reseller",
		Ceiling: roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{
			"client/billing/credit-limit": roles.Read, // by its former path
			"account":                     roles.Restrict,
		}},
		Below: &roles.Ceiling{Base: roles.Read, At: map[string]roles.Permission{
			"customer/billing":          viewCreate,
			"customer/billing/invoices": roles.Modify, // more than above
		}},
		Borrow: &roles.Ceiling{At: map[string]roles.Permission{"customer/billing": roles.Read}},
	})
	for _, c := range []struct {
		path                       string
		own, below, either, borrow roles.Permission
	}{
		{"customer", roles.Modify, roles.Read, roles.Read, roles.Restrict},
		{"customer/personal", roles.Modify, roles.Read, roles.Read, roles.Restrict},
		{"customer/billing", roles.Modify, viewCreate, viewCreate, roles.Read},
		{"customer/billing/invoices", roles.Modify, roles.Modify, roles.Modify, roles.Read},
		{"customer/billing/credit-limit", roles.Read, viewCreate, roles.Read, roles.Read},
		{"account", roles.Restrict, roles.Read, roles.Restrict, roles.Restrict},
	} {
		n := m.Tree().MustNode(c.path)
		assert.Equal(t, c.own, m.Ceiling("reseller", n, roles.Own), c.path)
		assert.Equal(t, c.below, m.Ceiling("reseller", n, roles.Below), c.path)
		assert.Equal(t, c.either, m.Ceiling("reseller", n, roles.Either), c.path)
		assert.Equal(t, c.either, m.Ceiling("reseller", n, roles.Reach(77)), c.path)
		assert.Equal(t, c.borrow, m.Borrow("reseller", n), c.path)
	}

	// What is not of the model has no ceiling to speak of.
	twin := smallTree().MustNode("customer")
	for _, n := range []roles.Node{{}, twin} {
		assert.Equal(t, roles.Restrict, m.Ceiling("reseller", n, roles.Own))
		assert.Equal(t, roles.Restrict, m.Borrow("reseller", n))
	}
	n := m.Tree().MustNode("customer/billing")
	for _, name := range []string{"", "Reseller", "vendor"} {
		assert.Equal(t, roles.Restrict, m.Ceiling(name, n, roles.Own))
		assert.Equal(t, roles.Restrict, m.Borrow(name, n))
	}
}

// TestNoBelowIsAsOwn holds the default of the second ceiling.
func TestNoBelowIsAsOwn(t *testing.T) {
	t.Parallel()
	at := map[string]roles.Permission{"customer/billing": roles.Read}
	m := roles.MustModel(smallTree(), roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify, At: at}})
	for n := range m.Tree().Nodes() {
		assert.Equal(t, m.Ceiling("customer", n, roles.Own), m.Ceiling("customer", n, roles.Below), n.Path())
	}
}

func TestTypesRefused(t *testing.T) {
	t.Parallel()
	bad := roles.Permission(16)
	long := strings.Repeat("x", 1000)
	for _, c := range []struct {
		of      roles.Type
		message string
	}{
		{roles.Type{}, `roles: type: name "": want 1 to 64 bytes`},
		{roles.Type{Name: "Customer"}, `roles: type: name "Customer": want lower-case letters, digits, '-' and '_' only`},
		{roles.Type{Name: long}, `roles: type: name "` + long[:80] + `": want 1 to 64 bytes`},
		{roles.Type{Name: "c", Realm: "a b"}, `roles: type "c": realm: name "a b": want lower-case letters, digits, '-' and '_' only`},
		{roles.Type{Name: "c", OwnerKind: "a/b"}, `roles: type "c": owner kind: name "a/b": want lower-case letters, digits, '-' and '_' only`},
		{roles.Type{Name: "c", Scope: scope.Rule{LinkedBelow: true}}, `roles: type "c": scope: rule: LinkedBelow without Link; name the link`},
		{roles.Type{Name: "c", Ceiling: roles.Ceiling{Base: bad}}, `roles: type "c": ceiling: base Permission(16): not a set of actions`},
		{roles.Type{Name: "c", Below: &roles.Ceiling{Base: bad}}, `roles: type "c": ceiling below: base Permission(16): not a set of actions`},
		{roles.Type{Name: "c", Borrow: &roles.Ceiling{Base: bad}}, `roles: type "c": borrow: base Permission(16): not a set of actions`},
		{roles.Type{Name: "c", Ceiling: roles.Ceiling{At: map[string]roles.Permission{"account": bad}}},
			`roles: type "c": ceiling: node "account": permission Permission(16) is not a set of actions`},
		{roles.Type{Name: "c", Ceiling: roles.Ceiling{At: map[string]roles.Permission{"acount": roles.Read}}},
			`roles: type "c": ceiling: node "acount": no such path in the tree; did you mean "account"?`},
		{roles.Type{Name: "c", Below: &roles.Ceiling{At: map[string]roles.Permission{"": roles.Read}}},
			`roles: type "c": ceiling below: node "": empty path; give one such as "account"`},
		{roles.Type{Name: "c", Borrow: &roles.Ceiling{At: map[string]roles.Permission{"client/billing": roles.Read, "customer/billing": roles.Read}}},
			`roles: type "c": borrow: node "customer/billing": set twice, as "client/billing" and as "customer/billing"`},
	} {
		_, err := roles.NewModel(smallTree(), c.of)
		assert.EqualError(t, err, c.message)
	}
}

// TestRefusalsAreTheSameEachTime holds that of several faults always the same
// one is told: they come in maps, whose order is random.
func TestRefusalsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	at := make(map[string]roles.Permission)
	choices := make(map[string][]roles.Permission)
	for _, name := range strings.Fields("b c d e f g h i j k l m n o p a") {
		at["customer/"+name] = roles.Read
		choices[name] = []roles.Permission{roles.Restrict}
	}
	spec := roles.Entity("customer")
	spec.ChoicesFor = choices
	for range 10 {
		_, err := roles.NewModel(smallTree(), roles.Type{Name: "c", Ceiling: roles.Ceiling{At: at}})
		require.ErrorContains(t, err, `node "customer/a": no such path`)
		m := roles.MustModel(smallTree(), roles.Type{Name: "c"})
		_, err = m.Compile(roles.NewRole("r", "R", "c", at))
		require.ErrorContains(t, err, `node "customer/a": no such path`)
		_, err = roles.NewModel(roles.MustTree(spec), roles.Type{Name: "c"})
		require.EqualError(t, err, `roles: model: node "customer" has choices for the unknown type "a"`)
	}
}

// TestModelKeepsNothingOfItsCaller changes what a model was made of.
func TestModelKeepsNothingOfItsCaller(t *testing.T) {
	t.Parallel()
	ceilings := make([]roles.Ceiling, 3)
	for i := range ceilings {
		ceilings[i] = roles.Ceiling{Base: roles.Read, At: map[string]roles.Permission{"account": roles.Modify}}
	}
	want := ceilings[0]
	want.At = maps.Clone(want.At)
	m := roles.MustModel(smallTree(), roles.Type{Name: "c", Ceiling: ceilings[0], Below: &ceilings[1], Borrow: &ceilings[2]})
	for i := range ceilings {
		ceilings[i].Base = roles.Restrict
		clear(ceilings[i].At)
	}
	for _, of := range slices.Collect(m.Types()) {
		assert.Empty(t, cmp.Diff(roles.Type{Name: "c", Realm: "c", OwnerKind: "c", Ceiling: want, Below: &want, Borrow: &want}, of))
	}
	n := m.Tree().MustNode("account")
	assert.Equal(t, roles.Modify, m.Ceiling("c", n, roles.Either))
	assert.Equal(t, roles.Modify, m.Borrow("c", n))
}
