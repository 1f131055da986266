package roles_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

// former gives a node the paths that it had before.
func former(spec roles.NodeSpec, aliases ...string) roles.NodeSpec {
	spec.Aliases = aliases
	return spec
}

// leads asks the tree for the path behind each path, "" where there is none.
func leads(tree *roles.Tree, paths ...string) []string {
	var out []string
	for _, path := range paths {
		n, _ := tree.Lookup(path)
		out = append(out, n.Path())
	}
	return out
}

// TestAliases holds that a stored path outlives renames at every level.
func TestAliases(t *testing.T) {
	t.Parallel()
	tree := roles.MustTree(
		former(roles.Entity("customer",
			former(roles.Panel("address",
				former(roles.Item("blind-copy"), "customer/address/bcc"),
				roles.Item("street")),
				"customer/personal", "contacts/where"),
			roles.Panel("billing")),
			"client"),
	)
	for path, want := range map[string]string{
		"customer":                     "customer",
		"client":                       "customer",
		"client/billing":               "customer/billing",
		"client/address":               "customer/address",
		"client/address/street":        "customer/address/street",
		"client/address/blind-copy":    "customer/address/blind-copy",
		"customer/personal":            "customer/address",
		"customer/personal/street":     "customer/address/street",
		"customer/personal/blind-copy": "customer/address/blind-copy",
		"contacts/where/street":        "customer/address/street",
		"customer/address/bcc":         "customer/address/blind-copy",

		// An alias stands for the path it names, not for every way to it.
		"client/address/bcc":    "",
		"client/personal":       "",
		"customer/personal/bcc": "",
		"contacts":              "",
		"client/":               "",
		"Client":                "",
		"client//billing":       "",
	} {
		assert.Equal(t, []string{want}, leads(tree, path), path)
	}
	n := tree.MustNode("contacts/where")
	assert.Equal(t, []string{"customer/personal", "contacts/where"}, n.Aliases())
	n.Aliases()[0] = "changed"
	assert.Equal(t, "customer/personal", n.Aliases()[0])
	assert.Equal(t, n, tree.MustNode("customer/address"), "one node, whatever the path")
	assert.Nil(t, tree.MustNode("customer/billing").Aliases())
}

// TestInheritedAliasGivesWay moves items between panels that were renamed too.
func TestInheritedAliasGivesWay(t *testing.T) {
	t.Parallel()
	// The panel "old" became "new"; its item "limit" moved to "money", and a
	// different "limit" was added to "new" since.
	tree := roles.MustTree(roles.Entity("customer",
		former(roles.Panel("new", roles.Item("limit", roles.Item("history")), roles.Item("name")), "customer/old"),
		roles.Panel("money", former(roles.Item("limit", roles.Item("history")), "customer/old/limit")),
	))
	assert.Equal(t, []string{"customer/new", "customer/new/name", "customer/money/limit", "customer/money/limit/history"},
		leads(tree, "customer/old", "customer/old/name", "customer/old/limit", "customer/old/limit/history"))

	// A node that declares what it inherits anyway.
	tree = roles.MustTree(former(roles.Entity("customer", former(roles.Panel("billing", roles.Item("tax")), "client/billing")), "client"))
	assert.Equal(t, []string{"customer/billing", "customer/billing/tax"}, leads(tree, "client/billing", "client/billing/tax"))

	// Two that swapped their names keep both paths; the old meaning is lost,
	// as a declaration of it would shadow a real path.
	_, err := roles.NewTree([]roles.NodeSpec{roles.Entity("a"), former(roles.Entity("b"), "a")}, nil)
	require.EqualError(t, err, `roles: tree: node "b": alias "a" already leads to "a"`)
}

func TestAliasesRefused(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("a/", roles.MaxDepth-1) + "a"
	long := strings.Repeat("a", 100_000)
	for _, c := range []struct {
		spec    roles.NodeSpec
		message string
	}{
		{former(roles.Entity("customer"), "customer"), `alias "customer" already leads to "customer"`},
		{former(roles.Entity("customer", roles.Panel("billing")), "customer/billing"), `alias "customer/billing" already leads to "customer/billing"`},
		{former(roles.Entity("customer"), "client", "client"), `alias "client" already leads to "customer"`},
		{former(roles.Entity("customer"), ""), `alias "": name "": want 1 to 64 bytes`},
		{former(roles.Entity("customer"), "client/"), `alias "client/": name "": want 1 to 64 bytes`},
		{former(roles.Entity("customer"), "/client"), `alias "/client": name "": want 1 to 64 bytes`},
		{former(roles.Entity("customer"), "a//b"), `alias "a//b": name "": want 1 to 64 bytes`},
		{former(roles.Entity("customer"), "Client"), `alias "Client": name "Client": want lower-case letters, digits, '-' and '_' only`},
		{former(roles.Entity("customer"), "client\x00"), `alias "client\x00": name "client\x00": want lower-case letters, digits, '-' and '_' only`},
		{former(roles.Entity("customer"), long), `alias "` + long[:200] + `": name "` + long[:80] + `": want 1 to 64 bytes`},
		{former(roles.Entity("customer"), deep+"/a"), `alias "` + deep + `/a": deeper than 16`},
		{former(roles.Entity("customer"), strings.Repeat("a/", 1<<20)), `alias "` + strings.Repeat("a/", 100) + `": deeper than 16`},
	} {
		_, err := roles.NewTree([]roles.NodeSpec{c.spec}, nil)
		assert.EqualError(t, err, `roles: tree: node "customer": `+c.message)
	}
	_, err := roles.NewTree([]roles.NodeSpec{former(roles.Entity("customer"), deep)}, nil)
	assert.NoError(t, err)

	_, err = roles.NewTree([]roles.NodeSpec{former(roles.Entity("customer"), "client"), former(roles.Entity("account"), "client")}, nil)
	assert.EqualError(t, err, `roles: tree: node "account": alias "client" already leads to "customer"`)
}

// TestPathLimit holds that aliases cannot blow up a tree, whether they are
// declared or inherited: every alias counts, and what is below it.
func TestPathLimit(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds trees at their limit")
	}
	aliases := func(n int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf("a%d", i)
		}
		return out
	}
	panels := func(n int) []roles.NodeSpec {
		out := make([]roles.NodeSpec, n)
		for i := range out {
			out[i] = roles.Panel(fmt.Sprintf("p%d", i))
		}
		return out
	}
	for _, c := range []struct {
		aliases, panels int
		ok              bool
	}{
		{roles.MaxPaths - 1, 0, true}, // the entity's own path is one
		{roles.MaxPaths, 0, false},
		{roles.MaxPaths + 1, 1_000, false},
		{3, roles.MaxNodes - 1, true}, // 4 * MaxNodes
		{4, roles.MaxNodes - 1, false},
		{roles.MaxPaths - 2_000, 1_000, false},
	} {
		tree, err := roles.NewTree([]roles.NodeSpec{former(roles.Entity("e", panels(c.panels)...), aliases(c.aliases)...)}, nil)
		if !c.ok {
			assert.ErrorContains(t, err, "more than 262140 paths with aliases")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.panels+1, tree.Len())
		if c.panels > 0 {
			assert.Equal(t, []string{"e/p65533", "e/p65533", ""}, leads(tree, "a2/p65533", "e/p65533", "a3/p65533"))
		}
	}
}
