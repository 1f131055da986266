package manage_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// newAuditWorld is the world with the host's jobs, in which steve signed in from
// home and from the office and bob deleted him.
func newAuditWorld(t testing.TB, changes ...func(*setup)) *world {
	t.Helper()
	w := newWorld(t, append([]func(*setup){func(s *setup) {
		s.systems = append(jobs(), access.System{Name: "no-entities", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{"customer": roles.Modify}})
	}}, changes...)...)
	for _, address := range []string{"203.0.113.7", "10.1.2.3"} {
		w.signIn("steve", address)
		w.signIn("zoe", address)
	}
	w.must(w.role("bob").UpdateIndividual(w.ctx, changed(w, "steve", "Stephen")))
	w.must(w.role("bob").DeleteIndividual(w.ctx, "steve"))
	return w
}

// signIn records one, as package signin does.
func (w *world) signIn(who, address string) {
	w.t.Helper()
	value, err := audit.Personal(strings.NewReader(strings.Repeat("salt", audit.SaltBytes)), address)
	require.NoError(w.t, err)
	_, err = w.store.RecordSignIn(w.ctx, audit.Event{At: w.clock.now(), Actor: audit.Individual(who), Action: audit.ActionSignIn,
		Organization: "abc", Subject: who, Address: value, Outcome: audit.Succeeded})
	require.NoError(w.t, err)
}

func changed(w *world, id, name string) (p individuals.Individual) {
	p = w.individual(id)
	p.Name = name
	return p
}

// personalOf counts the values of a person that can be read, and those that are
// erased, in both chains.
func (w *world) personalOf(who string) (readable, erased int) {
	w.t.Helper()
	w.read(func(r store.Reader) error {
		for _, chain := range []audit.Chain{audit.Changes, audit.SignIns} {
			for e, err := range store.AllEvents(w.ctx, r, audit.Filter{Chain: chain, Person: who}) {
				if err != nil {
					return err
				}
				_, n := e.Erase(who)
				readable += n
				values := []audit.Value{e.Address}
				for _, c := range e.Changes {
					values = append(values, c.Before, c.After)
				}
				for _, v := range values {
					if v.Kind() == audit.ValueErased {
						erased++
					}
				}
			}
		}
		return nil
	})
	return readable, erased
}

func (w *world) soundChains() {
	w.t.Helper()
	for _, chain := range []audit.Chain{audit.Changes, audit.SignIns} {
		require.NoError(w.t, verify(w, chain))
	}
}

func TestEraseIndividual(t *testing.T) {
	for _, who := range []string{"bob", "alice", "upgrade"} {
		t.Run(who, func(t *testing.T) {
			w := newAuditWorld(t)
			p := w.principalOrJob(who)
			readable, erased := w.personalOf("steve")
			require.Greater(t, readable, 5)
			require.Zero(t, erased)
			others, _ := w.personalOf("zoe")
			sequence := w.sequence()

			n, err := w.manager.EraseIndividual(w.ctx, p, "steve")
			require.NoError(t, err)
			assert.Equal(t, readable, n)
			readable, erased = w.personalOf("steve")
			assert.Zero(t, readable)
			assert.Equal(t, n, erased)
			still, _ := w.personalOf("zoe")
			assert.Equal(t, others, still, "of nobody else")
			w.soundChains()

			events := w.events(sequence)
			require.Len(t, events, 1)
			assert.Equal(t, audit.ActionErase, events[0].Action)
			assert.Equal(t, "steve", events[0].Subject)
			assert.Equal(t, "abc", events[0].Organization)
			assert.Equal(t, "customer/individuals", events[0].Node)
			assert.Equal(t, who, events[0].Actor.ID)

			n, err = w.manager.EraseIndividual(w.ctx, p, "steve")
			require.NoError(t, err, "twice does no harm")
			assert.Zero(t, n)
		})
	}
}

