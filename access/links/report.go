package links

import (
	"fmt"
	"time"
)

// An Outcome is what became of a try to send a mail.
type Outcome string

// The outcomes.
const (
	// Sent was taken by the Mailer.
	Sent Outcome = "sent"
	// Retrying failed and is tried again.
	Retrying Outcome = "retrying"
	// LinkExpired was dropped: its link had expired before it could be sent.
	LinkExpired Outcome = "link_expired"
	// LinkGone was dropped: its link was used, revoked or replaced.
	LinkGone Outcome = "link_gone"
	// Undeliverable was dropped: the Mailer said that it never can be
	// delivered, see [PermanentError].
	Undeliverable Outcome = "undeliverable"
	// GaveUp was dropped: it failed for too long.
	GaveUp Outcome = "gave_up"
	// StoreFailed is about no mail: [Dispatcher.Run] could not reach the store,
	// and goes on trying.
	StoreFailed Outcome = "store_failed"
)

// Dropped reports whether the mail was not sent and never will be.
func (o Outcome) Dropped() bool {
	switch o {
	case LinkExpired, LinkGone, Undeliverable, GaveUp:
		return true
	default:
		return false
	}
}

// A Report tells what became of one try. It holds no link and no address.
type Report struct {
	Outcome Outcome
	// Message is the number of the message in the outbox, 0 where the report is
	// about none, and Mail the ID of the mail; empty where it could not be read.
	Message uint64
	Mail    string
	// Purpose, Individual and Organization are those of the message.
	Purpose      Purpose
	Individual   string
	Organization string
	// Tries is how many times sending was begun, this one included.
	Tries int
	// NotBefore is when the next try may come; zero where none will.
	NotBefore time.Time
	// Err says what failed, without anything that may be secret; nil where
	// nothing did. The Mailer's own error is behind it, for errors.Is and
	// errors.As; that one is not scrubbed, so log Err.
	Err error
}

// String is one line for a log.
func (r Report) String() string {
	if r.Message == 0 {
		return fmt.Sprintf("%s: %v", r.Outcome, r.Err)
	}
	line := fmt.Sprintf("message %d (%s for %q in %q), try %d: %s", r.Message, r.Purpose, r.Individual, r.Organization, r.Tries, r.Outcome)
	if r.Err != nil {
		line += ": " + r.Err.Error()
	}
	return line
}
