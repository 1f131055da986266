package reference

import (
	"strings"

	"github.com/durward-go/durward/individuals"
)

func (w *World) randomOrganizations(d *Draw) {
	for _, id := range []string{"gold", "silver", "bronze"} {
		w.Classes[id] = individuals.Class{ID: id, Name: id, SecondFactor: d.Chance(50)}
	}
	for _, id := range sorted(w.Entities) {
		if d.Chance(96) {
			w.randomOrganization(d, id)
		}
	}
	if d.Chance(5) {
		w.randomOrganization(d, "gone")
	}
}

func (w *World) randomOrganization(d *Draw, entity string) {
	o := individuals.Organization{Entity: entity, Closed: d.Chance(3)}
	if d.Chance(50) {
		o.Class = pick(d, "gold", "silver", "bronze")
	}
	if d.Chance(1) {
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
	o.Link = w.randomLink(d, entity)
	w.Organizations[entity] = o
}

// randomLink draws what a standing link opens: most often something that fits.
func (w *World) randomLink(d *Draw, entity string) individuals.StandingLink {
	l := individuals.StandingLink{Open: d.Chance(85), Epoch: uint64(d.Below(3))}
	var usable []string
	for _, id := range w.rolesOfKind(w.Entities[entity].Kind) {
		if w.usable(w.Roles[id].Owner, entity) {
			usable = append(usable, id)
		}
	}
	switch {
	case len(usable) > 0 && d.Chance(85):
		l.Role = pick(d, usable...)
	case d.Chance(40):
		l.Role = pick(d, append(sorted(w.Roles), "gone")...)
	}
	return l
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
	if d.Chance(1) {
		p.RoleType = "nothing"
	}
	if old, ok := w.Individuals[id]; ok {
		p.RoleType = old.RoleType // it never changes
	}
	fits := w.entitiesOfKind(ownerKind(w.Types[p.RoleType]))
	if len(fits) == 0 || d.Chance(3) {
		fits = sorted(w.Entities)
	}
	p.Organization = pick(d, fits...)
	p.Realm = p.RoleType
	switch d.Below(150) { // what no store would take
	case 0:
		p.Organization = ""
	case 1:
		p.Name = strings.Repeat("x", individuals.MaxNameBytes+1)
	}
	p.Window = randomWindow(d, w.Now)
	p.Allowed = randomAllowed(d)
	p.SecondFactor = pick(d, individuals.AsClassDefines, individuals.SecondFactorYes, individuals.SecondFactorNo)
	p.Enrolled = d.Chance(65)
	p.Disabled = d.Chance(4)
	p.Epoch = uint64(d.Below(3))
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
	s := individuals.Slot{Revision: uint64(1 + d.Below(4)), By: "someone"}
	switch {
	case d.Chance(1):
		s.ID = "gone"
	case len(usable) == 0 && d.Chance(30) || d.Chance(4):
		s.ID = pick(d, all...)
	case len(usable) > 0:
		s.ID = pick(d, usable...)
	}
	if d.Chance(9) {
		s.ID = ""
	}
	return s
}
