package manage_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// The small model has every trait that administration can stumble over, in
// fifteen nodes: an explicit one, one that moved to the new interface, one for
// own hands, one that asks for a second factor, and ceilings that differ between
// the own entity and what is below. All kinds of entities share the guards.
var (
	smallTree = roles.MustTree(
		roles.Entity("thing",
			roles.Panel("info"),
			roles.Panel("money", roles.Item("limit")),
			roles.NodeSpec{Name: "secret", Explicit: true, Marks: roles.SecondFactor},
			roles.NodeSpec{Name: "tools", Marks: roles.Moved, Children: []roles.NodeSpec{roles.Item("deep")}},
		),
		roles.Entity("admin",
			roles.Panel("people", roles.NodeSpec{Name: "credentials", Marks: roles.OwnHands}, roles.Item("grants")),
			roles.Panel("lists"),
			roles.Panel("roles", roles.NodeSpec{Name: "beyond", Explicit: true}),
			roles.Panel("entities"),
		),
	)
	smallGuards = func() roles.Guards {
		all := roles.KindGuards{Individuals: "admin/people", Credentials: "admin/people/credentials", AllowedRoles: "admin/lists",
			Grants: "admin/people/grants", Audit: "admin", SignInAs: "admin/people"}
		g := roles.Guards{Kinds: make(map[string]roles.KindGuards), Roles: "admin/roles", ACLs: "admin", Entities: "admin/entities",
			GrantBeyond: "admin/roles/beyond"}
		for _, kind := range []string{"provider", "dealer", "client", "agent"} {
			g.Kinds[kind] = all
		}
		return g
	}()
	smallLimited = map[string]roles.Permission{"thing/money/limit": roles.Read}
	smallModel   = roles.MustModel(smallTree,
		roles.Type{Name: "root", OwnerKind: "provider", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}},
		roles.Type{Name: "dealer", Ceiling: roles.Ceiling{Base: roles.Modify, At: smallLimited}, Below: &roles.Ceiling{Base: roles.Modify},
			Scope: scope.Rule{Below: true}},
		roles.Type{Name: "client", Ceiling: roles.Ceiling{Base: roles.Modify, At: smallLimited}, Scope: scope.Rule{Below: true}},
		roles.Type{Name: "keeper", Realm: "client", OwnerKind: "client", Ceiling: roles.Ceiling{Base: roles.Modify},
			Scope: scope.Rule{Link: "group", Listed: true}},
		roles.Type{Name: "agent", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true, Link: "agent", LinkedBelow: true}},
		// Clerks reach their dealer and nothing below, idlers may do nothing.
		roles.Type{Name: "clerk", Realm: "dealer", OwnerKind: "dealer", Ceiling: roles.Ceiling{Base: roles.Modify}},
		roles.Type{Name: "idler", Realm: "root", OwnerKind: "provider", Scope: scope.Rule{Below: true}},
	)
	smallLevels = acl.MustSystem(smallModel, []acl.Mapping{
		{Node: "thing", Subtree: true, Needs: []string{"Things.*any*"}},
		{Node: "thing/money", Subtree: true, Needs: []string{"Money.*any*"}},
		{Node: "thing/tools/deep", Needs: []string{"Things.deep"}},
		{Node: "admin", Subtree: true, Needs: []string{"Admin.*any*"}},
		{Node: "admin/people", Subtree: true, Needs: []string{"People.*any*"}},
		{Node: "admin/people/grants", Needs: []string{"People.grants"}},
	}, &acl.Options{Types: []acl.Type{{Name: "root", RoleType: "root"}, {Name: "dealer", RoleType: "dealer"}, {Name: "client", RoleType: "client"},
		{Name: "agent", RoleType: "agent"}, {Name: "component"}}})
	// typesOf are the role types of people of a kind of entity.
	typesOf = map[string][]string{"provider": {"root"}, "dealer": {"dealer", "clerk"}, "client": {"client", "keeper"}, "agent": {"agent"}}
)

// smallNow is the instant in small worlds.
var smallNow = time.Date(2026, time.April, 1, 10, 0, 0, 0, time.UTC)

// A small world lives in the small model:
//
//	p (provider)
//	├─ d1 (dealer)
//	│  ├─ s (dealer)
//	│  │  └─ c4 (client)
//	│  ├─ c1 (client)
//	│  │  ├─ a1, a2 (account), members of g1
//	│  │  └─ g1 (group)
//	│  └─ c2 (client), linked to ag
//	├─ d2 (dealer)
//	│  └─ c3 (client)
//	└─ ag (agent)
type smallWorld struct {
	t       testing.TB
	ctx     context.Context
	store   store.Store
	engine  *access.Engine
	links   *links.Links
	manager *manage.Manager
	mode    access.Coexistence
}

