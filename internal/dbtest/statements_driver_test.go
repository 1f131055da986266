package dbtest_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A sent is the list of what a pool has sent to its database, each of which is a
// way there and back where the database is a server.
type sent struct {
	mu         sync.Mutex
	statements []string
	// told, if set, is called with each statement once it was sent.
	told func(statement string)
}

func (s *sent) note(statement string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statements = append(s.statements, statement)
	if s.told != nil {
		s.told(statement)
	}
}

// take returns the list and begins another.
func (s *sent) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.statements
	s.statements = nil
	return slices.Clone(all)
}

// overheard opens a place in a pool that tells what it sends.
func (p place) overheard(t testing.TB) (*sql.DB, *sent) {
	t.Helper()
	plain, err := sql.Open(p.driver, p.source)
	require.NoError(t, err)
	defer func() { _ = plain.Close() }()
	s := new(sent)
	db := sql.OpenDB(overheard{plain.Driver(), p.source, s})
	t.Cleanup(func() { _ = db.Close() })
	return db, s
}

// An overheard is the connector of a driver whose connections tell what they are
// given. Of what drivers may do beyond the interface it passes on what the three
// drivers do and the store needs.
type overheard struct {
	inner  driver.Driver
	source string
	sent   *sent
}

func (o overheard) Driver() driver.Driver { return o.inner }

func (o overheard) Connect(context.Context) (driver.Conn, error) {
	conn, err := o.inner.Open(o.source)
	if err != nil {
		return nil, err
	}
	return overheardConn{conn, o.sent}, nil
}

type overheardConn struct {
	driver.Conn
	sent *sent
}

func (c overheardConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	inner, ok := c.Conn.(driver.ExecerContext)
	if !ok {
		return nil, driver.ErrSkip // the statement tells
	}
	result, err := inner.ExecContext(ctx, query, args)
	if !errors.Is(err, driver.ErrSkip) {
		c.sent.note(query)
	}
	return result, err
}

func (c overheardConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	inner, ok := c.Conn.(driver.QueryerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	rows, err := inner.QueryContext(ctx, query, args)
	if !errors.Is(err, driver.ErrSkip) {
		c.sent.note(query)
	}
	return rows, err
}

func (c overheardConn) PrepareContext(ctx context.Context, query string) (stmt driver.Stmt, err error) {
	if inner, ok := c.Conn.(driver.ConnPrepareContext); ok {
		stmt, err = inner.PrepareContext(ctx, query)
	} else {
		stmt, err = c.Conn.Prepare(query)
	}
	if err != nil {
		return nil, err
	}
	return overheardStmt{stmt, query, c.sent}, nil
}

// CheckNamedValue implements [driver.NamedValueChecker].
func (c overheardConn) CheckNamedValue(v *driver.NamedValue) error {
	if inner, ok := c.Conn.(driver.NamedValueChecker); ok {
		return inner.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

type overheardStmt struct {
	driver.Stmt
	query string
	sent  *sent
}

func (s overheardStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.sent.note(s.query)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s overheardStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.sent.note(s.query)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

// CheckNamedValue implements [driver.NamedValueChecker].
func (s overheardStmt) CheckNamedValue(v *driver.NamedValue) error {
	if inner, ok := s.Stmt.(driver.NamedValueChecker); ok {
		return inner.CheckNamedValue(v)
	}
	return driver.ErrSkip
}
