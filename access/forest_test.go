package access

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

func TestForestKeep(t *testing.T) {
	t.Parallel()
	unchanged := func(store.Kind, string) bool { return true }
	changed := func(_ store.Kind, id string) bool { return id != "b" }
	a, b := scope.Entity{ID: "a", Kind: "x"}, scope.Entity{ID: "b", Kind: "x", Parent: "a", Links: []scope.Link{{Name: "l", To: "a"}}}
	var f forest
	f.clear()

	assert.False(t, f.keep([]scope.Entity{a, b}, changed), "one of them changed since")
	assert.Empty(t, f.known)
	assert.True(t, f.keep([]scope.Entity{a, b}, unchanged))
	titled := b
	titled.Title, titled.Revision = "new", 9
	assert.True(t, f.keep([]scope.Entity{titled}, unchanged), "a title moves nothing")
	assert.False(t, f.moved("b", &titled))
	assert.False(t, f.moved("c", &titled), "nothing mentions it")

	for _, change := range []func(*scope.Entity){
		func(e *scope.Entity) { e.Parent = "c" },
		func(e *scope.Entity) { e.Kind = "y" },
		func(e *scope.Entity) { e.Links = nil },
		func(e *scope.Entity) { e.Links = []scope.Link{{Name: "l", To: "c"}} },
	} {
		other := b
		change(&other)
		assert.False(t, f.keep([]scope.Entity{other}, unchanged), "it stands elsewhere than is known")
		assert.True(t, f.moved("b", &other))
		assert.False(t, f.moved("b", &b), "it is forgotten")
		assert.True(t, f.keep([]scope.Entity{b}, unchanged))
	}
	assert.True(t, f.moved("b", nil), "it is deleted")
}

// TestRecent holds recent to a list of all changes, long enough to turn its
// halves over. It may say "changed" of what is older than it remembers, and
// never "unchanged" of what changed.
func TestRecent(t *testing.T) {
	t.Parallel()
	fill := make([]string, maxRecent+2)
	for i := range fill {
		fill[i] = fmt.Sprint(i)
	}
	asked := []string{"a", "b", "c", "7", "9000", "never"}
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 0))
		began := random.Uint64N(5)
		revision := began
		r := newRecent(revision)
		latest := make(map[string]uint64)
		for range 8 {
			var feed []store.Change
			revision += 1 + random.Uint64N(3)
			for i := range []int{1, 2, 4, len(fill)}[random.IntN(4)] {
				id := fill[i]
				if i < 4 {
					id = asked[random.IntN(3)]
				}
				feed = append(feed, store.Change{Revision: revision, Kind: store.Individuals, ID: id})
				latest[id] = revision
				if i%2 == 1 {
					revision++
				}
			}
			revision = feed[len(feed)-1].Revision
			r.note(feed)
			assert.LessOrEqual(t, len(r.young)+len(r.old), 4*maxRecent)
			for _, id := range asked {
				assert.True(t, r.unchanged(store.Individuals, id, revision), "nothing is newer than now")
				for _, since := range []uint64{began, revision - 1, revision / 2, latest[id], latest[id] - 1} {
					if r.unchanged(store.Individuals, id, since) && latest[id] > since && since != ^uint64(0) {
						t.Fatalf("%q is called unchanged since %d and changed at %d", id, since, latest[id])
					}
				}
			}
		}
	}
}
