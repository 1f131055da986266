package individuals_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
)

const credentialHash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$gy5SuVm5Z7Vw7keB9se9p87QGcomaseB/S2U1OhTsM0"

func newCredential(t *testing.T) individuals.Credential {
	t.Helper()
	password, err := individuals.ParsePasswordHash(credentialHash)
	require.NoError(t, err)
	_, recovery, err := otp.GenerateRecoveryCodes(rand.NewChaCha8([32]byte{1}))
	require.NoError(t, err)
	return individuals.Credential{Individual: "bob", Password: password, MeetsAlone: true,
		SealedKey: []byte("canary-sealed-key"), Recovery: recovery}
}

func TestCredentialValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, newCredential(t).Validate())
	require.NoError(t, individuals.Credential{Individual: "bob"}.Validate(), "nothing set up")
	for name, test := range map[string]struct {
		change func(c *individuals.Credential)
		reason string
	}{
		"no individual":      {func(c *individuals.Credential) { c.Individual = "" }, "empty"},
		"key too long":       {func(c *individuals.Credential) { c.SealedKey = make([]byte, individuals.MaxSealedKeyBytes+1) }, "at most 4096"},
		"codes, no key":      {func(c *individuals.Credential) { c.SealedKey = nil }, "recovery codes without a key"},
		"meets, no password": {func(c *individuals.Credential) { c.Password = individuals.PasswordHash{} }, "MeetsAlone without a password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCredential(t)
			test.change(&c)
			require.ErrorContains(t, c.Validate(), test.reason)
		})
	}
}

func TestCredentialCopy(t *testing.T) {
	t.Parallel()
	c := newCredential(t)
	other := c.Copy()
	assert.Empty(t, cmp.Diff(c, other))
	other.SealedKey[0] = 'X'
	assert.Equal(t, "canary-sealed-key", string(c.SealedKey))
}

// credentialCanaries are the secrets of a credential in every spelling that a
// verb or an encoder might give them.
func credentialCanaries(t *testing.T, c individuals.Credential) []string {
	t.Helper()
	recovery, err := c.Recovery.MarshalText()
	require.NoError(t, err)
	raw := c.SealedKey
	return []string{
		credentialHash, "gy5SuVm5Z7Vw7keB9se9p87QGcomaseB", "MDEyMzQ1Njc4OWFiY2RlZg",
		string(recovery), strings.TrimPrefix(string(recovery), "recovery1."),
		string(raw), hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)), base64.StdEncoding.EncodeToString(raw),
		strings.Trim(fmt.Sprint(raw), "[]"), strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", raw), "[]byte{"), "}"),
	}
}

func TestCredentialHidesItself(t *testing.T) {
	t.Parallel()
	c := newCredential(t)
	type record struct {
		Name       string
		Credential individuals.Credential
	}
	nested := record{"bob", c}
	var log bytes.Buffer
	var out []string
	for _, v := range []any{c, &c, nested, &nested, []individuals.Credential{c}, map[string]any{"c": c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o"} {
			out = append(out, fmt.Sprintf(verb, v))
		}
		encoded, err := json.Marshal(v)
		require.Error(t, err, "%T", v)
		out = append(out, string(encoded), err.Error())
		encoded, err = xml.Marshal(v)
		require.Error(t, err, "%T", v)
		out = append(out, string(encoded), err.Error())
		slog.New(slog.NewJSONHandler(&log, nil)).Info("credential", "value", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("credential", "value", v)
	}
	c.Individual = ""
	out = append(out, c.Validate().Error(), log.String())
	for _, canary := range credentialCanaries(t, newCredential(t)) {
		for _, text := range out {
			assert.NotContains(t, text, canary)
		}
	}
	assert.Equal(t, `Credential(of "bob", hidden)`, newCredential(t).String())
}

// Where fmt calls no method, in unexported fields, what could be tried offline
// stays hidden. The key is sealed there too.
func TestCredentialInUnexportedField(t *testing.T) {
	t.Parallel()
	c := newCredential(t)
	type holder struct{ credential individuals.Credential }
	recovery, err := c.Recovery.MarshalText()
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%p"} {
		text := fmt.Sprintf(verb, holder{c})
		for _, canary := range []string{"gy5SuVm5Z7Vw7keB9se9p87QGcomaseB", string(recovery), "argon2id"} {
			assert.NotContains(t, text, canary, verb)
		}
	}
}
