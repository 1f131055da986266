package scope_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/scope"
)

func TestCheckPlacement(t *testing.T) {
	t.Parallel()
	f := world()
	for _, e := range f {
		assert.NoError(t, scope.CheckPlacement(f.lookup, e), "as it is: %v", e)
	}
	for _, e := range []scope.Entity{
		entity("new", "provider", ""),
		entity("new", "customer", "north-sub", link("distributor", "dealer")),
		entity("acme", "customer", "east", link("distributor", "dealer")), // moved
		entity("acme", "customer", "north"),                               // its links dropped
		entity("acme", "customer", "north", link("group", "support")),     // to what lies below itself
		entity("acme-1", "account", "acme", link("group", "acme")),        // to what lies above itself
		entity("isp", "provider", "telco"),                                // one provider taken over by another
		entity("dealer", "distributor", "isp", link("distributor", "dealer-sub")),
	} {
		assert.NoError(t, scope.CheckPlacement(f.lookup, e), "%v", e)
	}
	damaged := world()
	damaged["east"] = entity("east", "reseller", "globex") // globex lies below it
	for _, c := range []struct {
		name    string
		lookup  scope.Lookup
		entity  scope.Entity
		is      error
		message string
	}{
		{"not valid on its own", f.lookup, entity("x", "", "isp"), nil,
			`scope: entity "x": kind "": want 1 to 64 bytes`},
		{"its own parent", f.lookup, entity("acme", "customer", "acme"), scope.ErrCycle,
			`scope: cycle: entity "acme" is its own parent`},
		{"below its child", f.lookup, entity("north", "reseller", "acme"), scope.ErrCycle,
			`scope: cycle: "north" -> "acme" -> "north"`},
		{"a root below its grandchild", f.lookup, entity("isp", "provider", "hooli"), scope.ErrCycle,
			`scope: cycle: "isp" -> "hooli" -> "north-sub" -> "north" -> "isp"`},
		{"below a cycle of others", damaged.lookup, entity("new", "customer", "globex"), scope.ErrCycle,
			`scope: cycle: "globex" -> "east" -> "globex"`},
		{"a missing parent", f.lookup, entity("new", "customer", "gone"), scope.ErrUnknown,
			`scope: parent of "new": scope: entity "gone": scope: unknown entity (stored: 22); write that entity first`},
		{"a link to what is missing", f.lookup, entity("new", "customer", "north", link("distributor", "gone")), scope.ErrUnknown,
			`scope: link "distributor" of "new": scope: entity "gone": scope: unknown entity (stored: 22); write that entity first`},
		{"the same link twice", f.lookup, entity("new", "customer", "north", link("group", "sales"), link("group", "sales")), nil,
			`scope: entity "new": link "group" to "sales" is given twice`},
		{"a link to itself", f.lookup, entity("acme", "customer", "north", link("group", "acme")), scope.ErrCycle,
			`scope: cycle: entity "acme" links to itself as "group"`},
		{"a link into another tree", f.lookup, entity("new", "customer", "north", link("distributor", "initech")), scope.ErrForeignLink,
			`scope: link into another tree: "distributor" of "new" names "initech" in the tree of "telco", not "isp"`},
		{"moved away from what it links to", f.lookup, entity("acme", "customer", "telco", link("distributor", "dealer")), scope.ErrForeignLink,
			`scope: link into another tree: "distributor" of "acme" names "dealer" in the tree of "isp", not "telco"`},
		{"a root that links to another", f.lookup, entity("new", "provider", "", link("distributor", "dealer")), scope.ErrForeignLink,
			`scope: link into another tree: "distributor" of "new" names "dealer" in the tree of "isp", not "new"`},
		{"an unreadable parent", func(string) (scope.Entity, error) { return scope.Entity{}, errDisk }, entity("new", "customer", "isp"), errDisk,
			`scope: parent of "new": scope: entity "isp": disk: unreadable`},
		{"the wrong parent", func(string) (scope.Entity, error) { return f["telco"], nil }, entity("new", "customer", "isp"), nil,
			`scope: parent of "new": scope: asked for entity "isp", the store answered "telco"`},
		{"no lookup", nil, entity("new", "customer", "isp"), nil,
			`scope: entity "new": no Lookup to ask`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := scope.CheckPlacement(c.lookup, c.entity)
			require.EqualError(t, err, c.message)
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
		})
	}
}

// chain is a forest of one line: e1 is the root, e2 lies below it, and so on.
func chain(length int) forest {
	f := newForest(entity("e1", "provider", ""))
	for i := 2; i <= length; i++ {
		id := fmt.Sprintf("e%d", i)
		f[id] = entity(id, "reseller", fmt.Sprintf("e%d", i-1))
	}
	return f
}

func TestDepthLimit(t *testing.T) {
	t.Parallel()
	f := chain(scope.MaxDepth + 1)
	ok, err := scope.Check(f.lookup, itselfAndBelow, "e1", nil, "e32")
	require.NoError(t, err)
	assert.True(t, ok)
	require.NoError(t, scope.CheckPlacement(f.lookup, f["e32"]))

	const message = `scope: chain too long: "e33" has more than 31 entities above it`
	ok, err = scope.Check(f.lookup, itselfAndBelow, "e1", nil, "e33")
	require.EqualError(t, err, message)
	require.ErrorIs(t, err, scope.ErrTooDeep)
	assert.False(t, ok)
	ok, err = scope.Check(f.lookup, itself, "e33", nil, "e33")
	require.ErrorIs(t, err, scope.ErrTooDeep, "not even itself")
	assert.False(t, ok)
	require.EqualError(t, scope.CheckPlacement(f.lookup, f["e33"]), message)

	// The target of a link may lie as deep as anything, and no deeper.
	require.NoError(t, scope.CheckPlacement(f.lookup, entity("new", "customer", "e1", link("group", "e32"))))
	require.EqualError(t, scope.CheckPlacement(f.lookup, entity("new", "customer", "e1", link("group", "e33"))),
		`scope: link "group" of "new": `+message)

	// A ring longer than the limit ends as well.
	ring := chain(100)
	ring["e1"] = entity("e1", "provider", "e100")
	_, err = scope.Resolve(ring.lookup, "e50")
	require.ErrorIs(t, err, scope.ErrTooDeep)
}

// TestResolveCost holds the number of look-ups of one decision to what the
// limits promise, whatever is stored.
func TestResolveCost(t *testing.T) {
	t.Parallel()
	f := chain(scope.MaxDepth)
	for id, e := range f {
		for i := range scope.MaxLinks {
			e.Links = append(e.Links, link(fmt.Sprintf("l%d", i), "e32"))
		}
		f[id] = e
	}
	asked := 0
	_, err := scope.Resolve(func(id string) (scope.Entity, error) { asked++; return f.lookup(id) }, "e32")
	require.NoError(t, err)
	assert.LessOrEqual(t, asked, scope.MaxDepth*(1+scope.MaxDepth*scope.MaxLinks))
}

// TestLookupThatChangesItsMind holds that a store that answers differently
// from call to call cannot bring one object into another's tree.
func TestLookupThatChangesItsMind(t *testing.T) {
	t.Parallel()
	f, calls := world(), 0
	lookup := func(id string) (scope.Entity, error) {
		if calls++; calls > 4 && id == "north" {
			return entity("north", "reseller", "telco"), nil
		}
		return f.lookup(id)
	}
	_, err := scope.Resolve(lookup, "acme-1")
	require.ErrorIs(t, err, scope.ErrForeignLink)
}
