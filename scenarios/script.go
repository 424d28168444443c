package scenarios

import (
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// maxSteps bounds a script.
const maxSteps = 20_000

// script reads the steps, which are kept in the order of the file.
func (p *parser) script(f fields) {
	v, ok := f.get("script")
	if !ok || v.kind == null {
		return
	}
	if v.kind != list {
		p.wrong(v, "a script is a list of steps such as - {at: 6h, consent: truce, by: kyiv}, not %s", v.show())
		return
	}
	if len(v.items) > maxSteps {
		p.wrong(v, "the script has %d steps; at most %d are allowed", len(v.items), maxSteps)
		return
	}
	for i := range v.items {
		if s, ok := p.stepOf(v.at(i)); ok {
			p.scenario.Script = append(p.scenario.Script, s)
		}
	}
}

// stepOf reads one step: when, one verb, and what the verb takes.
func (p *parser) stepOf(v value) (Step, bool) {
	s := Step{Pos: v.pos}
	if v.kind != mapping {
		p.wrong(v, "a step is a mapping such as {at: 6h, consent: truce, by: kyiv}, not %s", v.show())
		return s, false
	}
	before := len(p.problems)
	f := fields{value: v, p: p, what: "a step"}
	verb, found := p.verb(f)
	if found {
		f, _ = p.fieldsAmong(v, "a step with "+verb, keysOfVerb(verb))
	}
	p.timing(&s, f)
	if x, ok := f.get("settle"); ok {
		is, _ := p.bool(x)
		s.NoSettle = !is
	}
	if !found {
		return s, false
	}
	if isMove(verb) {
		p.move(&s, terms.Verb(verb), f)
	} else {
		s.Fault = p.fault(FaultKind(verb), f)
	}
	if len(p.problems) > before {
		return s, false
	}
	s.Text = s.line()
	return s, true
}

// verb finds the one verb of a step. The key drop is a fault of its own, and what an amendment drops.
func (p *parser) verb(f fields) (string, bool) {
	all := verbs()
	var given []string
	for _, e := range f.entries {
		if slices.Contains(all, e.key) {
			given = append(given, e.key)
		}
	}
	if amend := string(terms.VerbAmend); slices.Contains(given, amend) {
		given = slices.DeleteFunc(given, func(k string) bool { return k == string(FaultDrop) })
	}
	switch len(given) {
	case 1:
		return given[0], true
	case 0:
		known := slices.Concat(all, stepKeys, moveKeys, []string{"set", "if", "version", "citing", "value", "of", "against", "for", "rate"})
		reported := false
		for _, e := range f.entries {
			if !slices.Contains(known, e.key) {
				reported = true
				p.problem(e.pos, child(f.path, e.key), p.hint(e.key, all), "%s is not a verb of a step; the moves are %s; the faults are %s",
					quote(e.key), joinWords(terms.Verbs()), joinWords(Faults()))
			}
		}
		if !reported {
			p.wrong(f.value, "the step has no verb; the moves are %s; the faults are %s", joinWords(terms.Verbs()), joinWords(Faults()))
		}
	default:
		p.wrong(f.value, "a step has one verb; this has %s: make a step of each", listed(given, "and"))
	}
	return "", false
}

func joinWords[T ~string](words []T) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

// timing reads at, or when and after.
func (p *parser) timing(s *Step, f fields) {
	at, timed := f.get("at")
	when, waits := f.get("when")
	after, delayed := f.get("after")
	switch {
	case timed && waits:
		p.problem(when.key, when.path, "", "a step has at or when, not both; a delay after a condition is after: 1h")
	case timed:
		if o, ok := p.offset(at); ok {
			s.At = &o
		}
	case waits:
		if c, ok := p.condition(when, noHand); ok {
			s.When = &c
		}
	default:
		p.wrong(f.value, "say when: at: 6h, or when: {plan: ..., is: ...}")
	}
	if delayed && !waits {
		p.problem(after.key, after.path, "", "after is a delay after a condition, and the step has no when")
	} else if delayed {
		s.After, _ = p.span(after)
	}
}

// line writes the step on one line: "at 6h: consent truce by london, kyiv".
func (s *Step) line() string {
	var b strings.Builder
	if s.At != nil {
		b.WriteString("at " + s.At.String())
	} else if s.When != nil {
		b.WriteString("when " + s.When.String())
		if s.After.Max > 0 {
			b.WriteString(", after " + s.After.String())
		}
	}
	b.WriteString(": ")
	if s.Fault != nil {
		b.WriteString(s.Fault.String())
	} else {
		b.WriteString(moveLine(s.Move, listed(s.By, "and")))
	}
	return b.String()
}
