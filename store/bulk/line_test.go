package bulk_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

func jsonOf(e audit.Event) ([]byte, error) { return json.Marshal(e) }

// TestStrictLines: what two readers of JSON could understand differently is refused,
// and no error shows what was written.
func TestStrictLines(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, c := range []struct{ line, message string }{
		{"", `not one JSON value; a line holds one object`},
		{"  ", `not one JSON value; a line holds one object`},
		{secret, `not one JSON value; a line holds one object`},
		{`["` + secret + `"]`, `not a JSON object`},
		{`{"class":{"id":"a"}} {}`, `not one JSON value; a line holds one object`},
		{`{"class":{"id":"` + secret + `"`, `not one JSON value; a line holds one object`},
		{"{\"class\":{\"id\":\"\xff\"}}", `not UTF-8`},
		{`{}`, `want one record, such as {"entity":{...}}`},
		{`{"class":{"id":"a"},"entity":{"id":"a","kind":"b"}}`, `want one record, such as {"entity":{...}}`},
		{`{"class":{"id":"a"},"class":{"id":"b"}}`, `member "class": given twice`},
		{`{"class":{"id":"a","id":"` + secret + `"}}`, `member "id": given twice`},
		{`{"class":{"ID":"a"}}`, `a member's name that is not of lower-case letters and '_'`},
		{`{"Class":{"id":"a"}}`, `a member's name that is not of lower-case letters and '_'`},
		{`{"class":{"\u0069d":"a"}}`, `a member's name that is not of lower-case letters and '_'`},
		{`{"class":{"id":"a","colour":"` + secret + `"}}`, `member "colour": unknown`},
		{`{"credential":{"individual":"a","hunter":"x"}}`, `a member: unknown`},
		{`{"credential":{"individual":"a","hunter":"x","hunter":"x"}}`, `a member: given twice`},
		{`{"class":{"id":"a","` + strings.Repeat("c", 41) + `":"x"}}`, `a member: unknown`},
		{`{"klass":{"id":"a"}}`, `member "klass": unknown`},
		{`{"class":null}`, `null: leave the member out`},
		{`{"class":{"id":"a","name":null}}`, `null: leave the member out`},
		{`{"class":{"id":"a","second_factor":"` + secret + `"}}`, `class: second_factor: want true or false`},
		{`{"class":{"id":"a","second_factor":424242}}`, `class: second_factor: want true or false`},
		{`{"class":["` + secret + `"]}`, `class: want an object in braces`},
		{`{"organization":{"entity":"a","allowed_roles":"` + secret + `"}}`, `organization: allowed_roles: want a list in brackets`},
		{`{"credential":{"individual":"a","sealed_key":"%` + secret + `"}}`, `illegal base64 data at input byte 0`},
		{`{"class":{"id":"a","revision":-1}}`, `class: revision: want a whole number that is not below 0`},
		{`{"class":{"id":"a","revision":1.5}}`, `class: revision: want a whole number that is not below 0`},
		{strings.Repeat(`{"class":`, 10) + `{}` + strings.Repeat(`}`, 10), `more deeply nested than any record`},
		{`{"class":{` + manyMembers(65) + `}}`, `more members than any record has`},
		{`{"class":{` + manyMembers(64) + `}}`, `member "a": unknown`},
		{`{"entity":{"links":[` + strings.Repeat(`{},`, 1<<19) + `{}]}}`, `more values than any record has`},
	} {
		_, err := bulk.Import(t.Context(), memstore.New(nil), admin, bulk.Source{Name: "x", Lines: strings.NewReader(c.line + "\n")}, nil)
		require.EqualError(t, err, "bulk: line 1: "+c.message, c.line)
		require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), secret)
	}
}

// manyMembers are members with different names.
func manyMembers(n int) string {
	members := make([]string, n)
	for i := range members {
		members[i] = `"` + strings.Repeat("a", i+1) + `":1`
	}
	return strings.Join(members, ",")
}

// endless is a line without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestLongLine(t *testing.T) {
	t.Parallel()
	_, err := bulk.Import(t.Context(), memstore.New(nil), admin, bulk.Source{Name: "x", Lines: endless{}}, nil)
	require.EqualError(t, err, fmt.Sprintf("bulk: line 1: longer than %d bytes", bulk.MaxLineBytes))
}

// TestLargestLines: the limits of a line are above those of what it holds.
func TestLargestLines(t *testing.T) {
	t.Parallel()
	role := roles.Role{ID: "all", Name: "All", Type: "customer", Permissions: make(map[string]roles.Setting)}
	for i := range roles.MaxNodes {
		role.Permissions[fmt.Sprintf("customer/n%d", i)] = roles.Setting{Permission: roles.Read}
	}
	from, to := memstore.New(nil), memstore.New(nil)
	must[uint64](t)(from.Update(t.Context(), store.Author{ID: "alice"}, func(tx store.Tx) error { return tx.PutRole(t.Context(), role) }))
	require.NoError(t, restore(t, to, exported(t, from)))
	require.Equal(t, records(t, from), records(t, to))
}

// FuzzRestore: whatever is read, it is refused and leaves nothing, or it makes a
// store that exports the same records.
func FuzzRestore(f *testing.F) {
	lines := exported(f, full(f))
	f.Add([]byte(strings.Join(lines, "")))
	f.Add([]byte(strings.Join(exported(f, memstore.New(nil)), "")))
	for i := range lines {
		f.Add([]byte(strings.Join(lines[:i], "")))
		f.Add([]byte(lines[0] + lines[i]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		to := memstore.New(nil)
		if err := restore(t, to, []string{string(data)}); err != nil {
			require.True(t, empty(t, to))
			require.NotContains(t, err.Error(), "$2a$04$")
			return
		}
		again := memstore.New(nil)
		require.NoError(t, restore(t, again, exported(t, to)))
		require.Equal(t, records(t, to), records(t, again))
	})
}

// FuzzImport: whatever is read, whole chunks are imported, and what was is exported
// and restored.
func FuzzImport(f *testing.F) {
	lines := people(2)
	f.Add([]byte(strings.Join(lines, "")))
	for _, line := range exported(f, full(f)) {
		f.Add([]byte(line))
		f.Add([]byte(lines[0] + lines[1] + lines[2] + line))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := memstore.New(nil)
		_, err := bulk.Import(t.Context(), s, admin, source([]string{string(data)}), options(func(o *bulk.ImportOptions) { o.Credentials = true }))
		if err != nil {
			require.NotContains(t, err.Error(), "$2a$04$")
		}
		to := memstore.New(nil)
		require.NoError(t, restore(t, to, exported(t, s)))
		require.Equal(t, records(t, s), records(t, to))
	})
}
