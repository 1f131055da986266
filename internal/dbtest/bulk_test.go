package dbtest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

var importer = audit.System("importer")

// sameInstant is the clock of imports that are compared.
func sameInstant() time.Time { return time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC) }

// exportOf returns the lines of an export with secrets, without the first and the
// last.
func exportOf(t testing.TB, s store.Store) []string {
	t.Helper()
	var b bytes.Buffer
	_, err := bulk.Export(t.Context(), s, &b, &bulk.ExportOptions{Secrets: true})
	require.NoError(t, err)
	lines := strings.SplitAfter(strings.TrimSuffix(b.String(), "\n"), "\n")
	return lines[1 : len(lines)-1]
}

// TestBulkImport: an import into a database leaves what one into memory leaves, to
// the hashes of its events; every past revision has its rows, and what comes one by
// one afterwards fits.
func TestBulkImport(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s, memory, ctx := migrated(t, db, opts), memstore.New(nil), t.Context()
		for _, into := range []store.Store{s, memory} {
			progress, err := bulk.Import(ctx, into, importer, bulk.Source{Name: "load", Lines: newCustomers(300)},
				&bulk.ImportOptions{ChunkLines: 200, Clock: sameInstant})
			require.NoError(t, err)
			require.Equal(t, 802, progress.Written)
			require.Equal(t, uint64(5), progress.Revision)
		}
		require.Equal(t, exportOf(t, memory), exportOf(t, s))
		for revision := range uint64(6) {
			assert.Equal(t, rowsAt(t, memory, revision), rowsAt(t, s, revision), "revision %d", revision)
		}
		want, err := memory.Changes(ctx, 0, 10_000)
		require.NoError(t, err)
		feed, err := s.Changes(ctx, 0, 10_000)
		require.NoError(t, err)
		assert.ElementsMatch(t, want.Changes, feed.Changes)

		for _, into := range []store.Store{s, memory} {
			_, err := into.Update(ctx, author, func(tx store.Tx) error {
				g, err := tx.Grant(ctx, "person-0000007", "customer-0000002")
				require.NoError(t, err)
				require.NoError(t, tx.PutGrant(ctx, g.WithRole("viewer")))
				p, err := tx.Individual(ctx, "person-0000008")
				require.NoError(t, err)
				p.Name = "Another name"
				return tx.PutIndividual(ctx, p)
			})
			require.NoError(t, err)
		}
		require.Equal(t, exportOf(t, memory), exportOf(t, s))
		for revision := range uint64(7) {
			assert.Equal(t, rowsAt(t, memory, revision), rowsAt(t, s, revision), "revision %d", revision)
		}
	})
}

// rowsAt returns everything of a past revision in words.
func rowsAt(t testing.TB, s interface {
	store.Store
	store.History
}, revision uint64,
) (all []string) {
	t.Helper()
	ctx, page := t.Context(), store.Page{Limit: store.MaxPage}
	require.NoError(t, s.ViewAt(ctx, revision, func(r store.Reader) error {
		people, err := r.Individuals(ctx, store.IndividualFilter{}, page)
		require.NoError(t, err)
		grants, err := r.Grants(ctx, store.GrantFilter{}, store.GrantPage{Limit: store.MaxPage})
		require.NoError(t, err)
		entities, err := r.Entities(ctx, store.EntityFilter{}, page)
		require.NoError(t, err)
		organizations, err := r.Organizations(ctx, store.OrganizationFilter{}, page)
		require.NoError(t, err)
		for _, p := range people {
			all = append(all, fmt.Sprintf("%+v", p))
		}
		for _, g := range grants {
			all = append(all, fmt.Sprintf("%+v", g))
		}
		all = append(all, fmt.Sprint(entities, organizations))
		return nil
	}))
	return all
}

