package links_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func TestLifetimes(t *testing.T) {
	t.Parallel()
	prague, err := individuals.LoadZone("Europe/Prague")
	require.NoError(t, err)
	for _, test := range []struct {
		name    string
		request links.Request
		want    time.Time
	}{
		{"invitation", forPerson(links.Invitation, "bob"), noon.Add(7 * 24 * time.Hour)},
		{"invitation before the activation", forPerson(links.Invitation, "adam"), time.Date(2026, time.April, 20, 0, 0, 0, 0, prague).Add(7 * 24 * time.Hour)},
		{"password reset", forPerson(links.PasswordReset, "bob"), noon.Add(30 * time.Minute)},
		{"password reset before the activation", forPerson(links.PasswordReset, "adam"), noon.Add(30 * time.Minute)},
		{"e-mail change", forPerson(links.EmailChange, "bob"), noon.Add(24 * time.Hour)},
		{"sign-in", forPerson(links.SignIn, "bob"), noon.Add(10 * time.Minute)},
		{"standing", forOrganization(""), time.Time{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			link := w.issue(t, test.request)
			assert.True(t, test.want.Equal(link.Expires()), "%v", link.Expires())
			_, err := w.peek(link.Reveal(), test.request.Purpose)
			require.NoError(t, err)
			if test.want.IsZero() {
				w.advance(20 * 365 * 24 * time.Hour)
				_, err = w.peek(link.Reveal(), test.request.Purpose)
				require.NoError(t, err)
				return
			}
			w.advance(test.want.Sub(noon) - 1)
			_, err = w.peek(link.Reveal(), test.request.Purpose)
			require.NoError(t, err, "works until just before its end")
			w.advance(1)
			_, err = w.peek(link.Reveal(), test.request.Purpose)
			assert.Equal(t, links.Expired, reason(t, err))
			_, err = w.consume(link.Reveal(), test.request.Purpose)
			assert.Equal(t, links.Expired, reason(t, err))
		})
	}
}

func TestInvitationAfterTheActivation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.advance(30 * 24 * time.Hour)
	assert.True(t, noon.Add(37*24*time.Hour).Equal(w.issue(t, forPerson(links.Invitation, "adam")).Expires()))
}

func TestHostsLifetimes(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, links.Options{Lifetimes: map[links.Purpose]time.Duration{links.Standing: time.Hour, links.SignIn: time.Minute}})
	assert.Equal(t, noon.Add(time.Minute), w.issue(t, forPerson(links.SignIn, "bob")).Expires())
	assert.Equal(t, noon.Add(30*time.Minute), w.issue(t, forPerson(links.PasswordReset, "bob")).Expires())
	link := w.issue(t, forOrganization(""))
	w.advance(time.Hour)
	_, err := w.peek(link.Reveal(), links.Standing)
	assert.Equal(t, links.Expired, reason(t, err))

	for _, test := range []struct {
		set  map[links.Purpose]time.Duration
		want string
	}{
		{map[links.Purpose]time.Duration{links.PasswordReset: 25 * time.Hour}, "at most 24h"},
		{map[links.Purpose]time.Duration{links.SignIn: time.Hour + 1}, "at most 1h"},
		{map[links.Purpose]time.Duration{links.EmailChange: 25 * time.Hour}, "at most 24h"},
		{map[links.Purpose]time.Duration{links.Invitation: 31 * 24 * time.Hour}, "at most 720h"},
		{map[links.Purpose]time.Duration{links.SignIn: 0}, "want more than 0"},
		{map[links.Purpose]time.Duration{links.Standing: -1}, "want more than 0"},
		{map[links.Purpose]time.Duration{links.PasswordChanged: time.Hour}, "want one of"},
	} {
		_, err := links.New(newSealer(t), &links.Options{Lifetimes: test.set})
		require.ErrorContains(t, err, test.want)
	}
}

func TestWhatIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link := w.issue(t, forPerson(links.PasswordReset, "bob"))
	stored := w.tokens(t)
	require.Len(t, stored, 1)
	got := stored[0]
	assert.Equal(t, link.Selector(), got.Selector)
	assert.Equal(t, "password-reset", got.Purpose)
	assert.Equal(t, "bob", got.Individual)
	assert.Equal(t, "bob@abc.example", got.Email)
	assert.Equal(t, noon, got.Created)
	assert.Empty(t, got.Sealed, "only what later mails carry is kept")
	assert.NotEqual(t, [sha256.Size]byte{}, got.VerifierHash)
	assert.Len(t, link.Reveal(), 78, "128 and 256 bits, each in base32")
	assert.True(t, strings.HasPrefix(link.Reveal(), link.Selector()))
	assert.Equal(t, "https://portal.abc.example/link/password-reset#"+link.Reveal(), link.URL())
}

// A link and the mail that carries it are there exactly if the change is.
func TestIssueIsPartOfTheCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kept := w.issue(t, forPerson(links.PasswordReset, "bob"))
	failed := errors.New("the change failed")
	var lost links.Link
	_, err := w.store.Update(t.Context(), author, func(tx store.Tx) error {
		var err error
		lost, err = w.links.Issue(t.Context(), tx, forPerson(links.PasswordReset, "bob"))
		require.NoError(t, err)
		return failed
	})
	require.ErrorIs(t, err, failed)
	assert.Len(t, w.due(t), 1)
	_, err = w.peek(lost.Reveal(), links.PasswordReset)
	assert.Equal(t, links.Unknown, reason(t, err))
	_, err = w.peek(kept.Reveal(), links.PasswordReset)
	require.NoError(t, err, "what did not happen supersedes nothing")
}

func TestNewerLinkEndsOlder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.issue(t, forPerson(links.Invitation, "bob"))
	reset := w.issue(t, forPerson(links.PasswordReset, "bob"))
	adams := w.issue(t, forPerson(links.Invitation, "adam"))
	second := w.issue(t, forPerson(links.Invitation, "bob"))
	_, err := w.peek(first.Reveal(), links.Invitation)
	assert.Equal(t, links.Unknown, reason(t, err))
	for purpose, link := range map[links.Purpose]links.Link{links.Invitation: second, links.PasswordReset: reset} {
		_, err := w.peek(link.Reveal(), purpose)
		require.NoError(t, err, purpose)
	}
	_, err = w.peek(adams.Reveal(), links.Invitation)
	require.NoError(t, err, "another person's")
	assert.Len(t, w.tokens(t), 3)
}

func TestWhereMailGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(t, "bob", func(p *individuals.Individual) { p.Email = "Bob.Builder@ABC.example" })
	w.change(t, "adam", func(p *individuals.Individual) { p.Email = "" })
	to := func(r links.Request) string {
		w.issue(t, r)
		mails := w.dispatch(t, links.DispatcherOptions{})
		require.Len(t, mails, 1)
		return mails[0].To
	}
	request := forPerson(links.PasswordReset, "bob")
	assert.Equal(t, "Bob.Builder@ABC.example", to(request))
	request.Email = "bob.builder@abc.EXAMPLE"
	assert.Equal(t, "Bob.Builder@ABC.example", to(request), "as the record spells it, never as it was typed")
	assert.Equal(t, "adam@abc.example", to(forPerson(links.Invitation, "adam")), "a login that is an address")
	change := forPerson(links.EmailChange, "bob")
	assert.Equal(t, "new.bob@abc.example", to(change))
	assert.Equal(t, "carol@abc.example", to(forPerson(links.SignIn, "carol")))
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(t, "carol", func(p *individuals.Individual) { p.Email = "" })
	other := links.Request{Purpose: links.SignIn, Individual: person("bob"), Email: "mallory@evil.example"}
	login := links.Request{Purpose: links.SignIn, Individual: person("bob"), Realm: "admin"}
	for _, test := range []struct {
		name    string
		request links.Request
		want    string
	}{
		{"no purpose", links.Request{Individual: person("bob")}, "want one of"},
		{"a notice", links.Request{Purpose: links.PasswordChanged, Individual: person("bob")}, "want one of"},
		{"nobody", links.Request{Purpose: links.SignIn}, "not found"},
		{"somebody unknown", forPerson(links.SignIn, "eve"), "not found"},
		{"another address", other, "the address of the record only"},
		{"another realm", login, `of realm "customer"`},
		{"no address", forPerson(links.Invitation, "carol"), "has no e-mail address"},
		{"reset of a login that is no address", forPerson(links.PasswordReset, "carol"), "an administrator sets the password"},
		{"e-mail change without one", links.Request{Purpose: links.EmailChange, Individual: person("bob")}, "the new address is none"},
		{"e-mail change to none", links.Request{Purpose: links.EmailChange, Individual: person("bob"), Email: "bob@abc.example\nBcc: eve@evil.example"}, "the new address is none"},
		{"standing of nothing", links.Request{Purpose: links.Standing, Realm: "customer"}, "no organization"},
		{"standing of a person", links.Request{Purpose: links.Standing, Individual: person("bob"), Organization: "abc", Realm: "customer"}, "leave Individual out"},
		{"standing without a realm", links.Request{Purpose: links.Standing, Organization: "abc"}, "no realm"},
		{"standing to no address", forOrganization("everyone"), "the address is none"},
		{"standing of nobody's", links.Request{Purpose: links.Standing, Organization: "xyz", Realm: "customer"}, "not found"},
		{"no base URL", links.Request{Purpose: links.Standing, Organization: "abc", Realm: "vendor", Email: "a@abc.example"}, "set it in Options.BaseURLs"},
		{"an organization without a record", links.Request{Purpose: links.SignIn, Individual: person("bob"), Organization: "telco"}, "write the organization first"},
		{"spacing", links.Request{Purpose: links.SignIn, Individual: person("bob"), Spacing: -1}, "negative"},
	} {
		_, err := w.tryIssue(w.links, test.request)
		require.ErrorContains(t, err, test.want, test.name)
		assert.True(t, strings.HasPrefix(err.Error(), "links: "), err.Error())
		assert.NotContains(t, err.Error(), "evil.example", "addresses are not repeated")
	}
	assert.Empty(t, w.tokens(t))
	assert.Empty(t, w.due(t))

	w.change(t, "bob", func(p *individuals.Individual) { p.Disabled = true })
	_, err := w.tryIssue(w.links, forPerson(links.Invitation, "bob"))
	assert.Equal(t, links.Disabled, reason(t, err))
	w.changeOrganization(t, func(o *individuals.Organization) { o.Closed = true })
	_, err = w.tryIssue(w.links, forOrganization(""))
	assert.Equal(t, links.OrganizationClosed, reason(t, err))
}

func TestIssueWithoutMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(t, "carol", func(p *individuals.Individual) { p.Email = "" })
	request := forPerson(links.Invitation, "carol")
	request.WithoutMail = true
	link := w.issue(t, request)
	assert.Empty(t, w.due(t))
	w.change(t, "carol", func(p *individuals.Individual) { p.Email = "carol@home.example" })
	found, err := w.peek(link.Reveal(), links.Invitation)
	require.NoError(t, err, "bound to no address")
	assert.Empty(t, found.Email)

	w = newWorldWith(t, links.Options{BaseURLs: map[string]string{}})
	request = forPerson(links.SignIn, "bob")
	request.WithoutMail = true
	assert.Empty(t, w.issue(t, request).URL())
}

// Strangers who ask for a link again and again neither flood the mailbox nor end
// the link that the owner is about to use.
func TestSpacing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	request := forPerson(links.PasswordReset, "bob")
	request.Spacing = 2 * time.Minute
	first := w.issue(t, request)
	w.advance(2*time.Minute - time.Second)
	_, err := w.tryIssue(w.links, request)
	require.ErrorIs(t, err, links.ErrTooSoon)
	_, err = w.peek(first.Reveal(), links.PasswordReset)
	require.NoError(t, err)
	assert.Len(t, w.due(t), 1)
	w.issue(t, forPerson(links.SignIn, "bob"))
	adams := forPerson(links.PasswordReset, "adam")
	adams.Spacing = request.Spacing
	w.issue(t, adams)
	w.advance(time.Second)
	w.issue(t, request)
	_, err = w.consume(w.issue(t, forPerson(links.SignIn, "bob")).Reveal(), links.SignIn)
	require.NoError(t, err)
	request.Purpose = links.SignIn
	w.issue(t, request)
}

