package billing_test

import (
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/roles"
	rolesbilling "github.com/durward-go/durward/roles/billing"
)

func Example() {
	level, err := billing.Lookup(billing.LevelCustomer)
	if err != nil {
		fmt.Println(err)
		return
	}
	compiled, err := billing.System().Compile(level, billing.Lookup)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(compiled.Allows(acl.Select, "Customers", "credit_limit"), compiled.Allows(acl.Update, "Customers", "credit_limit"))
	fmt.Println(compiled.Table().Permission(rolesbilling.Tree().MustNode("customer/credit-limit"), roles.Own))
	// Output:
	// true false
	// Read
}

// A sales representative may look at customers' data but not create
// customers. The plan makes a role of that, which never permits more than the
// level: at tickets, where view and create are no choice, it permits less.
func ExampleMatching() {
	sales := acl.Level{ID: "sales", Name: "Sales", Type: "user", Permissions: acl.MustPermissions(
		"select Customers.*any*",
		"select+insert Tickets.*any*",
	)}
	plan, err := acl.PlanMigration(billing.System(), acl.Existing{
		Levels:   append(billing.Levels(), sales),
		Roles:    rolesbilling.DefaultRoles(),
		Matching: billing.Matching(),
		Holders: []acl.Holder{
			{Individual: "ann", Organization: "provider", Type: rolesbilling.TypeAdmin, Level: "sales"},
			{Individual: "joe", Organization: "provider", Type: rolesbilling.TypeAdmin, Level: billing.LevelHelpdesk},
		},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range plan.Assignments() {
		fmt.Println("assign", a.Individual, a.Role)
	}
	for _, a := range plan.Offers() {
		fmt.Println("for an administrator", a.Individual, a.Role)
	}
	for _, o := range plan.Outcomes {
		if o.Level != "sales" {
			continue
		}
		for _, d := range o.Proof.Differences {
			if d.Reach == roles.Own {
				fmt.Println(d.Node, "level:", d.A, "role:", d.B)
			}
		}
	}
	// Output:
	// assign joe helpdesk
	// for an administrator ann acl-sales
	// customer/tickets level: view+create role: Read
	// customer/tickets/comments level: view+create role: Read
}
