package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// tryCode reserves an attempt and looks at the code, or the recovery code. A
// right one is used up, and the ticket says so. The error is a *[Refusal] where
// it is not right.
func (f *Flow) tryCode(ctx context.Context, t *ticket, s *seen, code, recovery string, origin Origin) (*count, error) {
	if code == "" && recovery == "" { // an empty form is no attempt
		return nil, &Refusal{Reason: WrongCode}
	}
	t.Factor = factorCode
	if recovery != "" {
		t.Factor = factorRecovery
	}
	who := candidate{subject: f.subjectOf(s.person), person: s.person, credential: s.credential}
	c, err := f.count(ctx, who.subject, codeFactor, origin.Address)
	if err != nil {
		return nil, err
	}
	now := f.now()
	off, err := c.reserve(ctx, now)
	if err != nil {
		return c, err
	}
	if off || s.credential.SecondFactorOff && !c.isKnown(now) {
		if err := f.exhausted(ctx, &who, c, codeFactor, origin); err != nil {
			return c, err
		}
		return c, &Refusal{Reason: SecondFactorDisabled}
	}
	if recovery != "" {
		err = f.spendRecovery(ctx, s, recovery, origin)
	} else {
		err = f.acceptCode(ctx, s, code)
	}
	var refusal *Refusal
	switch {
	case err == nil:
		t.SecondFactor = now
		return c, nil
	case errors.As(err, &refusal) && (refusal.Reason == WrongCode || refusal.Reason == UsedCode):
		if err := f.exhausted(ctx, &who, c, codeFactor, origin); err != nil {
			return c, err
		}
		return c, refusal
	default:
		return c, err
	}
}

// acceptCode accepts a code of the person's key, in each step once.
func (f *Flow) acceptCode(ctx context.Context, s *seen, code string) error {
	if len(s.credential.SealedKey) == 0 {
		return fmt.Errorf("signin: individual %q has no key for one-time codes; reset the second factor", s.person.ID)
	}
	key, err := otp.OpenKey(f.options.Sealer, s.credential.SealedKey, s.person.ID)
	if err != nil {
		return fmt.Errorf("signin: individual %q: %w", s.person.ID, err)
	}
	return f.acceptStep(ctx, s.person.ID, key, code)
}

// acceptStep accepts a code of a key. Of any number who bring the same code at
// once one succeeds, in whichever process.
func (f *Flow) acceptStep(ctx context.Context, individual string, key otp.Key, code string) error {
	last, err := f.store.LastStep(ctx, individual)
	if err != nil {
		return fmt.Errorf("signin: last code of %q: %w", individual, err)
	}
	step, err := otp.Verify(key, code, f.now(), last)
	switch {
	case errors.Is(err, otp.ErrWrongCode):
		return &Refusal{Reason: WrongCode}
	case errors.Is(err, otp.ErrUsedCode):
		return &Refusal{Reason: UsedCode}
	case err != nil:
		return fmt.Errorf("signin: individual %q: %w", individual, err)
	}
	err = f.store.AcceptStep(ctx, individual, step)
	if errors.Is(err, store.ErrConflict) {
		return &Refusal{Reason: UsedCode}
	}
	if err != nil {
		return fmt.Errorf("signin: accept a code of %q: %w", individual, err)
	}
	return nil
}

// spendRecovery uses up a recovery code, in a commit of its own.
func (f *Flow) spendRecovery(ctx context.Context, s *seen, code string, origin Origin) error {
	index, err := s.credential.Recovery.Verify(code)
	switch {
	case errors.Is(err, otp.ErrUsedCode):
		return &Refusal{Reason: UsedCode}
	case err != nil:
		return &Refusal{Reason: WrongCode}
	}
	next := s.credential
	if next.Recovery, err = next.Recovery.Spend(index); err != nil {
		return &Refusal{Reason: UsedCode}
	}
	event, err := f.event(audit.Individual(s.person.ID), s.person.ID, s.person.Organization, s.person.Realm, origin)
	if err != nil {
		return err
	}
	event.Action, event.Outcome = actionUseRecoveryCode, audit.Succeeded
	event.Attributes = append(event.Attributes, audit.Attribute{Name: "left", Value: audit.Plain(fmt.Sprint(next.Recovery.Remaining()))})
	revision, err := f.update(ctx, store.Author{ID: s.person.ID}, func(tx store.Tx) error {
		if err := tx.PutCredential(ctx, next); err != nil {
			return err
		}
		_, err := tx.AppendEvent(ctx, event)
		return err
	})
	if errors.Is(err, store.ErrConflict) { // somebody else used it, or changed the credential
		return &Refusal{Reason: UsedCode}
	}
	if err != nil {
		return fmt.Errorf("signin: use a recovery code of %q: %w", s.person.ID, err)
	}
	s.credential = next
	s.credential.Revision = revision
	return nil
}

// actionUseRecoveryCode is the use of one recovery code, with how many are left.
const actionUseRecoveryCode audit.Action = "recovery-codes.use"

// confirm sets up the authenticator of the ticket, when its owner shows that it
// works: key, recovery codes and mark in one commit.
func (f *Flow) confirm(ctx context.Context, t *ticket, s *seen, code string, origin Origin) (Outcome, error) {
	t.Factor = factorEnrolment
	key, err := otp.ParseKey(t.Key)
	if err != nil {
		return Outcome{}, &Refusal{Reason: ChallengeUnknown}
	}
	// Whoever confirms has the key, so there is nothing to guess and to count.
	if err := f.acceptStep(ctx, s.person.ID, key, code); err != nil {
		return Outcome{}, err
	}
	now := f.now()
	next := s.credential
	replaces := len(next.SealedKey) > 0 && s.person.Enrolled
	if next.SealedKey, err = otp.SealKey(f.options.Sealer, key, s.person.ID); err != nil {
		return Outcome{}, fmt.Errorf("signin: enrolment: %w", err)
	}
	codes, set, err := otp.GenerateRecoveryCodes(f.options.Random)
	if err != nil {
		return Outcome{}, fmt.Errorf("signin: enrolment: %w", err)
	}
	next.Recovery, next.SecondFactorOff = set, false
	change := credentialChange(s, next, audit.ActionEnrolSecondFactor, origin)
	change.notice = noticeEnrolled
	change.movesEpoch = replaces // what was signed in by the old one ends
	change.touch = func(p *individuals.Individual) { p.Enrolled = true }
	if t.Epoch, err = f.commit(ctx, change); err != nil {
		return Outcome{}, err
	}
	t.SecondFactor = now
	outcome, err := f.proceed(ctx, t, origin.Address)
	outcome.RecoveryCodes = codes
	return outcome, err
}
