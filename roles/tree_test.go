package roles_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

// line is a tree of one path: depth nodes, each below the one before.
func line(depth int) roles.NodeSpec {
	spec := roles.NodeSpec{Name: fmt.Sprintf("n%d", depth)}
	for i := depth - 1; i > 0; i-- {
		spec = roles.NodeSpec{Name: fmt.Sprintf("n%d", i), Children: []roles.NodeSpec{spec}}
	}
	return spec
}

func TestTreesRefused(t *testing.T) {
	t.Parallel()
	named := func(name string) []roles.NodeSpec { return []roles.NodeSpec{roles.Entity("a", roles.Panel(name))} }
	kind := func(k roles.Kind) roles.NodeSpec { return roles.NodeSpec{Name: "a", Kind: k} }
	long := strings.Repeat("x", 65)
	const letters = `: want lower-case letters, digits, '-' and '_' only`
	for _, c := range []struct {
		entities []roles.NodeSpec
		message  string
	}{
		{nil, `no entities; give at least one root`},
		{[]roles.NodeSpec{}, `no entities; give at least one root`},
		{[]roles.NodeSpec{{}}, `node "": name "": want 1 to 64 bytes`},
		{named(""), `node "a/": name "": want 1 to 64 bytes`},
		{named(long), `node "a/` + long + `": name "` + long + `": want 1 to 64 bytes`},
		{named(strings.Repeat("x", 1<<20)), `node "a/` + strings.Repeat("x", 1037) + `": name "` + strings.Repeat("x", 80) + `": want 1 to 64 bytes`},
		{named("B"), `node "a/B": name "B"` + letters},
		{named("b c"), `node "a/b c": name "b c"` + letters},
		{named("b/c"), `node "a/b/c": name "b/c"` + letters},
		{named("."), `node "a/.": name "."` + letters},
		{named("b\x00"), `node "a/b\x00": name "b\x00"` + letters},
		{named("é"), `node "a/é": name "é"` + letters},
		{named("b\xff"), `node "a/b\xff": name "b\xff"` + letters},
		{[]roles.NodeSpec{line(17)}, `node "n1/n2/n3/n4/n5/n6/n7/n8/n9/n10/n11/n12/n13/n14/n15/n16/n17": deeper than 16`},
		{[]roles.NodeSpec{line(5_000)}, `node "n1/n2/n3/n4/n5/n6/n7/n8/n9/n10/n11/n12/n13/n14/n15/n16/n17": deeper than 16`},
		{[]roles.NodeSpec{roles.Entity("a"), roles.Entity("a")}, `node "a": declared twice`},
		{[]roles.NodeSpec{roles.Entity("a", roles.Panel("b", roles.Item("c"), roles.Item("d"), roles.Item("c")))}, `node "a/b/c": declared twice`},
		{[]roles.NodeSpec{roles.Panel("a")}, `node "a": panel at depth 1; entities are the roots of the tree, and only they`},
		{[]roles.NodeSpec{roles.Item("a")}, `node "a": item at depth 1; entities are the roots of the tree, and only they`},
		{[]roles.NodeSpec{roles.Entity("a", roles.Entity("b"))}, `node "a/b": entity at depth 2; entities are the roots of the tree, and only they`},
		{[]roles.NodeSpec{kind(roles.KindItem + 1)}, `node "a": unknown kind 4`},
		{[]roles.NodeSpec{kind(255)}, `node "a": unknown kind 255`},
		{[]roles.NodeSpec{{Name: "a", Marks: 8 | roles.Moved}}, `node "a": unknown mark 0x8`},
		{[]roles.NodeSpec{{Name: "a", Marks: 0xff}}, `node "a": unknown mark 0xf8`},
	} {
		tree, err := roles.NewTree(c.entities, nil)
		assert.EqualError(t, err, `roles: tree: `+c.message)
		assert.Nil(t, tree)
	}
	assert.PanicsWithError(t, `roles: tree: no entities; give at least one root`, func() { roles.MustTree() })
	assert.PanicsWithError(t, `roles: node "b": no such path in the tree; did you mean "a"?`, func() { roles.MustTree(roles.Entity("a")).MustNode("b") })
}

// TestTreeKeepsNothingOfItsCaller changes what a tree was made of.
func TestTreeKeepsNothingOfItsCaller(t *testing.T) {
	t.Parallel()
	specs := []roles.NodeSpec{former(roles.Entity("customer", roles.Panel("billing")), "client")}
	tree, err := roles.NewTree(specs, nil)
	require.NoError(t, err)
	specs[0].Aliases[0], specs[0].Children[0].Name, specs[0].Name = "x", "y", "z"
	n := tree.MustNode("client/billing")
	assert.Equal(t, "customer/billing", n.Path())
	assert.Equal(t, []string{"client"}, tree.MustNode("customer").Aliases())
}

