package billing

import (
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// resellerType manages all that it sells to, and itself within what its
// contract with the provider leaves.
func (d declaration) resellerType() roles.Type {
	sells := ceilings{
		"customer":              roles.Modify,
		"account":               roles.Modify,
		"distributor":           roles.Modify,
		"representative":        roles.Modify,
		"cc-staff":              roles.Modify,
		"product":               roles.Modify,
		"tariff":                roles.Modify,
		"bundle":                roles.Modify,
		"subscription":          roles.Modify,
		"customer-class":        roles.Modify,
		"voucher":               roles.Modify,
		"did-number":            roles.Read,
		"did-number/assignment": roles.Modify,
		"service":               roles.Read,
		"call-barring-class":    roles.Read,
		"destination":           roles.Read,
		"currency":              roles.Read,
		"taxation":              roles.Read,
		"report":                roles.Read,
		"report/custom/run":     roles.Modify,
		"role":                  roles.Modify,
		"role/grant-beyond":     roles.Restrict,
		"acl":                   roles.Modify,
	}
	itself := ceilings{
		"entity":                           viewAndCreate,
		"reseller":                         allButDelete, // creating is asked of the parent: a subreseller's is oneself
		"reseller/status":                  roles.Read,
		"reseller/personal":                roles.Modify,
		"reseller/address":                 roles.Modify,
		"reseller/credit-limit":            roles.Read,
		"reseller/billing":                 roles.Read,
		"reseller/billing/payments":        viewAndCreate,
		"reseller/billing/payments/refund": roles.Restrict,
		"reseller/billing/payment-methods": roles.Modify,
		"reseller/taxation":                roles.Read,
		"reseller/tariffs":                 roles.Read,
		"reseller/payment-processing":      roles.Modify,
		"reseller/branding":                roles.Modify,
		"reseller/web-self-care":           viewAndUpdate,
		"reseller/individuals":             roles.Modify,
		"reseller/allowed-roles":           roles.Read,
		"reseller/audit-log":               roles.Read,
	}
	subresellers := ceilings{"entity": roles.Modify, "reseller": roles.Modify}
	below := d.ceiling(everyone(), sells, subresellers)
	return roles.Type{
		Name:    TypeReseller,
		Ceiling: d.ceiling(everyone(), sells, d.closed("reseller"), itself),
		Below:   &below,
		Scope:   scope.Rule{Below: true},
	}
}

// ccStaffType serves a reseller's customers: it checks and edits their
// details, and gives credit within the limits set for each person.
func (d declaration) ccStaffType() roles.Type {
	return roles.Type{
		Name:      TypeCCStaff,
		OwnerKind: KindReseller,
		Ceiling: d.ceiling(everyone(), d.closed("customer", "account"), ceilings{
			"customer":                             viewAndUpdate,
			"customer/status":                      viewAndUpdate,
			"customer/status/close":                roles.Restrict,
			"customer/personal":                    roles.Modify,
			"customer/address":                     roles.Modify,
			"customer/taxation":                    roles.Read,
			"customer/class":                       roles.Read,
			"customer/sales-agents":                roles.Read,
			"customer/credit-limit":                roles.Read,
			"customer/credit-limit/temporary":      viewAndUpdate,
			"customer/billing":                     roles.Read,
			"customer/billing/payment-methods":     roles.Restrict,
			"customer/billing/payments/refund":     viewAndCreate,
			"customer/billing/adjustments":         viewAndCreate,
			"customer/web-self-care":               viewAndUpdate,
			"customer/web-self-care/standing-link": roles.Restrict,
			"customer/individuals":                 roles.Read,
			"customer/allowed-roles":               roles.Read,
			"customer/audit-log":                   roles.Read,
			"customer/pbx":                         roles.Modify,
			"customer/sites":                       roles.Read,
			"customer/licensing":                   roles.Read,
			"customer/tickets":                     roles.Modify,
			"customer/estimates":                   roles.Read,
			"customer/documentation":               roles.Read,
			"customer/notes":                       roles.Modify,

			"account":                         viewAndUpdate,
			"account/general":                 viewAndUpdate,
			"account/general/product":         roles.Read,
			"account/status":                  viewAndUpdate,
			"account/status/terminate":        roles.Restrict,
			"account/life-cycle":              roles.Read,
			"account/personal":                roles.Modify,
			"account/address":                 roles.Modify,
			"account/credit-limit":            roles.Read,
			"account/credit-limit/temporary":  viewAndUpdate,
			"account/billing":                 roles.Read,
			"account/billing/payment-methods": roles.Restrict,
			"account/billing/payments/refund": viewAndCreate,
			"account/billing/adjustments":     viewAndCreate,
			"account/registration":            roles.Modify,
			"account/services":                roles.Modify,
			"account/web-self-care":           viewAndUpdate,
			"account/individuals":             roles.Read,
			"account/allowed-roles":           roles.Read,
			"account/audit-log":               roles.Read,
			"account/notes":                   roles.Modify,

			"cc-staff":       roles.Read,
			"product":        roles.Read,
			"tariff":         roles.Read,
			"bundle":         roles.Read,
			"subscription":   roles.Read,
			"customer-class": roles.Read,
			"did-number":     roles.Read,
			"report/xdrs":    roles.Read,
		}),
		Scope: scope.Rule{Below: true},
	}
}
