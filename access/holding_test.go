package access_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// inState calls fn with the state of the fixture as it is.
func (f *fixture) inState(fn func(s *access.State)) {
	f.t.Helper()
	require.NoError(f.t, f.store.View(f.ctx, func(r store.Reader) error {
		fn(f.engine.At(f.ctx, r))
		return nil
	}))
}

func (f *fixture) holding(s *access.State, individual, organization string) access.Holding {
	f.t.Helper()
	h, err := s.Holding(f.ctx, individual, organization)
	require.NoError(f.t, err)
	return h
}

// excess says where the holding goes beyond what the holder holds.
func (f *fixture) excess(s *access.State, holder, holding access.Holding) string {
	f.t.Helper()
	x, err := s.Covers(f.ctx, holder, holding)
	require.NoError(f.t, err)
	assert.Equal(f.t, x == access.Excess{}, x.IsZero())
	return x.String()
}

func TestCoversInWords(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Systems = []access.System{{Name: "all", Type: "admin", Permissions: map[string]roles.Permission{"customer": roles.Modify, "account": roles.Modify}}}
		return s
	})
	f.assign("dan", "globex", "customer-admin")
	f.inState(func(s *access.State) {
		alice, rita, steve := f.holding(s, "alice", "isp"), f.holding(s, "rita", "north"), f.holding(s, "steve", "")
		job, err := f.engine.System("all")
		require.NoError(t, err)
		all, err := s.HoldingOf(f.ctx, job)
		require.NoError(t, err)
		for _, c := range []struct {
			holder, holding access.Holding
			want            string
		}{
			{alice, rita, "nothing more"},
			{alice, alice, "nothing more"},
			{rita, steve, "nothing more"},
			{steve, rita, "Modify on customer, where Restrict is held"},
			{rita, f.holding(s, "dan", "globex"), `"globex" in scope`},
			{rita, f.holding(s, "nobody", "globex"), "nothing more"},
			{rita, access.Holding{}, "nothing more"},
			{access.Holding{}, steve, "Modify on customer/pbx, where Restrict is held"},
			{alice, all[0], "every entity in scope"},
			{all[0], alice, "nothing more"},
		} {
			assert.Equal(t, c.want, f.excess(s, c.holder, c.holding), "%v %v", c.holder.Organization(), c.holding.Organization())
		}
		assert.Equal(t, `what lies below "x" in scope`, access.Excess{Entity: "x", Below: true}.String())
	})
}

// TestCoversAtTheHoldersOwn: on its own entity a reseller may less than below it,
// so it does not cover whoever may more there.
func TestCoversAtTheHoldersOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Systems = []access.System{{Name: "north", Type: "admin", Permissions: map[string]roles.Permission{"customer/billing/credit-limit": roles.Modify}, Below: "isp"}}
		return s
	})
	f.entity("north", func(e *scope.Entity) { e.Parent = "" })
	f.entity("root", func(e *scope.Entity) { e.Kind = "reseller" })
	f.entity("north", func(e *scope.Entity) { e.Parent = "root" })
	f.organization("root", func(*individuals.Organization) {})
	f.grant("rita", "root", func(g individuals.Grant) individuals.Grant { g.Listed = []string{"north"}; return g.WithRole("sales") })
	f.inState(func(s *access.State) {
		north, root := f.holding(s, "rita", "north"), f.holding(s, "rita", "root")
		assert.Equal(t, "Modify on customer/billing/credit-limit, where Read is held", f.excess(s, north, root))
		assert.Equal(t, "nothing more", f.excess(s, root, north))
	})
}

