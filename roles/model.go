package roles

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

// MaxTypes bounds the role types of one model. Ten is many.
const MaxTypes = 256

// A Model is a tree together with the role types that roles on it can have:
// all that a decision needs beside what is stored. It is immutable and safe
// for concurrent use.
type Model struct {
	tree   *Tree
	types  []*compiledType
	byName map[string]*compiledType
}

// NewModel joins a tree and role types. It refuses ceilings and choices at
// unknown paths or for unknown types.
func NewModel(tree *Tree, types ...Type) (*Model, error) {
	if tree == nil || tree.Len() == 0 {
		return nil, fmt.Errorf("roles: model: no tree; build one with NewTree")
	}
	if len(types) == 0 || len(types) > MaxTypes {
		return nil, fmt.Errorf("roles: model: %d role types, want 1 to %d", len(types), MaxTypes)
	}
	m := &Model{tree: tree, byName: make(map[string]*compiledType, len(types))}
	for _, t := range types {
		c, err := compileType(tree, t)
		if err != nil {
			return nil, err
		}
		if m.byName[t.Name] != nil {
			return nil, fmt.Errorf("roles: model: type %q is given twice", t.Name)
		}
		m.byName[t.Name] = c
		m.types = append(m.types, c)
	}
	for i := range tree.nodes {
		for _, name := range slices.Sorted(maps.Keys(tree.nodes[i].choicesFor)) {
			if m.byName[name] == nil {
				return nil, fmt.Errorf("roles: model: node %q has choices for the unknown type %q", tree.nodes[i].path, name)
			}
		}
	}
	return m, nil
}

// MustModel is [NewModel] for models written in the program: it panics on
// error.
func MustModel(tree *Tree, types ...Type) *Model {
	m, err := NewModel(tree, types...)
	if err != nil {
		panic(err)
	}
	return m
}

// Tree returns the model's tree.
func (m *Model) Tree() *Tree { return m.tree }

// Type returns the role type of that name, its defaults filled in. Its maps
// are shared and must not be changed.
func (m *Model) Type(name string) (Type, error) {
	c, err := m.typeNamed(name)
	if err != nil {
		return Type{}, fmt.Errorf("roles: %w", err)
	}
	return c.Type, nil
}

// Types yields the role types in the order given to [NewModel].
func (m *Model) Types() iter.Seq[Type] {
	return func(yield func(Type) bool) {
		for _, c := range m.types {
			if !yield(c.Type) {
				return
			}
		}
	}
}

// TypesOf yields the role types whose people sign in to the realm.
func (m *Model) TypesOf(realm string) iter.Seq[Type] {
	return func(yield func(Type) bool) {
		for _, c := range m.types {
			if c.Realm == realm && !yield(c.Type) {
				return
			}
		}
	}
}

func (m *Model) typeNamed(name string) (*compiledType, error) {
	if c := m.byName[name]; c != nil {
		return c, nil
	}
	if len(m.types) == 0 {
		return nil, fmt.Errorf("type %.80q: unknown; the model has no types", name)
	}
	var known string
	for _, t := range m.types {
		known += fmt.Sprintf(" %q", t.Name)
	}
	return nil, fmt.Errorf("type %.80q: unknown; the model has%s", name, known)
}
