package access_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A watchedContext calls its function the first time that somebody looks whether it
// is done: in the middle of a decision.
type watchedContext struct {
	context.Context
	looked func()
}

func (c *watchedContext) Err() error {
	if looked := c.looked; looked != nil {
		c.looked = nil
		looked()
	}
	return c.Context.Err()
}

// TestCommitWithinAQuickDecision: a commit takes the role and moves the object into
// scope, while a decision that needs nothing from the store is under way. Before it
// the object was out of scope, after it nothing is granted. What the role allowed
// and where the object is now never were true at once.
func TestCommitWithinAQuickDecision(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.update(func(tx store.Tx) error {
		require.NoError(t, tx.PutRole(f.ctx, roles.NewRole("nothing", "Nothing", "customer", nil)))
		return tx.PutEntity(f.ctx, scope.Entity{ID: "roamer", Kind: "account", Parent: "globex"})
	})
	r := ask("steve", roles.View, "customer/pbx", "roamer")
	require.Equal(t, access.OutOfScope, f.engine.Check(f.ctx, r).Reason())

	commit := func() {
		f.update(func(tx store.Tx) error {
			e, err := tx.Entity(f.ctx, "roamer")
			require.NoError(t, err)
			e.Parent = "acme"
			require.NoError(t, tx.PutEntity(f.ctx, e))
			g, err := tx.Grant(f.ctx, "steve", "acme")
			require.NoError(t, err)
			return tx.PutGrant(f.ctx, g.WithRole("nothing"))
		})
		require.Equal(t, access.Granted, f.reason("alice", roles.View, "customer/pbx", "roamer"), "where it is now is in memory")
	}
	d := f.engine.Check(&watchedContext{f.ctx, commit}, r)
	assert.Equal(t, access.NotGranted, d.Reason())
	assert.Equal(t, f.engine.Revision(), d.Revision())
}
