package dbtest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// TestManyProcesses: eight processes write all the time, into rows of their own and
// into one that is everybody's. Nobody is refused for having met another but by the
// rules: of those who swap the same version one succeeds. It holds whatever the
// host has chosen for transactions that do not say what they want.
func TestManyProcesses(t *testing.T) {
	try := func(t *testing.T, p place) {
		const processes = 8
		each := count(15, 300)
		ctx := t.Context()
		var mu sync.Mutex
		var refusals []error
		refused := func(err error) {
			mu.Lock()
			defer mu.Unlock()
			refusals = append(refusals, err)
		}
		var taken atomic.Int64
		var wg sync.WaitGroup
		for n := range processes {
			s := p.store(t)
			own := store.Attempts{Key: store.AttemptKey{Realm: "customers", Login: fmt.Sprintf("own-%d", n)}}
			shared := store.Attempts{Key: store.AttemptKey{Realm: "customers", Login: "shared"}}
			wg.Go(func() {
				for i := range each {
					_, err := s.Update(ctx, author, func(tx store.Tx) error {
						return tx.PutClass(ctx, individuals.Class{ID: fmt.Sprintf("%d-%03d", n, i)})
					})
					stepErr := s.AcceptStep(ctx, employee(n), otp.Step(i+1))
					_, eventErr := recordSignIn(ctx, s)
					own.Failures++
					swapped, ownErr := s.SwapAttempts(ctx, own)
					own = swapped
					if err := errors.Join(err, stepErr, eventErr, ownErr); err != nil {
						refused(err)
						return
					}
					read, err := s.Attempts(ctx, shared.Key)
					if err != nil {
						refused(err)
						return
					}
					read.Failures++
					switch _, err := s.SwapAttempts(ctx, read); {
					case err == nil:
						taken.Add(1)
					case !errors.Is(err, store.ErrConflict):
						refused(err)
					}
				}
			})
		}
		wg.Wait()
		require.Empty(t, refusals)
		s := p.store(t)
		assert.EqualValues(t, processes*each+1, put(t, s, "last"), "a revision for each commit")
		shared, err := s.Attempts(ctx, store.AttemptKey{Realm: "customers", Login: "shared"})
		require.NoError(t, err)
		assert.EqualValues(t, taken.Load(), shared.Failures, "as many as were told that they had counted")
		assert.Positive(t, shared.Failures)
	}
	t.Run("as it comes", func(t *testing.T) { onEachPlace(t, try) })
	for _, setting := range []string{"default_transaction_isolation=serializable", "default_transaction_read_only=on", "default_transaction_isolation=repeatable\\ read"} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			_, opts := dbtest.PostgreSQL(t)
			plain := newPlace(t, place{"PostgreSQL", "pgx", dbtest.PostgreSQLSource(t), opts})
			if strings.Contains(plain.source, "://") {
				t.Skip("DURWARD_TEST_POSTGRES is a URL, to which this test adds no options")
			}
			try(t, place{plain.name, plain.driver, plain.source + " options='-c " + strings.ReplaceAll(setting, `\`, `\\`) + "'", opts})
		})
	}
}

// TestWriterWaits: on SQLite a writer waits as long as its context lasts, and
// without an end for ten seconds; then it is told of a conflict. A writer that gets
// the turn in time is told nothing.
func TestWriterWaits(t *testing.T) {
	t.Parallel()
	for _, driver := range dbtest.SQLiteDrivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			p := sqlitePlace(t, driver, quickFolder(t)+"/durward.db")
			s, elsewhere := p.store(t), p.pool(t)
			ends := map[error]func() (context.Context, context.CancelFunc){
				context.DeadlineExceeded: func() (context.Context, context.CancelFunc) {
					return context.WithTimeout(t.Context(), 50*time.Millisecond)
				},
			}
			if !testing.Short() {
				ends[store.ErrConflict] = func() (context.Context, context.CancelFunc) { return context.WithCancel(t.Context()) }
			}
			for want, end := range ends {
				holder, err := elsewhere.Conn(t.Context())
				require.NoError(t, err)
				_, err = holder.ExecContext(t.Context(), "BEGIN IMMEDIATE")
				require.NoError(t, err)
				ctx, cancel := end()
				_, err = s.Update(ctx, author, func(store.Tx) error { t.Error("it is not its turn"); return nil })
				cancel()
				require.ErrorIs(t, err, want)
				_, err = holder.ExecContext(t.Context(), "ROLLBACK")
				require.NoError(t, err)
				require.NoError(t, holder.Close())
				put(t, s, want.Error())
			}
		})
	}
}
