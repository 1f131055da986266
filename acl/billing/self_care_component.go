package billing

import "github.com/durward-go/durward/acl"

// selfCareComponents are for customers, account holders, and the customer care
// that helps them. What they cannot do at all is not permitted here either: the
// ceilings of role types do not bind whoever asks by object and attribute.
func selfCareComponents() []acl.Level {
	return []acl.Level{
		including(component("customer-self-care", "Customer self-care",
			of(lookAndEdit, "Customers", the("i_customer"), names(webColumns)),
			of(look, "Customers", the("bill_status", "balance", "custom_portals"), names(taxationColumns, creditColumns)),
			of(every, "Customers", names(personalColumns, addressColumns)),
			customerBillingView(),
			on(lookAndAdd, "Payments"), of(lookAndAdd, "Payment_Operations", the("pay")), of(every, "Payment_Operations", the("top-up")),
			on(every, "Payment_Methods", "Auto_Payments"),
			on(every, "Customer_Individuals"), of(every, "Customer_Operations", the("second-factor-reset")),
			on(look, "Customer_Audit_Log", "Licenses", "Documents", "Estimates"), on(every, "Estimate_Operations"),
			on(allButDelete, "Tickets", "Ticket_Operations"),
			on(every, "Dashboards", "Sites", "Custom_Links"),

			of(every, "Accounts", the("i_account", "id", "aliases", "bill_status"), names(personalColumns, addressColumns, webColumns)),
			of(look, "Accounts", the("i_account_role", "i_product", "balance"), names(lifeCycleColumns, creditColumns)),
			accountBillingView(),
			on(lookAndAdd, "Account_Payments"), of(lookAndAdd, "Account_Payment_Operations", the("pay")),
			of(every, "Account_Payment_Operations", the("top-up")),
			on(every, "Account_Payment_Methods", "Account_Individuals", "Registrations", "Service_Features"),
			of(every, "Account_Operations", the("block", "unblock", "terminate", "unregister", "second-factor-reset")),
			on(look, "Account_Audit_Log")),
			"calls", "pbx"),
		component("account-self-care", "Account self-care",
			of(lookAndEdit, "Accounts", the("i_account"), names(webColumns)),
			of(look, "Accounts", the("bill_status", "balance"), names(accountColumns, lifeCycleColumns, creditColumns)),
			of(every, "Accounts", names(personalColumns, addressColumns)),
			accountBillingView(),
			on(lookAndAdd, "Account_Payments"), of(lookAndAdd, "Account_Payment_Operations", the("pay")),
			of(every, "Account_Payment_Operations", the("top-up")),
			on(every, "Account_Payment_Methods", "Registrations", "Service_Features"),
			of(every, "Account_Operations", the("unregister")),
			on(look, "Account_Audit_Log")),
		including(component("customer-care", "Customer care",
			of(lookAndEdit, "Customers", the("i_customer", "bill_status", "temp_credit_limit", "custom_portals"), names(webColumns)),
			of(look, "Customers", the("balance", "i_customer_class"), names(taxationColumns, agentColumns, creditColumns)),
			of(every, "Customers", names(personalColumns, addressColumns)),
			of(lookAndEdit, "Customer_Operations", the("suspend", "resume")),
			customerBillingView(),
			of(lookAndAdd, "Payment_Operations", the("refund")),
			on(lookAndAdd, "Balance_Adjustments", "Balance_Adjustment_Operations"),
			on(look, "Customer_Individuals", "Customer_Audit_Log", "Sites", "Licenses", "Estimates", "Documents"),
			on(every, "Tickets", "Ticket_Operations", "Customer_Notes"),

			of(lookAndEdit, "Accounts", the("i_account", "id", "i_account_role", "aliases", "bill_status", "temp_credit_limit"), names(webColumns)),
			of(look, "Accounts", the("i_product", "balance"), names(lifeCycleColumns, creditColumns)),
			of(every, "Accounts", names(personalColumns, addressColumns)),
			of(lookAndEdit, "Account_Operations", the("block", "unblock")), of(every, "Account_Operations", the("unregister")),
			accountBillingView(),
			of(lookAndAdd, "Account_Payment_Operations", the("refund")),
			on(lookAndAdd, "Account_Balance_Adjustments", "Account_Balance_Adjustment_Operations"),
			on(every, "Registrations", "Service_Features", "Account_Notes"),
			on(look, "Account_Individuals", "Account_Audit_Log"),

			on(look, "CC_Staff", "DID_Numbers", "DID_Assignments", "Reports")),
			"pbx", "prices-view"),
	}
}

// customerBillingView reads what a customer is billed. Payment methods are not
// part of it.
func customerBillingView() []acl.Permission {
	return on(look, "Invoices", "Payments", "Auto_Payments", "Balance_Adjustments", "xDRs", "Transactions",
		"Customer_Subscriptions", "Customer_Bundles", "Customer_Discounts")
}

func accountBillingView() []acl.Permission {
	return on(look, "Account_Payments", "Account_Balance_Adjustments", "Account_xDRs",
		"Account_Subscriptions", "Account_Bundles", "Account_Discounts")
}
