package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/store"
)

// A ListenFunc waits for PostgreSQL's notifications on a connection of its own:
// LISTEN is not in database/sql, so the host writes it for its driver, in a few
// lines. It sends LISTEN with the channel, calls heard once when that was
// answered and once for each notification, and returns when the connection fails
// or ctx is done, with the reason. heard does not block, and may be called from any
// goroutine.
type ListenFunc func(ctx context.Context, channel string, heard func()) error

// How long Listen waits before it tries again.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Channel is the name of PostgreSQL's channel on which every commit notifies:
// "durward_commits" where the prefix of the tables is the default.
func (s *Store) Channel() string { return s.prefix + "commits" }

// Listen has engines follow the commits of other processes at once, and not at
// their next poll. It runs until ctx is done or the store is closed, and returns
// why it ended; run it in a goroutine. It calls listen, and calls it again
// whenever it returns, after a while. failed, which may be nil, is told of each
// failure.
//
// A notification is a wake-up and nothing else. What it says is not believed, so
// whoever may notify on the channel can do no more than have the database asked
// once. What is lost while there is no connection is made up for when there is
// one again; engines poll all the same.
//
// Only PostgreSQL notifies: on SQLite Listen returns an error.
func (s *Store) Listen(ctx context.Context, listen ListenFunc, failed func(error)) error {
	if s.traits.notify == "" {
		return fmt.Errorf("sqlstore: listen: %v does not notify; engines poll", s.dialect)
	}
	if listen == nil {
		return errors.New("sqlstore: listen: no function to listen with")
	}
	if err := s.ready(ctx); err != nil {
		return err
	}
	if failed == nil {
		failed = func(error) {}
	}
	ctx, cancel := context.WithCancel(ctx)
	heard := make(chan struct{}, 1) // notifications that come together are one
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		s.keepListening(ctx, listen, heard, failed)
	}()
	defer func() {
		cancel()
		<-listening
	}()
	for {
		select {
		case <-heard:
		case <-ctx.Done():
			return ctx.Err()
		}
		revision, err := s.latest(ctx)
		switch {
		case errors.Is(err, store.ErrClosed):
			return err
		case err != nil:
			if ctx.Err() == nil {
				failed(err)
			}
		default:
			s.Announce(revision)
		}
	}
}

// keepListening calls listen again and again, until ctx is done.
func (s *Store) keepListening(ctx context.Context, listen ListenFunc, heard chan<- struct{}, failed func(error)) {
	note := func() {
		select {
		case heard <- struct{}{}:
		default: // somebody will look anyway
		}
	}
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		var listened atomic.Bool
		err := listen(ctx, s.Channel(), func() {
			listened.Store(true)
			note()
		})
		if ctx.Err() != nil {
			return
		}
		if listened.Load() {
			wait = firstRetry
		}
		if err == nil {
			err = errors.New("the function to listen with has returned")
		}
		failed(explain("listen", err)) // it has the host's words, and no stored value is near
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		if s.closed.Load() {
			note() // Listen finds it closed
			return
		}
	}
}

// latest reads the revision of the latest commit.
func (s *Store) latest(ctx context.Context) (revision uint64, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	err = s.look(ctx, func(w *session) error {
		t, err := newTx(ctx, w, "")
		revision = t.revision
		return err
	})
	return revision, explain("listen", err)
}
