package manage_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// Agents may do everything with what they reach: nearby ones reach what links to
// them, and others also what lies below that.
var alongModel = roles.MustModel(roles.MustTree(roles.Entity("entities")),
	roles.Type{Name: "nearby", OwnerKind: "agent", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true, Link: "agent"}},
	roles.Type{Name: "agent", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true, Link: "agent", LinkedBelow: true}})

// alongDesk is the desk of an agent of ag, to which the dealer d links with the
// client c below it, and whatever else there is:
//
//	p (provider)
//	├─ ag (agent)
//	└─ d (dealer), linked to ag
//	   └─ c (client), linked to ag
func alongDesk(t *testing.T, typeName string, more ...scope.Entity) (*manage.RoleDesk, store.Store, *access.Engine) {
	t.Helper()
	ctx, s := t.Context(), memstore.New(nil)
	t.Cleanup(func() { _ = s.Close() })
	toAgent := []scope.Link{{Name: "agent", To: "ag"}}
	_, err := s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		for _, e := range append([]scope.Entity{
			{ID: "p", Kind: "provider"}, {ID: "ag", Kind: "agent", Parent: "p"},
			{ID: "d", Kind: "dealer", Parent: "p", Links: toAgent}, {ID: "c", Kind: "client", Parent: "d", Links: toAgent},
		}, more...) {
			require.NoError(t, tx.PutEntity(ctx, e))
		}
		require.NoError(t, tx.PutRole(ctx, roles.NewRole("all", "All", typeName, map[string]roles.Permission{"entities": roles.Modify})))
		require.NoError(t, tx.PutOrganization(ctx, individuals.Organization{Entity: "ag", AllowedRoles: []string{"all"}}))
		require.NoError(t, tx.PutIndividual(ctx, individuals.Individual{ID: "agnes", RoleType: typeName, Organization: "ag", AllowList: ipallow.Anywhere()}))
		return tx.PutGrant(ctx, individuals.Grant{Individual: "agnes", Organization: "ag"}.WithRole("all"))
	})
	require.NoError(t, err)
	engine, err := access.New(ctx, s, alongModel, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	m, err := manage.New(engine, s, roles.Guards{Entities: "entities"}, nil)
	require.NoError(t, err)
	agnes, err := engine.Principal(ctx, access.Identity{Individual: "agnes", Address: office, Epoch: access.CurrentEpoch})
	require.NoError(t, err)
	return m.Roles(agnes), s, engine
}

// TestMoveAlong: who reaches an entity by a link moves it below themselves, or links
// it once more, where all that comes along is theirs to change already; else they
// would reach by that what they did not.
func TestMoveAlong(t *testing.T) {
	t.Parallel()
	move := func(e scope.Entity) scope.Entity { e.Parent = "ag"; return e }
	link := func(e scope.Entity) scope.Entity {
		e.Links = append(slices.Clone(e.Links), scope.Link{Name: "group", To: "ag"})
		return e
	}
	rename := func(e scope.Entity) scope.Entity { e.Title = "Another"; return e }
	account := scope.Entity{ID: "hidden", Kind: "account", Parent: "c"}
	known := account
	known.Links = []scope.Link{{Name: "agent", To: "ag"}}
	partner := scope.Entity{ID: "hidden", Kind: "client", Parent: "p", Links: []scope.Link{{Name: "agent", To: "c"}}}
	member := partner
	member.Links = []scope.Link{{Name: "group", To: "c"}} // by any link
	friend := scope.Entity{ID: "friend", Kind: "client", Parent: "p", Links: []scope.Link{{Name: "agent", To: "ag"}, {Name: "agent", To: "c"}}}
	friends := scope.Entity{ID: "hidden", Kind: "account", Parent: "friend"}
	deep := scope.Entity{ID: "hidden", Kind: "client", Parent: "p", Links: []scope.Link{{Name: "agent", To: "below"}}}
	below := scope.Entity{ID: "below", Kind: "account", Parent: "c", Links: []scope.Link{{Name: "agent", To: "ag"}}}
	for i, c := range []struct {
		name   string
		of     string
		change func(scope.Entity) scope.Entity
		more   []scope.Entity
		denied bool
	}{
		{"nothing comes along", "nearby", move, nil, false},
		{"nothing comes along by a link", "nearby", link, nil, false},
		{"what lies below is not reached", "nearby", move, []scope.Entity{account}, true},
		{"what lies below is not reached, by a link", "nearby", link, []scope.Entity{account}, true},
		{"what lies below is reached by a link", "nearby", move, []scope.Entity{known}, false},
		{"what lies below is reached", "agent", move, []scope.Entity{account}, false},
		{"what lies below is reached, by a link", "agent", link, []scope.Entity{account}, false},
		{"what links to it is not reached", "agent", move, []scope.Entity{partner}, true},
		{"what links to it by another name is not reached", "agent", move, []scope.Entity{member}, true},
		{"what links to it stays where it is linked", "agent", link, []scope.Entity{partner}, false},
		{"what links to it is reached", "nearby", move, []scope.Entity{friend}, false},
		{"what lies below what links to it is not reached", "nearby", move, []scope.Entity{friend, friends}, true},
		{"what lies below what links to it is reached", "agent", move, []scope.Entity{friend, friends}, false},
		{"what links to what lies below is not reached", "agent", move, []scope.Entity{below, deep}, true},
		{"neither moved nor linked", "nearby", rename, []scope.Entity{account}, false},
	} {
		t.Run(fmt.Sprint(i, " ", c.name), func(t *testing.T) {
			t.Parallel()
			desk, s, engine := alongDesk(t, c.of, c.more...)
			read := func() (e scope.Entity) {
				require.NoError(t, s.View(t.Context(), func(r store.Reader) (err error) { e, err = r.Entity(t.Context(), "c"); return err }))
				return e
			}
			before := read()
			reaches := func() bool {
				p, err := engine.Principal(t.Context(), access.Identity{Individual: "agnes", Address: office, Epoch: access.CurrentEpoch})
				require.NoError(t, err)
				return p.Check(t.Context(), access.Query{Action: roles.View, Path: "entities", Object: "hidden"}).Allowed()
			}
			reached := reaches()
			_, err := desk.UpdateEntity(t.Context(), c.change(before.Clone()))
			if !c.denied {
				require.NoError(t, err)
				assert.Equal(t, reached, reaches(), "reached by its own change")
				return
			}
			require.ErrorIs(t, err, manage.ErrDenied)
			require.EqualError(t, err, `manage: change an entity: entity "c": `+manage.ErrDenied.Error()+`: not everything that comes along with it is yours to change`)
			assert.NotContains(t, err.Error(), "hidden")
			assert.Equal(t, before, read())
			assert.False(t, reaches())
			// A preview tells no more, and does no more.
			_, err = desk.Preview(t.Context(), func(d *manage.RoleDesk) error { return only(d.UpdateEntity(t.Context(), c.change(before.Clone()))) })
			require.ErrorIs(t, err, manage.ErrDenied)
		})
	}
}
