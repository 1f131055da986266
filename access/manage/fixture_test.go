package manage_test

import (
	"context"
	"crypto/rand"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	aclbilling "github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// The world is a telecom business, made through the desks:
//
//	isp (provider)              alice: root; andrew: admin, who has no right to grant beyond
//	├─ north (reseller)         rita: reseller
//	│  ├─ abc (customer)        bob: customer admin; steve: PBX admin; adam: operations manager from 20 April 2026
//	│  │  ├─ abc-1, abc-2 (account), members of abc-sales
//	│  │  └─ abc-sales (group)  greg: supervises it
//	│  └─ xyz (customer)        zoe: customer admin
//	├─ south (reseller)         sam: reseller
//	├─ dist (distributor)       dora: distributor; abc links to it
//	└─ rep (representative)     rob: representative; abc links to it
//
// The instant is 1 April 2026, 10:00 UTC. abc and xyz have allowed roles and the
// default role "customer".
type world struct {
	t       testing.TB
	ctx     context.Context
	store   store.Store
	clock   *fakeClock
	levels  *acl.System
	engine  *access.Engine
	sealer  otp.Sealer
	links   *links.Links
	guards  roles.Guards
	manager *manage.Manager
}

// A setup is what a test may change before a world is made.
type setup struct {
	store   store.Store
	guards  roles.Guards
	systems []access.System
	coexist access.Coexistence
	// realClock lets the engine look at the system's clock, and answer faster.
	realClock bool
	options   manage.Options
	noLinks   bool
	noPeople  bool // alice alone, and the entities
}

// fakeClock stands until it is set.
type fakeClock struct{ nanoseconds atomic.Int64 }

func (c *fakeClock) now() time.Time  { return time.Unix(0, c.nanoseconds.Load()).UTC() }
func (c *fakeClock) set(t time.Time) { c.nanoseconds.Store(t.UnixNano()) }

// began is the instant at which worlds begin.
var began = time.Date(2026, time.April, 1, 10, 0, 0, 0, time.UTC)

// office is where everyone comes from.
var office = netip.MustParseAddr("10.1.2.3")

// Access levels of the world; see newWorld. Their names and permissions are
// canaries: no desk of the role system shows them.
const (
	levelCare   = "care"   // of customers, belongs to isp
	levelBig    = "big"    // of customers, all of a customer's own
	levelPart   = "part"   // a component
	levelHidden = "hidden" // of customers, belongs to xyz
)

// newWorld makes a world, which ends with the test. Each change may alter how.
func newWorld(t testing.TB, changes ...func(*setup)) *world {
	t.Helper()
	s := setup{guards: billing.Guards()}
	for _, change := range changes {
		change(&s)
	}
	if s.store == nil {
		s.store = memstore.New(nil)
	}
	w := &world{t: t, ctx: context.Background(), store: s.store, clock: new(fakeClock), levels: aclbilling.System(), guards: s.guards}
	t.Cleanup(func() { _ = w.store.Close() })
	w.clock.set(began)
	hostKey, err := otp.GenerateHostKey(rand.Reader)
	require.NoError(t, err)
	w.sealer, err = otp.NewKeyring(rand.Reader, hostKey)
	require.NoError(t, err)
	w.links, err = links.New(w.sealer, &links.Options{Clock: w.clock.now, BaseURLs: map[string]string{
		billing.TypeAdmin: "https://admin.example.net/link", billing.TypeReseller: "https://reseller.example.net/link",
		billing.TypeCustomer: "https://portal.example.net/link", billing.TypeDistributor: "https://partner.example.net/link",
		billing.TypeRepresentative: "https://partner.example.net/rep", billing.TypeAccount: "https://account.example.net/link",
	}})
	require.NoError(t, err)
	_, err = manage.Bootstrap(w.ctx, w.store, billing.Model(), w.first())
	require.NoError(t, err)
	options := access.Options{ACLs: w.levels, Clock: w.clock.now, Systems: s.systems, Coexistence: s.coexist,
		PollInterval: time.Hour, MaxStaleness: time.Hour}
	if s.realClock {
		options.Clock = nil
	}
	w.engine, err = access.New(w.ctx, w.store, billing.Model(), &options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.engine.Close()) })
	s.options.ACLs = w.levels
	if !s.noLinks {
		s.options.Links = w.links
	}
	w.manager, err = manage.New(w.engine, w.store, s.guards, &s.options)
	require.NoError(t, err)
	w.populate(s)
	return w
}

