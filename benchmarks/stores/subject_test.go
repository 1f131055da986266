package stores

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
	"github.com/durward-go/durward/store/sqlstore"
)

// The business that is measured: each customer has so many employees with a grant.
const (
	customers = 100
	employees = 100
)

var author = store.Author{ID: "benchmark"}

// A subject is a kind of store. The driver in memory is "".
type subject struct{ name, driver string }

var subjects = []subject{
	{"memstore", ""},
	{"SQLite-modernc", "sqlite"},
	{"SQLite-ncruces", "sqlite3"},
	{"PostgreSQL-pgx", "pgx"},
}

// A stand is a store with the business in it, and the database that it stands on.
type stand struct {
	subject
	store  store.Store
	db     *sql.DB // nil in memory
	source string
	opts   *sqlstore.Options
}

// onEach runs a benchmark over each kind of store.
func onEach(b *testing.B, measure func(b *testing.B, s *stand)) {
	b.Helper()
	for _, subject := range subjects {
		b.Run("store="+subject.name, func(b *testing.B) { measure(b, subject.open(b)) })
	}
}

var sets atomic.Int64

func (s subject) open(b *testing.B) *stand {
	b.Helper()
	stand := &stand{subject: s, opts: new(sqlstore.Options)}
	switch s.driver {
	case "":
		stand.store = memstore.New(nil)
		fill(b, stand.store)
		return stand
	case "pgx":
		stand.source = source(b)
		stand.opts.TablePrefix = fmt.Sprintf("b%d_", sets.Add(1))
	default:
		// As durable as the store makes its own commits.
		stand.source = "file:" + filepath.ToSlash(filepath.Join(b.TempDir(), "durward.db")) +
			"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(2)&_pragma=foreign_keys(1)"
	}
	stand.db = stand.pool(b)
	must(b, sqlstore.Migrate(b.Context(), stand.db, stand.opts))
	stand.store = stand.on(b, stand.db)
	fill(b, stand.store)
	if s.driver == "pgx" {
		_, err := stand.db.ExecContext(b.Context(), "VACUUM ANALYZE")
		must(b, err)
	}
	return stand
}

// pool opens the database as another process would.
func (s *stand) pool(b *testing.B) *sql.DB {
	b.Helper()
	db, err := sql.Open(s.driver, s.source)
	must(b, err)
	db.SetMaxIdleConns(4)
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func (s *stand) on(b *testing.B, db *sql.DB) *sqlstore.Store {
	b.Helper()
	on, err := sqlstore.New(b.Context(), db, s.opts)
	must(b, err)
	b.Cleanup(func() { _ = on.Close() })
	return on
}

// table returns the name of a table of the store's.
func (s *stand) table(name string) string {
	if s.opts.TablePrefix == "" {
		return sqlstore.DefaultPrefix + name
	}
	return s.opts.TablePrefix + name
}

// words turns the parameters of a statement into those of the database.
func (s *stand) words(statement string) string {
	for n := 1; s.driver == "pgx" && strings.Contains(statement, "?"); n++ {
		statement = strings.Replace(statement, "?", "$"+strconv.Itoa(n), 1)
	}
	return statement
}

func fill(b *testing.B, s store.Store) {
	b.Helper()
	allow, err := ipallow.Parse([]string{"10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"})
	must(b, err)
	var batch store.Batch
	batch.Classes = []individuals.Class{{ID: "class", Name: "Business"}}
	batch.Entities = []scope.Entity{{ID: "itsp", Kind: billing.KindProvider}}
	for _, id := range []string{"admin", "viewer"} {
		batch.Roles = append(batch.Roles, roles.NewRole(id, id, billing.TypeCustomer, map[string]roles.Permission{"customer": roles.Modify, "customer/billing": roles.Read}))
	}
	for c := range customers {
		batch.Entities = append(batch.Entities, scope.Entity{ID: customer(c), Kind: billing.KindCustomer, Parent: "itsp"})
		batch.Organizations = append(batch.Organizations, individuals.Organization{Entity: customer(c), Class: "class", AllowedRoles: []string{"admin", "viewer"}})
		for e := range employees {
			batch.Individuals = append(batch.Individuals, individuals.Individual{ID: employee(c, e), RoleType: billing.TypeCustomer, Organization: customer(c),
				Realm: "customers", Login: employee(c, e), Name: "Steve", AllowList: allow})
			batch.Grants = append(batch.Grants, individuals.Grant{Individual: employee(c, e), Organization: customer(c)}.WithRole("admin"))
		}
	}
	_, err = s.Update(b.Context(), author, func(tx store.Tx) error { return store.PutBatch(b.Context(), tx, batch) })
	must(b, err)
}

func customer(n int) string { return fmt.Sprintf("customer-%03d", n) }

func employee(customer, n int) string { return fmt.Sprintf("employee-%03d-%03d", customer, n) }

func must(tb testing.TB, err error) {
	if err != nil {
		tb.Helper()
		tb.Fatal(err)
	}
}
