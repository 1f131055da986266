package manage_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// TestRandom has bounded administrators of several organizations make whatever
// comes to mind, and holds after each move that was accepted, by brute force, that
// nobody was given or lost what its maker does not hold. DURWARD_LONG=1 takes a
// million moves. DURWARD_SEED repeats one world.
func TestRandom(t *testing.T) {
	total, each, share := 100_000, 500, 4
	switch {
	case testing.Short():
		total, each, share = 1000, 100, 7 // of few moves, few may be of one sort
	case os.Getenv("DURWARD_LONG") == "1":
		total = 1_000_000
	}
	first := uint64(time.Now().UnixNano() % 1_000_000_000)
	if text := os.Getenv("DURWARD_SEED"); text != "" {
		_, err := fmt.Sscan(text, &first)
		require.NoError(t, err)
		total = each
	}
	tally := &randomTally{accepted: make(map[string]int), refused: make(map[string]int)}
	t.Run("worlds", func(t *testing.T) {
		for i := range total / each {
			t.Run(fmt.Sprint(first+uint64(i)), func(t *testing.T) {
				t.Parallel()
				runRandom(t, first+uint64(i), each, tally)
			})
		}
	})
	accepted, refused := sum(tally.accepted), sum(tally.refused)
	t.Logf("%d accepted, %d refused; %d beyond", accepted, refused, tally.beyond)
	for _, name := range slices.Sorted(maps.Keys(tally.refused)) {
		t.Logf("  %-24s %6d accepted %6d refused", name, tally.accepted[name], tally.refused[name])
	}
	if os.Getenv("DURWARD_SEED") == "" && !t.Failed() {
		require.Greater(t, share*accepted, total, "too few were accepted")
		require.Greater(t, share*refused, total, "too few were refused")
	}
}

type randomTally struct {
	sync.Mutex
	accepted, refused map[string]int
	beyond            int
}

func sum(counts map[string]int) (total int) {
	for _, n := range counts {
		total += n
	}
	return total
}

func runRandom(t *testing.T, number uint64, steps int, tally *randomTally) {
	r := rand.New(rand.NewPCG(number, 7))
	mode := access.LastWrite
	if r.IntN(2) == 0 {
		mode = access.PerSurface
	}
	w, end := newSmallWorld(t, mode, seed(r))
	defer end()
	made := 0
	c := &chooser{Rand: r, ctx: w.ctx, made: &made, p: w.take()}
	for step := range steps {
		by := w.somebody(r, c.p)
		p, ok := w.askerPrincipal(by)
		if !ok {
			continue
		}
		c.look(by)
		name, attempt := w.attempt(c, p)
		err := attempt()
		after := w.takeIfChanged(c.p)
		where := fmt.Sprintf("seed %d step %d: %s by %v on %v", number, step, name, by.holders, by.surface)
		tally.count(name, err)
		if err != nil {
			if errors.Is(err, manage.ErrBeyond) {
				tally.Lock()
				tally.beyond++
				tally.Unlock()
			}
			require.Nil(t, after, "%s: refused and written: %v", where, err)
			continue
		}
		if after == nil {
			continue
		}
		require.Empty(t, (&judge{before: c.p, after: after, by: by}).judge(), where)
		w.checkEvents(c.p, after, where)
		c.p = after
	}
	w.checkChain()
	w.checkPicture(c.p)
}

func (tally *randomTally) count(name string, err error) {
	tally.Lock()
	defer tally.Unlock()
	if err == nil {
		tally.accepted[name]++
	} else {
		tally.refused[name]++
	}
}

// somebody draws who makes the next move, sometimes on behalf of another.
func (w *smallWorld) somebody(r *rand.Rand, p *picture) asker {
	keys := slices.SortedFunc(maps.Keys(p.grants), func(a, b memberKey) int { return compareKeys(a, b) })
	var strong []memberKey
	for _, k := range keys {
		if p.held[k].at(newSide, p.held[k].own)&manages != 0 && p.held[k].own >= 0 && !p.people[k.individual].Disabled {
			strong = append(strong, k)
		}
	}
	if len(strong) > 0 && r.IntN(6) != 0 {
		keys = strong
	}
	by := asker{surface: access.Surface(1 + r.IntN(3)), holders: []memberKey{pick(r, keys)}}
	if r.IntN(3) != 0 {
		by.surface = access.NewInterface
	}
	if actor := pick(r, keys); r.IntN(10) == 0 && actor.individual != by.holders[0].individual {
		by.holders = append(by.holders, actor)
	}
	return by
}

func compareKeys(a, b memberKey) int {
	switch {
	case a.individual+"\x00"+a.organization < b.individual+"\x00"+b.organization:
		return -1
	case a == b:
		return 0
	default:
		return 1
	}
}

