package dbtest_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
	"github.com/durward-go/durward/store/sqlstore"
)

// TestAsOf: what is answered of any past revision is what was answered at it.
func TestAsOf(t *testing.T) {
	t.Parallel()
	try := func(t *testing.T, s store.Store, commits int) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		x := random{t, rand.New(rand.NewPCG(seed, 0)), s}
		x.begin()
		engine, err := access.New(t.Context(), s, billingModel, &access.Options{ACLs: historyLevels})
		require.NoError(t, err)
		t.Cleanup(func() { _ = engine.Close() })
		asked := questions()
		was := make(map[uint64]answers)
		for range commits {
			revision := x.commit()
			for _, r := range asked {
				was[revision] = append(was[revision], engine.Check(t.Context(), r))
			}
		}
		allowed := 0
		for revision, then := range was {
			require.NoError(t, engine.AsOf(t.Context(), access.Moment{Revision: revision}, func(past *access.Past) error {
				for i, r := range asked {
					got := past.CheckRequest(t.Context(), r)
					assert.Equal(t, then[i], got, "revision %d: %+v", revision, r)
					if got.Allowed() {
						allowed++
					}
				}
				return nil
			}))
		}
		t.Logf("%d of %d allowed", allowed, commits*len(asked))
		assert.NotZero(t, allowed)
		assert.Less(t, allowed, commits*len(asked))
	}
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		s := memstore.New(nil)
		t.Cleanup(func() { _ = s.Close() })
		try(t, s, count(200, 900))
	})
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			db, _, opts := d.open(t)
			try(t, migrated(t, db, opts), count(30, 1000))
		})
	}
}

// TestAsOfInstantOnDatabases: instants between commits, before the first, after a
// clock was set back, and beyond what is kept.
func TestAsOfInstantOnDatabases(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		noon := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
		minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
		now := noon
		set := *opts
		set.Clock, set.KeepHistory = func() time.Time { return now }, 35*time.Minute
		s := migrated(t, db, &set)
		for i, at := range []int{0, 60, 10, 20, 70} { // set back by 50 minutes after revision 2
			now = minute(at)
			put(t, s, fmt.Sprint(i))
		}
		at := func(n int) uint64 {
			revision, err := s.RevisionAt(t.Context(), minute(n).Add(time.Nanosecond))
			require.NoError(t, err)
			return revision
		}
		for _, c := range []struct {
			at   int
			want uint64
		}{{-1, 0}, {0, 1}, {9, 1}, {10, 3}, {19, 3}, {20, 4}, {60, 4}, {69, 4}, {70, 5}, {1000, 5}} {
			assert.Equal(t, c.want, at(c.at), "minute %d", c.at)
		}
		// At minute 35 the state of revision 4 was in force: it is kept, though it
		// was made before, and nothing earlier is.
		oldest, err := s.Prune(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 4, oldest)
		_, err = s.RevisionAt(t.Context(), minute(19))
		require.ErrorIs(t, err, store.ErrGone)
		require.ErrorContains(t, err, "the oldest revision kept is 4, of 2026-05-04T12:20:00Z")
		assert.EqualValues(t, 4, at(20))
	})
}

