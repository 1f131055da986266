package dbtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// TestStatements: what is done often takes few ways to the database and back. On
// SQLite, which is in the process, there are more of them, and those that read or
// set a connection's settings are not counted.
func TestStatements(t *testing.T) {
	at := time.Date(2026, time.April, 20, 12, 0, 0, 0, time.UTC)
	key := store.AttemptKey{Realm: "customers", Login: "bob"}
	grant := func(role string) func(ctx context.Context, s store.Store) error {
		return func(ctx context.Context, s store.Store) error {
			_, err := s.Update(ctx, author, func(tx store.Tx) error {
				g, err := tx.Grant(ctx, employee(0), abc)
				if err != nil {
					return err
				}
				return tx.PutGrant(ctx, g.WithRole(role))
			})
			return err
		}
	}
	onEachPlace(t, func(t *testing.T, p place) {
		p.office(t, 3)
		db, sent := p.overheard(t)
		s := reopened(t, db, p.opts)
		var attempts store.Attempts
		for _, c := range []struct {
			what               string
			postgresql, sqlite int
			do                 func(ctx context.Context, s store.Store) error
		}{
			{"a grant to somebody who has none there", 6, 10, func(ctx context.Context, s store.Store) error {
				_, err := s.Update(ctx, author, func(tx store.Tx) error {
					return tx.PutGrant(ctx, individuals.Grant{Individual: employee(0), Organization: linearRealm}.WithRole(pbxAdmin))
				})
				return err
			}},
			{"a grant that is read and written", 7, 11, grant("viewer")},
			{"and once more", 7, 11, grant(pbxAdmin)},
			{"with its event", 9, 15, func(ctx context.Context, s store.Store) error {
				_, err := s.Update(ctx, author, func(tx store.Tx) error {
					g, err := tx.Grant(ctx, employee(0), abc)
					if err != nil {
						return err
					}
					if err := tx.PutGrant(ctx, g.WithRole("viewer")); err != nil {
						return err
					}
					_, err = tx.AppendEvent(ctx, audit.Event{At: at, Actor: audit.System("test"), Action: "grant.change", Outcome: audit.Succeeded,
						Changes: []audit.Change{{Field: "role", Before: audit.Plain(pbxAdmin), After: audit.Plain("viewer")}}})
					return err
				})
				return err
			}},
			{"a commit of nothing", 3, 3, func(ctx context.Context, s store.Store) error {
				_, err := s.Update(ctx, author, func(store.Tx) error { return nil })
				return err
			}},
			{"attempts that nobody made yet", 1, 1, func(ctx context.Context, s store.Store) (err error) {
				attempts, err = s.Attempts(ctx, key)
				return err
			}},
			{"the first attempt", 1, 4, func(ctx context.Context, s store.Store) (err error) {
				attempts.Failures = 1
				attempts, err = s.SwapAttempts(ctx, attempts)
				return err
			}},
			{"another attempt", 1, 4, func(ctx context.Context, s store.Store) (err error) {
				attempts.Failures = 2
				attempts, err = s.SwapAttempts(ctx, attempts)
				return err
			}},
			{"a step", 1, 3, func(ctx context.Context, s store.Store) error {
				return s.AcceptStep(ctx, employee(0), otp.Step(7))
			}},
			{"a sign-in", 4, 5, func(ctx context.Context, s store.Store) error {
				_, err := recordSignIn(ctx, s)
				return err
			}},
			{"one's grant", 4, 4, func(ctx context.Context, s store.Store) error {
				return s.View(ctx, func(r store.Reader) error {
					_, err := r.Grant(ctx, employee(0), abc)
					return err
				})
			}},
			{"one's whole standing", 9, 9, func(ctx context.Context, s store.Store) error {
				return s.View(ctx, func(r store.Reader) error {
					_, err := r.Individual(ctx, employee(0))
					_, grantsErr := r.Grants(ctx, store.GrantFilter{Individual: employee(0)}, store.GrantPage{})
					_, organizationErr := r.Organization(ctx, abc)
					_, entityErr := r.Entity(ctx, abc)
					_, parentErr := r.Entity(ctx, "itsp")
					return errors.Join(err, grantsErr, organizationErr, entityErr, parentErr)
				})
			}},
			{"a feed that has nothing", 1, 1, func(ctx context.Context, s store.Store) error {
				_, err := s.Changes(ctx, 1_000_000, 0)
				return err
			}},
			{"a feed that has something", 1, 1, func(ctx context.Context, s store.Store) error {
				feed, err := s.Changes(ctx, 1, 0)
				assert.Len(t, feed.Changes, 4)
				return err
			}},
		} {
			sent.take()
			require.NoError(t, c.do(t.Context(), s), c.what)
			var statements []string
			for _, statement := range sent.take() {
				if !strings.HasPrefix(statement, "PRAGMA ") {
					statements = append(statements, statement)
				}
			}
			want := c.sqlite
			if p.driver == "pgx" {
				want = c.postgresql
			}
			assert.Equal(t, want, len(statements), "%s:\n%s", c.what, strings.Join(statements, "\n"))
		}
	})
}
