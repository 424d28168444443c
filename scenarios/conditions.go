package scenarios

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// hand says which plan a condition means where it names none.
type hand uint8

const (
	atHand hand = iota // the plan that it stands with: a consent's, or the one that requires it
	noHand             // none: when-steps and pledges. If the file has one plan only, it is meant.
)

// maxConditionDepth bounds how deep conditions are nested, well below what the state machine refuses.
const maxConditionDepth = 24

// condition reads what a consent, a pledge, a when-step or a plan waits for.
func (p *parser) condition(v value, h hand) (terms.Condition, bool) {
	c, ok := p.nested(v, h)
	if ok && conditionDepth(&c) > maxConditionDepth {
		p.wrong(v, "the condition is nested more than %d deep", maxConditionDepth)
		return c, false
	}
	return c, ok
}

func conditionDepth(c *terms.Condition) int {
	deepest := 0
	for _, sub := range [][]terms.Condition{c.All, c.Any} {
		for i := range sub {
			deepest = max(deepest, conditionDepth(&sub[i]))
		}
	}
	return deepest + 1
}

// nested is condition for one inside another.
func (p *parser) nested(v value, h hand) (terms.Condition, bool) {
	switch v.kind {
	case scalar: // a plan's id: it is adopted
		plan, ok := p.planID(v)
		if !ok {
			return terms.Condition{}, false
		}
		return terms.Condition{Plan: plan.ID, Is: string(terms.Adopted)}, true
	case list: // all of them
		all, ok := p.conditions(v, h)
		return conjunction(all), ok
	case mapping:
		all, ok := p.clausesOf(v, h)
		return conjunction(all), ok
	}
	p.wrong(v, "a condition goes here, such as {plan: truce, is: adopted}")
	return terms.Condition{}, false
}

func (p *parser) conditions(v value, h hand) ([]terms.Condition, bool) {
	var all []terms.Condition
	fine := true
	for _, x := range p.items(v) {
		c, ok := p.nested(x, h)
		all, fine = append(all, c), fine && ok
	}
	if len(all) == 0 {
		p.problem(v.pos, v.path, "", "list one condition or more")
		fine = false
	}
	return all, fine
}

func conjunction(all []terms.Condition) terms.Condition {
	if len(all) == 1 {
		return all[0]
	}
	return terms.Condition{All: all}
}

// clausesOf reads a mapping: each of its keys is a condition, or says more of one.
func (p *parser) clausesOf(v value, h hand) ([]terms.Condition, bool) {
	f := fields{value: v, p: p, what: "a condition"}
	var all []terms.Condition
	fine := true
	add := func(c terms.Condition, ok bool) {
		all, fine = append(all, c), fine && ok
	}
	in, named := "", false
	if x, ok := f.get("in"); ok {
		plan, ok := p.planID(x)
		if fine = fine && ok; ok {
			in, named = plan.ID, true
		}
	}
	tested := false
	for _, e := range v.entries {
		x := v.under(e)
		switch e.key {
		case "all", "any":
			sub, ok := p.conditions(x, h)
			if c := (terms.Condition{Any: sub}); e.key == "any" {
				add(c, ok)
			} else {
				add(terms.Condition{All: sub}, ok)
			}
		case "consented":
			add(p.consented(f, x, h))
		case "pledged":
			sub, ok := p.pledged(f, x)
			all, fine = append(all, sub...), fine && ok
		case "plan":
			sub, ok := p.planIs(f, x)
			all, fine = append(all, sub...), fine && ok
		case "to":
			fine = p.sibling(f, e, "consented") && fine
		case "is":
			fine = p.sibling(f, e, "plan") && fine
		case "by_at_least", "by", "total_at_least":
			fine = p.sibling(f, e, "pledged") && fine
		case "in":
		case "term":
			tested = true
			tests, ok := p.tests(x)
			fine = fine && ok
			for i := range tests {
				all = append(all, terms.Condition{To: in, Test: &tests[i]})
			}
		default:
			t := p.scenario.Charter.Term(e.key)
			if t == nil {
				known := append(p.termWords(), keysOf["condition"]...)
				p.problem(e.pos, child(v.path, e.key), p.hint(e.key, known),
					"%s is neither a word of a condition (%s) nor a term", quote(e.key), listed(keysOf["condition"], "and"))
				fine = false
				continue
			}
			tested = true
			q, ok := p.test(t, x)
			add(terms.Condition{To: in, Test: &q}, ok)
		}
	}
	if x, _ := f.get("in"); named && !tested {
		p.problem(x.key, x.path, "", "in says in which plan a term has a value, and no term is named beside it")
		fine = false
	}
	if fine && len(all) == 0 {
		p.problem(v.pos, v.path, "", "a condition asks for something: consented, pledged, plan, a term, all or any")
		fine = false
	}
	return all, fine
}

// sibling reports a key that says more of a condition which isn't there.
func (p *parser) sibling(f fields, e entry, of string) bool {
	if x, ok := f.get(of); !ok || e.key != "to" && e.key != "is" && x.kind == mapping {
		p.problem(e.pos, child(f.path, e.key), "", "%s says more of %s; write it beside {%s: ...}", e.key, of, of)
		return false
	}
	return true
}

