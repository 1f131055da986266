package billing

import "github.com/durward-go/durward/roles"

// securityNodes declare roles, access levels, the entities themselves, and
// who sees personal data.
func securityNodes() []roles.NodeSpec {
	return []roles.NodeSpec{
		entity("role", "Roles",
			panel("permissions", "Permissions"),
			panel("external-portals", "External portals"),
			panel("reseller-access", "Access for resellers"),
			explicit(marked(roles.OwnHands, asPanel(operation("grant-beyond", "Grant more than one holds")))),
			auditLog()),
		entity("acl", "Access levels",
			panel("permissions", "Permissions"), panel("components", "Components"), panel("visible-to", "Visible to"), auditLog()),
		entity("entity", "Entities",
			panel("owner", "Owner"), panel("links", "Distributor, representative and groups"),
			panel("organization", "Sign-in settings", item("class", "Class"), item("default-role", "Default role"), item("state", "State"))),
		entity("mask", "Masked data",
			explicit(asPanel(record("personal", "Personal data in clear",
				record("records", "In records"), record("invoices", "In invoices"),
				record("notifications", "In notifications"), record("audit-log", "In audit logs"))))),
	}
}
