package access_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// An obstacle is something that makes one gate fail. It must leave what makes
// the gates before it fail as it is; what belongs to later gates it may undo.
type obstacle struct {
	reason  access.Reason
	records func(f *fixture)
	request func(r *access.Request)
	context func(ctx context.Context) context.Context
}

func disable(id string) func(f *fixture) {
	return func(f *fixture) { f.individual(id, func(p *individuals.Individual) { p.Disabled = true }) }
}

func done(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}

func expire(id string) func(f *fixture) {
	return func(f *fixture) {
		f.individual(id, func(p *individuals.Individual) {
			p.Window = individuals.Window{Expiration: date("2001-04-20"), Zone: "UTC"}
		})
	}
}

func banish(id string) func(f *fixture) {
	return func(f *fixture) { f.individual(id, func(p *individuals.Individual) { p.AllowList = ipallow.List{} }) }
}

// obstacles lie in the way of steve, in the order of section 5.
var obstacles = []obstacle{
	{reason: access.InvalidRequest, request: func(r *access.Request) { r.Object = "a\x00" }},
	{reason: access.Unavailable, context: done},
	{reason: access.Stale, request: func(r *access.Request) { r.AtLeast = 1 << 40 }},
	{reason: access.UnknownNode, request: func(r *access.Request) { r.Path = "nothing" }},
	{reason: access.Unavailable, records: func(f *fixture) { f.assign("steve", "acme", "gone") }},
	{reason: access.Disabled, records: disable("steve")},
	{reason: access.OrganizationClosed, records: func(f *fixture) {
		f.organization("acme", func(o *individuals.Organization) { o.Closed = true })
	}},
	{reason: access.CredentialsChanged, request: func(r *access.Request) { r.Epoch = 6 }},
	{reason: access.Expired, records: expire("steve")},
	{reason: access.AddressNotAllowed, request: func(r *access.Request) { r.Address = netip.MustParseAddr("192.0.2.1") }},
	{reason: access.EnrolmentRequired, records: func(f *fixture) {
		f.class("gold", func(c *individuals.Class) { c.SecondFactor = true })
	}},
	{reason: access.NoGrant, records: func(f *fixture) { f.grant("steve", "acme", individuals.Grant.WithoutRole) }},
	{reason: access.Ceiling, request: func(r *access.Request) { r.Path = "customer/billing/credit-limit" }},
	{reason: access.NotGranted, request: func(r *access.Request) { r.Path = "customer/billing/payments" }},
	{reason: access.OutOfScope, request: func(r *access.Request) { r.Object = "globex" }},
}

// TestOrderOfGates puts up obstacles from the last to the first: each time the
// one put up last is the reason, whatever else is in the way behind it. So
// every pair of gates is held to its order, neighbours among them.
func TestOrderOfGates(t *testing.T) {
	t.Parallel()
	for _, warm := range []bool{true, false} {
		for first := range obstacles {
			f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
				o.PollInterval, o.MaxStaleness = 5*time.Millisecond, 250*time.Millisecond
				return s
			})
			r, ctx := ask("steve", roles.Update, "customer/pbx", "acme"), f.ctx
			if warm {
				require.Equal(t, access.Granted, f.check(r).Reason())
			}
			for i := len(obstacles) - 1; i >= first; i-- {
				o := obstacles[i]
				if o.records != nil {
					o.records(f)
				}
				if o.request != nil {
					o.request(&r)
				}
				if o.context != nil {
					ctx = o.context(ctx) //nolint:fatcontext // one obstacle at most has one
				}
			}
			want := obstacles[first].reason
			assert.Equal(t, want, f.engine.Check(ctx, r).Reason(), "check, warm %v", warm)
			assert.Equal(t, want, f.engine.Explain(ctx, r).Decision.Reason(), "explain, warm %v", warm)
			p := f.principalOf(f.engine, access.Identity{Individual: r.Individual, Surface: r.Surface, Address: r.Address, Epoch: r.Epoch})
			q := access.Query{Action: r.Action, Path: r.Path, Object: r.Object, AtLeast: r.AtLeast}
			assert.Equal(t, want, p.Check(ctx, q).Reason(), "principal, warm %v", warm)
			assert.Equal(t, want, p.CheckAll(ctx, []access.Query{q})[0].Reason(), "batch, warm %v", warm)
			require.NoError(t, f.engine.Close())
		}
	}
}

