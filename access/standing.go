package access

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A standing is what stored records say of a person in an organization: the
// half of a decision that does not depend on the request. It holds for one
// generation of the engine, and is stamped for the next one where nothing that
// it was made of changed.
type standing struct {
	generation atomic.Uint64
	facts
}

// Facts are what a standing is made of. They never change. What an allowed
// request asks comes first and lies in two lines of memory with the stamp.
type facts struct {
	from         int64  // the window's first instant
	span         uint64 // how long after it nothing denies before the request is asked, see settle
	epoch        uint64
	allowed      ipallow.List
	disabled     bool
	closed       bool // the organization, or it has no settings
	anywhere     bool // the allow-list
	secondFactor bool // asked of the person
	enrolled     bool
	always       bool  // a system principal: gates 1 to 5 do not apply
	ownInScope   bool  // the organization's own entity is in scope
	faulty       bool  // gate 0: a record does not compile, see fault
	other        *side // for the other preferred slot; nil: the same
	organization string
	side         side
	ceiling      string // the type's, packed
	until        int64  // the window's end

	*background
}

// A background is what only denials, scopes and explanations ask. It is apart
// so that standings lie close together in memory.
type background struct {
	rule     scope.Rule
	listed   []string
	typeName string
	origins  [2]origin
	fault    error
	person   *personFile // nil for a system principal and a standing link
	org      *organization
	compiled uint64 // the revision of the snapshot that the sides are from
}

// A side is the slot that governs for one preferred slot, see sideOf.
type side struct {
	packed     string // the table's; all zero where the slot denies
	granted    uint64
	reason     Reason // Granted, or why an empty slot denies
	slot       Slot
	superseded Slot
	faulty     bool // gate 0: the governing record cannot be used
}

// An origin is the rest about a side.
type origin struct {
	id    string
	role  *compiledRole  // where a role governs
	level *compiledLevel // where an access level does
	table *roles.Table
	fault error
}

// sideFor returns the side for a preferred slot, by its number.
func (st *facts) sideFor(number int) *side {
	if number != 0 && st.other != nil {
		return st.other
	}
	return &st.side
}

// setSides keeps the second where it differs from the first.
func (st *facts) setSides(sides [2]side) {
	st.side = sides[0]
	if sides[1] != sides[0] {
		st.other = &sides[1]
	}
}

func sideOf(preferred Slot) int {
	if preferred == RoleSlot {
		return 0
	}
	return 1
}

// standing returns that of the membership, made anew where the generation
// passed it by.
func (e *Engine) standing(ctx context.Context, generation uint64, p *person, m *membership) (*standing, error) {
	old := m.standing.Load()
	if old != nil && old.generation.Load() == generation {
		return old, nil
	}
	s, keep, err := e.stamped(ctx, generation, old, p, m.grant)
	if keep {
		m.standing.Store(s)
	}
	return s, err
}

// atHome is standing for the person's own organization, which lies in the person.
func (e *Engine) atHome(ctx context.Context, generation uint64, p *person) (*standing, error) {
	var old *standing
	switch p.home.generation.Load() {
	case generation:
		return &p.home, nil
	case 0: // never made
	default:
		old = &p.home
	}
	s, keep, err := e.stamped(ctx, generation, old, p, p.grant)
	if !keep {
		return s, err
	}
	if p.taken.CompareAndSwap(false, true) {
		p.home.facts = s.facts
		p.home.generation.Store(generation) // from here on others read it
		return &p.home, nil
	}
	next := new(cacheEntry[person])
	next.value.personFile = p.personFile
	next.value.taken.Store(true)
	next.value.home.facts = s.facts
	next.value.home.generation.Store(generation)
	e.people.swap(p.record.ID, p, next)
	return &next.value.home, nil
}

