package access_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/internal/reference"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// A patchedStore answers some reads otherwise than the store that it wraps: with
// records that no store would take, or not at all.
type patchedStore struct {
	*memstore.Store
	mutex      sync.RWMutex
	patches    map[reference.Record]any // nil: there is no such record
	unanswered map[reference.Record]bool
	silent     atomic.Bool // the feed fails
}

var errNoAnswer = errors.New("the store does not answer")

func (s *patchedStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(r store.Reader) error { return fn(patchedReader{r, s}) })
}

func (s *patchedStore) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	if s.silent.Load() {
		return store.Feed{}, errNoAnswer
	}
	return s.Store.Changes(ctx, after, limit)
}

// patch sets what is read for the record, until a store's write of it lifts the patch.
func (s *patchedStore) patch(record reference.Record, value any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.patches[record] = value
}

func (s *patchedStore) lift(record reference.Record) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.patches, record)
}

type patchedReader struct {
	store.Reader
	store *patchedStore
}

// patched reads a record through the patches.
func patched[T any](s *patchedStore, record reference.Record, read func() (T, error)) (T, error) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	var zero T
	if s.unanswered[record] {
		return zero, errNoAnswer
	}
	patch, ok := s.patches[record]
	switch {
	case !ok:
		return read()
	case patch == nil:
		return zero, fmt.Errorf("%v: %w", record, store.ErrNotFound)
	default:
		return patch.(T), nil
	}
}

func (r patchedReader) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	return patched(r.store, reference.Record{Kind: store.Individuals, ID: id},
		func() (individuals.Individual, error) { return r.Reader.Individual(ctx, id) })
}

func (r patchedReader) Organization(ctx context.Context, id string) (individuals.Organization, error) {
	return patched(r.store, reference.Record{Kind: store.Organizations, ID: id},
		func() (individuals.Organization, error) { return r.Reader.Organization(ctx, id) })
}

func (r patchedReader) Class(ctx context.Context, id string) (individuals.Class, error) {
	return patched(r.store, reference.Record{Kind: store.Classes, ID: id},
		func() (individuals.Class, error) { return r.Reader.Class(ctx, id) })
}

// Grants is how an engine reads what a person holds, all of it.
func (r patchedReader) Grants(ctx context.Context, filter store.GrantFilter, page store.GrantPage) ([]individuals.Grant, error) {
	stored, err := r.Reader.Grants(ctx, filter, page)
	if err != nil {
		return nil, err
	}
	r.store.mutex.RLock()
	defer r.store.mutex.RUnlock()
	if r.store.unanswered[reference.Record{Kind: store.Grants, ID: filter.Individual}] {
		return nil, errNoAnswer
	}
	var grants []individuals.Grant
	for _, g := range stored {
		if _, ok := r.store.patches[reference.Record{Kind: store.Grants, ID: g.Individual, Organization: g.Organization}]; !ok {
			grants = append(grants, g)
		}
	}
	for record, patch := range r.store.patches {
		if g, ok := patch.(individuals.Grant); ok && record.ID == filter.Individual {
			grants = append(grants, g)
		}
	}
	return grants, nil
}

func (r patchedReader) Entity(ctx context.Context, id string) (scope.Entity, error) {
	return patched(r.store, reference.Record{Kind: store.Entities, ID: id},
		func() (scope.Entity, error) { return r.Reader.Entity(ctx, id) })
}

// A settlement is a world of the reference with an engine over the same records.
type settlement struct {
	t       *testing.T
	world   *reference.World
	foreign roles.Node
	store   *patchedStore
	engine  *access.Engine
	ticking bool // the engine reads the system's clock
	// written and refused count what the store took and what had to be patched in.
	written, refused int
}

