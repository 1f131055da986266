package acl_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

func TestCompileTable(t *testing.T) {
	s := testSystem()
	for _, c := range []struct {
		name        string
		level       acl.Level
		components  []acl.Level
		own         map[string]string
		differBelow map[string]string
	}{
		{name: "nothing permitted", level: level("l", "user"), own: map[string]string{}},
		{
			name:  "the whole object holds each of its attributes",
			level: level("l", "user", "select+insert+update+delete Customers.*any*"),
			own: map[string]string{"customer": "Modify", "customer/address": "Modify", "customer/address/bcc": "Modify",
				"customer/address/city": "Modify", "customer/credit-limit": "Modify", "customer/allowed-roles": "Read"},
		},
		{
			name:  "sets that no role can have",
			level: level("l", "user", "select+update Customers.*any*", "insert Accounts.*any*"),
			own: map[string]string{"customer": "view+update", "customer/address": "view+update", "customer/address/bcc": "view+update",
				"customer/address/city": "view+update", "customer/credit-limit": "view+update", "customer/allowed-roles": "Read",
				"account/info": "create", "account/info/name": "create"},
		},
		{
			name:  "the ceilings of the role type, but not of its name",
			level: level("l", "customer", "select+update Customers.*any*"),
			own: map[string]string{"customer": "view+update", "customer/address": "view+update", "customer/address/bcc": "view+update",
				"customer/address/city": "view+update", "customer/credit-limit": "Read", "customer/allowed-roles": "Read"},
		},
		{
			name:  "another ceiling below",
			level: level("l", "reseller", "update Customers.*any*"),
			own: map[string]string{"customer": "update", "customer/address": "update", "customer/address/bcc": "update",
				"customer/address/city": "update"},
			differBelow: map[string]string{"customer/credit-limit": "update"},
		},
		{
			name:  "an attribute does not hold the whole object",
			level: level("l", "user", "select Customers.bcc", "select Customers.name"),
			own:   map[string]string{"customer/address/bcc": "Read"},
		},
		{
			name:  "one attribute of two does not hold the node",
			level: level("l", "user", "select Customers.city", "select Invoices.*any*"),
			own:   map[string]string{"customer/billing/invoices": "Read"},
		},
		{
			name:  "each action needs all attributes",
			level: level("l", "user", "select+update Customers.city", "select+delete Customers.address"),
			own:   map[string]string{"customer/address": "Read", "customer/address/city": "Read"},
		},
		{
			name:  "all attributes, one of them by the whole object",
			level: level("l", "user", "select+update Customers.city", "update Customers.address", "select Customers.*any*"),
			own: map[string]string{"customer": "Read", "customer/address": "view+update", "customer/address/bcc": "Read",
				"customer/address/city": "view+update", "customer/credit-limit": "Read", "customer/allowed-roles": "Read"},
		},
		{
			name:       "components add what they permit",
			level:      including(level("l", "user", "select Invoices.*any*"), "money", "post"),
			components: []acl.Level{including(level("money", "component", "select Payments.*any*"), "post"), level("post", "component", "select+update Customers.bcc")},
			own:        map[string]string{"customer/billing": "Read", "customer/billing/invoices": "Read", "customer/address/bcc": "view+update"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			compiled := compile(t, s, c.level, c.components...)
			assert.Equal(t, c.own, printed(compiled.Table(), roles.Own))
			below := printed(compiled.Table(), roles.Below)
			for path, p := range c.own {
				if _, ok := c.differBelow[path]; !ok {
					assert.Equal(t, p, below[path], path)
				}
			}
			for path, p := range c.differBelow {
				assert.Equal(t, p, below[path], path)
			}
			assert.NoError(t, compiled.Assignable())
		})
	}
}

func TestAllows(t *testing.T) {
	c := compile(t, testSystem(), level("l", "customer", "select+update Customers.name", "select Customers.*any*", "delete Secrets.key", "update Limits.*any*"))
	for _, q := range []struct {
		operation         acl.Operation
		object, attribute string
		want              bool
	}{
		{acl.Select, "Customers", "name", true},
		{acl.Update, "Customers", "name", true},
		{acl.Delete, "Customers", "name", false},
		{acl.Select, "Customers", "never_listed", true},
		{acl.Update, "Customers", "never_listed", false},
		{acl.Select, "Customers", acl.AnyAttribute, true},
		{acl.Update, "Customers", acl.AnyAttribute, false},
		{acl.Delete, "Secrets", "key", true},
		{acl.Delete, "Secrets", acl.AnyAttribute, false},
		{acl.Delete, "Secrets", "Key", false},
		{acl.Select, "customers", "name", false},
		{acl.Update, "Limits", "x", true},
		{acl.Select, "Customers", "", false},
		{acl.Select, "Customers", "*", false},
		{acl.Select, "Customers", "na me", false},
		{acl.Select, "Customers.name", "", false},
		{acl.Select, "", "name", false},
		{acl.Select, "", acl.AnyAttribute, false},
		{0, "Customers", "name", false},
		{acl.Select | acl.Update, "Customers", "name", false},
		{16, "Customers", "name", false},
	} {
		assert.Equal(t, q.want, c.Allows(q.operation, q.object, q.attribute), "%v", q)
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() { c.Allows(acl.Update, "Customers", "never_listed") }))
}

