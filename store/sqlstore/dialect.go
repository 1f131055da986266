package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
)

// A Dialect is a kind of database.
type Dialect uint8

// The dialects.
const (
	// SQLite is SQLite 3.37 or later.
	SQLite Dialect = iota + 1
	// PostgreSQL is PostgreSQL, in an encoding of UTF8.
	PostgreSQL
)

// String returns "SQLite" or "PostgreSQL".
func (d Dialect) String() string {
	if t := d.traits(); t != nil {
		return t.name
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

// traits is all in which the dialects differ, but for their schemas and how
// their errors are told apart.
type traits struct {
	name string
	// folder holds the schema.
	folder string
	// numbered says that parameters are $1, $2 and not ?.
	numbered bool
	// oneWriter says that the database has one writer at a time, whatever it
	// writes.
	oneWriter bool
	// forgets says that drivers parse a statement anew each time that it is used.
	forgets bool
	// beginRead, beginRow and beginCommit begin a View, a change outside of
	// commits and a commit.
	beginRead, beginRow, beginCommit string
	// lock follows the SELECT of a row to keep others from it to the end.
	lock string
	// grab takes the lock of a commit in a transaction that may not have it;
	// empty: lock does.
	grab string
	// notify ends the last statement of a commit to wake who listens; empty: the
	// database has no such thing.
	notify string
	// together says that statements that write can be parts of one: the database
	// is asked once, and not once for each.
	together bool
	// countVersion counts a version of attempts up; empty: version does. version
	// is an expression of one that none was given before.
	countVersion, version string
	// hasTable asks whether there is a table of a name.
	hasTable string
	// migrating keeps other migrations away, with one number as its parameter;
	// empty: the transaction does.
	migrating string
	// settings are what a connection must have for a transaction of the store.
	settings []setting
}

// A setting is a pragma of a connection.
type setting struct {
	name string
	want int
	// least says that more is as good.
	least bool
	// writes says that it matters to writers only.
	writes bool
}

var sqliteTraits = traits{
	name: "SQLite", folder: "sqlite", oneWriter: true, forgets: true,
	beginRead: "BEGIN DEFERRED", beginRow: "BEGIN IMMEDIATE", beginCommit: "BEGIN IMMEDIATE",
	grab:         "UPDATE durward_state SET revision = revision",
	countVersion: "UPDATE durward_state SET attempt_versions = attempt_versions + 1",
	version:      "(SELECT attempt_versions FROM durward_state)",
	hasTable:     "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?",
	settings: []setting{
		{name: "busy_timeout", want: busyTimeout, least: true},
		{name: "synchronous", want: 2, least: true, writes: true}, // FULL
		{name: "foreign_keys", want: 1, writes: true},
		{name: "busy_timeout", want: 1, writes: true}, // SQLite's own waiting is unfair: see Store.begin
	},
}

var postgresTraits = traits{
	name: "PostgreSQL", folder: "postgresql", numbered: true,
	beginRead: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	// A statement sees what was committed until it began, so whoever waited for
	// the row of durward_state sees the commit that it waited for.
	beginRow: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", beginCommit: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
	lock:      " FOR UPDATE",
	notify:    " RETURNING pg_notify('durward_commits', revision::text)",
	together:  true,
	version:   "nextval('durward_attempt_versions')",
	hasTable:  "SELECT count(*) FROM pg_class WHERE oid = to_regclass(?)",
	migrating: "SELECT pg_advisory_xact_lock(?)",
}

func (d Dialect) traits() *traits {
	switch d {
	case SQLite:
		return &sqliteTraits
	case PostgreSQL:
		return &postgresTraits
	}
	return nil
}

// detect asks the database what it is.
func detect(ctx context.Context, db *sql.DB) (Dialect, error) {
	// What no SQLite knows is asked first: PostgreSQL would log the other one.
	version, asked := ask(ctx, db, "SELECT version()")
	if asked == nil {
		if !strings.HasPrefix(version, "PostgreSQL ") {
			return 0, fmt.Errorf("sqlstore: the database says that it is %.80q: want SQLite or PostgreSQL; set Options.Dialect if it is compatible with one", version)
		}
		return PostgreSQL, nil
	}
	if _, err := ask(ctx, db, "SELECT sqlite_version()"); err != nil {
		return 0, fmt.Errorf("sqlstore: asking the database what it is: %w", failure(ctx, asked))
	}
	return SQLite, nil
}

// check reports a database that cannot keep the records.
func (d Dialect) check(ctx context.Context, db *sql.DB) error {
	setting := func(query string) (string, error) {
		answer, err := ask(ctx, db, query)
		if err != nil {
			err = fmt.Errorf("sqlstore: asking the database for its settings: %w", failure(ctx, err))
		}
		return answer, err
	}
	switch d {
	case SQLite:
		version, err := setting("SELECT sqlite_version()")
		if err != nil {
			return err
		}
		if !atLeast(version, 3, 37) {
			return fmt.Errorf("sqlstore: SQLite %.40q: want 3.37 or later; take a newer driver", version)
		}
		encoding, err := setting("PRAGMA encoding")
		if err != nil {
			return err
		}
		if encoding != "UTF-8" {
			return fmt.Errorf("sqlstore: the database's encoding is %.40q: want UTF-8, in which IDs have the order of their bytes", encoding)
		}
	case PostgreSQL:
		encoding, err := setting("SHOW server_encoding")
		if err != nil {
			return err
		}
		if encoding != "UTF8" {
			return fmt.Errorf("sqlstore: the database's encoding is %.40q: want UTF8; create it with ENCODING 'UTF8'", encoding)
		}
	}
	return nil
}

func atLeast(version string, major, minor int) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	m, err := strconv.Atoi(first)
	n, minorErr := strconv.Atoi(second)
	return err == nil && minorErr == nil && (m > major || m == major && n >= minor)
}

// words turns a statement of this package into the dialect's: tables get the
// prefix, and parameters their numbers. No statement has a ? or a name that
// begins like a table's in any other place.
func (t *traits) words(statement, prefix string) string {
	if prefix != DefaultPrefix {
		statement = strings.ReplaceAll(statement, DefaultPrefix, prefix)
	}
	if !t.numbered {
		return statement
	}
	var b strings.Builder
	b.Grow(len(statement) + 32)
	n := 0
	for {
		before, after, found := strings.Cut(statement, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		statement = after
	}
}
