package manage_test

import (
	"context"
	"errors"
	"path"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	aclbilling "github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// jobs are the host's own, made as each test wants them.
func jobs() []access.System {
	everything := make(map[string]roles.Permission)
	for path, s := range billing.Root(billing.Tree()).Permissions {
		everything[path] = s.Permission
	}
	without := func(path string, p roles.Permission) map[string]roles.Permission {
		some := make(map[string]roles.Permission)
		for k, v := range everything {
			some[k] = v
		}
		some[path] = p
		return some
	}
	return []access.System{
		{Name: "upgrade", Type: billing.TypeAdmin, Permissions: everything},
		{Name: "bound", Type: billing.TypeAdmin, Permissions: everything, Below: "isp"},
		{Name: "no-acls", Type: billing.TypeAdmin, Permissions: without("acl", roles.Restrict)},
		{Name: "no-roles", Type: billing.TypeAdmin, Permissions: without("role", roles.Restrict)},
		{Name: "reads-roles", Type: billing.TypeAdmin, Permissions: without("role", roles.Read)},
		{Name: "no-lists", Type: billing.TypeAdmin, Permissions: without("customer/allowed-roles", roles.Restrict)},
		{Name: "no-grants", Type: billing.TypeAdmin, Permissions: without("customer/individuals/grants", roles.Restrict)},
		{Name: "no-people", Type: billing.TypeAdmin, Permissions: without("customer/individuals", roles.Restrict)},
		{Name: "no-beyond", Type: billing.TypeAdmin, Permissions: without("role/grant-beyond", roles.Restrict)},
		{Name: "little", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{
			"acl": roles.Read, "role": roles.Modify, "customer/allowed-roles": roles.Modify, "reseller/allowed-roles": roles.Modify,
			"customer/individuals": roles.Modify}},
	}
}

func (w *world) job(name string) *access.Principal {
	w.t.Helper()
	p, err := w.engine.System(name)
	require.NoError(w.t, err)
	return p
}

// newOldWorld is the world before the upgrade: nobody of abc has a role but
// bob, and access levels decide. dave holds a default, carl and cora a custom
// level of customers, kurt another level of the same beside a role, sven a
// custom one of resellers.
func newOldWorld(t testing.TB, changes ...func(*setup)) *world {
	t.Helper()
	w := newWorld(t, append([]func(*setup){func(s *setup) { s.noPeople, s.systems = true, jobs() }}, changes...)...)
	w.putLevel(aclbilling.Levels("isp")...)
	custom := customerLevel("custom", "isp", "select Customers.*any*", "select+insert+update+delete PBX.*any*")
	custom.VisibleTo = []string{"north"}
	resellers := customerLevel("dealers", "isp", "select Customers.*any*", "select PBX.*any*")
	resellers.Type = "reseller"
	w.putLevel(custom, resellers)
	w.hold("dave", "abc", aclbilling.LevelCustomer)
	w.hold("carl", "abc", "custom")
	w.hold("cora", "xyz", "custom")
	w.hold("kurt", "xyz", "custom")
	w.write(func(tx store.Tx) error {
		g, err := tx.Grant(w.ctx, "kurt", "xyz")
		if err != nil {
			return err
		}
		sven := someone("sven", billing.TypeReseller, "north", "").Individual
		sven.Provider, sven.Realm = "isp", billing.TypeReseller
		return errors.Join(tx.PutGrant(w.ctx, g.WithRole(billing.RolePBXAdmin)), tx.PutIndividual(w.ctx, sven),
			tx.PutGrant(w.ctx, individuals.Grant{Individual: "sven", Organization: "north"}.WithACL("dealers")))
	})
	return w
}

var matching = &manage.MigrationOptions{Matching: aclbilling.Matching()}

func (w *world) readMigration(opts *manage.MigrationOptions) manage.Migration {
	w.t.Helper()
	m, err := w.manager.ReadMigration(w.ctx, w.job("upgrade"), opts)
	require.NoError(w.t, err)
	return m
}

func outcome(t testing.TB, plan *acl.Plan, level string) acl.Outcome {
	t.Helper()
	for _, o := range plan.Outcomes {
		if o.Level == level {
			return o
		}
	}
	require.Fail(t, "no outcome", level)
	return acl.Outcome{}
}

// A question is what somebody may be asked about.
type question struct {
	surface access.Surface
	action  roles.Action
	node    roles.Node
	object  string
}

// answers are all decisions of somebody.
func (w *world) answers(individual string, objects ...string) map[question]bool {
	w.t.Helper()
	out := make(map[question]bool)
	for _, surface := range []access.Surface{access.NewInterface, access.OldInterface, access.API} {
		p := w.principal(individual, func(i *access.Identity) { i.Surface = surface })
		for n := range billing.Tree().Nodes() {
			for _, action := range roles.Actions() {
				for _, object := range objects {
					out[question{surface, action, n, object}] = p.Check(w.ctx, access.Query{Action: action, Node: n, Object: object}).Allowed()
				}
			}
		}
	}
	return out
}

func TestReadMigration(t *testing.T) {
	w := newOldWorld(t)
	revision, sequence := w.revision(), w.sequence()
	m := w.readMigration(matching)
	assert.Equal(t, revision, m.Revision)
	assert.Equal(t, revision, w.revision(), "reading writes nothing")
	assert.Equal(t, sequence, w.sequence())
	assert.Empty(t, m.Plan.Problems)

	o := outcome(t, m.Plan, "custom")
	assert.Equal(t, acl.AssignCustom, o.Rule)
	assert.True(t, o.Proof.Equal())
	assert.Equal(t, []acl.Assignment{{Individual: "carl", Organization: "abc", Role: "acl-custom", Level: "custom"},
		{Individual: "cora", Organization: "xyz", Role: "acl-custom", Level: "custom"}}, o.Assign)
	assert.Equal(t, []acl.Holder{{Individual: "kurt", Organization: "xyz", Type: "customer", Level: "custom", Role: billing.RolePBXAdmin}}, o.Kept)
	assert.Equal(t, acl.OfferCustom, outcome(t, m.Plan, "dealers").Rule)
	assert.Len(t, outcome(t, m.Plan, "dealers").Offer, 1)
	assert.Len(t, outcome(t, m.Plan, aclbilling.LevelCustomer).Assign, 1)
	assert.False(t, outcome(t, m.Plan, aclbilling.LevelCustomer).Proof.Equal())
}

// Those who would get more by a role than their level gives them now, or who
// could not use it, are left as they are.
func TestMigrationSetsAside(t *testing.T) {
	w := newOldWorld(t)
	w.hold("lost", "abc", "custom")
	w.write(func(tx store.Tx) error { // whose role was taken away after the level was granted
		g, err := tx.Grant(w.ctx, "lost", "abc")
		if err != nil {
			return err
		}
		return tx.PutGrant(w.ctx, g.WithRole(billing.RolePBXAdmin))
	})
	w.write(func(tx store.Tx) error {
		g, err := tx.Grant(w.ctx, "lost", "abc")
		if err != nil {
			return err
		}
		return tx.PutGrant(w.ctx, g.WithoutRole())
	})
	shut := customerLevel("shut", "isp", "select PBX.*any*")
	w.putLevel(shut)
	w.hold("hank", "abc", "shut") // hidden from north
	w.hold("uma", "abc", "unknown")
	w.hold("owen", "xyz", aclbilling.LevelCustomer)
	norths := roles.NewRole("abcs", "Of abc", billing.TypeCustomer, nil)
	norths.Owner = "abc"
	w.write(func(tx store.Tx) error { return tx.PutRole(w.ctx, norths) })

	opts := &manage.MigrationOptions{Matching: aclbilling.Matching()}
	opts.Matching[aclbilling.LevelCustomer] = "abcs"
	m := w.readMigration(opts)
	problems := make(map[string]string)
	for _, p := range m.Plan.Problems {
		problems[p.Holder.Individual] = p.Error()
	}
	assert.Len(t, problems, 4)
	assert.Contains(t, problems["lost"], "a role was taken away since")
	assert.Contains(t, problems["hank"], "hidden from")
	assert.Contains(t, problems["uma"], "unknown")
	assert.Contains(t, problems["owen"], `role "abcs" belongs to "abc", and "xyz" does not lie below it`)
	before := map[string]individuals.Grant{}
	for who, where := range map[string]string{"lost": "abc", "hank": "abc", "uma": "abc", "owen": "xyz"} {
		before[who] = w.grant(who, where)
	}
	w.must(w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, aclbilling.LevelCustomer))
	for who, g := range before {
		assert.Equal(t, g, w.grant(who, g.Organization))
	}
}

