package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

var errNoLinks = errors.New("signin: Options.Links: none; use links.New")

// AcceptInvitation sets the first password of whoever got the invitation. It
// signs nobody in, and may come before the activation date.
func (f *Flow) AcceptInvitation(ctx context.Context, link, password string, origin Origin) error {
	return f.bindByLink(ctx, link, links.Invitation, password, origin)
}

// ResetPassword sets a new password for whoever got the reset link. It signs
// nobody in, leaves the second factor as it is, ends all sessions and other
// links, and switches the password on again where failures had switched it off.
func (f *Flow) ResetPassword(ctx context.Context, link, password string, origin Origin) error {
	return f.bindByLink(ctx, link, links.PasswordReset, password, origin)
}

func (f *Flow) bindByLink(ctx context.Context, link string, purpose links.Purpose, password string, origin Origin) error {
	found, s, err := f.peek(ctx, f.options.Links, link, purpose, origin)
	if err != nil {
		return err
	}
	if err := f.checkNew(password, s.person, s.required); err != nil {
		return err
	}
	hash, err := f.newHash(ctx, password)
	if err != nil {
		return err
	}
	_, err = f.bindPassword(ctx, binding{
		seen: s, hash: hash, meetsAlone: f.options.PasswordPolicy.MeetsAlone(password), origin: origin, reset: purpose == links.PasswordReset,
		first: func(tx store.Tx) error {
			_, err := f.options.Links.Consume(ctx, tx, link, purpose)
			return err
		},
	})
	return f.linkFailed(ctx, found, purpose, origin, err)
}

// peek finds what a link stands for and reads the person, in one state.
func (f *Flow) peek(ctx context.Context, in *links.Links, link string, purpose links.Purpose, origin Origin) (links.Found, seen, error) {
	if f.options.Links == nil {
		return links.Found{}, seen{}, errNoLinks
	}
	if err := checkSurface(origin.Surface); err != nil {
		return links.Found{}, seen{}, err
	}
	var found links.Found
	var s seen
	err := f.store.View(ctx, func(r store.Reader) (err error) {
		if found, err = in.Peek(ctx, r, link, purpose); err != nil || purpose == links.Standing {
			return err
		}
		s, err = readPerson(ctx, r, found.Individual.ID)
		return err
	})
	return found, s, f.linkFailed(ctx, found, purpose, origin, err)
}

// linkFailed records a refused link. Other errors it returns as they are; nil
// too. What is no token at all is not recorded: it costs nothing to send.
func (f *Flow) linkFailed(ctx context.Context, found links.Found, purpose links.Purpose, origin Origin, err error) error {
	if err == nil {
		return nil
	}
	var refusal *Refusal
	if err = linkError(err); !errors.As(err, &refusal) {
		return fmt.Errorf("signin: %s link: %w", purpose, err)
	}
	r := report{individual: found.Individual.ID, organization: found.Organization, realm: found.Individual.Realm, origin: origin, via: viaLink}
	var refused *links.Refusal
	if errors.As(refusal, &refused) {
		if refused.Reason == links.Malformed {
			return refusal
		}
		r.individual, r.organization = refused.Individual, refused.Organization
	}
	return f.refuse(ctx, r, refusal)
}

// ConfirmEmail makes the address that the link was sent to that of the person.
// The old address is told. The login stays.
func (f *Flow) ConfirmEmail(ctx context.Context, link string, origin Origin) error {
	found, s, err := f.peek(ctx, f.options.Links, link, links.EmailChange, origin)
	if err != nil {
		return err
	}
	old := s.person.Email
	c := change{seen: s, action: audit.ActionUpdateIndividual, origin: origin}
	c.first = func(tx store.Tx) error {
		_, err := f.options.Links.Consume(ctx, tx, link, links.EmailChange)
		return err
	}
	c.touch = func(p *individuals.Individual) { p.Email = found.Email }
	c.last = func(tx store.Tx, p individuals.Individual) (string, error) {
		return "", f.options.Links.Notify(ctx, tx, links.Notice{Purpose: links.EmailChanged, Individual: p, Email: old})
	}
	detail := audit.Change{Field: "email"}
	if old != "" {
		if detail.Before, err = f.personal(old); err != nil {
			return err
		}
	}
	if detail.After, err = f.personal(found.Email); err != nil {
		return err
	}
	c.details = []audit.Change{detail}
	_, err = f.commit(ctx, c)
	return f.linkFailed(ctx, found, links.EmailChange, origin, err)
}