// first is the provider and its first administrator.
func (w *world) first() manage.First {
	var more []roles.Role
	for _, r := range billing.DefaultRoles() {
		if r.ID != billing.RoleRoot {
			more = append(more, r)
		}
	}
	return manage.First{
		Provider:      scope.Entity{ID: "isp", Kind: billing.KindProvider, Title: "The provider"},
		Administrator: individuals.Individual{ID: "alice", RoleType: billing.TypeAdmin, Login: "alice@isp.example", Name: "Alice"},
		Role:          billing.Root(billing.Tree()), Roles: more, Links: w.links, Clock: w.clock.now,
	}
}

// populate makes everything else through alice's, rita's and bob's desks.
func (w *world) populate(s setup) {
	w.t.Helper()
	must := func(_ uint64, err error) {
		w.t.Helper()
		require.NoError(w.t, err)
	}
	alice := w.role("alice")
	customer := func(id, parent string, links ...scope.Link) {
		w.t.Helper()
		must(alice.CreateEntity(w.ctx, scope.Entity{ID: id, Kind: billing.KindCustomer, Parent: parent, Links: links}))
	}
	_, err := alice.Together(w.ctx, func(alice *manage.RoleDesk) error {
		for _, e := range []scope.Entity{
			{ID: "north", Kind: billing.KindReseller, Parent: "isp"}, {ID: "south", Kind: billing.KindReseller, Parent: "isp"},
			{ID: "dist", Kind: billing.KindDistributor, Parent: "isp"}, {ID: "rep", Kind: billing.KindRepresentative, Parent: "isp"},
		} {
			must(alice.CreateEntity(w.ctx, e))
		}
		return nil
	})
	require.NoError(w.t, err)
	customer("abc", "north", scope.Link{Name: billing.LinkDistributor, To: "dist"}, scope.Link{Name: billing.LinkRepresentative, To: "rep"})
	customer("xyz", "north")
	_, err = alice.Together(w.ctx, func(alice *manage.RoleDesk) error {
		group := []scope.Link{{Name: billing.LinkGroup, To: "abc-sales"}}
		must(alice.CreateEntity(w.ctx, scope.Entity{ID: "abc-sales", Kind: billing.KindGroup, Parent: "abc"}))
		must(alice.CreateEntity(w.ctx, scope.Entity{ID: "abc-1", Kind: billing.KindAccount, Parent: "abc", Links: group}))
		must(alice.CreateEntity(w.ctx, scope.Entity{ID: "abc-2", Kind: billing.KindAccount, Parent: "abc", Links: group}))
		for _, id := range []string{"north", "south"} {
			must(alice.PutOrganization(w.ctx, individuals.Organization{Entity: id, AllowedRoles: []string{billing.RoleReseller}}))
		}
		must(alice.PutOrganization(w.ctx, individuals.Organization{Entity: "dist", AllowedRoles: []string{billing.RoleDistributor}}))
		must(alice.PutOrganization(w.ctx, individuals.Organization{Entity: "rep", AllowedRoles: []string{billing.RoleRepresentative}}))
		for _, id := range []string{"abc", "xyz"} {
			must(alice.PutOrganization(w.ctx, individuals.Organization{Entity: id, DefaultRole: billing.RoleCustomer,
				AllowedRoles: []string{billing.RoleCustomer, billing.RoleCustomerAdmin, billing.RolePBXAdmin, billing.RoleOperationsManager, billing.RoleHuntGroupSupervisor}}))
		}
		return nil
	})
	require.NoError(w.t, err)
	w.putLevels()
	if s.noPeople {
		return
	}
	rita, bob := "rita", "bob"
	if s.coexist == access.PerSurface {
		// Who has a role alone holds nothing on the old interface then, and can give
		// nothing: alice has the explicit right to.
		rita, bob = "alice", "alice"
	}
	must(alice.CreateIndividual(w.ctx, someone("andrew", billing.TypeAdmin, "isp", billing.RoleAdmin)))
	must(alice.CreateIndividual(w.ctx, someone("rita", billing.TypeReseller, "north", billing.RoleReseller)))
	must(alice.CreateIndividual(w.ctx, someone("sam", billing.TypeReseller, "south", billing.RoleReseller)))
	must(alice.CreateIndividual(w.ctx, someone("dora", billing.TypeDistributor, "dist", billing.RoleDistributor)))
	must(alice.CreateIndividual(w.ctx, someone("rob", billing.TypeRepresentative, "rep", billing.RoleRepresentative)))
	must(w.role(rita).CreateIndividual(w.ctx, someone("bob", billing.TypeCustomer, "abc", billing.RoleCustomerAdmin)))
	must(w.role(rita).CreateIndividual(w.ctx, someone("zoe", billing.TypeCustomer, "xyz", billing.RoleCustomerAdmin)))
	must(w.role(bob).CreateIndividual(w.ctx, someone("steve", billing.TypeCustomer, "abc", billing.RolePBXAdmin)))
	adam := someone("adam", billing.TypeCustomer, "abc", billing.RoleOperationsManager)
	adam.Individual.Window = individuals.Window{Activation: date("2026-04-20"), Zone: "Europe/Prague"}
	must(w.role(bob).CreateIndividual(w.ctx, adam))
	greg := someone("greg", billing.TypeHuntGroupSupervisor, "abc", billing.RoleHuntGroupSupervisor)
	greg.Listed = []string{"abc-sales"}
	must(w.role(rita).CreateIndividual(w.ctx, greg))
}