var smallEntities = []scope.Entity{
	{ID: "p", Kind: "provider"},
	{ID: "d1", Kind: "dealer", Parent: "p"}, {ID: "d2", Kind: "dealer", Parent: "p"}, {ID: "s", Kind: "dealer", Parent: "d1"},
	{ID: "ag", Kind: "agent", Parent: "p"},
	{ID: "c1", Kind: "client", Parent: "d1"}, {ID: "c2", Kind: "client", Parent: "d1", Links: []scope.Link{{Name: "agent", To: "ag"}}},
	{ID: "c3", Kind: "client", Parent: "d2"}, {ID: "c4", Kind: "client", Parent: "s"},
	{ID: "g1", Kind: "group", Parent: "c1"},
	{ID: "a1", Kind: "account", Parent: "c1", Links: []scope.Link{{Name: "group", To: "g1"}}},
	{ID: "a2", Kind: "account", Parent: "c1", Links: []scope.Link{{Name: "group", To: "g1"}}},
}

// smallSealer seals what links leave in a store.
var smallSealer = func() otp.Sealer {
	key, err := otp.GenerateHostKey(smallRandom{})
	if err != nil {
		panic(err)
	}
	ring, err := otp.NewKeyring(smallRandom{}, key)
	if err != nil {
		panic(err)
	}
	return ring
}()

// smallRandom is quick, and for tests alone.
type smallRandom struct{}

func (smallRandom) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(rand.Uint32())
	}
	return len(p), nil
}

// newSmallWorld makes one with what fill writes, past the desks. It ends with
// the call of end.
func newSmallWorld(t testing.TB, mode access.Coexistence, fill func(w *smallWorld, tx store.Tx), systems ...access.System) (w *smallWorld, end func()) {
	t.Helper()
	w = &smallWorld{t: t, ctx: context.Background(), store: newMemory(), mode: mode}
	_, err := w.store.Update(w.ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		for _, e := range smallEntities {
			w.must(tx.PutEntity(w.ctx, e))
		}
		fill(w, tx)
		return nil
	})
	require.NoError(t, err)
	w.open(systems...)
	return w, func() {
		require.NoError(t, w.engine.Close())
		require.NoError(t, w.store.Close())
	}
}

// open makes an engine and a manager over the store.
func (w *smallWorld) open(systems ...access.System) {
	w.t.Helper()
	clock := func() time.Time { return smallNow }
	var err error
	w.engine, err = access.New(w.ctx, w.store, smallModel, &access.Options{ACLs: smallLevels, Coexistence: w.mode, Clock: clock,
		PollInterval: time.Hour, MaxStaleness: time.Hour, Systems: systems})
	require.NoError(w.t, err)
	base := "https://portal.example.net/link"
	w.links, err = links.New(smallSealer, &links.Options{Clock: clock, Random: smallRandom{},
		BaseURLs: map[string]string{"root": base, "dealer": base, "client": base, "agent": base}})
	require.NoError(w.t, err)
	w.manager, err = manage.New(w.engine, w.store, smallGuards, &manage.Options{ACLs: smallLevels, Links: w.links, Random: smallRandom{}})
	require.NoError(w.t, err)
}

func (w *smallWorld) must(err error) {
	w.t.Helper()
	require.NoError(w.t, err)
}

// write commits past the desks.
func (w *smallWorld) write(fn func(tx store.Tx)) {
	w.t.Helper()
	revision, err := w.store.Update(w.ctx, store.Author{ID: "setup"}, func(tx store.Tx) error { fn(tx); return nil })
	w.must(err)
	w.must(w.engine.Sync(w.ctx, revision))
}

// smallPerson is a record that may come in from anywhere at any time.
func smallPerson(id, roleType, organization string) individuals.Individual {
	t, err := smallModel.Type(roleType)
	if err != nil {
		panic(err)
	}
	return individuals.Individual{ID: id, Provider: "p", Realm: t.Realm, RoleType: roleType, Organization: organization, Login: "login-" + id,
		Name: "Name of " + id, AllowList: ipallow.Anywhere()}
}

func smallRole(id, roleType, owner string, permissions map[string]roles.Permission) roles.Role {
	r := roles.NewRole(id, "Role "+id, roleType, permissions)
	r.Owner = owner
	return r
}

// identity is the person's, signed in with every factor.
func smallIdentity(individual, organization string, surface access.Surface) access.Identity {
	return access.Identity{Individual: individual, Organization: organization, Surface: surface, Address: office, Epoch: access.CurrentEpoch,
		Factors: access.Factors{SecondFactor: smallNow}}
}

func (w *smallWorld) principal(id access.Identity) *access.Principal {
	w.t.Helper()
	p, err := w.engine.Principal(w.ctx, id)
	w.must(err)
	return p
}

// desk is the person's of the role system, on the new interface.
func (w *smallWorld) desk(individual string) *manage.RoleDesk {
	w.t.Helper()
	return w.manager.Roles(w.principal(smallIdentity(individual, "", access.NewInterface)))
}
