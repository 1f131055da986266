package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/store"
)

// Store is a [store.Store] and a [store.Watcher] on a database. It is safe for
// concurrent use. Make it with [New].
//
// It holds no state of the records: any number of processes may have one each
// over the same database.
type Store struct {
	db      *sql.DB
	dialect Dialect
	traits  *traits
	prefix  string
	keep    int
	closed  atomic.Bool
	// keepRevisions and keepHistory are what Prune leaves; not positive: all.
	keepRevisions int
	keepHistory   time.Duration
	clock         func() time.Time

	// commits, signIns and rows hold one token each while nobody in this process
	// has a turn: to commit, to append to the sign-ins, to write another row
	// outside of commits. On SQLite they are the same. A nil one is for everybody.
	commits, signIns, rows chan struct{}

	// statements holds the dialect's form of each statement of this package.
	statements sync.Map

	watching sync.RWMutex // held for reading while watchers are being told
	watchers map[*watcher]struct{}
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Watcher = (*Store)(nil)
)

// New returns a store on the database, which must have the schema that
// [Migrate] makes. opts may be nil. It starts no goroutine, and closing the store
// leaves the database open.
//
// The settings that a connection needs on SQLite are set for each transaction
// and taken back after it, so the host's own connections stay as they are.
func New(ctx context.Context, db *sql.DB, opts *Options) (*Store, error) {
	s, err := newStore(ctx, db, opts)
	if err != nil {
		return nil, err
	}
	if err := s.logAhead(ctx); err != nil {
		return nil, err
	}
	if err := s.current(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// newStore returns a store whose schema may not be there yet.
func newStore(ctx context.Context, db *sql.DB, opts *Options) (*Store, error) {
	settled, err := opts.settled()
	if err != nil {
		return nil, err
	}
	if db == nil {
		return nil, errors.New("sqlstore: no database; open one with sql.Open")
	}
	if settled.Dialect == 0 {
		if settled.Dialect, err = detect(ctx, db); err != nil {
			return nil, err
		}
	}
	if err := settled.Dialect.check(ctx, db); err != nil {
		return nil, err
	}
	s := &Store{
		db: db, dialect: settled.Dialect, traits: settled.Dialect.traits(), prefix: settled.TablePrefix, keep: settled.KeepChanges,
		keepRevisions: max(0, settled.KeepRevisions), keepHistory: settled.KeepHistory, clock: settled.Clock,
		commits: newTurn(), signIns: newTurn(), watchers: make(map[*watcher]struct{}),
	}
	if s.traits.oneWriter {
		s.signIns, s.rows = s.commits, s.commits
	}
	return s, nil
}

// Dialect returns the kind of the database.
func (s *Store) Dialect() Dialect { return s.dialect }

// Close implements [store.Store]. The database stays open.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}

// ready reports why the store cannot be used.
func (s *Store) ready(ctx context.Context) error {
	if s.closed.Load() {
		return fmt.Errorf("sqlstore: %w", store.ErrClosed)
	}
	return ctx.Err()
}

// words returns the dialect's form of a statement of this package.
func (s *Store) words(statement string) string {
	if known, ok := s.statements.Load(statement); ok {
		if text, ok := known.(string); ok {
			return text
		}
	}
	text := s.traits.words(statement, s.prefix)
	s.statements.Store(statement, text)
	return text
}

func newTurn() chan struct{} {
	turn := make(chan struct{}, 1)
	turn <- struct{}{}
	return turn
}

// take waits for a turn, no longer than the context allows. Without a queue in
// the process every waiting goroutine would hold a connection of the pool while
// the database makes it wait, and who has the turn could get none.
func take(ctx context.Context, turn chan struct{}) (giveBack func(), err error) {
	if turn == nil {
		return func() {}, nil
	}
	select {
	case <-turn:
		return func() { turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// beside changes rows outside of commits, in a transaction of their own.
func (s *Store) beside(ctx context.Context, turn chan struct{}, fn func(w *session) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	giveBack, err := take(ctx, turn)
	if err != nil {
		return err
	}
	defer giveBack()
	return s.within(ctx, s.traits.beginRow, true, fn)
}

// look reads by one statement, which is a transaction by itself. Where that fails
// for what the host has as the default of its transactions, fn is run again.
func (s *Store) look(ctx context.Context, fn func(w *session) error) error {
	if err := s.within(ctx, "", false, fn); !unsettled(err) {
		return err
	}
	return s.within(ctx, s.traits.beginRead, false, fn)
}

// row changes one row outside of commits. On PostgreSQL the one statement of fn is
// sent by itself. It may be refused for what the host has as the default of its
// transactions, and is then sent in one of the right kind.
func (s *Store) row(ctx context.Context, fn func(w *session) error) error {
	if s.traits.countVersion == "" {
		if err := s.ready(ctx); err != nil {
			return err
		}
		if err := s.within(ctx, "", true, fn); !unsettled(err) {
			return err
		}
	}
	return s.beside(ctx, s.rows, fn)
}
