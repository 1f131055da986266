package reference

import (
	"fmt"
	"slices"

	"github.com/durward-go/durward/roles"
)

// settings returns what is set at the paths of nodes, whatever name it was set by. It
// refuses unknown paths and values that are no choice at their node.
func (w *World) settings(typeName string, set map[string]roles.Permission) (map[string]roles.Permission, error) {
	if _, ok := w.Types[typeName]; !ok {
		return nil, fmt.Errorf("reference: unknown type %q", typeName)
	}
	at := make(map[string]roles.Permission)
	for name, p := range set {
		path, ok := w.Tree.Find(name)
		if !ok {
			return nil, fmt.Errorf("reference: unknown path %q", name)
		}
		if _, twice := at[path]; twice {
			return nil, fmt.Errorf("reference: node %q set twice", path)
		}
		if !slices.Contains(w.Tree.choices(path, typeName), p) {
			return nil, fmt.Errorf("reference: %v is no choice at %q", p, path)
		}
		at[path] = p
	}
	return at, nil
}

// value is what a role of the type with these settings holds at the node, before the
// ceilings:
//
//	raw(n)   = set(n); else Restrict at a root or an explicit node; else value(parent)
//	value(n) = the greatest choice of n contained in raw(n)   (Narrowing: in raw(n) ∩ value(parent))
func (w *World) value(typeName string, set map[string]roles.Permission, path string) roles.Permission {
	n := w.Tree.nodes[path]
	raw, ok := set[path]
	if !ok && n.parent != "" && !n.spec.Explicit {
		raw = w.value(typeName, set, n.parent)
	}
	if w.Tree.Narrowing && n.parent != "" {
		raw &= w.value(typeName, set, n.parent)
	}
	return w.Tree.lower(raw, path, typeName)
}

// roleValue is what the stored role holds at the node. It fails where the role does not
// compile.
func (w *World) roleValue(r roles.Role, path string) (roles.Permission, error) {
	plain := make(map[string]roles.Permission)
	for name, setting := range r.Permissions {
		plain[name] = setting.Permission
	}
	set, err := w.settings(r.Type, plain)
	if err != nil {
		return roles.Restrict, err
	}
	return w.value(r.Type, set, path), nil
}

// A reach is on what a ceiling is asked: the people's own entity, or what lies below.
type reach bool

const (
	own   reach = false
	below reach = true
)

// ceiling is the most that the type permits at the node:
//
//	ceiling(n) = the type's at n; else ceiling(parent); else the type's base
func (w *World) ceiling(typeName, path string, on reach) roles.Permission {
	t := w.Types[typeName]
	c := t.Ceiling
	if on == below && t.Below != nil {
		c = *t.Below
	}
	return w.capped(c, path)
}

// borrow is what people of the type may do for another beyond what they hold.
func (w *World) borrow(typeName, path string) roles.Permission {
	b := w.Types[typeName].Borrow
	if b == nil {
		return roles.Restrict
	}
	return w.capped(*b, path)
}

// capped finds the nearest entry of c at the node or above it, else c's base.
func (w *World) capped(c roles.Ceiling, path string) roles.Permission {
	for _, n := range w.Tree.up(path) {
		for name, p := range c.At {
			if found, ok := w.Tree.Find(name); ok && found == n.path {
				return p
			}
		}
	}
	return c.Base
}
