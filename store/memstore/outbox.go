package memstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tidwall/btree"

	"github.com/durward-go/durward/store"
)

// An outbox holds the messages of commits that are done.
type outbox struct {
	mu   sync.Mutex
	rows map[uint64]store.Message
	due  *btree.Map[string, uint64] // IDs by dueKey
}

func newOutbox() outbox {
	return outbox{rows: make(map[uint64]store.Message), due: new(btree.Map[string, uint64])}
}

// instantKey gives instants the order of their texts.
func instantKey(t time.Time) string {
	if t.IsZero() {
		return instantKey(time.UnixMicro(0))
	}
	return fmt.Sprintf("%020d", t.UnixMicro())
}

func dueKey(notBefore time.Time, id uint64) string {
	return instantKey(notBefore) + fmt.Sprintf("%020d", id)
}

func (o *outbox) add(messages []store.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range messages {
		o.rows[m.ID] = m
		o.due.Set(dueKey(m.NotBefore, m.ID), m.ID)
	}
}

// existing returns the message for a write that read it at the version. The lock
// is held.
func (o *outbox) existing(id, version uint64) (store.Message, error) {
	m, ok := o.rows[id]
	switch {
	case !ok:
		return store.Message{}, fmt.Errorf("memstore: message %d: %w", id, store.ErrNotFound)
	case m.Version != version:
		return store.Message{}, fmt.Errorf("memstore: message %d: read at version %d, now at %d: %w", id, version, m.Version, store.ErrConflict)
	}
	return m, nil
}

// PutMessage implements [store.OutboxWriter].
func (t *tx) PutMessage(ctx context.Context, m store.Message) (store.Message, error) {
	if err := t.ready(ctx); err != nil {
		return store.Message{}, err
	}
	if err := m.Validate(); err != nil {
		return store.Message{}, err
	}
	t.state.messages++
	m = m.Stamp(t.state.messages)
	t.messages = append(t.messages, m)
	t.wrote = true
	return m.Copy(), nil
}

// DueMessages implements [store.Outbox].
func (s *Store) DueMessages(ctx context.Context, now time.Time, limit int) ([]store.Message, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	o := &s.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []store.Message
	most := store.Page{Limit: limit}.Size()
	o.due.Scan(func(_ string, id uint64) bool {
		m := o.rows[id]
		if m.NotBefore.After(now) {
			return false
		}
		out = append(out, m.Copy())
		return len(out) < most
	})
	return out, nil
}

// SwapMessage implements [store.Outbox].
func (s *Store) SwapMessage(ctx context.Context, m store.Message) (store.Message, error) {
	if err := s.ready(ctx); err != nil {
		return store.Message{}, err
	}
	o := &s.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	old, err := o.existing(m.ID, m.Version)
	if err != nil {
		return store.Message{}, err
	}
	swapped := old.Retry(m)
	if err := swapped.Validate(); err != nil {
		return store.Message{}, err
	}
	o.due.Delete(dueKey(old.NotBefore, old.ID))
	o.due.Set(dueKey(swapped.NotBefore, swapped.ID), swapped.ID)
	o.rows[m.ID] = swapped
	return swapped.Copy(), nil
}

// DeleteMessage implements [store.Outbox].
func (s *Store) DeleteMessage(ctx context.Context, id, version uint64) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	o := &s.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	m, err := o.existing(id, version)
	if err != nil {
		return err
	}
	o.due.Delete(dueKey(m.NotBefore, m.ID))
	delete(o.rows, id)
	return nil
}
