package reference

import (
	"fmt"
	"slices"
	"time"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// shapes are scope rules; the last ones belong to no type of the design.
var shapes = []scope.Rule{
	{},
	{Below: true},
	{Below: true, Link: "distributor", LinkedBelow: true},
	{Link: "representative"},
	{Listed: true, Link: "group"},
	{Link: "distributor", LinkedBelow: true},
	{Below: true, Link: "representative"},
	{Listed: true},
	{Listed: true, Below: true},
	{Listed: true, Below: true, Link: "group", LinkedBelow: true},
}

// sorts are the role types that worlds have some of, with the kind of entity that their
// people belong to and the usual shape of their scope.
var sorts = []struct {
	name, ownerKind string
	shape           int
}{
	{"admin", "provider", 1},
	{"reseller", "", 1},
	{"customer", "", 1},
	{"cc_staff", "reseller", 1},
	{"distributor", "", 2},
	{"representative", "", 3},
	{"account", "", 0},
	{"hunt_group_supervisor", "customer", 4},
}

// RandomWorld draws a world at the given instant. Most of its records are sound, and
// most people can do something.
func RandomWorld(d *Draw, now time.Time) *World {
	w := &World{
		PerSurface: d.Chance(35), NoLevels: d.Chance(5), HiddenFrom: []string{"reseller"},
		Types: make(map[string]roles.Type), LevelTypes: make(map[string]acl.Type), Systems: make(map[string]System),
		Entities: make(map[string]scope.Entity), Roles: make(map[string]roles.Role), Levels: make(map[string]acl.Level),
		Individuals: make(map[string]Person), Organizations: make(map[string]individuals.Organization),
		Classes: make(map[string]individuals.Class), Grants: make(map[GrantKey]individuals.Grant),
		Unanswered: make(map[Record]bool),
		Now:        now,
	}
	var names []string
	kinds := some(d, 3+d.Below(3), sorts)
	for _, sort := range kinds {
		names = append(names, sort.name)
	}
	w.Tree = randomTree(d, names)
	for _, sort := range kinds {
		shape := shapes[sort.shape]
		if d.Chance(35) {
			shape = pick(d, shapes...)
		}
		w.Types[sort.name] = randomType(d, w.Tree, sort.name, sort.ownerKind, shape)
	}
	w.randomForest(d)
	w.randomRoles(d)
	w.randomLevels(d)
	w.randomSystems(d)
	w.randomOrganizations(d)
	for i := range 8 + d.Below(6) {
		w.randomPerson(d, fmt.Sprintf(pick(d, "p%d", "Person %d", "Ü-%d"), i))
	}
	if d.Chance(10) {
		w.Unanswered[w.anyRecord(d)] = true
	}
	return w
}

func randomType(d *Draw, t *Tree, name, ownerKind string, shape scope.Rule) roles.Type {
	made := roles.Type{Name: name, OwnerKind: ownerKind, Scope: shape}
	made.Ceiling = randomCeiling(d, t, roles.Modify, roles.Modify, roles.Modify, roles.Read)
	if d.Chance(50) {
		c := randomCeiling(d, t, roles.Modify, roles.Modify, roles.Read, roles.Permit(roles.View, roles.Create))
		made.Below = &c
	}
	if d.Chance(45) {
		c := randomCeiling(d, t, roles.Restrict, roles.Read, roles.Modify)
		made.Borrow = &c
	}
	return made
}

// anyRecord draws one of the records that are read on demand.
func (w *World) anyRecord(d *Draw) Record {
	switch pick(d, store.Individuals, store.Organizations, store.Classes, store.Grants, store.Entities) {
	case store.Individuals:
		return Record{Kind: store.Individuals, ID: pick(d, sorted(w.Individuals)...)}
	case store.Organizations:
		return Record{Kind: store.Organizations, ID: pick(d, sorted(w.Organizations)...)}
	case store.Classes:
		return Record{Kind: store.Classes, ID: pick(d, sorted(w.Classes)...)}
	case store.Grants:
		return Record{Kind: store.Grants, ID: pick(d, sorted(w.Individuals)...)}
	default:
		return Record{Kind: store.Entities, ID: pick(d, sorted(w.Entities)...)}
	}
}

func (w *World) randomSystems(d *Draw) {
	for i := range d.Below(3) {
		typeName := pick(d, sorted(w.Types)...)
		s := System{Type: typeName, Permissions: w.randomSettings(d, typeName)}
		if d.Chance(60) {
			s.Below = pick(d, sorted(w.Entities)...)
		}
		w.Systems[fmt.Sprintf("job %d", i)] = s
	}
}

// sorted are the keys of a map in a fixed order, so that the same bytes draw the same.
func sorted[V any](m map[string]V) []string {
	var all []string
	for key := range m {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}
