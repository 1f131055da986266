package dbtest_test

import (
	"os"
	"testing"

	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	dbtest.PostgreSQLSource(t)
	storetest.Run(t, func(t *testing.T) store.Store {
		db, opts := dbtest.PostgreSQL(t)
		return migrated(t, db, opts)
	})
}
