// Package bulk takes many records into a store at once, and copies a whole store
// out and in. Both are JSON Lines: one record a line, an object of one member
// that says of which kind it is.
//
//	{"entity":{"id":"acme","kind":"customer","parent":"isp"}}
//	{"organization":{"entity":"acme","allowed_roles":["viewer"]}}
//	{"individual":{"id":"bob","realm":"customer","role_type":"customer","organization":"acme","login":"bob","allow_list":["any"]}}
//	{"grant":{"individual":"bob","organization":"acme","role":"viewer"}}
//
// Start with [Import], which creates records from such lines, in chunks that are
// each a commit or all by one, and goes on where it stopped when it is called
// again; or with [Export] and [Restore], which take a copy of a store and make
// another store equal to it.
//
// Lines are decoded strictly: a member that is unknown, given twice, null or
// spelt otherwise is an error. Errors name the line and the field, and never a
// password hash or another secret.
package bulk
