package roles_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// declared is a model as it is declared, with something in every field.
type declared struct {
	entities []roles.NodeSpec
	options  roles.TreeOptions
	types    []roles.Type
}

func declare() *declared {
	return &declared{
		entities: []roles.NodeSpec{
			{Name: "customer", Children: []roles.NodeSpec{
				{Name: "address", Title: "Address & co", Aliases: []string{"customer/whereabouts", "client/address"}, Marks: roles.Moved, Children: []roles.NodeSpec{
					{Name: "bcc", Kind: roles.KindPanel, Marks: roles.SecondFactor | roles.OwnHands, Explicit: true},
				}},
				{Name: "limit", Choices: []roles.Permission{roles.Restrict, roles.Read},
					ChoicesFor: map[string][]roles.Permission{"admin": {roles.Restrict, roles.Permit(roles.View, roles.Update), roles.Modify}}},
			}},
			roles.Entity("account"),
		},
		types: []roles.Type{
			{Name: "admin", OwnerKind: "provider", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}},
			{Name: "customer", Realm: "care", Ceiling: roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{"customer/limit": roles.Read}},
				Below: &roles.Ceiling{Base: roles.Read}, Scope: scope.Rule{Link: "group", LinkedBelow: true},
				Borrow: &roles.Ceiling{At: map[string]roles.Permission{"customer/whereabouts": roles.Permit(roles.View, roles.Delete)}}},
		},
	}
}

func (d *declared) model(t testing.TB) *roles.Model {
	t.Helper()
	tree, err := roles.NewTree(d.entities, &d.options)
	require.NoError(t, err)
	m, err := roles.NewModel(tree, d.types...)
	require.NoError(t, err)
	return m
}

// TestEncode pins the form: what engines of other versions have kept must be read
// for as long as the history goes back.
func TestEncode(t *testing.T) {
	t.Parallel()
	want := `{"version":1,"nodes":[{"path":"customer"},` +
		`{"path":"customer/address","title":"Address & co","aliases":["client/address","customer/whereabouts"],"marks":"moved"},` +
		`{"path":"customer/address/bcc","kind":"panel","explicit":true,"marks":"second factor+own hands"},` +
		`{"path":"customer/limit","choices":["Restrict","Read"],"choicesFor":{"admin":["Restrict","view+update","Modify"]}},` +
		`{"path":"account"}],` +
		`"types":[{"name":"admin","ownerKind":"provider","ceiling":{"base":"Modify"},"scope":{"below":true}},` +
		`{"name":"customer","realm":"care","ceiling":{"base":"Modify","at":{"customer/limit":"Read"}},"below":{"base":"Read"},` +
		`"scope":{"link":"group","linkedBelow":true},"borrow":{"base":"Restrict","at":{"customer/address":"view+delete"}}}]}`
	m := declare().model(t)
	assert.Equal(t, want, string(m.Encode()))
	assert.Equal(t, "b364f6e330bd5698118102e135d5a9844c1786892db4a614165cfd8a9beb1459", m.Digest().String())
	assert.Equal(t, roles.DigestOf([]byte(want)), m.Digest())
	assert.Nil(t, new(roles.Model).Encode())
	assert.True(t, new(roles.Model).Digest().IsZero())
	assert.True(t, (*roles.Model)(nil).Digest().IsZero())
}