// TestCoversWhatIsAsleep: what a list names and does not reach yet counts, unless
// the holder would reach it too.
func TestCoversWhatIsAsleep(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	list := func(who, organization string, listed ...string) {
		f.grant(who, organization, func(g individuals.Grant) individuals.Grant { g.Listed = listed; return g.WithRole("sales") })
	}
	f.individual("dan", func(p *individuals.Individual) { p.RoleType = "reseller" })
	f.grant("dan", "globex", individuals.Grant.WithoutRole)
	list("rita", "north", "acme")
	list("dan", "north", "acme", "globex", "not yet")
	f.inState(func(s *access.State) {
		rita, dan := f.holding(s, "rita", "north"), f.holding(s, "dan", "north")
		assert.Equal(t, `"globex" in scope`, f.excess(s, rita, dan))
		assert.Equal(t, "nothing more", f.excess(s, dan, rita))
		assert.Equal(t, "nothing more", f.excess(s, dan, dan), "whoever is narrowed alike reaches alike")
		assert.Equal(t, "nothing more", f.excess(s, f.holding(s, "alice", ""), dan), "whoever reaches all that a list can name")
		assert.False(t, rita.Same(dan))
	})
	list("rita", "north", "globex", "not yet", "acme")
	f.inState(func(s *access.State) { // in another order
		assert.True(t, f.holding(s, "rita", "north").Same(f.holding(s, "dan", "north")))
	})
	list("rita", "north", "globex", "not yet", "isp")
	f.inState(func(s *access.State) {
		assert.False(t, f.holding(s, "rita", "north").SameScope(f.holding(s, "dan", "north")))
	})
}

// TestHoldingOfDamage: what depends on a damaged or missing record cannot be told;
// it is never nothing.
func TestHoldingOfDamage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		reader func(brokenRecords) brokenRecords
	}{
		{"person", func(r brokenRecords) brokenRecords {
			r.individual = func(p *individuals.Individual) { p.Name = strings.Repeat("x", individuals.MaxNameBytes+1) }
			return r
		}},
		{"person in an organization without settings", func(r brokenRecords) brokenRecords {
			r.individual, r.unsettled = func(p *individuals.Individual) { p.RoleType = "nothing" }, true
			return r
		}},
		{"grant", func(r brokenRecords) brokenRecords {
			r.grant = func(g *individuals.Grant) { g.Role.Revision = individuals.ThisCommit }
			return r
		}},
		{"role", func(r brokenRecords) brokenRecords {
			r.role = func(r *roles.Role) { r.Permissions["nowhere"] = roles.Setting{} }
			return r
		}},
		{"role of another type", func(r brokenRecords) brokenRecords {
			r.role = func(r *roles.Role) { r.Type = "admin" }
			return r
		}},
		{"no role", func(r brokenRecords) brokenRecords {
			r.grant = func(g *individuals.Grant) { g.Role.ID = "gone" }
			return r
		}},
		{"no level", func(r brokenRecords) brokenRecords {
			r.grant = func(g *individuals.Grant) { g.ACL = individuals.Slot{ID: "gone", Revision: 9} }
			return r
		}},
		{"entity", func(r brokenRecords) brokenRecords {
			r.entity = func(e *scope.Entity) { e.Parent = "gone" }
			return r
		}},
		{"class", func(r brokenRecords) brokenRecords {
			r.organization = func(o *individuals.Organization) { o.Class = "gone" }
			return r
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			steve := f.principal("steve")
			require.NoError(t, f.store.View(f.ctx, func(r store.Reader) error {
				s := f.engine.At(f.ctx, c.reader(brokenRecords{Reader: r}))
				for range 2 {
					h, err := s.Holding(f.ctx, "steve", "acme")
					require.ErrorIs(t, err, access.ErrNoHolding)
					assert.Zero(t, h)
					_, err = s.HoldingOf(f.ctx, steve)
					require.ErrorIs(t, err, access.ErrNoHolding)
					assert.Equal(t, access.Unavailable, s.Check(f.ctx, steve, query(roles.View, "customer/pbx", "acme")).Reason())
				}
				return nil
			}))
		})
	}
}

// A brokenRecords answers records of the fixture's steve otherwise.
type brokenRecords struct {
	store.Reader
	individual   func(*individuals.Individual)
	organization func(*individuals.Organization)
	grant        func(*individuals.Grant)
	role         func(*roles.Role)
	entity       func(*scope.Entity)
	unsettled    bool
}

func brokenRecord[T any](v T, err error, damage func(*T)) (T, error) {
	if damage != nil {
		damage(&v)
	}
	return v, err
}

func (r brokenRecords) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	p, err := r.Reader.Individual(ctx, id)
	return brokenRecord(p, err, r.individual)
}

