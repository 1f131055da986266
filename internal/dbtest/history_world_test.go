package dbtest_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

var historyLevels = acl.MustSystem(billingModel, []acl.Mapping{
	{Node: "customer/pbx", Subtree: true, Needs: []string{"Extensions.*any*"}},
	{Node: "customer/billing", Subtree: true, Needs: []string{"Invoices.*any*"}},
}, &acl.Options{Types: []acl.Type{{Name: "customer", RoleType: billing.TypeCustomer}}})

// A random is a small business in which anything may happen next.
type random struct {
	t testing.TB
	*rand.Rand
	s store.Store
}

func (x random) pick(prefix string, n int) string { return fmt.Sprintf("%s-%d", prefix, x.IntN(n)) }

// commit changes one to three records, and returns the revision.
func (x random) commit() uint64 {
	x.t.Helper()
	ctx := x.t.Context()
	for {
		by := store.Author{ID: x.pick("admin", 3), System: individuals.RoleSystem}
		before := x.latest()
		revision, err := x.s.Update(ctx, by, func(tx store.Tx) error {
			for range 1 + x.IntN(3) {
				if err := x.change(tx); err != nil {
					return err
				}
			}
			return nil
		})
		switch {
		case err == nil && revision > before:
			return revision
		case err != nil: // in use, or missing: another time
			continue
		}
	}
}

func (x random) latest() (revision uint64) {
	require.NoError(x.t, x.s.View(x.t.Context(), func(r store.Reader) error {
		revision = r.Revision()
		return nil
	}))
	return revision
}

func (x random) change(tx store.Tx) error {
	ctx := x.t.Context()
	person, customer := x.pick("person", 4), x.pick("customer", 3)
	switch x.IntN(12) {
	case 0, 1, 2:
		g, err := tx.Grant(ctx, person, customer)
		if err != nil {
			g = individuals.Grant{Individual: person, Organization: customer}
		}
		switch x.IntN(5) {
		case 0:
			if g.Revision > 0 {
				return tx.DeleteGrant(ctx, person, customer, g.Revision)
			}
		case 1:
			g = g.WithoutRole()
		case 2:
			g = g.WithACL(x.pick("level", 2))
		}
		if x.IntN(3) == 0 {
			g.Listed = []string{x.pick("customer", 3)}
		}
		return tx.PutGrant(ctx, g.WithRole(x.pick("role", 3)))
	case 3, 4, 5:
		r, err := tx.Role(ctx, x.pick("role", 3))
		if err != nil {
			r = roles.NewRole(x.pick("role", 3), "R", billing.TypeCustomer, nil)
		} else if x.IntN(6) == 0 {
			return tx.DeleteRole(ctx, r.ID, r.Revision)
		}
		path := []string{"customer", "customer/pbx", "customer/billing", "customer/billing/invoices"}[x.IntN(4)]
		r.Permissions[path] = roles.Setting{Permission: []roles.Permission{roles.Restrict, roles.Read, roles.Modify}[x.IntN(3)]}
		return tx.PutRole(ctx, r)
	case 6:
		l, err := tx.ACL(ctx, x.pick("level", 2))
		if err != nil {
			l = acl.Level{ID: x.pick("level", 2), Name: "L", Type: "customer"}
		}
		l.Permissions = acl.MustPermissions([]string{"select Extensions.*any*", "select+update Invoices.*any*"}[x.IntN(2)])
		return tx.PutACL(ctx, l)
	case 7, 8:
		p, err := tx.Individual(ctx, person)
		if err != nil {
			p = individuals.Individual{ID: person, RoleType: billing.TypeCustomer, Organization: customer}
		} else if x.IntN(4) == 0 {
			return tx.DeleteIndividual(ctx, person, p.Revision)
		}
		p.Disabled, p.AllowList, p.Epoch = x.IntN(4) == 0, ipallow.Anywhere(), p.Epoch+uint64(x.IntN(2))
		if x.IntN(5) == 0 {
			if p.AllowList, err = ipallow.Parse([]string{"192.0.2.0/24", "10.0.0.0/8"}[:1+x.IntN(2)]); err != nil {
				return err
			}
		}
		return tx.PutIndividual(ctx, p)
	case 9:
		e, err := tx.Entity(ctx, customer)
		if err != nil {
			return err
		}
		e.Parent = []string{"itsp", "reseller"}[x.IntN(2)]
		e.Links = []scope.Link{{Name: "distributor", To: "reseller"}}[:x.IntN(2)]
		return tx.PutEntity(ctx, e)
	case 10:
		o, err := tx.Organization(ctx, customer)
		if err != nil {
			return err
		}
		o.Closed, o.Class, o.AllowedRoles = x.IntN(3) == 0, "class", []string{"role-0", "role-1"}[:x.IntN(3)]
		return tx.PutOrganization(ctx, o)
	default:
		c, err := tx.Class(ctx, "class")
		if err != nil {
			c = individuals.Class{ID: "class"}
		}
		c.SecondFactor = !c.SecondFactor
		return tx.PutClass(ctx, c)
	}
}

// begin writes what nothing removes.
func (x random) begin() {
	x.t.Helper()
	ctx := x.t.Context()
	_, err := x.s.Update(ctx, author, func(tx store.Tx) error {
		for _, e := range []scope.Entity{{ID: "itsp", Kind: billing.KindProvider}, {ID: "reseller", Kind: billing.KindReseller, Parent: "itsp"}} {
			require.NoError(x.t, tx.PutEntity(ctx, e))
		}
		for n := range 3 {
			id := fmt.Sprintf("customer-%d", n)
			require.NoError(x.t, tx.PutEntity(ctx, scope.Entity{ID: id, Kind: billing.KindCustomer, Parent: "itsp"}))
			require.NoError(x.t, tx.PutOrganization(ctx, individuals.Organization{Entity: id}))
		}
		for n := range 4 {
			require.NoError(x.t, tx.PutIndividual(ctx, individuals.Individual{ID: fmt.Sprintf("person-%d", n), RoleType: billing.TypeCustomer,
				Organization: fmt.Sprintf("customer-%d", n%3), AllowList: ipallow.Anywhere()}))
			for m := range 3 {
				g := individuals.Grant{Individual: fmt.Sprintf("person-%d", n), Organization: fmt.Sprintf("customer-%d", m)}
				require.NoError(x.t, tx.PutGrant(ctx, g.WithRole(fmt.Sprintf("role-%d", m))))
			}
		}
		for n := range 3 {
			require.NoError(x.t, tx.PutRole(ctx, roles.NewRole(fmt.Sprintf("role-%d", n), "R", billing.TypeCustomer, map[string]roles.Permission{"customer": roles.Modify})))
		}
		return nil
	})
	require.NoError(x.t, err)
}

// questions are asked right after each commit, and again of the past.
func questions() (all []access.Request) {
	for n := range 4 {
		for m := range 3 {
			organization := fmt.Sprintf("customer-%d", m)
			for i, path := range []string{"customer/pbx/extensions", "customer/billing/invoices", "customer/personal"} {
				all = append(all, access.Request{Individual: fmt.Sprintf("person-%d", n), Organization: organization,
					Action: []roles.Action{roles.View, roles.Update}[(n+m)%2], Path: path, Object: fmt.Sprintf("customer-%d", (m+i%2)%3),
					Surface: []access.Surface{access.NewInterface, access.OldInterface, access.API}[(n+i)%3], Epoch: uint64(m % 2)})
			}
		}
	}
	return all
}

type answers []access.Decision