// differences change each field of a declaration, and nothing else.
var differences = map[string]func(d *declared){
	"NodeSpec.Name":         func(d *declared) { d.entities[1].Name = "product" },
	"NodeSpec.Kind":         func(d *declared) { d.entities[0].Children[0].Children[0].Kind = roles.KindItem },
	"NodeSpec.Title":        func(d *declared) { d.entities[1].Title = "Accounts" },
	"NodeSpec.Aliases":      func(d *declared) { d.entities[1].Aliases = []string{"old"} },
	"NodeSpec.Choices":      func(d *declared) { d.entities[0].Children[1].Choices = []roles.Permission{roles.Restrict} },
	"NodeSpec.ChoicesFor":   func(d *declared) { d.entities[0].Children[1].ChoicesFor = nil },
	"NodeSpec.Explicit":     func(d *declared) { d.entities[0].Children[1].Explicit = true },
	"NodeSpec.Marks":        func(d *declared) { d.entities[0].Marks = roles.OwnHands },
	"NodeSpec.Children":     func(d *declared) { slices.Reverse(d.entities[0].Children) },
	"TreeOptions.Narrowing": func(d *declared) { d.options.Narrowing = true },
	"Type.Name":             func(d *declared) { d.types[1].Name, d.types[1].OwnerKind = "client", "customer" },
	"Type.Realm":            func(d *declared) { d.types[1].Realm = "" },
	"Type.OwnerKind":        func(d *declared) { d.types[1].OwnerKind = "group" },
	"Type.Ceiling":          func(d *declared) { d.types[1].Ceiling.At["account"] = roles.Restrict },
	"Type.Below":            func(d *declared) { d.types[1].Below = nil },
	"Type.Scope":            func(d *declared) { d.types[1].Scope = scope.Rule{} },
	"Type.Borrow":           func(d *declared) { d.types[1].Borrow = nil },
	"Ceiling.Base":          func(d *declared) { d.types[1].Ceiling.Base = roles.Read },
	"Ceiling.At":            func(d *declared) { d.types[1].Borrow.At["customer/limit"] = roles.Read },
	"Rule.Below":            func(d *declared) { d.types[1].Scope.Below = true },
	"Rule.Link":             func(d *declared) { d.types[1].Scope.Link = "other" },
	"Rule.LinkedBelow":      func(d *declared) { d.types[1].Scope.LinkedBelow = false },
	"Rule.Listed":           func(d *declared) { d.types[1].Scope.Listed = true },
}

// TestEveryFieldCounts holds that no field of a declaration is missing from the
// encoding: a new one needs a line above, and that fails until it is encoded. A
// field that is code could not be.
func TestEveryFieldCounts(t *testing.T) {
	t.Parallel()
	known := 0
	for _, declaration := range []any{roles.NodeSpec{}, roles.TreeOptions{}, roles.Type{}, roles.Ceiling{}, scope.Rule{}} {
		of := reflect.TypeOf(declaration)
		for i := range of.NumField() {
			name := of.Name() + "." + of.Field(i).Name
			noCode(t, name, of.Field(i).Type)
			differ := differences[name]
			if !assert.NotNil(t, differ, "%s: say how to change it, and encode it", name) {
				continue
			}
			known++
			d := declare()
			differ(d)
			m := d.model(t)
			assert.NotEqual(t, declare().model(t).Digest(), m.Digest(), "%s is not encoded", name)
			again, err := roles.DecodeModel(m.Encode())
			require.NoError(t, err, name)
			assert.Equal(t, m.Digest(), again.Digest(), name)
		}
	}
	assert.Len(t, differences, known)
}

func noCode(t *testing.T, name string, of reflect.Type) {
	t.Helper()
	switch of.Kind() {
	case reflect.Func, reflect.Interface, reflect.Chan, reflect.UnsafePointer:
		t.Errorf("%s is a %v, which no encoding holds", name, of)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		noCode(t, name, of.Elem())
	case reflect.Map:
		noCode(t, name, of.Key())
		noCode(t, name, of.Elem())
	}
}

// TestOrderWithoutMeaning: what is the same model has the same digest.
func TestOrderWithoutMeaning(t *testing.T) {
	t.Parallel()
	want := declare().model(t).Digest()
	for name, change := range map[string]func(d *declared){
		"types":    func(d *declared) { slices.Reverse(d.types) },
		"aliases":  func(d *declared) { slices.Reverse(d.entities[0].Children[0].Aliases) },
		"choices":  func(d *declared) { slices.Reverse(d.entities[0].Children[1].Choices) },
		"a type's": func(d *declared) { slices.Reverse(d.entities[0].Children[1].ChoicesFor["admin"]) },
		"standard": func(d *declared) {
			d.entities[1].Choices = []roles.Permission{roles.Restrict, roles.Read, roles.Modify}
		},
		"default kind":  func(d *declared) { d.entities[1].Kind = roles.KindEntity },
		"default title": func(d *declared) { d.entities[1].Title = "account" },
		"default realm": func(d *declared) { d.types[0].Realm = "admin" },
		"default owner": func(d *declared) { d.types[1].OwnerKind = "customer" },
		"path or alias": func(d *declared) {
			d.types[1].Borrow.At = map[string]roles.Permission{"client/address": roles.Permit(roles.View, roles.Delete)}
		},
		"marks of above": func(d *declared) { d.entities[0].Children[0].Children[0].Marks |= roles.Moved },
		"empty ceilings": func(d *declared) { d.types[0].Ceiling.At = map[string]roles.Permission{} },
	} {
		d := declare()
		change(d)
		assert.Equal(t, want, d.model(t).Digest(), name)
	}
}

