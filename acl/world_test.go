package acl_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

// A world is a random system with random levels, kept as it was declared, so
// that a slow and obvious evaluator can be held against the package.
type world struct {
	system  *acl.System
	mapping map[string]acl.Mapping
	levels  map[string]acl.Level
	ids     []string // of the levels, components included, sorted
	holders []acl.Holder
}

var (
	worldTypes   = []string{"customer", "user", "component", "part"}
	worldTargets = []string{"A.x", "A.y", "A.*any*", "B.x", "B.y", "B.*any*", "C.x", "C.*any*"}
	worldChains  = [][]roles.Permission{
		nil,
		{roles.Restrict, roles.Read},
		{roles.Restrict},
		{roles.Restrict, roles.Permit(roles.Create)},
		{roles.Restrict, roles.Permit(roles.View, roles.Update), roles.Modify},
		{roles.Restrict, roles.Permit(roles.Delete), roles.Permit(roles.View, roles.Delete), roles.Permit(roles.View, roles.Update, roles.Delete)},
	}
)

// check runs a property 100 times in short runs, 500 times otherwise, and
// 50,000 times with DURWARD_LONG=1.
func check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	rounds := 5
	switch {
	case os.Getenv("DURWARD_LONG") == "1":
		rounds = 500
	case testing.Short():
		rounds = 1
	}
	for range rounds {
		rapid.Check(t, property)
	}
}

func drawWorld(t *rapid.T) *world {
	w := &world{mapping: make(map[string]acl.Mapping), levels: make(map[string]acl.Level)}
	specs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) roles.NodeSpec { return drawNode(t, 1) }), 1, 3).Draw(t, "roots")
	rename(specs)
	tree, err := roles.NewTree(specs, &roles.TreeOptions{Narrowing: rapid.Bool().Draw(t, "narrowing")})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for n := range tree.Nodes() {
		paths = append(paths, n.Path())
	}
	permission := rapid.Custom(func(t *rapid.T) roles.Permission {
		return roles.Permission(rapid.IntRange(0, int(roles.Modify)).Draw(t, "permission"))
	})
	ceiling := rapid.Custom(func(t *rapid.T) roles.Ceiling {
		c := roles.Ceiling{Base: roles.Modify}
		if rapid.Bool().Draw(t, "limited") {
			c.At = rapid.MapOfN(rapid.SampledFrom(paths), permission, 0, 3).Draw(t, "at")
		}
		return c
	})
	below := ceiling.Draw(t, "below")
	model := roles.MustModel(tree,
		roles.Type{Name: "admin", Ceiling: roles.Ceiling{Base: roles.Modify}},
		roles.Type{Name: "customer", Ceiling: ceiling.Draw(t, "own"), Below: &below})
	var mapping []acl.Mapping
	for _, path := range rapid.SliceOfDistinct(rapid.SampledFrom(paths), rapid.ID).Draw(t, "mapped") {
		w.mapping[path] = acl.Mapping{Node: path, Subtree: rapid.Bool().Draw(t, "subtree"),
			Needs: rapid.SliceOfNDistinct(rapid.SampledFrom(worldTargets), 1, 3, rapid.ID).Draw(t, "needs")}
		mapping = append(mapping, w.mapping[path])
	}
	w.system = acl.MustSystem(model, mapping, &acl.Options{Types: []acl.Type{
		{Name: "customer", RoleType: "customer", Hidden: true, SelfCare: true}, {Name: "user", RoleType: "admin"},
		{Name: "component"}, {Name: "part"},
	}})
	w.drawLevels(t)
	w.drawHolders(t)
	return w
}

func drawNode(t *rapid.T, depth int) roles.NodeSpec {
	n := roles.NodeSpec{Explicit: rapid.IntRange(0, 5).Draw(t, "explicit") == 0, Choices: rapid.SampledFrom(worldChains).Draw(t, "choices")}
	if depth < 4 {
		n.Children = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) roles.NodeSpec { return drawNode(t, depth+1) }), 0, 3).Draw(t, "children")
	}
	return n
}

