package billing

import (
	"slices"

	"github.com/durward-go/durward/acl"
)

func catalogueMapping() []acl.Mapping {
	return slices.Concat(
		one("product", "Products", "i_product"),
		whole("product/general", "Products"),
		whole("product/services", "Products"),
		whole("product/subscriptions", "Products"),
		whole("product/discounts", "Products"),
		one("product/account-defaults", "Products", "i_product"),
		one("product/account-defaults/acl", "Products", "i_account_acl"),
		whole("product/audit-log", "Product_Audit_Log"),
		whole("tariff", "Tariffs"),
		whole("tariff/rates", "Rates"),
		operations("tariff/rates", "Rate_Operations", "upload"),
		whole("bundle", "Bundles"),
		whole("subscription", "Subscriptions"),
		whole("service", "Services"),
		whole("customer-class", "Customer_Classes"),
		whole("call-barring-class", "Call_Barring_Classes"),
		whole("did-number", "DID_Numbers"),
		operations("did-number/inventory", "DID_Number_Operations", "upload"),
		whole("did-number/assignment", "DID_Assignments"),
		operations("did-number/assignment", "DID_Number_Operations", "assign", "release"),
		whole("voucher", "Vouchers"),
		operations("voucher/batches", "Voucher_Operations", "generate"),
		operations("voucher/status", "Voucher_Operations", "activate", "block"),
	)
}
