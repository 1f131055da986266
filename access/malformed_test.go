package access_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

// TestMalformedFirst holds that what is malformed is said before anything else, whether
// or not the person is in memory.
func TestMalformedFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	done, cancel := context.WithCancel(f.ctx)
	cancel()
	for range 2 {
		for _, r := range []access.Request{
			ask("steve", roles.View, "customer/pbx", "a\x00b"),
			ask("a\x00b", roles.View, "customer/pbx", "acme"),
			ask("", roles.View, "customer/pbx", "acme"),
			{Individual: "steve", Organization: "a\x00b", Action: roles.View, Path: "customer/pbx"},
		} {
			assert.Equal(t, access.InvalidRequest, f.engine.Check(done, r).Reason(), "%+v", r)
			assert.Equal(t, access.InvalidRequest, f.check(r).Reason(), "%+v", r)
		}
		assert.Equal(t, access.Unavailable, f.engine.Check(done, ask("steve", roles.View, "customer/pbx", "acme")).Reason())
		f.reason("steve", roles.View, "customer/pbx", "acme")
	}
}

// TestSeveralActions holds that an action which is several is none, for whoever has
// them all too.
func TestSeveralActions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p, several := f.principal("alice"), roles.View|roles.Update
	n := node("customer/billing/invoices")
	for range 2 {
		assert.True(t, p.Can(f.ctx, roles.Update, n))
		assert.False(t, p.Can(f.ctx, several, n))
		for _, object := range []string{"isp", "acme"} {
			assert.True(t, p.CanOn(f.ctx, roles.Update, n, object))
			assert.False(t, p.CanOn(f.ctx, several, n, object))
			assert.Equal(t, access.InvalidRequest, p.Check(f.ctx, access.Query{Action: several, Node: n, Object: object}).Reason())
		}
	}
}
