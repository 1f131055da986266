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
	"github.com/durward-go/durward/store"
)

func TestUpdateLevelIsRefused(t *testing.T) {
	w := newLevelWorld(t)
	w.putLevel(customerLevel("ours", "north", "select PBX.*any*"), customerLevel("hosts", "", "select PBX.*any*"), customerLevel("of-south", "south"))
	toNorth := customerLevel("to-north", "isp", "select PBX.*any*")
	toNorth.VisibleTo = []string{"north"}
	w.putLevel(toNorth)
	for name, c := range map[string]struct {
		who, id string
		change  func(*acl.Level)
		is      error
		text    string
	}{
		"an older revision":        {"clara", "ours", func(l *acl.Level) { l.Revision-- }, store.ErrConflict, ""},
		"no revision":              {"clara", "ours", func(l *acl.Level) { l.Revision = 0 }, store.ErrConflict, ""},
		"another type":             {"clara", "ours", func(l *acl.Level) { l.Type = "account" }, nil, `make another of type "account"`},
		"another owner":            {"alice", "ours", func(l *acl.Level) { l.Owner = "isp" }, nil, `clone it for "isp"`},
		"the mark of a default":    {"alice", "ours", func(l *acl.Level) { l.System = true }, nil, "System is not for the caller to change"},
		"what one uses":            {"clara", "to-north", func(l *acl.Level) { l.Name = "Ours" }, manage.ErrDenied, "clone it"},
		"what the host has":        {"alice", "hosts", func(l *acl.Level) { l.Name = "Ours" }, manage.ErrDenied, "it is the host's"},
		"what one does not see":    {"clara", "of-south", func(l *acl.Level) { l.Name = "Ours" }, store.ErrNotFound, `ACL "of-south"`},
		"who only reads":           {"rita", "ours", func(l *acl.Level) { l.Name = "Ours" }, manage.ErrDenied, ""},
		"one that is not there":    {"alice", "ours", func(l *acl.Level) { l.ID = "none" }, store.ErrNotFound, `ACL "none"`},
		"itself as a component":    {"alice", "ours", func(l *acl.Level) { l.Components = []string{"ours"} }, nil, "only components can be included"},
		"visible to what is not":   {"alice", "to-north", func(l *acl.Level) { l.VisibleTo = []string{"north", "nowhere"} }, store.ErrNotFound, ""},
		"visible beyond the owner": {"alice", "ours", func(l *acl.Level) { l.VisibleTo = []string{"isp"} }, nil, "does not lie below it"},
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			l := w.level(c.id)
			c.change(&l)
			err := w.refused(func() (uint64, error) { return w.acl(c.who).UpdateLevel(w.ctx, l) })
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
			assert.ErrorContains(t, err, c.text)
		})
	}
}

func TestUpdateLevelTellsWhatChanged(t *testing.T) {
	w := newLevelWorld(t)
	ours := customerLevel("ours", "north", "select PBX.*any*", "select Customers.name")
	ours.VisibleTo, ours.Components = []string{"abc"}, []string{levelPart}
	w.putLevel(ours)
	sequence := w.sequence()
	l := w.level("ours")
	l.Name, l.VisibleTo, l.Components = "Ours", []string{"xyz"}, nil
	l.Permissions = acl.MustPermissions("select+update PBX.*any*", "delete Customers.*any*")
	w.must(w.acl("clara").UpdateLevel(w.ctx, l))
	events := w.events(sequence)
	require.Len(t, events, 1)
	assert.Equal(t, audit.ActionUpdateACL, events[0].Action)
	var changes []string
	for _, c := range events[0].Changes {
		changes = append(changes, c.Field+": "+c.Before.String()+" -> "+c.After.String())
	}
	assert.Equal(t, []string{
		"name: Level ours -> Ours",
		"Customers.*any* permission:  -> delete", "Customers.name permission: select -> ", "PBX.*any* permission: select -> select+update",
		"part component: yes -> ", "abc visible: yes -> ", "xyz visible:  -> yes",
	}, changes)
}

// What is held by a level counts as what is held: whoever changes it gives and
// takes it, directly and as a component of another.
func TestUpdateLevelThatPeopleHold(t *testing.T) {
	const more = "select Payments.*any*"
	for name, id := range map[string]string{"directly": "held", "as a component": "part-of", "as a component of one": "part-of-part"} {
		t.Run(name, func(t *testing.T) {
			w := newLevelWorld(t)
			held, part := customerLevel("held", "north", "select PBX.*any*"), component("part-of", "north", "select Customers.name")
			held.Components, part.Components = []string{"part-of"}, []string{"part-of-part"}
			w.putLevel(component("part-of-part", "north", "select Customers.phone"), part, held)
			w.hold("carl", "abc", "held")
			update := func(who string, permissions ...string) (uint64, error) {
				l := w.level(id)
				l.Permissions = acl.MustPermissions(permissions...)
				return w.acl(who).UpdateLevel(w.ctx, l)
			}
			w.must(update("clara", "select+update PBX.*any*"))

			err := w.refused(func() (uint64, error) { return update("clara", "select+update PBX.*any*", more) })
			var beyond *manage.BeyondError
			require.ErrorAs(t, err, &beyond, "it gives more than she holds")
			assert.Equal(t, "carl", beyond.Individual)
			assert.True(t, beyond.Gives)
			assert.ErrorIs(t, err, manage.ErrBeyond)

			w.must(update("alice", "select+update PBX.*any*", more)) // who may grant beyond
			assert.Equal(t, access.Granted, w.reason("carl", roles.View, "customer/billing/payments", "abc"))
			err = w.refused(func() (uint64, error) { return update("clara", "select+update PBX.*any*") })
			require.ErrorAs(t, err, &beyond, "it takes more than she holds")
			assert.False(t, beyond.Gives)
			err = w.refused(func() (uint64, error) { return update("clara", "select PBX.*any*", more) })
			require.ErrorIs(t, err, manage.ErrBeyond, "carl holds more than she does")

			rename := w.level(id)
			rename.Name = "Another name"
			w.must(w.acl("clara").UpdateLevel(w.ctx, rename))
		})
	}
}

// A level that grants name before it is there, as an import leaves it, gives
// them something when it is made.
func TestCreateLevelThatGrantsName(t *testing.T) {
	w := newLevelWorld(t)
	w.hold("carl", "abc", "later")
	later := customerLevel("later", "north", "select Payments.*any*")
	err := w.refused(func() (uint64, error) { return w.acl("clara").CreateLevel(w.ctx, later) })
	assert.ErrorIs(t, err, manage.ErrBeyond)
	w.must(w.acl("alice").CreateLevel(w.ctx, later))
}

func TestVisibleToOfALevelThatPeopleHold(t *testing.T) {
	w := newLevelWorld(t)
	l := customerLevel("shared", "isp", "select PBX.*any*")
	l.VisibleTo = []string{"north", "south"}
	w.putLevel(l)
	w.hold("carl", "abc", "shared")
	see := func(who string, to ...string) (uint64, error) {
		l := w.level("shared")
		l.VisibleTo = to
		return w.acl(who).UpdateLevel(w.ctx, l)
	}
	err := w.refused(func() (uint64, error) { return see("alice", "south") })
	var used *manage.InUseError
	require.ErrorAs(t, err, &used)
	assert.Equal(t, []string{"carl"}, used.Holders)
	assert.Zero(t, used.Hidden)
	assert.ErrorIs(t, err, store.ErrInUse)
	w.must(see("alice", "north")) // nobody of south holds it
	w.must(see("alice", "abc"))   // which is where carl is

	// One that was hidden by an import, say, and is opened again: what the people
	// have till then cannot be told.
	stored := w.level("shared")
	stored.VisibleTo = nil
	w.putLevel(stored)
	assert.Equal(t, access.Unavailable, w.reason("carl", roles.View, "customer/pbx", "abc"))
	err = w.refused(func() (uint64, error) { return see("andrew", "north") })
	assert.ErrorIs(t, err, manage.ErrBeyond)
	w.must(see("alice", "south")) // which hides it from nobody who could use it
	w.must(see("alice", "north"))
	assert.Equal(t, access.Granted, w.reason("carl", roles.View, "customer/pbx", "abc"))

	// In one commit with another level for those who hold it, it may be hidden.
	other := customerLevel("other", "isp", "select PBX.*any*")
	other.VisibleTo = []string{"north"}
	w.putLevel(other)
	_, err = w.acl("alice").Together(w.ctx, func(alice *manage.ACLDesk) error {
		if _, err := alice.GrantACL(w.ctx, "carl", "abc", "other"); err != nil {
			return err
		}
		l := w.level("shared")
		l.VisibleTo = nil
		_, err := alice.UpdateLevel(w.ctx, l)
		return err
	})
	require.NoError(t, err)
}

