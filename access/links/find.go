package links

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// Found is what a link stands for.
type Found struct {
	Purpose Purpose
	// Individual is the record of the person, as it is stored now. Zero for a
	// standing link.
	Individual individuals.Individual
	// Organization is the entity that the link is for; that of the person where
	// none was named.
	Organization string
	// Email is the address that the link was sent to; for an e-mail change the new
	// one. Empty where it was not mailed.
	Email string
	// Epoch is the credential epoch that the link was issued at, of a standing
	// link that of the organization's link.
	Epoch uint64
	// Created is when the link was made, Expires from when on it does not work;
	// zero for never.
	Created, Expires time.Time
	// Selector is the public half of the token.
	Selector string
}

// Peek returns what the token with that text stands for, and consumes nothing:
// pages call it whenever they are shown. The error is a *[Refusal], the same to
// read whatever the reason, or that of the store.
func (l *Links) Peek(ctx context.Context, r store.Reader, text string, purpose Purpose) (Found, error) {
	_, found, err := l.find(ctx, r, text, purpose)
	return found, err
}

// Consume does what Peek does and deletes the token, in the commit of the change
// that it allows: of any number who try at once one commits, and a commit that
// fails consumes nothing. The others get a *[Refusal], or an error that wraps
// [store.ErrConflict] from here or from their Update. A standing link is not
// consumed; its application peeks.
func (l *Links) Consume(ctx context.Context, tx store.Tx, text string, purpose Purpose) (Found, error) {
	if purpose == Standing {
		return Found{}, errors.New("links: consume: a standing link is not consumed; use Peek")
	}
	stored, found, err := l.find(ctx, tx, text, purpose)
	if err != nil {
		return Found{}, err
	}
	err = tx.DeleteToken(ctx, stored.Selector, stored.Revision)
	if errors.Is(err, store.ErrNotFound) {
		return Found{}, refuse(Unknown, stored)
	}
	if err != nil {
		return Found{}, fmt.Errorf("links: consume: %w", err)
	}
	return found, nil
}

func refuse(reason Reason, t store.Token) error {
	return &Refusal{Reason: reason, Selector: t.Selector, Purpose: Purpose(t.Purpose), Individual: t.Individual, Organization: t.Organization}
}

// find checks everything about a token that is shown.
func (l *Links) find(ctx context.Context, r store.Reader, text string, purpose Purpose) (store.Token, Found, error) {
	if !purpose.IsLink() {
		return store.Token{}, Found{}, fmt.Errorf("links: find: purpose %.64q: want one of %q", purpose, LinkPurposes())
	}
	shown, ok := parseToken(text)
	if !ok {
		return store.Token{}, Found{}, &Refusal{Reason: Malformed}
	}
	stored, err := r.Token(ctx, shown.selector)
	unknown := errors.Is(err, store.ErrNotFound)
	if err != nil && !unknown {
		return store.Token{}, Found{}, fmt.Errorf("links: find: %w", err)
	}
	if unknown || stored.Selector != shown.selector {
		stored, unknown = store.Token{}, true
	}
	// Compared for unknown ones too: the work is the same.
	right := equalHash(shown.hash(), stored.VerifierHash)
	switch {
	case unknown:
		return store.Token{}, Found{}, &Refusal{Reason: Unknown, Selector: shown.selector}
	case !right:
		return store.Token{}, Found{}, &Refusal{Reason: WrongVerifier, Selector: shown.selector}
	case stored.Purpose != string(purpose):
		return store.Token{}, Found{}, refuse(WrongPurpose, stored)
	case expired(stored.Expires, l.clock()):
		return store.Token{}, Found{}, refuse(Expired, stored)
	}
	found := Found{
		Purpose: purpose, Organization: stored.Organization, Email: stored.Email, Epoch: stored.Epoch,
		Created: stored.Created, Expires: stored.Expires, Selector: stored.Selector,
	}
	if purpose == Standing {
		err = l.checkOrganization(ctx, r, stored)
	} else {
		found.Individual, err = l.checkPerson(ctx, r, stored)
		if found.Organization == "" {
			found.Organization = found.Individual.Organization
		}
	}
	if err != nil {
		return store.Token{}, Found{}, err
	}
	return stored, found, nil
}

