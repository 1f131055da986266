package reference

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/durward-go/durward/roles"
)

// RandomRequest draws a request that the world allows more often than chance would.
func RandomRequest(d *Draw, w *World) Request {
	if len(w.Systems) > 0 && d.Chance(5) {
		return w.RandomQuestion(d, Request{System: pick(d, sorted(w.Systems)...)})
	}
	return w.RandomQuestion(d, Request{Identity: w.RandomIdentity(d, true)})
}

// RandomQuestion draws what the one who asks in r asks for.
func (w *World) RandomQuestion(d *Draw, r Request) Request {
	r.Action = pick(d, roles.View, roles.View, roles.Create, roles.Update, roles.Delete)
	var subject *party
	if r.System == "" {
		asks := r.Identity
		if r.OnBehalf != nil {
			asks = r.OnBehalf.Actor
		}
		r.At = randomInstant(d, w.Individuals[asks.Individual].Window, w.Now)
		if !asks.SessionEnd.IsZero() && d.Chance(30) {
			r.At = asks.SessionEnd.Add(pick(d, 0, -1, 1, -time.Second, time.Hour))
		}
		if b := r.OnBehalf; b != nil && d.Chance(60) {
			r.At = b.Start.Add(pick(d, 0, time.Second, time.Minute, time.Hour))
		} else if b != nil && d.Chance(50) {
			r.At = pick(d, b.Start, b.End).Add(pick(d, time.Duration(0), 1, -1))
		}
		subject = w.meet(r.Identity, RoleSlot)
	}
	w.randomNode(d, &r, subject)
	r.Object = w.randomObject(d, subject)
	w.randomFaults(d, &r)
	return r
}

// randomFaults puts in what makes a request as such fail.
func (w *World) randomFaults(d *Draw, r *Request) {
	switch d.Below(150) {
	case 0:
		r.Action = roles.Action(d.byte())
	case 1:
		r.Object = pick(d, odd...)
	case 2:
		r.Path, r.Handle = "", ""
	case 3:
		r.Path, r.Handle = pick(d, w.Tree.paths()...), pick(d, w.Tree.paths()...)
	case 4:
		r.Path, r.Handle = "", ""
		r.Foreign = true
	case 5, 6:
		r.Handle = ""
		r.Path = pick(d, "customer/nothing", "customer/", "/customer", "Customer", "gone", "customer//billing")
	case 7:
		r.AtLeast = w.Revision
	case 8:
		r.AtLeast = uint64(d.Below(int(w.Revision) + 1))
	case 9:
		if d.Chance(25) {
			r.AtLeast = w.Revision + uint64(1+d.Below(3))
		}
	case 10:
		r.Cancelled = true
	case 11:
		r.At = time.Date(pick(d, 1678, 2262, 1500, 2300), 1, 1, 0, 0, 0, d.Below(3)-1, time.UTC)
	}
}

// RandomIdentity draws who asks, with behalf sometimes through somebody else.
func (w *World) RandomIdentity(d *Draw, behalf bool) Identity {
	if behalf && d.Chance(8) {
		return w.randomLinkIdentity(d)
	}
	id := Identity{
		Individual:   pick(d, sorted(w.Individuals)...),
		Surface:      pick(d, Unstated, NewInterface, OldInterface, API),
		SecondFactor: d.Chance(80),
		AnyEpoch:     d.Chance(40),
	}
	p := w.Individuals[id.Individual]
	if d.Chance(40) {
		id.Organization = p.Organization
	}
	for _, key := range slices.SortedFunc(maps.Keys(w.Grants), compareKeys) {
		if key.Individual == id.Individual && d.Chance(30) {
			id.Organization = key.Organization
		}
	}
	if d.Chance(4) {
		id.Organization = pick(d, append(sorted(w.Entities), odd...)...)
	}
	if d.Chance(3) {
		id.Individual = pick(d, append(odd, "")...)
	}
	id.Address = randomAddress(d, p.Allowed)
	id.Epoch = p.Epoch
	if d.Chance(5) {
		id.Epoch = uint64(d.Below(3))
	}
	id.SessionEnd = w.randomSessionEnd(d)
	if behalf && d.Chance(25) {
		id.OnBehalf = w.randomOnBehalf(d, w.meet(id, RoleSlot).organization)
	}
	return id
}

