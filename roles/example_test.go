package roles_test

import (
	"fmt"

	"github.com/durward-go/durward/roles"
)

func Example() {
	tree := roles.MustTree(
		roles.Entity("customer",
			roles.Panel("billing", roles.Item("invoices"), roles.Item("payments")),
			roles.Panel("pbx", roles.Item("extensions"))),
	)
	model := roles.MustModel(tree, roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})

	pbxAdmin, err := model.Compile(roles.NewRole("pbx-admin", "PBX admin", "customer", map[string]roles.Permission{
		"customer/pbx": roles.Modify,
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pbxAdmin.Permission(tree.MustNode("customer/pbx/extensions"), roles.Own))
	fmt.Println(pbxAdmin.Permission(tree.MustNode("customer/billing/invoices"), roles.Own))

	_, err = tree.Node("customer/pbx/extension")
	fmt.Println(err)
	// Output:
	// Modify
	// Restrict
	// roles: node "customer/pbx/extension": no such path in the tree; did you mean "customer/pbx/extensions"?
}
