package billing

import "github.com/durward-go/durward/acl"

// catalogueComponents are for what is sold and at what price.
func catalogueComponents() []acl.Level {
	return []acl.Level{
		component("catalogue", "Products, prices and vouchers",
			on(every, "Products", "Tariffs", "Rates", "Rate_Operations", "Bundles", "Subscriptions", "Customer_Classes",
				"Vouchers", "Voucher_Operations", "DID_Assignments"),
			on(look, "DID_Numbers", "Product_Audit_Log"),
			of(every, "DID_Number_Operations", the("assign", "release"))),
		component("provider-catalogue", "Services, numbers and call barring",
			on(every, "Services", "Call_Barring_Classes", "DID_Numbers"),
			of(every, "DID_Number_Operations", the("upload"))),
		component("reseller-catalogue", "What a reseller sees of its provider's",
			on(look, "Services", "Call_Barring_Classes", "Destinations", "Currencies", "Taxes", "Reports", "Access_Levels"),
			of(every, "Report_Operations", the("run"))),
		component("prices-view", "View products and prices", on(look, "Products", "Product_Audit_Log", "Tariffs", "Rates", "Bundles", "Subscriptions")),
	}
}
