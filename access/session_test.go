package access_test

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// session makes the principal of a person who signed in now.
func (f *fixture) session(individual string, lasts time.Duration) *access.Principal {
	f.t.Helper()
	now := time.Now()
	id := access.Identity{Individual: individual, Surface: access.NewInterface, Address: home, Epoch: 7, Start: now}
	if lasts != 0 {
		id.End = now.Add(lasts)
	}
	return f.principalOf(f.engine, id)
}

// assertReason asks the principal in every way there is.
func (f *fixture) assertReason(p *access.Principal, want access.Reason, q access.Query) {
	f.t.Helper()
	now := time.Now()
	assert.Equal(f.t, want, p.Check(f.ctx, q).Reason(), now)
	assert.Equal(f.t, want, p.CheckAll(f.ctx, []access.Query{q})[0].Reason(), now)
	assert.Equal(f.t, want, p.Explain(f.ctx, q).Decision.Reason(), now)
	unscoped := q
	unscoped.Object = ""
	assert.Equal(f.t, p.Check(f.ctx, unscoped).Allowed(), p.Can(f.ctx, q.Action, node(q.Path)), now)
	assert.Equal(f.t, want == access.Granted, p.CanOn(f.ctx, q.Action, node(q.Path), q.Object), now)
	require.NoError(f.t, f.store.View(f.ctx, func(r store.Reader) error {
		assert.Equal(f.t, want, f.engine.At(f.ctx, r).Check(f.ctx, p, q).Reason(), now)
		return nil
	}))
}

// TestSessionEnds steps the clock over the end of a session, for principals
// that were asked all the while, seldom, and never before, and for those whose
// window begins or ends about then.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	q := query(roles.View, "customer/pbx", "acme")
	for _, c := range []struct {
		lasts time.Duration
		phase time.Duration // of the session, against the engine's ticks
	}{{time.Minute, 0}, {time.Minute, 13 * time.Millisecond}, {time.Minute, 49_999_999}, {time.Second, 1}, {1, 0}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, nil)
			time.Sleep(c.phase)
			end := time.Now().Add(c.lasts)
			old, rare, never := f.session("steve", c.lasts), f.session("steve", c.lasts), f.session("steve", c.lasts)
			endless := f.principal("steve")
			f.assertReason(rare, access.Granted, q)
			for _, left := range []time.Duration{3 * time.Second, 2*time.Second + 1, 2*time.Second - 1, 51 * time.Millisecond, 50 * time.Millisecond,
				time.Millisecond, 1} {
				if left < time.Until(end) {
					time.Sleep(time.Until(end) - left)
				}
				f.assertReason(old, access.Granted, q)
			}
			f.assertReason(rare, access.Granted, q)
			time.Sleep(time.Until(end))
			for range 2 {
				for _, p := range []*access.Principal{old, rare, never} {
					f.assertReason(p, access.SessionEnded, q)
				}
				f.assertReason(endless, access.Granted, q)
				f.individual("dan", func(*individuals.Individual) {}) // a commit that concerns nobody here
				time.Sleep(10 * time.Second)
			}
		})
	}
}

// TestSessionEndAndWindow has the window end just before the session, with it,
// and just after it.
func TestSessionEndAndWindow(t *testing.T) {
	t.Parallel()
	for _, offset := range []time.Duration{-time.Second, -20 * time.Millisecond, -1, 0, 1, 20 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			boundary := time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)
			time.Sleep(time.Until(boundary.Add(-time.Minute)))
			f := newFixture(t, nil)
			f.individual("steve", func(p *individuals.Individual) {
				p.Window = individuals.Window{Expiration: date("2000-01-01"), Zone: "Etc/GMT+1"}
			})
			q := query(roles.View, "customer/pbx", "acme")
			p := f.session("steve", time.Minute+offset)
			for _, at := range []time.Duration{-time.Minute, -3 * time.Second, -1001 * time.Millisecond, -time.Second - 1, -time.Second, -21 * time.Millisecond,
				-20 * time.Millisecond, -2, -1, 0, 1, 2, 19 * time.Millisecond, 20 * time.Millisecond, 21 * time.Millisecond, time.Second - 1, time.Second} {
				time.Sleep(time.Until(boundary.Add(at)))
				want := access.Granted
				switch {
				case at >= offset:
					want = access.SessionEnded // gate 1 goes first
				case at >= 0:
					want = access.Expired
				}
				f.assertReason(p, want, q)
			}
		})
	}
}

