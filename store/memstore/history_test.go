package memstore_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// ticking is a store whose commits are made at the given instants.
type ticking struct {
	*memstore.Store
	t   *testing.T
	now time.Time
}

func newTicking(t *testing.T, opts memstore.Options) *ticking {
	s := &ticking{t: t, now: noon}
	opts.Clock = func() time.Time { return s.now }
	s.Store = memstore.New(&opts)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// commitAt writes class "c" with the text of the instant as its name.
func (s *ticking) commitAt(at time.Time) uint64 {
	s.t.Helper()
	s.now = at
	revision, err := s.Update(s.t.Context(), store.Author{ID: "test"}, func(tx store.Tx) error {
		old, _ := tx.Class(s.t.Context(), "c")
		return tx.PutClass(s.t.Context(), individuals.Class{ID: "c", Name: at.Format(time.RFC3339), Revision: old.Revision})
	})
	require.NoError(s.t, err)
	return revision
}

func (s *ticking) revisionAt(at time.Time) uint64 {
	s.t.Helper()
	revision, err := s.RevisionAt(s.t.Context(), at)
	require.NoError(s.t, err)
	return revision
}

func (s *ticking) viewed(revision uint64) error {
	return s.ViewAt(s.t.Context(), revision, func(r store.Reader) error {
		assert.Equal(s.t, revision, r.Revision())
		return nil
	})
}

func TestKeepRevisions(t *testing.T) {
	t.Parallel()
	s := newTicking(t, memstore.Options{KeepRevisions: 3})
	for i := range 5 {
		s.commitAt(noon.Add(time.Duration(i) * time.Hour))
	}
	for revision := range uint64(6) {
		if revision >= 3 {
			require.NoError(t, s.viewed(revision))
			continue
		}
		require.ErrorIs(t, s.viewed(revision), store.ErrGone)
		require.EqualError(t, s.viewed(revision), fmt.Sprintf("memstore: revision %d: store: no longer kept; the oldest kept is 3", revision))
	}
	_, err := s.RevisionAt(t.Context(), noon.Add(2*time.Hour-time.Microsecond))
	require.ErrorIs(t, err, store.ErrGone)
	require.EqualError(t, err, "memstore: 2026-05-04T13:59:59.999999Z: store: no longer kept; the oldest revision kept is 3, of 2026-05-04T14:00:00Z")
	assert.EqualValues(t, 3, s.revisionAt(noon.Add(2*time.Hour)))
	_, err = s.CommitOf(t.Context(), 2)
	require.ErrorIs(t, err, store.ErrGone)
}

// TestKeepHistory: what was in force at the beginning of the time to keep is
// kept, though it was written before.
func TestKeepHistory(t *testing.T) {
	t.Parallel()
	s := newTicking(t, memstore.Options{KeepHistory: 10 * time.Hour})
	for i := range 4 {
		s.commitAt(noon.Add(time.Duration(i) * time.Hour))
	}
	for _, c := range []struct {
		after  time.Duration
		oldest uint64
	}{
		{10*time.Hour - time.Microsecond, 0}, {11*time.Hour - time.Microsecond, 1}, {11 * time.Hour, 2},
		{12 * time.Hour, 3}, {1000 * time.Hour, 4},
	} {
		s.now = noon.Add(c.after)
		oldest, err := s.Prune(t.Context())
		require.NoError(t, err)
		assert.Equal(t, c.oldest, oldest, c.after)
	}
	require.NoError(t, s.viewed(4))
	require.ErrorIs(t, s.viewed(3), store.ErrGone)
}

// TestPrunedWhileReading: who reads goes on.
func TestPrunedWhileReading(t *testing.T) {
	t.Parallel()
	s := newTicking(t, memstore.Options{KeepRevisions: 1})
	first := s.commitAt(noon)
	err := s.ViewAt(t.Context(), first, func(r store.Reader) error {
		for i := range 10 {
			s.commitAt(noon.Add(time.Duration(i+1) * time.Hour))
		}
		require.ErrorIs(t, s.viewed(first), store.ErrGone)
		c, err := r.Class(t.Context(), "c")
		assert.Equal(t, noon.Format(time.RFC3339), c.Name)
		return err
	})
	require.NoError(t, err)
}

// TestClockSetBack: the order of revisions wins over that of clocks.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	s := newTicking(t, memstore.Options{})
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	for _, at := range []int{0, 60, 10, 20, 70} { // set back by 50 minutes after revision 2
		s.commitAt(minute(at))
	}
	for _, c := range []struct {
		at   int
		want uint64
	}{{-1, 0}, {0, 1}, {9, 1}, {10, 3}, {19, 3}, {20, 4}, {59, 4}, {60, 4}, {69, 4}, {70, 5}, {1000, 5}} {
		assert.Equal(t, c.want, s.revisionAt(minute(c.at)), "minute %d", c.at)
	}
}

// TestPastAmongWriters: readers of the past, commits, erasing and pruning go on
// at once, and no reader sees more or less than its revision had.
func TestPastAmongWriters(t *testing.T) {
	t.Parallel()
	s := memstore.New(&memstore.Options{KeepRevisions: 50})
	t.Cleanup(func() { _ = s.Close() })
	ctx := t.Context()
	var latest atomic.Uint64
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				n := latest.Load()
				err := s.ViewAt(ctx, n, func(r store.Reader) error {
					all, err := r.Individuals(ctx, store.IndividualFilter{Organization: "abc"}, store.Page{Limit: store.MaxPage})
					assert.Len(t, all, int(n), "revision %d", n)
					return err
				})
				if err != nil {
					assert.ErrorIs(t, err, store.ErrGone)
				}
				if _, err := s.Prune(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 400 {
		id := fmt.Sprintf("p%d", i)
		revision, err := s.Update(ctx, store.Author{ID: "test"}, func(tx store.Tx) error {
			err := tx.PutIndividual(ctx, individuals.Individual{ID: id, Organization: "abc", RoleType: "customer", Name: id})
			if err != nil {
				return err
			}
			older, err := tx.Individual(ctx, fmt.Sprintf("p%d", i/2))
			if err != nil {
				return err
			}
			older.Name += "!" // so that there is a version to erase from
			return tx.PutIndividual(ctx, older)
		})
		require.NoError(t, err)
		latest.Store(revision)
		_, err = s.EraseEvents(ctx, audit.Changes, fmt.Sprintf("p%d", i/2))
		require.NoError(t, err)
	}
	close(stop)
	wg.Wait()
}
