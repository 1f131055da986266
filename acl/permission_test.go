package acl_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

func TestOperationsAreActions(t *testing.T) {
	for _, c := range []struct {
		operation acl.Operation
		name      string
		action    roles.Action
	}{
		{acl.Select, "select", roles.View},
		{acl.Insert, "insert", roles.Create},
		{acl.Update, "update", roles.Update},
		{acl.Delete, "delete", roles.Delete},
	} {
		assert.Equal(t, c.name, c.operation.String())
		assert.Equal(t, c.action, c.operation.Action())
		assert.Equal(t, roles.Permit(c.action), acl.Permit(c.operation).Permission())
		parsed, err := acl.ParseOperation(strings.ToUpper(c.name))
		require.NoError(t, err)
		assert.Equal(t, c.operation, parsed)
		assert.True(t, acl.AllOperations.Has(c.operation))
	}
	assert.Equal(t, roles.Modify, acl.AllOperations.Permission())
	for _, bad := range []acl.Operation{0, acl.Select | acl.Update, 16, 255} {
		assert.False(t, bad.Valid())
		assert.Zero(t, bad.Action())
		assert.False(t, acl.AllOperations.Has(bad), "%v", bad)
	}
	_, err := acl.ParseOperation("\u017felect")
	assert.Error(t, err, "a long s")
	_, err = acl.ParseOperation("view")
	assert.EqualError(t, err, `acl: operation "view": want select, insert, update or delete`)
	assert.Equal(t, "Operation(3)", (acl.Select | acl.Insert).String())
}

func TestOperationsText(t *testing.T) {
	assert.Equal(t, "select+update", acl.Permit(acl.Update, acl.Select).String())
	assert.Equal(t, "", acl.Operations(0).String())
	assert.Equal(t, "Operations(16)", acl.Operations(16).String())
	set, err := acl.ParseOperations("DELETE+insert")
	require.NoError(t, err)
	assert.Equal(t, acl.Permit(acl.Insert, acl.Delete), set)
	for in, want := range map[string]string{
		"":              `acl: operations "": want select, insert, update, delete, joined by '+'`,
		"select,update": `acl: operations "select,update": want select, insert, update, delete, joined by '+'`,
		"select+":       `acl: operations "select+": want select, insert, update, delete, joined by '+'`,
		"select+select": `acl: operations "select+select": select is named twice`,
	} {
		_, err := acl.ParseOperations(in)
		assert.EqualError(t, err, want)
	}
}

func TestParsePermission(t *testing.T) {
	for in, want := range map[string]acl.Permission{
		"select+update Customers.*any*": {acl.Permit(acl.Select, acl.Update), "Customers", acl.AnyAttribute},
		"delete Call_Plans-2.i_plan":    {acl.Permit(acl.Delete), "Call_Plans-2", "i_plan"},
		"select customers.Name":         {acl.Permit(acl.Select), "customers", "Name"},
	} {
		p, err := acl.ParsePermission(in)
		require.NoError(t, err)
		assert.Equal(t, want, p)
		assert.Equal(t, in, p.String())
		assert.NoError(t, p.Validate())
	}
	long := strings.Repeat("x", acl.MaxNameBytes+1)
	for in, want := range map[string]string{
		"":                           `acl: permission "": want operations, a space, object.attribute, such as "select+update Customers.*any*"`,
		"select":                     `acl: permission "select": want operations, a space, object.attribute, such as "select+update Customers.*any*"`,
		"view Customers.name":        `acl: permission "view Customers.name": operations "view": want select, insert, update, delete, joined by '+'`,
		"select Customers":           `acl: permission "select Customers": "Customers": want object.attribute, or "Customers.*any*" for the whole object`,
		"select  Customers.name":     `acl: permission "select  Customers.name": object " Customers": want letters, digits, '_' and '-' only`,
		"select .name":               `acl: permission "select .name": object "": want 1 to 64 bytes`,
		"select Customers.":          `acl: permission "select Customers.": attribute "": want 1 to 64 bytes, or *any*`,
		"select Customers.*":         `acl: permission "select Customers.*": attribute "*": want letters, digits, '_' and '-' only, or *any*`,
		"select *any*.name":          `acl: permission "select *any*.name": object "*any*": want letters, digits, '_' and '-' only`,
		"select Customers.a.b":       `acl: permission "select Customers.a.b": attribute "a.b": want letters, digits, '_' and '-' only, or *any*`,
		"select Customers.*ANY*":     `acl: permission "select Customers.*ANY*": attribute "*ANY*": want letters, digits, '_' and '-' only, or *any*`,
		"select Customers." + long:   `acl: permission "select Customers.` + long + `": attribute "` + long + `": want 1 to 64 bytes, or *any*`,
		"select Kundenübersicht.nam": `acl: permission "select Kundenübersicht.nam": object "Kundenübersicht": want letters, digits, '_' and '-' only`,
	} {
		p, err := acl.ParsePermission(in)
		assert.EqualError(t, err, want)
		assert.Zero(t, p)
	}
	_, err := acl.ParsePermission("select " + strings.Repeat("x", 1<<20))
	assert.Less(t, len(err.Error()), 1000)
	assert.Panics(t, func() { acl.MustPermissions("select Customers") })
}

func TestPermissionValidate(t *testing.T) {
	for want, p := range map[string]acl.Permission{
		`acl: permission on ".": operations 0: want at least one of select, insert, update, delete`:               {},
		`acl: permission on "Customers.name": operations 16: want at least one of select, insert, update, delete`: {16, "Customers", "name"},
		`acl: permission "select Cus tomers.name": object "Cus tomers": want letters, digits, '_' and '-' only`:   {acl.Permit(acl.Select), "Cus tomers", "name"},
	} {
		assert.EqualError(t, p.Validate(), want)
		_, err := p.MarshalText()
		assert.EqualError(t, err, want)
	}
}

func TestPermissionAsText(t *testing.T) {
	in := acl.MustPermissions("select Customers.name", "insert+delete Customers.*any*")
	text, err := json.Marshal(in)
	require.NoError(t, err)
	assert.JSONEq(t, `["select Customers.name", "insert+delete Customers.*any*"]`, string(text))
	var out []acl.Permission
	require.NoError(t, json.Unmarshal(text, &out))
	assert.Equal(t, in, out)
	assert.ErrorContains(t, json.Unmarshal([]byte(`["select"]`), &out), `acl: permission "select"`)
}

// What the parser accepts is valid, and reads the same again from what it is
// written as.
func FuzzParsePermission(f *testing.F) {
	for _, s := range []string{"select+update Customers.*any*", "SELECT a.b", "select", "insert+insert a.b", "select a.*any", " .", "select *any*.a", "delete a_-9.B\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := acl.ParsePermission(s)
		if err != nil {
			assert.Zero(t, p)
			return
		}
		require.NoError(t, p.Validate())
		again, err := acl.ParsePermission(p.String())
		require.NoError(t, err)
		assert.Equal(t, p, again)
		assert.True(t, strings.HasSuffix(s, p.Object+"."+p.Attribute), "names are taken as they are")
		assert.Equal(t, sortedOperations(s), sortedOperations(p.String()))
	})
}

// sortedOperations returns the names of the operations in s, sorted.
func sortedOperations(s string) []string {
	names, _, _ := strings.Cut(strings.ToLower(s), " ")
	return slices.Sorted(strings.SplitSeq(names, "+"))
}