// TestSessionEndAfterActivation: a session that ends soon after the window
// begins, so that there is no time in which both are far.
func TestSessionEndAfterActivation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(59 * time.Minute)
		f := newFixture(t, nil)
		f.individual("steve", func(p *individuals.Individual) {
			p.Window = individuals.Window{Activation: date("2000-01-01"), Zone: "Etc/GMT+1"} // in a minute
		})
		q := query(roles.View, "customer/pbx", "acme")
		p := f.session("steve", time.Minute+time.Second)
		for _, step := range []struct {
			sleep time.Duration
			want  access.Reason
		}{{0, access.NotYetActive}, {time.Minute - 1, access.NotYetActive}, {1, access.Granted}, {time.Second - 1, access.Granted}, {1, access.SessionEnded},
			{time.Minute, access.SessionEnded}} {
			time.Sleep(step.sleep)
			f.assertReason(p, step.want, q)
		}
	})
}

// TestSessionEndGate: the end is asked last in gate 1, and before gate 2.
func TestSessionEndGate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC)
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Clock = func() time.Time { return now }
		return s
	})
	q := query(roles.View, "customer/pbx", "acme")
	p := f.principalOf(f.engine, access.Identity{Individual: "steve", Surface: access.NewInterface, Address: home, Epoch: 7, Start: now})
	reason := func() access.Reason { return p.Check(f.ctx, q).Reason() }
	assert.Equal(t, access.Granted, reason())
	q.At = now.Add(13 * time.Hour)
	assert.Equal(t, access.SessionEnded, reason(), "the instant that is asked about")
	q.At = time.Time{}
	now = now.Add(access.DefaultSession)
	assert.Equal(t, access.SessionEnded, reason())
	assert.False(t, p.Can(f.ctx, roles.View, node(q.Path)))
	q.At = now.Add(-1)
	assert.Equal(t, access.Granted, reason(), "the instant that is asked about")
	q.At = time.Time{}
	f.individual("steve", func(p *individuals.Individual) {
		p.Window = individuals.Window{Expiration: date("2026-01-01"), Zone: "UTC"}
	})
	assert.Equal(t, access.SessionEnded, reason(), "gate 2 comes later")
	f.individual("steve", func(p *individuals.Individual) { p.Epoch++ })
	assert.Equal(t, access.CredentialsChanged, reason(), "the epoch comes earlier")
	f.organization("acme", func(o *individuals.Organization) { o.Closed = true })
	assert.Equal(t, access.OrganizationClosed, reason())
	f.individual("steve", func(p *individuals.Individual) { p.Disabled = true })
	assert.Equal(t, access.Disabled, reason())
}

// TestSessionOnBehalf: the actor's session ends what it does for another, and
// so does a session of the identity that it acts as.
func TestSessionOnBehalf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		q := query(roles.View, "customer/pbx", "acme")
		now := time.Now()
		as := func(actor *access.Principal, lasts time.Duration) *access.Principal {
			id := access.Identity{Individual: "steve", Surface: access.NewInterface, Epoch: 7, OnBehalf: &access.OnBehalf{Actor: actor, Start: now, For: time.Hour}}
			if lasts != 0 {
				id.Start, id.End = now, now.Add(lasts)
			}
			return f.principalOf(f.engine, id)
		}
		actors, targets, both := as(f.session("alice", time.Minute), 0), as(f.principal("alice"), 2*time.Minute), as(f.session("alice", 3*time.Minute), 2*time.Minute)
		time.Sleep(time.Minute - 1)
		for _, p := range []*access.Principal{actors, targets, both} {
			f.assertReason(p, access.Granted, q)
		}
		time.Sleep(1 * time.Nanosecond)
		f.assertReason(actors, access.SessionEnded, q)
		f.assertReason(targets, access.Granted, q)
		assert.Equal(t, `the session of "alice" ended at 2000-01-01T00:01:00Z`, actors.Explain(f.ctx, q).Because)
		time.Sleep(time.Minute)
		f.assertReason(targets, access.SessionEnded, q)
		f.assertReason(both, access.SessionEnded, q)
		assert.Equal(t, `the session of "steve" ended at 2000-01-01T00:02:00Z`, both.Explain(f.ctx, q).Because)
		time.Sleep(time.Minute)
		assert.Equal(t, `the session of "alice" ended at 2000-01-01T00:03:00Z`, both.Explain(f.ctx, q).Because, "the actor's gate 1 comes first")
		f.individual("steve", func(p *individuals.Individual) { p.Disabled = true })
		f.assertReason(both, access.SessionEnded, q)
		f.assertReason(targets, access.Disabled, q)
	})
}

