package access

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
	"sync"
	"sync/atomic"
)

// A cache is a bounded map from IDs to immutable values. Reading takes no
// lock and allocates nothing: one probe of an open-addressed table of atomic
// pointers. Writers take turns. When the cache is full it evicts entries that
// were not read since the hand of the clock passed them last.
type cache[V any] struct {
	seeds [2]uint64
	limit int
	table atomic.Pointer[cacheTable[V]]

	mu    sync.Mutex
	live  int // entries that can be found
	taken int // slots that are not nil: live ones and graves
	hand  int
}

type cacheTable[V any] struct {
	slots []atomic.Pointer[cacheEntry[V]] // a power of two, at least two thirds of them nil
}

// A cacheEntry holds its value itself, and its key where that is not longer than
// most, so that finding one touches as little memory as can be: what comes before
// the value is one line of it.
type cacheEntry[V any] struct {
	hash   uint64
	far    *string // the key, where it is longer than near
	read   atomic.Bool
	grave  bool          // removed; probes still step over it
	length uint8         // of the key, at most [scope.MaxIDBytes]
	near   [nearKey]byte // the key, where it fits
	value  V
}

// nearKey is how long a key may be that lies in its entry: a UUID's 36 bytes fit,
// with a prefix.
const nearKey = 42

// is reports whether the entry is that of the key.
func (e *cacheEntry[V]) is(hash uint64, key string) bool {
	if e.hash != hash || int(e.length) != len(key) || e.grave {
		return false
	}
	if len(key) <= nearKey {
		return string(e.near[:len(key)]) == key
	}
	return *e.far == key
}

// name gives the entry its key, which is at most 128 bytes long.
func (e *cacheEntry[V]) name(hash uint64, key string) {
	e.hash, e.length = hash, uint8(len(key)) // longer ones are refused before
	if copy(e.near[:], key) < len(key) {
		e.far = &key
	}
}

const smallestCache = 64

func newCache[V any](limit int) *cache[V] {
	c := &cache[V]{seeds: newSeeds(), limit: max(limit, 1)}
	c.table.Store(&cacheTable[V]{slots: make([]atomic.Pointer[cacheEntry[V]], smallestCache)})
	return c
}

func newSeeds() (seeds [2]uint64) {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	seeds[0], seeds[1] = binary.LittleEndian.Uint64(random[:8]), binary.LittleEndian.Uint64(random[8:])
	return seeds
}

// hash is keyed, so that nobody can choose IDs that meet in one place. It
// multiplies 16 bytes at a time, as wyhash does, which for short IDs is faster
// than a call of maphash.
func (c *cache[V]) hash(key string) uint64 {
	n := len(key)
	h := c.seeds[1] ^ uint64(n)
	rest := key
	for len(rest) > 16 {
		h = mix(eight(rest)^c.seeds[0], eight(rest[8:])^h)
		rest = rest[16:]
	}
	var a, b uint64
	switch {
	case len(rest) >= 8:
		a, b = eight(rest), eight(rest[len(rest)-8:])
	case n >= 8:
		b = eight(key[n-8:]) // with what of it was mixed before
	default:
		for i := range len(rest) { // bytes: of a letter's several every one counts
			a = a<<8 | uint64(rest[i])
		}
	}
	// Twice, so that IDs which differ in one letter do not lie side by side.
	return mix(mix(a^c.seeds[0], b^h), c.seeds[1]|1)
}

func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

// eight reads the first eight bytes of s as a number; the compiler makes one
// load of it.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// get returns the value of key, or nil.
func (c *cache[V]) get(key string) *V {
	hash := c.hash(key)
	slots := c.table.Load().slots
	mask := uint64(len(slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		e := slots[i].Load()
		if e == nil {
			return nil
		}
		if e.is(hash, key) {
			if !e.read.Load() {
				e.read.Store(true)
			}
			return &e.value
		}
	}
}

// put makes e, which is in no cache yet, the entry of key.
func (c *cache[V]) put(key string, e *cacheEntry[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.name(c.hash(key), key)
	if at := c.find(e.hash, key); at >= 0 {
		c.table.Load().slots[at].Store(e)
		return
	}
	for c.live >= c.limit {
		c.evict()
	}
	if (c.taken+1)*3 > len(c.table.Load().slots) {
		c.rebuild()
	}
	c.insert(c.table.Load().slots, e)
	c.live++
	c.taken++
}

// swap puts next in the place of the entry that old is the value of, and does
// nothing where that is not the entry of key any more. It takes no lock: of what
// happens to the entry beside it, eviction and removal win, and a table that is
// being rebuilt may keep the old one.
func (c *cache[V]) swap(key string, old *V, next *cacheEntry[V]) {
	hash := c.hash(key)
	next.name(hash, key)
	slots := c.table.Load().slots
	mask := uint64(len(slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		e := slots[i].Load()
		if e == nil {
			return
		}
		if &e.value == old {
			slots[i].CompareAndSwap(e, next)
			return
		}
	}
}

// drop removes key.
func (c *cache[V]) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.find(c.hash(key), key); at >= 0 {
		c.bury(at)
	}
}

// clear removes everything.
func (c *cache[V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.table.Store(&cacheTable[V]{slots: make([]atomic.Pointer[cacheEntry[V]], smallestCache)})
	c.live, c.taken, c.hand = 0, 0, 0
}

// dropIf removes the entries whose value the function reports.
func (c *cache[V]) dropIf(gone func(*V) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	slots := c.table.Load().slots
	for i := range slots {
		if e := slots[i].Load(); e != nil && !e.grave && gone(&e.value) {
			c.bury(i)
		}
	}
}

// The methods below are called with mu held.

func (c *cache[V]) find(hash uint64, key string) int {
	slots := c.table.Load().slots
	mask := uint64(len(slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		e := slots[i].Load()
		if e == nil {
			return -1
		}
		if e.is(hash, key) {
			return int(i)
		}
	}
}

func (c *cache[V]) bury(at int) {
	c.table.Load().slots[at].Store(&cacheEntry[V]{grave: true})
	c.live--
}

func (c *cache[V]) insert(slots []atomic.Pointer[cacheEntry[V]], e *cacheEntry[V]) {
	mask := uint64(len(slots) - 1)
	i := e.hash & mask
	for slots[i].Load() != nil {
		i = (i + 1) & mask
	}
	slots[i].Store(e)
}

// evict moves the hand to the next entry that was not read since the last
// turn, and removes it. After two turns it takes any: readers can be quicker
// than the hand.
func (c *cache[V]) evict() {
	slots := c.table.Load().slots
	for steps := 0; ; steps++ {
		c.hand = (c.hand + 1) & (len(slots) - 1)
		e := slots[c.hand].Load()
		if e == nil || e.grave {
			continue
		}
		if e.read.Load() && steps < 2*len(slots) {
			e.read.Store(false)
			continue
		}
		c.bury(c.hand)
		return
	}
}

// rebuild moves the living into a table of at least five times their number: a
// probe that goes on touches an entry that is not asked for.
// Readers of the old one finish there; all writers hold mu.
func (c *cache[V]) rebuild() {
	size := smallestCache
	for size < (c.live+1)*5 {
		size *= 2
	}
	old := c.table.Load().slots
	next := &cacheTable[V]{slots: make([]atomic.Pointer[cacheEntry[V]], size)}
	for i := range old {
		if e := old[i].Load(); e != nil && !e.grave {
			c.insert(next.slots, e)
		}
	}
	c.taken, c.hand = c.live, 0
	c.table.Store(next)
}
