package roles_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

// choosing gives a node its choices.
func choosing(spec roles.NodeSpec, choices ...roles.Permission) roles.NodeSpec {
	spec.Choices = choices
	return spec
}

func TestChoices(t *testing.T) {
	t.Parallel()
	viewUpdate := roles.Permit(roles.View, roles.Update)
	spec := choosing(roles.Panel("limits"), roles.Modify, roles.Restrict, viewUpdate)
	spec.ChoicesFor = map[string][]roles.Permission{"customer": {roles.Read, roles.Restrict}, "vendor": {roles.Restrict}}
	tree := roles.MustTree(roles.Entity("customer", spec))

	n := tree.MustNode("customer/limits")
	want := []roles.Permission{roles.Restrict, viewUpdate, roles.Modify}
	assert.Equal(t, want, n.Choices("admin"), "least first, however given")
	assert.Equal(t, want, n.Choices(""))
	assert.Equal(t, []roles.Permission{roles.Restrict, roles.Read}, n.Choices("customer"))
	assert.Equal(t, []roles.Permission{roles.Restrict}, n.Choices("vendor"))
	root := tree.MustNode("customer")
	assert.Equal(t, []roles.Permission{roles.Restrict, roles.Read, roles.Modify}, root.Choices("customer"), "choices are not inherited")

	// What is given out and what came in can change without the tree.
	n.Choices("customer")[1] = roles.Modify
	spec.Choices[0], spec.ChoicesFor["vendor"][0] = roles.Read, roles.Modify
	delete(spec.ChoicesFor, "customer")
	assert.Equal(t, want, n.Choices("admin"))
	assert.Equal(t, []roles.Permission{roles.Restrict, roles.Read}, n.Choices("customer"))
	assert.Equal(t, []roles.Permission{roles.Restrict}, n.Choices("vendor"))
}

func TestChoicesRefused(t *testing.T) {
	t.Parallel()
	create := roles.Permit(roles.Create)
	for _, c := range []struct {
		choices []roles.Permission
		message string
	}{
		{[]roles.Permission{}, `choices are empty; leave them out for Restrict, Read, Modify`},
		{[]roles.Permission{roles.Read, roles.Modify}, `choices [Read Modify] lack Restrict`},
		{[]roles.Permission{roles.Modify}, `choices [Modify] lack Restrict`},
		{[]roles.Permission{roles.Restrict, roles.Restrict}, `choices [Restrict Restrict] name Restrict twice`},
		{[]roles.Permission{roles.Read, roles.Restrict, roles.Read}, `choices [Read Restrict Read] name Read twice`},
		{[]roles.Permission{roles.Restrict, roles.Read, create}, `choices [Restrict Read create] form no chain: neither of Read and create contains the other`},
		{[]roles.Permission{roles.Restrict, create, roles.Permit(roles.View, roles.Update)},
			`choices [Restrict create view+update] form no chain: neither of create and view+update contains the other`},
		{[]roles.Permission{roles.Restrict, 16}, `choice Permission(16) is not a set of actions`},
		{[]roles.Permission{roles.Restrict, 255}, `choice Permission(255) is not a set of actions`},
	} {
		spec := roles.Entity("a")
		spec.Choices = c.choices
		_, err := roles.NewTree([]roles.NodeSpec{spec}, nil)
		assert.EqualError(t, err, `roles: tree: node "a": `+c.message)
		spec = roles.Entity("a")
		spec.ChoicesFor = map[string][]roles.Permission{"c": c.choices}
		_, err = roles.NewTree([]roles.NodeSpec{spec}, nil)
		assert.EqualError(t, err, `roles: tree: node "a": for type "c": `+c.message)
	}
	spec := roles.Entity("a")
	spec.ChoicesFor = map[string][]roles.Permission{"c": nil}
	_, err := roles.NewTree([]roles.NodeSpec{spec}, nil)
	assert.EqualError(t, err, `roles: tree: node "a": for type "c": choices are empty; leave them out for Restrict, Read, Modify`)
}

