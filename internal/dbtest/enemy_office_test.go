package dbtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

var billingModel = billing.Model()

const (
	abc      = "abc"
	pbxAdmin = "pbx-admin"
)

// office fills a store with a customer and its employees, who all may configure
// the extensions.
func (p place) office(t testing.TB, employees int) *sqlstore.Store {
	t.Helper()
	s := p.store(t)
	furnish(t, s, employees)
	return s
}

func furnish(t testing.TB, s store.Store, employees int) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Update(ctx, author, func(tx store.Tx) error {
		for _, write := range []error{
			tx.PutEntity(ctx, scope.Entity{ID: "itsp", Kind: billing.KindProvider}),
			tx.PutEntity(ctx, scope.Entity{ID: abc, Kind: billing.KindCustomer, Parent: "itsp"}),
			tx.PutOrganization(ctx, individuals.Organization{Entity: "itsp"}),
			tx.PutRole(ctx, roles.NewRole(pbxAdmin, "PBX admin", billing.TypeCustomer, map[string]roles.Permission{"customer/pbx": roles.Modify})),
			tx.PutRole(ctx, customerRole()),
			tx.PutOrganization(ctx, individuals.Organization{Entity: abc, AllowedRoles: []string{pbxAdmin, "viewer"}}),
		} {
			if write != nil {
				return write
			}
		}
		for n := range employees {
			err := tx.PutIndividual(ctx, individuals.Individual{ID: employee(n), RoleType: billing.TypeCustomer, Organization: abc, AllowList: ipallow.Anywhere()})
			if err != nil {
				return err
			}
			if err := tx.PutGrant(ctx, individuals.Grant{Individual: employee(n), Organization: abc}.WithRole(pbxAdmin)); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
}

// engine returns an engine as of another process.
func (p place) engine(t testing.TB, opts *access.Options) *access.Engine {
	t.Helper()
	engine, err := access.New(t.Context(), p.store(t), billingModel, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// asks is an employee's question whether the extensions can be configured.
func asks(n int, atLeast uint64) access.Request {
	return access.Request{Individual: employee(n), Action: roles.Update, Path: "customer/pbx/extensions", Object: abc,
		Surface: access.NewInterface, Epoch: access.CurrentEpoch, AtLeast: atLeast}
}
