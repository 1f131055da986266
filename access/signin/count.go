package signin

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/durward-go/durward/store"
)

// A count is what is counted of a subject's attempts from one network: three
// rows of the store, see [Flow.keys]. Every attempt reads all three and writes
// two, whoever it is for.
type count struct {
	store    store.SignInState
	throttle Throttle
	network  store.Attempts
	total    store.Attempts
	known    store.Attempts
	// placed says that there is an address: without one no network is known.
	placed bool
	// failures is how many there are with the attempt that was reserved, own
	// whether it is in no count but the network's.
	failures int
	own      bool
}

// count reads the rows.
func (f *Flow) count(ctx context.Context, s subject, factor string, address netip.Addr) (*count, error) {
	c := &count{store: f.store, throttle: f.options.Throttle, placed: address.IsValid()}
	c.network.Key, c.total.Key, c.known.Key = f.keys(s, factor, network(address))
	return c, c.read(ctx)
}

func (c *count) read(ctx context.Context) error {
	for _, row := range []*store.Attempts{&c.known, &c.network, &c.total} {
		if err := c.reread(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

func (c *count) reread(ctx context.Context, row *store.Attempts) error {
	read, err := c.store.Attempts(ctx, row.Key)
	if err != nil {
		return hideCause("the store failed to read the count of attempts", err)
	}
	*row = read
	return nil
}

// isKnown reports whether the login succeeded on the network not long ago, so
// that the network has a count of its own.
func (c *count) isKnown(now time.Time) bool {
	return c.placed && !c.known.LastSuccess.IsZero() && now.Sub(c.known.LastSuccess) < c.throttle.KnownFor
}

// wait returns how long the network has to wait; 0 for not at all.
func (c *count) wait(now time.Time) time.Duration {
	return min(max(0, c.network.NotBefore.Sub(now)), c.throttle.LongestWait)
}

// decisive returns the row that decides about switching off: of a known network
// its own, else that over all others.
func (c *count) decisive(now time.Time) *store.Attempts {
	if c.isKnown(now) {
		return &c.network
	}
	return &c.total
}

// isOff reports whether what is tried was switched off, for attempts from this
// network.
func (c *count) isOff(now time.Time) bool {
	row := c.decisive(now)
	return row.Off || row.Failures >= c.throttle.SwitchOff
}

// reserve counts an attempt as failed before it is looked at, so that what fails,
// dies or is cut off is counted, however many there are at once. It refuses
// where the network has to wait. off says that what is tried is not to be looked
// at: it was switched off.
func (c *count) reserve(ctx context.Context, now time.Time) (off bool, err error) {
	for range maxSwaps {
		if wait := c.wait(now); wait > 0 {
			return false, &Refusal{Reason: Throttled, RetryAfter: wait}
		}
		knows := c.isKnown(now)
		off = c.isOff(now)
		next := failed(c.network, now)
		if wait := c.throttle.wait(next.Failures); wait > 0 {
			next.NotBefore = now.Add(wait)
		}
		if c.network, err = c.swap(ctx, c.network, next); errors.Is(err, store.ErrConflict) {
			if err := c.read(ctx); err != nil {
				return false, err
			}
			continue
		} else if err != nil {
			return false, err
		}
		if knows {
			// In no count but its own. The write keeps the work equal.
			next := c.known
			next.LastFailure = now
			row, err := c.swap(ctx, c.known, next)
			if err != nil && !errors.Is(err, store.ErrConflict) {
				return false, err
			}
			if err == nil {
				c.known = row
			}
			c.failures, c.own = c.network.Failures, true
			return off, nil
		}
		return c.reserveTotal(ctx, now)
	}
	return false, &Refusal{Reason: Busy, RetryAfter: time.Second}
}

// reserveTotal counts the attempt over all networks.
func (c *count) reserveTotal(ctx context.Context, now time.Time) (off bool, err error) {
	for range maxSwaps {
		off = c.isOff(now)
		row, err := c.swap(ctx, c.total, failed(c.total, now))
		switch {
		case err == nil:
			c.total, c.failures = row, row.Failures
			return off, nil
		case !errors.Is(err, store.ErrConflict):
			return false, err
		}
		if err := c.reread(ctx, &c.total); err != nil {
			return false, err
		}
	}
	return false, &Refusal{Reason: Busy, RetryAfter: time.Second}
}

// maxSwaps bounds how often a row is tried that others write at the same time.
// Whoever reserves a password holds a hash slot, so there are only so many.
const maxSwaps = 64

// failed returns the row with one failure more.
func failed(row store.Attempts, now time.Time) store.Attempts {
	const enough = 1 << 30 // beyond which nobody counts
	row.Failures = min(row.Failures+1, enough)
	row.LastFailure = now
	return row
}

// swap writes the row. A conflict is told by an error that wraps it.
func (c *count) swap(ctx context.Context, old, next store.Attempts) (store.Attempts, error) {
	next.Version = old.Version
	row, err := c.store.SwapAttempts(ctx, next)
	switch {
	case err == nil:
		return row, nil
	case errors.Is(err, store.ErrConflict):
		return old, err
	default:
		return old, hideCause("the store failed to count an attempt", err)
	}
}

// change writes a row as fn changes it, reading it anew as long as others write.
// fn returns false where there is nothing to change.
func (c *count) change(ctx context.Context, row *store.Attempts, fn func(*store.Attempts) bool) error {
	for range maxSwaps {
		next := *row
		if !fn(&next) {
			return nil
		}
		written, err := c.swap(ctx, *row, next)
		if err == nil {
			*row = written
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		if err := c.reread(ctx, row); err != nil {
			return err
		}
	}
	return fmt.Errorf("signin: the count of attempts changes too often: %w", store.ErrConflict)
}

// reset takes back what was counted, after a complete sign-in. What was switched
// off stays off: only binding anew switches it on.
func (c *count) reset(ctx context.Context) error {
	for _, row := range []*store.Attempts{&c.network, &c.total} {
		err := c.change(ctx, row, func(a *store.Attempts) bool {
			if a.Off || a.Failures == 0 && a.NotBefore.IsZero() {
				return false
			}
			a.Failures, a.NotBefore = 0, time.Time{}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// release takes back the one attempt that was reserved, which was right but is
// not a complete sign-in.
func (c *count) release(ctx context.Context) error {
	rows := []*store.Attempts{&c.network, &c.total}
	if c.own {
		rows = rows[:1]
	}
	for _, row := range rows {
		err := c.change(ctx, row, func(a *store.Attempts) bool {
			if a.Off || a.Failures == 0 {
				return false
			}
			a.Failures--
			if c.throttle.wait(a.Failures) == 0 {
				a.NotBefore = time.Time{}
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// remember makes the network known.
func (c *count) remember(ctx context.Context, now time.Time) error {
	return c.change(ctx, &c.known, func(a *store.Attempts) bool {
		a.LastSuccess = now
		return true
	})
}

// switchOff marks the row that decides, so that it is not forgotten.
func (c *count) switchOff(ctx context.Context, now time.Time) error {
	return c.change(ctx, c.decisive(now), func(a *store.Attempts) bool {
		was := a.Off
		a.Off = true
		return !was
	})
}

// wait returns how long a network waits after so many failures in a row.
func (t Throttle) wait(failures int) time.Duration {
	if failures < t.WaitFrom {
		return 0
	}
	wait := t.FirstWait
	for range failures - t.WaitFrom {
		if wait *= 2; wait >= t.LongestWait {
			return t.LongestWait
		}
	}
	return wait
}
