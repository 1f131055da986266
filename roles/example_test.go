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

// A role is stored under the paths of its day. After a rename the node names
// the path it had, and stored roles go on as before.
func ExampleNewTree() {
	billing := roles.Panel("billing", roles.Item("invoices"))
	billing.Aliases = []string{"customer/finance"}
	tree, err := roles.NewTree([]roles.NodeSpec{roles.Entity("customer", billing)}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := tree.Node("customer/finance/invoices")
	fmt.Println(n, err)

	_, err = roles.NewTree([]roles.NodeSpec{roles.Entity("customer", roles.Panel("Billing"))}, nil)
	fmt.Println(err)
	// Output:
	// customer/billing/invoices <nil>
	// roles: tree: node "customer/Billing": name "Billing": want lower-case letters, digits, '-' and '_' only
}

// A type's ceiling holds whatever a role says, and the two reaches differ: a
// reseller reads its own credit limit and changes those of its customers.
func ExampleModel_Compile() {
	tree := roles.MustTree(roles.Entity("limits", roles.Item("credit-limit")))
	model := roles.MustModel(tree, roles.Type{
		Name:    "reseller",
		Ceiling: roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{"limits/credit-limit": roles.Read}},
		Below:   &roles.Ceiling{Base: roles.Modify},
	})
	table, err := model.Compile(roles.NewRole("manager", "Manager", "reseller", map[string]roles.Permission{
		"limits": roles.Modify,
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	limit := tree.MustNode("limits/credit-limit")
	fmt.Println(table.Permission(limit, roles.Own), table.Permission(limit, roles.Below))
	fmt.Println(table.Allows(roles.Update, limit, roles.Either))
	// Output:
	// Read Modify
	// false
}

// A menu shows what is visible: here billing, for the invoices below it.
func ExampleTable_VisibleNodes() {
	tree := roles.MustTree(roles.Entity("customer",
		roles.Panel("billing", roles.Item("invoices"), roles.Item("payments")),
		roles.Panel("pbx")))
	model := roles.MustModel(tree, roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})
	table, err := model.Compile(roles.NewRole("viewer", "Viewer", "customer", map[string]roles.Permission{
		"customer/billing/invoices": roles.Read,
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for n := range table.VisibleNodes() {
		fmt.Println(n, table.Permission(n, roles.Own))
	}
	// Output:
	// customer Restrict
	// customer/billing Restrict
	// customer/billing/invoices Read
}

func ExampleDiff() {
	tree := roles.MustTree(roles.Entity("customer", roles.Panel("billing"), roles.Panel("pbx")))
	model := roles.MustModel(tree, roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})
	before, err := model.Compile(roles.NewRole("r", "R", "customer", map[string]roles.Permission{"customer": roles.Read}))
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := model.Compile(roles.NewRole("r", "R", "customer", map[string]roles.Permission{
		"customer": roles.Read, "customer/pbx": roles.Modify,
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(roles.Covers(after, before), roles.Covers(before, after))
	for _, d := range roles.Diff(before, after) {
		fmt.Println(d.Node, d.Reach, d.A, "->", d.B)
	}
	// Output:
	// true false
	// customer/pbx own Read -> Modify
	// customer/pbx below Read -> Modify
}

func ExampleParsePermission() {
	fmt.Println(roles.ParsePermission("modify"))
	fmt.Println(roles.ParsePermission("create+view"))
	fmt.Println(roles.ParsePermission("write"))
	// Output:
	// Modify <nil>
	// view+create <nil>
	// Restrict roles: permission "write": want Restrict, Read, Modify or actions joined by '+' such as view+create
}