func TestCompiledLists(t *testing.T) {
	s := testSystem()
	components := []acl.Level{
		including(level("b", "component", "update Customers.name"), "c"),
		including(level("a", "component", "select Customers.name", "insert Accounts.*any*"), "c"),
		level("c", "component", "delete Customers.*any*"),
	}
	c := compile(t, s, including(level("l", "user", "insert Customers.name"), "b", "a"), components...)
	assert.Equal(t, []string{"a", "b", "c"}, c.Components())
	assert.Equal(t, acl.MustPermissions("insert Accounts.*any*", "delete Customers.*any*", "select+insert+update Customers.name"), c.Permissions())
	c.Components()[0], c.Permissions()[0].Object = "x", "x"
	assert.Equal(t, []string{"a", "b", "c"}, c.Components(), "the caller's copy")
	assert.Equal(t, "Accounts", c.Permissions()[0].Object)

	none, err := s.Compile(level("l", "user"), nil)
	require.NoError(t, err)
	assert.Empty(t, none.Components())
	assert.Empty(t, none.Permissions())
}

// Nothing that nobody may hold permits anything.
func TestNotAssignable(t *testing.T) {
	part := compile(t, testSystem(), level("part", "component", "select Customers.*any*"))
	assert.EqualError(t, part.Assignable(), `acl: level not assignable: level "part" is a component, which only other levels include; include it in a level and assign that`)
	assert.Equal(t, acl.MustPermissions("select Customers.*any*"), part.Permissions())
	for _, c := range []*acl.Compiled{part, nil, {}} {
		assert.ErrorIs(t, c.Assignable(), acl.ErrNotAssignable)
		assert.Nil(t, c.Table())
		assert.False(t, c.Allows(acl.Select, "Customers", "name"))
	}
	assert.Empty(t, (*acl.Compiled)(nil).Permissions())
	assert.Empty(t, (*acl.Compiled)(nil).Components())
}

func TestCompileRefuses(t *testing.T) {
	s := testSystem()
	a := including(level("a", "component"), "b")
	b := including(level("b", "component"), "c")
	visible := level("x", "user")
	visible.VisibleTo = []string{"r1"}
	broken := errors.New("disk on fire")
	for _, c := range []struct {
		name   string
		level  acl.Level
		lookup acl.Lookup
		want   string
		is     error
	}{
		{"invalid", acl.Level{ID: "x"}, nil, `acl: level "x": name "": want 1 to 128 bytes of UTF-8`, nil},
		{"unknown type", level("x", "vendor"), nil,
			`acl: level "x": acl: type "vendor": unknown; the system has "account" "cc_staff" "component" "customer" "representative" "reseller" "user"`, nil},
		{"visible to, of a type that is hidden from nobody", visible, nil,
			`acl: level "x": visible to "r1": levels of type "user" are hidden from nobody, so the list limits nothing; set Owner to limit where it is used`, nil},
		{"itself", including(level("x", "component"), "x"), nil, `acl: cycle: level "x": "x" -> "x"`, acl.ErrCycle},
		{"itself, though no component", including(level("x", "user"), "x"), nil, `acl: cycle: level "x": "x" -> "x"`, acl.ErrCycle},
		{"through its components", including(level("c", "component"), "a"), among(a, b), `acl: cycle: level "c": "c" -> "a" -> "b" -> "c"`, acl.ErrCycle},
		{"below it", including(level("x", "user"), "a"), among(a, b, including(level("c", "component"), "b")), `acl: cycle: level "x": "b" -> "c" -> "b"`, acl.ErrCycle},
		{"missing", including(level("x", "user"), "a"), among(a, b), `acl: level "x": component "a" -> "b" -> "c": acl: unknown level "c"`, acl.ErrUnknown},
		{"no lookup", including(level("x", "user"), "a"), nil, `acl: level "x": component "a": acl: unknown level "a": there is no lookup`, acl.ErrUnknown},
		{"no component", including(level("x", "user"), "a"), among(level("a", "customer")),
			`acl: level "x": component "a": its type is "customer", and only components can be included; move what both need into one`, nil},
		{"an invalid component", including(level("x", "user"), "a"), among(acl.Level{ID: "a"}), `acl: level "x": component "a": acl: level "a": name "": want 1 to 128 bytes of UTF-8`, nil},
		{"a store that mixes up IDs", including(level("x", "user"), "a"), func(string) (acl.Level, error) { return b, nil },
			`acl: level "x": component "a": asked for it, the store answered "b"`, nil},
		{"a store that fails", including(level("x", "user"), "a"), func(string) (acl.Level, error) { return acl.Level{}, broken },
			`acl: level "x": component "a": disk on fire`, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			compiled, err := s.Compile(c.level, c.lookup)
			assert.Nil(t, compiled)
			require.EqualError(t, err, c.want)
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
		})
	}
}

