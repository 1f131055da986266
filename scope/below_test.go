package scope_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/scope"
)

// TestBelowStandsForWhatLiesBelow: whoever reaches what Below returns reaches
// all that is below the object and all that can be put there, whatever that
// links to; and whoever reaches something new there that links to nothing
// reaches what Below returns.
func TestBelowStandsForWhatLiesBelow(t *testing.T) {
	t.Parallel()
	seen := make(map[bool]int)
	check(t, func(t *rapid.T) {
		f := drawForest(t)
		organization, listed := drawAsker(t, f)
		ids := slices.Sorted(maps.Keys(f))
		object := rapid.SampledFrom(ids).Draw(t, "object")
		resolve := func(id string) *scope.Lineage {
			l, err := scope.Resolve(f.lookup, id)
			require.NoError(t, err)
			return &l
		}
		l := resolve(object)
		below := l.Below()
		var there, tree []*scope.Lineage // what lies below the object, and in its tree
		for _, id := range ids {
			at := resolve(id)
			if id != object && at.Within(object) {
				there = append(there, at)
			}
			if at.Root() == l.Root() {
				tree = append(tree, at)
			}
		}
		// Something new without links, a chain of it, and then with links.
		var plain, linked []*scope.Lineage
		for i, parent := 0, object; i < 3; i++ {
			id := fmt.Sprint("new ", i)
			f[id] = entity(id, "any", parent)
			plain = append(plain, resolve(id))
			parent = id
		}
		for _, at := range plain {
			e := f[at.Object()]
			to := rapid.SampledFrom(tree).Draw(t, "to").Object()
			e.Links = append(e.Links, link(rapid.SampledFrom(linkNames).Draw(t, "name"), to))
			f[e.ID] = e
		}
		for _, at := range plain {
			linked = append(linked, resolve(at.Object()))
		}

		for r := range allRules {
			reaches := r.Reaches(organization, listed, &below)
			seen[reaches]++
			for _, at := range plain {
				require.Equal(t, reaches, r.Reaches(organization, listed, at), "%+v: %q, new below %q", r, at.Object(), object)
			}
			for _, at := range slices.Concat(there, linked) {
				require.True(t, !reaches || r.Reaches(organization, listed, at), "%+v: %q below %q", r, at.Object(), object)
			}
		}
	})
	assert.Positive(t, seen[true], "nobody reached anything below")
	assert.Positive(t, seen[false])
}

func TestBelow(t *testing.T) {
	t.Parallel()
	l, err := scope.Resolve(world().lookup, "acme-1")
	require.NoError(t, err)
	below := l.Below()
	assert.Empty(t, below.Object())
	assert.Empty(t, below.Kind())
	assert.Equal(t, "isp", below.Root())
	for id := range world() {
		assert.Equal(t, l.Within(id), below.Within(id), id)
		assert.Equal(t, l.Mentions(id), below.Mentions(id), id)
	}
	assert.False(t, below.Within(""))
	assert.False(t, below.Mentions(""))
	again, err := scope.Resolve(world().lookup, "acme-1")
	require.NoError(t, err)
	assert.Equal(t, again, l, "what is below shares nothing that it changed")

	// Nobody names what does not exist yet.
	for _, r := range []scope.Rule{itselfAndBelow, itself, supervisor, {Listed: true, Below: true}} {
		for _, organization := range []string{"", "acme", "acme-1", "isp"} {
			assert.False(t, r.Reaches(organization, []string{""}, &below), "%+v of %q", r, organization)
		}
	}
	assert.True(t, itselfAndBelow.Reaches("acme", []string{"", "acme-1"}, &below))
	assert.False(t, itself.Reaches("acme-1", nil, &below))
	assert.False(t, supervisor.Reaches("acme", []string{"support"}, &below), "a link with nothing below it")
}

// TestBelowEnds: nothing lies below what is as deep as anything can be, nor
// below nothing.
func TestBelowEnds(t *testing.T) {
	t.Parallel()
	f, parent := make(forest), ""
	for i := range scope.MaxDepth {
		id := fmt.Sprint(i)
		f[id] = entity(id, "any", parent)
		parent = id
	}
	for i := range scope.MaxDepth {
		l, err := scope.Resolve(f.lookup, fmt.Sprint(i))
		require.NoError(t, err)
		below := l.Below()
		assert.Equal(t, i+1 < scope.MaxDepth, itselfAndBelow.Reaches("0", nil, &below), "%d", i)
	}
	for _, l := range []*scope.Lineage{nil, {}} {
		assert.Equal(t, scope.Lineage{}, l.Below())
	}
}
