package scenarios

import (
	"slices"
	"strconv"

	"github.com/parley-sim/parley/node/terms"
)

// procedures reads the ways that plans take: procedures: {plan: {stages: [...]}}.
func (p *parser) procedures(f fields) {
	v, ok := f.get("procedures")
	if !ok {
		return
	}
	c := &p.scenario.Charter
	for _, e := range p.pairs(v, "procedures are a mapping from names, such as {plan: {stages: [...]}}") {
		if _, ok := p.id(v.of(e), "a procedure's name"); !ok {
			continue
		}
		c.Procedures = append(c.Procedures, p.procedure(e.key, v.under(e)))
	}
}

func (p *parser) procedure(name string, v value) terms.Procedure {
	proc := terms.Procedure{Name: name}
	f, ok := p.fields(v, "a procedure", "procedure")
	if !ok {
		return proc
	}
	if x, ok := f.get("on_amendment"); ok {
		w, _ := p.among(x, "way of going on after an amendment", []string{string(terms.Restart), string(terms.Stay)})
		proc.OnAmendment = terms.OnAmendment(w)
	}
	const holdsNone = "it holds no position, so it cannot do this"
	if x, ok := f.get("proposers"); ok {
		proc.Proposers = p.refuseObservers(x, p.someCapitals(x), holdsNone)
	}
	if x, ok := f.get("amenders"); ok {
		proc.Amenders = p.refuseObservers(x, p.someCapitals(x), holdsNone)
	}
	stages, ok := f.need("stages", "one or more, such as [{members: everyone, rule: {unanimous: true}}]")
	if !ok {
		return proc
	}
	items := p.items(stages)
	if len(items) == 0 {
		p.wrong(stages, "a procedure has one stage or more")
	}
	fine := true
	clauses, conditions := 0, 0
	for i, x := range items {
		s, size, ok := p.stage(i, x)
		if clauses += size; clauses > maxRuleSize {
			p.wrong(x, "with this stage, the rules of the procedure have more than %d clauses", maxRuleSize)
			return proc
		}
		if conditions += conditionsOf(s.Rule); conditions > maxConditions {
			p.wrong(x, "with this stage, the rules of the procedure have more than %d conditions, however they are joined", maxConditions)
			return proc
		}
		if p.effort += size * len(s.Members); p.effort > maxEffort {
			p.wrong(x, "the stages, their members and rules are too many to check")
			return proc
		}
		if slices.ContainsFunc(proc.Stages, func(t terms.Stage) bool { return t.Name == s.Name }) {
			at := x
			if n, given := (fields{value: x, p: p}).get("name"); given {
				at = n
			}
			p.wrong(at, "the procedure has two stages called %s", quote(s.Name))
		}
		proc.Stages = append(proc.Stages, s)
		fine = fine && ok
	}
	if fine {
		p.winnable(&proc, items)
	}
	return proc
}

// maxEffort bounds clauses times members, added up over all stages.
const maxEffort = 20_000_000

// stage reads one stage, and counts the clauses of its rule.
func (p *parser) stage(i int, v value) (s terms.Stage, size int, ok bool) {
	s = terms.Stage{Name: strconv.Itoa(i + 1)}
	f, ok := p.fields(v, "a stage", "stage")
	if !ok {
		return s, 0, false
	}
	if x, given := f.get("name"); given {
		if w, ok := p.word(x); ok && (w == "" || len(w) > maxID) {
			p.wrong(x, "a stage's name has 1 to %d bytes", maxID)
		} else if ok {
			s.Name = w
		}
	}
	if x, given := f.get("members"); given {
		all := p.someCapitals(x)
		s.Members = p.refuseObservers(x, all, "it holds no position, so it cannot be a member of a stage")
		ok = len(all) > 0 && len(all) == len(s.Members)
	} else if s.Members = p.everyone; len(s.Members) == 0 {
		p.wrong(v, "nobody can be a member: all capitals are observers")
		ok = false
	}
	if x, given := f.need("rule", "when the stage passes: a rule's name, or one such as {yes: 9}"); given {
		rule, clauses, fine := p.rule(x)
		s.Rule, size, ok = rule, clauses, ok && fine
	} else {
		ok = false
	}
	if x, given := f.get("window"); given {
		if d, fine := p.duration(x); fine && d == 0 {
			p.wrong(x, "a window is longer than nothing; leave it out for a stage without end")
		} else {
			s.Window = d
		}
	}
	if x, given := f.get("silence"); given {
		w, _ := p.among(x, "meaning of silence", []string{string(terms.SilenceAbsent), string(terms.SilenceConsent)})
		s.Silence = terms.Silence(w)
	}
	if x, given := f.get("decides"); given {
		w, _ := p.among(x, "time to decide", []string{string(terms.WhenWon), string(terms.AtClose)})
		s.Decides = terms.Decides(w)
	}
	return s, size, ok
}

// winnable reports the stages whose rule does not fit their members, or could not be won if all of them consented.
func (p *parser) winnable(proc *terms.Procedure, stages []value) {
	for i := range proc.Stages {
		if _, err := p.scenario.Charter.StageBallot(proc, i, nil); err != nil {
			at, _ := fields{value: stages[i], p: p}.get("rule")
			p.wrong(at, "in stage %s: %v", quote(proc.Stages[i].Name), err)
		}
	}
}

// procedureNames lists the procedures.
func (p *parser) procedureNames() []string {
	var names []string
	for i := range p.scenario.Charter.Procedures {
		names = append(names, p.scenario.Charter.Procedures[i].Name)
	}
	return names
}

// stageNames lists the stages of the plan's procedure.
func (p *parser) stageNames(plan *Plan) []string {
	proc := p.scenario.Charter.Procedure(plan.Draft.Procedure)
	if proc == nil {
		return nil
	}
	var names []string
	for i := range proc.Stages {
		names = append(names, proc.Stages[i].Name)
	}
	return names
}
