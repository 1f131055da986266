package reference

import (
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// Mutate changes one thing in the world as time goes by, and returns the records that
// it wrote or deleted.
func (w *World) Mutate(d *Draw) []Record {
	switch d.Below(12) {
	case 0, 1:
		id := pick(d, sorted(w.Roles)...)
		typeName := w.Roles[id].Type
		if _, ok := w.Types[typeName]; !ok {
			return nil
		}
		revised := w.randomRole(d, id, typeName)
		revised.Type = typeName // it never changes
		w.Roles[id] = revised
		return []Record{{Kind: store.Roles, ID: id}}
	case 2:
		id := pick(d, sorted(w.Levels)...)
		typeName := w.Levels[id].Type
		if _, ok := w.LevelTypes[typeName]; !ok {
			return nil
		}
		revised := w.randomLevel(d, id, typeName)
		revised.Type = typeName
		w.Levels[id] = revised
		return []Record{{Kind: store.ACLs, ID: id}}
	case 3, 4:
		return w.mutateGrant(d)
	case 5, 6:
		return w.mutatePerson(d)
	case 7, 8:
		return w.mutateEntity(d)
	case 9:
		id := pick(d, "gold", "silver", "bronze")
		c, ok := w.Classes[id]
		if c.SecondFactor = !c.SecondFactor; !ok {
			c = individuals.Class{ID: id, Name: id}
		}
		if w.Classes[id] = c; d.Chance(10) {
			delete(w.Classes, id)
		}
		return []Record{{Kind: store.Classes, ID: id}}
	case 10:
		id := pick(d, sorted(w.Organizations)...)
		o := w.Organizations[id]
		o.Link = w.randomLink(d, id)
		w.Organizations[id] = o
		return []Record{{Kind: store.Organizations, ID: id}}
	default:
		id := pick(d, sorted(w.Organizations)...)
		if w.randomOrganization(d, id); d.Chance(10) {
			delete(w.Organizations, id)
		}
		return []Record{{Kind: store.Organizations, ID: id}}
	}
}

func (w *World) mutateGrant(d *Draw) []Record {
	keys := slices.SortedFunc(maps.Keys(w.Grants), compareKeys)
	if len(keys) == 0 {
		return nil
	}
	key := pick(d, keys...)
	g := w.Grants[key]
	switch d.Below(6) {
	case 0:
		g.Role.ID = ""
	case 1:
		g.ACL.ID = ""
	case 2:
		g.Listed = some(d, d.Below(4), sorted(w.Entities))
	case 3:
		delete(w.Grants, key)
		return []Record{{store.Grants, key.Individual, key.Organization}}
	default:
		w.randomGrant(d, key)
		g = w.Grants[key]
	}
	w.Grants[key] = g
	return []Record{{store.Grants, key.Individual, key.Organization}}
}

func (w *World) mutatePerson(d *Draw) []Record {
	id := pick(d, sorted(w.Individuals)...)
	p := w.Individuals[id]
	switch d.Below(8) {
	case 0:
		p.Disabled = !p.Disabled
		p.Epoch++
	case 1:
		p.Epoch++
	case 2:
		p.Window = randomWindow(d, w.Now)
	case 3:
		p.Allowed = randomAllowed(d)
	case 4:
		p.Enrolled = !p.Enrolled
	case 5:
		p.SecondFactor = pick(d, individuals.AsClassDefines, individuals.SecondFactorYes, individuals.SecondFactorNo)
	case 6:
		p.Organization = pick(d, sorted(w.Entities)...)
	default:
		if len(w.Individuals) > 4 && d.Chance(50) {
			var gone []Record
			for key := range w.Grants {
				if key.Individual == id {
					delete(w.Grants, key)
					gone = append(gone, Record{store.Grants, id, key.Organization})
				}
			}
			delete(w.Individuals, id)
			return append(gone, Record{Kind: store.Individuals, ID: id})
		}
		w.randomPerson(d, id)
		records := []Record{{Kind: store.Individuals, ID: id}}
		for key := range w.Grants {
			if key.Individual == id {
				records = append(records, Record{store.Grants, id, key.Organization})
			}
		}
		return records
	}
	w.Individuals[id] = p
	return []Record{{Kind: store.Individuals, ID: id}}
}

func (w *World) mutateEntity(d *Draw) []Record {
	id := pick(d, sorted(w.Entities)...)
	e := w.Entities[id]
	switch d.Below(5) {
	case 0:
		if e.Parent != "" {
			e.Links = w.randomLinks(d, id)
		}
	case 1:
		if len(w.Entities) > 4 {
			delete(w.Entities, id)
			return []Record{{Kind: store.Entities, ID: id}}
		}
	case 2:
		e.ID = fmt.Sprintf("new %d", d.byte())
		e.Parent = id
		e.Links = nil
	default:
		if e.Parent != "" {
			e.Parent = pick(d, sorted(w.Entities)...)
		}
	}
	w.Entities[e.ID] = e
	return []Record{{Kind: store.Entities, ID: e.ID}}
}
