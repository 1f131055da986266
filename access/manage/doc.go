// Package manage is guarded administration: whoever changes people, roles,
// organizations or entities does it at a desk, and the desk checks the change,
// writes it and its audit event in one commit, or refuses it whole.
//
// Start with [New], and with [Bootstrap] for the first administrator of a
// provider. [Manager.Roles] opens the desk of the role system for a principal,
// [Manager.ACLs] that of the older system.
//
// Three rules hold for every change, whatever it is:
//
//   - The principal may do the action on the node that guards it (see
//     [roles.Guards]), decided by what is true in the commit itself.
//   - Nobody gives or takes away more than they hold, unless they have the
//     explicit right to, which is the node "grant-beyond": what the change makes
//     of each person's rights, and what those were, lies within the rights and
//     the scope of whoever makes it. It follows that nobody changes a person who
//     holds what they do not.
//   - Where someone can manage an organization's people, no change by those
//     people leaves nobody who can.
//
// Who owns and who reaches what is for those to decide who may change entities:
// moving one, or linking it, may let others reach it with rights that whoever
// moves it does not hold. The guard of entities is the explicit right to that.
//
// IDs are not used again: what is recorded under one belongs to it for good, and
// whoever reads the events of an entity reads those of all that ever had its ID.
// Sessions and links of somebody who was deleted do not live on in another of
// that ID.
package manage
