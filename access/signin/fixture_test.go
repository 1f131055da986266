package signin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// The password of everyone in the fixture, and one that nobody has.
const (
	right    = "correct zebra battery staple"
	wrong    = "wrong zebra battery staple"
	brandNew = "seventeen umbrellas in the rain"
)

var (
	home      = netip.MustParseAddr("10.1.2.3")
	elsewhere = netip.MustParseAddr("203.0.113.9")
	noon      = time.Date(2026, 4, 10, 12, 0, 0, 0, time.UTC)
)

var randomness = rand.Reader

// A clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// The world is one provider with a customer, "abc", whose people differ in what
// keeps them out. "strict" is a customer whose class asks for a second factor,
// "closed" one that is closed, and "open" one with a standing link.
type world struct {
	t      testing.TB
	ctx    context.Context
	store  *spy
	clock  *clock
	sealer *otp.Keyring
	key    otp.HostKey
	links  *links.Links
	engine *access.Engine
	flow   *signin.Flow
	hashes *signin.Hashes
	keys   map[string]otp.Key // of those who are enrolled
}

var tree = roles.MustTree(
	roles.NodeSpec{Name: "vault", Kind: roles.KindEntity, Marks: roles.SecondFactor},
	roles.NodeSpec{Name: "customer", Kind: roles.KindEntity, Children: []roles.NodeSpec{roles.Panel("billing")}},
)

var model = roles.MustModel(tree,
	roles.Type{Name: "admin", OwnerKind: "provider", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}},
	roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}},
)

// somebody is a person of the fixture.
func somebody(id string, adjust func(*individuals.Individual)) individuals.Individual {
	p := individuals.Individual{
		ID: id, Provider: "isp", Realm: "customer", RoleType: "customer", Organization: "abc", Login: id,
		AllowList: ipallow.Anywhere(), SecondFactor: individuals.SecondFactorNo, Epoch: 7, Language: "en",
	}
	if adjust != nil {
		adjust(&p)
	}
	return p
}

func people() []individuals.Individual {
	date := func(day int) individuals.Date {
		d, err := individuals.NewDate(2026, time.April, day)
		if err != nil {
			panic(err)
		}
		return d
	}
	inside := func(cidr string) ipallow.List {
		list, err := ipallow.Parse([]string{cidr})
		if err != nil {
			panic(err)
		}
		return list
	}
	type ind = individuals.Individual
	return []individuals.Individual{
		somebody("bob", nil),
		somebody("mia", func(p *ind) { p.Login, p.Email = "mia@abc.example", "mia@abc.example" }),
		somebody("eva", func(p *ind) {
			p.Login, p.Enrolled, p.SecondFactor = "eva@abc.example", true, individuals.SecondFactorYes
		}),
		somebody("fay", func(p *ind) { p.Enrolled = true }), // has a factor that nobody asks for
		somebody("new", func(p *ind) { p.SecondFactor = individuals.SecondFactorYes }),
		somebody("class", func(p *ind) { p.SecondFactor, p.Organization = individuals.AsClassDefines, "strict" }),
		somebody("must", nil),
		somebody("invited", func(p *ind) { p.Email = "invited@abc.example" }),
		somebody("gone", func(p *ind) { p.Disabled = true }),
		somebody("early", func(p *ind) { p.Window = individuals.Window{Activation: date(20), Zone: "Europe/Prague"} }),
		somebody("late", func(p *ind) { p.Window = individuals.Window{Expiration: date(1), Zone: "Europe/Prague"} }),
		somebody("away", func(p *ind) { p.AllowList = inside("192.0.2.0/24") }),
		somebody("shut", func(p *ind) { p.Organization = "closed" }),
		somebody("root", func(p *ind) { p.Realm, p.RoleType, p.Organization = "admin", "admin", "isp" }),
	}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), store: &spy{Store: memstore.New(nil)}, clock: &clock{now: noon}, keys: make(map[string]otp.Key)}
	var err error
	w.key, err = otp.GenerateHostKey(rand.Reader)
	require.NoError(t, err)
	w.sealer, err = otp.NewKeyring(rand.Reader, w.key)
	require.NoError(t, err)
	w.links, err = links.New(w.sealer, &links.Options{Clock: w.clock.Now, BaseURLs: map[string]string{
		"customer": "https://portal.abc.example/link", "admin": "https://admin.isp.example/link"}})
	require.NoError(t, err)
	w.fill()
	w.engine = w.open()
	w.flow, w.hashes = w.door(w.engine, nil)
	return w
}

