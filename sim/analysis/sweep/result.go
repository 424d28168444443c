package sweep

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// Technical is how a run went for the machines. It says nothing about politics.
type Technical string

// The technical outcomes, from the best to the worst.
const (
	Recorded    Technical = "recorded"     // every move was recorded at once
	Delayed     Technical = "delayed"      // some had to wait, and all were recorded in the end
	Unrecorded  Technical = "unrecorded"   // some never were
	NoQuorum    Technical = "no-quorum"    // and at the end no majority was connected
	CheckFailed Technical = "check-failed" // a check did not hold: a fault of Parley
	Unfinished  Technical = "unfinished"   // the run could not be played to its end
)

// technicals lists them all.
func technicals() []Technical { return allTechnical[:] }

var allTechnical = [...]Technical{Recorded, Delayed, Unrecorded, NoQuorum, CheckFailed, Unfinished}

// The outcomes of a plan beyond those of package terms.
const (
	NeverProposed = terms.Outcome("never-proposed")
	Unknown       = terms.Outcome("unknown") // it was undecided at the end, for a technical reason
)

// outcomes lists the political outcomes, and Unknown last, which is none.
func outcomes() []terms.Outcome { return allOutcomes[:] }

var allOutcomes = [...]terms.Outcome{terms.Adopted, terms.Vetoed, terms.Rejected, terms.Lapsed, terms.Withdrawn, terms.Open, NeverProposed, Unknown}

// place is where an outcome stands among all of its sort, which has it.
func place[T comparable](all []T, x T) int { return slices.Index(all, x) }

// Expected says whether a run's expectations held.
type Expected string

// What became of the expectations.
const (
	Held     Expected = "held"
	NotHeld  Expected = "failed"
	Unjudged Expected = "unknown" // for a technical reason, or since what is asked cannot be told
	Nothing  Expected = ""        // was expected
)

// Result is what came of one run.
type Result struct {
	Run       int
	Inputs    Drawn
	Technical Technical
	Expected  Expected
	Plans     []PlanResult // in the order of the scenario's file; none for an unfinished run
}

// PlanResult is what came of a plan in one run.
type PlanResult struct {
	Outcome terms.Outcome  // political, or Unknown
	After   terms.Duration // from the start to the decision, where there is one
	Version int

	// Otherwise is the outcome that the same inputs come to on the state machine alone, where it is another: then machines
	// and lines made the difference. Only of runs on real Raft.
	Otherwise terms.Outcome

	Blocked []Block // what kept it from being won, where it is known and not adopted
}

// Block is one reason why a plan was not won.
type Block struct {
	Kind     terms.ReasonKind // veto, objection or missing
	Capitals []string
	Terms    []string
}

// ResultOf is what a report says of a run on real Raft, which played what Variant gave. It plays the same on the state
// machine alone, which takes next to no time, and notes the plans that end in another way there.
func (w *Sweep) ResultOf(run int, d Drawn, r *sim.Report) Result {
	out := w.resultOf(run, d, r)
	alone := w.resultOf(run, d, w.alone(r.Scenario, r.Seed))
	for i := range out.Plans {
		if o := alone.Plans[i].Outcome; o != out.Plans[i].Outcome {
			out.Plans[i].Otherwise = o
		}
	}
	return out
}

func (w *Sweep) resultOf(run int, d Drawn, r *sim.Report) Result {
	out := Result{Run: run, Inputs: d, Technical: technical(r), Expected: expected(r), Plans: make([]PlanResult, len(w.plans))}
	for i := range r.Plans {
		if at := slices.Index(w.plans, r.Plans[i].ID); at >= 0 {
			out.Plans[at] = planResult(r, &r.Plans[i])
		}
	}
	return out
}

// UnfinishedRun is the result of a run that could not be played to its end.
func (w *Sweep) UnfinishedRun(run int) Result {
	return Result{Run: run, Inputs: w.Draw(run), Technical: Unfinished}
}

func technical(r *sim.Report) Technical {
	switch {
	case !r.ChecksHeld():
		return CheckFailed
	case r.NoQuorum:
		return NoQuorum
	case r.Moves.Unknown > 0:
		return Unrecorded
	case len(r.Waits) > 0:
		return Delayed
	}
	return Recorded
}

func expected(r *sim.Report) Expected {
	if len(r.Findings) == 0 {
		return Nothing
	}
	switch r.Status() {
	case sim.StatusHeld:
		return Held
	case sim.StatusUnknown:
		return Unjudged
	}
	if r.Held() { // only a check did not hold
		return Held
	}
	return NotHeld
}

func planResult(r *sim.Report, p *terms.PlanView) PlanResult {
	out := PlanResult{Outcome: p.Outcome, Version: p.Version}
	if p.Outcome != terms.Open {
		out.After = p.DecidedAt.Sub(r.Scenario.Start)
	}
	waits := slices.ContainsFunc(p.Because, func(why terms.Reason) bool { return why.Kind == terms.ReasonNoQuorum })
	switch {
	case p.Outcome == terms.Open && (r.NoQuorum || waits):
		out.Outcome = Unknown
		return out
	case p.Version == 0:
		out.Outcome = NeverProposed
		return out
	case p.Outcome == terms.Adopted || p.Outcome == terms.Withdrawn:
		return out
	}
	for _, why := range p.Because {
		switch why.Kind {
		case terms.ReasonVeto, terms.ReasonObjection, terms.ReasonMissing:
			out.Blocked = append(out.Blocked, Block{why.Kind, why.Capitals, why.Terms})
		}
	}
	return out
}
