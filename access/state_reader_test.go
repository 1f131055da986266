package access_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/internal/reference"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestStateIsTheReference holds a state to the reference and to its engine, in
// random worlds as they change, for people, for those who act on behalf of others,
// for links and for system principals.
func TestStateIsTheReference(t *testing.T) {
	t.Parallel()
	requests := 0
	for world := range count(6, 60, 600) {
		synctest.Test(t, func(t *testing.T) {
			draw := reference.Seeded(uint64(world))
			s := settle(t, draw)
			defer s.close()
			for range 6 {
				s.compareState(draw, 30)
				requests += 30
				for _, record := range s.world.Mutate(draw) {
					s.write(record)
				}
				time.Sleep(60 * time.Millisecond)
				s.look()
			}
		})
	}
	assert.Positive(t, requests)
}

func (s *settlement) compareState(draw *reference.Draw, requests int) {
	s.look()
	require.NoError(s.t, s.store.View(s.t.Context(), func(r store.Reader) error {
		state, began := s.engine.At(s.t.Context(), r), time.Now()
		defer func() { require.Equal(s.t, began, time.Now(), "a state waits for nothing") }()
		for range requests {
			asked := reference.RandomRequest(draw, s.world)
			want := reference.Decide(s.world, asked)
			ctx, cancel := context.WithCancel(s.t.Context())
			p := s.principal(asked)
			if asked.Cancelled {
				cancel()
			}
			if alone, ok := plain(asked); ok {
				require.True(s.t, same(want, observed(state.CheckRequest(ctx, alone))), "%+v: %v, %+v", asked, state.CheckRequest(ctx, alone), want)
			}
			if p != nil {
				q := s.query(asked)
				got, x := state.Check(ctx, p, q), state.Explain(ctx, p, q)
				require.True(s.t, same(want, observed(got)), "%+v: %v, %+v", asked, got, want)
				require.Equal(s.t, got, x.Decision)
				require.Equal(s.t, r.Revision(), got.Revision())
				if asked.AtLeast <= r.Revision() { // the engine waits for a later one
					require.Equal(s.t, p.Explain(ctx, q).Because, x.Because)
				}
			}
			cancel()
		}
		return nil
	}))
}