func TestPrune(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, other, opts := d.open(t)
		everything := migrated(t, db, opts)
		set := *opts
		set.KeepRevisions = 3
		s := reopened(t, other, &set)
		ctx := t.Context()
		count := func(revision uint64) (n int, err error) {
			err = s.ViewAt(ctx, revision, func(r store.Reader) error {
				classes, err := r.Classes(ctx, store.Page{})
				n = len(classes)
				return err
			})
			return n, err
		}
		for n := range 6 {
			revision := put(t, s, fmt.Sprintf("class-%d", n))
			if n%2 == 1 { // what is deleted is in the past alone
				_, err := s.Update(ctx, author, func(tx store.Tx) error { return tx.DeleteClass(ctx, fmt.Sprintf("class-%d", n), revision) })
				require.NoError(t, err)
			}
		}
		want := []int{0, 1, 2, 1, 2, 3, 2, 3, 4, 3}
		check := func(oldest int) {
			t.Helper()
			for revision, n := range want {
				got, err := count(uint64(revision))
				if revision < oldest {
					require.ErrorIs(t, err, store.ErrGone)
					require.ErrorContains(t, err, fmt.Sprintf("the oldest kept is %d", oldest))
					_, err = s.CommitOf(ctx, uint64(revision))
					require.ErrorIs(t, err, store.ErrGone)
					continue
				}
				require.NoError(t, err)
				assert.Equal(t, n, got, "revision %d", revision)
			}
		}
		check(0)
		oldest, err := everything.Prune(ctx)
		require.NoError(t, err)
		assert.Zero(t, oldest, "without limits all is kept")
		// Pruned while reading: who reads goes on.
		require.NoError(t, everything.ViewAt(ctx, 2, func(r store.Reader) error {
			oldest, err := s.Prune(ctx)
			require.NoError(t, err)
			assert.EqualValues(t, 7, oldest)
			classes, err := r.Classes(ctx, store.Page{})
			assert.Len(t, classes, 2)
			return err
		}))
		check(7)
		oldest, err = s.Prune(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 7, oldest)
		var left int
		require.NoError(t, db.QueryRowContext(ctx, "SELECT count(*) FROM "+tableOf(opts, "classes_history")).Scan(&left))
		assert.Equal(t, 4, left, "three that stand, and one that revision 7 still had")
	})
}

func tableOf(opts *sqlstore.Options, name string) string {
	if opts.TablePrefix == "" {
		return sqlstore.DefaultPrefix + name
	}
	return opts.TablePrefix + name
}

// TestWhoHeldInSQL: who held which role at a revision, and who granted it, is one
// query.
func TestWhoHeldInSQL(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s := migrated(t, db, opts)
		furnish(t, s, 2)
		ctx := t.Context()
		revision, err := s.Update(ctx, store.Author{ID: "alice", OnBehalfOf: abc, System: individuals.RoleSystem}, func(tx store.Tx) error {
			g, err := tx.Grant(ctx, employee(0), abc)
			require.NoError(t, err)
			return tx.PutGrant(ctx, g.WithRole("viewer"))
		})
		require.NoError(t, err)
		asked := "SELECT g.individual, g.role, c.author, c.on_behalf_of, c.system FROM " + tableOf(opts, "grants_history") + " g JOIN " +
			tableOf(opts, "commits") + " c ON c.revision = g.role_revision WHERE g.from_revision <= ? AND g.until_revision > ? ORDER BY g.individual"
		if d.name == "PostgreSQL" {
			asked = "SELECT g.individual, g.role, c.author, c.on_behalf_of, c.system FROM " + tableOf(opts, "grants_history") + " g JOIN " +
				tableOf(opts, "commits") + " c ON c.revision = g.role_revision WHERE g.from_revision <= $1 AND g.until_revision > $2 ORDER BY g.individual"
		}
		for at, want := range map[uint64][][5]string{
			1: {{employee(0), pbxAdmin, "test", "", "host"}, {employee(1), pbxAdmin, "test", "", "host"}},
			2: {{employee(0), "viewer", "alice", abc, "roles"}, {employee(1), pbxAdmin, "test", "", "host"}},
		} {
			require.EqualValues(t, 2, revision)
			got, err := fiveTexts(ctx, db, asked, int64(at))
			require.NoError(t, err)
			assert.Equal(t, want, got, "revision %d", at)
		}
	})
}

// fiveTexts asks about a revision, and returns the rows.
func fiveTexts(ctx context.Context, db *sql.DB, asked string, at int64) (out [][5]string, err error) {
	rows, err := db.QueryContext(ctx, asked, at, at)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var g [5]string
		if err := rows.Scan(&g[0], &g[1], &g[2], &g[3], &g[4]); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, rows.Err()
}

