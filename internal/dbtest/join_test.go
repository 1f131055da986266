package dbtest_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// A shop is a host with a table of its own, whose orders give grants.
type shop struct {
	*testing.T
	db     *sql.DB
	opts   *sqlstore.Options
	store  *sqlstore.Store
	orders string
	people uint64 // revision of the commit that wrote them
}

func openShop(t *testing.T, d database) *shop {
	db, _, opts := d.open(t)
	s := &shop{T: t, db: db, opts: opts, store: migrated(t, db, opts), orders: opts.TablePrefix + "orders"}
	_, err := db.ExecContext(t.Context(), "CREATE TABLE "+s.orders+" (id integer NOT NULL PRIMARY KEY)")
	require.NoError(t, err)
	t.Cleanup(func() {
		if _, err := db.Exec("DROP TABLE " + s.orders); err != nil {
			t.Errorf("dropping the orders: %v", err)
		}
	})
	s.people, err = s.store.Update(t.Context(), author, func(tx store.Tx) error {
		return errors.Join(
			tx.PutEntity(t.Context(), scope.Entity{ID: "abc", Kind: "customer"}),
			tx.PutOrganization(t.Context(), individuals.Organization{Entity: "abc"}),
			tx.PutIndividual(t.Context(), individuals.Individual{ID: "bob", Organization: "abc", RoleType: "customer"}))
	})
	require.NoError(t, err)
	return s
}

// begin begins a transaction of the host's as the host should: IMMEDIATE on
// SQLite, where database/sql has no word for it, so by writing first.
func (s *shop) begin(order int) *sql.Tx {
	s.Helper()
	tx, err := s.db.BeginTx(s.Context(), nil)
	require.NoError(s, err)
	statement := "INSERT INTO " + s.orders + " (id) VALUES (?)"
	if s.store.Dialect() == sqlstore.PostgreSQL {
		statement = "INSERT INTO " + s.orders + " (id) VALUES ($1)"
	}
	_, err = tx.ExecContext(s.Context(), statement, order)
	require.NoError(s, err)
	s.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

func (s *shop) grant(tx store.Tx) error {
	return tx.PutGrant(s.Context(), individuals.Grant{Individual: "bob", Organization: "abc"}.WithRole("customer-admin"))
}

func (s *shop) count() (orders, grants int, revision uint64) {
	s.Helper()
	require.NoError(s, s.db.QueryRowContext(s.Context(), "SELECT count(*) FROM "+s.orders).Scan(&orders))
	require.NoError(s, s.store.View(s.Context(), func(r store.Reader) error {
		all, err := r.Grants(s.Context(), store.GrantFilter{}, store.GrantPage{})
		grants, revision = len(all), r.Revision()
		return err
	}))
	return orders, grants, revision
}

func (s *shop) has(orders, grants int, revision uint64) {
	s.Helper()
	gotOrders, gotGrants, gotRevision := s.count()
	assert.Equal(s, []any{orders, grants, revision}, []any{gotOrders, gotGrants, gotRevision}, "orders, grants, revision")
}

// TestJoin: an order and its grant are made together, or neither is.
func TestJoin(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := openShop(t, d)
		var told []uint64
		stop := s.store.Watch(func(revision uint64) { told = append(told, revision) })
		defer stop()

		tx := s.begin(1)
		revision, err := s.store.Join(t.Context(), tx, store.Author{ID: "shop"}, s.grant)
		require.NoError(t, err)
		assert.Equal(t, s.people+1, revision)
		s.has(0, 0, s.people) // not committed yet
		require.NoError(t, tx.Rollback())
		s.has(0, 0, s.people)
		assert.Empty(t, told)

		tx = s.begin(1)
		again, err := s.store.Join(t.Context(), tx, store.Author{ID: "shop"}, s.grant)
		require.NoError(t, err)
		assert.Equal(t, revision, again, "a revision that was rolled back was never given")
		require.NoError(t, tx.Commit())
		s.store.Announce(revision)
		s.has(1, 1, revision)
		assert.Equal(t, []uint64{revision}, told)
		feed, err := s.store.Changes(t.Context(), s.people, 0)
		require.NoError(t, err)
		assert.Equal(t, []store.Change{{Revision: revision, Kind: store.Grants, ID: "bob", Organization: "abc"}}, feed.Changes)
		require.NoError(t, s.store.View(t.Context(), func(r store.Reader) error {
			g, err := r.Grant(t.Context(), "bob", "abc")
			assert.Equal(t, individuals.Slot{ID: "customer-admin", Revision: revision, By: "shop"}, g.Role)
			return err
		}))
	})
}

// TestJoinThatFails leaves nothing of Durward's in the host's transaction, which
// goes on.
func TestJoinThatFails(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := openShop(t, d)
		failure := errors.New("no credit")
		tx := s.begin(1)
		_, err := s.store.Join(t.Context(), tx, author, func(tx store.Tx) error {
			require.NoError(t, s.grant(tx))
			return failure
		})
		require.ErrorIs(t, err, failure)
		assert.PanicsWithValue(t, "oh", func() {
			_, _ = s.store.Join(t.Context(), tx, author, func(tx store.Tx) error {
				require.NoError(t, s.grant(tx))
				panic("oh")
			})
		})
		require.NoError(t, tx.Commit())
		s.has(1, 0, s.people)

		// Two commits in one transaction, and one that writes nothing.
		tx = s.begin(2)
		first, err := s.store.Join(t.Context(), tx, author, s.grant)
		require.NoError(t, err)
		same, err := s.store.Join(t.Context(), tx, author, func(store.Tx) error { return nil })
		require.NoError(t, err)
		second, err := s.store.Join(t.Context(), tx, author, func(tx store.Tx) error {
			assert.Equal(t, first, tx.Revision())
			return tx.DeleteGrant(t.Context(), "bob", "abc", first)
		})
		require.NoError(t, err)
		require.NoError(t, tx.Commit())
		assert.Equal(t, []uint64{s.people + 1, s.people + 1, s.people + 2}, []uint64{first, same, second})
		s.has(2, 0, second)

		tx = s.begin(3)
		_, err = s.store.Join(t.Context(), tx, author, func(tx store.Tx) error { return tx.PutClass(t.Context(), individuals.Class{}) })
		require.Error(t, err)
		require.NoError(t, tx.Rollback())
		_, err = s.store.Join(t.Context(), tx, author, s.grant)
		require.ErrorIs(t, err, sql.ErrTxDone)
		_, err = s.store.Join(t.Context(), nil, author, s.grant)
		require.ErrorContains(t, err, "no transaction")
		require.NoError(t, s.store.Close())
		_, err = s.store.Join(t.Context(), tx, author, s.grant)
		require.ErrorIs(t, err, store.ErrClosed)
	})
}

// TestJoinOnAnOldSnapshot: a transaction that has read before another commit
// cannot make one on what it saw.
func TestJoinOnAnOldSnapshot(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := openShop(t, d)
		tx, err := s.db.BeginTx(t.Context(), nil)
		if s.store.Dialect() == sqlstore.PostgreSQL {
			require.NoError(t, tx.Rollback())
			tx, err = s.db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		}
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		var orders int
		require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM "+s.orders).Scan(&orders))
		_, err = s.store.Update(t.Context(), author, func(tx store.Tx) error { return tx.PutClass(t.Context(), individuals.Class{ID: "meanwhile"}) })
		require.NoError(t, err)
		_, err = s.store.Join(t.Context(), tx, author, s.grant)
		require.ErrorIs(t, err, store.ErrConflict)
		require.NoError(t, tx.Rollback())
		s.has(0, 0, s.people+1)
	})
}
