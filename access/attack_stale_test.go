package access_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// TestStaleWhileReadingChanges: the feed tells of a commit, and the store then
// hangs while what changed is read. That is not having heard from it.
func TestStaleWhileReadingChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s *hookedStore
		f := newFixture(t, hooked(&s, nil))
		p, n := f.principal("steve"), node("customer/pbx")
		require.True(t, p.Can(f.ctx, roles.View, n))
		require.True(t, p.CanOn(f.ctx, roles.View, n, "acme-1"))
		time.Sleep(250 * time.Millisecond)
		synctest.Wait() // the last poll that is answered in full
		s.set(hooks{view: func(ctx context.Context, _ func() error) error { return hang(ctx) }})
		revision := f.update(func(tx store.Tx) error { return f.revoke(tx, "steve", "acme") })
		time.Sleep(5 * time.Second)
		assert.Less(t, f.engine.Revision(), revision)
		time.Sleep(50*time.Millisecond + 1) // a tick of the engine's clock
		assert.Equal(t, access.Stale, f.reason("steve", roles.View, "customer/pbx", "acme"))
		assert.False(t, p.Can(f.ctx, roles.View, n))
		assert.False(t, p.CanOn(f.ctx, roles.View, n, "acme-1"))
		s.set(hooks{})
		time.Sleep(2 * time.Minute) // until the View that hangs is given up
		assert.Equal(t, access.NoGrant, f.reason("steve", roles.View, "customer/pbx", "acme"))
	})
}
