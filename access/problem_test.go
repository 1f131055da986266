package access_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// problems is what the engine names, one line each.
func (f *fixture) problems() []string {
	var out []string
	for _, p := range f.engine.Problems() {
		out = append(out, p.String())
	}
	return out
}

// assertProblems compares lines in which "..." stands for any text.
func assertProblems(t *testing.T, want, got []string, what any) {
	t.Helper()
	if !assert.Len(t, got, len(want), "%v: %q", what, got) {
		return
	}
	for i := range want {
		pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(want[i]), `\.\.\.`, ".*") + "$"
		assert.Regexp(t, pattern, got[i], what)
	}
}

// TestProblems damages one record after the other, and mends it: who needs it
// is denied as unavailable, everyone else goes on, and the record is named as
// long as it is damaged.
func TestProblems(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.class("silver", func(*individuals.Class) {})
	var cause, remedy func(f *fixture)
	step := func(what string, individual, path string, object string, want access.Reason, named ...string) {
		t.Helper()
		require.Equal(t, access.Granted, f.reason(individual, roles.View, path, object), what)
		require.Empty(t, f.problems(), what)
		cause(f)
		assert.Equal(t, want, f.reason(individual, roles.View, path, object), what)
		assert.Equal(t, access.Granted, f.reason("alice", roles.View, "customer/pbx", "globex"), what)
		assertProblems(t, named, f.problems(), what)
		remedy(f)
		assert.Equal(t, access.Granted, f.reason(individual, roles.View, path, object), what)
		assert.Empty(t, f.problems(), what)
	}

	cause = func(f *fixture) { f.permit("pbx-admin", "customer/pxb", roles.Read) }
	remedy = func(f *fixture) { f.role("pbx-admin", func(r *roles.Role) { delete(r.Permissions, "customer/pxb") }) }
	step("a path", "steve", "customer/pbx", "acme", access.Unavailable,
		`roles "pbx-admin": roles: role "pbx-admin": node "customer/pxb": no such path in the tree...did you mean "customer/pbx"...?`)

	cause = func(f *fixture) { f.permit("pbx-admin", "customer/allowed-roles", roles.Modify) }
	remedy = func(f *fixture) {
		f.role("pbx-admin", func(r *roles.Role) { delete(r.Permissions, "customer/allowed-roles") })
	}
	step("a choice", "steve", "customer/pbx", "acme", access.Unavailable,
		`roles "pbx-admin": roles: role "pbx-admin": node "customer/allowed-roles": Modify is not a choice there for type "customer"; want one of [Restrict Read]`)

	cause = func(f *fixture) { f.role("pbx-admin", func(r *roles.Role) { r.Type = "nobody" }) }
	remedy = func(f *fixture) { f.role("pbx-admin", func(r *roles.Role) { r.Type = "customer" }) }
	step("a type", "steve", "customer/pbx", "acme", access.Unavailable,
		`roles "pbx-admin": roles: role "pbx-admin": type "nobody": unknown; the model has "admin" "reseller" "customer"`)

	cause = func(f *fixture) { f.level("care", func(l *acl.Level) { l.Type = "nobody" }) }
	remedy = func(f *fixture) { f.level("care", func(l *acl.Level) { l.Type = "customer" }) }
	step("a level's type", "carol", "customer/pbx", "acme", access.Unavailable,
		`ACLs "care": acl: level "care": acl: type "nobody": unknown; the system has "customer" "component"`)

	f.level("part", func(l *acl.Level) { l.Type, l.Permissions = "component", acl.MustPermissions("select Invoices.*any*") })
	f.level("care", func(l *acl.Level) { l.Components = []string{"part"} })
	var part acl.Level
	cause = func(f *fixture) {
		f.update(func(tx store.Tx) (err error) {
			part, err = tx.ACL(f.ctx, "part")
			require.NoError(f.t, err)
			return tx.DeleteACL(f.ctx, "part", part.Revision)
		})
	}
	remedy = func(f *fixture) {
		part.Revision = 0
		f.update(func(tx store.Tx) error { return tx.PutACL(f.ctx, part) })
	}
	step("a missing component", "carol", "customer/billing", "acme", access.Unavailable,
		`ACLs "care": acl: ..."care"...component "part"...: store: not found`)

	cause = func(f *fixture) { f.level("part", func(l *acl.Level) { l.Components = []string{"part"} }) }
	remedy = func(f *fixture) { f.level("part", func(l *acl.Level) { l.Components = nil }) }
	step("a cycle of components", "carol", "customer/billing", "acme", access.Unavailable,
		`ACLs "care": acl: cycle: level "care": "part" -> "part"`,
		`ACLs "part": acl: cycle: level "part": "part" -> "part"`)

	cause = func(f *fixture) { f.individual("steve", func(p *individuals.Individual) { p.RoleType = "nobody" }) }
	remedy = func(f *fixture) { f.individual("steve", func(p *individuals.Individual) { p.RoleType = "customer" }) }
	step("a person's type", "steve", "customer/pbx", "acme", access.Unavailable,
		`individuals "steve": access: individual "steve": roles: type "nobody": unknown; the model has "admin" "reseller" "customer"`)

	cause = func(f *fixture) { f.organization("acme", func(o *individuals.Organization) { o.Class = "missing" }) }
	remedy = func(f *fixture) { f.class("missing", func(*individuals.Class) {}) }
	step("a missing class", "steve", "customer/pbx", "acme", access.Unavailable,
		`organizations "acme": access: organization "acme": class "missing": ...: store: not found`)
}

