package signin_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

func TestBegin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o, err := w.begin(attempt("bob", right))
	require.NoError(t, err)
	require.True(t, o.Done())
	require.True(t, o.Challenge.IsZero())
	assert.Equal(t, "bob", o.Principal.Individual())
	assert.Equal(t, access.Granted, w.may(o.Principal))
	s := o.Principal.Session()
	assert.Equal(t, access.Session{Individual: "bob", Organization: "abc", Epoch: 7, Start: noon, End: noon.Add(12 * time.Hour)}, s)

	e := w.last(audit.SignIns)
	assert.Equal(t, audit.ActionSignIn, e.Action)
	assert.Equal(t, audit.Individual("bob"), e.Actor)
	assert.Equal(t, audit.Succeeded, e.Outcome)
	assert.Equal(t, "abc", e.Organization)
	assert.Equal(t, "customer", e.Realm)
	assert.Equal(t, "new", e.Surface)
	address, _ := e.Address.Text()
	assert.Equal(t, "10.1.2.3", address)
	assert.Equal(t, audit.ValuePersonal, e.Address.Kind())
}

// A principal that a sign-in gave sees what changes later.
func TestPrincipalSeesChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.in("bob")
	w.change("bob", func(p *individuals.Individual, _ *individuals.Credential) { p.Epoch++ })
	assert.Equal(t, access.CredentialsChanged, w.may(p))
	p = w.in("bob")
	w.clock.Pass(12 * time.Hour)
	assert.Equal(t, access.SessionEnded, w.may(p))
}

// What is written between the look at the password and the end of the sign-in
// is not passed by: the epoch that was verified is the one that counts.
func TestChangeDuringTheHash(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*individuals.Individual, *individuals.Credential){
		"epoch":    func(p *individuals.Individual, _ *individuals.Credential) { p.Epoch++ },
		"disabled": func(p *individuals.Individual, _ *individuals.Credential) { p.Disabled = true },
		"realm":    func(p *individuals.Individual, _ *individuals.Credential) { p.Realm = "other" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.flow.DuringHash(func() { w.change("bob", change) })
			_, err := w.begin(attempt("bob", right))
			want := signin.CredentialsChanged
			if name == "disabled" {
				want = signin.Disabled
			}
			assert.Equal(t, want, refused(t, err).Reason)
		})
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.challenged(attempt("eva@abc.example", right))
	require.Equal(t, signin.NeedCode, c.Need())
	assert.Equal(t, noon.Add(10*time.Minute), c.Expires())
	require.True(t, c.Key().IsZero())

	_, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: "000000", Address: home})
	require.Equal(t, signin.WrongCode, refused(t, err).Reason)
	_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Address: home})
	require.Equal(t, signin.WrongCode, refused(t, err).Reason)

	code := w.code("eva")
	o, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: code, Address: home})
	require.NoError(t, err)
	require.True(t, o.Done())
	require.Equal(t, noon, o.Principal.Session().Factors.SecondFactor)
	assert.Equal(t, access.Granted, o.Principal.Check(w.ctx, access.Query{Action: roles.View, Path: "vault"}).Reason())
	e := w.last(audit.SignIns)
	assert.Equal(t, audit.ActionSignIn, e.Action)
	assert.Equal(t, "one-time code", text(t, e, "factor"))

	// The same code signs nobody in again, not with a new challenge either.
	c = w.challenged(attempt("eva@abc.example", right))
	_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: code, Address: home})
	require.Equal(t, signin.UsedCode, refused(t, err).Reason)
}

// A door without a second page lets in who has a factor that nobody asks for,
// without it: what asks for one denies.
func TestDoorThatCannotAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := attempt("fay", right)
	a.CannotAskForCode = true
	o, err := w.begin(a)
	require.NoError(t, err)
	require.True(t, o.Done())
	assert.Equal(t, access.SecondFactorRequired, o.Principal.Check(w.ctx, access.Query{Action: roles.View, Path: "vault"}).Reason())
	assert.Equal(t, access.Granted, w.may(o.Principal))
}

