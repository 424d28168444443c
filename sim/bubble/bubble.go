// Package bubble runs a function on virtual time: time.Now, sleeps and timers of every goroutine that the function
// starts follow a fake clock, which jumps to the next timer as soon as all of them wait. Thirteen seconds of Raft
// then take a few milliseconds.
//
// It is the only package of Parley that knows testing/synctest, which is made for tests but works in an ordinary
// program. It knows nothing of Raft, capitals or scenarios. What a bubble asks of the code that runs in it:
//
//   - Channels, timers and contexts with a deadline are made inside the bubble and stay there.
//   - Nothing in it waits for the world outside: a goroutine that blocks in a system call, or on a channel from
//     outside, stops the clock until it goes on.
//   - Two goroutines that hand work to each other without any delay freeze the clock for ever; the watchdog ends this.
//   - Timers that fire in the same nanosecond fire in an order that no seed controls. Give delays a spread.
//
// # What cannot be had
//
// A panic in a goroutine that f started, other than f's own, ends the process, as in any Go program. A bubble that the
// watchdog gave up on, or that ended in a deadlock, leaves its goroutines behind: Go cannot end a goroutine from
// outside. Those of a deadlock cost memory only; those of a stuck bubble may go on using a processor. Run bubbles that
// may fail in a worker process (see [WorkerEnv]) and end that.
package bubble

import (
	"errors"
	"fmt"
	"math/rand"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// DefaultWatchdog is how long, in real time, a bubble may go without a sign of life when Options.Watchdog is zero.
const DefaultWatchdog = 60 * time.Second

// DefaultLinger is how long, in virtual time, Run waits for stray goroutines when Options.Linger is zero. It is longer
// than any wait that hashicorp/raft leaves behind at its default settings (a leadership transfer: 1 s; a replication
// that backs off: 10.24 s).
const DefaultLinger = 15 * time.Second

// Options say how Run sets up a bubble. The zero value is usable.
type Options struct {
	// Seed seeds the global math/rand source, from which hashicorp/raft draws its timeouts. It has an effect only
	// where GODEBUG has randseednop=0; see CheckReplay.
	Seed int64

	// Deterministic removes the disorder that can be removed from within a process, for as long as f runs: one
	// processor, no garbage collection below MemoryLimit. It is a setting of the whole process, so only one bubble at
	// a time may run with it.
	Deterministic bool

	// MemoryLimit, in bytes, is where a deterministic bubble starts to collect garbage after all. Zero means 1 GiB.
	MemoryLimit int64

	// Watchdog bounds, in real time, how long the bubble may go without a sign of life. Zero means DefaultWatchdog, a
	// negative value means no bound.
	Watchdog time.Duration

	// Alive is the count of signs of life: f adds to it as it gets on. Without it the bubble gives none, so Watchdog
	// bounds the bubble as a whole.
	Alive *atomic.Uint64

	// Linger bounds, in virtual time, how long Run waits after f has returned for goroutines that are still ending.
	// Waiting costs nothing if they have ended. Zero means DefaultLinger, a negative value means no wait.
	Linger time.Duration
}

// Errors that Run returns, to be tested with errors.Is. ErrStuck, ErrDeadlock and
// ErrLeak come with a dump of the goroutines in their text.
var (
	// ErrStuck: the bubble went without a sign of life for longer than the watchdog allows.
	ErrStuck = errors.New("bubble: stuck")

	// ErrDeadlock: every goroutine of the bubble waited for another, and f had not returned.
	ErrDeadlock = errors.New("bubble: deadlock")

	// ErrLeak: f returned but goroutines that it started were still waiting for something after Linger.
	ErrLeak = errors.New("bubble: goroutines remain")

	// ErrRace: the race detector, where the program is built with it, reported a race in the bubble.
	ErrRace = errors.New("bubble: the race detector found a data race")

	// ErrExit: f ended its goroutine with runtime.Goexit (as testing.T.FailNow does) instead of returning.
	ErrExit = errors.New("bubble: f called runtime.Goexit")
)

// PanicError is what Run returns when f panics.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // of the goroutine that panicked
}

