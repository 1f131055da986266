package links_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

func TestDispatch(t *testing.T) {
	t.Parallel()
	w, box, book := newWorld(t), new(mailbox), new(logbook)
	d := w.dispatcher(t, box, links.DispatcherOptions{Report: book.note})
	sent, err := d.Dispatch(t.Context())
	require.NoError(t, err)
	assert.Zero(t, sent)

	bobs := w.issue(t, forPerson(links.Invitation, "bob"))
	adams := w.issue(t, forPerson(links.Invitation, "adam"))
	sent, err = d.Dispatch(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, sent)
	mails := box.sent()
	require.Len(t, mails, 2)
	assert.Contains(t, mails[0].Text.Reveal(), bobs.URL())
	assert.Contains(t, mails[1].Text.Reveal(), adams.URL())
	assert.NotEqual(t, mails[0].ID, mails[1].ID)
	assert.Len(t, mails[0].ID, 26)
	first := mails[0]
	assert.Equal(t, "bob abc customer invitation en", strings.Join([]string{first.Individual, first.Organization, first.Realm, string(first.Purpose), first.Language}, " "))
	assert.Equal(t, bobs.Expires(), first.Expires)
	assert.Equal(t, []links.Outcome{links.Sent, links.Sent}, book.outcomes())
	report := book.reports[0]
	assert.Equal(t, first.ID, report.Mail)
	assert.Equal(t, `message 1 (invitation for "bob" in "abc"), try 1: sent`, report.String())
	sent, err = d.Dispatch(t.Context())
	require.NoError(t, err)
	assert.Zero(t, sent, "once")
	w.advance(365 * 24 * time.Hour)
	assert.Empty(t, w.due(t))
}

func TestManyMessages(t *testing.T) {
	t.Parallel()
	w, box := newWorld(t), new(mailbox)
	const many = 3*store.DefaultPage + 1
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		for range many {
			if err := w.links.Notify(ctx, tx, links.Notice{Purpose: links.PasswordChanged, Individual: person("bob")}); err != nil {
				return err
			}
		}
		return nil
	})
	sent, err := w.dispatcher(t, box, links.DispatcherOptions{}).Dispatch(t.Context())
	require.NoError(t, err)
	assert.Equal(t, many, sent)
}

func TestRetry(t *testing.T) {
	t.Parallel()
	w, book := newWorld(t), new(logbook)
	box := &mailbox{fail: func(context.Context, links.Mail) error { return errors.New("421 try again later") }}
	d := w.dispatcher(t, box, links.DispatcherOptions{Report: book.note})
	w.issue(t, forPerson(links.Invitation, "bob"))
	var last time.Duration
	for try := 1; try <= 12; try++ {
		sent, err := d.Dispatch(t.Context())
		require.NoError(t, err, "a mail that fails is no failure of the dispatcher")
		assert.Zero(t, sent)
		report := book.reports[len(book.reports)-1]
		assert.Equal(t, links.Retrying, report.Outcome)
		assert.Equal(t, try, report.Tries)
		require.EqualError(t, report.Err, "links: send: 421 try again later")
		wait := report.NotBefore.Sub(w.clock())
		least := min(10*time.Second<<(try-1), time.Hour)
		assert.GreaterOrEqual(t, wait, least)
		assert.LessOrEqual(t, wait, least+least/2)
		if least < time.Hour {
			assert.Greater(t, wait, last, "growing, whatever chance says")
		}
		last = wait
		w.advance(wait - time.Microsecond)
		assert.Empty(t, w.due(t))
		w.advance(time.Microsecond)
		messages := w.due(t)
		require.Len(t, messages, 1)
		assert.Equal(t, "send: 421 try again later", messages[0].LastError)
		assert.Equal(t, try, messages[0].Tries)
	}
	box.fail = nil
	_, err := d.Dispatch(t.Context())
	require.NoError(t, err)
	require.Len(t, box.sent(), 1)
	assert.Empty(t, w.due(t))
}

