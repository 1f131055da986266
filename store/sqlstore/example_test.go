package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// Open the database with any driver; "sqlite" is modernc.org/sqlite's name. The
// store is then what the engine and the desks take.
func ExampleNew() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:durward.db")
	if err != nil {
		log.Print(err)
		return
	}
	defer func() { _ = db.Close() }()
	if err := sqlstore.Migrate(ctx, db, nil); err != nil {
		log.Print(err)
		return
	}
	s, err := sqlstore.New(ctx, db, nil)
	if err != nil {
		log.Print(err)
		return
	}
	revision, err := s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		return tx.PutClass(ctx, individuals.Class{ID: "gold", Name: "Gold", SecondFactor: true})
	})
	fmt.Println(revision, err)
}

// An order and the role that comes with it are made together, or neither is. The
// host's own statements come first, Join is the last before the commit.
func ExampleStore_Join() {
	order := func(ctx context.Context, db *sql.DB, s *sqlstore.Store) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(ctx, "INSERT INTO orders (customer, product) VALUES ('abc', 'cloud PBX')"); err != nil {
			return err
		}
		revision, err := s.Join(ctx, tx, store.Author{ID: "shop"}, func(tx store.Tx) error {
			grant, err := tx.Grant(ctx, "bob", "abc")
			if err != nil {
				return err
			}
			return tx.PutGrant(ctx, grant.WithRole("pbx-admin"))
		})
		if err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		s.Announce(revision) // engines of this process need not wait for their next poll
		return nil
	}
	_ = order
}

// A host with a migration tool of its own takes the steps from here.
func ExampleMigrations() {
	steps, err := sqlstore.Migrations(sqlstore.PostgreSQL, "billing_")
	if err != nil {
		log.Print(err)
		return
	}
	for _, m := range steps[:1] {
		fmt.Println(m.Number, m.Name)
	}
	// Output: 1 0001_records.sql
}