// TestOrderOfStrangers: for one who does not exist, gate 0 goes before gate 1
// and gate 1 before everything else.
func TestOrderOfStrangers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, c := range []struct {
		path, object string
		want         access.Reason
	}{{"nothing", "globex", access.UnknownNode}, {"customer/pbx", "a\x00", access.InvalidRequest},
		{"customer/pbx", "nothing", access.UnknownIndividual}, {"customer/vault", "globex", access.UnknownIndividual}} {
		assert.Equal(t, c.want, f.reason("stefan", roles.View, c.path, c.object), c.path)
	}
}

// actingObstacles lie in the way of bob, who acts on behalf of dan.
var actingObstacles = []obstacle{
	{reason: access.Unavailable, records: func(f *fixture) { f.assign("bob", "isp", "gone") }},
	{reason: access.Disabled, records: disable("bob")},
	{reason: access.OrganizationClosed, records: func(f *fixture) {
		f.organization("isp", func(o *individuals.Organization) { o.Closed = true })
	}},
	{reason: access.CredentialsChanged, records: func(f *fixture) { f.individual("bob", func(p *individuals.Individual) { p.Epoch++ }) }},
	{reason: access.Disabled, records: disable("dan")},
	{reason: access.OrganizationClosed, records: func(f *fixture) {
		f.organization("globex", func(o *individuals.Organization) { o.Closed = true })
	}},
	{reason: access.CredentialsChanged, records: func(f *fixture) { f.individual("dan", func(p *individuals.Individual) { p.Epoch++ }) }},
	{reason: access.Expired, records: expire("bob")},
	{reason: access.AddressNotAllowed, records: banish("bob")},
	{reason: access.SecondFactorRequired, records: func(f *fixture) {
		f.individual("bob", func(p *individuals.Individual) { p.SecondFactor, p.Enrolled = individuals.SecondFactorYes, true })
	}},
	{reason: access.NoGrant, records: func(f *fixture) { f.grant("dan", "globex", individuals.Grant.WithoutRole) }},
	{reason: access.Ceiling, request: func(r *access.Request) { r.Path, r.Action = "customer/billing/credit-limit", roles.Delete }},
	{reason: access.NotGranted, request: func(r *access.Request) { r.Path, r.Action = "customer/billing", roles.View }},
	{reason: access.OutOfScope, request: func(r *access.Request) { r.Object = "acme" }},
	{reason: access.NotBorrowed, request: func(r *access.Request) { r.Path = "customer/pbx" }},
}

// TestOrderOfGatesOnBehalf is TestOrderOfGates for section 11.
func TestOrderOfGatesOnBehalf(t *testing.T) {
	t.Parallel()
	for first := range actingObstacles {
		f := newFixture(t, nil)
		p := f.as("bob", "dan", nil)
		r := ask("dan", roles.View, "customer/personal", "globex")
		for i := len(actingObstacles) - 1; i >= first; i-- {
			if o := actingObstacles[i]; o.records != nil {
				o.records(f)
			} else {
				o.request(&r)
			}
		}
		want := actingObstacles[first].reason
		q := query(r.Action, r.Path, r.Object)
		assert.Equal(t, want, p.Check(f.ctx, q).Reason(), first)
		assert.Equal(t, want, p.Explain(f.ctx, q).Decision.Reason(), first)
		assert.False(t, p.CanOn(f.ctx, r.Action, node(r.Path), r.Object), first)
		require.NoError(t, f.engine.Close())
	}
}