func (w *world) principalOrJob(name string) *access.Principal {
	w.t.Helper()
	if p, err := w.engine.System(name); err == nil {
		return p
	}
	return w.principal(name)
}

func TestEraseIndividualIsRefused(t *testing.T) {
	w := newAuditWorld(t)
	for name, c := range map[string]struct {
		p    *access.Principal
		whom string
		is   error
		text string
	}{
		"who is still there":       {w.principal("bob"), "adam", nil, "delete the record first"},
		"oneself":                  {w.principal("bob"), "bob", manage.ErrOwn, ""},
		"of another customer":      {w.principal("zoe"), "steve", store.ErrNotFound, ""},
		"of another reseller":      {w.principal("sam"), "steve", store.ErrNotFound, ""},
		"there, and out of reach":  {w.principal("zoe"), "adam", store.ErrNotFound, ""},
		"unknown":                  {w.principal("alice"), "nobody", store.ErrNotFound, `individual "nobody"`},
		"malformed":                {w.principal("alice"), "a\nb", nil, ""},
		"nobody":                   {w.principal("alice"), "", nil, ""},
		"a job that must not":      {w.job("no-people"), "steve", store.ErrNotFound, ""},
		"a job that is bound":      {w.job("bound"), "adam", nil, "delete the record first"},
		"a job, of whom it forgot": {w.job("no-entities"), "forgotten", manage.ErrDenied, ""},
		"without a principal":      {nil, "steve", manage.ErrDenied, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			readable, erased := w.personalOf("steve")
			err := w.refused(func() (uint64, error) {
				n, err := w.manager.EraseIndividual(w.ctx, c.p, c.whom)
				return uint64(n), err
			})
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
			assert.ErrorContains(t, err, c.text)
			nowClear, nowErased := w.personalOf("steve")
			assert.Equal(t, [2]int{readable, erased}, [2]int{nowClear, nowErased})
		})
	}
	// Who sees people and must not delete them.
	viewer := roles.NewRole("viewer", "Viewer", billing.TypeCustomer, map[string]roles.Permission{"customer/individuals": roles.Read})
	w.must(w.role("alice").CreateRole(w.ctx, viewer))
	o := w.organization("abc")
	o.AllowedRoles = append(o.AllowedRoles, "viewer")
	w.must(w.role("alice").PutOrganization(w.ctx, o))
	w.must(w.role("alice").CreateIndividual(w.ctx, someone("vera", billing.TypeCustomer, "abc", "viewer")))
	_, err := w.manager.EraseIndividual(w.ctx, w.principal("vera"), "steve")
	assert.ErrorIs(t, err, manage.ErrDenied)
	assert.ErrorContains(t, err, "delete on customer/individuals")
}

// The host's job erases of who is still there, and of whom the audit no longer
// tells where they were.
func TestTheHostErasesOfAnyone(t *testing.T) {
	w := newAuditWorld(t)
	n, err := w.manager.EraseIndividual(w.ctx, w.job("upgrade"), "zoe")
	require.NoError(t, err)
	assert.Positive(t, n)
	w.signIn("forgotten", "203.0.113.8")
	sequence := w.sequence()
	n, err = w.manager.EraseIndividual(w.ctx, w.job("upgrade"), "forgotten")
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	events := w.events(sequence)
	require.Len(t, events, 1)
	assert.Empty(t, events[0].Organization)
	assert.Equal(t, "entity", events[0].Node)
	w.soundChains()
}

