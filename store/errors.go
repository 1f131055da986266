package store

import "errors"

// Errors that callers branch on. They come wrapped with the record concerned.
var (
	// ErrNotFound says that there is no such record.
	ErrNotFound = errors.New("store: not found")
	// ErrConflict says that someone wrote since the record was read, or that
	// the database gave up a transaction for another. Read again and retry.
	ErrConflict = errors.New("store: conflict")
	// ErrInUse says that other records still need the one to be deleted.
	ErrInUse = errors.New("store: in use")
	// ErrGone says that the changes, or the past state, that were asked for are
	// no longer kept. Who follows the changes reads everything anew.
	ErrGone = errors.New("store: no longer kept")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("store: closed")
)
