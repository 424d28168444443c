package lesson

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// Exercise 4: London as a bridge. Moves find a way to the leader; the record does not find one back.

// bridgeSteps faults a script that changes anything but what Kyiv does and who is in the chair.
func bridgeSteps(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partPolicies, partHorizon); f != nil {
		return f
	}
	added, gone := s.difference()
	for _, step := range append(added, gone...) {
		kyivs := step.Move != nil && slices.Equal(step.By, []string{"kyiv"}) &&
			step.Move.Verb != terms.VerbAmend && step.Move.Verb != terms.VerbPropose
		if !kyivs && (step.Fault == nil || step.Fault.Kind != scenarios.FaultChair) {
			return s.fault("other-steps", nil, "step", step.Text)
		}
	}
	return nil
}

func bridgeAdopted(s *sheet) *fault {
	if f := bridgeSteps(s); f != nil {
		return f
	}
	for _, r := range s.plays() {
		if r.is("offer", terms.Adopted) {
			continue
		}
		p := r.plan("offer")
		if i := r.refusedMove(terms.VerbConsent, "offer", terms.RefusedVersion); i >= 0 {
			m := r.Timeline[i].Move
			return s.fault("stale", r.moment(i), "day", r.day(m.Time), "reason", m.Reason, "seen", m.Version)
		}
		if i := r.move(terms.VerbConsent, "kyiv", "offer", "recorded"); i >= 0 && r.Timeline[i].Move.Version < p.Version {
			return s.fault("cleared", r.moment(i), "day", r.day(r.Timeline[i].At), "missing", r.names(p.Tally.Absent))
		}
		return s.notAdopted("missing", &r, "offer")
	}
	return nil
}

// bridgeWithoutLondon has London's machine fail after it has spoken, so that others carry what Kyiv says.
func bridgeWithoutLondon(s *sheet) *fault {
	for _, r := range s.playsText(s.with("{at: 3d7h, crash: london}")) {
		if !r.is("offer", terms.Adopted) {
			return s.notAdopted("depends", &r, "offer")
		}
	}
	return nil
}
