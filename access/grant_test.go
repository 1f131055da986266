package access_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestGrantsThatDoNotCompile: a store of the host's own may hold what no store
// should. Whoever has such a grant is denied where it counts, and there only.
func TestGrantsThatDoNotCompile(t *testing.T) {
	t.Parallel()
	slot := individuals.Slot{ID: "care", Revision: 5}
	for _, c := range []struct {
		name  string
		grant individuals.Grant
		err   string
	}{
		{"a role without a revision", individuals.Grant{Role: individuals.Slot{ID: "care"}},
			`individuals: grant to "steve" in "acme": role "care" without a revision; grant it by WithRole`},
		{"a level without a revision", individuals.Grant{Role: slot, ACL: individuals.Slot{ID: "care"}},
			`individuals: grant to "steve" in "acme": ACL "care" without a revision; grant it by WithACL`},
		{"a role that was not stamped", individuals.Grant{Role: individuals.Slot{ID: "pbx-admin", Revision: individuals.ThisCommit}},
			`access: grant to "steve" in "acme": stored with ThisCommit for a revision; stores write what Grant.Stamp returns`},
		{"a cleared level that was not stamped", individuals.Grant{Role: slot, ACL: individuals.Slot{Revision: individuals.ThisCommit}},
			`access: grant to "steve" in "acme": stored with ThisCommit for a revision; stores write what Grant.Stamp returns`},
		{"an ID that is none", individuals.Grant{Role: individuals.Slot{ID: "a\x00", Revision: 1}},
			`individuals: grant to "steve" in "acme": role: scope: ID "a\x00": control character at byte 1`},
		{"a scope narrowed twice", individuals.Grant{Role: slot, Listed: []string{"acme", "acme"}},
			`individuals: grant to "steve" in "acme": narrowed to "acme" twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s *hookedStore
			f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
			f.entity("acme-2", func(e *scope.Entity) { e.Kind, e.Parent = "customer", "acme" })
			f.organization("acme-2", func(*individuals.Organization) {})
			f.grant("steve", "acme-2", func(g individuals.Grant) individuals.Grant { return f.withRole(g, "pbx-admin") })
			c.grant.Individual, c.grant.Organization = "steve", "acme"
			s.set(hooks{reader: func(r store.Reader) store.Reader {
				return listingReader{Reader: r, grants: func(_ store.GrantPage, inner []individuals.Grant) []individuals.Grant {
					for i := range inner {
						if inner[i].Organization == "acme" {
							inner[i] = c.grant
						}
					}
					return inner
				}}
			}})
			r := ask("steve", roles.View, "customer/pbx", "")
			for _, surface := range access.Surfaces() {
				r.Surface = surface
				x := f.engine.Explain(f.ctx, r)
				assert.Equal(t, access.Unavailable, x.Decision.Reason())
				assert.EqualError(t, x.Err, c.err)
			}
			p := f.principal("steve")
			assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
			assert.Equal(t, []string{`grants "steve": ` + c.err}, f.problems())

			r.Organization, r.Surface = "acme-2", access.NewInterface
			assert.Equal(t, access.Granted, f.check(r).Reason())

			s.set(hooks{})
			require.NoError(t, f.engine.Sync(f.ctx, f.assign("steve", "acme", "pbx-admin")))
			assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
			assert.Empty(t, f.problems())
		})
	}
}

// TestGrantsThatCannotBeUsed: the slot that governs names what is not there,
// or not for this person here.
func TestGrantsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(f *fixture)
		err    string
	}{
		{"role deleted", func(f *fixture) {
			f.update(func(tx store.Tx) error {
				r, err := tx.Role(f.ctx, "pbx-admin")
				require.NoError(f.t, err)
				return tx.DeleteRole(f.ctx, r.ID, r.Revision)
			})
		}, `access: role "pbx-admin": store: not found`},
		{"role that never was", func(f *fixture) { f.assign("steve", "acme", "nothing") }, `access: role "nothing": store: not found`},
		{"role of another type", func(f *fixture) { f.assign("steve", "acme", "root") },
			`access: role "root" is for "admin", the individual's type is "customer"`},
		{"role of another owner", func(f *fixture) { f.role("pbx-admin", func(r *roles.Role) { r.Owner = "south" }) },
			`access: role "pbx-admin" belongs to "south", and "acme" does not lie below it`},
		{"level that never was", func(f *fixture) {
			f.grant("steve", "acme", func(g individuals.Grant) individuals.Grant { return f.withACL(g, "nothing") })
		}, `access: ACL "nothing": store: not found`},
		{"individual of another kind of organization", func(f *fixture) {
			f.individual("steve", func(p *individuals.Individual) { p.RoleType = "reseller" })
		}, `access: individual "steve" is of type "reseller", which belongs to a "reseller"; "acme" is a "customer"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			p := f.principal("steve")
			require.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
			c.change(f)
			x := f.engine.Explain(f.ctx, ask("steve", roles.View, "customer/pbx", "acme"))
			assert.Equal(t, access.Unavailable, x.Decision.Reason())
			assert.EqualError(t, x.Err, c.err)
			assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
			assert.False(t, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme"))
			assert.Equal(t, access.Granted, f.reason("carol", roles.View, "customer/pbx", "acme"), "everyone else goes on")
		})
	}
}

// TestIndividualsThatDoNotCompile: a store of the host's own may hold records
// that Durward would not write.
func TestIndividualsThatDoNotCompile(t *testing.T) {
	t.Parallel()
	for err, damage := range map[string]func(*individuals.Individual){
		`individuals: individual "steve": organization: scope: ID "": empty; give the host's own ID`: func(p *individuals.Individual) { p.Organization = "" },
		`individuals: individual "steve": individuals: window: `: func(p *individuals.Individual) {
			p.Window = individuals.Window{Expiration: date("2020-01-01"), Zone: "Local"}
		},
		`individuals: individual "steve": SecondFactorMode(9): unknown`: func(p *individuals.Individual) { p.SecondFactor = 9 },
	} {
		var s *hookedStore
		f := newFixture(t, hooked(&s, nil))
		s.set(hooks{reader: func(r store.Reader) store.Reader { return damagedReader{r, damage} }})
		x := f.engine.Explain(f.ctx, ask("steve", roles.View, "customer/pbx", "acme"))
		assert.Equal(t, access.Unavailable, x.Decision.Reason())
		assert.ErrorContains(t, x.Err, err)
		assert.Equal(t, access.Granted, f.reason("carol", roles.View, "customer/pbx", "acme"))
		require.Len(t, f.problems(), 1)
		assert.Contains(t, f.problems()[0], `individuals "steve": `+err)
	}
}

// A damagedReader answers with a damaged record for steve.
type damagedReader struct {
	store.Reader
	damage func(*individuals.Individual)
}

func (r damagedReader) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	p, err := r.Reader.Individual(ctx, id)
	if id == "steve" {
		r.damage(&p)
	}
	return p, err
}
