package access

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/roles"
)

// How long someone may act on behalf of another.
const (
	// DefaultOnBehalf is the time where none is given.
	DefaultOnBehalf = 30 * time.Minute
	// MaxOnBehalf is the most: a working day.
	MaxOnBehalf = 8 * time.Hour
)

// An Identity is who a [Principal] is and how they came in.
type Identity struct {
	// Individual, Organization, Surface, Address, Factors and Epoch are as in
	// [Request].
	Individual   string
	Organization string
	Surface      Surface
	Address      netip.Addr
	Factors      Factors
	Epoch        uint64
	// Start and End bound the session that the sign-in began: from End on every
	// check denies as [SessionEnded]. End is Start and [DefaultSession] where it
	// is zero. Without a Start, for a host that signs people in by itself on
	// each request, there is no session and no end.
	Start time.Time
	End   time.Time
	// OnBehalf is set where another person acts as the individual.
	OnBehalf *OnBehalf
}

// OnBehalf says who acts as another, and how. The actor's rights bound the
// individual's: its own window, allow-list, factors, credentials and session
// count, and it may do only what both may, or what its role type may borrow.
type OnBehalf struct {
	// Actor is who acts. It must be an individual that acts for itself.
	Actor *Principal
	// AsDefault takes the organization's default role instead of what is
	// granted to the individual.
	AsDefault bool
	// Start is when the acting began, by the clock of the host.
	Start time.Time
	// For is how long it lasts, at most [MaxOnBehalf]. Default:
	// [DefaultOnBehalf].
	For time.Duration
}

// A Principal is someone who came in: it asks without saying again who and
// how. It sees every change at its next check, so it may live as long as a
// connection does. It is safe for concurrent use. The zero Principal is denied
// everything; [Engine.Principal] and [Engine.System] make others.
type Principal struct {
	verdict atomic.Pointer[verdict]
	engine  *Engine
	// first is the first verdict: most principals live for one request and
	// need no other. It lies beside the pointer to it.
	first    verdict
	taken    atomic.Bool // first is in use
	identity Request     // without a question
	capacity capacity
	began    int64 // the session, where capacity has an end of it
}

// Principal makes a principal. It reads nothing yet, but for the credential
// epoch where the identity leaves it to [CurrentEpoch]; that an individual does
// not exist is for the first check to say.
func (e *Engine) Principal(ctx context.Context, id Identity) (*Principal, error) {
	p := &Principal{engine: e, capacity: inOwnName, identity: Request{Individual: id.Individual, Organization: id.Organization,
		Surface: id.Surface, Address: id.Address, Factors: id.Factors, Epoch: id.Epoch}}
	if err := p.identity.checkIdentity(&p.capacity); err != nil {
		return nil, err
	}
	var err error
	if p.began, p.capacity.ends, err = sessionBounds(id.Start, id.End); err != nil {
		return nil, fmt.Errorf("access: individual %q: %w", id.Individual, err)
	}
	if id.Epoch == CurrentEpoch {
		who, err := e.person(ctx, id.Individual)
		if err != nil {
			return nil, err
		}
		if who == nil {
			return nil, fmt.Errorf("access: individual %q: unknown, so it has no current epoch", id.Individual)
		}
		p.identity.Epoch = who.record.Epoch
	}
	if b := id.OnBehalf; b != nil {
		switch {
		case b.Actor == nil || b.Actor.engine != e || b.Actor.capacity.system != nil || b.Actor.capacity.link:
			return nil, fmt.Errorf("access: on behalf of %q: the actor must be an individual of this engine", id.Individual)
		case b.Actor.capacity.behalf != nil:
			return nil, fmt.Errorf("access: on behalf of %q: %q already acts on behalf of %q",
				id.Individual, b.Actor.capacity.behalf.actor.Individual, b.Actor.identity.Individual)
		case b.Start.IsZero():
			return nil, fmt.Errorf("access: on behalf of %q: no start", id.Individual)
		case b.For < 0 || b.For > MaxOnBehalf:
			return nil, fmt.Errorf("access: on behalf of %q: %v is not within 0 and %v", id.Individual, b.For, MaxOnBehalf)
		}
		lasts := b.For
		if lasts == 0 {
			lasts = DefaultOnBehalf
		}
		start, ok := nanoseconds(b.Start)
		end, ok2 := nanoseconds(b.Start.Add(lasts))
		if !ok || !ok2 {
			return nil, fmt.Errorf("access: on behalf of %q: start %v is not within the years %d to %d",
				id.Individual, b.Start, firstYear, lastYear)
		}
		x := &p.capacity
		x.behalf = &behalf{principal: b.Actor, actor: &b.Actor.identity, actorEnds: b.Actor.capacity.ends, asDefault: b.AsDefault, start: start, end: end}
	}
	return p, nil
}

