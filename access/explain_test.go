package access_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// TestExplain has one sentence for each reason, and for each way to come to
// it. Whatever is asked is asked of a check too: both decide alike.
func TestExplain(t *testing.T) {
	t.Parallel()
	pbx := ask("steve", roles.View, "customer/pbx", "acme")
	for _, c := range []struct {
		change  func(f *fixture)
		request access.Request
		want    string
	}{
		{nil, pbx, `steve may view customer/pbx of acme: role "PBX admin" gives Modify at customer/pbx, set by setup in revision 1`},
		{nil, ask("steve", roles.Update, "customer/telephony/extensions", ""),
			`steve may update customer/pbx/extensions: role "PBX admin" gives Modify at customer/pbx, set by setup in revision 1`},
		{func(f *fixture) {
			f.grant("carol", "acme", func(g individuals.Grant) individuals.Grant { return f.withRole(g, "viewer") })
		}, ask("carol", roles.View, "customer/pbx", "acme"),
			`carol may view customer/pbx of acme: role "Viewer" gives Read at customer, set by setup in revision 1, granted in revision 2 and so later than the ACL`},
		{nil, ask("carol", roles.Update, "customer/pbx", "acme"), `carol may update customer/pbx of acme: ACL "Care" has view+update there`},
		{func(f *fixture) { f.permit("pbx-admin", "customer/billing", roles.Restrict) }, ask("steve", roles.View, "customer/billing/invoices", "acme"),
			`steve may not view customer/billing/invoices of acme: needs View on customer/billing/invoices; role "PBX admin" restricts it at customer/billing, ` +
				`set by alice in revision 2; set Read on customer/billing/invoices in the role, or grant another role (not_granted)`},

		// Gate 0.
		{nil, ask("steve", 3, "customer/pbx", "acme"),
			`steve may not Action(3) customer/pbx of acme: access: Action(3): want View, Create, Update or Delete; correct the request (invalid_request)`},
		{nil, ask("", roles.View, "customer/pbx", "acme"),
			`"" may not view customer/pbx of acme: access: individual: scope: ID "": empty; give the host's own ID; correct the request (invalid_request)`},
		{nil, ask("steve", roles.View, "customer/pbx", "a\nsteve may"),
			`steve may not view customer/pbx of "a\nsteve may": access: object: scope: ID "a\nsteve may": control character at byte 1; correct the request (invalid_request)`},
		{nil, ask("steve", roles.View, "", "acme"),
			`steve may not view "" of acme: access: want a path or a node, one of them; correct the request (invalid_request)`},
		{nil, ask("steve", roles.View, "customer\n/x", "acme"), `steve may not view "customer\n/x" of acme: ...node "customer\n/x"...; correct the request (unknown_node)`},
		{nil, ask("steve", roles.View, "customer/pxb", "acme"), `steve may not view customer/pxb of acme: ...did you mean "customer/pbx"...; correct the request (unknown_node)`},
		{func(f *fixture) { f.assign("steve", "acme", "gone") }, pbx,
			`steve may not view customer/pbx of acme: access: role "gone": store: not found; mend what the error names (unavailable)`},
		{nil, func() access.Request { r := pbx; r.AtLeast = 9; return r }(),
			`steve may not view customer/pbx of acme: access: revision 9 has not come, decisions are at 1; ask again when the store answers (stale)`},

		// Gate 1.
		{nil, ask("stefan", roles.View, "customer/pbx", "acme"),
			`stefan may not view customer/pbx of acme: there is no individual "stefan"; create it (unknown_individual)`},
		{func(f *fixture) { f.individual("steve", func(p *individuals.Individual) { p.Disabled = true }) }, pbx,
			`steve may not view customer/pbx of acme: "steve" is disabled; an administrator can enable it (disabled)`},
		{func(f *fixture) {
			f.organization("acme", func(o *individuals.Organization) { o.Closed = true })
		}, pbx,
			`steve may not view customer/pbx of acme: the organization "acme" is closed; open it (organization_closed)`},
		{nil, func() access.Request { r := pbx; r.Organization = "acme-1"; return r }(),
			`steve may not view customer/pbx of acme: "acme-1" has no organization settings; put an Organization for it (organization_closed)`},
		{func(f *fixture) { f.individual("steve", func(p *individuals.Individual) { p.Epoch++ }) }, pbx,
			`steve may not view customer/pbx of acme: the credentials of "steve" changed since the sign-in; sign in again (credentials_changed)`},

		// Gates 2 to 4.
		{func(f *fixture) {
			f.individual("steve", func(p *individuals.Individual) {
				p.Window = individuals.Window{Activation: date("2099-04-20"), Zone: "Europe/Prague"}
			})
		}, pbx, `steve may not view customer/pbx of acme: "steve" is active from 2099-04-20 in Europe/Prague, that is 2099-04-19T22:00:00Z; ` +
			`wait, or set an earlier activation date (not_yet_active)`},
		{func(f *fixture) {
			f.individual("steve", func(p *individuals.Individual) {
				p.Window = individuals.Window{Expiration: date("2001-04-20"), Zone: "Europe/Prague"}
			})
		}, pbx, `steve may not view customer/pbx of acme: "steve" is expired from 2001-04-20 in Europe/Prague, that is 2001-04-19T22:00:00Z; ` +
			`set a later expiration date (expired)`},
		{nil, func() access.Request { r := pbx; r.Address = netip.MustParseAddr("192.0.2.1"); return r }(),
			`steve may not view customer/pbx of acme: 192.0.2.1 is not on the allow-list of "steve"; come from an allowed network, or add this one (address_not_allowed)`},
		{nil, func() access.Request { r := pbx; r.Address = netip.Addr{}; return r }(),
			`steve may not view customer/pbx of acme: no address is known, and the allow-list of "steve" is not "anywhere"; pass the client's address (address_not_allowed)`},
		{func(f *fixture) {
			f.individual("steve", func(p *individuals.Individual) {
				p.SecondFactor, p.Enrolled = individuals.SecondFactorYes, true
			})
		}, pbx,
			`steve may not view customer/pbx of acme: a second factor is required of "steve" and was not proven; sign in with a one-time code (second_factor_required)`},
		{nil, ask("alice", roles.View, "customer/vault/keys", "acme"),
			`alice may not view customer/vault/keys of acme: a second factor is required of "alice" and none is set up (customer/vault/keys asks for one of everyone); ` +
				`set one up (enrolment_required)`},

		// Gate 5.
		{func(f *fixture) { f.grant("steve", "acme", individuals.Grant.WithoutRole) }, pbx,
			`steve may not view customer/pbx of acme: nothing is granted in "acme"; grant a role or an access level (no_grant)`},
		{func(f *fixture) {
			f.grant("carol", "acme", func(g individuals.Grant) individuals.Grant { return f.withRole(g, "viewer") })
			f.grant("carol", "acme", individuals.Grant.WithoutRole)
		}, ask("carol", roles.View, "customer/pbx", "acme"),
			`carol may not view customer/pbx of acme: the role slot was granted last, in revision 2, and is empty; the older ACL does not come back; ` +
				`grant a role or an access level (no_grant)`},
		{func(f *fixture) {
			f.grant("carol", "acme", func(g individuals.Grant) individuals.Grant { return f.withRole(f.withACL(g, "care"), "viewer") })
			f.grant("carol", "acme", individuals.Grant.WithoutRole)
		}, ask("carol", roles.View, "customer/pbx", "acme"),
			`carol may not view customer/pbx of acme: the role slot governs a request from the new interface and is empty; grant a role (no_role)`},
		{func(f *fixture) {
			f.grant("carol", "acme", func(g individuals.Grant) individuals.Grant { return f.withRole(f.withACL(g, "care"), "viewer") })
			f.grant("carol", "acme", individuals.Grant.WithoutACL)
		}, func() access.Request {
			r := ask("carol", roles.View, "customer/billing", "acme")
			r.Surface = access.Unstated
			return r
		}(), `carol may not view customer/billing of acme: the ACL slot governs a request from the API and is empty; grant an access level (no_acl)`},

		// Gate 6.
		{nil, ask("rita", roles.Update, "customer/billing/credit-limit", "north"),
			`rita may not update customer/billing/credit-limit of north: no role of type "reseller" permits update on customer/billing/credit-limit on the own organization; ` +
				`ask someone of type admin, reseller (ceiling)`},
		{nil, ask("rita", roles.Update, "customer/billing/credit-limit", ""),
			`rita may not update customer/billing/credit-limit: no role of type "reseller" permits update on customer/billing/credit-limit without an object; ` +
				`ask someone of type admin, reseller (ceiling)`},
		{nil, ask("steve", roles.Update, "customer/billing/credit-limit", "acme-1"),
			`steve may not update customer/billing/credit-limit of acme-1: no role of type "customer" permits update on customer/billing/credit-limit on what lies below; ` +
				`ask someone of type admin, reseller (ceiling)`},
		{nil, ask("steve", roles.View, "customer/notes", "acme"),
			`steve may not view customer/notes of acme: needs View on customer/notes; role "PBX admin" sets nothing on customer/notes, which does not inherit; ` +
				`set Read on customer/notes in the role, or grant another role (not_granted)`},
		{nil, ask("steve", roles.View, "customer/personal", "acme"),
			`steve may not view customer/personal of acme: needs View on customer/personal; role "PBX admin" sets nothing on it or above; ` +
				`set Read on customer/personal in the role, or grant another role (not_granted)`},
		{nil, ask("dan", roles.Delete, "customer/allowed-roles", "globex"),
			`dan may not delete customer/allowed-roles of globex: needs Delete on customer/allowed-roles; role "Viewer" gives Read at customer, set by setup in revision 1; ` +
				`no choice at customer/allowed-roles allows it: [Restrict Read] (not_granted)`},
		{nil, ask("carol", roles.Update, "customer/billing/invoices", "acme"),
			`carol may not update customer/billing/invoices of acme: needs Update on customer/billing/invoices; ACL "Care" has Restrict there; ` +
				`an access level needs update Invoices.*any* (not_granted)`},
		{nil, ask("carol", roles.View, "account", "acme"),
			`carol may not view account of acme: needs View on account; ACL "Care" has Restrict there; no permission of an access level maps to the node; grant a role (not_granted)`},

		// Gate 7.
		{nil, ask("steve", roles.View, "customer/pbx", "globex"),
			`steve may not view customer/pbx of globex: "globex" is not among what "steve" reaches from "acme"; ask as someone who has it in scope (out_of_scope)`},
		{nil, ask("steve", roles.View, "customer/pbx", "atlantis"),
			`steve may not view customer/pbx of atlantis: object "atlantis" does not exist, or its chain is damaged; name an entity that exists (out_of_scope)`},
		{func(f *fixture) {
			f.grant("steve", "acme", func(g individuals.Grant) individuals.Grant { g.Listed = []string{"acme-1"}; return g })
		}, pbx, `steve may not view customer/pbx of acme: "acme" is not among what "steve" reaches from "acme"; ask as someone who has it in scope (out_of_scope)`},
	} {
		f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
			o.PollInterval, o.MaxStaleness = 10*time.Millisecond, 300*time.Millisecond
			return s
		})
		if c.change != nil {
			c.change(f)
		}
		x := f.engine.Explain(f.ctx, c.request)
		assertProblems(t, []string{c.want}, []string{x.String()}, c.want)
		assert.Equal(t, x.Decision, f.check(c.request), c.want)
		assert.Equal(t, x.Decision.Allowed(), x.Remedy == "", c.want)
		assertDiscreet(t, x)
		require.NoError(t, f.engine.Close())
	}
}

