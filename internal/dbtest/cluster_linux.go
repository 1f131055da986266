package dbtest

import "syscall"

// endWithParent has the kernel end the process when the one that started it ends,
// however that happens.
func endWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGQUIT }
