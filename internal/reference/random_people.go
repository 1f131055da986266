package reference

import (
	"net/netip"
	"strings"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
)

func (w *World) randomOrganizations(d *Draw) {
	for _, id := range []string{"gold", "silver", "bronze"} {
		w.Classes[id] = individuals.Class{ID: id, Name: id, SecondFactor: d.Chance(50)}
	}
	for _, id := range sorted(w.Entities) {
		if d.Chance(92) {
			w.randomOrganization(d, id)
		}
	}
	if d.Chance(5) {
		w.randomOrganization(d, "gone")
	}
}

func (w *World) randomOrganization(d *Draw, entity string) {
	o := individuals.Organization{Entity: entity, Closed: d.Chance(4)}
	if d.Chance(50) {
		o.Class = pick(d, "gold", "silver", "bronze")
	}
	if d.Chance(2) {
		o.Class = "gone"
	}
	if fits := w.rolesOfKind(w.Entities[entity].Kind); d.Chance(75) && len(fits) > 0 {
		o.DefaultRole = pick(d, fits...)
		o.AllowedRoles = []string{o.DefaultRole}
	}
	if d.Chance(4) {
		o.DefaultRole = pick(d, sorted(w.Roles)...)
		o.AllowedRoles = []string{o.DefaultRole}
	}
	w.Organizations[entity] = o
}

// rolesOfKind are the roles for people of an entity of the kind.
func (w *World) rolesOfKind(kind string) []string {
	var fits []string
	for _, id := range sorted(w.Roles) {
		if t, ok := w.Types[w.Roles[id].Type]; ok && ownerKind(t) == kind {
			fits = append(fits, id)
		}
	}
	return fits
}

// randomPerson draws an individual and what is granted to it.
func (w *World) randomPerson(d *Draw, id string) {
	p := Person{Individual: individuals.Individual{ID: id, RoleType: pick(d, sorted(w.Types)...)}}
	if d.Chance(2) {
		p.RoleType = "nothing"
	}
	fits := w.entitiesOfKind(ownerKind(w.Types[p.RoleType]))
	if len(fits) == 0 || d.Chance(3) {
		fits = sorted(w.Entities)
	}
	p.Organization = pick(d, fits...)
	p.Realm = p.RoleType
	p.Window = randomWindow(d)
	p.Allowed = randomAllowed(d)
	p.SecondFactor = pick(d, individuals.AsClassDefines, individuals.SecondFactorYes, individuals.SecondFactorNo)
	p.Enrolled = d.Chance(65)
	p.Disabled = d.Chance(4)
	p.Epoch = uint64(d.below(3))
	w.Individuals[id] = p

	if d.Chance(94) {
		w.randomGrant(d, GrantKey{id, p.Organization})
	}
	if d.Chance(30) {
		w.randomGrant(d, GrantKey{id, pick(d, fits...)})
	}
}

func (w *World) entitiesOfKind(kind string) []string {
	var fits []string
	for _, id := range sorted(w.Entities) {
		if w.Entities[id].Kind == kind {
			fits = append(fits, id)
		}
	}
	return fits
}

// randomGrant draws what an individual holds in an organization: most often something
// of its own type that can be used there.
func (w *World) randomGrant(d *Draw, key GrantKey) {
	typeName := w.Individuals[key.Individual].RoleType
	g := individuals.Grant{Individual: key.Individual, Organization: key.Organization}
	var held, usable []string
	for _, id := range sorted(w.Roles) {
		held = append(held, id)
		if r := w.Roles[id]; r.Type == typeName && w.usable(r.Owner, key.Organization) {
			usable = append(usable, id)
		}
	}
	if d.Chance(80) {
		g.Role = randomSlot(d, usable, held)
	}
	held, usable = nil, nil
	for _, id := range sorted(w.Levels) {
		held = append(held, id)
		if l := w.Levels[id]; w.LevelTypes[l.Type].RoleType == typeName && w.levelUsable(l, key.Organization) {
			usable = append(usable, id)
		}
	}
	if d.Chance(70) {
		g.ACL = randomSlot(d, usable, held)
	}
	percent := 20
	if w.Types[typeName].Scope.Listed {
		percent = 90
	}
	if d.Chance(percent) {
		for _, id := range sorted(w.Entities) {
			if w.within(id, key.Organization) && d.Chance(50) {
				g.Listed = append(g.Listed, id)
			}
		}
		if more := pick(d, sorted(w.Entities)...); len(g.Listed) == 0 || d.Chance(30) && g.Listed[0] != more {
			g.Listed = append(g.Listed[:min(len(g.Listed), 1)], more)
		}
	}
	w.Grants[key] = g
}

// randomSlot draws a slot that was granted in one of the first revisions and may have
// been cleared since.
func randomSlot(d *Draw, usable, all []string) individuals.Slot {
	s := individuals.Slot{Revision: uint64(1 + d.below(4)), By: "someone"}
	switch {
	case d.Chance(2):
		s.ID = "gone"
	case len(usable) == 0 || d.Chance(3):
		s.ID = pick(d, all...)
	default:
		s.ID = pick(d, usable...)
	}
	if d.Chance(12) {
		s.ID = ""
	}
	return s
}

