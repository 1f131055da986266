package access_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestCommitInBetween lets a commit come in before each of a decision's reads
// in turn. The decision must be that of the state before or of the state
// after: what was read before and after makes a state that never was.
func TestCommitInBetween(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		begin, commit func(f *fixture)
		individual    string
		actor         string
		path, object  string
		before, after access.Reason
	}{
		{"opened, and the grant deleted",
			func(f *fixture) { f.organization("globex", func(o *individuals.Organization) { o.Closed = true }) },
			func(f *fixture) {
				f.update(func(tx store.Tx) error {
					o, err := tx.Organization(f.ctx, "globex")
					require.NoError(f.t, err)
					o.Closed = false
					require.NoError(f.t, tx.PutOrganization(f.ctx, o))
					return f.revoke(tx, "dan", "globex")
				})
			}, "dan", "", "customer/personal", "globex", access.OrganizationClosed, access.NoGrant},
		{"object moved in, and the grant deleted",
			func(*fixture) {},
			func(f *fixture) {
				f.update(func(tx store.Tx) error {
					e, err := tx.Entity(f.ctx, "globex")
					require.NoError(f.t, err)
					e.Parent = "north"
					require.NoError(f.t, tx.PutEntity(f.ctx, e))
					return f.revoke(tx, "rita", "north")
				})
			}, "rita", "", "customer/pbx", "globex", access.OutOfScope, access.NoGrant},
		{"role widened, and given to somebody else",
			func(f *fixture) { f.permit("viewer", "customer/personal", roles.Restrict) },
			func(f *fixture) {
				f.update(func(tx store.Tx) error {
					r, err := tx.Role(f.ctx, "viewer")
					require.NoError(f.t, err)
					r.Permissions["customer/personal"] = roles.Setting{Permission: roles.Read}
					require.NoError(f.t, tx.PutRole(f.ctx, r))
					return f.revoke(tx, "dan", "globex")
				})
			}, "dan", "", "customer/personal", "globex", access.NotGranted, access.NoGrant},
		{"actor given a role, and the target's taken",
			func(f *fixture) { f.grant("alice", "isp", individuals.Grant.WithoutRole) },
			func(f *fixture) {
				f.update(func(tx store.Tx) error {
					g, err := tx.Grant(f.ctx, "alice", "isp")
					require.NoError(f.t, err)
					require.NoError(f.t, tx.PutGrant(f.ctx, g.WithRole("root")))
					return f.revoke(tx, "dan", "globex")
				})
			}, "dan", "alice", "customer/billing/invoices", "globex", access.NotBorrowed, access.NoGrant},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			seen := make(map[access.Reason]bool)
			for nth := 1; nth <= 6; nth++ {
				var s *hookedStore
				f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
				c.begin(f)
				require.NoError(t, f.engine.Sync(f.ctx, f.revision()))
				p := f.principal(c.individual)
				if c.actor != "" {
					p = f.as(c.actor, c.individual, nil)
				}
				views := 0
				s.set(hooks{view: func(_ context.Context, next func() error) error {
					if views++; views == nth {
						c.commit(f)
					}
					return next()
				}})
				d := p.Check(f.ctx, query(roles.View, c.path, c.object))
				seen[d.Reason()] = true
				assert.Contains(t, []access.Reason{c.before, c.after}, d.Reason(), "commit before read %d", nth)
				s.set(hooks{})
			}
			assert.Equal(t, map[access.Reason]bool{c.before: true, c.after: true}, seen)
		})
	}
}

// revoke deletes a grant.
func (f *fixture) revoke(tx store.Tx, id, organization string) error {
	g, err := tx.Grant(f.ctx, id, organization)
	require.NoError(f.t, err)
	return tx.DeleteGrant(f.ctx, id, organization, g.Revision)
}

// revision is what the store is at.
func (f *fixture) revision() (at uint64) {
	f.t.Helper()
	require.NoError(f.t, f.store.View(f.ctx, func(r store.Reader) error {
		at = r.Revision()
		return nil
	}))
	return at
}

