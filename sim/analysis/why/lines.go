package why

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/policy"
)

// lines are what the capitals would not accept: what their policies say, and what they showed by a veto or an objection of
// the script.
type redLines struct {
	scenario *scenarios.Scenario
	asked    []string // capitals that were asked about the plan, whose needs and walk-away count
	shown    []shown
}

// shown is a veto or an objection that stood on a text.
type shown struct {
	capital string
	veto    bool
	citing  []string
	text    []terms.Setting
}

func linesOf(s *scenarios.Scenario, h *history, plan string) *redLines {
	l := &redLines{scenario: s}
	for _, r := range h.of(plan) {
		for _, v := range r.voters {
			if !slices.Contains(l.asked, v.ID) {
				l.asked = append(l.asked, v.ID)
			}
			c := r.last(v.ID)
			if c != nil && c.step >= 0 && r.position(v.ID) == terms.Object {
				l.shown = append(l.shown, shown{v.ID, c.verb == terms.VerbVeto, c.move.Citing, r.text})
			}
		}
	}
	return l
}

// crossed lists whose lines a text crosses, in the charter's order.
func (l *redLines) crossed(text []terms.Setting) []Crossing {
	var all []Crossing
	for i := range l.scenario.Charter.Capitals {
		id := l.scenario.Charter.Capitals[i].ID
		if c, ok := l.crosses(id, text); ok {
			all = append(all, c)
		}
	}
	return all
}

func holdsAll(tests []terms.Test, text []terms.Setting) bool {
	return !slices.ContainsFunc(tests, func(t terms.Test) bool { return !t.Holds(text) })
}

func (l *redLines) crosses(capital string, text []terms.Setting) (Crossing, bool) {
	if p := l.party(capital); p != nil && p.Policy != nil {
		for _, line := range p.Policy.RedLines {
			if holdsAll(line, text) {
				return Crossing{capital, "its red line: " + testWords(line), true}, true
			}
		}
		if slices.Contains(l.asked, capital) {
			for _, need := range p.Policy.Needs {
				if !holdsAll(need, text) {
					return Crossing{capital, "its need: " + testWords(need), true}, true
				}
			}
			if p.WalkAway != nil {
				if score := policy.ScoreOf(p.Scores, text); score < *p.WalkAway {
					return Crossing{capital, "its walk-away: worth " + score.String() + " of " + p.WalkAway.String(), true}, true
				}
			}
		}
	}
	for i := range l.shown {
		if s := &l.shown[i]; s.capital == capital && s.stands(text) {
			what := "its objection"
			if s.veto {
				what = "its veto"
			}
			if len(s.citing) > 0 {
				what += " of " + testList(s.citing, text)
			}
			return Crossing{capital, what, false}, true
		}
	}
	return Crossing{}, false
}

func testList(ids []string, text []terms.Setting) string {
	words := ""
	for i, id := range ids {
		if i > 0 {
			words += " and "
		}
		words += id
		if v := valueOf(text, id); v != nil {
			words += " " + v.String()
		}
	}
	return words
}

// stands reports whether what was objected to is in the text.
func (s *shown) stands(text []terms.Setting) bool {
	same := func(id string) bool {
		a, b := valueOf(s.text, id), valueOf(text, id)
		return (a == nil) == (b == nil) && (a == nil || a.Equal(*b))
	}
	if len(s.citing) > 0 {
		return !slices.ContainsFunc(s.citing, func(id string) bool { return !same(id) })
	}
	return len(s.text) == len(text) && !slices.ContainsFunc(text, func(x terms.Setting) bool { return !same(x.Term) })
}

func (l *redLines) party(capital string) *scenarios.Party {
	for i := range l.scenario.Parties {
		if l.scenario.Parties[i].Capital == capital {
			return &l.scenario.Parties[i]
		}
	}
	return nil
}

// drawn lists the capitals that have lines.
func (l *redLines) drawn() []string {
	var all []string
	for i := range l.scenario.Charter.Capitals {
		id := l.scenario.Charter.Capitals[i].ID
		p := l.party(id)
		own := p != nil && p.Policy != nil && (len(p.Policy.RedLines) > 0 || slices.Contains(l.asked, id) && (len(p.Policy.Needs) > 0 || p.WalkAway != nil))
		if own || slices.ContainsFunc(l.shown, func(s shown) bool { return s.capital == id }) {
			all = append(all, id)
		}
	}
	return all
}
