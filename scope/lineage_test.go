package scope_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/scope"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	l, err := scope.Resolve(world().lookup, "acme-1")
	require.NoError(t, err)
	assert.Equal(t, "acme-1", l.Object())
	assert.Equal(t, "account", l.Kind())
	assert.Equal(t, "isp", l.Root())

	var chain []string
	for id, kind := range l.Chain() {
		chain = append(chain, id+" "+kind)
	}
	assert.Equal(t, []string{"acme-1 account", "acme customer", "north reseller", "isp provider"}, chain)
	for id := range l.Chain() {
		assert.Equal(t, "acme-1", id)
		break
	}
	for id := range world() {
		within := id == "acme-1" || id == "acme" || id == "north" || id == "isp"
		assert.Equal(t, within, l.Within(id), id)
	}
	assert.False(t, l.Within(""))
}

func TestZeroLineage(t *testing.T) {
	t.Parallel()
	for _, l := range []*scope.Lineage{nil, {}} {
		assert.Empty(t, l.Object())
		assert.Empty(t, l.Kind())
		assert.Empty(t, l.Root())
		assert.False(t, l.Within(""))
		assert.False(t, l.Within("isp"))
		assert.False(t, scope.Rule{Below: true}.Reaches("isp", nil, l))
		assert.False(t, scope.Rule{}.Reaches("", nil, l))
		assert.False(t, scope.Rule{Listed: true}.Reaches("isp", []string{"isp", ""}, l))
		for id := range l.Chain() {
			t.Errorf("the zero Lineage yields %q", id)
		}
	}
}

var errDisk = errors.New("disk: unreadable")

// TestResolveRefuses holds that nothing about damaged or unreadable data is
// ever taken for an answer, and that each message names what to look at.
func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	answering := func(answer string) scope.Lookup {
		return func(id string) (scope.Entity, error) {
			if id == answer {
				return scope.Entity{}, fmt.Errorf("read %s: %w", id, errDisk)
			}
			return world().lookup(id)
		}
	}
	swapped := func(asked, answered string) scope.Lookup {
		return func(id string) (scope.Entity, error) {
			if id == asked {
				id = answered
			}
			return world().lookup(id)
		}
	}
	with := func(changes ...scope.Entity) scope.Lookup {
		f := world()
		for _, e := range changes {
			f[e.ID] = e
		}
		return f.lookup
	}
	long := strings.Repeat("x", 1<<20)
	var many []scope.Link
	for range scope.MaxLinks + 1 {
		many = append(many, link("distributor", "dealer"))
	}
	for _, c := range []struct {
		name    string
		lookup  scope.Lookup
		object  string
		is      error
		message string
	}{
		{"unknown object", with(), "nobody", scope.ErrUnknown,
			`scope: entity "nobody": scope: unknown entity (stored: 22)`},
		{"no object", with(), "", scope.ErrUnknown,
			`scope: unknown entity: scope: ID "": empty; give the host's own ID`},
		{"no ID", with(), "acme\x00", scope.ErrUnknown,
			`scope: unknown entity: scope: ID "acme\x00": control character at byte 4`},
		{"endless ID", with(), long, scope.ErrUnknown,
			`scope: unknown entity: scope: ID "` + long[:32] + `"...: 1048576 bytes, at most 128`},
		{"unknown parent", with(entity("acme", "customer", "gone")), "acme-1", scope.ErrUnknown,
			`scope: parent of "acme": scope: entity "gone": scope: unknown entity (stored: 22)`},
		{"unknown link", with(entity("acme", "customer", "north", link("distributor", "gone"))), "acme-1", scope.ErrUnknown,
			`scope: link "distributor" of "acme": scope: entity "gone": scope: unknown entity (stored: 22)`},
		{"link to nothing", with(entity("acme-1", "account", "acme", link("group", ""))), "acme-1", scope.ErrUnknown,
			`scope: link "group" of "acme-1": scope: unknown entity: scope: ID "": empty; give the host's own ID`},
		{"unknown above a link", with(entity("dealer", "distributor", "gone")), "acme", scope.ErrUnknown,
			`scope: link "distributor" of "acme": scope: parent of "dealer": scope: entity "gone": scope: unknown entity (stored: 22)`},
		{"cycle", with(entity("isp", "provider", "acme")), "acme-1", scope.ErrCycle,
			`scope: cycle: "acme" -> "north" -> "isp" -> "acme"`},
		{"own parent", with(entity("isp", "provider", "isp")), "isp", scope.ErrCycle,
			`scope: cycle: "isp" -> "isp"`},
		{"cycle above a link", with(entity("rita", "representative", "rita-2"), entity("rita-2", "representative", "rita")), "acme", scope.ErrCycle,
			`scope: link "representative" of "acme": scope: cycle: "rita" -> "rita-2" -> "rita"`},
		{"foreign link", with(entity("acme-1", "account", "acme", link("group", "initech"))), "acme-1", scope.ErrForeignLink,
			`scope: link into another tree: "group" of "acme-1" names "initech" in the tree of "telco", not "isp"`},
		{"foreign link above", with(entity("north", "reseller", "isp", link("distributor", "telco"))), "acme-1", scope.ErrForeignLink,
			`scope: link into another tree: "distributor" of "north" names "telco" in the tree of "telco", not "isp"`},
		{"unreadable object", answering("acme-1"), "acme-1", errDisk,
			`scope: entity "acme-1": read acme-1: disk: unreadable`},
		{"unreadable root", answering("isp"), "acme-1", errDisk,
			`scope: parent of "north": scope: entity "isp": read isp: disk: unreadable`},
		{"unreadable link", answering("dealer"), "acme", errDisk,
			`scope: link "distributor" of "acme": scope: entity "dealer": read dealer: disk: unreadable`},
		{"wrong record", swapped("initech", "acme"), "initech", nil,
			`scope: asked for entity "initech", the store answered "acme"`},
		{"wrong record above", swapped("acme", "ACME"), "acme-1", scope.ErrUnknown,
			`scope: parent of "acme-1": scope: entity "acme": scope: unknown entity (stored: 22)`},
		{"too many links", with(entity("north", "reseller", "isp", many...)), "acme-1", nil,
			`scope: entity "north": 65 links, at most 64`},
		{"no record and no error", func(string) (scope.Entity, error) { return scope.Entity{}, nil }, "acme", nil,
			`scope: asked for entity "acme", the store answered ""`},
		{"no lookup", nil, "acme", nil,
			`scope: entity "acme": no Lookup to ask`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, err := scope.Resolve(c.lookup, c.object)
			require.EqualError(t, err, c.message)
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
			assert.Equal(t, scope.Lineage{}, l)

			// Whoever would reach everything does not reach this.
			ok, err := scope.Check(c.lookup, scope.Rule{Below: true}, "isp", nil, c.object)
			assert.EqualError(t, err, c.message)
			assert.False(t, ok)
			assert.False(t, scope.Rule{Below: true}.Reaches("isp", nil, &l))
		})
	}
}

// TestUnknownIsNotAsked holds that a store never sees what is no ID.
func TestUnknownIsNotAsked(t *testing.T) {
	t.Parallel()
	asked := func(id string) (scope.Entity, error) {
		t.Errorf("the store was asked for %q", id)
		return scope.Entity{}, scope.ErrUnknown
	}
	for _, id := range []string{"", "\x00", "\xff", strings.Repeat("x", 129)} {
		_, err := scope.Resolve(asked, id)
		assert.ErrorIs(t, err, scope.ErrUnknown)
	}
}
