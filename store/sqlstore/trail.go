package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// checkChain wants one of the two chains.
func checkChain(chain audit.Chain) error {
	if chain == audit.Changes || chain == audit.SignIns {
		return nil
	}
	return fmt.Errorf("sqlstore: chain %.64q: %w; there are %q and %q", string(chain), store.ErrNotFound, audit.Changes, audit.SignIns)
}

// bounds returns what a chain begins after, and its head. With the dialect's lock
// nobody else appends to it to the end of the transaction.
func (w *session) bounds(ctx context.Context, chain audit.Chain, lock string) (start, head audit.Head, err error) {
	found := false
	start, head = audit.Head{Chain: chain}, audit.Head{Chain: chain}
	err = w.each(ctx, "SELECT start_sequence, start_hash, head_sequence, head_hash FROM durward_chains WHERE chain = ?"+lock, []any{string(chain)}, func(r row) error {
		found = true
		return r.Scan(&start.Sequence, hashColumn{start.Hash[:]}, &head.Sequence, hashColumn{head.Hash[:]})
	})
	if err == nil && !found {
		err = damaged(fmt.Errorf("the row of chain %q is gone", chain))
	}
	for _, h := range []*audit.Head{&start, &head} {
		if h.Sequence == 0 {
			*h = audit.Start(chain)
		}
	}
	return start, head, err
}

// append puts an event on a chain. Whoever else would is kept waiting: the chain
// of changes by the lock of the commit, that of sign-ins by its own row.
func (w *session) append(ctx context.Context, chain audit.Chain, event audit.Event) (audit.Event, error) {
	_, head, err := w.bounds(ctx, chain, w.store.traits.lock)
	if err != nil {
		return audit.Event{}, explain("append event", err)
	}
	event, head, err = audit.Append(head, event)
	if err != nil {
		return audit.Event{}, err
	}
	steps, err := eventSteps(event)
	if err == nil {
		_, err = w.together(ctx, append(steps, step{
			text: "UPDATE durward_chains SET head_sequence = ?, head_hash = ? WHERE chain = ?",
			args: []any{int64(head.Sequence), head.Hash[:], string(chain)},
		}))
	}
	if err != nil {
		return audit.Event{}, explain("append event", err)
	}
	return event, nil
}

// cut removes what a cut says and appends the event that records it.
func (w *session) cut(ctx context.Context, cut audit.Cut, event audit.Event) (audit.Event, error) {
	chain, anchor := cut.Anchor.Chain, cut.Anchor
	// The lock comes before the look: another cut may be under way.
	if _, _, err := w.bounds(ctx, chain, w.store.traits.lock); err != nil {
		return audit.Event{}, explain("cut events", err)
	}
	last, err := w.events(ctx, chain, selectEvents(chain).where("sequence = ?", number63(anchor.Sequence)))
	switch {
	case err != nil:
		return audit.Event{}, explain("cut events", err)
	case len(last) == 0:
		return audit.Event{}, fmt.Errorf("sqlstore: event %d of chain %q: %w", anchor.Sequence, chain, store.ErrNotFound)
	case last[0].Head() != anchor:
		return audit.Event{}, fmt.Errorf("sqlstore: event %d of chain %q is another than the anchor: %w", anchor.Sequence, chain, store.ErrConflict)
	}
	recorded, err := w.append(ctx, chain, event)
	if err != nil {
		return audit.Event{}, err
	}
	for _, table := range []string{"durward_event_changes", "durward_event_attributes", "durward_events"} {
		if _, err := w.exec(ctx, "DELETE FROM "+table+" WHERE chain = ? AND sequence <= ?", string(chain), int64(anchor.Sequence)); err != nil {
			return audit.Event{}, explain("cut events", err)
		}
	}
	_, err = w.exec(ctx, "UPDATE durward_chains SET start_sequence = ?, start_hash = ? WHERE chain = ?", int64(anchor.Sequence), anchor.Hash[:], string(chain))
	return recorded, explain("cut events", err)
}

// EraseEvents implements [store.AuditLog].
func (s *Store) EraseEvents(ctx context.Context, chain audit.Chain, individual string) (erased int, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	if err := scope.CheckID(individual); err != nil {
		return 0, fmt.Errorf("sqlstore: erase events: %w", err)
	}
	if err := checkChain(chain); err != nil {
		return 0, err
	}
	if chain == audit.Changes {
		_, err = s.update(ctx, store.Author{}, func(t *tx) error {
			erased, err = t.erase(ctx, chain, individual)
			t.wrote = erased > 0
			if err == nil {
				err = t.erasePast(ctx, individual)
			}
			return err
		})
	} else {
		err = s.beside(ctx, s.signIns, func(w *session) error {
			if _, _, err := w.bounds(ctx, chain, s.traits.lock); err != nil {
				return err
			}
			erased, err = w.erase(ctx, chain, individual)
			return err
		})
	}
	if err != nil {
		return 0, explain("erase events", err)
	}
	return erased, nil
}

// erase removes personal data and returns how many values that were.
func (w *session) erase(ctx context.Context, chain audit.Chain, individual string) (erased int, err error) {
	const page = 500
	for after := uint64(0); ; {
		f := audit.Filter{Chain: chain, Person: individual, After: after, Limit: page}
		some, err := w.events(ctx, chain, filterEvents(f).order("sequence", page))
		if err != nil {
			return 0, err
		}
		for _, e := range some {
			without, n := e.Erase(individual)
			if n > 0 {
				if err := w.replaceValues(ctx, without); err != nil {
					return 0, err
				}
			}
			erased, after = erased+n, e.Sequence
		}
		if len(some) < page {
			return erased, nil
		}
	}
}

// replaceValues writes the values of an event anew.
func (w *session) replaceValues(ctx context.Context, e audit.Event) error {
	address, err := jsonValue(e.Address)
	note, noteErr := jsonValue(e.Note)
	if err := errors.Join(err, noteErr); err != nil {
		return err
	}
	place := []any{string(e.Chain), int64(e.Sequence)}
	if _, err := w.exec(ctx, "UPDATE durward_events SET address = ?, note = ? WHERE chain = ? AND sequence = ?", append([]any{address, note}, place...)...); err != nil {
		return err
	}
	for _, table := range []string{"durward_event_changes", "durward_event_attributes"} {
		if _, err := w.exec(ctx, "DELETE FROM "+table+" WHERE chain = ? AND sequence = ?", place...); err != nil {
			return err
		}
	}
	steps, err := eventPartSteps(e)
	if err == nil && len(steps) > 0 {
		_, err = w.together(ctx, steps)
	}
	return err
}