// stamped returns the old standing, which may be nil, where what it was made of
// did not change, or one made anew, which is to be kept or not.
func (e *Engine) stamped(ctx context.Context, generation uint64, old *standing, p *person, g *individuals.Grant) (s *standing, keep bool, err error) {
	org, err := e.organization(ctx, g.Organization)
	if err != nil {
		return nil, false, err
	}
	snap := e.snapshot.Load()
	if old != nil && old.org == org && old.compiled == snap.revision {
		old.generation.Store(generation)
		return old, false, nil
	}
	s = &standing{facts: e.newFacts(p, g, org, snap)}
	s.generation.Store(generation)
	return s, org.fault == nil, nil // what is damaged is read again, see organization
}

func (e *Engine) newFacts(p *person, g *individuals.Grant, org *organization, snap *snapshot) facts {
	s := facts{
		from: p.from, until: p.until, epoch: p.record.Epoch, disabled: p.record.Disabled,
		closed:   !org.found || org.record.Closed,
		anywhere: p.record.AllowList.IsAnywhere(), allowed: p.record.AllowList,
		secondFactor: p.record.SecondFactor.Required(org.secondFactor), enrolled: p.record.Enrolled,
		organization: g.Organization, ownInScope: p.rule.Reaches(g.Organization, g.Listed, &org.lineage),
		ceiling: e.model.PackedCeiling(p.record.RoleType), side: side{packed: e.nothing},
		background: &background{person: p.personFile, org: org, compiled: snap.revision, listed: g.Listed, rule: p.rule,
			typeName: p.record.RoleType},
	}
	switch {
	case p.fault != nil:
		s.fault = p.fault
	case p.faults[g.Organization] != nil:
		s.fault = p.faults[g.Organization]
	case !org.found: // gate 1 tells, whatever stands in for the settings
		return s
	case org.fault != nil:
		s.fault = org.fault
	case org.lineage.Kind() != p.ownerKind:
		s.fault = fmt.Errorf("access: individual %q is of type %q, which belongs to a %q; %q is a %q",
			p.record.ID, p.record.RoleType, p.ownerKind, g.Organization, org.lineage.Kind())
	}
	if s.fault != nil {
		s.faulty = true
		return s
	}
	var sides [2]side
	for i, preferred := range [...]Slot{RoleSlot, ACLSlot} {
		sides[i], s.origins[i] = e.side(snap, e.coexistence.Govern(*g, preferred), p.record.RoleType, &org.lineage)
	}
	s.setSides(sides)
	s.settle(e.clock.custom != nil)
	return s
}

// settle works out the span of time in which a coarse instant will do, and nothing
// of the standing itself denies before the request is asked: it is empty where
// something does, and ends early enough for the clock's next tick.
func (st *facts) settle(custom bool) {
	if st.faulty || st.disabled || st.closed || st.always || custom {
		return
	}
	st.span = uint64(st.until) - uint64(st.from)
	if st.until != latest {
		st.span -= min(st.span, uint64(margin))
	}
}

// side finds the table of what governs.
func (e *Engine) side(s *snapshot, g Governing, typeName string, in *scope.Lineage) (side, origin) {
	out := side{packed: e.nothing, granted: g.Revision, reason: g.Reason, slot: g.Slot, superseded: g.Superseded}
	from := origin{id: g.ID}
	if g.Reason != Granted {
		return out, from
	}
	if g.Slot == RoleSlot {
		if from.role, from.fault = s.role(g.ID, typeName, in); from.fault == nil {
			from.table = from.role.table
		}
	} else {
		if from.level, from.fault = s.level(g.ID, typeName, in, e.acls); from.fault == nil {
			from.table = from.level.table
		}
	}
	if out.faulty = from.fault != nil; !out.faulty {
		out.packed = from.table.Packed()
	}
	return out, from
}

// permits reports what the side's table has at a node of the engine's tree.
func (s *side) permits(n roles.Node, r roles.Reach) roles.Permission {
	return unpack(s.packed[n.Index()], r)
}

// unpack takes the permission for a reach out of a packed byte, see
// [roles.Table.Packed].
func unpack(b byte, r roles.Reach) roles.Permission {
	switch r {
	case roles.Own:
		return roles.Permission(b & 0xf)
	case roles.Below:
		return roles.Permission(b >> 4)
	default:
		return roles.Permission(b & (b >> 4))
	}
}