// putLevels writes access levels as the older system does.
func (w *world) putLevels() {
	w.t.Helper()
	w.write(func(tx store.Tx) error {
		for _, l := range []acl.Level{
			{ID: levelPart, Name: "Canary part", Type: "component", Permissions: acl.MustPermissions("select Customers.*any*")},
			{ID: levelCare, Name: "Canary care", Type: "customer", Owner: "isp", Description: "canary-care-content", VisibleTo: []string{"isp"},
				Permissions: acl.MustPermissions("select Customers.*any*"), Components: []string{levelPart}},
			{ID: levelBig, Name: "Canary big", Type: "customer", Owner: "isp", Description: "canary-big-content", VisibleTo: []string{"isp"},
				Permissions: acl.MustPermissions("select+update+insert+delete Customers.*any*")},
			{ID: levelHidden, Name: "Canary hidden", Type: "customer", Owner: "xyz", Permissions: acl.MustPermissions("select Customers.*any*")},
		} {
			if err := tx.PutACL(w.ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// someone is a person with a login from which the rest follows.
func someone(id, roleType, organization, role string) manage.Someone {
	return manage.Someone{Role: role, Individual: individuals.Individual{ID: id, RoleType: roleType, Organization: organization,
		Login: id + "@" + organization + ".example", Name: "Name of " + id, AllowList: ipallow.Anywhere()}}
}

func date(text string) individuals.Date {
	d, err := individuals.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// principal is the person, signed in a moment ago from the office with every
// factor.
func (w *world) principal(individual string, changes ...func(*access.Identity)) *access.Principal {
	w.t.Helper()
	id := access.Identity{Individual: individual, Surface: access.NewInterface, Address: office, Epoch: access.CurrentEpoch,
		Factors: access.Factors{SecondFactor: w.clock.now()}}
	for _, change := range changes {
		change(&id)
	}
	p, err := w.engine.Principal(w.ctx, id)
	require.NoError(w.t, err)
	return p
}

// role is the person's desk of the role system.
func (w *world) role(individual string, changes ...func(*access.Identity)) *manage.RoleDesk {
	w.t.Helper()
	return w.manager.Roles(w.principal(individual, changes...))
}

// acl is the person's desk of the older system.
func (w *world) acl(individual string, changes ...func(*access.Identity)) *manage.ACLDesk {
	w.t.Helper()
	return w.manager.ACLs(w.principal(individual, changes...))
}

// write commits to the store past the desks.
func (w *world) write(fn func(tx store.Tx) error) uint64 {
	w.t.Helper()
	revision, err := w.store.Update(w.ctx, store.Author{ID: "setup"}, fn)
	require.NoError(w.t, err)
	if w.engine != nil {
		require.NoError(w.t, w.engine.Sync(w.ctx, revision))
	}
	return revision
}

// read looks into the store past the desks.
func (w *world) read(fn func(r store.Reader) error) {
	w.t.Helper()
	require.NoError(w.t, w.store.View(w.ctx, fn))
}

// The records as they are stored.

func (w *world) individual(id string) (p individuals.Individual) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { p, err = r.Individual(w.ctx, id); return err })
	return p
}

func (w *world) grant(individual, organization string) (g individuals.Grant) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { g, err = r.Grant(w.ctx, individual, organization); return err })
	return g
}

func (w *world) organization(id string) (o individuals.Organization) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { o, err = r.Organization(w.ctx, id); return err })
	return o
}

