package otp_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/otp"
)

func TestURI(t *testing.T) {
	t.Parallel()
	key := parseKey(t, rfcSecret)
	const rest = "&algorithm=SHA1&digits=6&period=30"
	for _, want := range []struct{ issuer, account, label, issuerParameter string }{
		{"Example", "alice", "Example:alice", "Example"},
		{"ACME Co", "john.doe@example.com", "ACME%20Co:john.doe%40example.com", "ACME%20Co"},
		{"A&B=C+D/E?F#G%H", "a+b", "A%26B%3DC%2BD%2FE%3FF%23G%25H:a%2Bb", "A%26B%3DC%2BD%2FE%3FF%23G%25H"},
		{"Zürich", "josé", "Z%C3%BCrich:jos%C3%A9", "Z%C3%BCrich"},
		{"Example", "realm:steve", "Example:realm%3Asteve", "Example"},
		{"-._~", "'()*!,;$@", "-._~:%27%28%29%2A%21%2C%3B%24%40", "-._~"},
	} {
		uri, err := key.URI(otp.Label{Issuer: want.issuer, Account: want.account})
		require.NoError(t, err)
		assert.Equal(t, "otpauth://totp/"+want.label+"?secret="+rfcSecret+"&issuer="+want.issuerParameter+rest, uri)
	}
}

func TestURIRefusesLabelsThatReadersWouldMisread(t *testing.T) {
	t.Parallel()
	key := parseKey(t, rfcSecret)
	for name, want := range map[string]struct{ issuer, account, reason string }{
		"no issuer":          {"", "alice", `issuer "": empty`},
		"no account":         {"Example", "", `account "": empty`},
		"colon in issuer":    {"Example:GmbH", "alice", `issuer "Example:GmbH": a colon ends the issuer`},
		"long issuer":        {strings.Repeat("x", 65), "alice", "65 bytes: longer than 64"},
		"long account":       {"Example", strings.Repeat("x", 255), "255 bytes: longer than 254"},
		"issuer not UTF-8":   {"Ex\xff", "alice", `issuer "Ex\xff": not UTF-8`},
		"account not UTF-8":  {"Example", "\xc3", "not UTF-8"},
		"line break":         {"Example", "ali\nce", "control character"},
		"NUL":                {"Exam\x00ple", "alice", "control character"},
		"C1 control":         {"Example", "ali\u0085ce", "control character"},
		"leading space":      {" Example", "alice", "begins or ends with white space"},
		"leading space, two": {"Example", " alice", "begins or ends with white space"},
		"trailing space":     {"Example", "alice\u00a0", "begins or ends with white space"},
	} {
		label := otp.Label{Issuer: want.issuer, Account: want.account}
		uri, err := key.URI(label)
		require.ErrorContains(t, err, want.reason, name)
		assert.Empty(t, uri, name)
		assert.NotContains(t, err.Error(), rfcSecret, name)
		code, err := key.QR(label)
		require.ErrorContains(t, err, want.reason, name)
		assert.True(t, code.IsZero(), name)
	}
	_, err := otp.Key{}.URI(otp.Label{Issuer: "Example", Account: "alice"})
	require.ErrorContains(t, err, "the key is empty")
	_, err = key.URI(otp.Label{})
	require.Error(t, err)
}

// The reader is net/url: whatever the label, it finds the parts again, and the
// URI is ASCII without a space or a plus.
func TestURIReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		label := drawLabel(t)
		key, err := otp.GenerateKey(seeded(label.Account))
		require.NoError(t, err)
		uri, err := key.URI(label)
		require.NoError(t, err)
		for _, b := range []byte(uri) {
			require.True(t, '!' <= b && b <= '~' && b != '+', "%q", uri)
		}
		parsed, err := url.Parse(uri)
		require.NoError(t, err)
		require.Equal(t, "otpauth", parsed.Scheme)
		require.Equal(t, "totp", parsed.Host)
		require.Equal(t, "/"+label.Issuer+":"+label.Account, parsed.Path)
		query, err := url.ParseQuery(parsed.RawQuery)
		require.NoError(t, err)
		require.Equal(t, url.Values{
			"secret": {key.Base32()}, "issuer": {label.Issuer},
			"algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
		}, query)
	})
}

// drawLabel draws a label that is allowed.
func drawLabel(t *rapid.T) otp.Label {
	name := func(limit int) *rapid.Generator[string] {
		return rapid.StringOfN(rapid.RuneFrom([]rune("aZ9 &=+/?#%@'\"<>:\\éß中😀-._~")), 1, -1, limit).Filter(func(s string) bool {
			return strings.TrimSpace(s) == s
		})
	}
	return otp.Label{
		Issuer:  strings.ReplaceAll(name(otp.MaxIssuerLength).Draw(t, "issuer"), ":", ";"),
		Account: name(otp.MaxAccountLength).Draw(t, "account"),
	}
}