// TestActingBeforeItStarts: acting on behalf is bounded by its start as by its
// end, so that nobody signs in for a time to come.
func TestActingBeforeItStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		q := query(roles.View, "customer/pbx", "acme")
		p := f.as("alice", "steve", func(b *access.OnBehalf) { b.Start = b.Start.Add(time.Hour) })
		far := f.as("alice", "steve", func(b *access.OnBehalf) { b.Start = b.Start.AddDate(50, 0, 0) })
		time.Sleep(time.Hour - 1)
		for _, p := range []*access.Principal{p, far} {
			assert.Equal(t, access.NotBorrowed, p.Check(f.ctx, q).Reason())
			assert.False(t, p.Can(f.ctx, q.Action, node(q.Path)))
			assert.False(t, p.CanOn(f.ctx, q.Action, node(q.Path), q.Object))
		}
		time.Sleep(1 * time.Nanosecond)
		assert.Equal(t, access.Granted, p.Check(f.ctx, q).Reason())
		assert.Equal(t, access.NotBorrowed, far.Check(f.ctx, q).Reason())
		time.Sleep(access.DefaultOnBehalf)
		assert.Equal(t, access.NotBorrowed, p.Check(f.ctx, q).Reason())
	})
}

// TestActingOutsideOfTime: a start or an end that no instant can reach is
// refused, instead of one that never comes or never passes.
func TestActingOutsideOfTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, start := range []time.Time{
		time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(1677, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2261, 12, 31, 23, 59, 0, 0, time.UTC), // it ends in 2262
		time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(292277026596, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		_, err := f.engine.Principal(f.ctx, access.Identity{Individual: "steve", OnBehalf: &access.OnBehalf{Actor: f.principal("alice"), Start: start}})
		assert.ErrorContains(t, err, "is not within the years 1678 to 2261", "%v", start)
	}
}

// TestActingOutsideOfScope: without an object, too, an actor borrows nothing
// from somebody whose organization it does not reach.
func TestActingOutsideOfScope(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p, within := f.as("rita", "dan", nil), f.as("rita", "steve", nil)
	for range 2 {
		for _, object := range []string{"", "globex"} {
			assert.Equal(t, access.NotBorrowed, p.Check(f.ctx, query(roles.View, "customer/personal", object)).Reason(), object)
		}
		assert.False(t, p.Can(f.ctx, roles.View, node("customer/personal")))
		assert.True(t, within.Can(f.ctx, roles.View, node("customer/pbx")))
	}
}

// TestDoneContext: whoever gives up is denied, on the paths that read nothing
// as on the others.
func TestDoneContext(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	n := node("customer/pbx")
	p := f.principal("steve")
	cold := done(f.ctx)
	for _, ctx := range []context.Context{cold, f.ctx, cold} { // the second makes the verdict
		want := ctx.Err() == nil
		assert.Equal(t, want, p.Can(ctx, roles.View, n))
		for _, object := range []string{"acme", "acme-1"} {
			assert.Equal(t, want, p.CanOn(ctx, roles.View, n, object), object)
			assert.Equal(t, want, p.Check(ctx, access.Query{Action: roles.View, Node: n, Object: object}).Allowed(), object)
		}
	}
}

// TestZeroPrincipal is denied everything, without a panic.
func TestZeroPrincipal(t *testing.T) {
	t.Parallel()
	ctx, n := t.Context(), node("customer/pbx")
	p := new(access.Principal)
	assert.False(t, p.Can(ctx, roles.View, n))
	assert.False(t, p.Can(ctx, roles.View, roles.Node{}))
	assert.False(t, p.CanOn(ctx, roles.View, n, "acme"))
	assert.False(t, p.CanOn(ctx, roles.View, n, ""))
	for _, q := range []access.Query{{}, {Action: roles.View, Node: n, Object: "acme"}, {Action: roles.View, Path: "customer/pbx", AtLeast: 1 << 40}} {
		assert.Equal(t, access.Decision{}, p.Check(ctx, q))
		assert.False(t, p.Explain(ctx, q).Decision.Allowed())
		assert.NotEmpty(t, p.Explain(ctx, q).String())
	}
	assert.Equal(t, []access.Decision{{}, {}}, p.CheckAll(ctx, make([]access.Query, 2)))
	assert.Empty(t, p.Individual())
	assert.Empty(t, p.Actor())
	assert.False(t, p.IsSystem())
	_, err := newFixture(t, nil).engine.Principal(ctx, access.Identity{Individual: "steve", OnBehalf: &access.OnBehalf{Actor: p, Start: time.Now()}})
	assert.ErrorContains(t, err, "the actor must be an individual of this engine")
}

