package billing

import "github.com/durward-go/durward/acl"

// customerComponents are what staff may do with customers.
func customerComponents() []acl.Level {
	return []acl.Level{
		including(component("customers", "Customers",
			of(every, "Customers", the("i_customer", "bill_status", "balance", "i_customer_class", "custom_portals"),
				names(personalColumns, addressColumns, taxationColumns, agentColumns, webColumns)),
			of(every, "Customer_Operations", the("suspend", "resume", "close", "second-factor-reset")),
			on(every, "Customer_Individuals", "Invoices", "Invoice_Operations", "Payments"),
			of(every, "Payment_Operations", the("pay", "top-up")),
			on(every, "Payment_Methods", "Auto_Payments", "Customer_Subscriptions", "Customer_Bundles", "Customer_Discounts"),
			on(look, "xDRs", "Transactions", "Customer_Audit_Log", "Licenses"),
			on(every, "Dashboards", "Sites", "Custom_Links", "Tickets", "Ticket_Operations",
				"Estimates", "Estimate_Operations", "Documents", "Customer_Notes")),
			"calls", "pbx"),
		component("customer-money", "Customers' credit limits, refunds and adjustments",
			of(every, "Customers", names(creditColumns)),
			of(every, "Payment_Operations", the("refund")),
			on(every, "Balance_Adjustments", "Balance_Adjustment_Operations")),
		component("customer-money-view", "View customers' credit limits and adjustments",
			of(look, "Customers", names(creditColumns)), on(look, "Balance_Adjustments")),
		component("customer-sign-in", "Sign in as customers", of(every, "Customer_Operations", the("sign-in-as"))),
		component("calls", "Calls and recordings",
			on(every, "Calls", "Call_Operations", "Recordings", "Recording_Operations", "Supervised_Groups", "Supervised_Group_Operations")),
		component("pbx", "Cloud PBX",
			on(every, "PBX", "Extensions", "Ring_Groups", "Auto_Attendants", "Fax_Mailboxes", "Phone_Book", "Parking_Slots",
				"Wallboards", "Wallboard_Operations", "PBX_Settings", "Devices", "Device_Operations", "Device_Profiles", "SIP_Trunks")),
	}
}

// accountComponents are what staff may do with accounts.
func accountComponents() []acl.Level {
	return []acl.Level{
		component("accounts", "Accounts",
			of(every, "Accounts", the("i_account", "bill_status", "balance"),
				names(accountColumns, lifeCycleColumns, personalColumns, addressColumns, webColumns)),
			of(every, "Account_Operations", the("block", "unblock", "terminate", "unregister", "second-factor-reset")),
			on(every, "Account_Individuals", "Account_Payments"),
			of(every, "Account_Payment_Operations", the("pay", "top-up")),
			on(every, "Account_Payment_Methods", "Account_Subscriptions", "Account_Bundles", "Account_Discounts",
				"Registrations", "Service_Features", "Account_Notes"),
			on(look, "Account_xDRs", "Account_Audit_Log")),
		component("account-money", "Accounts' credit limits, refunds and adjustments",
			of(every, "Accounts", names(creditColumns)),
			of(every, "Account_Payment_Operations", the("refund")),
			on(every, "Account_Balance_Adjustments", "Account_Balance_Adjustment_Operations")),
		component("account-money-view", "View accounts' credit limits and adjustments",
			of(look, "Accounts", names(creditColumns)), on(look, "Account_Balance_Adjustments")),
		component("account-sign-in", "Sign in as accounts", of(every, "Account_Operations", the("sign-in-as"))),
	}
}