func (r brokenRecords) Organization(ctx context.Context, id string) (individuals.Organization, error) {
	if r.unsettled {
		return individuals.Organization{}, store.ErrNotFound
	}
	o, err := r.Reader.Organization(ctx, id)
	return brokenRecord(o, err, r.organization)
}

func (r brokenRecords) Grants(ctx context.Context, filter store.GrantFilter, page store.GrantPage) ([]individuals.Grant, error) {
	all, err := r.Reader.Grants(ctx, filter, page)
	for i := range all {
		all[i], err = brokenRecord(all[i], err, r.grant)
	}
	return all, err
}

func (r brokenRecords) Role(ctx context.Context, id string) (roles.Role, error) {
	role, err := r.Reader.Role(ctx, id)
	return brokenRecord(role.Copy(), err, r.role)
}

func (r brokenRecords) Entity(ctx context.Context, id string) (scope.Entity, error) {
	e, err := r.Reader.Entity(ctx, id)
	return brokenRecord(e, err, r.entity)
}

// TestHoldingOfNothing: who is unknown, has no grant, or is in an organization
// without settings holds nothing, and nothing panics.
func TestHoldingOfNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	acting := f.principalOf(f.engine, access.Identity{Individual: "steve", Organization: "acme-1", Epoch: 7})
	foreign := roles.MustTree(roles.Entity("a", roles.Panel("b"))).MustNode("a/b")
	f.inState(func(s *access.State) {
		of, err := s.HoldingOf(f.ctx, acting)
		require.NoError(t, err)
		for _, h := range append(of, access.Holding{}, f.holding(s, "nobody", "acme"), f.holding(s, "steve", "globex"), f.holding(s, "steve", "acme-1")) {
			for n := range fixtureTree.Nodes() {
				assert.Zero(t, h.On(access.API, n, roles.Own))
				assert.Zero(t, h.Everywhere(n, roles.Below))
			}
			assert.Equal(t, "nothing more", f.excess(s, access.Holding{}, h))
		}
		alice := f.holding(s, "alice", "isp")
		for _, n := range []roles.Node{{}, foreign} {
			assert.Zero(t, alice.On(access.API, n, roles.Own))
			assert.Zero(t, alice.Everywhere(n, roles.Own))
		}
		assert.Equal(t, roles.Modify, alice.On(access.API, node("customer"), roles.Own))
		assert.Zero(t, alice.On(access.API+1, node("customer"), roles.Own))
		for _, id := range []string{"", "a\x00"} {
			_, err := s.Holding(f.ctx, id, "acme")
			require.Error(t, err)
			assert.NotErrorIs(t, err, access.ErrNoHolding)
			if id != "" {
				_, err = s.Holding(f.ctx, "alice", id)
				require.Error(t, err)
			}
			_, err = s.RoleHolding(f.ctx, roles.NewRole("r", "r", "admin", nil), id)
			require.Error(t, err)
		}
	})
}

