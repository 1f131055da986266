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
)

// silent is a store whose calls hang: the connection is dead.
func silent() hooks {
	return hooks{
		view: func(ctx context.Context, _ func() error) error { return hang(ctx) },
		changes: func(ctx context.Context, _ uint64, _ func() (store.Feed, error)) (store.Feed, error) {
			return store.Feed{}, hang(ctx)
		},
	}
}

// TestMaxStaleness: with a store that hangs, what is in memory is decided
// without a wait until it is too old, and then denied; when the store answers
// again, so does the engine, by itself.
func TestMaxStaleness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ asked, most time.Duration }{{0, 5 * time.Second}, {time.Second, time.Second}, {time.Hour, time.Hour}} {
		synctest.Test(t, func(t *testing.T) {
			var s *hookedStore
			f := newFixture(t, hooked(&s, func(o *access.Options) { o.MaxStaleness = c.asked }))
			p := f.principal("steve")
			ask := func(want access.Reason) {
				t.Helper()
				began := time.Now()
				assert.Equal(t, want, f.reason("steve", roles.View, "customer/pbx", "acme"))
				assert.Equal(t, want == access.Granted, p.Can(f.ctx, roles.View, node("customer/pbx")))
				assert.Equal(t, want == access.Granted, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme"))
				assert.Equal(t, began, time.Now(), "nobody waits for what is in memory")
			}
			ask(access.Granted)
			time.Sleep(250 * time.Millisecond)
			synctest.Wait() // the last poll that is answered
			s.set(silent())
			time.Sleep(c.most)
			ask(access.Granted)
			time.Sleep(50*time.Millisecond + 1) // a tick of the engine's clock
			ask(access.Stale)
			assert.ErrorContains(t, f.engine.Explain(f.ctx, access.Request{Individual: "steve", Action: roles.View, Path: "customer"}).Err,
				"nothing heard from the store for")

			revision := f.permit("pbx-admin", "customer/billing", roles.Read)
			s.set(hooks{})
			time.Sleep(c.most + 250*time.Millisecond) // until the call that hangs is given up, and a poll
			synctest.Wait()
			ask(access.Granted)
			assert.Equal(t, revision, f.engine.Revision())
			assert.True(t, p.Can(f.ctx, roles.View, node("customer/billing")), "what changed meanwhile is known")

			s.set(silent())
			time.Sleep(2*c.most + time.Second)
			ask(access.Stale)
			require.NoError(t, f.engine.Close())
			ask(access.Unavailable)
		})
	}
}

// TestUnknownWhileSilent: what is not in memory waits for the store as long as
// the context says.
func TestUnknownWhileSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s *hookedStore
		f := newFixture(t, hooked(&s, nil))
		s.set(silent())
		ctx, cancel := context.WithTimeout(f.ctx, time.Second)
		defer cancel()
		began := time.Now()
		d := f.engine.Check(ctx, ask("dan", roles.View, "customer/personal", "globex"))
		assert.Equal(t, access.Unavailable, d.Reason())
		assert.Equal(t, time.Second, time.Since(began))
	})
}

// TestAtLeast: a request may insist on a revision.
func TestAtLeast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s *hookedStore
		f := newFixture(t, hooked(&s, nil))
		require.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
		revision := f.permit("pbx-admin", "customer/pbx", roles.Read)
		r := ask("steve", roles.Update, "customer/pbx", "acme")
		r.AtLeast = f.engine.Revision()
		assert.Equal(t, access.Granted, f.check(r).Reason(), "the change is not known yet, and not asked for")
		r.AtLeast = revision
		d := f.check(r)
		assert.Equal(t, access.NotGranted, d.Reason())
		assert.Equal(t, revision, d.Revision())

		// It comes while the request waits.
		r.AtLeast = revision + 1
		go func() {
			time.Sleep(3 * time.Second)
			f.permit("pbx-admin", "customer/pbx", roles.Modify)
		}()
		began := time.Now()
		assert.Equal(t, access.Granted, f.check(r).Reason())
		assert.GreaterOrEqual(t, time.Since(began), 3*time.Second)
		assert.Less(t, time.Since(began), 4*time.Second)

		// It does not come.
		r.AtLeast = revision + 2
		began = time.Now()
		assert.Equal(t, access.Stale, f.check(r).Reason())
		assert.Equal(t, 5*time.Second, time.Since(began))
		assert.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"), "others go on")

		// The caller does not wait so long.
		ctx, cancel := context.WithTimeout(f.ctx, time.Second)
		defer cancel()
		began = time.Now()
		assert.False(t, f.engine.Check(ctx, r).Allowed())
		assert.Equal(t, time.Second, time.Since(began))

		// A malformed request is not waited for.
		r.Object = "a\x00"
		began = time.Now()
		assert.Equal(t, access.InvalidRequest, f.check(r).Reason())
		assert.Equal(t, began, time.Now())

		// The engine is closed meanwhile.
		r.Object = "acme"
		go func() {
			time.Sleep(time.Second)
			assert.NoError(t, f.engine.Close())
		}()
		assert.False(t, f.check(r).Allowed())
	})
}

func TestSync(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s *hookedStore
		f := newFixture(t, hooked(&s, nil))
		began := time.Now()
		require.NoError(t, f.engine.Sync(f.ctx, 0))
		require.NoError(t, f.engine.Sync(f.ctx, f.engine.Revision()))
		revision := f.class("silver", func(*individuals.Class) {})
		require.NoError(t, f.engine.Sync(f.ctx, revision))
		assert.Equal(t, revision, f.engine.Revision())
		assert.Equal(t, began, time.Now(), "what is there is there at once")

		go func() {
			time.Sleep(time.Minute)
			f.class("silver", func(*individuals.Class) {})
		}()
		require.NoError(t, f.engine.Sync(f.ctx, revision+1))
		assert.GreaterOrEqual(t, time.Since(began), time.Minute)

		ctx, cancel := context.WithTimeout(f.ctx, time.Second)
		defer cancel()
		err := f.engine.Sync(ctx, revision+2)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "access: ")

		s.set(feeds(store.Feed{}, errBroken))
		require.ErrorIs(t, f.engine.Sync(f.ctx, revision+2), errBroken)
		s.set(hooks{})

		go func() {
			time.Sleep(time.Second)
			assert.NoError(t, f.engine.Close())
		}()
		require.ErrorIs(t, f.engine.Sync(f.ctx, revision+2), store.ErrClosed)
		require.ErrorIs(t, f.engine.Sync(f.ctx, 0), store.ErrClosed)
	})
}

// TestJoinedTransaction: the store's own answer, however it came about, is
// known when Sync returns, for everyone who is in memory.
func TestJoinedTransaction(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
	p := f.principal("steve")
	require.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
	revision := f.individual("steve", func(p *individuals.Individual) { p.Disabled = true })
	assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")), "nobody told the engine")
	require.NoError(t, f.engine.Sync(f.ctx, revision))
	assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
}

// TestStoreCloses: when the store is closed under it, the engine denies as
// stale after a while, and ends without complaint.
func TestStoreCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		require.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", "acme"))
		require.NoError(t, f.store.Close())
		assert.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", "acme"))
		assert.Equal(t, access.Unavailable, f.reason("dan", roles.View, "customer/pbx", "globex"))
		time.Sleep(6 * time.Second)
		assert.Equal(t, access.Stale, f.reason("steve", roles.View, "customer/pbx", "acme"))
		require.ErrorIs(t, f.engine.Problems()[0].Err, store.ErrClosed)
	})
}
