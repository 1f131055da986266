package access_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A failingStore counts every way in which an engine depends on it (a View's
// beginning and its end, each record read, each look at the feed) and fails
// one of them, or all from one on.
type failingStore struct {
	store.Store
	calls   int
	fail    int // the call that fails, counted from 1; 0 for none
	forever bool
	failed  bool
}

func (s *failingStore) call() error {
	s.calls++
	if s.fail > 0 && (s.calls == s.fail || s.forever && s.calls > s.fail) {
		s.failed = true
		return fmt.Errorf("call %d: %w", s.calls, errBroken)
	}
	return nil
}

func (s *failingStore) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := s.call(); err != nil {
		return err
	}
	if err := s.Store.View(ctx, func(r store.Reader) error { return fn(failingReader{r, s}) }); err != nil {
		return err
	}
	return s.call()
}

func (s *failingStore) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	if err := s.call(); err != nil {
		return store.Feed{}, err
	}
	return s.Store.Changes(ctx, after, limit)
}

type failingReader struct {
	store.Reader
	s *failingStore
}

func failing[T any](r failingReader, read func() (T, error)) (T, error) {
	if err := r.s.call(); err != nil {
		var none T
		return none, err
	}
	return read()
}

func (r failingReader) Role(ctx context.Context, id string) (roles.Role, error) {
	return failing(r, func() (roles.Role, error) { return r.Reader.Role(ctx, id) })
}

func (r failingReader) Roles(ctx context.Context, f store.RoleFilter, p store.Page) ([]roles.Role, error) {
	return failing(r, func() ([]roles.Role, error) { return r.Reader.Roles(ctx, f, p) })
}

func (r failingReader) ACL(ctx context.Context, id string) (acl.Level, error) {
	return failing(r, func() (acl.Level, error) { return r.Reader.ACL(ctx, id) })
}

func (r failingReader) ACLs(ctx context.Context, f store.ACLFilter, p store.Page) ([]acl.Level, error) {
	return failing(r, func() ([]acl.Level, error) { return r.Reader.ACLs(ctx, f, p) })
}

func (r failingReader) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	return failing(r, func() (individuals.Individual, error) { return r.Reader.Individual(ctx, id) })
}

func (r failingReader) Organization(ctx context.Context, id string) (individuals.Organization, error) {
	return failing(r, func() (individuals.Organization, error) { return r.Reader.Organization(ctx, id) })
}

func (r failingReader) Class(ctx context.Context, id string) (individuals.Class, error) {
	return failing(r, func() (individuals.Class, error) { return r.Reader.Class(ctx, id) })
}

func (r failingReader) Grants(ctx context.Context, f store.GrantFilter, p store.GrantPage) ([]individuals.Grant, error) {
	return failing(r, func() ([]individuals.Grant, error) { return r.Reader.Grants(ctx, f, p) })
}

func (r failingReader) Entity(ctx context.Context, id string) (scope.Entity, error) {
	return failing(r, func() (scope.Entity, error) { return r.Reader.Entity(ctx, id) })
}

// scenario changes every kind of record, each in a way that takes something
// away from someone, and then gives it back.
var scenario = []func(f *fixture){
	func(f *fixture) { f.permit("pbx-admin", "customer/pbx", roles.Read) },
	func(f *fixture) { f.individual("dan", func(p *individuals.Individual) { p.Disabled = true }) },
	func(f *fixture) { f.entity("acme", func(e *scope.Entity) { e.Parent = "south" }) },
	func(f *fixture) { f.level("care", func(l *acl.Level) { l.Permissions = l.Permissions[:0] }) },
	func(f *fixture) { f.grant("rita", "north", individuals.Grant.WithoutRole) },
	func(f *fixture) { f.class("gold", func(c *individuals.Class) { c.SecondFactor = true }) },
	func(f *fixture) {
		f.organization("acme", func(o *individuals.Organization) { o.Closed = true })
		f.individual("dan", func(p *individuals.Individual) { p.Disabled = false })
	},
	func(f *fixture) {
		f.entity("acme", func(e *scope.Entity) { e.Parent = "north" })
		f.permit("pbx-admin", "customer/pbx", roles.Modify)
		f.level("care", func(l *acl.Level) { l.Permissions = acl.MustPermissions("select+update Customers.*any*") })
		f.assign("rita", "north", "sales")
		f.class("gold", func(c *individuals.Class) { c.SecondFactor = false })
		f.organization("acme", func(o *individuals.Organization) { o.Closed = false })
	},
}

