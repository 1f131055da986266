// Package memstore keeps all records in memory: for tests, for examples, and
// for applications that load their people at start. Nothing outlives the
// process.
//
// Readers never wait: every commit makes a new immutable state, which shares
// what did not change with the one before. Attempts, messages and the events of
// sign-ins are beside it, each kind behind a lock that is held for one row.
package memstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// Store is a [store.Store] and a [store.Watcher]. It is safe for concurrent
// use. Make it with [New].
type Store struct {
	keep    int
	current atomic.Pointer[state] // published: only read
	closed  atomic.Bool
	writing chan struct{} // holds one token while nobody writes
	latest  *state        // the writer's own copy of current

	attempts attempts
	outbox   outbox
	signIns  signInTrail
	history  history

	watching sync.RWMutex // held for reading while watchers are being told
	watchers map[*watcher]struct{}
}

type watcher struct{ told func(revision uint64) }

// Options adjust [New].
type Options struct {
	// KeepChanges is how many changes the feed keeps at least. A reader that
	// falls further behind gets [store.ErrGone]. Default: 100,000.
	KeepChanges int
	// KeepRevisions is how many states of the past are kept, the current one
	// among them, see [store.History]. Each costs what its commit wrote and,
	// with 100,000 people, 25 KB for the way to it. Default: [DefaultKeepRevisions].
	KeepRevisions int
	// KeepHistory is for how long a state is kept after another took its place,
	// where KeepRevisions lets it be. Default: without end.
	KeepHistory time.Duration
	// Clock tells when a commit is made. It must be safe for concurrent use.
	// Default: [time.Now].
	Clock func() time.Time
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Watcher = (*Store)(nil)
)

// New makes an empty store. opts may be nil.
func New(opts *Options) *Store {
	s := &Store{
		keep: 100_000, writing: make(chan struct{}, 1), watchers: make(map[*watcher]struct{}),
		attempts: newAttempts(), outbox: newOutbox(), signIns: signInTrail{trail: newTrail(audit.SignIns)},
	}
	if opts != nil && opts.KeepChanges > 0 {
		s.keep = opts.KeepChanges
	}
	s.history.settle(opts)
	s.latest = newState()
	s.publish(s.latest.copy(), store.Author{})
	s.writing <- struct{}{}
	return s
}

// ready reports why the store cannot be used.
func (s *Store) ready(ctx context.Context) error {
	if s.closed.Load() {
		return fmt.Errorf("memstore: %w", store.ErrClosed)
	}
	return ctx.Err()
}

// View implements [store.Store].
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	tx := &tx{state: s.current.Load(), signIns: &s.signIns}
	defer tx.end()
	return fn(readOnly{tx})
}

// readOnly hides the writing half of a tx, so that no type assertion in a
// View finds it.
type readOnly struct{ store.Reader }

// Update implements [store.Store]. Writers wait for each other.
func (s *Store) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return s.update(ctx, by, func(t *tx) error { return fn(t) })
}

func (s *Store) update(ctx context.Context, by store.Author, fn func(*tx) error) (uint64, error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	select {
	case <-s.writing:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	revision, wrote, err := s.commit(ctx, by, fn)
	if err != nil {
		return 0, err
	}
	if wrote {
		s.tell(revision)
	}
	return revision, nil
}

// commit runs fn on a copy of the current state and publishes the copy. It
// gives the right to write back, also when fn panics.
func (s *Store) commit(ctx context.Context, by store.Author, fn func(*tx) error) (revision uint64, wrote bool, err error) {
	defer func() { s.writing <- struct{}{} }()
	before := s.latest
	tx := &tx{state: before.copy(), by: by, writes: before.revision + 1, signIns: &s.signIns}
	defer tx.end()
	if err := fn(tx); err != nil {
		return 0, false, err
	}
	if err := s.ready(ctx); err != nil {
		return 0, false, err
	}
	if len(tx.changes) == 0 && !tx.wrote {
		return before.revision, false, nil
	}
	after := tx.state
	after.revision = tx.writes
	after.changes = append(after.changes, tx.changes...)
	after.trim(s.keep)
	s.latest = after
	s.publish(after.copy(), by)
	s.outbox.add(tx.messages)
	return after.revision, true, nil
}

// Changes implements [store.Store].
func (s *Store) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	if err := s.ready(ctx); err != nil {
		return store.Feed{}, err
	}
	return s.current.Load().feed(after, limit)
}

// Watch implements [store.Watcher].
func (s *Store) Watch(fn func(revision uint64)) (stop func()) {
	w := &watcher{fn}
	s.watching.Lock()
	s.watchers[w] = struct{}{}
	s.watching.Unlock()
	return func() {
		s.watching.Lock()
		delete(s.watchers, w)
		s.watching.Unlock()
	}
}

func (s *Store) tell(revision uint64) {
	s.watching.RLock()
	defer s.watching.RUnlock()
	for w := range s.watchers {
		w.told(revision)
	}
}

// Close implements [store.Store].
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}
