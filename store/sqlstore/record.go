package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/store"
)

// A record names one for errors.
type record struct{ noun, id string }

// wrap puts the record before an error of the database; nil stays nil.
func (r record) wrap(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("sqlstore: %s %q: %w", r.noun, r.id, err)
}

func (r record) missing() error {
	return fmt.Errorf("sqlstore: %s %q: %w", r.noun, r.id, store.ErrNotFound)
}

// needs says that another record must be there first; nil stays nil.
func (r record) needs(what string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("sqlstore: %s %q: %w; write the %s first", r.noun, r.id, err, what)
	}
	return err
}

// one returns the only record found.
func one[T any](r record, found []T, err error) (T, error) {
	var none T
	switch {
	case err != nil:
		return none, r.wrap(err)
	case len(found) == 0:
		return none, r.missing()
	}
	return found[0], nil
}

// current returns the stored record, if found, for a write that read it at the
// given revision; the zero record where revision says that it is new.
func current[T any](r record, found []T, err error, revision uint64, revisionOf func(T) uint64) (T, error) {
	var none T
	switch {
	case err != nil:
		return none, r.wrap(err)
	case len(found) == 0 && revision == 0:
		return none, nil
	case len(found) == 0:
		return none, fmt.Errorf("sqlstore: %s %q: read at revision %d, since deleted: %w", r.noun, r.id, revision, store.ErrConflict)
	case revision == 0:
		return none, fmt.Errorf("sqlstore: %s %q: exists already: %w", r.noun, r.id, store.ErrConflict)
	case revisionOf(found[0]) != revision:
		return none, fmt.Errorf("sqlstore: %s %q: read at revision %d, since written at %d: %w",
			r.noun, r.id, revision, revisionOf(found[0]), store.ErrConflict)
	}
	return found[0], nil
}

// revisions reads the revision of a record, and nothing else of it: a record that
// is damaged can be deleted.
func (w *session) revisions(ctx context.Context, query, id string) (found []uint64, err error) {
	if !plain(id) {
		return nil, nil
	}
	err = w.each(ctx, query, []any{id}, func(r row) error {
		var revision uint64
		err := r.Scan(&revision)
		found = append(found, revision)
		return err
	})
	return found, err
}

func itself(revision uint64) uint64 { return revision }

// existing is current for a record that must be there.
func existing[T any](r record, found []T, err error, revision uint64, revisionOf func(T) uint64) (T, error) {
	if err == nil && len(found) == 0 {
		var none T
		return none, r.missing()
	}
	return current(r, found, err, revision, revisionOf)
}
