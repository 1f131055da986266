package acl

import "github.com/durward-go/durward/roles"

// translate returns the fewest settings of a role that reproduce a level's
// table. Where what the level holds at a node is no choice there, the role has
// the greatest choice contained in it: never more than the level. What a role
// inherits, node by node, is told in package roles; since each node's value is
// fixed, so is whether it needs a setting.
func translate(level *roles.Table) map[string]roles.Permission {
	tree := level.Model().Tree()
	settings := make(map[string]roles.Permission)
	values := make([]roles.Permission, tree.Len())
	for n := range tree.Nodes() {
		choices := n.Choices(level.Type())
		inherited, limit := roles.Restrict, roles.Modify
		if up, ok := n.Parent(); ok {
			above := values[up.Index()]
			if !n.Explicit() {
				inherited = above
			}
			if tree.Narrowing() {
				limit = above
			}
		}
		wanted := greatest(choices, level.Value(n)&limit)
		if wanted != greatest(choices, inherited&limit) {
			settings[n.Path()] = wanted
		}
		values[n.Index()] = wanted
	}
	return settings
}

// greatest returns the greatest of the choices, least first, contained in p.
func greatest(choices []roles.Permission, p roles.Permission) roles.Permission {
	found := roles.Restrict
	for _, c := range choices {
		if p.Contains(c) {
			found = c
		}
	}
	return found
}
