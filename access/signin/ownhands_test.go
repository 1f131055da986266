package signin_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func TestChangePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, other := w.in("mia@abc.example"), w.in("mia@abc.example")
	w.mails()
	change := func(proof signin.Proof, password string) (*access.Principal, error) {
		return w.flow.ChangePassword(w.ctx, p, proof, password, atHome)
	}
	_, err := change(signin.Proof{Password: right}, "mia")
	assert.Len(t, refused(t, err).Unmet, 2)
	_, err = change(signin.Proof{Password: right}, right)
	assert.Equal(t, signin.PasswordUnchanged, refused(t, err).Reason)
	_, err = change(signin.Proof{Password: wrong}, brandNew)
	assert.Equal(t, signin.WrongPassword, refused(t, err).Reason)
	e := w.last(audit.SignIns)
	assert.Equal(t, "proof", text(t, e, "via"))
	assert.Equal(t, "mia", e.Subject)

	next, err := change(signin.Proof{Password: right}, brandNew)
	require.NoError(t, err)
	assert.Equal(t, access.CredentialsChanged, w.may(p))
	assert.Equal(t, access.CredentialsChanged, w.may(other))
	assert.Equal(t, access.Granted, w.may(next))
	s, old := next.Session(), p.Session()
	assert.Equal(t, old.End, s.End, "the session is not longer")
	old.Epoch = 8
	assert.Equal(t, old, s)
	mails := w.mails()
	require.Len(t, mails, 1)
	assert.Equal(t, "mia@abc.example", mails[0].To)
	e = w.last(audit.Changes)
	assert.Equal(t, audit.ActionSetPassword, e.Action)
	assert.Equal(t, audit.Individual("mia"), e.Actor)
	state, ok := e.Changes[0].After.Secret()
	assert.True(t, ok)
	assert.Equal(t, audit.SecretChanged, state)

	_, err = change(signin.Proof{Password: brandNew}, "yet another umbrella story")
	assert.Equal(t, signin.CredentialsChanged, refused(t, err).Reason)
}

// Whoever guesses at the present password waits as at a sign-in.
func TestProofsAreThrottled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.in("bob")
	for range 5 {
		_, err := w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: wrong}, brandNew, atHome)
		require.Equal(t, signin.WrongPassword, refused(t, err).Reason)
	}
	_, err := w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: right}, brandNew, atHome)
	require.Equal(t, signin.Throttled, refused(t, err).Reason)
	w.clock.Pass(time.Minute)
	// What is right leaves no count behind.
	email, err := individuals.ParseEmail("bob@abc.example")
	require.NoError(t, err)
	for range 10 {
		require.NoError(t, w.flow.RequestEmailChange(w.ctx, p, signin.Proof{Password: right}, email, atHome))
		w.clock.Pass(2 * time.Minute)
	}
}

// Who has a second factor shows it for a change.
func TestChangePasswordAsksForTheCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.in("eva@abc.example")
	_, err := w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: right}, brandNew, atHome)
	require.Equal(t, signin.WrongCode, refused(t, err).Reason)
	_, err = w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: wrong, Code: w.code("eva")}, brandNew, atHome)
	require.Equal(t, signin.WrongPassword, refused(t, err).Reason)
	_, err = w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: right, Code: w.code("eva"), RecoveryCode: "x"}, brandNew, atHome)
	require.ErrorContains(t, err, "give one")
	next, err := w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: right, Code: w.code("eva")}, brandNew, atHome)
	require.NoError(t, err)
	assert.Equal(t, access.Granted, w.may(next))
	assert.True(t, w.person("eva").Enrolled)
}

