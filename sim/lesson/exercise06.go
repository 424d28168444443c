package lesson

import (
	"maps"
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// Exercise 6: veto, objection, abstention. One position changes on the tower, and one on the fee.

// positions reads from a script what each capital says of a plan. A veto is told from an objection.
func positions(s *scenarios.Scenario, plan string) map[string]terms.Verb {
	all := map[string]terms.Verb{}
	for i := range s.Script {
		step := &s.Script[i]
		if step.Move == nil || step.Move.Plan != plan {
			continue
		}
		for _, id := range step.By {
			all[id] = step.Move.Verb
		}
	}
	return all
}

// repositioned lists whose position on a plan the student changed.
func (s *sheet) repositioned(plan string) []string {
	was, is := positions(s.given, plan), positions(s.mine, plan)
	both := maps.Clone(was)
	maps.Copy(both, is)
	var ids []string
	for id := range both {
		if was[id] != is[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func lampsTower(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partPolicies, partHorizon); f != nil {
		return f
	}
	for _, plan := range []string{"lamp", "date"} {
		if ids := s.repositioned(plan); len(ids) > 0 {
			return s.fault("other-steps", nil, "who", names(&s.mine.Charter, ids), "plan", plan)
		}
	}
	if f := s.oneChange("tower"); f != nil {
		return f
	}
	for _, r := range s.plays() {
		p := r.plan("tower")
		switch {
		case p.Outcome != terms.Adopted:
			return s.notWon("tower-failed", &r, "tower")
		case slices.Contains(p.Tally.Consent, "paris"):
			return s.fault("paris-consents", r.moment(r.decided("tower")))
		}
	}
	return nil
}

func (s *sheet) oneChange(plan string) *fault {
	if ids := s.repositioned(plan); len(ids) > 1 {
		return s.fault("too-many", nil, "plan", plan, "n", len(ids), "who", names(&s.mine.Charter, ids))
	}
	return nil
}

func (s *sheet) notWon(id string, r *run, plan string) *fault {
	p := r.plan(plan)
	return s.fault(id, r.moment(r.decided(plan)), "day", r.day(p.DecidedAt), "outcome", p.Outcome, "because", r.because(plan))
}

func lampsFee(s *sheet) *fault {
	if f := s.oneChange("fee"); f != nil {
		return f
	}
	for _, r := range s.plays() {
		switch {
		case r.is("fee", terms.Vetoed):
		case positions(s.mine, "fee")["london"] == terms.VerbVeto:
			return s.notWon("by-another-name", &r, "fee")
		default:
			return s.notWon("fee-failed", &r, "fee")
		}
	}
	return nil
}
