package acl

import (
	"fmt"
	"slices"

	"github.com/durward-go/durward/roles"
)

// A Type is what all levels of one sort have in common. Types are data: a host
// declares its own in [Options].
type Type struct {
	// Name identifies the type: "customer". Lower-case letters, digits, '-'
	// and '_'.
	Name string
	// RoleType is the role type whose people hold such levels, and whose
	// ceilings apply. Empty: a type of components, which nobody holds and
	// only other levels include.
	RoleType string
	// Hidden says that levels of the type are hidden from the entities of
	// [Options.HiddenFrom] until they are named in [Level.VisibleTo].
	Hidden bool
	// SelfCare says that people use such levels on their own self-care page.
	// Roles that are made of them are assigned at once, see [PlanMigration].
	SelfCare bool
}

// Component reports whether levels of the type are components.
func (t Type) Component() bool { return t.RoleType == "" }

// DefaultTypes returns the nine types of the older system. Each maps to the
// role type of its name, but user, whose people are administrators.
func DefaultTypes() []Type {
	return []Type{
		{Name: "account", RoleType: "account", Hidden: true, SelfCare: true},
		{Name: "cc_staff", RoleType: "cc_staff", Hidden: true},
		{Name: "component"},
		{Name: "customer", RoleType: "customer", Hidden: true, SelfCare: true},
		{Name: "distributor", RoleType: "distributor"},
		{Name: "representative", RoleType: "representative", Hidden: true},
		{Name: "reseller", RoleType: "reseller"},
		{Name: "user", RoleType: "admin"},
		{Name: "vendor", RoleType: "vendor"},
	}
}

// typesFor returns the default types that the model has role types for.
func typesFor(model *roles.Model) []Type {
	return slices.DeleteFunc(DefaultTypes(), func(t Type) bool {
		_, err := model.Type(t.RoleType)
		return !t.Component() && err != nil
	})
}

// checkTypes refuses types that the model has no role type for, and a set in
// which there is nothing to hold.
func checkTypes(model *roles.Model, types []Type) error {
	holdable := false
	for i, t := range types {
		if err := checkTypeName(t.Name); err != nil {
			return fmt.Errorf("acl: system: %w", err)
		}
		if slices.ContainsFunc(types[:i], func(u Type) bool { return u.Name == t.Name }) {
			return fmt.Errorf("acl: system: type %q is given twice", t.Name)
		}
		if t.Component() {
			if t.Hidden || t.SelfCare {
				return fmt.Errorf("acl: system: type %q: nobody holds a component, so it is neither hidden nor for self-care; give RoleType", t.Name)
			}
			continue
		}
		if _, err := model.Type(t.RoleType); err != nil {
			return fmt.Errorf("acl: system: type %q: %w", t.Name, err)
		}
		holdable = true
	}
	if !holdable {
		return fmt.Errorf("acl: system: no type of level maps to a role type of the model; set Options.Types")
	}
	return nil
}
