package access_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// smallShapes are the scopes of the design's role types, and others that rules
// can have.
var smallShapes = []scope.Rule{
	{}, {Below: true}, {Below: true}, {Below: true, Link: "l", LinkedBelow: true}, {Link: "l"}, {Link: "l", LinkedBelow: true}, {Below: true, Link: "l"},
	{Listed: true}, {Listed: true, Below: true}, {Listed: true, Link: "l"}, {Listed: true, Below: true, Link: "l", LinkedBelow: true},
}

var smallTree = roles.MustTree(
	roles.NodeSpec{Name: "a", Kind: roles.KindEntity, Children: []roles.NodeSpec{
		{Name: "moved", Kind: roles.KindPanel, Marks: roles.Moved}, {Name: "own", Kind: roles.KindPanel, Marks: roles.OwnHands}}},
	roles.Entity("b"),
)

// A holder is whoever holds something in a small world.
type holder struct {
	name         string // of a system principal, if organization is ""
	organization string
	listed       []string
	rule         scope.Rule
	system       bool
}

func (h holder) String() string {
	return fmt.Sprintf("%s in %q, %+v, listed %q", h.name, h.organization, h.rule, h.listed)
}

// A smallWorld has a handful of entities of one kind, in which people of any type
// can be, so that most scopes lie within or across each other.
type smallWorld struct {
	t       *testing.T
	rand    *rand.Rand
	store   *memstore.Store
	engine  *access.Engine
	forest  map[string]scope.Entity
	ids     []string
	holders []holder
}

func newSmallWorld(t *testing.T, seed uint64) *smallWorld {
	w := &smallWorld{t: t, rand: rand.New(rand.NewPCG(seed, 1)), store: memstore.New(nil), forest: make(map[string]scope.Entity)}
	var types []roles.Type
	for i, rule := range smallShapes {
		made := roles.Type{Name: fmt.Sprint("t", i), OwnerKind: "any", Scope: rule, Ceiling: roles.Ceiling{Base: roles.Modify}}
		switch {
		case w.chance(15): // less of its own than of what lies below
			made.Ceiling, made.Below = w.ceiling(), &roles.Ceiling{Base: roles.Modify}
		case w.chance(15):
			below := w.ceiling()
			made.Below = &below
		case w.chance(10):
			made.Ceiling = w.ceiling()
		}
		types = append(types, made)
	}
	model, err := roles.NewModel(smallTree, types...)
	require.NoError(t, err)
	opts := &access.Options{PollInterval: time.Hour, MaxStaleness: time.Hour}
	if w.chance(40) {
		opts.Coexistence = access.PerSurface
	}
	levels := &acl.Options{}
	for _, of := range types {
		levels.Types = append(levels.Types, acl.Type{Name: of.Name, RoleType: of.Name})
	}
	opts.ACLs, err = acl.NewSystem(model, []acl.Mapping{{Node: "a", Subtree: true, Needs: []string{"O.a"}}, {Node: "b", Needs: []string{"O.b"}}}, levels)
	require.NoError(t, err)

	w.grow()
	_, err = w.store.Update(t.Context(), store.Author{ID: "setup"}, func(tx store.Tx) error { return w.settle(tx, types) })
	require.NoError(t, err)
	for i := range 3 {
		s := access.System{Name: fmt.Sprint("job", i), Type: "t1", Permissions: w.settings()}
		if i > 0 {
			s.Below = w.any()
		}
		opts.Systems = append(opts.Systems, s)
		h := holder{name: s.Name, organization: s.Below, system: true}
		if i > 0 {
			h.rule = scope.Rule{Below: true}
		}
		w.holders = append(w.holders, h)
	}
	w.engine, err = access.New(t.Context(), w.store, model, opts)
	require.NoError(t, err)
	return w
}

func (w *smallWorld) close() {
	require.NoError(w.t, w.engine.Close())
	require.NoError(w.t, w.store.Close())
}

func (w *smallWorld) chance(percent int) bool { return w.rand.IntN(100) < percent }

func (w *smallWorld) any() string { return w.ids[w.rand.IntN(len(w.ids))] }

func (w *smallWorld) ceiling() roles.Ceiling {
	some := []roles.Permission{roles.Restrict, roles.Read, roles.Modify}
	return roles.Ceiling{Base: some[w.rand.IntN(3)], At: map[string]roles.Permission{"a": some[w.rand.IntN(3)]}}
}

// settings are those of a role: mostly everything, so that scopes matter.
func (w *smallWorld) settings() map[string]roles.Permission {
	if w.chance(75) {
		return map[string]roles.Permission{"a": roles.Modify, "b": roles.Modify}
	}
	some := []roles.Permission{roles.Restrict, roles.Read, roles.Modify}
	set := make(map[string]roles.Permission)
	for _, path := range []string{"a", "a/moved", "a/own", "b"} {
		if w.chance(50) {
			set[path] = some[w.rand.IntN(3)]
		}
	}
	return set
}

