package access_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A mixedReader answers some IDs with the record of another, by kind.
type mixedReader struct {
	store.Reader
	other map[store.Kind]map[string]string
}

func (r mixedReader) instead(kind store.Kind, id string) string {
	if other, ok := r.other[kind][id]; ok {
		return other
	}
	return id
}

func (r mixedReader) Role(ctx context.Context, id string) (roles.Role, error) {
	return r.Reader.Role(ctx, r.instead(store.Roles, id))
}

func (r mixedReader) ACL(ctx context.Context, id string) (acl.Level, error) {
	return r.Reader.ACL(ctx, r.instead(store.ACLs, id))
}

func (r mixedReader) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	return r.Reader.Individual(ctx, r.instead(store.Individuals, id))
}

func (r mixedReader) Organization(ctx context.Context, id string) (individuals.Organization, error) {
	return r.Reader.Organization(ctx, r.instead(store.Organizations, id))
}

func (r mixedReader) Class(ctx context.Context, id string) (individuals.Class, error) {
	return r.Reader.Class(ctx, r.instead(store.Classes, id))
}

func (r mixedReader) Entity(ctx context.Context, id string) (scope.Entity, error) {
	return r.Reader.Entity(ctx, r.instead(store.Entities, id))
}

// mix is a hook that answers as a mixedReader does.
func mix(kind store.Kind, asked, answered string) hooks {
	return hooks{reader: func(r store.Reader) store.Reader {
		return mixedReader{r, map[store.Kind]map[string]string{kind: {asked: answered}}}
	}}
}

// TestMixedRecords: a record that comes under another's ID decides nothing.
func TestMixedRecords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind            store.Kind
		asked, answered string
		want            access.Reason
		err             string
	}{
		{store.Individuals, "steve", "alice", access.Unavailable, `access: individual "steve": access: asked for individual "steve", the store answered "alice"`},
		{store.Organizations, "acme", "globex", access.Unavailable, `access: organization "acme": access: asked for organization "acme", the store answered "globex"`},
		{store.Classes, "gold", "silver", access.Unavailable, `access: organization "acme": access: asked for class "gold", the store answered "silver"`},
		{store.Entities, "acme", "globex", access.Unavailable, `access: organization "acme": scope: asked for entity "acme", the store answered "globex"`},
		{store.Entities, "acme-1", "acme", access.OutOfScope, ""},
	} {
		var s *hookedStore
		f := newFixture(t, hooked(&s, nil))
		f.class("silver", func(*individuals.Class) {})
		f.assign("alice", "isp", "root")
		s.set(mix(c.kind, c.asked, c.answered))
		x := f.engine.Explain(f.ctx, ask("steve", roles.View, "customer/pbx", "acme-1"))
		assert.Equal(t, c.want, x.Decision.Reason(), c.asked)
		if c.err != "" {
			assert.EqualError(t, x.Err, c.err)
		}
		s.set(hooks{})
		assert.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", "acme-1"), c.asked)
	}
}

// TestMixedChanges: nor does one that is read again for the feed. The last
// good state stays in force.
func TestMixedChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind            store.Kind
		asked, answered string
		change          func(f *fixture) uint64
		err             string
	}{
		{store.Roles, "pbx-admin", "customer-admin", func(f *fixture) uint64 { return f.permit("pbx-admin", "customer/notes", roles.Read) },
			`access: reading the feed after revision 2: access: asked for role "pbx-admin", the store answered "customer-admin"`},
		{store.ACLs, "care", "other", func(f *fixture) uint64 {
			return f.level("care", func(l *acl.Level) { l.Name = "Caring" })
		}, `access: reading the feed after revision 2: access: asked for ACL "care", the store answered "other"`},
		{store.Entities, "acme", "globex", func(f *fixture) uint64 {
			return f.entity("acme", func(e *scope.Entity) { e.Title = "Acme" })
		}, `access: reading the feed after revision 2: access: asked for entity "acme", the store answered "globex"`},
	} {
		var s *hookedStore
		f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
		other := f.level("other", func(l *acl.Level) { l.Permissions = acl.MustPermissions("select+update Invoices.*any*") })
		require.NoError(t, f.engine.Sync(f.ctx, other))
		ok := func() {
			t.Helper()
			assert.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
			assert.Equal(t, access.NotGranted, f.reason("steve", roles.View, "customer/billing", "acme"))
			assert.Equal(t, access.Granted, f.reason("carol", roles.Update, "customer/pbx", "acme-1"))
			assert.Equal(t, access.NotGranted, f.reason("carol", roles.View, "customer/billing", "acme-1"))
		}
		ok()
		revision := c.change(f)
		s.set(mix(c.kind, c.asked, c.answered))
		require.EqualError(t, f.engine.Sync(f.ctx, revision), c.err)
		ok()
		require.Len(t, f.engine.Problems(), 1)
		s.set(hooks{})
		require.NoError(t, f.engine.Sync(f.ctx, revision))
		ok()
		assert.Empty(t, f.engine.Problems())
	}
}

