package manage_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// previewed are changes of people's rights, beside the operations, that Preview
// must tell exactly.
func previewed() []operation {
	change := func(variant string, do func(w *world, d *manage.RoleDesk) error) operation {
		return operation{method: "Preview", variant: variant, do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error { return do(w, d) }}
	}
	after := func(o operation, prepare func(w *world)) operation { o.prepare = prepare; return o }
	edit := func(variant, role string, permissions map[string]roles.Permission) operation {
		return change(variant, func(w *world, d *manage.RoleDesk) error {
			r := w.storedRole(role)
			for path, p := range permissions {
				r.Permissions[path] = roles.Setting{Permission: p}
			}
			return errOf(d.UpdateRole(w.ctx, r))
		})
	}
	settings := func(variant string, fn func(o *individuals.Organization)) operation {
		return change(variant, func(w *world, d *manage.RoleDesk) error {
			o := w.organization("abc")
			fn(&o)
			return errOf(d.PutOrganization(w.ctx, o))
		})
	}
	entity := func(variant, id string, fn func(e *scope.Entity)) operation {
		return change(variant, func(w *world, d *manage.RoleDesk) error {
			e := w.entity(id)
			fn(&e)
			return errOf(d.UpdateEntity(w.ctx, e))
		})
	}
	return []operation{
		edit("an edited role", billing.RolePBXAdmin, map[string]roles.Permission{"customer/pbx": roles.Read, "customer/billing": roles.Modify}),
		edit("an edited role of many", billing.RoleReseller, map[string]roles.Permission{"customer": roles.Read, "product": roles.Restrict}),
		edit("an edit within the ceiling", billing.RoleCustomerAdmin, map[string]roles.Permission{"tariff": roles.Modify}),
		change("several", func(w *world, d *manage.RoleDesk) error {
			if _, err := d.GrantRole(w.ctx, "steve", "abc", billing.RoleCustomer); err != nil {
				return err
			}
			if _, err := d.ClearRole(w.ctx, "greg", "abc"); err != nil {
				return err
			}
			return errOf(d.GrantRole(w.ctx, "steve", "abc", billing.RoleOperationsManager))
		}),
		change("back and forth", func(w *world, d *manage.RoleDesk) error {
			if _, err := d.GrantRole(w.ctx, "steve", "abc", billing.RoleCustomer); err != nil {
				return err
			}
			return errOf(d.GrantRole(w.ctx, "steve", "abc", billing.RolePBXAdmin))
		}),
		change("another organization", func(w *world, d *manage.RoleDesk) error {
			return errOf(d.GrantRole(w.ctx, "steve", "xyz", billing.RolePBXAdmin))
		}),
		settings("closing", func(o *individuals.Organization) { o.Closed = true }),
		after(settings("opening", func(o *individuals.Organization) { o.Closed = false }), func(w *world) {
			require.NoError(w.t, w.organizationWith("abc", func(o *individuals.Organization) { o.Closed = true }))
		}),
		entity("a sold customer", "abc", func(e *scope.Entity) { e.Parent = "south" }),
		entity("a customer without partners", "abc", func(e *scope.Entity) { e.Links = nil }),
		entity("a customer with a partner", "xyz", func(e *scope.Entity) {
			e.Links = []scope.Link{{Name: billing.LinkDistributor, To: "dist"}, {Name: billing.LinkRepresentative, To: "rep"}}
		}),
		entity("an account out of its group", "abc-2", func(e *scope.Entity) { e.Links = nil }),
		entity("an account of another customer", "abc-1", func(e *scope.Entity) { e.Parent, e.Links = "xyz", nil }),
		entity("a subreseller", "south", func(e *scope.Entity) { e.Parent = "north" }),
		after(entity("a customer out of reach of its role", "xyz", func(e *scope.Entity) { e.Parent = "south" }), northsRoleForZoe),
		after(entity("a customer back in reach of its role", "xyz", func(e *scope.Entity) { e.Parent = "north" }), func(w *world) {
			northsRoleForZoe(w)
			e := w.entity("xyz")
			e.Parent = "south"
			require.NoError(w.t, errOf(w.role("ann").UpdateEntity(w.ctx, e)))
		}),
	}
}

