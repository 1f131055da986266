package access_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// as makes the principal of an actor who acts as the individual, from now on.
func (f *fixture) as(actor, individual string, adjust func(*access.OnBehalf)) *access.Principal {
	f.t.Helper()
	b := access.OnBehalf{Actor: f.principal(actor), Start: time.Now()}
	if adjust != nil {
		adjust(&b)
	}
	return f.principalOf(f.engine, access.Identity{Individual: individual, Surface: access.NewInterface, Epoch: 7, OnBehalf: &b})
}

func query(a roles.Action, path, object string) access.Query {
	return access.Query{Action: a, Path: path, Object: object}
}

// TestOnBehalf holds that rights are those that both have. Neither
// is in memory before the first question, nor current after the others.
func TestOnBehalf(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.assign("steve", "acme", "customer-admin")
	p := f.as("bob", "steve", nil)
	assert.Equal(t, "steve", p.Individual())
	assert.Equal(t, "bob", p.Actor())
	for range 2 {
		for _, c := range []struct {
			action roles.Action
			path   string
			object string
			want   access.Reason
		}{
			{roles.View, "customer/billing/invoices", "acme", access.Granted},
			{roles.View, "customer/billing", "", access.Granted},
			{roles.View, "customer/billing/invoices", "acme-1", access.Granted},
			{roles.Update, "customer/billing/invoices", "acme", access.NotBorrowed}, // the help desk reads
			{roles.View, "customer/personal", "acme", access.Granted},               // its type borrows it
			{roles.Update, "customer/personal", "acme", access.NotBorrowed},
			{roles.View, "customer/pbx", "acme", access.NotBorrowed},
			{roles.View, "customer/individuals", "acme", access.NotBorrowed},           // own hands
			{roles.View, "customer/vault", "acme", access.EnrolmentRequired},           // the actor's
			{roles.View, "customer/billing/invoices", "globex", access.OutOfScope},     // the target's
			{roles.Update, "customer/billing/credit-limit", "acme", access.Ceiling},    // the target's
			{roles.View, "customer/notes", "acme", access.NotGranted},                  // the target's
			{roles.View, "customer/billing/invoices", "nothing", access.OutOfScope},    // unknown
			{roles.View, "customer/billing/invoices", "a\x00b", access.InvalidRequest}, // malformed
		} {
			d := p.Check(f.ctx, query(c.action, c.path, c.object))
			assert.Equal(t, c.want, d.Reason(), "%v %s of %q: %v", c.action, c.path, c.object, p.Explain(f.ctx, query(c.action, c.path, c.object)))
			n := node(c.path)
			if c.object == "" {
				assert.Equal(t, d.Allowed(), p.Can(f.ctx, c.action, n))
			} else {
				assert.Equal(t, d.Allowed(), p.CanOn(f.ctx, c.action, n, c.object))
			}
		}
		f.class("silver", func(*individuals.Class) {}) // a commit that concerns nobody here
	}
}

// TestOnBehalfOwnHands gives the actor every right, so that only the mark is
// left to refuse.
func TestOnBehalfOwnHands(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.assign("steve", "acme", "customer-admin")
	p := f.as("alice", "steve", nil)
	assert.True(t, p.Can(f.ctx, roles.Update, node("customer/personal")))
	assert.Equal(t, access.NotBorrowed, p.Check(f.ctx, query(roles.View, "customer/individuals", "acme")).Reason())
	assert.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/individuals", "acme"))
}

