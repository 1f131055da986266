package billing

import "github.com/durward-go/durward/roles"

// Root returns the role that holds the whole of the tree, explicit nodes
// included. For [Tree] it is one of [DefaultRoles]; an application that adds
// to the tree makes its own.
func Root(tree *roles.Tree) roles.Role {
	p := permissions{}
	for n := range tree.Nodes() {
		most := greatest(n)
		if up, ok := n.Parent(); !ok || n.Explicit() || !greatest(up).Contains(most) {
			p[n.Path()] = most
		}
	}
	return newRole(RoleRoot, "Root", TypeAdmin, "Everything.", p)
}

func greatest(n roles.Node) roles.Permission {
	choices := n.Choices(TypeAdmin)
	return choices[len(choices)-1]
}

func admin() roles.Role {
	r := Root(Tree()).Clone(RoleAdmin, "Admin")
	r.Description = "As Root, but creates no users, changes no company info, and only reads destinations, currencies, nodes and call handling."
	for path, p := range (permissions{
		// A user's panels stay open; only creating one is asked of the entity.
		"user":                    allButCreate,
		"user/general":            roles.Modify,
		"user/limits":             roles.Modify,
		"user/interface":          roles.Modify,
		"user/credentials":        roles.Modify,
		"user/grants":             roles.Modify,
		"user/allowed-roles":      roles.Modify,
		"my-company/company-info": roles.Read,
		"destination":             roles.Read,
		"currency":                roles.Read,
		"node":                    roles.Read,
		"call-handling":           roles.Read,
	}) {
		r.Permissions[path] = roles.Setting{Permission: p}
	}
	// It would undo all of the above: one could make a friend Root.
	delete(r.Permissions, "role/grant-beyond")
	return r
}

func helpdesk() roles.Role {
	return newRole(RoleHelpdesk, "Helpdesk", TypeAdmin,
		"Reads billing information, changes customers' and accounts' parameters, traces calls. Gives no money away.",
		permissions{
			"product":                          roles.Read,
			"tariff":                           roles.Read,
			"bundle":                           roles.Read,
			"subscription":                     roles.Read,
			"customer":                         roles.Modify,
			"customer/credit-limit":            roles.Read,
			"customer/billing/adjustments":     roles.Read,
			"customer/billing/payments/refund": roles.Restrict,
			"account":                          roles.Modify,
			"account/credit-limit":             roles.Read,
			"account/billing/adjustments":      roles.Read,
			"account/billing/payments/refund":  roles.Restrict,
			"trace-call":                       roles.Read,
			"mask/personal":                    roles.Read,
			"my-profile":                       roles.Modify,
		})
}
