package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// expectationKinds are what an expectation can be about, each with the name of its keys in the schema. The first that is
// there counts: plan is a key of others too.
var expectationKinds = []struct{ key, keys string }{
	{"refused", "refusedExpectation"},
	{"recorded", "recordedExpectation"},
	{"pledged", "pledgedExpectation"},
	{"leader", "leaderExpectation"},
	{"elections", "electionsExpectation"},
	{"plan", "outcomeExpectation"},
}

// expectations reads what the run should come to.
func (p *parser) expectations(f fields) {
	v, ok := f.get("expect")
	if !ok {
		return
	}
	for _, x := range p.items(v) {
		if e, ok := p.expectation(x); ok {
			p.scenario.Expect = append(p.scenario.Expect, e)
		}
	}
}

func (p *parser) expectation(v value) (Expectation, bool) {
	e := Expectation{Pos: v.pos}
	if v.kind != mapping {
		p.wrong(v, "an expectation is a mapping such as {plan: truce, outcome: adopted}, not %s", v.show())
		return e, false
	}
	before := len(p.problems)
	f := fields{value: v, p: p, what: "an expectation"}
	about, keys := "", ""
	for _, k := range expectationKinds {
		switch {
		case !f.has(k.key):
		case about == "":
			about, keys = k.key, k.keys
		case k.key != "plan":
			p.wrong(v, "an expectation is about one thing; this is about %s and %s: make two of it", about, k.key)
			return e, false
		}
	}
	if about == "" {
		p.notAbout(v)
		return e, false
	}
	f, _ = p.fields(v, "an expectation about "+about, keys)
	what, _ := f.get(about)
	switch about {
	case "plan":
		p.expectPlan(&e, what, f)
	case "refused":
		e.Refused = p.expectedVerb(what)
		p.expectMove(&e, f)
	case "recorded":
		e.Recorded = p.expectedVerb(what)
		p.expectMove(&e, f)
	case "pledged":
		p.expectPledge(&e, what, f)
	case "leader":
		e.Leader, _ = p.oneCapital(what)
		if c := p.scenario.Charter.Capital(e.Leader); c != nil && !c.Votes() {
			p.wrong(what, "%s does not vote in Raft, so it cannot lead", c.ID)
		}
	case "elections":
		e.Elections = p.counts(what)
	}
	if x, ok := f.get("at"); ok {
		if o, ok := p.offset(x); ok && o.Min != o.Max {
			p.wrong(x, "an expectation is checked at one time, not between two")
		} else if ok {
			e.At = &o
		}
	}
	if x, ok := f.get("not"); ok {
		e.Not, _ = p.bool(x)
	}
	if len(p.problems) > before {
		return e, false
	}
	e.Text = e.line()
	return e, true
}

// notAbout reports an expectation without a key that says what it is about.
func (p *parser) notAbout(v value) {
	var all, about []string
	for _, k := range expectationKinds {
		about = append(about, k.key)
		all = append(all, keysOf[k.keys]...)
	}
	for _, e := range v.entries {
		if !slices.Contains(all, e.key) {
			p.problem(e.pos, child(v.path, e.key), p.hint(e.key, all), "unknown key %s; an expectation is about one of %s",
				quote(e.key), listed(about, "and"))
			return
		}
	}
	p.wrong(v, "say what is expected: an expectation is about one of %s", listed(about, "and"))
}

func (p *parser) expectPlan(e *Expectation, what value, f fields) {
	plan, ok := p.planID(what)
	if !ok {
		return
	}
	e.Plan = plan.ID
	if x, ok := f.get("outcome"); ok {
		w, known := p.outcomeWord(x, "outcome", "agreement", words(terms.Outcomes()), words(terms.Statuses()))
		if known {
			e.Outcome = terms.Outcome(w)
		}
	}
	if x, ok := f.get("agreement"); ok {
		w, known := p.outcomeWord(x, "agreement", "outcome", words(terms.Statuses()), words(terms.Outcomes()))
		if known {
			e.Agreement = terms.Status(w)
		}
	}
	if x, ok := f.get("version"); ok {
		e.Version, _ = p.count(x, 1)
	}
	if x, ok := f.get("stage"); ok {
		if w, ok := p.word(x); ok {
			if known := p.stageNames(plan); !slices.Contains(known, w) {
				p.unknown(x, w, "stage", known)
			}
			e.Stage = w
		}
	}
	if x, ok := f.get("blocked_by"); ok {
		e.BlockedBy = p.someCapitals(x)
	}
	if x, ok := f.get("within"); ok {
		p.within(e, x)
		if !f.has("outcome") && !f.has("agreement") {
			p.problem(x.key, x.path, "", "within what? It belongs to an outcome or an agreement")
		}
	}
	if !slices.ContainsFunc([]string{"outcome", "agreement", "version", "stage", "blocked_by"}, f.has) {
		p.wrong(f.value, "say what is expected of the plan: outcome, agreement, version, stage or blocked_by")
	}
}

// outcomeWord reads one of the words; those of the other key are easily mixed up with them.
func (p *parser) outcomeWord(v value, key, other string, known, others []string) (string, bool) {
	t, ok := p.word(v)
	if !ok {
		return "", false
	}
	if slices.Contains(others, t) {
		p.wrong(v, "%s is a plan's %s, not its %s: write %s: %s", t, other, key, other, t)
		return "", false
	}
	return p.among(v, "plan's "+key, known)
}

