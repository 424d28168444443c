package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
	"github.com/parley-sim/parley/sim/report/page"
)

// playAll plays every source as often as was asked for, and gathers the replays of each.
func (e *env) playAll(ctx context.Context, o *runOptions, sources []source, out *outputs) ([]report.Run, error) {
	path, err := executable()
	if err != nil {
		return nil, err
	}
	each := max(o.replays, 1)
	traced := out.trace != nil || out.html != nil
	bar := e.newProgress(len(sources) * each)
	jobs := make([]job, 0, len(sources)*each)
	for i := range sources {
		for n := range each {
			jobs = append(jobs, job{File: sources[i].file, Text: sources[i].text, Seed: o.seed, On: o.on, Programs: o.programs, Brief: n > 0,
				Trace: traced && n == 0, Progress: bar != nil})
		}
	}
	spool := &spool{}
	defer spool.remove()
	onFrame := func(i int, f *frame) {
		if len(f.Trace) > 0 {
			spool.add(i, f.Trace)
		}
		bar.at(i, f.Progress)
	}
	var results []result
	if o.on == onCluster {
		results = playOnCluster(ctx, path, jobs, onFrame)
	} else {
		results = (&pool{path: path, self: e.self, patience: patience}).play(ctx, jobs, onFrame)
	}
	bar.done()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	runs := make([]report.Run, len(sources))
	for i := range sources {
		runs[i] = gather(o, &sources[i], results[i*each:(i+1)*each])
	}
	if out.trace != nil {
		err = spool.copyTo(out.trace, len(jobs))
	}
	if out.html != nil && err == nil {
		err = writeRunPage(out.html, spool, len(jobs), page.Moment{})
	}
	return runs, err
}

// gather makes one run of a source's results: the first is reported, the others are compared with it.
func gather(o *runOptions, s *source, results []result) report.Run {
	run := report.Run{Scenario: s.scenario, Seed: s.scenario.Seed, On: o.on}
	if o.seed != nil {
		run.Seed = *o.seed
	}
	first := &results[0]
	if first.Report != nil {
		run.Report = first.Report
		run.Report.Scenario = s.scenario
	} else {
		run.Err = errors.New(first.Error)
	}
	if o.replays == 0 {
		return run
	}
	run.Replays = &report.Replays{}
	records, traces := map[string]bool{}, map[string]int{}
	for i := range results {
		r := &results[i]
		if r.Error != "" {
			if run.Replays.Failed++; run.Replays.Why == "" {
				run.Replays.Why = r.Error
			}
			run.Replays.Worst = report.Worse(run.Replays.Worst, sim.StatusUnknown)
			continue
		}
		run.Replays.Count++
		run.Replays.Worst = report.Worse(run.Replays.Worst, r.Status)
		records[r.RecordHash] = true
		if r.RecordHash == first.RecordHash {
			run.Replays.SameRecord++
		}
		if o.on == onCluster || o.on == onDirect {
			continue // its messages are not seen, or there are none
		}
		// Most, not those like the first: the first may be the odd one.
		traces[r.TraceHash]++
		run.Replays.SameTrace = max(run.Replays.SameTrace, traces[r.TraceHash])
	}
	run.Replays.RecordHashes, run.Replays.TraceHashes = len(records), len(traces)
	return run
}

// spool keeps the traces of jobs that are played at the same time, each in a file of its own, until they can be written in
// the order of the jobs.
type spool struct {
	mu    sync.Mutex
	files map[int]*os.File
	err   error
}

// add keeps a piece of a job's trace.
func (s *spool) add(i int, piece []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	if s.files == nil {
		s.files = map[int]*os.File{}
	}
	if s.files[i] == nil {
		f, err := os.CreateTemp("", "parley-trace-")
		if err != nil {
			s.err = err
			return
		}
		s.files[i] = f
	}
	_, s.err = s.files[i].Write(piece)
}

// copyTo writes the traces of n jobs to w.
func (s *spool) copyTo(w io.Writer, n int) error {
	if s.err != nil {
		return fmt.Errorf("keep the trace: %w", s.err)
	}
	for i := range n {
		f := s.files[i]
		if f == nil {
			continue
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("write the trace: %w", err)
		}
		if _, err := io.Copy(w, f); err != nil {
			return fmt.Errorf("write the trace: %w", err)
		}
	}
	return nil
}

// remove deletes the spooled files.
func (s *spool) remove() {
	for _, f := range s.files {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
}
