package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
)

// TestNoAllocations: someone and something known are decided without one, with
// every gate on: a window, an allow-list, a second factor, a scope.
func TestNoAllocations(t *testing.T) {
	f := newFixture(t, nil)
	f.individual("steve", func(p *individuals.Individual) {
		p.Window = individuals.Window{Activation: date("2020-04-20"), Expiration: date("2099-01-01"), Zone: "Europe/Prague"}
		p.SecondFactor, p.Enrolled = individuals.SecondFactorYes, true
	})
	f.organization("acme", func(o *individuals.Organization) {
		o.Link = individuals.StandingLink{Role: "customer-admin", Open: true}
	})
	f.grant("steve", "globex", func(g individuals.Grant) individuals.Grant { return f.withRole(g, "pbx-admin") })
	p := f.principalOf(f.engine, access.Identity{Individual: "steve", Surface: access.NewInterface, Address: home, Epoch: 7, Factors: proven})
	pbx, billing := node("customer/pbx"), node("customer/billing")
	for _, object := range []string{"", "acme", "acme-1", "globex"} {
		for path, allowed := range map[string]bool{"customer/telephony/extensions": object != "globex", "customer/billing": false} {
			r := ask("steve", roles.Update, path, object)
			r.Factors = proven
			require.Equal(t, allowed, f.check(r).Allowed(), "%v", f.engine.Explain(f.ctx, r))
			assert.Zero(t, testing.AllocsPerRun(100, func() { f.engine.Check(f.ctx, r) }), "check %s of %q", path, object)
			q := access.Query{Action: r.Action, Path: path, Object: object}
			assert.Zero(t, testing.AllocsPerRun(100, func() { p.Check(f.ctx, q) }), "principal's check %s of %q", path, object)
		}
		if object != "" {
			assert.Zero(t, testing.AllocsPerRun(100, func() { p.CanOn(f.ctx, roles.Update, pbx, object) }), "can on %q", object)
			assert.Zero(t, testing.AllocsPerRun(100, func() { p.CanOn(f.ctx, roles.Update, billing, object) }), "cannot on %q", object)
		}
	}
	require.True(t, p.Can(f.ctx, roles.Update, pbx))
	assert.Zero(t, testing.AllocsPerRun(100, func() { p.Can(f.ctx, roles.Update, pbx) }))
	assert.Zero(t, testing.AllocsPerRun(100, func() { p.Can(f.ctx, roles.Update, billing) }))

	// So are a session with an end and whoever came by a standing link.
	session := access.Identity{Individual: "steve", Surface: access.NewInterface, Address: home, Epoch: 7, Factors: proven, Start: time.Now()}
	link, err := f.engine.LinkPrincipal(f.ctx, access.LinkIdentity{Organization: "acme", Start: time.Now()})
	require.NoError(t, err)
	for _, p := range []*access.Principal{f.principalOf(f.engine, session), link} {
		for _, object := range []string{"acme", "acme-1"} {
			q := access.Query{Action: roles.Update, Node: pbx, Object: object}
			require.True(t, p.Check(f.ctx, q).Allowed(), "%v", p.Explain(f.ctx, q))
			assert.Zero(t, testing.AllocsPerRun(100, func() { p.Check(f.ctx, q) }), "check of %q", object)
			assert.Zero(t, testing.AllocsPerRun(100, func() { p.CanOn(f.ctx, roles.Update, pbx, object) }), "can on %q", object)
		}
		assert.Zero(t, testing.AllocsPerRun(100, func() { p.Can(f.ctx, roles.Update, pbx) }))
	}

	// Whoever holds an access level, or acts for a second organization, too.
	r := ask("carol", roles.Update, "customer/pbx", "acme-1")
	require.True(t, f.check(r).Allowed())
	assert.Zero(t, testing.AllocsPerRun(100, func() { f.engine.Check(f.ctx, r) }))
	r = ask("steve", roles.Update, "customer/pbx", "globex")
	r.Organization, r.Factors = "globex", proven
	require.True(t, f.check(r).Allowed())
	assert.Zero(t, testing.AllocsPerRun(100, func() { f.engine.Check(f.ctx, r) }))
}