// A component that grows must not make a level that includes it fail.
func TestComponentThatWouldBreakALevel(t *testing.T) {
	w := newLevelWorld(t)
	top := customerLevel("top", "north", "select PBX.*any*")
	top.Components = []string{"c1"}
	var all []acl.Level
	for i := 1; i <= acl.MaxNesting; i++ {
		c := component(fmt.Sprintf("c%d", i), "north", "select PBX.*any*")
		if i < acl.MaxNesting {
			c.Components = []string{fmt.Sprintf("c%d", i+1)}
		}
		all = append(all, c)
	}
	w.putLevel(append(all, top, component("one-more", "north", "select PBX.*any*"))...)
	last := w.level(fmt.Sprintf("c%d", acl.MaxNesting))
	last.Components = []string{"one-more"}
	err := w.refused(func() (uint64, error) { return w.acl("clara").UpdateLevel(w.ctx, last) })
	assert.ErrorContains(t, err, "nested deeper than")

	last.Components = []string{"c3"}
	assert.ErrorIs(t, w.refused(func() (uint64, error) { return w.acl("clara").UpdateLevel(w.ctx, last) }), acl.ErrCycle)

	// One that fails already does not keep its components from changing, and who
	// may not see it is not told of it.
	w.putLevel(component("isp-part", "isp"))
	broken := customerLevel("broken", "isp", "select PBX.*any*")
	broken.Components = []string{"nothing", "isp-part"}
	w.putLevel(broken)
	part := w.level("isp-part")
	part.Permissions = acl.MustPermissions("select PBX.*any*")
	w.must(w.acl("alice").UpdateLevel(w.ctx, part))
	foreign := customerLevel("foreign", "south") // an import made it so; it comes before "top"
	foreign.Components = []string{"c1"}
	w.putLevel(foreign)
	last.Components = []string{"one-more"}
	err = w.refused(func() (uint64, error) { return w.acl("clara").UpdateLevel(w.ctx, last) })
	assert.ErrorContains(t, err, "it is hidden from you")
	assert.NotContains(t, err.Error(), "foreign")
}

// A preview of a change to a level names whom it concerns, as far as the asker may
// see them, and makes nothing of it.
func TestPreviewOfAChangedLevel(t *testing.T) {
	w := newLevelWorld(t)
	part := component("part-of", "isp", "select PBX.*any*")
	held := customerLevel("held", "isp")
	held.Components, held.VisibleTo = []string{"part-of"}, []string{"isp"}
	w.putLevel(part, held)
	w.hold("carl", "abc", "held")
	part = w.level("part-of")
	part.Permissions = acl.MustPermissions("select PBX.*any*", "select Payments.*any*")
	revision := w.revision()
	effect, err := w.acl("alice").Preview(w.ctx, func(alice *manage.ACLDesk) error {
		_, err := alice.UpdateLevel(w.ctx, part)
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, revision, w.revision())
	require.Len(t, effect.People, 1)
	assert.Equal(t, "carl", effect.People[0].Individual)
	assert.True(t, effect.People[0].Gains())
	assert.False(t, effect.People[0].Loses())
}
