package roles_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/roles"
)

// A reference evaluates a role by the four lines of section 3 of the design,
// one node at a time, from the declarations and nothing that was compiled.
type reference struct {
	narrowing bool
	of        roles.Type
	set       set
}

// raw(n) = set(n); else Restrict at a root or an explicit node; else value(parent)
func (e reference) raw(n roles.Node) roles.Permission {
	if p, ok := at(e.set, n); ok {
		return p
	}
	parent, ok := n.Parent()
	if !ok || n.Explicit() {
		return roles.Restrict
	}
	return e.value(parent)
}

// value(n) = the greatest choice of n contained in raw(n) (Narrowing trees: in raw(n) ∩ value(parent))
func (e reference) value(n roles.Node) roles.Permission {
	within := e.raw(n)
	if parent, ok := n.Parent(); ok && e.narrowing {
		within &= e.value(parent)
	}
	greatest := roles.Restrict
	for _, choice := range n.Choices(e.of.Name) {
		if within.Contains(choice) && choice.Contains(greatest) {
			greatest = choice
		}
	}
	return greatest
}

// ceiling(n) = the type's at n; else ceiling(parent); else the type's base ceiling
func ceiling(c roles.Ceiling, n roles.Node) roles.Permission {
	if p, ok := at(c.At, n); ok {
		return p
	}
	if parent, ok := n.Parent(); ok {
		return ceiling(c, parent)
	}
	return c.Base
}

// effective(n) = value(n) ∩ ceiling(n)
func (e reference) effective(n roles.Node, r roles.Reach) roles.Permission {
	return e.value(n) & ceilingOf(e.of, n, r)
}

func ceilingOf(of roles.Type, n roles.Node, r roles.Reach) roles.Permission {
	own := ceiling(of.Ceiling, n)
	below := own
	if of.Below != nil {
		below = ceiling(*of.Below, n)
	}
	switch r {
	case roles.Own:
		return own
	case roles.Below:
		return below
	default:
		return own & below
	}
}

// visible: n or anything below it may be viewed, on either reach.
func (e reference) visible(n roles.Node) bool {
	if e.effective(n, roles.Own).Allows(roles.View) || e.effective(n, roles.Below).Allows(roles.View) {
		return true
	}
	for child := range n.Children() {
		if e.visible(child) {
			return true
		}
	}
	return false
}

// at finds what is set at n under any of its paths.
func at(set set, n roles.Node) (roles.Permission, bool) {
	for _, path := range append(formerPaths(n), n.Path()) {
		if p, ok := set[path]; ok {
			return p, true
		}
	}
	return 0, false
}

var typeNames = []string{"admin", "customer"}

// drawModel draws a tree and two types with ceilings of their own.
func drawModel(t *rapid.T) *roles.Model {
	tree := drawTree(t, typeNames)
	anyCeiling := rapid.Custom(func(t *rapid.T) roles.Ceiling {
		return roles.Ceiling{Base: anyPermission.Draw(t, "base"), At: drawSet(t, tree, func(roles.Node) []roles.Permission {
			return []roles.Permission{anyPermission.Draw(t, "at")}
		})}
	})
	var types []roles.Type
	for _, name := range typeNames {
		of := roles.Type{Name: name, Ceiling: anyCeiling.Draw(t, "ceiling")}
		if rapid.Bool().Draw(t, "has below") {
			c := anyCeiling.Draw(t, "below")
			of.Below = &c
		}
		if rapid.Bool().Draw(t, "has borrow") {
			c := anyCeiling.Draw(t, "borrow")
			of.Borrow = &c
		}
		types = append(types, of)
	}
	m, err := roles.NewModel(tree, types...)
	require.NoError(t, err)
	return m
}

// drawSet sets some nodes to one of what choices gives, by any path of theirs.
func drawSet(t *rapid.T, tree *roles.Tree, choices func(roles.Node) []roles.Permission) set {
	out := make(set)
	for n := range tree.Nodes() {
		_, below := n.Parent()
		if !below || rapid.IntRange(0, 3).Draw(t, "set") == 0 {
			path := rapid.SampledFrom(append(formerPaths(n), n.Path())).Draw(t, "path")
			out[path] = rapid.SampledFrom(choices(n)).Draw(t, "permission")
		}
	}
	return out
}

func drawRole(t *rapid.T, m *roles.Model) (*roles.Table, reference) {
	name := rapid.SampledFrom(typeNames).Draw(t, "type")
	at := drawSet(t, m.Tree(), func(n roles.Node) []roles.Permission {
		choices := n.Choices(name)
		greatest := choices[len(choices)-1]
		return append(choices, greatest, greatest, greatest) // much is permitted, then taken away below
	})
	of, err := m.Type(name)
	require.NoError(t, err)
	return compile(t, m, name, at), reference{narrowing: m.Tree().Narrowing(), of: of, set: at}
}

// isReference holds the compiled role to the reference at every node.
func isReference(t *rapid.T) {
	m := drawModel(t)
	table, want := drawRole(t, m)
	var visible []roles.Node
	for n := range m.Tree().Nodes() {
		require.Equal(t, want.value(n), table.Value(n), "value of %v", n)
		for _, r := range allReaches {
			require.Equal(t, want.effective(n, r), table.Permission(n, r), "%v of %v", r, n)
			require.Equal(t, ceilingOf(want.of, n, r), m.Ceiling(want.of.Name, n, r))
			for _, a := range roles.Actions() {
				require.Equal(t, want.effective(n, r).Allows(a), table.Allows(a, n, r))
			}
			require.False(t, table.Allows(0, n, r))
		}
		borrow := roles.Restrict
		if want.of.Borrow != nil {
			borrow = ceiling(*want.of.Borrow, n)
		}
		require.Equal(t, borrow, m.Borrow(want.of.Name, n))
		require.Equal(t, want.visible(n), table.Visible(n), "%v is visible", n)
		if want.visible(n) {
			visible = append(visible, n)
		}
	}
	require.Equal(t, visible, slices.Collect(table.VisibleNodes()))
}

func TestCompileIsTheReference(t *testing.T) {
	t.Parallel()
	check(t, isReference)
}

// FuzzCompile lets the native fuzzer choose the trees and roles.
func FuzzCompile(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(isReference))
}

// TestVisibleNodesHaveVisibleParents holds what a menu is built on, and that
// a loop over it may stop.
func TestVisibleNodesHaveVisibleParents(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		table, _ := drawRole(t, drawModel(t))
		yielded := make(map[roles.Node]bool)
		for n := range table.VisibleNodes() {
			if up, ok := n.Parent(); ok {
				require.True(t, yielded[up], "%v comes without its parent", n)
			}
			yielded[n] = true
		}
		for first := range table.VisibleNodes() {
			require.True(t, yielded[first])
			break
		}
	})
}

// TestRaisingASettingTakesNothingAway holds what editing a role relies on: a
// greater permission at one node is a greater or equal role.
func TestRaisingASettingTakesNothingAway(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		m := drawModel(t)
		before, of := drawRole(t, m)
		path := rapid.SampledFrom(keys(of.set)).Draw(t, "raised")
		choices := m.Tree().MustNode(path).Choices(of.of.Name)
		was := of.set[path]
		of.set[path] = rapid.SampledFrom(choices[slices.Index(choices, was):]).Draw(t, "to")
		after := compile(t, m, of.of.Name, of.set)
		require.True(t, roles.Covers(after, before), "%v raised from %v to %v", path, was, of.set[path])
		if slices.Equal(choices, []roles.Permission{was}) {
			require.Empty(t, roles.Diff(before, after))
		}
	})
}
