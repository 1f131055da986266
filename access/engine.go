package access

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// An Engine decides. It keeps every role and access level compiled behind one
// atomic pointer, loads people and entities when they are asked for, and
// follows the store's feed of changes. It is safe for concurrent use, and
// readers never wait for writers. Make it with [New]; [Engine.Close] ends it.
//
// Without [Options.Clock] the engine reads the system's clock about every
// 50 ms, and exactly only within two seconds of a boundary of the person's
// window. Only a process that stood still for longer than that and went on,
// or a clock that was set back, could make a decision outlive a boundary, and
// then until the next tick.
type Engine struct {
	store       store.Store
	model       *roles.Model
	tree        *roles.Tree
	acls        *acl.System
	coexistence Coexistence
	options     Options
	systems     map[string]*standing
	nothing     string // the packed table of one who holds nothing

	snapshot      atomic.Pointer[snapshot]
	people        *cache[person]
	organizations *cache[organization]
	objects       *cache[scope.Lineage]
	problems      problems

	digest  roles.Digest
	formers formers

	clock clock
	// generation grows by two with every change applied; it is odd while
	// decisions must not be made: the engine is stale or closed.
	generation atomic.Uint64
	applied    atomic.Uint64 // the revision that snapshot and caches are at
	closed     atomic.Bool
	began      time.Time
	heard      atomic.Int64 // when the feed was last read, as time since began

	mu     sync.Mutex // guards what follows, and joins it with the caches
	recent recent
	forest forest

	pulling chan struct{} // holds one token while nobody reads the feed
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	unwatch func()
}

// New makes an engine over a store. It reads every role and access level, and
// fails where the store does; a record that does not compile is no failure,
// see [Engine.Problems]. ctx bounds the reading, not the engine. opts may be
// nil. The engine runs goroutines until it is closed.
//
// Where the store is a [store.ModelKeeper], New writes there that the engine's
// model is in force, unless it is already, so that [Engine.AsOf] can judge the past
// by the one of then. It fails where that fails: what is decided by a model that
// nobody knows of would later be judged by another. Over a store that cannot be
// written set [Options.ReadOnly].
func New(ctx context.Context, s store.Store, model *roles.Model, opts *Options) (*Engine, error) {
	if s == nil || model == nil {
		return nil, fmt.Errorf("access: New: no store or no model")
	}
	o, err := opts.withDefaults(model)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		store: s, model: model, tree: model.Tree(), acls: o.ACLs, coexistence: o.Coexistence, options: o,
		systems: make(map[string]*standing), nothing: string(make([]byte, model.Tree().Len())),
		people:        newCache[person](o.MaxIndividuals),
		organizations: newCache[organization](o.MaxOrganizations),
		objects:       newCache[scope.Lineage](o.MaxObjects),
		began:         time.Now(),
		forest:        forest{known: make(map[string]scope.Entity), limit: 2 * (o.MaxObjects + o.MaxOrganizations)},
		pulling:       make(chan struct{}, 1),
		unwatch:       func() {},
	}
	for _, system := range o.Systems {
		if e.systems[system.Name] != nil {
			return nil, fmt.Errorf("access: system principal %q: given twice", system.Name)
		}
		if e.systems[system.Name], err = e.compileSystem(system); err != nil {
			return nil, err
		}
	}
	e.clock.start(o.Clock)
	heard := time.Since(e.began)
	snap, err := e.loadSnapshot(ctx)
	if err != nil {
		return nil, err
	}
	if err := e.keepModel(ctx); err != nil {
		return nil, err
	}
	e.snapshot.Store(snap)
	e.applied.Store(snap.revision)
	e.heard.Store(int64(heard))
	e.recent = newRecent(snap.revision)
	e.generation.Store(2)
	e.pulling <- struct{}{}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	if w, ok := s.(store.Watcher); ok {
		e.unwatch = w.Watch(e.wake)
	}
	e.running.Go(e.tick)
	e.running.Go(e.poll)
	return e, nil
}

// Close ends the engine's goroutines and waits for them. Decisions deny from
// then on. It does not close the store.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	for g := e.generation.Load(); !e.generation.CompareAndSwap(g, (g+2)|1); g = e.generation.Load() {
	}
	e.cancel()
	e.unwatch()
	e.running.Wait()
	return nil
}

// Model returns the model that the engine decides by.
func (e *Engine) Model() *roles.Model { return e.model }

// Node finds a node of the engine's tree, see [roles.Tree.Node].
func (e *Engine) Node(path string) (roles.Node, error) { return e.tree.Node(path) }

// Revision returns the revision of the store that decisions take into account.
func (e *Engine) Revision() uint64 { return e.applied.Load() }

// Age returns how long ago the engine last read the store's feed. Beyond
// [Options.MaxStaleness] decisions deny as [Stale].
func (e *Engine) Age() time.Duration {
	return time.Since(e.began) - time.Duration(e.heard.Load())
}
