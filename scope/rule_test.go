package scope_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/scope"
)

// The scope rules of the role types of section 2 of the design.
var (
	itselfAndBelow = scope.Rule{Below: true} // admin, reseller, customer, cc_staff
	distributor    = scope.Rule{Below: true, Link: "distributor", LinkedBelow: true}
	representative = scope.Rule{Link: "representative"}
	itself         = scope.Rule{} // vendor, account
	supervisor     = scope.Rule{Listed: true, Link: "group"}
)

// reached asks the rule about every entity of the forest.
func reached(t *testing.T, f forest, r scope.Rule, organization string, listed []string) []string {
	t.Helper()
	out := []string{}
	for _, id := range slices.Sorted(maps.Keys(f)) {
		ok, err := scope.Check(f.lookup, r, organization, listed, id)
		require.NoError(t, err)
		if ok {
			out = append(out, id)
		}
	}
	return out
}

func TestRules(t *testing.T) {
	t.Parallel()
	ofAcme := []string{"acme", "acme-1", "acme-2", "acme-3", "sales", "support"}
	ofNorth := append([]string{"hooli", "hooli-1", "north", "north-sub"}, ofAcme...)
	ofISP := append([]string{"carrier", "dealer", "dealer-sub", "desk", "east", "globex", "globex-1", "isp", "rita"}, ofNorth...)
	for _, c := range []struct {
		who          string
		rule         scope.Rule
		organization string
		listed       []string
		want         []string
	}{
		{"an administrator reaches the whole tree of its provider", itselfAndBelow, "isp", nil, ofISP},
		{"and nothing of another provider", itselfAndBelow, "telco", nil, []string{"initech", "initech-1", "telco"}},
		{"a reseller, and staff of its call center", itselfAndBelow, "north", nil, ofNorth},
		{"a subreseller", itselfAndBelow, "north-sub", nil, []string{"hooli", "hooli-1", "north-sub"}},
		{"a reseller that others link to by nothing", itselfAndBelow, "east", nil, []string{"desk", "east", "globex", "globex-1"}},
		{"a customer", itselfAndBelow, "acme", nil, ofAcme},
		{"a distributor: itself, its subdistributors, what links to them and below", distributor, "dealer", nil,
			append([]string{"dealer", "dealer-sub", "globex-1", "hooli", "hooli-1"}, ofAcme...)},
		{"a subdistributor", distributor, "dealer-sub", nil, []string{"dealer-sub", "hooli", "hooli-1"}},
		{"a representative: itself and what links to it, not below", representative, "rita", nil, []string{"acme", "east", "rita"}},
		{"a link by another name is nothing to it", representative, "dealer", nil, []string{"dealer"}},
		{"a vendor", itself, "carrier", nil, []string{"carrier"}},
		{"an account", itself, "acme-1", nil, []string{"acme-1"}},

		{"a supervisor of one group", supervisor, "acme", []string{"support"}, []string{"acme-1", "acme-2", "support"}},
		{"of two groups", supervisor, "acme", []string{"sales", "support"}, []string{"acme-1", "acme-2", "sales", "support"}},
		{"of none", supervisor, "acme", nil, nil},
		{"of an empty list", supervisor, "acme", []string{}, nil},
		{"of another customer's group", supervisor, "acme", []string{"desk"}, nil},
		{"of an unknown group", supervisor, "acme", []string{"", "nobody"}, nil},
		{"of what lies above the organization", supervisor, "acme", []string{"isp", "north"}, nil},
		{"of the customer itself, whose accounts link to its groups only", supervisor, "acme", []string{"acme"}, []string{"acme"}},
		{"of a group, employed by the account", supervisor, "acme-1", []string{"support"}, nil},
		{"with a rule that goes below, from what lies above", scope.Rule{Listed: true, Below: true}, "acme", []string{"north", "isp"}, nil},
		{"with a rule that goes below, from the organization", scope.Rule{Listed: true, Below: true}, "acme", []string{"acme"}, ofAcme},
		{"with a rule that follows links from what lies below, from what lies above", scope.Rule{Listed: true, Below: true, Link: "group"}, "acme", []string{"north"}, nil},

		{"narrowed to a customer", itselfAndBelow, "north", []string{"acme"}, ofAcme},
		{"narrowed to two accounts", itselfAndBelow, "north", []string{"hooli-1", "acme-3"}, []string{"acme-3", "hooli-1"}},
		{"narrowed to itself", itselfAndBelow, "north", []string{"north"}, ofNorth},
		{"narrowed to what lies outside", itselfAndBelow, "north", []string{"globex"}, nil},
		{"narrowed to what lies above", itselfAndBelow, "north", []string{"isp"}, nil},
		{"narrowed to what lies outside and inside", itselfAndBelow, "north", []string{"globex", "acme", "telco"}, ofAcme},
		{"narrowed to nothing that exists", itselfAndBelow, "north", []string{"nobody", ""}, nil},
		{"a distributor narrowed to a customer", distributor, "dealer", []string{"hooli"}, []string{"hooli", "hooli-1"}},
		{"narrowed to an account below a customer that links", distributor, "dealer", []string{"acme-1"}, []string{"acme-1"}},
		{"narrowed to its subdistributor: what links there is not below it", distributor, "dealer", []string{"dealer-sub"}, []string{"dealer-sub"}},
		{"narrowed to the reseller above its customers, which is not in scope", distributor, "dealer", []string{"north"}, nil},
		{"narrowed to the owner of an account that links, which is not in scope", distributor, "dealer", []string{"globex"}, nil},
		{"a representative narrowed to a customer", representative, "rita", []string{"acme"}, []string{"acme"}},
		{"narrowed to a reseller reaches no customer of it", representative, "rita", []string{"east"}, []string{"east"}},
		{"an account narrowed to its customer", itself, "acme-1", []string{"acme"}, nil},

		{"no organization", itselfAndBelow, "", nil, nil},
		{"no organization, listed", supervisor, "", []string{"support"}, nil},
		{"an unknown organization", itselfAndBelow, "nobody", nil, nil},
		{"another letter case", itselfAndBelow, "ISP", nil, nil},
		{"a prefix", itselfAndBelow, "acm", nil, nil},
	} {
		t.Run(c.who, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, c.rule.Validate())
			assert.ElementsMatch(t, c.want, reached(t, world(), c.rule, c.organization, c.listed))
		})
	}
}