// assertDiscreet: an explanation tells nothing of the person's record but what
// the reason is about.
func assertDiscreet(t *testing.T, x access.Explanation) {
	t.Helper()
	for _, secret := range []string{"Name of", "@example.net", "10.0.0.0", "10.1.2.3", " 7"} {
		assert.NotContains(t, x.String(), secret)
	}
}

// TestExplainFields: what programs read of an explanation.
func TestExplainFields(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	revision := f.permit("pbx-admin", "customer/telephony", roles.Read) // by the alias
	f.role("pbx-admin", func(r *roles.Role) { delete(r.Permissions, "customer/pbx") })
	x := f.engine.Explain(f.ctx, ask("steve", roles.View, "customer/telephony/extensions", "acme-1"))
	assert.Equal(t, "customer/pbx/extensions", x.Path)
	assert.Equal(t, "steve", x.Individual)
	assert.Equal(t, "acme", x.Organization)
	assert.Equal(t, "acme-1", x.Object)
	assert.Equal(t, "pbx-admin", x.Governing)
	assert.Equal(t, "PBX admin", x.Name)
	assert.Equal(t, roles.Read, x.Value)
	assert.Equal(t, node("customer/pbx"), x.SetAt)
	assert.Equal(t, "alice", x.SetBy)
	assert.Equal(t, revision, x.SetIn)
	require.NoError(t, x.Err)
	assert.Equal(t, access.RoleSlot, x.Decision.Slot())
	assert.EqualValues(t, 1, x.Decision.GrantRevision())

	x = f.engine.Explain(f.ctx, ask("stefan", roles.View, "customer/pbx", "acme"))
	assert.Empty(t, x.Organization)
	assert.Empty(t, x.Governing)
	assert.True(t, x.SetAt.IsZero())
	x = access.Explanation{}
	assert.NotPanics(t, func() { _ = x.String() })
}

