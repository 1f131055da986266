// Package store says what an application must keep for Durward, and how it is
// read and written. Package memstore keeps it in memory; a host can also keep
// some kinds of records in its own tables, by embedding and overriding.
//
// A [Store] has three verbs. View reads a consistent state, Update makes one
// atomic commit with one revision, Changes tells what was committed since a
// revision. Beside them stands what no failing commit may take back:
// [SignInState], the [Outbox] once a message is in it, and the [AuditLog]'s
// sign-ins. The interfaces below are the specification, and package storetest
// holds a store to it.
//
// Rules for every store:
//
//   - Revisions start at 1 and grow by commit. A larger one is later. A commit
//     that fails leaves nothing, and no reader ever sees half of one.
//   - Records are copied on the way in and on the way out: what a caller does
//     to a record afterwards changes nothing stored.
//   - IDs are opaque, case-sensitive and compared byte for byte.
//   - A Put with Revision 0 creates, another updates: it must be the stored
//     record's. Otherwise, and when the record is there already or gone, the
//     error wraps [ErrConflict]. The same holds for Delete.
//   - Records are validated before they are written.
//   - Instants are kept as by [Instant], to the microsecond.
//   - Reading what is not there gives an error that wraps [ErrNotFound].
//   - A row outside of commits has a version in place of the revision, and is
//     written by compare-and-set: of all who read the same version one wins.
//   - A cancelled context gives its error and changes nothing.
package store
