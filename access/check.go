package access

import (
	"context"
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
	s := subject{individual: r.Individual, organization: r.Organization, surface: r.Surface,
		address: r.Address, factors: r.Factors, epoch: r.Epoch}
	q := question{action: r.Action, path: r.Path, object: r.Object, at: r.At, atLeast: r.AtLeast}
	return e.decide(ctx, &s, &q, nil)
}

// A question is what is asked of a subject.
type question struct {
	action  roles.Action
	node    roles.Node
	path    string // where node is zero
	object  string
	at      time.Time
	atLeast uint64
}

func (q *question) check() error {
	if !q.action.Valid() {
		return fmt.Errorf("access: %v: want View, Create, Update or Delete", q.action)
	}
	if q.object != "" {
		if err := scope.CheckID(q.object); err != nil {
			return fmt.Errorf("access: object: %w", err)
		}
	}
	if q.node.IsZero() == (q.path == "") {
		return fmt.Errorf("access: want a path or a node, one of them")
	}
	return nil
}

// A trace is filled with what a decision was made of, for Explain.
type trace struct {
	err      error // of gate 0
	standing *standing
	actor    *standing
	side     *side
	object   *scope.Lineage
}

// decide goes through the gates in their order. t may be nil.
func (e *Engine) decide(ctx context.Context, s *subject, q *question, t *trace) Decision {
	d := Decision{action: q.action, surface: s.surface, node: q.node, unscoped: q.object == ""}
	d.reason = e.gates(ctx, s, q, &d, t)
	return d
}

// gates returns the first reason to deny, or Granted.
func (e *Engine) gates(ctx context.Context, s *subject, q *question, d *Decision, t *trace) Reason {
	// Gate 0: well formed, the store answers, fresh, node known, records
	// compile. The ID of what is in memory was checked when it was written.
	fail := func(r Reason, err error) Reason {
		if t != nil {
			t.err = err
		}
		return r
	}
	if !q.action.Valid() || s.surface > API || q.node.IsZero() == (q.path == "") || len(q.object) > scope.MaxIDBytes {
		return fail(InvalidRequest, firstError(q.check(), s.check()))
	}
	if ctx.Err() != nil {
		return fail(Unavailable, ctx.Err())
	}
	if q.atLeast > e.applied.Load() {
		if err := e.reach(ctx, q.atLeast); err != nil {
			return fail(Stale, err)
		}
	}
	generation := e.generation.Load()
	d.revision = e.applied.Load()
	st, reason, err := e.find(ctx, generation, s, q)
	if reason != Granted && reason != UnknownIndividual {
		return fail(reason, err)
	}
	var with acting
	if s.actor != nil {
		if with.standing, with.reason, err = e.find(ctx, generation, s.actor, q); with.reason != Granted && with.reason != UnknownIndividual {
			return fail(with.reason, err)
		}
	}
	var object *scope.Lineage
	own := st != nil && st.ownInScope && q.object == st.organization && s.actor == nil
	if q.object != "" && !own {
		if object = e.objects.get(q.object); object == nil {
			if err := q.check(); err != nil {
				return fail(InvalidRequest, err)
			}
			if object, err = e.object(ctx, q.object); err != nil {
				return fail(Unavailable, err)
			}
		}
	}
	if generation&1 == 1 {
		if e.closed.Load() {
			return fail(Unavailable, fmt.Errorf("access: engine closed: %w", store.ErrClosed))
		}
		return fail(Stale, fmt.Errorf("access: nothing heard from the store for %v", e.Age().Round(time.Millisecond)))
	}
	if q.node.IsZero() {
		node, ok := e.tree.Lookup(q.path)
		if !ok {
			if t != nil {
				_, t.err = e.tree.Node(q.path)
			}
			return UnknownNode
		}
		d.node = node
	} else if q.node.Tree() != e.tree {
		return fail(UnknownNode, fmt.Errorf("access: node %q: of another tree than the engine's", q.node.Path()))
	}
	preferred := sideOf(s.surface.preferred(d.node.Marks()))
	var governs *side
	if st != nil {
		governs = &st.sides[preferred]
		if s.asDefault {
			governs = e.defaultSide(st)
		}
		if st.fault != nil || governs.fault != nil {
			return fail(Unavailable, firstError(st.fault, governs.fault))
		}
	}
	if with.standing != nil {
		with.side = &with.standing.sides[preferred]
		if with.standing.fault != nil || with.side.fault != nil {
			return fail(Unavailable, firstError(with.standing.fault, with.side.fault))
		}
	}
	if t != nil {
		t.standing, t.actor, t.side, t.object = st, with.standing, governs, object
	}

	// Gates 1 to 4: of the person, or of the actor and gate 1 of both.
	now := int64(latest)
	if st == nil || !st.always {
		who, how := st, s
		if s.actor != nil {
			if with.reason != Granted {
				return with.reason
			}
			who, how = with.standing, s.actor
			if r := how.current(who); r != Granted {
				return r
			}
		}
		if reason != Granted {
			return reason
		}
		if r := s.current(st); r != Granted {
			return r
		}
		now = s.instant(e.clock, who, q.at)
		if r := how.admit(who, now, d.node.Marks()); r != Granted {
			return r
		}
	}

	// Gate 5.
	d.slot, d.granted, d.superseded = governs.governing.Slot, governs.governing.Revision, governs.governing.Superseded
	if governs.governing.Reason != Granted {
		return governs.governing.Reason
	}

	// Gate 6. The table lies within the ceiling, so one look suffices where
	// it permits.
	reach := st.reach(q.object)
	if !governs.permits(d.node, reach).Allows(q.action) {
		if !e.model.Ceiling(st.typeName, d.node, reach).Allows(q.action) {
			return Ceiling
		}
		return NotGranted
	}

	// Gate 7.
	if q.object != "" && !own && (object == nil || !st.reaches(object)) {
		return OutOfScope
	}

	// Gate 8.
	if s.actor != nil && !with.borrowed(e, s, q, d.node, object, now) {
		return NotBorrowed
	}
	return Granted
}

