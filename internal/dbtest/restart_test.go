package dbtest_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// TestRestartedServer: PostgreSQL is killed while writers commit and an engine
// decides. Nothing that was acknowledged is lost. The engine denies once it has
// heard nothing for too long, and when the server is back it goes on by itself,
// with what was committed before.
func TestRestartedServer(t *testing.T) {
	t.Parallel()
	cluster, err := dbtest.StartCluster(t.Context())
	dbtest.RequireServer(t, err)
	t.Cleanup(cluster.Stop)
	p := newPlace(t, place{"PostgreSQL", "pgx", cluster.Source(), &sqlstore.Options{TablePrefix: "office_"}})
	pairs := newPlace(t, place{"PostgreSQL", "pgx", cluster.Source(), &sqlstore.Options{TablePrefix: "pairs_"}}).store(t)
	const rounds, each, maxStaleness = 3, 100, 500 * time.Millisecond
	office := p.office(t, each*count(rounds, 30))
	engine := p.engine(t, &access.Options{PollInterval: 20 * time.Millisecond, MaxStaleness: maxStaleness})
	resident := each*count(rounds, 30) - 1 // keeps the role
	var told acknowledged
	for round := range count(rounds, 30) {
		require.Eventually(t, func() bool { return engine.Check(t.Context(), asks(resident, 0)).Allowed() }, soon, 10*time.Millisecond)
		load := startLoad(pairs, office, round*each, (round+1)*each-1)
		t.Cleanup(load.cancel)
		time.Sleep(time.Duration(20+rand.IntN(150)) * time.Millisecond)
		cluster.Kill()

		require.Eventually(t, func() bool { return engine.Check(t.Context(), asks(resident, 0)).Reason() == access.Stale }, soon, 10*time.Millisecond)
		assert.Greater(t, engine.Age(), maxStaleness)
		require.Eventually(t, func() bool { return len(engine.Problems()) > 0 }, soon, 10*time.Millisecond, "what is wrong cannot be asked for")

		require.NoError(t, cluster.Start(t.Context()))
		require.Eventually(t, func() bool { return engine.Check(t.Context(), asks(resident, 0)).Allowed() }, soon, 10*time.Millisecond,
			"the engine does not recover")
		made, revoked, revision := load.end()
		require.Eventually(t, func() bool { return engine.Revision() >= revision }, soon, 10*time.Millisecond)
		for _, n := range revoked {
			assert.Equal(t, lost(n), settled(t, engine, n), "%s after revision %d", employee(n), revision)
		}
		told = whole(t, pairs, told.later(made))
	}
	assert.NotZero(t, told.revision)
}

// settled returns the reason of a decision that is not for want of news: under load
// an engine is stale now and then.
func settled(t *testing.T, engine *access.Engine, n int) (reason access.Reason) {
	t.Helper()
	require.Eventually(t, func() bool {
		reason = engine.Check(t.Context(), asks(n, 0)).Reason()
		return reason != access.Stale && reason != access.Unavailable
	}, soon, time.Millisecond)
	return reason
}

// A load is writers that commit until they are told to end, whatever becomes of
// the server meanwhile.
type load struct {
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu       sync.Mutex
	made     acknowledged
	revoked  []int  // who lost the role, as was acknowledged
	revision uint64 // of the last time
}

// startLoad writes pairs into one store, and takes roles in the other one from the
// employees between two numbers.
func startLoad(pairs, office store.Store, from, to int) *load {
	// A commit that is under way is not given up when the load ends.
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{cancel: cancel}
	for n := range pairWriters {
		l.ended.Go(func() {
			for ctx.Err() == nil {
				a, err := writePair(context.Background(), pairs, n)
				if err != nil {
					time.Sleep(5 * time.Millisecond) // the server is away
					continue
				}
				l.mu.Lock()
				l.made = l.made.later(a)
				l.mu.Unlock()
			}
		})
	}
	l.ended.Go(func() {
		for n := from; n < to && ctx.Err() == nil; n++ {
			revision, err := office.Update(context.Background(), author, revoke(context.Background(), n))
			if err != nil {
				time.Sleep(5 * time.Millisecond)
				continue
			}
			l.mu.Lock()
			l.revoked, l.revision = append(l.revoked, n), revision
			l.mu.Unlock()
		}
	})
	return l
}

// end waits for the writers and returns what was acknowledged to them.
func (l *load) end() (made acknowledged, revoked []int, revision uint64) {
	l.cancel()
	l.ended.Wait()
	return l.made, l.revoked, l.revision
}
