package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/storetest"
)

// TestToy is all that a store's author writes to have it held to the rules.
func TestToy(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		s := newToy()
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
}

// A toy is a whole store in little code, for reading beside
// docs/your-own-store.md. It is not for use: every commit copies everything.
type toy struct {
	closed  atomic.Bool
	writing chan struct{} // holds a token while nobody commits
	latest  atomic.Pointer[state]

	mu       sync.Mutex // guards what stands beside commits
	signIns  chain
	messages map[uint64]store.Message
	attempts map[store.AttemptKey]store.Attempts
	version  uint64 // the latest of any row of attempts
	steps    map[string]otp.Step
}

// A state is what one commit left. It is never changed, only replaced.
type state struct {
	revision uint64
	rows     map[string]any // the records, by key
	changes  []store.Change
	events   chain
	message  uint64 // the latest ID
}

func newToy() *toy {
	s := &toy{writing: make(chan struct{}, 1), messages: make(map[uint64]store.Message), attempts: make(map[store.AttemptKey]store.Attempts),
		steps: make(map[string]otp.Step), signIns: chain{start: audit.Start(audit.SignIns)}}
	s.latest.Store(&state{events: chain{start: audit.Start(audit.Changes)}})
	s.writing <- struct{}{}
	return s
}

func (s *toy) ready(ctx context.Context) error {
	if s.closed.Load() {
		return store.ErrClosed
	}
	return ctx.Err()
}

func (s *toy) Close() error {
	s.closed.Store(true)
	return nil
}

// View needs no lock: the state that it reads does not change.
func (s *toy) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	t := &toyTx{state: *s.latest.Load(), store: s}
	defer func() { t.ended = true }()
	return fn(struct{ store.Reader }{t}) // no type assertion makes a writer of it
}

// Update works on a copy, and replaces the state at the end.
func (s *toy) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return s.commit(ctx, by, func(t *toyTx) error { return fn(t) })
}

func (s *toy) commit(ctx context.Context, by store.Author, fn func(*toyTx) error) (uint64, error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	select {
	case <-s.writing:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { s.writing <- struct{}{} }() // also when fn panics
	before := s.latest.Load()
	t := &toyTx{state: *before, store: s, by: by, writes: before.revision + 1}
	t.rows = maps.Clone(before.rows)
	if t.rows == nil {
		t.rows = make(map[string]any)
	}
	defer func() { t.ended = true }()
	if err := errors.Join(fn(t), s.ready(ctx)); err != nil {
		return 0, err
	}
	if !t.wrote {
		return before.revision, nil
	}
	after := t.state
	after.revision = t.writes
	for _, c := range t.touched {
		if !slices.Contains(after.changes[len(before.changes):], c) {
			after.changes = append(after.changes, c)
		}
	}
	s.mu.Lock()
	for _, m := range t.sent {
		s.messages[m.ID] = m
	}
	s.mu.Unlock()
	s.latest.Store(&after)
	return after.revision, nil
}

func (s *toy) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	if err := s.ready(ctx); err != nil {
		return store.Feed{}, err
	}
	return s.latest.Load().feed(after, limit), nil
}

// feed returns whole commits. A store that keeps only the latest changes gives
// store.ErrGone for what is older.
func (s *state) feed(after uint64, limit int) store.Feed {
	if limit <= 0 {
		limit = 1000
	}
	feed := store.Feed{Through: max(after, s.revision)}
	for _, c := range s.changes {
		if c.Revision <= after {
			continue
		}
		if n := len(feed.Changes); n >= limit && feed.Changes[n-1].Revision != c.Revision {
			feed.Through, feed.More = feed.Changes[n-1].Revision, true
			break
		}
		feed.Changes = append(feed.Changes, c)
	}
	return feed
}

// A toyTx is a Reader and, in a commit, a Tx.
type toyTx struct {
	state
	store   *toy
	by      store.Author
	writes  uint64
	wrote   bool
	touched []store.Change
	sent    []store.Message
	ended   bool
}

