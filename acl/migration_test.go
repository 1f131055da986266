package acl_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

func system(l acl.Level) acl.Level {
	l.System = true
	return l
}

// upgrade is an installation with a level for each rule.
func upgrade() acl.Existing {
	hidden := level("pbx", "customer", "select+insert+update+delete Customers.*any*", "select Trunks.*any*")
	hidden.Owner, hidden.VisibleTo, hidden.Description = "p", []string{"r1", "r2"}, "PBX only"
	return acl.Existing{
		Levels: []acl.Level{
			system(level("root", "user", "select+insert+update+delete Customers.*any*")),
			system(including(level("reseller", "reseller"), "base")),
			level("sales", "user", "select+update Customers.*any*", "select Accounts.*any*"),
			hidden,
			level("phone", "account", "select Accounts.*any*"),
			level("base", "component", "select Customers.*any*"),
		},
		Roles: []roles.Role{
			roles.NewRole("root", "Root", "admin", map[string]roles.Permission{"customer": roles.Modify, "report": roles.Read, "customer/billing": roles.Restrict}),
			roles.NewRole("reseller", "Reseller", "reseller", map[string]roles.Permission{"customer": roles.Read, "customer/billing": roles.Restrict}),
		},
		Matching: map[string]string{"root": "root", "reseller": "reseller"},
		Holders: []acl.Holder{
			{Individual: "alice", Organization: "p", Type: "admin", Level: "root"},
			{Individual: "bob", Organization: "p", Type: "admin", Level: "sales"},
			{Individual: "carol", Organization: "p", Type: "admin", Level: "sales", Role: "acl-sales"},
			{Individual: "dan", Organization: "p", Type: "admin", Level: "sales", Role: "root"},
			{Individual: "eve", Organization: "c1", Type: "customer", Level: "pbx"},
			{Individual: "eve", Organization: "c2", Type: "customer", Level: "pbx"},
			{Individual: "fay", Organization: "a1", Type: "account", Level: "phone"},
			{Individual: "gus", Organization: "r1", Type: "reseller", Level: "reseller"},
		},
	}
}

func outcomes(p *acl.Plan) map[string]acl.Outcome {
	byLevel := make(map[string]acl.Outcome)
	for _, o := range p.Outcomes {
		byLevel[o.Level] = o
	}
	return byLevel
}

func TestPlanMigrationRules(t *testing.T) {
	plan, err := acl.PlanMigration(testSystem(), upgrade(), nil)
	require.NoError(t, err)
	assert.Empty(t, plan.Problems)
	of := outcomes(plan)
	assert.Len(t, of, 5, "nothing becomes of a component")

	root := of["root"]
	assert.Equal(t, acl.AssignMatching, root.Rule)
	assert.True(t, root.Exists)
	assert.Equal(t, []acl.Assignment{{Individual: "alice", Organization: "p", Role: "root", Level: "root"}}, root.Assign)
	assert.True(t, root.Proof.Gains())
	assert.True(t, of["reseller"].Proof.Equal(), "%v", of["reseller"].Proof.Differences)
	assert.False(t, of["reseller"].Proof.Gains())

	sales := of["sales"]
	assert.Equal(t, acl.OfferCustom, sales.Rule)
	assert.Empty(t, sales.Assign)
	assert.Equal(t, []acl.Assignment{{Individual: "bob", Organization: "p", Role: "acl-sales", Level: "sales"}}, sales.Offer)
	assert.Equal(t, "carol", sales.Done[0].Individual)
	assert.Equal(t, "dan", sales.Kept[0].Individual)
	assert.Equal(t, roles.NewRole("acl-sales", "sales", "admin", map[string]roles.Permission{
		"customer": roles.Read, "customer/billing": roles.Restrict, "account/info": roles.Read,
	}), sales.Role, "the fewest settings")

	pbx := of["pbx"]
	assert.Equal(t, acl.AssignCustom, pbx.Rule)
	assert.Equal(t, []acl.Assignment{{Individual: "eve", Organization: "c1", Role: "acl-pbx", Level: "pbx"},
		{Individual: "eve", Organization: "c2", Role: "acl-pbx", Level: "pbx"}}, pbx.Assign)
	assert.Equal(t, "p", pbx.Role.Owner)
	assert.Equal(t, "PBX only", pbx.Role.Description)
	assert.Equal(t, acl.MustPermissions("select Trunks.*any*"), pbx.Beyond)
	assert.Equal(t, []string{"reseller"}, pbx.HiddenFrom)
	assert.Equal(t, []string{"r1", "r2"}, pbx.VisibleTo)
	assert.True(t, pbx.Proof.Equal())
	assert.Equal(t, acl.AssignCustom, of["phone"].Rule)

	assert.Len(t, plan.Roles(), 3)
	assert.Len(t, plan.Assignments(), 5)
	assert.Len(t, plan.Offers(), 1)
}