func TestEveryTryHasTheSameID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := make(map[string]int)
	box := &mailbox{fail: func(_ context.Context, mail links.Mail) error {
		ids[mail.ID]++
		return errors.New("no")
	}}
	w.issue(t, forPerson(links.Invitation, "bob"))
	for range 3 {
		_, err := w.dispatcher(t, box, links.DispatcherOptions{}).Dispatch(t.Context())
		require.NoError(t, err)
		w.advance(time.Hour)
	}
	assert.Len(t, ids, 1)
	for _, n := range ids {
		assert.Equal(t, 3, n)
	}
}

func TestBackOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.dispatcher(t, new(mailbox), links.DispatcherOptions{FirstRetry: time.Second, MaxRetry: 10 * time.Second})
	seen := make(map[time.Duration]bool)
	for range 200 {
		for try, least := range map[int]time.Duration{0: 1, 1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 1 << 40: 10} {
			wait := d.BackOff(try)
			assert.GreaterOrEqual(t, wait, least*time.Second)
			assert.Less(t, wait, least*time.Second*3/2)
			if try == 1 {
				seen[wait] = true
			}
		}
	}
	assert.Greater(t, len(seen), 100, "chance keeps apart what failed together")
	d = w.dispatcher(t, new(mailbox), links.DispatcherOptions{Random: zeroes{}})
	assert.Equal(t, 20*time.Second, d.BackOff(2), "without chance, but not without waiting")
	for _, test := range []struct {
		options links.DispatcherOptions
		want    string
	}{
		{links.DispatcherOptions{FirstRetry: 2 * time.Hour}, "longer than MaxRetry"},
		{links.DispatcherOptions{Timeout: -1}, "Timeout -1ns: negative"},
		{links.DispatcherOptions{Zone: "Local"}, "DispatcherOptions.Zone"},
	} {
		_, err := links.NewDispatcher(w.store, new(mailbox), w.sealer, &test.options)
		require.ErrorContains(t, err, test.want)
	}
	_, err := links.NewDispatcher(nil, new(mailbox), w.sealer, nil)
	require.ErrorContains(t, err, "no store")
	_, err = links.NewDispatcher(w.store, nil, w.sealer, nil)
	require.ErrorContains(t, err, "no mailer")
	_, err = links.NewDispatcher(w.store, new(mailbox), nil, nil)
	require.ErrorContains(t, err, "no sealer")
}

func TestDropped(t *testing.T) {
	t.Parallel()
	noMailbox := func(context.Context, links.Mail) error {
		return fmt.Errorf("smtp: %w", &links.PermanentError{Err: errors.New("550 no such mailbox")})
	}
	for _, test := range []struct {
		name  string
		fail  func(context.Context, links.Mail) error
		spoil func(t *testing.T, w *world)
		want  links.Outcome
		err   string
	}{
		{"permanent", noMailbox, func(*testing.T, *world) {}, links.Undeliverable, "links: send: smtp: permanent failure: 550 no such mailbox"},
		{"link expired", nil, func(_ *testing.T, w *world) { w.advance(10 * time.Minute) }, links.LinkExpired, ""},
		{"link used", nil, func(t *testing.T, w *world) {
			w.update(t, func(ctx context.Context, tx store.Tx) error {
				_, err := w.links.Revoke(ctx, tx, store.TokenFilter{Individual: "bob"})
				return err
			})
		}, links.LinkGone, ""},
		{"person deleted", nil, func(t *testing.T, w *world) {
			w.update(t, func(ctx context.Context, tx store.Tx) error {
				p, err := tx.Individual(ctx, "bob")
				return errors.Join(err, tx.DeleteIndividual(ctx, "bob", p.Revision))
			})
		}, links.LinkGone, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, box, book := newWorld(t), &mailbox{fail: test.fail}, new(logbook)
			w.issue(t, forPerson(links.SignIn, "bob"))
			test.spoil(t, w)
			sent, err := w.dispatcher(t, box, links.DispatcherOptions{Report: book.note}).Dispatch(t.Context())
			require.NoError(t, err)
			assert.Zero(t, sent)
			assert.Empty(t, box.sent())
			require.Equal(t, []links.Outcome{test.want}, book.outcomes())
			assert.True(t, test.want.Dropped())
			report := book.reports[0]
			assert.True(t, report.NotBefore.IsZero())
			assert.Equal(t, "bob", report.Individual)
			if test.err == "" {
				require.NoError(t, report.Err)
			} else {
				require.EqualError(t, report.Err, test.err)
				var permanent *links.PermanentError
				assert.ErrorAs(t, report.Err, &permanent)
			}
			w.advance(365 * 24 * time.Hour)
			assert.Empty(t, w.due(t))
		})
	}
	assert.False(t, links.Sent.Dropped() || links.Retrying.Dropped() || links.StoreFailed.Dropped())
	assert.Equal(t, "permanent failure", (&links.PermanentError{}).Error())
}