// chain makes components c1 -> c2 -> ... -> cn, and the last permits something.
func chain(n int, last ...string) []acl.Level {
	var list []acl.Level
	for i := 1; i < n; i++ {
		list = append(list, including(level(fmt.Sprint("c", i), "component"), fmt.Sprint("c", i+1)))
	}
	return append(list, including(level(fmt.Sprint("c", n), "component", "select Customers.*any*"), last...))
}

func TestNestingLimit(t *testing.T) {
	s := testSystem()
	deepest := compile(t, s, including(level("x", "user"), "c1"), chain(acl.MaxNesting)...)
	assert.True(t, deepest.Allows(acl.Select, "Customers", "name"))
	assert.Len(t, deepest.Components(), acl.MaxNesting)

	_, err := s.Compile(including(level("x", "user"), "c1"), among(chain(acl.MaxNesting+1)...))
	assert.ErrorContains(t, err, `acl: level "x": components nested deeper than 16: "c1" -> "c2" -> "c3" -> `)
	assert.ErrorContains(t, err, `-> "c16" -> "c17"`)

	// The lower half is also reached at once. Which of the two ways is read
	// first makes no difference.
	for _, order := range [][]string{{"c1", "c9"}, {"c9", "c1"}} {
		_, again := s.Compile(including(level("x", "user"), order...), among(chain(acl.MaxNesting+1)...))
		assert.EqualError(t, again, err.Error())
	}
}

func TestCyclesAreToldAtAnyLength(t *testing.T) {
	_, err := testSystem().Compile(including(level("x", "user"), "c1"), among(chain(20, "c1")...))
	require.ErrorIs(t, err, acl.ErrCycle)
	assert.ErrorContains(t, err, `"c1" -> "c2" -> `)
	assert.ErrorContains(t, err, `-> "c20" -> "c1"`)

	_, err = testSystem().Compile(including(level("x", "user"), "c1"), among(chain(2000, "c1")...))
	require.ErrorIs(t, err, acl.ErrCycle)
	assert.ErrorContains(t, err, `"c32" -> (1937 more) -> "c1970"`)
	assert.Less(t, len(err.Error()), 1000)
}

// A store that never ends costs a bounded number of reads.
func TestFlatteningIsBounded(t *testing.T) {
	reads := 0
	endless := func(id string) (acl.Level, error) {
		reads++
		return including(level(id, "component"), fmt.Sprint("l", reads), fmt.Sprint("r", reads)), nil
	}
	_, err := testSystem().Compile(including(level("x", "user"), "n"), endless)
	assert.ErrorContains(t, err, "more than 4096 components in all")
	assert.Equal(t, acl.MaxFlattenedComponents, reads)

	reads = 0
	wide := func(id string) (acl.Level, error) {
		l := level(id, "component")
		for i := range acl.MaxPermissions {
			l.Permissions = append(l.Permissions, acl.Permission{Operations: 1, Object: id, Attribute: fmt.Sprint("a", i)})
		}
		reads++
		return l, nil
	}
	l := level("x", "user")
	for i := range acl.MaxComponents {
		l.Components = append(l.Components, fmt.Sprint("c", i))
	}
	_, err = testSystem().Compile(l, wide)
	assert.EqualError(t, err, `acl: level "x": more than 262144 permissions with those of its components`)
	assert.Equal(t, acl.MaxFlattenedPermissions/acl.MaxPermissions+1, reads)
}
