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

// A gate gives granted or why it denies.
type gate struct {
	name string
	ask  func(*question) Reason
	// tells says that the decision got far enough to name the governing slot.
	tells bool
}

// gates are asked in this order.
var gates = []gate{
	// 0
	{"well formed", wellFormed, false},
	{"waited", waited, false},
	{"answered", answered, false},
	{"heard", heard, false},
	{"node", nodeKnown, false},
	{"compiled", compiled, false},
	// 1 to 8
	{"standing", standing, false},
	{"window", inWindow, false},
	{"address", addressAllowed, false},
	{"factors", factorsProven, false},
	{"governing", governed, true},
	{"permitted", permitted, true},
	{"scope", inScope, true},
	{"borrowed", borrowed, true},
}

// Gates are the names of the gates in their order, the parts of the first one apart.
func Gates() []string {
	var names []string
	for _, g := range gates {
		names = append(names, g.name)
	}
	return names
}

// Decide decides one request.
func Decide(w *World, r Request) Decision { return decide(w, r, gates) }

// DecideSwapped decides with the gate asked after the next one, which is wrong. It is
// for tests of those who compare with Decide.
func DecideSwapped(w *World, r Request, gate int) Decision {
	order := slices.Clone(gates)
	order[gate], order[gate+1] = order[gate+1], order[gate]
	return decide(w, r, order)
}

func decide(w *World, r Request, gates []gate) Decision {
	q := &question{Request: r, w: w, at: r.At}
	if q.at.IsZero() {
		q.at = w.Now
	}
	if r.Handle != "" {
		q.node = r.Handle
	} else {
		q.node, _ = w.Tree.Find(r.Path)
	}
	d := Decision{Reason: granted, Slot: NoSlot, Superseded: NoSlot, Unscoped: r.Object == "", Node: q.node}
	if r.System != "" {
		d.Reason = q.system()
		return d
	}

	q.subject = w.meet(r.Identity, q.preferred())
	q.actor = q.subject
	if r.OnBehalf != nil {
		q.actor = w.meet(r.OnBehalf.Actor, q.preferred())
	}
	for _, gate := range gates {
		if d.Reason = gate.ask(q); d.Reason != granted {
			if !gate.tells {
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
			named := p.identity.Individual
			if p.identity.Link {
				named = p.identity.Organization
			}
			if named == "" {
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
	if year := q.At.UTC().Year(); !q.At.IsZero() && (year < 1678 || year > 2261) {
		return invalidRequest
	}
	return granted
}

// waited is asked before any record is read: what was read earlier would not do.
func waited(q *question) Reason {
	switch {
	case q.Cancelled:
		return unavailable
	case q.AtLeast > q.w.Revision:
		return stale
	default:
		return granted
	}
}

func answered(q *question) Reason {
	if q.Object != "" && !q.w.readable(q.Object) {
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

func heard(q *question) Reason {
	if q.w.Silent {
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
		case !p.identity.SessionEnd.IsZero() && !q.at.Before(p.identity.SessionEnd):
			return sessionEnded
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
	reached := q.Object
	if reached == "" {
		reached = q.subject.organization
	}
	lent := q.w.borrow(a.person.RoleType, q.node)&roles.Permission(q.Action) != 0
	switch {
	case q.w.Tree.marked(q.node, roles.OwnHands),
		q.at.Before(q.OnBehalf.Start),
		!q.at.Before(q.OnBehalf.End),
		a.identity.OnBehalf != nil,
		a.governing.reason != granted,
		!lent && !a.permits(q.Action, q.node, q.Object),
		!a.scoped(reached):
		return notBorrowed
	}
	return granted
}

// system decides for one of the host's own jobs, which has no record: only the request
// itself, its table and its scope are asked.
func (q *question) system() Reason {
	for _, gate := range []func(*question) Reason{wellFormed, waited, answered, heard, nodeKnown} {
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
