package billing

import (
	"slices"

	"github.com/durward-go/durward/acl"
)

func partnerMapping() []acl.Mapping {
	return slices.Concat(resellerMapping(), distributorMapping(), representativeMapping(), vendorMapping())
}

func resellerMapping() []acl.Mapping {
	return slices.Concat(
		one("reseller", "Resellers", "i_reseller"),
		one("reseller/status", "Resellers", "bill_status"),
		columns("reseller/personal", "Resellers", personalColumns),
		columns("reseller/address", "Resellers", addressColumns),
		columns("reseller/taxation", "Resellers", taxationColumns),
		one("reseller/class", "Resellers", "i_customer_class"),
		creditLimit("reseller", "Resellers"),
		one("reseller/billing", "Resellers", "balance"),
		one("reseller/billing/balance", "Resellers", "balance"),
		partnerBillingMapping("reseller", "Reseller"),
		whole("reseller/billing/payment-methods", "Reseller_Payment_Methods"),
		whole("reseller/tariffs", "Reseller_Tariffs"),
		whole("reseller/payment-processing", "Reseller_Payment_Processors"),
		whole("reseller/branding", "Reseller_Branding"),
		columns("reseller/web-self-care", "Resellers", webColumns),
		logins("reseller", "Reseller"),
	)
}

// partnerBillingMapping maps what is billed between the provider and those who
// sell for it.
func partnerBillingMapping(entity, prefix string) []acl.Mapping {
	return slices.Concat(
		whole(entity+"/billing/invoices", prefix+"_Invoices"),
		operations(entity+"/billing/invoices", prefix+"_Billing_Operations", "send", "generate", "void"),
		whole(entity+"/billing/payments", prefix+"_Payments"),
		operations(entity+"/billing/payments", prefix+"_Billing_Operations", "pay", "refund"),
		whole(entity+"/billing/adjustments", prefix+"_Balance_Adjustments"),
		operations(entity+"/billing/adjustments", prefix+"_Billing_Operations", "credit", "charge"),
		whole(entity+"/billing/xdrs", prefix+"_xDRs"),
	)
}

func distributorMapping() []acl.Mapping {
	return slices.Concat(
		one("distributor", "Distributors", "i_distributor"),
		one("distributor/status", "Distributors", "bill_status"),
		columns("distributor/personal", "Distributors", personalColumns),
		columns("distributor/address", "Distributors", addressColumns),
		creditLimit("distributor", "Distributors"),
		columns("distributor/commission", "Distributors", commissionColumns),
		one("distributor/billing", "Distributors", "balance"),
		one("distributor/billing/balance", "Distributors", "balance"),
		partnerBillingMapping("distributor", "Distributor"),
		columns("distributor/web-self-care", "Distributors", webColumns),
		logins("distributor", "Distributor"),
	)
}

var managedColumns = []column{{"managed-by", "managed_by"}, {"currency", "iso_4217"}}

func representativeMapping() []acl.Mapping {
	return slices.Concat(
		one("representative", "Representatives", "i_rep"),
		columns("representative/general", "Representatives", managedColumns),
		columns("representative/personal", "Representatives", personalColumns),
		columns("representative/address", "Representatives", addressColumns),
		columns("representative/commission", "Representatives", commissionColumns),
		columns("representative/web-self-care", "Representatives", webColumns),
		logins("representative", "Representative"),
	)
}

func vendorMapping() []acl.Mapping {
	return slices.Concat(
		one("vendor", "Vendors", "i_vendor"),
		columns("vendor/general", "Vendors", managedColumns),
		columns("vendor/address", "Vendors", addressColumns),
		whole("vendor/connections", "Connections"),
		whole("vendor/tariffs", "Vendor_Tariffs"),
		one("vendor/billing", "Vendors", "balance"),
		one("vendor/billing/balance", "Vendors", "balance"),
		whole("vendor/billing/invoices", "Vendor_Invoices"),
		whole("vendor/billing/payments", "Vendor_Payments"),
		whole("vendor/billing/xdrs", "Vendor_xDRs"),
		whole("vendor/statistics", "Vendor_Statistics"),
		columns("vendor/web-self-care", "Vendors", webColumns),
		logins("vendor", "Vendor"),
	)
}