// TestExplainLong: a request that brings a megabyte gets a short answer.
func TestExplainLong(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	long := strings.Repeat("a/", 1<<19)
	for _, r := range []access.Request{
		ask(long, roles.View, "customer/pbx", "acme"),
		ask("steve", roles.View, "customer/pbx", long),
		ask("steve", roles.View, long, "acme"),
	} {
		for range 2 {
			x := f.engine.Explain(f.ctx, r)
			assert.False(t, x.Decision.Allowed())
			assert.Less(t, len(x.String()), 1500)
			f.reason("steve", roles.View, "customer/pbx", "acme")
		}
	}
}

// TestExplainOnBehalf names whoever has to answer.
func TestExplainOnBehalf(t *testing.T) {
	t.Parallel()
	disable := func(id string) func(f *fixture) {
		return func(f *fixture) { f.individual(id, func(p *individuals.Individual) { p.Disabled = true }) }
	}
	q := query(roles.View, "customer/personal", "globex")
	for _, c := range []struct {
		change func(f *fixture)
		adjust func(*access.OnBehalf)
		query  access.Query
		want   string
	}{
		{nil, nil, q, `bob on behalf of dan may view customer/personal of globex: role "Viewer" gives Read at customer, set by setup in revision 1`},
		{disable("bob"), nil, q, `bob on behalf of dan may not view customer/personal of globex: "bob" is disabled; an administrator can enable it (disabled)`},
		{disable("dan"), nil, q, `bob on behalf of dan may not view customer/personal of globex: "dan" is disabled; an administrator can enable it (disabled)`},
		{func(f *fixture) { f.remove("dan", "globex") }, nil, q,
			`bob on behalf of dan may not view customer/personal of globex: there is no individual "dan"; create it (unknown_individual)`},
		{func(f *fixture) { f.remove("bob", "isp") }, nil, q,
			`bob on behalf of dan may not view customer/personal of globex: there is no individual "bob"; create it (unknown_individual)`},
		{func(f *fixture) { f.organization("isp", func(o *individuals.Organization) { o.Closed = true }) }, nil, q,
			`bob on behalf of dan may not view customer/personal of globex: the organization "isp" is closed; open it (organization_closed)`},
		{func(f *fixture) { f.organization("globex", func(o *individuals.Organization) { o.Closed = true }) }, nil, q,
			`bob on behalf of dan may not view customer/personal of globex: the organization "globex" is closed; open it (organization_closed)`},
		{func(f *fixture) {
			f.individual("bob", func(p *individuals.Individual) { p.AllowList = ipallow.List{} })
		}, nil, q, `bob on behalf of dan may not view customer/personal of globex: 10.1.2.3 is not on the allow-list of "bob"; come from an allowed network, or add this one (address_not_allowed)`},
		{nil, func(b *access.OnBehalf) { b.AsDefault = true }, q,
			`bob on behalf of dan may not view customer/personal of globex: the organization "globex" has no default role; set one, or act with what is granted (no_role)`},
		{func(f *fixture) {
			f.organization("globex", func(o *individuals.Organization) { o.AllowedRoles, o.DefaultRole = []string{"viewer"}, "viewer" })
		}, func(b *access.OnBehalf) { b.AsDefault = true }, q,
			`bob on behalf of dan may view customer/personal of globex: role "Viewer" gives Read at customer, set by setup in revision 1`},
		{nil, nil, query(roles.View, "customer/pbx", "globex"),
			`bob on behalf of dan may not view customer/pbx of globex: "bob" may not do this by itself; ask as someone who may (not_borrowed)`},
		{nil, nil, query(roles.View, "customer/individuals", "globex"),
			`bob on behalf of dan may not view customer/individuals of globex: customer/individuals is for the person's own hands; the person has to do it (not_borrowed)`},
		{nil, func(b *access.OnBehalf) { b.Start = b.Start.Add(-time.Hour) }, q,
			`bob on behalf of dan may not view customer/personal of globex: the time of "bob" to act on behalf of "dan" is over; start again (not_borrowed)`},
	} {
		f := newFixture(t, nil)
		p := f.as("bob", "dan", c.adjust)
		if c.change != nil {
			c.change(f)
		}
		x := p.Explain(f.ctx, c.query)
		assert.Equal(t, c.want, x.String())
		assert.Equal(t, "bob", x.Actor)
		assert.Equal(t, x.Decision, p.Check(f.ctx, c.query))
	}
}

