package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

// formerly runs fn over revision 1, when the former model was in force, as the
// present engine answers of it.
func formerly(t *testing.T, fn func(f *fixture, then *access.Past)) {
	t.Helper()
	s := newBusiness(t, nil)
	former := openFormer(t, s)
	f := &fixture{t: t, ctx: t.Context(), store: s, engine: openPresent(t, s)}
	f.asOf(access.Moment{Revision: 1}, func(then *access.Past) {
		require.Equal(t, former.Digest(), then.Digest())
		fn(f, then)
	})
}

// TestFormerNodes: who asks about a node of today's tree is answered of the one
// that it was, however it is named.
func TestFormerNodes(t *testing.T) {
	t.Parallel()
	formerly(t, func(f *fixture, then *access.Past) {
		alice := f.principal("alice")
		for today, want := range map[string]string{
			"customer/pbx": "customer/telephony", "customer/pbx/extensions": "customer/telephony/extensions", "customer/billing/payments": "customer/billing/payments",
			"account": "account", "customer/vault/keys": "", "customer/billing/credit-limit": "",
		} {
			n := fixtureTree.MustNode(today)
			for name, d := range map[string]access.Decision{
				"node":           then.Check(f.ctx, alice, access.Query{Action: roles.View, Node: n}),
				"path":           then.Check(f.ctx, alice, access.Query{Action: roles.View, Path: today}),
				"request":        then.CheckRequest(f.ctx, ask("alice", roles.View, today, "")),
				"explained":      then.Explain(f.ctx, alice, access.Query{Action: roles.View, Node: n}).Decision,
				"explained path": then.Explain(f.ctx, alice, access.Query{Action: roles.View, Path: today}).Decision,
			} {
				if want == "" {
					assert.Equal(t, access.UnknownNode, d.Reason(), "%s %s", name, today)
					continue
				}
				assert.Equal(t, want, d.Node().Path(), "%s %s", name, today)
				assert.Same(t, then.Model().Tree(), d.Node().Tree())
			}
		}
		for _, q := range []access.Query{
			{Action: roles.View}, {Action: roles.View, Node: fixtureTree.MustNode("account"), Path: "account"},
			{Action: roles.View, Node: fixtureTree.MustNode("customer/vault"), Path: "account"},
		} {
			assert.Equal(t, access.InvalidRequest, then.Check(f.ctx, alice, q).Reason())
		}
		other := roles.MustTree(roles.Entity("account"))
		assert.Equal(t, access.UnknownNode, then.Check(f.ctx, alice, access.Query{Action: roles.View, Node: other.MustNode("account")}).Reason())
		gone := then.Model().Tree().MustNode("customer/gone")
		assert.Equal(t, "customer/gone", then.Check(f.ctx, alice, access.Query{Action: roles.View, Node: gone}).Node().Path())
		x := then.Explain(f.ctx, alice, access.Query{Action: roles.View, Path: "customer/vault"})
		assert.ErrorContains(t, x.Err, `"customer/vault"`)
		assert.Equal(t, []string{"alice"}, f.who(then, "isp", access.Query{Action: roles.View, Node: fixtureTree.MustNode("customer/pbx"), Object: "acme"}))
		assert.Equal(t, []string{"alice"}, f.who(then, "isp", access.Query{Action: roles.View, Path: "customer/pbx", Object: "acme"}))
	})
}

// TestFormerNodesReplaced: a former path of the parent that leads elsewhere today, to
// what was moved out of it, is none of the child that has the name now.
func TestFormerNodesReplaced(t *testing.T) {
	t.Parallel()
	model := func(panels ...roles.NodeSpec) *roles.Model {
		return roles.MustModel(roles.MustTree(roles.Entity("customer", panels...)), roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})
	}
	s := newBusiness(t, nil)
	open(t, s, model(roles.Panel("pbx", roles.Panel("lines", roles.Item("name")))), access.Options{})
	now := model(
		roles.NodeSpec{Name: "telephony", Aliases: []string{"customer/pbx"}, Children: []roles.NodeSpec{roles.Panel("lines", roles.Item("name"), roles.Item("rate"))}},
		roles.NodeSpec{Name: "lines", Aliases: []string{"customer/pbx/lines"}, Children: []roles.NodeSpec{roles.Item("name")}},
	)
	f := &fixture{t: t, ctx: t.Context(), store: s, engine: open(t, s, now, access.Options{})}
	steve := f.principal("steve")
	f.asOf(access.Moment{Revision: 1}, func(then *access.Past) {
		for today, want := range map[string]string{
			"customer/telephony": "customer/pbx", "customer/lines": "customer/pbx/lines", "customer/lines/name": "customer/pbx/lines/name",
			"customer/telephony/lines": "", "customer/telephony/lines/name": "", "customer/telephony/lines/rate": "",
		} {
			for _, q := range []access.Query{{Action: roles.View, Node: now.Tree().MustNode(today)}, {Action: roles.View, Path: today}} {
				d := then.Check(f.ctx, steve, q)
				assert.Equal(t, want == "", d.Reason() == access.UnknownNode, today)
				assert.Equal(t, want, d.Node().Path(), today)
			}
		}
	})
}

