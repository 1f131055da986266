package signin

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// linkSpacing is how long no second link is mailed to whoever has one that
// works: strangers could fill a mailbox, and end each link by the next.
const linkSpacing = time.Minute

// RequestReset mails a reset link to whoever has the login, if that is an e-mail
// address. Provider, Realm, Login, Address and Surface of the attempt count. The
// answer is the same for every login: nil, or [Throttled] where the network asked
// too often.
func (f *Flow) RequestReset(ctx context.Context, a Attempt) error {
	return f.requestLink(ctx, a, links.PasswordReset)
}

// RequestSignInLink mails a sign-in link, in all else like [Flow.RequestReset].
func (f *Flow) RequestSignInLink(ctx context.Context, a Attempt) error {
	return f.requestLink(ctx, a, links.SignIn)
}

func (f *Flow) requestLink(ctx context.Context, a Attempt, purpose links.Purpose) error {
	if err := a.validate(); err != nil {
		return err
	}
	if f.options.Links == nil {
		return errNoLinks
	}
	who, err := f.lookUp(ctx, a.Provider, a.Realm, a.Login)
	if err != nil {
		return err
	}
	c, err := f.count(ctx, who.subject, mailFactor, a.Address)
	if err != nil {
		return err
	}
	off, err := c.reserve(ctx, f.now())
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return f.refuse(ctx, report{individual: who.person.ID, organization: who.person.Organization, realm: a.Realm,
			login: a.Login, origin: a.origin()}, refusal)
	}
	if err != nil {
		return err
	}
	reason := ""
	switch login, err := individuals.ParseLogin(who.person.Login); {
	case !who.exists():
		reason = string(UnknownLogin)
	case off:
		reason = string(Throttled)
	case err != nil || !login.IsEmail():
		reason = "login_is_no_email"
	}
	return f.mailLink(ctx, a, &who, purpose, reason)
}

// mailLink writes the link with its mail, or no more than the event that says
// why not: either way one commit, and one answer.
func (f *Flow) mailLink(ctx context.Context, a Attempt, who *candidate, purpose links.Purpose, reason string) error {
	event, err := f.event(audit.Anonymous(), who.person.ID, who.person.Organization, a.Realm, a.origin())
	if err != nil {
		return err
	}
	login, err := f.personal(a.Login)
	if err != nil {
		return err
	}
	event.Action = audit.ActionCreateLink
	event.Attributes = append(event.Attributes,
		audit.Attribute{Name: "login", Value: login}, audit.Attribute{Name: "purpose", Value: audit.Plain(string(purpose))})
	for {
		failure, err := f.writeLink(ctx, who, purpose, reason, event)
		switch {
		case err == nil:
			return nil
		case failure != nil:
			// The stranger who asked must not learn that there is something to fail.
			if reason = failedLink(failure); reason == linkFailure {
				f.options.Logger.ErrorContext(ctx, "no link was mailed", slog.String("individual", who.person.ID),
					slog.String("purpose", string(purpose)), slog.Any("error", failure))
			}
		default:
			return hideCause("the store failed to keep a link", err)
		}
	}
}

// writeLink makes the commit. failure is that of making the link, which err then
// is too.
func (f *Flow) writeLink(ctx context.Context, who *candidate, purpose links.Purpose, reason string, event audit.Event) (failure, err error) {
	event.Outcome, event.Reason = audit.Succeeded, reason
	if reason != "" {
		event.Outcome = audit.Refused
	}
	_, err = f.update(ctx, signInAuthor, func(tx store.Tx) error {
		if reason == "" {
			var link links.Link
			link, failure = f.options.Links.Issue(ctx, tx, links.Request{Purpose: purpose, Individual: who.person, Spacing: linkSpacing})
			if failure != nil {
				return failure
			}
			event.Object = link.Selector()
		}
		_, err := tx.AppendEvent(ctx, event)
		return err
	})
	return failure, err
}

// linkFailure is what the audit is told where a link could not be made.
const linkFailure = "failed"

// failedLink is the word for why no link was issued.
func failedLink(err error) string {
	var refused *links.Refusal
	switch {
	case errors.As(err, &refused):
		return string(refused.Reason)
	case errors.Is(err, links.ErrTooSoon):
		return string(TooSoon)
	default:
		return linkFailure
	}
}