// System returns the principal of one of [Options.Systems].
func (e *Engine) System(name string) (*Principal, error) {
	st := e.systems[name]
	if st == nil {
		return nil, fmt.Errorf("access: system principal %q: unknown; name it in Options.Systems", name)
	}
	return &Principal{engine: e, identity: Request{Individual: name}, capacity: capacity{system: st, ends: latest}}, nil
}

// Individual returns the ID of who the principal is, the name of a system
// principal, and "" for whoever came by a standing link.
func (p *Principal) Individual() string { return p.identity.Individual }

// Actor returns the ID of who acts on the individual's behalf, "" for itself.
func (p *Principal) Actor() string {
	if p.capacity.behalf == nil {
		return ""
	}
	return p.capacity.behalf.actor.Individual
}

// IsSystem reports whether p is one of the host's own jobs.
func (p *Principal) IsSystem() bool { return p.capacity.system != nil }

// Check decides one query, as [Engine.Check] does.
func (p *Principal) Check(ctx context.Context, q Query) Decision {
	if p.engine == nil {
		return Decision{}
	}
	r := p.request(q)
	return p.engine.decide(ctx, &r, &p.capacity, q.Node, nil)
}

// request is the query in the principal's name.
func (p *Principal) request(q Query) Request {
	r := p.identity
	r.Action, r.Path, r.Object, r.At, r.AtLeast = q.Action, q.Path, q.Object, q.At, q.AtLeast
	return r
}

// A verdict is what all gates but the last few come to for a principal: two
// tables to look into, good for one generation of the engine and a span of
// time. It is immutable but for its stamp. What [Principal.Can] reads of a
// principal's first one lies in one line of memory with the pointer to it.
type verdict struct {
	generation atomic.Uint64
	from       int64
	span       uint64 // how long after from, in nanoseconds
	blocked    roles.Marks
	parted     roles.Marks // Moved, where nodes with that mark have a table of their own
	packed     string      // the table
	moved      string      // of nodes that are marked moved, where parted
	standing   *standing
}

// Can reports whether the principal may do the action on the node, without an
// object: as Check does, and for handles in nanoseconds. ctx is for reading
// what is not in memory.
func (p *Principal) Can(ctx context.Context, a roles.Action, n roles.Node) bool {
	v := p.verdict.Load()
	if v == nil || !v.holds(p.engine) {
		return p.canAnew(ctx, a, n) // apart, so that the path below keeps to registers
	}
	if n.Tree() != p.engine.tree {
		return false
	}
	// The call of the context comes last: nothing is to be kept over it.
	b := v.at(n)
	return roles.Permission(b&(b>>4)).Allows(a) && a.Valid() && ctx.Err() == nil
}

func (p *Principal) canAnew(ctx context.Context, a roles.Action, n roles.Node) bool {
	v := p.renew(ctx)
	if v == nil || !v.holds(p.engine) || n.Tree() != p.engine.tree || !a.Valid() {
		return p.Check(ctx, Query{Action: a, Node: n}).Allowed()
	}
	b := v.at(n)
	return roles.Permission(b & (b >> 4)).Allows(a)
}

// CanOn is Can for an object, see [Request]. An empty object is none, and
// denies: ask [Principal.Can] where there is no object.
func (p *Principal) CanOn(ctx context.Context, a roles.Action, n roles.Node, object string) bool {
	v := p.verdict.Load()
	if v == nil || !v.holds(p.engine) || object != v.standing.organization || object == "" || !v.standing.ownInScope {
		return p.canOnOther(ctx, a, n, object)
	}
	if n.Tree() != p.engine.tree {
		return false
	}
	return roles.Permission(v.at(n)&0xf).Allows(a) && a.Valid() && ctx.Err() == nil
}

