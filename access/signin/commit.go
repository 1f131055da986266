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

// A change is one of somebody's own credentials or of their own record, with
// all that goes with it: written in one commit or not at all.
type change struct {
	seen   seen // what was true when it was decided
	action audit.Action
	origin Origin
	// credential is what is written; its Individual is empty where it stays.
	credential individuals.Credential
	// touch changes the person's record; it may be nil. movesEpoch ends what was
	// signed in before.
	touch      func(*individuals.Individual)
	movesEpoch bool
	// first runs before anything is written, as for consuming a link.
	first func(tx store.Tx) error
	// last runs at the end, as for issuing one, and returns what the event names
	// as its object.
	last func(tx store.Tx, p individuals.Individual) (object string, err error)
	// details are the changes that the event tells.
	details []audit.Change
	notice  links.Purpose // "" for none
}

// The notices that changes mail.
const (
	noticePassword = links.PasswordChanged
	noticeEnrolled = links.SecondFactorEnrolled
	noticeRecovery = links.RecoveryCodesChanged
	noticeDisabled = links.AuthenticatorDisabled
)

// credentialChange is the change of a credential alone.
func credentialChange(s *seen, next individuals.Credential, action audit.Action, origin Origin) change {
	return change{seen: *s, credential: next, action: action, origin: origin}
}

// commit writes the change, and returns the person's epoch after it. Where
// somebody else changed the credentials since they were seen, it is a refusal.
func (f *Flow) commit(ctx context.Context, c change) (epoch uint64, err error) {
	event, err := f.event(audit.Individual(c.seen.person.ID), c.seen.person.ID, c.seen.person.Organization, c.seen.person.Realm, c.origin)
	if err != nil {
		return 0, err
	}
	event.Action, event.Outcome, event.Changes = c.action, audit.Succeeded, c.details
	_, err = f.update(ctx, store.Author{ID: c.seen.person.ID}, func(tx store.Tx) error {
		if c.first != nil {
			if err := c.first(tx); err != nil {
				return err
			}
		}
		p, err := tx.Individual(ctx, c.seen.person.ID)
		if err != nil {
			return err
		}
		if p.Epoch != c.seen.person.Epoch || p.Disabled {
			return &Refusal{Reason: CredentialsChanged}
		}
		if c.credential.Individual != "" {
			if err := tx.PutCredential(ctx, c.credential); err != nil {
				return err
			}
		}
		if c.movesEpoch {
			p.Epoch++
		}
		if c.touch != nil {
			c.touch(&p)
		}
		if c.movesEpoch || c.touch != nil {
			if err := tx.PutIndividual(ctx, p); err != nil {
				return err
			}
		}
		epoch = p.Epoch
		if event.Object, err = f.finish(ctx, tx, c, p); err != nil {
			return err
		}
		_, err = tx.AppendEvent(ctx, event)
		return err
	})
	var refusal *Refusal
	switch {
	case err == nil:
		return epoch, nil
	case errors.As(err, &refusal):
		return 0, refusal
	}
	if err = linkError(fmt.Errorf("signin: %s of %q: %w", c.action, c.seen.person.ID, err)); errors.As(err, &refusal) {
		return 0, refusal
	}
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return 0, &Refusal{Reason: CredentialsChanged}
	}
	return 0, err
}

