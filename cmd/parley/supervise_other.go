//go:build !unix

package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
)

// Where there are no locks of this kind, nobody is kept from running a conference twice but by the lock of its data, and
// parley down finds nobody to stop.

type noLock struct{}

func (noLock) Close() error { return nil }

func lockFile(string) (io.Closer, error) { return noLock{}, nil }

func lockHolder(string) (int, error) { return 0, nil }

func awaitLock(string) error { return nil }

func apart(*exec.Cmd, bool) {}

func notifySignals(to chan<- os.Signal) { signal.Notify(to, os.Interrupt) }

// A process here cannot give up the standard error that it was started with; some systems do not rename a file meanwhile, and
// the log then goes on in it.
func becomeStderr(*os.File) error { return nil }

func askToEnd(p *os.Process) error { return p.Kill() }