// expired reports whether a token with that expiry no longer works: it does just
// before, and not at the instant.
func expired(expires, now time.Time) bool { return !expires.IsZero() && !now.Before(expires) }

func equalHash(a, b [sha256.Size]byte) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }

// checkPerson holds a token to the person as the record is now.
func (l *Links) checkPerson(ctx context.Context, r store.Reader, t store.Token) (individuals.Individual, error) {
	none := individuals.Individual{}
	p, err := r.Individual(ctx, t.Individual)
	if errors.Is(err, store.ErrNotFound) {
		return none, refuse(Unknown, t)
	}
	if err != nil {
		return none, fmt.Errorf("links: find: %w", err)
	}
	switch {
	case l.within != nil && *l.within != place{p.Provider, p.Realm}:
		return none, refuse(WrongPlace, t)
	case p.Disabled:
		return none, refuse(Disabled, t)
	}
	if moved, err := l.emailMoved(t, p); err != nil {
		return none, err
	} else if moved {
		return none, refuse(EmailMoved, t)
	}
	if p.Epoch == t.Epoch {
		return p, nil
	}
	if Purpose(t.Purpose) != Invitation {
		return none, refuse(CredentialsChanged, t)
	}
	// Nothing that an invitation could overwrite moved the epoch of a person who
	// has no password yet: wiping a second factor, or a time of being disabled.
	c, err := r.Credential(ctx, p.ID)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && c.Password.IsZero():
		return p, nil
	case err != nil:
		return none, fmt.Errorf("links: find: %w", err)
	}
	return none, refuse(CredentialsChanged, t)
}

// emailMoved reports whether the person's address is another than when the token
// was issued.
func (l *Links) emailMoved(t store.Token, p individuals.Individual) (bool, error) {
	if Purpose(t.Purpose) == EmailChange {
		kept, err := l.open(t)
		if err != nil {
			return false, err
		}
		return canonicalEmail(kept.From) != canonicalEmail(p.Email), nil
	}
	return t.Email != "" && canonicalEmail(t.Email) != canonicalEmail(addressOf(p)), nil
}

// addressOf returns where mail for a person goes: to the e-mail of the record,
// else to a login that is one; "" where there is neither.
func addressOf(p individuals.Individual) string {
	if p.Email != "" {
		return p.Email
	}
	if canonicalEmail(p.Login) != "" {
		return p.Login
	}
	return ""
}

// canonicalEmail returns the form in which addresses are compared, "" for what
// is none.
func canonicalEmail(s string) string {
	email, err := individuals.ParseEmail(s)
	if err != nil {
		return ""
	}
	return email.Canonical()
}

// checkOrganization holds a standing token to the organization as the record is
// now.
func (l *Links) checkOrganization(ctx context.Context, r store.Reader, t store.Token) error {
	o, err := r.Organization(ctx, t.Organization)
	if errors.Is(err, store.ErrNotFound) {
		return refuse(Unknown, t)
	}
	if err != nil {
		return fmt.Errorf("links: find: %w", err)
	}
	if l.within != nil {
		kept, err := l.open(t)
		if err != nil {
			return err
		}
		provider, err := providerOf(ctx, r, t.Organization)
		if err != nil {
			return err
		}
		if kept.Realm != l.within.realm || l.within.provider != "" && provider != l.within.provider {
			return refuse(WrongPlace, t)
		}
	}
	switch {
	case o.Closed:
		return refuse(OrganizationClosed, t)
	case o.Link.Epoch != t.Epoch:
		return refuse(CredentialsChanged, t)
	case !o.Link.Open:
		return refuse(LinkClosed, t)
	}
	return nil
}

// providerOf returns the root of the tree that the organization's entity is in.
func providerOf(ctx context.Context, r store.EntityReader, organization string) (string, error) {
	lineage, err := scope.Resolve(store.EntityLookup(ctx, r), organization)
	if err != nil {
		return "", fmt.Errorf("links: organization %q: %w", organization, err)
	}
	return lineage.Root(), nil
}