func rename(specs []roles.NodeSpec) {
	for i := range specs {
		specs[i].Name = fmt.Sprint("n", i)
		rename(specs[i].Children)
	}
}

// drawLevels makes levels that include components named after them, so that
// there is no cycle.
func (w *world) drawLevels(t *rapid.T) {
	n := rapid.IntRange(1, 8).Draw(t, "levels")
	var components []string
	for i := n; i > 0; i-- {
		l := acl.Level{ID: fmt.Sprint("l", i), Name: fmt.Sprint("Level ", i), Type: rapid.SampledFrom(worldTypes).Draw(t, "type"),
			System: rapid.IntRange(0, 4).Draw(t, "system") == 0}
		for _, on := range rapid.SliceOfNDistinct(rapid.SampledFrom(worldTargets), 0, 5, rapid.ID).Draw(t, "targets") {
			set := acl.Operations(rapid.IntRange(1, int(acl.AllOperations)).Draw(t, "operations"))
			l.Permissions = append(l.Permissions, acl.MustPermissions(set.String()+" "+on)...)
		}
		if len(components) > 0 {
			l.Components = rapid.SliceOfNDistinct(rapid.SampledFrom(components), 0, 3, rapid.ID).Draw(t, "components")
		}
		if l.Type == "component" || l.Type == "part" {
			components = append(components, l.ID)
		}
		w.levels[l.ID] = l
		w.ids = append(w.ids, l.ID)
	}
	slices.Sort(w.ids)
}

func (w *world) drawHolders(t *rapid.T) {
	for i := range rapid.IntRange(0, 8).Draw(t, "holders") {
		w.holders = append(w.holders, acl.Holder{Individual: fmt.Sprint("i", i), Organization: rapid.SampledFrom([]string{"o1", "o2", ""}).Draw(t, "organization"),
			Type:  rapid.SampledFrom([]string{"customer", "admin"}).Draw(t, "type"),
			Level: rapid.SampledFrom(append(slices.Clone(w.ids), "none")).Draw(t, "level"),
			Role:  rapid.SampledFrom([]string{"", "", "other", "acl-l1"}).Draw(t, "role")})
	}
}

func (w *world) lookup(id string) (acl.Level, error) {
	l, ok := w.levels[id]
	if !ok {
		return l, fmt.Errorf("%w %q", acl.ErrUnknown, id)
	}
	return l, nil
}

// holds walks the components again for each question.
func (w *world) holds(id string, o acl.Operation, object, attribute string) bool {
	l := w.levels[id]
	for _, p := range l.Permissions {
		if p.Operations.Has(o) && p.Object == object && (p.Attribute == attribute || p.Attribute == "*any*") {
			return true
		}
	}
	return slices.ContainsFunc(l.Components, func(c string) bool { return w.holds(c, o, object, attribute) })
}

// value asks for each action whether the level holds all that the nearest
// entry needs.
func (w *world) value(id string, n roles.Node) roles.Permission {
	var p roles.Permission
	m, ok := w.nearest(n)
	if !ok {
		return p
	}
	for i, o := range []acl.Operation{acl.Select, acl.Insert, acl.Update, acl.Delete} {
		all := true
		for _, need := range m.Needs {
			object, attribute, _ := strings.Cut(need, ".")
			all = all && w.holds(id, o, object, attribute)
		}
		if all {
			p |= roles.Permit(roles.Actions()[i])
		}
	}
	return p
}

func (w *world) nearest(n roles.Node) (acl.Mapping, bool) {
	if m, ok := w.mapping[n.Path()]; ok {
		return m, true
	}
	for {
		up, ok := n.Parent()
		if !ok || n.Explicit() {
			return acl.Mapping{}, false
		}
		if m, ok := w.mapping[up.Path()]; ok {
			return m, m.Subtree
		}
		n = up
	}
}
