package roles

import "fmt"

// Compile resolves a role over the whole tree: inheritance, choices and both
// ceilings of its type. It refuses an unknown type, unknown paths, and values
// that are no choice at their node; the role then permits nothing.
func (m *Model) Compile(r Role) (*Table, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	t, err := m.typeNamed(r.Type)
	if err != nil {
		return nil, fmt.Errorf("roles: role %q: %w", r.ID, err)
	}
	at := make(map[string]Permission, len(r.Permissions))
	for path, s := range r.Permissions {
		at[path] = s.Permission
	}
	set, err := resolvePaths(m.tree, at)
	if err != nil {
		return nil, fmt.Errorf("roles: role %q: %w", r.ID, err)
	}
	values := make([]Permission, len(m.tree.nodes))
	for i := range values {
		n := &m.tree.nodes[i]
		choices := n.choices
		if c, ok := n.choicesFor[t.Name]; ok {
			choices = c
		}
		raw := Restrict
		if p, ok := set[uint16(i)]; ok {
			if !choices.includes(p) {
				return nil, fmt.Errorf("roles: role %q: node %q: %v is not a choice there for type %q; want one of %v",
					r.ID, n.path, p, t.Name, choices)
			}
			raw = p
		} else if n.parent >= 0 && !n.explicit {
			raw = values[n.parent]
		}
		if m.tree.narrowing && n.parent >= 0 {
			raw &= values[n.parent]
		}
		values[i] = choices.lower[raw]
	}
	return m.newTable(t, values), nil
}

// Tabulate makes a table of the named type from what at returns for each
// node. It is the door for other systems of permissions, such as access
// levels: there is no inheritance, and any set of actions may come in. What is
// more than the greatest choice at a node, or than the type's ceilings, is
// left out.
func (m *Model) Tabulate(typeName string, at func(Node) Permission) (*Table, error) {
	t, err := m.typeNamed(typeName)
	if err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	values := make([]Permission, len(m.tree.nodes))
	for i := range values {
		n := m.tree.at(i)
		p := at(n)
		if !p.Valid() {
			return nil, fmt.Errorf("roles: node %q: permission %v is not a set of actions", n.Path(), p)
		}
		values[i] = p & n.choices(t.Name).greatest()
	}
	return m.newTable(t, values), nil
}
