package dbtest_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
)

// TestSettingsOfTheHost: the store sets what it needs on a connection of SQLite
// for the time of a transaction, and the host finds its own settings afterwards.
func TestSettingsOfTheHost(t *testing.T) {
	t.Parallel()
	for _, driver := range dbtest.SQLiteDrivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			db := dbtest.SQLite(t, driver)
			s := migrated(t, db, nil)
			db.SetMaxOpenConns(1) // the only connection is everybody's
			host := map[string]int{"synchronous": 1, "foreign_keys": 0, "busy_timeout": 1234}
			for name, value := range host {
				_, err := db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA %s = %d", name, value))
				require.NoError(t, err)
			}
			revision := put(t, s, "a")
			require.NoError(t, s.View(t.Context(), func(store.Reader) error { return nil }))
			_, err := s.Update(t.Context(), author, func(store.Tx) error { return assert.AnError })
			require.ErrorIs(t, err, assert.AnError)
			_, err = s.Update(t.Context(), author, func(tx store.Tx) error { return tx.DeleteClass(t.Context(), "a", revision) })
			require.NoError(t, err)
			for name, value := range host {
				assert.Equal(t, value, pragma(t, db, name), name)
			}
			var mode string
			require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&mode))
			assert.Equal(t, "wal", mode)
		})
	}
}

func pragma(t *testing.T, db *sql.DB, name string) (value int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&value))
	return value
}