func words[T ~string](all []T) []string {
	s := make([]string, len(all))
	for i, x := range all {
		s[i] = string(x)
	}
	return s
}

func (p *parser) expectedVerb(v value) terms.Verb {
	w, _ := p.among(v, "move", words(terms.Verbs()))
	return terms.Verb(w)
}

func (p *parser) expectMove(e *Expectation, f fields) {
	if x, ok := f.get("by"); ok {
		e.By = p.someCapitals(x)
	}
	if x, ok := f.get("plan"); ok {
		if plan, ok := p.planID(x); ok {
			e.Plan = plan.ID
		}
	}
	if x, ok := f.get("within"); ok && e.Recorded != "" {
		p.within(e, x)
	}
}

func (p *parser) within(e *Expectation, v value) {
	if d, ok := p.duration(v); ok {
		e.Within = &d
		if d > p.scenario.Horizon {
			p.warn(v, "the run ends at its horizon, %s, anyway", p.scenario.Horizon)
		}
	}
}

// expectPledge reads {pledged: force, by_at_least: 5} and {pledged: {force: {by_at_least: 5}}}.
func (p *parser) expectPledge(e *Expectation, what value, f fields) {
	name := what
	if what.kind == mapping && len(what.entries) == 1 {
		of := what.entries[0]
		name = what.of(of)
		if of.value.kind == mapping {
			f, _ = p.fieldsAmong(what.under(of), "a pledge that is expected", []string{"by_at_least", "by"})
		} else if of.value.kind == scalar {
			e.ByAtLeast, _ = p.count(what.under(of), 1)
		}
	}
	if t, ok := p.termID(name); ok {
		e.Pledged = t.ID
	}
	if x, ok := f.get("by_at_least"); ok {
		n, ok := p.count(x, 1)
		if all := len(p.scenario.Charter.Capitals); ok && n > all {
			p.wrong(x, "the conference has only %d capitals", all)
		}
		e.ByAtLeast = n
	}
	if x, ok := f.get("by"); ok {
		e.By = p.someCapitals(x)
	}
}

// counts reads 1 or 1..3.
func (p *parser) counts(v value) *Range {
	t, ok := p.word(v)
	if !ok {
		return nil
	}
	from, to, isRange := strings.Cut(t, "..")
	if !isRange {
		to = from
	}
	part := func(s string) (int, bool) {
		x := v
		x.node = &node{kind: scalar, text: strings.TrimSpace(s), pos: v.pos}
		return p.count(x, 0)
	}
	least, ok := part(from)
	if !ok {
		return nil
	}
	most, ok := part(to)
	if ok && least > most {
		p.wrong(v, "%d is more than %d: write the smaller number first", least, most)
		ok = false
	}
	if !ok {
		return nil
	}
	return &Range{least, most}
}

// line writes the expectation on one line: "truce is adopted within 10d".
func (e *Expectation) line() string {
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	within := ""
	if e.Within != nil {
		within = " within " + e.Within.String()
	}
	switch {
	case e.Refused != "":
		say("%s is refused", e.moveWords(e.Refused))
	case e.Recorded != "":
		say("%s is recorded%s", e.moveWords(e.Recorded), within)
	case e.Plan != "":
		if e.Outcome != "" {
			say("is %s%s", e.Outcome, within)
		}
		if e.Agreement != "" {
			say("is %s as an agreement%s", e.Agreement, within)
		}
		if e.Stage != "" {
			say("stands at stage %s", e.Stage)
		}
		if e.Version > 0 {
			say("has version %d", e.Version)
		}
		if len(e.BlockedBy) > 0 {
			say("is blocked by %s", listed(e.BlockedBy, "and"))
		}
		parts[0] = e.Plan + " " + parts[0]
	case e.Pledged != "":
		switch {
		case len(e.By) > 0 && e.ByAtLeast > 0:
			say("%s is pledged by %s, and by at least %d", e.Pledged, listed(e.By, "and"), e.ByAtLeast)
		case len(e.By) > 0:
			say("%s is pledged by %s", e.Pledged, listed(e.By, "and"))
		default:
			say("%s is pledged by at least %d", e.Pledged, max(1, e.ByAtLeast))
		}
	case e.Leader != "":
		say("%s leads", e.Leader)
	case e.Elections != nil && e.Elections.Min == e.Elections.Max:
		say("the number of elections is %d", e.Elections.Min)
	case e.Elections != nil:
		say("the number of elections is %d to %d", e.Elections.Min, e.Elections.Max)
	}
	text := strings.Join(parts, " and ")
	if e.At != nil {
		text += " at " + e.At.String()
	}
	if e.Not {
		text = "not: " + text
	}
	return text
}

// moveWords writes what kind of move is expected: "veto of truce by moscow".
func (e *Expectation) moveWords(verb terms.Verb) string {
	text := string(verb)
	if e.Plan != "" {
		text += " of " + e.Plan
	}
	if len(e.By) > 0 {
		text += " by " + listed(e.By, "and")
	}
	return text
}