// settle draws a world and builds the engine's side of it.
func settle(t *testing.T, d *reference.Draw) *settlement {
	now := time.Date(2026, 3, 29, 1, 0, 0, d.Below(3)-1, time.UTC) // about midnight in the Azores
	ticking := d.Chance(60)
	if ticking {
		// Just before midnight in the Azores, on Kiritimati or in UTC, and before
		// the engine has a clock that ticks.
		before := []time.Duration{4 * time.Second, 3 * time.Second, time.Second, 60 * time.Millisecond, 1, 0}[d.Below(6)]
		time.Sleep(time.Duration([]int{1, 10, 24}[d.Below(3)])*time.Hour - before)
		now = time.Now()
	}
	w := reference.RandomWorld(d, now)
	s := &settlement{t: t, world: w, ticking: ticking, store: &patchedStore{
		Store: memstore.New(nil), patches: make(map[reference.Record]any), unanswered: w.Unanswered,
	}}
	tree, err := roles.NewTree(w.Tree.Entities, &roles.TreeOptions{Narrowing: w.Tree.Narrowing})
	require.NoError(t, err)
	s.foreign = roles.MustTree(w.Tree.Entities...).MustNode(w.Tree.Entities[0].Name)
	model, err := roles.NewModel(tree, byName(w.Types)...)
	require.NoError(t, err)
	for _, record := range w.Records() {
		s.write(record)
	}

	opts := access.Options{}
	if w.PerSurface {
		opts.Coexistence = access.PerSurface
	}
	if !w.NoLevels {
		opts.ACLs, err = acl.NewSystem(model, w.Mapping, &acl.Options{Types: byName(w.LevelTypes), HiddenFrom: w.HiddenFrom})
		require.NoError(t, err)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Systems)) {
		system := w.Systems[name]
		opts.Systems = append(opts.Systems, access.System{
			Name: name, Type: system.Type, Permissions: system.Permissions, Below: system.Below,
		})
	}
	if d.Chance(20) {
		opts.MaxIndividuals, opts.MaxOrganizations, opts.MaxObjects = 2, 2, 2
	}
	if !ticking {
		opts.Clock = func() time.Time { return w.Now }
	}
	s.engine, err = access.New(t.Context(), s.store, model, &opts)
	require.NoError(t, err)
	s.look()
	return s
}

// byName returns the values in the order of their names.
func byName[V any](m map[string]V) []V {
	var values []V
	for _, name := range slices.Sorted(maps.Keys(m)) {
		values = append(values, m[name])
	}
	return values
}

// look tells the reference the time.
func (s *settlement) look() {
	if s.ticking {
		s.world.Now = time.Now()
	}
}

func (s *settlement) close() {
	require.NoError(s.t, s.engine.Close())
	require.NoError(s.t, s.store.Close())
}

// write brings the record of the world to the store. What the store refuses is read
// through a patch.
func (s *settlement) write(record reference.Record) {
	ctx := s.t.Context()
	value, put := s.put(record)
	s.store.lift(record) // before the engine reads what it is told of
	var revision uint64
	var err error
	if key := (reference.GrantKey{Individual: record.ID, Organization: record.Organization}); record.Kind == store.Grants && value != nil {
		revision, err = s.grant(key)
	} else {
		revision, err = s.store.Update(ctx, store.Author{ID: "someone"}, put)
	}
	if err == nil {
		s.written++
		if o, ok := s.world.Organizations[record.ID]; ok && record.Kind == store.Organizations {
			o.Revision = revision
			s.world.Organizations[record.ID] = o
		}
	} else {
		require.NotContains(s.t, []store.Kind{store.Roles, store.ACLs}, record.Kind, "%v: %v", record, err)
		s.refused++
		s.store.patch(record, value)
		revision, err = s.store.Update(ctx, store.Author{ID: "someone"}, func(tx store.Tx) error {
			return tx.Touch(ctx, record.Kind, record.ID)
		})
		require.NoError(s.t, err)
	}
	s.world.Revision = revision
}

