package billing

import (
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// distributorType brings in customers and accounts and looks after what is
// personal about them; the rest it browses.
func (d declaration) distributorType() roles.Type {
	sells := ceilings{
		"customer":                         viewAndCreate,
		"customer/status":                  roles.Read,
		"customer/personal":                roles.Modify,
		"customer/address":                 roles.Modify,
		"customer/taxation":                roles.Read,
		"customer/sales-agents":            roles.Read,
		"customer/credit-limit":            roles.Read,
		"customer/billing":                 roles.Read,
		"customer/billing/payment-methods": roles.Restrict,

		"account":                         viewAndCreate,
		"account/general":                 roles.Read,
		"account/status":                  roles.Read,
		"account/life-cycle":              roles.Read,
		"account/personal":                roles.Modify,
		"account/address":                 roles.Modify,
		"account/credit-limit":            roles.Read,
		"account/billing":                 roles.Read,
		"account/billing/payment-methods": roles.Restrict,

		"voucher":        viewAndCreate,
		"voucher/status": roles.Read,
		"report/xdrs":    roles.Read,
		"product":        roles.Read, // an account is created with a product
		"entity":         viewAndCreate,
	}
	itself := ceilings{
		"distributor":               allButDelete, // creating is asked of the parent
		"distributor/status":        roles.Read,
		"distributor/personal":      roles.Modify,
		"distributor/address":       roles.Modify,
		"distributor/credit-limit":  roles.Read,
		"distributor/commission":    roles.Read,
		"distributor/billing":       roles.Read,
		"distributor/web-self-care": viewAndUpdate,
		"distributor/individuals":   roles.Read,
		"distributor/allowed-roles": roles.Read,
		"distributor/audit-log":     roles.Read,
	}
	subdistributors := ceilings{
		"distributor":               roles.Modify,
		"distributor/allowed-roles": roles.Read,
		"distributor/billing":       roles.Read,
		"distributor/sign-in-as":    roles.Restrict,
	}
	below := d.ceiling(everyone(), d.closed("customer", "account"), sells, subdistributors)
	return roles.Type{
		Name:    TypeDistributor,
		Ceiling: d.ceiling(everyone(), d.closed("customer", "account"), sells, d.closed("distributor"), itself),
		Below:   &below,
		Scope:   scope.Rule{Below: true, Link: LinkDistributor, LinkedBelow: true},
	}
}

// representativeType sees who its customers are and what it earns by them.
func (d declaration) representativeType() roles.Type {
	return roles.Type{
		Name: TypeRepresentative,
		Ceiling: d.ceiling(everyone(), d.closed("customer", "representative"), ceilings{
			"customer":              roles.Read,
			"customer/status":       roles.Read,
			"customer/personal":     roles.Read,
			"customer/address":      roles.Read,
			"customer/sales-agents": roles.Read,

			"representative":            roles.Read,
			"representative/general":    roles.Read,
			"representative/personal":   roles.Read,
			"representative/address":    roles.Read,
			"representative/commission": roles.Read,
		}),
		Scope: scope.Rule{Link: LinkRepresentative},
	}
}

// vendorType sees its own traffic and what is owed for it.
func (d declaration) vendorType() roles.Type {
	return roles.Type{
		Name: TypeVendor,
		Ceiling: d.ceiling(everyone(), d.closed("vendor"), ceilings{
			"vendor":               roles.Read,
			"vendor/general":       roles.Read,
			"vendor/address":       roles.Read,
			"vendor/connections":   roles.Read,
			"vendor/tariffs":       roles.Read,
			"vendor/billing":       roles.Read,
			"vendor/statistics":    roles.Read,
			"vendor/web-self-care": viewAndUpdate,
			"vendor/audit-log":     roles.Read,
		}),
	}
}
