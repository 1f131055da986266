// Package reference decides access requests a second time, slowly and obviously. It
// is written from the design and from decision record 4, not from the engine, and
// shares nothing with it but the records that both are given: the tests of package
// access hold the engine to it.
//
// Start with [Decide], which takes a [World], everything that there is, and a
// [Request]. Each rule is in its plainest form. Nothing is compiled or remembered
// between two decisions, but for time zones and the first instants of dates in them,
// which take a search second by second. Records are taken as they are: a World is of
// interest only where the engine's constructors accept its tree, types and systems.
//
// [RandomWorld], [World.Mutate] and [RandomRequest] draw such worlds, what happens in
// them, and what is asked, from a [Draw].
package reference
