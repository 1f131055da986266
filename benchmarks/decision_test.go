package benchmarks

import (
	"context"
	"fmt"
	"net/netip"
	"testing"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

// Each principal asks a stream of so many checks before the next one comes.
const stream = 20

var sink int

// BenchmarkDecision holds the engine beside two floors: what a program would
// do that had nothing but a table for each person, and one that had three Go
// maps. Every gate of the engine is on.
func BenchmarkDecision(b *testing.B) {
	for _, size := range []struct{ roles, people int }{{3, 1_000}, {1_000, 100_000}} {
		w := newWorld(b, size.roles, size.people)
		name := fmt.Sprintf("roles=%d/individuals=%d", size.roles, size.people)
		address := netip.MustParseAddr("10.1.2.3")
		ctx := context.Background()

		principals := make([]*access.Principal, len(w.people))
		for i, id := range w.people {
			p, err := w.engine.Principal(ctx, access.Identity{Individual: id, Surface: access.NewInterface, Address: address})
			must(b, err)
			p.Can(ctx, roles.View, w.nodes[0])
			principals[i] = p
		}
		floor := newFloor(b, w)

		b.Run("what=can-floor/"+name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				p := floor.principals[i/stream%len(floor.principals)]
				n := floor.numbers[i%len(floor.numbers)]
				if p.table[n]&byte(roles.View) != 0 {
					sink++
				}
				i++
			}
		})
		b.Run("what=can/"+name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				p := principals[i/stream%len(principals)]
				if p.Can(ctx, roles.View, w.nodes[i%len(w.nodes)]) {
					sink++
				}
				i++
			}
		})
		b.Run("what=can-on/"+name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				at := i / stream % len(principals)
				if principals[at].CanOn(ctx, roles.View, w.nodes[i%len(w.nodes)], w.objects[at]) {
					sink++
				}
				i++
			}
		})
		b.Run("what=check-floor/"+name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				at := i % len(w.people)
				if floor.check(w.people[at], w.paths[i%len(w.paths)], w.objects[at]) {
					sink++
				}
				i++
			}
		})
		b.Run("what=check/"+name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				at := i % len(w.people)
				d := w.engine.Check(ctx, access.Request{Individual: w.people[at], Action: roles.View,
					Path: w.paths[i%len(w.paths)], Object: w.objects[at], Surface: access.NewInterface, Address: address})
				if d.Allowed() {
					sink++
				}
				i++
			}
		})
	}
}

// floor is the least that could answer: no window, no address, no factor, no
// epoch, no freshness, no ceilings, no scope beyond one comparison.
type floor struct {
	principals []*floorPrincipal
	numbers    []int
	people     map[string]*floorPrincipal
	nodes      map[string]int
	owners     map[string]*floorPrincipal
}

type floorPrincipal struct{ table []byte }

func newFloor(b *testing.B, w *world) *floor {
	f := &floor{people: make(map[string]*floorPrincipal), nodes: make(map[string]int), owners: make(map[string]*floorPrincipal)}
	ctx := context.Background()
	tables := make(map[string][]byte)
	for i, id := range w.people {
		role := roleOf(b, w, id)
		if tables[role] == nil {
			table := make([]byte, w.engine.Model().Tree().Len())
			p, err := w.engine.Principal(ctx, access.Identity{Individual: id, Surface: access.NewInterface, Address: netip.MustParseAddr("10.1.2.3")})
			must(b, err)
			for _, n := range w.nodes {
				if p.Can(ctx, roles.View, n) {
					table[n.Index()] |= byte(roles.View)
				}
			}
			tables[role] = table
		}
		p := &floorPrincipal{table: tables[role]}
		f.principals = append(f.principals, p)
		f.people[id] = p
		f.owners[w.objects[i]] = p
	}
	for _, n := range w.nodes {
		f.numbers = append(f.numbers, n.Index())
		f.nodes[n.Path()] = n.Index()
	}
	return f
}

// check is three look-ups and a bit.
func (f *floor) check(individual, path, object string) bool {
	p := f.people[individual]
	n, ok := f.nodes[path]
	owner := f.owners[object]
	return p != nil && ok && owner != nil && p.table[n]&byte(roles.View) != 0
}
