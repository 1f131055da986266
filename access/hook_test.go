package access_test

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/store"
)

var errBroken = errors.New("disk: unreadable")

// hooks stand between an engine and its store, where they are set.
type hooks struct {
	view    func(ctx context.Context, next func() error) error
	changes func(ctx context.Context, after uint64, next func() (store.Feed, error)) (store.Feed, error)
	reader  func(store.Reader) store.Reader
}

// A hookedStore is no store.Watcher, so that engines over it hear of commits
// by polling alone.
type hookedStore struct {
	store.Store
	hooks atomic.Pointer[hooks]
}

// hooked puts a hookedStore before the fixture's store, for newFixture.
func hooked(into **hookedStore, adjust func(*access.Options)) func(*access.Options, store.Store) store.Store {
	return func(o *access.Options, s store.Store) store.Store {
		if adjust != nil {
			adjust(o)
		}
		*into = &hookedStore{Store: s}
		(*into).set(hooks{})
		return *into
	}
}

func (s *hookedStore) set(h hooks) { s.hooks.Store(&h) }

func (s *hookedStore) View(ctx context.Context, fn func(store.Reader) error) error {
	h := s.hooks.Load()
	next := func() error {
		return s.Store.View(ctx, func(r store.Reader) error {
			if h.reader != nil {
				r = h.reader(r)
			}
			return fn(r)
		})
	}
	if h.view != nil {
		return h.view(ctx, next)
	}
	return next()
}

func (s *hookedStore) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	next := func() (store.Feed, error) { return s.Store.Changes(ctx, after, limit) }
	if h := s.hooks.Load(); h.changes != nil {
		return h.changes(ctx, after, next)
	}
	return next()
}

// hang is what a dead connection does: it answers when the caller gives up.
func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// feeds is a hook that answers each call with the feed and the error.
func feeds(feed store.Feed, err error) hooks {
	return hooks{changes: func(context.Context, uint64, func() (store.Feed, error)) (store.Feed, error) { return feed, err }}
}
