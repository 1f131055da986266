package manage_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// newLevelWorld is the world with clara, who administers access levels and the
// customers of north, and may not see what they pay.
func newLevelWorld(t testing.TB, changes ...func(*setup)) *world {
	t.Helper()
	w := newWorld(t, changes...)
	alice := w.role("alice")
	w.must(alice.CreateRole(w.ctx, roles.NewRole("clerk", "Clerk", billing.TypeReseller, map[string]roles.Permission{
		"acl": roles.Modify, "customer": roles.Modify, "customer/billing": roles.Restrict,
	})))
	north := w.organization("north")
	north.AllowedRoles = append(north.AllowedRoles, "clerk")
	w.must(alice.PutOrganization(w.ctx, north))
	w.must(alice.CreateIndividual(w.ctx, someone("clara", billing.TypeReseller, "north", "clerk")))
	return w
}

func (w *world) must(_ uint64, err error) {
	w.t.Helper()
	require.NoError(w.t, err)
}

// customerLevel is one that belongs to an entity, for customers.
func customerLevel(id, owner string, permissions ...string) acl.Level {
	return acl.Level{ID: id, Name: "Level " + id, Type: "customer", Owner: owner, Permissions: acl.MustPermissions(permissions...)}
}

func component(id, owner string, permissions ...string) acl.Level {
	l := customerLevel(id, owner, permissions...)
	l.Type = "component"
	return l
}

func (w *world) level(id string) (l acl.Level) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { l, err = r.ACL(w.ctx, id); return err })
	return l
}

