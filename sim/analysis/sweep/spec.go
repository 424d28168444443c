package sweep

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// A spec says what is varied, and between what:
//
//	seed                          each run has a seed of its own
//	CAPITAL.walk_away=40..80      a number between two bounds
//	CAPITAL.replies_in=6h..48h    a duration: how long all of its replies of a run take
//	CAPITAL.red_lines=on,off      one of a list, each as likely; red_lines.2 is the second one alone
//	CAPITAL.needs=on,off          in the same way
//	CAPITAL.concession=0.2..5     the exponent; concession.initial and concession.over are the other parameters
//	CAPITAL.otherwise=consent,abstain
//	TERM=14d,30d,60d              a term's value, in every plan that sets it; PLAN.TERM is that of one plan
//	crashes=0.1/d for 1h..1d      random crashes, a rate by time for all machines together, each up again after a while
//	cuts=0.2/d for 1h..1d         random cuts of lines between two capitals
//
// A group instead of a capital, or no name at all, varies every capital that has the parameter, each by itself.

// Bounds on what a sweep may vary.
const (
	maxSpecs  = 200
	maxInputs = 1000
	maxSpec   = 10_000 // bytes
	maxList   = 200    // values of a list
	maxFaults = 1000   // expected in a run, of one kind
)

// SpecError is what is wrong with a spec.
type SpecError struct {
	Spec string
	Text string // what is wrong and what to do
}

// Error names the spec.
func (e *SpecError) Error() string { return fmt.Sprintf("--vary %s: %s", clip(e.Spec), e.Text) }

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}

// spec is one --vary, taken apart.
type spec struct {
	text, key, values string
	given             bool // there are values
	scenario          *scenarios.Scenario
}

func (s *spec) wrong(format string, args ...any) error {
	return &SpecError{s.text, fmt.Sprintf(format, args...)}
}

// inputsOf reads a spec: it may vary several inputs.
func inputsOf(s *scenarios.Scenario, text string) ([]*input, error) {
	key, values, given := strings.Cut(text, "=")
	sp := &spec{text: text, key: strings.TrimSpace(key), values: strings.TrimSpace(values), given: given, scenario: s}
	switch {
	case len(text) > maxSpec:
		return nil, sp.wrong("it has %d characters; at most %d are allowed", len(text), maxSpec)
	case sp.key == "":
		return nil, sp.wrong("say what to vary, such as seed, %s", example(s))
	case sp.key == "seed":
		if given {
			return nil, sp.wrong("seed takes no values: every run has a seed of its own, drawn from the sweep's")
		}
		return []*input{{name: "seed", values: "any", touches: []string{"seed"}, domain: seeds{}}}, nil
	}
	targets, err := sp.targets()
	if err != nil {
		return nil, err
	}
	if sp.values == "" {
		return nil, sp.wrong("say between what it varies: %s=%s", sp.key, targets[0].example)
	}
	var inputs []*input
	for _, t := range targets {
		d, err := t.read(sp)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, &input{name: t.name, values: sp.values, touches: t.touches, domain: d, set: t.set})
	}
	return inputs, nil
}

// target is something that can be varied.
type target struct {
	name    string
	touches []string // what of the scenario it replaces: no two inputs may replace the same
	example string
	read    func(*spec) (domain, error)
	set     func(v *variant, in *input, x Value) // nil for faults
}

// targets finds what a spec's key means. Exactly one meaning has to be there, which may be about several capitals or plans.
func (sp *spec) targets() ([]target, error) {
	type meaning struct {
		words   string
		targets []target
	}
	var found []meaning
	add := func(words string, t ...target) {
		if len(t) > 0 {
			found = append(found, meaning{words, t})
		}
	}
	if k := faultKind(sp.key); k == crashes || k == cuts {
		add("random faults", faultTarget(k))
	}
	if t := sp.scenario.Charter.Term(sp.key); t != nil {
		add("the term "+sp.key+" in every plan that sets it", termTargets(sp.scenario, t)...)
	}
	for i := range sp.scenario.Plans {
		p := &sp.scenario.Plans[i]
		if id, is := strings.CutPrefix(sp.key, p.ID+"."); is {
			if t := sp.scenario.Charter.Term(id); t != nil {
				add("the term "+id+" of the plan "+p.ID, planTarget(sp.scenario, i, t))
			}
		}
	}
	if who, param, err := sp.party(); err != nil {
		return nil, err
	} else if param != "" {
		t, err := sp.partyTargets(who, param)
		if err != nil {
			return nil, err
		}
		add("the parameter "+param, t...)
	}
	switch len(found) {
	case 1:
		return found[0].targets, nil
	case 0:
		return nil, sp.unknown()
	}
	return nil, sp.wrong("it can mean %s, or %s: put the plan's id before the term, as PLAN.TERM, or rename one", found[0].words, found[1].words)
}

// unknown is the error for a key that means nothing.
func (sp *spec) unknown() error {
	known := keysOf(sp.scenario)
	hint := ""
	if near := scenarios.Nearest(sp.key, known); near != "" {
		hint = "; did you mean " + near + "?"
	} else if len(known) > 12 {
		hint = "; there is " + strings.Join(known[:12], ", ") + fmt.Sprintf(" and %d more", len(known)-12)
	} else {
		hint = "; there is " + strings.Join(known, ", ")
	}
	if t := sp.scenario.Charter.Term(sp.key); t != nil && len(sp.scenario.Plans) > 0 {
		return sp.wrong("no plan sets the term %s; %s.%s sets it in one", t.ID, sp.scenario.Plans[0].ID, t.ID)
	}
	if sp.scenario.Charter.Capital(sp.key) != nil {
		return sp.wrong("say what of %s varies, such as %s.replies_in=6h..2d%s", sp.key, sp.key, hint)
	}
	return sp.wrong("there is nothing called %q to vary%s", clip(sp.key), hint)
}

