package billing

import (
	"slices"

	"github.com/durward-go/durward/acl"
)

func customerMapping() []acl.Mapping {
	return slices.Concat(
		one("customer", "Customers", "i_customer"),
		whole("customer/dashboard", "Dashboards"),
		one("customer/status", "Customers", "bill_status"),
		operations("customer/status", "Customer_Operations", "suspend", "resume", "close"),
		columns("customer/personal", "Customers", personalColumns),
		columns("customer/address", "Customers", addressColumns),
		columns("customer/taxation", "Customers", taxationColumns),
		one("customer/class", "Customers", "i_customer_class"),
		columns("customer/sales-agents", "Customers", agentColumns),
		creditLimit("customer", "Customers"),
		customerBillingMapping(),
		columns("customer/web-self-care", "Customers", webColumns),
		one("customer/web-self-care/portals", "Customers", "custom_portals"),
		logins("customer", "Customer"),
		callsMapping(),
		pbxMapping(),
		whole("customer/supervisor", "Supervised_Groups"),
		operations("customer/supervisor/agents", "Supervised_Group_Operations", "sign-in", "pause"),
		whole("customer/sites", "Sites"),
		whole("customer/licensing", "Licenses"),
		whole("customer/custom-links", "Custom_Links"),
		whole("customer/tickets", "Tickets"),
		operations("customer/tickets", "Ticket_Operations", "open", "close"),
		whole("customer/estimates", "Estimates"),
		operations("customer/estimates", "Estimate_Operations", "decide"),
		whole("customer/documentation", "Documents"),
		whole("customer/notes", "Customer_Notes"),
	)
}

var agentColumns = []column{{"distributor", "i_distributor"}, {"representative", "i_rep"}}

// customerBillingMapping shows the balance on the panel itself.
func customerBillingMapping() []acl.Mapping {
	return slices.Concat(
		one("customer/billing", "Customers", "balance"),
		one("customer/billing/balance", "Customers", "balance"),
		whole("customer/billing/invoices", "Invoices"),
		operations("customer/billing/invoices", "Invoice_Operations", "send", "generate", "void"),
		whole("customer/billing/payments", "Payments"),
		operations("customer/billing/payments", "Payment_Operations", "pay", "refund"),
		whole("customer/billing/payment-methods", "Payment_Methods"),
		whole("customer/billing/auto-payments", "Auto_Payments"),
		operations("customer/billing", "Payment_Operations", "top-up"),
		whole("customer/billing/adjustments", "Balance_Adjustments"),
		operations("customer/billing/adjustments", "Balance_Adjustment_Operations", "credit", "charge"),
		whole("customer/billing/xdrs", "xDRs"),
		whole("customer/billing/transactions", "Transactions"),
		whole("customer/billing/subscriptions", "Customer_Subscriptions"),
		whole("customer/billing/bundles", "Customer_Bundles"),
		whole("customer/billing/discounts", "Customer_Discounts"),
	)
}

func callsMapping() []acl.Mapping {
	return slices.Concat(
		whole("customer/calls", "Calls"),
		operations("customer/calls/activity/current", "Call_Operations",
			"transfer", "hold", "resume", "add-extension", "disconnect", "spy", "whisper", "barge"),
		operations("customer/calls/activity/recent", "Call_Operations", "delete"),
		whole("customer/calls/recordings", "Recordings"),
		operations("customer/calls/recordings", "Recording_Operations", "delete", "bulk-delete"),
	)
}

func pbxMapping() []acl.Mapping {
	return slices.Concat(
		one("customer/pbx", "PBX", "i_customer"),
		whole("customer/pbx/extensions", "Extensions"),
		whole("customer/pbx/ring-groups", "Ring_Groups"),
		whole("customer/pbx/auto-attendants", "Auto_Attendants"),
		whole("customer/pbx/fax-mailboxes", "Fax_Mailboxes"),
		whole("customer/pbx/phone-book", "Phone_Book"),
		whole("customer/pbx/parking-slots", "Parking_Slots"),
		whole("customer/pbx/wallboard", "Wallboards"),
		operations("customer/pbx/wallboard", "Wallboard_Operations", "add-widget"),
		whole("customer/pbx/settings", "PBX_Settings"),
		whole("customer/pbx/devices", "Devices"),
		operations("customer/pbx/devices/lines", "Device_Operations", "edit-port"),
		whole("customer/pbx/device-profiles", "Device_Profiles"),
		whole("customer/pbx/sip-trunks", "SIP_Trunks"),
	)
}
