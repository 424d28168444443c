package sweep

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// termTargets lists one target that sets a term in every plan that has it; nothing if no plan has.
func termTargets(s *scenarios.Scenario, t *terms.Term) []target {
	var plans []int
	for i := range s.Plans {
		if sets(&s.Plans[i], t.ID) {
			plans = append(plans, i)
		}
	}
	if len(plans) == 0 {
		return nil
	}
	return []target{textTarget(s, t.ID, plans, t)}
}

// planTarget sets a term in one plan, which need not have set it.
func planTarget(s *scenarios.Scenario, plan int, t *terms.Term) target {
	return textTarget(s, s.Plans[plan].ID+"."+t.ID, []int{plan}, t)
}

func sets(p *scenarios.Plan, term string) bool {
	return slices.ContainsFunc(p.Draft.Terms, func(x terms.Setting) bool { return x.Term == term })
}

func textTarget(s *scenarios.Scenario, name string, plans []int, t *terms.Term) target {
	var touches []string
	for _, i := range plans {
		touches = append(touches, s.Plans[i].ID+"'s "+t.ID)
	}
	return target{name: name, touches: touches, example: exampleOf(t), read: func(sp *spec) (domain, error) { return values(sp, t) },
		set: func(v *variant, in *input, x Value) {
			value := in.domain.(texts).value(x)
			for _, i := range plans {
				v.setTerm(i, t.ID, value)
			}
		}}
}

func exampleOf(t *terms.Term) string {
	switch t.Kind {
	case terms.KindFlag:
		return "true,false"
	case terms.KindChoice:
		return t.Options[0] + "," + t.Options[1]
	case terms.KindDuration:
		return "14d,30d"
	case terms.KindSet:
		return "[...],[...]"
	}
	return t.Min.String() + ".." + t.Max.String()
}

// texts is a domain of a term's values.
type texts interface {
	domain
	value(x Value) terms.Value
}

// valueList is a list of values of a term.
type valueList struct {
	choices
	values []terms.Value
}

func (d valueList) value(x Value) terms.Value { return d.values[x] }

// valueSteps is the quantities, or durations, of a range.
type valueSteps struct {
	steps
	kind terms.Kind
}

func (d valueSteps) value(x Value) terms.Value {
	if d.kind == terms.KindDuration {
		return terms.Span(terms.Duration(d.number(x)))
	}
	return terms.Quantity(terms.Number(d.number(x)))
}

// values reads what a term may be: a range of a quantity or a duration, or a list.
func values(sp *spec, t *terms.Term) (domain, error) {
	switch t.Kind {
	case terms.KindQuantity:
		low, high, is, err := bounds(sp, terms.ParseNumber)
		if err != nil {
			return nil, err
		}
		if is {
			return quantities(sp, t, low, high)
		}
	case terms.KindDuration:
		low, high, is, err := bounds(sp, scenarios.ReadDuration)
		if err != nil {
			return nil, err
		}
		if is && len(t.Durations) == 0 {
			d, err := durations(sp)
			if err != nil {
				return nil, err
			}
			return valueSteps{d.(steps), t.Kind}, nil
		}
		if is {
			return someDurations(sp, t, low, high)
		}
	}
	items, err := sp.list()
	if err != nil {
		return nil, err
	}
	d := valueList{choices: choices{bare: t.Kind == terms.KindFlag || t.Kind == terms.KindQuantity}}
	read := scenarios.NewWords(&sp.scenario.Charter, sp.scenario.Plans)
	for _, it := range items {
		v, err := read.Value("--vary", t.ID, it)
		if err != nil {
			return nil, sp.wrong("%s", firstProblem(err))
		}
		if slices.ContainsFunc(d.values, v.Equal) {
			return nil, sp.wrong("%s is listed twice: each value is as likely as the others", it)
		}
		d.values = append(d.values, v)
	}
	if t.Kind == terms.KindQuantity || t.Kind == terms.KindDuration {
		slices.SortFunc(d.values, func(a, b terms.Value) int {
			return int(max(-1, min(1, int64(a.Quantity-b.Quantity)+int64(a.Duration-b.Duration))))
		})
	}
	for _, v := range d.values {
		d.labels = append(d.labels, v.String())
	}
	return d, nil
}

// quantities are those of a range that the term takes.
func quantities(sp *spec, t *terms.Term, low, high terms.Number) (domain, error) {
	unit := t.Step
	if unit == 0 {
		if unit = terms.One / 1000; low%terms.One == 0 && high%terms.One == 0 {
			unit = terms.One
		}
	}
	for _, x := range []terms.Number{low, high} {
		if why := t.Allows(terms.Quantity(x)); why != "" {
			return nil, sp.wrong("%s", why)
		}
	}
	return valueSteps{newSteps(int64(low), int64(high), int64(unit), number), t.Kind}, nil
}

// someDurations are those that the term lists within a range.
func someDurations(sp *spec, t *terms.Term, low, high terms.Duration) (domain, error) {
	d := valueList{}
	for _, x := range slices.Sorted(slices.Values(t.Durations)) {
		if x >= low && x <= high {
			d.labels, d.values = append(d.labels, x.String()), append(d.values, terms.Span(x))
		}
	}
	if len(d.values) < 2 {
		return nil, sp.wrong("of the lengths that %s takes, %d lie between %s and %s: it would not vary", t.ID, len(d.values), low, high)
	}
	return d, nil
}

// firstProblem is the first of what is wrong with a value, without the place in a file that there is none of.
func firstProblem(err error) string {
	if e, is := err.(*scenarios.Errors); is && len(e.Problems) > 0 {
		text := e.Problems[0].Text
		if e.Problems[0].Hint != "" {
			text += "; " + e.Problems[0].Hint
		}
		return text
	}
	return err.Error()
}