func TestTreeLimits(t *testing.T) {
	t.Parallel()
	deepest := roles.MustTree(line(roles.MaxDepth))
	assert.Equal(t, 16, deepest.Len())
	name := strings.Repeat("x", roles.MaxNameBytes)
	assert.Equal(t, name, roles.MustTree(roles.Entity(name)).MustNode(name).Name())

	if testing.Short() {
		t.Skip("builds trees at their limit")
	}
	// The limit by breadth, by depth, and by roots alone.
	for what, entities := range map[string][]roles.NodeSpec{
		"panels": wide(roles.MaxNodes),
		"lines":  lines(roles.MaxNodes),
		"roots":  roots(roles.MaxNodes),
	} {
		tree, err := roles.NewTree(entities, nil)
		require.NoError(t, err, what)
		require.Equal(t, 65_535, tree.Len())
		checkTree(t, tree)

		_, err = roles.NewTree(append(entities, roles.Entity("one-more")), nil)
		require.EqualError(t, err, `roles: tree: node "one-more": more than 65535 nodes`)
	}
	last := wide(roles.MaxNodes + 1)
	_, err := roles.NewTree(last, nil)
	require.EqualError(t, err, `roles: tree: node "e/n65535": more than 65535 nodes`)
}

// wide is one entity with panels, n nodes in all.
func wide(n int) []roles.NodeSpec {
	panels := make([]roles.NodeSpec, n-1)
	for i := range panels {
		panels[i] = roles.Panel(fmt.Sprintf("n%d", i+1))
	}
	return []roles.NodeSpec{roles.Entity("e", panels...)}
}

// lines is entities with one path each of the greatest depth, n nodes in all.
func lines(n int) (out []roles.NodeSpec) {
	for ; n > 0; n -= roles.MaxDepth {
		spec := line(min(n, roles.MaxDepth))
		spec.Name = fmt.Sprintf("e%d", n)
		out = append(out, spec)
	}
	return out
}

func roots(n int) []roles.NodeSpec {
	out := make([]roles.NodeSpec, n)
	for i := range out {
		out[i] = roles.Entity(fmt.Sprintf("e%d", i))
	}
	return out
}

// checkTree holds every property of a tree's shape: numbers, paths, parents,
// children and subtrees agree, and every path leads to its node and no other.
func checkTree(t require.TestingT, tree *roles.Tree) {
	nodes := slices.Collect(tree.Nodes())
	require.Len(t, nodes, tree.Len())
	children := make(map[roles.Node][]roles.Node)
	var roots []roles.Node
	for i, n := range nodes {
		if n.Index() != i || n.Tree() != tree || n.IsZero() || n.String() != n.Path() {
			require.Fail(t, "a node's own account of itself is wrong", "%v", n)
		}
		found, ok := tree.Lookup(n.Path())
		if !ok || found != n {
			require.Fail(t, "a path does not lead to its node", "%q leads to %q", n.Path(), found.Path())
		}
		up, ok := n.Parent()
		if !ok {
			roots = append(roots, n)
			if n.Path() != n.Name() || n.Kind() != roles.KindEntity {
				require.Fail(t, "not a root", "%v", n)
			}
			continue
		}
		if up.Index() >= i || n.Path() != up.Path()+"/"+n.Name() || n.Kind() == roles.KindEntity || n.Marks()&up.Marks() != up.Marks() {
			require.Fail(t, "not below its parent", "%v", n)
		}
		children[up] = append(children[up], n)
	}
	require.Equal(t, roots, slices.Collect(tree.Roots()))
	subtree := 0 // of the roots
	for _, n := range nodes {
		if !slices.Equal(children[n], slices.Collect(n.Children())) {
			require.Fail(t, "wrong children", "of %v", n)
		}
		if _, below := n.Parent(); below && len(children[n]) > 0 {
			continue // quadratic in the depth otherwise
		}
		for m := range n.Subtree() {
			if m != n && !strings.HasPrefix(m.Path(), n.Path()+"/") {
				require.Fail(t, "not in the subtree", "%v of %v", m, n)
			}
			if _, below := n.Parent(); !below {
				if nodes[subtree] != m {
					require.Fail(t, "a subtree is out of order", "%v", m)
				}
				subtree++
			}
		}
	}
	require.Equal(t, len(nodes), subtree)
}
