package links

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// A Link is one that was issued. It prints with its selector and without its
// secret, and does not marshal. The zero Link is none.
type Link struct {
	text, url hidden
	selector  string
	expires   time.Time
}

// Reveal returns the token: what [Links.Peek] and [Links.Consume] take, and what
// stands after "#" in the URL. It is a secret.
func (l Link) Reveal() string { return l.text.Reveal() }

// URL returns the whole link, "" where the host set no base URL for the realm.
// It is a secret.
func (l Link) URL() string { return l.url.Reveal() }

// Selector returns the public half of the token, by which it is stored. It is no
// secret: alone it opens nothing.
func (l Link) Selector() string { return l.selector }

// Expires returns the instant from which on the link no longer works; zero for
// never.
func (l Link) Expires() time.Time { return l.expires }

// IsZero reports whether there is no link.
func (l Link) IsZero() bool { return l.text.IsZero() }

// String returns `Link("selector", hidden)`.
func (l Link) String() string {
	if l.IsZero() {
		return "Link(none)"
	}
	return fmt.Sprintf("Link(%q, hidden)", l.selector)
}

// GoString is [Link.String].
func (l Link) GoString() string { return l.String() }

// Format writes [Link.String] for every verb that fmt leaves to a type.
func (l Link) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, l.String()) }

// LogValue gives package slog the same as String.
func (l Link) LogValue() slog.Value { return slog.StringValue(l.String()) }

// MarshalText always fails, and with it encoding/json and its like.
func (l Link) MarshalText() ([]byte, error) { return nil, errHidden }
