package signin_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
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

func TestInvitation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("invited", func(p *individuals.Individual, _ *individuals.Credential) { p.Window = w.person("early").Window })
	token := w.issue(links.Request{Purpose: links.Invitation, Individual: w.person("invited")})
	err := w.flow.AcceptInvitation(w.ctx, token, "invited", atHome)
	assert.Len(t, refused(t, err).Unmet, 2)
	assert.Equal(t, signin.LinkRefused, refused(t, w.flow.ResetPassword(w.ctx, token, brandNew, atHome)).Reason)
	require.NoError(t, w.flow.AcceptInvitation(w.ctx, token, brandNew, atHome), "claimable before activation")
	e := w.last(audit.Changes)
	state, _ := e.Changes[0].After.Secret()
	assert.Equal(t, audit.SecretSet, state)
	assert.Equal(t, signin.LinkRefused, refused(t, w.flow.AcceptInvitation(w.ctx, token, brandNew+"!", atHome)).Reason)
	require.Equal(t, signin.NotYetActive, w.reason(attempt("invited", brandNew)))
	w.clock.Pass(10 * 24 * time.Hour)
	require.Equal(t, signin.Reason(""), w.reason(attempt("invited", brandNew)))
}

// A reset sets a password and nothing more: nobody is signed in, the second
// factor stays, sessions and other links end.
func TestReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("eva", func(p *individuals.Individual, _ *individuals.Credential) { p.Email = "eva@abc.example" })
	p := w.in("eva@abc.example")
	ask := attempt("EVA@ABC.example", "")
	require.NoError(t, w.flow.RequestReset(w.ctx, ask))
	token := w.mailed()
	other := w.issue(links.Request{Purpose: links.SignIn, Individual: w.person("eva")})
	require.NoError(t, w.flow.ResetPassword(w.ctx, token, brandNew, atHome))
	assert.Equal(t, access.CredentialsChanged, w.may(p))
	assert.True(t, w.person("eva").Enrolled)
	assert.Equal(t, audit.ActionResetPassword, w.last(audit.Changes).Action)
	_, err := w.flow.BeginLink(w.ctx, other, attempt("", ""))
	assert.Equal(t, signin.LinkRefused, refused(t, err).Reason)
	require.Len(t, w.mails(), 1, "the person is told")
	require.Equal(t, signin.NeedCode, w.challenged(attempt("eva@abc.example", brandNew)).Need())
	require.Equal(t, signin.WrongPassword, w.reason(attempt("eva@abc.example", right)))
}

// Asking for a link is answered alike for every login, with the same calls, and
// mails nothing but to those whose login is an address.
func TestRequestLink(t *testing.T) {
	t.Parallel()
	for _, request := range []func(*world, signin.Attempt) error{
		func(w *world, a signin.Attempt) error { return w.flow.RequestReset(w.ctx, a) },
		func(w *world, a signin.Attempt) error { return w.flow.RequestSignInLink(w.ctx, a) },
	} {
		for login, mails := range map[string]int{"mia@abc.example": 1, "MIA@abc.example": 1, "bob": 0, "nobody@abc.example": 0, "nobody": 0, "\n": 0, "gone": 0} {
			w := newWorld(t)
			w.store.called()
			require.NoError(t, request(w, attempt(login, "")), login)
			assert.Equal(t, []string{"View", "IndividualByLogin", "Credential", "Attempts", "Attempts", "Attempts",
				"SwapAttempts", "SwapAttempts", "Update"}, w.store.called(), login)
			assert.Zero(t, w.hashes.Verified())
			got := w.mails()
			require.Len(t, got, mails, login)
			if mails > 0 {
				assert.Equal(t, "mia@abc.example", got[0].To, "the address of the record")
			}
			for range 4 {
				require.NoError(t, request(w, attempt(login, "")), "a moment later")
			}
			assert.Empty(t, w.mails(), "one is on its way")
			_, err := w.links.Sweep(w.ctx, w.store)
			require.NoError(t, err)
			assert.Equal(t, signin.Throttled, refused(t, request(w, attempt(login, ""))).Reason, login)
		}
	}
}

// A disabled person's link is not made, and the answer does not tell.
func TestRequestLinkOfSomebodyDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("mia", func(p *individuals.Individual, _ *individuals.Credential) { p.Disabled = true })
	require.NoError(t, w.flow.RequestReset(w.ctx, attempt("mia@abc.example", "")))
	assert.Empty(t, w.mails())
	assert.Equal(t, "disabled", w.last(audit.Changes).Reason)
}

func TestBeginLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.flow.RequestSignInLink(w.ctx, attempt("mia@abc.example", "")))
	token := w.mailed()
	admin := attempt("", "")
	admin.Realm = "admin"
	_, err := w.flow.BeginLink(w.ctx, token, admin)
	assert.Equal(t, signin.LinkRefused, refused(t, err).Reason, "of another realm")
	_, err = w.flow.BeginLink(w.ctx, token, attempt("mia", ""))
	require.ErrorContains(t, err, "leave them empty")
	o, err := w.flow.BeginLink(w.ctx, token, attempt("", ""))
	require.NoError(t, err)
	require.True(t, o.Done())
	assert.Equal(t, access.Granted, w.may(o.Principal))
	assert.Equal(t, "link", text(t, w.last(audit.SignIns), "via"))
	assert.Equal(t, audit.ActionUseLink, w.last(audit.Changes).Action)
	_, err = w.flow.BeginLink(w.ctx, token, attempt("", ""))
	assert.Equal(t, signin.LinkRefused, refused(t, err).Reason, "used up")
}

