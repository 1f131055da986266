package billing_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/scope"
)

func compile(t *testing.T, id string) *acl.Compiled {
	t.Helper()
	level, err := billing.Lookup(id)
	require.NoError(t, err)
	compiled, err := system.Compile(level, billing.Lookup)
	require.NoError(t, err)
	return compiled
}

func TestLevelsCompile(t *testing.T) {
	used, types := map[string]bool{}, map[string]bool{}
	var names []string
	for _, level := range billing.Levels() {
		compiled := compile(t, level.ID)
		typ, err := system.Type(level.Type)
		require.NoError(t, err)
		assert.True(t, level.System, level.ID)
		assert.NotContains(t, names, level.Type+" "+level.Name, "%s: a menu would show two alike", level.ID)
		names = append(names, level.Type+" "+level.Name)
		for _, c := range level.Components {
			used[c] = true
		}
		types[level.Type] = true
		assert.Equal(t, strings.HasPrefix(level.ID, "component-"), typ.Component(), level.ID)
		if typ.Component() {
			assert.ErrorIs(t, compiled.Assignable(), acl.ErrNotAssignable)
			continue
		}
		assert.Empty(t, level.Permissions, "%s: built of components alone", level.ID)
		assert.Contains(t, billing.Matching(), level.ID)
	}
	for typ := range system.Types() {
		assert.True(t, types[typ.Name], "no default level of type %s", typ.Name)
	}
	for _, level := range billing.Levels() {
		if typ, err := system.Type(level.Type); assert.NoError(t, err) && typ.Component() {
			assert.True(t, used[level.ID], "%s: no level includes it", level.ID)
		}
	}
}

// A name that no node needs is a misspelt one.
func TestEveryPermissionStandsForANode(t *testing.T) {
	needed := map[string]bool{}
	for _, m := range billing.Mapping() {
		for _, need := range m.Needs {
			object, _, _ := strings.Cut(need, ".")
			needed[need], needed[object+"."+acl.AnyAttribute] = true, true
		}
	}
	for _, level := range billing.Levels() {
		for _, p := range level.Permissions {
			assert.True(t, needed[p.Object+"."+p.Attribute], "%s: %v", level.ID, p)
		}
	}
}

