package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A State decides over what one [store.Reader] reads, by the rules and the code
// of the engine and without its memory: over a commit in progress, so that a
// change is allowed by what is true in the very commit that makes it, or over
// a past revision.
//
// A State keeps what it read. Ask it, write, and make another one to ask about
// what was written. It is not safe for concurrent use, and ends with the
// reader. That the engine heard nothing of the store for too long does not
// matter to it; once the engine is closed it denies. The zero State and a nil
// one deny everything.
type State struct {
	of *Engine
	// by is the engine whose model decides: of, or one of a former model.
	by *Engine
	// alone is an engine over nothing but the reader: no goroutine, no feed,
	// and a clock that stands.
	alone   *Engine
	records *records
	ctx     context.Context
}

// At returns the state that r reads, at the instant that the engine's clock
// tells now. It reads nothing yet. Once ctx is done the state denies, whatever
// the contexts of its methods. r must not be nil.
func (e *Engine) At(ctx context.Context, r store.Reader) *State {
	now := time.Time{} // of which no decision is made
	if n := e.clock.exact(); n != earliest {
		now = time.Unix(0, n).UTC()
	}
	return e.AtInstant(ctx, r, now)
}

// AtInstant is At for another instant than now.
func (e *Engine) AtInstant(ctx context.Context, r store.Reader, instant time.Time) *State {
	return e.atInstantBy(ctx, e, r, instant)
}

// atInstantBy is AtInstant by the model of an engine, which may be a former one.
func (e *Engine) atInstantBy(ctx context.Context, by *Engine, r store.Reader, instant time.Time) *State {
	const kept = 1 << 12
	alone := &Engine{
		store: onlyReader{r: r}, model: by.model, tree: by.tree, acls: by.acls, coexistence: by.coexistence,
		options: by.options, systems: by.systems, nothing: by.nothing,
		people:        newCache[person](kept),
		organizations: newCache[organization](kept),
		objects:       newCache[scope.Lineage](kept),
		began:         e.began,
		forest:        forest{known: make(map[string]scope.Entity), limit: 2 * kept},
		recent:        newRecent(r.Revision()),
		pulling:       make(chan struct{}, 1),
		ctx:           ctx,
	}
	alone.pulling <- struct{}{}
	s := &State{of: e, by: by, alone: alone, ctx: ctx, records: &records{ctx: ctx, reader: r, engine: by, known: by.snapshot.Load()}}
	alone.snapshot.Store(&snapshot{revision: r.Revision(), roles: make(map[string]*compiledRole), levels: make(map[string]*compiledLevel),
		onDemand: s.records})
	alone.applied.Store(r.Revision())
	alone.generation.Store(2)
	alone.clock.start(func() time.Time { return instant })
	return s
}

// Revision is that of the reader: a commit in progress has the one that it
// began with.
func (s *State) Revision() uint64 {
	if s.isZero() {
		return 0
	}
	return s.alone.applied.Load()
}

// Instant is what the state takes for now.
func (s *State) Instant() time.Time {
	if s.isZero() {
		return time.Time{}
	}
	return s.alone.clock.custom()
}

func (s *State) isZero() bool { return s == nil || s.of == nil }

var (
	errOtherEngine = errors.New("access: not of this state's engine")
	errNoState     = errors.New("access: the State is the zero one; make it with Engine.At")
)

// Check decides one query of a principal of the engine, as [Principal.Check]
// does. A revision that the query insists on and that the reader does not have
// is not waited for.
func (s *State) Check(ctx context.Context, p *Principal, q Query) Decision {
	if s.isZero() || p == nil || p.engine != s.of {
		return Decision{}
	}
	ctx = s.enter(ctx)
	defer s.leave()
	r, node := s.asked(p.request(q), q.Node)
	x, ok := s.capacity(p)
	if !ok {
		return newDecision(UnknownIndividual, &r, node, nil, s.Revision())
	}
	return s.alone.decide(ctx, &r, x, node, nil)
}

// Explain decides a query as Check does, and says why.
func (s *State) Explain(ctx context.Context, p *Principal, q Query) Explanation {
	switch {
	case s.isZero():
		return Explanation{Because: "nothing is known: the State is the zero one", Remedy: "make it with Engine.At", Err: errNoState}
	case p == nil || p.engine != s.of:
		return Explanation{Because: "nobody of this engine asks", Remedy: "make the Principal with Engine.Principal", Err: errOtherEngine}
	}
	ctx = s.enter(ctx)
	defer s.leave()
	r, node := s.asked(p.request(q), q.Node)
	x, ok := s.capacity(p)
	if !ok {
		return Explanation{Decision: newDecision(UnknownIndividual, &r, node, nil, s.Revision()), Path: cmp.Or(node.Path(), r.Path),
			Individual: r.Individual, Object: r.Object, Because: fmt.Sprintf("there was no system principal %q", r.Individual),
			Remedy: "ask by the engine's own model, see Moment.ByOwnModel"}
	}
	return s.alone.explain(ctx, &r, x, node)
}

