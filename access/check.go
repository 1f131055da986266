package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// Check decides one request. It never fails: whatever goes wrong denies, and
// the reason tells. ctx bounds reading from the store, which happens only for
// what is not in memory. A check of someone and something known allocates
// nothing.
func (e *Engine) Check(ctx context.Context, r Request) Decision {
	return e.check(ctx, &r)
}

// check is apart from Check, which is inlined so that a request is made in its place.
func (e *Engine) check(ctx context.Context, r *Request) Decision {
	if d, ok := e.quick(ctx, r); ok {
		return d
	}
	return e.decide(ctx, r, &inOwnName, roles.Node{}, nil)
}

// A trace is filled with what a decision was made of, for Explain.
type trace struct {
	err      error // of gate 0
	standing *standing
	actor    *standing
	origin   origin // of the side that governs
	now      int64  // the instant that was decided for, where gate 1 was reached
	object   *scope.Lineage
}

// decide goes through the gates in their order. The node is given instead of
// the request's path, or zero. t may be nil.
func (e *Engine) decide(ctx context.Context, r *Request, x *capacity, node roles.Node, t *trace) Decision {
	if r.AtLeast != 0 && r.AtLeast > e.applied.Load() && ctx.Err() == nil && r.check(x, node) == nil {
		_ = e.await(ctx, r.AtLeast) // where it does not come, gate 0 says so
	}
	asked := node
	for range maxAttempts {
		if t != nil {
			*t = trace{}
		}
		// The revision first, so that the decision is of it or a later one.
		revision, generation, snap := e.applied.Load(), e.generation.Load(), e.snapshot.Load()
		if snap.since > generation {
			e.settled()
			continue
		}
		reason, node, governs := e.gates(ctx, r, x, asked, generation, t)
		// What was read before a commit and what was read after it make a state
		// that never was, and that could allow what neither of them does.
		if e.generation.Load() == generation && e.snapshot.Load() == snap {
			return newDecision(reason, r, node, governs, revision)
		}
	}
	if t != nil {
		*t = trace{err: errRestless}
	}
	return newDecision(Unavailable, r, asked, nil, e.applied.Load())
}

// maxAttempts bounds how often a decision begins anew because a commit came in
// between. What it read is in memory by then, so the second mostly succeeds.
const maxAttempts = 8

var errRestless = errors.New("access: commits came in between at every attempt; ask again")

