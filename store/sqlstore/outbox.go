package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/durward-go/durward/store"
)

func selectMessages() *query {
	return selectFrom("id, individual, organization, purpose, language, sealed, created, not_before, tries, last_error, version", "durward_messages")
}

func (w *session) messages(ctx context.Context, q *query) ([]store.Message, error) {
	return list(ctx, w, q, func(r row, into *store.Message) error {
		return r.Scan(&into.ID, &into.Individual, &into.Organization, &into.Purpose, &into.Language, &into.Sealed,
			instantColumn{&into.Created}, instantColumn{&into.NotBefore}, &into.Tries, &into.LastError, &into.Version)
	})
}

// PutMessage implements [store.OutboxWriter].
func (t *tx) PutMessage(ctx context.Context, m store.Message) (store.Message, error) {
	if err := t.ready(ctx); err != nil {
		return store.Message{}, err
	}
	if err := m.Validate(); err != nil {
		return store.Message{}, err
	}
	t.messageID++
	m = m.Stamp(t.messageID)
	t.wrote = true
	err := t.insert(ctx, "durward_messages", "id, individual, organization, purpose, language, sealed, created, not_before, tries, last_error, version",
		[][]any{{int64(m.ID), m.Individual, m.Organization, m.Purpose, m.Language, m.Sealed, instant(m.Created), instant(m.NotBefore), m.Tries, m.LastError, int64(m.Version)}})
	if err != nil {
		return store.Message{}, explain("message", err)
	}
	return m, nil
}

// DueMessages implements [store.Outbox].
func (s *Store) DueMessages(ctx context.Context, now time.Time, limit int) (due []store.Message, err error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	err = s.look(ctx, func(w *session) error {
		q := selectMessages().where("(not_before IS NULL OR not_before <= ?)", instantText(now.Truncate(time.Microsecond)))
		due, err = w.messages(ctx, q.order("not_before NULLS FIRST, id", limit))
		return err
	})
	return due, explain("due messages", err)
}

// existing returns the message for a write that read it at the version.
func (w *session) existingMessage(ctx context.Context, id, version uint64) (store.Message, error) {
	found, err := w.messages(ctx, selectMessages().where("id = ?", number63(id)))
	switch {
	case err != nil:
		return store.Message{}, fmt.Errorf("sqlstore: message %d: %w", id, err)
	case len(found) == 0:
		return store.Message{}, fmt.Errorf("sqlstore: message %d: %w", id, store.ErrNotFound)
	case found[0].Version != version:
		return store.Message{}, fmt.Errorf("sqlstore: message %d: read at version %d, now at %d: %w", id, version, found[0].Version, store.ErrConflict)
	}
	return found[0], nil
}

// written reports whether a statement that wants a version wrote its row: another
// transaction may have been between the reading and it.
func written(id uint64, n int64, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("sqlstore: message %d: %w", id, err)
	case n == 0:
		return fmt.Errorf("sqlstore: message %d: written meanwhile: %w", id, store.ErrConflict)
	}
	return nil
}

// SwapMessage implements [store.Outbox].
func (s *Store) SwapMessage(ctx context.Context, m store.Message) (swapped store.Message, err error) {
	err = s.beside(ctx, s.rows, func(w *session) error {
		old, err := w.existingMessage(ctx, m.ID, m.Version)
		if err != nil {
			return err
		}
		swapped = old.Retry(m)
		if err := swapped.Validate(); err != nil {
			return err
		}
		n, err := w.exec(ctx, "UPDATE durward_messages SET not_before = ?, tries = ?, last_error = ?, version = ? WHERE id = ? AND version = ?",
			instant(swapped.NotBefore), swapped.Tries, swapped.LastError, int64(swapped.Version), int64(m.ID), int64(m.Version))
		return written(m.ID, n, err)
	})
	if err != nil {
		return store.Message{}, err
	}
	return swapped, nil
}

// DeleteMessage implements [store.Outbox].
func (s *Store) DeleteMessage(ctx context.Context, id, version uint64) error {
	return s.beside(ctx, s.rows, func(w *session) error {
		if _, err := w.existingMessage(ctx, id, version); err != nil {
			return err
		}
		n, err := w.exec(ctx, "DELETE FROM durward_messages WHERE id = ? AND version = ?", int64(id), int64(version))
		return written(id, n, err)
	})
}