// randomLinkIdentity draws who comes by a standing link, most often a present one.
func (w *World) randomLinkIdentity(d *Draw) Identity {
	id := Identity{Link: true, Organization: pick(d, append(sorted(w.Entities), "gone")...), AnyEpoch: d.Chance(20),
		Surface: pick(d, Unstated, NewInterface, OldInterface, API), SessionEnd: w.randomSessionEnd(d)}
	if d.Chance(3) {
		id.Organization = pick(d, append(odd, "")...)
	}
	id.Epoch = w.Organizations[id.Organization].Link.Epoch
	if d.Chance(10) {
		id.Epoch = uint64(d.Below(3))
	}
	return id
}

// randomSessionEnd draws when a session ends, often about now; many have no end.
func (w *World) randomSessionEnd(d *Draw) time.Time {
	switch {
	case !d.Chance(18):
		return time.Time{}
	case d.Chance(40):
		return w.Now.Add(pick(d, time.Hour, 12*time.Hour, 5000*time.Hour))
	default:
		return w.Now.Add(pick(d, 0, 1, -1, 10*time.Millisecond, 70*time.Millisecond, time.Second, 2*time.Second, 5*time.Second))
	}
}

// randomOnBehalf draws an actor, most often one that has the organization in scope, and
// hours.
func (w *World) randomOnBehalf(d *Draw, organization string) *OnBehalf {
	actor := w.RandomIdentity(d, false)
	for range 8 {
		if w.meet(actor, RoleSlot).scoped(organization) {
			break
		}
		actor = w.RandomIdentity(d, false)
	}
	at := randomInstant(d, w.Individuals[actor.Individual].Window, w.Now)
	if year := at.Year(); year < 1700 || year > 2200 { // the zero one too
		at = w.Now
	}
	start := at.Add(-pick(d, 0, time.Minute, time.Hour, 7*time.Hour, -time.Hour))
	return &OnBehalf{
		Actor: actor, AsDefault: d.Chance(40), Start: start, End: start.Add(pick(d, 1, 2*time.Hour, 8*time.Hour, 8*time.Hour)),
	}
}

func compareKeys(a, b GrantKey) int {
	switch {
	case a.Individual < b.Individual, a.Individual == b.Individual && a.Organization < b.Organization:
		return -1
	case a == b:
		return 0
	default:
		return 1
	}
}

// randomNode draws the node and the action, by path, alias or handle.
func (w *World) randomNode(d *Draw, r *Request, p *party) {
	paths := w.Tree.paths()
	path := pick(d, paths...)
	for range 6 {
		if p == nil || d.Chance(15) || w.likely(p, r.Action, path) {
			break
		}
		path = pick(d, paths...)
	}
	if d.Chance(50) {
		r.Handle = path
	} else {
		r.Path = w.Tree.name(d, path)
	}
}

// randomObject draws what is asked about: nothing, something in scope, or anything.
func (w *World) randomObject(d *Draw, p *party) string {
	if d.Chance(25) {
		return ""
	}
	if p != nil && d.Chance(70) {
		set := w.reached(p.roleType().Scope, p.organization, p.grant.Listed)
		if scoped := sorted(set); len(scoped) > 0 {
			return pick(d, scoped...)
		}
	}
	return pick(d, append(sorted(w.Entities), "gone")...)
}

// odd are IDs that no record has; the first ones could not.
var odd = []string{"\x00", "a\nb", "\u009b", "\xff", strings.Repeat("x", 129), strings.Repeat("x", 128), "gone", "P0", "e0 "}

// likely reports whether the party may do the action there on any object, for draws that
// look for something to allow.
func (w *World) likely(p *party, a roles.Action, path string) bool {
	value, ok := p.value(path)
	return ok && value&roles.Permission(a) != 0 && w.ceilingAllows(a, p.person.RoleType, path, []reach{own, below})
}
