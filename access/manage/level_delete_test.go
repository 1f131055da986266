package manage_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

func TestDeleteLevel(t *testing.T) {
	w := newLevelWorld(t)
	with, hidden := customerLevel("with", "north"), customerLevel("with-too", "isp")
	with.Components, hidden.Components = []string{"ours-part"}, []string{"ours-part"}
	standard := customerLevel("standard", "north")
	standard.System = true
	w.putLevel(component("ours-part", "north", "select PBX.*any*"), with, hidden, standard, customerLevel("held", "north", "select PBX.*any*"),
		customerLevel("free", "north", "select PBX.*any*"))
	w.hold("carl", "abc", "held")

	var used *manage.InUseError
	err := w.refused(func() (uint64, error) { return w.acl("clara").DeleteLevel(w.ctx, "held") })
	require.ErrorAs(t, err, &used)
	assert.Equal(t, []string{"carl"}, used.Holders)
	assert.Empty(t, used.Levels)
	err = w.refused(func() (uint64, error) { return w.acl("clara").DeleteLevel(w.ctx, "ours-part") })
	require.ErrorAs(t, err, &used)
	assert.Equal(t, []string{"with"}, used.Levels)
	assert.Equal(t, 1, used.Hidden, "who may not see a level is not told its name")
	assert.NotContains(t, err.Error(), "with-too")
	assert.ErrorContains(t, err, `a component of "with"`)

	err = w.refused(func() (uint64, error) { return w.acl("alice").DeleteLevel(w.ctx, "standard") })
	assert.ErrorIs(t, err, manage.ErrDenied)
	assert.ErrorContains(t, err, "default of the older system")
	assert.ErrorIs(t, w.refused(func() (uint64, error) { return w.acl("rita").DeleteLevel(w.ctx, "free") }), manage.ErrDenied)
	assert.ErrorIs(t, w.refused(func() (uint64, error) { return w.acl("clara").DeleteLevel(w.ctx, "with-too") }), store.ErrNotFound)

	w.must(w.acl("clara").DeleteLevel(w.ctx, "free"))
	lines := w.lines(w.sequence() - 1)
	assert.Contains(t, lines[0], "clara deleted ACL free")
	_, err = w.acl("alice").Level(w.ctx, "free")
	assert.ErrorIs(t, err, store.ErrNotFound)

	// What a level names it no longer uses in the same commit.
	_, err = w.acl("alice").Together(w.ctx, func(alice *manage.ACLDesk) error {
		for _, id := range []string{"with", "with-too", "ours-part"} {
			if _, err := alice.DeleteLevel(w.ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
}

// A level with more permissions than one event holds is told in several.
func TestLevelsThatFillSeveralEvents(t *testing.T) {
	w := newLevelWorld(t)
	l := customerLevel("wide", "isp")
	for i := range acl.MaxPermissions {
		l.Permissions = append(l.Permissions, acl.Permission{Operations: acl.AllOperations, Object: "Object", Attribute: fmt.Sprintf("a%d", i)})
	}
	sequence := w.sequence()
	w.must(w.acl("alice").CreateLevel(w.ctx, l))
	events := w.events(sequence)
	assert.Greater(t, len(events), 1)
	told := 0
	for _, e := range events {
		assert.Equal(t, audit.ActionCreateACL, e.Action)
		assert.Equal(t, "wide", e.Object)
		assert.Equal(t, events[0].Revision, e.Revision)
		told += len(e.Changes)
	}
	assert.Equal(t, acl.MaxPermissions+2, told)
}

// The host's job plants the defaults, which belong to nobody.
func TestTheHostsLevels(t *testing.T) {
	w := newLevelWorld(t, func(s *setup) {
		s.systems = []access.System{{Name: "import", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{"acl": roles.Modify}},
			{Name: "import-north", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{"acl": roles.Modify}, Below: "north"},
			{Name: "blind", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{"role": roles.Modify}}}
	})
	job := func(name string) *manage.ACLDesk {
		p, err := w.engine.System(name)
		require.NoError(t, err)
		return w.manager.ACLs(p)
	}
	l := customerLevel("default", "", "select PBX.*any*")
	l.System, l.VisibleTo = true, []string{"isp"}
	w.must(job("import").CreateLevel(w.ctx, l))
	assert.Empty(t, w.level("default").Owner)
	assert.True(t, w.level("default").System)
	some, err := job("import").Levels(w.ctx, "", store.Page{})
	require.NoError(t, err)
	assert.Len(t, some, 2)
	_, err = job("blind").Levels(w.ctx, "", store.Page{})
	assert.ErrorIs(t, err, manage.ErrDenied)
	_, err = job("blind").Level(w.ctx, "default")
	assert.ErrorIs(t, err, store.ErrNotFound)
	stored := w.level("default")
	stored.Name = "Default"
	w.must(job("import").UpdateLevel(w.ctx, stored))
	assert.ErrorContains(t, w.refused(func() (uint64, error) { return job("import").DeleteLevel(w.ctx, "default") }), "default of the older system")

	stored = w.level("default")
	assert.ErrorIs(t, w.refused(func() (uint64, error) { return job("import-north").UpdateLevel(w.ctx, stored) }), manage.ErrDenied)
	ours := customerLevel("ours", "", "select PBX.*any*")
	assert.ErrorIs(t, w.refused(func() (uint64, error) { return job("import-north").CreateLevel(w.ctx, ours) }), store.ErrNotFound)
	got, err := job("import-north").Level(w.ctx, "default")
	require.NoError(t, err, "it is used at north")
	assert.Equal(t, stored, got)
}

// An entity that goes takes nothing with it that another of its ID would inherit.
func TestNobodyInheritsWhatIsVisibleToAnEntity(t *testing.T) {
	w := newLevelWorld(t)
	w.must(w.role("alice").CreateEntity(w.ctx, scope.Entity{ID: "west", Kind: billing.KindReseller, Parent: "isp"}))
	l := customerLevel("to-west", "isp", "select PBX.*any*")
	l.VisibleTo = []string{"west"}
	w.must(w.acl("alice").CreateLevel(w.ctx, l))
	err := w.refused(func() (uint64, error) { return w.role("alice").DeleteEntity(w.ctx, "west") })
	assert.ErrorIs(t, err, store.ErrInUse)
	l = w.level("to-west")
	l.VisibleTo = nil
	w.must(w.acl("alice").UpdateLevel(w.ctx, l))
	w.must(w.role("alice").DeleteEntity(w.ctx, "west"))
}

// The words of the older system are its own, whatever they sound like.
func TestTheDeskOfLevelsSeesAllOfTheirEvents(t *testing.T) {
	w := newLevelWorld(t)
	l := customerLevel("of-roles", "isp", "select Customer_roles.role")
	w.must(w.acl("alice").CreateLevel(w.ctx, l))
	filter := audit.Filter{Chain: audit.Changes, Organization: "isp", Action: audit.ActionCreateACL}
	events, err := w.acl("alice").Events(w.ctx, filter)
	require.NoError(t, err)
	require.Len(t, events, 1)
	assert.Len(t, events[0].Changes, 3)
	events, err = w.role("alice").Events(w.ctx, filter)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Len(t, events[0].Changes, 1, "the desk of the role system is shown the name")
	assert.Equal(t, "name", events[0].Changes[0].Field)
}
