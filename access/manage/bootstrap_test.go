package manage_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// firstOf describes a first administrator who signs in with a password.
func firstOf(change func(f *manage.First)) manage.First {
	f := manage.First{
		Provider:      scope.Entity{ID: "isp", Kind: billing.KindProvider},
		Administrator: individuals.Individual{ID: "alice", RoleType: billing.TypeAdmin, Login: "alice@isp.example"},
		Role:          billing.Root(billing.Tree()), Password: canaryPassword,
		Clock: func() time.Time { return began },
	}
	if change != nil {
		change(&f)
	}
	return f
}

func TestBootstrap(t *testing.T) {
	s := memstore.New(nil)
	ctx := t.Context()
	revision, err := manage.Bootstrap(ctx, s, billing.Model(), firstOf(nil))
	require.NoError(t, err)
	require.Equal(t, uint64(1), revision, "one commit")
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		p, err := r.Individual(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, "isp", p.Organization)
		assert.Equal(t, "isp", p.Provider)
		assert.Equal(t, billing.TypeAdmin, p.Realm)
		assert.Equal(t, "alice@isp.example", p.Email)
		assert.True(t, p.AllowList.IsAnywhere())
		g, err := r.Grant(ctx, "alice", "isp")
		require.NoError(t, err)
		assert.Equal(t, billing.RoleRoot, g.Role.ID)
		c, err := r.Credential(ctx, "alice")
		require.NoError(t, err)
		assert.True(t, c.MustChange)
		assert.True(t, c.MeetsAlone)
		o, err := r.Organization(ctx, "isp")
		require.NoError(t, err)
		assert.Equal(t, []string{billing.RoleRoot}, o.AllowedRoles)
		role, err := r.Role(ctx, billing.RoleRoot)
		require.NoError(t, err)
		assert.Equal(t, "isp", role.Owner)
		events, err := r.Events(ctx, audit.Filter{Chain: audit.Changes})
		require.NoError(t, err)
		require.Len(t, events, 1)
		assert.Equal(t, "2026-04-01 10:00Z system durward/bootstrap made alice the first administrator: role set to root, revision 1", events[0].String())
		return nil
	}))
	// Once, whoever comes.
	for _, change := range []func(f *manage.First){nil, func(f *manage.First) { f.Administrator.ID, f.Administrator.Login = "mallory", "mallory@isp.example" }} {
		_, err = manage.Bootstrap(ctx, s, billing.Model(), firstOf(change))
		require.ErrorIs(t, err, manage.ErrBootstrapped)
		require.ErrorContains(t, err, `"isp"`)
	}
	// Of another provider in the same store it is that one's first.
	_, err = manage.Bootstrap(ctx, s, billing.Model(), firstOf(func(f *manage.First) {
		f.Provider.ID, f.Administrator.ID, f.Role.ID = "other", "olga", "other-root"
	}))
	require.NoError(t, err)
}

// The administrator can do everything, and can sign in at once.
func TestBootstrapGivesEverything(t *testing.T) {
	w := newWorld(t, func(s *setup) { s.noPeople = true })
	for n := range billing.Tree().Nodes() {
		for _, a := range roles.Actions() {
			choices := n.Choices(billing.TypeAdmin)
			if choices[len(choices)-1].Allows(a) {
				require.Equal(t, access.Granted, w.reason("alice", a, n.Path(), "abc"), "%v %s", a, n)
			}
		}
	}
	require.Len(t, w.tokens("alice"), 1, "an invitation")
}

func TestBootstrapAtOnce(t *testing.T) {
	s := memstore.New(nil)
	var made atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := manage.Bootstrap(t.Context(), s, billing.Model(), firstOf(func(f *manage.First) { f.Password, f.Administrator.Login = "", "" }))
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, manage.ErrBootstrapped):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(1), made.Load())
}

