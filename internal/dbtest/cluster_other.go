//go:build !linux

package dbtest

import "syscall"

// endWithParent is for Linux only. Elsewhere a test that is killed leaves its
// server behind.
func endWithParent(*syscall.SysProcAttr) {}
