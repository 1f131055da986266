package roles

import (
	"fmt"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
)

// A pathIndex finds a node by its path with one probe. All paths are known
// when the tree is built, so they are hashed perfectly: a path's bucket holds
// the displacement that sends every path of the bucket to a slot of its own
// (Belazzougui, Botelho and Dietzfelbinger, "Hash, displace, and compress",
// 2009).
type pathIndex struct {
	seed     maphash.Seed
	sampled  bool     // the paths differ in what sample reads of them
	displace []uint64 // see displacement
	slots    []pathSlot
}

type pathSlot struct {
	path  string
	node  uint16
	marks Marks // the node's, so that finding it touches no other memory
}

// newPathIndex begins with size slots, see pathIndexSize.
func newPathIndex(paths map[string]uint16, size int) pathIndex {
	for {
		if x, ok := tryPathIndex(paths, size); ok {
			return x
		}
		size *= 2 // practically never: a random hash and twice the room
	}
}

// pathIndexSize is a power of two with at least a fifth of the slots free.
func pathIndexSize(paths int) int {
	size := 1
	for size*4 < paths*5 {
		size *= 2
	}
	return size
}

func tryPathIndex(paths map[string]uint16, size int) (pathIndex, bool) {
	x := pathIndex{seed: maphash.MakeSeed(), sampled: size == pathIndexSize(len(paths)) && samplesDiffer(paths), displace: make([]uint64, max(1, size/4)), slots: make([]pathSlot, size)}
	type keyed struct {
		pathSlot
		hash uint64
	}
	buckets := make([][]keyed, len(x.displace))
	for path, node := range paths {
		h := x.hash(path)
		b := x.bucket(h)
		buckets[b] = append(buckets[b], keyed{pathSlot{path: path, node: node}, h})
	}
	order := make([]int, len(buckets))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return len(buckets[b]) - len(buckets[a]) })
	taken := make([]bool, size)
	places := make([]int, 0, 16)
	for _, b := range order {
		placed := len(buckets[b]) == 0
		for d := uint32(0); !placed && d < 1<<16; d++ {
			places = places[:0]
			for _, k := range buckets[b] {
				at := x.slot(k.hash, displacement(d))
				if taken[at] || slices.Contains(places, at) {
					break
				}
				places = append(places, at)
			}
			if len(places) < len(buckets[b]) {
				continue
			}
			placed = true
			x.displace[b] = displacement(d)
			for i, k := range buckets[b] {
				taken[places[i]] = true
				x.slots[places[i]] = k.pathSlot
			}
		}
		if !placed {
			return pathIndex{}, false
		}
	}
	return x, true
}

// hash hashes a path, by samples of it where those tell all paths of the tree
// apart. Whatever the hash, a path is compared whole before it is found.
func (x *pathIndex) hash(path string) uint64 {
	if x.sampled {
		return sample(path)
	}
	return maphash.String(x.seed, path)
}

// sample mixes the length and 24 bytes of the path: the first, the middle and
// the last eight.
func sample(path string) uint64 {
	if len(path) >= 8 {
		return sampleLong(path)
	}
	h := uint64(len(path))
	for i := range len(path) {
		h = h<<8 | uint64(path[i])
	}
	return mix(h*sampleA, sampleB)
}

const sampleA, sampleB = 0x9e3779b97f4a7c15, 0x94d049bb133111eb

// sampleLong is sample for paths of eight bytes or more.
func sampleLong(path string) uint64 {
	n := len(path)
	return mix((eight(path)+bits.RotateLeft64(eight(path[n/2-4:]), 29))^sampleA, (eight(path[n-8:])+uint64(n))^sampleB)
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

func samplesDiffer(paths map[string]uint16) bool {
	seen := make(map[uint64]bool, len(paths))
	for path := range paths {
		h := sample(path)
		if seen[h] {
			return false
		}
		seen[h] = true
	}
	return true
}

func (x *pathIndex) bucket(h uint64) int { return int(h>>32) & (len(x.displace) - 1) }

// slot multiplies after it mixes the displacement in. A mix of shifts and
// exclusive ors alone is linear: two paths of one bucket that share a slot
// would share it under every displacement.
func (x *pathIndex) slot(h, displacement uint64) int {
	return int((h^displacement)*0xbf58476d1ce4e5b9>>32) & (len(x.slots) - 1)
}

// displacement spreads the number of a displacement over 64 bits.
func displacement(d uint32) uint64 { return uint64(d) * 0x9e3779b97f4a7c15 }

func (x *pathIndex) find(path string) *pathSlot {
	if len(x.slots) == 0 {
		return nil // the zero Tree
	}
	var h uint64
	if x.sampled && len(path) >= 8 {
		h = sampleLong(path)
	} else {
		h = x.hash(path)
	}
	s := &x.slots[x.slot(h, x.displace[x.bucket(h)])]
	if s.path != path || path == "" {
		return nil
	}
	return s
}

// unknown says that no node has the path, and which ones are closest to it.
// The caller puts "roles: " and what it was doing in front.
func (t *Tree) unknown(path string) error {
	shown := path
	if len(shown) > 200 {
		shown = shown[:200] + "..."
	}
	if path == "" && len(t.nodes) > 0 {
		return fmt.Errorf("node %q: empty path; give one such as %q", path, t.nodes[len(t.nodes)-1].path)
	}
	closest := t.closest(path, 3)
	if len(closest) == 0 {
		return fmt.Errorf("node %q: no such path in the tree", shown)
	}
	for i := range closest {
		closest[i] = fmt.Sprintf("%q", closest[i])
	}
	return fmt.Errorf("node %q: no such path in the tree; did you mean %s?", shown, strings.Join(closest, " or "))
}

// closest returns up to limit paths, those that take the fewest edits first.
// A path that takes more edits than a third of its length is no help. The cost
// is bounded, since a request may have brought the path: no more than the
// longest path there can be is compared, and a node is left as soon as it
// cannot be among the closest.
func (t *Tree) closest(path string, limit int) []string {
	if len(path) > maxPathBytes {
		return nil
	}
	type candidate struct {
		path  string
		edits int
	}
	lower := strings.ToLower(strings.Trim(path, "/ "))
	last := lower[strings.LastIndexByte(lower, '/')+1:]
	most := max(2, len(lower)/3)
	var found []candidate
	var row []int
	for i := range t.nodes {
		n := &t.nodes[i]
		var edits int
		edits, row = editDistance(lower, n.path, most, row)
		if last == n.name {
			edits = min(edits, 2) // the right leaf under another parent
		}
		if edits > most {
			continue
		}
		at := len(found)
		for at > 0 && found[at-1].edits > edits {
			at--
		}
		found = slices.Insert(found, at, candidate{n.path, edits})
		if len(found) > limit {
			found = found[:limit]
			most = found[limit-1].edits - 1 // an equal one comes later in the tree
		}
	}
	var out []string
	for _, c := range found {
		out = append(out, c.path)
	}
	return out
}

// editDistance is Levenshtein's: the insertions, deletions and substitutions
// of bytes that turn a into b, or most+1 where it takes more than most. row is
// room to work in, given back for the next call.
func editDistance(a, b string, most int, row []int) (int, []int) {
	if max(len(a)-len(b), len(b)-len(a)) > most {
		return most + 1, row
	}
	row = row[:0]
	for j := range len(b) + 1 {
		row = append(row, j)
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		least := row[0]
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, diagonal+1)
			least = min(least, row[j+1])
		}
		if least > most {
			return most + 1, row
		}
	}
	return min(row[len(b)], most+1), row
}