// The ID of somebody who was deleted and made again belongs to who is there now.
func TestEraseOfAnIDThatIsUsedAgain(t *testing.T) {
	w := newAuditWorld(t)
	w.must(w.role("bob").CreateIndividual(w.ctx, someone("steve", billing.TypeCustomer, "abc", billing.RolePBXAdmin)))
	_, err := w.manager.EraseIndividual(w.ctx, w.principal("bob"), "steve")
	assert.ErrorContains(t, err, "delete the record first")
	// And deleted elsewhere, it is erased by those who may in both places.
	w.must(w.role("bob").DeleteIndividual(w.ctx, "steve"))
	w.must(w.role("rita").CreateIndividual(w.ctx, someone("steve", billing.TypeCustomer, "xyz", billing.RolePBXAdmin)))
	w.must(w.role("zoe").DeleteIndividual(w.ctx, "steve"))
	for _, one := range []string{"bob", "zoe"} {
		_, err = w.manager.EraseIndividual(w.ctx, w.principal(one), "steve")
		assert.ErrorIs(t, err, store.ErrNotFound)
	}
	_, err = w.manager.EraseIndividual(w.ctx, w.principal("rita"), "steve")
	assert.NoError(t, err)
}

// A failingStore fails to erase a chain, or to cut.
type failingStore struct {
	store.Store
	chain audit.Chain
}

var errDisk = errors.New("the disk is full")

func (s *failingStore) EraseEvents(ctx context.Context, chain audit.Chain, individual string) (int, error) {
	if chain == s.chain {
		return 0, errDisk
	}
	return s.Store.EraseEvents(ctx, chain, individual)
}

func (s *failingStore) CutEvents(ctx context.Context, cut audit.Cut, actor audit.Party) (audit.Event, error) {
	if s.chain != "" {
		return audit.Event{}, errDisk
	}
	return s.Store.CutEvents(ctx, cut, actor)
}

// What was recorded and not done is done again.
func TestEraseThatFailsHalfway(t *testing.T) {
	failing := &failingStore{Store: memstore.New(nil)}
	w := newAuditWorld(t, func(s *setup) { s.store = failing })
	failing.chain = audit.SignIns
	sequence := w.sequence()
	n, err := w.manager.EraseIndividual(w.ctx, w.principal("bob"), "steve")
	assert.ErrorIs(t, err, errDisk)
	assert.ErrorContains(t, err, "do it again")
	assert.Positive(t, n)
	assert.Len(t, w.events(sequence), 1)
	failing.chain = ""
	rest, err := w.manager.EraseIndividual(w.ctx, w.principal("bob"), "steve")
	require.NoError(t, err)
	assert.Equal(t, 2, rest)
	readable, _ := w.personalOf("steve")
	assert.Zero(t, readable)
}

func TestCutEvents(t *testing.T) {
	for _, chain := range []audit.Chain{audit.Changes, audit.SignIns} {
		t.Run(string(chain), func(t *testing.T) {
			w := newAuditWorld(t)
			old := w.head(chain)
			w.clock.set(began.AddDate(1, 0, 0))
			w.signIn("zoe", "10.1.2.3")
			w.must(w.role("zoe").UpdateIndividual(w.ctx, changed(w, "zoe", "Zoe of XYZ")))
			kept := w.head(chain)

			none, err := w.manager.CutEvents(w.ctx, w.job("upgrade"), chain, began, old, kept)
			require.NoError(t, err)
			assert.Zero(t, none, "nothing is as old")
			assert.Equal(t, kept, w.head(chain))

			cut, err := w.manager.CutEvents(w.ctx, w.job("upgrade"), chain, began.AddDate(0, 6, 0), old, kept)
			require.NoError(t, err)
			assert.Equal(t, old, cut.Anchor)
			assert.Equal(t, w.clock.now(), cut.At)
			report, err := w.manager.Verify(w.ctx, chain, cut.Anchor, kept)
			require.NoError(t, err)
			assert.Equal(t, old, report.From)
			assert.Equal(t, kept.Sequence+1, report.CutAt, "it is recorded")
			assert.Equal(t, kept.Sequence, report.Kept)
			_, err = w.manager.Verify(w.ctx, chain, audit.Head{Chain: chain, Sequence: 1, Hash: old.Hash})
			assert.ErrorIs(t, err, audit.Uncovered)

			w.read(func(r store.Reader) error {
				events, err := r.Events(w.ctx, audit.Filter{Chain: chain})
				require.NoError(t, err)
				assert.Equal(t, old.Sequence+1, events[0].Sequence)
				last := events[len(events)-1]
				assert.Equal(t, audit.ActionCut, last.Action)
				assert.Equal(t, audit.System("upgrade"), last.Actor)
				return nil
			})
			if chain == audit.Changes {
				_, err := w.manager.EraseIndividual(w.ctx, w.principal("bob"), "steve")
				assert.ErrorIs(t, err, store.ErrNotFound, "nothing tells any more where he was")
			}
			w.soundChains()
		})
	}
}

