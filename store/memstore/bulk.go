package memstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

var _ store.Restorer = (*Store)(nil)

// Restore implements [store.Restorer].
func (s *Store) Restore(ctx context.Context, by store.Author, origin store.Origin, fn func(store.RestoreTx) error) (revision uint64, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	for chain, start := range map[audit.Chain]audit.Head{audit.Changes: origin.Changes, audit.SignIns: origin.SignIns} {
		if err := start.Validate(); err != nil {
			return 0, err
		}
		if start.Chain != chain {
			return 0, fmt.Errorf("memstore: restore: chain %q in the place of %q", start.Chain, chain)
		}
	}
	if origin.Revision >= audit.MaxSequence {
		return 0, fmt.Errorf("memstore: restore: revision %d: too large", origin.Revision)
	}
	select {
	case <-s.writing:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if revision, err = s.restore(ctx, by, origin, fn); err != nil {
		return 0, err
	}
	s.tell(revision)
	return revision, nil
}

// restore gives the right to write back. Sign-ins wait until it is done.
func (s *Store) restore(ctx context.Context, by store.Author, origin store.Origin, fn func(store.RestoreTx) error) (uint64, error) {
	defer func() { s.writing <- struct{}{} }()
	s.signIns.mu.Lock()
	defer s.signIns.mu.Unlock()
	if s.latest.revision != 0 || s.signIns.trail.head.Sequence != 0 {
		return 0, fmt.Errorf("memstore: restore: the store is at revision %d, and only an empty one can be made a copy: %w", s.latest.revision, store.ErrConflict)
	}
	state := s.latest.copy()
	state.events.start, state.events.head = origin.Changes, origin.Changes
	signIns := newTrail(audit.SignIns)
	signIns.start, signIns.head = origin.SignIns, origin.SignIns
	r := &restoreTx{tx: &tx{state: state, by: by, writes: origin.Revision + 1}, signIns: signIns}
	defer r.tx.end()
	if err := fn(r); err != nil {
		return 0, err
	}
	if r.failed != nil {
		return 0, fmt.Errorf("memstore: restore: %w", r.failed)
	}
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	state.revision = origin.Revision + 1
	// Of what was before, the feed and the past know nothing.
	state.dropped, state.changes = state.revision, nil
	s.signIns.trail = signIns
	s.latest = state
	current, now := state.copy(), store.Instant(s.history.clock())
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	s.history.past = []past{{commit: store.Commit{Revision: state.revision, At: now, By: by}, state: current.kept()}}
	s.current.Store(current)
	return state.revision, nil
}

// A restoreTx writes records as they were.
type restoreTx struct {
	tx      *tx
	signIns *trail
	// failed is the first error: some of its batch may be written.
	failed error
}

// PutBatch implements [store.RestoreTx].
func (r *restoreTx) PutBatch(ctx context.Context, b store.Batch) (err error) {
	t, writes := r.tx, r.tx.writes
	defer func() {
		t.writes = writes
		if r.failed == nil {
			r.failed = err
		}
	}()
	for _, step := range []func() error{
		func() error {
			return putEach("classes", b.Classes, func(c individuals.Class) error { return r.putClass(ctx, c) })
		},
		func() error {
			return putEach("entities", b.Entities, func(e scope.Entity) error { return r.putEntity(ctx, e) })
		},
		func() error {
			return putEach("links", b.Links, func(l store.EntityLinks) error { return r.putLinks(ctx, l) })
		},
		func() error {
			return putEach("organizations", b.Organizations, func(o individuals.Organization) error { return r.putOrganization(ctx, o) })
		},
		func() error {
			return putEach("roles", b.Roles, func(role roles.Role) error { return r.putRole(ctx, role) })
		},
		func() error { return putEach("acls", b.ACLs, func(l acl.Level) error { return r.putACL(ctx, l) }) },
		func() error {
			return putEach("individuals", b.Individuals, func(p individuals.Individual) error { return r.putIndividual(ctx, p) })
		},
		func() error {
			return putEach("credentials", b.Credentials, func(c individuals.Credential) error { return r.putCredential(ctx, c) })
		},
		func() error {
			return putEach("grants", b.Grants, func(g individuals.Grant) error { return r.putGrant(ctx, g) })
		},
		func() error {
			return putEach("tokens", b.Tokens, func(t store.Token) error { return r.putToken(ctx, t) })
		},
		func() error { return putEach("events", b.Events, r.putEvent) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func putEach[T any](list string, records []T, put func(T) error) error {
	for i, r := range records {
		if err := put(r); err != nil {
			return &store.BatchError{List: list, Index: i, Err: err}
		}
	}
	return nil
}

// AppendEvent implements [store.RestoreTx].
func (r *restoreTx) AppendEvent(ctx context.Context, event audit.Event) (audit.Event, error) {
	return r.tx.AppendEvent(ctx, event)
}

// at lets the Put of a new record write it with the revision that it had.
func (r *restoreTx) at(revision *uint64) {
	r.tx.writes, *revision = *revision, 0
}

func (r *restoreTx) putClass(ctx context.Context, c individuals.Class) error {
	r.at(&c.Revision)
	return r.tx.PutClass(ctx, c)
}

func (r *restoreTx) putEntity(ctx context.Context, e scope.Entity) error {
	r.at(&e.Revision)
	return r.tx.PutEntity(ctx, e)
}

func (r *restoreTx) putLinks(ctx context.Context, l store.EntityLinks) error {
	e, err := r.tx.Entity(ctx, l.Entity)
	if err != nil {
		return err
	}
	r.tx.writes = e.Revision
	return l.Put(ctx, r.tx)
}

func (r *restoreTx) putOrganization(ctx context.Context, o individuals.Organization) error {
	r.at(&o.Revision)
	return r.tx.PutOrganization(ctx, o)
}

// putRole corrects who set the permissions.
func (r *restoreTx) putRole(ctx context.Context, role roles.Role) error {
	was := role.Copy()
	r.at(&role.Revision)
	if err := r.tx.PutRole(ctx, role); err != nil {
		return err
	}
	r.tx.state.roles.put(was.ID, was)
	return nil
}

func (r *restoreTx) putACL(ctx context.Context, l acl.Level) error {
	r.at(&l.Revision)
	return r.tx.PutACL(ctx, l)
}

func (r *restoreTx) putIndividual(ctx context.Context, p individuals.Individual) error {
	r.at(&p.Revision)
	return r.tx.PutIndividual(ctx, p)
}

func (r *restoreTx) putCredential(ctx context.Context, c individuals.Credential) error {
	r.at(&c.Revision)
	return r.tx.PutCredential(ctx, c)
}

// putGrant corrects who granted what.
func (r *restoreTx) putGrant(ctx context.Context, g individuals.Grant) error {
	if err := g.Validate(); err != nil {
		return err
	}
	was := g.Copy()
	r.at(&g.Revision)
	g.Role.Revision, g.ACL.Revision = individuals.ThisCommit, individuals.ThisCommit
	by := r.tx.by
	r.tx.by = store.Author{}
	err := r.tx.PutGrant(ctx, g)
	r.tx.by = by
	if err == nil {
		r.tx.state.grants.put(grantKey(g.Individual, g.Organization), was)
	}
	return err
}

func (r *restoreTx) putToken(ctx context.Context, t store.Token) error {
	r.at(&t.Revision)
	return r.tx.PutToken(ctx, t)
}

func (r *restoreTx) putEvent(e audit.Event) error {
	trail := r.signIns
	switch e.Chain {
	case audit.Changes:
		trail = r.tx.state.events
	case audit.SignIns:
	default:
		return unknownChain(e.Chain)
	}
	if e.Sequence != trail.head.Sequence+1 || e.Previous != trail.head.Hash {
		return fmt.Errorf("memstore: event %d of chain %q: it does not follow event %d: %w", e.Sequence, e.Chain, trail.head.Sequence, store.ErrConflict)
	}
	kept := e.Clone()
	trail.events.Set(kept.Sequence, &kept)
	trail.head = kept.Head()
	return nil
}