// remove deletes a person and its grant.
func (f *fixture) remove(id, organization string) {
	f.t.Helper()
	f.update(func(tx store.Tx) error {
		g, err := tx.Grant(f.ctx, id, organization)
		require.NoError(f.t, err)
		require.NoError(f.t, tx.DeleteGrant(f.ctx, id, organization, g.Revision))
		p, err := tx.Individual(f.ctx, id)
		require.NoError(f.t, err)
		return tx.DeleteIndividual(f.ctx, id, p.Revision)
	})
}

// TestExplainNarrowing blames what holds a value down, not what would give it.
func TestExplainNarrowing(t *testing.T) {
	t.Parallel()
	tree, err := roles.NewTree([]roles.NodeSpec{roles.Entity("customer", roles.Panel("billing", roles.Item("invoices")),
		roles.NodeSpec{Name: "notes", Explicit: true}, roles.Panel("ledger"))}, &roles.TreeOptions{Narrowing: true})
	require.NoError(t, err)
	model := roles.MustModel(tree, roles.Type{Name: "customer", Scope: scope.Rule{Below: true},
		Ceiling: roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{"customer/ledger": roles.Read}}})
	s := memstore.New(nil)
	ctx := t.Context()
	_, err = s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		g := individuals.Grant{Individual: "steve", Organization: "acme"}.WithRole("r")
		for _, err := range []error{
			tx.PutEntity(ctx, scope.Entity{ID: "acme", Kind: "customer"}),
			tx.PutOrganization(ctx, individuals.Organization{Entity: "acme"}),
			tx.PutRole(ctx, roles.NewRole("r", "R", "customer", map[string]roles.Permission{
				"customer": roles.Read, "customer/billing": roles.Restrict, "customer/billing/invoices": roles.Modify, "customer/notes": roles.Modify})),
			tx.PutIndividual(ctx, individuals.Individual{ID: "steve", RoleType: "customer", Organization: "acme", AllowList: ipallow.Anywhere()}),
			tx.PutGrant(ctx, g),
		} {
			require.NoError(t, err)
		}
		return nil
	})
	require.NoError(t, err)
	e, err := access.New(ctx, s, model, nil)
	require.NoError(t, err)
	defer e.Close()
	for path, want := range map[string]string{
		"customer/billing/invoices": `restricts it at customer/billing, set by setup in revision 1`,
		"customer/notes":            `gives Read at customer, set by setup in revision 1`,
	} {
		x := e.Explain(ctx, access.Request{Individual: "steve", Action: roles.Update, Path: path, Surface: access.NewInterface})
		assert.Contains(t, x.Because, want)
	}
	x := e.Explain(ctx, access.Request{Individual: "steve", Action: roles.Update, Path: "customer/ledger", Surface: access.NewInterface})
	assert.Equal(t, access.Ceiling, x.Decision.Reason())
	assert.Equal(t, "nobody can", x.Remedy)
}