// A listingReader answers listings by its own rules.
type listingReader struct {
	store.Reader
	roles  func(page store.Page, inner []roles.Role) []roles.Role
	levels func(page store.Page, inner []acl.Level) []acl.Level
	grants func(page store.GrantPage, inner []individuals.Grant) []individuals.Grant
}

func (r listingReader) Roles(ctx context.Context, f store.RoleFilter, p store.Page) ([]roles.Role, error) {
	inner, err := r.Reader.Roles(ctx, f, p)
	if r.roles != nil {
		inner = r.roles(p, inner)
	}
	return inner, err
}

func (r listingReader) ACLs(ctx context.Context, f store.ACLFilter, p store.Page) ([]acl.Level, error) {
	inner, err := r.Reader.ACLs(ctx, f, p)
	if r.levels != nil {
		inner = r.levels(p, inner)
	}
	return inner, err
}

func (r listingReader) Grants(ctx context.Context, f store.GrantFilter, p store.GrantPage) ([]individuals.Grant, error) {
	inner, err := r.Reader.Grants(ctx, f, p)
	if r.grants != nil {
		inner = r.grants(p, inner)
	}
	return inner, err
}

// TestListings: listings that go back, or go on for ever, are an error.
func TestListings(t *testing.T) {
	t.Parallel()
	full := make([]roles.Role, store.MaxPage)
	fullLevels := make([]acl.Level, store.MaxPage)
	for i := range full {
		full[i] = roles.Role{ID: fmt.Sprintf("%06d", i)}
		fullLevels[i] = acl.Level{ID: full[i].ID}
	}
	for _, c := range []struct {
		err    string
		reader listingReader
	}{
		{`access: reading roles and ACLs: access: the listing of roles has "customer-admin" after "help-desk"`,
			listingReader{roles: func(_ store.Page, inner []roles.Role) []roles.Role {
				inner[0], inner[1] = inner[1], inner[0]
				return inner
			}}},
		{`access: reading roles and ACLs: access: the listing of roles has "000000" after "009999"`,
			listingReader{roles: func(store.Page, []roles.Role) []roles.Role { return full }}},
		{`access: reading roles and ACLs: access: the listing of roles has "" after ""`,
			listingReader{roles: func(store.Page, []roles.Role) []roles.Role { return make([]roles.Role, 1) }}},
		{`access: reading roles and ACLs: access: the listing of ACLs has "000000" after "009999"`,
			listingReader{levels: func(store.Page, []acl.Level) []acl.Level { return fullLevels }}},
	} {
		s := &hookedStore{Store: newBusiness(t, nil)}
		s.set(hooks{reader: func(r store.Reader) store.Reader {
			c.reader.Reader = r
			return c.reader
		}})
		_, err := access.New(t.Context(), s, fixtureModel, nil)
		assert.EqualError(t, err, c.err)
	}
}

