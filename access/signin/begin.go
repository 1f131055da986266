package signin

import (
	"context"
	"errors"
	"net/netip"

	"github.com/durward-go/durward/access"
)

// Begin signs in with a login and a password. The outcome is a principal, or a
// challenge to continue with; the error a *[Refusal], or a fault that lets
// nobody in.
//
// With a password that is not right it makes no difference whose login it is, or
// whether anyone's: the same is read, counted, computed, recorded and answered.
func (f *Flow) Begin(ctx context.Context, a Attempt) (Outcome, error) {
	if err := a.validate(); err != nil {
		return Outcome{}, err
	}
	who, err := f.lookUp(ctx, a.Provider, a.Realm, a.Login)
	if err != nil {
		return Outcome{}, err
	}
	// Whatever organization a stranger names, its administrators do not read it.
	r := report{individual: who.person.ID, organization: who.person.Organization, realm: a.Realm, login: a.Login, origin: a.origin()}
	if _, err := f.tryPassword(ctx, &who, a.Password, a.origin()); err != nil {
		return f.failed(ctx, r, err)
	}
	t := ticket{
		Individual: who.person.ID, Provider: a.Provider, Realm: a.Realm, Organization: a.Organization, Epoch: who.person.Epoch,
		Network: network(a.Address), Surface: a.Surface, cannotAsk: a.CannotAskForCode,
	}
	setDefault(&t.Organization, who.person.Organization)
	outcome, err := f.proceed(ctx, &t, a.Address)
	if err != nil {
		return f.failed(ctx, r, err)
	}
	return outcome, nil
}

// failed records a refusal and returns it; any other error it returns as it is.
func (f *Flow) failed(ctx context.Context, r report, err error) (Outcome, error) {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		err = f.refuse(ctx, r, refusal)
	}
	return Outcome{}, err
}

// proceed takes whoever has come so far to the next step: what gates 1 to 4 and
// the credential say is missing, or in.
func (f *Flow) proceed(ctx context.Context, t *ticket, address netip.Addr) (Outcome, error) {
	s, err := f.see(ctx, t, address)
	if err != nil {
		return Outcome{}, err
	}
	reason := reasonOf(s.admitted)
	proven := !t.SecondFactor.IsZero()
	switch {
	case !s.belongs:
		return Outcome{}, &Refusal{Reason: NoGrant}
	case reason == EnrolmentRequired && t.cannotAsk:
		return Outcome{}, &Refusal{Reason: EnrolmentRequired}
	case reason == EnrolmentRequired:
		return f.askEnrolment(t, s)
	case reason == SecondFactorRequired && t.cannotAsk:
		return Outcome{}, &Refusal{Reason: SecondFactorRequired}
	case reason == SecondFactorRequired, reason == "" && s.person.Enrolled && !proven && !t.cannotAsk:
		// Who has a second factor is asked for it, required or not: a factor that
		// is asked for now and then protects nothing.
		return f.askCode(t, s)
	case reason != "":
		return Outcome{}, s.refusal(reason)
	case s.credential.MustChange && t.cannotAsk:
		return Outcome{}, &Refusal{Reason: PasswordChangeRequired}
	case s.credential.MustChange:
		return f.askPassword(t, s)
	default:
		return f.complete(ctx, t, s, address)
	}
}

// complete lets somebody in, and takes back what was counted.
func (f *Flow) complete(ctx context.Context, t *ticket, s seen, address netip.Addr) (Outcome, error) {
	start, end := t.Start, t.End
	if !t.renews() {
		start = f.now()
		end = start.Add(f.options.SessionLength)
	}
	if err := f.engine.Sync(ctx, s.revision); err != nil {
		return Outcome{}, err
	}
	principal, err := f.engine.Principal(ctx, access.Identity{
		Individual: t.Individual, Organization: t.Organization, Surface: t.Surface, Address: address,
		Factors: access.Factors{SecondFactor: t.SecondFactor}, Epoch: t.Epoch, Start: start, End: end,
	})
	if err != nil {
		return Outcome{}, err
	}
	if t.renews() {
		return Outcome{Principal: principal}, nil
	}
	subject := f.subjectOf(s.person)
	for i, factor := range []string{passwordFactor, codeFactor, mailFactor} {
		c, err := f.count(ctx, subject, factor, address)
		if err == nil {
			err = c.reset(ctx)
		}
		if err == nil && i == 0 && c.placed {
			err = c.remember(ctx, start)
		}
		if err != nil {
			return Outcome{}, err
		}
	}
	if err := f.accept(ctx, t.report(Origin{Address: address, Surface: t.Surface})); err != nil {
		return Outcome{}, err
	}
	return Outcome{Principal: principal}, nil
}
