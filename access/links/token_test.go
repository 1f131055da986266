package links_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
)

// The form of a token is fixed: links that were mailed must go on working.
func TestTokenText(t *testing.T) {
	t.Parallel()
	counting := make([]byte, 48+16)
	for i := range counting {
		counting[i] = byte(i)
	}
	w := newWorldWith(t, links.Options{Random: bytes.NewReader(counting)})
	// base32 (RFC 4648 §6) of the bytes 0 to 15, and of 16 to 47, in lower case.
	const selector, verifier = "aaaqeayeaudaocajbifqydiob4", "caireeyuculbogazdinryhi6d4qccirdeqssmjzifevcwlbnfyxq"
	link := w.issue(t, forPerson(links.SignIn, "bob"))
	assert.Equal(t, selector, link.Selector())
	assert.Equal(t, selector+verifier, link.Reveal())
	assert.Empty(t, strings.Trim(link.Reveal(), "abcdefghijklmnopqrstuvwxyz234567"), "nothing that a mail program takes for the end of a sentence")
}

func TestParseToken(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("a", 78)
	_, written, ok := links.ParseToken(good)
	require.True(t, ok)
	assert.Equal(t, good, written)
	for name, text := range map[string]string{
		"spare bits of the selector": good[:25] + "b" + good[26:],
		"spare bits of the verifier": good[:77] + "b",
		"line breaks":                good[:76] + "\r\n",
		"a line break between":       good[:26] + "\n" + good[27:],
		"padding":                    good[:77] + "=",
		"capitals":                   strings.ToUpper(good),
		"a digit that is none":       good[:77] + "1",
		"beyond ASCII":               good[:76] + "é",
	} {
		_, _, ok := links.ParseToken(text)
		assert.False(t, ok, name)
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add("")
	f.Add(strings.Repeat("a", 78))
	f.Add("aaaqeayeaudaocajbifqydiob4caireeyuculbogazdinryhi6d4qccirdeqssmjzifevcwlbnfyxq")
	f.Add(strings.Repeat("a", 77) + "b")
	f.Add(strings.Repeat("a", 76) + "\r\n")
	f.Add("https://portal.example.com/link/sign-in#" + strings.Repeat("a", 78))
	w := newWorld(f)
	w.issue(f, forPerson(links.SignIn, "bob"))
	f.Fuzz(func(t *testing.T, text string) {
		selector, written, ok := links.ParseToken(text)
		if ok && (written != text || selector != text[:26]) {
			t.Fatalf("%q was read as %q: two texts would be one token", text, written)
		}
		_, err := w.peek(text, links.SignIn)
		want := links.Malformed
		if ok {
			want = links.Unknown // nobody guesses 384 bits
		}
		if got := reason(t, err); got != want {
			t.Fatalf("%q: %s, want %s", text, got, want)
		}
	})
}