// isEncodable holds that a model comes back from its encoding: the same digest,
// nodes and decisions.
func isEncodable(t *rapid.T) {
	m := drawModel(t)
	encoding := m.Encode()
	again, err := roles.DecodeModel(encoding)
	require.NoError(t, err)
	require.Equal(t, string(encoding), string(again.Encode()))
	require.Equal(t, m.Digest(), again.Digest())
	require.Equal(t, m.Tree().Len(), again.Tree().Len())
	require.Equal(t, m.Tree().Narrowing(), again.Tree().Narrowing())
	for n := range m.Tree().Nodes() {
		for _, path := range append(formerPaths(n), n.Path()) {
			found, ok := again.Tree().Lookup(path)
			first, _ := m.Tree().Lookup(path)
			require.True(t, ok, path)
			require.Equal(t, first.Path(), found.Path())
			require.Equal(t, first.Marks(), found.Marks())
		}
		other := again.Tree().At(n.Index())
		require.Equal(t, []any{n.Path(), n.Title(), n.Kind(), n.Explicit(), n.Marks(), n.Choices("admin"), n.Choices("customer"), n.Choices("")},
			[]any{other.Path(), other.Title(), other.Kind(), other.Explicit(), other.Marks(), other.Choices("admin"), other.Choices("customer"), other.Choices("")})
	}
	for of := range m.Types() {
		other, err := again.Type(of.Name)
		require.NoError(t, err)
		require.Equal(t, []any{of.Realm, of.OwnerKind, of.Scope}, []any{other.Realm, other.OwnerKind, other.Scope})
		require.Equal(t, m.PackedCeiling(of.Name), again.PackedCeiling(of.Name))
		for n := range m.Tree().Nodes() {
			require.Equal(t, m.Borrow(of.Name, n), again.Borrow(of.Name, again.Tree().At(n.Index())))
		}
	}
	table, of := drawRole(t, m)
	other := compile(t, again, of.of.Name, of.set)
	require.Equal(t, table.Packed(), other.Packed())
	for n := range m.Tree().Nodes() {
		require.Equal(t, table.Value(n), other.Value(again.Tree().At(n.Index())))
	}
}

func TestDecodeIsTheSame(t *testing.T) {
	t.Parallel()
	check(t, isEncodable)
}

