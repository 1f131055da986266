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
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// link sets what the organization's standing link gives.
func (f *fixture) link(organization string, l individuals.StandingLink) uint64 {
	f.t.Helper()
	return f.organization(organization, func(o *individuals.Organization) { o.Link = l })
}

// visitor is whoever comes by the standing link of that epoch.
func (f *fixture) visitor(organization string, epoch uint64) *access.Principal {
	f.t.Helper()
	p, err := f.engine.LinkPrincipal(f.ctx, access.LinkIdentity{Organization: organization, Epoch: epoch, Surface: access.NewInterface})
	require.NoError(f.t, err)
	return p
}

// TestLink: the rights are those of the link's role in its organization, on
// every surface, and nobody's hands are its own.
func TestLink(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	granted := f.link("acme", individuals.StandingLink{Role: "customer-admin", Open: true, Epoch: 3})
	f.class("gold", func(c *individuals.Class) { c.SecondFactor = true }) // which is for people
	for _, surface := range access.Surfaces() {
		p, err := f.engine.LinkPrincipal(f.ctx, access.LinkIdentity{Organization: "acme", Epoch: 3, Surface: surface, Address: netip.MustParseAddr("192.0.2.1")})
		require.NoError(t, err)
		assert.True(t, p.IsLink())
		assert.False(t, p.IsSystem())
		assert.Empty(t, p.Individual())
		assert.Empty(t, p.Actor())
		for range 2 {
			for _, c := range []struct {
				action       roles.Action
				path, object string
				want         access.Reason
			}{
				{roles.View, "customer/billing/invoices", "acme", access.Granted},
				{roles.Update, "customer/pbx/extensions", "acme", access.Granted},
				{roles.Create, "customer/billing/payments", "acme-1", access.Granted},
				{roles.Update, "customer/billing/credit-limit", "acme", access.Ceiling},
				{roles.View, "customer/individuals", "acme", access.NotGranted},          // own hands
				{roles.Delete, "account", "acme-1", access.NotGranted},                   // the role
				{roles.View, "customer/notes", "acme", access.NotGranted},                // the role
				{roles.View, "customer/vault/keys", "acme", access.SecondFactorRequired}, // the node
				{roles.View, "customer/pbx", "globex", access.OutOfScope},
				{roles.View, "customer/pbx", "north", access.OutOfScope},
				{roles.View, "customer/pbx", "nothing", access.OutOfScope},
				{roles.View, "customer/pbx", "a\x00", access.InvalidRequest},
				{99, "customer/pbx", "acme", access.InvalidRequest},
			} {
				q := query(c.action, c.path, c.object)
				f.assertReason(p, c.want, q)
				if c.want != access.InvalidRequest {
					n := query(c.action, "", c.object)
					n.Node = node(c.path)
					assert.Equal(t, c.want, p.Check(f.ctx, n).Reason())
				}
			}
			d := p.Check(f.ctx, query(roles.View, "customer/pbx", ""))
			assert.True(t, d.Allowed())
			assert.True(t, d.Unscoped())
			assert.Equal(t, access.RoleSlot, d.Slot())
			assert.Equal(t, granted, d.GrantRevision())
			assert.Equal(t, access.NoSlot, d.Superseded())
			assert.Equal(t, access.UnknownNode, p.Check(f.ctx, query(roles.View, "customer/nothing", "acme")).Reason())
			f.class("silver", func(*individuals.Class) {}) // a commit that concerns nobody here
		}
	}
}

// TestLinkScope: what the link reaches is what the role's type does from its
// organization.
func TestLinkScope(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.link("north", individuals.StandingLink{Role: "sales", Open: true})
	p := f.visitor("north", 0)
	limit := "customer/billing/credit-limit"
	for object, want := range map[string]access.Reason{"north": access.Ceiling, "acme": access.Granted, "acme-1": access.Granted,
		"south": access.OutOfScope, "globex": access.OutOfScope, "isp": access.OutOfScope} {
		f.assertReason(p, want, query(roles.Update, limit, object))
	}
	assert.False(t, p.Can(f.ctx, roles.Update, node(limit)))
	f.entity("acme", func(e *scope.Entity) { e.Parent = "south" })
	f.assertReason(p, access.OutOfScope, query(roles.Update, limit, "acme"))
}