// acting is the one who acts on behalf of the subject.
type acting struct {
	standing *standing
	side     *side
	reason   Reason // Granted, or UnknownIndividual
}

// find returns the standing of a subject. A person that does not exist is no
// error but UnknownIndividual, which is gate 1's.
func (e *Engine) find(ctx context.Context, generation uint64, s *subject, q *question) (*standing, Reason, error) {
	if s.system != nil {
		return s.system, Granted, nil
	}
	p := e.people.get(s.individual)
	if p == nil {
		if err := firstError(q.check(), s.check()); err != nil {
			return nil, InvalidRequest, err
		}
		var err error
		if p, err = e.loadPerson(ctx, s.individual); err != nil {
			return nil, Unavailable, err
		}
		if p == nil {
			return nil, UnknownIndividual, nil
		}
	}
	m := p.membership(s.organization)
	st := m.standing.Load()
	if st == nil || st.generation.Load() != generation {
		if err := firstError(q.check(), s.check()); err != nil {
			return nil, InvalidRequest, err
		}
		var err error
		if st, err = e.standing(ctx, generation, p, m); err != nil {
			return nil, Unavailable, err
		}
	}
	return st, Granted, nil
}

// reach waits for a revision that a request insists on, but not for longer
// than decisions may be stale.
func (e *Engine) reach(ctx context.Context, revision uint64) error {
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

// borrowed asks gate 8: what the actor may do on behalf of the subject.
func (a *acting) borrowed(e *Engine, s *subject, q *question, node roles.Node, object *scope.Lineage, now int64) bool {
	if s.actor.actor != nil || node.Marks()&roles.OwnHands != 0 || a.side.governing.Reason != Granted || now >= s.end {
		return false
	}
	if q.object != "" && !a.standing.reaches(object) {
		return false
	}
	return a.side.permits(node, a.standing.reach(q.object)).Allows(q.action) ||
		e.model.Borrow(a.standing.typeName, node).Allows(q.action)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