// TestOnBehalfActorScope: the actor must reach the object too.
func TestOnBehalfActorScope(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.assign("steve", "acme", "customer-admin")
	p := f.as("rita", "steve", nil)
	assert.True(t, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme"))
	f.entity("acme", func(e *scope.Entity) { e.Parent = "south" })
	assert.Equal(t, access.NotBorrowed, p.Check(f.ctx, query(roles.View, "customer/pbx", "acme")).Reason())
	assert.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", "acme"))
	f.entity("acme", func(e *scope.Entity) { e.Parent = "north" })
	f.grant("rita", "north", func(g individuals.Grant) individuals.Grant {
		g.Listed = []string{"acme-1"}
		return g
	})
	assert.False(t, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme"))
	assert.True(t, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme-1"))
}

// TestOnBehalfGates: gates 1 to 4 are the actor's; of the target only gate 1.
func TestOnBehalfGates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(f *fixture)
		want   access.Reason
	}{
		{"nothing", func(*fixture) {}, access.Granted},
		{"actor disabled", func(f *fixture) { f.individual("bob", func(p *individuals.Individual) { p.Disabled = true }) }, access.Disabled},
		{"actor's organization closed", func(f *fixture) {
			f.organization("isp", func(o *individuals.Organization) { o.Closed = true })
		}, access.OrganizationClosed},
		{"actor's credentials changed", func(f *fixture) { f.individual("bob", func(p *individuals.Individual) { p.Epoch++ }) }, access.CredentialsChanged},
		{"actor expired", func(f *fixture) {
			f.individual("bob", func(p *individuals.Individual) {
				p.Window = individuals.Window{Expiration: date("2001-01-01"), Zone: "UTC"}
			})
		}, access.Expired},
		{"actor elsewhere", func(f *fixture) {
			f.individual("bob", func(p *individuals.Individual) { p.AllowList = ipallow.List{} })
		}, access.AddressNotAllowed},
		{"actor's second factor", func(f *fixture) {
			f.individual("bob", func(p *individuals.Individual) {
				p.SecondFactor, p.Enrolled = individuals.SecondFactorYes, true
			})
		}, access.SecondFactorRequired},
		{"actor gone", func(f *fixture) {
			f.update(func(tx store.Tx) error {
				g, err := tx.Grant(f.ctx, "bob", "isp")
				require.NoError(f.t, err)
				require.NoError(f.t, tx.DeleteGrant(f.ctx, "bob", "isp", g.Revision))
				p, err := tx.Individual(f.ctx, "bob")
				require.NoError(f.t, err)
				return tx.DeleteIndividual(f.ctx, "bob", p.Revision)
			})
		}, access.UnknownIndividual},
		{"actor without a role", func(f *fixture) { f.grant("bob", "isp", individuals.Grant.WithoutRole) }, access.NotBorrowed},
		{"actor's role gone", func(f *fixture) {
			f.update(func(tx store.Tx) error {
				r, err := tx.Role(f.ctx, "help-desk")
				require.NoError(f.t, err)
				return tx.DeleteRole(f.ctx, "help-desk", r.Revision)
			})
		}, access.Unavailable},
		{"target disabled", func(f *fixture) { f.individual("dan", func(p *individuals.Individual) { p.Disabled = true }) }, access.Disabled},
		{"target's organization closed", func(f *fixture) {
			f.organization("globex", func(o *individuals.Organization) { o.Closed = true })
		}, access.OrganizationClosed},
		{"target's credentials changed", func(f *fixture) { f.individual("dan", func(p *individuals.Individual) { p.Epoch++ }) }, access.CredentialsChanged},
		{"target expired", func(f *fixture) {
			f.individual("dan", func(p *individuals.Individual) {
				p.Window = individuals.Window{Expiration: date("2001-01-01"), Zone: "UTC"}
			})
		}, access.Granted},
		{"target elsewhere", func(f *fixture) {
			f.individual("dan", func(p *individuals.Individual) { p.AllowList = ipallow.List{} })
		}, access.Granted},
		{"target's second factor", func(f *fixture) {
			f.individual("dan", func(p *individuals.Individual) { p.SecondFactor = individuals.SecondFactorYes })
		}, access.Granted},
		{"target without a role", func(f *fixture) { f.grant("dan", "globex", individuals.Grant.WithoutRole) }, access.NoGrant},
		{"actor disabled, target gone", func(f *fixture) {
			f.individual("bob", func(p *individuals.Individual) { p.Disabled = true })
			f.update(func(tx store.Tx) error {
				g, err := tx.Grant(f.ctx, "dan", "globex")
				require.NoError(f.t, err)
				require.NoError(f.t, tx.DeleteGrant(f.ctx, "dan", "globex", g.Revision))
				p, err := tx.Individual(f.ctx, "dan")
				require.NoError(f.t, err)
				return tx.DeleteIndividual(f.ctx, "dan", p.Revision)
			})
		}, access.Disabled},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			f.permit("viewer", "customer/billing", roles.Read)
			p := f.as("bob", "dan", nil)
			q := query(roles.View, "customer/billing/invoices", "globex")
			require.Equal(t, access.Granted, p.Check(f.ctx, q).Reason())
			c.change(f)
			assert.Equal(t, c.want, p.Check(f.ctx, q).Reason())
			assert.Equal(t, c.want == access.Granted, p.CanOn(f.ctx, roles.View, node(q.Path), q.Object))
		})
	}
}

