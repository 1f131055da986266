package access_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
)

// TestGovernTable is the table of the design's section 4, row by row.
func TestGovernTable(t *testing.T) {
	t.Parallel()
	var g individuals.Grant
	role := func(id string) {
		g = g.WithRole(id)
	}
	level := func(id string) {
		g = g.WithACL(id)
	}
	rows := []struct {
		revision         uint64
		write            func()
		last, perSurface [4]string // new interface, old interface, API moved, API other
	}{
		{10, func() { role("A") }, [4]string{"A", "A", "A", "A"}, [4]string{"A", "no_acl", "A", "no_acl"}},
		{12, func() { level("X") }, [4]string{"X", "X", "X", "X"}, [4]string{"A", "X", "A", "X"}},
		{15, func() { role("B") }, [4]string{"B", "B", "B", "B"}, [4]string{"B", "X", "B", "X"}},
		{16, func() { g = g.WithoutACL() }, [4]string{"B", "B", "B", "B"}, [4]string{"B", "no_acl", "B", "no_acl"}},
		{20, func() { role("B"); level("Y") }, [4]string{"B", "Y", "B", "Y"}, [4]string{"B", "Y", "B", "Y"}},
		{21, func() { g = g.WithoutRole() }, [4]string{"no_role", "Y", "no_role", "Y"}, [4]string{"no_role", "Y", "no_role", "Y"}},
		{25, func() { role("C") }, [4]string{"C", "C", "C", "C"}, [4]string{"C", "Y", "C", "Y"}},
		{26, func() { g = g.WithoutRole() }, [4]string{"no_grant", "no_grant", "no_grant", "no_grant"}, [4]string{"no_role", "Y", "no_role", "Y"}},
	}
	preferred := [4]access.Slot{access.RoleSlot, access.ACLSlot, access.RoleSlot, access.ACLSlot}
	show := func(v access.Governing) string {
		if v.Reason != access.Granted {
			return v.Reason.String()
		}
		return v.ID
	}
	for _, row := range rows {
		before := g
		row.write()
		stamped, err := g.Stamp(before, row.revision, "alice", individuals.RoleSystem)
		require.NoError(t, err)
		g = stamped
		for i, slot := range preferred {
			name := fmt.Sprintf("r%d surface %d", row.revision, i)
			assert.Equal(t, row.last[i], show(access.LastWrite.Govern(g, slot)), "last write, %s", name)
			assert.Equal(t, row.perSurface[i], show(access.PerSurface.Govern(g, slot)), "per surface, %s", name)
		}
	}
}

func TestGovernEmpty(t *testing.T) {
	t.Parallel()
	for _, c := range []access.Coexistence{access.LastWrite, access.PerSurface} {
		for _, slot := range []access.Slot{access.RoleSlot, access.ACLSlot} {
			v := c.Govern(individuals.Grant{}, slot)
			assert.Equal(t, access.NoGrant, v.Reason)
			assert.Empty(t, v.ID)
		}
	}
}

func TestGovernNamesWhatWasSuperseded(t *testing.T) {
	t.Parallel()
	g := individuals.Grant{Role: individuals.Slot{ID: "A", Revision: 3}, ACL: individuals.Slot{ID: "X", Revision: 7}}
	v := access.LastWrite.Govern(g, access.RoleSlot)
	assert.Equal(t, access.Governing{Slot: access.ACLSlot, ID: "X", Revision: 7, Superseded: access.RoleSlot, Reason: access.Granted}, v)
	assert.Equal(t, access.NoSlot, access.PerSurface.Govern(g, access.RoleSlot).Superseded)
}
