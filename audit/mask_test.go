package audit_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/audit"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         "",
		"bob@abc.example":          "b***@abc.example",
		"bo@abc.example":           "***@abc.example",
		"élodie@exämple.example":   "é***@exämple.example",
		"a@b@abc.example":          "a***@abc.example",
		"bob@localhost":            "b***@localhost",
		"@abc.example":             "@***",
		"bob@":                     "b***",
		"bob@abc..example":         "b***",
		"bob@abc.example, x":       "b***",
		"bob@abc.example\nforged":  "b***",
		"10.1.2.3":                 "10.1.2.***",
		"::ffff:10.1.2.3":          "10.1.2.***",
		"2001:db8:1:2::3":          "2001:db8:1::***",
		"2001:db8::1":              "2001:db8::***",
		"fe80::1%eth0":             "fe80::***",
		"::1":                      "::***",
		"+43 660 123 45 67":        "***67",
		"(0660) 123-456":           "***56",
		"1234":                     "1***",
		"Bob Smith":                "B***",
		"Bo":                       "***",
		"B":                        "***",
		"李小龙":                      "李***",
		"4111 1111 1111 1111 name": "4***",
	} {
		assert.Equal(t, want, audit.Mask(text), "%q", text)
	}
}

// TestMaskHidesTheLength: texts of one kind that begin and end alike look alike.
func TestMaskHidesTheLength(t *testing.T) {
	t.Parallel()
	assert.Equal(t, audit.Mask("bob@abc.example"), audit.Mask("bartholomew@abc.example"))
	assert.Equal(t, audit.Mask("Bob"), audit.Mask("Bartholomew Smith"))
}

func TestMaskShowsOneCharacterAtMost(t *testing.T) {
	t.Parallel()
	check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`[^.:@*]*`).Draw(r, "text") // no address of any kind
		shown, rest, _ := strings.Cut(audit.Mask(text), "***")
		if utf8.RuneCountInString(shown) > 1 || !strings.HasPrefix(text, shown) {
			r.Fatalf("%q shows %q", text, shown)
		}
		if rest != "" && (len(rest) != 2 || !strings.ContainsAny(rest, "0123456789")) {
			r.Fatalf("%q shows %q", text, rest)
		}
	})
}
