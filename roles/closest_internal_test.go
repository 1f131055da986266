package roles

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// closestByFullTable is the reference of closest: the whole table of edits for
// every node, then a stable sort.
func closestByFullTable(t *Tree, path string, limit int) []string {
	lower := strings.ToLower(strings.Trim(path, "/ "))
	parts := strings.Split(lower, "/")
	edits := make(map[string]int)
	var found []string
	for n := range t.Nodes() {
		e := fullEditDistance(lower, n.Path())
		if parts[len(parts)-1] == n.Name() {
			e = min(e, 2)
		}
		if e <= 2 || e <= len(lower)/3 {
			edits[n.Path()] = e
			found = append(found, n.Path())
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return edits[a] - edits[b] })
	return found[:min(limit, len(found))]
}

func fullEditDistance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0:
				d[i][j] = j
			case j == 0:
				d[i][j] = i
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestClosestIsTheFullTable(t *testing.T) {
	t.Parallel()
	name := rapid.StringMatching(`[abc]{1,5}`)
	rapid.Check(t, func(t *rapid.T) {
		panels := make(map[string][]NodeSpec)
		for range rapid.IntRange(1, 12).Draw(t, "nodes") {
			panel, item := name.Draw(t, "panel"), name.Draw(t, "item")
			if !slices.ContainsFunc(panels[panel], func(s NodeSpec) bool { return s.Name == item }) {
				panels[panel] = append(panels[panel], Item(item))
			}
		}
		var specs []NodeSpec
		for _, panel := range slices.Sorted(maps.Keys(panels)) {
			specs = append(specs, Panel(panel, panels[panel]...))
		}
		tree := MustTree(Entity(name.Draw(t, "entity"), specs...))
		path := rapid.StringMatching(`/?[abcABC]{0,5}(/[abc]{0,5}){0,3} ?`).Draw(t, "path")
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		require.Empty(t, slices.Compare(closestByFullTable(tree, path, limit), tree.closest(path, limit)),
			"%q: want %q, got %q", path, closestByFullTable(tree, path, limit), tree.closest(path, limit))

		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		most := rapid.IntRange(0, 6).Draw(t, "most")
		got, _ := editDistance(a, b, most, nil)
		require.Equal(t, min(fullEditDistance(a, b), most+1), got)
	})
}

// TestClosestIsCheap pins what keeps an unknown path from a request cheap: no
// allocation per node, and nothing at all for a path that no tree can hold.
func TestClosestIsCheap(t *testing.T) {
	var panels []NodeSpec
	for i := range 2_000 {
		panels = append(panels, Panel(fmt.Sprintf("panel-%d", i)))
	}
	tree := MustTree(Entity("customer", panels...))
	assert.Less(t, testing.AllocsPerRun(5, func() { tree.closest("customer/panel-17x", 3) }), 100.0)

	long := strings.Repeat("x/", 520) + "panel-7"
	require.Greater(t, len(long), maxPathBytes)
	assert.Nil(t, tree.closest(long, 3))
	assert.Equal(t, []string{"customer/panel-7"}, tree.closest(long[400:], 3), "the right leaf under another parent")
}