// TestStateOfACommit: what a state says within a commit is what the engine says
// after it; and nothing, where the commit is rolled back.
func TestStateOfACommit(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Systems = []access.System{{Name: "job", Type: "reseller", Permissions: map[string]roles.Permission{"customer": roles.Modify}, Below: "north"}}
		o.Clock = func() time.Time { return time.Unix(1_800_000_000, 0) }
		return s
	})
	job, err := f.engine.System("job")
	require.NoError(t, err)
	principals := []*access.Principal{job}
	for _, who := range []string{"steve", "carol", "dan", "rita", "alice", "bob"} {
		p := f.principal(who)
		acting := f.principalOf(f.engine, access.Identity{Individual: "steve", Surface: access.API, Epoch: access.CurrentEpoch,
			OnBehalf: &access.OnBehalf{Actor: p, AsDefault: who == "rita", Start: time.Unix(1_800_000_000, 0)}})
		principals = append(principals, p, acting)
	}
	ask := func(check func(*access.Principal, access.Query) access.Explanation) (out []access.Explanation) {
		for _, p := range principals {
			for _, path := range []string{"customer/personal", "customer/billing/credit-limit", "customer/pbx", "customer/individuals", "customer/vault"} {
				n := node(path)
				for _, object := range []string{"", "isp", "acme", "acme-1", "globex", "new"} {
					for _, action := range []roles.Action{roles.View, roles.Update} {
						out = append(out, check(p, access.Query{Action: action, Node: n, Object: object}))
					}
				}
			}
		}
		return out
	}
	engine := func() []access.Explanation {
		return ask(func(p *access.Principal, q access.Query) access.Explanation { return p.Explain(f.ctx, q) })
	}
	changes := []func(tx store.Tx) error{
		func(tx store.Tx) error {
			g, err := tx.Grant(f.ctx, "rita", "north")
			g.Listed = []string{"acme-1"}
			return errors.Join(err, tx.PutGrant(f.ctx, g))
		},
		func(tx store.Tx) error {
			g, err := tx.Grant(f.ctx, "steve", "acme")
			return errors.Join(err, tx.PutGrant(f.ctx, g.WithRole("customer-admin")))
		},
		func(tx store.Tx) error {
			r, err := tx.Role(f.ctx, "customer-admin")
			r.Permissions["customer/billing"] = roles.Setting{Permission: roles.Read}
			return errors.Join(err, tx.PutRole(f.ctx, r))
		},
		func(tx store.Tx) error {
			l, err := tx.ACL(f.ctx, "care")
			l.Permissions = l.Permissions[:0]
			return errors.Join(err, tx.PutACL(f.ctx, l))
		},
		func(tx store.Tx) error {
			return tx.PutEntity(f.ctx, scope.Entity{ID: "new", Kind: "account", Parent: "acme"})
		},
		func(tx store.Tx) error {
			e, err := tx.Entity(f.ctx, "acme")
			e.Parent = "south"
			return errors.Join(err, tx.PutEntity(f.ctx, e))
		},
		func(tx store.Tx) error {
			p, err := tx.Individual(f.ctx, "dan")
			p.Disabled = true
			return errors.Join(err, tx.PutIndividual(f.ctx, p))
		},
		func(tx store.Tx) error {
			c, err := tx.Class(f.ctx, "gold")
			c.SecondFactor = true
			return errors.Join(err, tx.PutClass(f.ctx, c))
		},
		func(tx store.Tx) error {
			o, err := tx.Organization(f.ctx, "acme")
			o.Closed = true
			return errors.Join(err, tx.PutOrganization(f.ctx, o))
		},
		func(tx store.Tx) error {
			g, err := tx.Grant(f.ctx, "bob", "isp")
			return errors.Join(err, tx.PutGrant(f.ctx, g.WithRole("root")))
		},
	}
	for i, change := range changes {
		before := engine()
		var within []access.Explanation
		commit := func(tx store.Tx) error {
			require.NoError(t, change(tx))
			s := f.engine.At(f.ctx, tx)
			assert.Equal(t, tx.Revision(), s.Revision())
			within = ask(func(p *access.Principal, q access.Query) access.Explanation {
				x := s.Explain(f.ctx, p, q)
				require.Equal(t, x.Decision, s.Check(f.ctx, p, q))
				return x
			})
			return nil
		}
		_, err := f.store.Update(f.ctx, store.Author{ID: "alice"}, func(tx store.Tx) error { return errors.Join(commit(tx), errBroken) })
		require.ErrorIs(t, err, errBroken)
		require.Equal(t, before, engine(), "change %d, rolled back", i)
		f.update(commit)
		after := engine()
		differ := 0
		for j := range after {
			if alike(after[j]) != alike(before[j]) {
				differ++
			}
			require.Equal(t, alike(after[j]), alike(within[j]), "change %d", i)
		}
		assert.Positive(t, differ, "change %d changes nothing", i)
	}
}

// alike is an explanation without the revision of the state.
func alike(x access.Explanation) string {
	d := x.Decision
	return x.String() + d.String() + x.Governing + x.Name + x.SetBy + x.SetAt.Path() + d.Reason().String()
}

