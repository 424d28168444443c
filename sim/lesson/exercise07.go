package lesson

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// Exercise 7: nothing is agreed until everything is agreed. Three different Moscows decide on two texts.

const linkedPolicy = "red_lines: [{truce.air: true}]"

// linkedRuns plays the student's script with another policy of Moscow.
func linkedRuns(s *sheet, policy string) []run {
	text := string(s.files[s.lesson.Edit])
	if !strings.Contains(text, linkedPolicy) {
		s.fail(&InputError{fmt.Errorf("%s: write Moscow's policy as it was given: %s", inFolder(s.options.Folder, s.lesson.Edit), linkedPolicy)})
		return nil
	}
	return s.playsText(strings.Replace(text, linkedPolicy, policy, 1))
}

func linkedTogether(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partPolicies, partHorizon); f != nil {
		return f
	}
	added, gone := s.difference()
	for _, step := range append(added, gone...) {
		if step.Move == nil || step.Move.Verb != terms.VerbConsent || !slices.Equal(step.By, []string{"kyiv"}) {
			return s.fault("other-steps", nil, "step", step.Text)
		}
	}
	for _, r := range linkedRuns(s, "otherwise: consent") {
		if r.is("exchange", terms.Adopted) && r.is("truce", terms.Adopted) {
			continue
		}
		waits := 0
		for i := range s.mine.Script {
			if s.mine.Script[i].When != nil {
				waits++
			}
		}
		if waits > 0 && r.move(terms.VerbConsent, "kyiv", "", "") < 0 {
			return s.fault("deadlock", r.end())
		}
		failed := "truce"
		if r.is("truce", terms.Adopted) {
			failed = "exchange"
		}
		return s.fault("not-both", r.moment(r.decided(failed)), "exchange", r.plan("exchange").Outcome,
			"truce", r.plan("truce").Outcome, "because", r.because(failed))
	}
	return nil
}

func linkedNoTruce(s *sheet) *fault {
	for _, r := range linkedRuns(s, linkedPolicy) {
		if !r.is("exchange", terms.Adopted) {
			continue
		}
		id := "exchange-alone"
		for i := range s.mine.Script {
			if m := s.mine.Script[i].Move; m != nil && m.Plan == "exchange" && m.If != nil && len(m.If.Consented) > 0 {
				id = "own-plan"
			}
		}
		at := r.decided("exchange")
		return s.fault(id, r.moment(at), "day", r.day(r.Timeline[at].At))
	}
	return nil
}

func linkedNoExchange(s *sheet) *fault {
	for _, r := range linkedRuns(s, `red_lines: [{prisoners: ">= 1"}]`) {
		if r.is("truce", terms.Adopted) {
			at := r.decided("truce")
			return s.fault("truce-alone", r.moment(at), "day", r.day(r.Timeline[at].At))
		}
	}
	return nil
}
