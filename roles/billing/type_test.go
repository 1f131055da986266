package billing_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
)

func TestTypes(t *testing.T) {
	want := []struct {
		name, realm, kind string
		rule              scope.Rule
	}{
		{"admin", "admin", "provider", scope.Rule{Below: true}},
		{"reseller", "reseller", "reseller", scope.Rule{Below: true}},
		{"customer", "customer", "customer", scope.Rule{Below: true}},
		{"cc_staff", "cc_staff", "reseller", scope.Rule{Below: true}},
		{"distributor", "distributor", "distributor", scope.Rule{Below: true, Link: "distributor", LinkedBelow: true}},
		{"representative", "representative", "representative", scope.Rule{Link: "representative"}},
		{"vendor", "vendor", "vendor", scope.Rule{}},
		{"account", "account", "account", scope.Rule{}},
		{"hunt_group_supervisor", "customer", "customer", scope.Rule{Listed: true, Below: true, Link: "group"}},
	}
	types := slices.Collect(model.Types())
	require.Len(t, types, len(want))
	for i, w := range want {
		assert.Equal(t, w.name, types[i].Name)
		assert.Equal(t, w.realm, types[i].Realm, w.name)
		assert.Equal(t, w.kind, types[i].OwnerKind, w.name)
		assert.Equal(t, w.rule, types[i].Scope, w.name)
		assert.Nil(t, types[i].Borrow, w.name)
	}
}

func TestCeilingListing(t *testing.T) {
	var names []string
	for typ := range model.Types() {
		names = append(names, typ.Name)
	}
	golden(t, "ceilings.txt", matrix(names, func(n roles.Node, typ string) (own, below roles.Permission) {
		return model.Ceiling(typ, n, roles.Own), model.Ceiling(typ, n, roles.Below)
	}))
}

func TestAdminContainsEveryOtherCeiling(t *testing.T) {
	for typ := range model.Types() {
		for n := range tree.Nodes() {
			for _, r := range []roles.Reach{roles.Own, roles.Below} {
				admin, other := model.Ceiling(billing.TypeAdmin, n, r), model.Ceiling(typ.Name, n, r)
				require.True(t, admin.Contains(other), "%s: %v: %s permits %v, admin %v", n, r, typ.Name, other, admin)
			}
		}
	}
}

// A seller grants roles to those it sells to, and can give only what it holds.
func TestSellersContainTheirBuyersCeilings(t *testing.T) {
	contains := map[string][]string{
		billing.TypeReseller: {billing.TypeCustomer, billing.TypeCCStaff, billing.TypeDistributor, billing.TypeRepresentative, billing.TypeAccount, billing.TypeHuntGroupSupervisor},
		billing.TypeCustomer: {billing.TypeAccount, billing.TypeHuntGroupSupervisor},
	}
	for seller, buyers := range contains {
		for _, buyer := range buyers {
			for n := range tree.Nodes() {
				for _, r := range []roles.Reach{roles.Own, roles.Below} {
					s, b := model.Ceiling(seller, n, r), model.Ceiling(buyer, n, r)
					assert.True(t, s.Contains(b), "%s: %v: %s permits %v, %s only %v", n, r, buyer, b, seller, s)
				}
			}
		}
	}
}

func TestEveryNodeIsWithinSomeCeiling(t *testing.T) {
	var staffOnly []string
	for n := range tree.Nodes() {
		var reached, reachedByOthers bool
		for typ := range model.Types() {
			for _, r := range []roles.Reach{roles.Own, roles.Below} {
				if model.Ceiling(typ.Name, n, r).Allows(roles.View) {
					reached = true
					reachedByOthers = reachedByOthers || typ.Name != billing.TypeAdmin
				}
			}
		}
		assert.True(t, reached, "%s: no role of any type can ever view it", n)
		if !reachedByOthers {
			if up, ok := n.Parent(); !ok || !slices.Contains(staffOnly, up.Path()) {
				staffOnly = append(staffOnly, n.Path())
			}
			for c := range n.Subtree() {
				staffOnly = append(staffOnly, c.Path())
			}
		}
	}
	var tops []string
	for _, path := range staffOnly {
		n := tree.MustNode(path)
		if up, ok := n.Parent(); (!ok || !slices.Contains(staffOnly, up.Path())) && !slices.Contains(tops, path) {
			tops = append(tops, path)
		}
	}
	assert.Equal(t, []string{
		"my-company", "user", "role/grant-beyond", "mask",
		"vendor/individuals", "vendor/allowed-roles", "vendor/sign-in-as",
		"did-number/inventory/upload", "destination/codes/upload",
		"node", "call-handling", "routing", "trace-call",
		"report/xdrs/rerate", "report/xdrs/void",
		"log",
	}, tops, "what only the provider's own people can ever reach")
}

func TestWhatIsAddedStaysClosed(t *testing.T) {
	spec := billing.Spec()
	for i := range spec {
		spec[i].Children = append(spec[i].Children, roles.Panel("added"))
	}
	spec = append(spec, roles.Entity("added", roles.Panel("panel")))
	later, err := roles.NewTree(spec, nil)
	require.NoError(t, err)
	m, err := roles.NewModel(later, billing.TypesFor(spec)...)
	require.NoError(t, err)

	for path, want := range map[string][]string{
		"added/panel":          {"admin"},
		"customer/added":       {"admin", "reseller"},
		"account/added":        {"admin", "reseller"},
		"distributor/added":    {"admin", "reseller"},
		"representative/added": {"admin", "reseller"},
		"reseller/added":       {"admin"},
		"vendor/added":         {"admin"},
	} {
		var got []string
		for typ := range m.Types() {
			if m.Ceiling(typ.Name, later.MustNode(path), roles.Own) != roles.Restrict {
				got = append(got, typ.Name)
			}
		}
		assert.Equal(t, want, got, path)
	}
	root, err := m.Compile(billing.Root(later))
	require.NoError(t, err)
	for n := range later.Nodes() {
		assert.Equal(t, most(n, billing.TypeAdmin), root.Permission(n, roles.Either), n.Path())
	}
}

// What is ours cannot be left out without mending the ceilings too.
func TestWhatIsLeftOutIsNamed(t *testing.T) {
	spec := slices.DeleteFunc(billing.Spec(), func(n roles.NodeSpec) bool { return n.Name == "representative" })
	less, err := roles.NewTree(spec, nil)
	require.NoError(t, err)
	_, err = roles.NewModel(less, billing.TypesFor(spec)...)
	assert.ErrorContains(t, err, `"representative`)
}
