package otp

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxIssuerLength is the longest issuer in bytes. It stands twice in the
	// URI, and a longer one makes a code too dense for a phone to scan.
	MaxIssuerLength = 64
	// MaxAccountLength is the longest account in bytes: that of an e-mail
	// address (RFC 3696 erratum 1690).
	MaxAccountLength = 254
)

// Label is what an authenticator writes beside a code: whose service, and which
// account there. Both are needed: the issuer keeps equal account names of
// different services apart.
//
// The zero Label is refused by [Key.URI] and [Key.QR].
type Label struct {
	// Issuer names the service: the provider's brand. No colon, at most
	// MaxIssuerLength bytes.
	Issuer string
	// Account names the person there: the login. At most MaxAccountLength bytes.
	Account string
}

// URI reveals the key as the URI that authenticators read from a QR code:
// otpauth://totp/Issuer:account?secret=…&issuer=Issuer&algorithm=SHA1&digits=6&period=30,
// by Google Authenticator's Key URI Format. Everything in the issuer and the
// account but letters, digits and -._~ is percent-encoded as UTF-8
// (RFC 3986 §2.3), a space as %20 and never as +.
//
// Refused are a zero key; an issuer or account that is empty, too long, not
// UTF-8, holds a control character or begins or ends with white space, which
// readers drop; and an issuer with a colon, which ends the issuer. A colon in
// the account is encoded: logins may hold one.
func (k Key) URI(label Label) (string, error) {
	if k.IsZero() {
		return "", fmt.Errorf("otp: URI: %w", errNoKey)
	}
	if err := checkLabel(label); err != nil {
		return "", fmt.Errorf("otp: URI: %w", err)
	}
	issuer := percentEncode(label.Issuer)
	return "otpauth://totp/" + issuer + ":" + percentEncode(label.Account) +
		"?secret=" + k.Base32() +
		"&issuer=" + issuer +
		"&algorithm=SHA1" +
		"&digits=" + strconv.Itoa(Digits) +
		"&period=" + strconv.Itoa(int(Period/time.Second)), nil
}

func checkLabel(label Label) error {
	if err := checkName(label.Issuer, MaxIssuerLength); err != nil {
		return fmt.Errorf("issuer %q: %w", label.Issuer, err)
	}
	if strings.Contains(label.Issuer, ":") {
		return fmt.Errorf("issuer %q: a colon ends the issuer in the URI; leave it out", label.Issuer)
	}
	if err := checkName(label.Account, MaxAccountLength); err != nil {
		return fmt.Errorf("account %q: %w", label.Account, err)
	}
	return nil
}

func checkName(name string, limit int) error {
	switch {
	case name == "":
		return errors.New("empty")
	case len(name) > limit:
		return fmt.Errorf("%d bytes: longer than %d", len(name), limit)
	case !utf8.ValidString(name):
		return errors.New("not UTF-8")
	case strings.ContainsFunc(name, unicode.IsControl):
		return errors.New("holds a control character")
	case strings.TrimSpace(name) != name:
		return errors.New("begins or ends with white space")
	}
	return nil
}

// percentEncode leaves only RFC 3986's unreserved characters as they are.
// QueryEscape does so but for the space; a plus sign in its result can only be
// one, since it encodes a real plus as %2B.
func percentEncode(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
