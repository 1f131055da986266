package access

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store/memstore"
)

// encodedEngine is one with something in everything that decides.
func encodedEngine(t testing.TB) []byte {
	t.Helper()
	model := roles.MustModel(roles.MustTree(roles.Entity("customer", roles.Panel("billing"))),
		roles.Type{Name: "admin", Ceiling: roles.Ceiling{Base: roles.Modify}})
	e, err := New(t.Context(), memstore.New(nil), model, &Options{
		ACLs:        acl.MustSystem(model, []acl.Mapping{{Node: "customer", Needs: []string{"Customers.*any*"}}}, &acl.Options{Types: []acl.Type{{Name: "user", RoleType: "admin"}}}),
		Coexistence: PerSurface,
		Systems:     []System{{Name: "nightly <run>", Type: "admin", Permissions: map[string]roles.Permission{"customer": roles.Read}, Below: "north"}, {Name: "idle", Type: "admin"}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = e.Close() })
	assert.Equal(t, roles.DigestOf(e.encode()), e.Digest())
	return e.encode()
}

// TestEncodedEngine pins the form: what engines of other versions have kept must be
// read for as long as the history goes back.
func TestEncodedEngine(t *testing.T) {
	t.Parallel()
	encoding := encodedEngine(t)
	assert.Equal(t, `{"version":1,"model":{"version":1,"nodes":[{"path":"customer"},{"path":"customer/billing"}],"types":[{"name":"admin","ceiling":{"base":"Modify"}}]},`+
		`"acls":{"version":1,"types":[{"name":"user","roleType":"admin"}],"hiddenFrom":["reseller"],"covered":[{"nodes":["customer"],"needs":["Customers.*any*"]}]},`+
		`"coexistence":"per surface","systems":[{"name":"idle","type":"admin"},{"name":"nightly <run>","type":"admin","permissions":{"customer":"Read"},"below":"north"}]}`,
		string(encoding))
	again, err := decode(encoding)
	require.NoError(t, err)
	assert.Equal(t, roles.DigestOf(encoding), again.Digest())
	assert.Equal(t, string(encoding), string(again.encode()))
	assert.Equal(t, PerSurface, again.coexistence)
	assert.Equal(t, "north", again.systems["nightly <run>"].organization)
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	whole := string(encodedEngine(t))
	replaced := func(old, with string) string {
		require.Contains(t, whole, old)
		return strings.Replace(whole, old, with, 1)
	}
	for encoding, want := range map[string]string{
		"":              "unexpected end of JSON input",
		"null":          "version 0, this program knows 1",
		`{"version":1}`: "roles: encoded model: unexpected end of JSON input",
		whole + "\n":    "not the form",
		replaced(`"per surface"`, `"last write"`):                                                 "not the form",
		replaced(`"acls":{"version":1,`, `"acls":{"version":3,`):                                  "acl: encoded system: version 3",
		replaced(`"model":{"version":1,`, `"model": {"version":1,`):                               "not the form",
		replaced(`"model":{"version":1,`, `"model":{ "version":1,`):                               "not the form that Encode writes",
		replaced(`"name":"idle"`, `"name":"nightly <run>"`):                                       "given twice",
		replaced(`"name":"idle"`, `"name":""`):                                                    `access: system principal: scope: ID ""`,
		replaced(`"name":"idle","type":"admin"`, `"name":"idle","type":"nobody"`):                 `type "nobody": unknown`,
		replaced(`{"customer":"Read"}`, `{"custmer":"Read"}`):                                     `did you mean "customer"`,
		replaced(`"below":"north"`, `"below":"north","more":1`):                                   `unknown field "more"`,
		replaced(`"coexistence":"per surface",`, `"coexistence":"","coexistence":"per surface",`): "not the form",
	} {
		e, err := decode([]byte(encoding))
		require.ErrorContains(t, err, want, encoding)
		assert.Less(t, len(err.Error()), 1000)
		assert.Nil(t, e)
	}
}

// FuzzDecode holds that whatever is read is exactly what would be written.
func FuzzDecode(f *testing.F) {
	f.Add(encodedEngine(f))
	f.Fuzz(func(t *testing.T, encoding []byte) {
		e, err := decode(encoding)
		if err != nil {
			require.Nil(t, e)
			return
		}
		require.True(t, bytes.Equal(e.encode(), encoding))
		require.Equal(t, roles.DigestOf(encoding), e.Digest())
	})
}
