package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// DefaultSession is how long a session lasts where its end is not given:
// a working day and its breaks.
const DefaultSession = 12 * time.Hour

// sessionSkew is how far ahead the clock may be of the process that began a
// session, where several serve one host.
const sessionSkew = time.Minute

// The refusals of [Engine.Resume]. Errors wrap them.
var (
	// ErrSessionEnded says: the session, or that of who acts on behalf of the
	// individual, is over. The way out is to sign in again.
	ErrSessionEnded = errors.New("access: the session has ended")
	// ErrSessionFuture says: the session begins, or a factor was proven, later
	// than now. One of the clocks is wrong.
	ErrSessionFuture = errors.New("access: the session is of the future")
	// ErrSessionMalformed says: this is no session that [Principal.Session]
	// returned and encoded.
	ErrSessionMalformed = errors.New("access: the session is malformed")
)

// A Session is what a host keeps of a sign-in between two requests:
// [Principal.Session] gives it, [Engine.Resume] takes it back. It holds no
// right: what the person may do is asked anew at every check.
//
// A Session is not signed and not sealed. Whoever can write one is whoever it
// names, with every factor that it claims. Keep it where its owner cannot
// write: in the host's own table under a random key, or in a cookie that the
// host authenticates.
//
// The zero Session is none: it cannot be encoded, and Resume refuses it.
type Session struct {
	// Individual, Organization, Epoch and Factors are as in [Identity]; Epoch is
	// never [CurrentEpoch].
	Individual   string
	Organization string
	Epoch        uint64
	Factors      Factors
	// Link says that nobody signed in: whoever it is came by the standing link
	// of the organization, see [LinkIdentity]. Individual is then empty.
	Link bool
	// Start and End bound the session; End is the first instant after it. They
	// are zero only for an individual whose session is nothing but that of who
	// acts on its behalf.
	Start time.Time
	End   time.Time
	// OnBehalf is set where another person acts as the individual.
	OnBehalf *SessionOnBehalf
}

// A SessionOnBehalf is what a [Session] keeps of [OnBehalf].
type SessionOnBehalf struct {
	// Actor is the session of who acts, which is of an individual that acts
	// for itself.
	Actor Session
	// AsDefault and Start are as in [OnBehalf]; End is the first instant after
	// it.
	AsDefault bool
	Start     time.Time
	End       time.Time
}

// IsZero reports whether s is the zero Session.
func (s Session) IsZero() bool { return s == Session{} }

// Session returns what resumes the principal later. It is the zero Session for
// one that has no end, because it, or who acts on its behalf, was made without
// [Identity.Start]; for a system principal; and for the zero Principal. Times
// are in UTC.
func (p *Principal) Session() Session {
	if p.engine == nil || p.capacity.system != nil {
		return Session{}
	}
	s := Session{Individual: p.identity.Individual, Organization: p.identity.Organization, Link: p.capacity.link, Epoch: p.identity.Epoch}
	if p.identity.Factors.proven() {
		s.Factors.SecondFactor = p.identity.Factors.SecondFactor.Round(0).UTC()
	}
	if p.capacity.ends != latest {
		s.Start, s.End = instantOf(p.began), instantOf(p.capacity.ends)
	}
	switch {
	case p.capacity.behalf != nil:
		actor := p.capacity.behalf.principal.Session()
		if actor.IsZero() {
			return Session{}
		}
		s.OnBehalf = &SessionOnBehalf{Actor: actor, AsDefault: p.capacity.asDefault(),
			Start: instantOf(p.capacity.behalf.start), End: instantOf(p.capacity.behalf.end)}
	case s.End.IsZero():
		return Session{}
	}
	return s
}

// Resume makes the principal of a session again, for a request from this
// address and surface. Nothing of the session changes by it, its end least of
// all. It reads nothing: whether the person still exists, is enabled and has the
// credentials of then is for the first check to say.
//
// The errors are [ErrSessionEnded], [ErrSessionFuture] and
// [ErrSessionMalformed]. Resume cannot tell a forged session from a true one,
// see [Session].
func (e *Engine) Resume(ctx context.Context, s Session, address netip.Addr, surface Surface) (*Principal, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	now := e.clock.exact()
	if now == earliest {
		return nil, errClock
	}
	if err := s.current(instantOf(now)); err != nil {
		return nil, err
	}
	if s.Link {
		return e.LinkPrincipal(ctx, LinkIdentity{Organization: s.Organization, Epoch: s.Epoch,
			Surface: surface, Address: address, Start: s.Start, End: s.End})
	}
	id := Identity{Individual: s.Individual, Organization: s.Organization, Epoch: s.Epoch, Factors: s.Factors,
		Surface: surface, Address: address, Start: s.Start, End: s.End}
	if b := s.OnBehalf; b != nil {
		actor, err := e.Resume(ctx, b.Actor, address, surface)
		if err != nil {
			return nil, err
		}
		id.OnBehalf = &OnBehalf{Actor: actor, AsDefault: b.AsDefault, Start: b.Start, For: b.End.Sub(b.Start)}
	}
	return e.Principal(ctx, id)
}

