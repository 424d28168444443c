//go:build linux || darwin

package sim

import (
	"os"
	"syscall"
)

// tryLock locks a file or a folder until it is closed, unless somebody else has it locked, also in this process.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