// Resending before the first mail went out sends one mail, with the link that
// works.
func TestSupersededMailIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue(t, forPerson(links.Invitation, "bob"))
	second := w.issue(t, forPerson(links.Invitation, "bob"))
	mails := w.dispatch(t, links.DispatcherOptions{})
	require.Len(t, mails, 1)
	assert.Contains(t, mails[0].Text.Reveal(), second.URL())
}

func TestGiveUp(t *testing.T) {
	t.Parallel()
	w, book := newWorld(t), new(logbook)
	box := &mailbox{fail: func(context.Context, links.Mail) error { return errors.New("no") }}
	d := w.dispatcher(t, box, links.DispatcherOptions{Report: book.note, GiveUp: 24 * time.Hour})
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		return w.links.Notify(ctx, tx, links.Notice{Purpose: links.PasswordChanged, Individual: person("bob")})
	})
	for range 23 {
		_, err := d.Dispatch(t.Context())
		require.NoError(t, err)
		w.advance(90 * time.Minute)
	}
	outcomes := book.outcomes()
	assert.Len(t, outcomes, 17, "every 90 minutes for a day")
	assert.Equal(t, links.GaveUp, outcomes[len(outcomes)-1])
}

// What cannot be opened or written now may be after a repair: it is tried again,
// and keeps nobody else's mail back.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	w, box, book := newWorld(t), new(mailbox), new(logbook)
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		wrong, err := newSealer(t).Seal([]byte("{}"), []byte("x"))
		_, err1 := tx.PutMessage(ctx, store.Message{Purpose: "invitation", Individual: "bob", Sealed: wrong, Created: noon})
		_, err2 := tx.PutMessage(ctx, store.Message{Purpose: "sign-in", Individual: "bob", Sealed: []byte("not sealed"), Created: noon})
		return errors.Join(err, err1, err2)
	})
	w.issue(t, forPerson(links.SignIn, "adam"))
	moveMessage(t, w)
	_, err := w.dispatcher(t, box, links.DispatcherOptions{Report: book.note}).Dispatch(t.Context())
	require.NoError(t, err)
	require.Len(t, box.sent(), 1)
	assert.Equal(t, []links.Outcome{links.Retrying, links.Retrying, links.Sent, links.Retrying}, book.outcomes())
	require.ErrorContains(t, book.reports[0].Err, "open the content: otp: open: unknown host key")
	require.ErrorContains(t, book.reports[3].Err, "altered, or sealed for another context")
}

// moveMessage copies a sealed content into the message of somebody else.
func moveMessage(t *testing.T, w *world) {
	messages := w.due(t)
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		stolen := messages[len(messages)-1]
		stolen.Individual = "carol"
		_, err := tx.PutMessage(ctx, stolen)
		return err
	})
}

