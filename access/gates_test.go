package access_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestCredentialEpoch: a session lives as long as the record's epoch does not
// move.
func TestCredentialEpoch(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := ask("steve", roles.View, "customer/pbx", "acme")
	current := f.principalOf(f.engine, access.Identity{Individual: "steve", Surface: access.NewInterface, Address: home, Epoch: access.CurrentEpoch})
	for epoch, want := range map[uint64]access.Reason{6: access.CredentialsChanged, 7: access.Granted, 8: access.CredentialsChanged,
		0: access.CredentialsChanged, access.CurrentEpoch: access.Granted} {
		r.Epoch = epoch
		assert.Equal(t, want, f.check(r).Reason(), epoch)
	}
	assert.True(t, current.Can(f.ctx, roles.View, node("customer/pbx")))
	again := f.principalOf(f.engine, access.Identity{Individual: "steve", Surface: access.NewInterface, Address: home, Epoch: access.CurrentEpoch})
	assert.True(t, again.Can(f.ctx, roles.View, node("customer/pbx")), "made of what is in memory")
	f.individual("steve", func(p *individuals.Individual) { p.Epoch = 8 })
	for epoch, want := range map[uint64]access.Reason{7: access.CredentialsChanged, 8: access.Granted, access.CurrentEpoch: access.Granted} {
		r.Epoch = epoch
		assert.Equal(t, want, f.check(r).Reason(), epoch)
	}
	assert.False(t, current.Can(f.ctx, roles.View, node("customer/pbx")), "the epoch that was current when the principal was made counts")
	_, err := f.engine.Principal(f.ctx, access.Identity{Individual: "nobody", Epoch: access.CurrentEpoch})
	assert.EqualError(t, err, `access: individual "nobody": unknown, so it has no current epoch`)
}

// TestWindow asks at instants around both boundaries, for now and for the
// instant of the request.
func TestWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC)
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Clock = func() time.Time { return now }
		return s
	})
	// Prague is two hours ahead of Greenwich in April and one in December.
	f.individual("steve", func(p *individuals.Individual) {
		p.Window = individuals.Window{Activation: date("2026-04-20"), Expiration: date("2026-12-24"), Zone: "Europe/Prague"}
	})
	p := f.principal("steve")
	for _, c := range []struct {
		at   time.Time
		want access.Reason
	}{
		{time.Date(2026, 4, 19, 21, 59, 59, 999_999_999, time.UTC), access.NotYetActive},
		{time.Date(2026, 4, 19, 22, 0, 0, 0, time.UTC), access.Granted},
		{time.Date(2026, 12, 23, 22, 59, 59, 999_999_999, time.UTC), access.Granted},
		{time.Date(2026, 12, 23, 23, 0, 0, 0, time.UTC), access.Expired},
		{time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC), access.NotYetActive},
		{time.Date(2261, 12, 31, 23, 59, 59, 999_999_999, time.UTC), access.Expired},
	} {
		r := ask("steve", roles.View, "customer/pbx", "acme")
		r.At = c.at
		now = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
		assert.Equal(t, c.want, f.check(r).Reason(), "for %v", c.at)
		r.At, now = time.Time{}, c.at
		assert.Equal(t, c.want, f.check(r).Reason(), "at %v", c.at)
		assert.Equal(t, c.want == access.Granted, p.Can(f.ctx, roles.View, node("customer/pbx")), "at %v", c.at)
		assert.Equal(t, c.want == access.Granted, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme"), "at %v", c.at)
	}
	// Dates that no nanosecond can tell are bounds nevertheless, and no date
	// is none.
	now = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	f.individual("steve", func(p *individuals.Individual) {
		p.Window = individuals.Window{Activation: date("0001-01-01"), Expiration: date("9999-12-31"), Zone: "UTC"}
	})
	assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
	f.individual("steve", func(p *individuals.Individual) { p.Window = individuals.Window{} })
	for year, want := range map[int]access.Reason{1: access.InvalidRequest, 1677: access.InvalidRequest, 1678: access.Granted,
		2261: access.Granted, 2262: access.InvalidRequest, 9999: access.InvalidRequest} {
		r := ask("steve", roles.View, "customer/pbx", "acme")
		r.At = time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		assert.Equal(t, want, f.check(r).Reason(), year)
		r.At, now = time.Time{}, r.At
		if want == access.InvalidRequest {
			want = access.Unavailable // the clock is wrong, not the request
		}
		assert.Equal(t, want, f.check(r).Reason(), "the clock at %d", year)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	list := func(entries ...string) ipallow.List {
		l, err := ipallow.Parse(entries)
		if err != nil {
			panic(err)
		}
		return l
	}
	for i, c := range []struct {
		list    ipallow.List
		address string
		want    access.Reason
	}{
		{ipallow.Anywhere(), "", access.Granted},
		{ipallow.Anywhere(), "2001:db8::1", access.Granted},
		{ipallow.List{}, "10.1.2.3", access.AddressNotAllowed},
		{ipallow.List{}, "", access.AddressNotAllowed},
		{list("10.1.2.0/24"), "10.1.2.3", access.Granted},
		{list("10.1.2.0/24"), "::ffff:10.1.2.3", access.Granted},
		{list("10.1.2.0/24"), "10.1.3.3", access.AddressNotAllowed},
		{list("10.1.2.0/24"), "", access.AddressNotAllowed},
		{list("fe80::/10"), "fe80::1%eth0", access.AddressNotAllowed},
		{list("0.0.0.0/0", "::/0"), "", access.AddressNotAllowed},
	} {
		f := newFixture(t, nil)
		f.individual("steve", func(p *individuals.Individual) { p.AllowList = c.list })
		r := ask("steve", roles.View, "customer/pbx", "acme")
		r.Address = netip.Addr{}
		if c.address != "" {
			r.Address = netip.MustParseAddr(c.address)
		}
		assert.Equal(t, c.want, f.check(r).Reason(), i)
		p := f.principalOf(f.engine, access.Identity{Individual: "steve", Surface: r.Surface, Address: r.Address, Epoch: 7})
		assert.Equal(t, c.want == access.Granted, p.Can(f.ctx, r.Action, node(r.Path)), i)
	}
}

// TestSecondFactor goes through every combination of the person's mode, the
// class, the node, enrolment and what was proven.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.assign("steve", "acme", "customer-admin")
	for _, mode := range []individuals.SecondFactorMode{individuals.AsClassDefines, individuals.SecondFactorYes, individuals.SecondFactorNo} {
		for bits := range 16 {
			class, enrolled, factor, marked := bits&1 != 0, bits&2 != 0, bits&4 != 0, bits&8 != 0
			f.class("gold", func(c *individuals.Class) { c.SecondFactor = class })
			f.individual("steve", func(p *individuals.Individual) { p.SecondFactor, p.Enrolled = mode, enrolled })
			path := "customer/personal"
			if marked {
				path = "customer/vault/keys"
			}
			r := ask("steve", roles.View, path, "acme")
			want := access.Granted
			if factor {
				r.Factors = proven
			} else if marked || mode == individuals.SecondFactorYes || mode == individuals.AsClassDefines && class {
				want = access.EnrolmentRequired
				if enrolled {
					want = access.SecondFactorRequired
				}
			}
			name := fmt.Sprintf("%v class %v enrolled %v proven %v marked %v", mode, class, enrolled, factor, marked)
			assert.Equal(t, want, f.check(r).Reason(), name)
			p := f.principalOf(f.engine, access.Identity{Individual: "steve", Surface: r.Surface, Address: home, Epoch: 7, Factors: r.Factors})
			assert.Equal(t, want == access.Granted, p.Can(f.ctx, r.Action, node(path)), name)
			assert.Equal(t, want == access.Granted, p.CanOn(f.ctx, r.Action, node(path), "acme-1"), name)
		}
	}
}