// The link stands for the password and for nothing else.
func TestBeginLinkStandsForThePasswordOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for id, want := range map[string]any{
		"eva": signin.NeedCode, "new": signin.NeedEnrolment, "must": signin.NeedNewPassword,
		"early": signin.NotYetActive, "late": signin.Expired, "away": signin.AddressNotAllowed, "shut": signin.OrganizationClosed,
	} {
		token := w.issue(links.Request{Purpose: links.SignIn, Individual: w.person(id)})
		o, err := w.flow.BeginLink(w.ctx, token, attempt("", ""))
		if need, ok := want.(signin.Need); ok {
			require.NoError(t, err, id)
			assert.Equal(t, need, o.Challenge.Need(), id)
			continue
		}
		assert.Equal(t, want, refused(t, err).Reason, id)
	}
}

func TestOpenStanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.issue(links.Request{Purpose: links.Standing, Organization: "open", Realm: "customer"})
	for range 2 {
		p, err := w.flow.OpenStanding(w.ctx, token, attempt("", ""))
		require.NoError(t, err)
		require.True(t, p.IsLink())
		assert.Equal(t, access.Granted, w.may(p))
		assert.Equal(t, noon.Add(12*time.Hour), p.Session().End)
	}
	e := w.last(audit.SignIns)
	assert.Equal(t, audit.KindLink, e.Actor.Kind)
	assert.Equal(t, "open", e.Organization)
	admin := attempt("", "")
	admin.Realm = "admin"
	_, err := w.flow.OpenStanding(w.ctx, token, admin)
	assert.Equal(t, signin.LinkRefused, refused(t, err).Reason)
	_, err = w.flow.OpenStanding(w.ctx, "garbage", attempt("", ""))
	assert.Equal(t, signin.LinkRefused, refused(t, err).Reason)
	assert.Equal(t, "signin: refused: link_refused", err.Error())

	w.organization("open", func(o *individuals.Organization) { o.Link.Open = false })
	_, err = w.flow.OpenStanding(w.ctx, token, attempt("", ""))
	r := refused(t, err)
	assert.Equal(t, signin.LinkClosed, r.Reason)
	assert.Equal(t, "link_closed", w.last(audit.SignIns).Reason)
	w.organization("open", func(o *individuals.Organization) { o.Link.Open, o.Closed = true, true })
	_, err = w.flow.OpenStanding(w.ctx, token, attempt("", ""))
	assert.Equal(t, signin.LinkRefused, refused(t, err).Reason)
}

// Without Links there is everything that needs none.
func TestWithoutLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flow, _ := w.door(w.engine, func(o *signin.Options) { o.Links = nil })
	email, err := individuals.ParseEmail("x@abc.example")
	require.NoError(t, err)
	o, err := flow.Begin(w.ctx, attempt("mia@abc.example", right))
	require.NoError(t, err)
	_, beginLink := flow.BeginLink(w.ctx, "x", attempt("", ""))
	_, standing := flow.OpenStanding(w.ctx, "x", attempt("", ""))
	for _, err := range []error{
		beginLink, standing, flow.AcceptInvitation(w.ctx, "x", brandNew, atHome), flow.ResetPassword(w.ctx, "x", brandNew, atHome),
		flow.ConfirmEmail(w.ctx, "x", atHome), flow.RequestReset(w.ctx, attempt("x", "")), flow.RequestSignInLink(w.ctx, attempt("x", "")),
		flow.RequestEmailChange(w.ctx, o.Principal, signin.Proof{Password: right}, email, atHome),
	} {
		assert.ErrorContains(t, err, "Options.Links")
	}
	_, err = flow.ChangePassword(w.ctx, o.Principal, signin.Proof{Password: right}, brandNew, atHome)
	require.NoError(t, err)
	assert.Empty(t, w.mails())
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

// Of two who use a link at once one has set the password.
func TestLinkIsUsedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.issue(links.Request{Purpose: links.PasswordReset, Individual: w.person("mia")})
	var set atomic.Int64
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if err := w.flow.ResetPassword(w.ctx, token, brandNew, atHome); err == nil {
				set.Add(1)
			} else {
				assert.Contains(t, []signin.Reason{signin.LinkRefused, signin.CredentialsChanged}, refused(t, err).Reason)
			}
		})
	}
	group.Wait()
	assert.Equal(t, int64(1), set.Load())
	assert.Equal(t, uint64(8), w.person("mia").Epoch)
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

// tokenTo is the token in the mail to somebody, among others.
func (w *world) tokenTo(to string) string {
	w.t.Helper()
	for _, m := range w.mails() {
		if found := tokenInMail.FindStringSubmatch(m.Text.Reveal()); m.To == to && found != nil {
			return found[1]
		}
	}
	require.Fail(w.t, "no mail")
	return ""
}