// TestZeroState denies, and tells of nothing.
func TestZeroState(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.principal("alice")
	q := query(roles.View, "customer", "acme")
	for _, s := range []*access.State{nil, {}} {
		assert.Zero(t, s.Check(f.ctx, p, q))
		assert.Zero(t, s.Check(f.ctx, &access.Principal{}, q))
		assert.Zero(t, s.CheckRequest(f.ctx, access.Request{}))
		assert.False(t, s.Explain(f.ctx, p, q).Decision.Allowed())
		require.Error(t, s.Explain(f.ctx, p, q).Err)
		assert.Zero(t, s.Revision())
		assert.Zero(t, s.Instant())
		_, err := s.Holding(f.ctx, "alice", "isp")
		require.EqualError(t, err, "access: the State is the zero one; make it with Engine.At")
		_, err = s.HoldingOf(f.ctx, p)
		require.Error(t, err)
		_, err = s.Covers(f.ctx, access.Holding{}, access.Holding{})
		require.Error(t, err)
	}
}

// TestStateOfOthers: a state decides for principals of its own engine alone, a
// cancelled call and a closed engine deny.
func TestStateOfOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	other := f.open(nil)
	alice, q := f.principal("alice"), query(roles.View, "customer", "acme")
	done, cancel := context.WithCancel(f.ctx)
	cancel()
	require.NoError(t, f.store.View(f.ctx, func(r store.Reader) error {
		s, of := f.engine.At(f.ctx, r), other.At(f.ctx, r)
		require.True(t, s.Check(f.ctx, alice, q).Allowed())
		held, err := s.HoldingOf(f.ctx, alice)
		require.NoError(t, err)

		for _, p := range []*access.Principal{nil, {}, alice} {
			assert.Zero(t, of.Check(f.ctx, p, q))
			assert.Error(t, of.Explain(f.ctx, p, q).Err)
			_, err := of.HoldingOf(f.ctx, p)
			require.EqualError(t, err, "access: principal: access: not of this state's engine")
		}
		_, err = of.Covers(f.ctx, held[0], access.Holding{})
		require.EqualError(t, err, `access: holding in "isp": access: not of this state's engine`)
		_, err = of.Covers(f.ctx, access.Holding{}, held[0])
		require.Error(t, err)

		later := q
		later.AtLeast = r.Revision() + 1
		assert.Equal(t, access.Stale, s.Check(f.ctx, alice, later).Reason())
		assert.Equal(t, access.Stale, s.Explain(f.ctx, alice, later).Decision.Reason())
		later.Action = 0
		assert.Equal(t, access.InvalidRequest, s.Check(f.ctx, alice, later).Reason())

		ended := f.engine.At(done, r)
		for ctx, s := range map[context.Context]*access.State{done: s, f.ctx: ended} {
			assert.Equal(t, access.Unavailable, s.Check(ctx, alice, q).Reason())
			_, err := s.Holding(ctx, "alice", "isp")
			require.ErrorIs(t, err, context.Canceled)
			_, err = s.HoldingOf(ctx, alice)
			require.ErrorIs(t, err, context.Canceled)
			_, err = s.Covers(ctx, held[0], held[0])
			require.ErrorIs(t, err, context.Canceled)
		}

		require.NoError(t, f.engine.Close())
		for _, s := range []*access.State{s, f.engine.At(f.ctx, r)} {
			assert.Equal(t, access.Unavailable, s.Check(f.ctx, alice, q).Reason())
			assert.Equal(t, access.Unavailable, s.CheckRequest(f.ctx, ask("alice", roles.View, "customer", "acme")).Reason())
			require.ErrorIs(t, s.Explain(f.ctx, alice, q).Err, store.ErrClosed)
			_, err := s.Holding(f.ctx, "alice", "isp")
			require.ErrorIs(t, err, store.ErrClosed)
			_, err = s.HoldingOf(f.ctx, alice)
			require.ErrorIs(t, err, store.ErrClosed)
			_, err = s.Covers(f.ctx, held[0], held[0])
			require.ErrorIs(t, err, store.ErrClosed)
			_, err = s.RoleHolding(f.ctx, roles.NewRole("r", "r", "admin", nil), "isp")
			require.ErrorIs(t, err, store.ErrClosed)
		}
		return nil
	}))
}
