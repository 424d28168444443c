// Package report writes what came of playing scenarios: as text for a person, as JSON for programs and as JUnit XML for
// build servers. It knows sim's report and nothing of how it came about; it plays nothing, opens no file and keeps no
// state.
//
// Whatever the form, politics and machines are kept apart: that Moscow vetoed and that no quorum was left are never said
// in the same words or the same place.
package report

import (
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// Run is one scenario that was to be played, and what came of it.
type Run struct {
	Scenario *scenarios.Scenario
	Seed     int64
	On       string // the back end

	Report  *sim.Report // of the first replay; nil if there is none: then Err says why
	Replays *Replays    // nil for a scenario that was played once
	Err     error       // a technical failure of the player itself, such as a worker process that died
}

// Replays says how alike the replays of one seed were.
type Replays struct {
	Count        int // how many were played to the end
	Failed       int // how many were not
	RecordHashes int // how many different political records there were: 1 if all is well
	TraceHashes  int // how many different message traces: 1, or more where Raft raced with itself; 0 where messages are not seen
	SameRecord   int // how many had the record of the first, the first included
	SameTrace    int // how many had the trace that most had
	Worst        sim.Status
	Why          string // why the first that failed did
}

// Same reports whether all replays had the same political record.
func (r *Replays) Same() bool { return r.RecordHashes <= 1 }

// Status returns what the run adds to the exit status. A run without a report is unknown; replays whose records differ
// are a failure, since a seed is to give the same politics every time.
func (r *Run) Status() sim.Status {
	status := sim.StatusUnknown
	if r.Report != nil {
		status = r.Report.Status()
	}
	if r.Replays != nil {
		status = Worse(status, r.Replays.Worst)
		if !r.Replays.Same() {
			status = sim.StatusFailed
		}
	}
	return status
}

// Status returns the exit status of several runs: the worst of theirs, see [Worse].
func Status(runs []Run) sim.Status {
	worst := sim.StatusHeld
	for i := range runs {
		worst = Worse(worst, runs[i].Status())
	}
	return worst
}

// Worse returns the status that says more of two: invalid input before a failure, a failure before an unknown outcome,
// and that before success. A failure is certain where an unknown outcome is not, so it is not hidden behind one.
func Worse(a, b sim.Status) sim.Status {
	for _, s := range [...]sim.Status{sim.StatusInvalid, sim.StatusFailed, sim.StatusUnknown} {
		if a == s || b == s {
			return s
		}
	}
	return sim.StatusHeld
}