func TestSessionExplained(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	p := f.principalOf(f.engine, access.Identity{Individual: "steve", Address: home, Epoch: 7, Start: sessionStart})
	q := query(roles.View, "customer/pbx", "acme")
	q.At = sessionStart.Add(access.DefaultSession)
	assert.Equal(t, `steve may not view customer/pbx of acme: the session of "steve" ended at 2026-04-20T20:00:00Z; sign in again (session_ended)`,
		p.Explain(f.ctx, q).String())
}

func TestSessionRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	start := time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		start, end time.Time
		reason     string
	}{
		{time.Time{}, start, `no start`},
		{start, start, `the end 2026-04-20T12:00:00Z is not after the start 2026-04-20T12:00:00Z`},
		{start, start.Add(-time.Hour), `the end 2026-04-20T11:00:00Z is not after the start 2026-04-20T12:00:00Z`},
		{start.AddDate(400, 0, 0), time.Time{}, `start 2426-04-20 12:00:00 +0000 UTC is not within the years 1678 to 2261`},
		{start, start.AddDate(400, 0, 0), `end 2426-04-20 12:00:00 +0000 UTC is not within the years 1678 to 2261`},
	} {
		_, err := f.engine.Principal(f.ctx, access.Identity{Individual: "steve", Start: c.start, End: c.end})
		require.EqualError(t, err, `access: individual "steve": `+c.reason)
		_, err = f.engine.LinkPrincipal(f.ctx, access.LinkIdentity{Organization: "acme", Start: c.start, End: c.end})
		require.EqualError(t, err, `access: standing link of "acme": `+c.reason)
	}
}

// TestResume takes sessions out and back in, again and again. Nothing of them
// changes, and the principals that come back decide as the first ones do.
func TestResume(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		f.link("acme", individuals.StandingLink{Role: "viewer", Open: true, Epoch: 3})
		f.assign("steve", "acme", "customer-admin")
		now := time.Now()
		code := access.Factors{SecondFactor: now.In(time.FixedZone("CET", 3600))}
		alice := f.principalOf(f.engine, access.Identity{Individual: "alice", Epoch: 7, Address: home, Factors: code, Start: now})
		for _, c := range []struct {
			name string
			id   access.Identity
			ends time.Time
			path string
			last access.Reason // at that end
		}{
			{"a person", access.Identity{Individual: "steve", Epoch: 7, Start: now}, now.Add(12 * time.Hour), "customer/pbx", access.SessionEnded},
			{"in an organization", access.Identity{Individual: "steve", Organization: "acme", Epoch: access.CurrentEpoch, Start: now.Local(), End: now.Add(time.Hour)},
				now.Add(time.Hour), "customer/pbx", access.SessionEnded},
			{"with a factor", access.Identity{Individual: "steve", Epoch: 7, Factors: code, Start: now}, now.Add(12 * time.Hour), "customer/vault", access.SessionEnded},
			{"on behalf", access.Identity{Individual: "steve", Epoch: 7, OnBehalf: &access.OnBehalf{Actor: alice, Start: now}},
				now.Add(30 * time.Minute), "customer/vault", access.NotBorrowed},
			{"as default", access.Identity{Individual: "steve", Epoch: 7, OnBehalf: &access.OnBehalf{Actor: alice, Start: now, For: time.Hour, AsDefault: true}},
				now.Add(time.Hour), "customer/personal", access.NotBorrowed},
			{"with a session of its own", access.Identity{Individual: "steve", Epoch: 7, Start: now, End: now.Add(time.Minute), OnBehalf: &access.OnBehalf{Actor: alice, Start: now}},
				now.Add(time.Minute), "customer/personal", access.SessionEnded},
			{"a link", access.Identity{Organization: "acme", Epoch: 3, Start: now, End: now.Add(time.Hour)}, now.Add(time.Hour), "customer/personal", access.SessionEnded},
		} {
			c.id.Surface, c.id.Address = access.NewInterface, home
			var p *access.Principal
			if c.id.Individual != "" {
				p = f.principalOf(f.engine, c.id)
			} else {
				var err error
				p, err = f.engine.LinkPrincipal(f.ctx, access.LinkIdentity{Organization: "acme", Epoch: 3, Surface: access.NewInterface,
					Start: c.id.Start, End: c.id.End})
				require.NoError(t, err)
			}
			session := p.Session()
			require.False(t, session.IsZero(), c.name)
			assert.NotEqual(t, access.CurrentEpoch, session.Epoch)
			q := query(roles.View, c.path, "acme")
			for range 3 {
				text, err := session.MarshalText()
				require.NoError(t, err)
				var read access.Session
				require.NoError(t, read.UnmarshalText(text))
				require.Equal(t, session, read, c.name)
				again, err := f.engine.Resume(f.ctx, read, home, access.NewInterface)
				require.NoError(t, err, c.name)
				require.Equal(t, session, again.Session(), c.name)
				assert.Equal(t, p.Individual(), again.Individual())
				assert.Equal(t, p.Actor(), again.Actor())
				assert.Equal(t, p.IsLink(), again.IsLink())
				f.assertReason(again, access.Granted, q)
				f.assertReason(p, access.Granted, q)
				session = again.Session()
			}
			// The end stays where it was, however late it is resumed.
			late := f.resumedAt(c.ends.Add(-1), session)
			require.NoError(t, late.err, c.name)
			asked := q
			asked.At = c.ends.Add(-1)
			assert.Equal(t, access.Granted, late.principal.Check(f.ctx, asked).Reason(), c.name)
			asked.At = c.ends
			assert.Equal(t, c.last, late.principal.Check(f.ctx, asked).Reason(), c.name)
			assert.ErrorIs(t, f.resumedAt(c.ends, session).err, access.ErrSessionEnded, c.name)
		}
	})
}

