package access

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// newSmallEngine makes an engine over one customer, acme, with two people who
// hold the role viewer.
func newSmallEngine(t *testing.T, opts *Options) (*Engine, *memstore.Store) {
	t.Helper()
	ctx, s := t.Context(), memstore.New(nil)
	_, err := s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		for _, err := range []error{
			tx.PutEntity(ctx, scope.Entity{ID: "isp", Kind: "provider"}),
			tx.PutEntity(ctx, scope.Entity{ID: "acme", Kind: "customer", Parent: "isp"}),
			tx.PutOrganization(ctx, individuals.Organization{Entity: "acme"}),
			tx.PutRole(ctx, roles.NewRole("viewer", "Viewer", "customer", map[string]roles.Permission{"customer": roles.Read})),
			tx.PutRole(ctx, roles.NewRole("other", "Other", "customer", nil)),
		} {
			require.NoError(t, err)
		}
		for _, id := range []string{"steve", "dan"} {
			require.NoError(t, tx.PutIndividual(ctx, individuals.Individual{ID: id, RoleType: "customer", Organization: "acme", AllowList: ipallow.Anywhere()}))
			require.NoError(t, tx.PutGrant(ctx, individuals.Grant{Individual: id, Organization: "acme"}.WithRole("viewer")))
		}
		return nil
	})
	require.NoError(t, err)
	model := roles.MustModel(roles.MustTree(roles.Entity("customer")),
		roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}})
	e, err := New(ctx, s, model, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e, s
}

// TestIdlePeoplePinNoSnapshot: one who asked once and is still in memory, and
// a Principal that lives on, keep none of the snapshots that came and went.
func TestIdlePeoplePinNoSnapshot(t *testing.T) {
	t.Parallel()
	e, s := newSmallEngine(t, nil)
	ctx := t.Context()
	view := func(id string) bool {
		return e.Check(ctx, Request{Individual: id, Action: roles.View, Path: "customer", Object: "acme", Surface: NewInterface}).Allowed()
	}
	idle, err := e.Principal(ctx, Identity{Individual: "dan", Surface: NewInterface})
	require.NoError(t, err)
	require.True(t, idle.Can(ctx, roles.View, e.tree.MustNode("customer")))
	require.True(t, view("dan"))
	old := weak.Make(e.snapshot.Load())
	require.NotNil(t, old.Value())
	_, err = s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		r, err := tx.Role(ctx, "other")
		require.NoError(t, err)
		r.Name = "Another"
		return tx.PutRole(ctx, r)
	})
	require.NoError(t, err)
	require.True(t, view("steve"))
	require.NotNil(t, e.people.get("dan"))
	runtime.GC()
	runtime.GC()
	assert.Nil(t, old.Value())
	runtime.KeepAlive(idle)
}

// TestStaleWhileApplying: whoever holds the engine's lock for long, as a change
// of very much does, keeps no decision from being denied as stale.
func TestStaleWhileApplying(t *testing.T) {
	t.Parallel()
	e, _ := newSmallEngine(t, nil)
	ctx := t.Context()
	p, err := e.Principal(ctx, Identity{Individual: "steve", Surface: NewInterface})
	require.NoError(t, err)
	n := e.tree.MustNode("customer")
	require.True(t, p.CanOn(ctx, roles.View, n, "acme"))
	<-e.pulling // nobody reads the feed
	e.mu.Lock()
	e.heard.Store(int64(time.Since(e.began) - time.Hour))
	noticed := make(chan struct{})
	go func() {
		e.setStale(true)
		close(noticed)
	}()
	select {
	case <-noticed:
	case <-time.After(10 * time.Second):
		e.mu.Unlock()
		t.Fatal("waits for the lock")
	}
	assert.False(t, p.Can(ctx, roles.View, n))
	assert.False(t, p.CanOn(ctx, roles.View, n, "acme"))
	assert.Equal(t, Stale, e.Check(ctx, Request{Individual: "steve", Action: roles.View, Path: "customer", Object: "acme", Surface: NewInterface}).Reason())
	e.mu.Unlock()
	e.pulling <- struct{}{}
	require.NoError(t, e.pull(context.WithoutCancel(ctx)))
	assert.True(t, p.CanOn(ctx, roles.View, n, "acme"), "it recovers by itself")
}

// TestStaleWhileClosing: an engine that is closed stays so, whatever a tick or
// a reader of the feed that was under way then finds out.
func TestStaleWhileClosing(t *testing.T) {
	t.Parallel()
	e, _ := newSmallEngine(t, nil)
	require.NoError(t, e.Close())
	closed := e.generation.Load()
	for _, age := range []time.Duration{0, time.Hour, 0} {
		e.heard.Store(int64(time.Since(e.began) - age))
		e.setStale(false)
		e.setStale(true)
		e.setStale(false)
		assert.Equal(t, closed, e.generation.Load())
		assert.Equal(t, uint64(1), e.generation.Load()&1)
	}
}
