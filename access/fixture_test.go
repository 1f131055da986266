package access_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// The fixture is one small business, with something for every gate:
//
//	isp (provider)        alice: administrator, bob: help desk
//	├─ north (reseller)   rita
//	│  └─ acme (customer) steve: PBX admin, carol: level "care"
//	│     └─ acme-1 (account)
//	└─ south (reseller)
//	   └─ globex (customer) dan: viewer

var fixtureTree = roles.MustTree(
	roles.NodeSpec{Name: "customer", Kind: roles.KindEntity, Children: []roles.NodeSpec{
		roles.Panel("personal", roles.Item("name")),
		roles.Panel("billing", roles.Item("invoices"), roles.Item("payments"), roles.Item("credit-limit")),
		{Name: "pbx", Marks: roles.Moved, Aliases: []string{"customer/telephony"}, Children: []roles.NodeSpec{roles.Item("extensions")}},
		{Name: "individuals", Marks: roles.OwnHands},
		{Name: "vault", Marks: roles.SecondFactor, Children: []roles.NodeSpec{roles.Item("keys")}},
		{Name: "allowed-roles", Choices: []roles.Permission{roles.Restrict, roles.Read}},
		{Name: "notes", Explicit: true},
	}},
	roles.Entity("account", roles.Panel("balance")),
)

var fixtureModel = roles.MustModel(fixtureTree,
	roles.Type{Name: "admin", OwnerKind: "provider", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true},
		Borrow: &roles.Ceiling{At: map[string]roles.Permission{"customer/personal": roles.Read}}},
	roles.Type{Name: "reseller", Ceiling: roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{"customer/billing/credit-limit": roles.Read}},
		Below: &roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}},
	roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{"customer/billing/credit-limit": roles.Read}},
		Scope: scope.Rule{Below: true}},
)

var fixtureLevels = acl.MustSystem(fixtureModel, []acl.Mapping{
	{Node: "customer", Subtree: true, Needs: []string{"Customers.*any*"}},
	{Node: "customer/billing", Subtree: true, Needs: []string{"Invoices.*any*"}},
}, &acl.Options{Types: []acl.Type{{Name: "customer", RoleType: "customer"}, {Name: "component"}}})

// home is where everyone of the fixture may come from.
var home = netip.MustParseAddr("10.1.2.3")

type fixture struct {
	t      testing.TB
	ctx    context.Context
	store  *memstore.Store
	engine *access.Engine
}

// newFixture makes the business and an engine over it, and ends both with the
// test. adjust may change the options and put another store before the
// memory's; it may be nil.
func newFixture(t testing.TB, adjust func(o *access.Options, s store.Store) store.Store) *fixture {
	t.Helper()
	f := &fixture{t: t, ctx: t.Context(), store: newBusiness(t, nil)}
	f.engine = f.open(adjust)
	return f
}

// open makes one more engine over the fixture's store.
func (f *fixture) open(adjust func(o *access.Options, s store.Store) store.Store) *access.Engine {
	f.t.Helper()
	opts := access.Options{ACLs: fixtureLevels}
	var s store.Store = f.store
	if adjust != nil {
		s = adjust(&opts, s)
	}
	engine, err := access.New(f.ctx, s, fixtureModel, &opts)
	require.NoError(f.t, err)
	f.t.Cleanup(func() { require.NoError(f.t, engine.Close()) })
	return engine
}

