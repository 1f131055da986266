package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestSystemPrincipals have a fixed table and a fixed scope, and no gates of
// persons.
func TestSystemPrincipals(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Systems = []access.System{
			{Name: "nightly", Type: "admin", Permissions: map[string]roles.Permission{"customer/billing": roles.Modify, "customer/vault": roles.Read, "customer/individuals": roles.Read}},
			{Name: "northern", Type: "reseller", Permissions: map[string]roles.Permission{"customer": roles.Modify}, Below: "north"},
			{Name: "idle", Type: "customer"},
		}
		return s
	})
	system := func(name string) *access.Principal {
		p, err := f.engine.System(name)
		require.NoError(t, err)
		assert.Equal(t, name, p.Individual())
		assert.Empty(t, p.Actor())
		assert.True(t, p.IsSystem())
		return p
	}
	assert.False(t, f.principal("steve").IsSystem())
	assert.Empty(t, f.principal("steve").Actor())
	_, err := f.engine.System("other")
	require.EqualError(t, err, `access: system principal "other": unknown; name it in Options.Systems`)
	for _, c := range []struct {
		name         string
		action       roles.Action
		path, object string
		want         access.Reason
	}{
		{"nightly", roles.Update, "customer/billing/invoices", "", access.Granted},
		{"nightly", roles.Update, "customer/billing/invoices", "globex", access.Granted},
		{"nightly", roles.Update, "customer/billing/invoices", "isp", access.Granted},
		{"nightly", roles.Update, "customer/billing/invoices", "nothing", access.OutOfScope},
		{"nightly", roles.View, "customer/vault/keys", "globex", access.Granted},
		{"nightly", roles.View, "customer/individuals", "globex", access.Granted},
		{"nightly", roles.Update, "customer/vault/keys", "globex", access.NotGranted},
		{"nightly", roles.View, "nothing", "globex", access.UnknownNode},
		{"nightly", roles.View, "customer/billing", "a\x00", access.InvalidRequest},
		{"northern", roles.Update, "customer/billing/credit-limit", "acme", access.Granted},
		{"northern", roles.Update, "customer/billing/credit-limit", "north", access.Ceiling},
		{"northern", roles.View, "customer/billing/credit-limit", "north", access.Granted},
		{"northern", roles.View, "customer/billing/credit-limit", "acme-1", access.Granted},
		{"northern", roles.View, "customer/billing/credit-limit", "globex", access.OutOfScope},
		{"northern", roles.View, "customer/billing/credit-limit", "isp", access.OutOfScope},
		{"idle", roles.View, "customer", "", access.NotGranted},
	} {
		p := system(c.name)
		q := query(c.action, c.path, c.object)
		for range 2 {
			assert.Equal(t, c.want, p.Check(f.ctx, q).Reason(), "%+v", c)
			x := p.Explain(f.ctx, q)
			assert.Equal(t, c.want, x.Decision.Reason(), "%+v", c)
			assert.NotEmpty(t, x.String())
			n, err := f.engine.Node(c.path)
			if err == nil && c.object == "" {
				assert.Equal(t, c.want == access.Granted, p.Can(f.ctx, c.action, n), "%+v", c)
			} else if err == nil {
				assert.Equal(t, c.want == access.Granted, p.CanOn(f.ctx, c.action, n, c.object), "%+v", c)
			}
		}
	}
	assert.Equal(t, `nightly may not view customer/personal of acme: needs View on customer/personal; its fixed table has Restrict; `+
		`give it the permission in Options.Systems (not_granted)`, system("nightly").Explain(f.ctx, query(roles.View, "customer/personal", "acme")).String())
	assert.Equal(t, `nightly may view customer/billing of acme: its fixed table has Modify`,
		system("nightly").Explain(f.ctx, query(roles.View, "customer/billing", "acme")).String())

	// The scope follows the forest.
	northern := system("northern")
	f.entity("globex", func(e *scope.Entity) { e.Parent = "north" })
	assert.True(t, northern.CanOn(f.ctx, roles.View, node("customer"), "globex"))
	f.entity("globex", func(e *scope.Entity) { e.Parent = "south" })
	assert.False(t, northern.CanOn(f.ctx, roles.View, node("customer"), "globex"))
	require.NoError(t, f.engine.Close())
	assert.False(t, northern.Can(f.ctx, roles.View, node("customer")))
}