func TestApplyMigration(t *testing.T) {
	for _, coexist := range []access.Coexistence{access.LastWrite, access.PerSurface} {
		t.Run(coexist.String(), func(t *testing.T) {
			w := newOldWorld(t, func(s *setup) { s.coexist = coexist })
			objects, people := []string{"abc"}, []string{"carl", "dave"}
			if !testing.Short() {
				objects, people = append(objects, "abc-1", "xyz", "isp"), append(people, "cora", "kurt", "sven")
			}
			before := map[string]map[question]bool{}
			for _, who := range people {
				before[who] = w.answers(who, objects...)
			}
			m := w.readMigration(matching)
			sequence := w.sequence()
			revision, err := w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, aclbilling.LevelCustomer)
			require.NoError(t, err)

			// One commit: the role, the lists, the grants.
			made := w.storedRole("acl-custom")
			assert.Equal(t, "isp", made.Owner)
			for _, e := range w.events(sequence) {
				assert.Equal(t, revision, e.Revision)
				assert.Equal(t, audit.System("upgrade"), e.Actor)
			}
			assert.Contains(t, w.organization("abc").AllowedRoles, "acl-custom")
			assert.Contains(t, w.organization("north").AllowedRoles, "acl-dealers", "an administrator can assign it")
			assert.NotContains(t, w.organization("south").AllowedRoles, "acl-dealers")
			for who, where := range map[string]string{"carl": "abc", "cora": "xyz", "dave": "abc"} {
				g := w.grant(who, where)
				assert.Equal(t, revision, g.Role.Revision)
				assert.Equal(t, revision, g.ACL.Revision, "both stay in force")
			}
			assert.Equal(t, "acl-custom", w.grant("carl", "abc").Role.ID)
			assert.Equal(t, billing.RoleCustomer, w.grant("dave", "abc").Role.ID)
			assert.Empty(t, w.grant("sven", "north").Role.ID, "an offer is not assigned")
			assert.Equal(t, billing.RolePBXAdmin, w.grant("kurt", "xyz").Role.ID)

			// Nobody may do anything else than before; the roles that are new on the
			// new interface give there what the level gives on the old.
			for who, was := range before {
				is := w.answers(who, objects...)
				for q, allowed := range was {
					if coexist == access.PerSurface && who != "kurt" && who != "sven" {
						old := q
						old.surface = access.OldInterface
						allowed = was[old]
					}
					if is[q] == allowed {
						continue
					}
					assert.Equal(t, "dave", who, "%v: %v, was %v", q, is[q], allowed)
					assert.Equal(t, "allowed-roles", path.Base(q.node.Path()), "the difference that was accepted")
					assert.Equal(t, roles.View, q.action)
					assert.NotEqual(t, access.OldInterface, q.surface)
				}
			}

			// Twice is once.
			sequence = w.sequence()
			again, err := w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, aclbilling.LevelCustomer)
			require.NoError(t, err)
			assert.Equal(t, revision, again)
			assert.Equal(t, sequence, w.sequence())
			fresh := w.readMigration(matching)
			assert.Empty(t, fresh.Plan.Roles())
			assert.Empty(t, fresh.Plan.Assignments())
			again, err = w.manager.ApplyMigration(w.ctx, w.job("upgrade"), fresh)
			require.NoError(t, err)
			assert.Equal(t, revision, again)

			// An administrator assigns what was offered.
			w.must(w.role("alice").GrantBoth(w.ctx, "sven", "north", "acl-dealers", "dealers"))
			assert.Empty(t, w.readMigration(matching).Plan.Offers())
		})
	}
}

