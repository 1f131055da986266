package billing

import (
	"slices"

	"github.com/durward-go/durward/acl"
)

const componentPrefix = "component-"

// component declares a component that permits the union of the lists.
func component(id, name string, permissions ...[]acl.Permission) acl.Level {
	return acl.Level{ID: componentPrefix + id, Name: name, Type: typeComponent, Permissions: slices.Concat(permissions...)}
}

// including adds other components.
func including(l acl.Level, ids ...string) acl.Level {
	for _, id := range ids {
		l.Components = append(l.Components, componentPrefix+id)
	}
	return l
}

// Sets of operations that the components use.
const (
	every        = acl.AllOperations
	look         = acl.Operations(acl.Select)
	lookAndAdd   = acl.Operations(acl.Select | acl.Insert)
	lookAndEdit  = acl.Operations(acl.Select | acl.Update)
	allButInsert = acl.Operations(acl.Select | acl.Update | acl.Delete)
	allButDelete = acl.Operations(acl.Select | acl.Insert | acl.Update)
)

// on permits operations on whole objects.
func on(operations acl.Operations, objects ...string) []acl.Permission {
	list := make([]acl.Permission, len(objects))
	for i, o := range objects {
		list[i] = acl.Permission{Operations: operations, Object: o, Attribute: acl.AnyAttribute}
	}
	return list
}

// of permits operations on some attributes of an object.
func of(operations acl.Operations, object string, attributes ...[]string) []acl.Permission {
	var list []acl.Permission
	for _, a := range slices.Concat(attributes...) {
		list = append(list, acl.Permission{Operations: operations, Object: object, Attribute: a})
	}
	return list
}

// the is a short list of attributes.
func the(attributes ...string) []string { return attributes }

func components() []acl.Level {
	return slices.Concat(
		[]acl.Level{component("profile", "Own profile", on(every, "My_Profile"), on(look, "Personal_Data"))},
		userComponents(),
		customerComponents(),
		accountComponents(),
		partnerComponents(),
		catalogueComponents(),
		selfCareComponents(),
	)
}
