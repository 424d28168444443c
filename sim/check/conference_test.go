package check

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

const (
	start = terms.Instant(1_740_000_000)
	hour  = terms.Duration(3600)
	day   = 24 * hour
)

// everyTerm is what the random conferences negotiate about. Line is reserved in some of them.
func everyTerm() []terms.Term {
	return []terms.Term{
		{ID: "air", Kind: terms.KindFlag},
		{ID: "force", Kind: terms.KindChoice, Options: []string{"none", "un", "nato"}},
		{ID: "length", Kind: terms.KindDuration},
		{ID: "line", Kind: terms.KindChoice, Options: []string{"current", "old"}},
		{ID: "troops", Kind: terms.KindQuantity, Max: terms.Int(10)},
	}
}

type drawer struct{ *rapid.T }

func (d drawer) chance(percent int) bool { return rapid.IntRange(1, 100).Draw(d.T, "%") > 100-percent }
func (d drawer) upTo(n int) int          { return rapid.IntRange(0, n).Draw(d.T, "n") }
func (d drawer) one(from []string) string {
	return from[rapid.IntRange(0, len(from)-1).Draw(d.T, "one")]
}

func (d drawer) some(from []string) []string {
	var out []string
	for _, x := range from {
		if d.chance(50) {
			out = append(out, x)
		}
	}
	if len(out) == 0 {
		out = append(out, d.one(from))
	}
	return out
}

func (d drawer) value(term string) terms.Value {
	switch term {
	case "air":
		return terms.Flag(d.chance(50))
	case "force":
		return terms.Choice(d.one([]string{"none", "un", "nato"}))
	case "line":
		return terms.Choice(d.one([]string{"current", "old"}))
	case "length":
		return terms.Span(day * terms.Duration(1+d.upTo(3)))
	}
	return terms.Quantity(terms.Int(int64(d.upTo(10))))
}

var termIDs = []string{"air", "force", "length", "line", "troops"}

func (d drawer) text() (text []terms.Setting) {
	for _, t := range d.some(termIDs) {
		text = append(text, terms.Setting{Term: t, Value: d.value(t)})
	}
	return text
}

func (d drawer) rule(members []string, depth int) terms.Rule {
	n := len(members)
	kinds := []terms.RuleKind{terms.RuleYes, terms.RuleConsentOf, terms.RuleConsensus, terms.RuleUnanimous, terms.RuleWeight,
		terms.RuleShare, terms.RuleConsensusMinus, terms.RuleAllBut, terms.RuleNoObjectionFrom, terms.RuleAll, terms.RuleAny}
	if depth == 0 {
		kinds = kinds[:len(kinds)-2]
	}
	r := terms.Rule{Kind: kinds[d.upTo(len(kinds)-1)]}
	switch r.Kind {
	case terms.RuleYes:
		r.N = 1 + d.upTo(n-1)
	case terms.RuleConsentOf, terms.RuleNoObjectionFrom:
		r.Capitals = d.some(members)
	case terms.RuleWeight:
		r.Of, r.Number = "votes", terms.Int(int64(1+d.upTo(n)))
	case terms.RuleShare:
		r.Of, r.Number, r.Strict = d.one([]string{"members", "votes"}), terms.Number(1+d.upTo(9))*terms.One/10, d.chance(50)
	case terms.RuleConsensusMinus, terms.RuleAllBut:
		r.N = d.upTo(n - 1)
	case terms.RuleAll, terms.RuleAny:
		r.Rules = []terms.Rule{d.rule(members, depth-1), d.rule(members, depth-1)}
	}
	return r
}