func (w *world) storedRole(id string) (role roles.Role) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { role, err = r.Role(w.ctx, id); return err })
	return role
}

func (w *world) entity(id string) (e scope.Entity) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { e, err = r.Entity(w.ctx, id); return err })
	return e
}

func (w *world) revision() (revision uint64) {
	w.t.Helper()
	w.read(func(r store.Reader) error { revision = r.Revision(); return nil })
	return revision
}

// events are those of changes after the sequence.
func (w *world) events(after uint64) (events []audit.Event) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) {
		events, err = r.Events(w.ctx, audit.Filter{Chain: audit.Changes, After: after})
		return err
	})
	return events
}

// sequence is that of the last event.
func (w *world) sequence() (sequence uint64) {
	w.t.Helper()
	w.read(func(r store.Reader) error {
		head, err := r.EventHead(w.ctx, audit.Changes)
		sequence = head.Sequence
		return err
	})
	return sequence
}

// outbox is every message that waits, oldest first.
func (w *world) outbox() []store.Message {
	w.t.Helper()
	messages, err := w.store.DueMessages(w.ctx, w.clock.now().AddDate(1, 0, 0), store.MaxPage)
	require.NoError(w.t, err)
	return messages
}

// tokens are the links of a person.
func (w *world) tokens(individual string) (tokens []store.Token) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) {
		tokens, err = r.Tokens(w.ctx, store.TokenFilter{Individual: individual}, store.Page{})
		return err
	})
	return tokens
}

// reason is what the engine answers the person who asks from the office.
func (w *world) reason(individual string, action roles.Action, path, object string) access.Reason {
	w.t.Helper()
	return w.principal(individual).Check(w.ctx, access.Query{Action: action, Path: path, Object: object}).Reason()
}

// refusedWhole holds that the attempt is an error and leaves nothing: no commit,
// no event, no mail.
func (w *world) refusedWhole(attempt func() error) error {
	w.t.Helper()
	revision, sequence, mails := w.revision(), w.sequence(), len(w.outbox())
	err := attempt()
	require.Error(w.t, err)
	require.Equal(w.t, revision, w.revision(), "something was written")
	require.Equal(w.t, sequence, w.sequence(), "something was recorded")
	require.Len(w.t, w.outbox(), mails, "something was mailed")
	return err
}

// errOf leaves out the revision.
func errOf(_ uint64, err error) error { return err }