// grow draws the entities: one tree, sometimes two.
func (w *smallWorld) grow() {
	roots := make(map[string]string)
	for i := range 4 + w.rand.IntN(4) {
		e := scope.Entity{ID: fmt.Sprint("e", i), Kind: "any"}
		roots[e.ID] = e.ID
		if i > 0 && !w.chance(8) {
			e.Parent = w.any()
			roots[e.ID] = roots[e.Parent]
		}
		w.forest[e.ID], w.ids = e, append(w.ids, e.ID)
	}
	for _, id := range w.ids {
		e := w.forest[id]
		for _, to := range w.ids {
			if to != id && roots[to] == roots[id] && w.chance(15) {
				e.Links = append(e.Links, scope.Link{Name: []string{"l", "l", "m"}[w.rand.IntN(3)], To: to})
			}
		}
		w.forest[id] = e
	}
}

// settle writes the entities, the people and what they hold.
func (w *smallWorld) settle(tx store.Tx, types []roles.Type) error {
	ctx := w.t.Context()
	for _, id := range w.ids { // parents come first, links may not
		e := w.forest[id]
		e.Links = nil
		if err := tx.PutEntity(ctx, e); err != nil {
			return err
		}
	}
	for _, id := range w.ids {
		was, err := tx.Entity(ctx, id)
		e := w.forest[id]
		e.Revision = was.Revision
		if err := errors.Join(err, tx.PutEntity(ctx, e), tx.PutOrganization(ctx, individuals.Organization{Entity: id})); err != nil {
			return err
		}
	}
	for _, of := range types {
		for i := range 2 {
			id := fmt.Sprint(of.Name, "-", i)
			l := acl.Level{ID: id, Name: id, Type: of.Name, Permissions: acl.MustPermissions("select+insert+update+delete O.*any*")}
			if i == 1 {
				l.Permissions = acl.MustPermissions("select O.a")
			}
			if err := errors.Join(tx.PutRole(ctx, roles.NewRole(id, id, of.Name, w.settings())), tx.PutACL(ctx, l)); err != nil {
				return err
			}
		}
	}
	for i := range 9 {
		if err := w.person(ctx, tx, fmt.Sprint("p", i), types[w.rand.IntN(len(types))]); err != nil {
			return err
		}
	}
	return nil
}

func (w *smallWorld) person(ctx context.Context, tx store.Tx, id string, of roles.Type) error {
	home := w.any()
	if w.chance(60) { // many in few places, so that their scopes are alike
		home = w.ids[w.rand.IntN(2)]
	}
	err := tx.PutIndividual(ctx, individuals.Individual{ID: id, RoleType: of.Name, Organization: home, AllowList: ipallow.Anywhere()})
	organizations := []string{home}
	if other := w.any(); other != home && w.chance(30) {
		organizations = append(organizations, other)
	}
	for _, organization := range organizations {
		h := holder{name: id, organization: organization, rule: of.Scope}
		percent := 30
		if of.Scope.Listed {
			percent = 95
		}
		if w.chance(percent) {
			h.listed = w.list(organization, of.Scope)
		}
		g := individuals.Grant{Individual: id, Organization: organization, Listed: h.listed}
		slot := fmt.Sprint(of.Name, "-", w.rand.IntN(2))
		switch w.rand.IntN(7) {
		case 0:
			g = g.WithACL(slot)
		case 1, 2:
			g = g.WithRole(slot).WithACL(fmt.Sprint(of.Name, "-", w.rand.IntN(2)))
		default:
			g = g.WithRole(slot)
		}
		w.holders = append(w.holders, h)
		err = errors.Join(err, tx.PutGrant(ctx, g))
	}
	return err
}

// list draws what a person is narrowed to, most of it within reach.
func (w *smallWorld) list(organization string, rule scope.Rule) (listed []string) {
	for _, id := range w.ids {
		l, err := scope.Resolve(w.lookup, id)
		require.NoError(w.t, err)
		percent := 6
		if rule.Listed && l.Within(organization) || !rule.Listed && rule.Reaches(organization, nil, &l) {
			percent = 50
		}
		if w.chance(percent) {
			listed = append(listed, id)
		}
	}
	if w.chance(2) {
		listed = append(listed, "nothing yet")
	}
	return listed
}

// lookup reads the forest.
func (w *smallWorld) lookup(id string) (scope.Entity, error) {
	if e, ok := w.forest[id]; ok {
		return e, nil
	}
	return scope.Entity{}, scope.ErrUnknown
}