// keysOf lists what can be varied in a scenario.
func keysOf(s *scenarios.Scenario) []string {
	keys := []string{"seed", string(crashes), string(cuts)}
	for i := range s.Parties {
		for _, p := range paramsOf(&s.Parties[i]) {
			keys = append(keys, s.Parties[i].Capital+"."+p)
		}
	}
	for i := range s.Plans {
		for _, set := range s.Plans[i].Draft.Terms {
			if !slices.Contains(keys, set.Term) {
				keys = append(keys, set.Term)
			}
		}
	}
	for i := range s.Plans {
		for _, set := range s.Plans[i].Draft.Terms {
			keys = append(keys, s.Plans[i].ID+"."+set.Term)
		}
	}
	return keys
}

// example is a spec that would be right, for messages.
func example(s *scenarios.Scenario) string {
	for i := range s.Parties {
		if p := paramsOf(&s.Parties[i]); len(p) > 0 {
			return s.Parties[i].Capital + "." + p[0] + "=... or crashes=0.1/d"
		}
	}
	return "crashes=0.1/d"
}

// list splits values at commas that are not in brackets.
func (sp *spec) list() ([]string, error) {
	var items []string
	depth, from := 0, 0
	for i, r := range sp.values + "," {
		switch r {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth > 0 {
				continue
			}
			items = append(items, strings.TrimSpace(sp.values[from:i]))
			from = i + 1
		}
	}
	if depth != 0 {
		return nil, sp.wrong("a bracket is not closed")
	}
	if len(items) > maxList {
		return nil, sp.wrong("it lists %d values; at most %d are allowed: write a range such as 40..80", len(items), maxList)
	}
	for i, it := range items {
		if it == "" {
			return nil, sp.wrong("a value of the list is empty")
		}
		if slices.Contains(items[:i], it) {
			return nil, sp.wrong("%s is listed twice: each value is as likely as the others", it)
		}
	}
	return items, nil
}

// bounds reads a..b; false if it is no range.
func bounds[T interface{ ~int64 }](sp *spec, read func(string) (T, error)) (low, high T, is bool, err error) {
	from, to, is := strings.Cut(sp.values, "..")
	if !is {
		return 0, 0, false, nil
	}
	if low, err = read(strings.TrimSpace(from)); err == nil {
		high, err = read(strings.TrimSpace(to))
	}
	if err != nil {
		return 0, 0, true, sp.wrong("%v", err)
	}
	if low > high {
		return 0, 0, true, sp.wrong("%s is more than %s: write the lesser first", from, to)
	}
	if low == high {
		return 0, 0, true, sp.wrong("%s is one value: it does not vary", sp.values)
	}
	return low, high, true, nil
}

// durations reads a range or a list of durations.
func durations(sp *spec) (domain, error) {
	low, high, is, err := bounds(sp, scenarios.ReadDuration)
	if err != nil {
		return nil, err
	}
	if is {
		unit := terms.Minute
		if high-low < terms.Hour {
			unit = 1
		}
		return newSteps(int64(low), int64(high), int64(unit), duration), nil
	}
	return readList(sp, scenarios.ReadDuration, duration)
}

// numbers reads a range or a list of numbers. Whole bounds draw whole numbers, if whole is set; others thousandths.
func numbers(whole bool, low, high terms.Number, what string) func(*spec) (domain, error) {
	return func(sp *spec) (domain, error) {
		read := func(t string) (terms.Number, error) {
			n, err := terms.ParseNumber(t)
			if err == nil && (n < low || n > high) {
				return 0, fmt.Errorf("%s is out of bounds: %s", t, what)
			}
			return n, err
		}
		from, to, is, err := bounds(sp, read)
		if err != nil {
			return nil, err
		}
		if is {
			unit := terms.One / 1000
			if whole && from%terms.One == 0 && to%terms.One == 0 {
				unit = terms.One
			}
			return newSteps(int64(from), int64(to), int64(unit), number), nil
		}
		return readList(sp, read, number)
	}
}

// readList reads a list of numbers or durations, kept in order of size.
func readList[T interface{ ~int64 }](sp *spec, read func(string) (T, error), f form) (domain, error) {
	items, err := sp.list()
	if err != nil {
		return nil, err
	}
	values := make([]int64, len(items))
	for i, it := range items {
		x, err := read(it)
		if err != nil {
			return nil, sp.wrong("%v", err)
		}
		if values[i] = int64(x); slices.Contains(values[:i], values[i]) {
			return nil, sp.wrong("%s is listed twice: each value is as likely as the others", it)
		}
	}
	slices.Sort(values)
	d := choices{numbers: values, bare: f.bare}
	for _, x := range values {
		d.labels = append(d.labels, f.write(x))
	}
	return d, nil
}

// words reads a list of some words.
func words(known ...string) func(*spec) (domain, error) {
	return func(sp *spec) (domain, error) {
		items, err := sp.list()
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			if !slices.Contains(known, it) {
				hint := ""
				if near := scenarios.Nearest(it, known); near != "" {
					hint = "; did you mean " + near + "?"
				}
				return nil, sp.wrong("%q is not one of %s%s", clip(it), strings.Join(known, ", "), hint)
			}
		}
		return choices{labels: items}, nil
	}
}

// form is how a number of units is written.
type form struct {
	write func(int64) string
	bare  bool // as a JSON number
}

var (
	duration = form{write: func(x int64) string { return terms.Duration(x).String() }}
	number   = form{write: func(x int64) string { return terms.Number(x).String() }, bare: true}
)
