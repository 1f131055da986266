package access_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// asOf runs fn over the past.
func (f *fixture) asOf(m access.Moment, fn func(then *access.Past)) {
	f.t.Helper()
	require.NoError(f.t, f.engine.AsOf(f.ctx, m, func(then *access.Past) error {
		fn(then)
		return nil
	}))
}

// TestAsOf: each gate that a record decides answers as it did, whatever was
// written since.
func TestAsOf(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	asked := ask("steve", roles.Update, "customer/pbx", "acme")
	var want []access.Reason
	was := func(revision uint64) {
		require.NoError(t, f.engine.Sync(f.ctx, revision))
		require.Len(t, want, int(revision)-1)
		want = append(want, f.check(asked).Reason())
	}
	was(1)
	was(f.permit("pbx-admin", "customer/pbx", roles.Read))
	was(f.permit("pbx-admin", "customer/pbx", roles.Modify))
	was(f.individual("steve", func(p *individuals.Individual) { p.Disabled = true }))
	was(f.individual("steve", func(p *individuals.Individual) { p.Disabled = false }))
	was(f.organization("acme", func(o *individuals.Organization) { o.Closed = true }))
	was(f.organization("acme", func(o *individuals.Organization) { o.Closed = false }))
	was(f.class("gold", func(c *individuals.Class) { c.SecondFactor = true }))
	was(f.class("gold", func(c *individuals.Class) { c.SecondFactor = false }))
	was(f.grant("steve", "acme", individuals.Grant.WithoutRole))
	was(f.grant("steve", "acme", func(g individuals.Grant) individuals.Grant { return g.WithACL("care") }))
	was(f.individual("steve", func(p *individuals.Individual) { p.Epoch++ }))
	assert.Equal(t, []access.Reason{access.Granted, access.NotGranted, access.Granted, access.Disabled, access.Granted, access.OrganizationClosed,
		access.Granted, access.EnrolmentRequired, access.Granted, access.NoGrant, access.Granted, access.CredentialsChanged}, want)
	p := f.principal("steve")
	for i, reason := range want {
		f.asOf(access.Moment{Revision: uint64(i) + 1}, func(then *access.Past) {
			assert.EqualValues(t, i+1, then.Revision())
			assert.Equal(t, reason, then.CheckRequest(f.ctx, asked).Reason(), "revision %d", i+1)
			d := then.Check(f.ctx, p, access.Query{Action: asked.Action, Path: asked.Path, Object: asked.Object})
			assert.Equal(t, reason, d.Reason())
			assert.EqualValues(t, i+1, d.Revision())
		})
	}
	f.asOf(access.Moment{Revision: 2}, func(then *access.Past) {
		x := then.Explain(f.ctx, p, access.Query{Action: asked.Action, Path: asked.Path, Object: asked.Object})
		assert.Equal(t, "alice", x.SetBy)
		assert.EqualValues(t, 2, x.SetIn)
		assert.Contains(t, x.Because, "customer/pbx")
	})
}

// TestAsOfInstant: windows are judged as at the moment, and the state is that of
// the commit before it.
func TestAsOfInstant(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	s := newBusiness(t, &memstore.Options{Clock: clock, KeepRevisions: 3})
	f := &fixture{t: t, ctx: t.Context(), store: s}
	engine, err := access.New(f.ctx, s, fixtureModel, &access.Options{ACLs: fixtureLevels, Clock: clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = engine.Close() })
	f.engine = engine
	began := now
	now = began.Add(24 * time.Hour)
	f.individual("steve", func(p *individuals.Individual) {
		p.Window = individuals.Window{Activation: date("2026-05-03"), Expiration: date("2026-05-06"), Zone: "UTC"}
	})
	now = began.Add(96 * time.Hour)
	asked := ask("steve", roles.View, "customer/pbx", "acme")
	for _, c := range []struct {
		moment   access.Moment
		revision uint64
		reason   access.Reason
	}{
		{access.Moment{Instant: began}, 1, access.Granted},
		{access.Moment{Instant: began.Add(-time.Hour), ByOwnModel: true}, 0, access.UnknownIndividual}, // before the engine
		{access.Moment{Instant: began.Add(24*time.Hour - 1)}, 1, access.Granted},
		{access.Moment{Instant: began.Add(24 * time.Hour)}, 2, access.Granted},
		{access.Moment{Revision: 2}, 2, access.Granted}, // as at the commit, not as now
		{access.Moment{Instant: began.Add(36*time.Hour - 1)}, 2, access.Granted},
		{access.Moment{Instant: began.Add(36 * time.Hour)}, 2, access.Expired},
		{access.Moment{Instant: now}, 2, access.Expired},
		{access.Moment{Revision: 1, Instant: now}, 1, access.Granted},
		{access.Moment{Revision: 2, Instant: began.Add(-37 * time.Hour)}, 2, access.NotYetActive},
	} {
		f.asOf(c.moment, func(then *access.Past) {
			assert.Equal(t, c.revision, then.Revision(), c.moment)
			assert.Equal(t, c.reason, then.CheckRequest(f.ctx, asked).Reason(), c.moment)
			if !c.moment.Instant.IsZero() {
				assert.True(t, then.Instant().Equal(c.moment.Instant))
			}
		})
	}
	nobody := func(*access.Past) error { t.Error("called"); return nil }
	require.ErrorIs(t, engine.AsOf(f.ctx, access.Moment{Instant: began.Add(-time.Hour)}, nobody), access.ErrModelUnknown)
	require.ErrorContains(t, engine.AsOf(f.ctx, access.Moment{Instant: now.Add(time.Second)}, nobody), "in the future")
	require.ErrorContains(t, engine.AsOf(f.ctx, access.Moment{Instant: time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)}, nobody), "1678 to 2261")
	require.ErrorContains(t, engine.AsOf(f.ctx, access.Moment{}, nobody), "name a revision or an instant")
	require.ErrorIs(t, engine.AsOf(f.ctx, access.Moment{Revision: 3}, nobody), store.ErrNotFound)
	f.class("gold", func(*individuals.Class) {})
	f.class("gold", func(*individuals.Class) {})
	require.ErrorIs(t, engine.AsOf(f.ctx, access.Moment{Revision: 1}, nobody), store.ErrGone)
	require.ErrorIs(t, engine.AsOf(f.ctx, access.Moment{Revision: 1, Instant: now}, nobody), store.ErrGone)
	require.ErrorIs(t, engine.AsOf(f.ctx, access.Moment{Instant: began}, nobody), store.ErrGone)
	require.ErrorIs(t, engine.AsOf(f.ctx, access.Moment{Revision: 2}, func(*access.Past) error { return assert.AnError }), assert.AnError)
}

