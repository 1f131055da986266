package access

import (
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
// reader.
type State struct {
	of *Engine
	// alone is an engine over nothing but the reader: no goroutine, no feed,
	// and a clock that stands.
	alone *Engine
	ctx   context.Context
}

// At returns the state that r reads, at the instant that the engine's clock
// tells now. It reads nothing yet. ctx bounds what it reads later, besides the
// contexts of its methods.
func (e *Engine) At(ctx context.Context, r store.Reader) *State {
	now := time.Time{} // of which no decision is made
	if n := e.clock.exact(); n != earliest {
		now = time.Unix(0, n).UTC()
	}
	return e.AtInstant(ctx, r, now)
}

// AtInstant is At for another instant than now.
func (e *Engine) AtInstant(ctx context.Context, r store.Reader, instant time.Time) *State {
	const kept = 1 << 12
	alone := &Engine{
		store: onlyReader{r: r}, model: e.model, tree: e.tree, acls: e.acls, coexistence: e.coexistence,
		options: e.options, systems: e.systems, nothing: e.nothing,
		people:        newCache[person](kept),
		organizations: newCache[organization](kept),
		objects:       newCache[scope.Lineage](kept),
		began:         e.began,
		forest:        forest{known: make(map[string]scope.Entity), limit: 2 * kept},
		recent:        newRecent(r.Revision()),
		ctx:           ctx,
	}
	known := e.snapshot.Load()
	alone.snapshot.Store(&snapshot{revision: r.Revision(), roles: make(map[string]*compiledRole), levels: make(map[string]*compiledLevel),
		onDemand: &records{ctx: ctx, reader: r, engine: e, known: known}})
	alone.applied.Store(r.Revision())
	alone.generation.Store(2)
	if e.closed.Load() {
		alone.closed.Store(true)
		alone.generation.Store(3)
	}
	alone.clock.start(func() time.Time { return instant })
	return &State{of: e, alone: alone, ctx: ctx}
}

// Revision is that of the reader: a commit in progress has the one that it
// began with.
func (s *State) Revision() uint64 { return s.alone.applied.Load() }

// Instant is what the state takes for now.
func (s *State) Instant() time.Time { return s.alone.clock.custom() }

var errOtherEngine = errors.New("access: the principal is not one of this state's engine")

// Check decides one query of a principal of the engine, as [Principal.Check]
// does. A revision that the query insists on and that the reader does not have
// is not waited for.
func (s *State) Check(ctx context.Context, p *Principal, q Query) Decision {
	if p == nil || p.engine != s.of {
		return Decision{}
	}
	r := p.request(q)
	if r.AtLeast > s.Revision() {
		return newDecision(Stale, &r, q.Node, nil, s.Revision())
	}
	r.AtLeast = 0
	return s.alone.decide(ctx, &r, &p.capacity, q.Node, nil)
}

// Explain decides a query as Check does, and says why.
func (s *State) Explain(ctx context.Context, p *Principal, q Query) Explanation {
	if p == nil || p.engine != s.of {
		return Explanation{Because: "nobody of this engine asks", Remedy: "make the Principal with Engine.Principal", Err: errOtherEngine}
	}
	r := p.request(q)
	r.AtLeast = 0
	return s.alone.explain(ctx, &r, &p.capacity, q.Node)
}

// CheckRequest decides one request, as [Engine.Check] does.
func (s *State) CheckRequest(ctx context.Context, r Request) Decision {
	if r.AtLeast > s.Revision() {
		return newDecision(Stale, &r, roles.Node{}, nil, s.Revision())
	}
	r.AtLeast = 0
	return s.alone.decide(ctx, &r, &inOwnName, roles.Node{}, nil)
}

// An onlyReader is a store as far as reading one state goes. The rest of it is
// nil: an engine without goroutines asks for nothing else.
type onlyReader struct {
	store.Store
	r store.Reader
}

func (o onlyReader) View(_ context.Context, fn func(store.Reader) error) error { return fn(o.r) }

// records reads and compiles the roles and access levels of a state as they
// are needed. What the engine has compiled of the same record serves again.
type records struct {
	ctx    context.Context
	reader store.Reader
	engine *Engine
	known  *snapshot
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
		return err
	case role.ID != id:
		return mixedUp("role", id, role.ID)
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
		return err
	case level.ID != id:
		return mixedUp("ACL", id, level.ID)
	}
	var failed error
	levels := func(component string) (acl.Level, error) {
		l, err := x.reader.ACL(x.ctx, component)
		switch {
		case err == nil && l.ID != component:
			err = mixedUp("ACL", component, l.ID)
			failed = err
		case err != nil && !errors.Is(err, store.ErrNotFound):
			failed = err
		}
		return l, err
	}
	compiled := x.engine.compileLevelBy(level, levels)
	if failed != nil {
		return fmt.Errorf("access: ACL %q: %w", id, failed)
	}
	s.levels[id] = compiled
	return nil
}