func TestPlanReport(t *testing.T) {
	existing := upgrade()
	existing.Holders = append(existing.Holders, acl.Holder{Individual: "hal", Organization: "p", Type: "admin", Level: "base"})
	plan, err := acl.PlanMigration(testSystem(), existing, nil)
	require.NoError(t, err)
	assert.Equal(t, strings.TrimPrefix(`
levels: 5; roles to make: 3; to assign at once: 5; for an administrator to assign: 1; problems: 1
level "pbx" (customer): new role "acl-pbx"; assigned at once: 2; equal at all 15 nodes
  at no node: select Trunks.*any*
  hidden from every reseller but "r1", "r2"; a role has no such list: let allowed roles say the same
level "phone" (account): new role "acl-phone"; assigned at once: 1; equal at all 15 nodes
  hidden from every reseller; a role has no such list: let allowed roles say the same
level "reseller" (reseller): matching role "reseller"; assigned at once: 1; equal at all 15 nodes
level "root" (user): matching role "root"; assigned at once: 1; different at 1 of 15 nodes
  report: the level permits Restrict, the role Read; holders gain Read
level "sales" (user): new role "acl-sales"; for an administrator to assign: 1; have it: 1; keep another role: 1; different at 5 of 15 nodes
  customer: the level permits view+update, the role Read
  customer/address: the level permits view+update, the role Read
  customer/address/bcc: the level permits view+update, the role Read
  customer/address/city: the level permits view+update, the role Read
  customer/credit-limit: the level permits view+update, the role Read
problem: acl: holder "hal" of "p": acl: level not assignable: level "base" is a component, which only other levels include; include it in a level and assign that
`, "\n"), plan.String())
}

// A reach at which the ceilings differ is named.
func TestPlanReportNamesTheReach(t *testing.T) {
	plan, err := acl.PlanMigration(testSystem(), acl.Existing{Levels: []acl.Level{level("x", "reseller", "select+update Customers.*any*")}}, nil)
	require.NoError(t, err)
	assert.Contains(t, plan.String(), "  customer/credit-limit (below): the level permits view+update, the role Read\n")
	assert.NotContains(t, plan.String(), "customer/credit-limit (own)")
	assert.Contains(t, plan.String(), "different at 5 of 15 nodes")
}

func TestPlanMigrationProblems(t *testing.T) {
	damaged := including(level("damaged", "customer"), "gone")
	existing := acl.Existing{
		Levels: []acl.Level{
			system(level("alone", "user")), system(level("astray", "user")), system(level("mistyped", "user")),
			system(level("stale", "user")), damaged, level("sales", "user"), level("taken", "account"),
			level("grown", "customer", "select Customers.bcc"), level("part", "component"), level("untyped", "vendor"), including(level("loop", "component"), "loop"),
		},
		Roles: []roles.Role{
			roles.NewRole("customer", "Customer", "customer", nil),
			roles.NewRole("stale", "Stale", "admin", map[string]roles.Permission{"customer/gone-by-now-entirely": roles.Read}),
			roles.NewRole("acl-taken", "Taken", "admin", nil),
			roles.NewRole("acl-grown", "Grown", "customer", map[string]roles.Permission{"customer/address": roles.Read}),
		},
		Matching: map[string]string{"astray": "nowhere", "mistyped": "customer", "stale": "stale", "sales": "customer", "unheard": "customer"},
		Holders: []acl.Holder{
			{Individual: "a", Organization: "c", Type: "customer", Level: "part"},
			{Individual: "b", Organization: "c", Type: "customer", Level: "unheard"},
			{Individual: "d", Organization: "c", Type: "customer", Level: "sales"},
			{Individual: "e", Organization: "c", Type: "customer", Level: "damaged"},
			{Individual: "f", Organization: "c", Type: "customer", Level: ""},
			{Individual: "", Organization: "c", Type: "customer", Level: "grown"},
			{Individual: "g", Organization: "", Type: "customer", Level: "grown"},
			{Individual: "h", Organization: "c", Type: "customer", Level: "grown"},
			{Individual: "i", Organization: "c", Type: "vendor", Level: "untyped"},
		},
	}
	plan, err := acl.PlanMigration(testSystem(), existing, nil)
	require.NoError(t, err)
	_, staleErr := testModel(false).Compile(existing.Roles[1])
	_, typeErr := testSystem().Type("vendor")
	idErr := scope.CheckID("")
	var got []string
	for _, p := range plan.Problems {
		got = append(got, p.Error())
	}
	assert.Equal(t, []string{
		`acl: level "alone": a system default without a matching role; name one in Existing.Matching`,
		`acl: level "astray": its matching role "nowhere" does not exist; make that role first`,
		`acl: level "damaged": component "gone": acl: unknown level "gone"`,
		`acl: level "grown": role "acl-grown" is there already and permits more than the level; an administrator must assign it`,
		`acl: cycle: level "loop": "loop" -> "loop"`,
		`acl: level "mistyped": role "customer" is of type "customer", and the level's holders are of type "admin"`,
		`acl: level "stale": its role: ` + staleErr.Error(),
		`acl: level "taken": role "acl-taken" is of type "admin", and the level's holders are of type "account"`,
		`acl: level "untyped": ` + typeErr.Error(),
		`acl: level "sales": it is no system default, and only those have a matching role; take it out of Existing.Matching`,
		`acl: unknown level "unheard": Existing.Matching names it`,
		`acl: holder "g" of "": ` + idErr.Error(),
		`acl: holder "" of "c": ` + idErr.Error(),
		`acl: holder "a" of "c": acl: level not assignable: level "part" is a component, which only other levels include; include it in a level and assign that`,
		`acl: holder "b" of "c": acl: unknown level "unheard"`,
		`acl: holder "d" of "c": acl: the holder is of role type "customer", and levels of type "user" are for "admin"`,
		`acl: holder "e" of "c": acl: the level has a problem of its own; mend that first`,
		`acl: holder "f" of "c": acl: unknown level ""`,
		`acl: holder "i" of "c": ` + typeErr.Error(),
	}, got)
	assert.ErrorIs(t, plan.Problems[13], acl.ErrNotAssignable)
	assert.ErrorIs(t, plan.Problems[4], acl.ErrCycle)

	of := outcomes(plan)
	assert.Len(t, of, 2)
	assert.Equal(t, acl.OfferCustom, of["grown"].Rule, "an administrator looks at it first")
	assert.Equal(t, []acl.Assignment{{Individual: "h", Organization: "c", Role: "acl-grown", Level: "grown"}}, plan.Offers())
	assert.Empty(t, plan.Assignments())
	assert.Len(t, plan.Roles(), 1)
	assert.Equal(t, "acl-sales", plan.Roles()[0].ID)
}