// scenarioRequests are what is asked after each change.
func scenarioRequests() (out []access.Request) {
	for _, who := range []string{"steve", "carol", "dan", "rita", "alice", "nobody"} {
		for _, path := range []string{"customer/pbx", "customer/personal"} {
			for _, object := range []string{"", "acme-1", "globex", "nothing"} {
				out = append(out, ask(who, roles.Update, path, object))
			}
		}
	}
	return out
}

// TestStoreThatFails plays the scenario with a store that fails the first
// call, then the second, and so on until it fails none. Whatever fails, the
// answer is an error or a denial that says so, or that of a state that the
// store was in since the revision that the decision names; no panic; and when
// the store is well, so are all answers.
func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	requests := scenarioRequests()
	for _, forever := range []bool{false, true} {
		stride := count(11, 1, 1)
		if forever {
			stride = count(23, 3, 1) // a store that stays broken differs less from call to call
		}
		for fail := 1; ; fail += stride {
			f := &fixture{t: t, ctx: t.Context(), store: newBusiness(t, nil)}
			s := &failingStore{Store: f.store, fail: fail, forever: forever}
			opts := &access.Options{ACLs: fixtureLevels, PollInterval: time.Hour, MaxStaleness: time.Hour}
			truth := f.open(nil)
			engine, err := access.New(f.ctx, s, fixtureModel, opts)
			if err != nil {
				require.ErrorIs(t, err, errBroken)
				require.Nil(t, engine)
				s.fail = 0
				engine, err = access.New(f.ctx, s, fixtureModel, opts)
				require.NoError(t, err)
			}
			playScenario(f, engine, truth, s, requests)
			require.NoError(t, engine.Close())
			require.NoError(t, truth.Close())
			if fail > s.calls && !s.failed {
				t.Logf("%d calls, each failed once, forever %v", s.calls, forever)
				break
			}
		}
	}
}

func playScenario(f *fixture, engine, truth *access.Engine, s *failingStore, requests []access.Request) {
	t := f.t
	var history [][]bool // by revision: what each request is answered in truth
	remember := func() {
		revision := int(truth.Revision())
		for len(history) <= revision {
			history = append(history, make([]bool, len(requests)))
		}
		for i, r := range requests {
			history[revision][i] = truth.Check(f.ctx, r).Allowed()
		}
	}
	askAll := func(synced bool) {
		now := len(history) - 1
		for i, r := range requests {
			d := engine.Check(f.ctx, r)
			if d.Reason() == access.Unavailable {
				require.True(t, s.failed, "unavailable, and nothing failed")
				if s.forever {
					require.ErrorIs(t, engine.Explain(f.ctx, r).Err, errBroken, "call %d, %+v", s.fail, r)
				}
				continue
			}
			from := int(d.Revision())
			if synced {
				require.Equal(t, now, from)
			}
			was := false
			for _, then := range history[from:] {
				was = was || then[i] == d.Allowed()
			}
			require.True(t, was, "call %d failed: %+v is %v, which it never was since revision %d", s.fail, r, d, from)
		}
	}
	remember()
	askAll(true)
	for _, change := range scenario {
		before := truth.Revision()
		change(f)
		for r := before + 1; r < truth.Revision(); r++ {
			history = append(history, history[before]) // the steps of one change are not looked at
		}
		remember()
		err := engine.Sync(f.ctx, truth.Revision())
		if err != nil {
			require.ErrorIs(t, err, errBroken)
		}
		askAll(err == nil)
	}
	s.fail = 0
	require.NoError(t, engine.Sync(f.ctx, truth.Revision()))
	for _, r := range requests {
		require.Equal(t, truth.Check(f.ctx, r).Reason(), engine.Check(f.ctx, r).Reason(), "%+v", r)
	}
	assert.Empty(t, engine.Problems())
}