// TestHistoryBegins: a database that has records when the history comes knows of
// what is true then, and of nothing before.
func TestHistoryBegins(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		opts = fresh(opts, "b_")
		dropped(t, d, opts)
		ctx := t.Context()
		dialect := sqlstore.SQLite
		if d.name == "PostgreSQL" {
			dialect = sqlstore.PostgreSQL
		}
		steps, err := sqlstore.Migrations(dialect, opts.TablePrefix)
		require.NoError(t, err)
		for _, statement := range []string{
			steps[0].SQL,
			"INSERT INTO " + tableOf(opts, "entities") + " (id, kind, title, revision) VALUES ('abc', 'customer', 'ABC', 3)",
			"INSERT INTO " + tableOf(opts, "roles") + " (id, name, type, owner, description, revision) VALUES ('r', 'R', 'customer', '', '', 7)",
			"INSERT INTO " + tableOf(opts, "role_permissions") + " (role, path, permission, set_by, set_revision) VALUES ('r', 'customer', 'Read', 'bob', 7)",
			"UPDATE " + tableOf(opts, "state") + " SET revision = 7",
		} {
			_, err := db.ExecContext(ctx, statement)
			require.NoError(t, err)
		}
		s := migrated(t, db, opts)
		require.EqualValues(t, 8, put(t, s, "later"))
		require.NoError(t, s.ViewAt(ctx, 7, func(r store.Reader) error {
			role, err := r.Role(ctx, "r")
			require.NoError(t, err)
			assert.Equal(t, map[string]roles.Setting{"customer": {Permission: roles.Read, By: "bob", Revision: 7}}, role.Permissions)
			e, err := r.Entity(ctx, "abc")
			require.NoError(t, err)
			assert.EqualValues(t, 3, e.Revision)
			_, err = r.Class(ctx, "later")
			require.ErrorIs(t, err, store.ErrNotFound)
			return nil
		}))
		require.ErrorIs(t, s.ViewAt(ctx, 6, func(store.Reader) error { return nil }), store.ErrGone)
		_, err = s.RevisionAt(ctx, time.Unix(1, 0))
		require.ErrorIs(t, err, store.ErrGone)
		commit, err := s.CommitOf(ctx, 7)
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), commit.At, time.Hour)
	})
}

// TestJoinedHistory: what was committed by the host is in the history, and what
// it rolled back is not.
func TestJoinedHistory(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s := migrated(t, db, opts)
		ctx := t.Context()
		for _, commits := range []bool{false, true} {
			host, err := db.BeginTx(ctx, nil)
			require.NoError(t, err)
			revision, err := s.Join(ctx, host, store.Author{ID: "order"}, func(tx store.Tx) error {
				return tx.PutClass(ctx, individuals.Class{ID: "c"})
			})
			require.NoError(t, err)
			if !commits {
				require.NoError(t, host.Rollback())
				_, err = s.CommitOf(ctx, revision)
				require.ErrorIs(t, err, store.ErrNotFound)
				continue
			}
			require.NoError(t, host.Commit())
			commit, err := s.CommitOf(ctx, revision)
			require.NoError(t, err)
			assert.Equal(t, "order", commit.By.ID)
			require.NoError(t, s.ViewAt(ctx, revision, func(r store.Reader) error {
				_, err := r.Class(ctx, "c")
				return err
			}))
		}
	})
}

func (s *two) history() store.History { return s.next().(store.History) }

func (s *two) ViewAt(ctx context.Context, revision uint64, fn func(store.Reader) error) error {
	return s.history().ViewAt(ctx, revision, fn)
}

func (s *two) RevisionAt(ctx context.Context, instant time.Time) (uint64, error) {
	return s.history().RevisionAt(ctx, instant)
}

func (s *two) CommitOf(ctx context.Context, revision uint64) (store.Commit, error) {
	return s.history().CommitOf(ctx, revision)
}

func (s *two) Prune(ctx context.Context) (uint64, error) { return s.history().Prune(ctx) }