func (d drawer) charter() *terms.Charter {
	c := &terms.Charter{Conference: "random", Start: start, Terms: everyTerm()}
	var ids []string
	for i := range 2 + d.upTo(3) {
		id := string(rune('a' + i))
		ids = append(ids, id)
		c.Capitals = append(c.Capitals, terms.Capital{ID: id, Name: strings.ToUpper(id), Role: terms.Mediator,
			Weights: []terms.Weight{{Name: "votes", Value: terms.Int(int64(1 + i%3))}}})
	}
	if d.chance(20) {
		c.Capitals = append(c.Capitals, terms.Capital{ID: "o", Name: "O", Role: terms.Observer})
	}
	if d.chance(40) {
		c.Terms[3].ReservedTo = d.some(ids)
	}
	for i := range 1 + d.upTo(1) {
		p := terms.Procedure{Name: fmt.Sprintf("p%d", i)}
		if d.chance(40) {
			p.OnAmendment = terms.Stay
		}
		if d.chance(10) {
			p.Proposers = d.some(ids)
		}
		if d.chance(10) {
			p.Amenders = d.some(ids)
		}
		for j := range 1 + d.upTo(2) {
			s := terms.Stage{Name: fmt.Sprintf("s%d", j), Members: d.some(ids)}
			if d.chance(70) {
				s.Window = hour * terms.Duration(6*(1+d.upTo(7)))
			}
			if d.chance(30) {
				s.Silence = terms.SilenceConsent
			}
			if d.chance(30) {
				s.Decides = terms.AtClose
			}
			s.Rule = d.rule(s.Members, 2)
			if d.chance(35) { // vetoes
				s.Rule = terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleYes, N: 1 + d.upTo(len(s.Members)-1)},
					{Kind: terms.RuleNoObjectionFrom, Capitals: d.some(s.Members)}}}
			}
			p.Stages = append(p.Stages, s)
			if _, err := c.StageBallot(&p, j, nil); err != nil {
				p.Stages[j].Rule = terms.Rule{Kind: terms.RuleUnanimous}
			}
		}
		c.Procedures = append(c.Procedures, p)
	}
	return c
}

var planIDs = []string{"x", "y", "z"}

func (d drawer) condition(ids []string, depth int, plan bool) terms.Condition {
	kind := d.upTo(6)
	if depth == 0 && kind > 4 {
		kind -= 4
	}
	switch kind {
	case 0:
		c := terms.Condition{Consented: d.some(ids)}
		if !plan || d.chance(50) {
			c.To = d.one(planIDs)
		}
		return c
	case 1:
		return terms.Condition{Plan: d.one(planIDs), Is: "adopted"}
	case 2:
		c := terms.Condition{Pledged: d.one([]string{"force", "troops"})}
		switch d.upTo(2) {
		case 0:
			c.ByAtLeast = 1 + d.upTo(len(ids)-1)
		case 1:
			c.By = d.some(ids)
		case 2:
			c.Pledged, c.TotalAtLeast = "troops", terms.Int(int64(1+d.upTo(20)))
		}
		return c
	case 3:
		return terms.Condition{Plan: d.one(planIDs), Is: d.one([]string{"adopted", "vetoed", "rejected", "lapsed", "withdrawn", "open",
			"blocked", "awaiting", "in-force", "expired", "collapsed", "s0", "s1"})}
	case 4:
		t := d.one(termIDs)
		test := &terms.Test{Term: t, Op: terms.OpIn, Values: []terms.Value{d.value(t)}}
		switch d.upTo(3) {
		case 0:
			test.Op, test.Values = terms.OpSet, nil
		case 1:
			test.Op, test.Values = terms.OpUnset, nil
		case 2:
			test.Op = terms.OpNot
		}
		c := terms.Condition{Test: test}
		if d.chance(40) {
			c.To = d.one(planIDs)
		}
		return c
	case 5:
		return terms.Condition{All: []terms.Condition{d.condition(ids, depth-1, plan), d.condition(ids, depth-1, plan)}}
	}
	return terms.Condition{Any: []terms.Condition{d.condition(ids, depth-1, plan), d.condition(ids, depth-1, plan)}}
}

// struggle makes it a move about a veto: one is cast, others consent all the same, the vote is called.
func (d drawer) struggle(p *plan, w *world, m *terms.Move) {
	m.Version = 0
	if len(p.vetoes) > 0 {
		m.Verb = []terms.Verb{terms.VerbConsent, terms.VerbConsent, terms.VerbCall}[d.upTo(2)]
		if i := slices.IndexFunc(p.asked, func(c string) bool { return !p.hasSpoken(c) }); i >= 0 && !w.left[p.asked[i]] {
			m.Capital = p.asked[i]
		}
		return
	}
	v := w.vote(p, nil)
	v.open = false
	for _, c := range p.asked {
		if v.vetoes(c) && !w.left[c] {
			m.Verb, m.Capital = terms.VerbVeto, c
		}
	}
}

