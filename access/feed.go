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

// setStale takes no lock: whoever holds mu for long must not keep the engine
// from finding out that it is stale.
func (e *Engine) setStale(stale bool) {
	for {
		generation := e.generation.Load()
		if (generation&1 == 1) == stale || (e.Age() > e.options.MaxStaleness) != stale || e.closed.Load() {
			return
		}
		if e.generation.CompareAndSwap(generation, generation+1) {
			return
		}
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
		return fmt.Errorf("access: waiting for the feed after revision %d: %w", e.applied.Load(), caller.Err())
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
		if err == nil {
			if err := checkFeed(feed, after); err != nil {
				return err
			}
			if len(feed.Changes) > 0 {
				feed, err = e.catchUp(ctx, after, feed.Through)
			}
		}
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
		if feed.More {
			return fmt.Errorf("access: the feed after revision %d has no change, and says that there is more", after)
		}
		if len(feed.Changes) == 0 {
			e.applied.Store(feed.Through)
		}
		e.heard.Store(int64(asked))
		e.setStale(false)
		return nil
	}
}

// changes asks the store. A call that hangs is given up, so that the next one
// can find the store well again.
func (e *Engine) changes(ctx context.Context, after uint64) (store.Feed, error) {
	ctx, cancel := context.WithTimeout(ctx, max(e.options.MaxStaleness, e.options.PollInterval))
	defer cancel()
	return e.store.Changes(ctx, after, 0)
}

// checkFeed refuses a feed that no store may answer with: everything that
// decides stands on it.
func checkFeed(feed store.Feed, after uint64) error {
	if feed.Through < after {
		return fmt.Errorf("access: the feed after revision %d ends at %d: the store went back", after, feed.Through)
	}
	for _, c := range feed.Changes {
		if c.Revision <= after || c.Revision > feed.Through {
			return fmt.Errorf("access: the feed from revision %d to %d holds a change of %d", after, feed.Through, c.Revision)
		}
	}
	return nil
}

// A batch is what changed up to a revision, read in one View, so that all of
// it is of that revision.
type batch struct {
	changes  []store.Change
	changed  map[store.Kind]map[string]bool
	through  uint64
	snapshot *snapshot
	entities map[string]*scope.Entity // nil: deleted, or not read
}

// catchUp reads what changed after the revision, of which the store told up to
// another, and then swaps and drops all of it at once.
func (e *Engine) catchUp(ctx context.Context, after, told uint64) (store.Feed, error) {
	var b *batch
	err := e.store.View(ctx, func(r store.Reader) error {
		b = &batch{changed: make(map[store.Kind]map[string]bool), through: r.Revision()}
		if b.through < told {
			return fmt.Errorf("access: the store shows revision %d after its feed told of %d", b.through, told)
		}
		for at := after; ; {
			feed, err := r.Changes(ctx, at, 0)
			if err != nil {
				return err
			}
			if err := checkFeed(feed, at); err != nil {
				return err
			}
			b.changes = append(b.changes, feed.Changes...)
			if !feed.More {
				break
			}
			if feed.Through == at {
				return fmt.Errorf("access: the feed after revision %d says that there is more, and does not go on", at)
			}
			at = feed.Through
		}
		for _, c := range b.changes {
			if c.Revision > b.through {
				return fmt.Errorf("access: the store shows revision %d, its feed a change of %d", b.through, c.Revision)
			}
			if b.changed[c.Kind] == nil {
				b.changed[c.Kind] = make(map[string]bool)
			}
			b.changed[c.Kind][c.ID] = true
		}
		var err error
		if b.snapshot, err = e.nextSnapshot(ctx, r, e.snapshot.Load(), b.changed); err != nil {
			return err
		}
		b.entities, err = e.readEntities(ctx, r, b.changed[store.Entities])
		return err
	})
	if err != nil {
		return store.Feed{}, err
	}
	if len(b.changes) == 0 {
		return store.Feed{}, fmt.Errorf("access: the store told of changes after revision %d and shows none", after)
	}
	e.apply(b)
	return store.Feed{Changes: b.changes, Through: b.through}, nil
}

// apply takes a batch into account. The generation moves before anything is
// dropped, before the snapshot is swapped, and after: a decision that saw it
// stand still throughout is made of one state. What is dropped cannot be read
// again before mu is free.
func (e *Engine) apply(b *batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.generation.Add(2)
	var moved []string
	e.recent.note(b.changes)
	for kind, ids := range b.changed {
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
				if e.forest.moved(id, b.entities[id]) {
					moved = append(moved, id)
				}
			}
		}
	}
	e.dropPlaces(moved)
	e.swap(b.snapshot, b.through)
}

// swap ends a change of what decisions are made of, with mu held. A snapshot
// that can be seen before the generation has moved says that it is of the
// next one, and nobody decides by it in this one. The generation moves before
// the revision: whoever sees the revision must not decide by the generation
// before.
func (e *Engine) swap(snap *snapshot, revision uint64) {
	e.generation.Add(2)
	if snap != e.snapshot.Load() {
		snap.since = e.generation.Load() + 1
		e.snapshot.Store(snap)
	}
	e.generation.Add(2)
	e.applied.Store(revision)
}

// settled waits for a swap that is under way: whoever swaps holds mu.
func (e *Engine) settled() {
	e.mu.Lock()
	defer e.mu.Unlock()
}

// maxMoved is how many moves of one feed are looked for one by one in what is
// kept: each looks through all of it.
const maxMoved = 16

// dropPlaces drops what stands where the moved entities are on the way.
func (e *Engine) dropPlaces(moved []string) {
	if len(moved) > maxMoved {
		e.forgetPlaces()
		return
	}
	for _, id := range moved {
		e.objects.dropIf(func(l *scope.Lineage) bool { return l.Mentions(id) })
		e.organizations.dropIf(func(o *organization) bool { return o.lineage.Mentions(id) })
	}
}

// readEntities reads the changed entities that cached lineages mention. One
// that a lineage begins to mention meanwhile counts as moved.
func (e *Engine) readEntities(ctx context.Context, r store.Reader, changed map[string]bool) (map[string]*scope.Entity, error) {
	var ids []string
	e.mu.Lock()
	for id := range changed {
		if _, mentioned := e.forest.known[id]; mentioned {
			ids = append(ids, id)
		}
	}
	e.mu.Unlock()
	out := make(map[string]*scope.Entity, len(ids))
	for _, id := range ids {
		entity, err := r.Entity(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return nil, err
		case entity.ID != id:
			return nil, mixedUp("entity", id, entity.ID)
		default:
			out[id] = &entity
		}
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
	e.generation.Add(2)
	e.people.clear()
	e.forgetPlaces()
	e.recent = newRecent(snap.revision)
	e.swap(snap, snap.revision)
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
