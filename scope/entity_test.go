package scope_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/scope"
)

func TestEntityValidate(t *testing.T) {
	t.Parallel()
	full := scope.Entity{
		ID: "acme", Kind: "call_center-2", Parent: "north", Title: strings.Repeat("é", scope.MaxTitleBytes/2), Revision: 7,
		Links: []scope.Link{link("distributor", "dealer"), link("distributor", "dealer-2"), link("representative", "dealer")},
	}
	for len(full.Links) < scope.MaxLinks {
		full.Links = append(full.Links, link("group", fmt.Sprint(len(full.Links))))
	}
	require.NoError(t, full.Validate())
	require.NoError(t, scope.Entity{ID: "isp", Kind: "provider"}.Validate())

	change := func(f func(e *scope.Entity)) scope.Entity {
		e := full.Clone()
		f(&e)
		return e
	}
	long := strings.Repeat("k", 100_000)
	for _, c := range []struct {
		entity  scope.Entity
		message string
	}{
		{scope.Entity{}, `scope: ID "": empty; give the host's own ID`},
		{change(func(e *scope.Entity) { e.ID = "a\tb" }), `scope: ID "a\tb": control character at byte 1`},
		{change(func(e *scope.Entity) { e.Kind = "" }), `scope: entity "acme": kind "": want 1 to 64 bytes`},
		{change(func(e *scope.Entity) { e.Kind = long }), `scope: entity "acme": kind "` + long[:80] + `": want 1 to 64 bytes`},
		{change(func(e *scope.Entity) { e.Kind = "Customer" }), `scope: entity "acme": kind "Customer": want lower-case letters, digits, '-' and '_' only`},
		{change(func(e *scope.Entity) { e.Kind = "a/b" }), `scope: entity "acme": kind "a/b": want lower-case letters, digits, '-' and '_' only`},
		{change(func(e *scope.Entity) { e.Parent = "\xff" }), `scope: entity "acme": parent: scope: ID "\xff": not valid UTF-8`},
		{change(func(e *scope.Entity) { e.Parent = "acme" }), `scope: cycle: entity "acme" is its own parent`},
		{change(func(e *scope.Entity) { e.Title = "a\x00" }), `scope: entity "acme": title "a\x00": want at most 256 bytes of UTF-8 without control characters`},
		{change(func(e *scope.Entity) { e.Title = "\xff" }), `scope: entity "acme": title "\xff": want at most 256 bytes of UTF-8 without control characters`},
		{change(func(e *scope.Entity) { e.Title = long }), `scope: entity "acme": title "` + long[:80] + `": want at most 256 bytes of UTF-8 without control characters`},
		{change(func(e *scope.Entity) { e.Links = append(e.Links, link("group", "x")) }), `scope: entity "acme": 65 links, at most 64`},
		{change(func(e *scope.Entity) { e.Links[1].Name = "" }), `scope: entity "acme": link name "": want 1 to 64 bytes`},
		{change(func(e *scope.Entity) { e.Links[1].Name = "Group" }), `scope: entity "acme": link name "Group": want lower-case letters, digits, '-' and '_' only`},
		{change(func(e *scope.Entity) { e.Links[1].To = "" }), `scope: entity "acme": link "distributor": scope: ID "": empty; give the host's own ID`},
		{change(func(e *scope.Entity) { e.Links[1].To = "acme" }), `scope: cycle: entity "acme" links to itself as "distributor"`},
		{change(func(e *scope.Entity) { e.Links[3] = e.Links[0] }), `scope: entity "acme": link "distributor" to "dealer" is given twice`},
	} {
		assert.EqualError(t, c.entity.Validate(), c.message)
	}
	for _, e := range []scope.Entity{
		change(func(e *scope.Entity) { e.Parent = "acme" }),
		change(func(e *scope.Entity) { e.Links[0].To = "acme" }),
	} {
		assert.ErrorIs(t, e.Validate(), scope.ErrCycle)
	}
}

func TestEntityClone(t *testing.T) {
	t.Parallel()
	e := scope.Entity{ID: "acme", Kind: "customer", Parent: "north", Title: "Acme", Revision: 3, Links: []scope.Link{link("group", "a")}}
	c := e.Clone()
	require.Empty(t, cmp.Diff(e, c))
	c.Links[0].To = "b"
	assert.Equal(t, "a", e.Links[0].To)
	assert.Nil(t, scope.Entity{}.Clone().Links)
}
