package memstore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

var _ store.ModelKeeper = (*Store)(nil)

// KeepModel implements [store.ModelKeeper].
func (s *Store) KeepModel(ctx context.Context, digest roles.Digest, encoding []byte) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if err := store.CheckModel(digest, encoding); err != nil {
		return fmt.Errorf("memstore: %w", err)
	}
	h := &s.history
	h.mu.Lock()
	defer h.mu.Unlock()
	if last := len(h.models) - 1; last >= 0 && h.models[last].Digest == digest {
		return nil
	}
	// The revision is that of publish, which holds the lock.
	kept := store.KeptModel{Digest: digest, Revision: s.current.Load().revision, At: store.Instant(h.clock())}
	if i := slices.IndexFunc(h.models, func(m store.KeptModel) bool { return m.Digest == digest }); i >= 0 {
		kept.Encoding = h.models[i].Encoding
	} else {
		kept.Encoding = bytes.Clone(encoding)
	}
	// What is no longer in force over any state that is kept goes.
	oldest, gone := h.past[0].state.revision, 0
	for i, m := range h.models {
		if m.Revision < oldest {
			gone = i
		}
	}
	h.models = append(slices.Delete(h.models, 0, gone), kept)
	return nil
}

// ModelAt implements [store.ModelKeeper].
func (s *Store) ModelAt(ctx context.Context, revision uint64, instant time.Time) (store.KeptModel, error) {
	if err := s.ready(ctx); err != nil {
		return store.KeptModel{}, err
	}
	h := &s.history
	h.mu.RLock()
	defer h.mu.RUnlock()
	if _, err := h.find(revision); err != nil {
		return store.KeptModel{}, err
	}
	found := -1
	for i, m := range h.models {
		switch {
		case m.Revision < revision, m.Revision == revision && !instant.IsZero() && !m.At.After(instant):
			found = i
		case m.Revision == revision && found < 0:
			found = i
		}
	}
	if found < 0 {
		return store.KeptModel{}, fmt.Errorf("memstore: model at revision %d: %w: no engine had started", revision, store.ErrNotKept)
	}
	m := h.models[found]
	m.Encoding = bytes.Clone(m.Encoding)
	return m, nil
}
