package manage_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
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
	w.putLevel(component("north-part", "north", "select PBX.*any*"), component("xyz-part", "xyz", "select PBX.*any*"),
		component("south-part", "south", "select PBX.*any*"))
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
		"a component out of sight":    {"clara", changed(func(l *acl.Level) { l.Components = []string{"south-part"} }), store.ErrNotFound, `ACL "south-part"`},
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
