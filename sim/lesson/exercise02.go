package lesson

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// Exercise 2: quorum arithmetic. The three steps of the script take machines down and bring one back.

// quorumBears is how many of the six voting machines can be down.
const quorumBears = 2

const quorumObserver = "Ankara is an observer: its machine does not vote, and counts on neither side."

// quorumSteps faults a script that does anything but crash and restart at the three times.
func quorumSteps(s *sheet) *fault {
	if f := s.frozen(partCapitals, partPolicies, partHorizon); f != nil {
		return f
	}
	for _, list := range [][]*scenarios.Step{first(s.difference()), second(s.difference())} {
		for _, step := range list {
			switch {
			case step.Fault != nil && (step.Fault.Kind == scenarios.FaultCrash || step.Fault.Kind == scenarios.FaultRestart) &&
				step.At != nil && slices.Contains([]terms.Duration{1 * terms.Day, 3 * terms.Day, 5 * terms.Day}, step.At.Min):
			default:
				return s.fault("other-steps", nil, "step", step.Text)
			}
		}
	}
	return nil
}

func first(a, _ []*scenarios.Step) []*scenarios.Step  { return a }
func second(_, b []*scenarios.Step) []*scenarios.Step { return b }

// named lists the capitals that the script's steps of a kind name at a time.
func (s *sheet) named(kind scenarios.FaultKind, at terms.Duration) (ids []string) {
	for i := range s.mine.Script {
		step := &s.mine.Script[i]
		if step.Fault != nil && step.Fault.Kind == kind && step.At != nil && step.At.Min == at {
			ids = append(ids, step.Fault.Capitals...)
		}
	}
	return ids
}

// voters counts those that vote.
func (s *sheet) voters(ids []string) int {
	n := 0
	for _, id := range ids {
		if c := s.mine.Charter.Capital(id); c != nil && c.Votes() {
			n++
		}
	}
	return n
}

func (s *sheet) observerAmong(ids []string) string {
	if s.voters(ids) < len(ids) {
		return quorumObserver
	}
	return ""
}

// quorumRuns plays the script with different capitals in the chair.
func quorumRuns(s *sheet) []run {
	runs := s.plays()
	for _, chair := range []string{"paris", "washington"} {
		runs = append(runs, s.playsText(s.with("{at: 6h, chair: "+chair+"}"))...)
	}
	return runs
}

// said finds the n-th statement that Kyiv made, and whether it was recorded at its time.
func said(r *run, n int, at terms.Duration) (item int, inTime bool, why string) {
	text := []string{"We are still here", "Is anybody there"}[n]
	due := r.Scenario.Start.Add(at)
	for i := range r.Timeline {
		it := &r.Timeline[i]
		if it.Move == nil || it.Move.Verb != terms.VerbSay || it.Move.Text != text {
			continue
		}
		if it.Kind == sim.ItemMove {
			return i, it.At <= due, why
		}
		if item, why = i, it.Text; it.Kind == sim.ItemWaiting && it.At == due {
			item = i
		}
	}
	return item, false, why
}

func quorumMost(s *sheet) *fault {
	if f := quorumSteps(s); f != nil {
		return f
	}
	down := s.named(scenarios.FaultCrash, 1*terms.Day)
	n := s.voters(down)
	for _, r := range quorumRuns(s) {
		item, inTime, why := said(&r, 0, 2*terms.Day)
		m := r.moment(item)
		day := dayOf(r.Scenario.Start, r.Scenario.Start.Add(2*terms.Day))
		switch {
		case slices.Contains(down, "kyiv"):
			return s.fault("kyiv-down", m, "day", day)
		case !inTime:
			return s.fault("no-quorum", m, "day", day, "why", why, "down", n, "up", 6-n)
		case n < quorumBears:
			return s.fault("too-few", m, "day", day, "down", n, "observer", s.observerAmong(down))
		}
	}
	return nil
}

func quorumOneMore(s *sheet) *fault {
	down := s.named(scenarios.FaultCrash, 3*terms.Day)
	for _, r := range quorumRuns(s) {
		item, inTime, _ := said(&r, 1, 4*terms.Day)
		day := dayOf(r.Scenario.Start, r.Scenario.Start.Add(4*terms.Day))
		switch {
		case inTime:
			return s.fault("still-recorded", r.moment(item), "day", day, "what", r.names(down), "observer", s.observerAmong(down))
		case s.voters(down) > 1:
			return s.fault("too-many", r.moment(item), "day", day, "n", s.voters(down))
		}
	}
	return nil
}

func quorumBack(s *sheet) *fault {
	back := s.named(scenarios.FaultRestart, 5*terms.Day)
	for _, r := range quorumRuns(s) {
		item, inTime, why := said(&r, 1, 5*terms.Day)
		day := dayOf(r.Scenario.Start, r.Scenario.Start.Add(5*terms.Day))
		switch {
		case !inTime:
			return s.fault("still-waiting", r.moment(item), "day", day, "what", r.names(back), "why", why, "observer", s.observerAmong(back))
		case len(back) > 1:
			return s.fault("too-much-back", r.moment(item), "day", day, "n", len(back))
		}
	}
	return nil
}
