package scenarios

import (
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// plans reads the texts that the script can propose: plans: {truce: {terms: {...}}}.
func (p *parser) plans(f fields) {
	v, ok := f.get("plans")
	if !ok {
		return
	}
	var sheets []fields
	for _, e := range p.pairs(v, "plans are a mapping from ids, such as {truce: {terms: {...}}}") {
		if _, ok := p.id(v.of(e), "a plan's id"); !ok {
			continue
		}
		plan := Plan{ID: e.key, At: e.pos}
		sheet := fields{p: p, value: v.under(e)}
		if e.value.kind == null {
			sheet.node = &node{kind: mapping, pos: e.pos}
		} else if s, ok := p.fields(v.under(e), "a plan", "plan"); ok {
			sheet = s
		} else {
			sheet.node = nil
		}
		p.scenario.Plans = append(p.scenario.Plans, plan)
		sheets = append(sheets, sheet)
	}
	for i := range p.scenario.Plans { // the conditions of one may name another's stages
		if sheets[i].node != nil {
			p.plan(&p.scenario.Plans[i], sheets[i])
		}
	}
	for i := range p.scenario.Plans {
		if sheets[i].node != nil {
			p.requires(&p.scenario.Plans[i], sheets[i])
		}
	}
	p.refuseCircles(sheets)
}

func (p *parser) plan(plan *Plan, f fields) {
	d := &plan.Draft
	d.Title = p.textOf(f, "title")
	d.Procedure = p.procedureOf(f)
	if v, ok := f.get("terms"); ok {
		d.Terms = p.settings(v)
	}
	if v, ok := f.get("lasts"); ok {
		p.lasts(d, v)
	}
	if v, ok := f.get("collapses_after"); ok {
		d.CollapsesAfter, _ = p.count(v, 1)
	}
}

// procedureOf returns the plan's procedure: if the file has one only, that need not be said.
func (p *parser) procedureOf(f fields) string {
	names := p.procedureNames()
	v, ok := f.get("procedure")
	switch {
	case ok:
		t, ok := p.word(v)
		if ok && !slices.Contains(names, t) {
			p.unknown(v, t, "procedure", names)
			return ""
		}
		return t
	case len(names) == 1:
		return names[0]
	case len(names) == 0:
		p.problem(f.pos, child(f.path, "procedure"), "", "a plan goes through a procedure, and the file has none: write one under procedures:")
	default:
		p.problem(f.pos, child(f.path, "procedure"), "", "say which procedure the plan goes through: %s", listed(names, "or"))
	}
	return ""
}

// lasts reads how long an agreement runs: a duration, or the term that says it.
func (p *parser) lasts(d *terms.Draft, v value) {
	t, ok := p.word(v)
	if !ok {
		return
	}
	if term := p.scenario.Charter.Term(t); term != nil {
		if term.Kind != terms.KindDuration && term.Kind != "" {
			p.wrong(v, "%s is a %s; an agreement lasts as long as a term that is a duration says", t, term.Kind)
			return
		}
		if !slices.ContainsFunc(d.Terms, func(s terms.Setting) bool { return s.Term == t }) {
			p.warn(v, "the text does not set %s, so it lasts without end until it is amended", t)
		}
		d.LastsTerm = t
		return
	}
	length, err := parseDuration(t)
	if err != nil {
		var known []string
		for i := range p.scenario.Charter.Terms {
			if x := &p.scenario.Charter.Terms[i]; x.Kind == terms.KindDuration {
				known = append(known, x.ID)
			}
		}
		p.problem(v.pos, v.path, p.hint(t, known), "%s is neither a duration such as 30d nor a term that is a duration", quote(t))
	} else if length == 0 {
		p.wrong(v, "an agreement lasts longer than nothing; leave lasts out for one without end")
	}
	d.Lasts = length
}

// requires reads what must hold before the adopted plan enters into force: plans, which must be adopted, and conditions.
func (p *parser) requires(plan *Plan, f fields) {
	v, ok := f.get("requires")
	if !ok {
		return
	}
	for _, x := range p.items(v) {
		if c, ok := p.condition(x, atHand); ok {
			plan.Draft.Requires = append(plan.Draft.Requires, c)
		}
	}
}

// refuseCircles reports plans that wait for each other: none of them would ever enter into force, or each only because the
// others do.
func (p *parser) refuseCircles(sheets []fields) {
	done := map[string]bool{}
	for i := range p.scenario.Plans {
		plan := &p.scenario.Plans[i]
		if circle := p.circle(plan.ID, nil, done); circle != nil {
			v, _ := sheets[i].get("requires")
			if circle[0] != plan.ID { // the circle lies behind this plan: it is reported where it begins
				continue
			}
			if len(circle) == 2 {
				p.wrong(v, "the plan requires itself")
			} else {
				p.wrong(v, "the plans require each other in a circle: %s", strings.Join(circle, " requires "))
			}
			for _, id := range circle {
				done[id] = true
			}
		}
	}
}

// circle follows what a plan requires, and returns the first circle, its first plan once more at the end.
func (p *parser) circle(id string, above []string, done map[string]bool) []string {
	if i := slices.Index(above, id); i >= 0 {
		return append(slices.Clone(above[i:]), id)
	}
	plan := p.scenario.Plan(id)
	if plan == nil || done[id] {
		return nil
	}
	above = append(above, id)
	for _, next := range requiredPlans(plan.Draft.Requires) {
		if c := p.circle(next, above, done); c != nil {
			return c
		}
	}
	done[id] = true
	return nil
}

// requiredPlans lists the plans without whose adoption the conditions cannot hold.
func requiredPlans(all []terms.Condition) []string {
	var ids []string
	for _, c := range all {
		ids = append(ids, requiredPlans(c.All)...)
		if c.Plan != "" {
			switch c.Is {
			case string(terms.Adopted), string(terms.Awaiting), string(terms.InForce), string(terms.Expired):
				ids = append(ids, c.Plan)
			}
		}
	}
	return ids
}

// planID reads the id of a plan.
func (p *parser) planID(v value) (*Plan, bool) {
	id, ok := p.word(v)
	if !ok {
		return nil, false
	}
	plan := p.scenario.Plan(id)
	if plan == nil {
		p.unknown(v, id, "plan", p.planWords())
		return nil, false
	}
	return plan, true
}

func (p *parser) planWords() []string {
	var words []string
	for i := range p.scenario.Plans {
		words = append(words, p.scenario.Plans[i].ID)
	}
	return words
}
