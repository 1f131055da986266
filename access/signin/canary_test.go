package signin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// TestCanary takes every way through the flow, with secrets that are known, and
// finds none of them in anything that a program prints, logs or keeps in clear.
func TestCanary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var out bytes.Buffer
	flow, _ := w.door(w.engine, func(o *signin.Options) {
		o.Logger = slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	logger := slog.New(slog.NewTextHandler(&out, nil))
	var secrets []string
	secret := func(s string) string {
		require.NotEmpty(t, s)
		secrets = append(secrets, s)
		return s
	}
	// wrapped is what a host has: a value of ours in a field of its own.
	type wrapped struct{ inner any }
	show := func(values ...any) {
		for _, v := range values {
			fmt.Fprintf(&out, "%v\n%+v\n%#v\n%s\n%q\n%x\n", v, v, v, v, v, v)
			switch v.(type) {
			case signin.Attempt, signin.Answer, signin.Proof: // what the host made, and must not keep; see Attempt
			default:
				fmt.Fprintf(&out, "%+v\n%#v\n", wrapped{v}, wrapped{v})
			}
			if err, ok := v.(error); ok {
				for ; err != nil; err = errors.Unwrap(err) {
					fmt.Fprintf(&out, "%v %+v %#v\n", err, err, err)
				}
			}
			logger.Info("value", "v", v)
			if encoded, err := json.Marshal(v); err == nil {
				out.Write(encoded)
			}
		}
	}
	try := func(o signin.Outcome, err error) signin.Outcome {
		if !o.Challenge.IsZero() {
			secret(o.Challenge.Reveal())
			if !o.Challenge.Key().IsZero() {
				secret(o.Challenge.Key().Base32())
			}
		}
		for _, code := range o.RecoveryCodes.Reveal() {
			secret(code)
		}
		show(o, &o, o.Challenge, &o.Challenge, o.RecoveryCodes, err)
		return o
	}
	answer := func(o signin.Outcome, a signin.Answer) signin.Outcome {
		a.Address = home
		show(a, &a)
		return try(flow.Continue(w.ctx, o.Challenge.Reveal(), a))
	}
	secret(right)
	for _, p := range []string{wrong, brandNew, imported} {
		secret(p)
	}

	// Every refusal, and passwords in the field of the login: of a long one the
	// audit keeps the text as personal data, and nothing else anything.
	for _, test := range everyRefusal {
		for _, password := range []string{right, wrong} {
			a := attempt(test.login, password)
			show(a, &a)
			try(flow.Begin(w.ctx, a))
		}
	}
	typo := attempt("typed $argon2id$v=19$m=19456,t=2,p=1$ password", wrong)
	try(flow.Begin(w.ctx, typo))

	// Enrolment, codes, recovery codes, a new password.
	w.clock.Pass(16 * 60e9)
	o := try(flow.Begin(w.ctx, attempt("new", right)))
	key := o.Challenge.Key()
	o = answer(o, signin.Answer{Code: secret(codeOf(t, key, w.clock.Now()))})
	require.True(t, o.Done())
	recovery := o.RecoveryCodes.Reveal()
	o = try(flow.Begin(w.ctx, attempt("new", right)))
	answer(o, signin.Answer{Code: secret("918273")})
	answer(o, signin.Answer{RecoveryCode: secret("WRNG-WRNG-WRNG-WRNG-WRNG-WRNG")})
	o = answer(o, signin.Answer{RecoveryCode: recovery[0]})
	require.True(t, o.Done())
	p := o.Principal
	o = try(flow.Begin(w.ctx, attempt("must", right)))
	answer(o, signin.Answer{NewPassword: secret("must-not-show")})
	answer(o, signin.Answer{NewPassword: brandNew})

	// Own hands.
	proof := signin.Proof{Password: right, RecoveryCode: recovery[1]}
	show(proof, &proof)
	email, err := individuals.ParseEmail("new@abc.example")
	require.NoError(t, err)
	show(flow.RequestEmailChange(w.ctx, p, proof, email, atHome))
	codes, err := flow.NewRecoveryCodes(w.ctx, p, signin.Proof{RecoveryCode: recovery[2]}, atHome)
	require.NoError(t, err)
	show(codes)
	for _, code := range codes.Reveal() {
		secret(code)
	}
	_, err = flow.ChangePassword(w.ctx, p, signin.Proof{Password: wrong}, brandNew, atHome)
	show(err)
	next, err := flow.ChangePassword(w.ctx, p, signin.Proof{Password: right, RecoveryCode: codes.Reveal()[0]}, brandNew, atHome)
	require.NoError(t, err)
	try(flow.EnrolSecondFactor(w.ctx, next, signin.Proof{RecoveryCode: codes.Reveal()[1]}, atHome))

	// Links.
	for _, purpose := range []links.Purpose{links.Invitation, links.PasswordReset, links.SignIn} {
		token := secret(w.issue(links.Request{Purpose: purpose, Individual: w.person("mia")}))
		show(flow.AcceptInvitation(w.ctx, token, secret("short-secret"), atHome), flow.ResetPassword(w.ctx, token, brandNew, atHome))
		o, err := flow.BeginLink(w.ctx, token, attempt("", ""))
		show(o, err)
	}
	show(flow.RequestReset(w.ctx, attempt("mia@abc.example", "")), flow.RequestSignInLink(w.ctx, attempt("mia@abc.example", "")))
	w.change("invited", func(p *individuals.Individual, _ *individuals.Credential) { p.Login = "invited@abc.example" })
	show(flow.RequestReset(w.ctx, attempt("invited@abc.example", "")))

	// A store that quotes everything.
	failing, err := signin.New(w.engine, quoting{w.store}, &signin.Options{Sealer: w.sealer, LoginKey: w.key, Clock: w.clock.Now,
		Logger: slog.New(slog.NewJSONHandler(&out, nil))})
	require.NoError(t, err)
	_, err = failing.Begin(w.ctx, attempt(secret("a-password-in-the-field-of-the-login"), right))
	require.Error(t, err)
	require.ErrorIs(t, err, errQuoting)
	fmt.Fprintf(&out, "%v %+v %#v %v", err, err, err, wrapped{err})

	// What is kept in clear: events, messages, tokens, rows of attempts.
	for _, chain := range []audit.Chain{audit.Changes, audit.SignIns} {
		for _, e := range w.events(chain) {
			encoded, err := json.Marshal(e)
			require.NoError(t, err)
			out.Write(encoded)
			fmt.Fprintf(&out, "%+v %#v", e, e)
		}
	}
	due, err := w.store.DueMessages(w.ctx, w.clock.Now(), 0)
	require.NoError(t, err)
	require.NotEmpty(t, due)
	for _, m := range due {
		fmt.Fprintf(&out, "%+v %s %x", m, m.Sealed, m.Sealed)
	}
	require.NoError(t, w.store.View(w.ctx, func(r store.Reader) error {
		for _, p := range people() {
			c, err := r.Credential(w.ctx, p.ID)
			if err == nil {
				secrets = append(secrets, c.Password.Encoded())
				fmt.Fprintf(&out, "%+v", c)
			}
		}
		return nil
	}))

	printed := out.String()
	require.Greater(t, len(printed), 100_000, "something was shown")
	for _, s := range secrets {
		if s == "" {
			continue
		}
		if strings.Contains(printed, s) || strings.Contains(printed, fmt.Sprintf("%x", s)) {
			t.Errorf("%q is shown", s) // and nothing of the megabytes around it
		}
	}
}

var errQuoting = errors.New("a driver's error")

// quoting is a store whose errors quote what was asked for.
type quoting struct{ store.Store }

func (q quoting) View(ctx context.Context, fn func(store.Reader) error) error {
	return q.Store.View(ctx, func(r store.Reader) error { return fn(quotingReader{r}) })
}

type quotingReader struct{ store.Reader }

func (quotingReader) IndividualByLogin(_ context.Context, provider, realm, login string) (individuals.Individual, error) {
	return individuals.Individual{}, fmt.Errorf("%s/%s/%s: %w", provider, realm, login, errQuoting)
}