// TestLinkGates: every gate that can deny a link, in the order in which they
// do, each by a commit under a principal that lives all the while.
func TestLinkGates(t *testing.T) {
	t.Parallel()
	good := individuals.StandingLink{Role: "viewer", Open: true, Epoch: 3}
	with := func(change func(*individuals.StandingLink)) func(*fixture) {
		return func(f *fixture) {
			l := good
			change(&l)
			f.link("acme", l)
		}
	}
	gone := func(f *fixture) {
		f.update(func(tx store.Tx) error {
			r, err := tx.Role(f.ctx, "viewer")
			require.NoError(f.t, err)
			return tx.DeleteRole(f.ctx, "viewer", r.Revision)
		})
	}
	for _, c := range []struct {
		name   string
		change func(*fixture)
		want   access.Reason
	}{
		{"nothing", func(*fixture) {}, access.Granted},
		{"role missing", gone, access.Unavailable},
		{"role of another kind's type", with(func(l *individuals.StandingLink) { l.Role = "sales" }), access.Unavailable},
		{"role does not compile", func(f *fixture) { f.permit("viewer", "customer/nothing", roles.Read) }, access.Unavailable},
		{"role of another owner", func(f *fixture) { f.role("viewer", func(r *roles.Role) { r.Owner = "south" }) }, access.Unavailable},
		{"class missing", func(f *fixture) {
			f.organization("acme", func(o *individuals.Organization) { o.Class = "gone" })
		}, access.Unavailable},
		{"closed, and the link too", func(f *fixture) {
			f.organization("acme", func(o *individuals.Organization) { o.Closed, o.Link.Open = true, false })
		}, access.OrganizationClosed},
		{"no settings", func(f *fixture) {
			f.update(func(tx store.Tx) error {
				for _, id := range []string{"steve", "carol"} {
					require.NoError(f.t, f.revoke(tx, id, "acme"))
					p, err := tx.Individual(f.ctx, id)
					require.NoError(f.t, err)
					require.NoError(f.t, tx.DeleteIndividual(f.ctx, id, p.Revision))
				}
				o, err := tx.Organization(f.ctx, "acme")
				require.NoError(f.t, err)
				return tx.DeleteOrganization(f.ctx, "acme", o.Revision)
			})
		}, access.OrganizationClosed},
		{"closed, and rotated", with(func(l *individuals.StandingLink) { l.Open, l.Epoch = false, 4 }), access.Disabled},
		{"rotated", with(func(l *individuals.StandingLink) { l.Epoch = 4 }), access.CredentialsChanged},
		{"rotated back", with(func(l *individuals.StandingLink) { l.Epoch = 2 }), access.CredentialsChanged},
		{"no role", with(func(l *individuals.StandingLink) { l.Role = "" }), access.NoRole},
		{"another role", with(func(l *individuals.StandingLink) { l.Role = "pbx-admin" }), access.NotGranted},
		{"role restricted", func(f *fixture) { f.permit("viewer", "customer/billing/invoices", roles.Restrict) }, access.NotGranted},
		{"default role changed", func(f *fixture) {
			f.organization("acme", func(o *individuals.Organization) { o.DefaultRole = "pbx-admin" })
		}, access.Granted},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			f.link("acme", good)
			p := f.visitor("acme", 3)
			q := query(roles.View, "customer/billing/invoices", "acme")
			f.assertReason(p, access.Granted, q)
			c.change(f)
			f.assertReason(p, c.want, q)
			f.assertReason(f.visitor("acme", 3), c.want, q)
			x := p.Explain(f.ctx, q)
			assert.Equal(t, x.Decision.Allowed(), x.Remedy == "", "%v", x)
		})
	}
}

