package why

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/parley-sim/parley/node/terms"
)

// conditions lists the conditional consents and pledges that could have been given without their conditions.
func (f *finder) conditions() {
	for i := range f.s.Script {
		s := &f.s.Script[i]
		m := s.Move
		if m == nil || m.If == nil || !slices.Contains(f.plans, m.Plan) && !slices.Contains(f.pledges, m.Term) {
			continue
		}
		for _, id := range s.By {
			shape := fmt.Sprintf("%%s consents to %s without a condition (%s)", m.Plan, f.stepDay(i))
			if m.Verb == terms.VerbPledge {
				shape = fmt.Sprintf("%%s pledges %s without a condition (%s)", m.Term, f.stepDay(i))
			}
			free := *m
			free.If = nil
			c := &Change{Kind: KindCondition, slots: []string{fmt.Sprintf("step/%d/%s/", i, id)}, Where: f.instead(i, id, &free),
				edit: func(d *draft) {
					if own := d.single(i, id); own != nil {
						own.Move.If = nil
					}
				}}
			if m.Term != "" {
				c.Terms = []string{m.Term}
			}
			f.add(f.of(c, shape, id))
		}
	}
}

// makePledges lists the pledges that could have been made, or not been made or not been taken back.
func (f *finder) makePledges() {
	for i := range f.s.Script {
		s := &f.s.Script[i]
		m := s.Move
		if m == nil || !slices.Contains(f.pledges, m.Term) || m.Verb != terms.VerbPledge && m.Verb != terms.VerbUnpledge {
			continue
		}
		for _, id := range s.By {
			shape := fmt.Sprintf("%%s does not pledge %s (%s)", m.Term, f.stepDay(i))
			if m.Verb == terms.VerbUnpledge {
				shape = fmt.Sprintf("%%s does not take back its pledge of %s (%s)", m.Term, f.stepDay(i))
			}
			c := &Change{Kind: KindPledge, Terms: []string{m.Term}, slots: []string{fmt.Sprintf("step/%d/%s/", i, id)},
				Where: f.instead(i, id, nil), edit: func(d *draft) { d.drop(i, id) }}
			f.add(f.of(c, shape, id))
		}
	}
	for _, term := range f.pledges {
		for i := range f.s.Charter.Capitals {
			c := &f.s.Charter.Capitals[i]
			pledged := slices.ContainsFunc(f.h.report.Pledges, func(p terms.PledgeView) bool { return p.Term == term && p.Capital == c.ID && p.Counts })
			if c.Role != terms.Observer && !pledged {
				f.makePledge(term, c.ID)
			}
		}
	}
}

// makePledge has a capital pledge to a term from the start: if a pledge helps at all, an early one does.
func (f *finder) makePledge(term, capital string) {
	m := terms.Move{Verb: terms.VerbPledge, Term: term}
	t := f.s.Charter.Term(term)
	shape := "%s pledges " + term
	if t.Kind == terms.KindQuantity {
		v := terms.Quantity(t.Max)
		m.Value = &v
		shape += ", " + f.words.Value(term, v) + ","
	}
	c := &Change{Kind: KindPledge, Terms: []string{term}, slots: []string{"pledge/" + term + "/" + capital + "/"},
		Where: f.scriptEnd(0, capital, m), edit: func(d *draft) { d.add(0, capital, m) }}
	f.add(f.of(c, shape+" on day 1", capital))
}

// requirements lists what the plans could have asked for less before they enter into force, and how many violations they
// could have borne.
func (f *finder) requirements() {
	for _, id := range f.plans {
		p := f.s.Plan(id)
		if p == nil {
			continue
		}
		for i, c := range p.Draft.Requires {
			f.requirement(id, i, c)
		}
		f.violations(id)
	}
}

func (f *finder) requirement(plan string, i int, c terms.Condition) {
	slot := fmt.Sprintf("requires/%s/%d/", plan, i)
	at := func(how, write string) Where { return f.at(how, write, "plans", plan, "requires", strconv.Itoa(i)) }
	f.add(&Change{Kind: KindRequirement, Text: fmt.Sprintf("%s does not require that %s", plan, f.words.Condition(c)), slots: []string{slot},
		Where: at(removes, conditionYAML(c)), edit: func(d *draft) { d.require(plan, i, nil) }})
	for n := c.ByAtLeast - 1; n >= 1 && f.goal.eases; n-- {
		less := c
		less.ByAtLeast = n
		f.add(&Change{Kind: KindRequirement, Text: fmt.Sprintf("%s requires that %s is pledged by %d instead of %d", plan, c.Pledged, n, c.ByAtLeast),
			Terms: []string{c.Pledged}, slots: []string{slot}, family: slot + "-", step: c.ByAtLeast - n, Where: at(replaces, conditionYAML(less)),
			edit: func(d *draft) { d.require(plan, i, &less) }})
	}
}

// require replaces a requirement, by one that always holds for nil, so that the others keep their places.
func (d *draft) require(plan string, i int, c *terms.Condition) {
	p := d.plan(plan)
	p.Draft.Requires = slices.Clone(p.Draft.Requires)
	if c == nil {
		// That the plan itself is adopted holds whenever it is asked.
		c = &terms.Condition{Plan: plan, Is: string(terms.Adopted)}
	}
	p.Draft.Requires[i] = *c
}

// violations lists other numbers of violations at which an agreement collapses.
func (f *finder) violations(plan string) {
	v := fate(f.h.report, plan)
	if v.Agreement == nil || v.Agreement.Violations == 0 {
		return
	}
	now := f.s.Plan(plan).Draft.CollapsesAfter
	if now == 0 {
		now = terms.DefaultCollapsesAfter
	}
	slot := "violations/" + plan + "/"
	reports := 0
	for i := range f.h.moves {
		if m := &f.h.moves[i].Move; m.Verb == terms.VerbReport && m.Plan == plan {
			reports++
		}
	}
	add := func(n int, direction string, step int) {
		f.add(&Change{Kind: KindRequirement, Text: fmt.Sprintf("%s collapses after %s instead of %d", plan, plural(n, "violation"), now),
			slots: []string{slot}, family: slot + direction, step: step,
			Where: f.at(replaces, fmt.Sprintf("collapses_after: %d", n), "plans", plan, "collapses_after"),
			edit:  func(d *draft) { d.plan(plan).Draft.CollapsesAfter = n }})
	}
	for n := now + 1; n <= reports+1 && f.goal.eases; n++ {
		add(n, "+", n-now)
	}
	for n := now - 1; n >= 1 && f.goal.hinders; n-- {
		add(n, "-", now-n)
	}
}