// CheckRequest decides one request, as [Engine.Check] does.
func (s *State) CheckRequest(ctx context.Context, r Request) Decision {
	if s.isZero() {
		return Decision{}
	}
	ctx = s.enter(ctx)
	defer s.leave()
	r, node := s.asked(r, roles.Node{})
	return s.alone.decide(ctx, &r, &inOwnName, node, nil)
}

// enter readies the state for one of its methods. It returns the context to
// read with, which is done where either is.
func (s *State) enter(ctx context.Context) context.Context {
	if s.of.closed.Load() {
		s.alone.closed.Store(true)
		s.alone.generation.Store(3)
	}
	if s.ctx.Err() != nil {
		ctx = s.ctx
	}
	s.records.ctx = ctx
	return ctx
}

// ready is enter for methods that fail, where decisions deny.
func (s *State) ready(ctx context.Context) (context.Context, error) {
	if s.isZero() {
		return ctx, errNoState
	}
	ctx = s.enter(ctx)
	switch {
	case s.alone.closed.Load():
		return ctx, fmt.Errorf("access: engine closed: %w", store.ErrClosed)
	case ctx.Err() != nil:
		return ctx, fmt.Errorf("access: %w", ctx.Err())
	}
	return ctx, nil
}

// leave forgets what was made without a record that the store failed to give:
// a failure is nothing that a state keeps.
func (s *State) leave() {
	if s.records.failed {
		s.alone.people.clear()
		s.alone.organizations.clear()
		s.records.failed = false
	}
}

// An onlyReader is a store as far as reading one state goes. The rest of it is
// nil: an engine without goroutines asks for nothing else.
type onlyReader struct {
	store.Store
	r store.Reader
}

// View implements [store.Store].
func (o onlyReader) View(_ context.Context, fn func(store.Reader) error) error { return fn(o.r) }

var errOneState = errors.New("access: a State stays as it is; a later revision does not come")

// Changes is asked where a request insists on a later revision.
func (o onlyReader) Changes(context.Context, uint64, int) (store.Feed, error) {
	return store.Feed{}, errOneState
}

// records reads and compiles the roles and access levels of a state as they
// are needed. What the engine has compiled of the same record serves again.
type records struct {
	ctx    context.Context // of the call that the state is in
	reader store.Reader
	engine *Engine
	known  *snapshot
	failed bool // since the call began
}

// A failedRead says that the store failed to give a record, which says nothing
// of the record itself.
type failedRead struct{ error }

func (f failedRead) Unwrap() error { return f.error }

func (x *records) fail(err error) error {
	x.failed = true
	return failedRead{err}
}

// role puts the role into s, unless there is none.
func (x *records) role(s *snapshot, id string) error {
	if _, ok := s.roles[id]; ok {
		return nil
	}
	role, err := x.reader.Role(x.ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return x.fail(fmt.Errorf("access: role %q: %w", id, err))
	case role.ID != id:
		return x.fail(mixedUp("role", id, role.ID))
	}
	if known := x.known.roles[id]; known != nil && sameRole(known.record, role) {
		s.roles[id] = known
	} else {
		s.roles[id] = x.engine.compileRole(role)
	}
	return nil
}

func sameRole(a, b roles.Role) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Type == b.Type && a.Owner == b.Owner && a.Description == b.Description &&
		a.Revision == b.Revision && maps.Equal(a.Permissions, b.Permissions)
}

// level puts the access level into s, unless there is none.
func (x *records) level(s *snapshot, id string) error {
	if _, ok := s.levels[id]; ok {
		return nil
	}
	level, err := x.reader.ACL(x.ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return x.fail(fmt.Errorf("access: ACL %q: %w", id, err))
	case level.ID != id:
		return x.fail(mixedUp("ACL", id, level.ID))
	}
	var failed error
	levels := func(component string) (acl.Level, error) {
		l, err := x.reader.ACL(x.ctx, component)
		switch {
		case err == nil && l.ID != component:
			err = mixedUp("ACL", component, l.ID)
			failed = err
		case errors.Is(err, store.ErrNotFound): // in the words of the engine
			err = fmt.Errorf("access: ACL %q: %w", component, store.ErrNotFound)
		case err != nil:
			failed = err
		}
		return l, err
	}
	compiled := x.engine.compileLevelBy(level, levels)
	if failed != nil {
		return x.fail(fmt.Errorf("access: ACL %q: %w", id, failed))
	}
	s.levels[id] = compiled
	return nil
}