// move draws a move that has a fair chance not to be refused.
func (d drawer) move(c *terms.Charter, w *world) terms.Move {
	var ids []string
	for _, x := range c.Capitals {
		ids = append(ids, x.ID)
	}
	voters := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "o" })
	m := terms.Move{Capital: d.one(ids), Plan: d.one(planIDs)}
	if len(w.plans) > 0 && d.chance(80) {
		p := w.plans[d.upTo(len(w.plans)-1)]
		m.Plan = p.id
		if p.outcome == terms.Open && d.chance(80) {
			m.Capital = d.one(p.asked)
		}
		if d.chance(10) {
			m.Version = 1 + d.upTo(2)
		}
	}
	if len(w.plans) < 3 && d.chance(35) || len(w.plans) == 0 && d.chance(80) {
		m.Verb = terms.VerbPropose
		for _, id := range planIDs {
			if w.plan(id) == nil {
				m.Plan = id
				break
			}
		}
	} else {
		verbs := []terms.Verb{"consent", "consent", "consent", "consent", "consent", "object", "object", "abstain", "veto", "veto",
			"amend", "amend", "lift", "call", "withdraw", "pledge", "pledge", "pledge", "unpledge", "leave", "return", "report",
			"report", "report", "denounce", "extend", "extend", "extend", "say", "clock", "clock", "propose"}
		m.Verb = verbs[d.upTo(len(verbs)-1)]
		if p := w.plan(m.Plan); p != nil && p.outcome == terms.Open && d.chance(25) {
			d.struggle(p, w, &m)
		}
	}
	switch m.Verb {
	case terms.VerbPropose:
		m.Draft = &terms.Draft{Title: "T", Procedure: d.one([]string{"p0", "p0", "p0", "p1"}), Terms: d.text()}
		if d.chance(30) {
			m.Draft.Requires = []terms.Condition{d.condition(voters, 1, true)}
		}
		switch d.upTo(3) {
		case 0:
			m.Draft.Lasts = day * terms.Duration(1+d.upTo(2))
		case 1:
			m.Draft.LastsTerm = "length"
		}
		m.Draft.CollapsesAfter = d.upTo(2)
	case terms.VerbAmend:
		t := d.one(termIDs)
		if d.chance(30) {
			m.Drop = []string{t}
		} else {
			m.Set = []terms.Setting{{Term: t, Value: d.value(t)}}
			if other := d.one(termIDs); other != t && d.chance(20) {
				m.Drop = []string{other}
			}
		}
	case terms.VerbConsent:
		if d.chance(45) {
			cond := d.condition(voters, 1, true)
			m.If = &cond
		}
	case terms.VerbVeto:
		if d.chance(70) {
			m.Citing = d.some(termIDs[:3])
		}
	case terms.VerbPledge:
		m.Plan, m.Term = "", d.one([]string{"force", "troops"})
		if d.chance(70) {
			v := d.value(m.Term)
			m.Value = &v
		}
		if d.chance(40) {
			cond := d.condition(voters, 1, false)
			m.If = &cond
		}
	case terms.VerbUnpledge:
		m.Plan, m.Term = "", d.one([]string{"force", "troops"})
	case terms.VerbLeave, terms.VerbReturn, terms.VerbSay, terms.VerbClock:
		m.Plan, m.Version = "", 0
		if m.Verb == terms.VerbSay {
			m.Text = "so"
		}
	case terms.VerbReport:
		m.Against = d.one(voters)
		if d.chance(30) {
			m.Of = []string{d.one(termIDs)}
		}
	case terms.VerbExtend:
		if d.chance(60) {
			m.For = day * terms.Duration(1+d.upTo(1))
		}
	}
	switch d.upTo(3) {
	case 0:
		m.Time = w.now
	case 1:
		m.Time = w.now.Add(hour * terms.Duration(d.upTo(3)))
	default:
		m.Time = w.now.Add(hour * terms.Duration(6*d.upTo(4)))
	}
	m.Conference, m.Number = c.Conference, w.numbers[m.Capital]+1
	switch d.upTo(60) { // what a lame or a lying sender does
	case 57:
		m.Number++
	case 58:
		m.Number--
	case 59:
		m.Time = w.now.Add(-hour)
	case 60:
		m.Conference = "another"
	}
	return m
}
