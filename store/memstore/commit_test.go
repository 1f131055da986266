package memstore_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

var author = store.Author{ID: "test"}

// TestViewsCannotWrite: no type assertion turns what a View gives into a
// writer.
func TestViewsCannotWrite(t *testing.T) {
	t.Parallel()
	s := memstore.New(nil)
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		for what, writes := range map[string]func() bool{
			"Tx":                 func() bool { _, ok := r.(store.Tx); return ok },
			"RoleWriter":         func() bool { _, ok := r.(store.RoleWriter); return ok },
			"ACLWriter":          func() bool { _, ok := r.(store.ACLWriter); return ok },
			"IndividualWriter":   func() bool { _, ok := r.(store.IndividualWriter); return ok },
			"OrganizationWriter": func() bool { _, ok := r.(store.OrganizationWriter); return ok },
			"ClassWriter":        func() bool { _, ok := r.(store.ClassWriter); return ok },
			"GrantWriter":        func() bool { _, ok := r.(store.GrantWriter); return ok },
			"EntityWriter":       func() bool { _, ok := r.(store.EntityWriter); return ok },
			"Touch": func() bool {
				_, ok := r.(interface {
					Touch(context.Context, store.Kind, string) error
				})
				return ok
			},
		} {
			assert.False(t, writes(), what)
		}
		return nil
	}))
}

// TestReadersEnd: a reader that someone kept is no reader any more.
func TestReadersEnd(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := memstore.New(nil)
	commit(t, s, 1)
	var reader store.Reader
	var tx store.Tx
	require.NoError(t, s.View(ctx, func(r store.Reader) error { reader = r; return nil }))
	_, err := s.Update(ctx, author, func(t store.Tx) error { tx = t; return nil })
	require.NoError(t, err)
	_, _ = s.Update(ctx, author, func(t store.Tx) error { tx = t; return errors.New("no") })
	for _, r := range []store.Reader{reader, tx} {
		_, err = r.Class(ctx, "0-0")
		require.ErrorContains(t, err, "used after")
		_, err = r.Classes(ctx, store.Page{})
		require.ErrorContains(t, err, "used after")
		_, err = r.Changes(ctx, 0, 0)
		require.ErrorContains(t, err, "used after")
	}
	require.ErrorContains(t, tx.PutClass(ctx, individuals.Class{ID: "late"}), "used after")
	require.ErrorContains(t, tx.Touch(ctx, store.Roles, "late"), "used after")
}

// TestCommitsThatFail leave nothing: an error, a panic, a context that ends, a
// store that is closed meanwhile. The next commit is none the worse.
func TestCommitsThatFail(t *testing.T) {
	t.Parallel()
	s := memstore.New(nil)
	put := func(tx store.Tx) { assert.NoError(t, tx.PutClass(t.Context(), individuals.Class{ID: "x"})) }
	broken := errors.New("broken")
	_, err := s.Update(t.Context(), author, func(tx store.Tx) error { put(tx); return broken })
	require.ErrorIs(t, err, broken)
	assert.PanicsWithValue(t, "oh", func() {
		_, _ = s.Update(t.Context(), author, func(tx store.Tx) error { put(tx); panic("oh") })
	})
	ctx, cancel := context.WithCancel(t.Context())
	_, err = s.Update(ctx, author, func(tx store.Tx) error { put(tx); cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		assert.Zero(t, r.Revision())
		_, err := r.Class(t.Context(), "x")
		assert.ErrorIs(t, err, store.ErrNotFound)
		return nil
	}))
	revision, err := s.Update(t.Context(), author, func(store.Tx) error { return nil })
	require.NoError(t, err)
	assert.Zero(t, revision, "nothing written, nothing committed")
	assert.EqualValues(t, 1, commit(t, s, 1))
	_, err = s.Update(t.Context(), author, func(tx store.Tx) error { put(tx); return s.Close() })
	require.ErrorIs(t, err, store.ErrClosed)
	require.ErrorIs(t, s.View(t.Context(), func(store.Reader) error { return nil }), store.ErrClosed)
}

// TestWritersWait: one at a time, and no longer than their context allows.
func TestWritersWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(nil)
		go func() {
			_, err := s.Update(t.Context(), author, func(tx store.Tx) error {
				time.Sleep(time.Minute)
				return tx.PutClass(t.Context(), individuals.Class{ID: "slow"})
			})
			assert.NoError(t, err)
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Update(ctx, author, func(store.Tx) error { t.Error("it is not its turn"); return nil })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		began := time.Now()
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
			assert.Zero(t, r.Revision())
			return nil
		}), "readers do not wait")
		assert.Equal(t, began, time.Now())
		assert.EqualValues(t, 2, commit(t, s, 1))
		assert.Equal(t, 59*time.Second, time.Since(began))
	})
}

