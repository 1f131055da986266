package individuals

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// HashSlotsOptions are the options of [HashSlots].
type HashSlotsOptions struct {
	// Slots is how many hashes may be computed at once, at most 1,024. Each
	// takes the memory of its parameters, 19 MiB by default. Default:
	// runtime.GOMAXPROCS(0).
	Slots int

	// Waiting is how many callers may wait for a slot, at most 65,536; those
	// beyond are refused at once. Default: 8 for each slot.
	Waiting int

	// RetryAfter is the hint that a refusal carries. Default: 1 s.
	RetryAfter time.Duration
}

// HashSlots bounds how many passwords are hashed or verified at once, so that a
// burst of sign-ins takes a known amount of memory and of the processor. It is a
// counting semaphore with a bounded queue; it starts no goroutine and reads no
// clock, so how long a caller waits is for its context to say.
//
// Make one with [NewHashSlots] and share it: a HashSlots is safe for concurrent
// use. The zero HashSlots refuses everyone.
type HashSlots struct {
	slots      chan struct{}
	waiting    chan struct{}
	retryAfter time.Duration
}

// NewHashSlots returns a HashSlots with the given options; nil means all
// defaults.
func NewHashSlots(opts *HashSlotsOptions) (*HashSlots, error) {
	const maxSlots, maxWaiting = 1024, 65536
	var o HashSlotsOptions
	if opts != nil {
		o = *opts
	}
	if o.Slots == 0 {
		o.Slots = min(runtime.GOMAXPROCS(0), maxSlots)
	}
	if o.Slots < 0 || o.Slots > maxSlots {
		return nil, fmt.Errorf("individuals: invalid hash slots: Slots %d is not within 1 and %d", o.Slots, maxSlots)
	}
	if o.Waiting == 0 {
		o.Waiting = 8 * o.Slots
	}
	if o.Waiting < 0 || o.Waiting > maxWaiting {
		return nil, fmt.Errorf("individuals: invalid hash slots: Waiting %d is not within 1 and %d", o.Waiting, maxWaiting)
	}
	if o.RetryAfter == 0 {
		o.RetryAfter = time.Second
	}
	if o.RetryAfter < 0 {
		return nil, fmt.Errorf("individuals: invalid hash slots: RetryAfter %v is negative", o.RetryAfter)
	}
	return &HashSlots{
		slots:      make(chan struct{}, o.Slots),
		waiting:    make(chan struct{}, o.Waiting),
		retryAfter: o.RetryAfter,
	}, nil
}

// HashBusyError refuses a caller because too many passwords are being hashed. It
// says nothing of any login: it is the same answer to everyone.
type HashBusyError struct {
	// RetryAfter is when to try again at the earliest.
	RetryAfter time.Duration

	cause error // the context's, or nil when the queue was full
}

func (e *HashBusyError) Error() string {
	return fmt.Sprintf("individuals: too many passwords are being hashed: try again in %v", e.RetryAfter)
}

// Unwrap returns the cause of the context that ended while waiting, or nil.
func (e *HashBusyError) Unwrap() error { return e.cause }

// Acquire takes a slot, waiting for one until ctx ends. Call release when the
// hash is computed, with defer so that a panic keeps no slot; calling it again
// does nothing.
//
// The error is always a *[HashBusyError]: there is no slot and no place to wait,
// or ctx ended. A ctx that has ended gets no slot, even a free one.
func (s *HashSlots) Acquire(ctx context.Context) (release func(), err error) {
	if ctx.Err() != nil {
		return nil, s.busy(context.Cause(ctx))
	}
	if release, ok := s.TryAcquire(); ok {
		return release, nil
	}
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return nil, s.busy(nil)
	}
	select {
	case s.slots <- struct{}{}:
		return s.releaser(), nil
	case <-ctx.Done():
		return nil, s.busy(context.Cause(ctx))
	}
}

// TryAcquire takes a slot if one is free, and never waits. It overtakes nobody:
// a slot that is given back goes to whoever waits longest.
func (s *HashSlots) TryAcquire() (release func(), ok bool) {
	select {
	case s.slots <- struct{}{}:
		return s.releaser(), true
	default:
		return nil, false
	}
}

func (s *HashSlots) releaser() func() {
	return sync.OnceFunc(func() { <-s.slots })
}

func (s *HashSlots) busy(cause error) error {
	return &HashBusyError{RetryAfter: s.retryAfter, cause: cause}
}
