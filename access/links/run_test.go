package links_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// Run wakes by commits, tries again when a back-off is over, and ends with its
// context, all on the system's clock.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorldWith(t, links.Options{Clock: time.Now})
		failures := 3
		box := &mailbox{fail: func(context.Context, links.Mail) error {
			if failures--; failures >= 0 {
				return errors.New("not yet")
			}
			return nil
		}}
		type timed struct {
			outcome links.Outcome
			at      time.Duration
		}
		var (
			mu   sync.Mutex
			seen []timed
		)
		start := time.Now()
		d := w.dispatcher(t, box, links.DispatcherOptions{Clock: time.Now, Random: zeroes{}, Report: func(r links.Report) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, timed{r.Outcome, time.Since(start)})
		}})
		reports := func() []timed {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(seen)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()

		time.Sleep(2 * time.Second)
		synctest.Wait()
		w.issue(t, forPerson(links.PasswordReset, "bob"))
		synctest.Wait()
		assert.Equal(t, []timed{{links.Retrying, 2 * time.Second}}, reports(), "a commit wakes it")

		time.Sleep(5 * time.Minute)
		synctest.Wait()
		all := reports()
		require.Len(t, all, 4)
		for i, wait := range []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second} {
			gap := all[i+1].at - all[i].at
			assert.GreaterOrEqual(t, gap, wait)
			assert.LessOrEqual(t, gap, wait+5*time.Second, "found at the next look into the outbox")
		}
		assert.Equal(t, links.Sent, all[3].outcome)

		stop := errors.New("the program ends")
		cancel(stop)
		require.ErrorIs(t, <-ended, stop)
	})
}

// A burst of commits makes few passes.
func TestRunCoalesces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorldWith(t, links.Options{Clock: time.Now})
		counted := &countingOutbox{Store: w.store, watcher: w.store.(store.Watcher)}
		d, err := links.NewDispatcher(counted, new(mailbox), w.sealer, nil)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		for range 1000 {
			time.Sleep(time.Millisecond)
			w.change(t, "bob", func(p *individuals.Individual) { p.Name += "o"; p.Name = p.Name[:3] })
		}
		synctest.Wait()
		assert.LessOrEqual(t, counted.passes(), int(time.Second/links.WakeSpacing)+2)
		assert.Greater(t, counted.passes(), 2)
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

type countingOutbox struct {
	store.Store
	watcher store.Watcher
	mu      sync.Mutex
	n       int
}

func (c *countingOutbox) Watch(fn func(uint64)) func() { return c.watcher.Watch(fn) }

func (c *countingOutbox) DueMessages(ctx context.Context, now time.Time, limit int) ([]store.Message, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return c.Store.DueMessages(ctx, now, limit)
}

func (c *countingOutbox) passes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// While the store is away Run reports and goes on; when it is closed Run ends.
func TestRunOnAFailingStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, book, box := newWorldWith(t, links.Options{Clock: time.Now}), new(logbook), new(mailbox)
		away := &awayStore{Store: w.store}
		away.set(errors.New("connection refused"))
		d, err := links.NewDispatcher(away, box, w.sealer, &links.DispatcherOptions{Report: book.note})
		require.NoError(t, err)
		w.issue(t, forPerson(links.PasswordReset, "bob"))
		ended := make(chan error, 1)
		go func() { ended <- d.Run(t.Context()) }()
		time.Sleep(12 * time.Second)
		synctest.Wait()
		assert.Equal(t, []links.Outcome{links.StoreFailed, links.StoreFailed, links.StoreFailed}, book.outcomes(), "at every interval, not in a loop")
		assert.Equal(t, "store_failed: links: outbox: links: dispatch: connection refused", book.reports[0].String())
		away.set(nil)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		assert.Len(t, box.sent(), 1)
		away.set(store.ErrClosed)
		require.ErrorIs(t, <-ended, store.ErrClosed)
	})
}

type awayStore struct {
	store.Store
	mu  sync.Mutex
	err error
}

func (a *awayStore) set(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}

func (a *awayStore) DueMessages(ctx context.Context, now time.Time, limit int) ([]store.Message, error) {
	a.mu.Lock()
	err := a.err
	a.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return a.Store.DueMessages(ctx, now, limit)
}

// A mailer is given so much time, and no more.
func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, book := newWorldWith(t, links.Options{Clock: time.Now}), new(logbook)
		w.issue(t, forPerson(links.PasswordReset, "bob"))
		box := &mailbox{fail: func(ctx context.Context, _ links.Mail) error { <-ctx.Done(); return ctx.Err() }}
		start := time.Now()
		_, err := w.dispatcher(t, box, links.DispatcherOptions{Clock: time.Now, Timeout: 7 * time.Second, Report: book.note}).Dispatch(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 7*time.Second, time.Since(start))
		require.Len(t, book.reports, 1)
		require.ErrorIs(t, book.reports[0].Err, context.DeadlineExceeded)
	})
}
