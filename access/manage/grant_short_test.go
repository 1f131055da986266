package manage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

// TestGrantOfAShortPassword: whoever has a password that is good only beside a
// second factor is not let into an organization that asks for none.
func TestGrantOfAShortPassword(t *testing.T) {
	w := newWorld(t)
	desk := w.role("alice")
	class := individuals.Class{ID: "strict", Name: "Strict", SecondFactor: true}
	_, err := desk.PutClass(w.ctx, class)
	require.NoError(t, err)
	abc, err := desk.Organization(w.ctx, "abc")
	require.NoError(t, err)
	abc.Class = class.ID
	_, err = desk.PutOrganization(w.ctx, abc)
	require.NoError(t, err)
	xyz, err := desk.Organization(w.ctx, "xyz")
	require.NoError(t, err)
	xyz.AllowedRoles = abc.AllowedRoles
	_, err = desk.PutOrganization(w.ctx, xyz)
	require.NoError(t, err)
	role := abc.AllowedRoles[0]

	_, err = desk.SetPassword(w.ctx, "steve", "zq7tulipbr")
	require.NoError(t, err, "short, beside a second factor")
	refused := w.refusedWhole(func() error { return errOf(desk.GrantRole(w.ctx, "steve", "xyz", role)) })
	require.ErrorIs(t, refused, individuals.ErrPasswordNeedsSecondFactor)

	_, err = desk.SetPassword(w.ctx, "steve", "quiet lanterns over the ferry")
	require.NoError(t, err)
	_, err = desk.GrantRole(w.ctx, "steve", "xyz", role)
	assert.NoError(t, err)
}
