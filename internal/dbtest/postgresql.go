package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/durward-go/durward/store/sqlstore"
)

// One server serves all tests of a process.
var shared struct {
	sync.Mutex
	tried   bool
	err     error
	source  string
	cluster *Cluster
	db      *sql.DB
	// prefixes are those of tables that a test has left empty.
	prefixes []string
}

// sets numbers the sets of tables that share the server.
var sets atomic.Int64

// Main runs the tests of a package, and then ends the server that they started or
// drops the tables that they made. Call it in TestMain.
func Main(m *testing.M) int {
	status := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.db == nil {
		return status
	}
	if shared.cluster == nil {
		for _, prefix := range shared.prefixes {
			if err := dropTables(shared.db, prefix); err != nil {
				fmt.Fprintln(os.Stderr, "dbtest: dropping tables:", err)
				status = max(status, 1)
			}
		}
	}
	_ = shared.db.Close()
	if shared.cluster != nil {
		shared.cluster.Stop()
	}
	return status
}

// PostgreSQLSource returns the data source name, for the driver "pgx", of the
// server that DURWARD_TEST_POSTGRES names, or else of a throw-away cluster. With
// neither it skips the test, or fails it when DURWARD_REQUIRE_SERVERS is 1.
func PostgreSQLSource(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.tried {
		shared.tried = true
		shared.err = reach()
	}
	RequireServer(t, shared.err)
	return shared.source
}

func reach() (err error) {
	if shared.source = os.Getenv("DURWARD_TEST_POSTGRES"); shared.source == "" {
		if shared.cluster, err = StartCluster(context.Background()); err != nil {
			return err
		}
		shared.source = shared.cluster.Source()
	}
	if shared.db, err = sql.Open("pgx", shared.source); err == nil {
		shared.db.SetMaxOpenConns(48)
		shared.db.SetMaxIdleConns(48)
	}
	return err
}

// RequireServer skips the test where there is no PostgreSQL to be started, unless
// DURWARD_REQUIRE_SERVERS is 1. Any other error fails it.
func RequireServer(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrNoPostgreSQL) && os.Getenv("DURWARD_REQUIRE_SERVERS") != "1":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// PostgreSQL returns the server and, for [sqlstore.Migrate] and [sqlstore.New],
// options with a table prefix that no other test has. There are no such tables,
// or empty ones: to make them takes longer than most tests do. Tests share the
// connections; who wants others calls [OpenPostgreSQL].
func PostgreSQL(t testing.TB) (*sql.DB, *sqlstore.Options) {
	t.Helper()
	PostgreSQLSource(t)
	db, prefix := shared.db, takePrefix()
	t.Cleanup(func() {
		empty := emptyTables
		if t.Failed() {
			empty = dropTables
		}
		if err := empty(db, prefix); err != nil {
			t.Errorf("emptying the tables of the test: %v", err)
			return
		}
		shared.Lock()
		defer shared.Unlock()
		shared.prefixes = append(shared.prefixes, prefix)
	})
	return db, &sqlstore.Options{TablePrefix: prefix}
}

func takePrefix() (prefix string) {
	shared.Lock()
	defer shared.Unlock()
	if last := len(shared.prefixes) - 1; last >= 0 {
		prefix, shared.prefixes = shared.prefixes[last], shared.prefixes[:last]
		return prefix
	}
	return fmt.Sprintf("t%d_%d_", os.Getpid(), sets.Add(1))
}

// OpenPostgreSQL opens a server. The test closes it at its end.
func OpenPostgreSQL(t testing.TB, source string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", source)
	if err != nil {
		t.Fatalf("opening PostgreSQL: %v", err)
	}
	db.SetMaxOpenConns(24)
	db.SetMaxIdleConns(8)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// emptyTables gives a set of tables back as Migrate makes it. What refers to other
// rows comes first.
func emptyTables(db *sql.DB, prefix string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var there bool
	if err := db.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", prefix+"migrations").Scan(&there); err != nil || !there {
		return err
	}
	var statements strings.Builder
	for _, table := range []string{
		"changes", "role_permissions", "roles", "acl_permissions", "acl_components", "acl_visible_to", "acls",
		"grant_scope", "grants", "credentials", "tokens", "messages", "attempts", "steps", "allow_list", "individuals",
		"allowed_roles", "organizations", "classes", "entity_links", "entities", "event_changes", "event_attributes", "events",
		"roles_history", "role_permissions_history", "acls_history", "acl_permissions_history", "acl_components_history", "acl_visible_to_history",
		"grants_history", "grant_scope_history", "individuals_history", "allow_list_history", "organizations_history", "allowed_roles_history",
		"classes_history", "entities_history", "entity_links_history", "commits", "models_in_force", "models",
	} {
		fmt.Fprintf(&statements, "DELETE FROM %s%s;", prefix, table)
	}
	fmt.Fprintf(&statements, "UPDATE %sstate SET revision = 0, changes = 0, dropped = 0, messages = 0, history_from = 0;", prefix)
	fmt.Fprintf(&statements, "UPDATE %schains SET start_sequence = 0, start_hash = NULL, head_sequence = 0, head_hash = NULL", prefix)
	_, err := db.ExecContext(ctx, statements.String()) // one transaction
	return err
}

// dropTables drops all that a store made.
func dropTables(db *sql.DB, prefix string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rows, err := db.QueryContext(ctx, `SELECT 'DROP ' || CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END || ' IF EXISTS ' || quote_ident(relname) || ' CASCADE'
		FROM pg_class WHERE relkind IN ('r', 'S') AND starts_with(relname, $1) AND relnamespace = current_schema()::regnamespace`, prefix)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var statements []string
	for rows.Next() {
		var statement string
		if err := rows.Scan(&statement); err != nil {
			return err
		}
		statements = append(statements, statement)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Drop drops the tables with a prefix.
func Drop(t testing.TB, prefix string) {
	t.Helper()
	if err := dropTables(shared.db, prefix); err != nil {
		t.Errorf("dropping the tables with the prefix %s: %v", prefix, err)
	}
}
