package scope_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/scope"
)

// reachable is the reference: the whole set that a person reaches, grown from
// the organization downwards, where [scope.Rule.Reaches] climbs up from one
// object.
func reachable(f forest, r scope.Rule, organization string, listed []string) map[string]bool {
	starts := []string{organization}
	if r.Listed {
		starts = nil
		for id := range intersect(below(f, organization), set(listed)) {
			starts = append(starts, id)
		}
	}
	all := make(map[string]bool)
	for _, start := range starts {
		if _, stored := f[start]; !stored {
			continue
		}
		owned := map[string]bool{start: true}
		if r.Below {
			owned = below(f, start)
		}
		maps.Copy(all, owned)
		for id, e := range f {
			for _, l := range e.Links {
				if r.Link == "" || l.Name != r.Link || !owned[l.To] {
					continue
				}
				all[id] = true
				if r.LinkedBelow {
					maps.Copy(all, below(f, id))
				}
			}
		}
	}
	if r.Listed {
		return intersect(all, below(f, organization))
	}
	if len(listed) == 0 {
		return all
	}
	narrowed := make(map[string]bool)
	for id := range intersect(all, set(listed)) {
		maps.Copy(narrowed, below(f, id))
	}
	return intersect(all, narrowed)
}

// below is an entity and everything that it owns, found by growing the set
// until nothing is added.
func below(f forest, id string) map[string]bool {
	out := make(map[string]bool)
	if _, stored := f[id]; stored {
		out[id] = true
	}
	for grown := true; grown; {
		grown = false
		for child, e := range f {
			if out[e.Parent] && !out[child] {
				out[child], grown = true, true
			}
		}
	}
	return out
}

func set(ids []string) map[string]bool {
	out := make(map[string]bool)
	for _, id := range ids {
		out[id] = true
	}
	return out
}

func intersect(a, b map[string]bool) map[string]bool {
	out := maps.Clone(a)
	maps.DeleteFunc(out, func(id string, _ bool) bool { return !b[id] })
	return out
}

// check runs a property 100 times in short runs, 500 times otherwise, and
// 50,000 times with DURWARD_LONG=1.
func check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	rounds := 5
	switch {
	case os.Getenv("DURWARD_LONG") == "1":
		rounds = 500
	case testing.Short():
		rounds = 1
	}
	for range rounds {
		rapid.Check(t, property)
	}
}

var linkNames = []string{"distributor", "group"}

// drawForest makes a sound forest: parents come first, links stay in the tree.
func drawForest(t *rapid.T) forest {
	f := make(forest)
	root := make(map[string]string)
	var ids []string
	for i := range rapid.IntRange(1, 12).Draw(t, "entities") {
		e := entity(fmt.Sprintf("e%d", i), "any", "")
		root[e.ID] = e.ID
		if up := rapid.IntRange(-1, i-1).Draw(t, "parent of "+e.ID); up >= 0 {
			e.Parent = ids[up]
			root[e.ID] = root[e.Parent]
		}
		f[e.ID] = e
		ids = append(ids, e.ID)
	}
	for _, id := range ids {
		e := f[id]
		for _, to := range ids {
			for _, name := range linkNames {
				if to != id && root[to] == root[id] && rapid.IntRange(0, 5).Draw(t, id+" to "+to) == 0 {
					e.Links = append(e.Links, link(name, to))
				}
			}
		}
		f[id] = e
	}
	return f
}

var anyRule = rapid.SampledFrom(slices.Collect(allRules))

// drawAsker draws who asks: an organization and a list, most of them stored.
func drawAsker(t *rapid.T, f forest) (organization string, listed []string) {
	ids := append(slices.Sorted(maps.Keys(f)), "nobody", "")
	organization = rapid.SampledFrom(ids).Draw(t, "organization")
	listed = rapid.SliceOfN(rapid.SampledFrom(ids), 0, 4).Draw(t, "listed")
	return organization, listed
}

// TestReachesIsReachable compares the fast rule with the reference: random
// forests and lists, and for each every rule, every organization, every object.
func TestReachesIsReachable(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		f := drawForest(t)
		_, listed := drawAsker(t, f)
		lineages := make(map[string]*scope.Lineage)
		for id := range f {
			l, err := scope.Resolve(f.lookup, id)
			require.NoError(t, err)
			lineages[id] = &l
		}
		for r := range allRules {
			for _, organization := range append(slices.Sorted(maps.Keys(f)), "nobody", "") {
				want := reachable(f, r, organization, listed)
				for id, l := range lineages {
					if got := r.Reaches(organization, listed, l); got != want[id] {
						t.Fatalf("%+v of %q, listed %q, asked for %q: %v, want %v in %v", r, organization, listed, id, got, want[id], f)
					}
				}
			}
		}
	})
}

// allRules yields every rule over the names that forests are drawn with.
func allRules(yield func(scope.Rule) bool) {
	for bits := range 1 << 3 {
		for _, name := range append([]string{"", "none"}, linkNames...) {
			if !yield(scope.Rule{Below: bits&1 != 0, LinkedBelow: bits&2 != 0, Listed: bits&4 != 0, Link: name}) {
				return
			}
		}
	}
}