// One code, 64 at once: one gets in.
func TestOneCodeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second, _ := w.door(w.open(), nil)
	c := w.challenged(attempt("eva@abc.example", right))
	code := w.code("eva")
	var in atomic.Int64
	var group sync.WaitGroup
	for i := range 64 {
		flow := []*signin.Flow{w.flow, second}[i%2]
		group.Go(func() {
			o, err := flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: code, Address: home})
			if err == nil && o.Done() {
				in.Add(1)
				return
			}
			assert.Contains(t, []signin.Reason{signin.UsedCode, signin.Throttled}, refused(t, err).Reason)
		})
	}
	group.Wait()
	assert.Equal(t, int64(1), in.Load())
}

// codes gives the person new recovery codes.
func (w *world) codes(id string) []string {
	w.t.Helper()
	codes, set, err := otp.GenerateRecoveryCodes(randomness)
	require.NoError(w.t, err)
	w.change(id, func(_ *individuals.Individual, c *individuals.Credential) { c.Recovery = set })
	return codes.Reveal()
}

func TestRecoveryCodeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	codes := w.codes("eva")
	c := w.challenged(attempt("eva@abc.example", right))
	var in atomic.Int64
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			o, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{RecoveryCode: codes[3], Address: home})
			if err == nil && o.Done() {
				in.Add(1)
				return
			}
			assert.Contains(t, []signin.Reason{signin.UsedCode, signin.Throttled, signin.CredentialsChanged}, refused(t, err).Reason)
		})
	}
	group.Wait()
	assert.Equal(t, int64(1), in.Load())
	assert.Equal(t, 9, w.credential("eva").Recovery.Remaining())
	e := w.last(audit.Changes)
	assert.Equal(t, audit.Action("recovery-codes.use"), e.Action)
	assert.Equal(t, "9", text(t, e, "left"))
	w.clock.Pass(time.Hour)
	c = w.challenged(attempt("eva@abc.example", right))
	_, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{RecoveryCode: codes[3], Address: home})
	require.Equal(t, signin.UsedCode, refused(t, err).Reason)
	o, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{RecoveryCode: codes[4], Address: home})
	require.NoError(t, err)
	assert.True(t, o.Done())
	assert.Equal(t, "recovery code", text(t, w.last(audit.SignIns), "factor"))
}

// Codes are throttled like passwords, and switched off by themselves.
func TestCodesAreThrottled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	codes := w.codes("eva")
	stale := w.challenged(attempt("eva@abc.example", right))
	for range 5 {
		_, err := w.flow.Continue(w.ctx, stale.Reveal(), signin.Answer{Code: "000000", Address: home})
		require.Equal(t, signin.WrongCode, refused(t, err).Reason)
	}
	_, err := w.flow.Continue(w.ctx, stale.Reveal(), signin.Answer{Code: w.code("eva"), Address: home})
	require.Equal(t, &signin.Refusal{Reason: signin.Throttled, RetryAfter: 30 * time.Second}, refused(t, err))
	for i := range 95 {
		w.clock.Pass(15 * time.Minute)
		c := w.challenged(attempt("eva@abc.example", right))
		_, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: "000000", Address: home})
		require.Equal(t, signin.WrongCode, refused(t, err).Reason, i)
		require.Equal(t, i == 94, w.credential("eva").SecondFactorOff)
	}
	require.False(t, w.credential("eva").PasswordOff)
	w.clock.Pass(15 * time.Minute)
	c := w.challenged(attempt("eva@abc.example", right))
	for _, answer := range []signin.Answer{{Code: w.code("eva"), Address: home}, {RecoveryCode: codes[0], Address: home}} {
		_, err = w.flow.Continue(w.ctx, c.Reveal(), answer)
		r := refused(t, err)
		assert.Equal(t, signin.SecondFactorDisabled, r.Reason)
		assert.Equal(t, signin.SecondFactorDisabled, r.PublicReason(), "told after the right password")
		w.clock.Pass(15 * time.Minute)
		c = w.challenged(attempt("eva@abc.example", right))
	}
	// A reset by an administrator wipes the key, and the next sign-in enrols.
	w.change("eva", func(p *individuals.Individual, c *individuals.Credential) {
		p.Enrolled, p.Epoch = false, p.Epoch+1
		c.SealedKey, c.Recovery, c.SecondFactorOff = nil, otp.RecoverySet{}, false
	})
	require.Equal(t, signin.NeedEnrolment, w.challenged(attempt("eva@abc.example", right)).Need())
}

