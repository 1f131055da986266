package reference

import (
	"fmt"
	"slices"

	"github.com/durward-go/durward/roles"
)

// chains are choices that a node can have instead of the usual three.
var chains = [][]roles.Permission{
	{roles.Restrict},
	{roles.Restrict, roles.Read},
	{roles.Restrict, roles.Modify},
	{roles.Restrict, roles.Permit(roles.Create), roles.Modify},
	{roles.Restrict, roles.Read, roles.Permit(roles.View, roles.Update), roles.Modify},
	{roles.Restrict, roles.Permit(roles.Delete), roles.Permit(roles.Create, roles.Delete)},
}

// A grower draws the nodes of one tree. Aliases are numbered, so that no two nodes have
// the same.
type grower struct {
	*Draw
	types   []string
	aliases int
	left    int
}

// randomTree draws a tree of a few dozen nodes at most.
func randomTree(d *Draw, types []string) *Tree {
	g := &grower{Draw: d, types: types, left: 6 + d.Below(20)}
	var entities []roles.NodeSpec
	for _, name := range some(d, 3, []string{"customer", "account", "product"}) {
		entities = append(entities, g.grow(name, "", 1))
	}
	return NewTree(entities, d.Chance(40))
}

// grow draws a node below the path and what is below it.
func (g *grower) grow(name, above string, depth int) roles.NodeSpec {
	g.left--
	path := above + name
	spec := roles.NodeSpec{Name: name, Explicit: g.Chance(12)}
	for range g.Below(3) * g.Below(2) {
		g.aliases++
		spec.Aliases = append(spec.Aliases, fmt.Sprintf(pick(g.Draw, "old%d", "former/place%d", path+"/below%d", above+"x%d"), g.aliases))
	}
	if g.Chance(25) {
		spec.Choices = pick(g.Draw, chains...)
	}
	if g.Chance(25) {
		spec.ChoicesFor = make(map[string][]roles.Permission)
		for _, name := range some(g.Draw, 2, g.types) {
			spec.ChoicesFor[name] = pick(g.Draw, chains...)
		}
	}
	for _, mark := range []roles.Marks{roles.Moved, roles.OwnHands} {
		if g.Chance(12) {
			spec.Marks |= mark
		}
	}
	if g.Chance(4) {
		spec.Marks |= roles.SecondFactor
	}
	if depth == 5 {
		return spec
	}
	for _, name := range some(g.Draw, 1+g.Below(4), []string{"address", "billing", "bcc", "x", "pbx_1", "a-b"}) {
		if g.left > 0 {
			spec.Children = append(spec.Children, g.grow(name, path+"/", depth+1))
		}
	}
	return spec
}

// paths are those of all nodes, sorted.
func (t *Tree) paths() []string {
	var all []string
	for path := range t.nodes {
		all = append(all, path)
	}
	slices.Sort(all)
	return all
}

// name draws a path or an alias of the node.
func (t *Tree) name(d *Draw, path string) string {
	if !d.Chance(25) {
		return path
	}
	var names []string
	for name, of := range t.named {
		if of == path {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return pick(d, names...)
}

// randomCeiling draws a ceiling over some nodes of the tree.
func randomCeiling(d *Draw, t *Tree, base ...roles.Permission) roles.Ceiling {
	c := roles.Ceiling{Base: pick(d, base...), At: make(map[string]roles.Permission)}
	for _, path := range some(d, d.Below(4), t.paths()) {
		c.At[t.name(d, path)] = pick(d, roles.Restrict, roles.Read, roles.Modify, roles.Permission(d.Below(16)))
	}
	return c
}
