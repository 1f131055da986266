package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// TestCoexistence is the table of the design's section 4 once more, through
// commits of a store and two engines: for each surface, and for a node that
// moved to the new interface and one that did not. The explanation tells which
// role or level governed; the levels permit one action each, so that the
// decision tells it too.
func TestCoexistence(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	perSurface := f.open(func(o *access.Options, s store.Store) store.Store {
		o.Coexistence = access.PerSurface
		return s
	})
	permitting := map[string]roles.Action{"A": roles.View, "B": roles.Create, "C": roles.Update, "X": roles.Delete, "Y": roles.View}
	f.update(func(tx store.Tx) error {
		for _, id := range []string{"A", "B", "C"} {
			require.NoError(t, tx.PutRole(f.ctx, roles.NewRole(id, "Role "+id, "customer", map[string]roles.Permission{"customer": roles.Modify})))
		}
		require.NoError(t, tx.PutACL(f.ctx, acl.Level{ID: "X", Name: "Level X", Type: "customer", Permissions: acl.MustPermissions("delete Customers.*any*")}))
		return tx.PutACL(f.ctx, acl.Level{ID: "Y", Name: "Level Y", Type: "customer", Permissions: acl.MustPermissions("select Customers.*any*")})
	})

	grant := func(change func(individuals.Grant) individuals.Grant) func() {
		return func() { f.grant("steve", "acme", change) }
	}
	role := func(id string) func(individuals.Grant) individuals.Grant {
		return func(g individuals.Grant) individuals.Grant { return f.withRole(g, id) }
	}
	level := func(id string) func(individuals.Grant) individuals.Grant {
		return func(g individuals.Grant) individuals.Grant { return f.withACL(g, id) }
	}
	f.grant("steve", "acme", individuals.Grant.WithoutRole)

	type asked struct {
		surface access.Surface
		path    string
	}
	columns := [4][]asked{
		{{access.NewInterface, "customer/pbx/extensions"}, {access.NewInterface, "customer/personal"}},
		{{access.OldInterface, "customer/pbx/extensions"}, {access.OldInterface, "customer/personal"}},
		{{access.API, "customer/pbx/extensions"}, {access.Unstated, "customer/telephony"}},
		{{access.API, "customer/personal"}, {access.Unstated, "customer"}},
	}
	for _, row := range []struct {
		name             string
		write            func()
		last, perSurface [4]string // new interface, old interface, API moved, API other
	}{
		{"nothing", func() {}, [4]string{"no_grant", "no_grant", "no_grant", "no_grant"}, [4]string{"no_grant", "no_grant", "no_grant", "no_grant"}},
		{"role A", grant(role("A")), [4]string{"A", "A", "A", "A"}, [4]string{"A", "no_acl", "A", "no_acl"}},
		{"ACL X", grant(level("X")), [4]string{"X", "X", "X", "X"}, [4]string{"A", "X", "A", "X"}},
		{"role B", grant(role("B")), [4]string{"B", "B", "B", "B"}, [4]string{"B", "X", "B", "X"}},
		{"ACL X cleared", grant(individuals.Grant.WithoutACL), [4]string{"B", "B", "B", "B"}, [4]string{"B", "no_acl", "B", "no_acl"}},
		{"role B and ACL Y at once", grant(func(g individuals.Grant) individuals.Grant { return level("Y")(role("B")(g)) }),
			[4]string{"B", "Y", "B", "Y"}, [4]string{"B", "Y", "B", "Y"}},
		{"the person saved", func() { f.individual("steve", func(p *individuals.Individual) { p.Name = "Steven" }) },
			[4]string{"B", "Y", "B", "Y"}, [4]string{"B", "Y", "B", "Y"}},
		{"what the role contains", func() { f.permit("B", "customer/notes", roles.Read) }, [4]string{"B", "Y", "B", "Y"}, [4]string{"B", "Y", "B", "Y"}},
		{"what the level contains", func() { f.level("Y", func(l *acl.Level) { l.Name = "Level why" }) }, [4]string{"B", "Y", "B", "Y"}, [4]string{"B", "Y", "B", "Y"}},
		{"role cleared", grant(individuals.Grant.WithoutRole), [4]string{"no_role", "Y", "no_role", "Y"}, [4]string{"no_role", "Y", "no_role", "Y"}},
		{"role C", grant(role("C")), [4]string{"C", "C", "C", "C"}, [4]string{"C", "Y", "C", "Y"}},
		{"role C cleared", grant(individuals.Grant.WithoutRole), [4]string{"no_grant", "no_grant", "no_grant", "no_grant"},
			[4]string{"no_role", "Y", "no_role", "Y"}},
		{"ACL X, and again", func() { grant(level("X"))(); grant(level("X"))() }, [4]string{"X", "X", "X", "X"}, [4]string{"no_role", "X", "no_role", "X"}},
	} {
		row.write()
		for engine, want := range map[*access.Engine][4]string{f.engine: row.last, perSurface: row.perSurface} {
			for i, cases := range columns {
				for _, c := range cases {
					r := ask("steve", permitting["A"], c.path, "acme")
					r.Surface = c.surface
					if a, ok := permitting[want[i]]; ok {
						r.Action = a
					}
					x := engine.Explain(f.ctx, r)
					got := x.Governing
					if !x.Decision.Allowed() {
						got = x.Decision.Reason().String()
					}
					assert.Equal(t, want[i], got, "%s: %v %s: %v", row.name, c.surface, c.path, x)
					p := f.principalOf(engine, access.Identity{Individual: "steve", Surface: c.surface, Address: home, Epoch: 7})
					n, err := engine.Node(c.path)
					require.NoError(t, err)
					assert.Equal(t, x.Decision.Allowed(), p.Can(f.ctx, r.Action, n), "%s: %v %s", row.name, c.surface, c.path)
					if want[i] == "X" {
						assert.False(t, p.Can(f.ctx, roles.View, n), "a level that deletes does not view")
					}
				}
			}
		}
	}
}

