package manage_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// An administrator of the provider makes the customer ABC and Bob, who then makes
// Steve himself. No password is shown here: with Options.Links each would be sent
// an invitation.
func Example() {
	ctx := context.Background()
	s := memstore.New(nil)
	now := func() time.Time { return time.Date(2026, time.April, 1, 10, 0, 0, 0, time.UTC) }

	// Once: the provider and its first administrator.
	_, err := manage.Bootstrap(ctx, s, billing.Model(), manage.First{
		Provider:      scope.Entity{ID: "isp", Kind: billing.KindProvider},
		Administrator: individuals.Individual{ID: "alice", RoleType: billing.TypeAdmin},
		Role:          billing.Root(billing.Tree()),
		Roles:         billing.DefaultRoles(),
		Clock:         now,
	})
	if err != nil {
		log.Fatal(err)
	}
	engine, err := access.New(ctx, s, billing.Model(), &access.Options{Clock: now})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	manager, err := manage.New(engine, s, billing.Guards(), nil)
	if err != nil {
		log.Fatal(err)
	}

	// Whoever signed in has a principal; here they come from the office.
	desk := func(individual string) *manage.RoleDesk {
		p, err := engine.Principal(ctx, access.Identity{Individual: individual, Epoch: access.CurrentEpoch,
			Surface: access.NewInterface, Address: netip.MustParseAddr("10.1.2.3")})
		if err != nil {
			log.Fatal(err)
		}
		return manager.Roles(p)
	}
	employee := func(id, name string) individuals.Individual {
		return individuals.Individual{ID: id, Name: name, RoleType: billing.TypeCustomer, Organization: "abc", AllowList: ipallow.Anywhere()}
	}

	// One commit: the customer, what it may use, and its own administrator.
	_, err = desk("alice").Together(ctx, func(d *manage.RoleDesk) error {
		if _, err := d.CreateEntity(ctx, scope.Entity{ID: "abc", Kind: billing.KindCustomer, Parent: "isp"}); err != nil {
			return err
		}
		abc := individuals.Organization{Entity: "abc", AllowedRoles: []string{billing.RoleCustomerAdmin, billing.RolePBXAdmin}}
		if _, err := d.PutOrganization(ctx, abc); err != nil {
			return err
		}
		_, err := d.CreateIndividual(ctx, manage.Someone{Individual: employee("bob", "Bob"), Role: billing.RoleCustomerAdmin})
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	bob := desk("bob")
	if _, err := bob.CreateIndividual(ctx, manage.Someone{Individual: employee("steve", "Steve"), Role: billing.RolePBXAdmin}); err != nil {
		log.Fatal(err)
	}

	// What is refused says why.
	_, err = desk("steve").DeleteIndividual(ctx, "bob")
	fmt.Println(errors.Is(err, store.ErrNotFound), err)
	_, err = bob.GrantRole(ctx, "steve", "abc", billing.RoleCustomer)
	fmt.Println(err)

	// Bob reads who did what in his organization.
	events, err := bob.Events(ctx, audit.Filter{Chain: audit.Changes, Organization: "abc", Action: "individual"})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range events {
		fmt.Println(e.Actor, e.Action, e.Subject)
	}
	// Output:
	// true manage: delete an individual: individual "bob": store: not found
	// manage: grant a role: role "customer" is not among the allowed roles of "abc"; those are "customer_admin", "pbx_admin"
	// alice individual.create bob
	// bob individual.create steve
}

// Preview tells what a change would make of people's rights, and makes none.
func ExampleRoleDesk_Preview() {
	ctx := context.Background()
	manager, principal := exampleBusiness(ctx)

	effect, err := manager.Roles(principal).Preview(ctx, func(d *manage.RoleDesk) error {
		_, err := d.ReplaceRole(ctx, "abc", billing.RolePBXAdmin, billing.RoleOperationsManager)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, person := range effect.People {
		fmt.Println(person.Individual, "gains:", person.Gains(), "loses:", person.Loses())
		for _, c := range person.Changes {
			if p := c.Node.Path(); p == "customer/pbx" || p == "customer/billing" {
				if c.Surface == access.NewInterface && c.Reach == roles.Own {
					fmt.Printf("  %s: %v -> %v\n", p, c.Before, c.After)
				}
			}
		}
	}
	// Output:
	// steve gains: true loses: true
	//   customer/billing: Restrict -> Read
	//   customer/pbx: Modify -> Restrict
}

// The host records what it did itself in its own commit.
func ExampleManager_Record() {
	ctx := context.Background()
	manager, principal := exampleBusiness(ctx)

	_, err := exampleStore.Update(ctx, store.Author{ID: principal.Individual()}, func(tx store.Tx) error {
		// ... the host's own writes, joined to this commit ...
		e, err := manager.Record(ctx, tx, principal, audit.Event{
			Action: "extension.update", Organization: "abc", Object: "204", Node: "customer/pbx/extensions",
			Changes: []audit.Change{{Field: "forward", Before: audit.Plain("201"), After: audit.Plain("205")}},
		})
		fmt.Println(e.Actor, e.Action, e.Object, e.Outcome)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: alice extension.update 204 succeeded
}

var exampleStore store.Store

// exampleBusiness is that of the package's example, with Steve in it; the
// principal is alice.
func exampleBusiness(ctx context.Context) (*manage.Manager, *access.Principal) {
	s := memstore.New(nil)
	exampleStore = s
	must := func(_ uint64, err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	must(manage.Bootstrap(ctx, s, billing.Model(), manage.First{
		Provider: scope.Entity{ID: "isp", Kind: billing.KindProvider}, Administrator: individuals.Individual{ID: "alice", RoleType: billing.TypeAdmin},
		Role: billing.Root(billing.Tree()), Roles: billing.DefaultRoles(),
	}))
	engine, err := access.New(ctx, s, billing.Model(), nil)
	must(0, err)
	manager, err := manage.New(engine, s, billing.Guards(), nil)
	must(0, err)
	alice, err := engine.Principal(ctx, access.Identity{Individual: "alice", Surface: access.NewInterface, Address: netip.MustParseAddr("10.1.2.3"), Epoch: access.CurrentEpoch})
	must(0, err)
	must(manager.Roles(alice).Together(ctx, func(d *manage.RoleDesk) error {
		must(d.CreateEntity(ctx, scope.Entity{ID: "abc", Kind: billing.KindCustomer, Parent: "isp"}))
		must(d.PutOrganization(ctx, individuals.Organization{Entity: "abc", AllowedRoles: []string{billing.RolePBXAdmin}}))
		must(d.CreateIndividual(ctx, manage.Someone{Role: billing.RolePBXAdmin,
			Individual: individuals.Individual{ID: "steve", RoleType: billing.TypeCustomer, Organization: "abc", AllowList: ipallow.Anywhere()}}))
		return nil
	}))
	return manager, alice
}
