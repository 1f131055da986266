package links

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// A Mail is one message, ready to be sent. It prints without its subject,
// address and bodies, and does not marshal.
//
// No field holds a control character, so none can end a header early; the
// address is plain ASCII (see [individuals.Email]), the subject is UTF-8 and is
// encoded by whoever writes the header (RFC 2047).
type Mail struct {
	// ID names the mail: 26 letters and digits, drawn once. Every try to send it
	// has the same, so a Mailer that makes the Message-ID of it, or hands it to
	// its provider as an idempotency key, lets a second copy be told from the
	// first.
	ID string
	// To is the address, without a display name.
	To string
	// Language is the tag of the language that the mail is written in.
	Language string
	// Subject is one line of at most [MaxSubjectBytes].
	Subject string
	// Text and HTML say the same. They may hold a link.
	Text, HTML Body
	// Purpose is what it is about.
	Purpose Purpose
	// Individual, Organization and Realm are whom it is for, so that a Mailer can
	// choose a sender. Each may be empty.
	Individual, Organization, Realm string
	// Expires is when the link in it ends; zero for never or no link.
	Expires time.Time
}

// MaxSubjectBytes bounds a subject; what is longer is cut.
const MaxSubjectBytes = 200

// A Body is a text that may hold a link. It prints as hidden and does not
// marshal; Reveal returns it. The zero Body is empty.
type Body struct{ hidden }

// NewBody returns a Body of the text, for the tests of a Mailer.
func NewBody(text string) Body { return Body{hide(text)} }

// String returns the ID, the purpose and whom it is for.
func (m Mail) String() string {
	return fmt.Sprintf("Mail(%q, purpose %q, for %q in %q, hidden)", m.ID, m.Purpose, m.Individual, m.Organization)
}

// GoString is [Mail.String].
func (m Mail) GoString() string { return m.String() }

// Format writes [Mail.String] for every verb that fmt leaves to a type.
func (m Mail) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, m.String()) }

// LogValue gives package slog the same as String.
func (m Mail) LogValue() slog.Value { return slog.StringValue(m.String()) }

// MarshalText always fails, and with it encoding/json and its like.
func (m Mail) MarshalText() ([]byte, error) { return nil, errHidden }
