package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/store"
)

// A tx reads and, in a commit, writes within one transaction.
type tx struct {
	*session
	// revision, kept, dropped, messageID and historyFrom are the row of
	// durward_state; in a View of the past, revision is that of the state.
	revision, dropped, messageID, historyFrom uint64
	kept                                      int64

	by      store.Author
	writes  uint64 // the revision that the commit will have; 0 in a View
	changes []store.Change
	// noted says of each change whether the record may have had parts in tables of
	// their own, or have them now.
	noted map[store.Change]bool
	// wrote says that something was written that is not in changes.
	wrote bool
	ended bool
}

var errEnded = errors.New("sqlstore: reader used after its View or Update returned")

// newTx reads the row of durward_state and, with the dialect's lock, keeps others
// from it.
func newTx(ctx context.Context, w *session, lock string) (*tx, error) {
	t := &tx{session: w}
	found := false
	err := w.each(ctx, "SELECT revision, changes, dropped, messages, history_from FROM durward_state WHERE only_row = 1"+lock, nil, func(r row) error {
		found = true
		return r.Scan(&t.revision, &t.kept, &t.dropped, &t.messageID, &t.historyFrom)
	})
	if err == nil && !found {
		err = errors.New("the row of durward_state is gone")
	}
	return t, err
}

func (t *tx) end() { t.ended = true }

func (t *tx) ready(ctx context.Context) error {
	if t.ended {
		return errEnded
	}
	return ctx.Err()
}

// Revision implements [store.Reader].
func (t *tx) Revision() uint64 { return t.revision }

// changed notes a change for the feed, once for each record.
func (t *tx) changed(kind store.Kind, id, organization string) {
	t.note(store.Change{Revision: t.writes, Kind: kind, ID: id, Organization: organization}, true)
}

// note is changed for a record whose parts are known: what had none and has none
// has no history of any.
func (t *tx) note(c store.Change, parts bool) {
	had, known := t.noted[c]
	if t.noted == nil {
		t.noted = make(map[store.Change]bool)
	}
	t.noted[c] = had || parts
	if !known {
		t.changes = append(t.changes, c)
	}
}

// Touch implements [store.Tx].
func (t *tx) Touch(ctx context.Context, kind store.Kind, id string) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if kind < store.Roles || kind > store.Entities {
		return fmt.Errorf("sqlstore: touch %q: unknown kind %v", id, kind)
	}
	if !plain(id) {
		return fmt.Errorf("sqlstore: touch %v: ID: %w", kind, errText)
	}
	t.changed(kind, id, "")
	return nil
}

// finish writes what only the end of a commit knows, unless it wrote nothing.
func (t *tx) finish(ctx context.Context) (revision uint64, wrote bool, err error) {
	if len(t.changes) == 0 && !t.wrote {
		return t.revision, false, nil
	}
	steps := append(t.feedSteps(), t.historySteps()...)
	if t.trims() {
		if _, err := t.together(ctx, steps); err != nil {
			return 0, false, err
		}
		if err := t.trim(ctx); err != nil {
			return 0, false, err
		}
		steps = nil
	}
	steps = append(steps, step{
		text: "UPDATE durward_state SET revision = ?, changes = ?, dropped = ?, messages = ? WHERE only_row = 1" + t.store.traits.notify,
		args: []any{int64(t.writes), t.kept, int64(t.dropped), int64(t.messageID)},
	})
	_, err = t.together(ctx, steps)
	return t.writes, true, err
}