// oddDays are dates on or near which clocks moved at midnight, days were skipped or
// midnights came twice, beside usual ones.
var oddDays = []struct{ zone, date string }{
	{"Pacific/Apia", "2011-12-30"},
	{"Pacific/Kwajalein", "1993-08-21"},
	{"Pacific/Kiritimati", "1994-12-31"},
	{"America/Sao_Paulo", "2018-11-04"},
	{"America/Sao_Paulo", "2018-02-18"},
	{"America/Havana", "2025-11-02"},
	{"Asia/Beirut", "2026-03-29"},
	{"Africa/Cairo", "2014-05-16"},
	{"Asia/Gaza", "2015-10-24"},
	{"Asia/Manila", "1844-12-31"},
	{"America/Juneau", "1867-10-19"},
	{"America/Scoresbysund", "2024-03-31"},
	{"America/Toronto", "1919-03-31"},
	{"Atlantic/Azores", "2026-03-29"},
	{"Europe/Prague", "2026-03-29"},
	{"UTC", "2024-02-29"},
}

func randomWindow(d *Draw) individuals.Window {
	if d.Chance(50) {
		return individuals.Window{}
	}
	day := pick(d, oddDays...)
	date, err := individuals.ParseDate(day.date)
	if err != nil {
		panic("reference: odd day: " + err.Error())
	}
	w := individuals.Window{Zone: day.zone}
	if d.Chance(70) {
		w.Activation = date.AddDays(d.below(3) - 1)
	}
	if d.Chance(70) {
		w.Expiration = date.AddDays(pick(d, 2, 3, 400))
		if !w.Activation.IsZero() && d.Chance(40) {
			w.Expiration = w.Activation.AddDays(1)
		}
	}
	if d.Chance(4) {
		w.Zone = pick(d, "", "Local", "posixrules", "Factory", "posix/UTC", "right/UTC", "Mars/Base", "../UTC")
	}
	if d.Chance(2) {
		w.Expiration = w.Activation
	}
	return w
}

// listed are entries of allow-lists in all their forms, and the addresses to ask for.
var (
	entries = []string{
		"192.0.2.7", "192.0.2.0/24", "192.0.2.0/255.255.255.128", "198.51.100.0 255.255.255.0",
		"192.0.2.200-198.51.100.3", "203.0.113.9 - 203.0.113.9", "0.0.0.0/0", "::ffff:10.0.0.0/104", "::ffff:10.1.2.3",
		"2001:db8::/33", "2001:db8:8000::-2001:db8:8000::ff", "::/0", "2001:db8::7",
	}
	addresses = []string{
		"192.0.2.7", "192.0.2.127", "192.0.2.128", "192.0.2.199", "192.0.2.200", "192.0.2.255", "192.0.3.0", "198.51.100.3", "198.51.100.4",
		"203.0.113.9", "203.0.113.10", "10.1.2.3", "::ffff:10.1.2.3", "::ffff:10.255.255.255", "::ffff:11.0.0.0", "11.0.0.0",
		"2001:db8::7", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "2001:db8:8000::", "2001:db8:8000::ff", "2001:db8:8000::100",
		"fe80::1%eth0", "2001:db8::7%1", "255.255.255.255", "::", "0.0.0.0",
	}
)

func randomAllowed(d *Draw) []string {
	switch {
	case d.Chance(60):
		return []string{"any"}
	case d.Chance(5):
		return nil
	default:
		return some(d, 1+d.below(3), entries)
	}
}

// randomAddress draws an address, most often one that the list admits.
func randomAddress(d *Draw, allowed []string) netip.Addr {
	var fits []netip.Addr
	for _, text := range addresses {
		a := netip.MustParseAddr(text)
		if ok, _ := admits(allowed, a); ok {
			fits = append(fits, a)
		}
	}
	switch {
	case len(fits) > 0 && d.Chance(85):
		return pick(d, fits...)
	case d.Chance(25):
		return netip.Addr{}
	default:
		return netip.MustParseAddr(pick(d, addresses...))
	}
}

// randomInstant draws an instant about the bounds of the window, most often within.
func randomInstant(d *Draw, w individuals.Window, now time.Time) time.Time {
	location, err := zone(w.Zone)
	if err != nil || w.Activation.IsZero() && w.Expiration.IsZero() {
		return pick(d, time.Time{}, now, now.Add(time.Duration(d.below(5000))*time.Hour))
	}
	step := pick(d, 0, 1, -1, time.Second, time.Duration(d.below(40))*time.Minute, -time.Duration(d.below(40))*time.Minute, 30*time.Hour)
	switch {
	case d.Chance(10):
		return time.Time{}
	case !w.Activation.IsZero() && d.Chance(65):
		if step < 0 && d.Chance(60) {
			step = -step
		}
		return firstInstant(w.Activation, location).Add(step)
	case !w.Expiration.IsZero():
		if step >= 0 && d.Chance(60) {
			step = -1 - step
		}
		return firstInstant(w.Expiration, location).Add(step)
	default:
		return firstInstant(w.Activation, location).Add(step)
	}
}

// odd are IDs that no record has; the first ones could not.
var odd = []string{"\x00", "a\nb", "\u009b", "\xff", strings.Repeat("x", 129), strings.Repeat("x", 128), "gone", "P0", "e0 "}

// permitted reports whether the type lets its people do the action there at all, for
// draws that look for something to allow.
func (w *World) likely(p *party, a roles.Action, path string) bool {
	value, ok := p.value(path)
	return ok && value&roles.Permission(a) != 0 && w.ceilingAllows(a, p.person.RoleType, path, []reach{own, below})
}