// TestExplainGate0 asks of every kind of principal what fails before anything
// is known of it.
func TestExplainGate0(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Systems = []access.System{{Name: "nightly", Type: "admin"}}
		return s
	})
	nightly, err := f.engine.System("nightly")
	require.NoError(t, err)
	foreign := roles.MustTree(roles.Entity("customer")).MustNode("customer")
	done, cancel := context.WithCancel(f.ctx)
	cancel()
	for _, p := range []*access.Principal{nightly, f.principal("steve"), f.as("alice", "steve", nil), f.principal("stefan")} {
		for _, q := range []access.Query{{}, {Action: 99, Path: "customer"}, {Action: roles.View, Path: "nothing"}, {Action: roles.View, Node: foreign},
			{Action: roles.View, Node: node("customer"), Path: "customer"}, {Action: roles.View, Path: "customer", Object: "a\x00"}} {
			x := p.Explain(f.ctx, q)
			assert.Contains(t, []access.Reason{access.InvalidRequest, access.UnknownNode}, x.Decision.Reason())
			require.Error(t, x.Err)
			assert.Equal(t, x.Decision, p.Check(f.ctx, q))
			assert.NotEmpty(t, x.String())
		}
		x := p.Explain(done, query(roles.View, "customer", ""))
		assert.Equal(t, access.Unavailable, x.Decision.Reason())
		require.ErrorIs(t, x.Err, context.Canceled)
	}
}
