package store

import (
	"context"

	"github.com/durward-go/durward/individuals"
)

// A Store keeps all records of one application. It is safe for concurrent use.
//
// View, Update and Changes are about commits. What is embedded is kept beside
// them, row by row, and outlives a commit that fails.
type Store interface {
	SignInState
	Outbox
	AuditLog

	// View calls fn with a reader of one consistent state, that of the latest
	// commit or a later one than any that the caller has seen return. The
	// reader is not used after fn returns. View returns fn's error.
	View(ctx context.Context, fn func(Reader) error) error

	// Update calls fn once, and then commits what it wrote as one revision,
	// which it returns. When fn returns an error nothing is written, and
	// Update returns that error. An Update that wrote and touched nothing
	// commits nothing and returns the revision that it saw. A serialization
	// failure or a deadlock of the database is [ErrConflict]; fn is not run
	// again. Before Update returns, watchers of this store have been told.
	Update(ctx context.Context, by Author, fn func(Tx) error) (revision uint64, err error)

	// ChangeReader tells what was committed until now.
	ChangeReader

	// Close ends the use of the store: later calls give [ErrClosed]. It does
	// not close a database that the host opened.
	Close() error
}

// A Watcher is a store that can tell about commits sooner than a poll would.
type Watcher interface {
	// Watch has fn called after commits with the latest revision, until stop
	// is called. Commits of this process are told before their Update returns.
	// fn may be called from any goroutine and must not call Update. stop
	// returns after the last call of fn has.
	Watch(fn func(revision uint64)) (stop func())
}

// An Author is who makes a commit.
type Author struct {
	// ID is the individual, or the name of a system principal.
	ID string
	// OnBehalfOf is whom ID acts for; empty: itself.
	OnBehalfOf string
	// System is the desk that the change comes through.
	System individuals.System
}
