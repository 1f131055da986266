package scope_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/scope"
)

func TestCheckID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"1", "customer-17", "urn:uuid:5f0c1d3e-6a0f-4f0e-8d5b-1f0c1d3e6a0f", "Ünïcode", "a b", " ", "a/b", "日本",
		"\u00a0", "\u2028", // spaces and separators are text
		strings.Repeat("x", scope.MaxIDBytes),
		strings.Repeat("é", scope.MaxIDBytes/2),
	} {
		assert.NoError(t, scope.CheckID(id), "%q", id)
	}
	for _, c := range []struct{ id, message string }{
		{"", `scope: ID "": empty; give the host's own ID`},
		{strings.Repeat("x", 129), `scope: ID "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"...: 129 bytes, at most 128`},
		{strings.Repeat("x", 31) + "é" + strings.Repeat("x", 99), `scope: ID "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx?"...: 132 bytes, at most 128`},
		{"a\xff", `scope: ID "a\xff": not valid UTF-8`},
		{"a\x00b", `scope: ID "a\x00b": control character at byte 1`},
		{"line\n", `scope: ID "line\n": control character at byte 4`},
		{"\x7f", `scope: ID "\x7f": control character at byte 0`},
		{"é\u009b31m", `scope: ID "é\u009b31m": control character at byte 2`},
		{"\u0085", `scope: ID "\u0085": control character at byte 0`},
	} {
		assert.EqualError(t, scope.CheckID(c.id), c.message)
	}
}

func FuzzCheckID(f *testing.F) {
	for _, seed := range []string{"", "a", "a\x00", "é", "\xff", "\u009b", strings.Repeat("é", 65), strings.Repeat("\xff", 129)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		good := len(id) >= 1 && len(id) <= 128 && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
		err := scope.CheckID(id)
		require.Equal(t, good, err == nil, "%q: %v", id, err)
		if err != nil {
			// An error goes to logs: one line, printable, short.
			message := err.Error()
			require.True(t, utf8.ValidString(message))
			require.False(t, strings.ContainsFunc(message, unicode.IsControl), "%q", message)
			require.Less(t, len(message), 1024)
		}
	})
}
