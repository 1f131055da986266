package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A Batch is records of several kinds that are written at once, kind by kind in
// the order of the fields and within a kind in the order of the list. What a
// record names is there already, or comes before it in the batch. The zero Batch
// is empty.
type Batch struct {
	Classes  []individuals.Class
	Entities []scope.Entity
	// Links are those of entities that have none so far: entities may link to each
	// other in a circle, and then neither can come first with its links.
	Links         []EntityLinks
	Organizations []individuals.Organization
	Roles         []roles.Role
	ACLs          []acl.Level
	Individuals   []individuals.Individual
	Credentials   []individuals.Credential
	Grants        []individuals.Grant
	// Tokens and Events are for a [Restorer] only.
	Tokens []Token
	Events []audit.Event
}

// EntityLinks are the links of an entity.
type EntityLinks struct {
	Entity string
	Links  []scope.Link
}

// Len returns how many records the batch has.
func (b Batch) Len() int {
	return len(b.Classes) + len(b.Entities) + len(b.Links) + len(b.Organizations) + len(b.Roles) + len(b.ACLs) +
		len(b.Individuals) + len(b.Credentials) + len(b.Grants) + len(b.Tokens) + len(b.Events)
}

// A BatchError says which record of a batch was refused.
type BatchError struct {
	// List is the field of [Batch] in lower case, "individuals", and Index the
	// place in it, from 0.
	List  string
	Index int
	Err   error
}

// Error gives the place and the reason.
func (e *BatchError) Error() string {
	return fmt.Sprintf("%s: record %d: %v", e.List, e.Index+1, e.Err)
}

// Unwrap returns the reason.
func (e *BatchError) Unwrap() error { return e.Err }

// A BatchWriter is a [Tx] that writes a batch faster than record by record. Ask for
// it with [PutBatch], which does without where there is none. A Tx that wraps
// another one, to keep some records elsewhere, has its own or none.
type BatchWriter interface {
	// PutBatch creates the records: all have revision 0, and of grants the slots are
	// empty or granted by this commit. Each is held to the rules of its own Put,
	// and the error of the first that is refused is a [*BatchError]. After any
	// error the commit is not made, whatever the function of the Update returns.
	PutBatch(ctx context.Context, batch Batch) error
}

// PutBatch creates the records of a batch in a commit, as [BatchWriter] says, with
// any Tx. Where that is no BatchWriter, the caller must let the commit fail after
// an error.
func PutBatch(ctx context.Context, tx Tx, batch Batch) error {
	if w, ok := tx.(BatchWriter); ok {
		return w.PutBatch(ctx, batch)
	}
	if err := batch.CheckNew(); err != nil {
		return err
	}
	return batch.put(ctx, tx)
}

// CheckNew reports what a [BatchWriter] does not take: a record that is not new, a
// token or an event.
func (b Batch) CheckNew() error {
	if len(b.Tokens)+len(b.Events) > 0 {
		return errors.New("store: batch: tokens and events are for a Restorer only")
	}
	return firstError(
		onlyNew("classes", b.Classes, func(c individuals.Class) uint64 { return c.Revision }),
		onlyNew("entities", b.Entities, func(e scope.Entity) uint64 { return e.Revision }),
		onlyNew("organizations", b.Organizations, func(o individuals.Organization) uint64 { return o.Revision }),
		onlyNew("roles", b.Roles, func(r roles.Role) uint64 { return r.Revision }),
		onlyNew("acls", b.ACLs, func(l acl.Level) uint64 { return l.Revision }),
		onlyNew("individuals", b.Individuals, func(p individuals.Individual) uint64 { return p.Revision }),
		onlyNew("credentials", b.Credentials, func(c individuals.Credential) uint64 { return c.Revision }),
		onlyNew("grants", b.Grants, func(g individuals.Grant) uint64 { return g.Revision }),
	)
}

func onlyNew[T any](list string, records []T, revisionOf func(T) uint64) error {
	for i, r := range records {
		if revision := revisionOf(r); revision != 0 {
			return &BatchError{list, i, fmt.Errorf("store: batch: read at revision %d: only new records can be written in bulk: %w", revision, ErrConflict)}
		}
	}
	return nil
}

// put writes the records one by one.
func (b Batch) put(ctx context.Context, tx Tx) error {
	links := func(ctx context.Context, l EntityLinks) error { return l.Put(ctx, tx) }
	for _, step := range []func() error{
		func() error { return putEach(ctx, "classes", b.Classes, tx.PutClass) },
		func() error { return putEach(ctx, "entities", b.Entities, tx.PutEntity) },
		func() error { return putEach(ctx, "links", b.Links, links) },
		func() error { return putEach(ctx, "organizations", b.Organizations, tx.PutOrganization) },
		func() error { return putEach(ctx, "roles", b.Roles, tx.PutRole) },
		func() error { return putEach(ctx, "acls", b.ACLs, tx.PutACL) },
		func() error { return putEach(ctx, "individuals", b.Individuals, tx.PutIndividual) },
		func() error { return putEach(ctx, "credentials", b.Credentials, tx.PutCredential) },
		func() error { return putEach(ctx, "grants", b.Grants, tx.PutGrant) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func putEach[T any](ctx context.Context, list string, records []T, put func(context.Context, T) error) error {
	for i, r := range records {
		if err := put(ctx, r); err != nil {
			return &BatchError{list, i, err}
		}
	}
	return nil
}

// Put writes the links of an entity that has none.
func (l EntityLinks) Put(ctx context.Context, tx Tx) error {
	e, err := tx.Entity(ctx, l.Entity)
	if err != nil {
		return err
	}
	if len(e.Links) > 0 {
		return fmt.Errorf("store: links of entity %q: it has some already: %w", l.Entity, ErrConflict)
	}
	e.Links = l.Links
	return tx.PutEntity(ctx, e)
}

// An Origin is where a restored state comes from.
type Origin struct {
	// Revision is that of the state.
	Revision uint64
	// Changes and SignIns are the heads that the first events of the chains
	// follow.
	Changes, SignIns audit.Head
}

// A Restorer is a store that can be made a copy of another one, record by record
// as they were: revisions, slots and their writers, events and their hashes. The
// stores of this module are. A store that embeds one of them, to keep some records
// elsewhere, has a Restore of its own, or hides it by embedding a [Store]: what is
// restored passes by its Update.
type Restorer interface {
	// Restore calls fn once, and then makes what it wrote the state of the store, by
	// one commit whose revision follows that of the origin and which it returns.
	// The store must be empty: of revision 0 and without a sign-in recorded;
	// otherwise the error wraps [ErrConflict]. When fn or anything else fails, the
	// store stays empty. Its feed and its history begin with that commit.
	Restore(ctx context.Context, by Author, origin Origin, fn func(RestoreTx) error) (revision uint64, err error)
}

// A RestoreTx writes what is restored.
type RestoreTx interface {
	// PutBatch writes records as they are, with revisions up to the origin's.
	// Records are valid; whether they fit each other is the caller's to know, but
	// what they name must be there, as in [Batch]. Events are of both chains, each
	// in the order of its sequences and following the one before. After an error
	// nothing is restored.
	PutBatch(ctx context.Context, batch Batch) error
	// AppendEvent records the restoring itself, after the last event of its chain.
	EventWriter
}
