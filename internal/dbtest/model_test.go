package dbtest_test

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
	"github.com/durward-go/durward/store/sqlstore"
)

// A version is what one version of an application decides by.
type version struct {
	model *roles.Model
	opts  access.Options
}

func (v version) open(t testing.TB, s store.Store) *access.Engine {
	t.Helper()
	opts := v.opts
	engine, err := access.New(t.Context(), s, v.model, &opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// versions differ in trees, ceilings, scopes, mappings and how slots coexist. Some
// roles that people hold compile by one and not by another.
var versions = func() (all []version) {
	customer := func(children ...roles.NodeSpec) []roles.NodeSpec {
		return []roles.NodeSpec{roles.Entity("account"), roles.Entity("customer", children...)}
	}
	add := func(specs []roles.NodeSpec, narrowing bool, of roles.Type, needs string, coexistence access.Coexistence) {
		tree, err := roles.NewTree(specs, &roles.TreeOptions{Narrowing: narrowing})
		if err != nil {
			panic(err)
		}
		of.Name = billing.TypeCustomer
		model := roles.MustModel(tree, of)
		all = append(all, version{model, access.Options{Coexistence: coexistence, ACLs: acl.MustSystem(model,
			[]acl.Mapping{{Node: "customer/billing", Subtree: true, Needs: []string{needs}}}, &acl.Options{Types: []acl.Type{{Name: "customer", RoleType: billing.TypeCustomer}}})}})
	}
	all = append(all, version{billingModel, access.Options{ACLs: historyLevels}})
	invoices := roles.Panel("billing", roles.Item("invoices"))
	add(customer(roles.Panel("pbx", roles.Item("extensions")), invoices), false,
		roles.Type{Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}}, "Invoices.*any*", access.PerSurface)
	add(customer(invoices, roles.Panel("pbx", roles.Item("extensions")), roles.Panel("personal")), true,
		roles.Type{Ceiling: roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{"customer/billing": roles.Read}}, Below: &roles.Ceiling{}}, "Extensions.*any*", access.LastWrite)
	marked := roles.Panel("pbx", roles.Item("extensions"))
	marked.Marks = roles.SecondFactor | roles.Moved
	add(customer(marked, invoices), false, roles.Type{Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Link: "distributor"}}, "Invoices.*any*", access.LastWrite)
	add(customer(invoices), false, roles.Type{Ceiling: roles.Ceiling{Base: roles.Read}}, "Invoices.*any*", access.PerSurface) // no PBX
	return all
}()

// A told is a decision without the tree that its node is of: that of another
// process is another one.
type told struct {
	reason                  access.Reason
	path                    string
	slot, superseded        access.Slot
	revision, grantRevision uint64
}

func tell(d access.Decision) told {
	x := told{reason: d.Reason(), slot: d.Slot(), superseded: d.Superseded(), revision: d.Revision(), grantRevision: d.GrantRevision()}
	if d.Reason() != access.UnknownNode {
		x.path = d.Node().Path()
	}
	return x
}

// TestAsOfModels: while versions of an application come and go, any of them answers
// of any revision what the one of then did.
func TestAsOfModels(t *testing.T) {
	t.Parallel()
	try := func(t *testing.T, s store.Store, commits int) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		x := random{t, rand.New(rand.NewPCG(seed, 0)), s}
		began := versions[1].open(t, s)
		x.begin()
		asked := questions()
		was, by := make(map[uint64][]told), make(map[uint64]roles.Digest)
		engines := []*access.Engine{began}
		seen := make(map[access.Reason]bool)
		for n := range commits {
			switch {
			case n == 5:
				engines = append(engines, versions[2].open(t, s))
			case n > 0 && x.IntN(3) == 0:
				engines = append(engines, versions[x.IntN(len(versions))].open(t, s))
			}
			if len(engines) > 3 { // each follows the feed
				require.NoError(t, engines[0].Close())
				engines = engines[1:]
			}
			engine := engines[len(engines)-1]
			revision := x.commit()
			require.NoError(t, engine.Sync(t.Context(), revision))
			by[revision] = engine.Digest()
			for _, r := range asked {
				d := engine.Check(t.Context(), r)
				seen[d.Reason()] = true
				was[revision] = append(was[revision], tell(d))
			}
		}
		digests := make(map[roles.Digest]bool)
		for revision, then := range was {
			asking := engines[x.IntN(len(engines))]
			require.NoError(t, asking.AsOf(t.Context(), access.Moment{Revision: revision}, func(past *access.Past) error {
				assert.True(t, past.Kept())
				assert.Equal(t, by[revision], past.Digest(), "revision %d", revision)
				digests[past.Digest()] = true
				for i, r := range asked {
					assert.Equal(t, then[i], tell(past.CheckRequest(t.Context(), r)), "revision %d: %+v", revision, r)
				}
				return nil
			}))
		}
		t.Logf("%d models, %d reasons", len(digests), len(seen))
		assert.Greater(t, len(digests), 1)
		assert.True(t, seen[access.Granted] && len(seen) > 2, "%v", seen)
	}
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		s := memstore.New(nil)
		t.Cleanup(func() { _ = s.Close() })
		try(t, s, count(100, 900))
	})
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			db, _, opts := d.open(t)
			try(t, migrated(t, db, opts), count(20, 400))
		})
	}
}

