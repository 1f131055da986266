package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

var _ store.Restorer = (*Store)(nil)

// Restore implements [store.Restorer].
func (s *Store) Restore(ctx context.Context, by store.Author, origin store.Origin, fn func(store.RestoreTx) error) (revision uint64, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	if err := checkAuthor(by); err != nil {
		return 0, err
	}
	if origin.Revision >= audit.MaxSequence {
		return 0, fmt.Errorf("sqlstore: restore: revision %d: too large", origin.Revision)
	}
	giveBack, err := take(ctx, s.commits)
	if err != nil {
		return 0, err
	}
	var fnErr error
	err = s.within(ctx, s.traits.beginCommit, true, func(w *session) error {
		t, err := newTx(ctx, w, s.traits.lock)
		if err != nil {
			return err
		}
		defer t.end()
		t.by, t.writes = by, origin.Revision+1
		r := &restoreTx{tx: t}
		if err := r.begin(ctx, origin); err != nil {
			return err
		}
		if fnErr = fn(r); fnErr != nil {
			return fnErr
		}
		if fnErr = s.ready(ctx); fnErr != nil {
			return fnErr
		}
		return r.finish(ctx)
	})
	giveBack()
	if fnErr != nil {
		return 0, fnErr
	}
	if err != nil {
		return 0, explain("restore", err)
	}
	s.Announce(origin.Revision + 1)
	return origin.Revision + 1, nil
}

// A restoreTx writes records as they were.
type restoreTx struct{ tx *tx }

// begin makes sure that there is nothing, and lets the chains begin where those of
// the origin do.
func (r *restoreTx) begin(ctx context.Context, origin store.Origin) error {
	if r.tx.revision != 0 {
		return fmt.Errorf("the store is at revision %d, and only an empty one can be made a copy: %w", r.tx.revision, store.ErrConflict)
	}
	for _, start := range []audit.Head{origin.Changes, origin.SignIns} {
		if err := start.Validate(); err != nil {
			return err
		}
		if err := checkChain(start.Chain); err != nil {
			return err
		}
		_, head, err := r.tx.bounds(ctx, start.Chain, r.tx.store.traits.lock)
		if err != nil {
			return err
		}
		if head.Sequence != 0 {
			return fmt.Errorf("the chain %q has events, and only an empty store can be made a copy: %w", start.Chain, store.ErrConflict)
		}
		if start.Sequence == 0 {
			continue
		}
		_, err = r.tx.exec(ctx, "UPDATE durward_chains SET start_sequence = ?, start_hash = ?, head_sequence = ?, head_hash = ? WHERE chain = ?",
			int64(start.Sequence), start.Hash[:], int64(start.Sequence), start.Hash[:], string(start.Chain))
		if err != nil {
			return err
		}
	}
	return nil
}

// PutBatch implements [store.RestoreTx].
func (r *restoreTx) PutBatch(ctx context.Context, b store.Batch) (err error) {
	t := r.tx
	defer func() {
		if err != nil {
			t.spoil(err)
		}
	}()
	if err := t.ready(ctx); err != nil {
		return err
	}
	many := batch{tx: t, verbatim: true}
	return t.inSteps(ctx,
		func() error { return putEach(ctx, "classes", b.Classes, r.putClass) },
		func() error { return many.putEntities(ctx, b.Entities) },
		func() error { return putEach(ctx, "links", b.Links, r.putLinks) },
		func() error { return many.putOrganizations(ctx, b.Organizations) },
		func() error { return putEach(ctx, "roles", b.Roles, r.putRole) },
		func() error { return putEach(ctx, "acls", b.ACLs, r.putACL) },
		func() error { return many.putIndividuals(ctx, b.Individuals) },
		func() error { return many.putCredentials(ctx, b.Credentials) },
		func() error { return many.putGrants(ctx, b.Grants) },
		func() error { return putEach(ctx, "tokens", b.Tokens, r.putToken) },
		func() error { return r.putEvents(ctx, b.Events) },
	)
}

// AppendEvent implements [store.RestoreTx].
func (r *restoreTx) AppendEvent(ctx context.Context, event audit.Event) (audit.Event, error) {
	return r.tx.AppendEvent(ctx, event)
}

// at runs the Put of one record with the revision that it had.
func (r *restoreTx) at(revision uint64, put func() error) error {
	t, writes := r.tx, r.tx.writes
	defer func() { t.writes, t.changes, t.noted = writes, nil, nil }()
	t.writes = revision
	return put()
}

func (r *restoreTx) putClass(ctx context.Context, c individuals.Class) error {
	revision := c.Revision
	c.Revision = 0
	return r.at(revision, func() error { return r.tx.PutClass(ctx, c) })
}

func (r *restoreTx) putACL(ctx context.Context, l acl.Level) error {
	revision := l.Revision
	l.Revision = 0
	return r.at(revision, func() error { return r.tx.PutACL(ctx, l) })
}

func (r *restoreTx) putToken(ctx context.Context, t store.Token) error {
	revision := t.Revision
	t.Revision = 0
	return r.at(revision, func() error { return r.tx.PutToken(ctx, t) })
}

func (r *restoreTx) putLinks(ctx context.Context, l store.EntityLinks) error {
	e, err := r.tx.Entity(ctx, l.Entity)
	if err != nil {
		return err
	}
	return r.at(e.Revision, func() error { return l.Put(ctx, r.tx) })
}

