package main

import (
	"context"
	"time"

	"github.com/durward-go/durward/access"
	aclbilling "github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// The businesses: the provider sells through Rivertel to ABC, and to XYZ
// itself.
const (
	itsp     = "itsp"
	rivertel = "rivertel"
	otherco  = "otherco"
	abc      = "abc"
	xyz      = "xyz"
)

// A world is the provider with everybody in it.
type world struct {
	store  *memstore.Store
	engine *access.Engine
	now    time.Time
}

// employee is how the provider's administrator writes a person down.
type employee struct {
	id, name, organization, roleType, role string
	window                                 individuals.Window
}

func newWorld(ctx context.Context) (*world, error) {
	w := &world{store: memstore.New(nil), now: time.Date(2026, time.April, 22, 9, 0, 0, 0, time.UTC)}
	april20, err := individuals.ParseDate("2026-04-20")
	if err != nil {
		return nil, err
	}
	_, err = w.store.Update(ctx, store.Author{ID: "alice"}, func(tx store.Tx) error {
		for _, e := range []scope.Entity{
			{ID: itsp, Kind: billing.KindProvider, Title: "The provider"},
			{ID: rivertel, Kind: billing.KindReseller, Parent: itsp, Title: "Rivertel"},
			{ID: otherco, Kind: billing.KindReseller, Parent: itsp, Title: "Otherco"},
			{ID: abc, Kind: billing.KindCustomer, Parent: rivertel, Title: "ABC company"},
			{ID: xyz, Kind: billing.KindCustomer, Parent: itsp, Title: "XYZ"},
		} {
			if err := tx.PutEntity(ctx, e); err != nil {
				return err
			}
		}
		for _, role := range billing.DefaultRoles() {
			if err := tx.PutRole(ctx, role); err != nil {
				return err
			}
		}
		for _, level := range aclbilling.Levels(itsp) {
			if err := tx.PutACL(ctx, level); err != nil {
				return err
			}
		}
		for _, o := range []individuals.Organization{
			{Entity: rivertel},
			{Entity: otherco},
			{Entity: xyz},
			{Entity: abc, AllowedRoles: []string{billing.RoleCustomerAdmin, billing.RolePBXAdmin, billing.RoleOperationsManager}},
		} {
			if err := tx.PutOrganization(ctx, o); err != nil {
				return err
			}
		}
		for _, p := range []employee{
			{id: "abc-login", name: "ABC's own login", organization: abc, roleType: billing.TypeCustomer, role: billing.RoleCustomer},
			{id: "bob", name: "Bob, IT support team lead", organization: abc, roleType: billing.TypeCustomer, role: billing.RoleCustomerAdmin},
			{id: "steve", name: "Steve, PBX administrator", organization: abc, roleType: billing.TypeCustomer, role: billing.RolePBXAdmin},
			{id: "adam", name: "Adam, operations manager", organization: abc, roleType: billing.TypeCustomer, role: billing.RoleOperationsManager,
				window: individuals.Window{Activation: april20, Zone: "America/Halifax"}},
			{id: "rita", name: "Rita of Rivertel", organization: rivertel, roleType: billing.TypeReseller, role: billing.RoleReseller},
			{id: "otto", name: "Otto of Otherco", organization: otherco, roleType: billing.TypeReseller, role: billing.RoleReseller},
		} {
			if err := p.put(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.engine, err = access.New(ctx, w.store, billing.Model(), &access.Options{
		ACLs:  aclbilling.System(),
		Clock: func() time.Time { return w.now },
	})
	return w, err
}

func (p employee) put(ctx context.Context, tx store.Tx) error {
	err := tx.PutIndividual(ctx, individuals.Individual{ID: p.id, Name: p.name, Organization: p.organization,
		RoleType: p.roleType, Window: p.window, AllowList: ipallow.Anywhere()})
	if err != nil {
		return err
	}
	return tx.PutGrant(ctx, individuals.Grant{Individual: p.id, Organization: p.organization}.WithRole(p.role))
}

// grant gives Steve a role, an access level or both in one commit, and returns
// its revision.
func (w *world) grant(ctx context.Context, by string, in individuals.System, role, level string) (uint64, error) {
	return w.store.Update(ctx, store.Author{ID: by, System: in}, func(tx store.Tx) error {
		grant, err := tx.Grant(ctx, "steve", abc)
		if err != nil {
			return err
		}
		if role != "" {
			grant = grant.WithRole(role)
		}
		if level != "" {
			grant = grant.WithACL(level)
		}
		return tx.PutGrant(ctx, grant)
	})
}