func TestRandomness(t *testing.T) {
	t.Parallel()
	for name, random := range map[string]links.Options{
		"a forgotten stub": {Random: zeroes{}},
		"a short read":     {Random: strings.NewReader("too short")},
		"a failure":        {Random: iotest.ErrReader(errors.New("no entropy"))},
	} {
		w := newWorldWith(t, random)
		_, err := w.tryIssue(w.links, forPerson(links.SignIn, "bob"))
		require.ErrorContains(t, err, "read randomness", name)
		assert.Empty(t, w.tokens(t), name)
	}
	w, seen := newWorld(t), make(map[string]bool)
	for range 100 {
		seen[w.issue(t, forPerson(links.SignIn, "bob")).Reveal()] = true
	}
	assert.Len(t, seen, 100)
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestNew(t *testing.T) {
	t.Parallel()
	_, err := links.New(nil, nil)
	require.ErrorContains(t, err, "no sealer")
	l, err := links.New(newSealer(t), nil)
	require.NoError(t, err)
	w := newWorld(t)
	w.links = l
	_, err = w.tryIssue(l, forPerson(links.SignIn, "bob"))
	require.ErrorContains(t, err, `no base URL for realm "customer"`)
	_, err = links.New(newSealer(t), &links.Options{BaseURLs: map[string]string{"": "https://abc.example"}})
	require.ErrorContains(t, err, "realm: scope: ID")
}

func TestNotify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	notify := func(n links.Notice) error {
		_, err := w.store.Update(t.Context(), author, func(tx store.Tx) error { return w.links.Notify(t.Context(), tx, n) })
		return err
	}
	for _, purpose := range links.NoticePurposes() {
		require.NoError(t, notify(links.Notice{Purpose: purpose, Individual: person("bob")}))
		mails := w.dispatch(t, links.DispatcherOptions{})
		if purpose == links.EmailChanged {
			assert.Empty(t, mails, "it goes to the old address, which only the caller knows")
			continue
		}
		require.Len(t, mails, 1, purpose)
		assert.Equal(t, "bob@abc.example", mails[0].To)
		assert.Equal(t, purpose, mails[0].Purpose)
		assert.NotContains(t, mails[0].Text.Reveal(), "https://")
	}
	require.NoError(t, notify(links.Notice{Purpose: links.EmailChanged, Individual: person("bob"), Email: "old.bob@abc.example"}))
	mails := w.dispatch(t, links.DispatcherOptions{})
	require.Len(t, mails, 1)
	assert.Equal(t, "old.bob@abc.example", mails[0].To)

	nobody := person("bob")
	nobody.Login, nobody.Email = "bob", ""
	require.NoError(t, notify(links.Notice{Purpose: links.PasswordChanged, Individual: nobody}), "a change does not fail for it")
	assert.Empty(t, w.due(t))
	require.ErrorContains(t, notify(links.Notice{Purpose: links.Invitation, Individual: person("bob")}), "want one of")
	require.ErrorContains(t, notify(links.Notice{Purpose: links.EmailChanged, Individual: person("bob"), Email: "x"}), "the address is none")
}

// The store failing at any call is an error, never a link.
func TestIssueOnAFailingStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := errors.New("disk on fire")
	for name, wrap := range map[string]func(store.Tx) store.Tx{
		"tokens":   func(tx store.Tx) store.Tx { return failingTokens{tx, broken} },
		"messages": func(tx store.Tx) store.Tx { return failingMessages{tx, broken} },
	} {
		_, err := w.store.Update(t.Context(), author, func(tx store.Tx) error {
			link, err := w.links.Issue(t.Context(), wrap(tx), forPerson(links.SignIn, "bob"))
			if name == "tokens" {
				assert.True(t, link.IsZero())
			}
			return err
		})
		require.ErrorIs(t, err, broken, name)
	}
}

type failingTokens struct {
	store.Tx
	err error
}

func (f failingTokens) PutToken(context.Context, store.Token) error { return f.err }
func (f failingTokens) Token(context.Context, string) (store.Token, error) {
	return store.Token{}, f.err
}

type failingMessages struct {
	store.Tx
	err error
}

func (f failingMessages) PutMessage(context.Context, store.Message) (store.Message, error) {
	return store.Message{}, f.err
}
