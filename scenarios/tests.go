package scenarios

import (
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// bounds are the comparisons that a test can begin with, the longer ones first.
var bounds = []struct {
	sign string
	op   terms.Op
}{
	{">=", terms.OpAtLeast}, {"<=", terms.OpAtMost}, {"!=", terms.OpNot}, {">", terms.OpMore}, {"<", terms.OpLess},
	{"≥", terms.OpAtLeast}, {"≤", terms.OpAtMost}, {"≠", terms.OpNot},
}

// test reads a question about a term: a value, a list of values, a bound such as ">= 30d", or {set: true}.
func (p *parser) test(t *terms.Term, v value) (terms.Test, bool) {
	q := terms.Test{Term: t.ID, Op: terms.OpIn}
	switch v.kind {
	case mapping:
		f, _ := p.fields(v, "a test that is a mapping", "isSet")
		s, ok := f.need("set", "true, if the text must set the term, or false, if it must not")
		if !ok {
			return q, false
		}
		is, ok := p.bool(s)
		if q.Op = terms.OpUnset; is {
			q.Op = terms.OpSet
		}
		return q, ok
	case scalar:
		for _, b := range bounds {
			if rest, found := strings.CutPrefix(v.text, b.sign); found {
				return p.bound(t, v, b.op, strings.TrimSpace(rest))
			}
		}
	case list:
		if len(v.items) == 0 {
			p.wrong(v, "list one value or more")
			return q, false
		}
		if t.Kind != terms.KindSet || v.items[0].kind == list {
			return p.oneOf(q, t, v)
		}
	}
	x, ok := p.termValue(t, v, true)
	q.Values = []terms.Value{x}
	return q, ok
}

// oneOf reads a list of values, any of which will do.
func (p *parser) oneOf(q terms.Test, t *terms.Term, v value) (terms.Test, bool) {
	fine := true
	for i := range v.items {
		x, ok := p.termValue(t, v.at(i), true)
		fine = fine && ok
		q.Values = append(q.Values, x)
	}
	return q, fine
}

func (p *parser) bound(t *terms.Term, v value, op terms.Op, rest string) (terms.Test, bool) {
	q := terms.Test{Term: t.ID, Op: op}
	x := v
	x.node = &node{kind: scalar, text: rest, pos: v.pos}
	if op != terms.OpNot && t.Kind != terms.KindQuantity && t.Kind != terms.KindDuration {
		if t.Kind != "" {
			p.wrong(v, "%s is a %s: it is not more or less than anything", t.ID, t.Kind)
		}
		return q, false
	}
	val, ok := p.termValue(t, x, op == terms.OpNot)
	if q.Values = []terms.Value{val}; ok && t.Kind == terms.KindQuantity && neverHolds(t, op, val.Quantity) {
		p.warn(v, "%s goes from %s to %s, so this can never hold", t.ID, t.Min, t.Max)
	}
	return q, ok
}

func neverHolds(t *terms.Term, op terms.Op, n terms.Number) bool {
	switch op {
	case terms.OpAtLeast:
		return n > t.Max
	case terms.OpMore:
		return n >= t.Max
	case terms.OpAtMost:
		return n < t.Min
	case terms.OpLess:
		return n <= t.Min
	}
	return false
}

// tests reads a mapping of tests, all of which must hold: {force: [un, none], troops: "<= 5000"}. The key term may stand
// before it: {term: {force: un}}.
func (p *parser) tests(v value) ([]terms.Test, bool) {
	var all []terms.Test
	fine := true
	for _, e := range p.pairs(v, "this is a mapping from terms to tests, such as {force: un} or {troops: \"<= 5000\"}") {
		if e.key == "term" && e.value.kind == mapping && p.scenario.Charter.Term("term") == nil {
			inner, ok := p.tests(v.under(e))
			all, fine = append(all, inner...), fine && ok
			continue
		}
		t, ok := p.termID(v.of(e))
		if !ok {
			fine = false
			continue
		}
		q, ok := p.test(t, v.under(e))
		all, fine = append(all, q), fine && ok
	}
	if fine && len(all) == 0 {
		p.problem(v.key, v.path, "", "name a term and what it should be, such as {force: un}")
		fine = false
	}
	return all, fine
}
