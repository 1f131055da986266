package dbtest_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

var author = store.Author{ID: "test"}

// A database is one of those that tests run on.
type database struct {
	name string
	// open returns an empty database, and another pool on the same one, as
	// another process would have.
	open func(t testing.TB) (db, other *sql.DB, opts *sqlstore.Options)
}

func databases() []database {
	var all []database
	for _, driver := range dbtest.SQLiteDrivers() {
		all = append(all, database{"SQLite/" + driver, func(t testing.TB) (db, other *sql.DB, opts *sqlstore.Options) {
			file := filepath.Join(quickFolder(t), "durward.db")
			return dbtest.OpenSQLite(t, driver, file), dbtest.OpenSQLite(t, driver, file), &sqlstore.Options{}
		}})
	}
	return append(all, database{"PostgreSQL", func(t testing.TB) (db, other *sql.DB, opts *sqlstore.Options) {
		db, opts = dbtest.PostgreSQL(t)
		return db, dbtest.OpenPostgreSQL(t, dbtest.PostgreSQLSource(t)), opts
	}})
}

// onEach runs a test on each database.
func onEach(t *testing.T, test func(t *testing.T, d database)) {
	t.Helper()
	t.Parallel()
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			test(t, d)
		})
	}
}

// migrated returns a store on a database that may have nothing of Durward's yet.
func migrated(t testing.TB, db *sql.DB, opts *sqlstore.Options) *sqlstore.Store {
	t.Helper()
	require.NoError(t, sqlstore.Migrate(t.Context(), db, opts))
	return reopened(t, db, opts)
}

// reopened returns a store on a database that has the tables.
func reopened(t testing.TB, db *sql.DB, opts *sqlstore.Options) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.New(t.Context(), db, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}
