package sqlstore

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"
)

// busyTimeout is how long a statement waits for another connection of SQLite, in
// milliseconds.
const busyTimeout = 5000

// ask runs a query of one text, before there is a transaction with the settings of
// the store. SQLite refuses some of these at once, whatever a connection's busy
// timeout is, while another process turns the file to WAL mode or was the last to
// close it. They are tried again for as long as a statement would wait, at
// intervals of chance, so that processes that began together do not stay so.
func ask(ctx context.Context, db *sql.DB, query string) (answer string, err error) {
	const longest = 50 * time.Millisecond
	deadline := time.Now().Add(busyTimeout * time.Millisecond)
	for wait := time.Millisecond; ; wait = min(2*wait, longest) {
		err = db.QueryRowContext(ctx, query).Scan(&answer)
		if err == nil || !fromSQLite(err) || !busy(err) || time.Now().After(deadline) {
			return answer, err
		}
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
