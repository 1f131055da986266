package access

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// TestSwapUnderWay stops a swap between the snapshot and the generation: whoever
// decides then waits for its end, and decides by the state after it.
func TestSwapUnderWay(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	model := roles.MustModel(roles.MustTree(roles.Entity("customer")),
		roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}})
	s := memstore.New(nil)
	_, err := s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		for _, err := range []error{
			tx.PutRole(ctx, roles.NewRole("viewer", "Viewer", "customer", map[string]roles.Permission{"customer": roles.Read})),
			tx.PutEntity(ctx, scope.Entity{ID: "acme", Kind: "customer"}),
			tx.PutOrganization(ctx, individuals.Organization{Entity: "acme"}),
			tx.PutIndividual(ctx, individuals.Individual{ID: "steve", RoleType: "customer", Organization: "acme", AllowList: ipallow.Anywhere()}),
			tx.PutGrant(ctx, individuals.Grant{Individual: "steve", Organization: "acme"}.WithRole("viewer")),
		} {
			require.NoError(t, err)
		}
		return nil
	})
	require.NoError(t, err)
	e, err := New(ctx, s, model, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	p, err := e.Principal(ctx, Identity{Individual: "steve"})
	require.NoError(t, err)
	node := model.Tree().MustNode("customer")
	require.True(t, p.Can(ctx, roles.View, node))

	// The first half of swap, with a snapshot in which the role is gone.
	e.mu.Lock()
	e.generation.Add(2)
	e.snapshot.Store(&snapshot{revision: 99, since: e.generation.Load() + 1,
		roles: map[string]*compiledRole{}, levels: map[string]*compiledLevel{}})

	decided := make(chan Reason, 1)
	go func() {
		d := e.Check(context.WithoutCancel(ctx), Request{Individual: "steve", Action: roles.View, Path: "customer"})
		decided <- d.Reason()
	}()
	for range 1000 {
		runtime.Gosched()
		select {
		case r := <-decided:
			e.mu.Unlock()
			t.Fatalf("decided %v in the middle of a swap", r)
		default:
		}
	}
	e.generation.Add(2)
	e.mu.Unlock()
	assert.Equal(t, Unavailable, <-decided, "the role is gone")
	assert.False(t, p.Can(ctx, roles.View, node))
}
