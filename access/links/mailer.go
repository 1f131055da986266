package links

import (
	"context"
	"errors"
)

// A Mailer sends mails: the host's SMTP client, or its mail provider's.
type Mailer interface {
	// Send hands the mail on, and returns nil when another has taken over the
	// responsibility for it. It ends when ctx does. An error means that it is
	// tried again later; one that wraps a *[PermanentError], that it never
	// is. Send is called from one goroutine of each [Dispatcher], and may be
	// called again for a mail that it has sent: see [Mail.ID].
	Send(ctx context.Context, mail Mail) error
}

// A PermanentError is a Mailer's word that the mail can never be delivered: the
// mailbox does not exist (SMTP replies 5yz, RFC 5321 §4.2.1). The mail is dropped
// and reported.
type PermanentError struct {
	// Err says why. It may be nil.
	Err error
}

// Error says that it is permanent, and why.
func (e *PermanentError) Error() string {
	if e.Err == nil {
		return "permanent failure"
	}
	return "permanent failure: " + e.Err.Error()
}

// Unwrap returns Err.
func (e *PermanentError) Unwrap() error { return e.Err }

func isPermanent(err error) bool {
	var permanent *PermanentError
	return errors.As(err, &permanent)
}
