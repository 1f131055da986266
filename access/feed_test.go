package access_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// TestPollInterval: an engine over a store that is no Watcher hears of a
// commit at the next poll.
func TestPollInterval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ asked, interval time.Duration }{{0, 250 * time.Millisecond}, {time.Second, time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			var s *hookedStore
			f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval = c.asked }))
			require.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
			revision := f.permit("pbx-admin", "customer/pbx", roles.Read)
			time.Sleep(c.interval - 1)
			synctest.Wait()
			assert.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
			assert.Less(t, f.engine.Revision(), revision)
			time.Sleep(1 * time.Nanosecond)
			synctest.Wait()
			assert.Equal(t, access.NotGranted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
			assert.Equal(t, revision, f.engine.Revision())
		})
	}
}

// TestTwoEngines: both engines of the writing process have swapped when Update
// returns; one that is not told has when Sync returns.
func TestTwoEngines(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
	untold := f.engine
	first, second := f.open(nil), f.open(nil)
	r := ask("steve", roles.Update, "customer/pbx", "acme")
	for i := range 50 {
		want := i%2 == 1
		revision := f.permit("pbx-admin", "customer/pbx", map[bool]roles.Permission{true: roles.Modify, false: roles.Read}[want])
		for _, e := range []*access.Engine{first, second} {
			d := e.Check(f.ctx, r)
			require.Equal(t, want, d.Allowed())
			require.Equal(t, revision, d.Revision())
		}
		require.NoError(t, untold.Sync(f.ctx, revision))
		require.Equal(t, want, untold.Check(f.ctx, r).Allowed())
	}
}

// TestFeedGone: an engine that fell too far behind starts over.
func TestFeedGone(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := &fixture{t: t, ctx: t.Context(), store: newBusiness(t, &memstore.Options{KeepChanges: 3})}
	f.engine = f.open(hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
	p := f.principal("steve")
	require.True(t, p.CanOn(f.ctx, roles.Update, node("customer/pbx"), "acme-1"))
	var revision uint64
	f.permit("pbx-admin", "customer/billing", roles.Read)
	f.individual("dan", func(p *individuals.Individual) { p.Disabled = true })
	for range 10 {
		revision = f.class("silver", func(*individuals.Class) {})
	}
	_, err := f.store.Changes(f.ctx, f.engine.Revision(), 0)
	require.ErrorIs(t, err, store.ErrGone)
	require.NoError(t, f.engine.Sync(f.ctx, revision))
	assert.True(t, p.Can(f.ctx, roles.View, node("customer/billing")))
	assert.Equal(t, access.Disabled, f.reason("dan", roles.View, "customer", "globex"))
	assert.Equal(t, revision, f.engine.Revision())
	assert.Empty(t, f.engine.Problems())
}

// TestBadFeeds gives the engine feeds that no store should answer. It refuses
// them, names the problem, and goes on by what it knew until that is too old;
// and when the feed is well again, so is the engine.
func TestBadFeeds(t *testing.T) {
	t.Parallel()
	change := func(revision uint64) []store.Change {
		return []store.Change{{Revision: revision, Kind: store.Roles, ID: "pbx-admin"}}
	}
	for _, c := range []struct {
		name    string
		hooks   func(revision uint64) hooks
		problem string
	}{
		{"broken", func(uint64) hooks { return feeds(store.Feed{}, errBroken) },
			`change feed: access: reading the feed after revision 1: disk: unreadable`},
		{"goes back", func(uint64) hooks { return feeds(store.Feed{Through: 0}, nil) },
			`change feed: access: the feed after revision 1 ends at 0: the store went back`},
		{"tells an old change", func(r uint64) hooks { return feeds(store.Feed{Changes: change(r), Through: r}, nil) },
			`change feed: access: the feed from revision 1 to 1 holds a change of 1`},
		{"tells a change beyond its end", func(r uint64) hooks { return feeds(store.Feed{Changes: change(r + 2), Through: r + 1}, nil) },
			`change feed: access: the feed from revision 1 to 2 holds a change of 3`},
		{"tells of what the store does not show", func(r uint64) hooks { return feeds(store.Feed{Changes: change(r + 1), Through: r + 1}, nil) },
			`change feed: access: reading the feed after revision 1: access: the store shows revision 1 after its feed told of 2`},
		{"has more without an end", func(r uint64) hooks { return feeds(store.Feed{Through: r, More: true}, nil) },
			`change feed: access: the feed after revision 1 has no change, and says that there is more`},
		{"is gone for good", func(uint64) hooks { return feeds(store.Feed{}, store.ErrGone) },
			`change feed: access: reading the feed after revision 1: store: no longer kept`},
		{"is gone, and so is the state", func(uint64) hooks {
			return hooks{
				changes: func(context.Context, uint64, func() (store.Feed, error)) (store.Feed, error) {
					return store.Feed{}, store.ErrGone
				},
				reader: func(r store.Reader) store.Reader { return shiftedReader{r, 0} },
			}
		}, `change feed: access: the store shows revision 0, after 1: it went back`},
		{"is gone, and the state cannot be read", func(uint64) hooks {
			return hooks{
				changes: func(context.Context, uint64, func() (store.Feed, error)) (store.Feed, error) {
					return store.Feed{}, store.ErrGone
				},
				view: func(context.Context, func() error) error { return errBroken },
			}
		}, `change feed: access: reading roles and ACLs: disk: unreadable`},
		{"hangs", func(uint64) hooks {
			return hooks{changes: func(ctx context.Context, _ uint64, _ func() (store.Feed, error)) (store.Feed, error) {
				return store.Feed{}, hang(ctx)
			}}
		}, `change feed: access: reading the feed after revision 1: context deadline exceeded`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var s *hookedStore
				f := newFixture(t, hooked(&s, nil))
				p, q := f.principal("steve"), query(roles.Update, "customer/pbx", "acme")
				allowed := func(want access.Reason) {
					t.Helper()
					assert.Equal(t, want, p.Check(f.ctx, q).Reason())
					assert.Equal(t, want, p.Explain(f.ctx, q).Decision.Reason())
					assert.Equal(t, want == access.Granted, p.Can(f.ctx, q.Action, node(q.Path)))
					assert.Equal(t, want == access.Granted, p.CanOn(f.ctx, q.Action, node(q.Path), q.Object))
				}
				allowed(access.Granted)
				time.Sleep(time.Second)
				synctest.Wait()

				s.set(c.hooks(f.engine.Revision()))
				time.Sleep(4500 * time.Millisecond)
				allowed(access.Granted) // the last good state stays in force
				time.Sleep(time.Second)
				allowed(access.Stale)
				assert.Greater(t, f.engine.Age(), 5*time.Second)
				require.Len(t, f.engine.Problems(), 1)
				assert.EqualError(t, f.engine.Problems()[0].Err, c.problem[len("change feed: "):])
				assert.Equal(t, c.problem, f.engine.Problems()[0].String())

				revision := f.class("silver", func(*individuals.Class) {})
				s.set(hooks{})
				time.Sleep(5250 * time.Millisecond) // a call that hangs, and a poll
				synctest.Wait()
				allowed(access.Granted)
				assert.Equal(t, revision, f.engine.Revision())
				assert.Empty(t, f.engine.Problems())
			})
		})
	}
}

