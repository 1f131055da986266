package individuals

import (
	"errors"
	"fmt"
	"time"
)

// A Window says from when to when someone is active, in the terms of the person
// who filled in the form: local dates and the zone they are meant in. It is kept
// so and never as instants, which would be wrong as soon as a government moved
// its clocks.
//
// The zero Window is always active.
type Window struct {
	// Activation is the first day, active from its first instant. No date: at
	// once.
	Activation Date

	// Expiration is the day after the last, no longer active from its first
	// instant. No date: never. [LastDay] gives it to people who think of the
	// last day.
	Expiration Date

	// Zone is the name of the zone of both dates, as [LoadZone] takes it. It may
	// be empty when there are no dates.
	Zone string
}

// LastDay returns the [Window.Expiration] of someone who is active up to and
// including d: the day after d. No last day is no expiration. The last day that
// there is, 9999-12-31, gives itself.
func LastDay(d Date) Date { return d.AddDays(1) }

// Validate reports what is wrong with w: an expiration that does not follow the
// activation, a date without a zone, a zone that [LoadZone] refuses.
//
// A window that Validate takes may still never be active: when its only day is
// one that the zone skipped.
func (w Window) Validate() error {
	_, err := w.location()
	return err
}

// location validates w and returns its zone, nil if w has none.
func (w Window) location() (*time.Location, error) {
	if !w.Expiration.IsZero() {
		if !w.Activation.IsZero() && !w.Activation.Before(w.Expiration) {
			return nil, fmt.Errorf("individuals: window: expiration %q does not follow activation %q: a person is active up to the day before the expiration; LastDay gives the expiration for a last day", w.Expiration, w.Activation)
		}
		if w.Expiration == earliest {
			return nil, fmt.Errorf("individuals: window: expiration %q is the first day there is: nobody would ever be active", w.Expiration)
		}
	}
	if w.Zone == "" {
		if w.Activation.IsZero() && w.Expiration.IsZero() {
			return nil, nil
		}
		return nil, errors.New("individuals: window: dates without a zone: set Zone to one such as \"Europe/Prague\"")
	}
	location, err := loadZone(w.Zone)
	if err != nil {
		return nil, fmt.Errorf("individuals: window: %w", err)
	}
	return location, nil
}

// Bounds returns the instants that w lies between: active from from on, and no
// longer active from until on. A zero Time is no bound. Both are in w's zone. It
// is an error if [Window.Validate] refuses w; then both are zero and mean nothing.
//
// Callers who ask often keep the bounds and compare, and ask anew after w changed.
// from and until are the same instant, and w is never active, when the zone
// skipped all its days.
func (w Window) Bounds() (from, until time.Time, err error) {
	location, err := w.location()
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	if !w.Activation.IsZero() {
		if from, err = w.Activation.FirstInstant(location); err != nil {
			return time.Time{}, time.Time{}, err
		}
	}
	if !w.Expiration.IsZero() {
		if until, err = w.Expiration.FirstInstant(location); err != nil {
			return time.Time{}, time.Time{}, err
		}
	}
	return from, until, nil
}

// At returns the state of w at the instant t. It is an error, and the state
// allows nothing, if [Window.Validate] refuses w, or if t is the zero Time, which
// is a clock that nobody read.
//
// As t grows the state goes from [NotYetActive] over [Active] to [Expired], never
// back.
func (w Window) At(t time.Time) (State, error) {
	if t.IsZero() {
		return 0, errors.New("individuals: window: no instant to ask about: pass the time of the request")
	}
	from, until, err := w.Bounds()
	switch {
	case err != nil:
		return 0, err
	case !until.IsZero() && !t.Before(until):
		return Expired, nil
	case !from.IsZero() && t.Before(from):
		return NotYetActive, nil
	}
	return Active, nil
}
