package roles_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/roles"
)

// TestZeroValues holds that what nobody built permits nothing and panics
// nowhere.
func TestZeroValues(t *testing.T) {
	t.Parallel()
	var tree roles.Tree
	assert.Zero(t, tree.Len())
	assert.False(t, tree.Narrowing())
	for _, path := range []string{"", "customer"} {
		_, ok := tree.Lookup(path)
		assert.False(t, ok)
	}
	_, err := tree.Node("")
	assert.EqualError(t, err, `roles: node "": no such path in the tree`)
	for range tree.Nodes() {
		t.Error("the zero Tree has a node")
	}
	for range tree.Roots() {
		t.Error("the zero Tree has a root")
	}
	for _, none := range []*roles.Tree{nil, &tree} {
		_, err = roles.NewModel(none, roles.Type{Name: "c"})
		assert.EqualError(t, err, `roles: model: no tree; build one with NewTree`)
	}

	var n roles.Node
	assert.True(t, n.IsZero())
	assert.Nil(t, n.Tree())
	assert.Zero(t, n.Index())
	assert.Empty(t, n.Path()+n.String()+n.Name()+n.Title())
	assert.Equal(t, roles.KindByDepth, n.Kind())
	assert.Zero(t, n.Marks())
	assert.False(t, n.Explicit())
	assert.Nil(t, n.Aliases())
	assert.Nil(t, n.Choices("customer"))
	_, ok := n.Parent()
	assert.False(t, ok)
	for range n.Children() {
		t.Error("the zero Node has a child")
	}
	for range n.Subtree() {
		t.Error("the zero Node has a subtree")
	}

	var m roles.Model
	assert.Nil(t, m.Tree())
	for range m.Types() {
		t.Error("the zero Model has a type")
	}
	for range m.TypesOf("") {
		t.Error("the zero Model has a type")
	}
	_, err = m.Type("c")
	assert.EqualError(t, err, `roles: type "c": unknown; the model has no types`)
	_, err = m.Compile(roles.NewRole("r", "R", "c", nil))
	assert.EqualError(t, err, `roles: role "r": type "c": unknown; the model has no types`)
	_, err = m.Tabulate("c", func(roles.Node) roles.Permission { return roles.Modify })
	assert.EqualError(t, err, `roles: type "c": unknown; the model has no types`)
	stored := smallTree().MustNode("customer")
	assert.Equal(t, roles.Restrict, m.Ceiling("c", n, roles.Own))
	assert.Equal(t, roles.Restrict, m.Ceiling("c", stored, roles.Own))
	assert.Equal(t, roles.Restrict, m.Borrow("c", stored))

	for _, table := range []*roles.Table{nil, {}} {
		assert.Nil(t, table.Model())
		assert.Empty(t, table.Packed()+table.Type())
		for _, n := range []roles.Node{n, stored} {
			assert.Equal(t, roles.Restrict, table.Permission(n, roles.Own))
			assert.Equal(t, roles.Restrict, table.Value(n))
			assert.False(t, table.Allows(roles.View, n, roles.Below))
			assert.False(t, table.Visible(n))
		}
		for range table.VisibleNodes() {
			t.Error("the zero Table shows a node")
		}
	}

	assert.Empty(t, roles.Guards{}.Paths())
	assert.NoError(t, roles.Guards{}.Validate(&tree))
	assert.Error(t, roles.Role{}.Validate())
}
