package acl_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// testTree has one node of each sort that the mapping treats differently.
func testTree(narrowing bool) *roles.Tree {
	allowed := roles.Panel("allowed-roles")
	allowed.Choices = []roles.Permission{roles.Restrict, roles.Read}
	keys := roles.Panel("keys", roles.Item("private"))
	keys.Explicit = true
	address := roles.Panel("address", roles.Item("bcc"), roles.Item("city"))
	address.Aliases = []string{"customer/address-info"}
	tree, err := roles.NewTree([]roles.NodeSpec{
		roles.Entity("customer", address,
			roles.Panel("billing", roles.Item("invoices"), roles.Item("payments")),
			roles.Panel("credit-limit"), allowed, keys),
		roles.Entity("account", roles.Panel("info", roles.Item("name"))),
		roles.Entity("report"),
	}, &roles.TreeOptions{Narrowing: narrowing})
	if err != nil {
		panic(err)
	}
	return tree
}

func testModel(narrowing bool) *roles.Model {
	all := roles.Ceiling{Base: roles.Modify}
	limited := roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{"customer/credit-limit": roles.Read, "report": roles.Restrict}}
	return roles.MustModel(testTree(narrowing),
		roles.Type{Name: "admin", OwnerKind: "provider", Ceiling: all},
		roles.Type{Name: "reseller", Ceiling: limited, Below: &all, Scope: scope.Rule{Below: true}},
		roles.Type{Name: "cc_staff", OwnerKind: "reseller", Ceiling: limited, Below: &all},
		roles.Type{Name: "representative", Ceiling: limited},
		roles.Type{Name: "customer", Ceiling: limited},
		roles.Type{Name: "account", Ceiling: limited},
	)
}

var testMapping = []acl.Mapping{
	{Node: "customer", Subtree: true, Needs: []string{"Customers.*any*"}},
	{Node: "customer/address", Subtree: true, Needs: []string{"Customers.address", "Customers.city"}},
	{Node: "customer/address/bcc", Needs: []string{"Customers.bcc"}},
	{Node: "customer/billing", Needs: []string{"Invoices.*any*", "Payments.*any*"}},
	{Node: "customer/billing/invoices", Needs: []string{"Invoices.*any*"}},
	{Node: "account/info", Subtree: true, Needs: []string{"Accounts.*any*"}},
}

func testSystem() *acl.System { return acl.MustSystem(testModel(false), testMapping, nil) }

// level makes a level that is named by its ID.
func level(id, typeName string, permissions ...string) acl.Level {
	return acl.Level{ID: id, Name: id, Type: typeName, Permissions: acl.MustPermissions(permissions...)}
}

func including(l acl.Level, components ...string) acl.Level {
	l.Components = components
	return l
}

// among looks levels up in a list.
func among(levels ...acl.Level) acl.Lookup {
	return func(id string) (acl.Level, error) {
		if i := slices.IndexFunc(levels, func(l acl.Level) bool { return l.ID == id }); i >= 0 {
			return levels[i], nil
		}
		return acl.Level{}, fmt.Errorf("%w %q", acl.ErrUnknown, id)
	}
}

func compile(t testing.TB, s *acl.System, l acl.Level, others ...acl.Level) *acl.Compiled {
	t.Helper()
	c, err := s.Compile(l, among(others...))
	require.NoError(t, err)
	return c
}

// lineage resolves the last of a chain of "kind:id", from the root down.
func lineage(t testing.TB, chain ...string) *scope.Lineage {
	t.Helper()
	entities := make(map[string]scope.Entity)
	parent := ""
	for _, s := range chain {
		var e scope.Entity
		i := slices.Index([]byte(s), ':')
		e.Kind, e.ID, e.Parent = s[:i], s[i+1:], parent
		entities[e.ID] = e
		parent = e.ID
	}
	l, err := scope.Resolve(func(id string) (scope.Entity, error) {
		e, ok := entities[id]
		if !ok {
			return e, scope.ErrUnknown
		}
		return e, nil
	}, parent)
	require.NoError(t, err)
	return &l
}

// printed lists the nodes at which a table permits something.
func printed(t *roles.Table, r roles.Reach) map[string]string {
	out := make(map[string]string)
	for n := range t.Model().Tree().Nodes() {
		if p := t.Permission(n, r); p != roles.Restrict {
			out[n.Path()] = p.String()
		}
	}
	return out
}
