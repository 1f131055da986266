package acl_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

// declared is a system as it is declared, with something in every field.
type declared struct {
	mapping []acl.Mapping
	options acl.Options
}

func declare() *declared {
	return &declared{
		mapping: []acl.Mapping{
			{Node: "customer", Subtree: true, Needs: []string{"Customers.*any*"}},
			{Node: "customer/address-info", Needs: []string{"Customers.city", "Customers.address"}},
		},
		options: acl.Options{
			Types:      []acl.Type{{Name: "user", RoleType: "admin"}, {Name: "component"}, {Name: "care", RoleType: "customer", Hidden: true, SelfCare: true}},
			HiddenFrom: []string{"reseller", "distributor"},
		},
	}
}

func (d *declared) system(t testing.TB) *acl.System {
	t.Helper()
	s, err := acl.NewSystem(testModel(false), d.mapping, &d.options)
	require.NoError(t, err)
	return s
}

// TestEncode pins the form: what engines of other versions have kept must be read
// for as long as the history goes back.
func TestEncode(t *testing.T) {
	t.Parallel()
	want := `{"version":1,"types":[{"name":"care","roleType":"customer","hidden":true,"selfCare":true},{"name":"component"},{"name":"user","roleType":"admin"}],` +
		`"hiddenFrom":["distributor","reseller"],"covered":[` +
		`{"nodes":["customer","customer/billing","customer/billing/invoices","customer/billing/payments","customer/credit-limit","customer/allowed-roles"],"needs":["Customers.*any*"]},` +
		`{"nodes":["customer/address"],"needs":["Customers.address","Customers.city"]}]}`
	s := declare().system(t)
	assert.Equal(t, want, string(s.Encode()))
	assert.Equal(t, roles.DigestOf([]byte(want)), s.Digest())
	assert.Nil(t, new(acl.System).Encode())
	assert.True(t, new(acl.System).Digest().IsZero())
	assert.True(t, (*acl.System)(nil).Digest().IsZero())
}

// differences change each field of a declaration, and nothing else.
var differences = map[string]func(d *declared){
	"Mapping.Node":       func(d *declared) { d.mapping[1].Node = "customer/billing" },
	"Mapping.Subtree":    func(d *declared) { d.mapping[1].Subtree = true },
	"Mapping.Needs":      func(d *declared) { d.mapping[1].Needs = d.mapping[1].Needs[:1] },
	"Options.Types":      func(d *declared) { d.options.Types = d.options.Types[1:] },
	"Options.HiddenFrom": func(d *declared) { d.options.HiddenFrom = []string{} },
	"Type.Name":          func(d *declared) { d.options.Types[0].Name = "staff" },
	"Type.RoleType":      func(d *declared) { d.options.Types[0].RoleType = "reseller" },
	"Type.Hidden":        func(d *declared) { d.options.Types[2].Hidden = false },
	"Type.SelfCare":      func(d *declared) { d.options.Types[2].SelfCare = false },
}

// TestEveryFieldCounts holds that no field of a declaration is missing from the
// encoding: a new one needs a line above, and that fails until it is encoded.
func TestEveryFieldCounts(t *testing.T) {
	t.Parallel()
	known := 0
	for _, declaration := range []any{acl.Mapping{}, acl.Options{}, acl.Type{}} {
		of := reflect.TypeOf(declaration)
		for i := range of.NumField() {
			name := of.Name() + "." + of.Field(i).Name
			differ := differences[name]
			if !assert.NotNil(t, differ, "%s: say how to change it, and encode it", name) {
				continue
			}
			known++
			d := declare()
			differ(d)
			s := d.system(t)
			assert.NotEqual(t, declare().system(t).Digest(), s.Digest(), "%s is not encoded", name)
			again, err := acl.DecodeSystem(testModel(false), s.Encode())
			require.NoError(t, err, name)
			assert.Equal(t, s.Digest(), again.Digest(), name)
		}
	}
	assert.Len(t, differences, known)
}

// TestOrderWithoutMeaning: what is the same mapping has the same digest.
func TestOrderWithoutMeaning(t *testing.T) {
	t.Parallel()
	want := declare().system(t).Digest()
	for name, change := range map[string]func(d *declared){
		"types":         func(d *declared) { slices.Reverse(d.options.Types) },
		"mapping":       func(d *declared) { slices.Reverse(d.mapping) },
		"needs":         func(d *declared) { slices.Reverse(d.mapping[1].Needs) },
		"kinds":         func(d *declared) { d.options.HiddenFrom = []string{"distributor", "reseller", "distributor"} },
		"path or alias": func(d *declared) { d.mapping[1].Node = "customer/address" },
		"one by one": func(d *declared) {
			d.mapping[0].Subtree = false
			for _, path := range []string{"billing", "billing/invoices", "billing/payments", "credit-limit", "allowed-roles"} {
				d.mapping = append(d.mapping, acl.Mapping{Node: "customer/" + path, Needs: d.mapping[0].Needs})
			}
		},
	} {
		d := declare()
		change(d)
		assert.Equal(t, want, d.system(t).Digest(), name)
	}
	types := declare()
	types.options.Types = nil
	spelt := declare()
	spelt.options.Types = slices.Collect(types.system(t).Types())
	assert.Equal(t, types.system(t).Digest(), spelt.system(t).Digest(), "default types")
}

