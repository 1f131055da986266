package links

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// DispatcherOptions adjust [NewDispatcher].
type DispatcherOptions struct {
	// Templates are the words of the mails. Default: those of this package.
	Templates *Templates
	// Languages are the tags of those that mails are written in, the first for
	// whom none fits. Default: all that Templates has, English first.
	Languages []string
	// Product is what the mails call what people sign in to: "ABC portal".
	// Default: they do without.
	Product string
	// Contact is where people turn with questions: an address or a number, on
	// one line. Default: none is named.
	Contact string
	// Zone is the IANA zone that instants are told in to people who have none
	// of their own. Default: UTC.
	Zone string
	// Report is called with what became of every try, by the goroutine that made
	// it: one call at a time unless several passes run at once. Default: nobody
	// is told; what failed is in the outbox.
	Report func(Report)
	// Interval is how often Run looks into the outbox when nothing wakes it.
	// Default: 5 s.
	Interval time.Duration
	// Timeout is how long one call of the Mailer may take. A message is leased
	// for twice that, and comes up again afterwards if the process dies.
	// Default: 1 minute.
	Timeout time.Duration
	// FirstRetry is how long after a first failure the next try comes; it
	// doubles with every further one, up to MaxRetry, and up to half as much is
	// added by chance. Defaults: 10 s, for the links that live for minutes, and 1
	// hour.
	FirstRetry, MaxRetry time.Duration
	// GiveUp is how old a message may become that cannot be sent. Default: 5
	// days (RFC 5321 §4.5.4.1).
	GiveUp time.Duration
	// Random is where chance comes from. It must be safe for concurrent use.
	// Default: crypto/rand.Reader.
	Random io.Reader
	// Clock tells the instant. It must be safe for concurrent use. Default:
	// time.Now.
	Clock func() time.Time
}

// A Dispatcher takes mails from the outbox and gives them to a [Mailer]: each at
// least once, and once unless a process dies or the store fails between sending
// and writing down that it was sent. Several may work on one store, in one
// process or many. Its methods are safe for concurrent use. Make it with
// [NewDispatcher].
type Dispatcher struct {
	store     store.Store
	mailer    Mailer
	sealer    otp.Sealer
	languages *chooser
	options   DispatcherOptions
}

// NewDispatcher makes a dispatcher. The sealer opens what that of [New] sealed.
// opts may be nil.
func NewDispatcher(s store.Store, mailer Mailer, sealer otp.Sealer, opts *DispatcherOptions) (*Dispatcher, error) {
	switch {
	case s == nil:
		return nil, errors.New("links: new dispatcher: no store")
	case mailer == nil:
		return nil, errors.New("links: new dispatcher: no mailer")
	case sealer == nil:
		return nil, errors.New("links: new dispatcher: no sealer; use the one that Links seal with")
	}
	var o DispatcherOptions
	if opts != nil {
		o = *opts
	}
	for _, d := range []struct {
		name  string
		value *time.Duration
		std   time.Duration
	}{
		{"Interval", &o.Interval, 5 * time.Second}, {"Timeout", &o.Timeout, time.Minute}, {"FirstRetry", &o.FirstRetry, 10 * time.Second},
		{"MaxRetry", &o.MaxRetry, time.Hour}, {"GiveUp", &o.GiveUp, 5 * 24 * time.Hour},
	} {
		if *d.value < 0 {
			return nil, fmt.Errorf("links: DispatcherOptions.%s %v: negative", d.name, *d.value)
		}
		if *d.value == 0 {
			*d.value = d.std
		}
	}
	if o.FirstRetry > o.MaxRetry {
		return nil, fmt.Errorf("links: DispatcherOptions.FirstRetry %v: longer than MaxRetry %v", o.FirstRetry, o.MaxRetry)
	}
	if o.Zone == "" {
		o.Zone = "UTC"
	}
	if _, err := individuals.LoadZone(o.Zone); err != nil {
		return nil, fmt.Errorf("links: DispatcherOptions.Zone: %w", err)
	}
	o.Product, o.Contact = oneLine(o.Product), oneLine(o.Contact)
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Report == nil {
		o.Report = func(Report) {}
	}
	if o.Templates == nil {
		var err error
		if o.Templates, err = standard(); err != nil {
			return nil, err
		}
	}
	languages, err := newChooser(o.Templates, o.Languages)
	if err != nil {
		return nil, err
	}
	return &Dispatcher{store: s, mailer: mailer, sealer: sealer, languages: languages, options: o}, nil
}

// Dispatch tries once every message that is due now, and returns how many were
// sent. A mail that cannot be sent is no error: it is reported and tried again.
// The error is that of the store, or of ctx, which ends the pass; what is left
// comes up again.
func (d *Dispatcher) Dispatch(ctx context.Context) (sent int, err error) {
	now := d.options.Clock()
	var first error
	for inARow := 0; ; {
		// What was tried is not due at this instant any more, so the pass ends.
		messages, err := d.store.DueMessages(ctx, now, store.DefaultPage)
		if err != nil {
			return sent, fmt.Errorf("links: dispatch: %w", err)
		}
		moved := false
		for _, m := range messages {
			if err := ctx.Err(); err != nil {
				return sent, fmt.Errorf("links: dispatch: %w", err)
			}
			done, err := d.try(ctx, m)
			if done {
				sent++
			}
			if err == nil {
				moved, inARow = true, 0
				continue
			}
			// One message that the store fails on does not keep the others back.
			if first == nil {
				first = fmt.Errorf("links: dispatch: message %d: %w", m.ID, err)
			}
			if inARow++; inARow == storeFailures {
				return sent, first
			}
		}
		if !moved {
			return sent, first
		}
	}
}

// storeFailures in a row mean that the store is down.
const storeFailures = 3

// wakeSpacing is the least time between two passes of Run, so that a store with
// many commits is not asked at each.
const wakeSpacing = 200 * time.Millisecond

// Run dispatches until ctx ends, and returns the cause of that: at every
// Interval, and sooner after a commit where the store is a [store.Watcher].
// When the store fails it reports [StoreFailed] and goes on; a store that was
// closed ends it.
func (d *Dispatcher) Run(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	if watcher, ok := d.store.(store.Watcher); ok {
		stop := watcher.Watch(func(uint64) {
			select {
			case wake <- struct{}{}:
			default:
			}
		})
		defer stop()
	}
	for {
		_, err := d.Dispatch(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, store.ErrClosed):
			return err
		case err != nil:
			d.options.Report(Report{Outcome: StoreFailed, Err: newFailure("outbox", err)})
		}
		if !pause(ctx, nil, min(wakeSpacing, d.options.Interval)) || !pause(ctx, wake, max(0, d.options.Interval-wakeSpacing)) {
			return context.Cause(ctx)
		}
	}
}

// pause waits for so long, or until woken, and reports whether ctx goes on.
func pause(ctx context.Context, wake <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return ctx.Err() == nil
}