// northsRoleForZoe gives zoe a role that is used below north only.
func northsRoleForZoe(w *world) {
	w.t.Helper()
	ann := w.role("ann")
	require.NoError(w.t, errOf(ann.CloneRole(w.ctx, billing.RolePBXAdmin, "norths", "North's", "north")))
	require.NoError(w.t, w.organizationWith("xyz", func(o *individuals.Organization) { o.AllowedRoles = append(o.AllowedRoles, "norths") }))
	require.NoError(w.t, errOf(ann.GrantRole(w.ctx, "zoe", "xyz", "norths")))
}

var allSurfaces = []access.Surface{access.NewInterface, access.OldInterface, access.API}

// An assignment is an individual in an organization.
type assignment struct{ individual, organization string }

// A sight is what an assignment allows of one entity: permissions by surface and
// node, and how the entity stands to the organization.
type sight struct {
	reach   roles.Reach
	reached bool
	on      [3][]roles.Permission
}

// sights are those of every grant and entity at the nodes, by decisions of the
// engine alone.
func (w *world) sights(nodes []roles.Node) map[assignment]map[string]sight {
	w.t.Helper()
	var grants []individuals.Grant
	var entities []scope.Entity
	w.read(func(r store.Reader) (err error) {
		if grants, err = r.Grants(w.ctx, store.GrantFilter{}, store.GrantPage{}); err == nil {
			entities, err = r.Entities(w.ctx, store.EntityFilter{}, store.Page{})
		}
		return err
	})
	out := make(map[assignment]map[string]sight)
	for _, g := range grants {
		of := make(map[string]sight)
		for _, e := range entities {
			seen := sight{reach: roles.Below}
			if e.ID == g.Organization {
				seen.reach = roles.Own
			}
			for i, surface := range allSurfaces {
				p := w.principal(g.Individual, func(id *access.Identity) { id.Organization, id.Surface = g.Organization, surface })
				for _, n := range nodes {
					var allowed roles.Permission
					for _, a := range roles.Actions() {
						if p.CanOn(w.ctx, a, n, e.ID) {
							allowed |= roles.Permit(a)
							seen.reached = true
						}
					}
					seen.on[i] = append(seen.on[i], allowed)
				}
			}
			of[e.ID] = seen
		}
		out[assignment{g.Individual, g.Organization}] = of
	}
	return out
}

// An aclGoverns tells where the desk of the role system shows nothing.
type aclGoverns func(a assignment, surface access.Surface, n roles.Node) bool

// aclGoverns is by the grants of now and of when it was made.
func (w *world) aclGoverns(mode access.Coexistence) func() aclGoverns {
	grants := func() map[assignment]individuals.Grant {
		out := make(map[assignment]individuals.Grant)
		w.read(func(r store.Reader) error {
			all, err := r.Grants(w.ctx, store.GrantFilter{}, store.GrantPage{})
			for _, g := range all {
				out[assignment{g.Individual, g.Organization}] = g
			}
			return err
		})
		return out
	}
	before := grants()
	return func() aclGoverns {
		after := grants()
		return func(a assignment, surface access.Surface, n roles.Node) bool {
			preferred := access.ACLSlot
			if surface == access.NewInterface || surface == access.API && n.Marks()&roles.Moved != 0 {
				preferred = access.RoleSlot
			}
			return mode.Govern(before[a], preferred).Slot == access.ACLSlot || mode.Govern(after[a], preferred).Slot == access.ACLSlot
		}
	}
}

