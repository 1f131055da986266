package roles_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

func fullRole() roles.Role {
	return roles.Role{
		ID: "pbx-admin", Name: strings.Repeat("é", roles.MaxTitleBytes/2), Type: "customer", Owner: "north",
		Description: "Runs the PBX.\r\n\tNot the billing.\n" + strings.Repeat("x", roles.MaxDescriptionBytes-33),
		Permissions: map[string]roles.Setting{
			"customer":         {Permission: roles.Read, By: "alice", Revision: 41},
			"customer/billing": {Permission: roles.Modify, By: "bob", Revision: 42},
		},
		Revision: 42,
	}
}

func TestRoleValidate(t *testing.T) {
	t.Parallel()
	require.Equal(t, roles.MaxDescriptionBytes, len(fullRole().Description))
	require.NoError(t, fullRole().Validate())
	require.NoError(t, roles.Role{ID: "r", Name: "R", Type: "c"}.Validate())

	long := strings.Repeat("x", 100_000)
	const description = `description: want at most 4096 bytes of UTF-8 without control characters but line breaks and tabs`
	for _, c := range []struct {
		change  func(r *roles.Role)
		message string
	}{
		{func(r *roles.Role) { r.ID = "" }, `roles: role: scope: ID "": empty; give the host's own ID`},
		{func(r *roles.Role) { r.ID = "a\x00" }, `roles: role: scope: ID "a\x00": control character at byte 1`},
		{func(r *roles.Role) { r.Name = "" }, `roles: role "pbx-admin": name "": want 1 to 128 bytes of UTF-8`},
		{func(r *roles.Role) { r.Name += "x" }, `roles: role "pbx-admin": name "` + fullRole().Name + `x": want 1 to 128 bytes of UTF-8`},
		{func(r *roles.Role) { r.Name = long }, `roles: role "pbx-admin": name "` + long[:160] + `": want 1 to 128 bytes of UTF-8`},
		{func(r *roles.Role) { r.Name = "\xff" }, `roles: role "pbx-admin": name "\xff": want 1 to 128 bytes of UTF-8`},
		{func(r *roles.Role) { r.Name = "a\nb" }, `roles: role "pbx-admin": name "a\nb": control character`},
		{func(r *roles.Role) { r.Name = "a\u009b2J" }, `roles: role "pbx-admin": name "a\u009b2J": control character`},
		{func(r *roles.Role) { r.Owner = "\x7f" }, `roles: role "pbx-admin": owner: scope: ID "\x7f": control character at byte 0`},
		{func(r *roles.Role) { r.Description += "x" }, `roles: role "pbx-admin": ` + description},
		{func(r *roles.Role) { r.Description = "\xff" }, `roles: role "pbx-admin": ` + description},
		{func(r *roles.Role) { r.Description = "a\x00" }, `roles: role "pbx-admin": ` + description},
		{func(r *roles.Role) { r.Description = "a\x1b[2J" }, `roles: role "pbx-admin": ` + description},
		{func(r *roles.Role) { r.Type = "" }, `roles: role "pbx-admin": type: name "": want 1 to 64 bytes`},
		{func(r *roles.Role) { r.Type = "Customer" }, `roles: role "pbx-admin": type: name "Customer": want lower-case letters, digits, '-' and '_' only`},
		{func(r *roles.Role) {
			for i := range roles.MaxNodes + 1 {
				r.Permissions[fmt.Sprint(i)] = roles.Setting{}
			}
		}, `roles: role "pbx-admin": 65538 permissions, at most 65535`},
	} {
		r := fullRole()
		c.change(&r)
		assert.EqualError(t, r.Validate(), c.message)

		// What is not valid does not compile either.
		table, err := roles.MustModel(smallTree(), roles.Type{Name: "customer"}).Compile(r)
		assert.EqualError(t, err, c.message)
		assert.Nil(t, table)
	}
}

func TestNewRole(t *testing.T) {
	t.Parallel()
	at := map[string]roles.Permission{"customer": roles.Read}
	r := roles.NewRole("r", "R", "customer", at)
	assert.Empty(t, cmp.Diff(roles.Role{ID: "r", Name: "R", Type: "customer",
		Permissions: map[string]roles.Setting{"customer": {Permission: roles.Read}}}, r))
	at["customer"] = roles.Modify
	assert.Equal(t, roles.Read, r.Permissions["customer"].Permission)

	r = roles.NewRole("r", "R", "customer", nil)
	r.Permissions["customer"] = roles.Setting{} // a map to write to
}

// TestClone holds that a clone has the type and the permissions, is nobody's
// writing, and shares nothing.
func TestClone(t *testing.T) {
	t.Parallel()
	r := fullRole()
	c := r.Clone("copy", "Copy")
	want := fullRole()
	want.ID, want.Name, want.Revision = "copy", "Copy", 0
	want.Permissions = map[string]roles.Setting{
		"customer":         {Permission: roles.Read},
		"customer/billing": {Permission: roles.Modify},
	}
	require.Empty(t, cmp.Diff(want, c))
	require.Empty(t, cmp.Diff(fullRole(), r))
	c.Permissions["customer"] = roles.Setting{Permission: roles.Modify}
	delete(c.Permissions, "customer/billing")
	require.Empty(t, cmp.Diff(fullRole(), r))

	same := r.Copy()
	require.Empty(t, cmp.Diff(r, same))
	same.Permissions["account"] = roles.Setting{}
	require.Empty(t, cmp.Diff(fullRole(), r))

	assert.Nil(t, roles.Role{}.Copy().Permissions)
	assert.Nil(t, roles.Role{}.Clone("a", "A").Permissions)
}
