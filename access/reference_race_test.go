//go:build race

package access_test

// The race detector makes the comparison ten times as slow, and finds nothing in more
// worlds that it does not find in some.
func init() { slow = true }
