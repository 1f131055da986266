package roles_test

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

// exampleModel is the worked example of section 3 of the design.
func exampleModel() *roles.Model {
	tree := roles.MustTree(
		roles.Entity("customer",
			roles.Panel("personal"),
			roles.Panel("billing", roles.Item("invoices"), roles.Item("payments")),
			roles.Panel("pbx", roles.Item("extensions")),
			roles.Panel("individuals"),
			choosing(roles.Panel("allowed-roles"), roles.Restrict, roles.Read)),
	)
	return roles.MustModel(tree, roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})
}

type set = map[string]roles.Permission

func compile(t require.TestingT, m *roles.Model, typeName string, at set) *roles.Table {
	table, err := m.Compile(roles.NewRole("r", "R", typeName, at))
	require.NoError(t, err)
	return table
}

// TestWorkedExample is the table of the example in full. A cell is what may
// be done; (visible) marks a node that leads to something readable only.
func TestWorkedExample(t *testing.T) {
	t.Parallel()
	m := exampleModel()
	tables := []*roles.Table{
		compile(t, m, "customer", set{"customer/pbx": roles.Modify}),
		compile(t, m, "customer", set{"customer/billing": roles.Modify}),
		compile(t, m, "customer", set{"customer": roles.Modify}),
		compile(t, m, "customer", set{"customer": roles.Read, "customer/billing": roles.Restrict, "customer/billing/invoices": roles.Read}),
	}
	const (
		none    = "Restrict"
		visible = "Restrict (visible)"
		read    = "Read"
		modify  = "Modify"
	)
	for _, row := range []struct {
		path                                        string
		pbxAdmin, operations, customerAdmin, viewer string
	}{
		{"customer", visible, visible, modify, read},
		{"customer/personal", none, none, modify, read},
		{"customer/billing", none, modify, modify, visible},
		{"customer/billing/invoices", none, modify, modify, read},
		{"customer/billing/payments", none, modify, modify, none},
		{"customer/pbx", modify, none, modify, read},
		{"customer/pbx/extensions", modify, none, modify, read},
		{"customer/individuals", none, none, modify, read},
		{"customer/allowed-roles", none, none, read, read},
	} {
		n := m.Tree().MustNode(row.path)
		for i, want := range []string{row.pbxAdmin, row.operations, row.customerAdmin, row.viewer} {
			for _, r := range allReaches {
				got := tables[i].Permission(n, r).String()
				if got == none && tables[i].Visible(n) {
					got = visible
				}
				assert.Equal(t, want, got, "%s, role %d, %v", row.path, i, r)
			}
		}
	}
	for i, a := range tables {
		for j, b := range tables {
			assert.Equal(t, i == 2 || i == j, roles.Covers(a, b), "%d covers %d", i, j)
		}
	}
}

// TestNearestWins holds the first two lines of the formula, with and without
// narrowing.
func TestNearestWins(t *testing.T) {
	t.Parallel()
	viewCreate := roles.Permit(roles.View, roles.Create)
	explicit := roles.NodeSpec{Name: "secret", Explicit: true, Children: []roles.NodeSpec{{Name: "inner"}}}
	entities := []roles.NodeSpec{
		choosing(roles.Entity("a",
			roles.Panel("b", roles.Item("c", roles.Item("d"))),
			explicit,
			choosing(roles.Panel("all-or-none", choosing(roles.Item("views"), roles.Restrict, roles.Read)), roles.Restrict, roles.Modify)),
			roles.Restrict, roles.Read, viewCreate, roles.Modify),
	}
	for _, c := range []struct {
		at   set
		want map[string]string // nearest wins; "x / y" where a narrowing tree differs
	}{
		{set{}, map[string]string{"a": "Restrict", "a/b/c/d": "Restrict", "a/secret": "Restrict"}},
		{set{"a": roles.Modify}, map[string]string{"a/b": "Modify", "a/b/c/d": "Modify",
			"a/secret": "Restrict", "a/secret/inner": "Restrict", "a/all-or-none": "Modify", "a/all-or-none/views": "Read"}},
		{set{"a": roles.Restrict, "a/b/c": roles.Modify}, map[string]string{"a": "Restrict", "a/b": "Restrict",
			"a/b/c": "Modify / Restrict", "a/b/c/d": "Modify / Restrict"}},
		{set{"a": roles.Modify, "a/b": roles.Restrict, "a/b/c/d": roles.Read}, map[string]string{"a/b": "Restrict",
			"a/b/c": "Restrict", "a/b/c/d": "Read / Restrict"}},
		{set{"a": roles.Read, "a/secret": roles.Modify}, map[string]string{"a/secret": "Modify / Read", "a/secret/inner": "Modify / Read"}},
		{set{"a": roles.Read, "a/secret/inner": roles.Read}, map[string]string{"a/secret": "Restrict", "a/secret/inner": "Read / Restrict"}},
		// Lowering, and that the lowered value is what goes on downwards.
		{set{"a": viewCreate}, map[string]string{"a": "view+create", "a/b": "Read", "a/b/c/d": "Read", "a/all-or-none": "Restrict", "a/all-or-none/views": "Restrict"}},
		{set{"a": viewCreate, "a/b": roles.Modify}, map[string]string{"a/b": "Modify / Read", "a/b/c": "Modify / Read"}},
		{set{"a": roles.Read, "a/all-or-none": roles.Modify}, map[string]string{"a/all-or-none": "Modify / Restrict", "a/all-or-none/views": "Read / Restrict"}},
	} {
		for _, narrowing := range []bool{false, true} {
			tree, err := roles.NewTree(entities, &roles.TreeOptions{Narrowing: narrowing})
			require.NoError(t, err)
			require.Equal(t, narrowing, tree.Narrowing())
			m := roles.MustModel(tree, roles.Type{Name: "t", Ceiling: roles.Ceiling{Base: roles.Modify}})
			table := compile(t, m, "t", c.at)
			for path, want := range c.want {
				var wide, narrow string
				if n, _ := fmt.Sscanf(want, "%s / %s", &wide, &narrow); n == 1 {
					narrow = wide
				}
				if narrowing {
					wide = narrow
				}
				assert.Equal(t, wide, table.Value(tree.MustNode(path)).String(), "%v: %s, narrowing %v", c.at, path, narrowing)
			}
		}
	}
}

