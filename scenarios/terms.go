package scenarios

import (
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

var kinds = []string{"flag", "choice", "quantity", "duration", "set"}

// anything says that a duration or a set is not bound to a list.
const anything = "any"

// terms reads what a text can settle: terms: {troops: {quantity: 0..30000, step: 1000}}.
func (p *parser) terms(f fields) {
	v, ok := f.get("terms")
	if !ok {
		return
	}
	for _, e := range p.pairs(v, "terms are a mapping from ids, such as {truce: {flag: true}}") {
		id, ok := p.id(v.of(e), "a term's id")
		if !ok {
			continue
		}
		if slices.Contains(keysOf["condition"], id) {
			p.warn(v.of(e), "in a condition, %s means something else; there the term is {term: {%s: ...}}", id, id)
		}
		if t, ok := p.term(id, v.under(e)); ok {
			p.scenario.Charter.Terms = append(p.scenario.Charter.Terms, t)
		} else { // known by its name at least, so that one mistake is not reported wherever the term is used
			p.scenario.Charter.Terms = append(p.scenario.Charter.Terms, terms.Term{ID: id})
		}
	}
}

func (p *parser) term(id string, v value) (terms.Term, bool) {
	t := terms.Term{ID: id}
	f, ok := p.fields(v, "a term", "term")
	if !ok {
		return t, false
	}
	var given []string
	for _, k := range kinds {
		if f.has(k) {
			given = append(given, k)
		}
	}
	if len(given) != 1 {
		if len(given) == 0 {
			p.problem(v.key, v.path, "", "say what kind of term it is: one of %s", listed(kinds, "or"))
		} else {
			p.problem(v.key, v.path, "", "a term is of one kind; this is %s: make two terms of it", listed(given, "and"))
		}
		return t, false
	}
	t.Kind = terms.Kind(given[0])
	t.Title = p.textOf(f, "title")
	k, _ := f.get(given[0])
	switch t.Kind {
	case terms.KindFlag:
		ok = p.onlyTrue(k, "flag")
	case terms.KindChoice:
		ok = p.options(&t, k)
	case terms.KindQuantity:
		ok = p.quantity(&t, k)
	case terms.KindDuration:
		ok = p.durations(&t, k)
	case terms.KindSet:
		if k.kind != null && (k.kind != scalar || k.text != anything) {
			t.Members = p.someCapitals(k)
			ok = len(t.Members) > 0
		}
	}
	for _, key := range []string{"step", "unit"} {
		x, given := f.get(key)
		if given && t.Kind != terms.KindQuantity {
			p.problem(x.key, x.path, "", "only a quantity has a %s", key)
		} else if given && key == "step" {
			ok = p.step(&t, x) && ok
		} else if given {
			t.Unit = p.textOf(f, key)
		}
	}
	if r, given := f.get("reserved_to"); given {
		t.ReservedTo = p.refuseObservers(r, p.someCapitals(r), "it holds no position, so nothing can be reserved to it")
	}
	return t, ok
}

func (p *parser) options(t *terms.Term, v value) bool {
	for _, x := range p.items(v) {
		w, ok := p.word(x)
		if !ok {
			return false
		}
		if slices.Contains(t.Options, w) {
			p.wrong(x, "the option %s is given twice", quote(w))
			return false
		}
		t.Options = append(t.Options, w)
	}
	if len(t.Options) < 2 {
		p.problem(v.pos, v.path, "", "a choice has two options or more")
		return false
	}
	return true
}

func (p *parser) quantity(t *terms.Term, v value) bool {
	w, ok := p.word(v)
	if !ok {
		return false
	}
	from, to, found := strings.Cut(w, "..")
	if !found {
		p.wrong(v, "a quantity goes from its least to its greatest value, such as 0..30000, not %s", quote(w))
		return false
	}
	var err error
	if t.Min, err = terms.ParseNumber(strings.TrimSpace(from)); err == nil {
		t.Max, err = terms.ParseNumber(strings.TrimSpace(to))
	}
	if err != nil {
		p.wrong(v, "%v; a quantity goes from its least to its greatest value, such as 0..30000", err)
		return false
	}
	if t.Min > t.Max {
		p.wrong(v, "%s is more than %s: write the least value first", t.Min, t.Max)
		return false
	}
	return true
}

func (p *parser) step(t *terms.Term, v value) bool {
	n, ok := p.number(v)
	switch {
	case !ok:
		return false
	case n <= 0:
		p.wrong(v, "a step is more than 0")
		return false
	case t.Max > t.Min && n > t.Max-t.Min:
		p.wrong(v, "a step of %s is longer than the way from %s to %s", n, t.Min, t.Max)
		return false
	case (t.Max-t.Min)%n != 0:
		p.warn(v, "steps of %s from %s on never reach %s", n, t.Min, t.Max)
	}
	t.Step = n
	return true
}

func (p *parser) durations(t *terms.Term, v value) bool {
	if v.kind == null || v.kind == scalar && v.text == anything {
		return true
	}
	for _, x := range p.items(v) {
		d, ok := p.duration(x)
		if !ok {
			return false
		}
		if slices.Contains(t.Durations, d) {
			p.wrong(x, "%s is given twice", d)
			return false
		}
		t.Durations = append(t.Durations, d)
	}
	if len(t.Durations) == 0 {
		p.wrong(v, "list one duration or more, or write %s", anything)
		return false
	}
	return true
}

// termID reads the id of a term.
func (p *parser) termID(v value) (*terms.Term, bool) {
	id, ok := p.word(v)
	if !ok {
		return nil, false
	}
	t := p.scenario.Charter.Term(id)
	if t == nil {
		p.unknown(v, id, "term", p.termWords())
		return nil, false
	}
	return t, true
}

func (p *parser) termWords() []string {
	var words []string
	for i := range p.scenario.Charter.Terms {
		words = append(words, p.scenario.Charter.Terms[i].ID)
	}
	return words
}

// termIDs reads a term or a list of terms.
func (p *parser) termIDs(v value) []string {
	var ids []string
	for _, x := range p.items(v) {
		if t, ok := p.termID(x); ok && !slices.Contains(ids, t.ID) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// settings reads {term: value}, sorted by term.
func (p *parser) settings(v value) []terms.Setting {
	var all []terms.Setting
	for _, e := range p.pairs(v, "this is a mapping from terms to their values, such as {force: un}") {
		t, ok := p.termID(v.of(e))
		if !ok {
			continue
		}
		if x, ok := p.termValue(t, v.under(e), true); ok {
			all = append(all, terms.Setting{Term: t.ID, Value: x})
		}
	}
	slices.SortFunc(all, func(a, b terms.Setting) int { return strings.Compare(a.Term, b.Term) })
	return all
}

// termValue reads a value of the term's kind; if it must fit, one that a text can give it.
func (p *parser) termValue(t *terms.Term, v value, fit bool) (terms.Value, bool) {
	x, ok := p.bareValue(t, v)
	if !ok {
		return x, false
	}
	if fit {
		if no := t.Allows(x); no != "" {
			hint := ""
			if t.Kind == terms.KindChoice {
				hint = p.hint(x.Choice, t.Options)
			}
			p.problem(v.pos, v.path, hint, "%s", no)
			return x, false
		}
	}
	return x, true
}

func (p *parser) bareValue(t *terms.Term, v value) (terms.Value, bool) {
	if v.kind == null {
		p.wrong(v, "the value of %s is missing", t.ID)
		return terms.Value{}, false
	}
	if t.Kind != terms.KindSet && v.kind != scalar && t.Kind != "" {
		p.wrong(v, "%s takes a %s, not %s", t.ID, t.Kind, v.kind)
		return terms.Value{}, false
	}
	switch t.Kind {
	case terms.KindFlag:
		is, ok := p.bool(v)
		return terms.Flag(is), ok
	case terms.KindChoice:
		return terms.Choice(v.text), true
	case terms.KindQuantity:
		n, ok := p.number(v)
		return terms.Quantity(n), ok
	case terms.KindDuration:
		d, ok := p.duration(v)
		return terms.Span(d), ok
	case terms.KindSet:
		before := len(p.problems)
		ids := p.capitalList(v)
		return terms.Set(ids...), len(p.problems) == before
	}
	return terms.Value{}, false // the term itself is wrong, and has been reported
}
