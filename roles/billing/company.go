package billing

import "github.com/durward-go/durward/roles"

// companyNodes declare the provider's own company and those who run it.
func companyNodes() []roles.NodeSpec {
	return []roles.NodeSpec{
		entity("my-company", "My company",
			panel("company-info", "Company info",
				item("company-name", "Company name"), item("base-currency", "Base currency"),
				item("report-time-zone", "Time zone for global reports"), item("reconciliation-period", "Reconciliation period"),
				item("address", "Address information"), item("taxation", "Invoicing and taxation"),
				item("non-working-days", "Non-working days"), item("branding", "Interface branding"), item("add-ons", "Add-On Mart")),
			panel("payment-processing", "Online payment processing", item("processors", "Payment processors"), item("methods", "Accepted methods")),
			panel("portal-structures", "Portal structures"),
			auditLog()),
		userNodes(),
		entity("cc-staff", "Customer care staff",
			panel("status", "Status"),
			panel("limits", "Limits", item("daily-credit", "Daily credit limit"), item("transaction-credit", "Transaction credit limit"))),
		entity("my-profile", "My profile",
			panel("settings", "Settings",
				item("language", "Language"), item("time-zone", "Time zone"), item("formats", "Date and time formats")),
			marked(roles.OwnHands, panel("security", "Security",
				item("password", "Password"), item("second-factor", "Two-factor authentication"), item("api-tokens", "API tokens")))),
	}
}

// userNodes declare the users of the admin interface: the provider's
// individuals. Changing users without creating any is a choice of its own,
// since that is what the default role Admin may do.
func userNodes() roles.NodeSpec {
	n := entity("user", "Users",
		panel("general", "General configuration", individualFields()...),
		panel("limits", "Limits",
			item("daily-credit", "Daily credit/refund limit"), item("transaction-credit", "Transaction credit/refund limit"),
			item("temporary-credit", "Temporary increase of credit limits")),
		panel("interface", "Web interface", item("redirect", "Redirect to target system"), item("date-format", "Date format"), item("time-format", "Time format")),
		asPanel(credentials()),
		asPanel(grants()),
		allowedRoles("Provider"),
		signInAs("Sign in as a user"),
		auditLog())
	n.Choices = []roles.Permission{roles.Restrict, roles.Read, allButCreate, roles.Modify}
	return marked(roles.OwnHands, n)
}
