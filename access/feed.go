package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// Sync waits until decisions take the revision into account. It reads the
// store's feed at once, and again until the revision has come or ctx is done.
// After a transaction that Durward joined, call it with the revision of the
// commit.
func (e *Engine) Sync(ctx context.Context, revision uint64) error {
	for {
		if e.closed.Load() {
			return fmt.Errorf("access: engine closed: %w", store.ErrClosed)
		}
		if e.applied.Load() >= revision {
			return nil
		}
		if err := e.pull(ctx); err != nil {
			return err
		}
		if e.applied.Load() >= revision {
			return nil
		}
		select {
		case <-time.After(min(e.options.PollInterval, 10*time.Millisecond)):
		case <-ctx.Done():
			return fmt.Errorf("access: revision %d has not come, the store is at %d: %w", revision, e.applied.Load(), ctx.Err())
		case <-e.ctx.Done():
		}
	}
}

// wake is told by the store of a commit; that of this process waits for it.
func (e *Engine) wake(revision uint64) {
	ctx, cancel := context.WithTimeout(e.ctx, e.options.MaxStaleness)
	defer cancel()
	_ = e.Sync(ctx, revision) // Problems names the failure, and the poll goes on
}

// poll reads the feed every interval.
func (e *Engine) poll() {
	timer := time.NewTicker(e.options.PollInterval)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-e.ctx.Done():
			return
		}
		_ = e.pull(e.ctx) // Problems names the failure
	}
}

// tick renews the coarse instant, and notices when the feed falls silent. It
// is apart from poll, which a store can hold up.
func (e *Engine) tick() {
	timer := time.NewTicker(min(tick, max(e.options.MaxStaleness/4, time.Millisecond)))
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-e.ctx.Done():
			return
		}
		e.clock.tick()
		if e.Age() > e.options.MaxStaleness {
			e.setStale(true)
		}
	}
}

