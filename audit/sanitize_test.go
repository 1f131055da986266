package audit_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
)

func TestSanitize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "",
		"bob@abc.example":            "bob@abc.example",
		"Мария 👍 �":                  "Мария 👍 �",
		"a\x00b\nc\u202ed":           "a�b�c�d",
		"a\xff\xfe\xfdb":             "a�b",
		"x $argon2id$v=19$m=19456":   "[withheld: looks like a secret]",
		"OTPAUTH://totp/x?secret=JB": "[withheld: looks like a secret]",
	} {
		assert.Equal(t, want, audit.Sanitize(text), "%q", text)
	}
	long := audit.Sanitize(strings.Repeat("é", audit.MaxTextBytes))
	assert.Equal(t, strings.Repeat("é", audit.MaxTextBytes/2), long)
	long = audit.Sanitize("x" + strings.Repeat("é", audit.MaxTextBytes))
	assert.Len(t, long, audit.MaxTextBytes-1, "cut between two characters")
}

// FuzzSanitize: nothing that a stranger can send keeps an event from being
// recorded.
func FuzzSanitize(f *testing.F) {
	f.Add("bob")
	f.Add(strings.Repeat("\x00", audit.MaxTextBytes))
	f.Add(strings.Repeat("é", audit.MaxTextBytes))
	f.Add("$2y$10$" + strings.Repeat("\x80", 9000) + "x")
	f.Fuzz(func(t *testing.T, text string) {
		clean := audit.Sanitize(text)
		assert.True(t, utf8.ValidString(clean))
		assert.Equal(t, clean, audit.Sanitize(clean))
		e := sparse()
		e.Note = personal(t, 1, clean)
		e.Attributes = []audit.Attribute{{Name: "user-agent", Value: audit.Plain(clean)}}
		require.NoError(t, e.Validate())
	})
}

func TestSecretNamesAreSorted(t *testing.T) {
	t.Parallel()
	names := audit.SecretNames()
	assert.True(t, slices.IsSorted(names), "they are found by binary search")
	for _, name := range names {
		assert.Equal(t, strings.ToLower(name), name)
		assert.NotContains(t, name, "-")
	}
}
