package billing

import (
	"slices"

	"github.com/durward-go/durward/acl"
)

var accountColumns = []column{
	{"account-id", "id"}, {"account-role", "i_account_role"}, {"product", "i_product"}, {"aliases", "aliases"},
}

var lifeCycleColumns = []column{{"activation", "activation_date"}, {"expiration", "expiration_date"}}

func accountMapping() []acl.Mapping {
	return slices.Concat(
		one("account", "Accounts", "i_account"),
		one("account/general", "Accounts", "id"),
		items("account/general", "Accounts", accountColumns),
		one("account/status", "Accounts", "bill_status"),
		operations("account/status", "Account_Operations", "block", "unblock", "terminate"),
		columns("account/life-cycle", "Accounts", lifeCycleColumns),
		columns("account/personal", "Accounts", personalColumns),
		columns("account/address", "Accounts", addressColumns),
		creditLimit("account", "Accounts"),
		one("account/billing", "Accounts", "balance"),
		one("account/billing/balance", "Accounts", "balance"),
		whole("account/billing/payments", "Account_Payments"),
		operations("account/billing/payments", "Account_Payment_Operations", "pay", "refund"),
		whole("account/billing/payment-methods", "Account_Payment_Methods"),
		operations("account/billing", "Account_Payment_Operations", "top-up"),
		whole("account/billing/adjustments", "Account_Balance_Adjustments"),
		operations("account/billing/adjustments", "Account_Balance_Adjustment_Operations", "credit", "charge"),
		whole("account/billing/xdrs", "Account_xDRs"),
		whole("account/billing/subscriptions", "Account_Subscriptions"),
		whole("account/billing/bundles", "Account_Bundles"),
		whole("account/billing/discounts", "Account_Discounts"),
		whole("account/registration", "Registrations"),
		operations("account/registration", "Account_Operations", "unregister"),
		whole("account/services", "Service_Features"),
		columns("account/web-self-care", "Accounts", webColumns),
		logins("account", "Account"),
		whole("account/notes", "Account_Notes"),
	)
}