// newBusiness writes the records that the drawing above shows.
func newBusiness(t testing.TB, opts *memstore.Options) *memstore.Store {
	t.Helper()
	s := memstore.New(opts)
	t.Cleanup(func() { _ = s.Close() })
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		require.NoError(t, err)
	}
	_, err := s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		for _, e := range []scope.Entity{
			{ID: "isp", Kind: "provider"},
			{ID: "north", Kind: "reseller", Parent: "isp"}, {ID: "south", Kind: "reseller", Parent: "isp"},
			{ID: "acme", Kind: "customer", Parent: "north"}, {ID: "globex", Kind: "customer", Parent: "south"},
			{ID: "acme-1", Kind: "account", Parent: "acme"},
		} {
			must(tx.PutEntity(ctx, e))
		}
		must(tx.PutClass(ctx, individuals.Class{ID: "gold", Name: "Gold"}))
		for _, o := range []individuals.Organization{
			{Entity: "isp"}, {Entity: "north"}, {Entity: "globex"},
			{Entity: "acme", Class: "gold", AllowedRoles: []string{"viewer", "pbx-admin"}, DefaultRole: "viewer"},
		} {
			must(tx.PutOrganization(ctx, o))
		}
		for _, r := range []roles.Role{
			roles.NewRole("root", "Administrator", "admin", map[string]roles.Permission{"customer": roles.Modify, "account": roles.Modify}),
			roles.NewRole("help-desk", "Help desk", "admin", map[string]roles.Permission{"customer/billing": roles.Read}),
			roles.NewRole("sales", "Sales", "reseller", map[string]roles.Permission{"customer": roles.Modify}),
			roles.NewRole("pbx-admin", "PBX admin", "customer", map[string]roles.Permission{"customer/pbx": roles.Modify}),
			roles.NewRole("customer-admin", "Customer admin", "customer", map[string]roles.Permission{"customer": roles.Modify}),
			roles.NewRole("viewer", "Viewer", "customer", map[string]roles.Permission{
				"customer": roles.Read, "customer/billing": roles.Restrict, "customer/billing/invoices": roles.Read}),
		} {
			must(tx.PutRole(ctx, r))
		}
		must(tx.PutACL(ctx, acl.Level{ID: "care", Name: "Care", Type: "customer", Permissions: acl.MustPermissions("select+update Customers.*any*")}))
		for _, p := range []struct{ id, roleType, organization, role, level string }{
			{"alice", "admin", "isp", "root", ""}, {"bob", "admin", "isp", "help-desk", ""},
			{"rita", "reseller", "north", "sales", ""},
			{"steve", "customer", "acme", "pbx-admin", ""}, {"carol", "customer", "acme", "", "care"},
			{"dan", "customer", "globex", "viewer", ""},
		} {
			allow, err := ipallow.Parse([]string{"10.0.0.0/8"})
			must(err)
			must(tx.PutIndividual(ctx, individuals.Individual{ID: p.id, RoleType: p.roleType, Organization: p.organization,
				AllowList: allow, Epoch: 7, Name: "Name of " + p.id, Email: p.id + "@example.net"}))
			g := individuals.Grant{Individual: p.id, Organization: p.organization}
			if p.role != "" {
				g = g.WithRole(p.role)
			}
			if p.level != "" {
				g = g.WithACL(p.level)
			}
			must(tx.PutGrant(ctx, g))
		}
		return nil
	})
	must(err)
	return s
}

// update commits as alice.
func (f *fixture) update(fn func(tx store.Tx) error) uint64 {
	f.t.Helper()
	revision, err := f.store.Update(context.WithoutCancel(f.ctx), store.Author{ID: "alice"}, fn)
	require.NoError(f.t, err)
	return revision
}

// The verbs below read one record, change it and commit it.

func (f *fixture) individual(id string, change func(*individuals.Individual)) uint64 {
	f.t.Helper()
	return f.update(func(tx store.Tx) error {
		p, err := tx.Individual(f.ctx, id)
		require.NoError(f.t, err)
		was := p.RoleType
		change(&p)
		if p.RoleType == was {
			return tx.PutIndividual(f.ctx, p)
		}
		// The type is fixed: another individual of the same ID and grants.
		grants, err := tx.Grants(f.ctx, store.GrantFilter{Individual: id}, store.GrantPage{})
		require.NoError(f.t, err)
		for _, g := range grants {
			require.NoError(f.t, tx.DeleteGrant(f.ctx, id, g.Organization, g.Revision))
		}
		require.NoError(f.t, tx.DeleteIndividual(f.ctx, id, p.Revision))
		p.Revision = 0
		require.NoError(f.t, tx.PutIndividual(f.ctx, p))
		for _, g := range grants {
			require.NoError(f.t, tx.PutGrant(f.ctx, individuals.Grant{Individual: id, Organization: g.Organization}.WithRole(g.Role.ID)))
		}
		return nil
	})
}

func (f *fixture) grant(id, organization string, change func(individuals.Grant) individuals.Grant) uint64 {
	f.t.Helper()
	return f.update(func(tx store.Tx) error {
		g, err := tx.Grant(f.ctx, id, organization)
		if err != nil {
			g = individuals.Grant{Individual: id, Organization: organization}
		}
		return tx.PutGrant(f.ctx, change(g))
	})
}