func (t *toyTx) ready(ctx context.Context) error {
	if t.ended {
		return errors.New("toy: used after its end")
	}
	return ctx.Err()
}

func (t *toyTx) Revision() uint64 { return t.revision }

func (t *toyTx) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	if err := t.ready(ctx); err != nil {
		return store.Feed{}, err
	}
	return t.feed(after, limit), nil
}

func (t *toyTx) Touch(ctx context.Context, kind store.Kind, id string) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if !slices.Contains(store.Kinds(), kind) {
		return fmt.Errorf("toy: unknown kind %v", kind)
	}
	t.change(kind, id, "")
	return nil
}

func (t *toyTx) change(kind store.Kind, id, organization string) {
	t.wrote = true
	t.touched = append(t.touched, store.Change{Revision: t.writes, Kind: kind, ID: id, Organization: organization})
}

// key is that of a record. IDs have no NUL, so no two are alike, and the keys of
// one kind have the byte order of their IDs.
func key(kind string, ids ...string) string { return kind + "\x00" + strings.Join(ids, "\x00") }

// get reads one record, and copies it on its way out.
func get[T any](ctx context.Context, t *toyTx, k string, copied func(T) T) (T, error) {
	var none T
	if err := t.ready(ctx); err != nil {
		return none, err
	}
	if record, ok := t.rows[k].(T); ok {
		return copied(record), nil
	}
	return none, fmt.Errorf("toy: %q: %w", k, store.ErrNotFound)
}

// list reads a page of the records after a key that begins with kind.
func list[T any](ctx context.Context, t *toyTx, kind, after string, limit int, copied func(T) T, match func(T) bool) ([]T, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	var all []T
	for _, k := range slices.Sorted(maps.Keys(t.rows)) {
		record, ok := t.rows[k].(T)
		if ok && strings.HasPrefix(k, kind+"\x00") && k > after && match(record) && len(all) < (store.Page{Limit: limit}).Size() {
			all = append(all, copied(record))
		}
	}
	return all, nil
}

// current returns what is stored for a Put or a Delete that read it at a
// revision: compare-and-set.
func current[T any](ctx context.Context, t *toyTx, k string, revision uint64, revisionOf func(T) uint64) (T, error) {
	var none T
	if err := t.ready(ctx); err != nil {
		return none, err
	}
	old, there := t.rows[k].(T)
	if !there && revision == 0 {
		return none, nil
	}
	if !there || revisionOf(old) != revision {
		return none, fmt.Errorf("toy: %q: read at revision %d, since written or deleted: %w", k, revision, store.ErrConflict)
	}
	return old, nil
}

// remove is current for what must be there, and deletes it.
func remove[T any](ctx context.Context, t *toyTx, k string, revision uint64, revisionOf func(T) uint64) (T, error) {
	if _, err := get(ctx, t, k, same[T]); err != nil {
		var none T
		return none, err
	}
	if revision == 0 {
		revision-- // 0 is what a new record has
	}
	old, err := current(ctx, t, k, revision, revisionOf)
	if err == nil {
		delete(t.rows, k)
		t.wrote = true
	}
	return old, err
}

func same[T any](record T) T { return record }

// put stores a record that is the store's own by now.
func (t *toyTx) put(k string, record any) {
	t.rows[k] = record
	t.wrote = true
}

// needs reports a record that must be there first.
func (t *toyTx) needs(k string) error {
	if _, ok := t.rows[k]; !ok {
		return fmt.Errorf("toy: %q: %w; write it first", k, store.ErrNotFound)
	}
	return nil
}

// unused reports a record of a kind that matches: it still needs another one.
func unused[T any](t *toyTx, match func(T) bool) error {
	for k, row := range t.rows {
		if record, ok := row.(T); ok && match(record) {
			return fmt.Errorf("toy: %q needs it: %w", k, store.ErrInUse)
		}
	}
	return nil
}