// gates returns the first reason to deny, or Granted, the node, and from gate
// 5 on what governs.
func (e *Engine) gates(ctx context.Context, r *Request, x *capacity, node roles.Node, generation uint64, t *trace) (Reason, roles.Node, *side) {
	// Gate 0: well formed, the store answers, fresh, node known, records
	// compile. The ID of what is in memory was checked when it was written.
	given := node
	fail := func(reason Reason, err error) Reason {
		// Malformed goes before all else, but is looked for only where it may
		// have been missed.
		if malformed := r.check(x, given); malformed != nil {
			reason, err = InvalidRequest, malformed
		}
		if t != nil {
			t.err = err
		}
		return reason
	}
	if !r.Action.Valid() || r.Surface > API || node.IsZero() == (r.Path == "") || len(r.Object) > scope.MaxIDBytes {
		return fail(InvalidRequest, r.check(x, node)), node, nil
	}
	if !r.At.IsZero() {
		if _, ok := nanoseconds(r.At); !ok {
			return fail(InvalidRequest, r.check(x, node)), node, nil
		}
	}
	if ctx.Err() != nil {
		return fail(Unavailable, ctx.Err()), node, nil
	}
	if r.AtLeast != 0 && r.AtLeast > e.applied.Load() {
		return fail(Stale, fmt.Errorf("access: revision %d has not come, decisions are at %d", r.AtLeast, e.applied.Load())), node, nil
	}
	var st *standing
	var err error
	reason := Granted
	if p := e.people.get(r.Individual); p != nil && r.Organization == "" && x.system == nil {
		st = &p.home
	}
	if st == nil || st.generation.Load() != generation {
		if st, reason, err = e.find(ctx, generation, r, x); reason != Granted && reason != UnknownIndividual {
			return fail(reason, err), node, nil
		}
	}
	var with acting
	if x.behalf != nil {
		if with.standing, with.reason, err = e.find(ctx, generation, x.behalf.actor, &inOwnName); with.reason != Granted && with.reason != UnknownIndividual {
			return fail(with.reason, err), node, nil
		}
	}
	var object *scope.Lineage
	own := st != nil && st.ownInScope && r.Object == st.organization && x.behalf == nil
	if r.Object != "" && !own {
		if object = e.objects.get(r.Object); object == nil {
			if err := r.check(x, node); err != nil {
				return fail(InvalidRequest, err), node, nil
			}
			if object, err = e.object(ctx, r.Object); err != nil {
				return fail(Unavailable, err), node, nil
			}
		}
	}
	if generation&1 == 1 {
		if e.closed.Load() {
			return fail(Unavailable, fmt.Errorf("access: engine closed: %w", store.ErrClosed)), node, nil
		}
		return fail(Stale, fmt.Errorf("access: nothing heard from the store for %v", e.Age().Round(time.Millisecond))), node, nil
	}
	if node.IsZero() {
		var ok bool
		if node, ok = e.tree.Lookup(r.Path); !ok {
			if t != nil {
				_, t.err = e.tree.Node(r.Path)
			}
			return UnknownNode, node, nil
		}
	} else if node.Tree() != e.tree {
		return fail(UnknownNode, fmt.Errorf("access: node %q: of another tree than the engine's", node.Path())), node, nil
	}
	preferred := sideOf(r.Surface.preferred(node.Marks()))
	var governs *side
	if st != nil {
		governs = st.sideFor(preferred)
		if x.asDefault() || t != nil || st.faulty || governs.faulty {
			origin := st.origins[preferred]
			if x.asDefault() && !st.faulty {
				var asDefault side
				asDefault, origin = e.defaultSide(st)
				governs = &asDefault
			}
			if t != nil {
				t.origin = origin
			}
			if st.faulty || governs.faulty {
				return fail(Unavailable, firstError(st.fault, origin.fault)), node, nil
			}
		}
	}
	if with.standing != nil {
		with.side = with.standing.sideFor(preferred)
		if with.standing.faulty || with.side.faulty {
			return fail(Unavailable, firstError(with.standing.fault, with.standing.origins[preferred].fault)), node, nil
		}
	}
	if t != nil {
		t.standing, t.actor, t.object = st, with.standing, object
	}

	// Gates 1 to 4: of the person, or of the actor and gate 1 of both.
	now := int64(latest)
	if st == nil || !st.always {
		if reason != Granted && x.behalf == nil {
			return reason, node, nil
		}
		// One instant for all of these gates, and for both.
		if r.At.IsZero() && x.behalf == nil {
			now = e.clock.between(st.from, st.until, x.ends)
		} else {
			now = e.instantFor(r, x, st)
		}
		if t != nil {
			t.now = now
		}
		who, how := st, r
		if x.behalf != nil {
			if with.reason != Granted {
				return with.reason, node, nil
			}
			who, how = with.standing, x.behalf.actor
			if reason := how.current(who, x.behalf.actorEnds, now); reason != Granted {
				return reason, node, nil
			}
			if reason != Granted {
				return reason, node, nil
			}
		}
		if reason := r.current(st, x.ends, now); reason != Granted {
			return reason, node, nil
		}
		if now == earliest {
			return fail(Unavailable, errClock), node, nil
		}
		if reason := how.admit(who, now, node.Marks()); reason != Granted {
			return reason, node, nil
		}
	}

	// Gate 5.
	if governs.reason != Granted {
		return governs.reason, node, governs
	}

	// Gate 6. The table lies within the ceiling, so one look suffices where
	// it permits.
	reach := st.reach(r.Object)
	if !governs.permits(node, reach).Allows(r.Action) {
		if !unpack(st.ceiling[node.Index()], reach).Allows(r.Action) {
			return Ceiling, node, governs
		}
		return NotGranted, node, governs
	}

	// Gate 7.
	if r.Object != "" && !own && (object == nil || !st.reaches(object)) {
		return OutOfScope, node, governs
	}

	// Gate 8.
	if x.behalf != nil && !with.borrowed(e, r, x, st, node, object, now) {
		return NotBorrowed, node, governs
	}
	return Granted, node, governs
}

