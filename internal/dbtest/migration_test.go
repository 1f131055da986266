package dbtest_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// fresh returns options whose tables no test had before.
func fresh(opts *sqlstore.Options, suffix string) *sqlstore.Options {
	o := *opts
	if o.TablePrefix == "" {
		o.TablePrefix = sqlstore.DefaultPrefix
	}
	o.TablePrefix += suffix
	return &o
}

// dropped drops the tables of fresh options.
func dropped(t *testing.T, d database, opts *sqlstore.Options) {
	t.Cleanup(func() {
		if d.name == "PostgreSQL" {
			dbtest.Drop(t, opts.TablePrefix)
		}
	})
}

// TestMigrate: before it there is no store, then there is one, however often and
// by however many at once it was called.
func TestMigrate(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, other, opts := d.open(t)
		opts = fresh(opts, "m_")
		dropped(t, d, opts)
		_, err := sqlstore.New(t.Context(), db, opts)
		require.ErrorContains(t, err, "call sqlstore.Migrate first")
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				pool := db
				if i%2 == 0 {
					pool = other
				}
				assert.NoError(t, sqlstore.Migrate(t.Context(), pool, opts))
			})
		}
		wg.Wait()
		s := reopened(t, db, opts)
		put(t, s, "a")
		require.NoError(t, sqlstore.Migrate(t.Context(), db, opts))
		assert.Equal(t, []string{"a"}, classes(t, reopened(t, other, opts)), "what was there stays")

		_, err = db.ExecContext(t.Context(), "INSERT INTO "+opts.TablePrefix+"migrations (number) VALUES (99)")
		require.NoError(t, err)
		_, err = sqlstore.New(t.Context(), db, opts)
		require.ErrorContains(t, err, "take a newer version")
		require.NoError(t, sqlstore.Migrate(t.Context(), db, opts), "an older program leaves a newer schema alone")
	})
}

// TestMigrationsByTheHost: what the host's own tool applies is the same schema.
func TestMigrationsByTheHost(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		opts = fresh(opts, "h_")
		dropped(t, d, opts)
		dialect := sqlstore.SQLite
		if d.name == "PostgreSQL" {
			dialect = sqlstore.PostgreSQL
		}
		steps, err := sqlstore.Migrations(dialect, opts.TablePrefix)
		require.NoError(t, err)
		for _, m := range steps {
			_, err := db.ExecContext(t.Context(), m.SQL)
			require.NoError(t, err, m.Name)
		}
		put(t, reopened(t, db, opts), "a")
	})
}

// TestPrefixes: two prefixes are two stores in one database.
func TestPrefixes(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		one := fresh(opts, "one_")
		dropped(t, d, one)
		two := *one
		two.TablePrefix = strings.Replace(one.TablePrefix, "one_", "two_", 1)
		dropped(t, d, &two)
		first, second := migrated(t, db, one), migrated(t, db, &two)
		assert.EqualValues(t, 1, put(t, first, "a"))
		assert.EqualValues(t, 1, put(t, second, "b"))
		assert.Equal(t, [][]string{{"a"}, {"b"}}, [][]string{classes(t, first), classes(t, second)})
	})
}

// put writes one class.
func put(t testing.TB, s store.Store, id string) uint64 {
	t.Helper()
	revision, err := s.Update(t.Context(), author, func(tx store.Tx) error { return tx.PutClass(t.Context(), individuals.Class{ID: id}) })
	require.NoError(t, err)
	return revision
}

func classes(t testing.TB, s store.Store) (ids []string) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		all, err := r.Classes(t.Context(), store.Page{})
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		return err
	}))
	return ids
}

// TestKeepChanges: the feed keeps at least as many changes as it was told to,
// whole commits, and says of what is older that it is gone.
func TestKeepChanges(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		for _, c := range []struct{ keep, each int }{{1, 1}, {10, 1}, {10, 3}, {3, 20}} {
			opts.KeepChanges = c.keep
			s := migrated(t, db, opts)
			var latest uint64
			for n := range 40 {
				var err error
				latest, err = s.Update(t.Context(), author, func(tx store.Tx) error {
					for i := range c.each {
						if err := tx.Touch(t.Context(), store.Roles, string(rune('A'+n))+string(rune('A'+i))); err != nil {
							return err
						}
					}
					return nil
				})
				require.NoError(t, err)
			}
			kept, gone := 0, 0
			for after := latest; ; after-- {
				feed, err := s.Changes(t.Context(), after, 1_000_000)
				if errors.Is(err, store.ErrGone) {
					gone++
				} else {
					require.NoError(t, err)
					require.Zero(t, gone, "nothing is gone in the middle")
					require.Len(t, feed.Changes, int(latest-after)*c.each)
					kept = len(feed.Changes)
				}
				if after == latest-39 {
					break
				}
			}
			assert.GreaterOrEqual(t, kept, c.keep)
			assert.LessOrEqual(t, kept, c.keep+c.keep/10+2*c.each, "what is kept is bounded")
			assert.NotZero(t, gone)
		}
	})
}
