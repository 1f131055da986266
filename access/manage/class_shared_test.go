package manage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestClassOfAnotherProvider: a class that another provider's organization has is
// not changed from here, and the refusal does not say whose it is.
func TestClassOfAnotherProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	class := individuals.Class{ID: "gold", Name: "Gold"}
	require.NoError(t, errOf(w.role("alice").PutClass(w.ctx, class)))
	w.write(func(tx store.Tx) error {
		for _, err := range []error{
			tx.PutEntity(w.ctx, scope.Entity{ID: "rival", Kind: billing.KindProvider}),
			tx.PutEntity(w.ctx, scope.Entity{ID: "hidden", Kind: billing.KindCustomer, Parent: "rival"}),
		} {
			require.NoError(t, err)
		}
		return tx.PutOrganization(w.ctx, individuals.Organization{Entity: "hidden", Class: class.ID})
	})
	class, err := w.role("alice").Class(w.ctx, class.ID)
	require.NoError(t, err)
	class.SecondFactor = true
	refused := w.refusedWhole(func() error { return errOf(w.role("alice").PutClass(w.ctx, class)) })
	require.ErrorIs(t, refused, manage.ErrDenied)
	assert.NotErrorIs(t, refused, store.ErrNotFound)
	assert.NotContains(t, refused.Error(), "hidden")
}
