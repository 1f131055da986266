package billing

import (
	"fmt"
	"slices"
	"sync"

	"github.com/durward-go/durward/acl"
	roles "github.com/durward-go/durward/roles/billing"
)

// IDs of the default levels that people can hold. Those of components begin
// with "component-".
const (
	LevelRoot           = "root"
	LevelAdmin          = "admin"
	LevelHelpdesk       = "helpdesk"
	LevelReseller       = "reseller"
	LevelCCStaff        = "cc_staff"
	LevelDistributor    = "distributor"
	LevelRepresentative = "representative"
	LevelVendor         = "vendor"
	LevelCustomer       = "customer"
	LevelAccount        = "account"
)

// Names of the types of levels.
const (
	typeUser      = "user" // of administrators
	typeComponent = "component"
)

// Matching names the default role that stands for each default level, for
// acl.Existing. Every call makes a new map.
func Matching() map[string]string {
	return map[string]string{
		LevelRoot:           roles.RoleRoot,
		LevelAdmin:          roles.RoleAdmin,
		LevelHelpdesk:       roles.RoleHelpdesk,
		LevelReseller:       roles.RoleReseller,
		LevelCCStaff:        roles.RoleCCStaff,
		LevelDistributor:    roles.RoleDistributor,
		LevelRepresentative: roles.RoleRepresentative,
		LevelVendor:         roles.RoleVendor,
		LevelCustomer:       roles.RoleCustomer,
		LevelAccount:        roles.RoleAccount,
	}
}

var system = sync.OnceValue(func() *acl.System {
	return acl.MustSystem(roles.Model(), Mapping(), nil)
})

// System compiles levels over the billing tree. It is built once.
func System() *acl.System { return system() }

// Levels returns the default levels and their components. Levels of customers,
// accounts, representatives and customer care are hidden from resellers like
// any other of these types, unless they are visible to something above: give
// the IDs of providers to open them to all of a provider's resellers, of
// resellers to open them to those. Every call makes new ones.
func Levels(visibleTo ...string) []acl.Level {
	levels := slices.Concat(components(), assignable())
	for i := range levels {
		l := &levels[i]
		l.System = true
		if t, err := System().Type(l.Type); err == nil && t.Hidden {
			l.VisibleTo = slices.Clone(visibleTo)
		}
	}
	return levels
}

// Lookup finds a default level by ID, for acl.System.Compile. Where there is
// none, its error wraps acl.ErrUnknown.
func Lookup(id string) (acl.Level, error) {
	for _, l := range Levels() {
		if l.ID == id {
			return l, nil
		}
	}
	return acl.Level{}, fmt.Errorf("%w %q", acl.ErrUnknown, id)
}

func assignable() []acl.Level {
	return []acl.Level{
		level(LevelRoot, "Root", typeUser, "admin", "users-create", "company-info", "network"),
		level(LevelAdmin, "Admin", typeUser, "admin", "network-view"),
		level(LevelHelpdesk, "Helpdesk", typeUser,
			"profile", "customers", "customer-money-view", "accounts", "account-money-view", "prices-view", "call-traces"),
		level(LevelReseller, "Reseller", roles.TypeReseller,
			"profile", "customers", "customer-money", "customer-sign-in", "accounts", "account-money",
			"resellers", "distributors", "representatives", "cc-staff", "entities", "catalogue", "reseller-catalogue"),
		level(LevelCCStaff, "Customer care", roles.TypeCCStaff, "profile", "customer-care"),
		level(LevelDistributor, "Distributor", roles.TypeDistributor, "profile", "distribution"),
		level(LevelRepresentative, "Representative", roles.TypeRepresentative, "profile", "representation"),
		level(LevelVendor, "Vendor", roles.TypeVendor, "profile", "supply"),
		level(LevelCustomer, "Customer", roles.TypeCustomer, "profile", "customer-self-care"),
		level(LevelAccount, "Account", roles.TypeAccount, "profile", "account-self-care"),
	}
}

func level(id, name, typeName string, components ...string) acl.Level {
	l := acl.Level{ID: id, Name: name, Type: typeName}
	for _, c := range components {
		l.Components = append(l.Components, componentPrefix+c)
	}
	return l
}
