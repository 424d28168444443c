package lesson

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// Exercise 5: the minority that kept talking. One capital changes sides.

// sidesOf returns the partition of a script, nil if it has not exactly one.
func sidesOf(s *scenarios.Scenario) [][]string {
	var sides [][]string
	n := 0
	for i := range s.Script {
		if f := s.Script[i].Fault; f != nil && f.Kind == scenarios.FaultPartition {
			sides, n = f.Sides, n+1
		}
	}
	if n != 1 {
		return nil
	}
	return sides
}

// sideOf returns the side that a capital is on.
func sideOf(sides [][]string, id string) []string {
	for _, side := range sides {
		if slices.Contains(side, id) {
			return side
		}
	}
	return nil
}

func sidesInTime(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partPolicies, partHorizon); f != nil {
		return f
	}
	added, gone := s.difference()
	for _, step := range append(added, gone...) {
		if step.Fault == nil || step.Fault.Kind != scenarios.FaultPartition || step.At == nil || step.At.Min != 2*terms.Day {
			return s.fault("other-steps", nil, "step", step.Text)
		}
	}
	sides := sidesOf(s.mine)
	if sides == nil {
		return s.fault("other-steps", nil, "step", "no partition, or more than one")
	}
	mine := sideOf(sides, "washington")
	runs := s.plays()
	for _, chair := range []string{"kyiv", "london", "paris"} {
		runs = append(runs, s.playsText(s.with("{at: 1d12h, chair: "+chair+"}"))...)
	}
	for _, r := range runs {
		if item := r.waits("washington"); item >= 0 || !r.is("truce", terms.Adopted) {
			if item < 0 {
				item = r.decided("truce")
			}
			return s.fault("minority", r.moment(item), "day", r.day(r.Timeline[item].At), "why", r.Timeline[item].Text,
				"side", r.names(mine), "n", len(mine))
		}
	}
	if len(sideOf(sides, "kyiv")) == 0 || slices.Contains(mine, "kyiv") {
		return s.fault("kyiv-moved", nil)
	}
	moved := 0
	for _, id := range []string{"paris", "london", "warsaw"} {
		if slices.Contains(mine, id) != (id == "paris") {
			moved++
		}
	}
	if moved != 1 {
		return s.fault("moved-more", nil, "n", moved)
	}
	return nil
}
