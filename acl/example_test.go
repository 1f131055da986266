package acl_test

import (
	"errors"
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

// exampleSystem is a tree, who signs in, and what stands for its nodes.
func exampleSystem() *acl.System {
	tree := roles.MustTree(
		roles.Entity("customer",
			roles.Panel("address", roles.Item("bcc")),
			roles.Panel("billing", roles.Item("invoices"))),
	)
	model := roles.MustModel(tree,
		roles.Type{Name: "admin", OwnerKind: "provider", Ceiling: roles.Ceiling{Base: roles.Modify}},
		roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})
	return acl.MustSystem(model, []acl.Mapping{
		{Node: "customer", Subtree: true, Needs: []string{"Customers.*any*"}},
		{Node: "customer/address/bcc", Needs: []string{"Customers.bcc"}},
		{Node: "customer/billing", Subtree: true, Needs: []string{"Invoices.*any*"}},
	}, nil)
}

// A sales representative looks at customers and never creates one. What the
// level permits is asked by node or, in the older system's own words, by
// operation, object and attribute.
func Example() {
	system := exampleSystem()
	look := acl.Level{ID: "look", Name: "Look at customers", Type: "component",
		Permissions: acl.MustPermissions("select Customers.*any*")}
	sales := acl.Level{ID: "sales", Name: "Sales", Type: "user", Components: []string{"look"},
		Permissions: acl.MustPermissions("update Customers.bcc")}

	compiled, err := system.Compile(sales, func(id string) (acl.Level, error) {
		if id == look.ID {
			return look, nil
		}
		return acl.Level{}, fmt.Errorf("%w %q", acl.ErrUnknown, id)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	tree := system.Model().Tree()
	for _, path := range []string{"customer", "customer/address/bcc", "customer/billing"} {
		fmt.Println(path, compiled.Table().Permission(tree.MustNode(path), roles.Below))
	}
	fmt.Println(compiled.Allows(acl.Select, "Customers", "credit_limit"))
	fmt.Println(compiled.Allows(acl.Insert, "Customers", acl.AnyAttribute))
	fmt.Println(system.Needs(tree.MustNode("customer/billing"), roles.View))
	// Output:
	// customer Read
	// customer/address/bcc view+update
	// customer/billing Restrict
	// true
	// false
	// [select Invoices.*any*]
}

// A cycle is told by the whole way round.
func ExampleSystem_Compile_cycle() {
	levels := map[string]acl.Level{
		"a": {ID: "a", Name: "A", Type: "component", Components: []string{"b"}},
		"b": {ID: "b", Name: "B", Type: "component", Components: []string{"a"}},
	}
	_, err := exampleSystem().Compile(levels["a"], func(id string) (acl.Level, error) { return levels[id], nil })
	fmt.Println(errors.Is(err, acl.ErrCycle))
	fmt.Println(err)
	// Output:
	// true
	// acl: cycle: level "a": "a" -> "b" -> "a"
}

// What an upgrade would write, and what a role cannot say.
func ExamplePlanMigration() {
	plan, err := acl.PlanMigration(exampleSystem(), acl.Existing{
		Levels: []acl.Level{
			{ID: "root", Name: "Root", Type: "user", System: true, Permissions: acl.MustPermissions(
				"select+insert+update+delete Customers.*any*", "select+insert+update+delete Invoices.*any*")},
			{ID: "sales", Name: "Sales", Type: "user", Permissions: acl.MustPermissions(
				"select Customers.*any*", "update Customers.bcc")},
		},
		Roles:    []roles.Role{roles.NewRole("root", "Root", "admin", map[string]roles.Permission{"customer": roles.Modify})},
		Matching: map[string]string{"root": "root"},
		Holders: []acl.Holder{
			{Individual: "alice", Organization: "example.com", Type: "admin", Level: "root"},
			{Individual: "bob", Organization: "example.com", Type: "admin", Level: "sales"},
		},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(plan)
	for _, a := range plan.Assignments() {
		fmt.Printf("%s: role %s and level %s\n", a.Individual, a.Role, a.Level)
	}
	// Output:
	// levels: 2; roles to make: 1; to assign at once: 1; for an administrator to assign: 1; problems: 0
	// level "root" (user): matching role "root"; assigned at once: 1; equal at all 5 nodes
	// level "sales" (user): new role "acl-sales"; for an administrator to assign: 1; different at 1 of 5 nodes
	//   customer/address/bcc: the level permits view+update, the role Read
	// alice: role root and level root
}
