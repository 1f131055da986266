package sqlstore

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"
)

const (
	// busyTimeout is how long a statement waits for another connection of SQLite,
	// in milliseconds.
	busyTimeout = 5000
	// patience is how long a transaction that writes waits to begin there, unless
	// its context ends sooner. It is then refused as a conflict.
	patience = 10 * time.Second
	// longestWait is the longest pause between two tries, but for chance: about as
	// long as a commit takes.
	longestWait = 2 * time.Millisecond
)

// patiently tries what a busy SQLite refuses again and again, at intervals of
// chance, so that processes that met once do not go on meeting, until it is done or
// patience ends. Other errors are returned at once.
func patiently(ctx context.Context, patience time.Duration, try func() error) error {
	deadline := time.Now().Add(patience)
	for wait := 100 * time.Microsecond; ; wait = min(2*wait, longestWait) {
		err := try()
		if err == nil || !fromSQLite(err) || !busy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-time.After(wait/2 + rand.N(wait)): //nolint:gosec // nobody gains by guessing it
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// begin begins a transaction. SQLite has one writer and no queue: who waits by its
// busy timeout sleeps ever longer, up to a tenth of a second, while those who just
// came get the turn. Short pauses of chance give everybody the same odds, and end
// with the context.
func (s *Store) begin(ctx context.Context, conn *sql.Conn, begin string, writes bool) error {
	try := func() error {
		_, err := conn.ExecContext(ctx, begin)
		return err
	}
	if writes && s.traits.oneWriter {
		return patiently(ctx, patience, try)
	}
	return try()
}

// ask runs a query of one text, before there is a transaction with the settings of
// the store. SQLite refuses some of these at once, whatever a connection's busy
// timeout is, while another process turns the file to WAL mode or was the last to
// close it.
func ask(ctx context.Context, db *sql.DB, query string) (answer string, err error) {
	err = patiently(ctx, busyTimeout*time.Millisecond, func() error {
		return db.QueryRowContext(ctx, query).Scan(&answer)
	})
	return answer, err
}
