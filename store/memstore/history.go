package memstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// DefaultKeepRevisions is how many states are kept where the host does not say.
const DefaultKeepRevisions = 1000

var _ store.History = (*Store)(nil)

// A history is the states that commits left, oldest first, none missing. They
// share what did not change.
type history struct {
	revisions int
	age       time.Duration
	clock     func() time.Time

	mu   sync.RWMutex
	past []past
	// models were in force, in the order in which they came.
	models []store.KeptModel
}

// A past is one state, and the commit that left it.
type past struct {
	commit store.Commit
	state  *state
}

func (h *history) settle(o *Options) {
	h.revisions, h.clock = DefaultKeepRevisions, time.Now
	if o == nil {
		return
	}
	if o.KeepRevisions > 0 {
		h.revisions = o.KeepRevisions
	}
	if o.Clock != nil {
		h.clock = o.Clock
	}
	h.age = max(o.KeepHistory, 0)
}

// publish makes a commit's state the current one and keeps it, so that whoever
// has seen the one finds the other.
func (s *Store) publish(current *state, by store.Author) {
	h := &s.history
	now := store.Instant(h.clock())
	h.mu.Lock()
	defer h.mu.Unlock()
	h.past = append(h.past, past{commit: store.Commit{Revision: current.revision, At: now, By: by}, state: current.kept()})
	h.prune(now)
	s.current.Store(current)
}

// kept is a state without what is not kept of the past.
func (s *state) kept() *state {
	k := *s
	k.credentials, k.tokens, k.events = nil, nil, nil
	return &k
}

// prune forgets what lies beyond the retention. The lock is held.
func (h *history) prune(now time.Time) {
	gone := max(0, len(h.past)-h.revisions)
	if h.age > 0 {
		// What was in force then is kept, however long before it was made.
		before := now.Add(-h.age)
		for i := len(h.past) - 1; i > gone; i-- {
			if !h.past[i].commit.At.After(before) {
				gone = i
				break
			}
		}
	}
	clear(h.past[:gone])
	h.past = h.past[gone:]
}

// find returns the state of a revision. The lock is held, for reading at least.
func (h *history) find(revision uint64) (past, error) {
	oldest, latest := h.past[0].state.revision, h.past[len(h.past)-1].state.revision
	switch {
	case revision > latest:
		return past{}, fmt.Errorf("memstore: revision %d has not come, the latest is %d: %w", revision, latest, store.ErrNotFound)
	case revision < oldest:
		return past{}, fmt.Errorf("memstore: revision %d: %w; the oldest kept is %d", revision, store.ErrGone, oldest)
	}
	return h.past[revision-oldest], nil
}

// ViewAt implements [store.History].
func (s *Store) ViewAt(ctx context.Context, revision uint64, fn func(store.Reader) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	s.history.mu.RLock()
	then, err := s.history.find(revision)
	s.history.mu.RUnlock()
	if err != nil {
		return err
	}
	tx := &tx{state: then.state, signIns: &s.signIns}
	defer tx.end()
	return fn(readOnly{pastReader{tx: tx, changes: s.current.Load().events}})
}

// RevisionAt implements [store.History].
func (s *Store) RevisionAt(ctx context.Context, instant time.Time) (uint64, error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	h := &s.history
	h.mu.RLock()
	defer h.mu.RUnlock()
	for i := len(h.past) - 1; i >= 0; i-- {
		if then := h.past[i].commit; then.Revision == 0 || !then.At.After(instant) {
			return then.Revision, nil
		}
	}
	oldest := h.past[0].commit
	return 0, fmt.Errorf("memstore: %s: %w; the oldest revision kept is %d, of %s",
		instant.UTC().Format(time.RFC3339Nano), store.ErrGone, oldest.Revision, oldest.At.Format(time.RFC3339Nano))
}

// CommitOf implements [store.History].
func (s *Store) CommitOf(ctx context.Context, revision uint64) (store.Commit, error) {
	if err := s.ready(ctx); err != nil {
		return store.Commit{}, err
	}
	s.history.mu.RLock()
	defer s.history.mu.RUnlock()
	then, err := s.history.find(revision)
	if err == nil && revision == 0 {
		err = fmt.Errorf("memstore: revision 0 is before the first commit: %w", store.ErrNotFound)
	}
	return then.commit, err
}

// Prune implements [store.History]. Every commit does it, so it is of use only
// where there are none for long.
func (s *Store) Prune(ctx context.Context) (oldest uint64, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	h := &s.history
	h.mu.Lock()
	defer h.mu.Unlock()
	h.prune(store.Instant(h.clock()))
	return h.past[0].state.revision, nil
}

// erase takes what is personal out of the versions of an individual's record
// that no longer stand. Readers of past states go on with what they read.
func (h *history) erase(individual string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	standing, _ := h.past[len(h.past)-1].state.individuals.rows.Get(individual)
	erased := make(map[*individuals.Individual]*individuals.Individual)
	for i := range h.past {
		row, ok := h.past[i].state.individuals.rows.Get(individual)
		if !ok || row == standing {
			continue
		}
		without := erased[row]
		if without == nil {
			p := *row
			p.Login, p.Name, p.Email, p.Contact = "", "", "", ""
			without = &p
			erased[row] = without
		}
		// The states are only read, so each gets a table of its own.
		then := *h.past[i].state
		then.individuals, then.logins = then.individuals.snapshot(), then.logins.Copy()
		then.individuals.rows.Set(individual, without)
		if login := row.CanonicalLogin(); login != "" {
			then.logins.Delete(loginKey(row.Provider, row.Realm, login))
		}
		h.past[i].state = &then
	}
}

// A pastReader reads a state that is kept of the past.
type pastReader struct {
	*tx
	changes *trail // as it is now
}

func (p pastReader) notKept(what string) error {
	return fmt.Errorf("memstore: %s at revision %d: %w", what, p.state.revision, store.ErrNotKept)
}

// Credential implements [store.CredentialReader].
func (p pastReader) Credential(context.Context, string) (individuals.Credential, error) {
	return individuals.Credential{}, p.notKept("credential")
}

// Token implements [store.TokenReader].
func (p pastReader) Token(context.Context, string) (store.Token, error) {
	return store.Token{}, p.notKept("token")
}

// Tokens implements [store.TokenReader].
func (p pastReader) Tokens(context.Context, store.TokenFilter, store.Page) ([]store.Token, error) {
	return nil, p.notKept("tokens")
}

// Events implements [store.EventReader].
func (p pastReader) Events(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	if f.Chain != audit.Changes {
		return p.tx.Events(ctx, f)
	}
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	if err := f.Validate(); err != nil {
		return nil, err
	}
	return p.changes.listUntil(f, p.state.revision), nil
}

// EventHead implements [store.EventReader].
func (p pastReader) EventHead(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	if chain != audit.Changes {
		return p.tx.EventHead(ctx, chain)
	}
	if err := p.ready(ctx); err != nil {
		return audit.Head{}, err
	}
	last, ok := p.changes.lastUntil(p.state.revision)
	switch {
	case ok:
		return last, nil
	case p.changes.start.Sequence > 0:
		return audit.Head{}, fmt.Errorf("memstore: the last event at revision %d was cut: %w", p.state.revision, store.ErrGone)
	}
	return p.changes.start, nil
}

// EventStart implements [store.EventReader].
func (p pastReader) EventStart(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	if chain != audit.Changes {
		return p.tx.EventStart(ctx, chain)
	}
	if err := p.ready(ctx); err != nil {
		return audit.Head{}, err
	}
	return p.changes.start, nil
}