// The older question knows no ceilings, so that the levels themselves must not
// permit what their holders can never do.
func TestLevelsHoldNoMoreThanTheirWork(t *testing.T) {
	for _, c := range []struct {
		level, object, attribute string
		allowed, refused         acl.Operations
	}{
		{billing.LevelCustomer, "Customers", "credit_limit", acl.Permit(acl.Select), acl.Permit(acl.Insert, acl.Update, acl.Delete)},
		{billing.LevelCustomer, "Customers", "firstname", acl.AllOperations, 0},
		{billing.LevelCustomer, "Customers", "i_customer", acl.Permit(acl.Select, acl.Update), acl.Permit(acl.Insert, acl.Delete)},
		{billing.LevelCustomer, "Customers", acl.AnyAttribute, 0, acl.AllOperations},
		{billing.LevelCustomer, "Payment_Operations", "pay", acl.Permit(acl.Insert), acl.Permit(acl.Delete)},
		{billing.LevelCustomer, "Payment_Operations", "refund", 0, acl.AllOperations},
		{billing.LevelCustomer, "Invoices", acl.AnyAttribute, acl.Permit(acl.Select), acl.Permit(acl.Insert, acl.Update, acl.Delete)},
		{billing.LevelAccount, "Account_xDRs", acl.AnyAttribute, acl.Permit(acl.Select), acl.Permit(acl.Delete)},
		{billing.LevelAccount, "Invoices", acl.AnyAttribute, 0, acl.AllOperations},
		{billing.LevelDistributor, "Customers", "i_customer", acl.Permit(acl.Select, acl.Insert), acl.Permit(acl.Update, acl.Delete)},
		{billing.LevelDistributor, "Customers", "email", acl.Permit(acl.Update), 0},
		{billing.LevelDistributor, "Vouchers", acl.AnyAttribute, acl.Permit(acl.Insert), acl.Permit(acl.Update, acl.Delete)},
		{billing.LevelDistributor, "Customer_Individuals", "login", 0, acl.AllOperations},
		{billing.LevelRepresentative, "Customers", "email", acl.Permit(acl.Select), acl.Permit(acl.Update)},
		{billing.LevelRepresentative, "Invoices", acl.AnyAttribute, 0, acl.AllOperations},
		{billing.LevelCCStaff, "Recordings", acl.AnyAttribute, 0, acl.AllOperations},
		{billing.LevelCCStaff, "Customers", "credit_limit", acl.Permit(acl.Select), acl.Permit(acl.Update)},
		{billing.LevelCCStaff, "Customers", "temp_credit_limit", acl.Permit(acl.Update), acl.Permit(acl.Delete)},
		{billing.LevelHelpdesk, "Call_Traces", acl.AnyAttribute, acl.Permit(acl.Select), acl.Permit(acl.Delete)},
		{billing.LevelHelpdesk, "Customers", "credit_limit", acl.Permit(acl.Select), acl.Permit(acl.Update)},
		{billing.LevelHelpdesk, "Users", "i_user", 0, acl.AllOperations},
		{billing.LevelAdmin, "Users", "i_user", acl.Permit(acl.Update), acl.Permit(acl.Insert)},
		{billing.LevelAdmin, "Nodes", acl.AnyAttribute, acl.Permit(acl.Select), acl.Permit(acl.Update)},
		{billing.LevelRoot, "Users", "i_user", acl.AllOperations, 0},
		{billing.LevelReseller, "Customer_Operations", "sign-in-as", acl.Permit(acl.Insert), 0},
		{billing.LevelReseller, "Reseller_Operations", "sign-in-as", 0, acl.AllOperations},
		{billing.LevelVendor, "Vendor_xDRs", acl.AnyAttribute, acl.Permit(acl.Select), acl.Permit(acl.Delete)},
	} {
		compiled := compile(t, c.level)
		for _, o := range []acl.Operation{acl.Select, acl.Insert, acl.Update, acl.Delete} {
			got := compiled.Allows(o, c.object, c.attribute)
			assert.True(t, got || !c.allowed.Has(o), "%s: %v %s.%s", c.level, o, c.object, c.attribute)
			assert.False(t, got && c.refused.Has(o), "%s: %v %s.%s", c.level, o, c.object, c.attribute)
		}
	}
}

func TestLevelsAreHiddenFromResellersUntilMadeVisible(t *testing.T) {
	world := map[string]scope.Entity{
		"provider": {ID: "provider", Kind: "provider"},
		"reseller": {ID: "reseller", Kind: "reseller", Parent: "provider"},
		"direct":   {ID: "direct", Kind: "customer", Parent: "provider"},
		"indirect": {ID: "indirect", Kind: "customer", Parent: "reseller"},
	}
	lookup := func(id string) (scope.Entity, error) { return world[id], nil }
	usable := func(level acl.Level, organization string) error {
		l, err := scope.Resolve(lookup, organization)
		require.NoError(t, err)
		return system.Usable(level, &l)
	}
	customer := func(levels []acl.Level) acl.Level {
		for _, l := range levels {
			if l.ID == billing.LevelCustomer {
				return l
			}
		}
		return acl.Level{}
	}
	hidden, toAll, toOne := customer(billing.Levels()), customer(billing.Levels("provider")), customer(billing.Levels("reseller"))
	assert.NoError(t, usable(hidden, "direct"))
	assert.ErrorIs(t, usable(hidden, "indirect"), acl.ErrNotUsable)
	assert.NoError(t, usable(toAll, "indirect"))
	assert.NoError(t, usable(toOne, "indirect"))
	for _, l := range billing.Levels("provider") {
		_, err := system.Compile(l, billing.Lookup)
		assert.NoError(t, err, "VisibleTo only where the type is hidden")
	}
}

func TestLookup(t *testing.T) {
	_, err := billing.Lookup("nobody")
	assert.ErrorIs(t, err, acl.ErrUnknown)
	assert.ErrorContains(t, err, `"nobody"`)

	level, err := billing.Lookup(billing.LevelRoot)
	require.NoError(t, err)
	level.Components[0] = "changed"
	again, err := billing.Lookup(billing.LevelRoot)
	require.NoError(t, err)
	assert.NotEqual(t, level.Components, again.Components)
}
