package dbtest_test

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store/sqlstore"
)

// A place is one database with the tables, which any number of processes can open.
type place struct {
	name, driver, source string
	opts                 *sqlstore.Options
}

// onEachPlace runs a test on an empty place of each kind.
func onEachPlace(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Parallel()
	for _, driver := range dbtest.SQLiteDrivers() {
		t.Run("SQLite/"+driver, func(t *testing.T) {
			t.Parallel()
			test(t, sqlitePlace(t, driver, filepath.Join(quickFolder(t), "durward.db")))
		})
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		_, opts := dbtest.PostgreSQL(t)
		test(t, newPlace(t, place{"PostgreSQL", "pgx", dbtest.PostgreSQLSource(t), opts}))
	})
}

func sqlitePlace(t testing.TB, driver, file string) place {
	t.Helper()
	source := "file:" + filepath.ToSlash(file) + "?_txlock=deferred&_pragma=busy_timeout(10000)"
	return newPlace(t, place{"SQLite/" + driver, driver, source, &sqlstore.Options{}})
}

func newPlace(t testing.TB, p place) place {
	t.Helper()
	require.NoError(t, sqlstore.Migrate(t.Context(), p.pool(t), p.opts))
	return p
}

// quickFolder is a folder in memory where the system has one. What is tried there
// is how processes meet, thousands of times; a disk would only make it slow.
func quickFolder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "durward-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// pool returns connections of their own, as another process has.
func (p place) pool(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open(p.driver, p.source)
	require.NoError(t, err)
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// store returns a store on connections of its own.
func (p place) store(t testing.TB) *sqlstore.Store {
	t.Helper()
	return reopened(t, p.pool(t), p.opts)
}

// table returns the name of a table of the test's own.
func (p place) table(name string) string {
	if p.opts.TablePrefix == "" {
		return name
	}
	return p.opts.TablePrefix + name
}

// count is how often a test tries what it tries.
func count(short, long int) int {
	if os.Getenv("DURWARD_LONG") == "1" && !testing.Short() {
		return long
	}
	return short
}

// pause gives others a chance to come between.
func pause() { time.Sleep(time.Duration(rand.IntN(1500)) * time.Microsecond) }
