// Package billing is a ready-made tree of the resources of a telecom billing
// application, with the role types that sign in to one, their ceilings, the
// guards of administration, and default roles.
//
// Start with [Model], which joins [Tree] and [Types], and [DefaultRoles]. Names
// are constants: [TypeCustomer], [KindReseller], [RolePBXAdmin],
// [LinkDistributor].
//
// # Adding to the tree
//
// An application adds entities, or panels of ours, to what [Spec] returns, gives
// them to [TypesFor], opens them in the ceilings of the types that may reach
// them, and joins both:
//
//	spec := billing.Spec()
//	spec = append(spec, roles.Entity("meter", roles.Panel("readings")))
//	customer := billing.Find(spec, "customer")
//	customer.Children = append(customer.Children, roles.Panel("meters"))
//
//	types := billing.TypesFor(spec) // and their ceilings opened
//	tree, err := roles.NewTree(spec, nil)
//	...
//	model, err := roles.NewModel(tree, types...)
//
// Everything returned is the caller's to change, but for [Tree] and [Model],
// which are built once and shared. [Root] makes the role that holds the whole
// of a tree. Marks are added the same way: see the example of [Find].
//
// # Choices made here
//
// What is recorded (histories, statistics, downloads) can be set to Restrict
// or Read. An operation (pay, disconnect a call, delete a recording) can be
// set to Restrict or Modify: so a role that reads a panel can play and
// download what the panel lists, and start nothing. An operation is asked with
// [roles.Create] where something new comes of it (a payment, a refund, a
// ticket, a batch of vouchers), with [roles.Delete] where something goes (a
// recording), and otherwise with [roles.Update] (suspend, transfer, pause).
//
// Logins, credentials, grants, links to sign in with, payment methods and
// signing in as another bear [roles.OwnHands]. Signing in as another, personal
// data in clear and granting beyond what one holds are explicit: nothing
// inherits them. Customers and products bear [roles.Moved]. No node asks for a
// second factor by itself: a mark binds every person whatever their role, the
// self-care portals that many hosts run cannot ask for a code, and a standing
// link, by which some let their customers renew an expired card, proves none.
//
// The sources of the tree and of every ceiling, and what is our own choice,
// are in docs/decisions/0010-billing-tree.md.
package billing