func TestReplaceSecondFactor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	codes := w.codes("eva")
	p := w.in("eva@abc.example")
	_, err := w.flow.EnrolSecondFactor(w.ctx, p, signin.Proof{Password: right}, atHome)
	require.Equal(t, signin.WrongCode, refused(t, err).Reason, "the old factor, not the password")
	o, err := w.flow.EnrolSecondFactor(w.ctx, p, signin.Proof{RecoveryCode: codes[0]}, atHome)
	require.NoError(t, err)
	require.Equal(t, signin.NeedEnrolment, o.Challenge.Need())
	require.False(t, o.Challenge.Key().Equal(w.keys["eva"]))
	events := len(w.events(audit.SignIns))
	key := o.Challenge.Key()
	o, err = w.flow.Continue(w.ctx, o.Challenge.Reveal(), signin.Answer{Code: codeOf(t, key, w.clock.Now()), Address: home})
	require.NoError(t, err)
	require.Len(t, o.RecoveryCodes.Reveal(), 10)
	assert.Equal(t, access.CredentialsChanged, w.may(p), "what the old one signed in ends")
	assert.Equal(t, access.Granted, w.may(o.Principal))
	assert.Equal(t, p.Session().End, o.Principal.Session().End)
	assert.Len(t, w.events(audit.SignIns), events, "no sign-in")
	w.clock.Pass(time.Minute)
	c := w.challenged(attempt("eva@abc.example", right))
	_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: w.code("eva"), Address: home})
	require.Equal(t, signin.WrongCode, refused(t, err).Reason)
	_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{RecoveryCode: codes[1], Address: home})
	require.Equal(t, signin.WrongCode, refused(t, err).Reason)
	w.keys["eva"] = key
	w.in("eva@abc.example")
}

// Who has none sets one up of their own will, by the password.
func TestEnrolOfOnesOwnWill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.in("mia@abc.example")
	_, err := w.flow.EnrolSecondFactor(w.ctx, p, signin.Proof{Password: wrong}, atHome)
	require.Equal(t, signin.WrongPassword, refused(t, err).Reason)
	o, err := w.flow.EnrolSecondFactor(w.ctx, p, signin.Proof{Password: right}, atHome)
	require.NoError(t, err)
	o, err = w.flow.Continue(w.ctx, o.Challenge.Reveal(), signin.Answer{Code: codeOf(t, o.Challenge.Key(), w.clock.Now()), Address: home})
	require.NoError(t, err)
	assert.Equal(t, access.Granted, w.may(o.Principal))
	assert.Equal(t, access.Granted, w.may(p), "nothing that was proven before is in doubt")
	require.Equal(t, signin.NeedCode, w.challenged(attempt("mia@abc.example", right)).Need())
	_, err = w.flow.NewRecoveryCodes(w.ctx, w.in("bob"), signin.Proof{Code: "1"}, atHome)
	require.ErrorContains(t, err, "EnrolSecondFactor")
}

func TestNewRecoveryCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.codes("eva")
	p := w.in("eva@abc.example")
	_, err := w.flow.NewRecoveryCodes(w.ctx, p, signin.Proof{Password: right}, atHome)
	require.Equal(t, signin.WrongCode, refused(t, err).Reason)
	codes, err := w.flow.NewRecoveryCodes(w.ctx, p, signin.Proof{Code: w.code("eva")}, atHome)
	require.NoError(t, err)
	require.Len(t, codes.Reveal(), 10)
	assert.Equal(t, access.Granted, w.may(p))
	assert.Equal(t, audit.ActionGenerateRecoveryCodes, w.last(audit.Changes).Action)
	c := w.challenged(attempt("eva@abc.example", right))
	_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{RecoveryCode: old[0], Address: home})
	require.Equal(t, signin.WrongCode, refused(t, err).Reason)
	_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{RecoveryCode: codes.Reveal()[0], Address: home})
	require.NoError(t, err)
}

func TestSetLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.in("bob")
	for _, tag := range []string{"de", "pt-BR", "zh-Hant-TW", "de-1996", ""} {
		require.NoError(t, w.flow.SetLanguage(w.ctx, p, tag, atHome), tag)
		assert.Equal(t, tag, w.person("bob").Language)
	}
	for _, tag := range []string{"d", "-", "de-", "-de", "de--at", "1de", "deutschland", "de_AT", "d\x00", "x<y", "aaaaaaaa-bbbbbbbb-cccccccc-dddddddd-ee"} {
		require.ErrorContains(t, w.flow.SetLanguage(w.ctx, p, tag, atHome), "language", "%q", tag)
	}
	assert.Equal(t, access.Granted, w.may(p))
	events := len(w.events(audit.Changes))
	require.NoError(t, w.flow.SetLanguage(w.ctx, p, "", atHome))
	assert.Len(t, w.events(audit.Changes), events, "no change")
}