// TestBulkRefuses: a line that the rules of a record refuse is named, and nothing of
// its commit is written; by the same rules as in memory.
func TestBulkRefuses(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s, memory, ctx := migrated(t, db, opts), memstore.New(nil), t.Context()
		load := func(into store.Store, name string, lines io.Reader) error {
			_, err := bulk.Import(ctx, into, importer, bulk.Source{Name: name, Lines: lines},
				&bulk.ImportOptions{Clock: sameInstant, Credentials: true, OneCommit: true})
			return err
		}
		for _, into := range []store.Store{s, memory} {
			require.NoError(t, load(into, "load", newCustomers(6)))
		}
		before := exportOf(t, memory)
		first := `{"entity":{"id":"new","kind":"customer","parent":"isp"}}` + "\n" +
			`{"individual":{"id":"new","realm":"customer","provider":"isp","role_type":"customer","organization":"new","login":"New"}}` + "\n"
		for i, c := range []struct {
			line string
			kind error
		}{
			{`{"class":{"id":""}}`, nil},
			{`{"entity":{"id":"isp","kind":"provider"}}`, store.ErrConflict},
			{`{"entity":{"id":"new","kind":"provider"}}`, store.ErrConflict},
			{`{"entity":{"id":"x","kind":"customer","parent":"nowhere"}}`, store.ErrNotFound},
			{`{"entity":{"id":"x","kind":"customer","parent":"isp","links":[{"name":"group","to":"nowhere"}]}}`, store.ErrNotFound},
			{`{"entity":{"id":"x","kind":"customer","links":[{"name":"group","to":"isp"}]}}`, nil},
			{`{"organization":{"entity":"customer-0000001"}}`, store.ErrConflict},
			{`{"organization":{"entity":"nowhere"}}`, store.ErrNotFound},
			{`{"role":{"id":"viewer","name":"Viewer","type":"customer"}}`, store.ErrConflict},
			{`{"individual":{"id":"person-0000001","role_type":"customer","organization":"x"}}`, store.ErrConflict},
			{`{"individual":{"id":"new","role_type":"customer","organization":"x"}}`, store.ErrConflict},
			{`{"individual":{"id":"x","provider":"isp","realm":"customer","role_type":"customer","organization":"x","login":"LOGIN-0000001@example.com"}}`, store.ErrConflict},
			{`{"individual":{"id":"x","provider":"isp","realm":"customer","role_type":"customer","organization":"x","login":"nEW"}}`, store.ErrConflict},
			{`{"credential":{"individual":"nobody"}}`, store.ErrNotFound},
			{`{"grant":{"individual":"person-0000001","organization":"customer-0000000","role":"viewer"}}`, store.ErrConflict},
			{`{"grant":{"individual":"person-0000001","organization":"new","role":"viewer"}}`, store.ErrNotFound},
			{`{"grant":{"individual":"nobody","organization":"customer-0000000","role":"viewer"}}`, store.ErrNotFound},
			{`{"links":{"entity":"nowhere","links":[{"name":"group","to":"isp"}]}}`, store.ErrNotFound},
			{`{"links":{"entity":"new","links":[{"name":"group","to":"nowhere"}]}}`, store.ErrNotFound},
		} {
			for _, into := range []store.Store{s, memory} {
				err := load(into, fmt.Sprint(i), strings.NewReader(first+c.line+"\n"))
				var line *bulk.LineError
				require.ErrorAs(t, err, &line, c.line)
				assert.Equal(t, 3, line.Line, "%s: %v", c.line, err)
				if c.kind != nil {
					assert.ErrorIs(t, err, c.kind, c.line)
				}
			}
		}
		require.Equal(t, before, exportOf(t, s))
		for _, into := range []store.Store{s, memory} {
			require.NoError(t, load(into, "last", strings.NewReader(first+
				`{"links":{"entity":"new","links":[{"name":"group","to":"customer-0000001"}]}}`+"\n"+
				`{"credential":{"individual":"new","must_change":true}}`+"\n"+
				`{"individual":{"id":"quoted \"\\{},NULL 'x","role_type":"customer","organization":"new","name":"NULL","allow_list":["10.0.0.1"]}}`)))
		}
		require.Equal(t, exportOf(t, memory), exportOf(t, s))
	})
}

// TestSpoiltBatch: after a batch failed nothing is committed, whatever the function
// returns.
func TestSpoiltBatch(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s, ctx := migrated(t, db, opts), t.Context()
		_, err := s.Update(ctx, author, func(tx store.Tx) error {
			batch := store.Batch{
				Classes:     []individuals.Class{{ID: "gold"}},
				Individuals: []individuals.Individual{{ID: "bob", RoleType: "customer", Organization: "acme"}, {}},
			}
			var refused *store.BatchError
			require.ErrorAs(t, store.PutBatch(ctx, tx, batch), &refused)
			assert.Equal(t, "individuals", refused.List)
			assert.Equal(t, 1, refused.Index)
			return nil
		})
		require.Error(t, err)
		assert.Empty(t, exportOf(t, s))

		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		_, err = s.Update(ctx, author, func(tx store.Tx) error {
			require.ErrorIs(t, store.PutBatch(cancelled, tx, store.Batch{Classes: []individuals.Class{{ID: "gold"}}}), context.Canceled)
			return tx.PutClass(ctx, individuals.Class{ID: "silver"})
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, exportOf(t, s))
	})
}

