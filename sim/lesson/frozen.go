package lesson

import (
	"reflect"
	"slices"

	"github.com/parley-sim/parley/scenarios"
)

// The parts of a scenario that an exercise can forbid to change.
const (
	partCapitals   = "capitals"
	partTerms      = "terms"
	partProcedures = "rules and procedures"
	partPlans      = "plans"
	partPolicies   = "policies and score sheets"
	partScript     = "script"
	partHorizon    = "start and horizon"
	partMachines   = "machines"
)

const frozenText = "You changed the {part} of {file}. In this exercise you may change {change}. Put the rest back as it was: " +
	"parley lesson start with --again puts your files aside and writes fresh ones."

// changed returns the first of the parts in which the student's scenario differs from the one given, "" if none does.
func (s *sheet) changed(parts ...string) string {
	a, b := s.given, s.mine
	for _, part := range parts {
		same := true
		switch part {
		case partCapitals:
			same = alike(a.Charter.Capitals, b.Charter.Capitals) && alike(a.Charter.Groups, b.Charter.Groups)
		case partTerms:
			same = alike(a.Charter.Terms, b.Charter.Terms)
		case partProcedures:
			same = alike(a.Charter.Procedures, b.Charter.Procedures)
		case partPlans:
			same = slices.EqualFunc(a.Plans, b.Plans, func(x, y scenarios.Plan) bool {
				return x.ID == y.ID && alike(x.Draft, y.Draft)
			})
		case partPolicies:
			same = alike(a.Parties, b.Parties)
		case partScript:
			same = slices.Equal(steps(a), steps(b))
		case partMachines: // but for trailing_logs, which is the student's where machines are at all
			x, y := a.Machines, b.Machines
			x.TrailingLogs, y.TrailingLogs = nil, nil
			same = x == y
		case partHorizon:
			same = a.Start == b.Start && a.Horizon == b.Horizon
		}
		if !same {
			return part
		}
	}
	return ""
}

func alike(a, b any) bool { return reflect.DeepEqual(a, b) }

// steps lists a script's steps, each as one line.
func steps(s *scenarios.Scenario) []string {
	var all []string
	for i := range s.Script {
		all = append(all, stepText(&s.Script[i]))
	}
	return all
}

func stepText(step *scenarios.Step) string {
	text := step.Text
	if step.NoSettle {
		text += ", without settling"
	}
	return text
}

// difference returns the steps that the student added, and those that are gone.
func (s *sheet) difference() (added, gone []*scenarios.Step) {
	had, has := steps(s.given), steps(s.mine)
	left := slices.Clone(had)
	for i, text := range has {
		if j := slices.Index(left, text); j >= 0 {
			left[j] = "\x00" // each step of the given script stands for one of the student's
		} else {
			added = append(added, &s.mine.Script[i])
		}
	}
	for j, text := range left {
		if text != "\x00" {
			gone = append(gone, &s.given.Script[j])
		}
	}
	return added, gone
}

// frozen faults a change to a part that is not the student's to change.
func (s *sheet) frozen(parts ...string) *fault {
	if part := s.changed(parts...); part != "" {
		return s.fault("frozen", nil, "part", part, "file", s.lesson.Edit, "change", s.lesson.Change)
	}
	return nil
}
