package reference

import (
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A party is one person in the organization that it acts for, with all that is stored
// about the two: who asks, and who acts on somebody's behalf.
type party struct {
	w            *World
	identity     Identity
	person       Person
	known        bool
	organization string
	settings     individuals.Organization
	settled      bool // the organization has settings
	grant        individuals.Grant
	governing    governing
}

// meet finds the person of an identity. preferred is the slot that the request prefers.
func (w *World) meet(identity Identity, preferred Slot) *party {
	p := &party{w: w, identity: identity, organization: identity.Organization}
	if identity.Link {
		p.meetLink()
		return p
	}
	p.person, p.known = w.Individuals[identity.Individual]
	if p.organization == "" {
		p.organization = p.person.Organization
	}
	p.settings, p.settled = w.Organizations[p.organization]
	p.grant = w.Grants[GrantKey{identity.Individual, p.organization}]
	p.governing = govern(w.PerSurface, p.grant, preferred)
	if identity.OnBehalf != nil && identity.OnBehalf.AsDefault {
		p.governing = asDefault(p.settings)
	}
	return p
}

// meetLink stands a person in for whoever came by the standing link: one of the type of
// the link's role, who holds that role as if granted last, may come from anywhere at any
// time, and has a second factor that the link did not prove.
func (p *party) meetLink() {
	p.settings, p.settled = p.w.Organizations[p.organization]
	p.known = true
	p.person.ID, p.person.Organization = p.organization, p.organization
	p.person.RoleType = p.w.Roles[p.settings.Link.Role].Type
	p.person.Allowed = []string{"any"}
	p.person.SecondFactor, p.person.Enrolled = individuals.SecondFactorNo, true
	p.person.Epoch = p.settings.Link.Epoch
	p.person.Disabled = p.settled && !p.settings.Closed && !p.settings.Link.Open
	p.governing = byLink(p.settings)
}

// roleType is the type of the person.
func (p *party) roleType() roles.Type { return p.w.Types[p.person.RoleType] }

// answered reports whether the store gives all that is to be known about the party.
func (p *party) answered() bool {
	w := p.w
	if !p.known {
		return w.answers(store.Individuals, p.identity.Individual)
	}
	return (p.identity.Link || w.answers(store.Individuals, p.identity.Individual) && w.answers(store.Grants, p.identity.Individual)) &&
		w.Answers(p.organization)
}

// Answers reports whether the store gives all that is to be known about the
// organization.
func (w *World) Answers(organization string) bool {
	return w.answers(store.Organizations, organization) &&
		w.answers(store.Classes, w.Organizations[organization].Class) &&
		w.readable(organization)
}

// readable reports whether the store gives the entity, those above it, and those that
// they link to. Of what is damaged no more is read.
func (w *World) readable(id string) bool {
	chain, sound := w.chain(id)
	if !w.allAnswer(id) {
		return false
	}
	for _, e := range chain {
		for _, link := range e.Links {
			if !sound {
				return true
			}
			if !w.allAnswer(link.To) {
				return false
			}
			_, sound = w.chain(link.To)
		}
	}
	return true
}

// allAnswer reports whether the store gives the entity and those above it, or says that
// they are missing. The store is not asked for more than a chain may have.
func (w *World) allAnswer(id string) bool {
	chain, _ := w.chain(id)
	for _, e := range chain[:min(len(chain), scope.MaxDepth-1)] {
		if !w.answers(store.Entities, e.ID) || !w.answers(store.Entities, e.Parent) {
			return false
		}
	}
	return w.answers(store.Entities, id)
}

// compiles reports whether the records of the party can be used at all. A person or an
// organization that does not exist is another gate's.
func (p *party) compiles(path string) bool {
	w := p.w
	if !p.known {
		return true
	}
	t, ok := w.Types[p.person.RoleType]
	// A link that gives no role needs no type either, nor do settings that are missing.
	nothing := p.identity.Link && p.governing.id == ""
	if !nothing && (!ok || !validPerson(p.person)) {
		return false
	}
	if !p.settled {
		return true
	}
	if !w.sound(p.organization) || !nothing && w.Entities[p.organization].Kind != ownerKind(t) {
		return false
	}
	if _, ok := w.Classes[p.settings.Class]; !ok && p.settings.Class != "" {
		return false
	}
	if p.governing.id == "" {
		return true
	}
	_, ok = p.value(path)
	return ok
}

// validPerson reports whether the record can be used by itself.
func validPerson(p Person) bool {
	return checkID(p.ID) == nil && checkID(p.Organization) == nil && checkWindow(p.Window) == nil &&
		len(p.Name) <= individuals.MaxNameBytes
}

// value is what the governing role or level holds at the node, before the ceilings. It
// is not ok where that is missing, does not compile, is of another type than the person
// or is not used in the organization.
func (p *party) value(path string) (value roles.Permission, ok bool) {
	w := p.w
	if p.governing.slot == RoleSlot {
		role, ok := w.Roles[p.governing.id]
		if !ok || role.Type != p.person.RoleType || !w.usable(role.Owner, p.organization) {
			return roles.Restrict, false
		}
		value, err := w.roleValue(role, path)
		return value, err == nil
	}
	level, ok := w.Levels[p.governing.id]
	if !ok || w.NoLevels || w.LevelTypes[level.Type].RoleType != p.person.RoleType || !w.levelUsable(level, p.organization) {
		return roles.Restrict, false
	}
	value, err := w.levelValue(level, path)
	return value, err == nil
}

// reaches are the reaches that the object stands for: the organization's own entity,
// something else, or, without an object, both.
func reaches(organization, object string) []reach {
	switch object {
	case "":
		return []reach{own, below}
	case organization:
		return []reach{own}
	default:
		return []reach{below}
	}
}

// ceilingAllows reports whether the type permits the action at all.
func (w *World) ceilingAllows(a roles.Action, typeName, path string, on []reach) bool {
	for _, reach := range on {
		if w.ceiling(typeName, path, reach)&roles.Permission(a) == 0 {
			return false
		}
	}
	return true
}

// permits reports whether the party's own table does.
func (p *party) permits(a roles.Action, path, object string) bool {
	value, ok := p.value(path)
	if p.identity.Link && p.w.Tree.marked(path, roles.OwnHands) {
		return false // it names nobody whose hands they could be
	}
	return ok && value&roles.Permission(a) != 0 &&
		p.w.ceilingAllows(a, p.person.RoleType, path, reaches(p.organization, object))
}

// scoped reports whether the object lies in the party's scope; none asked is none
// missed.
func (p *party) scoped(object string) bool {
	return object == "" || p.w.reached(p.roleType().Scope, p.organization, p.grant.Listed)[object]
}