func TestDecodeTitles(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{"\x00<&>\u2028\"\\": "\x00<&>\u2028\"\\", "a\xffb": "a\ufffdb", "\xff\ufffd": "\ufffd\ufffd", "Ä\b\f": "Ä\b\f"} {
		d := declare()
		d.entities[0].Title = title
		m := d.model(t)
		again, err := roles.DecodeModel(m.Encode())
		require.NoError(t, err)
		assert.Equal(t, want, again.Tree().MustNode("customer").Title())
		assert.Equal(t, m.Digest(), again.Digest())
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	whole := string(declare().model(t).Encode())
	replaced := func(old, with string) string {
		require.Contains(t, whole, old)
		return strings.Replace(whole, old, with, 1)
	}
	const other = "roles: encoded model: not the form that Encode writes: a name twice, an order, a space or a default that is spelt out"
	for encoding, want := range map[string]string{
		"":                             "roles: encoded model: unexpected end of JSON input",
		"null":                         "roles: encoded model: version 0, this program knows 1: take a newer one",
		`{"version":2}`:                "roles: encoded model: version 2, this program knows 1: take a newer one",
		`{"version":1}`:                "roles: tree: no entities",
		whole + " ":                    other,
		whole + whole:                  "invalid character",
		whole[:99]:                     "unexpected end of JSON input",
		" " + whole:                    other,
		replaced(`"nodes"`, `"Nodes"`): other,
		replaced(`{"path":"customer"}`, `{"path":"customer","x":1}`):                                   `unknown field "x"`,
		replaced(`{"path":"customer"}`, `{"path":"x","path":"customer"}`):                              other,
		replaced(`{"path":"customer"}`, `{"path":""}`):                                                 `name "": want 1 to 64 bytes`,
		replaced(`{"path":"customer"}`, `{"path":"customer/"}`):                                        `name "customer/": want lower-case letters`,
		replaced(`{"path":"customer"},`, ``):                                                           `name "customer/address"`,
		replaced(`{"path":"account"}`, `{"path":"customer/address/street"}`):                           `name "address/street"`,
		replaced(`{"path":"account"}`, `{"path":"account","title":"account"}`):                         other,
		replaced(`"marks":"moved"`, `"marks":"moved+moved"`):                                           `unknown marks "moved+moved"`,
		replaced(`"kind":"panel"`, `"kind":"by depth"`):                                                `unknown kind "by depth"`,
		replaced(`"kind":"panel"`, `"kind":"item"`):                                                    other,
		replaced(`"Restrict","Read"`, `"Read","Restrict"`):                                             other,
		replaced(`"Restrict","Read"`, `"restrict","Read"`):                                             other,
		replaced(`"Restrict","Read"`, `"Restrict","write"`):                                            `permission "write"`,
		replaced(`"client/address","customer/whereabouts"`, `"customer/whereabouts","client/address"`): other,
		replaced(`"customer/limit":"Read"`, `"customer/limt":"Read"`):                                  `did you mean "customer/limit"`,
		replaced(`"link":"group",`, ``):                                                                "LinkedBelow without Link",
		replaced(`{"admin":["Restrict","view+update","Modify"]}`, `{"nobody":["Restrict"]}`):           `unknown type "nobody"`,
		strings.Repeat(`[`, 100_000):                                                                   "exceeded max depth",
		strings.Repeat(` `, roles.MaxEncodingBytes+1):                                                  "67108865 bytes, at most 67108864",
	} {
		m, err := roles.DecodeModel([]byte(encoding))
		require.ErrorContains(t, err, want, "%.300s", encoding)
		assert.True(t, strings.HasPrefix(err.Error(), "roles: encoded model: "), err)
		assert.Less(t, len(err.Error()), 1500)
		assert.Nil(t, m)
	}
	// As deep as the text goes, and not one node deeper than a tree.
	var nodes []string
	for path := "a"; len(nodes) < 2000; path += "/a" {
		nodes = append(nodes, fmt.Sprintf(`{"path":%q}`, path))
	}
	_, err := roles.DecodeModel([]byte(`{"version":1,"nodes":[` + strings.Join(nodes, ",") + `],"types":[]}`))
	require.ErrorContains(t, err, "deeper than 16")
}

// FuzzDecodeModel holds that whatever is read is exactly what would be written.
func FuzzDecodeModel(f *testing.F) {
	f.Add(declare().model(f).Encode())
	f.Add([]byte(`{"version":1,"nodes":[{"path":"a"}],"types":[{"name":"b","ceiling":{"base":"Restrict"}}]}`))
	f.Add([]byte(`{"version":1,"narrowing":true,"nodes":[{"path":"a"},{"path":"a/b"}],"types":[{"name":"b","ceiling":{"base":"Read"}}]}`))
	f.Fuzz(func(t *testing.T, encoding []byte) {
		m, err := roles.DecodeModel(encoding)
		if err != nil {
			require.Nil(t, m)
			return
		}
		require.True(t, bytes.Equal(m.Encode(), encoding))
		require.True(t, json.Valid(encoding))
		require.Equal(t, roles.DigestOf(encoding), m.Digest())
	})
}

func TestParseDigest(t *testing.T) {
	t.Parallel()
	d := roles.DigestOf([]byte("x"))
	again, err := roles.ParseDigest(d.String())
	require.NoError(t, err)
	assert.Equal(t, d, again)
	assert.False(t, d.IsZero())
	for _, s := range []string{"", d.String()[:62], d.String() + "00", strings.ToUpper(d.String()), "zz" + d.String()[2:], strings.Repeat("0", 1<<20)} {
		got, err := roles.ParseDigest(s)
		require.ErrorContains(t, err, "want 64 hexadecimal digits, in lower case")
		assert.Less(t, len(err.Error()), 200)
		assert.True(t, got.IsZero())
	}
}

func ExampleDecodeModel() {
	model := roles.MustModel(roles.MustTree(roles.Entity("customer", roles.Panel("billing"))),
		roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})
	again, err := roles.DecodeModel(model.Encode())
	fmt.Println(again.Digest() == model.Digest(), err)
	// Output: true <nil>
}
