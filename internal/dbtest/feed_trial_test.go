package dbtest_test

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/store"
)

// A writer makes one commit and returns what it wrote, or errGivenUp.
type writer func(ctx context.Context, random *rand.Rand) (revision uint64, keys []string, err error)

// A poller returns what came after a revision, and where it is then.
type poller func(ctx context.Context, after uint64, random *rand.Rand) (changes []store.Change, through uint64, err error)

// A feedTrial holds what pollers get to what writers were told is committed.
type feedTrial struct {
	writers, changes int
	write            []writer
	poll             []poller

	mu        sync.Mutex
	committed []store.Change
}

func (f *feedTrial) acknowledged() int { return len(f.committed) }

// run writes until there are as many changes as it was asked for, and returns what
// is to be said of each poller.
func (f *feedTrial) run(t *testing.T) []verdict {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var writing, polling sync.WaitGroup
	var made atomic.Int64
	var done atomic.Bool
	for n := range f.writers {
		writing.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 1))
			for made.Load() < int64(f.changes) && ctx.Err() == nil {
				revision, keys, err := f.write[random.IntN(len(f.write))](ctx, random)
				switch {
				case errors.Is(err, errGivenUp):
				case errors.Is(err, store.ErrConflict): // SQLite made it wait for too long
					time.Sleep(time.Millisecond)
				case err != nil:
					assert.NoError(t, err)
					cancel()
				default:
					f.acknowledge(revision, keys)
					made.Add(int64(len(keys)))
				}
			}
		})
	}
	heard := make([][]store.Change, len(f.poll))
	for n, poll := range f.poll {
		polling.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 2))
			for after := uint64(0); ctx.Err() == nil; {
				over := done.Load()
				changes, through, err := poll(ctx, after, random)
				if !assert.NoError(t, err) || !assert.GreaterOrEqual(t, through, after) {
					cancel()
					return
				}
				heard[n] = append(heard[n], changes...)
				if over && through == after {
					return
				}
				if through == after {
					time.Sleep(time.Millisecond) // leaves the machine to the writers
				}
				after = through
			}
		})
	}
	writing.Wait()
	done.Store(true)
	polling.Wait()
	verdicts := make([]verdict, len(heard))
	for n := range heard {
		verdicts[n] = judge(f.committed, heard[n])
	}
	return verdicts
}

func (f *feedTrial) acknowledge(revision uint64, keys []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range keys {
		f.committed = append(f.committed, store.Change{Revision: revision, Kind: store.Classes, ID: key})
	}
}

// A verdict says how what a poller heard differs from what was committed.
type verdict struct {
	heard      int // different changes that were committed
	lost       int
	repeated   int
	disordered int // came after a later one of the same key, or of any other
	unheardOf  int // of no commit that was acknowledged
}

func judge(committed, heard []store.Change) (v verdict) {
	times := make(map[store.Change]int, len(committed))
	for _, c := range committed {
		times[c] = 0
	}
	latest := uint64(0)
	for _, c := range heard {
		n, known := times[c]
		switch {
		case !known:
			v.unheardOf++
		case n > 0:
			v.repeated++
		default:
			v.heard++
		}
		if known {
			times[c]++
		}
		if c.Revision < latest {
			v.disordered++
		}
		latest = max(latest, c.Revision)
	}
	v.lost = len(times) - v.heard
	return v
}

// TestJudge: each fault of a feed is told apart.
func TestJudge(t *testing.T) {
	change := func(revision uint64, id string) store.Change {
		return store.Change{Revision: revision, Kind: store.Classes, ID: id}
	}
	committed := []store.Change{change(3, "a"), change(1, "a"), change(2, "b"), change(3, "b")}
	sound := slices.SortedFunc(slices.Values(committed), func(a, b store.Change) int { return cmp.Compare(a.Revision, b.Revision) })
	assert.Equal(t, verdict{heard: 4}, judge(committed, sound))
	assert.Equal(t, verdict{heard: 3, lost: 1}, judge(committed, sound[1:]))
	assert.Equal(t, verdict{heard: 4, repeated: 1}, judge(committed, append(slices.Clone(sound), sound[3])))
	assert.Equal(t, verdict{heard: 4, unheardOf: 1}, judge(committed, append(slices.Clone(sound), change(4, "a"))))
	assert.Equal(t, verdict{heard: 4, disordered: 1}, judge(committed, []store.Change{sound[1], sound[0], sound[2], sound[3]}))
}