// TestMalformedWaitsForNothing: no malformed request holds its caller up for a
// revision, whatever it asks for.
func TestMalformedWaitsForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		p, stranger := f.principal("steve"), f.principal("nobody")
		began := time.Now()
		for _, q := range []access.Query{
			{}, {Action: roles.View}, {Action: 16, Path: "customer/pbx"}, {Path: "customer/pbx"},
			{Action: roles.View, Path: "customer/pbx", Node: node("customer/pbx")},
			query(roles.View, "customer/pbx", "a\x00"), query(roles.View, "customer/pbx", string(make([]byte, scope.MaxIDBytes+1))),
			{Action: roles.View, Path: "customer/pbx", At: time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)},
		} {
			q.AtLeast = 1 << 40
			for _, p := range []*access.Principal{p, stranger} {
				assert.Equal(t, access.InvalidRequest, p.Check(f.ctx, q).Reason(), "%+v", q)
				assert.Equal(t, access.InvalidRequest, p.Explain(f.ctx, q).Decision.Reason(), "%+v", q)
			}
			if q.Node.IsZero() {
				assert.Equal(t, access.InvalidRequest, f.check(access.Request{Individual: "steve", Action: q.Action, Path: q.Path,
					Object: q.Object, At: q.At, AtLeast: q.AtLeast}).Reason(), "%+v", q)
			}
		}
		for _, r := range []access.Request{{}, ask("", roles.View, "customer/pbx", ""), ask("a\n", roles.View, "customer/pbx", "acme")} {
			r.AtLeast = 1 << 40
			assert.Equal(t, access.InvalidRequest, f.check(r).Reason(), "%+v", r)
		}
		assert.Equal(t, began, time.Now())
	})
}

// TestCheckInsideUpdate: a commit may ask the engine, which answers by the
// state before it, from memory or not.
func TestCheckInsideUpdate(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	require.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", "acme"))
	ctx, cancel := context.WithTimeout(f.ctx, time.Minute) // a deadlock denies
	defer cancel()
	f.update(func(tx store.Tx) error {
		require.NoError(t, f.revoke(tx, "steve", "acme"))
		require.NoError(t, f.revoke(tx, "dan", "globex"))
		assert.Equal(t, access.Granted, f.engine.Check(ctx, ask("steve", roles.View, "customer/pbx", "acme")).Reason())
		assert.Equal(t, access.Granted, f.engine.Check(ctx, ask("dan", roles.View, "customer/personal", "globex")).Reason())
		return nil
	})
	assert.Equal(t, access.NoGrant, f.reason("steve", roles.View, "customer/pbx", "acme"))
	assert.Equal(t, access.NoGrant, f.reason("dan", roles.View, "customer/personal", "globex"))
}

// TestMovesBeyondTheBound: up to a bound, moved entities are looked for one by one in
// what is kept, and all else stays. Beyond it everything is forgotten at once,
// so that the work of a commit does not grow with its moves times the cache.
func TestMovesBeyondTheBound(t *testing.T) {
	t.Parallel()
	const bound = 16
	var s *hookedStore
	f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
	ids := make([]string, bound+1)
	f.update(func(tx store.Tx) error {
		for i := range ids {
			ids[i] = "moved-" + string(rune('a'+i))
			require.NoError(t, tx.PutEntity(f.ctx, scope.Entity{ID: ids[i], Kind: "account", Parent: "acme"}))
		}
		return nil
	})
	require.NoError(t, f.engine.Sync(f.ctx, f.revision()))
	asks := func(who, object string) (access.Reason, bool) {
		read := false
		s.set(hooks{view: func(_ context.Context, next func() error) error {
			read = true
			return next()
		}})
		reason := f.reason(who, roles.View, "customer/pbx", object)
		s.set(hooks{})
		return reason, read
	}
	move := func(ids []string, parent string) {
		revision := f.update(func(tx store.Tx) error {
			for _, id := range ids {
				e, err := tx.Entity(f.ctx, id)
				require.NoError(t, err)
				e.Parent = parent
				require.NoError(t, tx.PutEntity(f.ctx, e))
			}
			return nil
		})
		require.NoError(t, f.engine.Sync(f.ctx, revision))
	}
	for _, c := range []struct {
		moves int
		read  bool
	}{{1, false}, {bound, false}, {bound + 1, true}} {
		for _, id := range slices.Concat(ids, []string{"acme-1"}) {
			reason, _ := asks("steve", id)
			require.Equal(t, access.Granted, reason, id)
		}
		move(ids[:c.moves], "globex")
		reason, read := asks("steve", "acme-1")
		assert.Equal(t, access.Granted, reason)
		assert.Equal(t, c.read, read, "after %d moves", c.moves)
		for i, id := range ids {
			want := access.Granted
			if i < c.moves {
				want = access.OutOfScope
			}
			reason, _ := asks("steve", id)
			assert.Equal(t, want, reason, id)
		}
		move(ids[:c.moves], "acme")
	}
}