func TestEnrolment(t *testing.T) {
	t.Parallel()
	for _, login := range []string{"new", "class"} {
		w := newWorld(t)
		c := w.challenged(attempt(login, right))
		require.Equal(t, signin.NeedEnrolment, c.Need())
		uri, err := c.URI()
		require.NoError(t, err)
		assert.Contains(t, uri, "otpauth://totp/ABC:"+login+"?secret="+c.Key().Base32())
		_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: "000000", Address: home})
		require.Equal(t, signin.WrongCode, refused(t, err).Reason)
		require.False(t, w.person(login).Enrolled)

		code := codeOf(t, c.Key(), w.clock.Now())
		o, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: code, Address: home})
		require.NoError(t, err)
		require.True(t, o.Done())
		codes := o.RecoveryCodes.Reveal()
		require.Len(t, codes, 10)
		assert.Equal(t, access.Granted, w.may(o.Principal))
		assert.True(t, w.person(login).Enrolled)
		assert.Equal(t, uint64(7), w.person(login).Epoch)
		e := w.last(audit.Changes)
		assert.Equal(t, audit.ActionEnrolSecondFactor, e.Action)

		// The challenge is used up, and so is the code.
		_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: codeOf(t, c.Key(), noon.Add(30*time.Second)), Address: home})
		require.Equal(t, signin.CredentialsChanged, refused(t, err).Reason)
		next := w.challenged(attempt(login, right))
		require.Equal(t, signin.NeedCode, next.Need())
		_, err = w.flow.Continue(w.ctx, next.Reveal(), signin.Answer{Code: code, Address: home})
		require.Equal(t, signin.UsedCode, refused(t, err).Reason)
		o, err = w.flow.Continue(w.ctx, next.Reveal(), signin.Answer{RecoveryCode: codes[0], Address: home})
		require.NoError(t, err)
		require.True(t, o.Done())
	}
}

func TestMustChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.challenged(attempt("must", right))
	require.Equal(t, signin.NeedNewPassword, c.Need())
	assert.Equal(t, 15, c.MinLength())
	answer := func(password string) (signin.Outcome, error) {
		return w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{NewPassword: password, Address: home})
	}
	_, err := answer("must1")
	r := refused(t, err)
	require.Equal(t, signin.PasswordRefused, r.Reason)
	assert.Len(t, r.Unmet, 2, "every rule")
	assert.Contains(t, r.Public(), "15")
	_, err = answer(right)
	require.Equal(t, signin.PasswordUnchanged, refused(t, err).Reason)
	o, err := answer(brandNew)
	require.NoError(t, err)
	require.True(t, o.Done())
	assert.Equal(t, access.Granted, w.may(o.Principal))
	assert.Equal(t, uint64(8), w.person("must").Epoch)
	assert.False(t, w.credential("must").MustChange)
	assert.True(t, w.credential("must").MeetsAlone)
	_, err = answer("another umbrella in the rain")
	require.Equal(t, signin.CredentialsChanged, refused(t, err).Reason)
	require.Equal(t, signin.WrongPassword, w.reason(attempt("must", right)))
	require.Equal(t, signin.Reason(""), w.reason(attempt("must", brandNew)))
	assert.Equal(t, audit.ActionSetPassword, w.last(audit.Changes).Action)
}

