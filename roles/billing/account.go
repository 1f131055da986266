package billing

import "github.com/durward-go/durward/roles"

func accountNodes() roles.NodeSpec {
	panels := []roles.NodeSpec{
		panel("general", "General info",
			item("account-id", "Account ID"), item("account-role", "Account role"), item("product", "Main product"), item("aliases", "Aliases")),
		panel("status", "Status", operation("block", "Block"), operation("unblock", "Unblock"), operation("terminate", "Terminate")),
		panel("life-cycle", "Life cycle", item("activation", "Activation date"), item("expiration", "Expiration date")),
		personal(),
		address(),
		creditLimit(),
		panel("billing", "Billing",
			record("balance", "Balance"), payments(), paymentMethods(), operation("top-up", "Top up with a voucher"),
			adjustments(), xdrs(), item("subscriptions", "Subscriptions"), item("bundles", "Bundles"), item("discounts", "Volume discounts")),
		panel("registration", "Registration", record("contacts", "Registered devices"), operation("unregister", "Unregister a device")),
		panel("services", "Services",
			item("follow-me", "Follow-me"), item("auto-attendant", "Auto attendant"), item("call-barring", "Call barring"),
			item("call-recording", "Call recording"), item("call-screening", "Call screening"), item("conferencing", "Conferencing"),
			item("fax", "Fax"), item("voicemail", "Voicemail"), item("caller-id", "Caller ID")),
		webSelfCare(),
	}
	panels = append(panels, loginPanels("Account")...)
	panels = append(panels, panel("notes", "Internal notes"))
	return entity("account", "Accounts", panels...)
}
