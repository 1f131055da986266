package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

// flattened returns the permissions of a level and of all its components. It refuses
// missing components, those of another than a component type, and cycles. through are
// the levels on the way here, the outermost first.
func (w *World) flattened(l acl.Level, through []string) ([]acl.Permission, error) {
	if slices.Contains(through, l.ID) {
		return nil, fmt.Errorf("reference: level %q includes itself", l.ID)
	}
	if len(through) > acl.MaxNesting {
		return nil, fmt.Errorf("reference: level %q: more than %d components one below another", through[0], acl.MaxNesting)
	}
	if _, ok := w.LevelTypes[l.Type]; !ok {
		return nil, fmt.Errorf("reference: level %q: unknown type %q", l.ID, l.Type)
	}
	if len(through) > 0 && w.LevelTypes[l.Type].RoleType != "" {
		return nil, fmt.Errorf("reference: level %q is no component", l.ID)
	}
	all := slices.Clone(l.Permissions)
	for _, id := range l.Components {
		component, ok := w.Levels[id]
		if !ok {
			return nil, fmt.Errorf("reference: component %q is missing", id)
		}
		more, err := w.flattened(component, append(slices.Clone(through), l.ID))
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// levelValue is what the level holds at the node, before the ceilings: the operations
// held on all of the attributes that the node needs, cut to its greatest choice.
func (w *World) levelValue(l acl.Level, path string) (roles.Permission, error) {
	permissions, err := w.flattened(l, nil)
	if err != nil {
		return roles.Restrict, err
	}
	needs := w.needs(path)
	if len(needs) == 0 {
		return roles.Restrict, nil
	}
	value := roles.Modify
	for _, need := range needs {
		object, attribute, _ := strings.Cut(need, ".")
		var held acl.Operations
		for _, p := range permissions {
			if p.Object == object && (p.Attribute == attribute || p.Attribute == acl.AnyAttribute) {
				held |= p.Operations
			}
		}
		value &= roles.Permission(held)
	}
	return value & w.Tree.most(path, w.LevelTypes[l.Type].RoleType), nil
}

// needs are the attributes that stand for the node: those of the nearest entry, where
// the way to it crosses no explicit node and the entry covers its subtree.
func (w *World) needs(path string) []string {
	for _, n := range w.Tree.up(path) {
		for _, m := range w.Mapping {
			if found, _ := w.Tree.Find(m.Node); found == n.path {
				if n.path == path || m.Subtree {
					return m.Needs
				}
				return nil
			}
		}
		if n.spec.Explicit {
			return nil
		}
	}
	return nil
}

// levelUsable reports whether people of the organization can hold the level.
func (w *World) levelUsable(l acl.Level, organization string) bool {
	t := w.LevelTypes[l.Type]
	if t.RoleType == "" || !w.usable(l.Owner, organization) {
		return false
	}
	if !t.Hidden {
		return true
	}
	chain, _ := w.chain(organization)
	hidden, opened := false, false
	for _, e := range chain {
		if e.ID == l.Owner {
			break
		}
		if slices.Contains(w.HiddenFrom, e.Kind) {
			hidden = true
		}
	}
	for _, e := range chain {
		if slices.Contains(l.VisibleTo, e.ID) {
			opened = true
		}
	}
	return !hidden || opened
}

// usable reports whether something that belongs to the owner is used in the
// organization: there and below, or everywhere where it belongs to nobody.
func (w *World) usable(owner, organization string) bool {
	return owner == "" || w.within(organization, owner)
}
