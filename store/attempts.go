package store

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/scope"
)

// An AttemptKey names what attempts to sign in are counted for. It is
// comparable.
type AttemptKey struct {
	// Provider is as in [individuals.Individual]; it may be empty.
	Provider string
	// Realm is where the login is tried.
	Realm string
	// Login is the canonical login of an individual. Where nobody has it, it is
	// a keyed hash of what was typed, cut so short that the table stays bounded:
	// people type passwords into the wrong field.
	Login string
	// Factor is what is tried, a word such as "password" or "code"; empty where
	// all count together.
	Factor string
	// Network is the text of the masked [netip.Prefix] that the attempts come
	// from; empty for the count over all networks.
	Network string
}

// Validate reports what is wrong with the key. No error holds the login.
func (k AttemptKey) Validate() error {
	err := firstError(optionalID("provider", k.Provider), checkText("login", k.Login, individuals.MaxLoginBytes))
	if err == nil && k.Login == "" {
		err = errors.New("no login")
	}
	if err == nil {
		if err = scope.CheckID(k.Realm); err != nil {
			err = fmt.Errorf("realm: %w", err)
		}
	}
	if err == nil && k.Factor != "" {
		err = checkWord("factor", k.Factor)
	}
	if err == nil && k.Network != "" {
		prefix, parseErr := netip.ParsePrefix(k.Network)
		if parseErr != nil || prefix.Masked().String() != k.Network {
			err = fmt.Errorf("network %.64q: want the text of a masked netip.Prefix", k.Network)
		}
	}
	if err != nil {
		return fmt.Errorf("store: attempts: %w", err)
	}
	return nil
}

// Attempts is the count of attempts under one key.
type Attempts struct {
	Key AttemptKey
	// Failures is how many attempts failed since the last complete sign-in, or
	// are under way.
	Failures int
	// NotBefore is when the next attempt is heard; zero for at once.
	NotBefore time.Time
	// LastFailure and LastSuccess are the latest of each; zero for never. All
	// instants are kept as by [Instant].
	LastFailure, LastSuccess time.Time
	// Off says that what is tried was switched off.
	Off bool
	// Version is 0 where nothing is stored, and moves whenever the row is
	// swapped.
	Version uint64
}

// Latest returns the latest of the instants of a; zero where it has none.
func (a Attempts) Latest() time.Time {
	latest := a.NotBefore
	for _, t := range []time.Time{a.LastFailure, a.LastSuccess} {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}

// Stamp returns a as a store keeps it under the version. Stores call it in
// SwapAttempts.
func (a Attempts) Stamp(version uint64) Attempts {
	a.NotBefore, a.LastFailure, a.LastSuccess = Instant(a.NotBefore), Instant(a.LastFailure), Instant(a.LastSuccess)
	a.Version = version
	return a
}

// Validate reports what is wrong with the row. No error holds the login.
func (a Attempts) Validate() error {
	if err := a.Key.Validate(); err != nil {
		return err
	}
	err := firstError(
		checkInstant("not before", a.NotBefore),
		checkInstant("last failure", a.LastFailure),
		checkInstant("last success", a.LastSuccess),
	)
	if err == nil && a.Failures < 0 {
		err = fmt.Errorf("failures: %d, below 0", a.Failures)
	}
	if err != nil {
		return fmt.Errorf("store: attempts: %w", err)
	}
	return nil
}

// SignInState is what signing in counts, row by row, outside of commits and
// their revisions: what is written stays, whatever becomes of a commit that is
// under way. A method that returned has kept it.
//
// None of it is called from within an Update or a View: a store may make it
// wait for the end of that.
type SignInState interface {
	// Attempts returns the row of a key. Where there is none it returns the zero
	// row of that key, with version 0, and no error.
	Attempts(ctx context.Context, key AttemptKey) (Attempts, error)
	// SwapAttempts writes the row of its key, if the stored one has its version,
	// and returns it as it is stored then. Version 0 writes where there is none.
	// Otherwise the error wraps [ErrConflict]. No version comes twice for a key,
	// also after its row was forgotten.
	SwapAttempts(ctx context.Context, attempts Attempts) (Attempts, error)
	// ForgetAttempts removes rows whose latest instant lies before the given
	// one, except those that are off, the oldest first and at most limit of
	// them, counted as in [Page]. It returns how many it removed.
	ForgetAttempts(ctx context.Context, before time.Time, limit int) (removed int, err error)

	// AcceptStep sets the last accepted step of the individual, if it is greater
	// than the one there; otherwise the error wraps [ErrConflict]. It is never
	// set back, also not by deleting the individual.
	AcceptStep(ctx context.Context, individual string, step otp.Step) error
	// LastStep returns the last accepted step, 0 where there is none.
	LastStep(ctx context.Context, individual string) (otp.Step, error)
}
