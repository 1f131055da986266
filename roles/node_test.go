package roles_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	tree := roles.MustTree(
		roles.NodeSpec{Name: "customer", Children: []roles.NodeSpec{
			{Name: "panel", Children: []roles.NodeSpec{
				{Name: "item", Children: []roles.NodeSpec{{Name: "operation"}}},
				roles.Panel("inner", roles.Item("leaf")),
			}},
			roles.Item("shortcut"),
		}},
	)
	for path, kind := range map[string]roles.Kind{
		"customer":                      roles.KindEntity,
		"customer/panel":                roles.KindPanel,
		"customer/panel/item":           roles.KindItem,
		"customer/panel/item/operation": roles.KindItem,
		"customer/panel/inner":          roles.KindPanel,
		"customer/panel/inner/leaf":     roles.KindItem,
		"customer/shortcut":             roles.KindItem,
	} {
		assert.Equal(t, kind, tree.MustNode(path).Kind(), path)
	}
	for kind, text := range map[roles.Kind]string{
		roles.KindEntity: "entity", roles.KindPanel: "panel", roles.KindItem: "item", roles.KindByDepth: "by depth", 99: "by depth",
	} {
		assert.Equal(t, text, kind.String())
	}
}

func TestNodeTexts(t *testing.T) {
	t.Parallel()
	tree := roles.MustTree(roles.NodeSpec{Name: "customer", Title: "Kunde", Children: []roles.NodeSpec{{Name: "pbx", Explicit: true}}})
	n := tree.MustNode("customer/pbx")
	assert.Equal(t, []string{"pbx", "pbx", "customer/pbx", "customer/pbx"}, []string{n.Name(), n.Title(), n.Path(), n.String()})
	assert.True(t, n.Explicit())
	up, ok := n.Parent()
	require.True(t, ok)
	assert.Equal(t, "Kunde", up.Title())
	assert.False(t, up.Explicit())
	_, ok = up.Parent()
	assert.False(t, ok)
}

// TestMarksAreInherited holds that no item escapes its panel's mark, and that
// a mark goes neither up nor sideways.
func TestMarksAreInherited(t *testing.T) {
	t.Parallel()
	tree := roles.MustTree(
		roles.NodeSpec{Name: "customer", Marks: roles.Moved, Children: []roles.NodeSpec{
			{Name: "credentials", Marks: roles.OwnHands, Children: []roles.NodeSpec{
				{Name: "password", Marks: roles.SecondFactor}, {Name: "login"},
			}},
			{Name: "pbx"},
		}},
		roles.Entity("account"),
	)
	for path, want := range map[string]roles.Marks{
		"customer":                      roles.Moved,
		"customer/credentials":          roles.Moved | roles.OwnHands,
		"customer/credentials/password": roles.Moved | roles.OwnHands | roles.SecondFactor,
		"customer/credentials/login":    roles.Moved | roles.OwnHands,
		"customer/pbx":                  roles.Moved,
		"account":                       0,
	} {
		assert.Equal(t, want, tree.MustNode(path).Marks(), path)
	}
	for n := range tree.Nodes() {
		for child := range n.Children() {
			assert.Equal(t, n.Marks(), n.Marks()&child.Marks())
		}
	}
	assert.Equal(t, "moved+second factor+own hands", (roles.Moved | roles.SecondFactor | roles.OwnHands).String())
	assert.Equal(t, "second factor", roles.SecondFactor.String())
	assert.Empty(t, roles.Marks(0).String())
}

func paths(nodes []roles.Node) []string {
	out := []string{}
	for _, n := range nodes {
		out = append(out, n.Path())
	}
	return out
}

func TestIterators(t *testing.T) {
	t.Parallel()
	tree := smallTree()
	assert.Equal(t, 6, tree.Len())
	assert.Equal(t, []string{"customer", "account"}, paths(slices.Collect(tree.Roots())))
	all := []string{"customer", "customer/personal", "customer/billing", "customer/billing/invoices", "customer/billing/credit-limit", "account"}
	assert.Equal(t, all, paths(slices.Collect(tree.Nodes())))
	customer := tree.MustNode("customer")
	assert.Equal(t, all[:5], paths(slices.Collect(customer.Subtree())))
	assert.Equal(t, []string{"customer/personal", "customer/billing"}, paths(slices.Collect(customer.Children())))
	account := tree.MustNode("account")
	assert.Equal(t, []string{"account"}, paths(slices.Collect(account.Subtree())))
	assert.Empty(t, slices.Collect(account.Children()))

	// A loop may stop.
	for n := range tree.Nodes() {
		assert.Equal(t, customer, n)
		break
	}
	for n := range tree.Roots() {
		assert.Equal(t, customer, n)
		break
	}
	for n := range customer.Children() {
		assert.Equal(t, "personal", n.Name())
		break
	}
	for n := range customer.Subtree() {
		assert.Equal(t, customer, n)
		break
	}
}

// TestNodesOfOtherTrees holds that a handle is good for its own tree only, be
// the other one declared alike.
func TestNodesOfOtherTrees(t *testing.T) {
	t.Parallel()
	all := roles.Type{Name: "c", Ceiling: roles.Ceiling{Base: roles.Modify}}
	m := roles.MustModel(smallTree(), all)
	table, err := m.Compile(roles.NewRole("r", "R", "c", map[string]roles.Permission{"customer": roles.Modify, "account": roles.Modify}))
	require.NoError(t, err)
	twin := smallTree()
	for n := range m.Tree().Nodes() {
		assert.True(t, table.Allows(roles.Delete, n, roles.Own))
		other := twin.MustNode(n.Path())
		assert.NotEqual(t, n, other)
		for _, r := range allReaches {
			for _, a := range roles.Actions() {
				assert.False(t, table.Allows(a, other, r), "%v", other)
			}
		}
		assert.Equal(t, roles.Restrict, table.Value(other))
		assert.False(t, table.Visible(other))
	}
	// A larger tree's handles do not reach past the table either.
	large := roles.MustTree(wide(100)...)
	for n := range large.Nodes() {
		assert.False(t, table.Allows(roles.View, n, roles.Own))
		assert.False(t, table.Visible(n))
	}
}