// TestDecodeIsTheSame holds that a system comes back from its encoding, over a
// model that came back from its own.
func TestDecodeIsTheSame(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		w := drawWorld(t)
		model, err := roles.DecodeModel(w.system.Model().Encode())
		require.NoError(t, err)
		again, err := acl.DecodeSystem(model, w.system.Encode())
		require.NoError(t, err)
		require.Same(t, model, again.Model())
		require.Equal(t, w.system.Digest(), again.Digest())
		for n := range w.system.Model().Tree().Nodes() {
			other := model.Tree().At(n.Index())
			require.ElementsMatch(t, w.system.Needs(n, roles.View), again.Needs(other, roles.View))
		}
		for _, id := range w.ids {
			of, err := w.system.Type(w.levels[id].Type)
			require.NoError(t, err)
			other, err := again.Type(of.Name)
			require.NoError(t, err)
			require.Equal(t, of, other)
			before, err := w.system.Compile(w.levels[id], w.lookup)
			require.NoError(t, err)
			after, err := again.Compile(w.levels[id], w.lookup)
			require.NoError(t, err)
			require.Equal(t, before.Table().Packed(), after.Table().Packed())
			require.Equal(t, before.Permissions(), after.Permissions())
		}
	})
}

// TestDecodeHides: whom levels are hidden from comes back too.
func TestDecodeHides(t *testing.T) {
	t.Parallel()
	for _, hiddenFrom := range [][]string{nil, {}, {"customer"}, {"provider", "reseller"}} {
		s, err := acl.NewSystem(testModel(false), nil, &acl.Options{HiddenFrom: hiddenFrom})
		require.NoError(t, err)
		again, err := acl.DecodeSystem(testModel(false), s.Encode())
		require.NoError(t, err)
		l := level("x", "customer", "select Customers.name")
		for _, at := range [][]string{{"provider:p", "customer:c"}, {"provider:p", "reseller:r", "customer:c"}, {"provider:p", "other:o"}} {
			before, after := s.Usable(l, lineage(t, at...)), again.Usable(l, lineage(t, at...))
			assert.Equal(t, before, after, "hidden from %q, at %q", hiddenFrom, at)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	whole := string(declare().system(t).Encode())
	replaced := func(old, with string) string {
		require.Contains(t, whole, old)
		return strings.Replace(whole, old, with, 1)
	}
	const other = "acl: encoded system: not the form that Encode writes: a name twice, an order, a space or a default that is spelt out"
	for encoding, want := range map[string]string{
		"":                             "acl: encoded system: unexpected end of JSON input",
		"null":                         "acl: encoded system: version 0, this program knows 1: take a newer one",
		`{"version":2}`:                "acl: encoded system: version 2, this program knows 1: take a newer one",
		`{"version":1}`:                "no type of level maps to a role type",
		whole + "\n":                   other,
		whole + whole:                  "invalid character",
		replaced(`"types"`, `"Types"`): other,
		replaced(`{"name":"component"}`, `{"name":"component","x":1}`):   `unknown field "x"`,
		replaced(`"hidden":true`, `"hidden":true,"hidden":true`):         other,
		replaced(`"distributor","reseller"`, `"reseller","distributor"`): other,
		replaced(`"roleType":"admin"`, `"roleType":"nobody"`):            `type "nobody": unknown`,
		replaced(`"customer/billing/payments"`, `"customer/payments"`):   "no such path",
		replaced(`"customer/address"`, `"customer/address-info"`):        other,
		replaced(`"Customers.address","Customers.city"`, `"Customers"`):  "want object.attribute",
		replaced(`"customer/billing"`, `"customer","customer/billing"`):  "mapped twice",
		strings.Repeat(" ", roles.MaxEncodingBytes+1):                    "67108865 bytes, at most 67108864",
	} {
		s, err := acl.DecodeSystem(testModel(false), []byte(encoding))
		require.ErrorContains(t, err, want, "%.300s", encoding)
		assert.Less(t, len(err.Error()), 1500)
		assert.Nil(t, s)
	}
	_, err := acl.DecodeSystem(nil, []byte(whole))
	require.ErrorContains(t, err, "no model")
}

// FuzzDecodeSystem holds that whatever is read is exactly what would be written.
func FuzzDecodeSystem(f *testing.F) {
	model := testModel(false)
	f.Add(declare().system(f).Encode())
	f.Add(testSystem().Encode())
	f.Fuzz(func(t *testing.T, encoding []byte) {
		s, err := acl.DecodeSystem(model, encoding)
		if err != nil {
			require.Nil(t, s)
			return
		}
		require.True(t, bytes.Equal(s.Encode(), encoding))
	})
}
