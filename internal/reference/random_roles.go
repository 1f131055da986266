package reference

import (
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

func (w *World) randomRoles(d *Draw) {
	for _, typeName := range sorted(w.Types) {
		for i := range 1 + d.Below(3) {
			id := fmt.Sprintf("role %s %d", typeName, i)
			if w.Roles[id] = w.randomRole(d, id, typeName); i == 0 {
				w.Roles[id] = roles.NewRole(id, id, typeName, w.randomSettings(d, typeName))
			}
		}
	}
}

// randomRole draws a role, which may not compile.
func (w *World) randomRole(d *Draw, id, typeName string) roles.Role {
	set := w.randomSettings(d, typeName)
	switch d.Below(40) {
	case 0:
		set["customer/nothing"] = roles.Restrict
	case 1: // odd choices do not have it
		set[pick(d, w.Tree.paths()...)] = roles.Permit(roles.Create, roles.Update)
	case 2: // often the second setting of a node
		path := pick(d, w.Tree.paths()...)
		set[w.Tree.name(d, path)], set[path] = roles.Restrict, roles.Restrict
	}
	r := roles.NewRole(id, id, typeName, set)
	if d.Chance(4) {
		r.Type = "nothing"
	}
	if d.Chance(15) {
		r.Owner = pick(d, sorted(w.Entities)...)
	}
	return r
}

// randomSettings draws permissions that a role of the type can set, more of them near
// the roots.
func (w *World) randomSettings(d *Draw, typeName string) map[string]roles.Permission {
	set := make(map[string]roles.Permission)
	for _, path := range w.Tree.paths() {
		n := w.Tree.nodes[path]
		percent := 15
		if n.parent == "" {
			percent = 80
		}
		if !d.Chance(percent) {
			continue
		}
		p := pick(d, w.Tree.choices(path, typeName)...)
		if d.Chance(40) {
			p = w.Tree.most(path, typeName)
		}
		set[w.Tree.name(d, path)] = p
	}
	return set
}

// parts is the type of components.
const parts = "parts"

// The objects and attributes that levels speak of.
var (
	objects    = []string{"Customers", "Accounts"}
	attributes = []string{"name", "limit", acl.AnyAttribute}
)

func (w *World) randomLevels(d *Draw) {
	if d.Chance(30) {
		w.HiddenFrom = pick(d, []string{}, []string{"customer"}, []string{"reseller", "distributor"})
	}
	w.LevelTypes[parts] = acl.Type{Name: parts}
	for _, name := range sorted(w.Types) {
		t := acl.Type{Name: "level_" + name, RoleType: name, Hidden: d.Chance(35)}
		w.LevelTypes[t.Name] = t
	}
	for _, path := range w.Tree.paths() {
		if w.Tree.nodes[path].parent != "" && !d.Chance(30) {
			continue
		}
		m := acl.Mapping{Node: w.Tree.name(d, path), Subtree: d.Chance(80)}
		for _, object := range some(d, 1+d.Below(2), objects) {
			m.Needs = append(m.Needs, object+"."+pick(d, attributes...))
		}
		w.Mapping = append(w.Mapping, m)
	}
	for i := range 2 + d.Below(3) {
		id := fmt.Sprintf("part %d", i)
		w.Levels[id] = w.randomLevel(d, id, parts)
	}
	if d.Chance(5) { // about as many one below another as allowed
		above := ""
		for i := range acl.MaxNesting - 1 + d.Below(3) {
			id := fmt.Sprintf("nested %d", i)
			l := w.randomLevel(d, id, parts)
			if l.Components = nil; above != "" {
				l.Components = []string{above}
			}
			w.Levels[id] = l
			above = id
		}
	}
	for _, typeName := range sorted(w.LevelTypes) {
		for i := range d.Below(3) + 1 {
			id := fmt.Sprintf("level %s %d", typeName, i)
			l := w.randomLevel(d, id, typeName)
			if i == 0 {
				l.Type, l.Owner, l.Components, l.VisibleTo = typeName, "", nil, nil
			}
			w.Levels[id] = l
		}
	}
}

// randomLevel draws a level, which may not compile.
func (w *World) randomLevel(d *Draw, id, typeName string) acl.Level {
	l := acl.Level{ID: id, Name: id, Type: typeName}
	for _, object := range objects {
		for _, attribute := range some(d, 1+d.Below(3), attributes) {
			p := acl.Permission{Operations: acl.Operations(1 + d.Below(15)), Object: object, Attribute: attribute}
			if d.Chance(40) {
				p.Operations = acl.AllOperations
			}
			l.Permissions = append(l.Permissions, p)
		}
	}
	var components []string
	for _, other := range sorted(w.Levels) {
		if w.Levels[other].Type == parts && other != id {
			components = append(components, other)
		}
	}
	l.Components = some(d, d.Below(3), components)
	switch d.Below(60) {
	case 0:
		l.Components = []string{id}
	case 1:
		l.Components = []string{"gone"}
	case 2: // often no component, or a longer cycle
		l.Components = []string{pick(d, append(sorted(w.Levels), "gone")...)}
	case 3:
		l.Type = "nothing"
	}
	if d.Chance(25) {
		l.Owner = pick(d, sorted(w.Entities)...)
	}
	if w.LevelTypes[l.Type].Hidden {
		l.VisibleTo = some(d, d.Below(6), sorted(w.Entities))
	}
	return l
}
