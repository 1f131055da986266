package links_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/store"
)

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
