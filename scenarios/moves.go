package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// move reads what a step's capitals do.
func (p *parser) move(s *Step, verb terms.Verb, f fields) {
	m := &terms.Move{Verb: verb}
	s.Move = m
	what, _ := f.get(string(verb))
	m.Text = p.textOf(f, "saying")
	switch verb {
	case terms.VerbLeave, terms.VerbReturn:
		p.byItself(s, what, f)
	case terms.VerbSay:
		p.say(m, what, f)
	case terms.VerbReport:
		p.report(m, what, f)
	case terms.VerbPledge:
		p.pledge(m, what, f)
	case terms.VerbUnpledge:
		if t, ok := p.termID(what); ok {
			m.Term = t.ID
		}
	default:
		if plan, ok := p.planID(what); ok {
			m.Plan = plan.ID
		}
	}
	switch verb {
	case terms.VerbLeave, terms.VerbReturn:
	default:
		if by, ok := f.need("by", "the capital, or the capitals, whose move it is"); ok {
			s.By = p.someCapitals(by)
		}
	}
	switch verb {
	case terms.VerbAmend:
		p.amend(m, f)
	case terms.VerbExtend:
		if x, ok := f.get("for"); ok {
			if m.For, ok = p.duration(x); ok && m.For == 0 {
				p.wrong(x, "extend for some time, such as 30d")
			}
		}
	}
	if x, ok := f.get("citing"); ok && verb == terms.VerbVeto {
		m.Citing = p.termIDs(x)
	}
	if x, ok := f.get("if"); ok && (verb == terms.VerbConsent || verb == terms.VerbPledge) {
		h := atHand
		if verb == terms.VerbPledge {
			h = noHand
		}
		if c, ok := p.condition(x, h); ok {
			m.If = &c
		}
	}
	if x, ok := f.get("version"); ok && slices.Contains(verbKeys[string(verb)], "version") {
		m.Version, _ = p.count(x, 1)
	}
}

// byItself reads {leave: kyiv} and {leave: true, by: kyiv}.
func (p *parser) byItself(s *Step, what value, f fields) {
	by, given := f.get("by")
	named := what.kind != null && (what.kind != scalar || !strings.EqualFold(what.text, "true"))
	switch {
	case named && given:
		s.By = p.someCapitals(what)
		if other := p.someCapitals(by); !slices.Equal(s.By, other) {
			p.wrong(by, "the step names %s and, by, others: name them once", listed(s.By, "and"))
		}
	case named:
		s.By = p.someCapitals(what)
	case given:
		s.By = p.someCapitals(by)
	default:
		p.problem(what.key, what.path, "", "say who: %s: kyiv", s.Move.Verb)
	}
}

// say reads a statement for the record.
func (p *parser) say(m *terms.Move, what value, f fields) {
	if f.has("saying") {
		v, _ := f.get("saying")
		p.problem(v.key, v.path, "", "what is said stands after say:")
	}
	t, ok := p.word(what)
	if m.Text = t; ok && (strings.TrimSpace(t) == "" || len(t) > terms.MaxText) {
		p.wrong(what, "a statement has 1 to %d bytes", terms.MaxText)
	}
}

// amend reads the changes to a text: set: {force: un}, drop: [troops].
func (p *parser) amend(m *terms.Move, f fields) {
	set, sets := f.get("set")
	drop, drops := f.get("drop")
	if sets {
		m.Set = p.settings(set)
	}
	if drops {
		m.Drop = p.termIDs(drop)
	}
	if (!sets || len(set.entries) == 0) && (!drops || drop.kind == null || drop.kind == list && len(drop.items) == 0) {
		p.wrong(f.value, "an amendment changes something: set: {term: value}, or drop: [term]")
	}
	for _, x := range m.Set {
		if slices.Contains(m.Drop, x.Term) {
			p.wrong(drop, "%s is both set and dropped", x.Term)
		}
	}
}

// pledge reads {pledge: troops, value: 2000} and {pledge: {troops: 2000}}.
func (p *parser) pledge(m *terms.Move, what value, f fields) {
	name, val := what, value{}
	x, given := f.get("value")
	if given {
		val = x
	}
	if what.kind == mapping && len(what.entries) == 1 {
		e := what.entries[0]
		name = what.of(e)
		if given {
			p.wrong(x, "the value of the pledge is given twice")
		}
		val, given = what.under(e), e.value.kind != null
	}
	t, ok := p.termID(name)
	if !ok {
		return
	}
	if m.Term = t.ID; given {
		if v, ok := p.termValue(t, val, true); ok {
			m.Value = &v
		}
	}
}

