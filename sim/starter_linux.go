package sim

import "syscall"

// childAttributes has a process end with its parent, however that ends, and keeps the terminal's signals from it: the
// runner decides when a capital crashes.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
