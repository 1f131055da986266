package acl

import (
	"fmt"
	"slices"

	"github.com/durward-go/durward/roles"
)

// MaxNeeds bounds the attributes that one mapping names. A panel that shows
// more than this is mapped to the whole object.
const MaxNeeds = 256

// A Mapping says which attributes stand for a node of the tree. A level holds
// an action on the node when it permits the operation of the same meaning on
// all of them: with fewer, the node would show what the level keeps back.
//
// A node without a mapping is Restrict for every level, since nodes do not
// inherit from one another here. The nearest entry counts: the node's own;
// otherwise that of its parent, if it covers the subtree; and so on upward. The
// walk ends at an entry that does not cover its subtree, and at a node that is
// explicit in the tree: such a node needs an entry of its own.
//
// To keep a node out of a subtree that is covered, map it to an object of its
// own.
type Mapping struct {
	// Node is a path or an alias of the tree.
	Node string
	// Subtree covers also the nodes below, as far as no other entry is nearer.
	Subtree bool
	// Needs names the attributes, at least one: "Customers.name". A level
	// permits one by that attribute or by the whole object. The whole object,
	// "Customers.*any*", is permitted only as such, however many of its
	// attributes a level lists.
	Needs []string
}

// coverage is the mapping resolved over a tree.
type coverage struct {
	needs [][]target // one for each entry
	of    []int      // by node: the index of its entry, -1 for none
}

func newCoverage(tree *roles.Tree, mapping []Mapping) (*coverage, error) {
	c := &coverage{needs: make([][]target, len(mapping)), of: make([]int, tree.Len())}
	own := make(map[roles.Node]int, len(mapping))
	for i, m := range mapping {
		n, err := tree.Node(m.Node)
		if err != nil {
			return nil, fmt.Errorf("acl: mapping %d: %w", i, err)
		}
		if _, twice := own[n]; twice {
			return nil, fmt.Errorf("acl: mapping %d: node %q is mapped twice; name all that it needs in one entry", i, n.Path())
		}
		if c.needs[i], err = parseNeeds(m.Needs); err != nil {
			return nil, fmt.Errorf("acl: mapping %d: node %q: %w", i, n.Path(), err)
		}
		own[n] = i
	}
	below := make([]int, tree.Len()) // by node: the entry that its children fall under
	for n := range tree.Nodes() {
		at := n.Index()
		c.of[at], below[at] = -1, -1
		if i, ok := own[n]; ok {
			c.of[at] = i
			if mapping[i].Subtree {
				below[at] = i
			}
		} else if up, ok := n.Parent(); ok && !n.Explicit() {
			c.of[at] = below[up.Index()]
			below[at] = below[up.Index()]
		}
	}
	return c, nil
}

func parseNeeds(texts []string) ([]target, error) {
	if len(texts) == 0 {
		return nil, fmt.Errorf("needs nothing; name at least one attribute, or leave the entry out")
	}
	if len(texts) > MaxNeeds {
		return nil, fmt.Errorf("needs %d attributes, at most %d", len(texts), MaxNeeds)
	}
	needs := make([]target, len(texts))
	for i, s := range texts {
		t, err := parseTarget(s)
		if err != nil {
			return nil, fmt.Errorf("needs %w", err)
		}
		if slices.Contains(needs[:i], t) {
			return nil, fmt.Errorf("needs %q twice", s)
		}
		needs[i] = t
	}
	return needs, nil
}

// at returns what n needs, nil where nothing maps to it.
func (c *coverage) at(n roles.Node) []target {
	i := c.of[n.Index()]
	if i < 0 {
		return nil
	}
	return c.needs[i]
}
