package billing

import "github.com/durward-go/durward/roles"

// partnerNodes declare those who sell for the provider, and those it buys from.
func partnerNodes() []roles.NodeSpec {
	return []roles.NodeSpec{resellerNodes(), distributorNodes(), representativeNodes(), vendorNodes()}
}

func resellerNodes() roles.NodeSpec {
	panels := []roles.NodeSpec{
		panel("status", "Status"),
		personal(),
		address(),
		taxation(),
		panel("class", "Customer class"),
		creditLimit(),
		panel("billing", "Billing", record("balance", "Balance"), invoices(), payments(), paymentMethods(), adjustments(), xdrs()),
		panel("tariffs", "Wholesale tariffs"),
		panel("payment-processing", "Online payment processing", item("processors", "Payment processors"), item("methods", "Accepted methods")),
		panel("branding", "Interface branding"),
		webSelfCare(),
	}
	return entity("reseller", "Resellers", append(panels, loginPanels("Reseller")...)...)
}

func distributorNodes() roles.NodeSpec {
	panels := []roles.NodeSpec{
		panel("status", "Status"),
		personal(),
		address(),
		creditLimit(),
		panel("commission", "Commission", item("plan", "Commission plan"), item("payouts", "Payouts")),
		panel("billing", "Billing", record("balance", "Balance"), invoices(), payments(), adjustments(), xdrs()),
		webSelfCare(),
	}
	return entity("distributor", "Distributors", append(panels, loginPanels("Distributor")...)...)
}

func representativeNodes() roles.NodeSpec {
	panels := []roles.NodeSpec{
		panel("general", "General info", item("managed-by", "Managed by"), item("currency", "Currency")),
		personal(),
		address(),
		panel("commission", "Commission", item("plan", "Commission plan"), item("payouts", "Payouts")),
		webSelfCare(),
	}
	return entity("representative", "Representatives", append(panels, loginPanels("Representative")...)...)
}

func vendorNodes() roles.NodeSpec {
	panels := []roles.NodeSpec{
		panel("general", "General info", item("managed-by", "Managed by"), item("currency", "Currency")),
		address(),
		panel("connections", "Connections"),
		panel("tariffs", "Tariffs"),
		panel("billing", "Billing",
			record("balance", "Balance"), item("invoices", "Invoices received", record("download", "Download")), item("payments", "Payments made"), xdrs()),
		asPanel(record("statistics", "Traffic statistics")),
		webSelfCare(),
	}
	return entity("vendor", "Vendors", append(panels, loginPanels("Vendor")...)...)
}