type resumption struct {
	principal *access.Principal
	err       error
}

// resumedAt resumes a session in another process, whose clock stands.
func (f *fixture) resumedAt(now time.Time, s access.Session) resumption {
	f.t.Helper()
	e := f.open(func(o *access.Options, s store.Store) store.Store {
		o.Clock = func() time.Time { return now }
		return s
	})
	p, err := e.Resume(f.ctx, s, home, access.NewInterface)
	return resumption{p, err}
}

// TestResumeAddress: the address and the surface are those of the request that
// resumes, for who acts on behalf of another too.
func TestResumeAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	now := time.Now()
	elsewhere := netip.MustParseAddr("192.0.2.1")
	q := query(roles.View, "customer/pbx", "acme")
	for _, p := range []*access.Principal{f.session("steve", 0), f.principalOf(f.engine, access.Identity{Individual: "steve", Epoch: 7, Surface: access.NewInterface,
		OnBehalf: &access.OnBehalf{Actor: f.session("alice", 0), Start: now}})} {
		f.assertReason(p, access.Granted, q)
		moved, err := f.engine.Resume(f.ctx, p.Session(), elsewhere, access.NewInterface)
		require.NoError(t, err)
		f.assertReason(moved, access.AddressNotAllowed, q)
		other, err := f.engine.Resume(f.ctx, p.Session(), home, access.API)
		require.NoError(t, err)
		assert.Equal(t, access.API, other.Check(f.ctx, q).Surface())
	}
}

