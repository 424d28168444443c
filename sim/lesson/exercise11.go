package lesson

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// Exercise 11: silence gives consent. The student's procedure meets cuts of different length, and a quiet week.

const silencePolicy = "policy: {replies_in: 20h..24h, red_lines: [{harbour: shared}]}"

// silenceFrozen faults a change to anything but the stages.
func silenceFrozen(s *sheet) *fault {
	return s.frozen(partCapitals, partTerms, partPlans, partPolicies, partScript, partHorizon)
}

// silenceAgainst plays a cut, and faults an adoption against Kyiv's will.
func silenceAgainst(s *sheet, until string) *fault {
	text := s.scripted([]string{"{at: 12h, propose: harbour, by: london}", "{at: 1d, isolate: kyiv}", "{at: " + until + ", heal: kyiv}"})
	if text == "" {
		s.fail(&InputError{fmt.Errorf("%s: keep the blocks of the file as they were given, each key at the start of its line",
			inFolder(s.options.Folder, s.lesson.Edit))})
		return nil
	}
	stages := s.mine.Charter.Procedures[0].Stages
	for _, r := range s.playsText(text) {
		if !r.is("harbour", terms.Adopted) {
			continue
		}
		id, asked, silent, named := "by-silence", false, false, false
		for i := range stages {
			in := slices.Contains(stages[i].Members, "kyiv")
			asked = asked || in
			silent = silent || in && stages[i].Silence == terms.SilenceConsent
			named = named || namesCapitals(stages[i].Rule) && in
		}
		objected := r.Scenario.Start.Add(2 * terms.Day)
		if i := r.waits("kyiv"); i >= 0 {
			objected = r.Timeline[i].At
		}
		switch {
		case !asked:
			id = "kyiv-not-asked"
		case silent && named:
			id = "consent-of-silence"
		case until != "5d":
			id = "longer-window"
		}
		at := r.decided("harbour")
		return s.fault(id, r.moment(at), "day", r.day(r.Timeline[at].At), "because", r.because("harbour"), "objected", r.day(objected))
	}
	return nil
}

func silenceCut(s *sheet) *fault {
	if f := silenceFrozen(s); f != nil {
		return f
	}
	return silenceAgainst(s, "5d")
}

func silenceLonger(s *sheet) *fault { return silenceAgainst(s, "11d") }

// silenceQuiet plays a week in which Kyiv consents, nobody objects, and a machine is down.
func silenceQuiet(s *sheet) *fault {
	text := s.scripted([]string{"{at: 12h, propose: harbour, by: london}", "{at: 13h, crash: paris}"})
	if !strings.Contains(text, silencePolicy) {
		s.fail(&InputError{fmt.Errorf("%s: write Kyiv's policy as it was given: %s", inFolder(s.options.Folder, s.lesson.Edit), silencePolicy)})
		return nil
	}
	for _, r := range s.playsText(strings.Replace(text, silencePolicy, "policy: {replies_in: 20h..24h}", 1)) {
		p := r.plan("harbour")
		switch {
		case p.Outcome == terms.Adopted && p.DecidedAt <= r.Scenario.Start.Add(9*terms.Day):
		case p.Outcome == terms.Open, p.Outcome == terms.Adopted:
			return s.fault("too-slow", r.end(), "stage", p.Stage)
		default:
			return s.notAdopted("nobody-quiet", &r, "harbour")
		}
	}
	return nil
}
