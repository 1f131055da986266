package access_test

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// A model is made once, when the program starts: what there is to protect, and
// what sorts of people there are. Package roles/billing has a ready-made one.
var exampleModel = roles.MustModel(
	roles.MustTree(roles.Entity("customer",
		roles.Panel("billing", roles.Item("invoices"), roles.Item("payments")),
		roles.Panel("pbx", roles.Item("extensions")))),
	roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}},
)

// exampleStore holds a customer, a role, and Steve, who has the role there.
func exampleStore(ctx context.Context) store.Store {
	s := memstore.New(nil)
	_, err := s.Update(ctx, store.Author{ID: "alice"}, func(tx store.Tx) error {
		if err := tx.PutEntity(ctx, scope.Entity{ID: "acme", Kind: "customer"}); err != nil {
			return err
		}
		if err := tx.PutOrganization(ctx, individuals.Organization{Entity: "acme"}); err != nil {
			return err
		}
		if err := tx.PutRole(ctx, roles.NewRole("pbx-admin", "PBX admin", "customer", map[string]roles.Permission{
			"customer/pbx": roles.Modify, "customer/billing": roles.Restrict})); err != nil {
			return err
		}
		steve := individuals.Individual{ID: "steve", RoleType: "customer", Organization: "acme", AllowList: ipallow.Anywhere()}
		if err := tx.PutIndividual(ctx, steve); err != nil {
			return err
		}
		return tx.PutGrant(ctx, individuals.Grant{Individual: "steve", Organization: "acme"}.WithRole("pbx-admin"))
	})
	if err != nil {
		panic(err)
	}
	return s
}

// An engine is made over a store and a model, once for the whole program.
func ExampleNew() {
	ctx := context.Background()
	engine, err := access.New(ctx, exampleStore(ctx), exampleModel, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	fmt.Println("at revision", engine.Revision(), "with", len(engine.Problems()), "problems")
	// Output: at revision 1 with 0 problems
}

// A check asks whether someone may do something to something of somebody's: the
// object is the customer whose extensions they are.
func ExampleEngine_Check() {
	ctx := context.Background()
	engine, err := access.New(ctx, exampleStore(ctx), exampleModel, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	for _, path := range []string{"customer/pbx/extensions", "customer/billing/invoices"} {
		decision := engine.Check(ctx, access.Request{
			Individual: "steve",
			Action:     roles.Update,
			Path:       path,
			Object:     "acme",
			Surface:    access.NewInterface,
		})
		fmt.Println(decision.Allowed(), decision.Reason())
	}
	// Output:
	// true granted
	// false not_granted
}

// A program that asks often for the same person makes a principal when the
// person comes in, and gets the nodes once. It sees every change at the next
// question.
func ExamplePrincipal_Can() {
	ctx := context.Background()
	engine, err := access.New(ctx, exampleStore(ctx), exampleModel, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	extensions, err := engine.Node("customer/pbx/extensions")
	if err != nil {
		fmt.Println(err)
		return
	}

	steve, err := engine.Principal(ctx, access.Identity{Individual: "steve", Surface: access.NewInterface})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(steve.Can(ctx, roles.View, extensions))             // shall the menu show it?
	fmt.Println(steve.CanOn(ctx, roles.View, extensions, "acme"))   // may he see those of acme?
	fmt.Println(steve.CanOn(ctx, roles.View, extensions, "globex")) // and those of globex?
	// Output:
	// true
	// true
	// false
}

// An explanation says what decided, and what would change it.
func ExampleEngine_Explain() {
	ctx := context.Background()
	engine, err := access.New(ctx, exampleStore(ctx), exampleModel, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	why := engine.Explain(ctx, access.Request{Individual: "steve", Action: roles.View, Path: "customer/billing/invoices",
		Object: "acme", Surface: access.NewInterface})
	fmt.Println(why.Because)
	fmt.Println(why.Remedy)
	// Output:
	// needs View on customer/billing/invoices; role "PBX admin" restricts it at customer/billing, set by alice in revision 1
	// set Read on customer/billing/invoices in the role, or grant another role
}

// A commit of this process is in force when Update returns. After one that the
// engine was not told of, such as a transaction that Durward joined or one of
// another process, Sync waits for its revision.
func ExampleEngine_Sync() {
	ctx := context.Background()
	s := exampleStore(ctx)
	engine, err := access.New(ctx, s, exampleModel, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	revision, err := s.Update(ctx, store.Author{ID: "alice"}, func(tx store.Tx) error {
		role, err := tx.Role(ctx, "pbx-admin")
		if err != nil {
			return err
		}
		role.Permissions["customer/pbx"] = roles.Setting{Permission: roles.Read}
		return tx.PutRole(ctx, role)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := engine.Sync(ctx, revision); err != nil {
		fmt.Println(err)
		return
	}
	decision := engine.Check(ctx, access.Request{Individual: "steve", Action: roles.Update, Path: "customer/pbx",
		Object: "acme", Surface: access.NewInterface})
	fmt.Println(decision)
	// Output: denied (not_granted): update customer/pbx by the role granted in revision 1
}
