package sim

import (
	"os/exec"
	"runtime"
)

// starter starts processes, all from one thread that lasts as long as the starter does: where processes end with their
// parent, it is the thread that started them which counts.
type starter struct{ work chan func() }

func newStarter() *starter {
	s := &starter{work: make(chan func())}
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		for do := range s.work {
			do()
		}
	}()
	return s
}

func (s *starter) start(cmd *exec.Cmd) error {
	failed := make(chan error)
	s.work <- func() { failed <- cmd.Start() }
	return <-failed
}

// close ends the thread, and with it whatever still runs.
func (s *starter) close() { close(s.work) }
