package access_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A seesaw needs two things for an answer of yes. Each commit gives one and
// takes the other, so that no state there ever was allows.
type seesaw struct {
	name string
	set  func(f *fixture, tx store.Tx, first bool)
	ask  func(f *fixture, e *access.Engine) func(i int) access.Decision
}

// edit reads a record, changes it and puts it back.
func edit[R any](f *fixture, get func(context.Context, string) (R, error), put func(context.Context, R) error, id string, change func(*R)) {
	record, err := get(f.ctx, id)
	require.NoError(f.t, err)
	change(&record)
	require.NoError(f.t, put(f.ctx, record))
}

// hold gives somebody a role in the own organization, or takes it.
func hold(f *fixture, tx store.Tx, id, organization, role string, held bool) {
	g, err := tx.Grant(f.ctx, id, organization)
	require.NoError(f.t, err)
	if held {
		g = g.WithRole(role)
	} else {
		g = g.WithoutRole()
	}
	require.NoError(f.t, tx.PutGrant(f.ctx, g))
}

// allow sets what a role permits on everything.
func allow(f *fixture, tx store.Tx, role string, allowed bool) {
	edit(f, tx.Role, tx.PutRole, role, func(r *roles.Role) {
		r.Permissions = map[string]roles.Setting{"customer": {Permission: map[bool]roles.Permission{true: roles.Modify}[allowed]}}
	})
}

// inTurn asks one thing in each way in turn.
func inTurn(f *fixture, e *access.Engine, id access.Identity, object string) func(i int) access.Decision {
	id.Surface, id.Address, id.Epoch = access.NewInterface, home, 7
	p := f.principalOf(e, id)
	q, n := query(roles.View, "customer/personal", object), node("customer/personal")
	return func(i int) access.Decision {
		switch i % 5 {
		case 0:
			return p.Check(f.ctx, q)
		case 1:
			return p.Explain(f.ctx, q).Decision
		case 2:
			return p.CheckAll(f.ctx, []access.Query{q})[0]
		case 3:
			if object != "" && p.CanOn(f.ctx, roles.View, n, object) || object == "" && p.Can(f.ctx, roles.View, n) {
				f.t.Error("Can allows what no state did")
			}
			return p.Check(f.ctx, q)
		default: // one that comes for this question alone
			return f.principalOf(e, id).Check(f.ctx, q)
		}
	}
}

func own(id, object string) func(f *fixture, e *access.Engine) func(i int) access.Decision {
	return func(f *fixture, e *access.Engine) func(i int) access.Decision {
		return inTurn(f, e, access.Identity{Individual: id}, object)
	}
}

func acting(actor, id string, asDefault bool) func(f *fixture, e *access.Engine) func(i int) access.Decision {
	return func(f *fixture, e *access.Engine) func(i int) access.Decision {
		by := f.principalOf(e, access.Identity{Individual: actor, Surface: access.NewInterface, Address: home, Epoch: 7})
		return inTurn(f, e, access.Identity{Individual: id, OnBehalf: &access.OnBehalf{Actor: by, AsDefault: asDefault, Start: time.Now()}}, "")
	}
}

var seesaws = []seesaw{
	{"grant or organization", func(f *fixture, tx store.Tx, first bool) {
		hold(f, tx, "dan", "globex", "viewer", first)
		edit(f, tx.Organization, tx.PutOrganization, "globex", func(o *individuals.Organization) { o.Closed = first })
	}, own("dan", "globex")},
	{"grant or role", func(f *fixture, tx store.Tx, first bool) {
		hold(f, tx, "dan", "globex", "viewer", first)
		allow(f, tx, "viewer", !first)
	}, own("dan", "")},
	{"role or class", func(f *fixture, tx store.Tx, first bool) {
		allow(f, tx, "pbx-admin", first)
		edit(f, tx.Class, tx.PutClass, "gold", func(c *individuals.Class) { c.SecondFactor = first })
	}, own("steve", "acme")},
	{"role or place", func(f *fixture, tx store.Tx, first bool) {
		allow(f, tx, "sales", first)
		e, err := tx.Entity(f.ctx, "globex")
		require.NoError(f.t, err)
		e.Parent = map[bool]string{true: "south", false: "north"}[first]
		require.NoError(f.t, tx.PutEntity(f.ctx, e))
	}, own("rita", "globex")},
	{"one role or the actor's", func(f *fixture, tx store.Tx, first bool) {
		allow(f, tx, "pbx-admin", first)
		allow(f, tx, "sales", !first)
	}, acting("rita", "steve", false)},
	{"grant or the actor's", func(f *fixture, tx store.Tx, first bool) {
		hold(f, tx, "steve", "acme", "customer-admin", first)
		hold(f, tx, "rita", "north", "sales", !first)
	}, acting("rita", "steve", false)},
	{"default role or the actor's", func(f *fixture, tx store.Tx, first bool) {
		allow(f, tx, "viewer", first)
		allow(f, tx, "sales", !first)
	}, acting("rita", "steve", true)},
}

// TestSeesaws has readers ask while a writer tips each seesaw: over an engine
// that is woken, one that polls, one that can keep next to nothing, and one
// whose store forgets its feed, so that it reads everything anew each time.
func TestSeesaws(t *testing.T) {
	t.Parallel()
	rounds := count(10, 150, 20_000)
	for _, c := range seesaws {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := &fixture{t: t, ctx: t.Context(), store: newBusiness(t, nil)}
			tip := func(i int) { f.update(func(tx store.Tx) error { c.set(f, tx, i%2 == 0); return nil }) }
			tip(0)
			var s *hookedStore
			quick := func(o *access.Options) { o.PollInterval = 50 * time.Microsecond }
			engines := []*access.Engine{f.open(nil), f.open(hooked(&s, quick)),
				f.open(func(o *access.Options, s store.Store) store.Store {
					o.MaxIndividuals, o.MaxOrganizations, o.MaxObjects = 1, 1, 1
					return s
				}),
				f.open(func(o *access.Options, s store.Store) store.Store {
					forgetful := &hookedStore{Store: s}
					quick(o)
					forgetful.set(hooks{changes: func(_ context.Context, after uint64, next func() (store.Feed, error)) (store.Feed, error) {
						feed, err := next()
						if err == nil && len(feed.Changes) > 0 {
							return store.Feed{}, store.ErrGone
						}
						return feed, err
					}})
					return forgetful
				}),
			}
			var readers sync.WaitGroup
			done := make(chan struct{})
			for _, e := range engines {
				ask := c.ask(f, e)
				readers.Go(func() {
					for i := 0; ; i++ {
						select {
						case <-done:
							return
						default:
						}
						d := ask(i)
						if d.Allowed() {
							t.Errorf("allowed at revision %d, by what no state did", d.Revision())
							return
						}
					}
				})
			}
			certain := c.ask(f, engines[0])
			reasons := make(map[access.Reason]bool)
			for i := range rounds {
				tip(i + 1)
				reasons[certain(0).Reason()] = true
			}
			close(done)
			readers.Wait()
			delete(reasons, access.Unavailable)
			assert.Len(t, reasons, 2, "both states deny, each for its own reason")
		})
	}
}