// TestHoldingWithAStoreThatFails: whichever read fails, the answer is the store's
// error or what it is when nothing fails, and never what a damaged record makes;
// asked again, it is right.
func TestHoldingWithAStoreThatFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.level("part", func(l *acl.Level) { l.Type, l.Permissions = "component", acl.MustPermissions("select Customers.*any*") })
	f.level("care", func(l *acl.Level) { l.Components = []string{"part"} })
	f.entity("acme", func(e *scope.Entity) { e.Links = []scope.Link{{Name: "l", To: "south"}} })
	people := []struct{ individual, organization string }{{"steve", "acme"}, {"carol", "acme"}, {"dan", "globex"}, {"rita", "north"}, {"alice", "isp"}}
	play := func(s *access.State, decide bool) (out []string, err error) {
		var held []access.Holding
		for _, p := range people {
			reason := ""
			if decide { // and so read before what is held is asked
				reason = s.CheckRequest(f.ctx, ask(p.individual, roles.View, "customer/pbx", p.organization)).Reason().String()
			}
			out = append(out, reason)
			h, failed := s.Holding(f.ctx, p.individual, p.organization)
			if held = append(held, h); failed != nil {
				assert.Zero(t, h)
				err = failed
			}
		}
		for _, g := range held {
			x, failed := s.Covers(f.ctx, g, held[1])
			if failed != nil {
				assert.Zero(t, x)
				err = failed
			}
			out = append(out, x.String())
		}
		return out, err
	}
	require.NoError(t, f.store.View(f.ctx, func(r store.Reader) error {
		for _, decide := range []bool{false, true} {
			want, err := play(f.engine.At(f.ctx, r), decide)
			require.NoError(t, err)
			for fail, failed := 1, true; failed; fail++ {
				calls := &failingStore{fail: fail}
				s := f.engine.At(f.ctx, failingReader{r, calls})
				got, err := play(s, decide)
				if failed = calls.failed; !failed {
					t.Logf("%d reads, each failed once", fail-1)
				}
				if err != nil {
					require.ErrorIs(t, err, errBroken)
					require.NotErrorIs(t, err, access.ErrNoHolding)
				}
				require.True(t, err != nil || decide || !failed, "read %d fails unnoticed", fail)
				for i := range people {
					require.Contains(t, []string{want[i], access.Unavailable.String()}, got[i], "read %d fails", fail)
				}
				if err == nil {
					require.Equal(t, want[len(people):], got[len(people):], "read %d fails", fail)
				}
				again, err := play(s, decide)
				require.NoError(t, err)
				require.Equal(t, want, again, "read %d failed, and then none", fail)
			}
		}
		return nil
	}))
}

// TestCoversReadsWhoLinks: a listing that fails or lies is an error.
func TestCoversReadsWhoLinks(t *testing.T) {
	t.Parallel()
	found := false
	for seed := uint64(0); seed < 40; seed++ {
		w := newSmallWorld(t, seed)
		_, held := w.look()
		for _, bad := range []entitiesReader{
			{entities: func([]scope.Entity, error) ([]scope.Entity, error) { return nil, errBroken }},
			{entities: func(page []scope.Entity, err error) ([]scope.Entity, error) {
				return append(page, page...), err
			}},
		} {
			require.NoError(t, w.store.View(t.Context(), func(r store.Reader) error {
				bad.Reader = r
				good, s := w.engine.At(t.Context(), r), w.engine.At(t.Context(), bad)
				for i := range held {
					for j := range held {
						want, err := good.Covers(t.Context(), held[i], held[j])
						require.NoError(t, err)
						got, err := s.Covers(t.Context(), held[i], held[j])
						if err != nil {
							found = true
							require.Zero(t, got)
							continue
						}
						require.Equal(t, want, got)
					}
				}
				return nil
			}))
		}
		w.close()
		if found && testing.Short() {
			break
		}
	}
	assert.True(t, found)
}

// An entitiesReader answers listings of entities in its own way.
type entitiesReader struct {
	store.Reader
	entities func([]scope.Entity, error) ([]scope.Entity, error)
}

func (r entitiesReader) Entities(ctx context.Context, f store.EntityFilter, p store.Page) ([]scope.Entity, error) {
	return r.entities(r.Reader.Entities(ctx, f, p))
}

// TestManyHoldings reads and compiles what many people have in common once.
func TestManyHoldings(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	people := count(2_000, 10_000, 10_000)
	f.update(func(tx store.Tx) error {
		for i := range people {
			p := individuals.Individual{ID: fmt.Sprint("p", i), RoleType: "customer", Organization: "acme"}
			require.NoError(t, tx.PutIndividual(f.ctx, p))
			require.NoError(t, tx.PutGrant(f.ctx, individuals.Grant{Individual: p.ID, Organization: "acme"}.WithRole("pbx-admin")))
		}
		return nil
	})
	require.NoError(t, f.store.View(f.ctx, func(r store.Reader) error {
		calls := &failingStore{}
		s := f.engine.At(f.ctx, failingReader{r, calls})
		first := f.holding(s, "p0", "acme")
		before := calls.calls
		for i := range people {
			require.True(t, first.Same(f.holding(s, fmt.Sprint("p", i), "acme")))
		}
		assert.Equal(t, 2*(people-1), calls.calls-before, "each person and its grants")
		return nil
	}))
}