func TestOnBehalfAsDefault(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.as("alice", "steve", func(b *access.OnBehalf) { b.AsDefault = true })
	assert.True(t, p.Can(f.ctx, roles.View, node("customer/billing/invoices")))
	assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx/extensions")) && p.Can(f.ctx, roles.Update, node("customer/pbx")))
	f.organization("acme", func(o *individuals.Organization) { o.DefaultRole = "pbx-admin" })
	assert.True(t, p.Can(f.ctx, roles.Update, node("customer/pbx")))
	assert.False(t, p.Can(f.ctx, roles.View, node("customer/billing/invoices")))
	f.organization("acme", func(o *individuals.Organization) { o.DefaultRole = "" })
	assert.Equal(t, access.NoRole, p.Check(f.ctx, query(roles.View, "customer/pbx", "acme")).Reason())
	f.organization("acme", func(o *individuals.Organization) {
		o.AllowedRoles, o.DefaultRole = []string{"gone"}, "gone"
	})
	assert.Equal(t, access.Unavailable, p.Check(f.ctx, query(roles.View, "customer/pbx", "acme")).Reason())
}

// TestOnBehalfEnds steps the clock up to the end and past it.
func TestOnBehalfEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		q := query(roles.View, "customer/pbx", "acme")
		for _, c := range []struct{ asked, lasts time.Duration }{{0, access.DefaultOnBehalf}, {time.Minute, time.Minute}, {access.MaxOnBehalf, access.MaxOnBehalf}} {
			p := f.as("alice", "steve", func(b *access.OnBehalf) { b.For = c.asked })
			time.Sleep(c.lasts - 1)
			assert.True(t, p.Check(f.ctx, q).Allowed())
			assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
			time.Sleep(1 * time.Nanosecond)
			assert.Equal(t, access.NotBorrowed, p.Check(f.ctx, q).Reason())
			assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
		}
	})
}

func TestOnBehalfRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Systems = []access.System{{Name: "nightly", Type: "admin"}}
		return s
	})
	other := newFixture(t, nil)
	system, err := f.engine.System("nightly")
	require.NoError(t, err)
	now := time.Now()
	for _, c := range []struct {
		name   string
		b      access.OnBehalf
		reason string
	}{
		{"nobody", access.OnBehalf{Start: now}, `access: on behalf of "steve": the actor must be an individual of this engine`},
		{"another engine's", access.OnBehalf{Actor: other.principal("alice"), Start: now}, `access: on behalf of "steve": the actor must be an individual of this engine`},
		{"a system", access.OnBehalf{Actor: system, Start: now}, `access: on behalf of "steve": the actor must be an individual of this engine`},
		{"nested", access.OnBehalf{Actor: f.as("alice", "rita", nil), Start: now}, `access: on behalf of "steve": "alice" already acts on behalf of "rita"`},
		{"no start", access.OnBehalf{Actor: f.principal("alice")}, `access: on behalf of "steve": no start`},
		{"too long", access.OnBehalf{Actor: f.principal("alice"), Start: now, For: access.MaxOnBehalf + 1}, `access: on behalf of "steve": 8h0m0.000000001s is not within 0 and 8h0m0s`},
		{"negative", access.OnBehalf{Actor: f.principal("alice"), Start: now, For: -1}, `access: on behalf of "steve": -1ns is not within 0 and 8h0m0s`},
	} {
		_, err := f.engine.Principal(f.ctx, access.Identity{Individual: "steve", OnBehalf: &c.b})
		assert.EqualError(t, err, c.reason, c.name)
	}
}