func (w *smallWorld) askerPrincipal(by asker) (*access.Principal, bool) {
	own := smallIdentity(by.holders[0].individual, by.holders[0].organization, by.surface)
	if len(by.holders) > 1 {
		actor, err := w.engine.Principal(w.ctx, smallIdentity(by.holders[1].individual, by.holders[1].organization, by.surface))
		if err != nil {
			return nil, false
		}
		own.OnBehalf = &access.OnBehalf{Actor: actor, Start: smallNow.Add(-time.Minute)}
	}
	p, err := w.engine.Principal(w.ctx, own)
	return p, err == nil
}

var errSwallowed = errors.New("a part was refused, and the whole was not")

// attempt draws a move, or several together, or a preview of one.
func (w *smallWorld) attempt(c *chooser, p *access.Principal) (string, func() error) {
	m := c.next()
	if c.IntN(10) == 0 {
		some := []move{m}
		for range 1 + c.IntN(3) {
			some = append(some, c.next())
		}
		swallow := c.IntN(3) == 0
		return "together", func() error {
			var refused error
			fn := func(d *manage.RoleDesk) error {
				for _, m := range some {
					if m.roles == nil {
						continue
					}
					if err := m.roles(d); err != nil {
						if refused = err; !swallow {
							return err
						}
					}
				}
				return nil
			}
			_, err := w.manager.Roles(p).Together(w.ctx, fn)
			if err == nil && refused != nil {
				w.t.Fatal(errSwallowed)
			}
			return err
		}
	}
	if m.roles != nil && c.IntN(20) == 0 {
		return "preview", func() error {
			_, err := w.manager.Roles(p).Preview(w.ctx, m.roles)
			if after := w.takeIfChanged(c.p); after != nil {
				w.t.Fatalf("a preview of %q wrote", m.name)
			}
			return err
		}
	}
	if m.acls != nil && (m.roles == nil || c.IntN(4) == 0) {
		return m.name, func() error { return m.acls(w.manager.ACLs(p)) }
	}
	return m.name, func() error { return m.roles(w.manager.Roles(p)) }
}

// takeIfChanged is nil where nothing was written, recorded or given out since.
func (w *smallWorld) takeIfChanged(before *picture) *picture {
	var revision uint64
	var head audit.Head
	w.must(w.store.View(w.ctx, func(r store.Reader) (err error) {
		revision = r.Revision()
		head, err = r.EventHead(w.ctx, audit.Changes)
		return err
	}))
	if revision == before.revision && head == before.head {
		return nil
	}
	return w.take()
}

// checkEvents holds that the commit has an event, of its revision, that follows the
// last.
func (w *smallWorld) checkEvents(before, after *picture, where string) {
	w.t.Helper()
	w.must(w.store.View(w.ctx, func(r store.Reader) error {
		events, err := r.Events(w.ctx, audit.Filter{Chain: audit.Changes, After: before.head.Sequence})
		w.must(err)
		require.NotEmpty(w.t, events, "%s: no event", where)
		previous := before.head.Hash
		for _, e := range events {
			require.Equal(w.t, after.revision, e.Revision, where)
			require.Equal(w.t, previous, e.Previous, where)
			require.NoError(w.t, e.Check(), where)
			previous = e.Hash
		}
		return nil
	}))
}

func (w *smallWorld) checkChain() {
	w.t.Helper()
	w.must(w.store.View(w.ctx, func(r store.Reader) error {
		_, err := audit.Verify(store.AllEvents(w.ctx, r, audit.Filter{Chain: audit.Changes}), audit.Start(audit.Changes))
		return err
	}))
}

// checkPicture holds what was worked out by brute force to the engine's decisions.
func (w *smallWorld) checkPicture(p *picture) {
	w.t.Helper()
	for k, held := range p.held {
		x := p.people[k.individual]
		if state, err := x.Window.At(smallNow); err != nil || state != individuals.Active || x.Disabled || p.orgs[k.organization].Closed || held.unknown {
			continue
		}
		for side, surface := range []access.Surface{access.NewInterface, access.OldInterface} {
			principal := w.principal(smallIdentity(k.individual, k.organization, surface))
			for id, object := range p.index {
				var bits uint64
				for i := range smallTree.Len() {
					for _, a := range roles.Actions() {
						if principal.CanOn(w.ctx, a, smallTree.At(i), id) {
							bits |= uint64(a) << (4 * i)
						}
					}
				}
				require.Equal(w.t, named(held.at(side, object)), named(bits), "%v on %s of %v", k, surface, id)
			}
		}
	}
}
