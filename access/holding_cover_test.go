package access_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// newBelow names what is put below an entity for the time of a question.
func newBelow(id string) string { return "new below " + id }

// A deed is one thing to be allowed: an action at a node on an object, or without.
type deed struct {
	object string
	node   roles.Node
	action roles.Action
}

// deeds is what someone is allowed, by the surfaces on which it is.
type deeds map[deed]int

// everySurface is the deed's value where it is allowed on all.
var everySurface = len(access.Surfaces()) //nolint:staticcheck // SA4017: it is the length that is wanted

// deeds asks the engine's rules about everything that the holder could do: with
// every entity, one that is new below each, and without an object.
func (w *smallWorld) deeds(s *access.State, h holder) deeds {
	out := make(deeds)
	objects := []string{""}
	for _, id := range w.ids {
		objects = append(objects, id, newBelow(id))
	}
	for _, object := range objects {
		for n := range smallTree.Nodes() {
			for _, action := range roles.Actions() {
				for _, surface := range access.Surfaces() {
					if w.allowed(s, h, surface, access.Query{Action: action, Node: n, Object: object}) {
						out[deed{object, n, action}]++
					}
				}
			}
		}
	}
	return out
}

func (w *smallWorld) allowed(s *access.State, h holder, surface access.Surface, q access.Query) bool {
	if h.system {
		p, err := w.engine.System(h.name)
		require.NoError(w.t, err)
		return s.Check(w.t.Context(), p, q).Allowed()
	}
	p, err := w.engine.Principal(w.t.Context(), access.Identity{Individual: h.name, Organization: h.organization, Surface: surface})
	require.NoError(w.t, err)
	return s.Check(w.t.Context(), p, q).Allowed()
}

func (w *smallWorld) holding(s *access.State, h holder) access.Holding {
	if h.system {
		p, err := w.engine.System(h.name)
		require.NoError(w.t, err)
		held, err := s.HoldingOf(w.t.Context(), p)
		require.NoError(w.t, err)
		require.Len(w.t, held, 1)
		return held[0]
	}
	held, err := s.Holding(w.t.Context(), h.name, h.organization)
	require.NoError(w.t, err)
	return held
}

// beyond returns a deed of the one that the other may not do on every surface.
func (d deeds) beyond(of deeds) (deed, bool) {
	for x := range d {
		if of[x] < everySurface {
			return x, true
		}
	}
	return deed{}, false
}

