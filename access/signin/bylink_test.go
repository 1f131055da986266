package signin_test

import (
	"bytes"
	"log/slog"
	"net/netip"
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
)

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

// What hinders a mail is for the log, and not for the stranger who asked.
func TestRequestLinkThatCannotBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bare, err := links.New(w.sealer, &links.Options{Clock: w.clock.Now}) // knows no base URL
	require.NoError(t, err)
	var log bytes.Buffer
	flow, _ := w.door(w.engine, func(o *signin.Options) {
		o.Links, o.Logger = bare, slog.New(slog.NewTextHandler(&log, nil))
	})
	require.NoError(t, flow.RequestReset(w.ctx, attempt("mia@abc.example", "")))
	assert.Empty(t, w.mails())
	assert.Equal(t, "failed", w.last(audit.Changes).Reason)
	assert.Contains(t, log.String(), "base URL")
	assert.NotContains(t, log.String(), "mia@abc.example")
}

// A standing link whose role is missing opens nothing, and is a fault to mend.
func TestOpenStandingWithoutItsRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.issue(links.Request{Purpose: links.Standing, Organization: "open", Realm: "customer"})
	w.organization("open", func(o *individuals.Organization) { o.Link.Role = "missing" })
	p, err := w.flow.OpenStanding(w.ctx, token, attempt("", ""))
	require.ErrorContains(t, err, "Engine.Problems")
	assert.Nil(t, p)
}

// Nobody's mailbox is filled from ever new networks: after a hundred requests in
// a row no more is mailed, until the person signs in.
func TestRequestLinkHasALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in("mia@abc.example")
	ask := func(i int) {
		w.clock.Pass(2 * time.Minute)
		require.NoError(t, w.flow.RequestReset(w.ctx, from(netip.AddrFrom4([4]byte{203, 0, byte(i), 1}), attempt("mia@abc.example", ""))))
	}
	for i := range 100 {
		ask(i)
	}
	require.NotEmpty(t, w.mails())
	ask(100)
	require.Empty(t, w.mails())
	assert.Equal(t, "throttled", w.last(audit.Changes).Reason)
	w.clock.Pass(time.Minute)
	require.NoError(t, w.flow.RequestReset(w.ctx, attempt("mia@abc.example", "")), "from home")
	require.Len(t, w.mails(), 1)
	w.in("mia@abc.example")
	ask(101)
	require.Len(t, w.mails(), 1)
}
