package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// What the fleet is about: whether Steve may configure ABC's extensions.
const (
	steve = "steve"
	abc   = "abc"
	role  = billing.RolePBXAdmin
	panel = "customer/pbx"
	path  = "customer/pbx/extensions"
)

// openStore opens the database of one process.
func openStore(ctx context.Context, s settings) (*sqlstore.Store, *sql.DB, error) {
	db, err := sql.Open("pgx", s.source)
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(4)
	st, err := sqlstore.New(ctx, db, &sqlstore.Options{TablePrefix: s.prefix})
	if err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	return st, db, nil
}

// prepare makes the tables and the people, where they are not there yet.
func prepare(ctx context.Context, s settings) error {
	db, err := sql.Open("pgx", s.source)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	options := &sqlstore.Options{TablePrefix: s.prefix}
	if err := sqlstore.Migrate(ctx, db, options); err != nil {
		return err
	}
	st, err := sqlstore.New(ctx, db, options)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	_, err = manage.Bootstrap(ctx, st, billing.Model(), manage.First{
		Provider:      scope.Entity{ID: "itsp", Kind: billing.KindProvider},
		Administrator: individuals.Individual{ID: "alice", Name: "Alice", RoleType: billing.TypeAdmin},
		Role:          billing.Root(billing.Tree()), Roles: billing.DefaultRoles(),
	})
	if err != nil && !errors.Is(err, manage.ErrBootstrapped) {
		return err
	}
	_, err = st.Update(ctx, store.Author{ID: "fleet"}, func(tx store.Tx) error {
		if _, err := tx.Individual(ctx, steve); err == nil {
			return nil
		}
		if err := tx.PutEntity(ctx, scope.Entity{ID: abc, Kind: billing.KindCustomer, Parent: "itsp"}); err != nil {
			return err
		}
		if err := tx.PutOrganization(ctx, individuals.Organization{Entity: abc, AllowedRoles: []string{role}}); err != nil {
			return err
		}
		p := individuals.Individual{ID: steve, RoleType: billing.TypeCustomer, Organization: abc, AllowList: ipallow.Anywhere()}
		if err := tx.PutIndividual(ctx, p); err != nil {
			return err
		}
		return tx.PutGrant(ctx, individuals.Grant{Individual: steve, Organization: abc}.WithRole(role))
	})
	if err != nil {
		return err
	}
	return setPanel(ctx, st, roles.Modify)
}

// setPanel writes the role as it is at the beginning.
func setPanel(ctx context.Context, st store.Store, p roles.Permission) error {
	_, err := st.Update(ctx, store.Author{ID: "fleet"}, func(tx store.Tx) error {
		r, err := tx.Role(ctx, role)
		if err != nil {
			return err
		}
		r.Permissions[panel] = roles.Setting{Permission: p}
		return tx.PutRole(ctx, r)
	})
	return err
}