// putLevel writes one past the desks.
func (w *world) putLevel(levels ...acl.Level) {
	w.t.Helper()
	w.write(func(tx store.Tx) error {
		for _, l := range levels {
			if err := tx.PutACL(w.ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// hold makes somebody of an organization hold an access level and nothing else,
// past the desks. Whoever is not there yet is made.
func (w *world) hold(individual, organization, level string) {
	w.t.Helper()
	w.write(func(tx store.Tx) error {
		if _, err := tx.Individual(w.ctx, individual); err != nil {
			p := someone(individual, billing.TypeCustomer, organization, "").Individual
			p.Provider, p.Realm = "isp", billing.TypeCustomer
			if err := tx.PutIndividual(w.ctx, p); err != nil {
				return err
			}
		}
		g := individuals.Grant{Individual: individual, Organization: organization}
		if had, err := tx.Grant(w.ctx, individual, organization); err == nil {
			g = had.WithoutRole()
		}
		return tx.PutGrant(w.ctx, g.WithACL(level))
	})
}

// lines tells the events after a sequence.
func (w *world) lines(after uint64) (lines []string) {
	w.t.Helper()
	for _, e := range w.events(after) {
		lines = append(lines, e.String())
	}
	return lines
}

// refused runs an operation that must fail, with nothing written.
func (w *world) refused(fn func() (uint64, error)) error {
	w.t.Helper()
	revision, sequence := w.revision(), w.sequence()
	got, err := fn()
	require.Error(w.t, err)
	require.Zero(w.t, got)
	require.Equal(w.t, revision, w.revision(), "something was written")
	require.Equal(w.t, sequence, w.sequence())
	return err
}

func TestCreateLevel(t *testing.T) {
	w := newLevelWorld(t)
	sequence := w.sequence()
	l := customerLevel("phones", "", "select Customers.name", "select+update PBX.*any*", "update Customers.name", "select Customers.password")
	l.Description, l.Components, l.VisibleTo = "For those who telephone.", []string{levelPart}, []string{"north"}
	w.must(w.acl("alice").CreateLevel(w.ctx, l))

	stored := w.level("phones")
	assert.Equal(t, "isp", stored.Owner, "without an owner it is the provider's")
	assert.False(t, stored.System)
	events := w.events(sequence)
	require.Len(t, events, 1)
	e := events[0]
	assert.Equal(t, audit.ActionCreateACL, e.Action)
	assert.Equal(t, "isp", e.Organization)
	assert.Equal(t, "phones", e.Object)
	assert.Equal(t, "acl", e.Node)
	assert.Equal(t, audit.Individual("alice"), e.Actor)
	var changes []string
	for _, c := range e.Changes {
		changes = append(changes, c.Field+": "+c.Before.String()+" -> "+c.After.String())
	}
	assert.Equal(t, []string{
		"name:  -> Level phones", "type:  -> customer", "description:  -> For those who telephone.",
		"Customers.name permission:  -> select+update", "Customers.password permission:  -> select", "PBX.*any* permission:  -> select+update",
		"part component:  -> yes", "north visible:  -> yes",
	}, changes)
}

func TestCreateLevelIsRefused(t *testing.T) {
	w := newLevelWorld(t)
	w.putLevel(component("north-part", "north", "select PBX.*any*"), component("xyz-part", "xyz", "select PBX.*any*"))
	changed := func(change func(*acl.Level)) acl.Level {
		l := customerLevel("new", "north", "select PBX.*any*")
		change(&l)
		return l
	}
	for name, c := range map[string]struct {
		who   string
		level acl.Level
		is    error
		text  string
	}{
		"a revision":                  {"clara", changed(func(l *acl.Level) { l.Revision = 1 }), nil, "a revision is not for the caller to set"},
		"another's owner":             {"clara", changed(func(l *acl.Level) { l.Owner = "isp" }), store.ErrNotFound, ""},
		"another reseller's":          {"clara", changed(func(l *acl.Level) { l.Owner = "south" }), store.ErrNotFound, ""},
		"an unknown owner":            {"clara", changed(func(l *acl.Level) { l.Owner = "nowhere" }), store.ErrNotFound, ""},
		"the provider's by default":   {"clara", changed(func(l *acl.Level) { l.Owner = "" }), store.ErrNotFound, ""},
		"who only reads them":         {"rita", changed(func(*acl.Level) {}), manage.ErrDenied, "create on acl"},
		"who has nothing to do there": {"bob", changed(func(l *acl.Level) { l.Owner = "abc" }), manage.ErrDenied, ""},
		"the mark of a default":       {"alice", changed(func(l *acl.Level) { l.System = true }), manage.ErrDenied, "System marks the defaults"},
		"one that is there":           {"clara", changed(func(l *acl.Level) { l.ID = levelCare }), store.ErrConflict, ""},
		"a malformed one":             {"clara", changed(func(l *acl.Level) { l.Name = "a\nb" }), nil, `"a\nb"`},
		"an unknown type":             {"clara", changed(func(l *acl.Level) { l.Type = "plumber" }), nil, `"plumber"`},
		"an unknown component":        {"clara", changed(func(l *acl.Level) { l.Components = []string{"nothing"} }), store.ErrNotFound, `ACL "nothing"`},
		"a component out of sight":    {"clara", changed(func(l *acl.Level) { l.Components = []string{"big-part"} }), store.ErrNotFound, `ACL "big-part"`},
		"a component of another":      {"alice", changed(func(l *acl.Level) { l.Components = []string{"xyz-part"} }), acl.ErrNotUsable, ""},
		"no component":                {"alice", changed(func(l *acl.Level) { l.Components = []string{levelBig} }), nil, "only components can be included"},
		"visible to what is not":      {"clara", changed(func(l *acl.Level) { l.VisibleTo = []string{"nowhere"} }), store.ErrNotFound, `entity "nowhere"`},
		"visible to another's":        {"clara", changed(func(l *acl.Level) { l.VisibleTo = []string{"south"} }), store.ErrNotFound, `entity "south"`},
		"visible beside the owner":    {"alice", changed(func(l *acl.Level) { l.VisibleTo = []string{"south"} }), nil, `"south" does not lie below it`},
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			err := w.refused(func() (uint64, error) { return w.acl(c.who).CreateLevel(w.ctx, c.level) })
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
			assert.ErrorContains(t, err, c.text)
		})
	}
	w.must(w.acl("clara").CreateLevel(w.ctx, changed(func(l *acl.Level) { l.Components, l.VisibleTo = []string{"north-part"}, []string{"abc"} })))
}

func TestWithoutAnACLSystem(t *testing.T) {
	w := newWorld(t)
	m, err := manage.New(w.engine, w.store, billing.Guards(), nil)
	require.NoError(t, err)
	desk := m.ACLs(w.principal("alice"))
	_, err = desk.Level(w.ctx, levelCare)
	assert.ErrorContains(t, err, "no ACL system")
	_, err = desk.Levels(w.ctx, "isp", store.Page{})
	assert.ErrorContains(t, err, "no ACL system")
	for _, fn := range []func() (uint64, error){
		func() (uint64, error) { return desk.CreateLevel(w.ctx, customerLevel("new", "isp")) },
		func() (uint64, error) { return desk.CloneLevel(w.ctx, levelCare, "new", "New", "isp") },
		func() (uint64, error) { return desk.UpdateLevel(w.ctx, w.level(levelCare)) },
		func() (uint64, error) { return desk.DeleteLevel(w.ctx, levelCare) },
	} {
		assert.ErrorContains(t, w.refused(fn), "no ACL system")
	}
	some, err := desk.GrantableLevels(w.ctx, "abc")
	assert.NoError(t, err)
	assert.Empty(t, some)
}

func TestWhoSeesALevel(t *testing.T) {
	w := newLevelWorld(t)
	toNorth, toSouth := customerLevel("to-north", "isp", "select PBX.*any*"), customerLevel("to-south", "isp", "select PBX.*any*")
	toNorth.VisibleTo, toSouth.VisibleTo = []string{"north"}, []string{"south"}
	resellers := customerLevel("resellers", "isp", "select PBX.*any*")
	resellers.Type = "reseller"
	w.putLevel(toNorth, toSouth, resellers, customerLevel("of-north", "north"), component("isp-part", "isp"), component("south-part", "south"),
		customerLevel("hosts", ""))
	see := map[string][]string{
		"alice": {"hosts", "isp-part", "of-north", "resellers", "south-part", "to-north", "to-south"},
		"clara": {"isp-part", "of-north", "resellers", "to-north"},
		"bob":   nil,
	}
	owners := []string{"", "isp", "north", "south", "abc", "xyz", "nowhere"}
	for who, want := range see {
		desk := w.acl(who)
		for _, id := range see["alice"] {
			l, err := desk.Level(w.ctx, id)
			if slices.Contains(want, id) {
				require.NoError(t, err, "%s, %s", who, id)
				assert.Equal(t, w.level(id), l)
				continue
			}
			require.ErrorIs(t, err, store.ErrNotFound, "%s sees %s", who, id)
			_, unknown := desk.Level(w.ctx, "unknown")
			assert.Equal(t, strings.ReplaceAll(unknown.Error(), "unknown", id), err.Error(), "one that is hidden reads as one that is not there")
			assert.Zero(t, l)
		}
		var listed []string
		for _, owner := range owners {
			for page := (store.Page{Limit: 1}); ; {
				some, err := desk.Levels(w.ctx, owner, page)
				if err != nil {
					assert.True(t, errors.Is(err, manage.ErrDenied) || errors.Is(err, store.ErrNotFound), "%v", err)
				}
				if len(some) == 0 {
					break
				}
				require.Len(t, some, 1)
				assert.Equal(t, owner, some[0].Owner)
				page.After = some[0].ID
				if !slices.Contains([]string{levelBig, levelCare, levelHidden, levelPart}, page.After) {
					listed = append(listed, page.After)
				}
			}
		}
		slices.Sort(listed)
		assert.Equal(t, want, listed, who)
	}
	for _, owner := range []string{"south", "nowhere"} {
		_, err := w.acl("clara").Levels(w.ctx, owner, store.Page{})
		assert.ErrorIs(t, err, store.ErrNotFound)
	}
	for _, owner := range []string{"", "abc"} {
		_, err := w.acl("bob").Levels(w.ctx, owner, store.Page{})
		assert.ErrorIs(t, err, manage.ErrDenied)
	}
}

func TestCloneLevel(t *testing.T) {
	w := newLevelWorld(t)
	of := customerLevel("of", "isp", "select PBX.*any*")
	of.VisibleTo, of.System, of.Components, of.Description = []string{"north"}, true, []string{levelPart}, "As it came."
	w.putLevel(of, customerLevel("unseen", "isp", "select PBX.*any*"))

	w.must(w.acl("clara").CloneLevel(w.ctx, "of", "clone", "Of our own", "north"))
	got := w.level("clone")
	assert.Equal(t, acl.Level{ID: "clone", Name: "Of our own", Type: "customer", Owner: "north", Description: "As it came.",
		Permissions: of.Permissions, Components: of.Components, Revision: got.Revision}, got)
	lines := w.lines(w.sequence() - 1)
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], "clara created ACL clone")

	assert.ErrorIs(t, w.refused(func() (uint64, error) { return w.acl("clara").CloneLevel(w.ctx, "unseen", "copy", "Copy", "north") }), store.ErrNotFound)
	assert.ErrorIs(t, w.refused(func() (uint64, error) { return w.acl("clara").CloneLevel(w.ctx, "of", "copy", "Copy", "") }), store.ErrNotFound)
	assert.ErrorIs(t, w.refused(func() (uint64, error) { return w.acl("rita").CloneLevel(w.ctx, "of", "copy", "Copy", "north") }), manage.ErrDenied)
	assert.ErrorIs(t, w.refused(func() (uint64, error) { return w.acl("clara").CloneLevel(w.ctx, "of", "clone", "Copy", "north") }), store.ErrConflict)
}

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
	over := customerLevel("over", "abc")
	over.Components = []string{"c2"}
	w.putLevel(over)
}

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