// TestLowering tries every set of sets of actions: the tree takes those that
// hold Restrict and form a chain, and then lowers every inherited value to the
// greatest choice contained in it.
func TestLowering(t *testing.T) {
	t.Parallel()
	chains := 0
	for members := range 1 << 16 {
		var choices []roles.Permission
		for p := range roles.Modify + 1 {
			if members>>p&1 == 1 {
				choices = append(choices, p)
			}
		}
		isChain := members&1 == 1
		for i, p := range choices {
			for _, q := range choices[:i] {
				isChain = isChain && (p&q == p || p&q == q)
			}
		}
		spec := roles.Panel("b")
		spec.Choices = choices
		if !isChain {
			if len(choices) > 3 && members%64 != 1 {
				continue // many are alike
			}
			spec.Choices = append([]roles.Permission{}, choices...)
			_, err := roles.NewTree([]roles.NodeSpec{roles.Entity("a", spec)}, nil)
			require.Error(t, err, "%v", choices)
			continue
		}
		chains++
		for p := range roles.Modify + 1 {
			above := []roles.Permission{roles.Restrict, p}
			if p == roles.Restrict {
				above = above[:1]
			}
			tree := roles.MustTree(choosing(roles.Entity("a", spec), above...))
			m := roles.MustModel(tree, roles.Type{Name: "c"})
			table, err := m.Compile(roles.NewRole("r", "R", "c", map[string]roles.Permission{"a": p}))
			require.NoError(t, err)
			got := table.Value(tree.MustNode("a/b"))
			require.Contains(t, choices, got)
			require.True(t, p.Contains(got))
			for _, q := range choices {
				require.True(t, !p.Contains(q) || got.Contains(q), "%v lowered to %v, but %v is contained in it", p, got, q)
			}
		}
	}
	assert.Equal(t, 150, chains, "chains of sets of four actions that begin with none")
}

// TestChoicesOfTypes holds that each type has its own choices at a node, that
// an inherited value is lowered to them, and that another value is refused.
func TestChoicesOfTypes(t *testing.T) {
	t.Parallel()
	allowed := roles.Panel("allowed-roles", roles.Item("list"))
	allowed.ChoicesFor = map[string][]roles.Permission{"customer": {roles.Restrict, roles.Read}, "vendor": {roles.Restrict}}
	all := roles.Ceiling{Base: roles.Modify}
	m := roles.MustModel(roles.MustTree(roles.Entity("customer", allowed)),
		roles.Type{Name: "admin", Ceiling: all}, roles.Type{Name: "customer", Ceiling: all}, roles.Type{Name: "vendor", Ceiling: all})
	node, list := m.Tree().MustNode("customer/allowed-roles"), m.Tree().MustNode("customer/allowed-roles/list")
	for name, want := range map[string]roles.Permission{"admin": roles.Modify, "customer": roles.Read, "vendor": roles.Restrict} {
		table, err := m.Compile(roles.NewRole("r", "R", name, map[string]roles.Permission{"customer": roles.Modify}))
		require.NoError(t, err)
		assert.Equal(t, want, table.Value(node), name)
		assert.Equal(t, want, table.Value(list), "what is below inherits what was lowered")
		for _, p := range []roles.Permission{roles.Restrict, roles.Read, roles.Modify, roles.Permit(roles.Create), 16} {
			table, err := m.Compile(roles.NewRole("r", "R", name, map[string]roles.Permission{"customer/allowed-roles": p}))
			if slices.Contains(node.Choices(name), p) {
				require.NoError(t, err)
				assert.Equal(t, p, table.Value(node))
				continue
			}
			require.Nil(t, table)
			if !p.Valid() {
				require.EqualError(t, err, `roles: role "r": node "customer/allowed-roles": permission Permission(16) is not a set of actions`)
				continue
			}
			choices := fmt.Sprint(node.Choices(name))
			require.EqualError(t, err, fmt.Sprintf(`roles: role "r": node "customer/allowed-roles": %v is not a choice there for type %q; want one of %s`, p, name, choices))
		}
	}
}
