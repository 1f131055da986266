package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// A candidate is who may be trying: a person with what they prove with, or
// nobody.
type candidate struct {
	subject    subject
	person     individuals.Individual // zero where nobody has the login
	credential individuals.Credential
}

func (c *candidate) exists() bool { return c.person.ID != "" }

// lookUp finds who has the login. It reads the same for a login that nobody has,
// or can have.
func (f *Flow) lookUp(ctx context.Context, provider, realm, login string) (candidate, error) {
	out := candidate{subject: subject{provider: provider, realm: realm, login: login}}
	canonical := f.standIn(login)
	if parsed, err := individuals.ParseLogin(login); err == nil {
		canonical = parsed.Canonical()
		out.subject.login = canonical
	}
	err := f.store.View(ctx, func(r store.Reader) error {
		var id string
		p, err := r.IndividualByLogin(ctx, provider, realm, canonical)
		switch {
		case errors.Is(err, store.ErrNotFound):
			id = f.standIn(login)
		case err != nil:
			return err
		case p.Provider == provider && p.Realm == realm && p.CanonicalLogin() == canonical:
			out.person, id = p, p.ID
		default:
			return errors.New("the store answers with another login")
		}
		c, err := r.Credential(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			c = individuals.Credential{Individual: id}
		case err != nil:
			return err
		}
		out.credential = c
		return nil
	})
	if err != nil {
		return candidate{}, hideCause("the store failed to look up a login", err)
	}
	if out.exists() {
		out.subject = f.subjectOf(out.person)
	}
	return out, nil
}

// tryPassword reserves an attempt and looks at the password. The error is a
// *[Refusal] where it is not right.
func (f *Flow) tryPassword(ctx context.Context, who *candidate, password string, origin Origin) (*count, error) {
	c, err := f.count(ctx, who.subject, passwordFactor, origin.Address)
	if err != nil {
		return nil, err
	}
	// Whoever has to wait takes no place from those who do not.
	if wait := c.wait(f.now()); wait > 0 {
		return c, &Refusal{Reason: Throttled, RetryAfter: wait}
	}
	release, err := f.hashSlot(ctx)
	if err != nil {
		return c, err
	}
	defer release()
	now := f.now()
	off, err := c.reserve(ctx, now)
	if err != nil {
		return c, err
	}
	off = off || who.credential.PasswordOff && !c.isKnown(now)
	hash := who.credential.Password
	if off {
		hash = individuals.PasswordHash{} // the work of a hash, and no answer
	}
	ok, rehash, err := f.hashing.verify(hash, password, f.options.Argon2Params)
	if err != nil {
		return c, fmt.Errorf("signin: %w", err)
	}
	if ok && !off {
		return c, f.learn(ctx, who, password, rehash)
	}
	if err := f.exhausted(ctx, who, c, passwordFactor, origin); err != nil {
		return c, err
	}
	switch {
	case !who.exists():
		return c, &Refusal{Reason: UnknownLogin}
	case off:
		return c, &Refusal{Reason: AuthenticatorDisabled}
	default:
		return c, &Refusal{Reason: WrongPassword}
	}
}

// hashSlot takes one of the places in which a password is hashed.
func (f *Flow) hashSlot(ctx context.Context) (release func(), err error) {
	release, err = f.options.HashSlots.Acquire(ctx)
	if err == nil {
		return release, nil
	}
	var busy *individuals.HashBusyError
	if errors.As(err, &busy) {
		return nil, &Refusal{Reason: Busy, RetryAfter: busy.RetryAfter, cause: busy}
	}
	return nil, fmt.Errorf("signin: %w", err)
}

// learn keeps what the right password tells: a hash of today's cost in place of
// an imported or a weaker one, and whether the password is long enough alone.
// It moves no epoch, and is no change of the person's doing, so there is no
// event. Where somebody else wrote in between, the next sign-in will do it. The
// caller holds a hash slot.
func (f *Flow) learn(ctx context.Context, who *candidate, password string, rehash bool) error {
	meets := f.options.PasswordPolicy.MeetsAlone(password)
	if !rehash && (who.credential.MeetsAlone || !meets) {
		return nil
	}
	hash := who.credential.Password
	if rehash {
		var err error
		if hash, err = f.hashing.hash(f.options.Random, password, f.options.Argon2Params); err != nil {
			return fmt.Errorf("signin: rehash: %w", err)
		}
	}
	_, err := f.update(ctx, signInAuthor, func(tx store.Tx) error {
		c, err := tx.Credential(ctx, who.person.ID)
		if err != nil {
			return err
		}
		if !c.Password.Equal(who.credential.Password) {
			return store.ErrConflict
		}
		c.Password, c.MeetsAlone = hash, meets
		return tx.PutCredential(ctx, c)
	})
	if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("signin: rehash: %w", err)
	}
	return nil
}

// signInAuthor is the author of what no person does.
var signInAuthor = store.Author{ID: "durward/signin"}

// newHash hashes a new password, in a slot.
func (f *Flow) newHash(ctx context.Context, password string) (individuals.PasswordHash, error) {
	release, err := f.hashSlot(ctx)
	if err != nil {
		return individuals.PasswordHash{}, err
	}
	defer release()
	hash, err := f.hashing.hash(f.options.Random, password, f.options.Argon2Params)
	if err != nil {
		return hash, fmt.Errorf("signin: %w", err)
	}
	return hash, nil
}

// checkNew refuses a password that does not meet the policy, with every rule.
func (f *Flow) checkNew(password string, p individuals.Individual, secondFactor bool) error {
	if unmet := f.options.PasswordPolicy.Check(password, secondFactor, words(p)...); len(unmet) > 0 {
		return &Refusal{Reason: PasswordRefused, Unmet: unmet}
	}
	return nil
}

// requiresEverywhere reports whether a second factor is asked of the person in
// every organization that they can act for, so that the password is never alone.
func requiresEverywhere(ctx context.Context, r store.Reader, p individuals.Individual) (bool, error) {
	switch p.SecondFactor {
	case individuals.SecondFactorYes:
		return true, nil
	case individuals.SecondFactorNo:
		return false, nil
	}
	organizations := []string{p.Organization}
	for page := (store.GrantPage{Limit: store.MaxPage}); ; {
		grants, err := r.Grants(ctx, store.GrantFilter{Individual: p.ID}, page)
		if err != nil {
			return false, err
		}
		for _, g := range grants {
			organizations = append(organizations, g.Organization)
			page.AfterIndividual, page.AfterOrganization = g.Individual, g.Organization
		}
		if len(grants) < store.MaxPage {
			break
		}
	}
	for _, id := range organizations {
		required, err := classRequires(ctx, r, id)
		if err != nil || !required {
			return false, err
		}
	}
	return true, nil
}

func classRequires(ctx context.Context, r store.Reader, organization string) (bool, error) {
	o, err := r.Organization(ctx, organization)
	if errors.Is(err, store.ErrNotFound) || err == nil && o.Class == "" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	class, err := r.Class(ctx, o.Class)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return class.SecondFactor, err
}
