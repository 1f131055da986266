package access

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func entry(value int) *cacheEntry[int] { return &cacheEntry[int]{value: value} }

// TestCacheModel holds a cache to a Go map: what it answers is what was put
// last, and what it forgot was evicted, which happens only at its bound.
func TestCacheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]int{0, 1, 2, 7, 40, 1000}).Draw(t, "limit")
		c := newCache[int](limit)
		bound := max(limit, 1)
		model := make(map[string]int)
		key := rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprint(rapid.IntRange(0, rapid.SampledFrom([]int{3, 100, 400}).Draw(t, "spread")).Draw(t, "key"))
		})
		lost := false // evictions have begun, so that the model knows too much
		for step := range rapid.IntRange(1, 400).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1, 2, 3, 4:
				k := key.Draw(t, "put")
				c.put(k, entry(step))
				model[k] = step
				got := c.get(k)
				require.NotNil(t, got, "%q was put and is not there", k)
			case 5, 6:
				k := key.Draw(t, "get")
				got := c.get(k)
				want, ok := model[k]
				switch {
				case got != nil && (!ok || *got != want):
					t.Fatalf("%q is %d, want %d, %v", k, *got, want, ok)
				case got == nil && ok && !lost:
					t.Fatalf("%q was lost below the bound", k)
				}
			case 7:
				k := key.Draw(t, "drop")
				c.drop(k)
				delete(model, k)
				require.Nil(t, c.get(k))
			case 8:
				odd := func(v *int) bool { return *v%2 == 1 }
				c.dropIf(odd)
				for k, v := range model {
					if v%2 == 1 {
						delete(model, k)
					}
				}
			default:
				if rapid.IntRange(0, 20).Draw(t, "clear") == 0 {
					c.clear()
					clear(model)
				}
			}
			lost = lost || len(model) > bound
			require.LessOrEqual(t, c.live, bound)
			require.GreaterOrEqual(t, c.taken, c.live)
			require.LessOrEqual(t, 3*c.taken, len(c.table.Load().slots), "a probe must meet a free slot")
			require.LessOrEqual(t, len(c.table.Load().slots), max(smallestCache, 10*(bound+1)), "the table is bounded too")
			if !lost {
				require.Equal(t, len(model), c.live)
			}
		}
		live := 0
		for k, want := range model {
			if got := c.get(k); got != nil {
				live++
				require.Equal(t, want, *got)
			}
		}
		require.Equal(t, c.live, live)
	})
}

// TestCacheKeepsWhatIsRead: what was read since the hand passed outlives what
// was not.
func TestCacheKeepsWhatIsRead(t *testing.T) {
	t.Parallel()
	c := newCache[int](100)
	for i := range 10_000 {
		c.put(fmt.Sprint(i), entry(i))
		if i > 0 {
			require.NotNil(t, c.get("0"), "after %d", i)
		}
	}
	assert.Equal(t, 100, c.live)
}

// TestCacheGraves: dropping and putting again for ever neither grows the table
// nor makes a probe endless.
func TestCacheGraves(t *testing.T) {
	t.Parallel()
	c := newCache[int](1 << 20)
	for i := range 100_000 {
		k := fmt.Sprint(i % 10)
		c.put(k, entry(i))
		require.Equal(t, i, *c.get(k))
		c.drop(k)
		require.Nil(t, c.get(k))
	}
	assert.Zero(t, c.live)
	assert.Len(t, c.table.Load().slots, smallestCache)
	c.drop("nothing")
	c.dropIf(func(*int) bool { return true })
	assert.Zero(t, c.live)
	assert.Nil(t, c.get(""), "a grave has no key")
}

