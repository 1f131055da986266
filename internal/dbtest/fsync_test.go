package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// syncChild names the database for the child process whose calls are traced.
const syncChild = "DURWARD_TEST_SYNC_CHILD"

// TestSyncChild is the process that is traced. It tells when it begins to write and
// what it was answered, so that the trace has that too.
func TestSyncChild(t *testing.T) {
	settings, child := os.LookupEnv(syncChild)
	if !child {
		t.Skip("runs as a child of the tests of syncing")
	}
	driver, rest, _ := strings.Cut(settings, "\n")
	kind, source, _ := strings.Cut(rest, "\n")
	db, err := sql.Open(driver, source)
	require.NoError(t, err)
	writes := planted(db)
	if kind == "store" {
		s, err := sqlstore.New(t.Context(), db, nil)
		require.NoError(t, err)
		writes = storeWrites(s)
	}
	say := func(format string, args ...any) {
		_, _ = os.Stdout.WriteString(fmt.Sprintf(format, args...) + "\n") // in one call
	}
	for n := range 12 {
		say("begin %d", n)
		if err := writes[n%len(writes)](t.Context(), n); err != nil {
			say("failed %d", n)
			require.NotErrorIs(t, err, store.ErrConflict)
		} else {
			say("acknowledged %d", n)
		}
	}
}

// storeWrites are what a store acknowledges: a commit, and what is kept beside
// commits.
func storeWrites(s *sqlstore.Store) []func(ctx context.Context, n int) error {
	return []func(ctx context.Context, n int) error{
		func(ctx context.Context, _ int) error { _, err := commitPair(ctx, s); return err },
		func(ctx context.Context, n int) error { return s.AcceptStep(ctx, "somebody", otp.Step(n)) },
		func(ctx context.Context, _ int) error { _, err := recordSignIn(ctx, s); return err },
		func(ctx context.Context, n int) error {
			_, err := s.SwapAttempts(ctx, store.Attempts{Key: store.AttemptKey{Realm: "abc", Login: fmt.Sprint(n)}, Failures: 1})
			return err
		},
	}
}

// planted are writes that are answered before they are synced: synchronous is
// NORMAL.
func planted(db *sql.DB) []func(ctx context.Context, n int) error {
	return []func(ctx context.Context, n int) error{func(ctx context.Context, n int) error {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = conn.ExecContext(ctx, "PRAGMA synchronous = NORMAL")
		if err == nil {
			_, err = conn.ExecContext(ctx, "INSERT INTO durward_steps (individual, step) VALUES ($1, 1)", fmt.Sprint(n))
		}
		return errors.Join(err, conn.Close())
	}}
}

// onTracedPlace runs a test with a trace of writes on each driver for SQLite.
func onTracedPlace(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Parallel()
	requireTrace(t)
	for _, driver := range dbtest.SQLiteDrivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			test(t, sqlitePlace(t, driver, filepath.Join(quickFolder(t), "durward.db")))
		})
	}
}

// TestSyncedBeforeAcknowledged: on SQLite the log is synced, after the last byte
// that was written to it, before a write is acknowledged.
func TestSyncedBeforeAcknowledged(t *testing.T) {
	onTracedPlace(t, func(t *testing.T, p place) {
		written := p.traced(t, "store")
		assert.Len(t, written, 12)
		for _, w := range written {
			assert.Equal(t, tracedWrite{n: w.n, answer: "acknowledged", written: true, synced: true}, w)
		}
	})
}

// TestUnsyncedIsSeen is the control: writes that are not synced are seen as such.
func TestUnsyncedIsSeen(t *testing.T) {
	onTracedPlace(t, func(t *testing.T, p place) {
		unsynced := 0
		for _, w := range p.traced(t, "planted") {
			assert.True(t, w.written && w.answer == "acknowledged", "%+v", w)
			if !w.synced {
				unsynced++
			}
		}
		assert.Positive(t, unsynced)
	})
}

// TestFailedSyncIsAnError: where the log cannot be synced, nothing is acknowledged,
// and the next write is as good as any.
func TestFailedSyncIsAnError(t *testing.T) {
	onTracedPlace(t, func(t *testing.T, p place) {
		answers := make(map[string]int)
		for _, w := range p.traced(t, "store", "--inject=fsync,fdatasync:error=EIO:when=2+3") {
			switch {
			case w.refused:
				assert.Equal(t, "failed", w.answer, "%+v", w)
			case w.other: // SQLite itself makes light of a folder that it cannot sync
				assert.True(t, w.answer == "failed" || w.synced, "%+v", w)
			default:
				assert.Equal(t, tracedWrite{n: w.n, answer: "acknowledged", written: true, synced: true}, w)
			}
			answers[w.answer]++
		}
		assert.Positive(t, answers["failed"], "no sync failed")
		assert.Positive(t, answers["acknowledged"], "every sync failed")
		whole(t, p.store(t), acknowledged{})
	})
}