// holdsExactly compares an effect with what became of decisions.
func (w *world) holdsExactly(effect manage.Effect, nodes []roles.Node, hides aclGoverns, before, after map[assignment]map[string]sight) {
	w.t.Helper()
	told := make(map[assignment]manage.PersonEffect)
	for _, p := range effect.People {
		told[assignment{p.Individual, p.Organization}] = p
	}
	require.Zero(w.t, effect.Hidden, "ann sees everyone")
	all := maps.Clone(after)
	maps.Copy(all, before)
	unseen := sight{on: [3][]roles.Permission{make([]roles.Permission, len(nodes)), make([]roles.Permission, len(nodes)), make([]roles.Permission, len(nodes))}}
	for a := range all {
		e, isTold := told[a]
		changed, scoped := false, false
		type at struct {
			node    roles.Node
			reach   roles.Reach
			surface access.Surface
		}
		differs := make(map[at][2]roles.Permission)
		for _, c := range e.Changes {
			require.NotEqual(w.t, c.Before, c.After, "%v: %s", a, c.Node)
			require.False(w.t, hides(a, c.Surface, c.Node), "%v: %s on the %s shows what a level holds", a, c.Node, c.Surface)
			differs[at{c.Node, c.Reach, c.Surface}] = [2]roles.Permission{c.Before, c.After}
		}
		for id := range all[a] {
			was, is := before[a][id], unseen
			if after[a] != nil {
				then, there := after[a][id]
				if !there {
					continue // the entity is gone, for everyone
				}
				is = then
			}
			if before[a] == nil {
				was = unseen
			}
			reach := all[a][id].reach
			if was.reached != is.reached {
				scoped = true
			}
			for i, surface := range allSurfaces {
				for j, n := range nodes {
					if was.reached && is.reached && was.on[i][j] != is.on[i][j] {
						changed = true
						require.True(w.t, was.on[i][j].Contains(is.on[i][j]) || e.Gains(), "%v gains", a)
						require.True(w.t, is.on[i][j].Contains(was.on[i][j]) || e.Loses(), "%v loses", a)
						if hides(a, surface, n) {
							continue
						}
						require.Equal(w.t, [2]roles.Permission{was.on[i][j], is.on[i][j]}, differs[at{n, reach, surface}], "%v: %s of %s on the %s", a, n, id, surface)
					}
					if d, ok := differs[at{n, reach, surface}]; ok {
						if was.reached {
							require.Equal(w.t, d[0], was.on[i][j], "%v before: %s of %s on the %s", a, n, id, surface)
						}
						if is.reached {
							require.Equal(w.t, d[1], is.on[i][j], "%v after: %s of %s on the %s", a, n, id, surface)
						}
					}
				}
			}
		}
		if changed || scoped {
			require.True(w.t, isTold, "%v is not told of", a)
			require.True(w.t, !scoped || e.Scope || e.Gains() || e.Loses(), "%v: the scope", a)
		}
	}
	for a := range told {
		require.Contains(w.t, all, a)
	}
}

// preview asks what an operation would do.
func (o operation) preview(w *world) (manage.Effect, error) {
	if o.older {
		return w.acl("ann").Preview(w.ctx, func(d *manage.ACLDesk) error { return o.do(w, nil, d) })
	}
	return w.role("ann").Preview(w.ctx, func(d *manage.RoleDesk) error { return o.do(w, d, nil) })
}

// What Preview tells is what becomes of the engine's decisions, of every person,
// node, entity and surface; and it leaves nothing.
func TestPreviewIsExact(t *testing.T) {
	told := make(map[access.Coexistence]int)
	for _, mode := range []access.Coexistence{access.LastWrite, access.PerSurface} {
		for i, o := range slices.Concat(previewed(), operations()) {
			if strings.Contains(o.variant, "password") || o.method == "SetPassword" || testing.Short() && mode != access.LastWrite {
				continue
			}
			// Every node costs much; where there are to be fewer, each change looks
			// at others.
			every := 1
			if testing.Short() {
				every = 24
			} else if mode != access.LastWrite {
				every = 8
			}
			var nodes []roles.Node
			for j, n := range slices.Collect(billing.Tree().Nodes()) {
				if j%every == i%every || slices.Contains([]string{"customer/pbx", "customer/billing", "customer"}, n.Path()) {
					nodes = append(nodes, n)
				}
			}
			t.Run(strings.TrimSpace(mode.String()+" "+o.method+" "+o.variant), func(t *testing.T) {
				w := newOperationWorld(t, o, func(s *setup) { s.coexist, s.realClock = mode, true })
				revision, sequence, mails := w.revision(), w.sequence(), w.outbox()
				effect, err := o.preview(w)
				require.NoError(t, err)
				require.Equal(t, revision, w.revision())
				require.Equal(t, sequence, w.sequence())
				require.Equal(t, len(mails), len(w.outbox()))
				before, hidden := w.sights(nodes), w.aclGoverns(mode)
				require.NoError(t, o.do(w, w.role("ann"), w.acl("ann")))
				hides := hidden()
				if o.older {
					hides = func(assignment, access.Surface, roles.Node) bool { return false }
				}
				w.holdsExactly(effect, nodes, hides, before, w.sights(nodes))
				told[mode] += len(effect.People)
			})
		}
	}
	for mode, people := range told {
		require.Greater(t, people, 20, "%v: previews that tell of nobody prove nothing", mode)
	}
}

