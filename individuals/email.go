package individuals

import (
	"fmt"
	"strings"
)

const (
	maxEmailLocal  = 64 // RFC 5321 §4.5.3.1.1
	maxDomainLabel = 63 // RFC 1035 §2.3.4; MaxLoginBytes bounds the domain
)

// Email is an e-mail address: a local part, an at sign and a domain, all ASCII.
//
//   - The whole has at most [MaxLoginBytes], the local part 64 of them.
//   - The local part is a dot-string of RFC 5321 §4.1.2. Quoted local parts are
//     refused: nobody is given one, and they bring spaces and at signs with them.
//   - The domain has at least two labels of letters, digits and inner hyphens;
//     the last is not all digits. Address literals such as [192.0.2.1] are
//     refused. An internationalized domain is written in its ASCII form,
//     "xn--...": it is the same domain, so nothing is lost.
//   - An internationalized local part (RFC 6531) has no ASCII form and is
//     refused: mail to it does not pass every relay, and case mapping beyond
//     ASCII is how a stranger's address comes to equal someone else's.
//
// An Email keeps the text as it was given, which is where mail goes, and the
// canonical form, by which addresses are compared: all lower case. RFC 5321 §2.4
// leaves the case of a local part to the receiving host and discourages using
// it; two mailboxes that differ only in case count as one address here. Dots and
// +tags are kept, for they name different mailboxes at most hosts.
//
// Mail goes to the address that the person's record holds, never to one that
// was typed and compared equal.
//
// The zero Email is no address. An Email is immutable and safe for concurrent
// use.
type Email struct {
	given     string
	canonical string
}

// ParseEmail returns the address that s spells. It takes the bare address, no
// display name and no angle brackets, and trims nothing. The error quotes s.
func ParseEmail(s string) (Email, error) {
	if reason := checkEmail(s); reason != "" {
		return Email{}, fmt.Errorf("individuals: invalid e-mail address: %s: %s", quoteLogin(s), reason)
	}
	return Email{given: s, canonical: strings.ToLower(s)}, nil
}

// String returns the address as it was given, or "" for the zero Email.
func (e Email) String() string { return e.given }

// Canonical returns the form in which addresses are compared, or "" for the zero
// Email. It is an address itself, and its own canonical form.
func (e Email) Canonical() string { return e.canonical }

// IsZero reports whether e is the zero Email.
func (e Email) IsZero() bool { return e == Email{} }

// Login returns the address as a login.
func (e Email) Login() Login { return Login(e) }

// MarshalText returns the address as it was given.
func (e Email) MarshalText() ([]byte, error) { return []byte(e.given), nil }

// UnmarshalText is [ParseEmail] on text. Empty text gives the zero Email, which
// is what [Email.MarshalText] writes for it.
func (e *Email) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*e = Email{}
		return nil
	}
	parsed, err := ParseEmail(string(text))
	if err != nil {
		return err
	}
	*e = parsed
	return nil
}

// checkEmail returns the reason why s is no address, or "".
func checkEmail(s string) string {
	if len(s) > MaxLoginBytes {
		return "an e-mail address has at most 254 bytes"
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return "it has no at sign"
	}
	if reason := checkLocal(s[:at]); reason != "" {
		return reason
	}
	return checkDomain(s[at+1:])
}

func checkLocal(local string) string {
	switch {
	case local == "":
		return "nothing stands before the at sign"
	case len(local) > maxEmailLocal:
		return "more than 64 bytes stand before the at sign"
	case local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, ".."):
		return "a dot stands at an end of the part before the at sign, or beside another"
	}
	for i := range len(local) {
		switch c := local[i]; {
		case c == '.' || isLetterOrDigit(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0:
		case c >= 0x80:
			return "the part before the at sign is not ASCII: use another address, or a username"
		default:
			return "a character before the at sign is not allowed in an address"
		}
	}
	return ""
}

func checkDomain(domain string) string {
	if domain == "" {
		return "nothing stands after the at sign"
	}
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if reason := checkLabel(label); reason != "" {
			return reason
		}
	}
	switch last := labels[len(labels)-1]; {
	case len(labels) < 2:
		return "the domain has no dot: write it in full"
	case strings.Trim(last, "0123456789") == "":
		return "the domain ends in a number: write a domain name, not an address"
	}
	return ""
}

func checkLabel(label string) string {
	switch {
	case label == "":
		return "a dot stands at an end of the domain, or beside another"
	case len(label) > maxDomainLabel:
		return "a part of the domain has more than 63 bytes"
	case label[0] == '-' || label[len(label)-1] == '-':
		return "a part of the domain begins or ends with a hyphen"
	}
	for i := range len(label) {
		switch c := label[i]; {
		case c == '-' || isLetterOrDigit(c):
		case c >= 0x80:
			return `the domain is not ASCII: write it in its "xn--" form`
		default:
			return "a character of the domain is not a letter, a digit or a hyphen"
		}
	}
	return ""
}

func isLetterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