// TestAsOfWithoutHistory: a store that keeps none says so.
func TestAsOfWithoutHistory(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(_ *access.Options, s store.Store) store.Store { return struct{ store.Store }{s} })
	require.ErrorIs(t, f.engine.AsOf(f.ctx, access.Moment{Revision: 1}, func(*access.Past) error { return nil }), access.ErrNoHistory)
}

// TestPastEnds: what was kept of it answers nothing afterwards.
func TestPastEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	var kept *access.Past
	f.asOf(access.Moment{Revision: 1}, func(then *access.Past) { kept = then })
	for _, past := range []*access.Past{kept, {}} {
		assert.False(t, past.CheckRequest(f.ctx, ask("steve", roles.View, "customer/pbx", "acme")).Allowed())
		assert.False(t, past.Check(f.ctx, f.principal("steve"), access.Query{Action: roles.View, Path: "customer/pbx"}).Allowed())
		_, err := past.Granting(f.ctx, "steve", "acme", access.RoleSlot)
		require.Error(t, err)
		for _, err := range past.People(f.ctx, "") {
			require.Error(t, err)
		}
		assert.Equal(t, past == kept, past.Kept())
		assert.Equal(t, past == kept, !past.Digest().IsZero())
		assert.Equal(t, past == kept, past.Model() != nil)
		assert.Zero(t, past.Revision())
	}
}

func (f *fixture) who(then *access.Past, organization string, q access.Query) (names []string) {
	f.t.Helper()
	for held, err := range then.Who(f.ctx, organization, access.NewInterface, q) {
		require.NoError(f.t, err)
		assert.True(f.t, held.Decision.Allowed())
		names = append(names, held.Grant.Individual)
	}
	return names
}

// TestWho: who could do something then, however they would have come in.
func TestWho(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	q := access.Query{Action: roles.View, Path: "customer/pbx", Object: "acme"}
	f.individual("steve", func(p *individuals.Individual) { p.SecondFactor = individuals.SecondFactorYes }) // 2
	f.individual("carol", func(p *individuals.Individual) { p.Disabled = true })                            // 3
	f.grant("dan", "acme", func(g individuals.Grant) individuals.Grant { return g.WithRole("pbx-admin") })  // 4
	f.entity("acme", func(e *scope.Entity) { e.Parent = "south" })                                          // 5
	want := map[uint64][]string{
		1: {"alice", "carol", "rita", "steve"}, 2: {"alice", "carol", "rita", "steve"}, 3: {"alice", "rita", "steve"},
		4: {"alice", "dan", "rita", "steve"}, 5: {"alice", "dan", "steve"},
	}
	for revision, names := range want {
		f.asOf(access.Moment{Revision: revision}, func(then *access.Past) {
			assert.Equal(t, names, f.who(then, "", q), "revision %d", revision)
			var people []string
			for held, err := range then.People(f.ctx, "acme") {
				require.NoError(t, err)
				people = append(people, held.Grant.Individual)
			}
			in := []string{"carol", "steve"}
			if revision >= 4 {
				in = []string{"carol", "dan", "steve"}
			}
			assert.Equal(t, in, people, "revision %d", revision)
		})
	}
	f.asOf(access.Moment{Revision: 5}, func(then *access.Past) {
		assert.Equal(t, []string{"dan", "steve"}, f.who(then, "acme", q))
		asked := 0
		for _, err := range then.Who(f.ctx, "", access.NewInterface, q) {
			require.NoError(t, err)
			if asked++; asked == 2 {
				break // and no panic
			}
		}
		assert.Equal(t, 2, asked)
		var failed int
		for _, err := range then.Who(f.ctx, "acme", access.NewInterface, access.Query{Action: roles.View, Path: "custmer"}) {
			require.ErrorContains(t, err, `"custmer"`)
			failed++
		}
		assert.Equal(t, 3, failed)
	})
	// A damaged record is said, and hides nobody else.
	f.role("pbx-admin", func(r *roles.Role) { r.Permissions["no/such/node"] = roles.Setting{Permission: roles.Read} })
	f.asOf(access.Moment{Revision: 6}, func(then *access.Past) {
		var names, damaged []string
		for held, err := range then.Who(f.ctx, "", access.NewInterface, q) {
			if err != nil {
				require.ErrorIs(t, err, access.ErrNoHolding)
				damaged = append(damaged, held.Grant.Individual)
				continue
			}
			names = append(names, held.Grant.Individual)
		}
		assert.Equal(t, []string{"alice"}, names)
		assert.Equal(t, []string{"dan", "steve"}, damaged)
	})
}

