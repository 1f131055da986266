package store

import (
	"context"
	"fmt"
)

// A Kind is a kind of records.
type Kind uint8

// The kinds.
const (
	Roles Kind = iota + 1
	ACLs
	Individuals
	Organizations
	Classes
	Grants
	Entities
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Roles, ACLs, Individuals, Organizations, Classes, Grants, Entities}
}

// String returns the kind's name in lower case: "roles".
func (k Kind) String() string {
	names := [...]string{"none", "roles", "ACLs", "individuals", "organizations", "classes", "grants", "entities"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// A Change says that a commit created, changed or deleted a record. It does
// not hold the record: read it.
type Change struct {
	// Revision is the commit's.
	Revision uint64
	// Kind and ID name the record. The ID of a grant is its individual, that
	// of an organization its entity.
	Kind Kind
	ID   string
	// Organization is the organization of a grant; empty for other kinds.
	Organization string
}

// A Feed is a run of changes.
type Feed struct {
	// Changes in the order of revisions, and within a commit in any order.
	Changes []Change
	// Through is the revision up to which the feed is complete: ask next for
	// the changes after it. It is the revision asked for when nothing is new. A
	// commit that wrote no record of a [Kind] moves it without a change.
	Through uint64
	// More says that later changes were there already, but left for the next
	// call by the limit.
	More bool
}

// ChangeReader reads the feed: of a [Store], up to the latest commit; of a
// [Reader], up to the state that it reads, so that the records read beside it
// are those that the feed tells of.
type ChangeReader interface {
	// Changes returns what was committed after the given revision, in the
	// order of revisions, none left out and none twice; of one commit either
	// all changes or none. At most about limit changes come at once (a single
	// larger commit comes whole); 0 means the store's default. Where the
	// changes are no longer kept the error wraps [ErrGone].
	Changes(ctx context.Context, after uint64, limit int) (Feed, error)
}
