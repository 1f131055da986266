package access

import (
	"context"
	"time"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// quick decides what most requests are: a person whom the engine has in memory asks
// in the own organization, now. It goes through the gates that decide goes through,
// with what of them was asked before folded into the standing, see
// [standing.settle]. Of these it denies by gates 6 and 7 alone: where it returns
// false, [Engine.decide] tells, and says why.
func (e *Engine) quick(ctx context.Context, r *Request) (Decision, bool) {
	// The revision first, so that the decision is of it or a later one.
	revision, generation, snap := e.applied.Load(), e.generation.Load(), e.snapshot.Load()
	if generation&1 == 1 || snap.since > generation {
		return Decision{}, false
	}
	// Gate 0. What is in memory is well formed, its ID included.
	//nolint:revive // Equal asks more than whether an instant was left out.
	if r.Organization != "" || r.AtLeast != 0 || r.At != (time.Time{}) || !r.Action.Valid() || r.Surface > API ||
		len(r.Object) > scope.MaxIDBytes {
		return Decision{}, false
	}
	p := e.people.get(r.Individual)
	if p == nil {
		return Decision{}, false
	}
	st := &p.home
	if st.generation.Load() != generation {
		return Decision{}, false
	}
	node, ok := e.tree.Lookup(r.Path)
	if !ok || ctx.Err() != nil {
		return Decision{}, false
	}
	// Gates 1 to 4: all that the span does not stand for.
	if uint64(e.clock.coarse.Load()-st.from) >= st.span || r.Epoch != st.epoch && r.Epoch != CurrentEpoch ||
		!st.anywhere && !st.allowed.Contains(r.Address) ||
		(st.secondFactor || node.Marks()&roles.SecondFactor != 0) && !r.Factors.proven() {
		return Decision{}, false
	}
	// Gate 5.
	governs := &st.side
	if st.other != nil {
		governs = st.sideFor(sideOf(r.Surface.preferred(node.Marks())))
	}
	if governs.faulty || governs.reason != Granted {
		return Decision{}, false
	}
	// Gates 6 and 7.
	b, most := governs.packed[node.Index()], st.ceiling[node.Index()]
	reason := Granted
	switch {
	case r.Object == st.organization:
		if !st.ownInScope {
			return Decision{}, false
		}
	case r.Object == "":
		b, most = b&(b>>4), most&(most>>4)
	default:
		object := e.objects.get(r.Object)
		if object == nil {
			return Decision{}, false
		}
		if !st.reaches(object) {
			reason = OutOfScope
		}
		b, most = b>>4, most>>4
	}
	if !roles.Permission(b & 0xf).Allows(r.Action) {
		reason = NotGranted
		if !roles.Permission(most & 0xf).Allows(r.Action) {
			reason = Ceiling
		}
	}
	if e.generation.Load() != generation || e.snapshot.Load() != snap {
		return Decision{}, false
	}
	return newDecision(reason, r, node, governs, revision), true
}
