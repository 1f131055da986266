package billing

import "github.com/durward-go/durward/roles"

func customerBilling() roles.NodeSpec {
	return panel("billing", "Billing",
		record("balance", "Balance"),
		invoices(),
		payments(),
		paymentMethods(),
		item("auto-payments", "Periodic payments"),
		operation("top-up", "Top up with a voucher"),
		adjustments(),
		xdrs(),
		record("transactions", "Transactions", record("download", "Download")),
		item("subscriptions", "Subscriptions"),
		item("bundles", "Bundles"),
		item("discounts", "Volume discounts"))
}

func invoices() roles.NodeSpec {
	return item("invoices", "Invoices",
		record("download", "Download"), operation("send", "Send again"), operation("generate", "Generate"), operation("void", "Void"))
}

func payments() roles.NodeSpec {
	return item("payments", "Payments",
		operation("pay", "Make a payment"), record("history", "Past payments"), record("receipt", "Download a receipt"),
		operation("refund", "Refund"))
}

func paymentMethods() roles.NodeSpec {
	return marked(roles.OwnHands, item("payment-methods", "Payment methods",
		item("card", "Credit card"), item("bank-account", "Bank account")))
}

func adjustments() roles.NodeSpec {
	return item("adjustments", "Balance adjustments", operation("credit", "Credit"), operation("charge", "Charge"))
}

func xdrs() roles.NodeSpec {
	return record("xdrs", "xDRs", record("download", "Download"))
}
