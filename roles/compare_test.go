package roles_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/roles"
)

// TestCoversAndDiff compares both with a walk over every node, reach and
// action, for roles of any two types and for tables that are nil or empty.
func TestCoversAndDiff(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		m := drawModel(t)
		draw := func() *roles.Table {
			switch rapid.IntRange(0, 9).Draw(t, "table") {
			case 0:
				return nil
			case 1:
				return &roles.Table{}
			default:
				table, _ := drawRole(t, m)
				return table
			}
		}
		a, b, c := draw(), draw(), draw()

		covers, same := true, true
		var want []roles.Difference
		for n := range m.Tree().Nodes() {
			for _, r := range []roles.Reach{roles.Own, roles.Below} {
				pa, pb := a.Permission(n, r), b.Permission(n, r)
				for _, action := range roles.Actions() {
					covers = covers && (a.Allows(action, n, r) || !b.Allows(action, n, r))
					same = same && a.Allows(action, n, r) == b.Allows(action, n, r)
				}
				if pa != pb {
					want = append(want, roles.Difference{Node: n, Reach: r, A: pa, B: pb})
				}
			}
		}
		require.Equal(t, covers, roles.Covers(a, b))
		require.Equal(t, want, roles.Diff(a, b))
		require.Equal(t, same, len(want) == 0)

		// An order: reflexive, transitive, and equal both ways means equal.
		require.True(t, roles.Covers(a, a))
		require.Empty(t, roles.Diff(a, a))
		if roles.Covers(a, b) && roles.Covers(b, c) {
			require.True(t, roles.Covers(a, c))
		}
		require.Equal(t, roles.Covers(a, b) && roles.Covers(b, a), len(roles.Diff(a, b)) == 0)
		reverse := roles.Diff(b, a)
		require.Len(t, reverse, len(want))
		for i, d := range reverse {
			require.Equal(t, roles.Difference{Node: d.Node, Reach: d.Reach, A: d.B, B: d.A}, want[i])
		}
		// Whoever covers on both reaches covers what is asked without an object.
		if covers {
			for n := range m.Tree().Nodes() {
				require.True(t, a.Permission(n, roles.Either).Contains(b.Permission(n, roles.Either)))
			}
		}
	})
}

// TestEachUnderItsOwnCeilings holds that tables are compared by what they
// permit, not by what was set.
func TestEachUnderItsOwnCeilings(t *testing.T) {
	t.Parallel()
	m := roles.MustModel(smallTree(),
		roles.Type{Name: "admin", Ceiling: roles.Ceiling{Base: roles.Modify}},
		roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify, At: set{"customer/billing/credit-limit": roles.Read}}})
	at := set{"customer": roles.Modify}
	admin, customer := compile(t, m, "admin", at), compile(t, m, "customer", at)
	assert.True(t, roles.Covers(admin, customer))
	assert.False(t, roles.Covers(customer, admin))
	limit := m.Tree().MustNode("customer/billing/credit-limit")
	assert.Empty(t, cmp.Diff([]roles.Difference{
		{Node: limit, Reach: roles.Own, A: roles.Modify, B: roles.Read},
		{Node: limit, Reach: roles.Below, A: roles.Modify, B: roles.Read},
	}, roles.Diff(admin, customer), cmp.Comparer(func(a, b roles.Node) bool { return a == b })))

	// One reach alone makes the difference: the reseller may raise its
	// customers' limits, not its own.
	m = roles.MustModel(smallTree(),
		roles.Type{Name: "a", Ceiling: roles.Ceiling{Base: roles.Read}, Below: &roles.Ceiling{Base: roles.Modify}},
		roles.Type{Name: "b", Ceiling: roles.Ceiling{Base: roles.Modify}, Below: &roles.Ceiling{Base: roles.Read}})
	a, b := compile(t, m, "a", at), compile(t, m, "b", at)
	assert.False(t, roles.Covers(a, b))
	assert.False(t, roles.Covers(b, a))
	assert.Len(t, roles.Diff(a, b), 2*5)
}

// TestTablesOfOtherTrees holds that what cannot be compared covers nothing.
func TestTablesOfOtherTrees(t *testing.T) {
	t.Parallel()
	of := roles.Type{Name: "c", Ceiling: roles.Ceiling{Base: roles.Modify}}
	tree := smallTree()
	m, sibling, twin := roles.MustModel(tree, of), roles.MustModel(tree, of), roles.MustModel(smallTree(), of)
	everything := set{"customer": roles.Modify, "account": roles.Modify}
	a := compile(t, m, "c", everything)
	foreign := compile(t, twin, "c", everything)
	nothing := compile(t, twin, "c", nil)
	assert.False(t, roles.Covers(a, foreign))
	assert.False(t, roles.Covers(foreign, a))
	assert.False(t, roles.Covers(a, nothing), "not even what permits nothing: its nodes are unknown here")
	for _, none := range []*roles.Table{nil, {}} {
		assert.True(t, roles.Covers(a, none))
		assert.True(t, roles.Covers(none, none))
		assert.True(t, roles.Covers(none, compile(t, m, "c", nil)))
		assert.False(t, roles.Covers(none, a))
		assert.Empty(t, roles.Diff(none, none))
		assert.Len(t, roles.Diff(none, a), 2*tree.Len())
		assert.Len(t, roles.Diff(a, none), 2*tree.Len())
	}
	assert.PanicsWithValue(t, "roles: Diff: tables of different trees", func() { roles.Diff(a, foreign) })

	// Two models on one tree are comparable.
	other := compile(t, sibling, "c", everything)
	require.True(t, roles.Covers(a, other))
	require.Empty(t, roles.Diff(a, other))
	assert.True(t, other.Allows(roles.View, tree.MustNode("account"), roles.Own))
}