// putRole lets PutRole write the permissions, and then corrects who set them.
func (r *restoreTx) putRole(ctx context.Context, role roles.Role) error {
	revision := role.Revision
	role.Revision = 0
	if err := r.at(revision, func() error { return r.tx.PutRole(ctx, role) }); err != nil {
		return err
	}
	rows := make([][]any, 0, len(role.Permissions))
	for _, path := range slices.Sorted(maps.Keys(role.Permissions)) {
		s := role.Permissions[path]
		rows = append(rows, []any{role.ID, path, s.Permission.String(), s.By, int64(s.Revision)})
	}
	err := r.tx.remove(ctx, role.ID, "DELETE FROM durward_role_permissions WHERE role = ?")
	if err == nil {
		err = r.tx.insert(ctx, "durward_role_permissions", "role, path, permission, set_by, set_revision", rows)
	}
	return roleRecord(role.ID).wrap(err)
}

// putEvents writes events that have their places, and moves the heads.
func (r *restoreTx) putEvents(ctx context.Context, all []audit.Event) error {
	heads := make(map[audit.Chain]audit.Head)
	var rows, changes, attributes [][]any
	for i, e := range all {
		err := r.follows(ctx, e, heads)
		if err == nil {
			err = addEvent(e, &rows, &changes, &attributes)
		}
		if err != nil {
			return &store.BatchError{List: "events", Index: i, Err: err}
		}
	}
	err := r.tx.insertMany(ctx, "durward_events", eventColumns, rows)
	if err == nil {
		err = r.tx.insertMany(ctx, "durward_event_changes", "chain, sequence, place, field, value_before, value_after", changes)
	}
	if err == nil {
		err = r.tx.insertMany(ctx, "durward_event_attributes", "chain, sequence, place, name, value", attributes)
	}
	for chain, head := range heads {
		if err == nil {
			_, err = r.tx.exec(ctx, "UPDATE durward_chains SET head_sequence = ?, head_hash = ? WHERE chain = ?", int64(head.Sequence), head.Hash[:], string(chain))
		}
	}
	return explain("events", err)
}

// follows holds an event to the one before it, and notes it as the head.
func (r *restoreTx) follows(ctx context.Context, e audit.Event, heads map[audit.Chain]audit.Head) error {
	head, known := heads[e.Chain]
	if !known {
		if err := checkChain(e.Chain); err != nil {
			return err
		}
		var err error
		if _, head, err = r.tx.bounds(ctx, e.Chain, ""); err != nil {
			return err
		}
	}
	if e.Sequence != head.Sequence+1 || e.Previous != head.Hash {
		return fmt.Errorf("sqlstore: event %d of chain %q: it does not follow event %d: %w", e.Sequence, e.Chain, head.Sequence, store.ErrConflict)
	}
	heads[e.Chain] = e.Head()
	return nil
}

const eventColumns = "chain, sequence, revision, happened_at, actor_kind, actor, on_behalf_of_kind, on_behalf_of, organization, subject, action, " +
	"realm, node, object, address, surface, outcome, reason, note, previous_hash, hash"

func addEvent(e audit.Event, rows, changes, attributes *[][]any) error {
	address, err := jsonValue(e.Address)
	note, noteErr := jsonValue(e.Note)
	if err := errors.Join(err, noteErr); err != nil {
		return err
	}
	chain, sequence := string(e.Chain), int64(e.Sequence)
	*rows = append(*rows, []any{chain, sequence, int64(e.Revision), instantText(e.At), string(e.Actor.Kind), e.Actor.ID, string(e.OnBehalfOf.Kind), e.OnBehalfOf.ID,
		e.Organization, e.Subject, string(e.Action), e.Realm, e.Node, e.Object, address, e.Surface, string(e.Outcome), e.Reason, note, e.Previous[:], e.Hash[:]})
	for i, c := range e.Changes {
		before, err := jsonValue(c.Before)
		after, afterErr := jsonValue(c.After)
		if err := errors.Join(err, afterErr); err != nil {
			return err
		}
		*changes = append(*changes, []any{chain, sequence, i, c.Field, before, after})
	}
	for i, a := range e.Attributes {
		value, err := jsonValue(a.Value)
		if err != nil {
			return err
		}
		*attributes = append(*attributes, []any{chain, sequence, i, a.Name, value})
	}
	return nil
}

// finish makes what was written the state of the commit: of what was before, the
// feed and the past know nothing.
func (r *restoreTx) finish(ctx context.Context) error {
	t, revision := r.tx, int64(r.tx.writes)
	_, err := t.exec(ctx, "INSERT INTO durward_commits (revision, happened_at, author, on_behalf_of, system) VALUES (?, ?, ?, ?, ?)",
		revision, instantText(t.store.clock()), t.by.ID, t.by.OnBehalfOf, t.by.System.String())
	if err != nil {
		return err
	}
	for _, v := range versionings {
		_, err := t.exec(ctx, "INSERT INTO "+v.table+"_history ("+v.columns+", from_revision, until_revision) SELECT "+v.columns+", ?, "+still+" FROM "+v.table, revision)
		if err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, "UPDATE durward_state SET revision = ?, changes = 0, dropped = ?, history_from = ? WHERE only_row = 1", revision, revision, revision)
	return err
}