// TestCeilings: a reseller cannot raise its own limit, but its customers'.
func TestCeilings(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	limit := node("customer/billing/credit-limit")
	p := f.principal("rita")
	for _, c := range []struct {
		object string
		want   access.Reason
	}{{"north", access.Ceiling}, {"acme", access.Granted}, {"acme-1", access.Granted}, {"", access.Ceiling},
		{"south", access.OutOfScope}, {"globex", access.OutOfScope}, {"nothing", access.OutOfScope}} {
		d := f.check(ask("rita", roles.Update, limit.Path(), c.object))
		assert.Equal(t, c.want, d.Reason(), c.object)
		assert.Equal(t, c.object == "", d.Unscoped())
		if c.object == "" {
			assert.False(t, p.Can(f.ctx, roles.Update, limit))
			assert.True(t, p.Can(f.ctx, roles.View, limit))
		} else {
			assert.Equal(t, c.want == access.Granted, p.CanOn(f.ctx, roles.Update, limit, c.object), c.object)
		}
	}
	assert.False(t, p.CanOn(f.ctx, roles.View, limit, ""), "an empty object is none")
}

// TestListed: a grant may narrow the scope to some of what the type reaches.
func TestListed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.principal("alice")
	list := func(ids ...string) {
		f.grant("alice", "isp", func(g individuals.Grant) individuals.Grant { g.Listed = ids; return g })
	}
	in := func(want string, objects ...string) {
		t.Helper()
		var got string
		for _, object := range objects {
			reaches := f.reason("alice", roles.View, "customer/pbx", object) == access.Granted
			assert.Equal(t, reaches, p.CanOn(f.ctx, roles.View, node("customer/pbx"), object), object)
			if reaches {
				got += object + " "
			}
		}
		assert.Equal(t, want, got)
	}
	objects := []string{"isp", "north", "acme", "acme-1", "south", "globex"}
	in("isp north acme acme-1 south globex ", objects...)
	list("acme")
	in("acme acme-1 ", objects...)
	list("south", "acme-1", "nothing")
	in("acme-1 south globex ", objects...)
	f.grant("rita", "north", func(g individuals.Grant) individuals.Grant { g.Listed = []string{"south", "acme"}; return g })
	assert.Equal(t, access.OutOfScope, f.reason("rita", roles.View, "customer/pbx", "globex"), "listing does not widen")
	assert.Equal(t, access.OutOfScope, f.reason("rita", roles.View, "customer/pbx", "north"))
	assert.Equal(t, access.Granted, f.reason("rita", roles.View, "customer/pbx", "acme-1"))
}

