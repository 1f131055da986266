package billing

import "github.com/durward-go/durward/roles"

func customer() roles.Role {
	return newRole(RoleCustomer, "Customer", TypeCustomer,
		"All that a customer can do, its accounts included.",
		permissions{
			"customer":      roles.Modify,
			"account":       roles.Modify,
			"mask/personal": roles.Read,
			"my-profile":    roles.Modify,
		})
}

func account() roles.Role {
	return newRole(RoleAccount, "Account", TypeAccount,
		"All that an account holder can do.",
		permissions{
			"account":       roles.Modify,
			"mask/personal": roles.Read,
			"my-profile":    roles.Modify,
		})
}

func huntGroupSupervisor() roles.Role {
	return newRole(RoleHuntGroupSupervisor, "Hunt group supervisor", TypeHuntGroupSupervisor,
		"Watches over the calls of the groups that the person supervises.",
		permissions{
			"customer/supervisor": roles.Modify,
			"customer/calls":      roles.Modify,
			"customer/pbx":        roles.Modify,
			"mask/personal":       roles.Read,
			"my-profile":          roles.Modify,
		})
}

func customerAdmin() roles.Role {
	return newRole(RoleCustomerAdmin, "Customer admin", TypeCustomer,
		"Everything on the portal, its users included.",
		permissions{
			"customer":      roles.Modify,
			"account":       roles.Modify,
			"mask/personal": roles.Read,
			"my-profile":    roles.Modify,
		})
}

func pbxAdmin() roles.Role {
	return newRole(RolePBXAdmin, "PBX admin", TypeCustomer,
		"Configures extensions and all else of the PBX. No payments, no invoices.",
		permissions{
			"customer/pbx":  roles.Modify,
			"mask/personal": roles.Read,
			"my-profile":    roles.Modify,
		})
}

func operationsManager() roles.Role {
	return newRole(RoleOperationsManager, "Operations manager", TypeCustomer,
		"Processes invoices and payments. No PBX.",
		permissions{
			"customer/billing": roles.Modify,
			"mask/personal":    roles.Read,
			"my-profile":       roles.Modify,
		})
}

// nonPortal is for a link that opens the portal without a login. It opens
// tickets; an application that wants more adds to a clone.
func nonPortal() roles.Role {
	return newRole(RoleNonPortal, "Non-portal users", TypeCustomer,
		"What the standing link of a customer opens: a new ticket, and nothing to read.",
		permissions{"customer/tickets/open": roles.Modify})
}