// TestCeilingsNarrowNothingBelow holds the fourth line: a ceiling cuts what is
// effective at its node, not what goes on downwards, and the two reaches stay
// apart.
func TestCeilingsNarrowNothingBelow(t *testing.T) {
	t.Parallel()
	m := roles.MustModel(smallTree(),
		roles.Type{Name: "reseller",
			Ceiling: roles.Ceiling{Base: roles.Modify, At: set{
				"customer":                      roles.Restrict,
				"customer/billing":              roles.Read,
				"customer/billing/invoices":     roles.Modify,
				"customer/billing/credit-limit": roles.Permit(roles.View, roles.Update),
			}},
			Below: &roles.Ceiling{Base: roles.Modify, At: set{"customer/billing/invoices": roles.Permit(roles.Create)}},
		})
	table := compile(t, m, "reseller", set{"customer": roles.Modify, "customer/billing/credit-limit": roles.Read})
	for path, want := range map[string][4]roles.Permission{ // value, own, below, either
		"customer":                      {roles.Modify, roles.Restrict, roles.Modify, roles.Restrict},
		"customer/personal":             {roles.Modify, roles.Restrict, roles.Modify, roles.Restrict},
		"customer/billing":              {roles.Modify, roles.Read, roles.Modify, roles.Read},
		"customer/billing/invoices":     {roles.Modify, roles.Modify, roles.Permit(roles.Create), roles.Permit(roles.Create)},
		"customer/billing/credit-limit": {roles.Read, roles.Read, roles.Read, roles.Read},
		"account":                       {roles.Restrict, roles.Restrict, roles.Restrict, roles.Restrict},
	} {
		n := m.Tree().MustNode(path)
		got := [4]roles.Permission{table.Value(n), table.Permission(n, roles.Own), table.Permission(n, roles.Below), table.Permission(n, roles.Either)}
		assert.Equal(t, want, got, path)
		packed := table.Packed()[n.Index()]
		assert.Equal(t, want[1], roles.Permission(packed&0xf))
		assert.Equal(t, want[2], roles.Permission(packed>>4))
	}
	assert.Len(t, table.Packed(), m.Tree().Len())

	ceilings := m.PackedCeiling("reseller")
	assert.Len(t, ceilings, m.Tree().Len())
	for n := range m.Tree().Nodes() {
		packed := ceilings[n.Index()]
		assert.Equal(t, m.Ceiling("reseller", n, roles.Own), roles.Permission(packed&0xf))
		assert.Equal(t, m.Ceiling("reseller", n, roles.Below), roles.Permission(packed>>4))
	}
	assert.Empty(t, m.PackedCeiling("vendor"))
	assert.Equal(t, "reseller", table.Type())
	assert.Same(t, m, table.Model())
	for r, text := range map[roles.Reach]string{roles.Own: "own", roles.Below: "below", roles.Either: "either", 9: "either"} {
		assert.Equal(t, text, r.String())
	}
}

