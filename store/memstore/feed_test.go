package memstore_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// commit writes so many classes in one commit.
func commit(t *testing.T, s *memstore.Store, classes int) uint64 {
	t.Helper()
	revision, err := s.Update(t.Context(), store.Author{ID: "test"}, func(tx store.Tx) error {
		for i := range classes {
			if err := tx.PutClass(t.Context(), individuals.Class{ID: fmt.Sprintf("%d-%d", tx.Revision(), i)}); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	return revision
}

// TestKeepChanges: the feed keeps at least as many changes as it was told to,
// in whole commits, and says of what is older that it is gone.
func TestKeepChanges(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, c := range []struct{ keep, each int }{{1, 1}, {10, 1}, {10, 3}, {10, 7}, {3, 50}} {
		s := memstore.New(&memstore.Options{KeepChanges: c.keep})
		gone := false
		for range 200 {
			latest := commit(t, s, c.each)
			kept, oldest := 0, latest
			for after := range latest {
				feed, err := s.Changes(ctx, after, math.MaxInt)
				if err != nil {
					require.ErrorIs(t, err, store.ErrGone)
					require.ErrorContains(t, err, fmt.Sprintf("memstore: changes after revision %d: ", after))
					require.Zero(t, kept, "nothing is gone in the middle")
					gone = true
					continue
				}
				require.Len(t, feed.Changes, int(latest-after)*c.each, "whole commits, none left out")
				require.Equal(t, latest, feed.Through)
				require.False(t, feed.More)
				if kept == 0 {
					kept, oldest = len(feed.Changes), after
				}
			}
			require.GreaterOrEqual(t, kept, min(c.keep, int(latest)*c.each))
			require.LessOrEqual(t, kept, 2*c.keep+2*c.each, "what is kept is bounded")
			// The feed within a View is the same.
			require.NoError(t, s.View(ctx, func(r store.Reader) error {
				_, err := r.Changes(ctx, oldest, 0)
				require.NoError(t, err)
				if oldest > 0 {
					_, err = r.Changes(ctx, oldest-1, 0)
					require.ErrorIs(t, err, store.ErrGone)
				}
				return nil
			}))
		}
		assert.True(t, gone)
		require.NoError(t, s.Close())
	}
}

// TestKeepChangesDefault: 100,000, whatever is no number of changes.
func TestKeepChangesDefault(t *testing.T) {
	t.Parallel()
	for _, opts := range []*memstore.Options{nil, {}, {KeepChanges: -1}} {
		s := memstore.New(opts)
		for range 1000 {
			commit(t, s, 1)
		}
		feed, err := s.Changes(t.Context(), 0, 5000)
		require.NoError(t, err)
		assert.Len(t, feed.Changes, 1000)
		require.NoError(t, s.Close())
	}
}

// TestChangesAtTheLimits: no revision and no limit is too large.
func TestChangesAtTheLimits(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := memstore.New(nil)
	for range 5 {
		commit(t, s, 2)
	}
	for _, c := range []struct {
		after   uint64
		limit   int
		changes int
		through uint64
		more    bool
	}{
		{0, 0, 10, 5, false}, {0, -1, 10, 5, false}, {0, math.MinInt, 10, 5, false}, {0, math.MaxInt, 10, 5, false}, {3, math.MaxInt, 4, 5, false},
		{0, 1, 2, 1, true}, {0, 2, 2, 1, true}, {0, 3, 4, 2, true}, {4, 1, 2, 5, false},
		{5, 0, 0, 5, false}, {6, 0, 0, 6, false}, {math.MaxUint64 - 1, 0, 0, math.MaxUint64 - 1, false}, {math.MaxUint64, 1, 0, math.MaxUint64, false},
	} {
		feed, err := s.Changes(ctx, c.after, c.limit)
		require.NoError(t, err)
		assert.Len(t, feed.Changes, c.changes, "%+v", c)
		assert.Equal(t, c.through, feed.Through, "%+v", c)
		assert.Equal(t, c.more, feed.More, "%+v", c)
	}
}

// TestFeedIsACopy: what a caller does to a feed changes no other.
func TestFeedIsACopy(t *testing.T) {
	t.Parallel()
	s := memstore.New(nil)
	commit(t, s, 3)
	one, err := s.Changes(t.Context(), 0, 0)
	require.NoError(t, err)
	one.Changes[0] = store.Change{}
	_ = append(one.Changes[:1], store.Change{ID: "x"})
	two, err := s.Changes(t.Context(), 0, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"0-0", "0-1", "0-2"}, []string{two.Changes[0].ID, two.Changes[1].ID, two.Changes[2].ID})
}

// TestFeedOfAView tells of nothing that the View does not show.
func TestFeedOfAView(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := memstore.New(nil)
	commit(t, s, 1)
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		commit(t, s, 1)
		feed, err := r.Changes(ctx, 0, 0)
		require.NoError(t, err)
		assert.Len(t, feed.Changes, 1)
		assert.Equal(t, r.Revision(), feed.Through)
		return nil
	}))
	_, err := s.Update(ctx, store.Author{ID: "test"}, func(tx store.Tx) error {
		require.NoError(t, tx.Touch(ctx, store.Roles, "r"))
		feed, err := tx.Changes(ctx, 0, 0)
		require.NoError(t, err)
		assert.Len(t, feed.Changes, 2, "a commit does not tell of itself")
		return nil
	})
	require.NoError(t, err)
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.Changes(canceled, 0, 0)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.Close())
	_, err = s.Changes(ctx, 0, 0)
	require.ErrorIs(t, err, store.ErrClosed)
}