// Error names the value and shows the stack.
func (e *PanicError) Error() string {
	return fmt.Sprintf("bubble: panic: %v\n\n%s", e.Value, e.Stack)
}

// Unwrap returns the value that panic was called with, if it was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Run runs f in a new bubble and waits until f and all goroutines that it started have ended. The fake clock starts at
// midnight UTC, 2000-01-01. Run must not be called inside a bubble. Its error is nil, one of the Err values above
// (wrapped), or a *PanicError.
func Run(opts Options, f func()) error {
	if opts.Deterministic {
		defer calm(opts.MemoryLimit)()
	}
	//lint:ignore SA1019 deprecated because libraries should not share the global source; hashicorp/raft does
	rand.Seed(opts.Seed)

	ended := make(chan error, 1)
	go runSynctest(opts.Linger, f, ended)

	patience := opts.Watchdog
	if patience == 0 {
		patience = DefaultWatchdog
	}
	if patience < 0 {
		return <-ended
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for seen := uint64(0); ; timer.Reset(patience) {
		select {
		case err := <-ended:
			return err
		case <-timer.C:
		}
		alive := uint64(0)
		if opts.Alive != nil {
			alive = opts.Alive.Load()
		}
		if alive == seen {
			return fmt.Errorf("%w: it did not get on for %v of real time\n\n%s", ErrStuck, patience, goroutines())
		}
		seen = alive
	}
}

// Wait returns when every other goroutine of the bubble waits for a timer or for another goroutine: all that could
// happen at this instant of virtual time has happened. Only one goroutine of a bubble may call it at a time.
func Wait() { synctest.Wait() }

// runSynctest runs f under synctest, turns each way in which that can fail into an error, and sends it.
func runSynctest(linger time.Duration, f func(), ended chan<- error) {
	if linger == 0 {
		linger = DefaultLinger
	}
	var failed error         // of f
	var returned, sound bool // f came to its end; synctest did so too
	defer func() {
		// f's own panics are caught in guard, so what arrives here is synctest's word on the bubble as a whole.
		reason := recover()
		switch {
		case failed != nil:
			ended <- failed // what else went wrong with the bubble is a consequence
		case sound:
			ended <- nil
		case reason == nil:
			// Test called FailNow, which ends this goroutine. Nobody but the race detector can have failed the
			// testing.T, since nobody else knows it.
			ended <- ErrRace
		case returned:
			ended <- fmt.Errorf("%w %v after f returned (%v)\n\n%s", ErrLeak, linger, reason, goroutines())
		default:
			ended <- fmt.Errorf("%w (%v)\n\n%s", ErrDeadlock, reason, goroutines())
		}
	}()
	synctest.Test(new(testing.T), func(*testing.T) {
		// f gets a goroutine of its own, since testing panics, and ends the process, if the one it started is ended
		// by Goexit.
		done := make(chan error)
		go guard(f, done)
		failed = <-done
		returned = true
		if failed == nil && linger > 0 {
			time.Sleep(linger)
		}
	})
	sound = true
}

// guard runs f and reports how it ended.
func guard(f func(), done chan<- error) {
	result := ErrExit
	defer func() {
		if value := recover(); value != nil {
			result = &PanicError{Value: value, Stack: debug.Stack()}
		}
		done <- result
	}()
	f()
	result = nil
}

// calm stops what disturbs the order of goroutines and returns a function that puts everything back.
func calm(memoryLimit int64) (restore func()) {
	if memoryLimit == 0 {
		memoryLimit = 1 << 30
	}
	procs := runtime.GOMAXPROCS(1)
	percent := debug.SetGCPercent(-1)
	limit := debug.SetMemoryLimit(memoryLimit)
	return func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
		runtime.GOMAXPROCS(procs)
	}
}

// goroutines returns the stacks of all goroutines, cut at one megabyte.
func goroutines() []byte {
	dump := make([]byte, 1<<20)
	return dump[:runtime.Stack(dump, true)]
}
