package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// count is how often something is tried: less in a short run, and as often as
// the requirement says in a long one.
func count(short, long int) int {
	if os.Getenv("DURWARD_LONG") == "1" {
		return long
	}
	return short
}

// pause gives others a chance to come between.
func pause() { time.Sleep(time.Duration(rand.IntN(1500)) * time.Microsecond) }

// TestFeedLosesNothing: writers in two processes' stores and in transactions of
// the host commit after a while, or roll back; a reader that polls sees every
// change of every commit once, in the order of revisions, and no other.
func TestFeedLosesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		const writers = 16
		each := count(1_000, 100_000)/writers + 1
		db, other, opts := d.open(t)
		opts.KeepChanges = 1_000_000
		stores := []*sqlstore.Store{migrated(t, db, opts), reopened(t, other, opts)}
		pools := []*sql.DB{db, other}
		ctx := t.Context()
		rolledBack := errors.New("rolled back")

		var mu sync.Mutex
		made := make(map[store.Change]bool)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := 0; i < each; {
					id := fmt.Sprintf("%d-%d", w, i)
					touch := func(tx store.Tx) error {
						err := errors.Join(tx.Touch(ctx, store.Roles, id), tx.Touch(ctx, store.Classes, id))
						if rand.IntN(4) == 0 {
							pause()
						}
						if rand.IntN(8) == 0 {
							err = rolledBack
						}
						return err
					}
					var revision uint64
					var err error
					if s := stores[i%2]; rand.IntN(3) == 0 {
						revision, err = joined(ctx, pools[i%2], s, touch)
					} else {
						revision, err = s.Update(ctx, author, touch)
					}
					switch {
					case err == nil:
						mu.Lock()
						for _, kind := range []store.Kind{store.Roles, store.Classes} {
							made[store.Change{Revision: revision, Kind: kind, ID: id}] = true
						}
						mu.Unlock()
						i++
					case errors.Is(err, store.ErrConflict):
						pause()
					case !errors.Is(err, rolledBack):
						t.Errorf("writing: %v", err)
						return
					}
				}
			})
		}

		seen := make(map[store.Change]bool)
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		after, last := uint64(0), false
		for {
			feed, err := stores[rand.IntN(2)].Changes(ctx, after, 1+rand.IntN(50))
			require.NoError(t, err)
			for i, c := range feed.Changes {
				require.False(t, seen[c], "%+v came twice", c)
				require.Greater(t, c.Revision, after)
				require.LessOrEqual(t, c.Revision, feed.Through)
				if i > 0 {
					require.GreaterOrEqual(t, c.Revision, feed.Changes[i-1].Revision)
				}
				seen[c] = true
			}
			after = feed.Through
			if last && !feed.More {
				break
			}
			select {
			case <-done:
				last = true
			default:
				if len(feed.Changes) == 0 {
					time.Sleep(time.Millisecond)
				}
			}
		}
		assert.Len(t, made, writers*each*2)
		assert.Equal(t, made, seen)
	})
}

// joined commits within a transaction of the host, some of which it takes back.
func joined(ctx context.Context, db *sql.DB, s *sqlstore.Store, fn func(store.Tx) error) (uint64, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	revision, err := s.Join(ctx, tx, author, fn)
	if err != nil {
		return 0, err
	}
	pause()
	if rand.IntN(8) == 0 {
		return 0, store.ErrConflict
	}
	return revision, tx.Commit()
}

// TestSequenceLosesChanges is the control of TestFeedLosesNothing: a reader that
// asks for larger numbers of a sequence than the last one does lose some.
func TestSequenceLosesChanges(t *testing.T) {
	t.Parallel()
	db, opts := dbtest.PostgreSQL(t)
	ctx := t.Context()
	table := opts.TablePrefix + "naive"
	t.Cleanup(func() { dbtest.Drop(t, table) })
	_, err := db.ExecContext(ctx, "CREATE TABLE "+table+" (id bigserial PRIMARY KEY)")
	require.NoError(t, err)
	for try := range 20 {
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 20 {
					tx, err := db.BeginTx(ctx, nil)
					if err == nil {
						_, err = tx.ExecContext(ctx, "INSERT INTO "+table+" DEFAULT VALUES")
						pause()
						err = errors.Join(err, tx.Commit())
					}
					if err != nil {
						t.Errorf("writing: %v", err)
						return
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		seen, last := numbers(t, db, table, 0)
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			var more []int64
			more, last = numbers(t, db, table, last)
			seen = append(seen, more...)
		}
		all, _ := numbers(t, db, table, 0)
		if lost := len(all) - len(seen); lost > 0 {
			t.Logf("round %d: lost %d of %d", try, lost, len(all))
			return
		}
	}
	t.Error("the naive reader lost nothing: this machine shows no difference, so TestFeedLosesNothing proves little")
}

// numbers reads what comes after the last number, and the new last one.
func numbers(t *testing.T, db *sql.DB, table string, after int64) (all []int64, last int64) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT id FROM "+table+" WHERE id > $1 ORDER BY id", after)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var n int64
		require.NoError(t, rows.Scan(&n))
		all = append(all, n)
	}
	require.NoError(t, rows.Err())
	if len(all) > 0 {
		after = slices.Max(all)
	}
	return all, after
}
