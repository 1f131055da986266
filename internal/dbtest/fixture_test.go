package dbtest_test

import "github.com/durward-go/durward/roles"

// customerRole lets people read invoices.
func customerRole() roles.Role {
	return roles.NewRole("viewer", "Viewer", "customer", map[string]roles.Permission{"customer/billing/invoices": roles.Read})
}