// asleep are the entities that the holder is narrowed to and does not reach, even
// with nothing narrowed.
func (w *smallWorld) asleep(h holder) (ids []string) {
	for _, id := range h.listed {
		l, err := scope.Resolve(w.lookup, id)
		if h.rule.Listed && !l.Within(h.organization) || !h.rule.Listed && !h.rule.Reaches(h.organization, nil, &l) || err != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// look asks for everything in a commit that puts something new below each entity
// and is then rolled back, and for the holdings as things stand.
func (w *smallWorld) look() (all []deeds, held []access.Holding) {
	ctx := w.t.Context()
	require.NoError(w.t, w.store.View(ctx, func(r store.Reader) error {
		s := w.engine.At(ctx, r)
		for _, h := range w.holders {
			held = append(held, w.holding(s, h))
		}
		return nil
	}))
	_, err := w.store.Update(ctx, store.Author{ID: "someone"}, func(tx store.Tx) error {
		for _, id := range w.ids {
			require.NoError(w.t, tx.PutEntity(ctx, scope.Entity{ID: newBelow(id), Kind: "any", Parent: id}))
		}
		s := w.engine.At(ctx, tx)
		for _, h := range w.holders {
			all = append(all, w.deeds(s, h))
		}
		return errBroken
	})
	require.ErrorIs(w.t, err, errBroken)
	return all, held
}

// TestCoversIsExact compares Covers with all that the one and the other may do, in
// small random worlds, for everyone and everyone else.
func TestCoversIsExact(t *testing.T) {
	t.Parallel()
	counts := make(map[string]int)
	worlds := count(30, 120, 10_000)
	if slow {
		worlds /= 10
	}
	for seed := range worlds {
		w := newSmallWorld(t, uint64(seed))
		w.compareCovers(seed, counts)
		w.close()
	}
	t.Log(counts)
	pairs := 0
	for _, n := range counts {
		pairs += n
	}
	for _, what := range []string{"covered, and holds something", "table", "scope", "what lies below"} {
		assert.Greater(t, counts[what], pairs/100, what)
	}
	assert.Positive(t, counts["asleep"])
	assert.Less(t, counts["asleep"], pairs/50, "where Covers is stricter than it must be")
}

func (w *smallWorld) compareCovers(seed int, counts map[string]int) {
	t, ctx := w.t, w.t.Context()
	all, held := w.look()
	require.NoError(t, w.store.View(ctx, func(r store.Reader) error {
		s := w.engine.At(ctx, r)
		for i, g := range w.holders {
			for j, h := range w.holders {
				x, err := s.Covers(ctx, held[i], held[j])
				require.NoError(t, err)
				about := fmt.Sprintf("seed %d: %v\nand %v: %v", seed, g, h, x)
				more, beyond := all[j].beyond(all[i])
				require.False(t, x.IsZero() && beyond, "%s\nwould be covered, and may %+v", about, more)
				if beyond {
					w.witness(about, s, x, held[j], all[i], all[j])
				}
				what := "covered"
				switch {
				case x.IsZero() && len(all[j]) > 0 && i != j:
					what = "covered, and holds something"
				case x.IsZero():
				case beyond && !x.Node.IsZero():
					what = "table"
				case beyond && x.Below:
					what = "what lies below"
				case beyond:
					what = "scope"
				case x.Entity == "" && x.Below:
					what = "everything"
					require.True(t, h.system && h.organization == "", about)
				default:
					what = "asleep"
					require.Contains(t, w.asleep(h), x.Entity, about)
					require.False(t, x.Below, about)
				}
				counts[what]++
			}
		}
		return nil
	}))
}

// witness holds that an excess names what the one may do and the other not.
func (w *smallWorld) witness(about string, s *access.State, x access.Excess, held access.Holding, of, has deeds) {
	t := w.t
	switch {
	case !x.Node.IsZero():
		assert.Equal(t, x.Has, held.On(x.Surface, x.Node, x.Reach), about)
		assert.False(t, x.Of.Contains(x.Has), about)
		for d, surfaces := range has {
			if d.node == x.Node && surfaces > 0 && of[d] < everySurface {
				return
			}
		}
		assert.Fail(t, "nothing at the node", about)
	case x.Entity != "":
		object := x.Entity
		if x.Below {
			object = newBelow(object)
		}
		for d := range has {
			if d.object == object {
				assert.Zero(t, of[d], about)
			}
		}
	default:
		assert.True(t, x.Below, about)
	}
}

// TestSameIsSame: whoever holds the same may do the same.
func TestSameIsSame(t *testing.T) {
	t.Parallel()
	same := 0
	for seed := range count(10, 60, 1000) {
		w := newSmallWorld(t, uint64(seed))
		all, held := w.look()
		for i := range held {
			for j := range held {
				if !held[i].Same(held[j]) {
					continue
				}
				if i != j && len(all[i]) > 0 {
					same++
				}
				require.True(t, held[i].SameScope(held[j]))
				require.Equal(t, all[i], all[j], "seed %d: %v and %v", seed, w.holders[i], w.holders[j])
			}
		}
		w.close()
	}
	assert.Positive(t, same)
}

// TestHoldingIsWhatIsAllowed: a holding has at a node what decisions allow there.
func TestHoldingIsWhatIsAllowed(t *testing.T) {
	t.Parallel()
	for seed := range count(5, 40, 400) {
		w := newSmallWorld(t, uint64(seed))
		all, held := w.look()
		for i, h := range w.holders {
			require.Equal(t, h.organization, held[i].Organization())
			reached := map[string]bool{"": true}
			for d := range all[i] {
				reached[d.object] = true
			}
			for object := range reached {
				reach := roles.Below
				switch object {
				case "":
					reach = roles.Either
				case h.organization:
					reach = roles.Own
				}
				for n := range smallTree.Nodes() {
					for _, action := range roles.Actions() {
						surfaces := 0
						for _, surface := range access.Surfaces() {
							if held[i].On(surface, n, reach).Allows(action) {
								surfaces++
							}
						}
						d := deed{object, n, action}
						require.Equal(t, all[i][d], surfaces, "seed %d: %v: %v", seed, h, d)
						require.Equal(t, surfaces == everySurface, held[i].Everywhere(n, reach).Allows(action), "seed %d: %v: %v", seed, h, d)
					}
				}
			}
		}
		w.close()
	}
}

// TestCoversOnBehalf: both of what an actor and the individual hold count, so that
// nobody gives on behalf what it could not do on behalf.
func TestCoversOnBehalf(t *testing.T) {
	t.Parallel()
	covered := 0
	for seed := range count(8, 60, 600) {
		w := newSmallWorld(t, uint64(seed))
		covered += w.compareOnBehalf(seed)
		w.close()
	}
	assert.Positive(t, covered)
}

func (w *smallWorld) compareOnBehalf(seed int) (covered int) {
	t, ctx := w.t, w.t.Context()
	all, held := w.look()
	people := slices.DeleteFunc(slices.Clone(w.holders), func(h holder) bool { return h.system })
	_, err := w.store.Update(ctx, store.Author{ID: "someone"}, func(tx store.Tx) error {
		for _, id := range w.ids {
			require.NoError(t, tx.PutEntity(ctx, scope.Entity{ID: newBelow(id), Kind: "any", Parent: id}))
			o, err := tx.Organization(ctx, id)
			require.NoError(t, err)
			o.DefaultRole = fmt.Sprint("t", w.rand.IntN(len(smallShapes)), "-0")
			o.AllowedRoles = []string{o.DefaultRole}
			require.NoError(t, tx.PutOrganization(ctx, o))
		}
		s := w.engine.At(ctx, tx)
		for _, actor := range people {
			target, asDefault := people[w.rand.IntN(len(people))], w.chance(50)
			var as []*access.Principal
			for _, surface := range access.Surfaces() {
				a, err := w.engine.Principal(ctx, access.Identity{Individual: actor.name, Organization: actor.organization, Surface: surface})
				require.NoError(t, err)
				p, err := w.engine.Principal(ctx, access.Identity{Individual: target.name, Organization: target.organization, Surface: surface,
					OnBehalf: &access.OnBehalf{Actor: a, AsDefault: asDefault, Start: s.Instant()}})
				require.NoError(t, err)
				as = append(as, p)
			}
			both, err := s.HoldingOf(ctx, as[0])
			if errors.Is(err, access.ErrNoHolding) {
				require.True(t, asDefault, "a default role of another type: %v", err)
				require.Equal(t, access.Unavailable, s.Check(ctx, as[0], access.Query{Action: roles.View, Path: "a"}).Reason())
				continue
			}
			require.NoError(t, err)
			require.Len(t, both, 2)
			for j := range w.holders {
				ok := true
				for _, h := range both {
					x, err := s.Covers(ctx, h, held[j])
					require.NoError(t, err)
					ok = ok && x.IsZero()
				}
				if !ok {
					continue
				}
				for d := range all[j] {
					if d.object == "" {
						continue // the actor answers for the individual's organization then
					}
					covered++
					for _, p := range as {
						got := s.Check(ctx, p, access.Query{Action: d.action, Node: d.node, Object: d.object})
						require.True(t, got.Allowed(), "seed %d: %v for %v as default %v, who would cover %v, may not %+v: %v",
							seed, actor, target, asDefault, w.holders[j], d, got)
					}
				}
			}
		}
		return errBroken
	})
	require.ErrorIs(t, err, errBroken)
	return covered
}