// TestGranting: who granted it, when, on whose behalf, and what the audit has of
// it.
func TestGranting(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	by := store.Author{ID: "alice", OnBehalfOf: "acme", System: individuals.RoleSystem}
	var recorded audit.Event
	revision, err := f.store.Update(f.ctx, by, func(tx store.Tx) error {
		g, err := tx.Grant(f.ctx, "dan", "globex")
		require.NoError(t, err)
		require.NoError(t, tx.PutGrant(f.ctx, g.WithRole("pbx-admin")))
		for _, subject := range []string{"dan", "steve"} {
			e, err := tx.AppendEvent(f.ctx, audit.Event{At: time.Unix(1, 0).UTC(), Actor: audit.Individual("alice"), Organization: "globex", Subject: subject,
				Action: audit.ActionUpdateIndividual, Outcome: audit.Succeeded})
			require.NoError(t, err)
			if subject == "dan" {
				recorded = e
			}
		}
		return nil
	})
	require.NoError(t, err)
	f.grant("dan", "globex", func(g individuals.Grant) individuals.Grant { return g.WithACL("care") })
	for at := revision; at <= revision+1; at++ {
		f.asOf(access.Moment{Revision: at}, func(then *access.Past) {
			g, err := then.Granting(f.ctx, "dan", "globex", access.RoleSlot)
			require.NoError(t, err)
			assert.Equal(t, revision, g.Revision)
			assert.Equal(t, "alice", g.By)
			assert.Equal(t, individuals.RoleSystem, g.System)
			assert.Equal(t, by, g.Commit.By)
			assert.Equal(t, revision, g.Commit.Revision)
			assert.Equal(t, []audit.Event{recorded}, g.Events)
			g, err = then.Granting(f.ctx, "dan", "globex", access.ACLSlot)
			require.NoError(t, err)
			assert.Equal(t, at > revision, g.Revision == at)
			_, err = then.Granting(f.ctx, "dan", "acme", access.RoleSlot)
			require.ErrorIs(t, err, store.ErrNotFound)
			_, err = then.Granting(f.ctx, "dan", "globex", access.NoSlot)
			require.Error(t, err)
		})
	}
	f.asOf(access.Moment{Revision: 1}, func(then *access.Past) {
		g, err := then.Granting(f.ctx, "dan", "globex", access.RoleSlot)
		require.NoError(t, err)
		assert.Equal(t, "setup", g.By)
		assert.Empty(t, g.Events)
		assert.True(t, slices.Contains(f.who(then, "", access.Query{Action: roles.View, Path: "customer/billing/invoices", Object: "globex"}), "dan"))
	})
}

// TestAsOfOwnModel: the past can be judged as if the engine's model had been in
// force.
func TestAsOfOwnModel(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	var types []roles.Type
	for former := range fixtureModel.Types() {
		if former.Name == "customer" {
			former.Ceiling = roles.Ceiling{Base: roles.Read}
		}
		types = append(types, former)
	}
	former, err := access.New(f.ctx, f.store, roles.MustModel(fixtureTree, types...), &access.Options{ACLs: nil})
	require.NoError(t, err)
	t.Cleanup(func() { _ = former.Close() })
	asked := ask("steve", roles.Update, "customer/pbx", "acme")
	for engine, reason := range map[*access.Engine]access.Reason{f.engine: access.Granted, former: access.Ceiling} {
		require.NoError(t, engine.AsOf(f.ctx, access.Moment{Revision: 1, ByOwnModel: true}, func(then *access.Past) error {
			assert.Equal(t, reason, then.CheckRequest(f.ctx, asked).Reason())
			assert.False(t, then.Kept())
			assert.Equal(t, engine.Digest(), then.Digest())
			assert.Same(t, engine.Model(), then.Model())
			return nil
		}))
	}
}