func TestChangeOfEmail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.in("mia@abc.example")
	email, err := individuals.ParseEmail("Mia.New@abc.example")
	require.NoError(t, err)
	require.Equal(t, signin.WrongPassword, refused(t, w.flow.RequestEmailChange(w.ctx, p, signin.Proof{Password: wrong}, email, atHome)).Reason)
	require.Error(t, w.flow.RequestEmailChange(w.ctx, p, signin.Proof{Password: right}, individuals.Email{}, atHome))
	require.NoError(t, w.flow.RequestEmailChange(w.ctx, p, signin.Proof{Password: right}, email, atHome))
	require.Equal(t, signin.TooSoon, refused(t, w.flow.RequestEmailChange(w.ctx, p, signin.Proof{Password: right}, email, atHome)).Reason)
	assert.Equal(t, audit.ActionCreateLink, w.last(audit.Changes).Action)
	assert.NotEmpty(t, w.last(audit.Changes).Object)
	require.Equal(t, "mia@abc.example", w.person("mia").Email)

	token := w.mailed()
	require.NoError(t, w.flow.ConfirmEmail(w.ctx, token, atHome))
	assert.Equal(t, "Mia.New@abc.example", w.person("mia").Email)
	assert.Equal(t, "mia@abc.example", w.person("mia").Login)
	assert.Equal(t, access.Granted, w.may(p))
	mails := w.mails()
	require.Len(t, mails, 1)
	assert.Equal(t, "mia@abc.example", mails[0].To, "the old address is told")
	e := w.last(audit.Changes)
	assert.Equal(t, "email", e.Changes[0].Field)
	assert.Equal(t, audit.ValuePersonal, e.Changes[0].After.Kind())
	assert.Equal(t, signin.LinkRefused, refused(t, w.flow.ConfirmEmail(w.ctx, token, atHome)).Reason)
	require.NoError(t, w.store.View(w.ctx, func(r store.Reader) error {
		tokens, err := r.Tokens(w.ctx, store.TokenFilter{Individual: "mia"}, store.Page{})
		assert.Empty(t, tokens, "used up")
		return err
	}))
}

// Own hands are those of a person who is signed in and acts for themselves.
func TestNotOwnHands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := func() *access.Principal {
		a := attempt("root", right)
		a.Realm = "admin"
		o, err := w.begin(a)
		require.NoError(t, err)
		return o.Principal
	}()
	behalf, err := w.engine.Principal(w.ctx, access.Identity{Individual: "bob", Epoch: 7, Surface: access.NewInterface, Address: home,
		Start: noon, OnBehalf: &access.OnBehalf{Actor: root, Start: noon}})
	require.NoError(t, err)
	link, err := w.engine.LinkPrincipal(w.ctx, access.LinkIdentity{Organization: "open", Start: noon})
	require.NoError(t, err)
	bare, err := w.engine.Principal(w.ctx, access.Identity{Individual: "bob", Epoch: 7, Address: home})
	require.NoError(t, err)
	foreign, err := w.open().Principal(w.ctx, access.Identity{Individual: "bob", Epoch: 7, Address: home, Start: noon})
	require.NoError(t, err)
	ended := w.in("bob")
	email, err := individuals.ParseEmail("x@abc.example")
	require.NoError(t, err)
	proof := signin.Proof{Password: right}
	for name, do := range map[string]func(*access.Principal) error{
		"password": func(p *access.Principal) error {
			_, err := w.flow.ChangePassword(w.ctx, p, proof, brandNew, atHome)
			return err
		},
		"factor": func(p *access.Principal) error {
			_, err := w.flow.EnrolSecondFactor(w.ctx, p, proof, atHome)
			return err
		},
		"codes": func(p *access.Principal) error {
			_, err := w.flow.NewRecoveryCodes(w.ctx, p, proof, atHome)
			return err
		},
		"language": func(p *access.Principal) error { return w.flow.SetLanguage(w.ctx, p, "de", atHome) },
		"email":    func(p *access.Principal) error { return w.flow.RequestEmailChange(w.ctx, p, proof, email, atHome) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range []*access.Principal{behalf, link} {
				assert.Equal(t, signin.NotOwnHands, refused(t, do(p)).Reason)
			}
			for _, p := range []*access.Principal{nil, {}, bare, foreign} {
				err := do(p)
				require.Error(t, err)
				var r *signin.Refusal
				assert.NotErrorAs(t, err, &r)
			}
		})
	}
	w.clock.Pass(13 * time.Hour)
	_, err = w.flow.ChangePassword(w.ctx, ended, proof, brandNew, atHome)
	assert.Equal(t, signin.SessionEnded, refused(t, err).Reason)
}

