// Package sim plays a scenario: it takes its events in order of scenario time, injects each into a conference of real
// hashicorp/raft nodes, lets the machines settle, asks the capitals' policies, and reports what was agreed and why. The
// machines live in virtual time (package bubble) or in real time, on simulated wires (package network); or each is a
// process of its own (node/host), on real ones. What must hold of every run is checked (package check). It decides nothing
// of the terms: the state machine in node/terms does.
package sim

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/bubble"
	"github.com/parley-sim/parley/sim/network"
)

// Backend is what the capitals' machines live in. The same runner drives all, with the same two clocks.
type Backend string

// The back ends.
const (
	Virtual Backend = "virtual" // in this process, on a fake clock: a month takes milliseconds, and a seed replays
	Wall    Backend = "wall"    // in this process, in real time: a crash takes a second or two, and no seed replays
	Direct  Backend = "direct"  // no machines at all: the state machine alone, on which faults strike nothing
	Cluster Backend = "cluster" // each capital a process of its own, as parley up runs it, on disk and over TLS
)

// Options say how a scenario is played. The zero value plays it as the file says.
type Options struct {
	On       Backend                   // "": virtual time
	Seed     *int64                    // nil: the scenario's own
	Trace    func(network.Message)     // is told of every message between machines, which is of none on a cluster; nil: nobody is
	Watch    func(Sighting)            // is told of every turn of machines, lines and the clock, one at a time; nil: nobody is
	Progress func(done, whole float64) // is told how much scenario time has passed, in days; nil: nobody is
	Signed   bool                      // capitals sign their moves with ed25519, and every state machine verifies: nobody in a simulation forges, so it is off by default. On a cluster they always do
	Programs bool                      // the programs that the scenario names may be run
	Node     []string                  // the command that runs a capital's process on a cluster; the name of its config.json is added
	Watchdog time.Duration             // real time after which a run in virtual time that does not get on is given up; 0: bubble.DefaultWatchdog
}

// ErrTechnical is wrapped by Play's error if the run could not be finished for a technical reason: the outcome is unknown.
var ErrTechnical = errors.New("the run could not be finished")

// Play plays a scenario. In virtual time one process plays one at a time, since a run's randomness and processor are set
// for the whole process. If ctx ends, Play stops at the next event, in real time and on a cluster sooner, and returns ctx's
// error. On a cluster no process and no folder is left when it returns.
func Play(ctx context.Context, s *scenarios.Scenario, o Options) (*Report, error) {
	seed := s.Seed
	if o.Seed != nil {
		seed = *o.Seed
	}
	if o.On == "" {
		o.On = Virtual
	}
	began := time.Now()
	agents, err := startAgents(s, o)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, a := range agents {
			a.Close()
		}
	}()
	if n := len(agents); n > 0 && o.Watchdog == 0 {
		o.Watchdog = bubble.DefaultWatchdog + agentsPatience(n)
	}
	var report *Report
	var failed error
	stop := ctx.Done() // asked for here: the channel may be made by this call, and one made in a bubble stays there
	var alive atomic.Uint64
	play := func(inside context.Context) {
		r := newRunner(inside, s, seed, o)
		r.stop, r.alive = stop, &alive
		r.employAgents(agents)
		report, failed = r.run()
	}
	switch {
	case o.On == Virtual:
		err = bubble.Run(bubble.Options{Seed: seed, Deterministic: true, Watchdog: o.Watchdog, Alive: &alive,
			Linger: bubble.DefaultLinger + 2*slowest(s)}, func() { play(context.Background()) })
	case o.On == Wall:
		play(ctx)
	case o.On == Direct:
		report, failed = playDirect(ctx, s, seed, o, agents)
	case o.On == Cluster && len(o.Node) == 0:
		return nil, errors.New("Options.Node: name the command that runs a capital's process")
	case o.On == Cluster:
		play(ctx)
	default:
		return nil, fmt.Errorf("there is no back end %q", o.On)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrTechnical, err)
	case failed != nil:
		return nil, fmt.Errorf("%w: %w", ErrTechnical, failed)
	}
	report.WallTime = time.Since(began)
	return report, nil
}

// slowest is by how much the slowest line of a scenario is slowed: a message that is on it when the run ends arrives that
// much later, and so does its answer.
func slowest(s *scenarios.Scenario) (by time.Duration) {
	for i := range s.Script {
		if f := s.Script[i].Fault; f != nil {
			by = max(by, f.By)
		}
	}
	return by
}
