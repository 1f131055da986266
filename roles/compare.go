package roles

// A Difference is one node at which two tables permit different things.
type Difference struct {
	Node  Node
	Reach Reach // Own or Below
	A, B  Permission
}

// Covers reports whether a permits everything that b permits, at every node
// and for both reaches, each table under its own type's ceilings. A nil or zero
// Table permits nothing. Tables of different trees are not comparable: a covers b
// then only if b is such.
func Covers(a, b *Table) bool {
	if b == nil || b.model == nil {
		return true
	}
	if a != nil && a.model == nil {
		a = nil
	}
	if a != nil && a.model.tree != b.model.tree {
		return false
	}
	for i := range len(b.effective) {
		var held byte
		if a != nil {
			held = a.effective[i]
		}
		if b.effective[i]&^held != 0 {
			return false
		}
	}
	return true
}

// Diff lists every node and reach at which a and b permit different things, in
// the order of [Tree.Nodes]. A nil table permits nothing. It panics when the
// tables belong to different trees, which is a mistake of the program.
func Diff(a, b *Table) []Difference {
	var tree *Tree
	for _, t := range []*Table{a, b} {
		switch {
		case t == nil || t.model == nil:
		case tree == nil:
			tree = t.model.tree
		case tree != t.model.tree:
			panic("roles: Diff: tables of different trees")
		}
	}
	if tree == nil {
		return nil
	}
	var out []Difference
	for i := range tree.nodes {
		n := tree.at(i)
		for _, r := range [...]Reach{Own, Below} {
			if pa, pb := a.Permission(n, r), b.Permission(n, r); pa != pb {
				out = append(out, Difference{Node: n, Reach: r, A: pa, B: pb})
			}
		}
	}
	return out
}
