package signin

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
)

// askCode asks for a code.
func (f *Flow) askCode(t *ticket, s seen) (Outcome, error) {
	if len(s.credential.SealedKey) == 0 {
		return Outcome{}, fmt.Errorf("signin: individual %q is marked as enrolled and has no key; reset the second factor", t.Individual)
	}
	return f.ask(t, s, NeedCode, Challenge{})
}

// askEnrolment makes a key and asks to confirm it.
func (f *Flow) askEnrolment(t *ticket, s seen) (Outcome, error) {
	key, err := otp.GenerateKey(f.options.Random)
	if err != nil {
		return Outcome{}, fmt.Errorf("signin: enrolment: %w", err)
	}
	next := *t
	next.Key = key.Base32()
	account := s.person.Login
	if account == "" {
		account = s.person.ID
	}
	return f.ask(&next, s, NeedEnrolment, Challenge{key: key, label: otp.Label{Issuer: f.options.Issuer, Account: account}})
}

// askPassword asks for a new password.
func (f *Flow) askPassword(t *ticket, s seen) (Outcome, error) {
	return f.ask(t, s, NeedNewPassword, Challenge{length: f.options.PasswordPolicy.MinLength(s.required)})
}

func (f *Flow) ask(t *ticket, s seen, need Need, c Challenge) (Outcome, error) {
	next := *t
	next.Need, next.Credential, next.Expires = need, s.credential.Revision, f.now().Add(ChallengeLife)
	var err error
	if c.token, err = f.seal(next); err != nil {
		return Outcome{}, err
	}
	c.need, c.expires = need, next.Expires
	return Outcome{Challenge: c}, nil
}

// Continue answers a challenge. The outcome and the errors are like those of
// [Flow.Begin]. After a code that is not right or a password that is refused,
// the same challenge can be answered again until it expires.
func (f *Flow) Continue(ctx context.Context, token string, a Answer) (Outcome, error) {
	if a.Code != "" && a.RecoveryCode != "" {
		return Outcome{}, errTwoCodes
	}
	t, err := f.open(token)
	if err != nil {
		return Outcome{}, err // nobody to record it of
	}
	origin := Origin{Address: a.Address, Surface: t.Surface}
	if refusal := t.usable(f.now(), a.Address); refusal != nil {
		return f.failed(ctx, t.report(origin), refusal)
	}
	outcome, err := f.answer(ctx, &t, a, origin)
	if err != nil {
		_, err = f.failed(ctx, t.report(origin), err)
		return Outcome{RecoveryCodes: outcome.RecoveryCodes}, err
	}
	return outcome, nil
}

func (f *Flow) answer(ctx context.Context, t *ticket, a Answer, origin Origin) (Outcome, error) {
	s, err := f.see(ctx, t, origin.Address)
	if err != nil {
		return Outcome{}, err
	}
	switch reason := reasonOf(s.admitted); {
	case !s.belongs:
		return Outcome{}, &Refusal{Reason: NoGrant}
	case s.person.Epoch != t.Epoch || s.credential.Revision != t.Credential:
		return Outcome{}, &Refusal{Reason: CredentialsChanged}
	case reason != "" && reason != SecondFactorRequired && reason != EnrolmentRequired:
		return Outcome{}, s.refusal(reason)
	}
	switch t.Need {
	case NeedCode:
		if _, err := f.tryCode(ctx, t, &s, a.Code, a.RecoveryCode, origin); err != nil {
			return Outcome{}, err
		}
		return f.proceed(ctx, t, origin.Address)
	case NeedEnrolment:
		return f.confirm(ctx, t, &s, a.Code, origin)
	case NeedNewPassword:
		return f.replacePassword(ctx, t, &s, a.NewPassword, origin)
	default:
		return Outcome{}, &Refusal{Reason: ChallengeUnknown}
	}
}

// replacePassword sets the new password that was asked for.
func (f *Flow) replacePassword(ctx context.Context, t *ticket, s *seen, password string, origin Origin) (Outcome, error) {
	if err := f.checkNew(password, s.person, s.required); err != nil {
		return Outcome{}, err
	}
	if err := f.checkDiffers(ctx, s.credential.Password, password); err != nil {
		return Outcome{}, err
	}
	hash, err := f.newHash(ctx, password)
	if err != nil {
		return Outcome{}, err
	}
	epoch, err := f.bindPassword(ctx, binding{seen: *s, hash: hash, meetsAlone: f.options.PasswordPolicy.MeetsAlone(password), origin: origin})
	if err != nil {
		return Outcome{}, err
	}
	t.Epoch = epoch
	return f.proceed(ctx, t, origin.Address)
}

// checkDiffers refuses a new password that is the present one, by its hash.
func (f *Flow) checkDiffers(ctx context.Context, present individuals.PasswordHash, password string) error {
	if present.IsZero() {
		return nil
	}
	release, err := f.hashSlot(ctx)
	if err != nil {
		return err
	}
	defer release()
	same, _, err := f.hashing.verify(present, password, f.options.Argon2Params)
	if err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	if same {
		return &Refusal{Reason: PasswordUnchanged}
	}
	return nil
}
