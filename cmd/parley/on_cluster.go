package main

import (
	"context"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
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
			r, err = sim.Play(ctx, s, sim.Options{On: sim.Cluster, Seed: j.Seed,
				Node:     []string{path, "node", "--log-level", "error", "--with-parent", "--config"},
				Progress: byPercent(func(part float64) { onFrame(i, &frame{Progress: part}) })})
		}
		if err != nil {
			results[i].Error = err.Error()
		} else {
			results[i] = *resultOf(r, j.Brief)
		}
		onFrame(i, &frame{Progress: 1})
	}
	return results
}
