package billing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
)

var (
	model = billing.Model()
	tree  = billing.Tree()
)

func TestTreeListing(t *testing.T) {
	assert.GreaterOrEqual(t, tree.Len(), 200)
	var b strings.Builder
	for n := range tree.Nodes() {
		fmt.Fprintf(&b, "%s | %v | %s", n.Path(), n.Kind(), printChoices(n))
		if n.Explicit() {
			b.WriteString(" | explicit")
		}
		if m := n.Marks(); m != 0 {
			b.WriteString(" | " + m.String())
		}
		b.WriteString("\n")
	}
	golden(t, "tree.txt", b.String())
}

// printChoices prints what can be set by most types, then who differs.
func printChoices(n roles.Node) string {
	most := fmt.Sprint(n.Choices("any"))
	others := map[string][]string{}
	for typ := range model.Types() {
		if c := fmt.Sprint(n.Choices(typ.Name)); c != most {
			others[c] = append(others[c], typ.Name)
		}
	}
	for c, names := range others {
		most += fmt.Sprintf(", %s %s", strings.Join(names, " and "), c)
	}
	return most
}

func TestTreeHasThePathsThatHostsUse(t *testing.T) {
	for _, path := range []string{
		"my-company/company-info", "user", "role", "acl", "entity", "role/grant-beyond", "mask/personal",
		"product", "tariff", "destination", "currency", "node", "call-handling", "trace-call", "bundle", "subscription",
		"service", "routing", "taxation", "log", "report/xdrs/download", "customer-class", "call-barring-class", "did-number", "voucher",
		"reseller", "distributor", "representative", "vendor", "account", "cc-staff",
		"customer/personal", "customer/address/bcc", "customer/billing/invoices", "customer/billing/payments/pay",
		"customer/pbx/extensions", "customer/individuals", "customer/allowed-roles", "customer/credit-limit", "customer/sign-in-as",
		"customer/calls/activity/current/whisper", "customer/calls/recordings/download", "customer/calls/recordings/delete",
		"customer/pbx/wallboard/add-widget", "customer/pbx/devices/lines/edit-port", "customer/supervisor",
		"account/services/follow-me", "account/billing/top-up", "account/billing/xdrs/download",
	} {
		_, err := tree.Node(path)
		assert.NoError(t, err)
	}
}

func TestTitlesAreForPeople(t *testing.T) {
	for n := range tree.Nodes() {
		first := n.Title()[0]
		assert.True(t, 'A' <= first && first <= 'Z' || strings.HasPrefix(n.Title(), "xDR"), "%s: title %q", n, n.Title())
		var siblings []string
		for c := range n.Children() {
			assert.NotContains(t, siblings, c.Title(), "below %s", n)
			siblings = append(siblings, c.Title())
		}
	}
}

// A node that can be set to more than its parent could never inherit that.
func TestChoicesShrinkTowardsTheLeaves(t *testing.T) {
	for typ := range model.Types() {
		for n := range tree.Nodes() {
			up, ok := n.Parent()
			if !ok || n.Explicit() {
				continue
			}
			assert.True(t, most(up, typ.Name).Contains(most(n, typ.Name)), "%s: %s can hold %v, its parent %v",
				typ.Name, n, most(n, typ.Name), most(up, typ.Name))
		}
	}
}

func most(n roles.Node, typeName string) roles.Permission {
	c := n.Choices(typeName)
	return c[len(c)-1]
}

func TestMarks(t *testing.T) {
	guards := billing.Guards()
	for n := range tree.Nodes() {
		root, _, _ := strings.Cut(n.Path(), "/")
		moved := root == "customer" || root == "product"
		assert.Equal(t, moved, n.Marks()&roles.Moved != 0, "%s: moved", n)
		assert.Zero(t, n.Marks()&roles.SecondFactor, "%s: second factor", n)
		switch n.Name() {
		case "individuals", "credentials", "grants", "standing-link", "payment-methods", "sign-in-as", "grant-beyond", "security":
			assert.NotZero(t, n.Marks()&roles.OwnHands, "%s: own hands", n)
		}
		switch n.Name() {
		case "sign-in-as", "grant-beyond":
			assert.True(t, n.Explicit(), "%s: explicit", n)
		}
	}
	for kind, g := range guards.Kinds {
		for _, path := range []string{g.Individuals, g.Credentials, g.Grants, g.SignInAs} {
			assert.NotZero(t, tree.MustNode(path).Marks()&roles.OwnHands, "%s: %s: own hands", kind, path)
		}
	}
	assert.True(t, tree.MustNode("mask/personal").Explicit())
}

