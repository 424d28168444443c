package lesson

import (
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// Exercise 9: draft the plan. Score sheets decide; amendments are counted.

// amendments lists the student's.
func (s *sheet) amendments() (all []*scenarios.Step) {
	for i := range s.mine.Script {
		if m := s.mine.Script[i].Move; m != nil && m.Verb == terms.VerbAmend {
			all = append(all, &s.mine.Script[i])
		}
	}
	return all
}

func draftAdopted(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partPolicies, partHorizon); f != nil {
		return f
	}
	added, gone := s.difference()
	for _, step := range append(added, gone...) {
		if step.Move == nil || step.Move.Verb != terms.VerbAmend || !slices.Equal(step.By, []string{"dogwood"}) {
			return s.fault("other-steps", nil, "step", step.Text)
		}
	}
	for _, step := range s.amendments() {
		var ids []string
		for _, set := range step.Move.Set {
			ids = append(ids, set.Term)
		}
		if ids = append(ids, step.Move.Drop...); len(ids) > 1 {
			return s.fault("two-terms", nil, "n", len(ids), "terms", strings.Join(ids, ", "))
		}
	}
	for _, r := range s.plays() {
		p := r.plan("truce")
		if p.Outcome == terms.Adopted {
			continue
		}
		var against []*sim.Played
		item := -1
		for i := range r.Timeline {
			m := r.Timeline[i].Move
			if r.Timeline[i].Kind == sim.ItemMove && m.Verb == terms.VerbObject && m.Version == p.Version && m.Code == "" {
				if item < 0 {
					item = i
				}
				against = append(against, m)
			}
		}
		if item < 0 {
			return s.notAdopted("not-adopted", &r, "truce")
		}
		others := "The others would have accepted it, or had not answered yet."
		if len(against) > 1 {
			others = "So did " + r.names([]string{against[1].Capital}) + ": " + against[1].Text + "."
		}
		return s.fault("below", r.moment(item), "day", r.day(against[0].Time), "who", r.who(item), "version", p.Version,
			"text", against[0].Text, "others", others)
	}
	return nil
}

func draftFew(s *sheet) *fault {
	n, fewest := len(s.amendments()), fewestAmendments(s.given)
	runs := s.plays()
	if n > fewest && len(runs) > 0 {
		return s.fault("too-many", runs[0].moment(runs[0].decided("truce")), "n", n, "fewest", fewest)
	}
	return nil
}

// fewestAmendments is in how many terms a text has to differ from the draft so that every score sheet accepts it. It looks
// at every text.
func fewestAmendments(s *scenarios.Scenario) int {
	draft := s.Plans[0].Draft.Terms
	fewest := len(draft) + 1
	text := slices.Clone(draft)
	var try func(i, changed int)
	try = func(i, changed int) {
		if changed >= fewest {
			return
		}
		if i == len(text) {
			if accepted(s, text) {
				fewest = changed
			}
			return
		}
		for _, v := range values(s.Charter.Term(text[i].Term)) {
			text[i].Value = v
			more := 0
			if !v.Equal(draft[i].Value) {
				more = 1
			}
			try(i+1, changed+more)
		}
		text[i].Value = draft[i].Value
	}
	try(0, 0)
	return fewest
}

// values lists what a choice or a duration can be.
func values(t *terms.Term) []terms.Value {
	var all []terms.Value
	for _, o := range t.Options {
		all = append(all, terms.Value{Kind: terms.KindChoice, Choice: o})
	}
	for _, d := range t.Durations {
		all = append(all, terms.Value{Kind: terms.KindDuration, Duration: d})
	}
	return all
}

// accepted reports whether a text is worth its walk-away to everybody who has a score sheet.
func accepted(s *scenarios.Scenario, text []terms.Setting) bool {
	for i := range s.Parties {
		p := &s.Parties[i]
		var sum terms.Number
		for _, line := range p.Scores {
			if line.Test.Holds(text) {
				sum += line.Points
			}
		}
		if p.WalkAway != nil && sum < *p.WalkAway {
			return false
		}
	}
	return true
}