// Somebody who is disabled, or whose credentials end, while their new password is
// hashed has no new password, and the link is not used up by it.
func TestChangeDuringTheNewHash(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*individuals.Individual, *individuals.Credential){
		"disabled": func(p *individuals.Individual, _ *individuals.Credential) { p.Disabled = true },
		"epoch":    func(p *individuals.Individual, _ *individuals.Credential) { p.Epoch++ },
		"password": func(_ *individuals.Individual, c *individuals.Credential) { c.MustChange = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.in("mia@abc.example")
			before := w.credential("mia").Password
			w.flow.DuringNewHash(func() { w.change("mia", change) })
			_, err := w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: right}, brandNew, atHome)
			assert.Equal(t, signin.CredentialsChanged, refused(t, err).Reason)
			assert.True(t, w.credential("mia").Password.Equal(before))
			assert.Empty(t, w.mails())
		})
	}
}

// busyStore is one where other commits come in between.
type busyStore struct {
	*spy
	conflicts int
}

func (s *busyStore) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	if s.conflicts++; s.conflicts%3 != 0 {
		return 0, fmt.Errorf("a deadlock: %w", store.ErrConflict)
	}
	return s.spy.Update(ctx, by, fn)
}

// A commit that lost to another is tried again.
func TestConflicts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	codes := w.codes("eva")
	flow, err := signin.New(w.engine, &busyStore{spy: w.store}, &signin.Options{Sealer: w.sealer, LoginKey: w.key, Links: w.links, Clock: w.clock.Now})
	require.NoError(t, err)
	flow.CountHashes(true)
	o, err := flow.Begin(w.ctx, attempt("eva@abc.example", right))
	require.NoError(t, err)
	o, err = flow.Continue(w.ctx, o.Challenge.Reveal(), signin.Answer{RecoveryCode: codes[0], Address: home})
	require.NoError(t, err)
	_, err = flow.ChangePassword(w.ctx, o.Principal, signin.Proof{Password: right, RecoveryCode: codes[1]}, brandNew, atHome)
	require.NoError(t, err)
	require.NoError(t, flow.RequestReset(w.ctx, attempt("mia@abc.example", "")))
	require.NoError(t, flow.ResetPassword(w.ctx, w.tokenTo("mia@abc.example"), brandNew, atHome))
	require.True(t, w.credential("mia").MeetsAlone)
}

// Who has no login, because the host signs them in, has own hands nevertheless.
func TestOwnHandsWithoutALogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("bob", func(p *individuals.Individual, _ *individuals.Credential) { p.Login, p.Realm = "", "" })
	p, err := w.engine.Principal(w.ctx, access.Identity{Individual: "bob", Epoch: 7, Address: home, Start: noon})
	require.NoError(t, err)
	for range 5 {
		_, err = w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: wrong}, brandNew, atHome)
		require.Equal(t, signin.WrongPassword, refused(t, err).Reason)
	}
	_, err = w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: right}, brandNew, atHome)
	require.Equal(t, signin.Throttled, refused(t, err).Reason)
	w.clock.Pass(time.Minute)
	p, err = w.flow.ChangePassword(w.ctx, p, signin.Proof{Password: right}, brandNew, atHome)
	require.NoError(t, err)
	o, err := w.flow.EnrolSecondFactor(w.ctx, p, signin.Proof{Password: brandNew}, atHome)
	require.NoError(t, err)
	uri, err := o.Challenge.URI()
	require.NoError(t, err)
	assert.Contains(t, uri, "ABC:bob?")
}
