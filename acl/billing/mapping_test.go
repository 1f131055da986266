package billing_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/roles"
)

var (
	system = billing.System()
	tree   = system.Model().Tree()
)

// unmapped reports whether the node is one of those that deliberately no level
// permits, or below one.
func unmapped(n roles.Node) bool {
	return slices.ContainsFunc(billing.Unmapped(), func(path string) bool {
		return n.Path() == path || strings.HasPrefix(n.Path(), path+"/")
	})
}

func TestEveryNodeIsMappedOrDeliberatelyNot(t *testing.T) {
	for n := range tree.Nodes() {
		mapped := len(system.Needs(n, roles.View)) > 0
		assert.NotEqual(t, unmapped(n), mapped, "%s: mapped: %v", n, mapped)
	}
	for _, path := range billing.Unmapped() {
		n, err := tree.Node(path)
		require.NoError(t, err)
		up, ok := n.Parent()
		assert.False(t, ok && unmapped(up), "%s: %s is listed too", n, up)
	}
}

// What the older system cannot see is no attribute either.
func TestNoAttributeNamesARole(t *testing.T) {
	for _, m := range billing.Mapping() {
		for _, need := range m.Needs {
			if strings.Contains(strings.ToLower(need), "role") {
				assert.Equal(t, "Accounts.i_account_role", need, "%s: the kind of an account is no role", m.Node)
			}
		}
	}
}

// Whoever may only look at a panel starts nothing on it, so an operation needs
// an attribute that nothing else shows.
func TestOperationsHaveAttributesOfTheirOwn(t *testing.T) {
	isOperation := func(n roles.Node) bool {
		return slices.Equal(n.Choices("any"), []roles.Permission{roles.Restrict, roles.Modify})
	}
	shown := map[string]roles.Node{}
	for n := range tree.Nodes() {
		if !isOperation(n) {
			for _, p := range system.Needs(n, roles.View) {
				shown[p.Object+"."+p.Attribute] = n
			}
		}
	}
	started := map[string]roles.Node{}
	operations := 0
	for n := range tree.Nodes() {
		if !isOperation(n) || unmapped(n) {
			continue
		}
		operations++
		for _, p := range system.Needs(n, roles.View) {
			name := p.Object + "." + p.Attribute
			assert.NotContains(t, shown, name, "%s", n)
			assert.NotContains(t, shown, p.Object+"."+acl.AnyAttribute, "%s", n)
			assert.NotContains(t, started, name, "%s and %s", n, started[name])
			started[name] = n
		}
	}
	assert.Greater(t, operations, 50)
}

func TestMappingIsTheCallersToChange(t *testing.T) {
	m := billing.Mapping()
	m[0].Needs[0] = "Changed.name"
	m[1].Node = "changed"
	assert.NotEqual(t, m[0].Needs, billing.Mapping()[0].Needs)
	assert.NotEqual(t, m[1].Node, billing.Mapping()[1].Node)
	assert.Same(t, billing.System(), billing.System())
}