// Enrolment, code and new password follow each other in one sign-in.
func TestAllSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("new", func(_ *individuals.Individual, c *individuals.Credential) { c.MustChange = true })
	c := w.challenged(attempt("new", right))
	o, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: codeOf(t, c.Key(), w.clock.Now()), Address: home})
	require.NoError(t, err)
	require.Equal(t, signin.NeedNewPassword, o.Challenge.Need())
	require.Len(t, o.RecoveryCodes.Reveal(), 10)
	assert.Equal(t, 8, o.Challenge.MinLength(), "a second factor is required")
	o, err = w.flow.Continue(w.ctx, o.Challenge.Reveal(), signin.Answer{NewPassword: "vrxqhwkd", Address: home})
	require.NoError(t, err)
	require.True(t, o.Done())
	require.False(t, w.credential("new").MeetsAlone)
	require.Equal(t, noon, o.Principal.Session().Factors.SecondFactor)
}

// A short password is accepted only where a second factor is asked for wherever
// the person acts.
func TestShortPasswordNeedsTheFactorEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("class", func(_ *individuals.Individual, c *individuals.Credential) { c.MustChange = true })
	begin := func() signin.Challenge {
		c := w.challenged(attempt("class", right))
		o, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: codeOf(t, c.Key(), w.clock.Now()), Address: home})
		require.NoError(t, err)
		return o.Challenge
	}
	c := begin()
	assert.Equal(t, 8, c.MinLength())
	_, err := w.store.Update(w.ctx, store.Author{ID: "admin"}, func(tx store.Tx) error {
		return tx.PutGrant(w.ctx, individuals.Grant{Individual: "class", Organization: "abc"}.WithRole("viewer"))
	})
	require.NoError(t, err)
	_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{NewPassword: "vrxqhwkd", Address: home})
	require.Equal(t, signin.PasswordRefused, refused(t, err).Reason)
}

// A complete sign-in takes back the counts of the password and of the code.
func TestOnlyACompleteSignInResets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 4 {
		require.Equal(t, signin.WrongPassword, w.reason(attempt("eva@abc.example", wrong)))
	}
	c := w.challenged(attempt("eva@abc.example", right)) // the fifth, right and incomplete
	require.Equal(t, signin.Throttled, w.reason(attempt("eva@abc.example", right)))
	_, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: w.code("eva"), Address: home})
	require.NoError(t, err)
	for range 5 {
		require.Equal(t, signin.WrongPassword, w.reason(attempt("eva@abc.example", wrong)))
	}
}

func TestCompleteSignInResetsCodesAndMails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 5 {
		require.NoError(t, w.flow.RequestReset(w.ctx, attempt("eva@abc.example", "")))
	}
	require.Equal(t, signin.Throttled, refused(t, w.flow.RequestReset(w.ctx, attempt("eva@abc.example", ""))).Reason)
	for range 2 {
		c := w.challenged(attempt("eva@abc.example", right))
		for range 4 {
			_, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: "000000", Address: home})
			require.Equal(t, signin.WrongCode, refused(t, err).Reason)
		}
		_, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: w.code("eva"), Address: home})
		require.NoError(t, err)
		w.clock.Pass(time.Minute)
	}
	for range 2 { // the second one waits where nothing was taken back
		require.NoError(t, w.flow.RequestReset(w.ctx, attempt("eva@abc.example", "")))
	}
}

// Someone who belongs to two organizations acts for the one that is named, and
// what that one asks counts.
func TestOrganization(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.store.Update(w.ctx, store.Author{ID: "admin"}, func(tx store.Tx) error {
		for _, o := range []string{"strict", "closed"} {
			if err := tx.PutGrant(w.ctx, individuals.Grant{Individual: "mia", Organization: o}.WithRole("viewer")); err != nil {
				return err
			}
		}
		p, err := tx.Individual(w.ctx, "mia")
		require.NoError(t, err)
		p.SecondFactor = individuals.AsClassDefines
		return tx.PutIndividual(w.ctx, p)
	})
	require.NoError(t, err)
	a := attempt("mia@abc.example", right)
	require.Equal(t, signin.Reason(""), w.reason(a))
	a.Organization = "strict"
	require.Equal(t, signin.NeedEnrolment, w.challenged(a).Need())
	a.Organization = "closed"
	require.Equal(t, signin.OrganizationClosed, w.reason(a))
	for _, other := range []string{"open", "nowhere"} {
		a.Organization = other
		w.clock.Pass(time.Hour)
		require.Equal(t, signin.NoGrant, w.reason(a))
		w.clock.Pass(time.Hour)
		a.Password = wrong
		require.Equal(t, signin.WrongPassword, w.reason(a))
		a.Password = right
		assert.Equal(t, "abc", w.last(audit.SignIns).Organization, "not for others to read")
	}
}