func TestMailerPanics(t *testing.T) {
	t.Parallel()
	w, book := newWorld(t), new(logbook)
	var typed *links.PermanentError // an error that panics when it is asked for its text
	for _, fail := range []func(context.Context, links.Mail) error{
		func(context.Context, links.Mail) error { panic("oh no") },
		func(context.Context, links.Mail) error { panic(errors.New("oh no")) },
		func(_ context.Context, mail links.Mail) error { return []error{nil}[len(mail.ID)] },
		func(context.Context, links.Mail) error { panic(panicking{}) },
		func(context.Context, links.Mail) error { return panicking{} },
		func(context.Context, links.Mail) error { return fmt.Errorf("wrapped: %w", panicking{}) },
		func(context.Context, links.Mail) error { return typed },
	} {
		w.issue(t, forPerson(links.Invitation, "bob"))
		book.reports = nil
		_, err := w.dispatcher(t, &mailbox{fail: fail}, links.DispatcherOptions{Report: book.note}).Dispatch(t.Context())
		require.NoError(t, err)
		require.Len(t, book.reports, 1)
		require.Error(t, book.reports[0].Err)
		assert.NotEmpty(t, book.reports[0].Err.Error())
	}
}

type panicking struct{}

func (panicking) Error() string { panic("no text") }

// Whoever dies after leasing, or after sending and before deleting, leaves a
// message that comes up again when the lease ends.
func TestCrash(t *testing.T) {
	t.Parallel()
	w, box, book := newWorld(t), new(mailbox), new(logbook)
	w.issue(t, forPerson(links.Invitation, "bob"))
	d, err := links.NewDispatcher(crashing{w.store}, box, w.sealer, &links.DispatcherOptions{Clock: w.clock, Report: book.note})
	require.NoError(t, err)
	sent, err := d.Dispatch(t.Context())
	require.ErrorIs(t, err, errCrash)
	assert.Equal(t, 1, sent)
	require.Len(t, box.sent(), 1, "sent, and not written down")

	next := w.dispatcher(t, box, links.DispatcherOptions{Report: book.note})
	for range 2 {
		_, err = next.Dispatch(t.Context())
		require.NoError(t, err)
		require.Len(t, box.sent(), 1, "the lease holds")
		w.advance(time.Minute - time.Nanosecond)
	}
	w.advance(2 * time.Nanosecond)
	_, err = next.Dispatch(t.Context())
	require.NoError(t, err)
	mails := box.sent()
	require.Len(t, mails, 2, "at least once")
	assert.Equal(t, mails[0].ID, mails[1].ID, "and the second can be told for what it is")
	assert.Equal(t, 2, book.reports[len(book.reports)-1].Tries)
	w.advance(time.Hour)
	assert.Empty(t, w.due(t))
}

var errCrash = errors.New("the process died")

type crashing struct{ store.Store }

func (crashing) DeleteMessage(context.Context, uint64, uint64) error { return errCrash }

// A mailer that outlives its lease: another dispatcher sends the mail too, and
// what the first one then writes changes nothing.
func TestLostLease(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{false, true} {
		w, second := newWorld(t), new(mailbox)
		w.issue(t, forPerson(links.Invitation, "bob"))
		first := &mailbox{fail: func(context.Context, links.Mail) error {
			w.advance(time.Hour)
			_, err := w.dispatcher(t, second, links.DispatcherOptions{}).Dispatch(context.Background())
			assert.NoError(t, err)
			if fails {
				return errors.New("timed out")
			}
			return nil
		}}
		_, err := w.dispatcher(t, first, links.DispatcherOptions{}).Dispatch(t.Context())
		require.NoError(t, err)
		assert.Len(t, second.sent(), 1)
		w.advance(24 * time.Hour)
		assert.Empty(t, w.due(t), "it does not come back")
	}
}

