//go:build !linux

package sim

import "syscall"

// childAttributes has nothing to offer here: a process ends with its parent because its standard input does.
func childAttributes() *syscall.SysProcAttr { return nil }