// grant makes the commits that lead to a grant like the world's, and gives the world
// their revisions.
func (s *settlement) grant(key reference.GrantKey) (revision uint64, err error) {
	ctx, want := s.t.Context(), s.world.Grants[key]
	var now individuals.Grant // as stored
	step := func(change func(tx store.Tx) error) {
		if err == nil {
			revision, err = s.store.Update(ctx, store.Author{ID: "someone"}, change)
		}
	}
	put := func(tx store.Tx) error { return tx.PutGrant(ctx, now) }
	read := func(r store.Reader) (err error) {
		now, err = r.Grant(ctx, key.Individual, key.Organization)
		return err
	}
	// Slots are kept or cleared, or the grant is made anew.
	kept := func(want, now individuals.Slot) bool {
		return want.Revision == now.Revision && (want.ID == now.ID || want.ID == "")
	}
	if failed := s.store.Store.View(ctx, read); failed == nil && !(kept(want.Role, now.Role) && kept(want.ACL, now.ACL)) {
		step(func(tx store.Tx) error { return tx.DeleteGrant(ctx, key.Individual, key.Organization, now.Revision) })
		now = individuals.Grant{}
	}
	now.Individual, now.Organization = key.Individual, key.Organization
	first, second := min(want.Role.Revision, want.ACL.Revision), max(want.Role.Revision, want.ACL.Revision)
	for _, revision := range slices.Compact([]uint64{first, second}) {
		role, level := want.Role.Revision == revision, want.ACL.Revision == revision
		if revision == 0 || kept(want.Role, now.Role) && role || kept(want.ACL, now.ACL) && level {
			continue
		}
		if role {
			now = now.WithRole(cmp.Or(want.Role.ID, "to be cleared"))
		}
		if level {
			now = now.WithACL(cmp.Or(want.ACL.ID, "to be cleared"))
		}
		step(put)
		if err == nil {
			err = s.store.Store.View(ctx, read)
		}
	}
	now.Listed = want.Listed
	if want.Role.ID == "" {
		now = now.WithoutRole()
	}
	if want.ACL.ID == "" {
		now = now.WithoutACL()
	}
	step(put)
	if err == nil {
		err = s.store.Store.View(ctx, read)
	}
	if err == nil {
		s.world.Grants[key] = now
	}
	return revision, err
}

// put returns the record of the world, nil where it has none, and the commit that makes
// the store's the same.
func (s *settlement) put(record reference.Record) (value any, commit func(store.Tx) error) {
	ctx, id, w := s.t.Context(), record.ID, s.world
	switch record.Kind {
	case store.Roles:
		r := w.Roles[id]
		return r, func(tx store.Tx) error {
			if old, err := tx.Role(ctx, id); err == nil {
				r.Revision = old.Revision
			}
			return tx.PutRole(ctx, r)
		}
	case store.ACLs:
		l := w.Levels[id]
		return l, func(tx store.Tx) error {
			if old, err := tx.ACL(ctx, id); err == nil {
				l.Revision = old.Revision
			}
			return tx.PutACL(ctx, l)
		}
	case store.Individuals:
		person, there := w.Individuals[id]
		p := person.Individual
		if there {
			var err error
			p.AllowList, err = ipallow.Parse(person.Allowed)
			require.NoError(s.t, err)
			value = p
		}
		return value, func(tx store.Tx) error {
			old, err := tx.Individual(ctx, id)
			if p.Revision = old.Revision; there {
				return tx.PutIndividual(ctx, p)
			}
			return errors.Join(err, tx.DeleteIndividual(ctx, id, old.Revision))
		}
	case store.Organizations:
		o, there := w.Organizations[id]
		if there {
			value = o
		}
		return value, func(tx store.Tx) error {
			old, err := tx.Organization(ctx, id)
			if o.Revision = old.Revision; there {
				return tx.PutOrganization(ctx, o)
			}
			return errors.Join(err, tx.DeleteOrganization(ctx, id, old.Revision))
		}
	case store.Classes:
		c, there := w.Classes[id]
		if there {
			value = c
		}
		return value, func(tx store.Tx) error {
			old, err := tx.Class(ctx, id)
			if c.Revision = old.Revision; there {
				return tx.PutClass(ctx, c)
			}
			return errors.Join(err, tx.DeleteClass(ctx, id, old.Revision))
		}
	case store.Grants:
		g, there := w.Grants[reference.GrantKey{Individual: id, Organization: record.Organization}]
		if there {
			value = g
		}
		return value, func(tx store.Tx) error { // only to delete it, see grant
			old, err := tx.Grant(ctx, id, record.Organization)
			return errors.Join(err, tx.DeleteGrant(ctx, id, record.Organization, old.Revision))
		}
	default:
		e, there := w.Entities[id]
		if there {
			value = e
		}
		return value, func(tx store.Tx) error {
			old, err := tx.Entity(ctx, id)
			if e.Revision = old.Revision; there {
				return tx.PutEntity(ctx, e)
			}
			return errors.Join(err, tx.DeleteEntity(ctx, id, old.Revision))
		}
	}
}
