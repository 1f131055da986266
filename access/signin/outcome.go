package signin

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/otp"
)

// An Outcome is what a step of signing in came to: somebody who is in, or what
// is missing. An Outcome that is neither comes with an error.
type Outcome struct {
	// Principal is who signed in; nil as long as something is missing. Keep its
	// [access.Principal.Session].
	Principal *access.Principal
	// Challenge says what is missing; zero when nothing is.
	Challenge Challenge
	// RecoveryCodes are those that go with an authenticator that was set up in
	// this step. They are shown once, here and never again, also where they come
	// with an error, because a later step failed; else zero.
	RecoveryCodes otp.RecoveryCodes
}

// Done reports whether somebody is in.
func (o Outcome) Done() bool { return o.Principal != nil }

// A Need says what a challenge asks for. The zero Need is nothing.
type Need uint8

// The needs.
const (
	// NeedCode asks for a one-time code, or a recovery code.
	NeedCode Need = iota + 1
	// NeedEnrolment asks to set up an authenticator with [Challenge.Key], and to
	// confirm by a code that it works.
	NeedEnrolment
	// NeedNewPassword asks for a new password.
	NeedNewPassword
)

// String returns "code", "enrolment", "new password" or "nothing".
func (n Need) String() string {
	switch n {
	case NeedCode:
		return "code"
	case NeedEnrolment:
		return "enrolment"
	case NeedNewPassword:
		return "new password"
	default:
		return "nothing"
	}
}

// A Challenge is a step that is still to be taken. What continues it is a token,
// sealed by the host's key: whoever has it and the answer goes on, in any
// process, until it expires, from the same network and as long as the person's
// credentials stay as they are.
//
// It prints as what it needs, without token and key, and does not marshal. The
// zero Challenge asks for nothing.
type Challenge struct {
	need    Need
	expires time.Time
	token   hidden[string]
	key     otp.Key
	label   otp.Label
	length  int
}

// Need returns what is asked for.
func (c Challenge) Need() Need { return c.need }

// Expires returns the instant from which on the challenge cannot be answered.
func (c Challenge) Expires() time.Time { return c.expires }

// Reveal returns the token for [Flow.Continue]. It stands for the steps that
// were taken, the password among them: keep it in the page, or in a cookie that
// only the sign-in page gets.
func (c Challenge) Reveal() string { return c.token.value() }

// Key returns the key to put into an authenticator, for [NeedEnrolment]: shown
// by its Base32, and by the QR code of [Challenge.QR].
func (c Challenge) Key() otp.Key { return c.key }

// URI reveals the key as authenticators read it, see [otp.Key.URI]. It is an
// error but for [NeedEnrolment].
func (c Challenge) URI() (string, error) { return c.key.URI(c.label) }

// QR returns the QR code of the URI, and its errors.
func (c Challenge) QR() (otp.QR, error) { return c.key.QR(c.label) }

// MinLength returns the fewest code points that the new password must have, for
// [NeedNewPassword].
func (c Challenge) MinLength() int { return c.length }

// IsZero reports whether nothing is asked for.
func (c Challenge) IsZero() bool { return c.need == 0 }

// String returns what is needed: "Challenge(code, hidden)".
func (c Challenge) String() string { return fmt.Sprintf("Challenge(%v, hidden)", c.need) }

// GoString is [Challenge.String].
func (c Challenge) GoString() string { return c.String() }

// Format writes [Challenge.String] for every verb that fmt leaves to a type.
func (c Challenge) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, c.String()) }

// LogValue gives package slog the same as String.
func (c Challenge) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText always fails, so that no token is stored by mistake.
func (c Challenge) MarshalText() ([]byte, error) { return nil, errHidden }