func TestAllowedRolesCanOnlyBeReadByThoseTheyAreFor(t *testing.T) {
	for kind, g := range billing.Guards().Kinds {
		n := tree.MustNode(g.AllowedRoles)
		for typ := range model.Types() {
			want := roles.Read
			if typ.Name == billing.TypeAdmin || typ.Name == billing.TypeReseller {
				want = roles.Modify
			}
			assert.Equal(t, want, most(n, typ.Name), "%s: %s", kind, typ.Name)
			if typ.OwnerKind == kind && typ.Name != billing.TypeAdmin {
				assert.True(t, roles.Read.Contains(model.Ceiling(typ.Name, n, roles.Own)), "%s: %s", kind, typ.Name)
			}
		}
	}
}

func TestGuards(t *testing.T) {
	guards := billing.Guards()
	require.NoError(t, guards.Validate(tree))
	// Nothing is left to "no entry: denied".
	assert.NotEmpty(t, guards.Roles)
	assert.NotEmpty(t, guards.ACLs)
	assert.NotEmpty(t, guards.Entities)
	assert.NotEmpty(t, guards.GrantBeyond)
	for typ := range model.Types() {
		g, ok := guards.Kinds[typ.OwnerKind]
		require.True(t, ok, "%s belongs to a %s", typ.Name, typ.OwnerKind)
		for _, path := range []string{g.Individuals, g.Credentials, g.AllowedRoles, g.Grants, g.Audit, g.SignInAs} {
			assert.NotEmpty(t, path, typ.OwnerKind)
		}
	}
	// Whoever guards people can be let create and delete them.
	for kind, g := range guards.Kinds {
		assert.Equal(t, roles.Modify, most(tree.MustNode(g.Individuals), billing.TypeAdmin), kind)
	}
	guards.Kinds["planted"] = roles.KindGuards{Individuals: "customer/individual"}
	assert.ErrorContains(t, guards.Validate(tree), `did you mean "customer/individuals"`)
	assert.NotContains(t, billing.Guards().Kinds, "planted")
}

func TestWhatIsReturnedIsTheCallersToChange(t *testing.T) {
	spec := billing.Spec()
	billing.Find(spec, "customer/billing").Name = "changed"
	assert.NotNil(t, billing.Find(billing.Spec(), "customer/billing"))

	types := billing.Types()
	types[1].Ceiling.At["customer"] = roles.Restrict
	types[1].Below.At["customer"] = roles.Restrict
	assert.Equal(t, roles.Modify, billing.Types()[1].Ceiling.At["customer"])
	assert.Equal(t, roles.Modify, billing.Types()[1].Below.At["customer"])

	billing.DefaultRoles()[0].Permissions["customer"] = roles.Setting{}
	assert.Equal(t, roles.Modify, billing.DefaultRoles()[0].Permissions["customer"].Permission)

	assert.Same(t, billing.Tree(), billing.Model().Tree())
}

func TestFind(t *testing.T) {
	spec := billing.Spec()
	assert.Equal(t, "Customers", billing.Find(spec, "customer").Title)
	assert.Equal(t, "BCC", billing.Find(spec, "customer/address/bcc").Title)
	for _, path := range []string{"", "nothing", "customer/nothing", "customer/", "/customer", "customer/address/bcc/deeper"} {
		assert.Nil(t, billing.Find(spec, path), path)
	}
	for n := range tree.Nodes() {
		require.NotNil(t, billing.Find(spec, n.Path()), n.Path())
	}
	assert.True(t, slices.ContainsFunc(spec, func(n roles.NodeSpec) bool { return n.Name == "customer" }))
}