// A clock that was wrong does not let younger events go, or older ones after
// them.
func TestCutEndsAtTheFirstYoungerEvent(t *testing.T) {
	w := newAuditWorld(t)
	w.clock.set(began.AddDate(2, 0, 0))
	w.signIn("zoe", "10.1.2.3")
	early := w.head(audit.SignIns)
	w.clock.set(began.AddDate(0, 0, 1))
	w.signIn("zoe", "10.1.2.3")
	w.clock.set(began.AddDate(3, 0, 0))
	cut, err := w.manager.CutEvents(w.ctx, w.job("upgrade"), audit.SignIns, began.AddDate(1, 0, 0))
	require.NoError(t, err)
	assert.Equal(t, early.Sequence-1, cut.Anchor.Sequence)
}

func (w *world) head(chain audit.Chain) (head audit.Head) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { head, err = r.EventHead(w.ctx, chain); return err })
	return head
}

func TestCutEventsIsRefused(t *testing.T) {
	w := newAuditWorld(t)
	w.clock.set(began.AddDate(1, 0, 0))
	for name, c := range map[string]struct {
		p      *access.Principal
		chain  audit.Chain
		before time.Time
		kept   []audit.Head
		is     error
	}{
		"a person":            {w.principal("alice"), audit.SignIns, w.clock.now(), nil, manage.ErrDenied},
		"a job that is bound": {w.job("bound"), audit.SignIns, w.clock.now(), nil, manage.ErrDenied},
		"a job that must not": {w.job("no-entities"), audit.SignIns, w.clock.now(), nil, manage.ErrDenied},
		"nobody":              {nil, audit.SignIns, w.clock.now(), nil, manage.ErrDenied},
		"the future":          {w.job("upgrade"), audit.SignIns, w.clock.now().Add(time.Second), nil, nil},
		"no such chain":       {w.job("upgrade"), "other", w.clock.now(), nil, store.ErrNotFound},
		"another head":        {w.job("upgrade"), audit.SignIns, w.clock.now(), []audit.Head{{Chain: audit.SignIns, Sequence: 2, Hash: w.head(audit.Changes).Hash}}, audit.Forked},
		"a head that is gone": {w.job("upgrade"), audit.SignIns, w.clock.now(), []audit.Head{{Chain: audit.SignIns, Sequence: 99, Hash: w.head(audit.Changes).Hash}}, audit.Truncated},
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			head := w.head(audit.SignIns)
			err := w.refused(func() (uint64, error) {
				cut, err := w.manager.CutEvents(w.ctx, c.p, c.chain, c.before, c.kept...)
				return cut.Anchor.Sequence, err
			})
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
			assert.Equal(t, head, w.head(audit.SignIns))
			w.soundChains()
		})
	}
}

func TestCutThatTheStoreRefuses(t *testing.T) {
	failing := &failingStore{Store: memstore.New(nil)}
	w := newAuditWorld(t, func(s *setup) { s.store = failing })
	w.clock.set(began.AddDate(1, 0, 0))
	failing.chain = audit.SignIns
	cut, err := w.manager.CutEvents(w.ctx, w.job("upgrade"), audit.SignIns, w.clock.now())
	assert.ErrorIs(t, err, errDisk)
	assert.Zero(t, cut)
}
