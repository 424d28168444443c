package lesson

import (
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// Exercise 3: the chair falls ill. What Kyiv hears is the same whether its question or the answer is lost.

// chairSteps faults a script that changes anything but the lines that are cut on day 3. That the lines come back is looked
// at in the second check.
func chairSteps(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partPolicies, partHorizon); f != nil {
		return f
	}
	added, gone := s.difference()
	for _, step := range append(added, gone...) {
		cuts := step.Fault != nil && step.Fault.Kind == scenarios.FaultCut && step.At != nil && step.At.Min == 2*terms.Day
		heals := step.Fault != nil && step.Fault.Kind == scenarios.FaultHeal
		if !cuts && !heals {
			return s.fault("other-steps", nil, "step", step.Text)
		}
	}
	return nil
}

func chairUnheard(s *sheet) *fault {
	if f := chairSteps(s); f != nil {
		return f
	}
	for _, r := range s.plays() {
		recorded := r.move(terms.VerbConsent, "kyiv", "truce", "recorded")
		waits := r.waits("kyiv")
		day4 := r.Scenario.Start.Add(3 * terms.Day)
		switch {
		case recorded >= 0 && waits < 0:
			return s.fault("a-way-out", r.moment(recorded), "day", r.day(r.Timeline[recorded].At))
		case recorded >= 0 && r.Timeline[recorded].At < day4:
			return s.fault("recorded-already", r.moment(recorded), "day", r.day(r.Timeline[recorded].At), "leader", "the chair")
		}
	}
	return nil
}

func chairOnce(s *sheet) *fault {
	for _, r := range s.plays() {
		n := 0
		for i := range r.Timeline {
			it := &r.Timeline[i]
			if it.Kind == sim.ItemMove && it.Move.Capital == "kyiv" && it.Move.Verb == terms.VerbConsent && it.Move.Outcome == "recorded" {
				n++
			}
		}
		if n != 1 || !r.is("truce", terms.Adopted) {
			return s.fault("never", r.end(), "n", n, "outcome", r.plan("truce").Outcome, "because", r.because("truce"))
		}
	}
	return nil
}