// TestOrganizations: one person may belong to several, with a grant in each;
// rights never add up.
func TestOrganizations(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.grant("steve", "globex", func(g individuals.Grant) individuals.Grant { return f.withRole(g, "viewer") })
	f.entity("initech", func(e *scope.Entity) { e.Kind, e.Parent = "customer", "south" })
	f.organization("initech", func(*individuals.Organization) {})
	f.organization("south", func(*individuals.Organization) {})
	for _, c := range []struct {
		organization, path, object string
		want                       access.Reason
	}{
		{"", "customer/pbx", "acme", access.Granted},
		{"acme", "customer/pbx", "acme", access.Granted},
		{"acme", "customer/pbx", "globex", access.OutOfScope},
		{"acme", "customer/personal", "acme", access.NotGranted},
		{"globex", "customer/pbx", "globex", access.Granted},
		{"globex", "customer/pbx", "acme", access.OutOfScope},
		{"globex", "customer/personal", "globex", access.Granted},
		{"initech", "customer/pbx", "initech", access.NoGrant},
		{"acme-1", "customer/pbx", "acme-1", access.OrganizationClosed},
		{"nothing", "customer/pbx", "acme", access.OrganizationClosed},
		{"south", "customer/pbx", "acme", access.Unavailable}, // no customer
	} {
		for range 2 {
			r := ask("steve", roles.View, c.path, c.object)
			r.Organization = c.organization
			assert.Equal(t, c.want, f.check(r).Reason(), "%+v", c)
			p := f.principalOf(f.engine, access.Identity{Individual: "steve", Organization: c.organization, Surface: r.Surface, Address: home, Epoch: 7})
			assert.Equal(t, c.want == access.Granted, p.CanOn(f.ctx, r.Action, node(c.path), c.object), "%+v", c)
		}
	}
}

// TestZeroes: nothing that was not made allows anything.
func TestZeroes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	assert.False(t, access.Decision{}.Allowed())
	assert.Equal(t, access.Undecided, access.Decision{}.Reason())
	assert.Equal(t, access.InvalidRequest, f.check(access.Request{}).Reason())
	var nobody access.Principal
	q := query(roles.View, "customer/pbx", "acme")
	assert.False(t, nobody.Can(f.ctx, roles.View, node("customer/pbx")))
	assert.False(t, nobody.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme"))
	assert.Equal(t, access.Decision{}, nobody.Check(f.ctx, q))
	assert.Equal(t, []access.Decision{{}, {}}, nobody.CheckAll(f.ctx, []access.Query{q, q}))
	assert.False(t, nobody.Explain(f.ctx, q).Decision.Allowed())
	assert.Empty(t, nobody.Individual()+nobody.Actor())
	p := f.principal("alice")
	assert.Equal(t, access.InvalidRequest, p.Check(f.ctx, access.Query{}).Reason())
	assert.False(t, p.Can(f.ctx, roles.View, roles.Node{}))
	assert.False(t, p.CanOn(f.ctx, roles.View, roles.Node{}, "acme"))
	assert.False(t, p.Can(f.ctx, 0, node("customer")))
	foreign := roles.MustTree(roles.Entity("customer", roles.Panel("pbx"))).MustNode("customer/pbx")
	for range 2 {
		assert.False(t, p.Can(f.ctx, roles.View, foreign))
		assert.False(t, p.CanOn(f.ctx, roles.View, foreign, "isp"))
		assert.False(t, p.CanOn(f.ctx, roles.View, foreign, "acme"))
		assert.Equal(t, access.UnknownNode, p.Check(f.ctx, access.Query{Action: roles.View, Node: foreign}).Reason())
		assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
	}
}

// TestCancelled: a context that is done denies, for what is in memory too.
func TestCancelled(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	done, cancel := context.WithCancel(f.ctx)
	cancel()
	r := ask("steve", roles.View, "customer/pbx", "acme")
	for range 2 {
		assert.Equal(t, access.Unavailable, f.engine.Check(done, r).Reason())
		assert.Equal(t, access.Granted, f.check(r).Reason())
	}
	p := f.principal("dan")
	assert.False(t, p.Can(done, roles.View, node("customer")))
	_, err := f.engine.Principal(done, access.Identity{Individual: "rita", Epoch: access.CurrentEpoch})
	assert.ErrorIs(t, err, context.Canceled)
}
