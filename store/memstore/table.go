package memstore

import (
	"fmt"
	"iter"

	"github.com/tidwall/btree"

	"github.com/durward-go/durward/store"
)

// A table holds the records of one kind in the byte order of their keys.
type table[T any] struct {
	noun  string
	clone func(T) T
	rows  *btree.Map[string, *T] // the records behind the pointers never change
}

func newTable[T any](noun string, clone func(T) T) *table[T] {
	return &table[T]{noun: noun, clone: clone, rows: new(btree.Map[string, *T])}
}

func (t *table[T]) snapshot() *table[T] {
	c := *t
	c.rows = t.rows.Copy()
	return &c
}

func (t *table[T]) get(key, shown string) (T, error) {
	if row, ok := t.rows.Get(key); ok {
		return t.clone(*row), nil
	}
	var none T
	return none, fmt.Errorf("memstore: %s %q: %w", t.noun, shown, store.ErrNotFound)
}

// current returns the stored record for a write that read it at the given
// revision; the zero record where revision says that it is new.
func (t *table[T]) current(key, shown string, revision uint64, revisionOf func(T) uint64) (T, error) {
	row, ok := t.rows.Get(key)
	var none T
	switch {
	case !ok && revision == 0:
		return none, nil
	case !ok:
		return none, fmt.Errorf("memstore: %s %q: read at revision %d, since deleted: %w", t.noun, shown, revision, store.ErrConflict)
	case revision == 0:
		return none, fmt.Errorf("memstore: %s %q: exists already: %w", t.noun, shown, store.ErrConflict)
	case revisionOf(*row) != revision:
		return none, fmt.Errorf("memstore: %s %q: read at revision %d, since written at %d: %w",
			t.noun, shown, revision, revisionOf(*row), store.ErrConflict)
	}
	return *row, nil
}

// existing is current for a record that must be there.
func (t *table[T]) existing(key, shown string, revision uint64, revisionOf func(T) uint64) (T, error) {
	if _, ok := t.rows.Get(key); !ok {
		var none T
		return none, fmt.Errorf("memstore: %s %q: %w", t.noun, shown, store.ErrNotFound)
	}
	return t.current(key, shown, revision, revisionOf)
}

func (t *table[T]) put(key string, record T) {
	record = t.clone(record)
	t.rows.Set(key, &record)
}

// pick returns up to limit records with the keys, those that match.
func (t *table[T]) pick(keys iter.Seq[key], limit int, match func(*T) bool) []T {
	var out []T
	for k := range keys {
		if row, ok := t.rows.Get(k); ok && match(row) {
			out = append(out, t.clone(*row))
		}
		if len(out) == limit {
			break
		}
	}
	return out
}

// list returns up to limit records after the key, those that match.
func (t *table[T]) list(after string, limit int, match func(*T) bool) []T {
	var out []T
	t.rows.Ascend(after, func(key string, row *T) bool {
		if key == after && after != "" {
			return true
		}
		if match(row) {
			out = append(out, t.clone(*row))
		}
		return len(out) < limit
	})
	return out
}
