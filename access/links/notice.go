package links

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// A Notice is a mail that tells of a change and holds no link.
type Notice struct {
	// Purpose is one of [NoticePurposes].
	Purpose Purpose
	// Individual is whom it tells of.
	Individual individuals.Individual
	// Organization is the entity in whose name it is told. Default: the person's.
	Organization string
	// Email is where it goes: for EmailChanged the old address. Default: the
	// e-mail of the record, or a login that is one.
	Email string
	// Language is the language tag of the mail. Default: that of the person.
	Language string
}

// Notify puts a notice into the outbox, in the caller's commit. Who has no
// address gets none, which is no error: a change must not fail for it.
func (l *Links) Notify(ctx context.Context, tx store.Tx, n Notice) error {
	to := n.Email
	if to == "" && n.Purpose != EmailChanged {
		to = addressOf(n.Individual)
	}
	switch {
	case !n.Purpose.IsNotice():
		return fmt.Errorf("links: notify: purpose %.64q: want one of %q", n.Purpose, NoticePurposes())
	case to == "":
		return nil
	case canonicalEmail(to) == "":
		return fmt.Errorf("links: notify %q: the address is none", n.Individual.ID)
	}
	return l.mail(ctx, tx, mailing{
		purpose: n.Purpose, to: to, individual: n.Individual, organization: n.Organization, language: n.Language,
		realm: n.Individual.Realm, now: l.clock(),
	})
}
