package memstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/store"
)

// A tx reads and, in an Update, writes one state. It is used by one goroutine.
type tx struct {
	state   *state
	by      store.Author
	writes  uint64 // the revision that the commit will have; 0 in a View
	changes []store.Change
	noted   map[store.Change]bool // those of changes
	// wrote says that something was written that is not in changes.
	wrote    bool
	messages []store.Message
	signIns  *signInTrail
	ended    bool
}

var errEnded = errors.New("memstore: reader used after its View or Update returned")

func (t *tx) end() { t.ended = true }

func (t *tx) ready(ctx context.Context) error {
	if t.ended {
		return errEnded
	}
	return ctx.Err()
}

// Revision implements [store.Reader].
func (t *tx) Revision() uint64 { return t.state.revision }

// Changes implements [store.ChangeReader].
func (t *tx) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	if err := t.ready(ctx); err != nil {
		return store.Feed{}, err
	}
	return t.state.feed(after, limit)
}

// changed notes a change for the feed, once for each record.
func (t *tx) changed(kind store.Kind, id, organization string) {
	c := store.Change{Revision: t.writes, Kind: kind, ID: id, Organization: organization}
	if t.noted[c] {
		return
	}
	if t.noted == nil {
		t.noted = make(map[store.Change]bool)
	}
	t.noted[c] = true
	t.changes = append(t.changes, c)
}

// Touch implements [store.Tx].
func (t *tx) Touch(ctx context.Context, kind store.Kind, id string) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if kind < store.Roles || kind > store.Entities {
		return fmt.Errorf("memstore: touch %q: unknown kind %v", id, kind)
	}
	t.changed(kind, id, "")
	return nil
}