// acting is the one who acts on behalf of the individual.
type acting struct {
	standing *standing
	side     *side
	reason   Reason // Granted, or UnknownIndividual
}

// find returns the standing of who asks. A person that does not exist is no
// error but UnknownIndividual, which is gate 1's. IDs are checked before the
// store sees them; r may be an identity without a question.
func (e *Engine) find(ctx context.Context, generation uint64, r *Request, x *capacity) (*standing, Reason, error) {
	if x.system != nil {
		return x.system, Granted, nil
	}
	if x.link {
		st, err := e.linkStanding(ctx, generation, r.Organization)
		if err != nil {
			return nil, Unavailable, err
		}
		return st, Granted, nil
	}
	p := e.people.get(r.Individual)
	if p == nil {
		if err := r.checkIDs(); err != nil {
			return nil, InvalidRequest, err
		}
		var err error
		if p, err = e.loadPerson(ctx, r.Individual); err != nil {
			return nil, Unavailable, err
		}
		if p == nil {
			return nil, UnknownIndividual, nil
		}
	}
	var m *membership // in another organization than the own
	st := &p.home
	if r.Organization != "" && r.Organization != p.record.Organization {
		m = p.membership(r.Organization)
		st = m.standing.Load()
	}
	if st != nil && st.generation.Load() == generation {
		return st, Granted, nil
	}
	if err := r.checkIDs(); err != nil {
		return nil, InvalidRequest, err
	}
	var err error
	if m == nil {
		st, err = e.atHome(ctx, generation, p)
	} else {
		st, err = e.standing(ctx, generation, p, m)
	}
	if err != nil {
		return nil, Unavailable, err
	}
	return st, Granted, nil
}

// await waits for a revision that a request insists on, but not for longer
// than decisions may be stale.
func (e *Engine) await(ctx context.Context, revision uint64) error {
	ctx, cancel := context.WithTimeout(ctx, e.options.MaxStaleness)
	defer cancel()
	return e.Sync(ctx, revision)
}

// reach tells which ceiling applies to the object.
func (st *standing) reach(object string) roles.Reach {
	switch {
	case object == "":
		return roles.Either
	case object == st.organization:
		return roles.Own
	default:
		return roles.Below
	}
}

func (st *standing) reaches(object *scope.Lineage) bool {
	if st.always && st.organization == "" {
		return true
	}
	return st.rule.Reaches(st.organization, st.listed, object)
}

// borrowed asks gate 8: what the actor may do on behalf of the individual.
func (a *acting) borrowed(e *Engine, r *Request, x *capacity, target *standing, node roles.Node, object *scope.Lineage, now int64) bool {
	if node.Marks()&roles.OwnHands != 0 || a.side.reason != Granted || now < x.behalf.start || now >= x.behalf.end {
		return false
	}
	if object == nil {
		object = &target.org.lineage // what the actor reaches of the target, where nothing else is named
	}
	if !a.standing.reaches(object) {
		return false
	}
	return a.side.permits(node, a.standing.reach(r.Object)).Allows(r.Action) ||
		e.model.Borrow(a.standing.typeName, node).Allows(r.Action)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