// TestFormerJobs: a system principal has the rights of then, and none where there
// was no such job, whoever else has its name.
func TestFormerJobs(t *testing.T) {
	t.Parallel()
	formerly(t, func(f *fixture, then *access.Past) {
		nightly, err := f.engine.System("nightly")
		require.NoError(t, err)
		read := func(p *access.Principal, path string) access.Reason {
			return then.Check(f.ctx, p, access.Query{Action: roles.View, Path: path, Object: "acme"}).Reason()
		}
		assert.Equal(t, access.Granted, read(nightly, "customer/telephony"))
		assert.Equal(t, access.Granted, read(nightly, "customer/pbx"))
		assert.Equal(t, access.NotGranted, read(nightly, "customer/billing"))
		assert.True(t, nightly.Check(f.ctx, access.Query{Action: roles.View, Path: "customer/billing"}).Allowed(), "today")
		held, err := then.HoldingOf(f.ctx, nightly)
		require.NoError(t, err)
		assert.Equal(t, roles.Modify, held[0].Everywhere(then.Model().Tree().MustNode("customer/telephony"), roles.Below))

		// There was no job of that name then, and a person of it is not meant.
		steve, err := f.engine.System("steve")
		require.NoError(t, err)
		assert.True(t, steve.Check(f.ctx, access.Query{Action: roles.Update, Path: "customer/pbx"}).Allowed(), "today")
		d := then.Check(f.ctx, steve, access.Query{Action: roles.Update, Path: "customer/pbx", Object: "acme"})
		assert.Equal(t, access.UnknownIndividual, d.Reason())
		assert.EqualValues(t, 1, d.Revision())
		x := then.Explain(f.ctx, steve, access.Query{Action: roles.Update, Path: "customer/pbx", Object: "acme"})
		assert.Equal(t, d, x.Decision)
		assert.Contains(t, x.String(), `there was no system principal "steve"`)
		held, err = then.HoldingOf(f.ctx, steve)
		require.NoError(t, err)
		assert.Equal(t, []access.Holding{{}}, held)
		_, err = f.engine.System("weekly")
		require.Error(t, err, "jobs of then ask nothing today")
	})
}

// TestFormerHoldings: what people held then is compared with what others did, and
// not with what is held by another model.
func TestFormerHoldings(t *testing.T) {
	t.Parallel()
	formerly(t, func(f *fixture, then *access.Past) {
		holds := func(p roles.Permission) access.Holding {
			h, err := then.RoleHolding(f.ctx, roles.NewRole("r", "R", "customer", map[string]roles.Permission{"customer/gone": p}), "acme")
			require.NoError(t, err)
			return h
		}
		more, less := holds(roles.Modify), holds(roles.Read)
		beyond, err := then.Covers(f.ctx, more, less)
		require.NoError(t, err)
		assert.True(t, beyond.IsZero())
		beyond, err = then.Covers(f.ctx, less, more)
		require.NoError(t, err)
		assert.Equal(t, "customer/gone", beyond.Node.Path())
		assert.Equal(t, roles.Read, less.On(access.API, then.Model().Tree().MustNode("customer/gone"), roles.Own))
		dan, err := then.Holding(f.ctx, "dan", "globex")
		require.NoError(t, err)
		assert.Equal(t, access.ACLSlot, dan.Slot(access.OldInterface, then.Model().Tree().MustNode("customer")), "slots coexisted otherwise")
		care, err := then.LevelHolding(f.ctx, "care", "acme")
		require.NoError(t, err)
		personal := then.Model().Tree().MustNode("customer/personal")
		assert.Equal(t, roles.Permit(roles.View, roles.Update), care.Everywhere(personal, roles.Own))
		assert.Equal(t, roles.Restrict, care.Everywhere(then.Model().Tree().MustNode("customer/billing"), roles.Own), "of then it is not mapped")
		assert.Equal(t, roles.Restrict, care.Everywhere(fixtureTree.MustNode("customer/personal"), roles.Own), "another tree")
		f.asOf(access.Moment{Revision: 1}, func(again *access.Past) {
			_, err := again.Covers(f.ctx, more, less)
			assert.NoError(t, err, "the same model")
		})
		f.asOf(access.Moment{Revision: 1, ByOwnModel: true}, func(own *access.Past) {
			held, err := own.Holding(f.ctx, "dan", "globex")
			require.NoError(t, err)
			for _, pair := range [][2]access.Holding{{more, held}, {held, more}} {
				for _, state := range []*access.Past{then, own} {
					_, err = state.Covers(f.ctx, pair[0], pair[1])
					assert.ErrorContains(t, err, "not of this state's engine")
				}
			}
		})
	})
}