// TestBulkRestore: an export goes from memory into a database, from there into
// memory, and is the same all the way.
func TestBulkRestore(t *testing.T) {
	text, err := os.ReadFile("../../store/bulk/testdata/full.jsonl")
	require.NoError(t, err)
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s, memory, ctx := migrated(t, db, opts), memstore.New(nil), t.Context()
		restore := func(into store.Store, export string) error {
			_, err := bulk.Restore(ctx, into, importer, strings.NewReader(export), &bulk.RestoreOptions{Clock: sameInstant})
			return err
		}
		// All or nothing.
		half := string(text[:len(text)*3/4])
		require.Error(t, restore(s, half))
		require.Empty(t, exportOf(t, s))

		require.NoError(t, restore(memory, string(text)))
		require.NoError(t, restore(s, string(text)))
		require.Equal(t, exportOf(t, memory), exportOf(t, s))
		require.ErrorIs(t, restore(s, string(text)), store.ErrConflict)

		var b bytes.Buffer
		revision, err := bulk.Export(ctx, s, &b, &bulk.ExportOptions{Secrets: true})
		require.NoError(t, err)
		again := memstore.New(nil)
		require.NoError(t, restore(again, b.String()))
		require.Equal(t, exportOf(t, s), without(exportOf(t, again), fmt.Sprintf(`"revision":%d,`, revision+1)))

		// The feed and the past begin with the restoring, and both go on.
		_, err = s.Changes(ctx, revision-1, 0)
		require.ErrorIs(t, err, store.ErrGone)
		require.ErrorIs(t, s.ViewAt(ctx, revision-1, func(store.Reader) error { return nil }), store.ErrGone)
		assert.Equal(t, rowsAt(t, memory, revision), rowsAt(t, s, revision))
		commit, err := s.CommitOf(ctx, revision)
		require.NoError(t, err)
		assert.Equal(t, store.Author{ID: "importer"}, commit.By)
		for _, into := range []store.Store{s, memory} {
			next, err := into.Update(ctx, author, func(tx store.Tx) error {
				p, err := tx.Individual(ctx, "bob")
				require.NoError(t, err)
				p.Name = "Robert"
				require.NoError(t, tx.PutIndividual(ctx, p))
				e, err := tx.Entity(ctx, "acme")
				require.NoError(t, err)
				return tx.PutEntity(ctx, e)
			})
			require.NoError(t, err)
			require.Equal(t, revision+1, next)
		}
		for _, at := range []uint64{revision, revision + 1} {
			assert.Equal(t, rowsAt(t, memory, at), rowsAt(t, s, at))
		}
		assert.Equal(t, exportOf(t, memory), exportOf(t, s))
	})
}

func without(lines []string, text string) (left []string) {
	for _, line := range lines {
		if !strings.Contains(line, text) {
			left = append(left, line)
		}
	}
	return left
}

// overriding is a store of a host that keeps people in its own table as well.
type overriding struct {
	store.Store
	people *int
}

func (s overriding) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return s.Store.Update(ctx, by, func(tx store.Tx) error { return fn(overridingTx{tx, s.people}) })
}

type overridingTx struct {
	store.Tx
	people *int
}

func (tx overridingTx) PutIndividual(ctx context.Context, p individuals.Individual) error {
	*tx.people++
	return tx.Tx.PutIndividual(ctx, p)
}

// TestBulkOverridden: an import goes through what a host overrides, and not past it.
func TestBulkOverridden(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		people := 0
		_, err := bulk.Import(t.Context(), overriding{migrated(t, db, opts), &people}, importer, bulk.Source{Name: "load", Lines: newCustomers(9)}, nil)
		require.NoError(t, err)
		assert.Equal(t, 9, people)
	})
}

// TestBulkJoins: a batch in the host's own transaction is written with it, and leaves
// the settings of the connection as they were.
func TestBulkJoins(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s, ctx := migrated(t, db, opts), t.Context()
		host, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		defer func() { _ = host.Rollback() }()
		_, err = s.Join(ctx, host, author, func(tx store.Tx) error {
			return store.PutBatch(ctx, tx, store.Batch{Classes: []individuals.Class{{ID: "gold"}},
				Individuals: []individuals.Individual{{ID: "bob", RoleType: "customer", Organization: "acme"}}})
		})
		require.NoError(t, err)
		if d.name == "PostgreSQL" {
			var set string
			require.NoError(t, host.QueryRowContext(ctx, "SHOW enable_seqscan").Scan(&set))
			assert.Equal(t, "on", set)
		}
		require.NoError(t, host.Commit())
		require.NoError(t, s.View(ctx, func(r store.Reader) error {
			_, err := r.Individual(context.WithoutCancel(ctx), "bob")
			return err
		}))
	})
}
