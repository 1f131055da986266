package billing

import "github.com/durward-go/durward/roles"

func reseller() roles.Role {
	return newRole(RoleReseller, "Reseller", TypeReseller,
		"Manages rates, products, bundles, subscriptions, customers, accounts, subresellers, distributors and representatives of its own.",
		permissions{
			"reseller":            roles.Modify,
			"customer":            roles.Modify,
			"customer/sign-in-as": roles.Modify,
			"account":             roles.Modify,
			"distributor":         roles.Modify,
			"representative":      roles.Modify,
			"cc-staff":            roles.Modify,
			"entity":              roles.Modify,
			"product":             roles.Modify,
			"tariff":              roles.Modify,
			"bundle":              roles.Modify,
			"subscription":        roles.Modify,
			"customer-class":      roles.Modify,
			"voucher":             roles.Modify,
			"did-number":          roles.Modify,
			"report":              roles.Modify,
			"service":             roles.Read,
			"call-barring-class":  roles.Read,
			"destination":         roles.Read,
			"currency":            roles.Read,
			"taxation":            roles.Read,
			"role":                roles.Read,
			"acl":                 roles.Read,
			"mask/personal":       roles.Read,
			"my-profile":          roles.Modify,
		})
}

func ccStaff() roles.Role {
	return newRole(RoleCCStaff, "Customer care", TypeCCStaff,
		"Checks and edits the details of a reseller's customers and accounts.",
		permissions{
			"customer":      roles.Modify,
			"account":       roles.Modify,
			"cc-staff":      roles.Read,
			"product":       roles.Read,
			"tariff":        roles.Read,
			"bundle":        roles.Read,
			"subscription":  roles.Read,
			"did-number":    roles.Read,
			"report":        roles.Read,
			"mask/personal": roles.Read,
			"my-profile":    roles.Modify,
		})
}

func distributor() roles.Role {
	return newRole(RoleDistributor, "Distributor", TypeDistributor,
		"Creates customers, accounts and vouchers, changes personal information, browses the rest; manages subdistributors.",
		permissions{
			"customer":      roles.Modify,
			"account":       roles.Modify,
			"voucher":       roles.Modify,
			"distributor":   roles.Modify,
			"entity":        roles.Modify,
			"product":       roles.Read,
			"report":        roles.Read,
			"mask/personal": roles.Read,
			"my-profile":    roles.Modify,
		})
}

func representative() roles.Role {
	return newRole(RoleRepresentative, "Representative", TypeRepresentative,
		"Sees who its customers are and its own commission plan.",
		permissions{
			"customer":       roles.Read,
			"representative": roles.Read,
			"mask/personal":  roles.Read,
			"my-profile":     roles.Modify,
		})
}

func vendor() roles.Role {
	return newRole(RoleVendor, "Vendor", TypeVendor,
		"Sees its own connections, traffic and billing.",
		permissions{
			"vendor":        roles.Modify,
			"mask/personal": roles.Read,
			"my-profile":    roles.Modify,
		})
}