// open makes one more engine over the store.
func (w *world) open() *access.Engine {
	w.t.Helper()
	engine, err := access.New(w.ctx, w.store, model, &access.Options{Clock: w.clock.Now})
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// door makes one more flow, whose hashes cost nothing and are counted.
func (w *world) door(e *access.Engine, adjust func(*signin.Options)) (*signin.Flow, *signin.Hashes) {
	w.t.Helper()
	slots, err := individuals.NewHashSlots(&individuals.HashSlotsOptions{Slots: 4, Waiting: 1000})
	require.NoError(w.t, err)
	opts := &signin.Options{Sealer: w.sealer, LoginKey: w.key, Links: w.links, HashSlots: slots, Clock: w.clock.Now, Issuer: "ABC"}
	if adjust != nil {
		adjust(opts)
	}
	flow, err := signin.New(e, w.store, opts)
	require.NoError(w.t, err)
	return flow, flow.CountHashes(true)
}

func (w *world) fill() {
	w.t.Helper()
	ctx := w.ctx
	_, err := w.store.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		must := func(err error) {
			w.t.Helper()
			require.NoError(w.t, err)
		}
		must(tx.PutEntity(ctx, scope.Entity{ID: "isp", Kind: "provider"}))
		must(tx.PutOrganization(ctx, individuals.Organization{Entity: "isp"}))
		must(tx.PutClass(ctx, individuals.Class{ID: "gold", Name: "Gold", SecondFactor: true}))
		must(tx.PutRole(ctx, roles.NewRole("viewer", "Viewer", "customer", map[string]roles.Permission{"customer": roles.Read, "vault": roles.Read})))
		for _, o := range []individuals.Organization{
			{Entity: "abc"}, {Entity: "strict", Class: "gold"}, {Entity: "closed", Closed: true},
			{Entity: "open", Link: individuals.StandingLink{Role: "viewer", Open: true}},
		} {
			must(tx.PutEntity(ctx, scope.Entity{ID: o.Entity, Kind: "customer", Parent: "isp"}))
			must(tx.PutOrganization(ctx, o))
		}
		for _, p := range people() {
			must(tx.PutIndividual(ctx, p))
			if p.RoleType == "customer" {
				must(tx.PutGrant(ctx, individuals.Grant{Individual: p.ID, Organization: p.Organization}.WithRole("viewer")))
			}
			if p.ID == "invited" {
				continue
			}
			c := individuals.Credential{Individual: p.ID, MeetsAlone: true, MustChange: p.ID == "must"}
			var err error
			c.Password, err = signin.FastHash(rand.Reader, right)
			must(err)
			if p.Enrolled {
				key, err := otp.GenerateKey(rand.Reader)
				must(err)
				w.keys[p.ID] = key
				c.SealedKey, err = otp.SealKey(w.sealer, key, p.ID)
				must(err)
				_, c.Recovery, err = otp.GenerateRecoveryCodes(rand.Reader)
				must(err)
			}
			must(tx.PutCredential(ctx, c))
		}
		return nil
	})
	require.NoError(w.t, err)
}

// attempt is one from home at the customers' page.
func attempt(login, password string) signin.Attempt {
	return signin.Attempt{Provider: "isp", Realm: "customer", Login: login, Password: password, Address: home, Surface: access.NewInterface}
}

func from(a netip.Addr, t signin.Attempt) signin.Attempt {
	t.Address = a
	return t
}

var atHome = signin.Origin{Address: home, Surface: access.NewInterface}

// refused returns the refusal in an error, and fails where there is another.
func refused(t require.TestingT, err error) *signin.Refusal {
	var r *signin.Refusal
	require.ErrorAs(t, err, &r)
	return r
}

func (w *world) begin(a signin.Attempt) (signin.Outcome, error) { return w.flow.Begin(w.ctx, a) }

// reason is why the attempt is refused, "" where somebody is in.
func (w *world) reason(a signin.Attempt) signin.Reason {
	w.t.Helper()
	o, err := w.begin(a)
	if err == nil {
		require.True(w.t, o.Done(), "a challenge: %v", o.Challenge)
		return ""
	}
	return refused(w.t, err).Reason
}

// challenged is the challenge that the attempt comes to.
func (w *world) challenged(a signin.Attempt) signin.Challenge {
	w.t.Helper()
	o, err := w.begin(a)
	require.NoError(w.t, err)
	require.False(w.t, o.Done())
	return o.Challenge
}

// code is what the person's authenticator shows now.
func (w *world) code(id string) string {
	w.t.Helper()
	return codeOf(w.t, w.keys[id], w.clock.Now())
}

func codeOf(t require.TestingT, key otp.Key, at time.Time) string {
	code, err := otp.GenerateCode(key, at)
	require.NoError(t, err)
	return code
}

// in is somebody who signed in from home, with a code where one is asked for.
func (w *world) in(login string) *access.Principal {
	w.t.Helper()
	o, err := w.begin(attempt(login, right))
	require.NoError(w.t, err)
	if o.Challenge.Need() == signin.NeedCode {
		o, err = w.flow.Continue(w.ctx, o.Challenge.Reveal(), signin.Answer{Code: w.code(strings.Split(login, "@")[0]), Address: home})
		require.NoError(w.t, err)
		w.clock.Pass(time.Minute) // so that the next code is another
	}
	require.True(w.t, o.Done())
	return o.Principal
}

