package reference

import "github.com/durward-go/durward/roles"

// A Tree is the resource tree as a map from paths to nodes.
type Tree struct {
	// Entities is the declaration. Narrowing caps every node by its parent.
	Entities  []roles.NodeSpec
	Narrowing bool
	nodes     map[string]node
	// named leads from every path and alias to the node's path.
	named map[string]string
}

// A node is one declaration at its path.
type node struct {
	path   string
	parent string // "" for a root
	spec   roles.NodeSpec
}

// NewTree lays out the declaration. It takes for granted that package roles accepts it.
func NewTree(entities []roles.NodeSpec, narrowing bool) *Tree {
	t := &Tree{Entities: entities, Narrowing: narrowing, nodes: make(map[string]node), named: make(map[string]string)}
	for _, e := range entities {
		t.add(e, "", nil)
	}
	return t
}

// add puts spec below the parent, whose former paths are given: what is below a node is
// found below the node's aliases too, and aliases do not combine.
func (t *Tree) add(spec roles.NodeSpec, parent string, former []string) {
	path := spec.Name
	if parent != "" {
		path = parent + "/" + spec.Name
	}
	t.nodes[path] = node{path, parent, spec}

	var names []string
	for _, above := range former {
		names = append(names, above+"/"+spec.Name)
	}
	names = append(names, spec.Aliases...)
	t.named[path] = path
	for _, name := range names {
		t.named[name] = path
	}
	for _, child := range spec.Children {
		t.add(child, path, names)
	}
}

// Find returns the path of the node that has the path or alias.
func (t *Tree) Find(path string) (string, bool) {
	found, ok := t.named[path]
	return found, ok
}

// up is the path and those above it, nearest first.
func (t *Tree) up(path string) []node {
	var chain []node
	for path != "" {
		n := t.nodes[path]
		chain = append(chain, n)
		path = n.parent
	}
	return chain
}

// marked reports whether the node or one above it has the mark.
func (t *Tree) marked(path string, mark roles.Marks) bool {
	for _, n := range t.up(path) {
		if n.spec.Marks&mark != 0 {
			return true
		}
	}
	return false
}

// choices are what a role of the type can set at the node.
func (t *Tree) choices(path, typeName string) []roles.Permission {
	spec := t.nodes[path].spec
	if special, ok := spec.ChoicesFor[typeName]; ok {
		return special
	}
	if spec.Choices != nil {
		return spec.Choices
	}
	return []roles.Permission{roles.Restrict, roles.Read, roles.Modify}
}

// lower returns the greatest choice of the node within p. The choices form a chain, so
// the greatest is the one with the most actions.
func (t *Tree) lower(p roles.Permission, path, typeName string) roles.Permission {
	greatest := roles.Restrict
	for _, choice := range t.choices(path, typeName) {
		if choice&p == choice && count(choice) > count(greatest) {
			greatest = choice
		}
	}
	return greatest
}

// most returns the greatest choice of the node.
func (t *Tree) most(path, typeName string) roles.Permission {
	return t.lower(roles.Modify, path, typeName)
}

// count is the number of actions in p.
func count(p roles.Permission) int {
	n := 0
	for _, a := range roles.Actions() {
		if roles.Permission(a)&p != 0 {
			n++
		}
	}
	return n
}