func TestMigrationTellsWhatItDid(t *testing.T) {
	w := newOldWorld(t)
	m := w.readMigration(matching)
	sequence := w.sequence()
	w.must(w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, aclbilling.LevelCustomer))
	counts := map[audit.Action]int{}
	for _, e := range w.events(sequence) {
		counts[e.Action]++
	}
	assert.Equal(t, map[audit.Action]int{audit.ActionCreateRole: len(m.Plan.Roles()), audit.ActionUpdateAllowedRoles: 3, audit.ActionGrantRole: 3, audit.ActionGrantACL: 3}, counts)
	require.NoError(t, verify(w, audit.Changes))
}

func verify(w *world, chain audit.Chain) error {
	_, err := w.manager.Verify(w.ctx, chain)
	return err
}

// Only what somebody has looked at may differ.
func TestMigrationRefusesDifferences(t *testing.T) {
	w := newOldWorld(t)
	m := w.readMigration(matching)
	err := w.refused(func() (uint64, error) { return w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, "custom") })
	var different *manage.DifferentError
	require.ErrorAs(t, err, &different)
	assert.Equal(t, aclbilling.LevelCustomer, different.Level)
	assert.Equal(t, billing.RoleCustomer, different.Role)
	assert.Equal(t, "customer/allowed-roles", different.Node.Path())
	assert.Equal(t, roles.Restrict, different.Before)
	assert.Equal(t, roles.Read, different.After)
	assert.ErrorIs(t, err, manage.ErrDifferent)
	assert.ErrorContains(t, err, "accept the level")
}

