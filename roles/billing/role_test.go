package billing_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
)

func TestDefaultRolesCompile(t *testing.T) {
	var ids, names []string
	tables := map[string]*roles.Table{}
	for _, r := range billing.DefaultRoles() {
		table, err := model.Compile(r)
		require.NoError(t, err)
		assert.NotContains(t, names, r.Name)
		assert.NotEmpty(t, r.Description, r.ID)
		assert.Empty(t, r.Owner, r.ID)
		ids, names = append(ids, r.ID), append(names, r.Name)
		tables[r.ID] = table
	}
	assert.Equal(t, []string{
		billing.RoleRoot, billing.RoleAdmin, billing.RoleHelpdesk, billing.RoleReseller, billing.RoleCCStaff,
		billing.RoleDistributor, billing.RoleRepresentative, billing.RoleVendor, billing.RoleCustomer, billing.RoleAccount,
		billing.RoleHuntGroupSupervisor, billing.RoleCustomerAdmin, billing.RolePBXAdmin, billing.RoleOperationsManager,
		billing.RoleNonPortal,
	}, ids)
	for typ := range model.Types() {
		assert.True(t, slices.ContainsFunc(ids, func(id string) bool { return tables[id].Type() == typ.Name }),
			"no default role for %s", typ.Name)
	}
	golden(t, "roles.txt", matrix(ids, func(n roles.Node, id string) (own, below roles.Permission) {
		return tables[id].Permission(n, roles.Own), tables[id].Permission(n, roles.Below)
	}))
}

// What a default role sets, it sets for an effect: each setting changes what
// the compiled role permits.
func TestEverySettingOfADefaultRoleCounts(t *testing.T) {
	for _, r := range billing.DefaultRoles() {
		whole := compileDefault(t, r.ID)
		for path := range r.Permissions {
			less := r.Copy()
			delete(less.Permissions, path)
			table, err := model.Compile(less)
			require.NoError(t, err)
			assert.NotEmpty(t, roles.Diff(whole, table), "%s: setting %s changes nothing", r.ID, path)
		}
	}
}

func TestWhichDefaultRolesCoverWhich(t *testing.T) {
	covers := map[string][]string{
		billing.RoleAdmin: {billing.RoleHelpdesk, billing.RoleReseller, billing.RoleCCStaff, billing.RoleDistributor,
			billing.RoleRepresentative, billing.RoleVendor, billing.RoleCustomer, billing.RoleAccount, billing.RoleHuntGroupSupervisor,
			billing.RoleCustomerAdmin, billing.RolePBXAdmin, billing.RoleOperationsManager, billing.RoleNonPortal},
		// Helpdesk and sellers make the logins of those they serve.
		billing.RoleHelpdesk: {billing.RoleCustomer, billing.RoleAccount, billing.RoleHuntGroupSupervisor, billing.RoleCustomerAdmin},
		billing.RoleReseller: {billing.RoleCCStaff, billing.RoleDistributor, billing.RoleRepresentative, billing.RoleCustomer,
			billing.RoleAccount, billing.RoleHuntGroupSupervisor, billing.RoleCustomerAdmin},
		billing.RoleCustomer:      {billing.RoleCustomerAdmin, billing.RoleAccount, billing.RoleHuntGroupSupervisor},
		billing.RoleCustomerAdmin: {billing.RolePBXAdmin, billing.RoleOperationsManager, billing.RoleNonPortal, billing.RoleCustomer},
	}
	for _, r := range billing.DefaultRoles() {
		covers[billing.RoleRoot] = append(covers[billing.RoleRoot], r.ID)
	}
	for a, list := range covers {
		for _, b := range list {
			ta, tb := compileDefault(t, a), compileDefault(t, b)
			if !assert.True(t, roles.Covers(ta, tb), "%s covers %s", a, b) {
				for _, d := range roles.Diff(ta, tb) {
					if !d.A.Contains(d.B) {
						t.Logf("%s %v: %v, not %v", d.Node, d.Reach, d.A, d.B)
					}
				}
			}
		}
	}
	// And what must not be covered.
	for _, pair := range [][2]string{
		{billing.RoleAdmin, billing.RoleRoot}, {billing.RoleHelpdesk, billing.RoleAdmin}, {billing.RoleReseller, billing.RoleHelpdesk},
		{billing.RoleCCStaff, billing.RoleCustomer}, {billing.RoleDistributor, billing.RoleCustomer},
		{billing.RolePBXAdmin, billing.RoleOperationsManager}, {billing.RoleOperationsManager, billing.RolePBXAdmin},
		{billing.RoleAccount, billing.RoleCustomer}, {billing.RoleNonPortal, billing.RoleRepresentative},
	} {
		assert.False(t, roles.Covers(compileDefault(t, pair[0]), compileDefault(t, pair[1])), "%s covers %s", pair[0], pair[1])
	}
}

func TestRootHoldsEverything(t *testing.T) {
	root := compileDefault(t, billing.RoleRoot)
	for n := range tree.Nodes() {
		assert.Equal(t, most(n, billing.TypeAdmin), root.Permission(n, roles.Either), n.Path())
	}
}

