package billing

import (
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// customerType uses what it bought and runs its own people, and sees the terms
// of the contract without changing them.
func (d declaration) customerType() roles.Type {
	shared := ceilings{
		"customer":                             viewAndUpdate,
		"customer/dashboard":                   roles.Modify,
		"customer/status":                      roles.Read,
		"customer/personal":                    roles.Modify,
		"customer/address":                     roles.Modify,
		"customer/taxation":                    roles.Read,
		"customer/credit-limit":                roles.Read,
		"customer/billing":                     roles.Read,
		"customer/billing/payments":            viewAndCreate,
		"customer/billing/payments/refund":     roles.Restrict,
		"customer/billing/payment-methods":     roles.Modify,
		"customer/billing/auto-payments":       roles.Modify,
		"customer/billing/top-up":              roles.Modify,
		"customer/web-self-care":               viewAndUpdate,
		"customer/web-self-care/standing-link": roles.Restrict,
		"customer/web-self-care/portals":       roles.Read,
		"customer/individuals":                 roles.Modify,
		"customer/allowed-roles":               roles.Read,
		"customer/audit-log":                   roles.Read,
		"customer/calls":                       roles.Modify,
		"customer/pbx":                         roles.Modify,
		"customer/supervisor":                  roles.Modify,
		"customer/sites":                       roles.Modify,
		"customer/licensing":                   roles.Read,
		"customer/custom-links":                roles.Modify,
		"customer/tickets":                     allButDelete,
		"customer/estimates":                   roles.Read,
		"customer/estimates/decide":            roles.Modify,
		"customer/documentation":               roles.Read,

		"account":                         roles.Modify,
		"account/general":                 roles.Modify,
		"account/general/account-role":    roles.Read,
		"account/general/product":         roles.Read,
		"account/status":                  roles.Modify,
		"account/life-cycle":              roles.Read,
		"account/personal":                roles.Modify,
		"account/address":                 roles.Modify,
		"account/credit-limit":            roles.Read,
		"account/billing":                 roles.Read,
		"account/billing/payments":        viewAndCreate,
		"account/billing/payments/refund": roles.Restrict,
		"account/billing/payment-methods": roles.Modify,
		"account/billing/top-up":          roles.Modify,
		"account/registration":            roles.Modify,
		"account/services":                roles.Modify,
		"account/web-self-care":           roles.Modify,
		"account/individuals":             roles.Modify,
		"account/allowed-roles":           roles.Read,
		"account/audit-log":               roles.Read,
	}
	below := d.ceiling(everyone(), d.closed("customer", "account"), shared, ceilings{"entity": roles.Modify})
	return roles.Type{
		Name:    TypeCustomer,
		Ceiling: d.ceiling(everyone(), d.closed("customer", "account"), shared, ceilings{"entity": viewAndCreate}),
		Below:   &below,
		Scope:   scope.Rule{Below: true},
	}
}

// accountType is the end user: its own details and services.
func (d declaration) accountType() roles.Type {
	return roles.Type{
		Name: TypeAccount,
		Ceiling: d.ceiling(everyone(), d.closed("account"), ceilings{
			"account":                         viewAndUpdate,
			"account/general":                 roles.Read,
			"account/status":                  roles.Read,
			"account/life-cycle":              roles.Read,
			"account/personal":                roles.Modify,
			"account/address":                 roles.Modify,
			"account/credit-limit":            roles.Read,
			"account/billing":                 roles.Read,
			"account/billing/payments":        viewAndCreate,
			"account/billing/payments/refund": roles.Restrict,
			"account/billing/payment-methods": roles.Modify,
			"account/billing/top-up":          roles.Modify,
			"account/registration":            roles.Modify,
			"account/services":                roles.Modify,
			"account/web-self-care":           viewAndUpdate,
			"account/audit-log":               roles.Read,
		}),
	}
}

// huntGroupSupervisorType watches over the calls of the groups that are
// listed for the person, and of their members.
func (d declaration) huntGroupSupervisorType() roles.Type {
	return roles.Type{
		Name:      TypeHuntGroupSupervisor,
		Realm:     TypeCustomer,
		OwnerKind: KindCustomer,
		Ceiling: d.ceiling(everyone(), ceilings{
			"customer/supervisor":                   roles.Modify,
			"customer/calls/activity":               roles.Modify,
			"customer/calls/activity/recent/delete": roles.Restrict,
			"customer/calls/recordings":             roles.Read,
			"customer/pbx/extensions/extension":     roles.Read,
			"customer/pbx/extensions/call-history":  roles.Read,
			"customer/pbx/ring-groups":              roles.Read,
			"customer/pbx/phone-book":               roles.Read,
			"customer/pbx/wallboard":                roles.Modify,
		}),
		Scope: scope.Rule{Listed: true, Below: true, Link: LinkGroup},
	}
}
