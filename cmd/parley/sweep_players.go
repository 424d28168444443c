package main

import (
	"context"
	"runtime/debug"

	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/analysis/sweep"
)

// How many runs a player gets at a time. On real Raft a run takes milliseconds, without it a tenth of one.
const (
	chunkOnRaft = 8
	chunkDirect = 256
)

// directGC is how much memory may grow between two collections, in percent: a run leaves nothing behind, so there is little
// to keep and much to throw away.
const directGC = 800

// players returns who plays a sweep, and how many runs each gets at a time: worker processes on real Raft, since one process
// plays one run at a time in virtual time; goroutines on the state machine alone.
func (e *env) players(w *sweep.Sweep, o *sweepOptions) (players []sweep.Player, size int, err error) {
	if o.direct {
		debug.SetGCPercent(directGC)
		for range o.workers {
			players = append(players, w.OnStateMachine())
		}
		return players, chunkDirect, nil
	}
	path, err := executable()
	if err != nil {
		return nil, 0, err
	}
	p, handout := &pool{path: path, self: e.self, patience: patience}, w.Handout()
	for range o.workers {
		players = append(players, &raftPlayer{pool: p, sweep: w, handout: handout, say: e.say})
	}
	return players, chunkOnRaft, nil
}

// raftPlayer plays runs on real Raft, in a worker process.
type raftPlayer struct {
	pool    *pool
	sweep   *sweep.Sweep
	handout []byte
	say     func(format string, args ...any)
	worker  *process // nil: none runs
}

// Play has the worker play the runs. If that fails, each is tried by itself, and one that fails again is unfinished.
func (p *raftPlayer) Play(ctx context.Context, runs []int) ([]sweep.Result, error) {
	results, err := p.play(ctx, runs)
	if err == nil || ctx.Err() != nil {
		return results, ctx.Err()
	}
	results = nil
	for _, run := range runs {
		one, err := p.play(ctx, []int{run})
		switch {
		case ctx.Err() != nil:
			return results, ctx.Err()
		case err != nil:
			p.say("parley: run %d could not be finished: %v", run, err)
			results = append(results, p.sweep.UnfinishedRun(run))
		default:
			results = append(results, one...)
		}
	}
	return results, nil
}

func (p *raftPlayer) play(ctx context.Context, runs []int) ([]sweep.Result, error) {
	var out result
	p.worker = p.pool.one(ctx, p.worker, &job{Sweep: p.handout, Runs: runs}, &out, func(*frame) {})
	if out.Error != "" {
		return nil, errorText(out.Error)
	}
	results := make([]sweep.Result, len(out.Lines))
	for i, line := range out.Lines {
		r, err := p.sweep.ParseLine(sweep.JSONL, []byte(line))
		if err != nil {
			return nil, err
		}
		results[i] = r
	}
	if len(results) != len(runs) {
		return nil, errorText("the worker process left runs out")
	}
	return results, nil
}

// Close ends the worker.
func (p *raftPlayer) Close() { p.worker.dismiss() }

type errorText string

func (e errorText) Error() string { return string(e) }

// playRuns plays runs of a sweep and sends their lines. It reports whether the process is fit for more.
func (w *worker) playRuns(ctx context.Context, j job) (fit bool) {
	lines, err := w.lines(ctx, j)
	out := &result{Lines: lines}
	if err != nil {
		out = &result{Error: err.Error()}
	}
	return w.out.send(frame{Result: out}) == nil && err == nil // if it cannot be sent, the master sees us go
}

func (w *worker) lines(ctx context.Context, j job) ([]string, error) {
	if w.sweep == nil || w.handout != string(j.Sweep) {
		s, err := sweep.Receive(j.Sweep)
		if err != nil {
			return nil, err
		}
		w.sweep, w.handout = s, string(j.Sweep)
	}
	lines := make([]string, len(j.Runs))
	for i, run := range j.Runs {
		drawn := w.sweep.Draw(run)
		scenario, seed := w.sweep.Variant(drawn)
		r, err := sim.Play(ctx, scenario, sim.Options{Seed: &seed})
		if err != nil {
			return nil, err
		}
		result := w.sweep.ResultOf(run, drawn, r)
		line := w.sweep.AppendLine(nil, sweep.JSONL, &result)
		lines[i] = string(line[:len(line)-1])
	}
	return lines, nil
}