// What is there already is kept, and must fit.
func TestBootstrapOverWhatIsThere(t *testing.T) {
	ctx := t.Context()
	with := func(entity scope.Entity, role roles.Role) *memstore.Store {
		s := memstore.New(nil)
		_, err := s.Update(ctx, store.Author{ID: "host"}, func(tx store.Tx) error {
			require.NoError(t, tx.PutEntity(ctx, entity))
			require.NoError(t, tx.PutOrganization(ctx, individuals.Organization{Entity: entity.ID, Closed: true, AllowedRoles: []string{"admin"}}))
			return tx.PutRole(ctx, role)
		})
		require.NoError(t, err)
		return s
	}
	narrow := roles.NewRole(billing.RoleRoot, "Root", billing.TypeAdmin, map[string]roles.Permission{"customer": roles.Read})
	isp := scope.Entity{ID: "isp", Kind: billing.KindProvider, Title: "Kept"}
	s := with(isp, narrow)
	_, err := manage.Bootstrap(ctx, s, billing.Model(), firstOf(nil))
	require.NoError(t, err)
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		o, err := r.Organization(ctx, "isp")
		require.NoError(t, err)
		assert.Equal(t, []string{"admin", billing.RoleRoot}, o.AllowedRoles)
		assert.False(t, o.Closed)
		role, err := r.Role(ctx, billing.RoleRoot)
		require.NoError(t, err)
		assert.Len(t, role.Permissions, 1, "as it was")
		e, err := r.Entity(ctx, "isp")
		assert.Equal(t, "Kept", e.Title)
		return err
	}))
	_, err = manage.Bootstrap(ctx, with(scope.Entity{ID: "isp", Kind: billing.KindReseller}, narrow), billing.Model(), firstOf(nil))
	require.ErrorContains(t, err, `"reseller"`)
	other := narrow.Clone(billing.RoleRoot, "Root")
	other.Owner = "else"
	_, err = manage.Bootstrap(ctx, with(isp, other), billing.Model(), firstOf(nil))
	require.ErrorContains(t, err, `"else"`)
	broken := roles.NewRole(billing.RoleRoot, "Root", billing.TypeAdmin, map[string]roles.Permission{"customer/gone": roles.Read})
	_, err = manage.Bootstrap(ctx, with(isp, broken), billing.Model(), firstOf(nil))
	require.ErrorContains(t, err, "customer/gone")
}

func TestBootstrapRefuses(t *testing.T) {
	for says, change := range map[string]func(f *manage.First){
		`"clerk"`:                      func(f *manage.First) { f.Administrator.RoleType = "clerk" },
		`the provider is a "provider"`: func(f *manage.First) { f.Administrator.RoleType = billing.TypeReseller },
		`it has the parent "x"`:        func(f *manage.First) { f.Provider.Parent = "x" },
		`of type "reseller"`:           func(f *manage.First) { f.Role = roles.NewRole("r", "R", billing.TypeReseller, nil) },
		`belongs to "abc"`:             func(f *manage.First) { f.Administrator.Organization = "abc" },
		"not for the caller":           func(f *manage.First) { f.Administrator.Enrolled = true },
		"set Administrator.Login":      func(f *manage.First) { f.Administrator.Login = "" },
		"set Password":                 func(f *manage.First) { f.Password = "" },
		"too_short":                    func(f *manage.First) { f.Password = "short-canary" },
		`"two words"`:                  func(f *manage.First) { f.Administrator.Login = "two words" },
		`"a\nb"`:                       func(f *manage.First) { f.Administrator.ID = "a\nb" },
		`"customer/gone"`: func(f *manage.First) {
			f.Roles = []roles.Role{roles.NewRole("r", "R", billing.TypeCustomer, map[string]roles.Permission{"customer/gone": roles.Read})}
		},
	} {
		s := memstore.New(nil)
		_, err := manage.Bootstrap(t.Context(), s, billing.Model(), firstOf(change))
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, "manage: bootstrap")
		require.NotContains(t, err.Error(), "short-canary")
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
			require.Zero(t, r.Revision(), says)
			return nil
		}))
	}
	for _, nothing := range []struct {
		s store.Store
		m *roles.Model
	}{{nil, billing.Model()}, {memstore.New(nil), nil}} {
		_, err := manage.Bootstrap(t.Context(), nothing.s, nothing.m, firstOf(nil))
		require.Error(t, err)
	}
	// An allow-list that is given stays.
	list, err := ipallow.Parse([]string{"10.0.0.0/8"})
	require.NoError(t, err)
	s := memstore.New(nil)
	_, err = manage.Bootstrap(t.Context(), s, billing.Model(), firstOf(func(f *manage.First) { f.Administrator.AllowList = list }))
	require.NoError(t, err)
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		p, err := r.Individual(t.Context(), "alice")
		require.Equal(t, list.String(), p.AllowList.String())
		return err
	}))
}