// TestStoredAliases holds that a role written before a rename means the same
// after it, and that one node is set once.
func TestStoredAliases(t *testing.T) {
	t.Parallel()
	m := roles.MustModel(smallTree(), roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})
	now := compile(t, m, "customer", set{"customer/billing": roles.Modify, "customer": roles.Read})
	stored := compile(t, m, "customer", set{"client/billing": roles.Modify, "client": roles.Read})
	mixed := compile(t, m, "customer", set{"client/billing": roles.Modify, "customer": roles.Read})
	assert.Equal(t, now.Packed(), stored.Packed())
	assert.Equal(t, now.Packed(), mixed.Packed())
	assert.Empty(t, roles.Diff(now, stored))

	for _, c := range []struct {
		at      set
		message string
	}{
		{set{"client": roles.Read, "customer": roles.Modify}, `node "customer": set twice, as "client" and as "customer"`},
		{set{"client": roles.Read, "customer": roles.Read}, `node "customer": set twice, as "client" and as "customer"`},
		{set{"client/billing/invoices": roles.Restrict, "customer/billing/invoices": roles.Modify},
			`node "customer/billing/invoices": set twice, as "client/billing/invoices" and as "customer/billing/invoices"`},
		{set{"customer/bilingg": roles.Read}, `node "customer/bilingg": no such path in the tree; did you mean "customer/billing"?`},
		{set{"": roles.Read}, `node "": empty path; give one such as "account"`},
	} {
		table, err := m.Compile(roles.NewRole("r", "R", "customer", c.at))
		require.Nil(t, table)
		assert.EqualError(t, err, `roles: role "r": `+c.message)
	}
	_, err := m.Compile(roles.NewRole("r", "R", "custommer", nil))
	assert.EqualError(t, err, `roles: role "r": type "custommer": unknown; the model has "customer"`)
}

// TestEqualTablesAreShared holds that a thousand equal roles are stored once.
func TestEqualTablesAreShared(t *testing.T) {
	t.Parallel()
	m := exampleModel()
	a := compile(t, m, "customer", set{"customer": roles.Read})
	b := compile(t, m, "customer", set{"customer": roles.Read, "customer/pbx": roles.Read})
	require.NotSame(t, a, b)
	require.Equal(t, a.Packed(), b.Packed())
	assert.Same(t, unsafe.StringData(a.Packed()), unsafe.StringData(b.Packed()))

	c, err := m.Tabulate("customer", func(roles.Node) roles.Permission { return roles.Read })
	require.NoError(t, err)
	assert.Same(t, unsafe.StringData(a.Packed()), unsafe.StringData(c.Packed()), "an access level of equal content too")

	d := compile(t, m, "customer", set{"customer": roles.Modify})
	assert.NotSame(t, unsafe.StringData(a.Packed()), unsafe.StringData(d.Packed()))
}

func TestTabulate(t *testing.T) {
	t.Parallel()
	m := roles.MustModel(
		roles.MustTree(roles.Entity("customer", roles.Panel("billing"), roles.NodeSpec{Name: "secret", Explicit: true},
			choosing(roles.Panel("allowed-roles"), roles.Restrict, roles.Read))),
		roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify, At: set{"customer/billing": roles.Permit(roles.View, roles.Update)}},
			Below: &roles.Ceiling{Base: roles.Modify}})
	var asked []string
	table, err := m.Tabulate("customer", func(n roles.Node) roles.Permission {
		asked = append(asked, n.Path())
		if n.Name() == "customer" {
			return roles.Restrict
		}
		return roles.Permit(roles.View, roles.Create)
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"customer", "customer/billing", "customer/secret", "customer/allowed-roles"}, asked)
	for path, want := range map[string][3]roles.Permission{ // value, own, below
		"customer":               {roles.Restrict, roles.Restrict, roles.Restrict},
		"customer/billing":       {roles.Permit(roles.View, roles.Create), roles.Read, roles.Permit(roles.View, roles.Create)},
		"customer/secret":        {roles.Permit(roles.View, roles.Create), roles.Permit(roles.View, roles.Create), roles.Permit(roles.View, roles.Create)},
		"customer/allowed-roles": {roles.Read, roles.Read, roles.Read},
	} {
		n := m.Tree().MustNode(path)
		assert.Equal(t, want, [3]roles.Permission{table.Value(n), table.Permission(n, roles.Own), table.Permission(n, roles.Below)}, path)
	}
	assert.Equal(t, "customer", table.Type())

	table, err = m.Tabulate("vendor", func(roles.Node) roles.Permission { t.Error("asked"); return 0 })
	assert.EqualError(t, err, `roles: type "vendor": unknown; the model has "customer"`)
	assert.Nil(t, table)
	table, err = m.Tabulate("customer", func(roles.Node) roles.Permission { return 0x1f })
	assert.EqualError(t, err, `roles: node "customer": permission Permission(31) is not a set of actions`)
	assert.Nil(t, table)
}
