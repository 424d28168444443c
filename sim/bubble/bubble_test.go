//go:debug randseednop=0
package bubble_test

import (
	"context"
	"errors"
	"math/rand"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parley-sim/parley/sim/bubble"
)

func TestRunUsesVirtualTime(t *testing.T) {
	start := time.Now()
	var elapsed time.Duration
	if err := bubble.Run(bubble.Options{}, func() {
		began := time.Now()
		time.Sleep(24 * time.Hour)
		elapsed = time.Since(began)
	}); err != nil {
		t.Fatal(err)
	}
	if elapsed != 24*time.Hour {
		t.Errorf("a day took %v of virtual time", elapsed)
	}
	if real := time.Since(start); real > time.Minute {
		t.Errorf("a day took %v of real time", real)
	}
}

func TestWaitLetsOthersFinishTheInstant(t *testing.T) {
	done := false
	err := bubble.Run(bubble.Options{}, func() {
		go func() { done = true }()
		bubble.Wait()
		if !done {
			t.Error("Wait returned before the other goroutine had run")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSeedMakesDrawsRepeat(t *testing.T) {
	draw := func(seed int64) (n int64) {
		if err := bubble.Run(bubble.Options{Seed: seed}, func() { n = rand.Int63() }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if a, b := draw(7), draw(7); a != b {
		t.Errorf("seed 7 drew %d, then %d", a, b)
	}
	if a, b := draw(7), draw(8); a == b {
		t.Errorf("seeds 7 and 8 both drew %d", a)
	}
}

func TestPanicBecomesError(t *testing.T) {
	cause := errors.New("the cause")
	err := bubble.Run(bubble.Options{}, func() {
		go func() { time.Sleep(time.Hour) }() // left behind: must not hide the panic
		panic(cause)
	})
	var panicked *bubble.PanicError
	if !errors.As(err, &panicked) || !errors.Is(err, cause) {
		t.Fatalf("got %v, want a PanicError with the cause", err)
	}
	if !strings.Contains(string(panicked.Stack), "TestPanicBecomesError") {
		t.Errorf("the stack does not show where the panic was:\n%s", panicked.Stack)
	}
}

func TestGoexitBecomesError(t *testing.T) {
	if err := bubble.Run(bubble.Options{}, runtime.Goexit); !errors.Is(err, bubble.ErrExit) {
		t.Fatalf("got %v, want ErrExit", err)
	}
}

func TestDeadlockBecomesError(t *testing.T) {
	err := bubble.Run(bubble.Options{}, func() { <-make(chan int) })
	if !errors.Is(err, bubble.ErrDeadlock) {
		t.Fatalf("got %v, want ErrDeadlock", err)
	}
	if !strings.Contains(err.Error(), "TestDeadlockBecomesError") {
		t.Errorf("the error does not show who waits:\n%v", err)
	}
}

func TestLeakBecomesError(t *testing.T) {
	err := bubble.Run(bubble.Options{}, func() {
		never := make(chan int)
		go func() { <-never }()
	})
	if !errors.Is(err, bubble.ErrLeak) {
		t.Fatalf("got %v, want ErrLeak", err)
	}
}

func TestLingerLetsGoroutinesEnd(t *testing.T) {
	ended := false
	if err := bubble.Run(bubble.Options{}, func() {
		go func() {
			time.Sleep(bubble.DefaultLinger - 1)
			ended = true
		}()
	}); err != nil {
		t.Fatal(err)
	}
	if !ended {
		t.Error("Run returned before the goroutine had ended")
	}
}

func TestWatchdogEndsLivelock(t *testing.T) {
	// The livelock ends by a context from outside, so that the test leaves no busy goroutine behind.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, deterministic := range []bool{false, true} {
		opts := bubble.Options{Watchdog: 50 * time.Millisecond, Deterministic: deterministic}
		err := bubble.Run(opts, func() {
			ping, pong := make(chan int), make(chan int)
			go func() {
				for n := range ping {
					pong <- n
				}
			}()
			for ctx.Err() == nil {
				ping <- 1
				<-pong
			}
			close(ping)
		})
		if !errors.Is(err, bubble.ErrStuck) {
			t.Fatalf("deterministic=%v: got %v, want ErrStuck", deterministic, err)
		}
	}
}

// TestWatchdogLetsABubbleGoOn: one that gets on may take longer than the watchdog waits for a sign of life.
func TestWatchdogLetsABubbleGoOn(t *testing.T) {
	const watchdog = 250 * time.Millisecond
	var alive atomic.Uint64
	over := make(chan struct{})
	time.AfterFunc(3*watchdog, func() { close(over) })
	err := bubble.Run(bubble.Options{Watchdog: watchdog, Alive: &alive}, func() {
		for {
			select {
			case <-over:
				return
			default:
				alive.Add(1)
				runtime.Gosched()
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeterministicRestoresTheProcess(t *testing.T) {
	procs := runtime.GOMAXPROCS(0)
	percent := debug.SetGCPercent(83)
	defer debug.SetGCPercent(percent)
	if err := bubble.Run(bubble.Options{Deterministic: true}, func() {
		if n := runtime.GOMAXPROCS(0); n != 1 {
			t.Errorf("%d processors inside", n)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if n := runtime.GOMAXPROCS(0); n != procs {
		t.Errorf("%d processors after, %d before", n, procs)
	}
	if p := debug.SetGCPercent(83); p != 83 {
		t.Errorf("GC percent %d after, 83 before", p)
	}
}

func TestWorkerEnvKeepsOtherSettings(t *testing.T) {
	got := bubble.WorkerEnv([]string{"A=1", "GODEBUG=http2debug=1,asyncpreemptoff=0", "GOMAXPROCS=8", "B="})
	want := []string{"A=1", "B=", "GODEBUG=http2debug=1,asyncpreemptoff=0,randseednop=0,asyncpreemptoff=1", "GOMAXPROCS=1"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestCheckReplayReadsTheEnvironment(t *testing.T) {
	// randseednop=0 is set by the go:debug line of this file.
	for godebug, ok := range map[string]bool{"": false, "asyncpreemptoff=0": false, "asyncpreemptoff=1": true} {
		value := godebug
		if value != "" {
			value += ","
		}
		t.Setenv("GODEBUG", value+"randseednop=0")
		if err := bubble.CheckReplay(); (err == nil) != ok {
			t.Errorf("GODEBUG=%q: got %v", godebug, err)
		}
	}
}