// check reports what no session that was given out can be.
func (s Session) check() error {
	fail := func(err error) error { return fmt.Errorf("%w: %w", ErrSessionMalformed, err) }
	if s.IsZero() {
		return fail(errors.New("it is the zero Session"))
	}
	x := capacity{link: s.Link}
	r := Request{Individual: s.Individual, Organization: s.Organization}
	if err := r.checkIdentity(&x); err != nil {
		return fail(err)
	}
	switch {
	case s.Epoch == CurrentEpoch:
		return fail(errors.New("it has CurrentEpoch, which no sign-in has"))
	case s.Link && (s.Individual != "" || s.Factors.proven() || s.OnBehalf != nil):
		return fail(errors.New("a standing link names nobody, proves nothing and acts for nobody"))
	case s.OnBehalf == nil || !s.Start.IsZero() || !s.End.IsZero():
		if err := checkBounds(s.Start, s.End); err != nil {
			return fail(err)
		}
	}
	if _, ok := nanoseconds(s.Factors.SecondFactor); !ok && s.Factors.proven() {
		return fail(errFar("second factor", s.Factors.SecondFactor))
	}
	b := s.OnBehalf
	if b == nil {
		return nil
	}
	if b.Actor.OnBehalf != nil || b.Actor.Link {
		return fail(errors.New("who acts on behalf of the individual does not act for itself"))
	}
	if err := b.Actor.check(); err != nil {
		return err
	}
	if err := checkBounds(b.Start, b.End); err != nil {
		return fail(err)
	}
	if b.End.Sub(b.Start) > MaxOnBehalf {
		return fail(fmt.Errorf("acting on behalf of another lasts at most %v", MaxOnBehalf))
	}
	return nil
}

// current reports a well-formed session that has ended or not begun.
func (s Session) current(now time.Time) error {
	begins, ends := []time.Time{s.Start, s.Factors.SecondFactor}, []time.Time{s.End}
	if b := s.OnBehalf; b != nil {
		begins = append(begins, b.Start)
		ends = append(ends, b.End)
	}
	for _, t := range begins {
		if t.After(now.Add(sessionSkew)) {
			return fmt.Errorf("%w: it is of %s", ErrSessionFuture, t.UTC().Format(time.RFC3339))
		}
	}
	for _, t := range ends {
		if !t.IsZero() && !now.Before(t) {
			return fmt.Errorf("%w: at %s; sign in again", ErrSessionEnded, t.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// sessionBounds returns the session of an identity as instants, with latest for
// the end where there is none.
func sessionBounds(start, end time.Time) (began, ends int64, err error) {
	if start.IsZero() && end.IsZero() {
		return 0, latest, nil
	}
	if end.IsZero() {
		end = start.Add(DefaultSession)
	}
	if err := checkBounds(start, end); err != nil {
		return 0, 0, err
	}
	began, _ = nanoseconds(start)
	ends, _ = nanoseconds(end)
	return began, ends, nil
}

// checkBounds refuses bounds that are none.
func checkBounds(start, end time.Time) error {
	for _, b := range []struct {
		what string
		at   time.Time
	}{{"start", start}, {"end", end}} {
		if b.at.IsZero() {
			return fmt.Errorf("no %s", b.what)
		}
		if _, ok := nanoseconds(b.at); !ok {
			return errFar(b.what, b.at)
		}
	}
	if !end.After(start) {
		return fmt.Errorf("the end %s is not after the start %s", end.UTC().Format(time.RFC3339Nano), start.UTC().Format(time.RFC3339Nano))
	}
	return nil
}

func errFar(what string, t time.Time) error {
	return fmt.Errorf("%s %v is not within the years %d to %d", what, t, firstYear, lastYear)
}

// instantOf is the time of a number of nanoseconds, in UTC.
func instantOf(n int64) time.Time { return time.Unix(0, n).UTC() }
