// Package roles holds the words of the permission system: a tree of resources,
// the actions on them, role types with their ceilings, roles, and the compiled
// tables that answer what a role permits.
//
// Start with [NewTree], which declares the resources, and [NewModel], which
// joins the tree with the role types. [Model.Compile] turns a [Role] into a
// [Table], and [Table.Permission] answers for one node:
//
//	raw(n)       = set(n); else Restrict at a root or an explicit node; else value(parent)
//	value(n)     = the greatest choice of n contained in raw(n)
//	ceiling(n)   = the type's at n; else ceiling(parent); else the type's base
//	effective(n) = value(n) ∩ ceiling(n)
//
// The nearest setting wins: a child may exceed its parent, unless the tree is
// built with [TreeOptions.Narrowing].
//
// All values are immutable once made and safe for concurrent use. The package
// does no I/O.
package roles
