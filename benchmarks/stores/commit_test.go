package stores

import (
	"context"
	"database/sql"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/durward-go/durward/store"
)

// BenchmarkCommit makes commits that read grants and write them: one, and a
// hundred. The floor is a transaction of as many bare statements that write a row
// each, as durable; in memory, entries of a map with a lock.
func BenchmarkCommit(b *testing.B) {
	onEach(b, func(b *testing.B, s *stand) {
		for _, grants := range []int{1, 100} {
			name := "grants=" + strconv.Itoa(grants)
			b.Run(name+"/what=durward", func(b *testing.B) {
				b.ReportAllocs()
				for n := 0; b.Loop(); n++ {
					_, err := s.store.Update(b.Context(), author, func(tx store.Tx) error {
						for i := range grants {
							if err := regrant(b.Context(), tx, customer(n%customers), employee(n%customers, (n/customers+i)%employees)); err != nil {
								return err
							}
						}
						return nil
					})
					must(b, err)
				}
			})
			b.Run(name+"/what=floor", func(b *testing.B) {
				b.ReportAllocs()
				write := s.floorCommit(b)
				for b.Loop() {
					write(grants)
				}
			})
		}
	})
}

// regrant gives an employee the other of two roles.
func regrant(ctx context.Context, tx store.Tx, organization, id string) error {
	g, err := tx.Grant(ctx, id, organization)
	if err != nil {
		return err
	}
	role := "admin"
	if g.Role.ID == role {
		role = "viewer"
	}
	return tx.PutGrant(ctx, g.WithRole(role))
}

// floorCommit returns what commits so many rows.
func (s *stand) floorCommit(b *testing.B) func(rows int) {
	b.Helper()
	if s.db == nil {
		var mu sync.Mutex
		kept := make(map[int]string)
		return func(rows int) {
			mu.Lock()
			defer mu.Unlock()
			for n := range rows {
				kept[n] = "admin"
			}
		}
	}
	table := "floor" + strconv.FormatInt(sets.Add(1), 10)
	_, err := s.db.ExecContext(b.Context(), "CREATE TABLE "+table+" (id bigint NOT NULL PRIMARY KEY, role text NOT NULL)")
	must(b, err)
	conn, err := s.db.Conn(b.Context())
	must(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	insert, err := conn.PrepareContext(b.Context(), s.words("INSERT INTO "+table+" (id, role) VALUES (?, 'admin')"))
	must(b, err)
	b.Cleanup(func() { _ = insert.Close() })
	id := int64(0)
	begin := "BEGIN"
	if s.driver != "pgx" {
		begin = "BEGIN IMMEDIATE"
	}
	return func(rows int) {
		_, err := conn.ExecContext(b.Context(), begin)
		must(b, err)
		for range rows {
			id++
			_, err := insert.ExecContext(b.Context(), id)
			must(b, err)
		}
		_, err = conn.ExecContext(b.Context(), "COMMIT")
		must(b, err)
	}
}

// BenchmarkAttempt counts an attempt to sign in: a row is compared and set, beside
// commits. The floor is one bare UPDATE that is a transaction by itself.
func BenchmarkAttempt(b *testing.B) {
	onEach(b, func(b *testing.B, s *stand) {
		state, ok := s.store.(store.SignInState)
		if !ok {
			b.Fatal("no sign-in state")
		}
		b.Run("what=durward", func(b *testing.B) {
			b.ReportAllocs()
			a := store.Attempts{Key: store.AttemptKey{Realm: "customers", Login: "steve-" + strconv.FormatInt(sets.Add(1), 10)}}
			at := time.Date(2026, time.April, 20, 12, 0, 0, 0, time.UTC)
			for n := 1; b.Loop(); n++ {
				a.Failures, a.LastFailure = n, at
				var err error
				a, err = state.SwapAttempts(b.Context(), a)
				must(b, err)
			}
		})
		b.Run("what=floor", func(b *testing.B) {
			b.ReportAllocs()
			swap := s.floorSwap(b)
			for n := int64(0); b.Loop(); n++ {
				swap(n)
			}
		})
	})
}

func (s *stand) floorSwap(b *testing.B) func(version int64) {
	b.Helper()
	if s.db == nil {
		var mu sync.Mutex
		versions := map[string]int64{"steve": 0}
		return func(version int64) {
			mu.Lock()
			defer mu.Unlock()
			if versions["steve"] == version {
				versions["steve"]++
			}
		}
	}
	table := "floor" + strconv.FormatInt(sets.Add(1), 10)
	for _, statement := range []string{
		"CREATE TABLE " + table + " (login text NOT NULL PRIMARY KEY, version bigint NOT NULL)",
		"INSERT INTO " + table + " (login, version) VALUES ('steve', 0)",
	} {
		_, err := s.db.ExecContext(b.Context(), statement)
		must(b, err)
	}
	var update *sql.Stmt
	update, err := s.db.PrepareContext(b.Context(), s.words("UPDATE "+table+" SET version = version + 1 WHERE login = 'steve' AND version = ?"))
	must(b, err)
	b.Cleanup(func() { _ = update.Close() })
	return func(version int64) {
		result, err := update.ExecContext(b.Context(), version)
		must(b, err)
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			b.Fatal("it was another version", err)
		}
	}
}
