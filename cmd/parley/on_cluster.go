package main

import (
	"context"
	"errors"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/trace"
)

// playOnCluster plays jobs on clusters of real processes, one after the other, since each takes a process a capital. This
// process looks after them itself, and not a worker, so that it can stop them in order when it is interrupted.
func playOnCluster(ctx context.Context, path string, jobs []job, onFrame func(i int, f *frame)) []result {
	results := make([]result, len(jobs))
	for i := range jobs {
		j := &jobs[i]
		if ctx.Err() != nil {
			results[i].Error = "interrupted"
			continue
		}
		s, err := scenarios.Parse(j.File, j.Text)
		var r *sim.Report
		if err == nil {
			r, err = playOneOnCluster(ctx, path, s, j, func(f *frame) { onFrame(i, f) })
		}
		if err != nil {
			results[i].Error = err.Error()
		} else {
			results[i] = *resultOf(r, j)
		}
		onFrame(i, &frame{Progress: 1})
	}
	return results
}

func playOneOnCluster(ctx context.Context, path string, s *scenarios.Scenario, j *job, onFrame func(*frame)) (*sim.Report, error) {
	o := sim.Options{On: sim.Cluster, Seed: j.Seed,
		Node:     []string{path, "node", "--log-level", "error", "--with-parent", "--config"},
		Progress: byPercent(func(part float64) { onFrame(&frame{Progress: part}) })}
	var tracing *trace.Writer
	if j.Trace {
		tracing = beginTrace(j, s, frames(onFrame))
		o.Watch = tracing.Sighting
	}
	r, err := sim.Play(ctx, s, o)
	if tracing != nil {
		err = errors.Join(err, tracing.Close(r, err))
	}
	return r, err
}

// frames passes what is written to it on as pieces of the trace.
type frames func(*frame)

func (f frames) Write(b []byte) (int, error) {
	f(&frame{Trace: b})
	return len(b), nil
}
