package billing

import "github.com/durward-go/durward/roles"

// catalogueNodes declare what is sold and at what price.
func catalogueNodes() []roles.NodeSpec {
	return []roles.NodeSpec{
		marked(roles.Moved, entity("product", "Products",
			panel("general", "General info", item("name", "Name"), item("currency", "Currency"), item("managed-by", "Managed by")),
			panel("services", "Services and rating"),
			panel("subscriptions", "Subscriptions"),
			panel("discounts", "Volume discounts"),
			panel("account-defaults", "Account defaults", item("role", "Default role"), item("acl", "Default access level")),
			auditLog())),
		entity("tariff", "Tariffs",
			panel("general", "General info"),
			panel("rates", "Rates", operation("upload", "Upload"), record("download", "Download"), record("history", "History")),
			auditLog()),
		entity("bundle", "Bundles", panel("general", "General info"), panel("components", "Components"), panel("promotion", "Promotion")),
		entity("subscription", "Subscriptions", panel("general", "General info"), panel("fees", "Fees and periods"), panel("discounts", "Discounts")),
		entity("service", "Services", panel("general", "General info"), panel("features", "Features"), panel("rating", "Rating")),
		entity("customer-class", "Customer classes",
			panel("general", "General info"), panel("invoicing", "Invoicing"), panel("collection", "Payment collection"),
			panel("notifications", "Notifications"), panel("sign-in", "Sign-in rules", item("second-factor", "Two-factor authentication"))),
		entity("call-barring-class", "Call barring classes", panel("general", "General info"), panel("patterns", "Patterns")),
		entity("did-number", "DID numbers",
			panel("inventory", "Inventory", operation("upload", "Upload"), record("download", "Download")),
			panel("assignment", "Assignment", operation("assign", "Assign"), operation("release", "Release"))),
		entity("voucher", "Vouchers",
			panel("batches", "Batches", operation("generate", "Generate"), record("download", "Download")),
			panel("status", "Status", operation("activate", "Activate"), operation("block", "Block"))),
	}
}
