package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/agent"
	"github.com/parley-sim/parley/sim/check"
)

// The direct back end is the state machine alone. The same runner plays the same script with the same policies, but there
// are no machines and no lines: a move is in the record the moment it is made, and every capital sees it. Where a scenario
// inflicts no faults, that is what the other back ends come to as well, and a test says so.

// Program is a scenario made ready to be played many times on the state machine alone: its conference is founded once, and
// each run begins with a copy. Several goroutines may play one Program at a time.
type Program struct {
	scenario *scenarios.Scenario
	founding terms.Entry
	founded  *terms.State
}

// Compile makes a scenario ready. Neither it nor the Program changes the scenario, which must stay as it is. The error says
// why the conference could not be founded; that of a scenario that was parsed can be.
func Compile(s *scenarios.Scenario) (*Program, error) {
	p := &Program{scenario: s, founded: terms.New(terms.Options{Forgetful: true})}
	p.founding.Move = terms.Move{Verb: terms.VerbCharter, Conference: s.Charter.Conference, Time: s.Charter.Start, Charter: &s.Charter}
	p.founding.Result = p.founded.Apply(&p.founding.Move)
	p.founding.Index = p.founding.Result.Sequence
	if p.founding.Result.Refused {
		return nil, fmt.Errorf("the conference could not be founded: %s", p.founding.Result.Reason)
	}
	return p, nil
}

// With returns the program of a variant of the scenario: one with the same charter and start, whose horizon, plans, parties,
// script or expectations may differ. It takes next to no time.
func (p *Program) With(variant *scenarios.Scenario) *Program {
	return &Program{variant, p.founding, p.founded}
}

// PlayWhole plays the program with a seed. The report is what [Play] reports on [Direct], without checks and hashes.
func (p *Program) PlayWhole(seed int64) *Report {
	r := p.runner(seed, Options{On: Direct})
	r.report.Record = append(r.report.Record, p.founding)
	for r.begin(); r.next(); r.follow() {
	}
	r.finish()
	return r.report
}

// Play plays the program with a seed. The report is brief: it has no timeline, record, hash or checks. All else is what
// [Play] reports on [Direct].
func (p *Program) Play(seed int64) *Report {
	r := p.runner(seed, Options{On: Direct})
	r.brief = !looksForMoves(p.scenario)
	for r.begin(); r.next(); r.follow() {
	}
	r.finish()
	r.report.Timeline, r.report.Record = nil, nil
	return r.report
}

// looksForMoves reports whether an expectation asks what became of moves: the timeline knows.
func looksForMoves(s *scenarios.Scenario) bool {
	for i := range s.Expect {
		if s.Expect[i].Refused != "" || s.Expect[i].Recorded != "" {
			return true
		}
	}
	return false
}

// playDirect plays a scenario on the state machine alone, with a whole report.
func playDirect(ctx context.Context, s *scenarios.Scenario, seed int64, o Options, agents map[string]*agent.Agent) (*Report, error) {
	p, err := Compile(s)
	if err != nil {
		return nil, err
	}
	r := p.runner(seed, o)
	r.employAgents(agents)
	r.report.Record = append(r.report.Record, p.founding)
	for r.begin(); r.next(); r.follow() {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.tellProgress()
	}
	r.finish()
	r.report.Checks = []check.Result{check.Outcomes(r.report.Record, r.state.Plans())}
	r.report.RecordHash = hashRecord(r.report.Record)
	return r.report, nil
}

// runner returns a runner that plays the program: all of its capitals see one state.
func (p *Program) runner(seed int64, o Options) *runner {
	s := p.scenario
	r := &runner{scenario: s, options: o, seed: seed, direct: true, now: s.Start, state: p.founded.Clone(),
		byID: make(map[string]*capital, len(s.Charter.Capitals)), capitals: make([]*capital, 0, len(s.Charter.Capitals))}
	r.report = &Report{Scenario: s, Seed: seed, On: string(Direct)}
	for i := range s.Charter.Capitals {
		c := newCapital(s, i, seed)
		c.own = r.state
		r.seat(c)
	}
	return r
}

// record puts a move into the record at once: what the other back ends take machines for.
func (r *runner) record(c *capital, m *terms.Move, policy bool) terms.Result {
	m.Capital, m.Conference, m.Time, m.Number = c.id, r.scenario.Charter.Conference, r.now, r.state.LastNumber(c.id)+1
	result := r.state.Apply(m)
	if result.Refused {
		r.report.Moves.Refused++
	} else if m.Verb != terms.VerbClock {
		r.report.Moves.Recorded++
	}
	if r.brief {
		return result
	}
	e := terms.Entry{Index: result.Sequence, Move: *m, Result: result}
	if result.Sequence > 0 {
		r.report.Record = append(r.report.Record, e)
	}
	if m.Verb == terms.VerbClock {
		r.showClock(m.Time, result.Events)
		return result
	}
	played := &Played{Move: *m, Outcome: string(node.Recorded), Code: result.Code, Reason: result.Reason, Index: result.Sequence,
		First: r.now, Tries: 1, Policy: policy}
	if result.Refused {
		played.Outcome = string(node.Refused)
	}
	r.report.Timeline = append(r.report.Timeline, Item{Kind: ItemMove, At: m.Time, Move: played, Capital: c.id, Events: result.Events})
	return result
}

// notPlayed notes a fault of the script, which has nothing to strike.
func (r *runner) notPlayed(f *scenarios.Fault, text string) {
	r.report.NotPlayed++
	if !r.brief {
		r.report.Timeline = append(r.report.Timeline, Item{Kind: ItemNotPlayed, At: r.now, Fault: f,
			Text: text})
	}
}

// raftTime is how long the machines have run.
func (r *runner) raftTime() time.Duration {
	if r.direct {
		return 0
	}
	return time.Since(r.began)
}
