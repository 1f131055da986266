package acl_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

func TestDefaultTypes(t *testing.T) {
	names := make(map[string]string)
	for _, of := range acl.DefaultTypes() {
		names[of.Name] = of.RoleType
	}
	assert.Equal(t, map[string]string{"account": "account", "cc_staff": "cc_staff", "component": "", "customer": "customer",
		"distributor": "distributor", "representative": "representative", "reseller": "reseller", "user": "admin", "vendor": "vendor"}, names)

	var kept []string
	for of := range testSystem().Types() {
		kept = append(kept, of.Name)
	}
	assert.Equal(t, []string{"account", "cc_staff", "component", "customer", "representative", "reseller", "user"}, kept,
		"those whose role type the model lacks are left out")
	_, err := testSystem().Type("vendor")
	assert.EqualError(t, err, `acl: type "vendor": unknown; the system has "account" "cc_staff" "component" "customer" "representative" "reseller" "user"`)
	user, err := testSystem().Type("user")
	require.NoError(t, err)
	assert.Equal(t, acl.Type{Name: "user", RoleType: "admin"}, user)
}

func TestNewSystemRefuses(t *testing.T) {
	model := testModel(false)
	many := strings.Split(strings.Repeat("Customers.name ", acl.MaxNeeds+1), " ")[:acl.MaxNeeds+1]
	needs := []string{"Customers.name"}
	_, pathErr := model.Tree().Node("customer/adress")
	require.ErrorContains(t, pathErr, `did you mean "customer/address"`)
	_, typeErr := model.Type("vendor")
	for want, c := range map[string]struct {
		mapping []acl.Mapping
		opts    *acl.Options
	}{
		`acl: mapping 1: ` + pathErr.Error(): {
			mapping: []acl.Mapping{{Node: "customer", Needs: needs}, {Node: "customer/adress", Needs: needs}}},
		`acl: mapping 1: node "customer/address" is mapped twice; name all that it needs in one entry`: {
			mapping: []acl.Mapping{{Node: "customer/address", Needs: needs}, {Node: "customer/address-info", Needs: needs}}},
		`acl: mapping 0: node "customer": needs nothing; name at least one attribute, or leave the entry out`: {
			mapping: []acl.Mapping{{Node: "customer", Subtree: true}}},
		`acl: mapping 0: node "customer": needs 257 attributes, at most 256`: {mapping: []acl.Mapping{{Node: "customer", Needs: many}}},
		`acl: mapping 0: node "customer": needs "Customers.name" twice`:      {mapping: []acl.Mapping{{Node: "customer", Needs: many[:2]}}},
		`acl: mapping 0: node "customer": needs "Customers": want object.attribute, or "Customers.*any*" for the whole object`: {
			mapping: []acl.Mapping{{Node: "customer", Needs: []string{"Customers"}}}},
		`acl: system: type "Sales": want lower-case letters, digits, '-' and '_' only`:                         {opts: &acl.Options{Types: []acl.Type{{Name: "Sales"}}}},
		`acl: system: type "": want 1 to 64 bytes`:                                                             {opts: &acl.Options{Types: []acl.Type{{RoleType: "admin"}}}},
		`acl: system: type "a" is given twice`:                                                                 {opts: &acl.Options{Types: []acl.Type{{Name: "a"}, {Name: "a"}}}},
		`acl: system: no type of level maps to a role type of the model; set Options.Types`:                    {opts: &acl.Options{Types: []acl.Type{{Name: "component"}}}},
		`acl: system: hidden from: entity type "Re seller": want lower-case letters, digits, '-' and '_' only`: {opts: &acl.Options{HiddenFrom: []string{"Re seller"}}},
		`acl: system: type "part": nobody holds a component, so it is neither hidden nor for self-care; give RoleType`: {
			opts: &acl.Options{Types: []acl.Type{{Name: "part", Hidden: true}}}},
		`acl: system: type "vendor": ` + typeErr.Error(): {
			opts: &acl.Options{Types: []acl.Type{{Name: "vendor", RoleType: "vendor"}}}},
	} {
		s, err := acl.NewSystem(model, c.mapping, c.opts)
		assert.EqualError(t, err, want)
		assert.Nil(t, s)
	}
	_, err := acl.NewSystem(nil, nil, nil)
	assert.EqualError(t, err, "acl: system: no model; build one with roles.NewModel")
	assert.Panics(t, func() { acl.MustSystem(nil, nil, nil) })
	s := acl.MustSystem(model, nil, nil)
	assert.Same(t, model, s.Model())
}

// The mapping of the fixture, node by node.
func TestNeeds(t *testing.T) {
	s := testSystem()
	got := make(map[string]string)
	for n := range s.Model().Tree().Nodes() {
		got[n.Path()] = strings.Trim(fmt.Sprint(s.Needs(n, roles.Update)), "[]")
	}
	assert.Equal(t, map[string]string{
		"customer":                  "update Customers.*any*",
		"customer/address":          "update Customers.address update Customers.city",
		"customer/address/bcc":      "update Customers.bcc",
		"customer/address/city":     "update Customers.address update Customers.city", // the nearest entry above
		"customer/billing":          "update Invoices.*any* update Payments.*any*",
		"customer/billing/invoices": "update Invoices.*any*",
		"customer/billing/payments": "", // the nearest entry above covers no subtree
		"customer/credit-limit":     "update Customers.*any*",
		"customer/allowed-roles":    "update Customers.*any*",
		"customer/keys":             "", // explicit: no subtree covers it,
		"customer/keys/private":     "", // nor what is below
		"account":                   "",
		"account/info":              "update Accounts.*any*",
		"account/info/name":         "update Accounts.*any*",
		"report":                    "",
	}, got)

	at := s.Model().Tree().MustNode("customer")
	assert.Empty(t, s.Needs(at, 0), "no action")
	assert.Empty(t, s.Needs(at, roles.View|roles.Create), "not one action")
	assert.Empty(t, s.Needs(roles.Node{}, roles.View), "no node")
	assert.Empty(t, s.Needs(testTree(false).MustNode("customer"), roles.View), "a node of another tree")

	own := acl.MustSystem(testModel(false), append(slices.Clone(testMapping), acl.Mapping{Node: "customer/keys", Subtree: true, Needs: []string{"Keys.*any*"}}), nil)
	private := own.Model().Tree().MustNode("customer/keys/private")
	assert.Equal(t, acl.MustPermissions("select Keys.*any*"), own.Needs(private, roles.View), "an explicit node has an entry of its own")
}

// A system keeps nothing of what its maker may change afterwards.
func TestSystemIsImmutable(t *testing.T) {
	opts := &acl.Options{Types: acl.DefaultTypes()[:5], HiddenFrom: []string{"reseller"}}
	opts.Types = slices.DeleteFunc(opts.Types, func(of acl.Type) bool { return of.Name == "distributor" })
	mapping := []acl.Mapping{{Node: "customer", Needs: []string{"Customers.name"}}}
	s := acl.MustSystem(testModel(false), mapping, opts)
	l := level("x", "customer", "select Customers.name")
	opts.Types[3].RoleType, opts.HiddenFrom[0], mapping[0].Needs[0] = "account", "provider", "Customers.other"
	c := compile(t, s, l)
	assert.Equal(t, "customer", c.Table().Type())
	assert.Equal(t, map[string]string{"customer": "Read"}, printed(c.Table(), roles.Own))
	assert.NoError(t, s.Usable(l, lineage(t, "provider:p", "customer:c")))
}
