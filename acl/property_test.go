package acl_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

// Compiling gives what the slow evaluator gives, for every question.
func TestCompileIsTheNaiveEvaluation(t *testing.T) {
	check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for _, id := range w.ids {
			c, err := w.system.Compile(w.levels[id], w.lookup)
			require.NoError(t, err)
			of, err := w.system.Type(w.levels[id].Type)
			require.NoError(t, err)
			for _, o := range []acl.Operation{acl.Select, acl.Insert, acl.Update, acl.Delete} {
				for _, on := range append(slices.Clone(worldTargets), "A.z", "D.x", "D.*any*") {
					object, attribute, _ := strings.Cut(on, ".")
					assert.Equal(t, !of.Component() && w.holds(id, o, object, attribute), c.Allows(o, object, attribute), "%s: %v %s", id, o, on)
				}
			}
			for n := range w.system.Model().Tree().Nodes() {
				choices := n.Choices(of.RoleType)
				for _, r := range []roles.Reach{roles.Own, roles.Below} {
					want := w.value(id, n) & choices[len(choices)-1] & w.system.Model().Ceiling(of.RoleType, n, r)
					assert.Equal(t, want, c.Table().Permission(n, r), "%s at %s, %v", id, n, r)
				}
			}
		}
	})
}

// What Needs names is what an action takes, no more and no less.
func TestNeedsIsWhatTheTableAsks(t *testing.T) {
	check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for _, id := range w.ids {
			c, err := w.system.Compile(w.levels[id], w.lookup)
			require.NoError(t, err)
			if c.Table() == nil {
				continue
			}
			for n := range w.system.Model().Tree().Nodes() {
				choices := n.Choices(c.Table().Type())
				for _, a := range roles.Actions() {
					needs := w.system.Needs(n, a)
					missing := slices.ContainsFunc(needs, func(p acl.Permission) bool {
						return !c.Allows(acl.Operation(p.Operations), p.Object, p.Attribute)
					})
					want := len(needs) > 0 && !missing && choices[len(choices)-1].Allows(a)
					assert.Equal(t, want, c.Table().Value(n).Allows(a), "%s: %v at %s", id, a, n)
				}
			}
		}
	})
}

// The order in which a level lists what it has makes no difference.
func TestUnionHasNoOrder(t *testing.T) {
	check(t, func(t *rapid.T) {
		w := drawWorld(t)
		shuffled := &world{system: w.system, levels: make(map[string]acl.Level)}
		for id, l := range w.levels {
			l = l.Copy()
			l.Permissions, l.Components = drawPermutation(t, l.Permissions), drawPermutation(t, l.Components)
			shuffled.levels[id] = l
		}
		for _, id := range w.ids {
			a, err := w.system.Compile(w.levels[id], w.lookup)
			require.NoError(t, err)
			b, err := w.system.Compile(shuffled.levels[id], shuffled.lookup)
			require.NoError(t, err)
			assert.Equal(t, a.Permissions(), b.Permissions())
			assert.Equal(t, a.Components(), b.Components())
			assert.Equal(t, a.Table().Packed(), b.Table().Packed())
		}
	})
}

func drawPermutation[T any](t *rapid.T, list []T) []T {
	if len(list) == 0 {
		return list
	}
	return rapid.Permutation(list).Draw(t, "permutation")
}

// existing is the world as an upgrade finds it: some of the system defaults
// have a matching role, some of the roles are there already.
func (w *world) existing(t *rapid.T) acl.Existing {
	e := acl.Existing{Holders: w.holders, Matching: make(map[string]string)}
	for _, id := range w.ids {
		l := w.levels[id]
		e.Levels = append(e.Levels, l)
		of, _ := w.system.Type(l.Type)
		if l.System && !of.Component() && rapid.Bool().Draw(t, "matching") {
			e.Matching[id] = "system-" + id
			e.Roles = append(e.Roles, w.drawRole(t, "system-"+id, of.RoleType))
		}
		if !l.System && !of.Component() && rapid.IntRange(0, 3).Draw(t, "made") == 0 {
			e.Roles = append(e.Roles, w.drawRole(t, "acl-"+id, of.RoleType))
		}
	}
	return e
}

func (w *world) drawRole(t *rapid.T, id, typeName string) roles.Role {
	set := make(map[string]roles.Permission)
	for n := range w.system.Model().Tree().Nodes() {
		if rapid.Bool().Draw(t, "set") {
			set[n.Path()] = rapid.SampledFrom(n.Choices(typeName)).Draw(t, "choice")
		}
	}
	return roles.NewRole(id, "Role "+id, typeName, set)
}