// TestGrantListings: grants of others that a store answers with count for
// nobody, many grants are all read, and an endless listing denies.
func TestGrantListings(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := newFixture(t, hooked(&s, nil))
	f.organization("south", func(*individuals.Organization) {})
	f.grant("rita", "south", func(g individuals.Grant) individuals.Grant { return f.withRole(g, "sales") })
	list := func(grants func(store.GrantPage, []individuals.Grant) []individuals.Grant) {
		s.set(hooks{reader: func(r store.Reader) store.Reader { return listingReader{Reader: r, grants: grants} }})
	}
	change := func() {
		t.Helper()
		revision := f.individual("rita", func(p *individuals.Individual) { p.Name += "!" })
		require.NoError(t, f.engine.Sync(f.ctx, revision))
	}
	in := func(organization string) access.Reason {
		r := ask("rita", roles.View, "customer/pbx", organization)
		r.Organization = organization
		return f.check(r).Reason()
	}
	var pages int
	list(func(page store.GrantPage, inner []individuals.Grant) []individuals.Grant {
		// 10,000 grants in organizations that do not exist come before hers.
		pages++
		if page.AfterIndividual != "" {
			assert.Equal(t, store.GrantPage{AfterIndividual: "rita", AfterOrganization: "a009999", Limit: store.MaxPage}, page)
			return inner
		}
		out := make([]individuals.Grant, store.MaxPage)
		for i := range out {
			out[i] = individuals.Grant{Individual: "rita", Organization: fmt.Sprintf("a%06d", i)}
		}
		return out
	})
	assert.Equal(t, access.Granted, in("south"))
	assert.Equal(t, access.Granted, in("north"))
	assert.Equal(t, 2, pages)

	change()
	list(func(_ store.GrantPage, inner []individuals.Grant) []individuals.Grant {
		return append(inner, individuals.Grant{Individual: "steve", Organization: "north", Role: individuals.Slot{ID: "root", Revision: 99}})
	})
	assert.Equal(t, access.Granted, in("north"))
	change()
	list(func(store.GrantPage, []individuals.Grant) []individuals.Grant {
		return []individuals.Grant{{Individual: "alice", Organization: "north", Role: individuals.Slot{ID: "sales", Revision: 99}}}
	})
	assert.Equal(t, access.NoGrant, in("north"))

	change()
	list(func(store.GrantPage, []individuals.Grant) []individuals.Grant {
		out := make([]individuals.Grant, store.MaxPage)
		for i := range out {
			out[i] = individuals.Grant{Individual: "rita", Organization: fmt.Sprintf("%06d", i)}
		}
		return out
	})
	r := ask("rita", roles.View, "customer/pbx", "north")
	x := f.engine.Explain(f.ctx, r)
	assert.Equal(t, access.Unavailable, x.Decision.Reason())
	assert.EqualError(t, x.Err, `access: individual "rita": access: the listing of grants to "rita" ends with one to "rita" in "009999", and goes on`)
	s.set(hooks{})
	assert.Equal(t, access.Granted, f.check(r).Reason())
}

// TestViewsRunAgain: a store may run a View's function once more, when a
// database asks for it; the last run counts.
func TestViewsRunAgain(t *testing.T) {
	t.Parallel()
	f := &fixture{t: t, ctx: t.Context(), store: newBusiness(t, nil)}
	// Each first run sees a business with everyone in another state.
	first := &fixture{t: t, ctx: t.Context(), store: newBusiness(t, nil)}
	first.level("more", func(*acl.Level) {})
	first.assign("steve", "acme", "customer-admin")
	first.entity("acme-2", func(e *scope.Entity) { e.Kind, e.Parent = "account", "acme" })
	first.entity("globex", func(e *scope.Entity) { e.Parent = "acme" })
	first.individual("dan", func(p *individuals.Individual) { p.ID, p.Revision = "dora", 0 })
	first.update(func(tx store.Tx) error {
		return tx.PutRole(first.ctx, roles.NewRole("extra", "Extra", "customer", nil))
	})
	again := &twiceStore{Store: f.store, first: first.store}
	engine, err := access.New(f.ctx, again, fixtureModel, &access.Options{ACLs: fixtureLevels})
	require.NoError(t, err)
	defer engine.Close()
	f.engine = engine
	assert.Equal(t, access.NotGranted, f.reason("steve", roles.View, "customer/billing", "acme"))
	assert.Equal(t, access.OutOfScope, f.reason("steve", roles.View, "customer/pbx", "acme-2"))
	assert.Equal(t, access.OutOfScope, f.reason("steve", roles.View, "customer/pbx", "globex"))
	assert.Equal(t, access.UnknownIndividual, f.reason("dora", roles.View, "customer/pbx", "acme"))
	f.grant("dan", "globex", func(g individuals.Grant) individuals.Grant { return f.withRole(g, "extra") })
	require.NoError(t, engine.Sync(f.ctx, 2))
	assert.Equal(t, access.Unavailable, f.reason("dan", roles.View, "customer/pbx", "globex"), "there is no such role")
}

// A twiceStore runs each View on another store first.
type twiceStore struct {
	store.Store
	first store.Store
}

func (s *twiceStore) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := s.first.View(ctx, fn); err != nil {
		return err
	}
	return s.Store.View(ctx, fn)
}