// A store that writes something else than it was given is found by the proof.
func TestMigrationProvesWhatWasWritten(t *testing.T) {
	for _, coexist := range []access.Coexistence{access.LastWrite, access.PerSurface} {
		t.Run(coexist.String(), func(t *testing.T) {
			crooked := &crookedStore{Store: memstore.New(nil)}
			w := newOldWorld(t, func(s *setup) { s.store, s.coexist = crooked, coexist })
			m := w.readMigration(matching)
			crooked.give = map[string]roles.Permission{"customer/pbx": roles.Restrict, "customer": roles.Read}
			err := w.refused(func() (uint64, error) {
				return w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, aclbilling.LevelCustomer)
			})
			var different *manage.DifferentError
			require.ErrorAs(t, err, &different)
			assert.Equal(t, "carl", different.Individual)
			assert.Equal(t, "custom", different.Level)
			crooked.give = nil
			w.must(w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, aclbilling.LevelCustomer))
		})
	}
}

// A crookedStore gives made roles other permissions.
type crookedStore struct {
	store.Store
	give map[string]roles.Permission
}

type crookedTx struct {
	store.Tx
	of *crookedStore
}

func (s *crookedStore) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return s.Store.Update(ctx, by, func(tx store.Tx) error { return fn(crookedTx{tx, s}) })
}

func (t crookedTx) PutRole(ctx context.Context, r roles.Role) error {
	if t.of.give != nil && r.ID == "acl-custom" {
		other := roles.NewRole(r.ID, r.Name, r.Type, t.of.give)
		other.Owner = r.Owner
		r = other
	}
	return t.Tx.PutRole(ctx, r)
}

