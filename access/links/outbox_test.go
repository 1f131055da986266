package links_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/store"
)

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
