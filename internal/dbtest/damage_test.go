package dbtest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// TestDamagedRow: what somebody wrote by hand and nobody understands is an error
// of that record alone, never a missing one, and can be deleted.
func TestDamagedRow(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s := migrated(t, db, opts)
		ctx := t.Context()
		revision, err := s.Update(ctx, author, func(tx store.Tx) error {
			if err := tx.PutRole(ctx, customerRole()); err != nil {
				return err
			}
			return tx.PutRole(ctx, roles.NewRole("whole", "Whole", "customer", nil))
		})
		require.NoError(t, err)
		_, err = db.ExecContext(ctx, "UPDATE "+prefixOf(opts)+"role_permissions SET permission = 'Everything'")
		require.NoError(t, err)
		require.NoError(t, s.View(ctx, func(r store.Reader) error {
			_, err := r.Role(ctx, "viewer")
			require.ErrorContains(t, err, `sqlstore: role "viewer": `)
			require.ErrorContains(t, err, `damaged row: roles: permission "Everything": `)
			assert.NotErrorIs(t, err, store.ErrNotFound)
			_, err = r.Role(ctx, "whole")
			return err
		}), "one damaged record spoils no other")
		_, err = s.Update(ctx, author, func(tx store.Tx) error {
			_, err := tx.Role(ctx, "viewer")
			require.Error(t, err)
			return tx.DeleteRole(ctx, "viewer", revision)
		})
		require.NoError(t, err)
	})
}

// TestAuthors: an author that no column keeps is refused before anything is
// written.
func TestAuthors(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s := migrated(t, db, opts)
		for _, by := range []store.Author{{ID: "a\x00b"}, {ID: "\xff"}, {ID: "a", OnBehalfOf: "\x00"}, {ID: "a", System: 9}} {
			_, err := s.Update(t.Context(), by, func(store.Tx) error { t.Error("it was begun"); return nil })
			require.ErrorContains(t, err, "sqlstore: author")
		}
		_, err := s.Update(t.Context(), author, func(tx store.Tx) error {
			r := customerRole()
			r.Permissions["a\x00b"] = roles.Setting{}
			require.ErrorContains(t, tx.PutRole(t.Context(), r), "UTF-8")
			require.ErrorContains(t, tx.Touch(t.Context(), store.Roles, "\x00"), "UTF-8")
			return tx.PutClass(t.Context(), individuals.Class{ID: "a"})
		})
		require.NoError(t, err)
	})
}

// TestCancelledMidway: a context that ends while the database works gives its
// error, and the store goes on.
func TestCancelledMidway(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		s := migrated(t, db, opts)
		for n := range 20 {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				pause()
				cancel()
			}()
			_, err := s.Update(ctx, author, func(tx store.Tx) error {
				for i := range 1000 {
					if err := tx.PutClass(ctx, individuals.Class{ID: fmt.Sprintf("%d-%d", n, i)}); err != nil {
						return err
					}
				}
				return nil
			})
			require.ErrorIs(t, err, context.Canceled)
			cancel()
		}
		assert.Empty(t, classes(t, s))
		assert.EqualValues(t, 1, put(t, s, "b"))
	})
}