// TestResumeRefused: sessions that are over, of the future, or none.
func TestResumeRefused(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC)
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Clock = func() time.Time { return now }
		return s
	})
	plain := func() access.Session {
		return access.Session{Individual: "steve", Epoch: 7, Start: now.Add(-time.Hour), End: now.Add(time.Hour)}
	}
	behalf := func() access.Session {
		s := plain()
		s.Start, s.End = time.Time{}, time.Time{}
		actor := plain()
		actor.Individual = "alice"
		s.OnBehalf = &access.SessionOnBehalf{Actor: actor, Start: now.Add(-time.Minute), End: now.Add(time.Minute)}
		return s
	}
	for _, s := range []access.Session{plain(), behalf()} {
		_, err := f.engine.Resume(f.ctx, s, home, access.NewInterface)
		require.NoError(t, err)
	}
	for _, c := range []struct {
		name  string
		base  func() access.Session
		spoil func(*access.Session)
		want  error
		text  string
	}{
		{"ended now", plain, func(s *access.Session) { s.End = now }, access.ErrSessionEnded,
			"access: the session has ended: at 2026-04-20T12:00:00Z; sign in again"},
		{"ended long ago", plain, func(s *access.Session) { s.End = now.Add(-30 * time.Minute) }, access.ErrSessionEnded, ""},
		{"acting ended", behalf, func(s *access.Session) { s.OnBehalf.End = now }, access.ErrSessionEnded, ""},
		{"actor's ended", behalf, func(s *access.Session) { s.OnBehalf.Actor.End = now }, access.ErrSessionEnded, ""},
		{"of the future", plain, func(s *access.Session) { s.Start = now.Add(time.Minute + 1) }, access.ErrSessionFuture,
			"access: the session is of the future: it is of 2026-04-20T12:01:00Z"},
		{"a factor of the future", plain, func(s *access.Session) { s.Factors.SecondFactor = now.Add(time.Minute + 1) }, access.ErrSessionFuture, ""},
		{"acting of the future", behalf, func(s *access.Session) {
			s.OnBehalf.Start, s.OnBehalf.End = now.Add(time.Hour), now.Add(2*time.Hour)
		}, access.ErrSessionFuture, ""},
		{"actor's of the future", behalf, func(s *access.Session) { s.OnBehalf.Actor.Start = now.Add(time.Minute + 1) }, access.ErrSessionFuture, ""},
	} {
		s := c.base()
		c.spoil(&s)
		p, err := f.engine.Resume(f.ctx, s, home, access.NewInterface)
		require.ErrorIs(t, err, c.want, c.name)
		assert.Nil(t, p)
		if c.text != "" {
			assert.EqualError(t, err, c.text)
		}
	}
	for _, c := range malformedSessions {
		s := c.session(now)
		p, err := f.engine.Resume(f.ctx, s, home, access.NewInterface)
		require.ErrorIs(t, err, access.ErrSessionMalformed, c.name)
		assert.Nil(t, p)
		_, err = s.MarshalJSON()
		require.EqualError(t, err, "access: the session is malformed: "+c.want, c.name)
	}
	// A process whose clock is a minute behind knows the session.
	s := plain()
	s.Start, s.Factors.SecondFactor = now.Add(time.Minute), now.Add(time.Minute)
	_, err := f.engine.Resume(f.ctx, s, home, access.NewInterface)
	require.NoError(t, err)
	_, err = f.engine.Resume(f.ctx, s, home, 9)
	require.EqualError(t, err, "access: Surface(9): unknown")
	now = time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err = f.engine.Resume(f.ctx, s, home, access.NewInterface)
	require.ErrorContains(t, err, "Options.Clock tells an instant")
}

// TestResumeReadsNothing: a person who does not exist, a store that is broken
// and a context that is done are for the first check to say.
func TestResumeReadsNothing(t *testing.T) {
	t.Parallel()
	var hook *hookedStore
	f := newFixture(t, hooked(&hook, nil))
	hook.set(hooks{view: func(context.Context, func() error) error { return errBroken }})
	done, cancel := context.WithCancel(f.ctx)
	cancel()
	now := time.Now()
	for _, s := range []access.Session{
		{Individual: "nobody", Start: now, End: now.Add(time.Hour)},
		{Organization: "nothing", Link: true, Start: now, End: now.Add(time.Hour)},
	} {
		p, err := f.engine.Resume(done, s, home, access.NewInterface)
		require.NoError(t, err)
		assert.Equal(t, access.Unavailable, p.Check(f.ctx, query(roles.View, "customer", "acme")).Reason())
	}
	hook.set(hooks{})
	p, err := f.engine.Resume(f.ctx, access.Session{Individual: "nobody", Start: now, End: now.Add(time.Hour)}, home, access.NewInterface)
	require.NoError(t, err)
	assert.Equal(t, access.UnknownIndividual, p.Check(f.ctx, query(roles.View, "customer", "acme")).Reason())
}

// TestNoSession: what has no end has no session, and neither has a system.
func TestNoSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Systems = []access.System{{Name: "nightly", Type: "admin"}}
		return s
	})
	nightly, err := f.engine.System("nightly")
	require.NoError(t, err)
	for _, p := range []*access.Principal{{}, nightly, f.principal("steve"), f.as("alice", "steve", nil)} {
		assert.True(t, p.Session().IsZero())
		_, err := f.engine.Resume(f.ctx, p.Session(), home, access.NewInterface)
		require.ErrorIs(t, err, access.ErrSessionMalformed)
	}
	var decided access.Principal
	assert.False(t, decided.IsLink())
}
