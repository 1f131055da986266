package access_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestOneState: a commit gives with one hand and takes with the other, while a
// decision that read the one part has yet to read the other. Neither the state
// before nor that after allows, and so the decision does not.
func TestOneState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		take   func(tx store.Tx, f *fixture) // what the decision has read by then
		reason access.Reason
	}{
		{"the person", func(tx store.Tx, f *fixture) {
			p, err := tx.Individual(f.ctx, "steve")
			require.NoError(f.t, err)
			p.Disabled = true
			require.NoError(f.t, tx.PutIndividual(f.ctx, p))
		}, access.Disabled},
		{"the grant", func(tx store.Tx, f *fixture) {
			g, err := tx.Grant(f.ctx, "steve", "acme")
			require.NoError(f.t, err)
			require.NoError(f.t, tx.PutGrant(f.ctx, g.WithoutRole()))
		}, access.NoGrant},
		{"the role", func(tx store.Tx, f *fixture) {
			r, err := tx.Role(f.ctx, "pbx-admin")
			require.NoError(f.t, err)
			r.Permissions["customer/pbx"] = roles.Setting{}
			require.NoError(f.t, tx.PutRole(f.ctx, r))
		}, access.NotGranted},
		{"the organization", func(tx store.Tx, f *fixture) {
			o, err := tx.Organization(f.ctx, "acme")
			require.NoError(f.t, err)
			o.Closed = true
			require.NoError(f.t, tx.PutOrganization(f.ctx, o))
		}, access.OrganizationClosed},
		{"the class", func(tx store.Tx, f *fixture) {
			c, err := tx.Class(f.ctx, "gold")
			require.NoError(f.t, err)
			c.SecondFactor = true
			require.NoError(f.t, tx.PutClass(f.ctx, c))
		}, access.EnrolmentRequired},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s *hookedStore
			f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
			f.entity("globex-1", func(e *scope.Entity) { e.Kind, e.Parent = "account", "globex" })
			require.NoError(t, f.engine.Sync(f.ctx, 2))
			p := f.principal("steve")
			require.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
			committed := false
			s.set(hooks{view: func(_ context.Context, next func() error) error {
				if !committed { // the decision is about to read the object
					committed = true
					f.update(func(tx store.Tx) error {
						e, err := tx.Entity(f.ctx, "globex-1")
						require.NoError(t, err)
						e.Parent = "acme"
						require.NoError(t, tx.PutEntity(f.ctx, e))
						c.take(tx, f)
						return nil
					})
				}
				return next()
			}})
			d := p.Check(f.ctx, query(roles.View, "customer/pbx", "globex-1"))
			assert.True(t, committed)
			assert.Equal(t, c.reason, d.Reason())
			assert.False(t, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "globex-1"))
		})
	}
}

// TestRestless: where each attempt meets another commit, the decision gives up
// and denies, and says so; the next one is made.
func TestRestless(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
	views, busy := 0, false
	s.set(hooks{view: func(_ context.Context, next func() error) error {
		if busy {
			return next()
		}
		views++
		busy = true
		err := next()
		revision := f.individual("steve", func(p *individuals.Individual) { p.Name = fmt.Sprint("Steve ", views) })
		assert.NoError(t, f.engine.Sync(f.ctx, revision))
		busy = false
		return err
	}})
	x := f.engine.Explain(f.ctx, ask("steve", roles.View, "customer/pbx", ""))
	assert.Equal(t, access.Unavailable, x.Decision.Reason())
	require.EqualError(t, x.Err, "access: commits came in between at every attempt; ask again")
	assert.GreaterOrEqual(t, views, 8)
	s.set(hooks{})
	assert.Equal(t, access.Granted, f.reason("steve", roles.View, "customer/pbx", ""))
}

// A toldReader answers the feed that goes with a state in its own way.
type toldReader struct {
	store.Reader
	changes func(after uint64, inner store.Feed) (store.Feed, error)
}

func (r toldReader) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	feed, err := r.Reader.Changes(ctx, after, limit)
	if err != nil {
		return feed, err
	}
	return r.changes(after, feed)
}

// TestBadFeedsOfAState: the feed is asked twice, of the store and of the state
// that is read with it; what the second one tells must fit the first.
func TestBadFeedsOfAState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err     string
		changes func(after uint64, inner store.Feed) (store.Feed, error)
	}{
		{"access: reading the feed after revision 1: disk: unreadable", func(uint64, store.Feed) (store.Feed, error) {
			return store.Feed{}, errBroken
		}},
		{"access: reading the feed after revision 1: access: the store told of changes after revision 1 and shows none", func(after uint64, _ store.Feed) (store.Feed, error) {
			return store.Feed{Through: after}, nil
		}},
		{"access: reading the feed after revision 1: access: the feed after revision 1 ends at 0: the store went back", func(uint64, store.Feed) (store.Feed, error) {
			return store.Feed{}, nil
		}},
		{"access: reading the feed after revision 1: access: the store shows revision 2, its feed a change of 9", func(_ uint64, inner store.Feed) (store.Feed, error) {
			inner.Changes = append(inner.Changes, store.Change{Revision: 9, Kind: store.Roles, ID: "x"})
			inner.Through = 9
			return inner, nil
		}},
		{"access: reading the feed after revision 1: access: the feed after revision 1 says that there is more, and does not go on", func(after uint64, _ store.Feed) (store.Feed, error) {
			return store.Feed{Through: after, More: true}, nil
		}},
		{"access: reading the feed after revision 1: store: no longer kept", func(uint64, store.Feed) (store.Feed, error) {
			return store.Feed{}, store.ErrGone
		}},
	} {
		var s *hookedStore
		f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
		require.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
		s.set(hooks{reader: func(r store.Reader) store.Reader { return toldReader{r, c.changes} }})
		revision := f.permit("pbx-admin", "customer/pbx", roles.Read)
		err := f.engine.Sync(f.ctx, revision)
		if errors.Is(err, store.ErrGone) || err == nil {
			// What is gone is read anew.
			require.NoError(t, err)
			assert.Equal(t, access.NotGranted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
			continue
		}
		require.EqualError(t, err, c.err)
		assert.Equal(t, access.Granted, f.reason("steve", roles.Update, "customer/pbx", "acme"), "the last good state")
		s.set(hooks{})
		require.NoError(t, f.engine.Sync(f.ctx, revision))
		assert.Equal(t, access.NotGranted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
	}
}

// TestFeedInParts: a state whose feed comes in parts is read to its end.
func TestFeedInParts(t *testing.T) {
	t.Parallel()
	var s *hookedStore
	f := newFixture(t, hooked(&s, func(o *access.Options) { o.PollInterval, o.MaxStaleness = time.Hour, time.Hour }))
	s.set(hooks{reader: func(r store.Reader) store.Reader {
		return toldReader{r, func(after uint64, inner store.Feed) (store.Feed, error) {
			if len(inner.Changes) > 1 {
				inner.Changes, inner.Through, inner.More = inner.Changes[:1], after+1, true
			}
			return inner, nil
		}}
	}})
	f.permit("pbx-admin", "customer/pbx", roles.Read)
	f.individual("dan", func(p *individuals.Individual) { p.Disabled = true })
	revision := f.permit("viewer", "customer/notes", roles.Read)
	require.NoError(t, f.engine.Sync(f.ctx, revision))
	assert.Equal(t, access.NotGranted, f.reason("steve", roles.Update, "customer/pbx", "acme"))
	assert.Equal(t, access.Disabled, f.reason("dan", roles.View, "customer/notes", "globex"))
	assert.Equal(t, revision, f.engine.Revision())
}