func TestSeveralDispatchers(t *testing.T) {
	t.Parallel()
	w, box := newWorld(t), new(mailbox)
	const many = 200
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		for range many {
			if err := w.links.Notify(ctx, tx, links.Notice{Purpose: links.PasswordChanged, Individual: person("bob")}); err != nil {
				return err
			}
		}
		return nil
	})
	var wg sync.WaitGroup
	for range 8 {
		d := w.dispatcher(t, box, links.DispatcherOptions{})
		wg.Go(func() {
			if _, err := d.Dispatch(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	ids := make(map[string]bool)
	for _, mail := range box.sent() {
		ids[mail.ID] = true
	}
	assert.Len(t, box.sent(), many, "each once while leases last")
	assert.Len(t, ids, many)
}

// A program that ends in the middle of sending leaves the mail due, and no
// failure behind.
func TestEndWhileSending(t *testing.T) {
	t.Parallel()
	w, book := newWorld(t), new(logbook)
	w.issue(t, forPerson(links.Invitation, "bob"))
	w.issue(t, forPerson(links.Invitation, "adam"))
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("the program ends")
	box := &mailbox{fail: func(ctx context.Context, _ links.Mail) error {
		cancel(stop)
		<-ctx.Done()
		return ctx.Err()
	}}
	sent, err := w.dispatcher(t, box, links.DispatcherOptions{Report: book.note}).Dispatch(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, sent)
	assert.Empty(t, book.outcomes())
	messages := w.due(t)
	require.Len(t, messages, 2)
	assert.Empty(t, messages[0].LastError)
	assert.Len(t, w.dispatch(t, links.DispatcherOptions{}), 2)
}

// One that was sent is written down although the program ends.
func TestEndAfterSending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue(t, forPerson(links.Invitation, "bob"))
	ctx, cancel := context.WithCancel(t.Context())
	box := &mailbox{fail: func(context.Context, links.Mail) error { cancel(); return nil }}
	sent, err := w.dispatcher(t, box, links.DispatcherOptions{}).Dispatch(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, sent)
	w.advance(24 * time.Hour)
	assert.Empty(t, w.due(t))
}

func TestStoreFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for name, fail := range map[string]func(store.Store) store.Store{
		"due":    func(s store.Store) store.Store { return failingOutbox{Store: s, due: broken} },
		"swap":   func(s store.Store) store.Store { return failingOutbox{Store: s, swap: broken} },
		"delete": func(s store.Store) store.Store { return failingOutbox{Store: s, remove: broken} },
		"view":   func(s store.Store) store.Store { return failingOutbox{Store: s, view: broken} },
	} {
		w, box := newWorld(t), new(mailbox)
		w.issue(t, forPerson(links.Invitation, "bob"))
		d, err := links.NewDispatcher(fail(w.store), box, w.sealer, &links.DispatcherOptions{Clock: w.clock})
		require.NoError(t, err)
		_, err = d.Dispatch(t.Context())
		require.ErrorIs(t, err, broken, name)
		w.advance(time.Hour)
		assert.Len(t, w.due(t), 1, "nothing is lost")
	}
}

// A message that the store fails on does not keep the others back; a store that
// is down is not asked for each message.
func TestStoreFailsOnOne(t *testing.T) {
	t.Parallel()
	w, box := newWorld(t), new(mailbox)
	for _, id := range []string{"bob", "adam", "carol"} {
		w.issue(t, forPerson(links.Invitation, id))
	}
	broken := errors.New("a row on fire")
	d, err := links.NewDispatcher(failingOutbox{Store: w.store, swap: broken, only: 1}, box, w.sealer, &links.DispatcherOptions{Clock: w.clock})
	require.NoError(t, err)
	sent, err := d.Dispatch(t.Context())
	require.ErrorIs(t, err, broken)
	assert.Equal(t, 2, sent)
}

type failingOutbox struct {
	store.Store
	due, swap, remove, view error
	only                    uint64
}

func (f failingOutbox) DueMessages(ctx context.Context, now time.Time, limit int) ([]store.Message, error) {
	if f.due != nil {
		return nil, f.due
	}
	return f.Store.DueMessages(ctx, now, limit)
}

func (f failingOutbox) SwapMessage(ctx context.Context, m store.Message) (store.Message, error) {
	if f.swap != nil && (f.only == 0 || f.only == m.ID) {
		return store.Message{}, f.swap
	}
	return f.Store.SwapMessage(ctx, m)
}

func (f failingOutbox) DeleteMessage(ctx context.Context, id, version uint64) error {
	if f.remove != nil {
		return f.remove
	}
	return f.Store.DeleteMessage(ctx, id, version)
}

func (f failingOutbox) View(ctx context.Context, fn func(store.Reader) error) error {
	if f.view != nil {
		return f.view
	}
	return f.Store.View(ctx, fn)
}

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