// Admin is as Root but for four sentences, and for granting beyond.
func TestAdminIsRootButFor(t *testing.T) {
	want := map[string][2]roles.Permission{}
	for n := range tree.Nodes() {
		root, _, _ := strings.Cut(n.Path(), "/")
		switch {
		case n.Path() == "user":
			want[n.Path()] = [2]roles.Permission{roles.Modify, roles.Modify &^ roles.Permission(roles.Create)}
		case root == "destination", root == "currency", root == "node", root == "call-handling",
			strings.HasPrefix(n.Path(), "my-company/company-info"):
			switch most(n, billing.TypeAdmin) {
			case roles.Read: // as Root
			case roles.Modify:
				want[n.Path()] = [2]roles.Permission{roles.Modify, roles.Read}
				if len(n.Choices(billing.TypeAdmin)) == 2 { // an operation cannot be read
					want[n.Path()] = [2]roles.Permission{roles.Modify, roles.Restrict}
				}
			}
		case n.Path() == "role/grant-beyond":
			want[n.Path()] = [2]roles.Permission{roles.Modify, roles.Restrict}
		}
	}
	got := map[string][2]roles.Permission{}
	for _, d := range roles.Diff(compileDefault(t, billing.RoleRoot), compileDefault(t, billing.RoleAdmin)) {
		got[d.Node.Path()] = [2]roles.Permission{d.A, d.B}
	}
	assert.Equal(t, want, got)
}

func TestHelpdesk(t *testing.T) {
	table := compileDefault(t, billing.RoleHelpdesk)
	for path, want := range map[string]roles.Permission{
		"product":                          roles.Read,
		"tariff/rates":                     roles.Read,
		"tariff/rates/upload":              roles.Restrict,
		"customer/personal":                roles.Modify,
		"customer/pbx/extensions":          roles.Modify,
		"customer/billing/invoices":        roles.Modify,
		"customer/credit-limit":            roles.Read,
		"customer/billing/adjustments":     roles.Read,
		"customer/billing/payments/refund": roles.Restrict,
		"customer/sign-in-as":              roles.Restrict,
		"account/services/follow-me":       roles.Modify,
		"trace-call":                       roles.Read,
		"trace-call/sip":                   roles.Read,
		"user":                             roles.Restrict,
		"role":                             roles.Restrict,
		"reseller":                         roles.Restrict,
		"node":                             roles.Restrict,
	} {
		assert.Equal(t, want, table.Permission(tree.MustNode(path), roles.Below), path)
	}
}

// Three employees of one company, each with the role of the worked example.
func TestEmployeesOfACustomer(t *testing.T) {
	const own = roles.Own
	bob := compileDefault(t, billing.RoleCustomerAdmin)
	steve := compileDefault(t, billing.RolePBXAdmin)
	adam := compileDefault(t, billing.RoleOperationsManager)
	at := func(path string) roles.Node { return tree.MustNode(path) }

	// Bob can access all portal data and add and manage portal users.
	assert.Equal(t, roles.Modify, bob.Permission(at("customer/individuals"), own))
	assert.Equal(t, roles.Modify, bob.Permission(at("customer/individuals/grants"), own))
	assert.Equal(t, roles.Read, bob.Permission(at("customer/allowed-roles"), own), "lowered to a choice")
	assert.Equal(t, roles.Modify, bob.Permission(at("customer/pbx"), own))
	assert.True(t, bob.Allows(roles.Create, at("customer/billing/payments/pay"), own))
	assert.Equal(t, roles.Read, bob.Permission(at("customer/credit-limit"), own), "under the ceiling")

	// Steve configures extensions; no payments, no invoices, no colleague's login.
	assert.Equal(t, roles.Modify, steve.Permission(at("customer/pbx/extensions/call-forwarding"), own))
	assert.Equal(t, roles.Modify, steve.Permission(at("customer/pbx/settings/service-codes"), own))
	for _, path := range []string{"customer/billing", "customer/individuals", "customer/allowed-roles", "account/billing"} {
		for n := range at(path).Subtree() {
			assert.Equal(t, roles.Restrict, steve.Permission(n, own), n.Path())
			assert.Equal(t, roles.Restrict, steve.Permission(n, roles.Below), n.Path())
		}
	}

	// Adam processes invoices and payments; no PBX.
	assert.True(t, adam.Allows(roles.View, at("customer/billing/invoices/download"), own))
	assert.True(t, adam.Allows(roles.Create, at("customer/billing/payments/pay"), own))
	assert.Equal(t, roles.Modify, adam.Permission(at("customer/billing/payment-methods"), own))
	for _, path := range []string{"customer/pbx", "customer/calls", "customer/individuals"} {
		assert.False(t, adam.Visible(at(path)), path)
	}
}

// The credentials of the customer itself go on working beside its employees',
// and could have served for Bob: their role restricts nothing that the ceiling
// of the type leaves.
func TestCustomersOwnLoginIsRestrictedByTheCeilingAlone(t *testing.T) {
	table := compileDefault(t, billing.RoleCustomer)
	for _, root := range []string{"customer", "account", "my-profile", "mask/personal"} {
		for n := range tree.MustNode(root).Subtree() {
			for _, r := range []roles.Reach{roles.Own, roles.Below} {
				want := model.Ceiling(billing.TypeCustomer, n, r) & most(n, billing.TypeCustomer)
				assert.Equal(t, want, table.Permission(n, r), "%s %v", n, r)
			}
		}
	}
}

func TestNonPortalOpensTicketsOnly(t *testing.T) {
	table := compileDefault(t, billing.RoleNonPortal)
	for n := range tree.Nodes() {
		want := roles.Restrict
		if n.Path() == "customer/tickets/open" {
			want = roles.Permit(roles.View, roles.Create, roles.Update)
		}
		assert.Equal(t, want, table.Permission(n, roles.Either), n.Path())
	}
	assert.True(t, table.Visible(tree.MustNode("customer/tickets")), "a menu leads to it")
}
