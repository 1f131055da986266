package billing

import (
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// Names of the role types. The realm is the name, but for
// [TypeHuntGroupSupervisor], whose people sign in where customers do.
const (
	TypeAdmin               = "admin"
	TypeReseller            = "reseller"
	TypeCustomer            = "customer"
	TypeCCStaff             = "cc_staff"
	TypeDistributor         = "distributor"
	TypeRepresentative      = "representative"
	TypeVendor              = "vendor"
	TypeAccount             = "account"
	TypeHuntGroupSupervisor = "hunt_group_supervisor"
)

// Types returns the role types with their ceilings and scope rules. Every
// call makes new ones. No type borrows more than it holds itself.
func Types() []roles.Type { return TypesFor(Spec()) }

// TypesFor returns [Types] for a declaration made from [Spec] by adding to
// it. An entity added is open to admin alone, and a panel added to a customer,
// an account or a partner to admin and to the resellers that sell to them,
// until the caller opens it in a type's ceilings. An item added to a panel has
// the ceilings of the panel.
func TypesFor(spec []roles.NodeSpec) []roles.Type {
	d := declaration(spec)
	return []roles.Type{
		{Name: TypeAdmin, OwnerKind: KindProvider, Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}},
		d.resellerType(),
		d.customerType(),
		d.ccStaffType(),
		d.distributorType(),
		d.representativeType(),
		d.vendorType(),
		d.accountType(),
		d.huntGroupSupervisorType(),
	}
}
