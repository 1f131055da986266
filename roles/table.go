package roles

import (
	"iter"
	"unique"
)

// A Reach says on what a permission is asked: a type has one ceiling on the
// people's own entity and one on what lies below it.
type Reach uint8

const (
	// Either is the zero Reach: without an object the smaller ceiling applies.
	Either Reach = iota
	// Own is the entity that the person belongs to.
	Own
	// Below is anything else.
	Below
)

// String returns "either", "own" or "below".
func (r Reach) String() string {
	switch r {
	case Own:
		return "own"
	case Below:
		return "below"
	default:
		return "either"
	}
}

// A Table is the compiled form of a role or an access level: what it permits
// at every node, with all inheritance resolved and the ceilings of its type
// applied. It is immutable and safe for concurrent use. A nil Table permits
// nothing.
type Table struct {
	model     *Model
	of        *compiledType
	effective string // one packed byte per node; interned
	values    string // the same before ceilings; interned
	shared    [2]unique.Handle[string]
}

func (m *Model) newTable(of *compiledType, values []Permission) *Table {
	before := make([]byte, len(values))
	after := make([]byte, len(values))
	for i, v := range values {
		before[i] = pack(v, v)
		after[i] = before[i] & of.ceiling[i]
	}
	// The handles keep the shared strings in use; equal tables of a thousand
	// roles are stored once.
	t := &Table{model: m, of: of}
	t.shared = [2]unique.Handle[string]{unique.Make(string(after)), unique.Make(string(before))}
	t.effective, t.values = t.shared[0].Value(), t.shared[1].Value()
	return t
}

// Model returns the model that the table was compiled for.
func (t *Table) Model() *Model {
	if t == nil {
		return nil
	}
	return t.model
}

// Packed returns the compiled form itself: one byte for each node, by
// [Node.Index], with the permission on the own entity in the low four bits and
// below it in the high four. It is for code that asks millions of times a
// second; everyone else asks [Table.Permission]. It is "" for nil.
func (t *Table) Packed() string {
	if t == nil {
		return ""
	}
	return t.effective
}

// has reports whether n is a node of the tree that t was compiled over.
func (t *Table) has(n Node) bool {
	return t != nil && t.model != nil && n.tree != nil && n.tree == t.model.tree
}

// Type returns the name of the role type whose ceilings apply, "" for nil.
func (t *Table) Type() string {
	if t == nil || t.of == nil {
		return ""
	}
	return t.of.Name
}

// Permission returns what is permitted at n. It is [Restrict] for the zero
// Node and for a node of another tree.
func (t *Table) Permission(n Node, r Reach) Permission {
	if !t.has(n) {
		return Restrict
	}
	return unpack(t.effective[n.index], r)
}

// Allows reports whether the action is permitted at n. It allocates nothing.
func (t *Table) Allows(a Action, n Node, r Reach) bool {
	return t.Permission(n, r).Allows(a)
}

// Value returns what was set or inherited at n, before the ceilings.
func (t *Table) Value(n Node) Permission {
	if !t.has(n) {
		return Restrict
	}
	return unpack(t.values[n.index], Own)
}

// Ceiling returns the most that a role of the named type permits at n. It is
// [Restrict] for an unknown type or node.
func (m *Model) Ceiling(typeName string, n Node, r Reach) Permission {
	c := m.byName[typeName]
	if c == nil || n.tree == nil || n.tree != m.tree {
		return Restrict
	}
	return unpack(c.ceiling[n.index], r)
}

// PackedCeiling returns the ceilings of the named type in the form of
// [Table.Packed], "" for an unknown type.
func (m *Model) PackedCeiling(typeName string) string {
	if c := m.byName[typeName]; c != nil {
		return c.ceiling
	}
	return ""
}

// Borrow returns what people of the named type may do at n on behalf of
// another beyond what they hold themselves.
func (m *Model) Borrow(typeName string, n Node) Permission {
	c := m.byName[typeName]
	if c == nil || n.tree == nil || n.tree != m.tree {
		return Restrict
	}
	return c.borrow[n.index]
}

func unpack(b byte, r Reach) Permission {
	switch r {
	case Own:
		return Permission(b & 0xf)
	case Below:
		return Permission(b >> 4)
	default:
		return Permission(b & (b >> 4))
	}
}

// Visible reports whether n or anything below it may be viewed, on the own
// entity or below: whether a menu has a reason to show it. Visible is not
// Read.
func (t *Table) Visible(n Node) bool {
	if !t.has(n) {
		return false
	}
	for i := int(n.index); i < int(n.tree.nodes[n.index].end); i++ {
		if (t.effective[i]|t.effective[i]>>4)&byte(View) != 0 {
			return true
		}
	}
	return false
}

// VisibleNodes yields the visible nodes, parents before their children. A
// node whose parent is not yielded is never yielded.
func (t *Table) VisibleNodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if t == nil || t.model == nil {
			return
		}
		tree := t.model.tree
		for i := 0; i < len(tree.nodes); {
			n := tree.at(i)
			if !t.Visible(n) {
				i = int(tree.nodes[i].end)
				continue
			}
			if !yield(n) {
				return
			}
			i++
		}
	}
}
