// Package billing holds the access levels of the older system that an
// installation starts with, and says which of its objects and attributes stand
// for which nodes of the tree of package roles/billing.
//
// Start with [System], which compiles levels, and [Levels], the defaults built
// of components. [Matching] names the default role of each, so that
// acl.PlanMigration moves their holders over:
//
//	plan, err := acl.PlanMigration(billing.System(), acl.Existing{
//		Levels:   levels,                    // the defaults and the installation's own
//		Roles:    rolesbilling.DefaultRoles(),
//		Matching: billing.Matching(),
//		Holders:  holders,
//	}, nil)
//
// Objects are named like the tables that hold the data, attributes like their
// columns. An operation that is more than writing a row (refund, suspend, sign
// in as a customer) is an attribute of an object of operations, so that a level
// that reads payments does not start them.
//
// A level and its matching role permit the same at every node but those of
// [Unmapped]: the roles themselves and what decides about them, which the older
// system can neither see nor change.
package billing