// TestProblemsOfPlaces: a store may hold a damaged forest although Durward
// refuses to write one.
func TestProblemsOfPlaces(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := newFixture(t, hooked(&s, nil))
	ok := func(want access.Reason) {
		t.Helper()
		assert.Equal(t, want, f.reason("steve", roles.View, "customer/pbx", "acme-1"))
		assert.Equal(t, access.Granted, f.reason("alice", roles.View, "customer/pbx", "isp"))
	}
	for _, c := range []struct {
		entity  scope.Entity
		missing bool
		want    access.Reason
		named   []string
	}{
		{scope.Entity{ID: "acme-1", Kind: "account", Parent: "acme-1"}, false, access.OutOfScope,
			[]string{`entities "acme-1": scope: cycle: "acme-1" -> "acme-1"`}},
		{scope.Entity{ID: "acme-1", Kind: "account", Parent: "gone"}, false, access.OutOfScope,
			[]string{`entities "acme-1": scope: parent of "acme-1": scope: entity "gone": scope: unknown entity: memstore: entity "gone": store: not found`}},
		{scope.Entity{ID: "acme-1"}, true, access.OutOfScope, nil}, // an object that does not exist is nobody's fault
		{scope.Entity{ID: "acme", Kind: "customer", Parent: "gone"}, false, access.Unavailable, []string{
			`organizations "acme": access: organization "acme": scope: parent of "acme": scope: entity "gone": scope: unknown entity: memstore: entity "gone": store: not found`,
			`entities "acme-1": scope: parent of "acme": scope: entity "gone": scope: unknown entity: memstore: entity "gone": store: not found`}},
	} {
		s.set(hooks{reader: func(r store.Reader) store.Reader { return entityReader{r, c.entity, c.missing} }})
		ok(c.want)
		assertProblems(t, c.named, f.problems(), c.entity)
		s.set(hooks{})
		// Another commit makes the engine look again.
		require.NoError(t, f.engine.Sync(f.ctx, f.class("silver", func(*individuals.Class) {})))
		ok(access.Granted)
		assert.Empty(t, f.problems())
		// The next round reads everything again.
		revision := f.entity("isp", func(e *scope.Entity) { e.Kind = "provider" })
		f.entity("north", func(e *scope.Entity) {
			e.Links = append(e.Links, scope.Link{Name: fmt.Sprint("l", revision), To: "isp"})
		})
		require.NoError(t, f.engine.Sync(f.ctx, revision+1))
	}
}

// An entityReader answers one entity as given, or not at all.
type entityReader struct {
	store.Reader
	entity  scope.Entity
	missing bool
}

func (r entityReader) Entity(ctx context.Context, id string) (scope.Entity, error) {
	switch {
	case id != r.entity.ID:
		return r.Reader.Entity(ctx, id)
	case r.missing:
		return scope.Entity{}, store.ErrNotFound
	default:
		return r.entity, nil
	}
}

// TestProblemsOfStrangers: what requests make up is not named, and what is
// named is bounded.
func TestProblemsOfStrangers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for i := range 20 {
		r := ask("steve", roles.View, "customer/pbx", fmt.Sprint("object", i))
		r.Organization = fmt.Sprint("organization", i)
		assert.False(t, f.check(r).Allowed())
		assert.Equal(t, access.UnknownIndividual, f.reason(fmt.Sprint("individual", i), roles.View, "customer/pbx", "acme"))
	}
	assert.Empty(t, f.problems())

	const damaged = 1200
	f.update(func(tx store.Tx) error {
		for i := range damaged {
			require.NoError(t, tx.PutIndividual(f.ctx, individuals.Individual{ID: fmt.Sprint(i), RoleType: "nobody", Organization: "acme"}))
		}
		return nil
	})
	for i := range damaged {
		assert.Equal(t, access.Unavailable, f.reason(fmt.Sprint(i), roles.View, "customer/pbx", "acme"))
	}
	assert.Len(t, f.problems(), 1000)
}