// report reads the report of a violation. The plan stands after report: or of:; where only terms are named, it is the
// only plan that sets them. Any other text after report: says what happened.
func (p *parser) report(m *terms.Move, what value, f fields) {
	told := ""
	if what.kind == scalar {
		told = p.reported(m, what)
	} else if what.kind != null {
		p.wrong(what, "after report: stands the plan, the term that was violated, or what happened")
	}
	if told != "" && m.Text != "" {
		told += ": " + m.Text
	} else if told == "" {
		told = m.Text
	}
	m.Text = told
	if of, ok := f.get("of"); ok {
		for _, x := range p.items(of) {
			p.violated(m, x)
		}
	}
	if v, ok := f.need("against", "the capital that is accused"); ok {
		m.Against, _ = p.oneCapital(v)
	}
	if m.Plan == "" {
		p.planOfReport(m, what)
	}
}

// reported reads what stands after report:, and returns it if it is a text.
func (p *parser) reported(m *terms.Move, v value) string {
	switch {
	case p.scenario.Plan(v.text) != nil:
		m.Plan = v.text
	case p.scenario.Charter.Term(v.text) != nil:
		m.Of = append(m.Of, v.text)
	case v.text == "violation" || v.text == "violations" || strings.EqualFold(v.text, "true"):
	default:
		known := append(p.planWords(), p.termWords()...)
		if near := p.hint(v.text, known); near != "" && !strings.ContainsAny(v.text, " \n") {
			p.problem(v.pos, v.path, near, "%s", notKnown(v.text, "plan or term", known))
		}
		return v.text
	}
	return ""
}

func (p *parser) violated(m *terms.Move, v value) {
	t, ok := p.word(v)
	switch {
	case !ok:
	case p.scenario.Charter.Term(t) != nil:
		if !slices.Contains(m.Of, t) {
			m.Of = append(m.Of, t)
		}
	case p.scenario.Plan(t) != nil:
		if m.Plan != "" && m.Plan != t {
			p.wrong(v, "one report is about one plan, and this names %s and %s", m.Plan, t)
		}
		m.Plan = t
	default:
		p.unknown(v, t, "plan or term", append(p.planWords(), p.termWords()...))
	}
}

// planOfReport finds the only plan that the report can mean.
func (p *parser) planOfReport(m *terms.Move, what value) {
	var plans []string
	for _, plan := range p.scenario.Plans {
		sets := func(id string) bool {
			return slices.ContainsFunc(plan.Draft.Terms, func(s terms.Setting) bool { return s.Term == id })
		}
		if !slices.ContainsFunc(m.Of, func(id string) bool { return !sets(id) }) {
			plans = append(plans, plan.ID)
		}
	}
	switch len(plans) {
	case 1:
		m.Plan = plans[0]
	case 0:
		p.problem(what.key, what.path, "", "say which plan was violated, such as of: [PLAN, ...]: none sets %s", listed(m.Of, "and"))
	default:
		p.problem(what.key, what.path, "", "say which plan was violated, such as of: %s: it could be %s", plans[0], listed(plans, "or"))
	}
}

// moveLine writes a move on one line: "veto truce by moscow, citing force".
func moveLine(m *terms.Move, by string) string {
	var b strings.Builder
	b.WriteString(string(m.Verb))
	for _, w := range []string{m.Plan, m.Term} {
		if w != "" {
			b.WriteString(" " + w)
		}
	}
	if m.Version > 0 {
		fmt.Fprintf(&b, " version %d", m.Version)
	}
	if m.Value != nil {
		b.WriteString(" " + m.Value.String())
	}
	b.WriteString(" by " + by)
	for _, s := range m.Set {
		fmt.Fprintf(&b, ", set %s to %s", s.Term, s.Value)
	}
	for _, d := range m.Drop {
		b.WriteString(", drop " + d)
	}
	if len(m.Citing) > 0 {
		b.WriteString(", citing " + listed(m.Citing, "and"))
	}
	if m.Against != "" {
		b.WriteString(" against " + m.Against)
	}
	if len(m.Of) > 0 {
		b.WriteString(", of " + listed(m.Of, "and"))
	}
	if m.For > 0 {
		b.WriteString(" for " + m.For.String())
	}
	if m.If != nil {
		b.WriteString(", if " + m.If.String())
	}
	if m.Verb == terms.VerbSay {
		b.WriteString(": " + quote(m.Text))
	}
	return b.String()
}
