package memstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// TestRestoreAfterAnError: half of a batch is not restored, also when whoever wrote
// it goes on.
func TestRestoreAfterAnError(t *testing.T) {
	t.Parallel()
	s := memstore.New(nil)
	origin := store.Origin{Revision: 9, Changes: audit.Start(audit.Changes), SignIns: audit.Start(audit.SignIns)}
	_, err := s.Restore(t.Context(), author, origin, func(tx store.RestoreTx) error {
		require.Error(t, tx.PutBatch(t.Context(), store.Batch{
			Entities: []scope.Entity{{ID: "isp", Kind: "provider", Revision: 1}},
			Grants:   []individuals.Grant{{Individual: "nobody", Organization: "isp", Revision: 1}},
		}))
		require.NoError(t, tx.PutBatch(t.Context(), store.Batch{Classes: []individuals.Class{{ID: "gold", Revision: 1}}}))
		return nil
	})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		assert.Zero(t, r.Revision())
		_, err := r.Entity(t.Context(), "isp")
		assert.ErrorIs(t, err, store.ErrNotFound)
		return nil
	}))
}
