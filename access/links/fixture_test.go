package links_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

var (
	noon   = time.Date(2026, time.April, 1, 12, 0, 0, 0, time.UTC)
	author = store.Author{ID: "alice"}
)

// A world is a store with ABC and its people, links over it, and a clock.
type world struct {
	store  store.Store
	links  *links.Links
	sealer otp.Sealer

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newSealer(t require.TestingT) otp.Sealer {
	key, err := otp.GenerateHostKey(rand.Reader)
	require.NoError(t, err)
	ring, err := otp.NewKeyring(rand.Reader, key)
	require.NoError(t, err)
	return ring
}

func date(t require.TestingT, text string) individuals.Date {
	d, err := individuals.ParseDate(text)
	require.NoError(t, err)
	return d
}

// person is one of ABC's, whose login is an e-mail address.
func person(id string) individuals.Individual {
	return individuals.Individual{
		ID: id, Provider: "telco", Realm: "customer", RoleType: "customer", Organization: "abc", Name: strings.ToUpper(id[:1]) + id[1:],
		Login: id + "@abc.example", Email: id + "@abc.example", AllowList: ipallow.Anywhere(),
	}
}

func newWorld(t require.TestingT) *world { return newWorldWith(t, links.Options{}) }

func newWorldWith(t require.TestingT, o links.Options) *world {
	w := &world{store: memstore.New(nil), sealer: newSealer(t), now: noon}
	if o.Clock == nil {
		o.Clock = w.clock
	}
	if o.BaseURLs == nil {
		o.BaseURLs = map[string]string{"customer": "https://portal.abc.example/link"}
	}
	var err error
	w.links, err = links.New(w.sealer, &o)
	require.NoError(t, err)
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		adam := person("adam")
		adam.Window = individuals.Window{Activation: date(t, "2026-04-20"), Zone: "Europe/Prague"}
		adam.Language = "de-AT"
		carol := person("carol")
		carol.Login, carol.Email = "carol", "carol@abc.example"
		return errors.Join(
			tx.PutEntity(ctx, scope.Entity{ID: "telco", Kind: "provider"}),
			tx.PutEntity(ctx, scope.Entity{ID: "abc", Kind: "customer", Parent: "telco", Title: "ABC & Sons"}),
			tx.PutOrganization(ctx, individuals.Organization{Entity: "abc", Link: individuals.StandingLink{Open: true}}),
			tx.PutIndividual(ctx, person("bob")), tx.PutIndividual(ctx, adam), tx.PutIndividual(ctx, carol),
		)
	})
	return w
}

func (w *world) update(t require.TestingT, fn func(ctx context.Context, tx store.Tx) error) {
	_, err := w.store.Update(context.Background(), author, func(tx store.Tx) error { return fn(context.Background(), tx) })
	require.NoError(t, err)
}

func (w *world) view(t require.TestingT, fn func(ctx context.Context, r store.Reader) error) {
	require.NoError(t, w.store.View(context.Background(), func(r store.Reader) error { return fn(context.Background(), r) }))
}

func (w *world) tryIssue(l *links.Links, r links.Request) (link links.Link, err error) {
	_, err = w.store.Update(context.Background(), author, func(tx store.Tx) error {
		link, err = l.Issue(context.Background(), tx, r)
		return err
	})
	return link, err
}

func (w *world) issue(t require.TestingT, r links.Request) links.Link {
	link, err := w.tryIssue(w.links, r)
	require.NoError(t, err)
	return link
}

// forPerson is what is asked for most.
func forPerson(purpose links.Purpose, id string) links.Request {
	r := links.Request{Purpose: purpose, Individual: individuals.Individual{ID: id}}
	if purpose == links.EmailChange {
		r.Email = "new." + id + "@abc.example"
	}
	return r
}

func forOrganization(email string) links.Request {
	return links.Request{Purpose: links.Standing, Organization: "abc", Realm: "customer", Email: email}
}

func (w *world) peek(text string, purpose links.Purpose) (found links.Found, err error) {
	err = w.store.View(context.Background(), func(r store.Reader) error {
		found, err = w.links.Peek(context.Background(), r, text, purpose)
		return err
	})
	return found, err
}

func (w *world) consume(text string, purpose links.Purpose) (found links.Found, err error) {
	_, err = w.store.Update(context.Background(), author, func(tx store.Tx) error {
		found, err = w.links.Consume(context.Background(), tx, text, purpose)
		return err
	})
	return found, err
}

// change rewrites a person's record.
func (w *world) change(t require.TestingT, id string, fn func(p *individuals.Individual)) {
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Individual(ctx, id)
		if err != nil {
			return err
		}
		fn(&p)
		return tx.PutIndividual(ctx, p)
	})
}

// changeOrganization rewrites ABC's record.
func (w *world) changeOrganization(t require.TestingT, fn func(o *individuals.Organization)) {
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		o, err := tx.Organization(ctx, "abc")
		if err != nil {
			return err
		}
		fn(&o)
		return tx.PutOrganization(ctx, o)
	})
}

// setPassword gives a person one, as a desk or a claimed invitation does.
func (w *world) setPassword(t require.TestingT, id string) {
	hash, err := individuals.ParsePasswordHash("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + strings.Repeat("A", 43))
	require.NoError(t, err)
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		c, err := tx.Credential(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		c.Individual, c.Password = id, hash
		return tx.PutCredential(ctx, c)
	})
}

// reason returns why a link was refused.
func reason(t require.TestingT, err error) links.Reason {
	var refusal *links.Refusal
	require.ErrorAs(t, err, &refusal)
	return refusal.Reason
}

// tokens lists what is stored.
func (w *world) tokens(t require.TestingT) (all []store.Token) {
	w.view(t, func(ctx context.Context, r store.Reader) (err error) {
		all, err = r.Tokens(ctx, store.TokenFilter{}, store.Page{Limit: store.MaxPage})
		return err
	})
	return all
}

// due lists the messages that are due at the world's instant.
func (w *world) due(t require.TestingT) []store.Message {
	messages, err := w.store.DueMessages(context.Background(), w.clock(), store.MaxPage)
	require.NoError(t, err)
	return messages
}

// A mailbox is a Mailer that keeps what it was sent, and fails as told.
type mailbox struct {
	mu    sync.Mutex
	mails []links.Mail
	// fail is asked before a mail is kept.
	fail func(ctx context.Context, mail links.Mail) error
}

func (b *mailbox) Send(ctx context.Context, mail links.Mail) error {
	if b.fail != nil {
		if err := b.fail(ctx, mail); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, mail)
	return nil
}

func (b *mailbox) sent() []links.Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

// A logbook keeps reports.
type logbook struct {
	mu      sync.Mutex
	reports []links.Report
}

func (b *logbook) note(r links.Report) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reports = append(b.reports, r)
}

func (b *logbook) outcomes() (out []links.Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.reports {
		out = append(out, r.Outcome)
	}
	return out
}

func (w *world) dispatcher(t require.TestingT, m links.Mailer, o links.DispatcherOptions) *links.Dispatcher {
	if o.Clock == nil {
		o.Clock = w.clock
	}
	d, err := links.NewDispatcher(w.store, m, w.sealer, &o)
	require.NoError(t, err)
	return d
}

// dispatch sends what is due and returns the mails.
func (w *world) dispatch(t testing.TB, o links.DispatcherOptions) []links.Mail {
	t.Helper()
	box := new(mailbox)
	_, err := w.dispatcher(t, box, o).Dispatch(t.Context())
	require.NoError(t, err)
	return box.sent()
}
