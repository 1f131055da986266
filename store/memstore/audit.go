package memstore

import (
	"context"
	"fmt"
	"sync"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A signInTrail is the chain of sign-ins, which is no part of what a commit
// copies.
type signInTrail struct {
	mu    sync.Mutex
	trail *trail
}

// snapshot is cheap, and then nobody waits for the reader.
func (s *signInTrail) snapshot() *trail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trail.snapshot()
}

// trailOf returns the chain as the transaction sees it.
func (t *tx) trailOf(chain audit.Chain) (*trail, error) {
	switch chain {
	case audit.Changes:
		return t.state.events, nil
	case audit.SignIns:
		return t.signIns.snapshot(), nil
	}
	return nil, unknownChain(chain)
}

func unknownChain(chain audit.Chain) error {
	return fmt.Errorf("memstore: chain %.64q: %w; there are %q and %q", string(chain), store.ErrNotFound, audit.Changes, audit.SignIns)
}

// Events implements [store.EventReader].
func (t *tx) Events(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	if err := f.Validate(); err != nil {
		return nil, err
	}
	trail, err := t.trailOf(f.Chain)
	if err != nil {
		return nil, err
	}
	return trail.list(f), nil
}

// EventHead implements [store.EventReader].
func (t *tx) EventHead(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	if err := t.ready(ctx); err != nil {
		return audit.Head{}, err
	}
	trail, err := t.trailOf(chain)
	if err != nil {
		return audit.Head{}, err
	}
	return trail.head, nil
}

// EventStart implements [store.EventReader].
func (t *tx) EventStart(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	if err := t.ready(ctx); err != nil {
		return audit.Head{}, err
	}
	trail, err := t.trailOf(chain)
	if err != nil {
		return audit.Head{}, err
	}
	return trail.start, nil
}

// AppendEvent implements [store.EventWriter].
func (t *tx) AppendEvent(ctx context.Context, event audit.Event) (audit.Event, error) {
	if err := t.ready(ctx); err != nil {
		return audit.Event{}, err
	}
	event.Revision = t.writes
	event, err := t.state.events.append(event)
	if err != nil {
		return audit.Event{}, err
	}
	t.wrote = true
	return event, nil
}

// RecordSignIn implements [store.AuditLog].
func (s *Store) RecordSignIn(ctx context.Context, event audit.Event) (audit.Event, error) {
	if err := s.ready(ctx); err != nil {
		return audit.Event{}, err
	}
	event.Revision = 0
	s.signIns.mu.Lock()
	defer s.signIns.mu.Unlock()
	return s.signIns.trail.append(event)
}

// CutEvents implements [store.AuditLog].
func (s *Store) CutEvents(ctx context.Context, cut audit.Cut, actor audit.Party) (event audit.Event, err error) {
	if err := s.ready(ctx); err != nil {
		return audit.Event{}, err
	}
	switch cut.Anchor.Chain {
	case audit.Changes:
		_, err = s.update(ctx, store.Author{ID: actor.ID}, func(t *tx) (err error) {
			event = cut.Event(actor)
			event.Revision = t.writes
			event, err = t.state.events.cut(cut, event)
			t.wrote = true
			return err
		})
		if err != nil {
			return audit.Event{}, err
		}
		return event, nil
	case audit.SignIns:
		s.signIns.mu.Lock()
		defer s.signIns.mu.Unlock()
		return s.signIns.trail.cut(cut, cut.Event(actor))
	}
	return audit.Event{}, unknownChain(cut.Anchor.Chain)
}

// EraseEvents implements [store.AuditLog].
func (s *Store) EraseEvents(ctx context.Context, chain audit.Chain, individual string) (erased int, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	if err := scope.CheckID(individual); err != nil {
		return 0, fmt.Errorf("memstore: erase events: %w", err)
	}
	switch chain {
	case audit.Changes:
		_, err = s.update(ctx, store.Author{}, func(t *tx) error {
			erased = t.state.events.erase(individual)
			t.wrote = erased > 0
			return nil
		})
		if err != nil {
			return 0, err
		}
		s.history.erase(individual)
		return erased, nil
	case audit.SignIns:
		s.signIns.mu.Lock()
		defer s.signIns.mu.Unlock()
		return s.signIns.trail.erase(individual), nil
	}
	return 0, unknownChain(chain)
}