// TestLinkRefused: what a link principal is made with is checked there.
func TestLinkRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.link("acme", individuals.StandingLink{Role: "viewer", Open: true, Epoch: 3})
	for _, c := range []struct {
		id  access.LinkIdentity
		err string
	}{
		{access.LinkIdentity{}, `access: organization: scope: ID "": empty; give the host's own ID`},
		{access.LinkIdentity{Organization: "a\x00"}, `access: organization: scope: ID "a\x00": control character at byte 1`},
		{access.LinkIdentity{Organization: "acme", Surface: 4}, `access: Surface(4): unknown`},
		{access.LinkIdentity{Organization: "acme-1", Epoch: access.CurrentEpoch}, `access: organization "acme-1": no settings, so its standing link has no current epoch`},
	} {
		_, err := f.engine.LinkPrincipal(f.ctx, c.id)
		assert.EqualError(t, err, c.err)
	}
	done, cancel := context.WithCancel(f.ctx)
	cancel()
	_, err := f.engine.LinkPrincipal(done, access.LinkIdentity{Organization: "globex", Epoch: access.CurrentEpoch})
	require.ErrorIs(t, err, context.Canceled)

	// A link acts on behalf of nobody, and nobody's ID makes a person one.
	_, err = f.engine.Principal(f.ctx, access.Identity{Individual: "steve", OnBehalf: &access.OnBehalf{Actor: f.visitor("acme", 3), Start: time.Now()}})
	require.EqualError(t, err, `access: on behalf of "steve": the actor must be an individual of this engine`)
	r := ask("", roles.View, "customer/personal", "acme")
	r.Organization, r.Epoch = "acme", 3
	assert.Equal(t, access.InvalidRequest, f.check(r).Reason())
}

// TestLinkCurrentEpoch: the epoch that was current when the principal was made
// counts.
func TestLinkCurrentEpoch(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.link("acme", individuals.StandingLink{Role: "viewer", Open: true, Epoch: 3})
	p := f.visitor("acme", access.CurrentEpoch)
	q := query(roles.View, "customer/personal", "acme")
	f.assertReason(p, access.Granted, q)
	f.link("acme", individuals.StandingLink{Role: "viewer", Open: true, Epoch: 4})
	f.assertReason(p, access.CredentialsChanged, q)
}

// TestLinkNamesake: an individual whose ID is the organization's is nobody to
// the link.
func TestLinkNamesake(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.link("acme", individuals.StandingLink{Role: "viewer", Open: true})
	f.update(func(tx store.Tx) error {
		require.NoError(t, tx.PutIndividual(f.ctx, individuals.Individual{ID: "acme", RoleType: "customer", Organization: "acme"}))
		return tx.PutGrant(f.ctx, individuals.Grant{Individual: "acme", Organization: "acme"}.WithRole("customer-admin"))
	})
	p := f.visitor("acme", 0)
	f.assertReason(p, access.NotGranted, query(roles.Update, "customer/pbx", "acme"))
	f.assertReason(p, access.Granted, query(roles.View, "customer/pbx", "acme"))
}