// TestWatchers are told when the commit can be seen, each of every commit, and
// not after they stopped.
func TestWatchers(t *testing.T) {
	t.Parallel()
	s := memstore.New(nil)
	var told [2][]uint64
	var stops []func()
	for i := range told {
		stops = append(stops, s.Watch(func(revision uint64) {
			told[i] = append(told[i], revision)
			assert.NoError(t, s.View(t.Context(), func(r store.Reader) error {
				assert.GreaterOrEqual(t, r.Revision(), revision)
				return nil
			}))
		}))
	}
	commit(t, s, 1)
	_, err := s.Update(t.Context(), author, func(store.Tx) error { return nil })
	require.NoError(t, err)
	_, err = s.Update(t.Context(), author, func(tx store.Tx) error { return tx.Touch(t.Context(), store.Grants, "steve") })
	require.NoError(t, err)
	stops[0]()
	commit(t, s, 1)
	stops[1]()
	stops[1]()
	commit(t, s, 1)
	assert.Equal(t, [2][]uint64{{1, 2}, {1, 2, 3}}, told)
}

// TestStress has writers move allowed roles between two organizations, and
// readers count them: each sees whole commits, and revisions never go back.
// Meanwhile others follow the feed and watch.
func TestStress(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := memstore.New(&memstore.Options{KeepChanges: 1 << 20})
	rounds := 100
	switch {
	case os.Getenv("DURWARD_LONG") == "1":
		rounds = 20_000
	case testing.Short():
		rounds = 30
	}
	const writers, sum = 4, 40
	_, err := s.Update(ctx, author, func(tx store.Tx) error {
		require.NoError(t, tx.PutEntity(ctx, scope.Entity{ID: "root", Kind: "k"}))
		require.NoError(t, tx.PutEntity(ctx, scope.Entity{ID: "a", Kind: "k", Parent: "root"}))
		require.NoError(t, tx.PutOrganization(ctx, individuals.Organization{Entity: "a"}))
		return tx.PutOrganization(ctx, individuals.Organization{Entity: "root", AllowedRoles: numbered(sum)})
	})
	require.NoError(t, err)

	var done atomic.Bool
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range rounds {
				from, to := "root", "a"
				if (w+i)%2 == 0 {
					from, to = to, from
				}
				_, err := s.Update(ctx, author, func(tx store.Tx) error {
					x, err := tx.Organization(ctx, from)
					if err != nil {
						return err
					}
					y, err := tx.Organization(ctx, to)
					if err != nil || len(x.AllowedRoles) == 0 {
						return err
					}
					last := len(x.AllowedRoles) - 1
					y.AllowedRoles = append(y.AllowedRoles, x.AllowedRoles[last])
					x.AllowedRoles = x.AllowedRoles[:last]
					if err := tx.PutOrganization(ctx, x); err != nil {
						return err
					}
					return tx.PutOrganization(ctx, y)
				})
				if err != nil {
					t.Errorf("Update: %v", err)
					return
				}
			}
		})
	}
	for range 3 {
		reading.Go(func() {
			var latest uint64
			for !done.Load() {
				err := s.View(ctx, func(r store.Reader) error {
					if r.Revision() < latest {
						t.Errorf("revision %d after %d", r.Revision(), latest)
					}
					latest = r.Revision()
					all, err := r.Organizations(ctx, store.OrganizationFilter{}, store.Page{})
					if err != nil {
						return err
					}
					n := 0
					for _, o := range all {
						n += len(o.AllowedRoles)
						clear(o.AllowedRoles) // the reader's own
					}
					if n != sum {
						t.Errorf("at revision %d there are %d", latest, n)
					}
					return nil
				})
				if err != nil {
					t.Errorf("View: %v", err)
					return
				}
			}
		})
	}
	reading.Go(func() {
		var after uint64
		for !done.Load() {
			feed, err := s.Changes(ctx, after, 7)
			if err != nil {
				t.Errorf("Changes: %v", err)
				return
			}
			for i, c := range feed.Changes {
				if c.Revision <= after || c.Revision > feed.Through || i > 0 && c.Revision < feed.Changes[i-1].Revision {
					t.Errorf("after %d: change %d of %d through %d", after, i, c.Revision, feed.Through)
				}
			}
			after = feed.Through
		}
	})
	reading.Go(func() {
		for !done.Load() {
			stop := s.Watch(func(uint64) {})
			stop()
		}
	})
	writing.Wait()
	done.Store(true)
	reading.Wait()
}

func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = string(rune('A' + i))
	}
	return out
}