func TestPlanMigrationRefuses(t *testing.T) {
	twice := []acl.Level{level("x", "user"), level("x", "user")}
	for want, c := range map[string]struct {
		existing acl.Existing
		opts     *acl.PlanOptions
	}{
		`acl: migration: level "x" is given twice`: {existing: acl.Existing{Levels: twice}},
		`acl: migration: role "x" is given twice`:  {existing: acl.Existing{Roles: []roles.Role{{ID: "x"}, {ID: "x"}}}},
		`acl: migration: holder "i" of "o" is given twice`: {existing: acl.Existing{Holders: []acl.Holder{
			{Individual: "i", Organization: "o", Level: "x"}, {Individual: "j", Organization: "o"}, {Individual: "i", Organization: "o", Level: "y"}}}},
		`acl: migration: levels "x" and "y" both have the role "same"; give each its own in PlanOptions.RoleID`: {
			existing: acl.Existing{Levels: []acl.Level{level("y", "user"), level("x", "account")}},
			opts:     &acl.PlanOptions{RoleID: func(acl.Level) string { return "same" }}},
	} {
		plan, err := acl.PlanMigration(testSystem(), c.existing, c.opts)
		assert.EqualError(t, err, want)
		assert.Nil(t, plan)
	}
	_, err := acl.PlanMigration(nil, acl.Existing{}, nil)
	assert.EqualError(t, err, "acl: migration: no system; build one with NewSystem")
}

func TestPlanOptionsNameTheRoles(t *testing.T) {
	plan, err := acl.PlanMigration(testSystem(), acl.Existing{Levels: []acl.Level{level("x", "user"), level(strings.Repeat("y", 128), "user")}}, nil)
	require.NoError(t, err)
	assert.Equal(t, "acl-x", plan.Roles()[0].ID)
	require.Len(t, plan.Problems, 1)
	assert.ErrorContains(t, plan.Problems[0], scope.CheckID("acl-"+strings.Repeat("y", 128)).Error(), "an ID that does not fit is a problem of one level")

	plan, err = acl.PlanMigration(testSystem(), acl.Existing{Levels: []acl.Level{level("x", "user")}}, &acl.PlanOptions{
		RoleID:   func(l acl.Level) string { return l.ID + "-2" },
		RoleName: func(l acl.Level) string { return l.Name + " (upgraded)" },
	})
	require.NoError(t, err)
	assert.Equal(t, "x-2", plan.Roles()[0].ID)
	assert.Equal(t, "x (upgraded)", plan.Roles()[0].Name)
}

// The plan shares nothing with what it was made from.
func TestPlanIsACopy(t *testing.T) {
	existing := upgrade()
	plan, err := acl.PlanMigration(testSystem(), existing, nil)
	require.NoError(t, err)
	before := plan.String()
	existing.Roles[0].Permissions["report"] = roles.Setting{}
	existing.Levels[3].VisibleTo[0], existing.Holders[0].Individual = "x", "x"
	plan.Roles()[0].Permissions["report"] = roles.Setting{}
	assert.Equal(t, before, plan.String())
	assert.Equal(t, roles.Read, outcomes(plan)["root"].Role.Permissions["report"].Permission)
	assert.NotContains(t, plan.Roles()[0].Permissions, "report")
}

func TestRuleString(t *testing.T) {
	assert.Equal(t, "assign matching, offer custom, assign custom, Rule(0)",
		strings.Join([]string{acl.AssignMatching.String(), acl.OfferCustom.String(), acl.AssignCustom.String(), acl.Rule(0).String()}, ", "))
}
