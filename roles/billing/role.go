package billing

import "github.com/durward-go/durward/roles"

// IDs of the default roles.
const (
	RoleRoot                = "root"
	RoleAdmin               = "admin"
	RoleHelpdesk            = "helpdesk"
	RoleReseller            = "reseller"
	RoleCustomer            = "customer"
	RoleCCStaff             = "cc_staff"
	RoleDistributor         = "distributor"
	RoleRepresentative      = "representative"
	RoleVendor              = "vendor"
	RoleAccount             = "account"
	RoleHuntGroupSupervisor = "hunt_group_supervisor"
	RoleCustomerAdmin       = "customer_admin"
	RolePBXAdmin            = "pbx_admin"
	RoleOperationsManager   = "operations_manager"
	RoleNonPortal           = "non_portal"
)

// DefaultRoles returns the roles to begin with: three for the provider's
// users, one for each other type, three more for a customer's employees, and
// that of a standing link. They belong to no entity, so that they can be used
// everywhere. Every call makes new ones.
func DefaultRoles() []roles.Role {
	return []roles.Role{
		Root(Tree()),
		admin(),
		helpdesk(),
		reseller(),
		ccStaff(),
		distributor(),
		representative(),
		vendor(),
		customer(),
		account(),
		huntGroupSupervisor(),
		customerAdmin(),
		pbxAdmin(),
		operationsManager(),
		nonPortal(),
	}
}

// permissions are settings by path.
type permissions = map[string]roles.Permission

func newRole(id, name, typeName, description string, p permissions) roles.Role {
	r := roles.NewRole(id, name, typeName, p)
	r.Description = description
	return r
}
