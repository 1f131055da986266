package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store/sqlstore"
)

// answers is a database that knows some queries, each with one text as its
// answer.
type answers map[string]string

func (a answers) Connect(context.Context) (driver.Conn, error) { return a, nil }
func (a answers) Driver() driver.Driver                        { return nil }
func (a answers) Prepare(string) (driver.Stmt, error)          { return nil, errors.ErrUnsupported }
func (a answers) Begin() (driver.Tx, error)                    { return nil, errors.ErrUnsupported }
func (a answers) Close() error                                 { return nil }

func (a answers) QueryContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	if text, ok := a[query]; ok {
		return &answer{text: text}, nil
	}
	return nil, errors.New("unknown: " + query)
}

type answer struct {
	text string
	read bool
}

func (a *answer) Columns() []string { return []string{"answer"} }
func (a *answer) Close() error      { return nil }

func (a *answer) Next(row []driver.Value) error {
	if a.read {
		return io.EOF
	}
	a.read, row[0] = true, a.text
	return nil
}

// TestDatabasesThatWillNotDo are refused with what they lack.
func TestDatabasesThatWillNotDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		database answers
		opts     *sqlstore.Options
		want     string
	}{
		{answers{}, nil, "sqlstore: asking the database what it is: "},
		{answers{"SELECT version()": "CockroachDB CCL v24"}, nil, `says that it is "CockroachDB CCL v24": want SQLite or PostgreSQL`},
		{answers{"SELECT version()": "8.0.36"}, nil, `says that it is "8.0.36"`},
		{answers{"SELECT version()": "PostgreSQL 15.1", "SHOW server_encoding": "LATIN1"}, nil, `encoding is "LATIN1": want UTF8`},
		{answers{"SELECT sqlite_version()": "3.36.9", "PRAGMA encoding": "UTF-8"}, nil, `SQLite "3.36.9": want 3.37 or later`},
		{answers{"SELECT sqlite_version()": "4.0.1", "PRAGMA encoding": "UTF-16le"}, nil, `encoding is "UTF-16le": want UTF-8`},
		{answers{"SELECT sqlite_version()": "3"}, &sqlstore.Options{Dialect: sqlstore.SQLite}, `SQLite "3"`},
		{answers{"SELECT sqlite_version()": "3.45.1"}, nil, "asking the database for its settings"},
		{nil, &sqlstore.Options{Dialect: 7}, "Dialect(7): unknown"},
		{nil, &sqlstore.Options{TablePrefix: "A"}, `table prefix "A"`},
	} {
		db := sql.OpenDB(c.database)
		_, err := sqlstore.New(t.Context(), db, c.opts)
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, sqlstore.Migrate(t.Context(), db, c.opts), c.want)
		require.NoError(t, db.Close())
	}
	_, err := sqlstore.New(t.Context(), nil, nil)
	require.ErrorContains(t, err, "open one with sql.Open")
}
