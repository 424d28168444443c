package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/analysis/sweep"
	"github.com/parley-sim/parley/sim/bubble"
	"github.com/parley-sim/parley/sim/trace"
)

// workerCommand is how this program calls itself to play: a run's randomness and processor are those of its process, and
// some of what makes a run repeat can be set only by the environment that the process starts with.
const workerCommand = "worker"

// serve plays one job after another until standard input ends or ctx does. It returns at once then, a run under way or not.
// After a run that could not be finished it returns too: such a run can leave goroutines behind.
func serve(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) sim.Status {
	if err := bubble.CheckReplay(); err != nil {
		_, _ = fmt.Fprintf(stderr, "parley worker: only parley run starts workers: %v\n", err)
		return sim.StatusInvalid
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	jobs, broken := make(chan job), make(chan error, 1)
	go func() { broken <- readJobs(ctx, stdin, jobs) }()
	w := &worker{out: &sender{w: stdout}}
	played := make(chan bool)
	for {
		var j job
		select {
		case j = <-jobs:
		case err := <-broken:
			return w.leave(err, stderr)
		case <-ctx.Done():
			return sim.StatusUnknown
		}
		go func() { played <- w.play(ctx, j) }()
		select {
		case fit := <-played:
			if !fit {
				return sim.StatusUnknown
			}
		case err := <-broken:
			return w.leave(err, stderr)
		case <-ctx.Done():
			return sim.StatusUnknown
		}
	}
}

// readJobs hands on jobs until there are no more.
func readJobs(ctx context.Context, stdin io.Reader, jobs chan<- job) error {
	in := newReceiver(stdin)
	for {
		var j job
		if err := in.receive(&j); err != nil {
			return err
		}
		select {
		case jobs <- j:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// worker plays jobs. It keeps the last scenario that it parsed, since a scenario is often played many times.
type worker struct {
	out      *sender
	file     string
	text     string
	scenario *scenarios.Scenario

	handout string // of the last sweep
	sweep   *sweep.Sweep
}

func (w *worker) leave(err error, stderr io.Writer) sim.Status {
	if errors.Is(err, io.EOF) {
		return sim.StatusHeld
	}
	_, _ = fmt.Fprintf(stderr, "parley worker: %v\n", err)
	return sim.StatusUnknown
}

// play plays a job and sends its result. It reports whether the process is fit for another.
func (w *worker) play(ctx context.Context, j job) (fit bool) {
	if len(j.Sweep) > 0 {
		return w.playRuns(ctx, j)
	}
	r, err := w.report(ctx, j)
	if err != nil {
		_ = w.out.send(frame{Result: &result{Error: err.Error()}}) // if it cannot be sent, the master sees us go
		return false
	}
	if err := w.out.send(frame{Result: resultOf(r, &j)}); err != nil {
		_ = w.out.send(frame{Result: &result{Error: err.Error()}})
		return false
	}
	return true
}

// resultOf makes a job's result of its report, which it takes.
func resultOf(r *sim.Report, j *job) *result {
	out := &result{Status: r.Status(), RecordHash: hex.EncodeToString(r.RecordHash[:]), TraceHash: fmt.Sprintf("%016x", r.TraceHash)}
	if !j.Brief {
		r.Scenario = nil
		if !j.Whole {
			r.Record = nil
		}
		if j.Lean {
			r.Timeline, r.Checks = nil, nil
		}
		out.Report = r
	}
	return out
}

func (w *worker) report(ctx context.Context, j job) (*sim.Report, error) {
	if j.Edited != nil {
		return sim.Play(ctx, j.Edited, sim.Options{On: sim.Backend(j.On), Seed: j.Seed})
	}
	if w.scenario == nil || j.File != w.file || string(j.Text) != w.text {
		s, err := scenarios.Parse(j.File, j.Text)
		if err != nil {
			return nil, err
		}
		w.file, w.text, w.scenario = j.File, string(j.Text), s
	}
	o := sim.Options{On: sim.Backend(j.On), Seed: j.Seed, Programs: j.Programs}
	var tracing *trace.Writer
	if j.Trace {
		tracing = beginTrace(&j, w.scenario, traceFrames{w.out})
		o.Trace, o.Watch = tracing.Message, tracing.Sighting
	}
	if j.Progress {
		o.Progress = byPercent(func(part float64) {
			_ = w.out.send(frame{Progress: part}) // of no consequence: the result will fail to arrive too
		})
	}
	r, err := sim.Play(ctx, w.scenario, o)
	if tracing != nil {
		err = errors.Join(err, tracing.Close(r, err))
	}
	return r, err
}

// beginTrace begins the trace of a job.
func beginTrace(j *job, s *scenarios.Scenario, w io.Writer) *trace.Writer {
	run := trace.Run{File: j.File, Text: j.Text, Seed: s.Seed, On: j.On, Scenario: s}
	if j.Seed != nil {
		run.Seed = *j.Seed
	}
	return trace.NewWriter(w, &run)
}

// byPercent returns a function that tells how far the run is, each percent once.
func byPercent(tell func(part float64)) func(done, whole float64) {
	told := 0.0
	return func(done, whole float64) {
		if part := min(done/max(whole, 1e-9), 1); part >= told+0.01 {
			told = part
			tell(part)
		}
	}
}

// traceFrames sends what is written to it as pieces of the trace.
type traceFrames struct{ out *sender }

func (t traceFrames) Write(b []byte) (int, error) {
	if err := t.out.send(frame{Trace: b}); err != nil {
		return 0, err
	}
	return len(b), nil
}
