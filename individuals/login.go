package individuals

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// MaxUsername is the most code points that a username may have, as typed and in
// its canonical form. Sixty-four is what portals of this kind show and store, and
// more than any person types. In bytes, [MaxLoginBytes] bounds every login.
const MaxUsername = 64

// Login is the name that a person signs in with: a username, or an e-mail
// address. Which of the two it is follows from the at sign, which every e-mail
// address has and no username may have, so both live in one name space.
//
// A Login keeps the text as it was given, for showing it, and the canonical
// form, for everything else: two logins are the same login when their canonical
// forms are equal, and each realm holds a canonical form once. Compare
// [Login.Canonical], not the Login itself.
//
// A username is canonical by the UsernameCaseMapped profile of PRECIS (RFC 8265
// §3.3): width and case mapped, in NFC, of letters, digits and printable ASCII.
// White space, control and format characters, bidirectional overrides and
// strings that break the Bidi Rule (RFC 5893) are refused; joiners pass only
// where a script needs them (RFC 5892 §A.1, §A.2). An e-mail address is canonical
// in lower case; see [Email].
//
// The zero Login is no login. A Login is immutable and safe for concurrent use.
type Login struct {
	given     string
	canonical string
}

// ParseLogin returns the login that s spells. It refuses what is neither a
// username nor an e-mail address, and trims nothing.
//
// The error quotes s. On a sign-in page people type a password into the wrong
// field, so a caller there treats the error as an unknown login and does not
// log it.
func ParseLogin(s string) (Login, error) {
	if strings.Contains(s, "@") {
		email, err := ParseEmail(s)
		if err != nil {
			return Login{}, fmt.Errorf("individuals: invalid login: %w", err)
		}
		return email.Login(), nil
	}
	canonical, reason := canonicalUsername(s)
	if reason != "" {
		return Login{}, fmt.Errorf("individuals: invalid login: %s: %s", quoteLogin(s), reason)
	}
	return Login{given: s, canonical: canonical}, nil
}

// String returns the login as it was given, or "" for the zero Login.
func (l Login) String() string { return l.given }

// Canonical returns the form in which logins are compared and stored as a key,
// or "" for the zero Login. It is a login itself, and its own canonical form.
func (l Login) Canonical() string { return l.canonical }

// IsZero reports whether l is the zero Login.
func (l Login) IsZero() bool { return l == Login{} }

// IsEmail reports whether the login is an e-mail address. Only then can a link
// be mailed to someone of whom nothing but the login is known.
func (l Login) IsEmail() bool { return strings.Contains(l.canonical, "@") }

// Email returns the login as an e-mail address, and false when it is none.
func (l Login) Email() (Email, bool) {
	if !l.IsEmail() {
		return Email{}, false
	}
	return Email(l), true
}

// MarshalText returns the login as it was given.
func (l Login) MarshalText() ([]byte, error) { return []byte(l.given), nil }

// UnmarshalText is [ParseLogin] on text. Empty text gives the zero Login, which
// is what [Login.MarshalText] writes for it.
func (l *Login) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*l = Login{}
		return nil
	}
	parsed, err := ParseLogin(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// canonicalUsername returns the canonical form of a username, or the reason why
// there is none.
func canonicalUsername(s string) (canonical, reason string) {
	switch {
	case s == "":
		return "", "a login is needed"
	case len(s) > MaxLoginBytes || utf8.RuneCountInString(s) > MaxUsername:
		return "", tooLongUsername
	case !utf8.ValidString(s):
		return "", "not valid UTF-8"
	}
	canonical, err := precis.UsernameCaseMapped.String(s)
	if err != nil {
		return "", "a username has letters, digits and signs of ASCII, no spaces, control or invisible characters, and one writing direction"
	}
	// Mapping can make a text longer, and an at sign of a wide one (U+FF20), with
	// which a username would take the key of an e-mail address. It is not promised
	// to be stable (RFC 8264 §7), and a key that changes when it is parsed again
	// would be two keys; no text is known that it happens to.
	switch again, err := precis.UsernameCaseMapped.String(canonical); {
	case len(canonical) > MaxLoginBytes || utf8.RuneCountInString(canonical) > MaxUsername:
		return "", tooLongUsername
	case strings.Contains(canonical, "@"):
		return "", "a username has no at sign; write an e-mail address in plain ASCII"
	case err != nil || again != canonical:
		return "", "it has no stable canonical form"
	}
	return canonical, ""
}

const tooLongUsername = "a username has at most 64 characters and 254 bytes"

// quoteLogin quotes what was given, cut so that a message stays short and one
// line whatever was sent.
func quoteLogin(s string) string {
	const most = MaxLoginBytes
	if len(s) <= most {
		return strconv.Quote(s)
	}
	return strconv.Quote(s[:most]) + "..."
}
