// Package dbtest holds Durward's stores to their rules on real databases. Its
// module brings the drivers, so that no other has them.
package dbtest
