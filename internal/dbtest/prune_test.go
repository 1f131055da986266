package dbtest_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// TestPruneInSteps: pruning is many short transactions. One that was interrupted
// has made gone what is to be gone, and the next goes on from there, while others
// commit.
func TestPruneInSteps(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		const records, versions = 700, 4
		now := time.Date(2026, time.April, 20, 12, 0, 0, 0, time.UTC)
		db, sent := p.overheard(t)
		kept := *p.opts
		kept.KeepRevisions = 1
		kept.Clock = func() time.Time { return now }
		s := reopened(t, db, &kept)
		for range versions {
			_, err := s.Update(t.Context(), author, func(tx store.Tx) error {
				for n := range records {
					c := individuals.Class{ID: fmt.Sprintf("class-%04d", n)}
					if found, err := tx.Class(t.Context(), c.ID); err == nil {
						c.Revision = found.Revision
					}
					if err := tx.PutClass(t.Context(), c); err != nil {
						return err
					}
				}
				return nil
			})
			require.NoError(t, err)
			now = now.Add(time.Hour)
		}
		require.Equal(t, records*versions, p.versions(t, db))

		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		sent.take()
		sent.told = func(statement string) {
			if statement == "COMMIT" {
				cancel() // after the first step
			}
		}
		_, err := s.Prune(ctx)
		require.ErrorIs(t, err, context.Canceled)
		sent.told = nil
		left := p.versions(t, db)
		assert.Less(t, left, records*versions, "something was deleted")
		assert.Greater(t, left, records, "and not all that is to be")
		for revision := range uint64(versions) {
			assert.ErrorIs(t, s.ViewAt(t.Context(), revision, func(store.Reader) error { return nil }), store.ErrGone)
			_, err := s.CommitOf(t.Context(), revision)
			assert.ErrorIs(t, err, store.ErrGone)
		}
		_, err = s.RevisionAt(t.Context(), now.Add(-versions*time.Hour))
		assert.ErrorIs(t, err, store.ErrGone, "the commits' rows may still be there")
		require.NoError(t, s.ViewAt(t.Context(), versions, func(r store.Reader) error {
			c, err := r.Class(t.Context(), "class-0000")
			assert.EqualValues(t, versions, c.Revision)
			return err
		}))
		put(t, s, "meanwhile")

		sent.take()
		oldest, err := s.Prune(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, versions+1, oldest)
		assert.Equal(t, records+1, p.versions(t, db), "what is in force stays")
		steps := 0
		for _, statement := range sent.take() {
			if statement == "COMMIT" {
				steps++
			}
		}
		assert.Equal(t, 2, steps, "some thousand rows each")

		sent.take()
		_, err = s.Prune(t.Context())
		require.NoError(t, err)
		statements := sent.take()
		assert.Less(t, len(statements), 30, "there is nothing to be done")
		p.usesIndexes(t, db, statements)
	})
}

// versions counts those of classes.
func (p place) versions(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+prefixOf(p.opts)+"classes_history").Scan(&n))
	return n
}

// usesIndexes: what is deleted is found by an index, whatever the size of a table.
func (p place) usesIndexes(t *testing.T, db *sql.DB, statements []string) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	explain := "EXPLAIN QUERY PLAN "
	if p.driver == "pgx" {
		explain = "EXPLAIN "
		_, err := tx.ExecContext(t.Context(), "SET LOCAL enable_seqscan = off")
		require.NoError(t, err)
	}
	explained := 0
	for _, statement := range statements {
		after, found := strings.CutPrefix(statement, "DELETE FROM "+prefixOf(p.opts))
		if !found {
			continue
		}
		table, _, _ := strings.Cut(after, " ")
		if table == "commits" {
			continue // by its key
		}
		rows, err := tx.QueryContext(t.Context(), explain+statement, 1, 1)
		require.NoError(t, err)
		plan := texts(t, rows)
		assert.Contains(t, plan, prefixOf(p.opts)+table+"_past")
		explained++
	}
	assert.Equal(t, 15, explained)
}

// texts returns the last column of all rows.
func texts(t *testing.T, rows *sql.Rows) string {
	t.Helper()
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var lines []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		require.NoError(t, rows.Scan(values...))
		last, _ := values[len(values)-1].(*any)
		lines = append(lines, fmt.Sprint(*last))
	}
	require.NoError(t, rows.Err())
	return strings.Join(lines, "\n")
}
