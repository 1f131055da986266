// Package sqlstore keeps all records in a SQL database that the host opened:
// SQLite 3.37 or later, or PostgreSQL. It uses database/sql only; the host
// brings the driver.
//
// Begin with [Migrate], which makes the tables, and [New]:
//
//	db, err := sql.Open("sqlite", "file:durward.db")
//	...
//	if err := sqlstore.Migrate(ctx, db, nil); err != nil {
//	...
//	s, err := sqlstore.New(ctx, db, nil)
//
// Where a change of the host's own belongs to the same commit, [Store.Join] takes
// the host's transaction.
//
// # Tables
//
// The tables are plain ones to query and join: roles and their permissions,
// grants with both slots, allowed roles, links, validity dates. Their text is
// compared byte by byte. They are written by this package only; who writes to
// them by hand must move the revision of durward_state, and tells no engine.
//
// # Commits
//
// Every commit locks the one row of durward_state before it reads anything, and
// holds it to its end. So commits come one after the other, also those of other
// processes: a revision that can be seen has all earlier ones before it, and no
// two commits decide on what the other changes. On SQLite a commit begins
// IMMEDIATE, in WAL mode with synchronous FULL: what was acknowledged was synced.
//
// Engines of other processes find commits when they poll. On PostgreSQL every
// commit notifies as well, and [Store.Listen] has an engine follow at once. A
// transaction that notifies cannot be prepared for a two-phase commit.
//
// Within a process commits queue, and take one connection together. An Update or
// a View holds one connection, and a View within an Update another: give the
// pool at least three where there is a limit.
package sqlstore