// shiftedReader shows its state under another revision.
type shiftedReader struct {
	store.Reader
	revision uint64
}

func (r shiftedReader) Revision() uint64 { return r.revision }

// TestHangingReadersDoNotHoldTheFeed: whoever reads the feed, and however long
// its own context lasts, the poll gets its turn.
func TestHangingReadersDoNotHoldTheFeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s *hookedStore
		f := newFixture(t, hooked(&s, nil))
		require.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
		s.set(hooks{changes: func(ctx context.Context, _ uint64, _ func() (store.Feed, error)) (store.Feed, error) {
			return store.Feed{}, hang(ctx)
		}})
		revision := f.class("silver", func(*individuals.Class) {})
		ended := make(chan error, 1)
		go func() { ended <- f.engine.Sync(context.WithoutCancel(f.ctx), revision) }()
		synctest.Wait()
		s.set(hooks{}) // calls that were made hang on; new ones are answered
		time.Sleep(5 * time.Second)
		require.ErrorIs(t, <-ended, context.DeadlineExceeded)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, revision, f.engine.Revision())
		assert.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
	})
}

// TestFeedOfCallers: a caller who gives up is no problem of the feed.
func TestFeedOfCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s *hookedStore
		f := newFixture(t, hooked(&s, nil))
		s.set(hooks{changes: func(ctx context.Context, _ uint64, _ func() (store.Feed, error)) (store.Feed, error) {
			return store.Feed{}, hang(ctx)
		}})
		ctx, cancel := context.WithTimeout(f.ctx, 10*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, f.engine.Sync(ctx, f.engine.Revision()+1), context.DeadlineExceeded)
		assert.Empty(t, f.engine.Problems())
	})
}

// TestFeedOddities are feeds that are no fault: changes told twice, of unknown
// kinds, of records that nobody asked for, and an end beyond the last change.
func TestFeedOddities(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
	require.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
	revision := f.permit("pbx-admin", "customer/pbx", roles.Read)
	s.set(hooks{changes: func(_ context.Context, after uint64, next func() (store.Feed, error)) (store.Feed, error) {
		feed, err := next()
		for _, c := range feed.Changes {
			feed.Changes = append(feed.Changes, c, store.Change{Revision: c.Revision, Kind: store.Kind(99), ID: "x"},
				store.Change{Revision: c.Revision, Kind: store.Individuals, ID: "nobody"}, store.Change{Revision: c.Revision, Kind: store.Entities, ID: "nothing"})
		}
		return feed, err
	}})
	require.NoError(t, f.engine.Sync(f.ctx, revision))
	assert.Equal(t, access.NotGranted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
	s.set(feeds(store.Feed{Through: revision + 5}, nil))
	require.NoError(t, f.engine.Sync(f.ctx, revision+5))
	assert.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", "acme"))
	// What the store now shows is older than what it told of.
	assert.Equal(t, access.Unavailable, f.reason("dan", roles.View, "customer/personal", "globex"))
}