// assign grants a role in the person's organization.
func (f *fixture) assign(id, organization, role string) uint64 {
	f.t.Helper()
	return f.grant(id, organization, func(g individuals.Grant) individuals.Grant { return f.withRole(g, role) })
}

func (f *fixture) withRole(g individuals.Grant, role string) individuals.Grant {
	return g.WithRole(role)
}

func (f *fixture) withACL(g individuals.Grant, level string) individuals.Grant {
	return g.WithACL(level)
}

func (f *fixture) role(id string, change func(*roles.Role)) uint64 {
	f.t.Helper()
	return f.update(func(tx store.Tx) error {
		r, err := tx.Role(f.ctx, id)
		require.NoError(f.t, err)
		was := r.Type
		change(&r)
		if r.Type != was { // which is fixed: another role of the same ID
			require.NoError(f.t, tx.DeleteRole(f.ctx, id, r.Revision))
			r.Revision = 0
		}
		return tx.PutRole(f.ctx, r)
	})
}

// permit sets one permission of a role.
func (f *fixture) permit(id, path string, p roles.Permission) uint64 {
	f.t.Helper()
	return f.role(id, func(r *roles.Role) { r.Permissions[path] = roles.Setting{Permission: p} })
}

func (f *fixture) level(id string, change func(*acl.Level)) uint64 {
	f.t.Helper()
	return f.update(func(tx store.Tx) error {
		l, err := tx.ACL(f.ctx, id)
		if err != nil {
			l = acl.Level{ID: id, Name: id, Type: "customer"}
		}
		was := l.Type
		change(&l)
		if l.Type != was && l.Revision != 0 {
			require.NoError(f.t, tx.DeleteACL(f.ctx, id, l.Revision))
			l.Revision = 0
		}
		return tx.PutACL(f.ctx, l)
	})
}

func (f *fixture) organization(id string, change func(*individuals.Organization)) uint64 {
	f.t.Helper()
	return f.update(func(tx store.Tx) error {
		o, err := tx.Organization(f.ctx, id)
		if err != nil {
			o = individuals.Organization{Entity: id}
		}
		change(&o)
		return tx.PutOrganization(f.ctx, o)
	})
}

func (f *fixture) class(id string, change func(*individuals.Class)) uint64 {
	f.t.Helper()
	return f.update(func(tx store.Tx) error {
		c, err := tx.Class(f.ctx, id)
		if err != nil {
			c = individuals.Class{ID: id}
		}
		change(&c)
		return tx.PutClass(f.ctx, c)
	})
}

func (f *fixture) entity(id string, change func(*scope.Entity)) uint64 {
	f.t.Helper()
	return f.update(func(tx store.Tx) error {
		e, err := tx.Entity(f.ctx, id)
		if err != nil {
			e = scope.Entity{ID: id}
		}
		change(&e)
		return tx.PutEntity(f.ctx, e)
	})
}

// ask is a request that the person makes from home with current credentials.
func ask(individual string, action roles.Action, path, object string) access.Request {
	return access.Request{Individual: individual, Action: action, Path: path, Object: object,
		Surface: access.NewInterface, Address: home, Epoch: 7}
}

func (f *fixture) check(r access.Request) access.Decision { return f.engine.Check(f.ctx, r) }

// reason is what the engine answers to ask.
func (f *fixture) reason(individual string, action roles.Action, path, object string) access.Reason {
	return f.check(ask(individual, action, path, object)).Reason()
}

// principal is the person who came in from home.
func (f *fixture) principal(individual string) *access.Principal {
	f.t.Helper()
	return f.principalOf(f.engine, access.Identity{Individual: individual, Surface: access.NewInterface, Address: home, Epoch: 7})
}

func (f *fixture) principalOf(e *access.Engine, id access.Identity) *access.Principal {
	f.t.Helper()
	p, err := e.Principal(f.ctx, id)
	require.NoError(f.t, err)
	return p
}

// node finds a node of the fixture's tree.
func node(path string) roles.Node { return fixtureTree.MustNode(path) }

func date(text string) individuals.Date {
	d, err := individuals.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// proven are the factors of someone who used a code.
var proven = access.Factors{SecondFactor: time.Unix(1, 0)}