// What was changed since somebody looked at the plan is looked at again.
func TestMigrationOfAnotherState(t *testing.T) {
	for name, change := range map[string]func(*world){
		"the level permits something else": func(w *world) {
			l := w.level("custom")
			l.Permissions = acl.MustPermissions("select PBX.*any*")
			w.putLevel(l)
		},
		"the level has another name": func(w *world) {
			l := w.level("custom")
			l.Name = "Other"
			w.putLevel(l)
		},
		"somebody got it since": func(w *world) { w.hold("nora", "abc", "custom") },
		"a level is new":        func(w *world) { w.putLevel(customerLevel("novel", "north", "select PBX.*any*")) },
		"the role is there, and another": func(w *world) {
			r := roles.NewRole("acl-custom", "Level custom", billing.TypeCustomer, map[string]roles.Permission{"customer/pbx": roles.Read})
			r.Owner = "isp"
			w.write(func(tx store.Tx) error { return tx.PutRole(w.ctx, r) })
		},
		"the matching role changed": func(w *world) {
			r := w.storedRole(billing.RoleCustomer)
			delete(r.Permissions, "my-profile")
			w.write(func(tx store.Tx) error { return tx.PutRole(w.ctx, r) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newOldWorld(t)
			m := w.readMigration(matching)
			change(w)
			err := w.refused(func() (uint64, error) {
				return w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, aclbilling.LevelCustomer)
			})
			assert.ErrorIs(t, err, store.ErrConflict)
		})
	}
	for name, change := range map[string]func(*world){
		"somebody lost it": func(w *world) {
			w.write(func(tx store.Tx) error {
				g, err := tx.Grant(w.ctx, "carl", "abc")
				if err != nil {
					return err
				}
				return tx.PutGrant(w.ctx, g.WithoutACL())
			})
		},
		"somebody got a role": func(w *world) {
			w.write(func(tx store.Tx) error {
				g, err := tx.Grant(w.ctx, "carl", "abc")
				if err != nil {
					return err
				}
				return tx.PutGrant(w.ctx, g.WithRole(billing.RolePBXAdmin))
			})
		},
		"something else changed": func(w *world) { w.must(w.role("alice").Disable(w.ctx, "kurt")) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newOldWorld(t)
			m := w.readMigration(matching)
			change(w)
			g := w.grant("carl", "abc")
			w.must(w.manager.ApplyMigration(w.ctx, w.job("upgrade"), m, aclbilling.LevelCustomer))
			if name != "something else changed" {
				assert.Equal(t, g, w.grant("carl", "abc"))
			}
		})
	}
}

func TestWhoMayMigrate(t *testing.T) {
	w := newOldWorld(t)
	m := w.readMigration(matching)
	for _, p := range []*access.Principal{w.principal("alice"), w.job("bound"), w.job("no-acls"), w.job("no-roles"), nil} {
		_, err := w.manager.ReadMigration(w.ctx, p, matching)
		assert.ErrorIs(t, err, manage.ErrDenied)
		assert.ErrorIs(t, w.refused(func() (uint64, error) {
			return w.manager.ApplyMigration(w.ctx, p, m, aclbilling.LevelCustomer)
		}), manage.ErrDenied)
	}
	for _, p := range []*access.Principal{w.principal("alice"), w.job("bound")} {
		_, err := w.manager.ReadMigration(w.ctx, p, matching)
		assert.ErrorContains(t, err, "bound to no entity")
		_, err = w.manager.CutEvents(w.ctx, p, audit.Changes, w.clock.now())
		assert.ErrorContains(t, err, "bound to no entity")
	}
	for _, name := range []string{"reads-roles", "no-lists", "no-grants"} {
		_, err := w.manager.ReadMigration(w.ctx, w.job(name), matching)
		assert.NoError(t, err, name)
		assert.ErrorIs(t, w.refused(func() (uint64, error) {
			return w.manager.ApplyMigration(w.ctx, w.job(name), m, aclbilling.LevelCustomer)
		}), manage.ErrDenied, name)
	}
	assert.ErrorIs(t, w.refused(func() (uint64, error) {
		return w.manager.ApplyMigration(w.ctx, w.job("no-people"), m, aclbilling.LevelCustomer)
	}), store.ErrNotFound)

	// Who may not grant beyond what it holds gives what it holds, and what nobody
	// gains needs no more than the guards.
	err := w.refused(func() (uint64, error) {
		return w.manager.ApplyMigration(w.ctx, w.job("little"), m, aclbilling.LevelCustomer)
	})
	assert.ErrorIs(t, err, manage.ErrBeyond)
	w.must(w.manager.ApplyMigration(w.ctx, w.job("no-beyond"), m, aclbilling.LevelCustomer))

	_, err = w.manager.ApplyMigration(w.ctx, w.job("upgrade"), manage.Migration{})
	assert.ErrorContains(t, err, "make one by ReadMigration")
	bare, err := manage.New(w.engine, w.store, billing.Guards(), nil)
	require.NoError(t, err)
	_, err = bare.ReadMigration(w.ctx, w.job("upgrade"), nil)
	assert.ErrorContains(t, err, "no ACL system")
}
