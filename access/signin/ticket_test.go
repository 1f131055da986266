package signin_test

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
)

// What ends a challenge, and what the person is told.
func TestChallengeEnds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		do   func(w *world, a *signin.Answer)
		want signin.Reason
	}{
		{"in time", func(w *world, a *signin.Answer) { w.clock.Pass(10*time.Minute - time.Second); a.Code = w.code("eva") }, ""},
		{"too late", func(w *world, a *signin.Answer) { w.clock.Pass(10 * time.Minute); a.Code = w.code("eva") }, signin.ChallengeExpired},
		{"neighbour", func(_ *world, a *signin.Answer) { a.Address = netip.MustParseAddr("10.1.2.200") }, ""},
		{"another network", func(_ *world, a *signin.Answer) { a.Address = elsewhere }, signin.ChallengeElsewhere},
		{"no address", func(_ *world, a *signin.Answer) { a.Address = netip.Addr{} }, signin.ChallengeElsewhere},
		{"epoch", func(w *world, _ *signin.Answer) {
			w.change("eva", func(p *individuals.Individual, _ *individuals.Credential) { p.Epoch++ })
		}, signin.CredentialsChanged},
		{"credential", func(w *world, _ *signin.Answer) { w.codes("eva") }, signin.CredentialsChanged},
		{"realm", func(w *world, _ *signin.Answer) {
			w.change("eva", func(p *individuals.Individual, _ *individuals.Credential) { p.Realm = "admin" })
		}, signin.CredentialsChanged},
		{"disabled", func(w *world, _ *signin.Answer) {
			w.change("eva", func(p *individuals.Individual, _ *individuals.Credential) { p.Disabled = true })
		}, signin.Disabled},
		{"expired", func(w *world, _ *signin.Answer) {
			w.change("eva", func(p *individuals.Individual, _ *individuals.Credential) {
				day, err := individuals.ParseDate("2026-04-01")
				require.NoError(w.t, err)
				p.Window = individuals.Window{Expiration: day, Zone: "UTC"}
			})
		}, signin.Expired},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.challenged(attempt("eva@abc.example", right))
			a := signin.Answer{Code: w.code("eva"), Address: home}
			test.do(w, &a)
			o, err := w.flow.Continue(w.ctx, c.Reveal(), a)
			if test.want == "" {
				require.NoError(t, err)
				require.True(t, o.Done())
				return
			}
			r := refused(t, err)
			assert.Equal(t, test.want, r.Reason)
			assert.NotContains(t, []signin.Reason{signin.ChallengeElsewhere, signin.CredentialsChanged}, r.PublicReason())
			e := w.last(audit.SignIns)
			assert.Equal(t, string(test.want), e.Reason)
			assert.Equal(t, "eva", e.Subject)
		})
	}
}

func TestNoChallenge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.challenged(attempt("eva@abc.example", right))
	token := c.Reveal()
	other, err := otp.GenerateHostKey(randomness)
	require.NoError(t, err)
	stranger, err := otp.NewKeyring(randomness, other)
	require.NoError(t, err)
	forged, err := stranger.Seal([]byte(`{"version":1}`), otp.SealingContext("durward/signin challenge", "1"))
	require.NoError(t, err)
	seal := func(plain string) string {
		sealed, err := w.sealer.Seal([]byte(plain), otp.SealingContext("durward/signin challenge", "1"))
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(sealed)
	}
	key, err := otp.GenerateKey(randomness)
	require.NoError(t, err)
	elsewise, err := otp.SealKey(w.sealer, key, "eva")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"empty": "", "garbage": "garbage", "not base64": "!!", "padded": token + "=", "cut": token[:len(token)-4],
		"longer": token + "AAAA", "long": strings.Repeat("A", 1<<20), "of another host": base64.RawURLEncoding.EncodeToString(forged),
		"for another purpose": base64.RawURLEncoding.EncodeToString(elsewise),
		"no JSON":             seal("x"), "unknown member": seal(`{"version":1,"extra":1}`), "another version": seal(`{"version":2}`),
		"two": seal(`{"version":1}{"version":1}`),
	} {
		_, err := w.flow.Continue(w.ctx, text, signin.Answer{Code: w.code("eva"), Address: home})
		r := refused(t, err)
		assert.Equal(t, signin.ChallengeUnknown, r.Reason, name)
		assert.Equal(t, signin.ChallengeExpired, r.PublicReason(), name)
	}
	for i := range token {
		flipped := []byte(token)
		flipped[i] ^= 1
		_, err := w.flow.Continue(w.ctx, string(flipped), signin.Answer{Code: w.code("eva"), Address: home})
		require.Error(t, err, i)
	}
	_, err = w.flow.Continue(w.ctx, token, signin.Answer{Code: "1", RecoveryCode: "2", Address: home})
	require.ErrorContains(t, err, "give one")
}

// The longest IDs fit into a token.
func TestLongestToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.challenged(attempt("new", right))
	assert.Less(t, len(c.Reveal()), signin.MaxTokenBytes/4)
	// Each of 128 bytes, which JSON writes as six where it escapes them.
	assert.Less(t, (len(c.Reveal())*3/4+4*128*6)*4/3, signin.MaxTokenBytes)
}

func FuzzContinue(f *testing.F) {
	w := newWorld(f)
	token := w.challenged(attempt("eva@abc.example", right)).Reveal()
	f.Add(token)
	f.Add("")
	f.Add(token[:40])
	f.Add(strings.Repeat("_", 300))
	f.Fuzz(func(t *testing.T, text string) {
		o, err := w.flow.Continue(w.ctx, text, signin.Answer{Address: home})
		r := refused(t, err)
		assert.False(t, o.Done())
		if text == token {
			assert.Equal(t, signin.WrongCode, r.Reason)
		} else {
			assert.Equal(t, signin.ChallengeUnknown, r.Reason)
		}
	})
}
