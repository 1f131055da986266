// Package scope says who owns what: entities form a forest (provider,
// reseller, customer, account), some name others by links (its distributor,
// its representative, its group), and a [Rule] tells what a login of one
// entity reaches.
//
// Start with [Check], which answers for one object, and [CheckPlacement], which
// refuses cycles and missing parents before an entity is written. A caller that
// asks often resolves an object once with [Resolve] and keeps its [Lineage].
//
// The package does no I/O: entities come in through a [Lookup].
package scope
