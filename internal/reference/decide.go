package reference

import (
	"slices"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
)

// A question is a request with everything found that it names.
type question struct {
	Request
	w    *World
	node string // "" where it is unknown
	at   time.Time
	// subject is whose rights are asked, actor who came in: the same, but where
	// somebody acts on the subject's behalf.
	subject, actor *party
}

// gates are the questions in their order. Each gives granted or why it denies.
var gates = []func(*question) Reason{
	wellFormed, answered, fresh, nodeKnown, compiled, // 0
	standing,       // 1
	inWindow,       // 2
	addressAllowed, // 3
	factorsProven,  // 4
	governed,       // 5
	permitted,      // 6
	inScope,        // 7
	borrowed,       // 8
}

// slotKnownFrom is the first gate whose failures tell which slot governs.
const slotKnownFrom = 9

// Decide decides one request.
func Decide(w *World, r Request) Decision {
	q := &question{Request: r, w: w, at: r.At}
	if q.at.IsZero() {
		q.at = w.Now
	}
	if r.Handle != "" {
		q.node = r.Handle
	} else {
		q.node, _ = w.Tree.Find(r.Path)
	}
	d := Decision{Slot: NoSlot, Superseded: NoSlot, Unscoped: r.Object == "", Node: q.node}
	if r.System != "" {
		d.Reason = q.system()
		return d
	}

	q.subject = w.meet(r.Identity, q.preferred())
	q.actor = q.subject
	if r.OnBehalf != nil {
		q.actor = w.meet(r.OnBehalf.Actor, q.preferred())
	}
	d.Reason = granted
	for i, gate := range gates {
		if d.Reason = gate(q); d.Reason != granted {
			if i < slotKnownFrom {
				return d
			}
			break
		}
	}
	g := q.subject.governing
	d.Slot, d.GrantRevision, d.Superseded = g.slot, g.revision, g.superseded
	return d
}

// preferred is the slot that the surface prefers.
func (q *question) preferred() Slot {
	switch q.Surface {
	case NewInterface:
		return RoleSlot
	case OldInterface:
		return LevelSlot
	}
	if q.w.Tree.marked(q.node, roles.Moved) {
		return RoleSlot
	}
	return LevelSlot
}

// parties are the subject and, where it is another, the actor.
func (q *question) parties() []*party {
	if q.actor == q.subject {
		return []*party{q.subject}
	}
	return []*party{q.actor, q.subject}
}

func wellFormed(q *question) Reason {
	actions := roles.Actions()
	byPath, byHandle := q.Path != "", q.Handle != "" || q.Foreign
	ids := []string{q.Object}
	if q.System == "" {
		for _, p := range q.parties() {
			if p.identity.Individual == "" {
				return invalidRequest
			}
			ids = append(ids, p.identity.Individual, p.identity.Organization)
		}
	}
	for _, id := range ids {
		if id != "" && checkID(id) != nil {
			return invalidRequest
		}
	}
	if !slices.Contains(actions[:], q.Action) || byPath == byHandle {
		return invalidRequest
	}
	return granted
}

func answered(q *question) Reason {
	if q.Cancelled || !q.w.readable(q.Object) && q.Object != "" {
		return unavailable
	}
	if q.System == "" {
		for _, p := range q.parties() {
			if !p.answered() {
				return unavailable
			}
		}
	}
	return granted
}

func fresh(q *question) Reason {
	if q.AtLeast > q.w.Revision {
		return stale
	}
	return granted
}

func nodeKnown(q *question) Reason {
	if q.node == "" {
		return unknownNode
	}
	return granted
}

func compiled(q *question) Reason {
	for _, p := range q.parties() {
		if !p.compiles(q.node) {
			return unavailable
		}
	}
	return granted
}

func standing(q *question) Reason {
	for _, p := range q.parties() {
		switch {
		case !p.known:
			return unknownIndividual
		case p.person.Disabled:
			return disabled
		case !p.settled || p.settings.Closed:
			return organizationClosed
		case !p.identity.AnyEpoch && p.identity.Epoch != p.person.Epoch:
			return credentialsChanged
		}
	}
	return granted
}

func inWindow(q *question) Reason {
	w := q.actor.person.Window
	if !w.Activation.IsZero() {
		location, err := zone(w.Zone)
		if err != nil {
			return unavailable
		}
		if q.at.Before(firstInstant(w.Activation, location)) {
			return notYetActive
		}
	}
	if !w.Expiration.IsZero() {
		location, err := zone(w.Zone)
		if err != nil {
			return unavailable
		}
		if !q.at.Before(firstInstant(w.Expiration, location)) {
			return expired
		}
	}
	return granted
}

func addressAllowed(q *question) Reason {
	ok, err := admits(q.actor.person.Allowed, q.actor.identity.Address)
	if err != nil {
		return unavailable
	}
	if !ok {
		return addressNotAllowed
	}
	return granted
}

func factorsProven(q *question) Reason {
	p := q.actor
	required := q.w.Tree.marked(q.node, roles.SecondFactor)
	switch p.person.SecondFactor {
	case individuals.AsClassDefines:
		required = required || q.w.Classes[p.settings.Class].SecondFactor
	case individuals.SecondFactorYes:
		required = true
	}
	switch {
	case !required || p.identity.SecondFactor:
		return granted
	case p.person.Enrolled:
		return secondFactorRequired
	default:
		return enrolmentRequired
	}
}

func governed(q *question) Reason { return q.subject.governing.reason }

func permitted(q *question) Reason {
	p := q.subject
	if !q.w.ceilingAllows(q.Action, p.person.RoleType, q.node, reaches(p.organization, q.Object)) {
		return ceilinged
	}
	if !p.permits(q.Action, q.node, q.Object) {
		return notGranted
	}
	return granted
}

func inScope(q *question) Reason {
	if !q.subject.scoped(q.Object) {
		return outOfScope
	}
	return granted
}

func borrowed(q *question) Reason {
	if q.OnBehalf == nil {
		return granted
	}
	a := q.actor
	lent := q.w.borrow(a.person.RoleType, q.node)&roles.Permission(q.Action) != 0
	switch {
	case q.w.Tree.marked(q.node, roles.OwnHands),
		!q.at.Before(q.OnBehalf.End),
		a.identity.OnBehalf != nil,
		a.governing.reason != granted,
		!lent && !a.permits(q.Action, q.node, q.Object),
		!a.scoped(q.Object):
		return notBorrowed
	}
	return granted
}

// system decides for one of the host's own jobs, which has no record: only the request
// itself, its table and its scope are asked.
func (q *question) system() Reason {
	for _, gate := range []func(*question) Reason{wellFormed, answered, fresh, nodeKnown} {
		if reason := gate(q); reason != granted {
			return reason
		}
	}
	s, ok := q.w.Systems[q.System]
	if !ok {
		return invalidRequest
	}
	set, err := q.w.settings(s.Type, s.Permissions)
	if err != nil {
		return unavailable
	}
	on := reaches(s.Below, q.Object)
	if !q.w.ceilingAllows(q.Action, s.Type, q.node, on) {
		return ceilinged
	}
	if q.w.value(s.Type, set, q.node)&roles.Permission(q.Action) == 0 {
		return notGranted
	}
	if q.Object != "" && (!q.w.sound(q.Object) || s.Below != "" && !q.w.within(q.Object, s.Below)) {
		return outOfScope
	}
	return granted
}