// Preview is refused where the change would be, with the same words: by the rule
// of the last manager too. TestOperationsAskTheirGuards holds it for the guards.
func TestPreviewIsRefusedLikeTheChange(t *testing.T) {
	w := newWorld(t)
	w.member("alice", "abc")
	clearBob := func(d *manage.RoleDesk) error { return errOf(d.ClearRole(w.ctx, "bob", "abc")) }
	refused := w.refusedWhole(func() error { return clearBob(w.role("alice")) })
	require.ErrorIs(t, refused, manage.ErrLastManager)
	err := w.refusedWhole(func() error { _, err := w.role("alice").Preview(w.ctx, clearBob); return err })
	require.ErrorIs(t, err, manage.ErrLastManager)
	err = w.refusedWhole(func() error {
		_, err := w.role("alice").Preview(w.ctx, func(d *manage.RoleDesk) error {
			_, err := d.Preview(w.ctx, clearBob)
			return err
		})
		return err
	})
	require.ErrorContains(t, err, "preview the whole of it")
}

// Whom the asker may not see is counted and not named.
func TestPreviewNamesWhomOneMaySee(t *testing.T) {
	o := operation{}
	w := newOperationWorld(t, o)
	edit := func(d *manage.RoleDesk) error {
		r := w.storedRole(billing.RolePBXAdmin)
		r.Permissions["customer/pbx"] = roles.Setting{Permission: roles.Read}
		return errOf(d.UpdateRole(w.ctx, r))
	}
	effect, err := w.role("ann").Preview(w.ctx, edit)
	require.NoError(t, err)
	require.Len(t, effect.People, 1)
	steve := effect.People[0]
	require.Equal(t, "steve", steve.Individual)
	require.True(t, steve.Loses())
	require.False(t, steve.Gains())
	require.False(t, steve.Scope)
	require.NoError(t, steve.Unknown)

	w.lower(need{action: roles.View, path: inIndividuals})
	effect, err = w.role("ann").Preview(w.ctx, edit)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(manage.Effect{Hidden: 1}, effect))
}

// What a person holds by a damaged record cannot be told, and why is not told to
// the desk: it might quote what the other system keeps.
func TestPreviewOfADamagedRecord(t *testing.T) {
	w := newOperationWorld(t, operation{})
	w.write(func(tx store.Tx) error {
		r, err := tx.Role(w.ctx, billing.RolePBXAdmin)
		require.NoError(t, err)
		r.Permissions["customer/gone"] = roles.Setting{Permission: roles.Read}
		return tx.PutRole(w.ctx, r)
	})
	effect, err := w.role("ann").Preview(w.ctx, func(d *manage.RoleDesk) error {
		return errOf(d.GrantRole(w.ctx, "steve", "abc", billing.RoleCustomer))
	})
	require.NoError(t, err)
	require.Len(t, effect.People, 1)
	require.ErrorIs(t, effect.People[0].Unknown, access.ErrNoHolding)
	require.NotContains(t, effect.People[0].Unknown.Error(), "pbx")
	require.True(t, effect.People[0].Gains())
}
