package roles

import (
	"iter"
	"slices"
)

// A Node is a handle to one node of a [Tree]: small, comparable, and good for
// as long as the tree is. Get it once with [Tree.Node] and keep it; a check
// with a handle needs no path. The zero Node is no node, and nothing is ever
// permitted on it.
type Node struct {
	tree  *Tree
	index uint16
	marks Marks
}

// IsZero reports whether n is no node.
func (n Node) IsZero() bool { return n.tree == nil }

// Tree returns the tree that n belongs to, nil for the zero Node.
func (n Node) Tree() *Tree { return n.tree }

// Index is the node's position in [Tree.Nodes], from 0. It is not stable
// across versions of an application; keep paths instead.
func (n Node) Index() int { return int(n.index) }

// Path returns the path from the root, "customer/address/bcc", or "".
func (n Node) Path() string {
	if n.tree == nil {
		return ""
	}
	return n.tree.nodes[n.index].path
}

// String returns the path.
func (n Node) String() string { return n.Path() }

// Name returns the last part of the path, or "".
func (n Node) Name() string {
	if n.tree == nil {
		return ""
	}
	return n.tree.nodes[n.index].name
}

// Title returns the text for people, or "".
func (n Node) Title() string {
	if n.tree == nil {
		return ""
	}
	return n.tree.nodes[n.index].title
}

// Kind returns what the node stands for, [KindByDepth] for the zero Node.
func (n Node) Kind() Kind {
	if n.tree == nil {
		return KindByDepth
	}
	return n.tree.nodes[n.index].kind
}

// Marks returns the marks of the node, those from above included.
func (n Node) Marks() Marks { return n.marks }

// Explicit reports whether the node does not inherit.
func (n Node) Explicit() bool { return n.tree != nil && n.tree.nodes[n.index].explicit }

// Aliases returns the former paths declared for the node.
func (n Node) Aliases() []string {
	if n.tree == nil {
		return nil
	}
	return slices.Clone(n.tree.nodes[n.index].aliases)
}

// Choices returns what a role of the given type can set here, least first.
func (n Node) Choices(typeName string) []Permission {
	if n.tree == nil {
		return nil
	}
	return slices.Clone(n.choices(typeName).chain)
}

func (n Node) choices(typeName string) *choices {
	of := &n.tree.nodes[n.index]
	if c, ok := of.choicesFor[typeName]; ok {
		return c
	}
	return of.choices
}

// Parent returns the node above, and false for a root and the zero Node.
func (n Node) Parent() (Node, bool) {
	if n.tree == nil {
		return Node{}, false
	}
	up := n.tree.nodes[n.index].parent
	if up < 0 {
		return Node{}, false
	}
	return n.tree.at(int(up)), true
}

// Children yields the nodes directly below.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.tree == nil {
			return
		}
		end := int(n.tree.nodes[n.index].end)
		for i := int(n.index) + 1; i < end; i = int(n.tree.nodes[i].end) {
			if !yield(n.tree.at(i)) {
				return
			}
		}
	}
}

// Subtree yields the node and everything below it, parents first.
func (n Node) Subtree() iter.Seq[Node] {
	if n.tree == nil {
		return func(func(Node) bool) {}
	}
	return n.tree.nodesIn(int(n.index), int(n.tree.nodes[n.index].end))
}
