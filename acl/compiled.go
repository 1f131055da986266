package acl

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/roles"
)

// ErrNotAssignable says that a level is a component, which nobody can hold.
var ErrNotAssignable = errors.New("acl: level not assignable")

// A Compiled is a level with all its components resolved: what decides. It is
// immutable and safe for concurrent use. A nil Compiled permits nothing, and so
// does that of a component: it adds to the levels that include it, and no one
// holds it.
type Compiled struct {
	id         string
	of         Type
	table      *roles.Table // nil for a component
	held       map[target]Operations
	components []string
}

// Compile joins a level with its components, found by lookup, and resolves the
// union of their permissions over the whole tree. lookup may be nil for a level
// without components. It fails with an error that wraps [ErrCycle] where a
// level includes itself, printing the chain, and [ErrUnknown] where a component
// is missing; the level then permits nothing.
func (s *System) Compile(level Level, lookup Lookup) (*Compiled, error) {
	t, err := s.check(level)
	if err != nil {
		return nil, err
	}
	c := &Compiled{id: level.ID, of: t}
	if c.held, c.components, err = s.flatten(level, lookup); err != nil {
		return nil, err
	}
	if t.Component() {
		return c, nil
	}
	byEntry := make([]roles.Permission, len(s.coverage.needs))
	for i, needs := range s.coverage.needs {
		all := AllOperations
		for _, need := range needs {
			all &= c.on(need)
		}
		byEntry[i] = all.Permission()
	}
	c.table, err = s.model.Tabulate(t.RoleType, func(n roles.Node) roles.Permission {
		if i := s.coverage.of[n.Index()]; i >= 0 {
			return byEntry[i]
		}
		return roles.Restrict
	})
	if err != nil {
		return nil, fmt.Errorf("acl: level %q: %w", level.ID, err)
	}
	return c, nil
}

// Table returns what the level permits at every node, under the ceilings of
// its role type. It is nil, which permits nothing, for a component.
func (c *Compiled) Table() *roles.Table {
	if c == nil {
		return nil
	}
	return c.table
}

// Allows answers the older system's own question: may the operation be done on
// that attribute of the object? [AnyAttribute] asks for the whole object, which
// only a permission on the whole object answers. Ceilings and choices belong to
// nodes and do not apply: ask the [Compiled.Table] for whatever has a node. It
// allocates nothing.
func (c *Compiled) Allows(o Operation, object, attribute string) bool {
	if c == nil || c.of.Component() || (attribute != AnyAttribute && !isName(attribute)) {
		return false
	}
	return c.on(target{object, attribute}).Has(o)
}

// on returns what is permitted on t, by itself or by the whole object.
func (c *Compiled) on(t target) Operations { return c.held[t] | c.held[t.whole()] }

// Permissions returns the union of what the level and its components permit:
// one for each attribute named, sorted by object and attribute.
func (c *Compiled) Permissions() []Permission {
	if c == nil {
		return nil
	}
	list := make([]Permission, 0, len(c.held))
	for t, set := range c.held {
		list = append(list, Permission{Operations: set, Object: t.object, Attribute: t.attribute})
	}
	slices.SortFunc(list, func(a, b Permission) int {
		return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Attribute, b.Attribute))
	})
	return list
}

// Components returns the IDs of all components that the level was built from,
// direct and nested, sorted: when one of them changes, the level is compiled
// anew.
func (c *Compiled) Components() []string {
	if c == nil {
		return nil
	}
	return slices.Clone(c.components)
}

// Assignable reports whether the level can be given to people: an error that
// wraps [ErrNotAssignable] for a component.
func (c *Compiled) Assignable() error {
	if c == nil {
		return fmt.Errorf("%w: nothing is compiled", ErrNotAssignable)
	}
	return c.of.assignable(c.id)
}

func (t Type) assignable(id string) error {
	if t.Component() {
		return fmt.Errorf("%w: level %q is a %s, which only other levels include; include it in a level and assign that", ErrNotAssignable, id, t.Name)
	}
	return nil
}
