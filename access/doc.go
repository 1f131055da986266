// Package access answers one question, fast and with reasons: may this person
// do this, to this thing, here, now?
//
// Start with [New], which makes an [Engine] over a store and a model, and
// [Engine.Check], which decides one [Request]. An application that asks often
// for the same person gets a [Principal] once and asks [Principal.Can] with a
// node handle. Between two requests it keeps a [Session], and [Engine.Resume]
// gives the principal back; [Engine.LinkPrincipal] makes one for whoever comes
// by an organization's standing link.
//
// A decision goes through gates in a fixed order, and the first that fails
// gives the [Reason]: the request is well formed and the store answers; the
// person exists, is enabled and signed in with credentials that still hold, in
// a session that has not ended; the validity window; the allow-list; the second factor; which of role and
// access level governs; the ceiling of the role type and the compiled table;
// the scope; and, for those who act on behalf of another, what they may
// borrow. Every error denies. [Engine.Explain] says in a sentence what decided
// and what would change it.
package access
