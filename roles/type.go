package roles

import (
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/scope"
)

// A Type is what all roles of one sort of people have in common. Types are
// data: an application declares its own beside or instead of those of package
// roles/billing.
type Type struct {
	// Name identifies the type: "customer". Lower-case letters, digits, '-'
	// and '_'.
	Name string
	// Realm is where people of the type sign in. Default: the name.
	Realm string
	// OwnerKind is the kind of the entity that the people belong to.
	// Default: the name.
	OwnerKind string
	// Ceiling is the most that any role of the type permits on the people's
	// own entity.
	Ceiling Ceiling
	// Below is the most on what lies below that entity, so that a reseller
	// cannot raise its own limit but can its customers'. Nil: as Ceiling.
	Below *Ceiling
	// Scope is what people of the type reach from their entity.
	Scope scope.Rule
	// Borrow is what they may do on behalf of another beyond what they hold
	// themselves. Nil: nothing more.
	Borrow *Ceiling
}

// A Ceiling is the most that a type permits, node by node. A node that is not
// named has its parent's ceiling, a root has Base. The zero Ceiling permits
// nothing.
type Ceiling struct {
	// Base is the ceiling of the roots.
	Base Permission
	// At holds what differs from above, by path or alias.
	At map[string]Permission
}

// compiledType is a Type resolved over a tree.
type compiledType struct {
	Type
	ceiling string // one packed byte per node
	borrow  []Permission
}

// A packed byte holds the permissions of one node for both reaches: on the
// own entity in the low four bits, below it in the high four.
func pack(own, below Permission) byte { return byte(own) | byte(below)<<4 }

func (t *Type) normalize() error {
	if err := checkSegment(t.Name); err != nil {
		return fmt.Errorf("roles: type: %w", err)
	}
	for _, name := range []*string{&t.Realm, &t.OwnerKind} {
		if *name == "" {
			*name = t.Name
		}
	}
	for _, f := range []struct{ what, name string }{{"realm", t.Realm}, {"owner kind", t.OwnerKind}} {
		if err := checkSegment(f.name); err != nil {
			return fmt.Errorf("roles: type %q: %s: %w", t.Name, f.what, err)
		}
	}
	if err := t.Scope.Validate(); err != nil {
		return fmt.Errorf("roles: type %q: %w", t.Name, err)
	}
	return nil
}

func compileType(tree *Tree, t Type) (*compiledType, error) {
	if err := t.normalize(); err != nil {
		return nil, err
	}
	own, err := t.Ceiling.over(tree)
	if err != nil {
		return nil, fmt.Errorf("roles: type %q: ceiling: %w", t.Name, err)
	}
	below := own
	if t.Below != nil {
		if below, err = t.Below.over(tree); err != nil {
			return nil, fmt.Errorf("roles: type %q: ceiling below: %w", t.Name, err)
		}
	}
	ceiling := make([]byte, tree.Len())
	for i := range ceiling {
		ceiling[i] = pack(own[i], below[i])
	}
	c := &compiledType{Type: t.clone(), ceiling: string(ceiling)}
	c.borrow = make([]Permission, tree.Len())
	if t.Borrow != nil {
		if c.borrow, err = t.Borrow.over(tree); err != nil {
			return nil, fmt.Errorf("roles: type %q: borrow: %w", t.Name, err)
		}
	}
	return c, nil
}

// clone makes a copy of t that shares nothing with it.
func (t Type) clone() Type {
	t.Ceiling.At = maps.Clone(t.Ceiling.At)
	for _, c := range []**Ceiling{&t.Below, &t.Borrow} {
		if *c != nil {
			*c = &Ceiling{Base: (*c).Base, At: maps.Clone((*c).At)}
		}
	}
	return t
}

// over resolves the ceiling at every node of the tree.
func (c Ceiling) over(tree *Tree) ([]Permission, error) {
	if !c.Base.Valid() {
		return nil, fmt.Errorf("base %v: not a set of actions", c.Base)
	}
	set, err := resolvePaths(tree, c.At)
	if err != nil {
		return nil, err
	}
	out := make([]Permission, tree.Len())
	for i := range out {
		if p, ok := set[uint16(i)]; ok {
			out[i] = p
		} else if up := tree.nodes[i].parent; up >= 0 {
			out[i] = out[up]
		} else {
			out[i] = c.Base
		}
	}
	return out, nil
}

// resolvePaths turns paths and aliases into node numbers. It goes through them
// in order, so that what is wrong is told the same way each time.
func resolvePaths(tree *Tree, at map[string]Permission) (map[uint16]Permission, error) {
	set := make(map[uint16]Permission, len(at))
	paths := slices.Sorted(maps.Keys(at))
	for _, path := range paths {
		n, ok := tree.Lookup(path)
		if !ok {
			return nil, tree.unknown(path)
		}
		if !at[path].Valid() {
			return nil, fmt.Errorf("node %q: permission %v is not a set of actions", path, at[path])
		}
		if _, twice := set[n.index]; twice {
			first := slices.IndexFunc(paths, func(p string) bool { m, _ := tree.Lookup(p); return m == n })
			return nil, fmt.Errorf("node %q: set twice, as %q and as %q", n.Path(), paths[first], path)
		}
		set[n.index] = at[path]
	}
	return set, nil
}