func (p *parser) consented(f fields, v value, h hand) (terms.Condition, bool) {
	c := terms.Condition{Consented: p.someCapitals(v)}
	ok := len(c.Consented) > 0
	if to, given := f.get("to"); given {
		plan, known := p.planID(to)
		if known {
			c.To = plan.ID
		}
		return c, ok && known
	}
	if h == noHand {
		if len(p.scenario.Plans) != 1 {
			p.problem(v.key, v.path, "", "say to which plan: {consented: ..., to: %s}", listed(p.planWords(), "or"))
			return c, false
		}
		c.To = p.scenario.Plans[0].ID
	}
	return c, ok
}

// pledged reads {pledged: force, by_at_least: 5} and {pledged: {force: {by_at_least: 5}}}.
func (p *parser) pledged(f fields, v value) ([]terms.Condition, bool) {
	if v.kind != mapping {
		t, ok := p.termID(v)
		if !ok {
			return nil, false
		}
		return p.pledgedTo(t, f)
	}
	var all []terms.Condition
	fine := true
	for _, e := range v.entries {
		t, ok := p.termID(v.of(e))
		if !ok {
			fine = false
			continue
		}
		x := v.under(e)
		if x.kind == scalar { // {pledged: {force: 5}}
			n, ok := p.count(x, 1)
			all, fine = append(all, terms.Condition{Pledged: t.ID, ByAtLeast: n}), fine && ok
			continue
		}
		if x.kind == null {
			x.node = &node{kind: mapping, pos: e.pos}
		}
		g, ok := p.fields(x, "a pledge that is waited for", "pledged")
		sub, fits := p.pledgedTo(t, g)
		all, fine = append(all, sub...), fine && ok && fits
	}
	if len(v.entries) == 0 {
		p.wrong(v, "name a term, such as {pledged: {force: {by_at_least: 5}}}")
		fine = false
	}
	return all, fine
}

// pledgedTo reads who or how much must have been pledged to a term: by one capital at least, if nothing is said.
func (p *parser) pledgedTo(t *terms.Term, f fields) ([]terms.Condition, bool) {
	var all []terms.Condition
	fine := true
	if v, ok := f.get("by_at_least"); ok {
		n, ok := p.count(v, 1)
		if ok && n > len(p.scenario.Charter.Capitals) {
			p.wrong(v, "the conference has only %d capitals", len(p.scenario.Charter.Capitals))
			ok = false
		}
		all, fine = append(all, terms.Condition{Pledged: t.ID, ByAtLeast: n}), fine && ok
	}
	if v, ok := f.get("by"); ok {
		by := p.someCapitals(v)
		all, fine = append(all, terms.Condition{Pledged: t.ID, By: by}), fine && len(by) > 0
	}
	if v, ok := f.get("total_at_least"); ok {
		n, ok := p.number(v)
		switch {
		case ok && t.Kind != terms.KindQuantity && t.Kind != "":
			p.wrong(v, "%s is a %s; only quantities add up to a total", t.ID, t.Kind)
			ok = false
		case ok && n <= 0:
			p.wrong(v, "a total is more than 0")
			ok = false
		}
		all, fine = append(all, terms.Condition{Pledged: t.ID, TotalAtLeast: n}), fine && ok
	}
	if len(all) == 0 && fine {
		all = []terms.Condition{{Pledged: t.ID, ByAtLeast: 1}}
	}
	return all, fine
}

// planIs reads {plan: truce, is: adopted}.
func (p *parser) planIs(f fields, v value) ([]terms.Condition, bool) {
	plan, ok := p.planID(v)
	if !ok {
		return nil, false
	}
	is, given := f.get("is")
	known := p.standings(plan)
	if !given || is.kind == null {
		p.problem(v.key, v.path, "", "say what the plan should be: is: %s", listed(known, "or"))
		return nil, false
	}
	var any []terms.Condition
	for _, x := range p.items(is) {
		t, ok := p.word(x)
		if !ok {
			return nil, false
		}
		if !slices.Contains(known, t) {
			p.problem(x.pos, x.path, p.hint(t, known), "%s is not something that %s can be; it is %s", quote(t), plan.ID,
				listed(known, "or"))
			return nil, false
		}
		any = append(any, terms.Condition{Plan: plan.ID, Is: t})
	}
	switch len(any) {
	case 0:
		p.wrong(is, "say what the plan should be: %s", listed(known, "or"))
		return nil, false
	case 1:
		return any, true
	}
	return []terms.Condition{{Any: any}}, true
}

// standings lists what a plan can be: an outcome, its agreement's status, or a stage of its procedure.
func (p *parser) standings(plan *Plan) []string {
	var words []string
	for _, o := range terms.Outcomes() {
		words = append(words, string(o))
	}
	for _, s := range terms.Statuses() {
		words = append(words, string(s))
	}
	return append(words, p.stageNames(plan)...)
}
