package access_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// everyChange is one commit of each kind that moves something.
var everyChange = []func(f *fixture, n int){
	func(f *fixture, n int) { f.permit("pbx-admin", "customer/billing", choice(n)) },
	func(f *fixture, n int) { f.permit("viewer", "customer/vault", choice(n)) },
	func(f *fixture, n int) { f.permit("root", "customer/individuals", choice(n)) },
	func(f *fixture, n int) { f.permit("sales", "customer/billing/credit-limit", choice(n)) },
	func(f *fixture, n int) {
		f.level("care", func(l *acl.Level) {
			l.Permissions = acl.MustPermissions([]string{"select Customers.*any*", "select+insert Customers.*any*", "delete Invoices.*any*"}[n])
		})
	},
	func(f *fixture, n int) {
		f.assign("steve", "acme", []string{"pbx-admin", "viewer", "customer-admin"}[n])
	},
	func(f *fixture, n int) {
		f.grant("steve", "acme", func(g individuals.Grant) individuals.Grant {
			return []individuals.Grant{g.WithoutRole(), f.withACL(g, "care"), f.withRole(f.withACL(g, "care"), "viewer")}[n]
		})
	},
	func(f *fixture, n int) {
		f.grant("carol", "acme", func(g individuals.Grant) individuals.Grant {
			return []individuals.Grant{f.withACL(g, "care"), f.withRole(g, "viewer"), g.WithoutACL()}[n]
		})
	},
	func(f *fixture, n int) {
		f.grant("alice", "isp", func(g individuals.Grant) individuals.Grant {
			g.Listed = [][]string{nil, {"acme"}, {"south", "acme-1"}}[n]
			return g
		})
	},
	func(f *fixture, n int) {
		f.individual("steve", func(p *individuals.Individual) { p.SecondFactor = individuals.SecondFactorMode(n) })
	},
	func(f *fixture, n int) { f.individual("dan", func(p *individuals.Individual) { p.Disabled = n == 0 }) },
	func(f *fixture, n int) { f.class("gold", func(c *individuals.Class) { c.SecondFactor = n == 0 }) },
	func(f *fixture, n int) {
		f.organization("globex", func(o *individuals.Organization) { o.Closed = n == 0 })
	},
	func(f *fixture, n int) {
		f.entity("acme-1", func(e *scope.Entity) { e.Parent = []string{"acme", "globex", "north"}[n] })
	},
	func(f *fixture, n int) {
		f.entity("acme", func(e *scope.Entity) { e.Parent = []string{"north", "south", "isp"}[n] })
	},
	func(f *fixture, n int) {
		f.role("viewer", func(r *roles.Role) { r.Owner = []string{"", "acme", "south"}[n] })
	},
	func(f *fixture, n int) {
		f.organization("acme", func(o *individuals.Organization) {
			o.Link = individuals.StandingLink{Role: []string{"viewer", "customer-admin", ""}[n], Open: true}
		})
	},
	func(f *fixture, n int) {
		f.organization("globex", func(o *individuals.Organization) {
			o.Link = individuals.StandingLink{Role: "customer-admin", Open: n > 0, Epoch: uint64(n / 2)}
		})
	},
	func(f *fixture, n int) { f.entity("globex", func(e *scope.Entity) { e.Title = string(rune('a' + n)) }) },
}

func choice(n int) roles.Permission {
	return []roles.Permission{roles.Restrict, roles.Read, roles.Modify}[n]
}

