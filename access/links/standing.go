package links

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// Standing returns the standing link of an organization, for a mail that carries
// it: an invoice, a ticket. It is kept sealed for that. The error is a
// *[Refusal] where there is none that opens, so that the mail goes out without.
func (l *Links) Standing(ctx context.Context, r store.Reader, organization string) (Link, error) {
	none := &Refusal{Reason: Unknown, Purpose: Standing, Organization: organization}
	if organization == "" {
		return Link{}, none
	}
	tokens, err := r.Tokens(ctx, store.TokenFilter{Organization: organization, Purpose: string(Standing)}, store.Page{})
	if err != nil {
		return Link{}, fmt.Errorf("links: standing link of %q: %w", organization, err)
	}
	// Issuing leaves one; were there others, the epoch would tell which counts.
	var refusal error = none
	for _, t := range tokens {
		kept, err := l.open(t)
		if err != nil {
			return Link{}, err
		}
		shown, ok := parseToken(kept.Text)
		if !ok {
			return Link{}, fmt.Errorf("links: standing link of %q: what is kept is no link; rotate it", organization)
		}
		var refused *Refusal
		switch _, _, err := l.find(ctx, r, kept.Text, Standing); {
		case err == nil:
			return l.link(shown, Standing, kept.Realm, t.Expires), nil
		case !errors.As(err, &refused):
			return Link{}, err
		default:
			refusal = refused
		}
	}
	return Link{}, refusal
}

// SendStanding mails the standing link that there is, in the caller's commit,
// without rotating it. Of the request Organization and Email are needed, and
// Language counts. Its refusals are those of [Links.Standing].
func (l *Links) SendStanding(ctx context.Context, tx store.Tx, r Request) (Link, error) {
	fail := func(err error) (Link, error) { return Link{}, fmt.Errorf("links: send standing link: %w", err) }
	switch {
	case r.Purpose != "" && r.Purpose != Standing:
		return fail(fmt.Errorf("purpose %.64q: want %q", r.Purpose, Standing))
	case canonicalEmail(r.Email) == "":
		return fail(fmt.Errorf("organization %q: no e-mail address to send to", r.Organization))
	}
	link, err := l.Standing(ctx, tx, r.Organization)
	if err != nil {
		return Link{}, err
	}
	if link.URL() == "" {
		return fail(fmt.Errorf("organization %q: no base URL for the realm of its link; set it in Options.BaseURLs", r.Organization))
	}
	return link, l.mail(ctx, tx, mailing{
		purpose: Standing, to: r.Email, organization: r.Organization, language: r.Language, link: link, now: l.clock(),
	})
}

// standingToken returns the token for an organization, but for what is drawn and
// the epoch.
func (l *Links) standingToken(ctx context.Context, tx store.Tx, r Request) (store.Token, string, error) {
	fail := func(format string, args ...any) (store.Token, string, error) {
		return store.Token{}, "", fmt.Errorf(format, args...)
	}
	switch {
	case r.Individual.ID != "":
		return fail("individual %q: a standing link is an organization's; leave Individual out", r.Individual.ID)
	case r.Organization == "":
		return fail("no organization")
	case r.Realm == "":
		return fail("organization %q: no realm; say where the link leads", r.Organization)
	case r.Email != "" && canonicalEmail(r.Email) == "":
		return fail("organization %q: the address is none", r.Organization)
	}
	if l.within != nil {
		provider, err := providerOf(ctx, tx, r.Organization)
		if err != nil {
			return store.Token{}, "", err
		}
		if r.Realm != l.within.realm || l.within.provider != "" && provider != l.within.provider {
			return fail("organization %q: of provider %q and realm %q, not of those that Within named", r.Organization, provider, r.Realm)
		}
	}
	t := store.Token{Organization: r.Organization, Email: r.Email}
	if lifetime := l.lifetimes[Standing]; lifetime > 0 {
		t.Expires = l.clock().Add(lifetime)
	}
	return t, r.Realm, nil
}

// moveEpoch ends what the standing link of the organization opened, and returns
// the epoch of the next.
func (l *Links) moveEpoch(ctx context.Context, tx store.Tx, organization string) (uint64, error) {
	o, err := tx.Organization(ctx, organization)
	if err != nil {
		return 0, err
	}
	if o.Closed {
		return 0, &Refusal{Reason: OrganizationClosed, Purpose: Standing, Organization: organization}
	}
	o.Link.Epoch++
	return o.Link.Epoch, putOrganization(ctx, tx, o)
}

func putOrganization(ctx context.Context, tx store.Tx, o individuals.Organization) error {
	if err := tx.PutOrganization(ctx, o); err != nil {
		return fmt.Errorf("move the epoch of its link: %w", err)
	}
	return nil
}
