package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// View implements [store.Store]. The state is that of the latest commit when View
// began. It takes one connection of the pool to its end.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	var fnErr error
	err := s.within(ctx, s.traits.beginRead, false, func(w *session) error {
		t, err := newTx(ctx, w, "")
		if err != nil {
			return err
		}
		defer t.end()
		fnErr = fn(readOnly{t})
		return nil
	})
	if fnErr != nil {
		return fnErr
	}
	return explain("view", err)
}

// readOnly hides the writing half of a tx, so that no type assertion in a
// View finds it.
type readOnly struct{ store.Reader }

// Update implements [store.Store]. Writers wait for each other.
//
// When the connection breaks while the commit is under way, nobody knows whether
// it was made: the error is not [store.ErrConflict] then. Read before writing
// again.
func (s *Store) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return s.update(ctx, by, func(t *tx) error { return fn(t) })
}

func (s *Store) update(ctx context.Context, by store.Author, fn func(*tx) error) (revision uint64, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	if err := checkAuthor(by); err != nil {
		return 0, err
	}
	revision, wrote, err := s.commit(ctx, by, fn)
	if err != nil {
		return 0, err
	}
	if wrote {
		s.Announce(revision)
	}
	return revision, nil
}

// commit gives the turn back before watchers are told: a watcher may read, and
// must not make other writers wait.
func (s *Store) commit(ctx context.Context, by store.Author, fn func(*tx) error) (revision uint64, wrote bool, err error) {
	giveBack, err := take(ctx, s.commits)
	if err != nil {
		return 0, false, err
	}
	defer giveBack()
	var fnErr error
	err = s.within(ctx, s.traits.beginCommit, true, func(w *session) error {
		t, err := newTx(ctx, w, s.traits.lock)
		if err != nil {
			return err
		}
		defer t.end()
		t.by, t.writes = by, t.revision+1
		if fnErr = fn(t); fnErr != nil {
			return fnErr
		}
		if fnErr = s.ready(ctx); fnErr != nil {
			return fnErr
		}
		revision, wrote, err = t.finish(ctx)
		return err
	})
	if fnErr != nil {
		return 0, false, fnErr
	}
	return revision, wrote, explain("update", err)
}

// Join makes a commit within the host's own transaction, so that it is made
// exactly if the host commits that: an order and the grant that comes with it.
// It returns the revision that the commit will have. When fn, or anything else,
// fails, nothing of Durward's is left in the transaction, which can go on; but
// see below for [store.ErrConflict].
//
// Join as the last thing before the host commits. From then on the transaction
// keeps all other commits waiting, those of this process too: an Update made
// before the host commits waits for ever. Use one connection's transaction, begun
// on the database of [New]. On SQLite it must have begun IMMEDIATE, and in WAL
// mode with synchronous FULL if the commit is to outlast a loss of power.
//
// Where the transaction is of an isolation above READ COMMITTED, another commit
// since its first statement makes this [store.ErrConflict]: roll back and begin
// anew. Once the host has committed, [Store.Announce] tells the engines of this
// process at once; those of others poll.
func (s *Store) Join(ctx context.Context, host *sql.Tx, by store.Author, fn func(store.Tx) error) (revision uint64, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	if err := checkAuthor(by); err != nil {
		return 0, err
	}
	if host == nil {
		return 0, errors.New("sqlstore: join: no transaction; begin one on the host's database")
	}
	w := &session{store: s, on: host}
	defer w.close()
	if _, err := w.exec(ctx, "SAVEPOINT durward_join"); err != nil {
		return 0, explain("join", err)
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			undo := context.WithoutCancel(ctx)
			_, undoErr := host.ExecContext(undo, s.words("ROLLBACK TO SAVEPOINT durward_join"))
			if undoErr == nil {
				_, undoErr = host.ExecContext(undo, s.words("RELEASE SAVEPOINT durward_join"))
			}
			if undoErr != nil && err != nil {
				err = fmt.Errorf("%w; the transaction cannot go on: %w", err, failure(undo, undoErr))
			}
		}
	}()
	if s.traits.grab != "" {
		if _, err := w.exec(ctx, s.traits.grab); err != nil {
			return 0, explain("join", err)
		}
	}
	t, err := newTx(ctx, w, s.traits.lock)
	if err != nil {
		return 0, explain("join", err)
	}
	defer t.end()
	t.by, t.writes = by, t.revision+1
	if err := fn(t); err != nil {
		return 0, err
	}
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	revision, _, err = t.finish(ctx)
	if err == nil {
		err = w.failed
	}
	if err == nil {
		_, err = w.exec(ctx, "RELEASE SAVEPOINT durward_join")
	}
	if err != nil {
		return 0, explain("join", err)
	}
	done = true
	return revision, nil
}

// explain puts the package and the verb before an error of the database; nil
// stays nil.
func explain(verb string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("sqlstore: %s: %w", verb, err)
}

// checkAuthor wants what columns keep.
func checkAuthor(by store.Author) error {
	switch {
	case !plain(by.ID) || !plain(by.OnBehalfOf):
		return fmt.Errorf("sqlstore: author: %w", errText)
	case by.System > individuals.ACLSystem:
		return fmt.Errorf("sqlstore: author %q: %v: unknown", by.ID, by.System)
	}
	return nil
}

// number63 is what the database, whose integers are signed, compares a revision
// with. No commit has a larger one.
func number63(revision uint64) int64 { return int64(min(revision, math.MaxInt64)) }
