package links_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
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
