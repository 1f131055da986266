package signin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for want, adjust := range map[string]func(*signin.Options){
		"Sealer":        func(o *signin.Options) { o.Sealer = nil },
		"LoginKey":      func(o *signin.Options) { o.LoginKey = otp.HostKey{} },
		"Argon2Params":  func(o *signin.Options) { o.Argon2Params = individuals.Argon2Params{Memory: 1} },
		"Issuer":        func(o *signin.Options) { o.Issuer = "a:b" },
		"SessionLength": func(o *signin.Options) { o.SessionLength = -time.Second },
		"WaitFrom":      func(o *signin.Options) { o.Throttle.WaitFrom = 6 },
		"FirstWait":     func(o *signin.Options) { o.Throttle.FirstWait = 29 * time.Second },
		"LongestWait":   func(o *signin.Options) { o.Throttle.LongestWait = 14 * time.Minute },
		"SwitchOff":     func(o *signin.Options) { o.Throttle.SwitchOff = 101 },
		"KnownFor":      func(o *signin.Options) { o.Throttle.KnownFor = 31 * 24 * time.Hour },
	} {
		opts := &signin.Options{Sealer: w.sealer, LoginKey: w.key}
		adjust(opts)
		_, err := signin.New(w.engine, w.store, opts)
		assert.ErrorContains(t, err, want)
	}
	_, err := signin.New(w.engine, w.store, nil)
	require.ErrorContains(t, err, "otp.NewKeyring")
	_, err = signin.New(nil, w.store, nil)
	require.ErrorContains(t, err, "no engine")
	_, err = signin.New(w.engine, w.store, &signin.Options{Sealer: w.sealer, LoginKey: w.key})
	require.NoError(t, err)
}

func TestSessionLengthAndIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flow, _ := w.door(w.engine, func(o *signin.Options) { o.SessionLength, o.Issuer = time.Hour, "Globex & Co" })
	o, err := flow.Begin(w.ctx, attempt("bob", right))
	require.NoError(t, err)
	assert.Equal(t, noon.Add(time.Hour), o.Principal.Session().End)
	o, err = flow.Begin(w.ctx, attempt("new", right))
	require.NoError(t, err)
	uri, err := o.Challenge.URI()
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(uri, "otpauth://totp/Globex%20%26%20Co:new?"), "%s", uri)
	c := w.challenged(attempt("eva@abc.example", right))
	_, err = c.URI()
	require.Error(t, err, "there is nothing to set up")
}

// The network of somebody who comes again within the time is known, later not.
func TestSweepKeepsKnownNetworks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in("bob")
	require.Equal(t, signin.WrongPassword, w.reason(attempt("bob", wrong)))
	w.clock.Pass(29 * 24 * time.Hour)
	removed, err := w.flow.Sweep(w.ctx)
	require.NoError(t, err)
	assert.Zero(t, removed)
	w.clock.Pass(2 * 24 * time.Hour)
	removed, err = w.flow.Sweep(w.ctx)
	require.NoError(t, err)
	assert.Equal(t, 3, removed)
}

func TestWords(t *testing.T) {
	t.Parallel()
	for need, want := range map[signin.Need]string{
		0: "nothing", signin.NeedCode: "code", signin.NeedEnrolment: "enrolment", signin.NeedNewPassword: "new password", 99: "nothing",
	} {
		assert.Equal(t, want, need.String())
	}
	w := newWorld(t)
	c := w.challenged(attempt("eva@abc.example", right))
	assert.Equal(t, "Challenge(code, hidden)", c.String())
	_, err := c.MarshalText()
	require.Error(t, err)
}
