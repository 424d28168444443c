//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Who runs what is told by locks of the operating system and not by files with process ids: a lock ends with its process,
// however that ends, and the kernel knows whose it is, so that no stranger is ever taken for a capital.

// lockFile takes the lock of a file, which it makes if need be. The lock lasts until the file is closed or the process
// ends. The error is a *heldError if another process has it.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock)
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		pid, holderErr := lockHolder(path)
		return nil, errors.Join(&heldError{path, pid}, holderErr)
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// lockHolder returns the process that has the lock of a file, 0 if none has. It must not be called by that process: by
// POSIX it would lose the lock.
func lockHolder(path string) (pid int, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil {
		return 0, fmt.Errorf("ask who has the lock of %s: %w", path, err)
	}
	switch {
	case lock.Type == syscall.F_UNLCK:
		return 0, nil
	case lock.Pid <= 0:
		return 0, fmt.Errorf("%s is locked by a process that cannot be seen from here: one of another container or machine", path)
	}
	return int(lock.Pid), nil
}

// awaitLock waits until nobody has the lock of a file.
func awaitLock(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	for {
		err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLKW, &lock)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// apart keeps the terminal's signals from a child. A detached one gets a session of its own and outlives this process;
// another one does not, on systems that can do that.
func apart(cmd *exec.Cmd, detached bool) {
	if detached {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

// notifySignals has the signals that end a program sent to a channel, a closed terminal's included.
func notifySignals(to chan<- os.Signal) {
	signal.Notify(to, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// becomeStderr has this process's standard error go to a file, also what the runtime writes there.
func becomeStderr(f *os.File) error {
	if err := unix.Dup2(int(f.Fd()), int(os.Stderr.Fd())); err != nil {
		return fmt.Errorf("write standard error to %s: %w", f.Name(), err)
	}
	return nil
}

// askToEnd asks a process to end.
func askToEnd(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
