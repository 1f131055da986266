package access_test

import (
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// count is how often a test repeats: in short runs, otherwise, and with
// DURWARD_LONG=1.
func count(short, normal, long int) int {
	switch {
	case os.Getenv("DURWARD_LONG") == "1":
		return long
	case testing.Short():
		return short
	default:
		return normal
	}
}

// A flip is one thing that a writer takes away and gives back.
type flip struct {
	name string
	set  func(f *fixture, id string, allowed bool)
}

// flips change each kind of record. What belongs to a flip is called by its
// name, so that no flip touches another's.
var flips = []flip{
	{"disabled", func(f *fixture, id string, allowed bool) {
		f.individual(id, func(p *individuals.Individual) { p.Disabled = !allowed })
	}},
	{"granted", func(f *fixture, id string, allowed bool) {
		f.grant(id, id, func(g individuals.Grant) individuals.Grant {
			if !allowed {
				return g.WithoutRole()
			}
			return f.withRole(g, id)
		})
	}},
	{"permitted", func(f *fixture, id string, allowed bool) {
		f.permit(id, "customer", map[bool]roles.Permission{true: roles.Read}[allowed])
	}},
	{"leveled", func(f *fixture, id string, allowed bool) {
		f.level(id, func(l *acl.Level) {
			l.Permissions = acl.MustPermissions(map[bool]string{true: "select Customers.*any*", false: "select Others.*any*"}[allowed])
		})
	}},
	{"closed", func(f *fixture, id string, allowed bool) {
		f.organization(id, func(o *individuals.Organization) { o.Closed = !allowed })
	}},
	{"classed", func(f *fixture, id string, allowed bool) {
		f.class(id, func(c *individuals.Class) { c.SecondFactor = !allowed })
	}},
	{"moved", func(f *fixture, id string, allowed bool) {
		f.entity(id+"-1", func(e *scope.Entity) { e.Parent = map[bool]string{true: id, false: "globex"}[allowed] })
	}},
}

// addFlips gives each flip a person, an organization and what else it needs.
func (f *fixture) addFlips() {
	for _, flip := range flips {
		id := flip.name
		f.update(func(tx store.Tx) error {
			for _, err := range []error{
				tx.PutEntity(f.ctx, scope.Entity{ID: id, Kind: "customer", Parent: "north"}),
				tx.PutEntity(f.ctx, scope.Entity{ID: id + "-1", Kind: "account", Parent: id}),
				tx.PutClass(f.ctx, individuals.Class{ID: id}),
				tx.PutOrganization(f.ctx, individuals.Organization{Entity: id, Class: id}),
				tx.PutRole(f.ctx, roles.NewRole(id, id, "customer", map[string]roles.Permission{"customer": roles.Read})),
				tx.PutACL(f.ctx, acl.Level{ID: id, Name: id, Type: "customer", Permissions: acl.MustPermissions("select Customers.*any*")}),
				tx.PutIndividual(f.ctx, individuals.Individual{ID: id, RoleType: "customer", Organization: id, AllowList: ipallow.Anywhere()}),
			} {
				require.NoError(f.t, err)
			}
			g := individuals.Grant{Individual: id, Organization: id}
			if id == "leveled" {
				return tx.PutGrant(f.ctx, f.withACL(g, id))
			}
			return tx.PutGrant(f.ctx, f.withRole(g, id))
		})
	}
}

// asker asks about the flip's object in each way in turn.
func (f *fixture) asker(engine *access.Engine, id string) func(i int) bool {
	p := f.principalOf(engine, access.Identity{Individual: id, Surface: access.NewInterface})
	object := id + "-1"
	q := query(roles.View, "customer/personal", object)
	r := access.Request{Individual: id, Action: roles.View, Path: q.Path, Object: object, Surface: access.NewInterface}
	n := node(q.Path)
	return func(i int) bool {
		switch i % 7 {
		case 0, 1, 2:
			return p.CanOn(f.ctx, roles.View, n, object)
		case 3:
			return p.Check(f.ctx, q).Allowed()
		case 4:
			return engine.Check(f.ctx, r).Allowed()
		case 5:
			return engine.CheckAll(f.ctx, []access.Request{r})[0].Allowed()
		default:
			return engine.Explain(f.ctx, r).Decision.Allowed()
		}
	}
}

// TestChangesAreInForceWhenUpdateReturns has writers take away and give back
// while others ask. A question that lies wholly between the return of one
// change and the beginning of the next must be answered as that change says:
// no grant that was taken away is ever seen again, none that was given is
// missed.
func TestChangesAreInForceWhenUpdateReturns(t *testing.T) {
	t.Parallel()
	// On a loaded machine all these goroutines keep an engine from the feed for
	// longer than five seconds, and then it denies, as it should.
	patient := func(o *access.Options, s store.Store) store.Store {
		o.MaxStaleness = time.Hour
		return s
	}
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.PollInterval = 100 * time.Microsecond // so that the poll and the writers meet
		return patient(o, s)
	})
	f.addFlips()
	second := f.open(patient)

	rounds := count(40, 200, 20_000)
	var asked, certain atomic.Int64
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for _, flip := range flips {
		var phase atomic.Int64 // odd while a change is under way; given at 0, 4, 8...
		var askers []func(i int) bool
		for _, engine := range []*access.Engine{f.engine, second} {
			askers = append(askers, f.asker(engine, flip.name))
		}
		writers.Go(func() {
			for i := range rounds {
				given := i%2 == 1
				phase.Add(1)
				flip.set(f, flip.name, given)
				phase.Add(1)
				for _, asked := range askers {
					if got := asked(i); got != given {
						t.Errorf("%s: allowed %v right after change %d", flip.name, got, i)
						return
					}
				}
			}
		})
		for _, ask := range askers {
			readers.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-done:
						return
					default:
					}
					before := phase.Load()
					got := ask(i)
					asked.Add(1)
					if before%2 != 0 || phase.Load() != before {
						continue
					}
					certain.Add(1)
					if want := before%4 == 0; got != want {
						t.Errorf("%s: allowed %v after change %d returned", flip.name, got, before/2)
						return
					}
				}
			})
		}
	}
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				assert.Empty(t, f.engine.Problems())
				f.engine.Revision()
				f.engine.Age()
				time.Sleep(time.Millisecond)
			}
		}
	})
	writers.Wait()
	close(done)
	readers.Wait()
	assert.Positive(t, certain.Load())
	t.Logf("%d questions, %d of them between changes", asked.Load(), certain.Load())
}

// TestCloseWhileAsked ends the engine under load: every answer after Close
// has returned denies, and nothing panics.
func TestCloseWhileAsked(t *testing.T) {
	t.Parallel()
	for range count(5, 20, 200) {
		f := newFixture(t, nil)
		var closed atomic.Bool
		var wg sync.WaitGroup
		p := f.principal("steve")
		for range 4 {
			wg.Go(func() {
				for range 200 {
					was := closed.Load()
					allowed := p.Can(f.ctx, roles.View, node("customer/pbx")) || p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme") ||
						f.reason("steve", roles.View, "customer/pbx", "acme") == access.Granted ||
						f.reason("dan", roles.View, "customer/personal", "globex") == access.Granted
					if was && allowed {
						t.Error("allowed after Close")
						return
					}
				}
			})
		}
		wg.Go(func() {
			for range 5 {
				f.permit("viewer", "customer/pbx", roles.Read)
			}
			assert.NoError(t, f.engine.Close())
			closed.Store(true)
		})
		wg.Wait()
		assert.Equal(t, access.Unavailable, f.reason("steve", roles.View, "customer/pbx", "acme"))
	}
}
