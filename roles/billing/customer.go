package billing

import "github.com/durward-go/durward/roles"

// customerNodes declare the customer, as staff see it and as its own people
// do: the ceilings of the types tell them apart, not the paths. The panels of
// the Cloud PBX portal are panels of the customer too.
func customerNodes() roles.NodeSpec {
	panels := []roles.NodeSpec{
		panel("dashboard", "Dashboard"),
		panel("status", "Status", operation("suspend", "Suspend"), operation("resume", "Resume"), operation("close", "Close")),
		personal(),
		address(),
		taxation(),
		panel("class", "Customer class"),
		panel("sales-agents", "Sales agents", item("distributor", "Distributor"), item("representative", "Representative")),
		creditLimit(),
		customerBilling(),
		webSelfCare(marked(roles.OwnHands, item("standing-link", "Standing link")), item("portals", "Custom portals")),
	}
	panels = append(panels, loginPanels("Customer")...)
	panels = append(panels, customerCalls(), customerPBX(), customerSupervisor(),
		panel("sites", "Company info", item("main-office", "Main office"), item("branches", "Branches")),
		asPanel(record("licensing", "Licensing")),
		panel("custom-links", "Custom links"),
		panel("tickets", "Tickets",
			operation("open", "Open a ticket"), item("comments", "Comments"), record("attachments", "Attachments"), operation("close", "Close a ticket")),
		panel("estimates", "Estimates", record("download", "Download"), operation("decide", "Approve or decline")),
		panel("documentation", "Documentation", item("public", "Public"), item("private", "Private"), record("uploads", "Uploaded documents")),
		panel("notes", "Internal notes"))
	return marked(roles.Moved, entity("customer", "Customers", panels...))
}

func personal() roles.NodeSpec {
	return panel("personal", "Personal information",
		item("company-name", "Company name"), item("salutation", "Salutation"), item("first-name", "First name"),
		item("middle-name", "Middle name"), item("last-name", "Last name"))
}

func address() roles.NodeSpec {
	return panel("address", "Address info",
		item("address", "Address"), item("contact", "Contact"), item("phone", "Phone"), item("fax", "Fax"),
		item("alternative-phone", "Alt. phone"), item("alternative-contact", "Alt. contact"),
		item("email", "Email"), item("bcc", "BCC"), item("description", "Description"))
}

func taxation() roles.NodeSpec {
	return panel("taxation", "Invoices and taxation",
		item("invoice-template", "Invoice template"), item("billing-period", "Billing period"),
		item("tax-id", "Tax ID"), item("exemptions", "Tax exemptions"))
}

func creditLimit() roles.NodeSpec {
	return panel("credit-limit", "Credit limit",
		item("permanent", "Permanent credit limit"), item("temporary", "Temporary increase"), item("valid-until", "Valid until"),
		item("warnings", "Warning thresholds"), record("history", "History"))
}

// webSelfCare declares the settings of an entity's self-care pages. Logins
// and passwords are its individuals'.
func webSelfCare(more ...roles.NodeSpec) roles.NodeSpec {
	return panel("web-self-care", "Web self-care", append([]roles.NodeSpec{
		item("time-zone", "Time zone"), item("language", "Web interface language"),
		item("input-format", "Input format"), item("output-format", "Output format")}, more...)...)
}
