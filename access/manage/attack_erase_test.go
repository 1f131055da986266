package manage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// Nobody takes another organization's traces away by making a person under the ID
// of somebody whom that organization had, and deleting it again.
func TestAttackEraseBehindAnotherOrganization(t *testing.T) {
	w := newWorld(t)
	zoe, bob := w.role("zoe"), w.role("bob")
	require.NoError(t, only(zoe.CreateIndividual(w.ctx, someone("dave", billing.TypeCustomer, "xyz", billing.RoleCustomer))))
	require.NoError(t, only(zoe.DeleteIndividual(w.ctx, "dave")))
	require.NoError(t, only(bob.CreateIndividual(w.ctx, someone("dave", billing.TypeCustomer, "abc", billing.RoleCustomer))))
	require.NoError(t, only(bob.DeleteIndividual(w.ctx, "dave")))
	err := w.foiled(func() error { return rest(w.manager.EraseIndividual(w.ctx, w.principal("bob"), "dave")) })
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NotContains(t, err.Error(), "xyz")
	require.NotEmpty(t, stringsOf(w.events(0), "dave@xyz.example"), "xyz's values are there")
	// Whoever administers both may.
	erased, err := w.manager.EraseIndividual(w.ctx, w.principal("rita"), "dave")
	require.NoError(t, err)
	require.Positive(t, erased)
	require.Empty(t, stringsOf(w.events(0), "dave@xyz.example"))
}

// stringsOf are the sequences of events that hold the personal text.
func stringsOf(events []audit.Event, text string) (out []uint64) {
	for _, e := range events {
		for _, c := range e.Changes {
			for _, v := range []audit.Value{c.Before, c.After} {
				if got, ok := v.Text(); ok && got == text {
					out = append(out, e.Sequence)
				}
			}
		}
	}
	return out
}
