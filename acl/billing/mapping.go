package billing

import (
	"slices"

	"github.com/durward-go/durward/acl"
)

// Mapping says which attributes stand for the nodes of the billing tree. An
// application that adds to the tree adds entries and gives them to
// acl.NewSystem with its model. Every call makes a new list.
func Mapping() []acl.Mapping {
	return slices.Concat(
		companyMapping(),
		customerMapping(),
		accountMapping(),
		partnerMapping(),
		catalogueMapping(),
		networkMapping(),
	)
}

// Unmapped returns the topmost nodes that deliberately no level permits, with
// what is below them: the roles, which of them are allowed or default, and the
// link that gives a role to those without a login. The older system can
// neither see nor change any of these.
func Unmapped() []string {
	return []string{
		"role",
		"user/allowed-roles",
		"entity/organization/default-role",
		"customer/allowed-roles",
		"customer/web-self-care/standing-link",
		"account/allowed-roles",
		"reseller/allowed-roles",
		"distributor/allowed-roles",
		"representative/allowed-roles",
		"vendor/allowed-roles",
		"product/account-defaults/role",
	}
}

// The rows of the mapping are made of these.

// one maps a node alone to one attribute.
func one(node, object, attribute string) []acl.Mapping {
	return []acl.Mapping{{Node: node, Needs: []string{object + "." + attribute}}}
}

// whole maps a node and what is below it to the whole object.
func whole(node, object string) []acl.Mapping {
	return []acl.Mapping{{Node: node, Subtree: true, Needs: []string{object + "." + acl.AnyAttribute}}}
}

// columns maps a panel to all the columns that it shows, and each of its items
// to its own.
func columns(panel, object string, list ...[]column) []acl.Mapping {
	all := acl.Mapping{Node: panel}
	for _, name := range names(list...) {
		all.Needs = append(all.Needs, object+"."+name)
	}
	return append([]acl.Mapping{all}, items(panel, object, list...)...)
}

// items maps the items of a panel to a column each, and leaves the panel.
func items(panel, object string, list ...[]column) []acl.Mapping {
	var rows []acl.Mapping
	for _, c := range slices.Concat(list...) {
		rows = append(rows, one(panel+"/"+c.item, object, c.name)...)
	}
	return rows
}

// operations maps each operation below a node to an attribute of its name.
func operations(node, object string, list ...string) []acl.Mapping {
	var rows []acl.Mapping
	for _, name := range list {
		rows = append(rows, one(node+"/"+name, object, name)...)
	}
	return rows
}

// creditLimit maps the panel and its history.
func creditLimit(entity, object string) []acl.Mapping {
	return slices.Concat(
		columns(entity+"/credit-limit", object, creditColumns),
		one(entity+"/credit-limit/history", object, "credit_limit"),
	)
}

// logins maps the panels of an entity's individuals. Roles are not the older
// system's to give, so what stands for a grant is the access level.
func logins(entity, prefix string) []acl.Mapping {
	individuals, object := entity+"/individuals", prefix+"_Individuals"
	return slices.Concat(
		columns(individuals, object, individualColumns),
		columns(individuals+"/credentials", object, credentialColumns),
		operations(individuals+"/credentials", prefix+"_Operations", "second-factor-reset"),
		one(individuals+"/grants", object, "i_acl"),
		operations(entity, prefix+"_Operations", "sign-in-as"),
		whole(entity+"/audit-log", prefix+"_Audit_Log"),
	)
}