func (e *Engine) setStale(stale bool) {
	if generation := e.generation.Load(); (generation&1 == 1) == stale {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if stale && e.Age() <= e.options.MaxStaleness {
		return // heard from it in between
	}
	if generation := e.generation.Load(); (generation&1 == 1) != stale && !e.closed.Load() {
		e.generation.Store(generation + 1)
	}
}

// maxPull bounds how long one reader of the feed keeps the others from it: a
// reload of every role over a slow connection fits.
const maxPull = time.Minute

// pull reads the feed to its end and applies it.
func (e *Engine) pull(caller context.Context) (err error) {
	select {
	case <-e.pulling:
	case <-caller.Done():
		return caller.Err()
	}
	ctx, cancel := context.WithTimeout(caller, maxPull)
	defer func() {
		cancel()
		e.pulling <- struct{}{}
		if e.ctx.Err() == nil && (err == nil || caller.Err() == nil) {
			e.problems.setFeed(err) // a caller who gives up is no problem
		}
	}()
	for reloaded := false; ; {
		asked, after := time.Since(e.began), e.applied.Load()
		feed, err := e.changes(ctx, after)
		if errors.Is(err, store.ErrGone) && !reloaded {
			if err := e.reload(ctx); err != nil {
				return err
			}
			reloaded = true
			continue
		}
		if err != nil {
			return fmt.Errorf("access: reading the feed after revision %d: %w", after, err)
		}
		if err := e.apply(ctx, feed); err != nil {
			return err
		}
		if !feed.More {
			e.heard.Store(int64(asked))
			e.setStale(false)
			return nil
		}
		if feed.Through == after {
			return fmt.Errorf("access: the feed after revision %d says that there is more, and does not go on", after)
		}
	}
}

// changes asks the store. A call that hangs is given up, so that the next one
// can find the store well again.
func (e *Engine) changes(ctx context.Context, after uint64) (store.Feed, error) {
	ctx, cancel := context.WithTimeout(ctx, max(e.options.MaxStaleness, e.options.PollInterval))
	defer cancel()
	return e.store.Changes(ctx, after, 0)
}

// apply takes the changes into account: it reads what decisions need of them,
// and then swaps and drops all at once.
func (e *Engine) apply(ctx context.Context, feed store.Feed) error {
	applied := e.applied.Load()
	if feed.Through < applied {
		return fmt.Errorf("access: the feed after revision %d ends at %d: the store went back", applied, feed.Through)
	}
	changed := make(map[store.Kind]map[string]bool)
	for _, c := range feed.Changes {
		if c.Revision <= applied || c.Revision > feed.Through {
			return fmt.Errorf("access: the feed from revision %d to %d holds a change of %d", applied, feed.Through, c.Revision)
		}
		if changed[c.Kind] == nil {
			changed[c.Kind] = make(map[string]bool)
		}
		changed[c.Kind][c.ID] = true
	}
	if len(feed.Changes) == 0 {
		e.applied.Store(feed.Through)
		return nil
	}
	snap, err := e.nextSnapshot(ctx, e.snapshot.Load(), changed, feed.Through)
	if err != nil {
		return err
	}
	entities, err := e.readEntities(ctx, changed[store.Entities], feed.Through)
	if err != nil {
		return err
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	e.recent.note(feed.Changes)
	for kind, ids := range changed {
		for id := range ids {
			e.problems.settle(kind, id)
			switch kind {
			case store.Individuals, store.Grants:
				e.people.drop(id)
				e.problems.settle(store.Individuals, id)
			case store.Organizations:
				e.organizations.drop(id)
			case store.Classes:
				e.organizations.dropIf(func(o *organization) bool { return o.record.Class == id })
			case store.Entities:
				if e.forest.moved(id, entities[id]) {
					e.objects.dropIf(func(l *scope.Lineage) bool { return l.Mentions(id) })
					e.organizations.dropIf(func(o *organization) bool { return o.lineage.Mentions(id) })
				}
			}
		}
	}
	e.snapshot.Store(snap)
	e.swapped(feed.Through)
	return nil
}

// swapped ends a change of what decisions are made of. The generation comes
// first: whoever sees the revision must not decide by the generation before.
func (e *Engine) swapped(revision uint64) {
	e.generation.Add(2)
	e.applied.Store(revision)
}

// readEntities reads the changed entities that cached lineages mention. One
// that a lineage begins to mention meanwhile counts as moved.
func (e *Engine) readEntities(ctx context.Context, changed map[string]bool, through uint64) (map[string]*scope.Entity, error) {
	var ids []string
	e.mu.Lock()
	for id := range changed {
		if _, mentioned := e.forest.known[id]; mentioned {
			ids = append(ids, id)
		}
	}
	e.mu.Unlock()
	if len(ids) == 0 {
		return nil, nil
	}
	var out map[string]*scope.Entity
	err := e.store.View(ctx, func(r store.Reader) error {
		out = make(map[string]*scope.Entity, len(ids))
		if r.Revision() < through {
			return fmt.Errorf("access: the store shows revision %d after its feed told of %d", r.Revision(), through)
		}
		for _, id := range ids {
			entity, err := r.Entity(ctx, id)
			switch {
			case errors.Is(err, store.ErrNotFound):
			case err != nil:
				return err
			case entity.ID != id:
				return mixedUp("entity", id, entity.ID)
			default:
				out[id] = &entity
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("access: reading changed entities: %w", err)
	}
	return out, nil
}

// reload starts over where the feed no longer goes back far enough.
func (e *Engine) reload(ctx context.Context) error {
	snap, err := e.loadSnapshot(ctx)
	if err != nil {
		return err
	}
	if applied := e.applied.Load(); snap.revision < applied {
		return fmt.Errorf("access: the store shows revision %d, after %d: it went back", snap.revision, applied)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.people.clear()
	e.forgetPlaces()
	e.recent = newRecent(snap.revision)
	e.snapshot.Store(snap)
	e.swapped(snap.revision)
	return nil
}

func (e *Engine) forgetPlaces() {
	e.organizations.clear()
	e.objects.clear()
	e.forest.clear()
}

// load reads records in one View. The feed is then applied up to what the
// View showed, so that a person's new role is known when the person is. keep
// is called with the engine's mu held to put the records into the caches,
// those that are unchanged since.
func (e *Engine) load(ctx context.Context, read func(store.Reader) error, keep func(unchanged func(store.Kind, string) bool)) error {
	e.mu.Lock() // so that no change is half applied
	before := e.applied.Load()
	e.mu.Unlock()
	var revision uint64
	err := e.store.View(ctx, func(r store.Reader) error {
		revision = r.Revision()
		return read(r)
	})
	if err != nil {
		return err
	}
	if revision < before {
		return fmt.Errorf("access: the store shows revision %d, after %d: it went back", revision, before)
	}
	if err := e.Sync(ctx, revision); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.forest.full() {
		e.forgetPlaces()
	}
	keep(func(kind store.Kind, id string) bool { return e.recent.unchanged(kind, id, revision) })
	return nil
}
