package why

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// policies lists what a capital that decides by a policy could have decided by instead.
func (f *finder) policies() {
	for i := range f.s.Parties {
		p := &f.s.Parties[i]
		if p.Policy == nil || f.s.Charter.Capital(p.Capital).Role == terms.Observer {
			continue
		}
		if f.isAsked(p.Capital) {
			f.policy(p)
		}
		f.joins(p)
	}
}

// isAsked reports whether a capital is a voter of any round.
func (f *finder) isAsked(capital string) bool {
	return slices.ContainsFunc(f.h.rounds, func(r *round) bool {
		return slices.Contains(f.plans, r.plan) && slices.ContainsFunc(r.voters, func(v terms.Voter) bool { return v.ID == capital })
	})
}

func testWords(tests []terms.Test) string {
	w := make([]string, len(tests))
	for i, t := range tests {
		w[i] = t.String()
	}
	return strings.Join(w, " and ")
}

func testTerms(tests []terms.Test) []string {
	var ids []string
	for _, t := range tests {
		if !slices.Contains(ids, t.Term) {
			ids = append(ids, t.Term)
		}
	}
	return ids
}

func (f *finder) policy(p *scenarios.Party) {
	id, own := p.Capital, p.Policy
	note := func(slot, shape string, ids []string, w Where, change func(*scenarios.Party)) {
		c := &Change{Kind: KindPolicy, Terms: ids, slots: []string{"policy/" + id + "/" + slot + "/"}, Where: w,
			edit: func(d *draft) { change(d.party(id)) }}
		f.add(f.of(c, shape, id))
	}
	in := func(path ...string) []string { return append([]string{"capitals", id}, path...) }
	without := func(all [][]terms.Test, one []terms.Test) [][]terms.Test {
		return slices.DeleteFunc(slices.Clone(all), func(t []terms.Test) bool { return &t[0] == &one[0] })
	}
	for i, line := range own.RedLines {
		note("red/"+strconv.Itoa(i), "%s has no red line where "+testWords(line), testTerms(line),
			f.at(removes, testsYAML(line), in("policy", "red_lines", strconv.Itoa(i))...),
			func(p *scenarios.Party) { p.Policy.RedLines = without(p.Policy.RedLines, line) })
	}
	for i, need := range own.Needs {
		note("need/"+strconv.Itoa(i), "%s does not need that "+testWords(need), testTerms(need),
			f.at(removes, testsYAML(need), in("policy", "needs", strconv.Itoa(i))...),
			func(p *scenarios.Party) { p.Policy.Needs = without(p.Policy.Needs, need) })
	}
	if p.WalkAway != nil {
		note("walk_away", "%s walks away from nothing", nil, f.at(removes, "walk_away: "+p.WalkAway.String(), in("walk_away")...),
			func(p *scenarios.Party) { p.WalkAway = nil })
	}
	if own.Concession != nil {
		note("concession", "%s does not hold out for a better text", nil, f.at(removes, "concession", in("policy", "concession")...),
			func(p *scenarios.Party) { p.Policy.Concession = nil })
	}
	f.otherwise(p)
}

// answerWords say what a capital does that has no reason to refuse.
var answerWords = map[scenarios.Answer][2]string{
	scenarios.AnswerConsent: {"consents to", "consenting"}, scenarios.AnswerAbstain: {"abstains on", "abstaining"},
	scenarios.AnswerSilence: {"says nothing to", "saying nothing"}, scenarios.AnswerObject: {"objects to", "objecting"},
}

// otherwise lists the other answers to a text that crosses no red line, in the order of how far they go.
func (f *finder) otherwise(p *scenarios.Party) {
	order := []scenarios.Answer{scenarios.AnswerObject, scenarios.AnswerSilence, scenarios.AnswerAbstain, scenarios.AnswerConsent}
	id, now := p.Capital, slices.Index(order, p.Policy.Otherwise)
	slot := "policy/" + id + "/otherwise/"
	for i, a := range order {
		step, direction := i-now, "+"
		if step < 0 {
			step, direction = -step, "-"
		}
		if step == 0 || direction == "+" && !f.goal.eases || direction == "-" && !f.goal.hinders {
			continue
		}
		c := &Change{Kind: KindPolicy, slots: []string{slot}, family: slot + direction, step: step,
			Where: f.at(replaces, "otherwise: "+string(a), "capitals", id, "policy", "otherwise"),
			edit:  func(d *draft) { d.party(id).Policy.Otherwise = a }}
		f.add(f.of(c, fmt.Sprintf("%%s %s what crosses no red line instead of %s", answerWords[a][0], answerWords[p.Policy.Otherwise][1]), id))
	}
}

// joins lists how a capital could have joined a coalition sooner, or not at all.
func (f *finder) joins(p *scenarios.Party) {
	id := p.Capital
	for i, j := range p.Policy.Joins {
		if !slices.Contains(f.pledges, j.Term) {
			continue
		}
		slot := fmt.Sprintf("policy/%s/join/%d/", id, i)
		at := func(how, write, key string) Where {
			return f.at(how, write, "capitals", id, "policy", "joins", j.Term, key)
		}
		note := func(shape string, w Where, family string, step int, change func(*scenarios.Join)) {
			c := &Change{Kind: KindPolicy, Terms: []string{j.Term}, slots: []string{slot}, family: family, step: step, Where: w,
				edit: func(d *draft) {
					own := d.party(id)
					own.Policy.Joins = slices.Clone(own.Policy.Joins)
					change(&own.Policy.Joins[i])
				}}
			f.add(f.of(c, shape, id))
		}
		for n := j.When - 1; n >= 0 && f.goal.eases; n-- {
			note(fmt.Sprintf("%%s pledges %s once %s instead of %d", j.Term, plural(n, "other"), j.When), at(replaces, fmt.Sprintf("when: %d", n), "when"),
				slot+"-", j.When-n, func(own *scenarios.Join) { own.When = n })
		}
		if len(j.Requires) > 0 && f.goal.eases {
			note(fmt.Sprintf("%%s pledges %s whether or not %s", j.Term, f.words.Condition(terms.Condition{All: j.Requires})),
				at(removes, "requires", "requires"), "", 0, func(own *scenarios.Join) { own.Requires = nil })
		}
		if f.goal.hinders {
			note("%s does not join in pledging "+j.Term, at(removes, j.Term, ""), "", 0,
				func(own *scenarios.Join) { own.When = len(f.s.Charter.Capitals) })
		}
	}
}
