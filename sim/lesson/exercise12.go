package lesson

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// Exercise 12: play a capital. The student's program meets the policies of the file, and others.

// talksPolicies are the others' red lines in the file, and what stands there in other games.
func talksPolicies() (given []string, others [][]string) {
	return []string{"red_lines: [{border: open}]}}", "red_lines: [{watch: foreign}]}}", "red_lines: [{length: 30d}]}}"},
		[][]string{
			{"red_lines: [{border: open}, {border: closed}]}}", "red_lines: [{prisoners: some}]}}", "red_lines: [{length: 30d}, {length: 90d}]}}"},
			{"red_lines: [{watch: foreign}]}}", "red_lines: [{border: open}, {border: closed}]}}", "red_lines: [{prisoners: some}]}}"},
		}
}

// talksFrozen faults a change to anything but the program's command.
func talksFrozen(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partScript, partHorizon); f != nil {
		return f
	}
	same := slices.EqualFunc(s.given.Parties, s.mine.Parties, func(a, b scenarios.Party) bool {
		return alike(programless(a), programless(b))
	})
	if !same || len(sim.Programs(s.mine)) != 1 {
		return s.fault("frozen", nil, "part", partPolicies, "file", s.lesson.Edit, "change", s.lesson.Change)
	}
	return nil
}

// programless is a party without its program's command.
func programless(p scenarios.Party) scenarios.Party {
	if p.Policy != nil {
		policy := *p.Policy
		policy.Program = nil
		p.Policy = &policy
	}
	return p
}

func talksAnswers(s *sheet) *fault {
	if f := talksFrozen(s); f != nil {
		return f
	}
	first := s.fewer(1, func() []run { return s.plays() })
	if f := s.programFault(first); f != nil {
		return f
	}
	delete(s.cache, string(s.files[s.lesson.Edit]))
	s.runs = 0
	return s.programFault(s.plays())
}

// fewer plays with fewer seeds.
func (s *sheet) fewer(n int, play func() []run) []run {
	all := s.options.Seeds
	s.options.Seeds = min(n, all)
	defer func() { s.options.Seeds = all }()
	return play()
}

// programFault faults the first run in which the program failed.
func (s *sheet) programFault(runs []run) *fault {
	for i := range runs {
		r := &runs[i]
		for _, p := range r.Programs {
			if p.Fault == "" {
				continue
			}
			item := r.find(func(it *sim.Item) bool { return it.Kind == sim.ItemProgram })
			m := r.moment(item)
			day := r.day(m.At)
			if strings.Contains(p.Fault, "no answer") {
				m = nil // to show it, the student would have to wait as long once more
			}
			return s.fault("failed", m, "day", day, "text", p.Fault)
		}
	}
	return nil
}

func talksAdopted(s *sheet) *fault { return s.talks(s.plays(), "not-adopted") }

func talksOthers(s *sheet) *fault {
	given, others := talksPolicies()
	for _, policies := range others {
		text := string(s.files[s.lesson.Edit])
		for i := range given {
			if strings.Count(text, given[i]) != 1 {
				s.fail(&InputError{fmt.Errorf("%s: write the others' policies as they were given: %s", inFolder(s.options.Folder, s.lesson.Edit), given[i])})
				return nil
			}
			text = strings.Replace(text, given[i], "\x00"+fmt.Sprint(i), 1)
		}
		for i := range policies {
			text = strings.Replace(text, "\x00"+fmt.Sprint(i), policies[i], 1)
		}
		runs := s.fewer(max(1, s.options.Seeds/4), func() []run { return s.playsText(text) })
		if f := s.programFault(runs); f != nil {
			return f
		}
		if f := s.talks(runs, "not-adopted-others"); f != nil {
			return f
		}
	}
	return nil
}

// talks faults the first run in which the program put forward what its red lines forbid, or did not have its plan adopted.
func (s *sheet) talks(runs []run, failed string) *fault {
	for i := range runs {
		r := &runs[i]
		if f := s.crossed(r); f != nil {
			return f
		}
		switch p := r.plan("truce"); {
		case p.Outcome == terms.Adopted:
		case r.move(terms.VerbPropose, "", "truce", "recorded") < 0:
			return s.fault("never-proposed", r.end())
		default:
			at := r.moment(r.decided("truce"))
			return s.fault(failed, at, "outcome", p.Outcome, "because", r.because("truce"), "day", r.day(at.At))
		}
	}
	return nil
}

// crossed follows the text through its versions.
func (s *sheet) crossed(r *run) *fault {
	text := map[string]terms.Value{}
	version := 0
	for i := range r.Timeline {
		m := r.Timeline[i].Move
		if r.Timeline[i].Kind != sim.ItemMove || m.Code != "" || m.Plan != "truce" {
			continue
		}
		switch {
		case m.Verb == terms.VerbPropose && m.Draft != nil:
			for _, set := range m.Draft.Terms {
				text[set.Term] = set.Value
			}
		case m.Verb == terms.VerbAmend:
			for _, set := range m.Set {
				text[set.Term] = set.Value
			}
			for _, id := range m.Drop {
				delete(text, id)
			}
		default:
			continue
		}
		version++
		for _, party := range s.given.Parties {
			if party.Capital != "dogwood" || m.Capital != "dogwood" {
				continue
			}
			for _, line := range party.Policy.RedLines {
				if what := holding(line, text); what != "" {
					return s.fault("crossed", r.moment(i), "day", r.day(m.Time), "version", version, "terms", what)
				}
			}
		}
	}
	return nil
}

// holding says which tests hold of a text, "" unless all do.
func holding(line []terms.Test, text map[string]terms.Value) string {
	var settings []terms.Setting
	for id, v := range text {
		settings = append(settings, terms.Setting{Term: id, Value: v})
	}
	var all []string
	for _, t := range line {
		if !t.Holds(settings) {
			return ""
		}
		all = append(all, t.String())
	}
	return strings.Join(all, " and ")
}
