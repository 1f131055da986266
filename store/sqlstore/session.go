package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// A session is a transaction on one connection. Its methods can be called from
// several goroutines; they take turns.
type session struct {
	store *Store
	mu    sync.Mutex
	on    connection
	// failed is the first error of the database. What was written before it may
	// be half a record, so nothing is committed after it.
	failed error
	// prepared holds the statements that were used, and once they were used again
	// how to run them without parsing.
	prepared map[string]*sql.Stmt
	// past turns queries into those of a past state; nil: of the present.
	past *strings.Replacer
}

// A connection is a *sql.Conn, or the *sql.Tx of the host.
type connection interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// within runs fn in a transaction on a connection of the pool, and commits it if
// fn has no error. With nothing to begin with, each statement of fn is a
// transaction. Whatever happens, the connection goes back as it came.
func (s *Store) within(ctx context.Context, begin string, writes bool, fn func(w *session) error) (err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return failure(ctx, err)
	}
	sound := false
	defer func() {
		if !sound {
			// Nobody knows what state it is in.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		_ = conn.Close()
	}()
	// What has begun is ended, also when the context has not lasted so long. A
	// COMMIT that was given up could have happened.
	lasting := context.WithoutCancel(ctx)
	restore, err := s.settle(ctx, conn, writes)
	if err != nil {
		return err
	}
	w := &session{store: s, on: conn}
	if begin == "" {
		defer func() {
			w.close()
			sound = restore(lasting) == nil && ctx.Err() == nil
		}()
		if err := fn(w); err != nil {
			return err
		}
		return w.failed
	}
	if err := s.begin(ctx, conn, begin, writes); err != nil {
		err = failure(ctx, err)
		sound = restore(lasting) == nil && ctx.Err() == nil
		return err
	}
	ended := false
	end := func(statement string) error {
		ended = true
		w.close()
		if _, err := conn.ExecContext(lasting, statement); err != nil {
			return failure(lasting, err)
		}
		return nil
	}
	defer func() {
		if !ended { // fn failed or panicked
			sound = end("ROLLBACK") == nil && restore(lasting) == nil
		}
	}()
	if err := fn(w); err != nil {
		return err
	}
	if w.failed != nil {
		return w.failed
	}
	if err := end("COMMIT"); err != nil {
		_, rollbackErr := conn.ExecContext(lasting, "ROLLBACK")
		sound = rollbackErr == nil && restore(lasting) == nil
		return err
	}
	sound = restore(lasting) == nil
	return nil
}

// settle gives a connection the settings of the dialect, and returns what takes
// them back.
func (s *Store) settle(ctx context.Context, conn *sql.Conn, writes bool) (restore func(context.Context) error, err error) {
	var undo []string
	for _, setting := range s.traits.settings {
		if setting.writes && !writes {
			continue
		}
		var is int
		if err := conn.QueryRowContext(ctx, "PRAGMA "+setting.name).Scan(&is); err != nil {
			return nil, failure(ctx, err)
		}
		if is == setting.want || setting.least && is > setting.want {
			continue
		}
		// SQLite takes no parameters in a pragma.
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA %s = %d", setting.name, setting.want)); err != nil {
			return nil, failure(ctx, err)
		}
		undo = append(undo, fmt.Sprintf("PRAGMA %s = %d", setting.name, is))
	}
	return func(ctx context.Context) error {
		for _, statement := range slices.Backward(undo) {
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// exec runs a statement and returns how many rows it wrote.
func (w *session) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := storable(args); err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	prepared, err := w.prepare(ctx, statement) //nolint:sqlclosecheck // session.close does, for all
	if err != nil {
		return 0, w.fail(ctx, err)
	}
	var result sql.Result
	if prepared != nil {
		result, err = prepared.ExecContext(ctx, args...)
	} else {
		result, err = w.on.ExecContext(ctx, w.store.words(statement), args...)
	}
	if err != nil {
		return 0, w.fail(ctx, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, w.fail(ctx, err)
	}
	return n, nil
}

// A row gives its columns to Scan.
type row interface{ Scan(into ...any) error }

// each runs a query and calls scan for each row.
func (w *session) each(ctx context.Context, query string, args []any, scan func(r row) error) error {
	if err := storable(args); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	rows, err := w.query(ctx, query, args)
	if err != nil {
		return w.fail(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return w.fail(ctx, err)
		}
	}
	if err := rows.Err(); err != nil {
		return w.fail(ctx, err)
	}
	if err := rows.Close(); err != nil {
		return w.fail(ctx, err)
	}
	return nil
}

// query runs a query, of the past where the session is in it. The lock is held.
func (w *session) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if w.past != nil {
		// Each revision has queries of its own, which nobody keeps.
		return w.on.QueryContext(ctx, w.store.traits.words(w.past.Replace(query), w.store.prefix), args...)
	}
	prepared, err := w.prepare(ctx, query) //nolint:sqlclosecheck // session.close does, for all
	switch {
	case err != nil:
		return nil, err
	case prepared != nil:
		return prepared.QueryContext(ctx, args...)
	}
	return w.on.QueryContext(ctx, w.store.words(query), args...)
}

// maxPrepared bounds the statements that one transaction prepares.
const maxPrepared = 128

// prepare returns the prepared form of a statement that the transaction has used
// before, nil for others and where drivers keep them by themselves. The lock is
// held.
func (w *session) prepare(ctx context.Context, statement string) (*sql.Stmt, error) {
	if !w.store.traits.forgets {
		return nil, nil
	}
	prepared, again := w.prepared[statement]
	if prepared != nil || !again && len(w.prepared) == maxPrepared {
		return prepared, nil
	}
	if w.prepared == nil {
		w.prepared = make(map[string]*sql.Stmt)
	}
	if !again {
		w.prepared[statement] = nil
		return nil, nil
	}
	prepared, err := w.on.PrepareContext(ctx, w.store.words(statement))
	if err == nil {
		w.prepared[statement] = prepared
	}
	return prepared, err
}

// close gives the prepared statements back.
func (w *session) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, prepared := range w.prepared {
		if prepared != nil {
			_ = prepared.Close()
		}
	}
	w.prepared = nil
}

// number runs a query of one number.
func (w *session) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = w.each(ctx, query, args, func(r row) error { return r.Scan(&n) })
	return n, err
}

// some reports whether a query has a row.
func (w *session) some(ctx context.Context, query string, args ...any) (found string, some bool, err error) {
	err = w.each(ctx, query, args, func(r row) error {
		some = true
		return r.Scan(&found)
	})
	return found, some, err
}

// fail notes an error of the database. That a row was damaged leaves the
// transaction whole.
func (w *session) fail(ctx context.Context, err error) error {
	err = failure(ctx, err)
	var row *damagedError
	if w.failed == nil && !errors.As(err, &row) {
		w.failed = err
	}
	return err
}

var errText = errors.New("text that is not UTF-8 or has a NUL character, which PostgreSQL does not keep")

// storable reports text that not every database keeps. It does not quote it.
func storable(args []any) error {
	for _, arg := range args {
		if text, ok := arg.(string); ok && !plain(text) {
			return errText
		}
	}
	return nil
}

// plain reports whether every database keeps the text.
func plain(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for i := range len(text) {
		if text[i] == 0 {
			return false
		}
	}
	return true
}
