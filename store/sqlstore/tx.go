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
	noted   map[store.Change]note
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

// A note says of a change what its history may have to do with.
type note uint8

const (
	// former: there was a record when the commit began.
	former note = 1 << iota
	// parted: the record had or has rows in tables of parts.
	parted
)

// changed notes a change for the feed, once for each record.
func (t *tx) changed(kind store.Kind, id, organization string) {
	t.note(kind, id, organization, true, true)
}

// note is changed for a record of which more is known: whether there was one
// before this write, and whether it had or has parts.
func (t *tx) note(kind store.Kind, id, organization string, was, parts bool) {
	c := store.Change{Revision: t.writes, Kind: kind, ID: id, Organization: organization}
	noted, known := t.noted[c]
	if was && !known {
		noted |= former
	}
	if parts {
		noted |= parted
	}
	if t.noted == nil {
		t.noted = make(map[store.Change]note)
	}
	t.noted[c] = noted
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
	run, restore := t.together, func() error { return nil }
	if len(t.changes) > maxTogether {
		// Statements of their own, with plans for large tables.
		run = t.apart
		if restore, err = t.forceIndexes(ctx); err != nil {
			return 0, false, err
		}
	}
	if t.trims() {
		if _, err := run(ctx, steps); err != nil {
			return 0, false, err
		}
		if err := t.trim(ctx); err != nil {
			return 0, false, err
		}
		steps = nil
	}
	_, err = run(ctx, append(steps, step{
		text: "UPDATE durward_state SET revision = ?, changes = ?, dropped = ?, messages = ? WHERE only_row = 1" + t.store.traits.notify,
		args: []any{int64(t.writes), t.kept, int64(t.dropped), int64(t.messageID)},
	}))
	if err == nil {
		err = restore()
	}
	return t.writes, true, err
}
