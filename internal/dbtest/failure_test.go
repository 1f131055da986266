package dbtest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

const hash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$gy5SuVm5Z7Vw7keB9se9p87QGcomaseB/S2U1OhTsM0"

// TestErrorsHoldNoValue: whatever the database complains about, the text of the
// error has nothing of what was to be written.
func TestErrorsHoldNoValue(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		opts = fresh(opts, "e_")
		dropped(t, d, opts)
		s := migrated(t, db, opts)
		_, err := s.Update(t.Context(), author, func(tx store.Tx) error {
			return tx.PutIndividual(t.Context(), individuals.Individual{ID: "bob", Organization: "abc", RoleType: "customer"})
		})
		require.NoError(t, err)
		password, err := individuals.ParsePasswordHash(hash)
		require.NoError(t, err)
		table := opts.TablePrefix + "credentials"
		faults := []string{"password integer CHECK (password = 7), sealed_key blob", "password text, sealed_key integer CHECK (sealed_key = 7)"}
		if d.name == "PostgreSQL" {
			faults = []string{"password integer, sealed_key bytea", "password text, sealed_key timestamptz", "password text CHECK (password = '7'), sealed_key bytea"}
		}
		for _, fault := range faults {
			for _, statement := range []string{"DROP TABLE " + table, "CREATE TABLE " + table + " (individual text PRIMARY KEY, meets_alone boolean, must_change boolean, " +
				"password_off boolean, second_factor_off boolean, recovery text, revision bigint, " + fault + ")"} {
				_, err := db.ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			_, err := s.Update(t.Context(), author, func(tx store.Tx) error {
				return tx.PutCredential(t.Context(), individuals.Credential{Individual: "bob", Password: password, SealedKey: []byte("canary")})
			})
			require.Error(t, err)
			for _, text := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
				for _, secret := range []string{"argon2", "gy5SuVm5", "canary", fmt.Sprintf("%x", "canary"), "0x63, 0x61", "99 97 110"} {
					assert.NotContains(t, text, secret)
				}
			}
			assert.ErrorContains(t, err, `sqlstore: credential "bob": `)
			assert.NotErrorIs(t, err, store.ErrConflict)
			if d.name != "PostgreSQL" {
				assert.ErrorContains(t, err, "CHECK constraint failed", "what SQLite says holds no value")
			}
		}
	})
}

// TestFailureIsFinal: after an error of the database nothing of a commit is kept,
// also when its function makes light of it.
func TestFailureIsFinal(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, _, opts := d.open(t)
		opts = fresh(opts, "f_")
		dropped(t, d, opts)
		s := migrated(t, db, opts)
		_, err := db.ExecContext(t.Context(), "DROP TABLE "+opts.TablePrefix+"role_permissions")
		require.NoError(t, err)
		_, err = s.Update(t.Context(), author, func(tx store.Tx) error {
			require.NoError(t, tx.PutClass(t.Context(), individuals.Class{ID: "a"}))
			_, err := tx.Role(t.Context(), "absent")
			require.ErrorIs(t, err, store.ErrNotFound)
			err = tx.PutRole(t.Context(), customerRole())
			require.Error(t, err)
			assert.NotErrorIs(t, err, store.ErrConflict)
			return nil
		})
		require.Error(t, err)
		assert.Empty(t, classes(t, s))
		assert.EqualValues(t, 1, put(t, s, "b"), "the store goes on")
	})
}

// TestDatabaseGone: a database that was closed is an error, neither a conflict
// nor a panic.
func TestDatabaseGone(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		_, other, opts := d.open(t)
		s := migrated(t, other, opts)
		require.NoError(t, other.Close())
		_, err := s.Update(t.Context(), author, func(store.Tx) error { return nil })
		require.Error(t, err)
		assert.NotErrorIs(t, err, store.ErrConflict)
		require.Error(t, s.View(t.Context(), func(store.Reader) error { return nil }))
		_, err = s.Changes(t.Context(), 0, 0)
		require.Error(t, err)
		_, err = sqlstore.New(t.Context(), other, opts)
		require.Error(t, err)
	})
}

// TestWriterElsewhere: a commit waits for another connection's no longer than its
// context, and leaves the connection in order.
func TestWriterElsewhere(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, other, opts := d.open(t)
		s, elsewhere := migrated(t, db, opts), reopened(t, other, opts)
		_, err := elsewhere.Update(t.Context(), author, func(tx store.Tx) error {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := s.Update(ctx, author, func(store.Tx) error { t.Error("it is not its turn"); return nil })
			assert.True(t, errors.Is(err, context.DeadlineExceeded) || errors.Is(err, store.ErrConflict), "%v", err)
			return tx.PutClass(t.Context(), individuals.Class{ID: "a"})
		})
		require.NoError(t, err)
		assert.EqualValues(t, 2, put(t, s, "b"))
	})
}
