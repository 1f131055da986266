package signin_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
)

// everyRefusal is who is kept out, and what the right password comes to.
var everyRefusal = []struct {
	name, login string
	right       signin.Reason // "" where somebody is in, or challenged
	told        bool          // the right password tells why
	door        bool          // that cannot ask for a code
	need        signin.Need
}{
	{name: "unknown", login: "nobody", right: signin.UnknownLogin},
	{name: "unknown e-mail", login: "nobody@abc.example", right: signin.UnknownLogin},
	{name: "no login at all", login: "not a login\n", right: signin.UnknownLogin},
	{name: "empty login", login: "", right: signin.UnknownLogin},
	{name: "long login", login: strings.Repeat("x", 5000), right: signin.UnknownLogin},
	{name: "of another realm", login: "root", right: signin.UnknownLogin},
	{name: "good", login: "bob"},
	{name: "another spelling", login: "ＢＯＢ"},
	{name: "disabled", login: "gone", right: signin.Disabled},
	{name: "organization closed", login: "shut", right: signin.OrganizationClosed},
	{name: "invited", login: "invited", right: signin.WrongPassword},
	{name: "not yet active", login: "early", right: signin.NotYetActive, told: true},
	{name: "expired", login: "late", right: signin.Expired, told: true},
	{name: "address", login: "away", right: signin.AddressNotAllowed, told: true},
	{name: "second factor", login: "eva@abc.example", need: signin.NeedCode},
	{name: "second factor that nobody asks for", login: "fay", need: signin.NeedCode},
	{name: "enrolment", login: "new", need: signin.NeedEnrolment},
	{name: "enrolment by class", login: "class", need: signin.NeedEnrolment},
	{name: "must change", login: "must", need: signin.NeedNewPassword},
	{name: "second factor, no page", login: "eva@abc.example", door: true, right: signin.SecondFactorRequired, told: true},
	{name: "second factor that nobody asks for, no page", login: "fay", door: true},
	{name: "enrolment, no page", login: "new", door: true, right: signin.EnrolmentRequired, told: true},
	{name: "must change, no page", login: "must", door: true, right: signin.PasswordChangeRequired, told: true},
}

// With a wrong password there is one text, one shape, one hash and one list of
// calls to the store, whoever it is for.
func TestWrongPasswordIsOneAnswer(t *testing.T) {
	t.Parallel()
	wantCalls := []string{"View", "IndividualByLogin", "Credential", "Attempts", "Attempts", "Attempts", "SwapAttempts", "SwapAttempts", "RecordSignIn"}
	for _, test := range everyRefusal {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.store.called()
			a := attempt(test.login, wrong)
			a.CannotAskForCode = test.door
			o, err := w.begin(a)
			r := refused(t, err)
			assert.Equal(t, signin.Outcome{}, o)
			assert.Equal(t, "The login or the password is not right, or this login cannot be used.", r.Public())
			assert.Equal(t, signin.Refused, r.PublicReason())
			assert.Equal(t, &signin.Refusal{Reason: r.Reason}, r, "nothing beside the reason")
			if test.right == signin.UnknownLogin {
				assert.Equal(t, signin.UnknownLogin, r.Reason)
			} else {
				assert.Equal(t, signin.WrongPassword, r.Reason)
			}
			assert.Equal(t, 1, w.hashes.Verified())
			assert.Zero(t, w.hashes.Made())
			assert.Equal(t, wantCalls, w.store.called())
			e := w.last(audit.SignIns)
			assert.Equal(t, audit.ActionRefuseSignIn, e.Action)
			assert.Equal(t, string(r.Reason), e.Reason)
			assert.Equal(t, audit.Anonymous(), e.Actor)
			assert.Equal(t, audit.Sanitize(test.login), text(t, e, "login"))
		})
	}
}

// On a network that is known the calls are as many.
func TestWrongPasswordOnAKnownNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in("bob")
	w.store.called()
	require.Equal(t, signin.WrongPassword, w.reason(attempt("bob", wrong)))
	known := w.store.called()
	require.Equal(t, signin.UnknownLogin, w.reason(attempt("nobody", wrong)))
	assert.Equal(t, known, w.store.called())
}

func TestRightPassword(t *testing.T) {
	t.Parallel()
	for _, test := range everyRefusal {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := attempt(test.login, right)
			a.CannotAskForCode = test.door
			o, err := w.begin(a)
			assert.Equal(t, 1, w.hashes.Verified())
			if test.right == "" {
				require.NoError(t, err)
				assert.Equal(t, test.need, o.Challenge.Need())
				assert.Equal(t, test.need == 0, o.Done())
				return
			}
			r := refused(t, err)
			assert.Equal(t, test.right, r.Reason)
			if test.told {
				assert.Equal(t, test.right, r.PublicReason())
				assert.NotEqual(t, (&signin.Refusal{Reason: signin.WrongPassword}).Public(), r.Public())
			} else {
				assert.Equal(t, signin.Refused, r.PublicReason())
				assert.Equal(t, (&signin.Refusal{Reason: signin.WrongPassword}).Public(), r.Public())
			}
			assert.Equal(t, string(r.Reason), w.last(audit.SignIns).Reason)
		})
	}
}

func TestNotYetActiveNamesTheDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.begin(attempt("early", right))
	assert.Equal(t, "This login works from 2026-04-20 (Europe/Prague).", refused(t, err).Public())
	// The first instant of the 20th in Prague is 22:00 UTC of the 19th.
	w.clock.now = time.Date(2026, 4, 19, 21, 59, 59, 0, time.UTC)
	require.Equal(t, signin.NotYetActive, w.reason(attempt("early", right)))
	w.clock.Pass(time.Second)
	require.Equal(t, signin.Reason(""), w.reason(attempt("early", right)))
}

func TestEveryReasonHasAText(t *testing.T) {
	t.Parallel()
	for _, reason := range signin.AllReasons {
		r := &signin.Refusal{Reason: reason}
		assert.NotEmpty(t, r.Public(), reason)
		assert.Equal(t, "signin: refused: "+string(reason), r.Error())
		if r.PublicReason() != signin.Refused {
			assert.NotEqual(t, (&signin.Refusal{Reason: signin.WrongPassword}).Public(), r.Public(), reason)
		}
		require.ErrorIs(t, r, &signin.Refusal{Reason: reason})
	}
	require.NotErrorIs(t, &signin.Refusal{Reason: signin.Busy}, &signin.Refusal{Reason: signin.Throttled})
}

// The host's mistakes are faults, not refusals, and count nothing.
func TestAttemptThatMakesNoSense(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store.called()
	for _, adjust := range []func(*signin.Attempt){
		func(a *signin.Attempt) { a.Realm = "" },
		func(a *signin.Attempt) { a.Provider = "a\nb" },
		func(a *signin.Attempt) { a.Organization = "a\nb" },
		func(a *signin.Attempt) { a.Surface = 9 },
	} {
		a := attempt("bob", right)
		adjust(&a)
		_, err := w.begin(a)
		require.Error(t, err)
		var r *signin.Refusal
		require.NotErrorAs(t, err, &r)
	}
	assert.Empty(t, w.store.called())
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"10.1.2.3": "10.1.2.0/24", "::ffff:10.1.2.3": "10.1.2.0/24", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64", "::1": "::/64",
	} {
		assert.Equal(t, want, signin.Network(netip.MustParseAddr(address)).String())
	}
	assert.Equal(t, "::/128", signin.Network(netip.Addr{}).String())
}
