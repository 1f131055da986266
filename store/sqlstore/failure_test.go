package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// A stateError is as those of PostgreSQL's drivers.
type stateError struct{ state, text string }

func (e *stateError) Error() string    { return e.text }
func (e *stateError) SQLState() string { return e.state }

// A sqliteError is as those of drivers for SQLite, some of which have a code.
type sqliteError struct{ text string }

func (e *sqliteError) Error() string { return e.text }

type sqliteCode struct {
	sqliteError
	code int
}

func (e *sqliteCode) Code() int { return e.code }

// TestFailure: of all that drivers report, the store tells what was in its way
// and what went wrong, and no value.
func TestFailure(t *testing.T) {
	t.Parallel()
	canary := "canary"
	for _, c := range []struct {
		err      error
		text     string
		conflict bool
	}{
		{&stateError{"40001", canary}, "PostgreSQL: SQLSTATE 40001", true},
		{&stateError{"40P01", canary}, "PostgreSQL: SQLSTATE 40P01", true},
		{&stateError{"55P03", canary}, "PostgreSQL: SQLSTATE 55P03", true},
		{&stateError{"23505", canary}, "PostgreSQL: SQLSTATE 23505", true},
		{&stateError{"23503", canary}, "PostgreSQL: SQLSTATE 23503", false},
		{&stateError{"22P02", canary}, "PostgreSQL: SQLSTATE 22P02", false},
		{&stateError{"", canary}, "PostgreSQL: SQLSTATE ", false},
		{fmt.Errorf("wrapped: %w", &stateError{"42P01", "no such table"}), "PostgreSQL: SQLSTATE 42P01: wrapped: no such table", false},
		{&sqliteError{"database is locked"}, "SQLite: database is locked", true},
		{&sqliteError{"database table is locked"}, "SQLite: database table is locked", true},
		{&sqliteError{"disk I/O error"}, "SQLite: disk I/O error", false},
		{&sqliteCode{sqliteError{"whatever"}, 5}, "SQLite: whatever", true},
		{&sqliteCode{sqliteError{"whatever"}, 5 | 2<<8}, "SQLite: whatever", true},
		{&sqliteCode{sqliteError{"whatever"}, 10 | 2<<8}, "SQLite: whatever", false},
		{errors.Join(errors.New("at"), &sqliteError{"disk I/O error"}), "SQLite: at\ndisk I/O error", false},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, "the database cannot be reached: dial: refused", false},
		{driver.ErrBadConn, "the database cannot be reached: driver: bad connection", false},
		{sql.ErrConnDone, "the database cannot be reached: sql: connection is already closed", false},
		{errors.New(canary), "an error of type *errors.errorString, whose text is left out since it may hold a value; errors.As reaches it", false},
	} {
		err := sqlstore.Failure(t.Context(), c.err)
		assert.Equal(t, c.text, err.Error())
		assert.Equal(t, c.conflict, errors.Is(err, store.ErrConflict), "%v", err)
		require.ErrorIs(t, err, c.err)
		assert.Equal(t, err, sqlstore.Failure(t.Context(), err), "once is enough")
		assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), canary)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, sqlstore.Failure(ctx, &sqliteError{"interrupted"}), context.Canceled)
}