// TestCanIsCheck changes one thing after the other under principals that live
// all the while, of every surface, with and without a second factor, for
// themselves and on behalf of others. Can and CanOn answer as Check does.
func TestCanIsCheck(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Systems = []access.System{{Name: "nightly", Type: "reseller", Permissions: map[string]roles.Permission{"customer": roles.Modify}, Below: "north"}}
		return s
	})
	system, err := f.engine.System("nightly")
	require.NoError(t, err)
	principals := []*access.Principal{system, f.as("alice", "steve", nil), f.as("bob", "dan", nil)}
	for _, surface := range access.Surfaces() {
		for _, organization := range []string{"acme", "globex", "nothing"} {
			p, err := f.engine.LinkPrincipal(f.ctx, access.LinkIdentity{Organization: organization, Surface: surface, Start: time.Now()})
			require.NoError(t, err)
			principals = append(principals, p)
		}
		for _, who := range []string{"steve", "carol", "dan", "rita", "alice", "nobody"} {
			for _, factors := range []access.Factors{{}, proven} {
				id := access.Identity{Individual: who, Surface: surface, Address: home, Epoch: 7, Factors: factors}
				if factors == proven {
					id.Start = time.Now()
				}
				principals = append(principals, f.principalOf(f.engine, id))
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range count(10, 40, 2000) {
		for _, p := range principals {
			for n := range fixtureTree.Nodes() {
				a := roles.Actions()[random.IntN(4)]
				require.Equal(t, p.Check(f.ctx, access.Query{Action: a, Node: n}).Allowed(), p.Can(f.ctx, a, n),
					"%v", p.Explain(f.ctx, access.Query{Action: a, Node: n}))
				object := []string{"isp", "north", "south", "acme", "acme-1", "globex", "nothing"}[random.IntN(7)]
				q := access.Query{Action: a, Node: n, Object: object}
				d := p.Check(f.ctx, q)
				require.Equal(t, d.Allowed(), p.CanOn(f.ctx, a, n, object), "%v", p.Explain(f.ctx, q))
				require.Equal(t, d, p.Check(f.ctx, access.Query{Action: a, Path: n.Path(), Object: object}))
				require.Equal(t, d, p.Explain(f.ctx, q).Decision)
				require.Equal(t, []access.Decision{d}, p.CheckAll(f.ctx, []access.Query{q}))
			}
		}
		everyChange[random.IntN(len(everyChange))](f, random.IntN(3))
	}
}

// TestPrincipalRefused: what a principal is made with is checked there, and
// who does not exist is for the first check to say.
func TestPrincipalRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, c := range []struct {
		id  access.Identity
		err string
	}{
		{access.Identity{}, `access: individual: scope: ID "": empty; give the host's own ID`},
		{access.Identity{Individual: "a\x00"}, `access: individual: scope: ID "a\x00": control character at byte 1`},
		{access.Identity{Individual: "steve", Organization: "a\x00"}, `access: organization: scope: ID "a\x00": control character at byte 1`},
		{access.Identity{Individual: "steve", Surface: 4}, `access: Surface(4): unknown`},
	} {
		_, err := f.engine.Principal(f.ctx, c.id)
		assert.EqualError(t, err, c.err)
	}
	p := f.principal("newcomer")
	assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
	assert.Equal(t, access.UnknownIndividual, p.Check(f.ctx, query(roles.View, "customer/pbx", "acme")).Reason())
	f.individual("steve", func(p *individuals.Individual) { p.ID, p.Revision = "newcomer", 0 })
	assert.Equal(t, access.NoGrant, p.Check(f.ctx, query(roles.View, "customer/pbx", "acme")).Reason())
	f.assign("newcomer", "acme", "pbx-admin")
	assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
}

// TestManyPeople: a role's change counts at the next check of each of those
// who hold it, however many are in memory.
func TestManyPeople(t *testing.T) {
	t.Parallel()
	people := count(2000, 20_000, 100_000)
	f := newFixture(t, nil)
	ids := make([]string, people)
	f.update(func(tx store.Tx) error {
		steve, err := tx.Individual(f.ctx, "steve")
		require.NoError(t, err)
		for i := range ids {
			steve.ID, steve.Revision = "steve-"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676%26))+string(rune('a'+i/17576)), 0
			ids[i] = steve.ID
			require.NoError(t, tx.PutIndividual(f.ctx, steve))
			require.NoError(t, tx.PutGrant(f.ctx, f.withRole(individuals.Grant{Individual: steve.ID, Organization: "acme"}, "pbx-admin")))
		}
		return nil
	})
	principals := make([]*access.Principal, len(ids))
	for i, id := range ids {
		principals[i] = f.principal(id)
	}
	for _, want := range []roles.Permission{roles.Modify, roles.Read, roles.Restrict, roles.Modify} {
		revision := f.permit("pbx-admin", "customer/pbx", want)
		for i, p := range principals {
			require.Equal(t, want == roles.Modify, p.Can(f.ctx, roles.Update, node("customer/pbx")), ids[i])
			require.Equal(t, want != roles.Restrict, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme-1"), ids[i])
			require.Equal(t, revision, p.Check(f.ctx, query(roles.View, "customer/pbx", "")).Revision())
		}
	}
}
