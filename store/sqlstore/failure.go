package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/durward-go/durward/store"
)

// A databaseError is what the driver or database/sql reported. Its text never
// holds a value that was written or read, which may be a secret; the cause is
// there for errors.As.
type databaseError struct {
	text     string
	conflict bool
	cause    error
}

func (e *databaseError) Error() string { return e.text }

// Unwrap gives the cause and, where the transaction was given up for another,
// [store.ErrConflict].
func (e *databaseError) Unwrap() []error {
	if e.conflict {
		return []error{store.ErrConflict, e.cause}
	}
	return []error{e.cause}
}

// A damagedError says that what is stored is nothing that this package wrote. The
// cause quotes no secret.
type damagedError struct{ cause error }

func (e *damagedError) Error() string { return "damaged row: " + e.cause.Error() }

func (e *damagedError) Unwrap() error { return e.cause }

// damaged wraps an error of reading a stored value; nil stays nil.
func damaged(err error) error {
	if err == nil {
		return nil
	}
	return &damagedError{err}
}

// failure makes an error to return of one that the driver gave.
func failure(ctx context.Context, err error) error {
	var known *databaseError
	var row *damagedError
	if errors.As(err, &known) || errors.As(err, &row) {
		return err
	}
	if done := ctx.Err(); done != nil {
		return done // drivers say "interrupted" in words of their own
	}
	text, conflict := describe(err)
	return &databaseError{text: text, conflict: conflict, cause: err}
}

// unsettled tells whether a statement that was a transaction by itself has done
// nothing and may do better in one that was begun as it should be: others were in
// the way, or it was one that may not write.
func unsettled(err error) bool {
	var refused *databaseError
	var postgres interface{ SQLState() string }
	return errors.As(err, &refused) && (refused.conflict || errors.As(err, &postgres) && postgres.SQLState() == "25006")
}

// describe returns what can be told of a driver's error, and whether it means
// that another transaction was in the way.
func describe(err error) (text string, conflict bool) {
	// PostgreSQL's drivers, each with a type of its own.
	var postgres interface{ SQLState() string }
	if errors.As(err, &postgres) {
		return describeState(postgres.SQLState(), err)
	}
	// SQLite's messages name tables and columns, and no values.
	if fromSQLite(err) {
		return "SQLite: " + err.Error(), busy(err)
	}
	var network net.Error
	switch {
	case errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, sql.ErrTxDone):
		return "the database cannot be reached: " + err.Error(), false
	}
	return fmt.Sprintf("an error of type %T, whose text is left out since it may hold a value; errors.As reaches it", err), false
}

// describeState reads an error code of PostgreSQL, see the appendix "PostgreSQL
// Error Codes" of its manual.
func describeState(state string, err error) (text string, conflict bool) {
	text = "PostgreSQL: SQLSTATE " + state
	switch state {
	case "40001", "40P01", "55P03", "23505": // serialization, deadlock, lock not available, duplicate
		return text, true
	}
	switch {
	case len(state) != 5:
	case strings.Contains(" 08 25 28 42 53 55 57 58 ", " "+state[:2]+" "):
		// Connections, transactions, rights, names, resources, states, the
		// operator, the system: these messages name objects. Those of data and
		// constraints quote values.
		text += ": " + err.Error()
	}
	return text, false
}

// fromSQLite tells whether the error, or one that it wraps, is of a driver for
// SQLite. They have no method in common, but are named for it.
func fromSQLite(err error) bool {
	for err != nil {
		if strings.Contains(fmt.Sprintf("%T", err), "sqlite") {
			return true
		}
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			return slices.ContainsFunc(several.Unwrap(), fromSQLite)
		}
		err = errors.Unwrap(err)
	}
	return false
}

// busy tells whether another connection held what was wanted.
func busy(err error) bool {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		const sqliteBusy, sqliteLocked = 5, 6 // of the lower byte of a result code
		code := coded.Code() & 0xff
		return code == sqliteBusy || code == sqliteLocked
	}
	// Other drivers have other types for the code; SQLite's own texts are the
	// same everywhere.
	return strings.Contains(err.Error(), "database is locked") || strings.Contains(err.Error(), "database table is locked")
}
