package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A holding tells which slot it is by, as a decision does.
func TestHoldingSlot(t *testing.T) {
	f := newFixture(t, nil)
	f.grant("dan", "globex", func(g individuals.Grant) individuals.Grant { return g.WithRole("viewer").WithACL("care") })
	moved, other := node("customer/pbx"), node("customer/billing")
	require.NoError(t, f.store.View(f.ctx, func(r store.Reader) error {
		s := f.engine.At(f.ctx, r)
		for _, test := range []struct {
			individual, organization string
			new, old, moved, api     access.Slot
		}{
			{"steve", "acme", access.RoleSlot, access.RoleSlot, access.RoleSlot, access.RoleSlot},
			{"carol", "acme", access.ACLSlot, access.ACLSlot, access.ACLSlot, access.ACLSlot},
			{"dan", "globex", access.RoleSlot, access.ACLSlot, access.RoleSlot, access.ACLSlot},
		} {
			h, err := s.Holding(f.ctx, test.individual, test.organization)
			require.NoError(t, err)
			require.Equal(t, test.new, h.Slot(access.NewInterface, other), test.individual)
			require.Equal(t, test.old, h.Slot(access.OldInterface, moved), test.individual)
			require.Equal(t, test.moved, h.Slot(access.API, moved), test.individual)
			require.Equal(t, test.api, h.Slot(access.API, other), test.individual)
			require.Equal(t, access.NoSlot, h.Slot(access.API+1, other))
			require.Equal(t, access.NoSlot, h.Slot(access.API, roles.Node{}))
		}
		role, err := r.Role(f.ctx, "viewer")
		require.NoError(t, err)
		h, err := s.RoleHolding(f.ctx, role, "acme")
		require.NoError(t, err)
		require.Equal(t, access.RoleSlot, h.Slot(access.OldInterface, other))
		h, err = s.LevelHolding(f.ctx, "care", "acme")
		require.NoError(t, err)
		require.Equal(t, access.ACLSlot, h.Slot(access.NewInterface, other))
		require.Equal(t, access.NoSlot, access.Holding{}.Slot(access.NewInterface, other))
		return nil
	}))
}
