package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/parley-sim/parley/sim/bubble"
)

// patience is the usual patience with workers. The bubble's own watchdog is quicker, unless the process hangs in such a way
// that even that cannot run.
const patience = 5 * time.Minute

// pool plays jobs in worker processes, as many at a time as there are processors.
type pool struct {
	path     string        // of this program
	self     string        // how it was called
	patience time.Duration // how long, in real time, a worker may say nothing while it plays
}

// play plays all jobs and returns their results in the same order. A job whose worker fails has an error for a result.
// It tells onFrame what the workers say meanwhile; several goroutines may do so at a time. When it returns, no worker is
// left. If ctx ends, the workers are killed.
func (p *pool) play(ctx context.Context, jobs []job, onFrame func(i int, f *frame)) []result {
	results := make([]result, len(jobs))
	next := make(chan int, len(jobs))
	for i := range jobs {
		next <- i
	}
	close(next)
	var all sync.WaitGroup
	for range min(runtime.NumCPU(), len(jobs)) {
		all.Go(func() {
			var w *process
			for i := range next {
				w = p.one(ctx, w, &jobs[i], &results[i], func(f *frame) { onFrame(i, f) })
				onFrame(i, &frame{Progress: 1})
			}
			w.dismiss()
		})
	}
	all.Wait()
	return results
}

// one plays a job on a worker, starting one if there is none, and returns the worker if it can be used again.
func (p *pool) one(ctx context.Context, w *process, j *job, out *result, onFrame func(*frame)) *process {
	if ctx.Err() != nil {
		out.Error = "interrupted"
		return w
	}
	if w == nil {
		var err error
		if w, err = p.start(ctx); err != nil {
			out.Error = err.Error()
			return nil
		}
	}
	r, err := w.play(j, p.patience, onFrame)
	switch {
	case ctx.Err() != nil:
		out.Error = "interrupted"
	case err != nil:
		out.Error = err.Error()
	default:
		*out = *r
	}
	if out.Error != "" {
		w.dismiss()
		return nil
	}
	return w
}

// process is a running worker. A nil process has been dismissed.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	send  *sender
	recv  *receiver
	last  *tail
	ended bool
}

func (p *pool) start(ctx context.Context) (*process, error) {
	cmd := exec.CommandContext(ctx, p.path, workerCommand)
	cmd.Args[0] = p.self
	cmd.Env = bubble.WorkerEnv(os.Environ())
	cmd.WaitDelay = 2 * time.Second
	w := &process{cmd: cmd, last: &tail{}}
	cmd.Stderr = w.last
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker process: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker process: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a worker process: %w", err)
	}
	w.in, w.send, w.recv = in, &sender{w: in}, newReceiver(out)
	return w, nil
}

// play has the worker play a job. After an error the worker is of no use.
func (w *process) play(j *job, patience time.Duration, onFrame func(*frame)) (*result, error) {
	silent := time.AfterFunc(patience, func() { _ = w.cmd.Process.Kill() })
	defer silent.Stop()
	if err := w.send.send(j); err != nil {
		return nil, w.died(err)
	}
	for {
		var f frame
		if err := w.recv.receive(&f); err != nil {
			return nil, w.died(err)
		}
		silent.Reset(patience)
		if f.Result != nil {
			return f.Result, nil
		}
		onFrame(&f)
	}
}

// died says how a worker ended that should have gone on.
func (w *process) died(cause error) error {
	if cause != nil && !errors.Is(cause, io.EOF) {
		_ = w.cmd.Process.Kill()
	}
	w.ended = true
	err := w.cmd.Wait()
	text := "the worker process ended by itself"
	if err != nil {
		text = "the worker process died: " + err.Error()
	}
	if words := w.last.String(); words != "" {
		text += ": " + words
	}
	if errors.Is(cause, io.EOF) {
		return errors.New(text)
	}
	return fmt.Errorf("%s: %w", text, cause)
}

// dismiss ends a worker and waits until it is gone.
func (w *process) dismiss() {
	if w == nil || w.ended {
		return
	}
	w.ended = true
	_ = w.in.Close() // its order to go
	silent := time.AfterFunc(w.cmd.WaitDelay, func() { _ = w.cmd.Process.Kill() })
	defer silent.Stop()
	_ = w.cmd.Wait() // its result is known; how it goes does not matter any more
}

// tail keeps the beginning of what a worker says on standard error: a panic's first lines say most.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const maxTail = 2 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b[:min(len(b), maxTail-len(t.b))]...)
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}