// update commits, and tries again where another commit came in between: what
// matters is held to revisions within fn, and conflicts again if it changed.
func (f *Flow) update(ctx context.Context, by store.Author, fn func(store.Tx) error) (revision uint64, err error) {
	for range maxConflicts {
		revision, err = f.store.Update(ctx, by, fn)
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	return revision, err
}

// maxConflicts bounds how often a commit is tried that loses to others.
const maxConflicts = 4

// finish writes what goes with the change: links that end, and mail.
func (f *Flow) finish(ctx context.Context, tx store.Tx, c change, p individuals.Individual) (object string, err error) {
	if c.last != nil {
		if object, err = c.last(tx, p); err != nil {
			return "", err
		}
	}
	if f.options.Links == nil {
		return object, nil
	}
	if c.movesEpoch {
		for _, purpose := range []links.Purpose{links.Invitation, links.PasswordReset, links.SignIn} {
			if _, err := f.options.Links.Revoke(ctx, tx, store.TokenFilter{Individual: p.ID, Purpose: string(purpose)}); err != nil {
				return "", err
			}
		}
	}
	if c.notice == "" {
		return object, nil
	}
	return object, f.options.Links.Notify(ctx, tx, links.Notice{Purpose: c.notice, Individual: p})
}

// linkError turns a refused link into a refusal.
func linkError(err error) error {
	var refused *links.Refusal
	switch {
	case errors.As(err, &refused) && refused.Reason == links.LinkClosed:
		return &Refusal{Reason: LinkClosed, cause: refused}
	case errors.As(err, &refused):
		return &Refusal{Reason: LinkRefused, cause: refused}
	case errors.Is(err, links.ErrTooSoon):
		return &Refusal{Reason: TooSoon}
	default:
		return err
	}
}

// A binding is a new password for somebody.
type binding struct {
	seen       seen
	hash       individuals.PasswordHash
	meetsAlone bool
	reset      bool // by a link that was mailed for it
	origin     Origin
	first      func(tx store.Tx) error
}

// bindPassword writes a new password and returns the new epoch. Counts of
// failures begin anew with it, and a password that was switched off works again.
func (f *Flow) bindPassword(ctx context.Context, b binding) (epoch uint64, err error) {
	next := b.seen.credential
	state := audit.SecretChanged
	if next.Password.IsZero() {
		state = audit.SecretSet
	}
	next.Password, next.MeetsAlone, next.MustChange, next.PasswordOff = b.hash, b.meetsAlone, false, false
	c := credentialChange(&b.seen, next, audit.ActionSetPassword, b.origin)
	if b.reset {
		c.action = audit.ActionResetPassword
	}
	c.details = []audit.Change{{Field: "password", After: audit.Secret(state)}}
	c.movesEpoch, c.notice, c.first = true, noticePassword, b.first
	return f.commit(ctx, c)
}

// exhausted switches a factor off where this failure was one too many. The row
// that counts is marked first: it decides, and holds whatever becomes of the
// commit, which tells administrators, the audit and the person.
func (f *Flow) exhausted(ctx context.Context, who *candidate, c *count, factor string, origin Origin) error {
	if c.failures < c.throttle.SwitchOff {
		return nil
	}
	told := who.credential.PasswordOff
	if factor == codeFactor {
		told = who.credential.SecondFactorOff
	}
	if c.failures > c.throttle.SwitchOff && (told || who.credential.Revision == 0) {
		return nil // it was done, or there is nothing to do it to
	}
	ctx, cancel := insist(ctx)
	defer cancel()
	if who.exists() {
		// Of a login that nobody has the row may be forgotten: the answer is the
		// same either way.
		if err := c.switchOff(ctx, f.now()); err != nil {
			return err
		}
		f.options.Logger.WarnContext(ctx, "too many failures in a row", "factor", factor, "individual", who.person.ID)
	}
	event, err := f.event(audit.System(signInAuthor.ID), who.person.ID, who.person.Organization, who.person.Realm, origin)
	if err != nil {
		return err
	}
	event.Action, event.Outcome = audit.ActionDisableAuthenticator, audit.Succeeded
	event.Attributes = append(event.Attributes, audit.Attribute{Name: "factor", Value: audit.Plain(map[string]string{
		passwordFactor: factorPassword, codeFactor: factorCode}[factor])})
	_, err = f.update(ctx, signInAuthor, func(tx store.Tx) error {
		if !who.exists() {
			return nil // the work of a commit
		}
		return f.markOff(ctx, tx, who, factor, event)
	})
	if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("signin: switch off the %s of %q: %w", factor, who.person.ID, err)
	}
	return nil // the row holds; the next failure tries the commit again
}

func (f *Flow) markOff(ctx context.Context, tx store.Tx, who *candidate, factor string, event audit.Event) error {
	p, err := tx.Individual(ctx, who.person.ID)
	if err != nil {
		return err
	}
	credential, err := tx.Credential(ctx, p.ID)
	if err != nil {
		return err
	}
	flag := &credential.PasswordOff
	if factor == codeFactor {
		flag = &credential.SecondFactorOff
	}
	if p.Epoch != who.subject.epoch || *flag {
		return nil
	}
	*flag = true
	if err := tx.PutCredential(ctx, credential); err != nil {
		return err
	}
	if _, err := tx.AppendEvent(ctx, event); err != nil {
		return err
	}
	if f.options.Links == nil {
		return nil
	}
	return f.options.Links.Notify(ctx, tx, links.Notice{Purpose: noticeDisabled, Individual: p})
}
