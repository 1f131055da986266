package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

func TestAllEvents(t *testing.T) {
	t.Parallel()
	const total = 2*store.MaxPage/10 + 1
	s := memstore.New(nil)
	var head audit.Head
	_, err := s.Update(t.Context(), store.Author{ID: "x"}, func(tx store.Tx) error {
		for i := range total {
			e, err := tx.AppendEvent(t.Context(), audit.Event{At: noon, Actor: audit.System("x"), Action: "x", Object: fmt.Sprint(i), Outcome: audit.Succeeded})
			if err != nil {
				return err
			}
			head = e.Head()
		}
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		report, err := audit.Verify(store.AllEvents(t.Context(), r, audit.Filter{Chain: audit.Changes}), audit.Start(audit.Changes), head)
		assert.EqualValues(t, total, report.Events)
		require.NoError(t, err)
		for _, limit := range []int{1, total - 2, store.MaxPage / 10, total, total + 5} {
			n := 0
			for e, err := range store.AllEvents(t.Context(), r, audit.Filter{Chain: audit.Changes, After: 1, Limit: limit}) {
				require.NoError(t, err)
				n++
				require.EqualValues(t, n+1, e.Sequence)
			}
			assert.Equal(t, min(limit, total-1), n, "limit %d", limit)
		}
		for _, err := range store.AllEvents(t.Context(), r, audit.Filter{Chain: audit.Changes}) {
			require.NoError(t, err)
			break
		}
		return nil
	}))
}

type brokenEvents struct{ store.EventReader }

var errBroken = errors.New("the disk is gone")

func (brokenEvents) Events(context.Context, audit.Filter) ([]audit.Event, error) {
	return nil, errBroken
}

func TestAllEventsPassesErrorsOn(t *testing.T) {
	t.Parallel()
	_, err := audit.Verify(store.AllEvents(t.Context(), brokenEvents{}, audit.Filter{Chain: audit.Changes}), audit.Start(audit.Changes))
	require.ErrorIs(t, err, errBroken)
}