// TestCacheSwap: only the entry that the old value lies in is replaced. One that
// was put since, or removed, stays as it is.
func TestCacheSwap(t *testing.T) {
	t.Parallel()
	c := newCache[int](100)
	long := strings.Repeat("k", nearKey+1)
	for _, key := range []string{"k", long} {
		c.put(key, entry(1))
		old := c.get(key)
		c.swap(key, old, entry(2))
		require.Equal(t, 2, *c.get(key))
		c.swap(key, old, entry(3))
		require.Equal(t, 2, *c.get(key), "the old one is gone")
		current := c.get(key)
		c.put(key, entry(4))
		c.swap(key, current, entry(5))
		require.Equal(t, 4, *c.get(key), "what was put since is newer")
		current = c.get(key)
		c.drop(key)
		c.swap(key, current, entry(6))
		require.Nil(t, c.get(key), "what was removed stays removed")
	}
	assert.Zero(t, c.live)
	c.swap("never", new(int), entry(7))
	assert.Nil(t, c.get("never"))
}

// TestCacheReaders reads and swaps while others put, drop and clear. Each key holds a
// value that tells the key, so that a reader who meets another's sees it; and
// the limit is so small that eviction never finds an entry unread.
func TestCacheReaders(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 2, 500} {
		c := newCache[int](limit)
		var stop atomic.Bool
		var readers sync.WaitGroup
		for range 2 {
			readers.Go(func() {
				for !stop.Load() {
					for i := range 2 * limit {
						key := fmt.Sprint(i)
						got := c.get(key)
						if got != nil && *got != i {
							t.Errorf("%d has the value %d", i, *got)
							return
						}
						if got != nil && i%3 == 0 {
							c.swap(key, got, entry(i))
						}
					}
				}
			})
		}
		for round := range 30 {
			for i := range 2 * limit {
				c.put(fmt.Sprint(i), entry(i))
			}
			switch round % 3 {
			case 0:
				c.drop("0")
			case 1:
				c.dropIf(func(v *int) bool { return *v%2 == 0 })
			default:
				c.clear()
			}
		}
		stop.Store(true)
		readers.Wait()
		assert.LessOrEqual(t, c.live, limit)
	}
}

// TestCacheProbes fills caches with IDs as hosts make them, and with some made
// to look alike, and counts the slots that finding one looks at. A perfect hash
// needs 1.2 on average at this load; one that clumps needs hundreds.
func TestCacheProbes(t *testing.T) {
	t.Parallel()
	const entries = 20_000
	for name, id := range map[string]func(i int) string{
		"numbers":         func(i int) string { return fmt.Sprint(i) },
		"padded":          func(i int) string { return fmt.Sprintf("customer-%06d", i) },
		"long":            func(i int) string { return fmt.Sprintf("urn:example:individual:%032d", i) },
		"number in front": func(i int) string { return fmt.Sprintf("%08d:customer:north:isp", i) },
		"in the middle":   func(i int) string { return fmt.Sprintf("isp:%08d:customer", i) },
		"length":          func(i int) string { return strings.Repeat("a", i%128) + fmt.Sprint(i/128) },
		"last letter":     func(i int) string { return strings.Repeat("a", i%100) + string(rune('a'+i/100)) },
		"no ASCII":        func(i int) string { return string([]rune{rune('一' + i/150), rune('一' + i%150)}) },
		"powers of two":   func(i int) string { return fmt.Sprint(uint64(i) << 40) },
		"binary":          func(i int) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(i))) },
		"binary, shifted": func(i int) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(i)<<48)) },
		"binary, 16":      func(i int) string { return string(binary.BigEndian.AppendUint64(make([]byte, 8), uint64(i)<<20)) },
		"binary, 17":      func(i int) string { return string(binary.BigEndian.AppendUint64(make([]byte, 9), uint64(i)<<20)) },
	} {
		c := newCache[int](entries)
		for i := range entries {
			c.put(id(i), entry(i))
		}
		slots := c.table.Load().slots
		mask, probes := len(slots)-1, 0
		for at := range slots {
			if e := slots[at].Load(); e != nil {
				probes += 1 + (at-int(e.hash)&mask)&mask
			}
		}
		assert.Less(t, float64(probes)/float64(c.live), 2.0, "%s: %d entries in %d slots", name, c.live, len(slots))
	}
}