// TestLinkExplained: an explanation says that the link decides, and what would
// change that.
func TestLinkExplained(t *testing.T) {
	t.Parallel()
	good := individuals.StandingLink{Role: "viewer", Open: true, Epoch: 3}
	for _, c := range []struct {
		change func(f *fixture)
		query  access.Query
		want   string
	}{
		{nil, query(roles.View, "customer/personal", "acme"), `whoever comes by the standing link of acme may view customer/personal of acme: ` +
			`the standing link of "acme" decides, since nobody signed in: role "Viewer" gives Read at customer, set by setup in revision 1`},
		{nil, query(roles.View, "customer/billing/payments", "acme"), `whoever comes by the standing link of acme may not view customer/billing/payments of acme: ` +
			`the standing link of "acme" decides, since nobody signed in: needs View on customer/billing/payments; ` +
			`role "Viewer" restricts it at customer/billing, set by setup in revision 1; ` +
			`set Read on customer/billing/payments in the role, or grant another role; or sign in (not_granted)`},
		{nil, query(roles.View, "customer/individuals", "acme"), `whoever comes by the standing link of acme may not view customer/individuals of acme: ` +
			`customer/individuals is for a person's own hands, and the standing link of "acme" names nobody; sign in (not_granted)`},
		{nil, query(roles.View, "customer/vault", "acme"), `whoever comes by the standing link of acme may not view customer/vault of acme: ` +
			`customer/vault asks for a second factor of everyone, and the standing link of "acme" has none; sign in with a one-time code (second_factor_required)`},
		{nil, query(roles.Update, "customer/billing/credit-limit", "acme"), `whoever comes by the standing link of acme may not update customer/billing/credit-limit of acme: ` +
			`the standing link of "acme" decides, since nobody signed in: no role of type "customer" permits update on customer/billing/credit-limit on the own organization; ` +
			`ask someone of type admin, reseller (ceiling)`},
		{nil, query(roles.View, "customer/personal", "globex"), `whoever comes by the standing link of acme may not view customer/personal of globex: ` +
			`"globex" is not among what the standing link of "acme" opens; ask as someone who has it in scope (out_of_scope)`},
		{nil, query(roles.View, "customer/personal", "atlantis"), `whoever comes by the standing link of acme may not view customer/personal of atlantis: ` +
			`object "atlantis" does not exist, or its chain is damaged; name an entity that exists (out_of_scope)`},
		{func(f *fixture) { f.link("acme", individuals.StandingLink{Role: "viewer", Epoch: 3}) }, query(roles.View, "customer/personal", "acme"),
			`whoever comes by the standing link of acme may not view customer/personal of acme: ` +
				`the standing link of "acme" is not open; sign in, or open the link (disabled)`},
		{func(f *fixture) { f.link("acme", individuals.StandingLink{Role: "viewer", Open: true, Epoch: 4}) }, query(roles.View, "customer/personal", "acme"),
			`whoever comes by the standing link of acme may not view customer/personal of acme: ` +
				`the standing link of "acme" was rotated since; come by the new link, or sign in (credentials_changed)`},
		{func(f *fixture) { f.link("acme", individuals.StandingLink{Open: true, Epoch: 3}) }, query(roles.View, "customer/personal", "acme"),
			`whoever comes by the standing link of acme may not view customer/personal of acme: ` +
				`the standing link of "acme" gives no role; give it one, or sign in (no_role)`},
		{func(f *fixture) {
			f.link("acme", individuals.StandingLink{Role: "sales", Open: true, Epoch: 3})
		}, query(roles.View, "customer/personal", "acme"),
			`whoever comes by the standing link of acme may not view customer/personal of acme: access: standing link of "acme": ` +
				`role "sales" is for "reseller", which belongs to a "reseller"; "acme" is a "customer"; mend what the error names (unavailable)`},
		{func(f *fixture) {
			f.organization("acme", func(o *individuals.Organization) { o.Closed = true })
		}, query(roles.View, "customer/personal", "acme"),
			`whoever comes by the standing link of acme may not view customer/personal of acme: the organization "acme" is closed; open it (organization_closed)`},
	} {
		f := newFixture(t, nil)
		f.link("acme", good)
		if c.change != nil {
			c.change(f)
		}
		x := f.visitor("acme", 3).Explain(f.ctx, c.query)
		assert.Equal(t, c.want, x.String())
		assert.True(t, x.Link)
		assert.Empty(t, x.Individual)
		assert.Equal(t, "acme", x.Organization)
		assertDiscreet(t, x)
	}
	f := newFixture(t, nil)
	f.link("acme", good)
	p, err := f.engine.LinkPrincipal(f.ctx, access.LinkIdentity{Organization: "acme", Epoch: 3, Start: sessionStart, End: sessionStart.Add(time.Hour)})
	require.NoError(t, err)
	q := query(roles.View, "customer/personal", "acme")
	q.At = sessionStart.Add(time.Hour)
	assert.Equal(t, `whoever comes by the standing link of acme may not view customer/personal of acme: `+
		`the session by the standing link of "acme" ended at 2026-04-20T09:00:00Z; come by the link again, or sign in (session_ended)`, p.Explain(f.ctx, q).String())
}

// TestLinkHolding: what a link holds is its role without what is for a person's
// own hands, and nothing where there are no settings.
func TestLinkHolding(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.link("acme", individuals.StandingLink{Role: "customer-admin", Open: true})
	holding := func(p *access.Principal) (out []access.Holding, err error) {
		require.NoError(t, f.store.View(f.ctx, func(r store.Reader) error {
			out, err = f.engine.At(f.ctx, r).HoldingOf(f.ctx, p)
			return nil
		}))
		return out, err
	}
	holds, err := holding(f.visitor("acme", 0))
	require.NoError(t, err)
	require.Len(t, holds, 1)
	assert.Equal(t, "acme", holds[0].Organization())
	for _, surface := range access.Surfaces() {
		assert.Equal(t, roles.Modify, holds[0].On(surface, node("customer/pbx/extensions"), roles.Own))
		assert.Equal(t, roles.Restrict, holds[0].On(surface, node("customer/individuals"), roles.Below))
	}
	holds, err = holding(f.visitor("acme-1", 0))
	require.NoError(t, err)
	require.Len(t, holds, 1)
	assert.Equal(t, roles.Restrict, holds[0].Everywhere(node("customer/pbx"), roles.Own))
	f.link("acme", individuals.StandingLink{Role: "gone", Open: true})
	_, err = holding(f.visitor("acme", 0))
	require.ErrorIs(t, err, access.ErrNoHolding)
}
