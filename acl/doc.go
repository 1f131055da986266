// Package acl holds the older system of permissions beside roles: access
// levels (ACLs), each a named list of operations on the attributes of objects,
// built of components.
//
// Start with [NewSystem], which maps objects and attributes onto the nodes of a
// resource tree, and [System.Compile], which turns a [Level] into the same
// [roles.Table] that a role compiles to. [Compiled.Allows] answers the older
// question, by operation, object and attribute. [PlanMigration] turns levels
// into roles and proves, node by node, what stays the same.
//
//	held(o, a)   = the union over the level and all its components of what they
//	               permit on (o, a) and on (o, *any*); nothing is ever denied
//	value(n)     = the operations held on all of the attributes that n needs;
//	               Restrict where nothing maps to n
//	effective(n) = value(n) ∩ the greatest choice of n ∩ ceiling(n)
//
// All values are immutable once made and safe for concurrent use, but for
// [Level], which is the caller's to change. The package does no I/O.
package acl
