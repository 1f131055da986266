package access_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestMoves: where something lies counts from the commit that moves it, for
// the object itself, for what is below, and for organizations.
func TestMoves(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	q := func(object string) access.Reason { return f.reason("rita", roles.View, "customer/pbx", object) }
	rita := f.principal("rita")
	can := func(object string) bool { return rita.CanOn(f.ctx, roles.View, node("customer/pbx"), object) }
	for range 2 {
		for object, want := range map[string]access.Reason{
			"acme": access.Granted, "acme-1": access.Granted, "north": access.Granted, "globex": access.OutOfScope, "isp": access.OutOfScope,
		} {
			assert.Equal(t, want, q(object), object)
			assert.Equal(t, want == access.Granted, can(object), object)
		}
		f.entity("acme", func(e *scope.Entity) { e.Parent = "south" })
		f.entity("globex", func(e *scope.Entity) { e.Parent = "acme" })
		for object, want := range map[string]access.Reason{
			"acme": access.OutOfScope, "acme-1": access.OutOfScope, "north": access.Granted, "globex": access.OutOfScope,
		} {
			assert.Equal(t, want, q(object), object)
			assert.Equal(t, want == access.Granted, can(object), object)
		}
		f.entity("acme", func(e *scope.Entity) { e.Parent = "north" })
		assert.Equal(t, access.Granted, q("globex"), "it moved with acme")
		assert.True(t, can("globex"))
		f.entity("globex", func(e *scope.Entity) { e.Parent = "south" })
	}
}

// TestMovedOrganization: a role that belongs to an entity is used below it
// only, wherever the organization moves.
func TestMovedOrganization(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.role("pbx-admin", func(r *roles.Role) { r.Owner = "north" })
	p := f.principal("steve")
	assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
	f.entity("acme", func(e *scope.Entity) { e.Parent = "south" })
	assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
	x := f.engine.Explain(f.ctx, ask("steve", roles.View, "customer/pbx", "acme"))
	assert.Equal(t, access.Unavailable, x.Decision.Reason())
	assert.EqualError(t, x.Err, `access: role "pbx-admin" belongs to "north", and "acme" does not lie below it`)
	f.entity("north", func(e *scope.Entity) { e.Parent = "south" })
	f.entity("acme", func(e *scope.Entity) { e.Parent = "north" })
	assert.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
}

// TestDeletedObject: what is deleted is in nobody's scope, at once.
func TestDeletedObject(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.principal("steve")
	for range 2 {
		require.True(t, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme-1"))
		f.update(func(tx store.Tx) error {
			e, err := tx.Entity(f.ctx, "acme-1")
			require.NoError(t, err)
			return tx.DeleteEntity(f.ctx, e.ID, e.Revision)
		})
		assert.False(t, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme-1"))
		assert.Equal(t, access.OutOfScope, f.reason("steve", roles.View, "customer/pbx", "acme-1"))
		assert.Empty(t, f.engine.Problems(), "an object that does not exist is nobody's fault")
		f.entity("acme-1", func(e *scope.Entity) { e.Kind, e.Parent = "account", "acme" })
	}
}

// TestReadBetweenTwoMoves is a race of three: acme moves to south and back to
// north, and an object below it is read between the two, while the engine
// takes the first move into account by what the second one left. The lineage
// that was read must not stay.
func TestReadBetweenTwoMoves(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
	f.entity("acme-2", func(e *scope.Entity) { e.Kind, e.Parent = "account", "acme" })
	require.NoError(t, f.engine.Sync(f.ctx, 2))
	// The engine knows acme below north. South is where rita may not look.
	require.Equal(t, access.Granted, f.reason("rita", roles.View, "customer/pbx", "acme-1"))

	f.entity("acme", func(e *scope.Entity) { e.Parent = "south" })
	var reading atomic.Int32
	read, applied := make(chan struct{}), make(chan struct{})
	s.set(hooks{
		view: func(_ context.Context, next func() error) error {
			if reading.Add(1) > 1 {
				// The engine reads acme again for the first move; by then the
				// second one is there.
				return next()
			}
			err := next() // acme-2, seen below south
			close(read)
			<-applied
			return err
		},
		changes: func(_ context.Context, after uint64, next func() (store.Feed, error)) (store.Feed, error) {
			feed, err := next()
			if after == 2 {
				feed.Changes, feed.Through, feed.More = feed.Changes[:1], 3, false
			}
			return feed, err
		},
	})
	asked := make(chan access.Reason)
	go func() { asked <- f.reason("rita", roles.View, "customer/pbx", "acme-2") }()
	<-read
	f.entity("acme", func(e *scope.Entity) { e.Parent = "north" })
	require.NoError(t, f.engine.Sync(f.ctx, 3))
	close(applied)
	<-asked // about a moment when acme was below south

	require.NoError(t, f.engine.Sync(f.ctx, 4))
	assert.Equal(t, access.Granted, f.reason("rita", roles.View, "customer/pbx", "acme-2"), "acme is below north")
}

// TestPlacesAreBounded asks for many more objects than may be kept, without a
// commit in between, and looks at what stays in memory.
func TestPlacesAreBounded(t *testing.T) {
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.MaxObjects, o.MaxOrganizations, o.MaxIndividuals = 50, 5, 5
		return s
	})
	const objects = 5000
	f.update(func(tx store.Tx) error {
		for i := range objects {
			id := fmt.Sprintf("%0120d", i)
			if err := tx.PutEntity(f.ctx, scope.Entity{ID: id, Kind: "account", Parent: "acme"}); err != nil {
				return err
			}
		}
		return nil
	})
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range objects {
		require.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", fmt.Sprintf("%0120d", i)))
	}
	assert.Less(t, float64(heap())-float64(before), 400e3, "50 objects are kept, not 5000")
	// What still is asked for is still right.
	f.entity("acme", func(e *scope.Entity) { e.Parent = "south" })
	assert.Equal(t, access.OutOfScope, f.reason("rita", roles.View, "customer/pbx", fmt.Sprintf("%0120d", objects-1)))
}
