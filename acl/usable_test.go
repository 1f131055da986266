package acl_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/scope"
)

func TestUsable(t *testing.T) {
	s := testSystem()
	direct := []string{"provider:p", "customer:c"}
	resold := []string{"provider:p", "reseller:r", "customer:c", "account:a"}
	subresold := []string{"provider:p", "reseller:r", "reseller:sub", "customer:c"}
	for _, c := range []struct {
		name      string
		typeName  string
		owner     string
		visibleTo []string
		at        []string
		want      string
	}{
		{"everywhere", "user", "", nil, []string{"provider:p"}, ""},
		{"types that are never hidden", "reseller", "", nil, resold[:2], ""},
		{"at its owner", "user", "p", nil, []string{"provider:p"}, ""},
		{"below its owner", "reseller", "r", nil, subresold[:3], ""},
		{"beside its owner", "reseller", "other", nil, resold[:2], `acl: level not usable here: "l" at "r": it belongs to "other" and is used only there and below`},
		{"above its owner", "customer", "c", nil, resold[:2], `acl: level not usable here: "l" at "r": it belongs to "c" and is used only there and below`},

		{"no reseller above", "customer", "", nil, direct, ""},
		{"hidden from the reseller", "customer", "", nil, resold[:3], `acl: level not usable here: "l" at "c": hidden from "r"; make it visible to that entity`},
		{"hidden at any depth", "account", "", nil, resold, `acl: level not usable here: "l" at "a": hidden from "r"; make it visible to that entity`},
		{"visible to the reseller", "account", "", []string{"x", "r"}, resold, ""},
		{"visible to another", "account", "", []string{"x"}, resold, `acl: level not usable here: "l" at "a": hidden from "r"; make it visible to that entity`},
		{"visible to a reseller and those below it", "customer", "", []string{"r"}, subresold, ""},
		{"visible to a subreseller", "customer", "", []string{"sub"}, subresold, ""},
		{"visible to a subreseller only", "customer", "", []string{"sub"}, resold[:3], `acl: level not usable here: "l" at "c": hidden from "r"; make it visible to that entity`},
		{"visible to one customer", "customer", "", []string{"c"}, resold[:3], ""},
		{"visible to the provider", "customer", "", []string{"p"}, subresold, ""},
		{"the reseller's own", "customer", "r", nil, resold[:3], ""},
		{"the reseller's own, at a subreseller's", "customer", "r", nil, subresold, `acl: level not usable here: "l" at "c": hidden from "sub"; make it visible to that entity`},
		{"the reseller's own, shown to the subreseller", "customer", "r", []string{"sub"}, subresold, ""},
		{"visible to whom it does not belong", "customer", "other", []string{"r"}, resold[:3], `acl: level not usable here: "l" at "c": it belongs to "other" and is used only there and below`},

		{"staff of the reseller", "cc_staff", "", nil, resold[:2], `acl: level not usable here: "l" at "r": hidden from "r"; make it visible to that entity`},
		{"staff of the reseller that sees it", "cc_staff", "", []string{"r"}, resold[:2], ""},
		{"staff of the reseller that owns it", "cc_staff", "r", nil, resold[:2], ""},
		{"staff of its subreseller", "cc_staff", "r", nil, subresold[:3], `acl: level not usable here: "l" at "sub": hidden from "sub"; make it visible to that entity`},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := level("l", c.typeName)
			l.Owner, l.VisibleTo = c.owner, c.visibleTo
			err := s.Usable(l, lineage(t, c.at...))
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
			assert.ErrorIs(t, err, acl.ErrNotUsable)
		})
	}
	for _, l := range []*scope.Lineage{nil, {}} {
		assert.EqualError(t, s.Usable(level("l", "user"), l), `acl: level not usable here: "l": no organization is given`)
	}
	here := lineage(t, direct...)
	assert.ErrorIs(t, s.Usable(level("l", "component"), here), acl.ErrNotAssignable)
	assert.Error(t, s.Usable(level("l", "vendor"), here))
	assert.Error(t, s.Usable(acl.Level{}, here))
}

func TestUsableByTheHostsKinds(t *testing.T) {
	at := lineage(t, "provider:p", "franchise:f", "reseller:r", "customer:c")
	franchise := acl.MustSystem(testModel(false), nil, &acl.Options{HiddenFrom: []string{"franchise"}})
	assert.ErrorContains(t, franchise.Usable(level("l", "customer"), at), `hidden from "f"`)
	open := acl.MustSystem(testModel(false), nil, &acl.Options{HiddenFrom: []string{}})
	assert.NoError(t, open.Usable(level("l", "customer"), at))
	types := acl.MustSystem(testModel(false), nil, &acl.Options{Types: []acl.Type{{Name: "customer", RoleType: "customer"}}})
	assert.NoError(t, types.Usable(level("l", "customer"), at))
}

func TestIncludable(t *testing.T) {
	s := testSystem()
	everywhere, owned := level("part", "component"), level("part", "component")
	owned.Owner = "r"
	below, beside := lineage(t, "provider:p", "reseller:r", "reseller:sub"), lineage(t, "provider:p", "reseller:other")
	assert.NoError(t, s.Includable(everywhere, nil))
	assert.NoError(t, s.Includable(everywhere, beside))
	assert.NoError(t, s.Includable(owned, below))
	assert.EqualError(t, s.Includable(owned, beside), `acl: level not usable here: "part" at "other": it belongs to "r" and is used only there and below`)
	err := s.Includable(owned, nil)
	assert.EqualError(t, err, `acl: level not usable here: component "part" belongs to "r", and the level would be used everywhere`)
	assert.ErrorIs(t, err, acl.ErrNotUsable)
	assert.ErrorIs(t, s.Includable(everywhere, &scope.Lineage{}), acl.ErrNotUsable)
	assert.EqualError(t, s.Includable(level("x", "user"), nil), `acl: level "x": its type is "user", and only components can be included`)
	assert.Error(t, s.Includable(acl.Level{}, nil))
}
