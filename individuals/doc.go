// Package individuals holds what is kept about people who sign in: their
// records, the organizations and classes that they belong to, the grants that
// give them a role or an access level, the window in which they are active, and
// how logins, passwords and the second factor are treated.
//
// Start with [Individual], and [Window] for activation and expiration dates.
//
// Everything here is a value: the package keeps nothing, reads no clock and
// starts no goroutine.
package individuals