// may is what the engine says of the principal now.
func (w *world) may(p *access.Principal) access.Reason {
	return p.Check(w.ctx, access.Query{Action: roles.View, Path: "customer"}).Reason()
}

func (w *world) person(id string) individuals.Individual {
	w.t.Helper()
	var p individuals.Individual
	require.NoError(w.t, w.store.View(w.ctx, func(r store.Reader) (err error) {
		p, err = r.Individual(w.ctx, id)
		return err
	}))
	return p
}

func (w *world) credential(id string) individuals.Credential {
	w.t.Helper()
	var c individuals.Credential
	require.NoError(w.t, w.store.View(w.ctx, func(r store.Reader) (err error) {
		c, err = r.Credential(w.ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		return err
	}))
	return c
}

func (w *world) change(id string, fn func(*individuals.Individual, *individuals.Credential)) {
	w.t.Helper()
	_, err := w.store.Update(w.ctx, store.Author{ID: "admin"}, func(tx store.Tx) error {
		p, err := tx.Individual(w.ctx, id)
		require.NoError(w.t, err)
		c, err := tx.Credential(w.ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			c = individuals.Credential{Individual: id}
		}
		before, had := p, c.Copy()
		fn(&p, &c)
		if p.Revision == before.Revision && !samePerson(p, before) {
			require.NoError(w.t, tx.PutIndividual(w.ctx, p))
		}
		if c.PasswordOff != had.PasswordOff || c.SecondFactorOff != had.SecondFactorOff || c.MustChange != had.MustChange ||
			!c.Password.Equal(had.Password) || !c.Recovery.Equal(had.Recovery) || len(c.SealedKey) != len(had.SealedKey) {
			require.NoError(w.t, tx.PutCredential(w.ctx, c))
		}
		return nil
	})
	require.NoError(w.t, err)
}

func samePerson(a, b individuals.Individual) bool {
	return a.Login == b.Login && a.Email == b.Email && a.Epoch == b.Epoch && a.Disabled == b.Disabled && a.Enrolled == b.Enrolled &&
		a.SecondFactor == b.SecondFactor && a.Organization == b.Organization && a.Realm == b.Realm && a.Window == b.Window
}

// events are those of a chain.
func (w *world) events(chain audit.Chain) []audit.Event {
	w.t.Helper()
	var out []audit.Event
	require.NoError(w.t, w.store.View(w.ctx, func(r store.Reader) error {
		for e, err := range store.AllEvents(w.ctx, r, audit.Filter{Chain: chain}) {
			require.NoError(w.t, err)
			out = append(out, e)
		}
		return nil
	}))
	return out
}

// last is the last event of a chain.
func (w *world) last(chain audit.Chain) audit.Event {
	w.t.Helper()
	events := w.events(chain)
	require.NotEmpty(w.t, events)
	return events[len(events)-1]
}

// A mailbox keeps what it is given.
type mailbox struct{ mails []links.Mail }

func (m *mailbox) Send(_ context.Context, mail links.Mail) error {
	m.mails = append(m.mails, mail)
	return nil
}

// mails sends what waits.
func (w *world) mails() []links.Mail {
	w.t.Helper()
	box := new(mailbox)
	d, err := links.NewDispatcher(w.store, box, w.sealer, &links.DispatcherOptions{Clock: w.clock.Now})
	require.NoError(w.t, err)
	_, err = d.Dispatch(w.ctx)
	require.NoError(w.t, err)
	return box.mails
}

var tokenInMail = regexp.MustCompile(`#([a-z0-9_-]+)`)

// mailed is the token in the one mail that waits.
func (w *world) mailed() string {
	w.t.Helper()
	mails := w.mails()
	require.Len(w.t, mails, 1)
	found := tokenInMail.FindStringSubmatch(mails[0].Text.Reveal())
	require.Len(w.t, found, 2)
	return found[1]
}

// issue makes a link without a mail.
func (w *world) issue(r links.Request) string {
	w.t.Helper()
	var link links.Link
	_, err := w.store.Update(w.ctx, store.Author{ID: "admin"}, func(tx store.Tx) (err error) {
		r.WithoutMail = true
		link, err = w.links.Issue(w.ctx, tx, r)
		return err
	})
	require.NoError(w.t, err)
	return link.Reveal()
}

// text is a value of an event in clear.
func text(t require.TestingT, e audit.Event, attribute string) string {
	for _, a := range e.Attributes {
		if a.Name == attribute {
			s, ok := a.Value.Text()
			assert.True(t, ok)
			return s
		}
	}
	return ""
}

func (w *world) organization(id string, fn func(*individuals.Organization)) {
	w.t.Helper()
	_, err := w.store.Update(w.ctx, store.Author{ID: "admin"}, func(tx store.Tx) error {
		o, err := tx.Organization(w.ctx, id)
		require.NoError(w.t, err)
		fn(&o)
		return tx.PutOrganization(w.ctx, o)
	})
	require.NoError(w.t, err)
}
