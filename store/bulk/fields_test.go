package bulk_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestNoFieldIsForgotten: every field of every kind of records is set in the world
// that exports are tested with, so a field that is added later fails here until it
// is exported.
func TestNoFieldIsForgotten(t *testing.T) {
	t.Parallel()
	s, ctx := full(t), t.Context()
	set := make(map[string]bool)
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		page := store.Page{Limit: store.MaxPage}
		note(set, must[[]individuals.Class](t)(r.Classes(ctx, page)))
		note(set, must[[]scope.Entity](t)(r.Entities(ctx, store.EntityFilter{}, page)))
		note(set, must[[]individuals.Organization](t)(r.Organizations(ctx, store.OrganizationFilter{}, page)))
		note(set, must[[]roles.Role](t)(r.Roles(ctx, store.RoleFilter{}, page)))
		note(set, must[[]acl.Level](t)(r.ACLs(ctx, store.ACLFilter{}, page)))
		note(set, must[[]individuals.Individual](t)(r.Individuals(ctx, store.IndividualFilter{}, page)))
		note(set, must[[]individuals.Grant](t)(r.Grants(ctx, store.GrantFilter{}, store.GrantPage{Limit: store.MaxPage})))
		note(set, must[[]store.Token](t)(r.Tokens(ctx, store.TokenFilter{}, page)))
		note(set, []individuals.Credential{must[individuals.Credential](t)(r.Credential(ctx, "bob"))})
		return nil
	}))
	for field, there := range set {
		assert.True(t, there, "%s is zero in every record of full: set it there, and see that it is exported", field)
	}
	assert.Greater(t, len(set), 70)
	// What is exported is that: a restored store has the same values, see
	// TestRestoreIsEqual, but a field that export forgets is missing on both sides.
	text := strings.Join(exported(t, s), "")
	for _, name := range []string{
		"second_factor", "title", "links", "allowed_roles", "default_role", "link", "open", "epoch", "closed", "owner", "description", "by", "visible_to",
		"system", "components", "realm", "role_type", "login", "email", "contact", "activation", "expiration", "zone", "language", "allow_list", "enrolled",
		"disabled", "password", "meets_alone", "must_change", "password_off", "second_factor_off", "sealed_key", "recovery", "role_granted", "acl_granted",
		"listed", "verifier_hash", "purpose", "created", "expires", "sealed",
	} {
		assert.Contains(t, text, `"`+name+`":`)
	}
}

// note tells which exported fields of records are set in one of them.
func note[T any](set map[string]bool, records []T) {
	for _, r := range records {
		noteFields(set, reflect.TypeFor[T]().String(), reflect.ValueOf(r))
	}
}

func noteFields(set map[string]bool, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		exported := false
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				exported = true
				noteFields(set, path+"."+f.Name, v.Field(i))
			}
		}
		if !exported { // a value with fields of its own
			set[path] = set[path] || !v.IsZero()
		}
	case reflect.Slice:
		for i := range v.Len() {
			noteFields(set, path, v.Index(i))
		}
		set[path] = set[path] || v.Len() > 0
	case reflect.Map:
		for _, k := range v.MapKeys() {
			noteFields(set, path, v.MapIndex(k))
		}
	default:
		set[path] = set[path] || !v.IsZero()
	}
}

// TestFieldsOfRecords: who adds a field to a record looks at its line.
func TestFieldsOfRecords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		record any
		fields int
	}{
		{individuals.Class{}, 4}, {scope.Entity{}, 6}, {scope.Link{}, 2}, {individuals.Organization{}, 7}, {individuals.StandingLink{}, 3},
		{roles.Role{}, 7}, {roles.Setting{}, 3}, {acl.Level{}, 10}, {acl.Permission{}, 3}, {individuals.Individual{}, 17}, {individuals.Window{}, 3},
		{individuals.Credential{}, 9}, {individuals.Grant{}, 6}, {individuals.Slot{}, 4}, {store.Token{}, 11},
	} {
		assert.Equal(t, c.fields, reflect.TypeOf(c.record).NumField(), "%T has another number of fields: its line in package bulk wants the same", c.record)
	}
}
