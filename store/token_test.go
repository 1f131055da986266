package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store"
)

var noon = time.Date(2026, time.April, 20, 12, 0, 0, 123456000, time.UTC)

func newToken() store.Token {
	return store.Token{Selector: "selector", VerifierHash: sha256.Sum256([]byte("verifier")), Purpose: "invitation",
		Individual: "bob", Organization: "abc", Email: "bob@abc.example", Created: noon, Expires: noon.Add(time.Hour), Sealed: []byte("canary-sealed")}
}

func newMessage() store.Message {
	return store.Message{ID: 7, Individual: "bob", Organization: "abc", Purpose: "invitation", Language: "cs", Sealed: []byte("canary-sealed"), Created: noon}
}

// spellings are the bytes as verbs and encoders might write them.
func spellings(raw []byte) []string {
	return []string{
		string(raw), hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)), base64.StdEncoding.EncodeToString(raw),
		strings.Trim(fmt.Sprint(raw), "[]"), strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", raw), "[]byte{"), "}"),
	}
}

func TestPrintedWithoutSecrets(t *testing.T) {
	t.Parallel()
	token, message := newToken(), newMessage()
	var log bytes.Buffer
	var out []string
	for _, v := range []any{token, &token, []store.Token{token}, struct{ T store.Token }{token}, message, &message, []store.Message{message}, struct{ M store.Message }{message}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o"} {
			out = append(out, fmt.Sprintf(verb, v))
		}
		slog.New(slog.NewTextHandler(&log, nil)).Info("kept", "value", v)
	}
	for _, v := range []any{token, &token, []store.Token{token}, struct{ T store.Token }{token}} {
		encoded, err := json.Marshal(v)
		require.Error(t, err)
		out = append(out, string(encoded), err.Error())
		slog.New(slog.NewJSONHandler(&log, nil)).Info("kept", "value", v)
	}
	slog.New(slog.NewJSONHandler(&log, nil)).Info("kept", "value", message)
	for _, canary := range append(spellings(token.VerifierHash[:]), spellings(token.Sealed)...) {
		for _, text := range append(out, log.String()) {
			assert.NotContains(t, text, canary)
		}
	}
	assert.Equal(t, `Token("selector", purpose "invitation", of "bob" in "abc")`, token.String())
	assert.Equal(t, `Message(7, purpose "invitation", for "bob" in "abc", 0 tries)`, message.String())
}

func TestTokenValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, newToken().Validate())
	standing := store.Token{Selector: "s", VerifierHash: [32]byte{1}, Purpose: "standing", Organization: "abc"}
	require.NoError(t, standing.Validate(), "an organization alone, without instants")
	for name, test := range map[string]struct {
		change func(t *store.Token)
		reason string
	}{
		"no selector":        {func(t *store.Token) { t.Selector = "" }, "selector"},
		"no hash":            {func(t *store.Token) { t.VerifierHash = [32]byte{} }, "no hash of the verifier"},
		"no purpose":         {func(t *store.Token) { t.Purpose = "" }, `purpose ""`},
		"purpose no word":    {func(t *store.Token) { t.Purpose = "Reset it" }, "want lower-case letters"},
		"purpose too long":   {func(t *store.Token) { t.Purpose = strings.Repeat("x", 65) }, "65 bytes, want 1 to 64"},
		"nobody":             {func(t *store.Token) { t.Individual, t.Organization = "", "" }, "neither an individual nor an organization"},
		"individual no ID":   {func(t *store.Token) { t.Individual = "a\nb" }, "individual: "},
		"organization no ID": {func(t *store.Token) { t.Organization = "a\nb" }, "organization: "},
		"e-mail":             {func(t *store.Token) { t.Email = "bob" }, "bob"},
		"created":            {func(t *store.Token) { t.Created = time.Unix(-1, 0) }, "created: year 1969"},
		"expires":            {func(t *store.Token) { t.Expires = noon.AddDate(8000, 0, 0) }, "expires: year 10026"},
		"sealed too long":    {func(t *store.Token) { t.Sealed = make([]byte, store.MaxSealedTokenBytes+1) }, "at most 4096"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := newToken()
			test.change(&token)
			require.ErrorContains(t, token.Validate(), test.reason)
		})
	}
}

func TestTokenStamp(t *testing.T) {
	t.Parallel()
	given := newToken()
	given.Created = noon.Add(789).In(time.FixedZone("east", 3600))
	given.Expires = time.Time{}
	got := given.Stamp(41)
	want := newToken()
	want.Expires, want.Revision = time.Time{}, 41
	got.Sealed[0] = 'X'
	assert.Equal(t, "canary-sealed", string(given.Sealed), "shared")
	got.Sealed = want.Sealed
	assert.Empty(t, cmp.Diff(want, got))
}

func TestTokenFilter(t *testing.T) {
	t.Parallel()
	token := newToken()
	for _, f := range []store.TokenFilter{{}, {Individual: "bob"}, {Organization: "abc"}, {Purpose: "invitation"}, {ExpiredBy: token.Expires},
		{Individual: "bob", Organization: "abc", Purpose: "invitation", ExpiredBy: token.Expires.Add(time.Hour)}} {
		assert.True(t, f.Match(token), "%+v", f)
	}
	for _, f := range []store.TokenFilter{{Individual: "Bob"}, {Organization: "xyz"}, {Purpose: "reset"}, {ExpiredBy: token.Expires.Add(-1)}, {Individual: "bob", Purpose: "reset"}} {
		assert.False(t, f.Match(token), "%+v", f)
	}
	token.Expires = time.Time{}
	assert.False(t, store.TokenFilter{ExpiredBy: noon.AddDate(1000, 0, 0)}.Match(token), "one that never expires")
}