// What a plan says of its roles holds when they are compiled once more.
func TestPlannedRolesNeverExceedTheirLevels(t *testing.T) {
	model := func(w *world) *roles.Model { return w.system.Model() }
	check(t, func(t *rapid.T) {
		w := drawWorld(t)
		existing := w.existing(t)
		plan, err := acl.PlanMigration(w.system, existing, nil)
		require.NoError(t, err)
		for _, o := range plan.Outcomes {
			c, err := w.system.Compile(w.levels[o.Level], w.lookup)
			require.NoError(t, err)
			role, err := model(w).Compile(o.Role)
			require.NoError(t, err)
			assert.Equal(t, roles.Diff(c.Table(), role), o.Proof.Differences)
			assert.Equal(t, model(w).Tree().Len(), o.Proof.Nodes)
			assert.Equal(t, !roles.Covers(c.Table(), role), o.Proof.Gains())
			if o.Exists {
				if o.Rule == acl.AssignCustom {
					assert.True(t, roles.Covers(c.Table(), role), "assigned without an administrator")
				}
				continue
			}
			assert.NotEqual(t, acl.AssignMatching, o.Rule)
			values := make(map[roles.Node]roles.Permission)
			for n := range model(w).Tree().Nodes() {
				limit := c.Table().Value(n)
				if up, ok := n.Parent(); ok && model(w).Tree().Narrowing() {
					limit &= values[up]
				}
				for _, choice := range n.Choices(o.Role.Type) {
					if limit.Contains(choice) {
						values[n] = choice
					}
				}
				assert.Equal(t, values[n], role.Value(n), "the most that is in the level at %s", n)
				for _, r := range []roles.Reach{roles.Own, roles.Below} {
					assert.True(t, c.Table().Permission(n, r).Contains(role.Permission(n, r)), "more than the level at %s", n)
				}
			}
			for path := range o.Role.Permissions {
				fewer := o.Role.Copy()
				delete(fewer.Permissions, path)
				other, err := model(w).Compile(fewer)
				require.NoError(t, err)
				same := true
				for n := range model(w).Tree().Nodes() {
					same = same && other.Value(n) == role.Value(n)
				}
				assert.False(t, same, "the setting at %s does nothing", path)
			}
		}
	})
}

// Nobody is lost, nobody is in two places, and the order of what an upgrade
// finds makes no difference.
func TestPlanPlacesEveryHolderOnce(t *testing.T) {
	check(t, func(t *rapid.T) {
		w := drawWorld(t)
		existing := w.existing(t)
		plan, err := acl.PlanMigration(w.system, existing, nil)
		require.NoError(t, err)
		places := make(map[[2]string]int)
		for _, o := range plan.Outcomes {
			for _, a := range append(slices.Clone(o.Assign), o.Offer...) {
				assert.Equal(t, [2]string{o.Role.ID, o.Level}, [2]string{a.Role, a.Level}, "both are written")
				places[[2]string{a.Individual, a.Organization}]++
			}
			for _, h := range append(slices.Clone(o.Done), o.Kept...) {
				assert.NotEmpty(t, h.Role)
				assert.Equal(t, o.Level, h.Level)
				places[[2]string{h.Individual, h.Organization}]++
			}
		}
		for _, p := range plan.Problems {
			assert.NotEmpty(t, p.Error())
			if p.Holder != (acl.Holder{}) {
				places[[2]string{p.Holder.Individual, p.Holder.Organization}]++
			}
		}
		assert.Len(t, places, len(existing.Holders))
		for who, n := range places {
			assert.Equal(t, 1, n, "%v", who)
		}

		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(existing.Levels), func(i, j int) { existing.Levels[i], existing.Levels[j] = existing.Levels[j], existing.Levels[i] })
		r.Shuffle(len(existing.Holders), func(i, j int) {
			existing.Holders[i], existing.Holders[j] = existing.Holders[j], existing.Holders[i]
		})
		slices.Reverse(existing.Roles)
		again, err := acl.PlanMigration(w.system, existing, nil)
		require.NoError(t, err)
		assert.Equal(t, plan.String(), again.String())
		assert.Equal(t, plan.Outcomes, again.Outcomes)
	})
}

// carryOut writes the plan, and what it offers.
func carryOut(e acl.Existing, plan *acl.Plan) acl.Existing {
	e.Roles = append(slices.Clone(e.Roles), plan.Roles()...)
	e.Holders = slices.Clone(e.Holders)
	for _, a := range append(plan.Assignments(), plan.Offers()...) {
		i := slices.IndexFunc(e.Holders, func(h acl.Holder) bool {
			return h.Individual == a.Individual && h.Organization == a.Organization
		})
		e.Holders[i].Role = a.Role
	}
	return e
}

// A plan that was carried out leaves nothing to do.
func TestPlanIsIdempotent(t *testing.T) {
	check(t, func(t *rapid.T) {
		w := drawWorld(t)
		existing := w.existing(t)
		plan, err := acl.PlanMigration(w.system, existing, nil)
		require.NoError(t, err)
		again, err := acl.PlanMigration(w.system, carryOut(existing, plan), nil)
		require.NoError(t, err)
		assert.Empty(t, again.Roles())
		assert.Empty(t, again.Assignments())
		assert.Empty(t, again.Offers())
		assert.Equal(t, fmt.Sprint(plan.Problems), fmt.Sprint(again.Problems))
		require.Len(t, again.Outcomes, len(plan.Outcomes))
		for i, o := range plan.Outcomes {
			assert.Equal(t, o.Proof, again.Outcomes[i].Proof)
		}
	})
}