// Two engines over one store, each with its flow: what one began the other ends.
func TestTwoEngines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := w.open()
	flow, _ := w.door(second, nil)
	c := w.challenged(attempt("must", right))
	o, err := flow.Continue(w.ctx, c.Reveal(), signin.Answer{NewPassword: brandNew, Address: home})
	require.NoError(t, err)
	require.Equal(t, access.Granted, w.may(o.Principal))
	p, err := w.engine.Resume(w.ctx, o.Principal.Session(), home, access.NewInterface)
	require.NoError(t, err)
	require.Equal(t, access.Granted, w.may(p))
}

// staleSteps is a store that another process is always ahead of.
type staleSteps struct{ *spy }

func (staleSteps) LastStep(context.Context, string) (otp.Step, error) { return 0, nil }

// What another process accepted between the look at the last step and the
// writing of the new one is not accepted again.
func TestCodeOfAnotherProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flow, err := signin.New(w.engine, staleSteps{w.store}, &signin.Options{Sealer: w.sealer, LoginKey: w.key, Clock: w.clock.Now})
	require.NoError(t, err)
	c := w.challenged(attempt("eva@abc.example", right))
	a := signin.Answer{Code: w.code("eva"), Address: home}
	_, err = w.flow.Continue(w.ctx, c.Reveal(), a)
	require.NoError(t, err)
	_, err = flow.Continue(w.ctx, c.Reveal(), a)
	require.Equal(t, signin.UsedCode, refused(t, err).Reason)
}

// What administrators see switched off is off, also where the rows are lost.
func TestMarkedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in("bob")
	w.change("bob", func(_ *individuals.Individual, c *individuals.Credential) { c.PasswordOff = true })
	require.Equal(t, signin.AuthenticatorDisabled, w.reason(from(elsewhere, attempt("bob", right))))
	require.Equal(t, signin.Reason(""), w.reason(attempt("bob", right)), "on the known network")
	w.change("fay", func(_ *individuals.Individual, c *individuals.Credential) { c.SecondFactorOff = true })
	c := w.challenged(attempt("fay", right))
	_, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: w.code("fay"), Address: home})
	require.Equal(t, signin.SecondFactorDisabled, refused(t, err).Reason)
	w.change("new", func(_ *individuals.Individual, c *individuals.Credential) { c.SecondFactorOff = true })
	c = w.challenged(attempt("new", right))
	_, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: codeOf(t, c.Key(), w.clock.Now()), Address: home})
	require.NoError(t, err)
	require.False(t, w.credential("new").SecondFactorOff, "bound anew")
}

// mixedUp is a store that answers with somebody else.
type mixedUp struct{ *spy }

func (m mixedUp) View(ctx context.Context, fn func(store.Reader) error) error {
	return m.spy.View(ctx, func(r store.Reader) error { return fn(mixedUpReader{r}) })
}

type mixedUpReader struct{ store.Reader }

func (r mixedUpReader) IndividualByLogin(ctx context.Context, _, _, _ string) (individuals.Individual, error) {
	return r.Reader.Individual(ctx, "bob")
}

func TestStoreThatMixesUpPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flow, err := signin.New(w.engine, mixedUp{w.store}, &signin.Options{Sealer: w.sealer, LoginKey: w.key, Clock: w.clock.Now})
	require.NoError(t, err)
	flow.CountHashes(true)
	_, err = flow.Begin(w.ctx, attempt("mia@abc.example", right))
	require.ErrorContains(t, err, "the store failed")
	_, err = flow.Begin(w.ctx, attempt("bob", right))
	require.NoError(t, err)
}
