package access_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
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
}

var errNoAnswer = errors.New("the store does not answer")

func (s *patchedStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(r store.Reader) error { return fn(patchedReader{r, s}) })
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
	for record := range r.store.unanswered {
		if record.Kind == store.Grants && record.ID == filter.Individual {
			return nil, errNoAnswer
		}
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
	t       testing.TB
	world   *reference.World
	model   *roles.Model
	foreign roles.Node
	store   *patchedStore
	engine  *access.Engine
	// written and refused count what the store took and what had to be patched in.
	written, refused int
}

// settle builds the engine's side of the world.
func settle(t testing.TB, w *reference.World, opts access.Options) *settlement {
	s := &settlement{t: t, world: w, store: &patchedStore{
		Store: memstore.New(nil), patches: make(map[reference.Record]any), unanswered: w.Unanswered,
	}}
	tree, err := roles.NewTree(w.Tree.Entities, &roles.TreeOptions{Narrowing: w.Tree.Narrowing})
	require.NoError(t, err)
	s.foreign = roles.MustTree(w.Tree.Entities...).MustNode(w.Tree.Entities[0].Name)
	s.model, err = roles.NewModel(tree, slices.Collect(maps.Values(w.Types))...)
	require.NoError(t, err)

	for _, record := range w.Records() {
		s.write(record)
	}
	if w.PerSurface {
		opts.Coexistence = access.PerSurface
	}
	if !w.NoLevels {
		opts.ACLs, err = acl.NewSystem(s.model, w.Mapping,
			&acl.Options{Types: slices.Collect(maps.Values(w.LevelTypes)), HiddenFrom: w.HiddenFrom})
		require.NoError(t, err)
	}
	for name, system := range w.Systems {
		opts.Systems = append(opts.Systems, access.System{
			Name: name, Type: system.Type, Permissions: system.Permissions, Below: system.Below,
		})
	}
	opts.Clock = func() time.Time { return w.Now }
	s.engine, err = access.New(t.Context(), s.store, s.model, &opts)
	require.NoError(t, err)
	return s
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
	revision, err := s.store.Update(ctx, store.Author{ID: "someone"}, put)
	if err == nil {
		s.written++
		s.store.lift(record)
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
		return value, func(tx store.Tx) error {
			old, err := tx.Grant(ctx, id, record.Organization)
			if g.Revision = old.Revision; there {
				return tx.PutGrant(ctx, g)
			}
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
