package billing_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/roles"
	rolesbilling "github.com/durward-go/durward/roles/billing"
)

var updateGolden = flag.Bool("update", false, "write the golden files of testdata")

func plan(t *testing.T, holders ...acl.Holder) *acl.Plan {
	t.Helper()
	p, err := acl.PlanMigration(system, acl.Existing{
		Levels: billing.Levels(), Roles: rolesbilling.DefaultRoles(), Matching: billing.Matching(), Holders: holders,
	}, nil)
	require.NoError(t, err)
	return p
}

// Each default level permits what its role does, but for what the older system
// cannot see.
func TestDefaultLevelsEqualTheirRoles(t *testing.T) {
	p := plan(t)
	assert.Empty(t, p.Problems)
	require.Len(t, p.Outcomes, len(billing.Matching()))
	for _, o := range p.Outcomes {
		assert.Equal(t, acl.AssignMatching, o.Rule, o.Level)
		assert.Equal(t, billing.Matching()[o.Level], o.Role.ID)
		assert.Empty(t, o.Beyond, "%s: permits what no node shows", o.Level)
		for _, d := range o.Proof.Differences {
			assert.True(t, unmapped(d.Node), "%s: %s %v: the level permits %v, the role %v", o.Level, d.Node, d.Reach, d.A, d.B)
			assert.Equal(t, roles.Restrict, d.A, "%s: %s", o.Level, d.Node)
		}
	}

	path := filepath.Join("testdata", "migration.txt")
	if *updateGolden {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(p.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test -update and review the difference")
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(p.String(), "\n")); diff != "" {
		t.Errorf("%s differs (-want +got); review it, then run go test -update:\n%s", path, diff)
	}
}

func TestHoldersOfDefaultLevelsGetTheMatchingRole(t *testing.T) {
	var holders []acl.Holder
	for id := range billing.Matching() {
		level, err := billing.Lookup(id)
		require.NoError(t, err)
		typ, err := system.Type(level.Type)
		require.NoError(t, err)
		holders = append(holders, acl.Holder{Individual: "holder of " + id, Organization: "organization", Type: typ.RoleType, Level: id})
	}
	got := map[string]string{}
	for _, a := range plan(t, holders...).Assignments() {
		assert.Equal(t, "holder of "+a.Level, a.Individual)
		got[a.Level] = a.Role
	}
	assert.Equal(t, billing.Matching(), got)
}
