package dbtest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// TestQuery: what a person asks of the tables in plain SQL, the same on both
// databases: who holds a role that says something of invoices, since when, and
// from which day on they can come in.
func TestQuery(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s := migrated(t, db, opts)
		ctx := t.Context()
		april, err := individuals.ParseDate("2026-04-20")
		require.NoError(t, err)
		revision, err := s.Update(ctx, store.Author{ID: "alice"}, func(tx store.Tx) error {
			return errors.Join(
				tx.PutEntity(ctx, scope.Entity{ID: "abc", Kind: "customer"}),
				tx.PutOrganization(ctx, individuals.Organization{Entity: "abc", AllowedRoles: []string{"viewer"}}),
				tx.PutRole(ctx, customerRole()),
				tx.PutIndividual(ctx, individuals.Individual{ID: "steve", Organization: "abc", RoleType: "customer"}),
				tx.PutIndividual(ctx, individuals.Individual{ID: "adam", Organization: "abc", RoleType: "customer",
					Window: individuals.Window{Activation: april, Zone: "Europe/Prague"}}),
				tx.PutGrant(ctx, individuals.Grant{Individual: "steve", Organization: "abc"}.WithRole("operations")),
				tx.PutGrant(ctx, individuals.Grant{Individual: "adam", Organization: "abc"}.WithRole("viewer")))
		})
		require.NoError(t, err)
		query := strings.ReplaceAll(`
			SELECT g.individual, p.permission, g.role_by, g.role_revision, CAST(i.activation AS text)
			FROM durward_grants g
			JOIN durward_role_permissions p ON p.role = g.role
			JOIN durward_allowed_roles a ON a.organization = g.organization AND a.role = g.role
			JOIN durward_individuals i ON i.id = g.individual
			WHERE p.path = 'customer/billing/invoices'`, sqlstore.DefaultPrefix, prefixOf(opts))
		var who, permission, by, from string
		var since uint64
		require.NoError(t, db.QueryRowContext(ctx, query).Scan(&who, &permission, &by, &since, &from))
		assert.Equal(t, []any{"adam", "Read", "alice", revision, "2026-04-20"}, []any{who, permission, by, since, from})
	})
}

func prefixOf(opts *sqlstore.Options) string {
	if opts.TablePrefix == "" {
		return sqlstore.DefaultPrefix
	}
	return opts.TablePrefix
}
