package store

import (
	"context"
	"errors"
	"time"
)

// A History is a store that keeps what was, for as long as the host lets it: it
// answers who could do what in March, and who granted it. The stores of this
// module are.
//
// A revision is kept, or it is beyond what is kept and gone; of those that are
// kept none between is missing. The state before the first commit is revision 0.
//
// A host that keeps a kind of records in a table of its own, by embedding a store
// and overriding, overrides these methods as well: the store beneath has no
// history of that kind.
type History interface {
	// ViewAt calls fn with a reader of the state as the commit of the revision
	// left it, and returns fn's error. The reader is as that of View was then:
	// its Revision is the one asked for, and its feed ends there. Pruning waits
	// for no reader and takes nothing from one that reads.
	//
	// Credentials and tokens are not kept: reading one is [ErrNotKept]. Of the
	// chain of changes the reader sees the events up to the revision that are
	// kept now, and the chain of sign-ins, which is in no commit, as it is now.
	// Where the last event of that time was cut, EventHead is [ErrGone]. Personal
	// values that [AuditLog.EraseEvents] took out of the chain of changes are
	// taken out of past versions of the individual's record too: its login, name,
	// e-mail address and contact.
	//
	// The error wraps [ErrGone] and names the oldest revision kept where that is
	// a later one, and wraps [ErrNotFound] where the revision has not come.
	ViewAt(ctx context.Context, revision uint64, fn func(Reader) error) error
	// RevisionAt returns the latest revision whose commit was made at the instant
	// or before it, 0 where that is before the first. The error wraps [ErrGone]
	// where the oldest revision kept is later than the instant.
	//
	// A later revision has seen all earlier ones, whatever clocks said of them:
	// where a clock was set back, the answer is the latest of those whose own
	// instant is not after the one asked for, and has what the others before it
	// wrote.
	RevisionAt(ctx context.Context, instant time.Time) (uint64, error)
	// CommitOf returns when a commit was made and by whom. Errors are those of
	// ViewAt; revision 0 is no commit, and [ErrNotFound].
	CommitOf(ctx context.Context, revision uint64) (Commit, error)
	// Prune forgets what lies beyond the retention that the store was set to, and
	// returns the oldest revision kept.
	Prune(ctx context.Context) (oldest uint64, err error)
}

// ErrNotKept says that a past state does not hold what was asked for.
var ErrNotKept = errors.New("store: not kept of the past")

// A Commit says when a revision was made, and by whom.
type Commit struct {
	Revision uint64
	// At is what the clock of the process that committed told, kept as by
	// [Instant]. Clocks may be set back: later revisions can have earlier
	// instants.
	At time.Time
	By Author
}
