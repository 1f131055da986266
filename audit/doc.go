// Package audit holds audit events, the hash chains they hang on, and the
// check that nobody has altered them.
//
// Start with [Append], which puts an [Event] on a chain and returns the chain's
// new [Head], and [Verify], which reads a chain and holds it to heads that were
// kept elsewhere:
//
//	event, head, err := audit.Append(head, event) // in the commit of the change
//	report, err := audit.Verify(events, audit.Start(audit.Changes), kept)
//
// # What is found
//
// Every event carries the hash of the one before it. With a kept head at
// sequence K, [Verify] finds every edit, deletion, insertion, swap,
// duplication, truncation and rewriting of the events up to and including K,
// even if every hash was computed anew. The hashes have no key, so whoever
// may write to the store can compute them: keep heads where that person cannot
// write, and often.
//
// What cannot be found, by definition:
//   - anything done to the events after the last kept head, if the hashes from
//     there on were computed anew: they are a chain like any other;
//   - who erased a personal value, and whether they were allowed to. [Verify]
//     counts the erased values in [Report.Erased]; record each erasure as an
//     event of its own ([ActionErase]);
//   - an event that was never recorded.
//
// # Personal data
//
// A [Personal] value is in the chain only as a digest of its text and a random
// salt. [Value.Erase] drops both text and salt: the chain stays whole, and the
// digest that is left cannot be tried with guesses. Secrets are never kept; a
// [Secret] value says only that one was set, changed or cleared.
//
// The package does no I/O, reads no clock and starts no goroutine. All its
// types are values, safe for concurrent reading.
package audit
