package lesson

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// Exercise 10: the order of pledges. Three visits in some order; the rest is up to the others' thresholds.

func forceTipped(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partPolicies, partHorizon); f != nil {
		return f
	}
	visits := []string{"beech", "maple", "willow"}
	days := []terms.Duration{1 * terms.Day, 6 * terms.Day, 11 * terms.Day}
	var taken []terms.Duration
	added, gone := s.difference()
	for _, step := range append(added, gone...) {
		if step.Move == nil || step.Move.Verb != terms.VerbPledge || len(step.By) != 1 || !slices.Contains(visits, step.By[0]) ||
			step.At == nil || !slices.Contains(days, step.At.Min) {
			return s.fault("other-steps", nil, "step", step.Text)
		}
	}
	for i := range s.mine.Script {
		step := &s.mine.Script[i]
		if step.Move == nil || step.At == nil || !slices.Contains(visits, step.By[0]) {
			continue
		}
		if slices.Contains(taken, step.At.Min) {
			return s.fault("other-steps", nil, "step", step.Text)
		}
		taken = append(taken, step.At.Min)
	}
	for _, r := range s.plays() {
		var in, missing []string
		for _, p := range r.Pledges {
			in = append(in, p.Capital)
		}
		if p := r.plan("force"); p.Agreement != nil && p.Agreement.Status == terms.InForce {
			continue
		}
		for i := range s.mine.Charter.Capitals {
			if id := s.mine.Charter.Capitals[i].ID; id != "spruce" && !slices.Contains(in, id) {
				missing = append(missing, id)
			}
		}
		// Who left without a pledge, and after whose?
		host := ""
		for i := range r.Timeline {
			m := r.Timeline[i].Move
			if r.Timeline[i].Kind != sim.ItemMove || m.Code != "" {
				continue
			}
			if m.Verb == terms.VerbPledge && (m.Capital == "beech" || m.Capital == "willow") {
				host = m.Capital
			}
			if m.Verb == terms.VerbLeave && slices.Contains(missing, m.Capital) {
				return s.fault("left", r.moment(i), "day", r.day(m.Time), "who", r.who(i), "host", r.names([]string{host}), "n", len(in))
			}
		}
		return s.fault("not-enough", r.end(), "n", len(in), "missing", r.names(missing))
	}
	return nil
}
