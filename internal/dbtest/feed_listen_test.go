package dbtest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// never is an interval at which no test sees a poll.
var never = &access.Options{PollInterval: time.Hour, MaxStaleness: time.Hour}

// soon is how long something may take that is sure to happen.
const soon = time.Minute

// A listening is a store of another process that listens, and the engine over it.
type listening struct {
	store  *sqlstore.Store
	engine *access.Engine
	failed chan error
	ended  chan error
	cancel context.CancelFunc
}

func (p place) listening(t *testing.T) *listening {
	t.Helper()
	db := p.pool(t)
	s := reopened(t, db, p.opts)
	l := &listening{store: s, failed: make(chan error, 100), ended: make(chan error, 1)}
	engine, err := access.New(t.Context(), s, billingModel, never)
	require.NoError(t, err)
	l.engine = engine
	ctx, cancel := context.WithCancel(t.Context())
	l.cancel = cancel
	begun := make(chan struct{}, 1000)
	listen := dbtest.Listen(db)
	go func() {
		l.ended <- s.Listen(ctx, func(ctx context.Context, channel string, heard func()) error {
			return listen(ctx, channel, func() {
				heard()
				begun <- struct{}{}
			})
		}, func(err error) { l.failed <- err })
	}()
	t.Cleanup(func() {
		cancel()
		_ = engine.Close()
	})
	<-begun
	return l
}

// follows waits until the engine is at a revision without having been asked for it.
func (l *listening) follows(t *testing.T, revision uint64) {
	t.Helper()
	require.Eventually(t, func() bool { return l.engine.Revision() >= revision }, soon, time.Millisecond)
}

func postgresqlPlace(t *testing.T) place {
	t.Helper()
	_, opts := dbtest.PostgreSQL(t)
	return newPlace(t, place{"PostgreSQL", "pgx", dbtest.PostgreSQLSource(t), opts})
}

// TestListen: an engine that listens follows the commits of other processes
// without a poll, those in transactions of the host too; one that does not listen
// does not follow.
func TestListen(t *testing.T) {
	t.Parallel()
	p := postgresqlPlace(t)
	s := p.office(t, 3)
	l, deaf := p.listening(t), p.engine(t, never)
	for n := range 3 {
		require.True(t, l.engine.Check(t.Context(), asks(n, 0)).Allowed())
	}
	was := deaf.Revision()
	revision, err := s.Update(t.Context(), author, revoke(t.Context(), 0))
	require.NoError(t, err)
	l.follows(t, revision)
	assert.Equal(t, access.NoGrant, l.engine.Check(t.Context(), asks(0, 0)).Reason())

	host, err := p.pool(t).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = host.Rollback() }()
	revision, err = s.Join(t.Context(), host, author, revoke(t.Context(), 1))
	require.NoError(t, err)
	assert.True(t, l.engine.Check(t.Context(), asks(1, 0)).Allowed(), "it is not committed")
	require.NoError(t, host.Commit())
	l.follows(t, revision)
	assert.Equal(t, access.NotGranted, l.engine.Check(t.Context(), asks(1, 0)).Reason())

	assert.Equal(t, was, deaf.Revision())
	assert.True(t, deaf.Check(t.Context(), asks(2, 0)).Allowed())
	l.cancel()
	assert.ErrorIs(t, <-l.ended, context.Canceled)
	assert.Empty(t, l.failed)
}

// TestListenAgain: when the connection breaks, whoever listens is told, listens
// again, and follows what was committed meanwhile.
func TestListenAgain(t *testing.T) {
	t.Parallel()
	p := postgresqlPlace(t)
	s := p.office(t, 3)
	l := p.listening(t)
	db := p.pool(t)
	for n := range 3 {
		// The listener's last statement was LISTEN, with the name of its channel.
		require.Eventually(t, func() bool {
			ended, err := db.ExecContext(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN \""+s.Channel()+"\"'")
			require.NoError(t, err)
			rows, err := ended.RowsAffected()
			require.NoError(t, err)
			return rows == 1
		}, soon, 10*time.Millisecond)
		revision, err := s.Update(t.Context(), author, revoke(t.Context(), n))
		require.NoError(t, err)
		l.follows(t, revision)
		err = <-l.failed
		require.ErrorContains(t, err, "sqlstore: listen: ")
		assert.ErrorContains(t, err, "57P01", "the administrator's command ended the connection")
	}
}

// TestListenBelievesNothing: what others notify on the channel wakes, and says
// nothing; what is notified for tables with another prefix does not even wake.
func TestListenBelievesNothing(t *testing.T) {
	t.Parallel()
	p, other := postgresqlPlace(t), postgresqlPlace(t)
	s := p.office(t, 1)
	l := p.listening(t)
	told := make(chan uint64, 100)
	stop := l.store.Watch(func(revision uint64) { told <- revision })
	defer stop()
	other.office(t, 1)
	for _, payload := range []string{"", "18446744073709551615", "-1", "'; DROP TABLE", "99999999999999999999999"} {
		_, err := p.pool(t).ExecContext(t.Context(), "SELECT pg_notify($1, $2)", s.Channel(), payload)
		require.NoError(t, err)
		assert.Equal(t, l.engine.Revision(), <-told)
	}
	revision, err := s.Update(t.Context(), author, revoke(t.Context(), 0))
	require.NoError(t, err)
	l.follows(t, revision)
	assert.NotEqual(t, s.Channel(), other.store(t).Channel())
}

// TestListenEnds: Listen says why it ends, and ends with the store.
func TestListenEnds(t *testing.T) {
	t.Parallel()
	failing := errors.New("no connection")
	fails := func(context.Context, string, func()) error { return failing }
	p := postgresqlPlace(t)
	s := p.store(t)
	require.ErrorContains(t, s.Listen(t.Context(), nil, nil), "no function")
	var seen error
	require.ErrorIs(t, s.Listen(t.Context(), fails, func(err error) { seen = err; _ = s.Close() }), store.ErrClosed)
	require.ErrorIs(t, seen, failing)
	require.ErrorIs(t, s.Listen(t.Context(), fails, nil), store.ErrClosed)

	returned := 0
	s = p.store(t)
	err := s.Listen(t.Context(), func(context.Context, string, func()) error { returned++; return nil }, func(err error) {
		assert.ErrorContains(t, err, "has returned")
		if returned == 2 {
			_ = s.Close()
		}
	})
	require.ErrorIs(t, err, store.ErrClosed)
}

// TestListenOnSQLite is refused: nothing would ever be heard.
func TestListenOnSQLite(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t, dbtest.SQLiteDrivers()[0])
	s := migrated(t, db, nil)
	err := s.Listen(t.Context(), dbtest.Listen(db), nil)
	require.ErrorContains(t, err, "SQLite does not notify")
	heard := func() { t.Error("heard") }
	require.ErrorContains(t, dbtest.Listen(db)(t.Context(), "x", heard), "want one of pgx")
}
