package why

import (
	"fmt"
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// values lists the other values that the text and the amendments could have had, of every term that the file knows.
func (f *finder) values() {
	for _, id := range f.plans {
		plan := f.s.Plan(id)
		if plan == nil {
			continue
		}
		for i := range f.s.Charter.Terms {
			t := &f.s.Charter.Terms[i]
			f.valuesOfPlan(plan.ID, t, valueOf(plan.Draft.Terms, t.ID))
		}
	}
	for i := range f.s.Script {
		if m := f.s.Script[i].Move; m != nil && m.Verb == terms.VerbAmend && slices.Contains(f.plans, m.Plan) {
			f.valuesOfAmendment(i, m)
		}
	}
}

func valueOf(text []terms.Setting, term string) *terms.Value {
	for i := range text {
		if text[i].Term == term {
			return &text[i].Value
		}
	}
	return nil
}

func (f *finder) valuesOfPlan(plan string, t *terms.Term, now *terms.Value) {
	slot := "text/" + plan + "/" + t.ID + "/"
	note := func(v *terms.Value, text string, w Where) {
		f.add(&Change{Kind: KindValue, Text: text, Terms: []string{t.ID}, Where: w, slots: []string{slot}, edit: func(d *draft) {
			p := d.plan(plan)
			p.Draft.Terms = set(p.Draft.Terms, t.ID, v)
		}})
	}
	if now == nil && !f.asked(t.ID) {
		return // nobody looks at it
	}
	for _, v := range f.options(t, now) {
		if now == nil {
			note(&v, fmt.Sprintf("%s sets %s to %s from the start", plan, t.ID, f.words.Value(t.ID, v)),
				f.at(adds, t.ID+": "+v.String(), "plans", plan, "terms"))
			continue
		}
		note(&v, fmt.Sprintf("%s sets %s to %s from the start instead of %s", plan, t.ID, f.words.Value(t.ID, v), f.words.Value(t.ID, *now)),
			f.at(replaces, t.ID+": "+v.String(), "plans", plan, "terms", t.ID))
	}
	if now != nil {
		note(nil, fmt.Sprintf("%s leaves %s out", plan, t.ID), f.at(removes, t.ID+": "+now.String(), "plans", plan, "terms", t.ID))
	}
}

// valuesOfAmendment lists what an amendment could have set instead, and what it could have left as it was.
func (f *finder) valuesOfAmendment(step int, m *terms.Move) {
	by := f.words.List(f.s.Script[step].By)
	when := f.stepDay(step)
	note := func(term, text string, change func(*terms.Move)) {
		with := *m
		change(&with)
		if len(with.Set) == 0 && len(with.Drop) == 0 {
			return // that is no amendment any more: see amendments
		}
		s := f.s.Script[step]
		s.Move = &with
		f.add(&Change{Kind: KindValue, Text: text, Terms: []string{term}, slots: []string{fmt.Sprintf("step/%d/%s/", step, term)},
			Where: f.stepAt(replaces, step, stepYAML(&s)), edit: func(d *draft) {
				own := d.whole(step).Move
				change(own)
			}})
	}
	before := f.h.amended(step, m.Plan)
	for i := range m.Set {
		now, t := m.Set[i], f.s.Charter.Term(m.Set[i].Term)
		for _, v := range f.options(t, &now.Value) {
			if old := valueOf(before, t.ID); old != nil && old.Equal(v) {
				continue // that leaves it as it is
			}
			note(now.Term, fmt.Sprintf("%s's amendment of %s sets %s to %s instead of %s", by, when, now.Term, f.words.Value(t.ID, v),
				f.words.Value(t.ID, now.Value)), func(m *terms.Move) { m.Set = set(m.Set, now.Term, &v) })
		}
		note(now.Term, fmt.Sprintf("%s's amendment of %s leaves %s as it is", by, when, now.Term),
			func(m *terms.Move) { m.Set = set(m.Set, now.Term, nil) })
	}
	for _, term := range m.Drop {
		note(term, fmt.Sprintf("%s's amendment of %s leaves %s as it is", by, when, term), func(m *terms.Move) {
			m.Drop = slices.DeleteFunc(slices.Clone(m.Drop), func(t string) bool { return t == term })
		})
		t := f.s.Charter.Term(term)
		for _, v := range f.options(t, nil) {
			note(term, fmt.Sprintf("%s's amendment of %s sets %s to %s instead of leaving it out", by, when, term, f.words.Value(term, v)),
				func(m *terms.Move) {
					m.Drop = slices.DeleteFunc(slices.Clone(m.Drop), func(t string) bool { return t == term })
					m.Set = set(m.Set, term, &v)
				})
		}
	}
}

// stepDay says when a step acts: "day 6".
func (f *finder) stepDay(step int) string {
	if at := f.s.Script[step].At; at != nil {
		return f.day(f.s.Start.Add(at.Min))
	}
	for i := range f.h.moves {
		if f.h.moves[i].step == step {
			return f.day(f.h.moves[i].Move.Time)
		}
	}
	return "line " + fmt.Sprint(f.s.Script[step].Pos.Line)
}

// amendments lists the amendments that could have been left out.
func (f *finder) amendments() {
	for i := range f.s.Script {
		m := f.s.Script[i].Move
		if m == nil || m.Verb != terms.VerbAmend || !slices.Contains(f.plans, m.Plan) {
			continue
		}
		for _, id := range f.s.Script[i].By {
			c := &Change{Kind: KindAmendment, Terms: touched(m), slots: []string{fmt.Sprintf("step/%d/", i)}, Where: f.instead(i, id, nil),
				edit: func(d *draft) { d.drop(i, id) }}
			f.add(f.of(c, fmt.Sprintf("%%s does not amend %s on %s", m.Plan, f.stepDay(i)), id))
		}
	}
}

// touched lists the terms that an amendment changes.
func touched(m *terms.Move) []string {
	var ids []string
	for _, s := range m.Set {
		ids = append(ids, s.Term)
	}
	return append(ids, m.Drop...)
}

// manyValues is how many values of a quantity are tried one by one; of more, those that somebody tells apart.
const manyValues = 12

// options lists the other values that a term could be given. Of a quantity or a duration with many, those on either side of
// every bound in the file: all others make no difference to anybody.
func (f *finder) options(t *terms.Term, now *terms.Value) []terms.Value {
	var all []terms.Value
	add := func(v terms.Value) {
		if (now == nil || !v.Equal(*now)) && t.Allows(v) == "" && !slices.ContainsFunc(all, v.Equal) {
			all = append(all, v)
		}
	}
	switch t.Kind {
	case terms.KindFlag:
		add(terms.Flag(true))
		add(terms.Flag(false))
	case terms.KindChoice:
		for _, o := range t.Options {
			add(terms.Choice(o))
		}
	case terms.KindDuration:
		for _, d := range t.Durations {
			add(terms.Span(d))
		}
		if len(t.Durations) == 0 {
			for _, v := range f.bounds(t.ID) {
				for _, step := range []terms.Duration{-terms.Hour, 0, terms.Hour} {
					add(terms.Span(v.Duration + step))
				}
			}
		}
	case terms.KindQuantity:
		step := t.Step
		if step == 0 {
			step = terms.One
		}
		if (t.Max-t.Min)/step < manyValues {
			for n := t.Min; n <= t.Max; n += step {
				add(terms.Quantity(n))
			}
			break
		}
		for _, v := range f.bounds(t.ID) {
			for _, n := range []terms.Number{v.Quantity - step, v.Quantity, v.Quantity + step} {
				add(terms.Quantity(n))
			}
		}
	case terms.KindSet:
		if now == nil {
			break
		}
		members := t.Members
		if len(members) == 0 {
			for i := range f.s.Charter.Capitals {
				members = append(members, f.s.Charter.Capitals[i].ID)
			}
		}
		for _, id := range members {
			if i := slices.Index(now.Set, id); i >= 0 {
				add(terms.Set(slices.Delete(slices.Clone(now.Set), i, i+1)...))
			} else {
				add(terms.Set(append(slices.Clone(now.Set), id)...))
			}
		}
	}
	return all
}

// bounds lists the values that the file compares a term with.
func (f *finder) bounds(term string) []terms.Value {
	var all []terms.Value
	f.eachTest(func(t *terms.Test) {
		if t.Term == term {
			all = append(all, t.Values...)
		}
	})
	return all
}

// asked reports whether anybody asks about a term.
func (f *finder) asked(term string) bool {
	found := false
	f.eachTest(func(t *terms.Test) { found = found || t.Term == term })
	return found
}

// eachTest visits every test of the file on a text: in policies, score sheets and conditions.
func (f *finder) eachTest(visit func(*terms.Test)) {
	condition := func(c *terms.Condition) {}
	condition = func(c *terms.Condition) {
		for i := range c.All {
			condition(&c.All[i])
		}
		for i := range c.Any {
			condition(&c.Any[i])
		}
		if c.Test != nil {
			visit(c.Test)
		}
	}
	for i := range f.s.Parties {
		p := &f.s.Parties[i]
		for j := range p.Scores {
			visit(&p.Scores[j].Test)
		}
		if p.Policy == nil {
			continue
		}
		for _, tests := range slices.Concat(p.Policy.RedLines, p.Policy.Needs) {
			for j := range tests {
				visit(&tests[j])
			}
		}
		for _, j := range p.Policy.Joins {
			for k := range j.Requires {
				condition(&j.Requires[k])
			}
		}
	}
	for i := range f.s.Script {
		if w := f.s.Script[i].When; w != nil {
			condition(w)
		}
		if m := f.s.Script[i].Move; m != nil && m.If != nil {
			condition(m.If)
		}
	}
	for i := range f.s.Plans {
		for j := range f.s.Plans[i].Draft.Requires {
			condition(&f.s.Plans[i].Draft.Requires[j])
		}
	}
}