func (p *Principal) canOnOther(ctx context.Context, a roles.Action, n roles.Node, object string) bool {
	if object == "" || p.engine == nil {
		return false
	}
	v := p.verdict.Load()
	if v == nil || !v.holds(p.engine) {
		v = p.renew(ctx)
	}
	if v == nil || !v.holds(p.engine) || n.Tree() != p.engine.tree || !a.Valid() || ctx.Err() != nil {
		return p.Check(ctx, Query{Action: a, Node: n, Object: object}).Allowed()
	}
	st := v.standing
	if object == st.organization && st.ownInScope {
		return roles.Permission(v.at(n) & 0xf).Allows(a)
	}
	at := p.engine.objects.get(object)
	if at == nil || !v.holds(p.engine) { // a commit may have moved it in between
		return p.Check(ctx, Query{Action: a, Node: n, Object: object}).Allowed()
	}
	return unpack(v.at(n), st.reach(object)).Allows(a) && st.reaches(at)
}

// holds reports whether the verdict is of the engine's present generation and
// instant.
func (v *verdict) holds(e *Engine) bool {
	return v.generation.Load() == e.generation.Load() && uint64(e.clock.coarse.Load()-v.from) < v.span
}

// at returns the packed permissions at a node of the engine's tree.
func (v *verdict) at(n roles.Node) byte {
	if n.Marks()&v.blocked != 0 {
		return 0
	}
	if n.Marks()&v.parted != 0 {
		return v.moved[n.Index()]
	}
	return v.packed[n.Index()]
}

// renew makes a verdict of gates 0 to 5 and keeps it where the instant lies
// well within its span. It is nil where only a check can tell.
func (p *Principal) renew(ctx context.Context) *verdict {
	e, x := p.engine, &p.capacity
	if e == nil {
		return nil
	}
	generation, snap := e.generation.Load(), e.snapshot.Load()
	if generation&1 == 1 || snap.since > generation || e.clock.custom != nil && x.system == nil || x.behalf != nil || ctx.Err() != nil {
		return nil
	}
	st, reason, err := e.find(ctx, generation, &p.identity, x)
	if err != nil || reason != Granted || st.faulty || e.snapshot.Load() != snap {
		return nil
	}
	old := p.verdict.Load()
	if old != nil && old.standing == st && uint64(e.clock.coarse.Load()-old.from) < old.span {
		old.generation.Store(generation)
		return old
	}
	var packed [2]string
	for i, marks := range [...]roles.Marks{roles.Moved, 0} {
		governs := st.sideFor(sideOf(p.identity.Surface.preferred(marks)))
		if governs.faulty {
			return nil
		}
		packed[i] = governs.packed
	}
	from, span := int64(earliest), uint64(math.MaxUint64)
	var blocked roles.Marks
	if !st.always {
		var ok bool
		if from, span, blocked, ok = p.admitted(st); !ok {
			return nil
		}
	}
	v := &p.first
	if !p.taken.CompareAndSwap(false, true) {
		v = new(verdict)
	}
	v.from, v.span, v.blocked, v.moved, v.packed, v.standing = from, span, blocked, packed[0], packed[1], st
	v.parted = 0
	if v.moved != v.packed {
		v.parted = roles.Moved
	}
	v.generation.Store(generation)
	p.verdict.Store(v)
	return v
}

// admitted asks gates 1 to 4 for all nodes at once. Where they admit it returns
// a verdict's span of time and the marks that it blocks; denials are left to
// checks.
func (p *Principal) admitted(st *standing) (from int64, span uint64, blocked roles.Marks, ok bool) {
	now := p.engine.clock.exact()
	if p.identity.current(st, p.capacity.ends, now) != Granted || p.identity.admit(st, now, 0) != Granted {
		return 0, 0, 0, false
	}
	until := min(st.until, p.capacity.ends)
	from, span = st.from, uint64(until)-uint64(st.from)
	if until != latest {
		if near(now, until) {
			return 0, 0, 0, false
		}
		span -= uint64(margin)
	}
	if !p.identity.Factors.proven() {
		blocked = roles.SecondFactor
	}
	return from, span, blocked, true
}
