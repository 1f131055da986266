package roles

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Limits of a tree.
const (
	// MaxDepth is the number of nodes on the longest path. A tree deeper than
	// this is a data set, not a menu.
	MaxDepth = 16
	// MaxNodes keeps a node's number in 16 bits.
	MaxNodes = 65_535
	// MaxNameBytes bounds one part of a path.
	MaxNameBytes = 64
	// MaxPaths bounds all paths, aliases included, that lead to the nodes.
	MaxPaths = 4 * MaxNodes

	// maxPathBytes is the length of the longest path there can be.
	maxPathBytes = MaxDepth*(MaxNameBytes+1) - 1
)

// A Tree is the resources of an application. It is immutable and safe for
// concurrent use. Two trees built from the same declaration are two trees:
// a [Node] of one is unknown to the other. The zero Tree has no nodes, and
// [NewModel] refuses it.
type Tree struct {
	narrowing bool
	nodes     []node // pre-order: a node's subtree is nodes[i:end]
	roots     []uint16
	paths     pathIndex
}

type node struct {
	path       string
	name       string
	title      string
	aliases    []string
	kind       Kind
	marks      Marks
	explicit   bool
	depth      uint8
	parent     int32 // -1 for a root
	end        uint32
	choices    *choices
	choicesFor map[string]*choices
}

// TreeOptions adjust [NewTree].
type TreeOptions struct {
	// Narrowing caps every node by its parent: a child never exceeds it.
	// Default: the nearest setting wins.
	Narrowing bool
}

// NewTree builds a tree of the given roots. It refuses names, aliases and
// choices that break the rules of [NodeSpec], and quotes them. opts may be nil.
func NewTree(entities []NodeSpec, opts *TreeOptions) (*Tree, error) {
	if opts == nil {
		opts = &TreeOptions{}
	}
	t := &Tree{narrowing: opts.Narrowing}
	if len(entities) == 0 {
		return nil, fmt.Errorf("roles: tree: no entities; give at least one root")
	}
	paths := make(map[string]uint16)
	for _, spec := range entities {
		t.roots = append(t.roots, uint16(len(t.nodes)))
		if err := t.add(spec, -1, paths); err != nil {
			return nil, err
		}
	}
	if err := t.addAliases(paths); err != nil {
		return nil, err
	}
	t.paths = newPathIndex(paths, pathIndexSize(len(paths)))
	for i := range t.paths.slots {
		slot := &t.paths.slots[i]
		slot.marks = t.nodes[slot.node].marks
	}
	return t, nil
}

// MustTree is [NewTree] for trees written in the program: it panics on error.
func MustTree(entities ...NodeSpec) *Tree {
	t, err := NewTree(entities, nil)
	if err != nil {
		panic(err)
	}
	return t
}

func (t *Tree) add(spec NodeSpec, parent int, paths map[string]uint16) error {
	n := node{name: spec.Name, path: spec.Name, title: spec.Title, kind: spec.Kind, marks: spec.Marks,
		explicit: spec.Explicit, aliases: slices.Clone(spec.Aliases), parent: int32(parent), depth: 1}
	if parent >= 0 {
		up := &t.nodes[parent]
		n.path = up.path + "/" + spec.Name
		n.depth = up.depth + 1
		n.marks |= up.marks
	}
	fail := func(format string, args ...any) error {
		return fmt.Errorf("roles: tree: node %.*q: "+format, append([]any{maxPathBytes, n.path}, args...)...)
	}
	if err := checkSegment(spec.Name); err != nil {
		return fail("%w", err)
	}
	if n.depth > MaxDepth {
		return fail("deeper than %d", MaxDepth)
	}
	if len(t.nodes) == MaxNodes {
		return fail("more than %d nodes", MaxNodes)
	}
	if spec.Marks&^allMarks != 0 {
		return fail("unknown mark %#x", uint8(spec.Marks&^allMarks))
	}
	if n.title == "" {
		n.title = n.name
	}
	switch {
	case n.kind > KindItem:
		return fail("unknown kind %d", uint8(n.kind))
	case n.kind == KindByDepth:
		n.kind = min(Kind(n.depth), KindItem)
	}
	if (n.kind == KindEntity) != (n.depth == 1) {
		return fail("%v at depth %d; entities are the roots of the tree, and only they", n.kind, n.depth)
	}
	n.choices = standardChoices
	if spec.Choices != nil {
		c, err := newChoices(spec.Choices)
		if err != nil {
			return fail("%w", err)
		}
		n.choices = c
	}
	for _, name := range slices.Sorted(maps.Keys(spec.ChoicesFor)) {
		c, err := newChoices(spec.ChoicesFor[name])
		if err != nil {
			return fail("for type %q: %w", name, err)
		}
		if n.choicesFor == nil {
			n.choicesFor = make(map[string]*choices)
		}
		n.choicesFor[name] = c
	}
	if _, taken := paths[n.path]; taken {
		return fail("declared twice")
	}
	index := len(t.nodes)
	paths[n.path] = uint16(index)
	t.nodes = append(t.nodes, n)
	for _, child := range spec.Children {
		if err := t.add(child, index, paths); err != nil {
			return err
		}
	}
	t.nodes[index].end = uint32(len(t.nodes))
	return nil
}

