package manage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
)

// TestWarnsOfDoors: asking for a second factor warns of doors that cannot ask for
// a code, and of nothing else.
func TestWarnsOfDoors(t *testing.T) {
	w := newWorld(t, func(s *setup) { s.options.DoorsWithoutCode = []string{"the built-in portal"} })
	warnings := func(change func(d *manage.RoleDesk) error) []string {
		t.Helper()
		effect, err := w.role("alice").Preview(w.ctx, change)
		require.NoError(t, err)
		return effect.Warnings
	}
	steve, err := w.role("alice").Individual(w.ctx, "steve")
	require.NoError(t, err)
	steve.SecondFactor = individuals.SecondFactorYes
	said := warnings(func(d *manage.RoleDesk) error { return errOf(d.UpdateIndividual(w.ctx, steve)) })
	require.Len(t, said, 1)
	assert.Equal(t, `individual "steve" will be asked for a code, which "the built-in portal" cannot ask for: there is no signing in there`, said[0])

	class := individuals.Class{ID: "strict", Name: "Strict", SecondFactor: true}
	said = warnings(func(d *manage.RoleDesk) error { return errOf(d.PutClass(w.ctx, class)) })
	require.Len(t, said, 1)
	assert.Contains(t, said[0], `the people of class "strict"`)
	_, err = w.role("alice").PutClass(w.ctx, class)
	require.NoError(t, err)
	o, err := w.role("alice").Organization(w.ctx, "abc")
	require.NoError(t, err)
	o.Class = class.ID
	said = warnings(func(d *manage.RoleDesk) error { return errOf(d.PutOrganization(w.ctx, o)) })
	require.Len(t, said, 1)
	assert.Contains(t, said[0], `the people of "abc"`)

	steve.SecondFactor = individuals.SecondFactorNo
	assert.Empty(t, warnings(func(d *manage.RoleDesk) error { return errOf(d.UpdateIndividual(w.ctx, steve)) }))
	assert.Empty(t, warnings(func(d *manage.RoleDesk) error { return errOf(d.Disable(w.ctx, "steve")) }))

	every := newWorld(t)
	effect, err := every.role("alice").Preview(every.ctx, func(d *manage.RoleDesk) error { return errOf(d.PutClass(every.ctx, class)) })
	require.NoError(t, err)
	assert.Empty(t, effect.Warnings)
}
