package links

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// secretRun is what may be a part of a token, or of a body in base64: as many
// characters of their alphabets as no word has. Some long names go with them;
// better those than one token.
var secretRun = regexp.MustCompile(`[A-Za-z0-9+/=_-]{20,}`)

// anyAddress is whatever has an at sign in it.
var anyAddress = regexp.MustCompile(`[^\s<>"'()]*@[^\s<>"'()]*`)

// scrub returns what somebody said of a failure in a form that may be kept and
// logged: on one line, short, and without whatever may be an address, a link, a
// part of an encoded mail, or one of the texts.
func scrub(said string, without ...string) string {
	said = oneLine(strings.ToValidUTF8(said, "?"))
	for _, text := range without {
		if text != "" {
			said = replaceFold(said, text, "(hidden)")
		}
	}
	said = anyAddress.ReplaceAllLiteralString(said, "(hidden)")
	return cutText(secretRun.ReplaceAllLiteralString(said, "(hidden)"), maxSaidBytes)
}

// maxSaidBytes is what an outbox keeps of a failure.
const maxSaidBytes = 512

// replaceFold replaces text in s in whatever case.
func replaceFold(s, text, by string) string {
	pattern, err := regexp.Compile("(?i)" + regexp.QuoteMeta(text))
	if err != nil {
		return by
	}
	return pattern.ReplaceAllLiteralString(s, by)
}

// A failure is why a mail was not sent. It prints as what was said, scrubbed;
// the cause, which is the host's own error, is for errors.Is and errors.As.
type failure struct {
	said  string
	cause func() error // in a closure, since printers look into fields
}

func newFailure(what string, err error, without ...string) *failure {
	return &failure{
		// fmt survives an error whose Error panics.
		said:  scrub(fmt.Sprintf("%s: %v", what, err), without...),
		cause: func() error { return err },
	}
}

func (f *failure) Error() string { return "links: " + f.said }

func (f *failure) Unwrap() error { return f.cause() }

// Format keeps the cause out of every verb.
func (f *failure) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, f.Error()) }