// TestDecisionNamesTheSlot: which slot governed, since when, and what it
// superseded.
func TestDecisionNamesTheSlot(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := ask("carol", roles.View, "customer/pbx", "acme")
	d := f.check(r)
	assert.Equal(t, access.ACLSlot, d.Slot())
	assert.EqualValues(t, 1, d.GrantRevision())
	assert.Equal(t, access.NoSlot, d.Superseded())
	assert.Equal(t, "allowed: view customer/pbx by the ACL granted in revision 1", d.String())
	revision := f.assign("carol", "acme", "viewer")
	r.Object = ""
	d = f.check(r)
	assert.Equal(t, access.RoleSlot, d.Slot())
	assert.Equal(t, revision, d.GrantRevision())
	assert.Equal(t, access.ACLSlot, d.Superseded())
	assert.Equal(t, roles.View, d.Action())
	assert.Equal(t, node("customer/pbx"), d.Node())
	assert.Equal(t, access.NewInterface, d.Surface())
	assert.Equal(t, revision, d.Revision())
	assert.Equal(t, "allowed: view customer/pbx by the role granted in revision 2, superseding the ACL, no object", d.String())
	r.Path = "nothing"
	assert.Equal(t, "denied (unknown_node): view, no object", f.check(r).String())
}

// TestNoACLSystem: an engine without access levels decides by roles alone.
func TestNoACLSystem(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.ACLs = nil
		return s
	})
	assert.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", "acme"))
	x := f.engine.Explain(f.ctx, ask("carol", roles.View, "customer/pbx", "acme"))
	assert.Equal(t, access.Unavailable, x.Decision.Reason())
	require.EqualError(t, x.Err, "access: the engine has no ACL system; set Options.ACLs")
	assert.Equal(t, []string{`ACLs "care": access: the engine has no ACL system; set Options.ACLs`}, f.problems())
}

// TestComponents: a level counts with what its components add, and follows
// them; nobody can hold a component.
func TestComponents(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.principal("carol")
	can := func() bool { return p.Can(f.ctx, roles.View, node("customer/billing/invoices")) }
	f.level("care", func(l *acl.Level) { l.Components = []string{"part"} })
	assert.Equal(t, access.Unavailable, f.reason("carol", roles.View, "customer/pbx", "acme"))
	f.level("part", func(l *acl.Level) { l.Type, l.Components = "component", []string{"deeper"} })
	assert.Equal(t, access.Unavailable, f.reason("carol", roles.View, "customer/pbx", "acme"))
	f.level("deeper", func(l *acl.Level) {
		l.Type, l.Permissions = "component", acl.MustPermissions("select Invoices.*any*")
	})
	assert.True(t, can())
	f.level("deeper", func(l *acl.Level) { l.Permissions = nil })
	assert.False(t, can())
	assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
	f.level("deeper", func(l *acl.Level) { l.Components = []string{"part"} })
	assert.Equal(t, access.Unavailable, f.reason("carol", roles.View, "customer/pbx", "acme"), "a cycle")
	f.level("deeper", func(l *acl.Level) { l.Components, l.Permissions = nil, acl.MustPermissions("select Invoices.*any*") })
	assert.True(t, can())

	f.grant("carol", "acme", func(g individuals.Grant) individuals.Grant { return f.withACL(g, "deeper") })
	x := f.engine.Explain(f.ctx, ask("carol", roles.View, "customer/billing", "acme"))
	assert.Equal(t, access.Unavailable, x.Decision.Reason())
	require.EqualError(t, x.Err, `access: ACL "deeper" is a component, which nobody can hold`)
	f.level("other", func(l *acl.Level) { l.Owner = "south" })
	f.grant("carol", "acme", func(g individuals.Grant) individuals.Grant { return f.withACL(g, "other") })
	x = f.engine.Explain(f.ctx, ask("carol", roles.View, "customer/billing", "acme"))
	assert.ErrorIs(t, x.Err, acl.ErrNotUsable)
	f.grant("rita", "north", func(g individuals.Grant) individuals.Grant { return f.withACL(g, "care") })
	x = f.engine.Explain(f.ctx, ask("rita", roles.View, "customer/billing", "acme"))
	require.EqualError(t, x.Err, `access: ACL "care" is for "customer", the individual's type is "reseller"`)
}
