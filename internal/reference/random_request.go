package reference

import (
	"maps"
	"slices"
	"time"

	"github.com/durward-go/durward/roles"
)

// RandomRequest draws a request that the world allows more often than chance would.
func RandomRequest(d *Draw, w *World) Request {
	r := Request{Action: pick(d, roles.View, roles.View, roles.Create, roles.Update, roles.Delete)}
	if len(w.Systems) > 0 && d.Chance(5) {
		r.System = pick(d, sorted(w.Systems)...)
		w.randomNode(d, &r, nil)
		r.Object = w.randomObject(d, nil)
		r.Surface = pick(d, Unstated, NewInterface, OldInterface, API)
		r.randomFaults(d, w)
		return r
	}
	r.Identity = w.RandomIdentity(d)
	instantOf := r.Identity
	if d.Chance(25) {
		behalf := &OnBehalf{Actor: w.RandomIdentity(d), AsDefault: d.Chance(40)}
		instantOf = behalf.Actor
		r.OnBehalf = behalf
	}
	r.At = randomInstant(d, w.Individuals[instantOf.Individual].Window, w.Now)
	if r.OnBehalf != nil {
		at := r.At
		if at.IsZero() {
			at = w.Now
		}
		r.OnBehalf.End = at.Add(pick(d, 1, time.Minute, 8*time.Hour, pick(d, 0, -1, -time.Hour)))
	}
	subject := w.meet(r.Identity, RoleSlot)
	w.randomNode(d, &r, subject)
	r.Object = w.randomObject(d, subject)
	r.randomFaults(d, w)
	return r
}

// randomFaults puts in what makes a request as such fail.
func (r *Request) randomFaults(d *Draw, w *World) {
	switch d.below(120) {
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
		r.AtLeast = uint64(d.below(int(w.Revision) + 1))
	}
}

// RandomIdentity draws who asks.
func (w *World) RandomIdentity(d *Draw) Identity {
	id := Identity{
		Individual:   pick(d, sorted(w.Individuals)...),
		Surface:      pick(d, Unstated, NewInterface, OldInterface, API),
		SecondFactor: d.Chance(70),
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
		id.Epoch = uint64(d.below(3))
	}
	return id
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
	for range 3 {
		if p == nil || d.Chance(30) || w.likely(p, r.Action, path) {
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
