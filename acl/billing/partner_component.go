package billing

import "github.com/durward-go/durward/acl"

// partnerComponents are what is done with those who sell for the provider and
// those it buys from.
func partnerComponents() []acl.Level {
	return []acl.Level{
		component("resellers", "Resellers",
			on(every, "Resellers", "Reseller_Individuals", "Reseller_Payment_Methods", "Reseller_Tariffs",
				"Reseller_Payment_Processors", "Reseller_Branding"),
			of(every, "Reseller_Operations", the("second-factor-reset")),
			partnerBilling("Reseller"), on(look, "Reseller_Audit_Log")),
		component("distributors", "Distributors",
			on(every, "Distributors", "Distributor_Individuals"),
			of(every, "Distributor_Operations", the("second-factor-reset")),
			partnerBilling("Distributor"), on(look, "Distributor_Audit_Log")),
		component("representatives", "Representatives",
			on(every, "Representatives", "Representative_Individuals"),
			of(every, "Representative_Operations", the("second-factor-reset")),
			on(look, "Representative_Audit_Log")),
		component("vendors", "Vendors",
			on(every, "Vendors", "Vendor_Individuals", "Connections", "Vendor_Tariffs", "Vendor_Invoices", "Vendor_Payments"),
			of(every, "Vendor_Operations", the("second-factor-reset")),
			on(look, "Vendor_xDRs", "Vendor_Statistics", "Vendor_Audit_Log")),
		component("partner-sign-in", "Sign in as partners",
			of(every, "Reseller_Operations", the("sign-in-as")), of(every, "Distributor_Operations", the("sign-in-as")),
			of(every, "Representative_Operations", the("sign-in-as")), of(every, "Vendor_Operations", the("sign-in-as"))),
		component("distribution", "A distributor's own work",
			of(lookAndAdd, "Customers", the("i_customer")),
			of(look, "Customers", the("bill_status", "balance"), names(taxationColumns, agentColumns, creditColumns)),
			of(every, "Customers", names(personalColumns, addressColumns)),
			customerBillingView(),
			of(lookAndAdd, "Accounts", the("i_account")),
			of(look, "Accounts", the("bill_status", "balance"), names(accountColumns, lifeCycleColumns, creditColumns)),
			of(every, "Accounts", names(personalColumns, addressColumns)),
			accountBillingView(),
			on(lookAndAdd, "Vouchers"), of(lookAndAdd, "Voucher_Operations", the("generate")),
			on(lookAndAdd, "Entities"),
			on(look, "Products", "Product_Audit_Log", "Reports"),
			on(every, "Distributors", "Distributor_Individuals"),
			of(every, "Distributor_Operations", the("second-factor-reset")),
			on(look, "Distributor_Invoices", "Distributor_Payments", "Distributor_Balance_Adjustments", "Distributor_xDRs", "Distributor_Audit_Log")),
		component("representation", "A representative's own work",
			of(look, "Customers", the("i_customer", "bill_status"), names(personalColumns, addressColumns, agentColumns)),
			of(look, "Representatives", the("i_rep"), names(managedColumns, personalColumns, addressColumns, commissionColumns))),
		component("supply", "A vendor's own records",
			of(look, "Vendors", the("i_vendor", "balance"), names(managedColumns, addressColumns)),
			of(lookAndEdit, "Vendors", names(webColumns)),
			on(look, "Connections", "Vendor_Tariffs", "Vendor_Invoices", "Vendor_Payments", "Vendor_xDRs", "Vendor_Statistics", "Vendor_Audit_Log")),
	}
}

func partnerBilling(prefix string) []acl.Permission {
	return append(on(every, prefix+"_Invoices", prefix+"_Payments", prefix+"_Balance_Adjustments", prefix+"_Billing_Operations"),
		on(look, prefix+"_xDRs")...)
}
