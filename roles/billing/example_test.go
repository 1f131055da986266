package billing_test

import (
	"fmt"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
)

func Example() {
	model := billing.Model()
	for _, r := range billing.DefaultRoles() {
		if r.ID != billing.RoleCustomerAdmin {
			continue
		}
		table, err := model.Compile(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, path := range []string{"customer/pbx/extensions", "customer/credit-limit", "customer/allowed-roles", "customer/notes"} {
			fmt.Println(path, table.Permission(model.Tree().MustNode(path), roles.Own))
		}
	}
	// Output:
	// customer/pbx/extensions Modify
	// customer/credit-limit Read
	// customer/allowed-roles Read
	// customer/notes Restrict
}

// An application adds an entity and a panel of its own, says which types
// reach them, and joins both.
func ExampleSpec() {
	spec := billing.Spec()
	spec = append(spec, roles.Entity("meter", roles.Panel("readings"), roles.Panel("maintenance")))
	customer := billing.Find(spec, "customer")
	customer.Children = append(customer.Children, roles.Panel("meters"))

	types := billing.TypesFor(spec)
	for i := range types {
		if types[i].Name == billing.TypeCustomer {
			for _, c := range []*roles.Ceiling{&types[i].Ceiling, types[i].Below} {
				c.At["customer/meters"] = roles.Modify
				c.At["meter/readings"] = roles.Read
			}
		}
	}
	tree, err := roles.NewTree(spec, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := roles.NewModel(tree, types...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"customer/meters", "meter/readings", "meter/maintenance"} {
		fmt.Println(path, model.Ceiling(billing.TypeCustomer, tree.MustNode(path), roles.Own),
			model.Ceiling(billing.TypeDistributor, tree.MustNode(path), roles.Own))
	}
	// Output:
	// customer/meters Modify Restrict
	// meter/readings Read Restrict
	// meter/maintenance Restrict Restrict
}

// No node asks for a second factor until the application says so.
func ExampleFind() {
	spec := billing.Spec()
	billing.Find(spec, "customer/billing/payment-methods").Marks |= roles.SecondFactor
	tree, err := roles.NewTree(spec, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tree.MustNode("customer/billing/payment-methods/card").Marks())
	// Output: moved+second factor+own hands
}

// The default Root role is for our tree; a larger tree has its own.
func ExampleRoot() {
	spec := append(billing.Spec(), roles.Entity("meter"))
	tree, err := roles.NewTree(spec, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	root := billing.Root(tree)
	fmt.Println(root.Name, root.Permissions["meter"].Permission, root.Permissions["customer/sign-in-as"].Permission)
	// Output: Root Modify Modify
}

func ExampleGuards() {
	g := billing.Guards()
	fmt.Println(g.Kinds[billing.KindCustomer].Individuals)
	fmt.Println(g.Kinds[billing.KindProvider].Individuals)
	fmt.Println(g.GrantBeyond)
	// Output:
	// customer/individuals
	// user
	// role/grant-beyond
}