// TestScopeIsMonotone holds what administration relies on: a list never adds
// to a scope, a longer list never takes from it, and a rule that says more
// never reaches less.
func TestScopeIsMonotone(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		f := drawForest(t)
		r := anyRule.Draw(t, "rule")
		organization, listed := drawAsker(t, f)
		if len(listed) == 0 {
			listed = []string{"nobody"}
		}
		more := append([]string{rapid.SampledFrom(slices.Sorted(maps.Keys(f))).Draw(t, "one more")}, listed...)
		for id := range f {
			l, err := scope.Resolve(f.lookup, id)
			require.NoError(t, err)
			narrow := r.Reaches(organization, listed, &l)
			if narrow {
				require.True(t, r.Reaches(organization, more, &l), "a longer list takes %q away", id)
				if !r.Listed {
					require.True(t, r.Reaches(organization, nil, &l), "a list adds %q", id)
				}
				wide := r
				wide.Below, wide.LinkedBelow = true, true
				require.True(t, wide.Reaches(organization, listed, &l), "a wider rule loses %q", id)
			}
			if r.Listed && narrow {
				require.True(t, l.Within(organization))
			}
		}
	})
}

// TestDamagedDataNeverWidens breaks random forests by changing parents and
// links at random. Whatever is still reached is reached by the reference, and
// an object whose own records are damaged is an error.
func TestDamagedDataNeverWidens(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		f := drawForest(t)
		ids := append(slices.Sorted(maps.Keys(f)), "gone", "")
		for range rapid.IntRange(1, 4).Draw(t, "damages") {
			e := f[rapid.SampledFrom(ids[:len(f)]).Draw(t, "damaged")]
			to := rapid.SampledFrom(ids).Draw(t, "to")
			if rapid.Bool().Draw(t, "parent") {
				e.Parent = to
			} else {
				e.Links = append(slices.Clone(e.Links), link(rapid.SampledFrom(append([]string{""}, linkNames...)).Draw(t, "name"), to))
			}
			f[e.ID] = e
		}
		r := anyRule.Draw(t, "rule")
		organization, listed := drawAsker(t, f)
		want := reachable(f, r, organization, listed)
		for id := range f {
			got, err := scope.Check(f.lookup, r, organization, listed, id)
			if err != nil {
				require.False(t, got)
				known := errors.Is(err, scope.ErrCycle) || errors.Is(err, scope.ErrUnknown) || errors.Is(err, scope.ErrForeignLink)
				require.True(t, known, "%v", err)
				continue
			}
			require.Equal(t, want[id], got, "%q", id)
		}
	})
}

// TestPlacementKeepsTheForest holds CheckPlacement to a walk over the forest
// with the entity written, and to what it is for: what it lets in resolves.
func TestPlacementKeepsTheForest(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		f := drawForest(t)
		ids := append(slices.Sorted(maps.Keys(f)), "new")
		e := entity(rapid.SampledFrom(ids).Draw(t, "written"), "any", rapid.SampledFrom(append(ids, "")).Draw(t, "parent"))
		for range rapid.IntRange(0, 3).Draw(t, "links") {
			e.Links = append(e.Links, link(rapid.SampledFrom(linkNames).Draw(t, "name"), rapid.SampledFrom(ids).Draw(t, "to")))
		}
		after := maps.Clone(f)
		after[e.ID] = e
		rootOf := func(id string) string {
			for range len(after) + 1 {
				up, stored := after[id]
				if !stored {
					return ""
				}
				if up.Parent == "" {
					return id
				}
				id = up.Parent
			}
			return "" // a cycle
		}
		root := rootOf(e.ID)
		sound := root != ""
		for i, l := range e.Links {
			sound = sound && l.To != e.ID && rootOf(l.To) == root && !slices.Contains(e.Links[:i], l)
		}
		// A link above e that e's move takes into another tree is refused as well.
		for up := after[e.ID].Parent; sound && up != ""; up = after[up].Parent {
			for _, l := range after[up].Links {
				sound = sound && rootOf(l.To) == root
			}
		}
		err := scope.CheckPlacement(f.lookup, e)
		require.Equal(t, sound, err == nil, "%v: %v", e, err)
		if err == nil {
			_, err := scope.Resolve(after.lookup, e.ID)
			require.NoError(t, err)
		}
	})
}

// TestMentionsWhatItWasReadFrom holds what a cache of lineages relies on: an
// entity that a lineage does not mention can change, or go, and the lineage
// stays as it is.
func TestMentionsWhatItWasReadFrom(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		f := drawForest(t)
		ids := slices.Sorted(maps.Keys(f))
		object := rapid.SampledFrom(ids).Draw(t, "object")
		before, err := scope.Resolve(f.lookup, object)
		require.NoError(t, err)
		changed := rapid.SampledFrom(ids).Draw(t, "changed")
		if before.Mentions(changed) {
			return
		}
		after := maps.Clone(f)
		if rapid.Bool().Draw(t, "gone") {
			delete(after, changed)
		} else {
			after[changed] = entity(changed, "other", rapid.SampledFrom(ids).Draw(t, "parent"), link("group", "gone"))
		}
		now, err := scope.Resolve(after.lookup, object)
		require.NoError(t, err)
		require.Equal(t, before, now)
	})
}