// addAliases enters every former path into paths: a node's own aliases, and
// below each former path of its parent its own name. A declared alias must be
// free. A path that only follows from a parent's alias gives way to an alias
// declared for another node, which was moved out of the parent; nothing else
// can be in its way, since no node lies below a path that is none.
func (t *Tree) addAliases(paths map[string]uint16) error {
	former := make([][]string, len(t.nodes))
	enter := func(i int, path string) error {
		if len(paths) >= MaxPaths {
			return fmt.Errorf("roles: tree: node %q: more than %d paths with aliases", t.nodes[i].path, MaxPaths)
		}
		paths[path] = uint16(i)
		former[i] = append(former[i], path)
		return nil
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		for _, alias := range n.aliases {
			if err := checkPath(alias); err != nil {
				return fmt.Errorf("roles: tree: node %q: alias %.200q: %w", n.path, alias, err)
			}
			if other, taken := paths[alias]; taken {
				return fmt.Errorf("roles: tree: node %q: alias %q already leads to %q", n.path, alias, t.nodes[other].path)
			}
			if err := enter(i, alias); err != nil {
				return err
			}
		}
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.parent < 0 {
			continue
		}
		for _, above := range former[n.parent] {
			path := above + "/" + n.name
			if _, taken := paths[path]; taken {
				continue
			}
			if err := enter(i, path); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkSegment(s string) error {
	if s == "" || len(s) > MaxNameBytes {
		return fmt.Errorf("name %.80q: want 1 to %d bytes", s, MaxNameBytes)
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return fmt.Errorf("name %q: want lower-case letters, digits, '-' and '_' only", s)
		}
	}
	return nil
}

func checkPath(path string) error {
	if strings.Count(path, "/") >= MaxDepth {
		return fmt.Errorf("deeper than %d", MaxDepth)
	}
	for segment := range strings.SplitSeq(path, "/") {
		if err := checkSegment(segment); err != nil {
			return err
		}
	}
	return nil
}

// Len returns the number of nodes.
func (t *Tree) Len() int { return len(t.nodes) }

// Narrowing reports whether the tree was built with [TreeOptions.Narrowing].
func (t *Tree) Narrowing() bool { return t.narrowing }

// Node finds a node by its path or an alias. Where there is none the error
// quotes the path and names the closest ones, which takes a look at every
// node: paths that requests bring go to [Tree.Lookup].
func (t *Tree) Node(path string) (Node, error) {
	if n, ok := t.Lookup(path); ok {
		return n, nil
	}
	return Node{}, fmt.Errorf("roles: %w", t.unknown(path))
}

// MustNode is [Tree.Node] for paths written in the program: it panics on error.
func (t *Tree) MustNode(path string) Node {
	n, err := t.Node(path)
	if err != nil {
		panic(err)
	}
	return n
}

// Lookup is [Tree.Node] without an error. It allocates nothing.
func (t *Tree) Lookup(path string) (Node, bool) {
	s := t.paths.find(path)
	if s == nil {
		return Node{}, false
	}
	return Node{tree: t, index: s.node, marks: s.marks}, true
}

// Basic yields the entities and panels, parents before their children: the
// listing that interfaces call basic mode. [Tree.Nodes] is advanced mode.
func (t *Tree) Basic() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for n := range t.Nodes() {
			if n.Kind() != KindItem && !yield(n) {
				return
			}
		}
	}
}

// Nodes yields every node, parents before their children.
func (t *Tree) Nodes() iter.Seq[Node] {
	return t.nodesIn(0, len(t.nodes))
}

// Roots yields the entities.
func (t *Tree) Roots() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, i := range t.roots {
			if !yield(t.at(int(i))) {
				return
			}
		}
	}
}

func (t *Tree) nodesIn(from, to int) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := from; i < to; i++ {
			if !yield(t.at(i)) {
				return
			}
		}
	}
}

// At returns the node with that [Node.Index], the zero Node where there is
// none, also for a nil Tree.
func (t *Tree) At(index int) Node {
	if t == nil || index < 0 || index >= len(t.nodes) {
		return Node{}
	}
	return t.at(index)
}

func (t *Tree) at(i int) Node {
	return Node{tree: t, index: uint16(i), marks: t.nodes[i].marks}
}
