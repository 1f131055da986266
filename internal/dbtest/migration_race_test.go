package dbtest_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store/sqlstore"
)

// TestBeginAtOnce: processes that begin on a new file at the same moment, each with
// connections that wait for nobody by themselves, all get a store, also while
// others close theirs: the last one that closes has the file for itself.
func TestBeginAtOnce(t *testing.T) {
	t.Parallel()
	for _, driver := range dbtest.SQLiteDrivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			folder := quickFolder(t)
			for round := range count(10, 200) {
				source := "file:" + filepath.ToSlash(filepath.Join(folder, fmt.Sprintf("%d.db", round))) + "?_txlock=deferred&_pragma=busy_timeout(0)"
				var wg sync.WaitGroup
				for range 6 {
					wg.Go(func() {
						for range 3 {
							p := place{"SQLite/" + driver, driver, source, &sqlstore.Options{}}
							db := p.pool(t)
							if assert.NoError(t, sqlstore.Migrate(t.Context(), db, p.opts)) {
								s, err := sqlstore.New(t.Context(), db, p.opts)
								if assert.NoError(t, err) {
									assert.NoError(t, s.Close())
								}
							}
							assert.NoError(t, db.Close())
						}
					})
				}
				wg.Wait()
				require.False(t, t.Failed(), "round %d", round)
			}
		})
	}
}
