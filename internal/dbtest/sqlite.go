package dbtest

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver" // registers "sqlite3"
	_ "modernc.org/sqlite"                   // registers "sqlite"
)

// SQLiteDrivers are the names that the drivers for SQLite are registered under.
func SQLiteDrivers() []string { return []string{"sqlite", "sqlite3"} }

// OpenSQLite opens a database in a file. Its transactions begin DEFERRED with
// either driver, whose defaults differ. The test closes it at its end.
func OpenSQLite(t testing.TB, driver, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, "file:"+filepath.ToSlash(file)+"?_txlock=deferred")
	if err != nil {
		t.Fatalf("opening %s: %v", file, err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// SQLite opens an empty database that is gone when the test is over.
func SQLite(t testing.TB, driver string) *sql.DB {
	t.Helper()
	return OpenSQLite(t, driver, filepath.Join(t.TempDir(), "durward.db"))
}