// rows counts those of a table.
func rows(t testing.TB, db *sql.DB, opts *sqlstore.Options, table string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+tableOf(opts, table)).Scan(&n))
	return n
}

// TestModelsOfProcesses: processes that start at once with one model keep it once,
// and those of two models each in its turn.
func TestModelsOfProcesses(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, other, opts := d.open(t)
		stores := []store.Store{migrated(t, db, opts), reopened(t, other, opts)}
		put(t, stores[0], "c")
		for started, v := range versions[1:3] {
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() { v.open(t, stores[i%2]) })
			}
			all.Wait()
			assert.Equal(t, started+1, rows(t, db, opts, "models"))
			assert.Equal(t, started+1, rows(t, db, opts, "models_in_force"))
		}
		back := versions[1].open(t, stores[1]) // rolled back
		assert.Equal(t, 2, rows(t, db, opts, "models"))
		assert.Equal(t, 3, rows(t, db, opts, "models_in_force"))
		require.NoError(t, back.AsOf(t.Context(), access.Moment{Instant: time.Now()}, func(past *access.Past) error {
			assert.Equal(t, back.Digest(), past.Digest())
			return nil
		}))
	})
}

// TestPruneModels: a model goes with the last state that it was in force over, and
// the one that was in force over the oldest stays.
func TestPruneModels(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, other, opts := d.open(t)
		set := *opts
		set.KeepRevisions = 2
		migrated(t, db, opts)
		s := reopened(t, other, &set)
		var engine *access.Engine
		for i, v := range versions[:4] {
			engine = v.open(t, s)
			put(t, s, string(rune('a'+i)))
		}
		require.Equal(t, 4, rows(t, db, opts, "models"))
		oldest, err := s.Prune(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, oldest)
		assert.Equal(t, 2, rows(t, db, opts, "models"))
		assert.Equal(t, 2, rows(t, db, opts, "models_in_force"))
		for revision, want := range map[uint64]error{2: store.ErrGone, 3: nil, 4: nil} {
			err := engine.AsOf(t.Context(), access.Moment{Revision: revision}, func(past *access.Past) error {
				assert.Equal(t, versions[revision-1].model.Digest(), past.Model().Digest())
				return nil
			})
			require.ErrorIs(t, err, want)
		}
	})
}

// TestModelsBegin: a database that has records when the models come does not know
// what was in force before, and says so also of the latest revision.
func TestModelsBegin(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		opts = fresh(opts, "m_")
		dropped(t, d, opts)
		ctx := t.Context()
		dialect := sqlstore.SQLite
		if d.name == "PostgreSQL" {
			dialect = sqlstore.PostgreSQL
		}
		steps, err := sqlstore.Migrations(dialect, opts.TablePrefix)
		require.NoError(t, err)
		for _, statement := range []string{steps[0].SQL, "UPDATE " + tableOf(opts, "state") + " SET revision = 7", steps[1].SQL} {
			_, err := db.ExecContext(ctx, statement)
			require.NoError(t, err)
		}
		s := migrated(t, db, opts)
		began := time.Now()
		engine := versions[0].open(t, s)
		require.EqualValues(t, 8, put(t, s, "later"))
		nothing := func(*access.Past) error { return nil }
		require.ErrorIs(t, engine.AsOf(ctx, access.Moment{Revision: 7}, nothing), access.ErrModelUnknown)
		require.ErrorIs(t, engine.AsOf(ctx, access.Moment{Revision: 7, Instant: began.Add(-time.Second)}, nothing), access.ErrModelUnknown)
		for _, m := range []access.Moment{{Revision: 7, ByOwnModel: true}, {Revision: 7, Instant: time.Now()}, {Revision: 8}} {
			require.NoError(t, engine.AsOf(ctx, m, nothing), m)
		}
	})
}

// TestModelReadOnly: over a database that is only read an engine starts with the
// model that is in force, and with another one only where the host says so.
func TestModelReadOnly(t *testing.T) {
	t.Parallel()
	for _, driver := range dbtest.SQLiteDrivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "durward.db")
			s := migrated(t, dbtest.OpenSQLite(t, driver, file), nil)
			v := versions[1]
			v.open(t, s)
			db, err := sql.Open(driver, "file:"+filepath.ToSlash(file)+"?mode=ro")
			require.NoError(t, err)
			t.Cleanup(func() { _ = db.Close() })
			read := reopened(t, db, nil)
			v.open(t, read)
			opts := versions[2].opts
			_, err = access.New(t.Context(), read, versions[2].model, &opts)
			require.ErrorContains(t, err, "over a store that is only read set Options.ReadOnly")
			opts.ReadOnly = true
			engine, err := access.New(t.Context(), read, versions[2].model, &opts)
			require.NoError(t, err)
			require.NoError(t, engine.Close())
		})
	}
}

func (s *two) models() store.ModelKeeper { return s.next().(store.ModelKeeper) }

func (s *two) KeepModel(ctx context.Context, digest roles.Digest, encoding []byte) error {
	return s.models().KeepModel(ctx, digest, encoding)
}

func (s *two) ModelAt(ctx context.Context, revision uint64, instant time.Time) (store.KeptModel, error) {
	return s.models().ModelAt(ctx, revision, instant)
}
