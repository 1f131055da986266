package manage_test

import (
	"fmt"
	"maps"
	"math/bits"
	"reflect"
	"slices"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
)

// An asker is who made a change: the individual, and who acts on its behalf.
type asker struct {
	surface access.Surface
	holders []memberKey // one, or two
}

func (a asker) is(individual string) bool {
	return slices.ContainsFunc(a.holders, func(k memberKey) bool { return k.individual == individual })
}

// holds is what the asker holds of an object on every surface.
func (a asker) holds(p *picture, object int) uint64 {
	all := ^uint64(0)
	for _, h := range a.holders {
		all &= p.held[h].everywhere(object)
	}
	if len(a.holders) > 1 {
		all &^= byHands
	}
	return all
}

// beyond reports whether the asker has the explicit right in the organization.
func (a asker) beyond(p *picture, organization string) bool {
	side := newSide
	if a.surface != access.NewInterface {
		side = oldSide
	}
	for _, h := range a.holders {
		if p.held[h].at(side, p.index[organization])&beyonds == 0 {
			return false
		}
	}
	return true
}

// A judge compares two pictures, and lists what the asker must not have done.
type judge struct {
	before, after *picture
	by            asker
	faults        []string
}

func (j *judge) fault(format string, args ...any) {
	j.faults = append(j.faults, fmt.Sprintf(format, args...))
}

func (j *judge) judge() []string {
	j.people()
	j.grants()
	j.rights()
	j.standing()
	j.factors()
	j.managers()
	return j.faults
}

// may reports whether the asker holds all that the person does in the
// organization, or has the explicit right there.
func (j *judge) may(k memberKey) bool {
	if j.by.beyond(j.before, k.organization) {
		return true
	}
	r := j.before.held[k]
	if r.unknown {
		return false
	}
	for object := withoutObject; object < j.before.objects; object++ {
		if (r.at(newSide, object)|r.at(oldSide, object))&^j.by.holds(j.before, object) != 0 {
			return false
		}
	}
	return true
}

func (j *judge) mayPerson(id string) bool {
	for k := range j.before.grants {
		if k.individual == id && !j.may(k) {
			return false
		}
	}
	return true
}

// people: nobody writes who holds more, nor themselves.
func (j *judge) people() {
	for id, was := range j.before.people {
		is, there := j.after.people[id]
		secret := !reflect.DeepEqual(j.before.secrets[id], j.after.secrets[id])
		if there && samePersonIn(was, is) && !secret {
			continue
		}
		if j.by.is(id) {
			is.Name, is.Language, is.Revision = was.Name, was.Language, was.Revision
			if !there || !samePersonIn(was, is) || secret {
				j.fault("%s changed themselves", id)
			}
			continue
		}
		if !j.mayPerson(id) {
			j.fault("%s, who holds more, was changed: %v to %v", id, was, is)
		}
	}
}

// grants: the same of what they are granted.
func (j *judge) grants() {
	for _, k := range union(j.before.grants, j.after.grants) {
		was, is := j.before.grants[k], j.after.grants[k]
		was.Revision, is.Revision = 0, 0
		if reflect.DeepEqual(was, is) {
			continue
		}
		if j.by.is(k.individual) {
			j.fault("%v changed their own grant", k)
		} else if !j.may(k) {
			j.fault("the grant of %v, who holds more, was changed: %v to %v", k, was, is)
		}
	}
}

// moved reports whether entities that there were stand or link elsewhere.
func (j *judge) moved() bool {
	for id, was := range j.before.entities {
		if is, there := j.after.entities[id]; there && (was.Parent != is.Parent || !reflect.DeepEqual(was.Links, is.Links)) {
			return true
		}
	}
	return false
}

// rights: nobody gains, or loses, what the asker does not hold. Where entities
// moved or were linked others reach more or less, for which the guard of entities
// is asked; the asker gains nothing by it where it asks from.
func (j *judge) rights() {
	moved := j.moved()
	for _, k := range union(j.before.held, j.after.held) {
		was, is := j.before.held[k], j.after.held[k]
		if _, had := j.before.held[k]; !had {
			was.own = withoutObject
		}
		if j.by.beyond(j.before, k.organization) || moved && was.tables == is.tables && was.unknown == is.unknown && !slices.Contains(j.by.holders, k) {
			continue
		}
		if was.unknown != is.unknown {
			j.fault("what %v holds was made known or unknown", k)
		}
		j.compare(k.individual+" in "+k.organization, was, is, moved || slices.Contains(j.by.holders, k))
	}
}

func (j *judge) compare(who string, was, is rightsOf, gainsOnly bool) {
	for _, side := range []int{newSide, oldSide} {
		if x := is.at(side, withoutObject) &^ was.at(side, withoutObject) &^ j.by.holds(j.before, withoutObject); x != 0 {
			j.fault("%s gained %s without an object", who, named(x))
		}
		for id, then := range j.before.index {
			now, there := j.after.index[id]
			if !there {
				continue // what is gone nobody holds
			}
			for phantom := range 2 {
				a, b := was.at(side, then+phantom), is.at(side, now+phantom)
				held := j.by.holds(j.before, then+phantom)
				if x := b &^ a &^ held; x != 0 {
					j.fault("%s gained %s on %s+%d, side %d", who, named(x), id, phantom, side)
				}
				if x := a &^ b &^ held; x != 0 && !gainsOnly {
					j.fault("%s lost %s on %s+%d, side %d", who, named(x), id, phantom, side)
				}
			}
		}
	}
}

// standing: nor does whoever comes by a standing link gain it.
func (j *judge) standing() {
	for id, is := range j.after.links {
		_, existed := j.before.index[id]
		if !existed || j.by.beyond(j.before, id) || is.unknown {
			continue
		}
		was, had := j.before.links[id]
		if !had || was.unknown {
			was = rightsOf{own: withoutObject}
		}
		if j.moved() && was.tables == is.tables {
			continue
		}
		j.compare("the link of "+id, was, is, true)
	}
}

// factors: nobody ends the second factor of one who holds more, nor their own.
func (j *judge) factors() {
	for k := range j.before.grants {
		p, there := j.after.people[k.individual]
		if !there || p.SecondFactor != individuals.AsClassDefines || !j.before.asked(k.organization) || j.after.asked(k.organization) {
			continue
		}
		if _, still := j.after.grants[k]; !still {
			continue
		}
		if j.by.is(k.individual) || !j.mayPerson(k.individual) {
			j.fault("%v is no longer asked for a second factor", k)
		}
	}
}

// managers: an organization's own people do not leave it without one.
func (j *judge) managers() {
	for _, h := range j.by.holders {
		for k := range j.before.grants {
			if k.individual == h.individual && j.before.managed(k.organization) && !j.after.managed(k.organization) {
				j.fault("nobody is left to manage %s, of which %s is", k.organization, h.individual)
			}
		}
	}
}

func union[V any](a, b map[memberKey]V) []memberKey {
	keys := make(map[memberKey]bool, len(a))
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return slices.Collect(maps.Keys(keys))
}

// named says in words what is in the bits.
func named(x uint64) string {
	out := ""
	for ; x != 0; x &= x - 1 {
		at := bits.TrailingZeros64(x)
		out += fmt.Sprintf("%v of %s, ", [...]string{"view", "create", "update", "delete"}[at%4], smallTree.At(at/4).Path())
	}
	return out
}
