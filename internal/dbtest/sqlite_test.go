package dbtest_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
	"github.com/durward-go/durward/store/storetest"
)

// migrated returns a store on a database that has nothing of Durward's yet.
func migrated(t testing.TB, db *sql.DB, opts *sqlstore.Options) *sqlstore.Store {
	t.Helper()
	require.NoError(t, sqlstore.Migrate(t.Context(), db, opts))
	s, err := sqlstore.New(t.Context(), db, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	for _, driver := range dbtest.SQLiteDrivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t *testing.T) store.Store { return migrated(t, dbtest.SQLite(t, driver), nil) })
		})
	}
}