// TestLinksNeverWidenTheBound plants the links that an attacker would: into
// other organizations, upwards, and in a ring.
func TestLinksNeverWidenTheBound(t *testing.T) {
	t.Parallel()
	f := world()
	f["acme-3"] = entity("acme-3", "account", "acme", link("group", "desk"))
	f["globex-1"] = entity("globex-1", "account", "globex", link("group", "support"))
	assert.ElementsMatch(t, []string{"desk"}, reached(t, f, supervisor, "globex", []string{"desk"}),
		"a member of the group that belongs to another customer")
	assert.ElementsMatch(t, []string{"acme-1", "acme-2", "support"}, reached(t, f, supervisor, "acme", []string{"support", "desk"}))

	// What a customer links to does not become the customer's.
	f["acme"] = entity("acme", "customer", "north", link("group", "globex"), link("distributor", "isp"))
	assert.NotContains(t, reached(t, f, itselfAndBelow, "acme", nil), "globex")
	assert.NotContains(t, reached(t, f, supervisor, "acme", []string{"globex"}), "globex")

	// Links do not add up: who links to one that links to the dealer is not the dealer's.
	f = world()
	f["carrier"] = entity("carrier", "vendor", "isp", link("distributor", "hooli"))
	assert.NotContains(t, reached(t, f, distributor, "dealer", nil), "carrier")

	// A link without a name, as only damaged data has it, is no link.
	f = world()
	f["globex"] = entity("globex", "customer", "east", link("", "acme"))
	assert.ElementsMatch(t, []string{"acme"}, reached(t, f, itself, "acme", nil))

	// A ring of links ends.
	f["dealer"] = entity("dealer", "distributor", "isp", link("distributor", "rita"))
	f["rita"] = entity("rita", "representative", "isp", link("distributor", "dealer"))
	assert.ElementsMatch(t, []string{"carrier"}, reached(t, f, itself, "carrier", nil))
	assert.Contains(t, reached(t, f, distributor, "dealer", nil), "rita")
	assert.Contains(t, reached(t, f, distributor, "rita", nil), "dealer-sub", "below what links")
}

func TestRuleValidate(t *testing.T) {
	t.Parallel()
	for _, r := range []scope.Rule{itself, itselfAndBelow, distributor, representative, supervisor, {Listed: true}} {
		assert.NoError(t, r.Validate())
	}
	assert.EqualError(t, scope.Rule{LinkedBelow: true}.Validate(), `scope: rule: LinkedBelow without Link; name the link`)
	assert.EqualError(t, scope.Rule{Link: "Group"}.Validate(),
		`scope: rule: link name "Group": want lower-case letters, digits, '-' and '_' only`)

	// Whatever a rule that is not valid reaches, it is not more.
	assert.ElementsMatch(t, []string{"dealer", "dealer-sub"}, reached(t, world(), scope.Rule{Below: true, LinkedBelow: true}, "dealer", nil))
}

func TestReachesAllocatesNothing(t *testing.T) {
	f := world()
	l, err := scope.Resolve(f.lookup, "acme-2")
	require.NoError(t, err)
	listed := []string{"nobody", "support", "acme"}
	for _, c := range []struct {
		rule         scope.Rule
		organization string
		listed       []string
		want         bool
	}{
		{itselfAndBelow, "isp", nil, true},
		{itselfAndBelow, "isp", listed, true},
		{distributor, "dealer", nil, true},
		{distributor, "dealer-sub", nil, false},
		{supervisor, "acme", listed, true},
	} {
		var got bool
		assert.Zero(t, testing.AllocsPerRun(100, func() { got = c.rule.Reaches(c.organization, c.listed, &l) }))
		assert.Equal(t, c.want, got)
	}
}
