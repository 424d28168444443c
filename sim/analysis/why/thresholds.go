package why

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// rules lists how the rule of each stage could have asked for less, or for more: clause by clause, step by step.
func (f *finder) rules() {
	c := &f.s.Charter
	for pi := range c.Procedures {
		proc := &c.Procedures[pi]
		if !slices.ContainsFunc(f.plans, func(id string) bool { p := f.procedureOf(id); return p != nil && p.Name == proc.Name }) {
			continue
		}
		for si := range proc.Stages {
			b := bend{f: f, at: ruleAt{pi, si}, proc: proc, stage: &proc.Stages[si]}
			b.clause(&b.stage.Rule, nil)
		}
	}
	f.reservations()
}

// bend lists the changes of one stage's rule.
type bend struct {
	f     *finder
	at    ruleAt
	proc  *terms.Procedure
	stage *terms.Stage
}

// clause lists the changes of one clause.
func (b *bend) clause(r *terms.Rule, path []int) {
	members := len(b.stage.Members)
	switch r.Kind {
	case terms.RuleYes:
		b.counts(path, r.N-1, 1, -1, func(n int) (string, func(*ruleNode)) {
			return fmt.Sprintf("asks for %s instead of %d", plural(n, "consent"), r.N), func(c *ruleNode) { c.N = n }
		})
		b.counts(path, r.N+1, members, 1, func(n int) (string, func(*ruleNode)) {
			return fmt.Sprintf("asks for %s instead of %d", plural(n, "consent"), r.N), func(c *ruleNode) { c.N = n }
		})
	case terms.RuleUnanimous:
		b.counts(path, 1, members-1, -1, func(n int) (string, func(*ruleNode)) {
			return fmt.Sprintf("asks for all but %d instead of every member", n),
				func(c *ruleNode) { c.Rule = terms.Rule{Kind: terms.RuleAllBut, N: n} }
		})
	case terms.RuleAllBut:
		b.counts(path, r.N+1, members-1, -1, func(n int) (string, func(*ruleNode)) {
			return fmt.Sprintf("asks for all but %d instead of all but %d", n, r.N), func(c *ruleNode) { c.N = n }
		})
		b.counts(path, r.N-1, 0, 1, func(n int) (string, func(*ruleNode)) {
			return fmt.Sprintf("asks for all but %d instead of all but %d", n, r.N), func(c *ruleNode) { c.N = n }
		})
	case terms.RuleConsensus:
		b.counts(path, 1, members-1, -1, func(n int) (string, func(*ruleNode)) {
			return fmt.Sprintf("bears %s instead of none", plural(n, "objection")),
				func(c *ruleNode) { c.Rule = terms.Rule{Kind: terms.RuleConsensusMinus, N: n} }
		})
	case terms.RuleConsensusMinus:
		b.counts(path, r.N+1, members-1, -1, func(n int) (string, func(*ruleNode)) {
			return fmt.Sprintf("bears %s instead of %d", plural(n, "objection"), r.N), func(c *ruleNode) { c.N = n }
		})
		b.counts(path, r.N-1, 0, 1, func(n int) (string, func(*ruleNode)) {
			return fmt.Sprintf("bears %s instead of %d", plural(n, "objection"), r.N), func(c *ruleNode) { c.N = n }
		})
	case terms.RuleShare, terms.RuleWeight:
		b.sums(r, path)
	case terms.RuleConsentOf, terms.RuleNoObjectionFrom:
		b.named(r, path)
	case terms.RuleAll, terms.RuleAny:
		for i := range r.Rules {
			b.clause(&r.Rules[i], append(slices.Clone(path), i))
		}
		if len(r.Rules) > 1 {
			b.leaveOut(r, path)
		}
	}
}

// counts lists the steps of a count from first to last, none if that would go the other way. easing is -1 for steps that ask
// for less, 1 for those that ask for more. A count goes up to ask for less where it says who may stay out.
func (b *bend) counts(path []int, first, last, easing int, step func(n int) (string, func(*ruleNode))) {
	if easing > 0 && !b.f.goal.hinders || easing < 0 && !b.f.goal.eases {
		return
	}
	by := 1
	if k := b.kindAt(path); (k == terms.RuleYes) == (easing < 0) {
		by = -1
	}
	for n, i := first, 1; by > 0 && n <= last || by < 0 && n >= last; n, i = n+by, i+1 {
		text, change := step(n)
		b.add(path, text, sign(easing), i, change)
	}
}

func (b *bend) kindAt(path []int) terms.RuleKind {
	r := &b.stage.Rule
	for _, i := range path {
		r = &r.Rules[i]
	}
	return r.Kind
}

func sign(easing int) string {
	if easing < 0 {
		return "-"
	}
	return "+"
}

// add adds a change of a clause.
func (b *bend) add(path []int, text, direction string, step int, change func(*ruleNode)) {
	f, at := b.f, b.at
	becomes := edited(b.stage.Rule, path, change)
	if _, err := terms.Compile(becomes, f.s.Charter.Voters(b.proc, at.stage, nil)); err != nil {
		return // it could not be won at all
	}
	slot := fmt.Sprintf("rule/%d/%d/%s", at.procedure, at.stage, slotPath(path))
	f.add(&Change{Kind: KindRule, Text: fmt.Sprintf("the rule of stage %s %s", b.name(), text), inRule: true,
		slots: []string{slot}, family: slot + direction, step: step,
		Where: f.at(replaces, "rule: "+ruleYAML(becomes), "procedures", b.proc.Name, "stages", strconv.Itoa(at.stage), "rule"),
		edit:  func(d *draft) { change(d.clause(at, path)) }})
}

// name names the stage, with its procedure where that is not the plan's own.
func (b *bend) name() string {
	if own := b.f.procedureOf(b.f.view.ID); own != nil && own.Name != b.proc.Name {
		return b.stage.Name + " of procedure " + b.proc.Name
	}
	return b.stage.Name
}

func slotPath(path []int) string {
	s := ""
	for _, i := range path {
		s += strconv.Itoa(i) + "/"
	}
	return s
}

// sums lists other thresholds of a share or a weight: what those who consented once bring together, and one capital more or
// less. Any threshold between two of these does the same as the next of them.
func (b *bend) sums(r *terms.Rule, path []int) {
	whole := b.weightOf(r, b.stage.Members)
	if whole == 0 {
		return
	}
	var sums []terms.Number
	note := func(n terms.Number) {
		if n > 0 && n <= whole && !slices.Contains(sums, n) {
			sums = append(sums, n)
		}
	}
	for _, round := range b.f.h.rounds {
		if p := b.f.procedureOf(round.plan); p == nil || p.Name != b.proc.Name || round.place != b.at.stage || !slices.Contains(b.f.plans, round.plan) {
			continue
		}
		sum := b.weightOf(r, round.tally.Consent)
		note(sum)
		for _, id := range b.stage.Members {
			w := b.weightOf(r, []string{id})
			if slices.Contains(round.tally.Consent, id) {
				note(sum - w)
			} else {
				note(sum + w)
			}
		}
	}
	slices.Sort(sums)
	// Downwards: the threshold that a sum just reaches. Upwards: the one that it just misses.
	step := 0
	for i := len(sums) - 1; i >= 0 && b.f.goal.eases; i-- {
		if n := b.threshold(r, sums[i], whole); n < r.Number || r.Strict && n <= r.Number {
			step++
			b.sum(r, path, n, false, "-", step)
		}
	}
	step = 0
	for _, s := range sums {
		if n := b.threshold(r, s, whole); b.f.goal.hinders && (n > r.Number || n == r.Number && !r.Strict) {
			step++
			b.sum(r, path, n, true, "+", step)
		}
	}
}

// threshold is the greatest one that a sum reaches: of a weight the sum itself, of a share its part of the whole, rounded
// down to a ten-thousandth.
func (b *bend) threshold(r *terms.Rule, sum, whole terms.Number) terms.Number {
	if r.Kind == terms.RuleWeight {
		return sum
	}
	const places = terms.One / 10_000
	return sum * terms.One / whole / places * places
}

// sum adds one threshold. more means that the sum itself does not reach it.
func (b *bend) sum(r *terms.Rule, path []int, n terms.Number, more bool, direction string, step int) {
	strict := false
	if more {
		if r.Kind == terms.RuleWeight {
			n++ // the smallest number that is more
		} else {
			strict = true
		}
	}
	if n <= 0 || r.Kind == terms.RuleShare && n > terms.One {
		return
	}
	words := func(n terms.Number, strict bool) string {
		if r.Kind == terms.RuleWeight {
			return n.String()
		}
		if strict {
			return "more than " + (n * 100).String() + "%"
		}
		return (n * 100).String() + "%"
	}
	b.add(path, fmt.Sprintf("asks for %s of %s instead of %s", words(n, strict), r.Of, words(r.Number, r.Strict)), direction, step,
		func(c *ruleNode) { c.Number, c.Strict = n, strict })
}

func (b *bend) weightOf(r *terms.Rule, capitals []string) terms.Number {
	var sum terms.Number
	for _, id := range capitals {
		if !slices.Contains(b.stage.Members, id) {
			continue
		}
		if r.Of == terms.Members {
			sum += terms.One
		} else if c := b.f.s.Charter.Capital(id); c != nil {
			sum += c.Weight(r.Of)
		}
	}
	return sum
}

// named lists what becomes of a clause that names capitals, if it names one less or one more.
func (b *bend) named(r *terms.Rule, path []int) {
	verb, noun := "does not need the consent of %s", "needs the consent of %s too"
	if r.Kind == terms.RuleNoObjectionFrom {
		verb, noun = "gives %s no veto", "gives %s a veto too"
	}
	one := func(id, shape, direction string, change func(*ruleNode)) {
		becomes := edited(b.stage.Rule, path, change)
		if len(path) == 0 && len(r.Capitals) == 1 && direction == "-" {
			return // nothing would be left
		}
		if _, err := terms.Compile(becomes, b.f.s.Charter.Voters(b.proc, b.at.stage, nil)); err != nil {
			return
		}
		slot := fmt.Sprintf("rule/%d/%d/%s%s/", b.at.procedure, b.at.stage, slotPath(path), id)
		c := &Change{Kind: KindRule, inRule: true, slots: []string{slot},
			Where: b.f.at(replaces, "rule: "+ruleYAML(becomes), "procedures", b.proc.Name, "stages", strconv.Itoa(b.at.stage), "rule"),
			edit:  func(d *draft) { change(d.clause(b.at, path)) }}
		b.f.add(b.f.of(c, fmt.Sprintf("the rule of stage %s %s", b.name(), shape), id))
	}
	for _, id := range r.Capitals {
		if !b.f.goal.eases {
			break
		}
		one(id, verb, "-", func(c *ruleNode) {
			c.Capitals = slices.DeleteFunc(c.Capitals, func(x string) bool { return x == id })
			c.dropped = c.dropped || len(c.Capitals) == 0
		})
	}
	for _, id := range b.stage.Members {
		if b.f.goal.hinders && !slices.Contains(r.Capitals, id) {
			one(id, noun, "+", func(c *ruleNode) { c.Capitals = append(slices.Clone(c.Capitals), id) })
		}
	}
}

// leaveOut lists a rule with one of its clauses less: of an all that asks for less, of an any for more.
func (b *bend) leaveOut(r *terms.Rule, path []int) {
	if r.Kind == terms.RuleAll && !b.f.goal.eases || r.Kind == terms.RuleAny && !b.f.goal.hinders {
		return
	}
	for i := range r.Rules {
		sub := append(slices.Clone(path), i)
		direction := "-" // the last step of asking for less
		if r.Kind == terms.RuleAny {
			direction = "+"
		}
		b.add(sub, "has no clause for "+b.f.words.Rule(r.Rules[i]), direction, math.MaxInt, func(c *ruleNode) { c.dropped = true })
	}
}

// reservations lists the terms of the plans that could have been reserved to nobody.
func (f *finder) reservations() {
	if !f.goal.eases {
		return
	}
	for i := range f.s.Charter.Terms {
		t := &f.s.Charter.Terms[i]
		used := slices.ContainsFunc(f.h.rounds, func(r *round) bool {
			return slices.Contains(f.plans, r.plan) && valueOf(r.text, t.ID) != nil
		})
		for _, id := range t.ReservedTo {
			if !used {
				continue
			}
			rest := slices.DeleteFunc(slices.Clone(t.ReservedTo), func(x string) bool { return x == id })
			c := &Change{Kind: KindRule, Terms: []string{t.ID}, inRule: true, slots: []string{"reserved/" + t.ID + "/" + id + "/"},
				Where: f.at(replaces, "reserved_to: ["+strings.Join(rest, ", ")+"]", "terms", t.ID, "reserved_to"),
				edit: func(d *draft) {
					own := &d.Charter.Terms[i]
					own.ReservedTo = slices.DeleteFunc(slices.Clone(own.ReservedTo), func(x string) bool { return x == id })
				}}
			f.add(f.of(c, t.ID+" is not reserved to %s", id))
		}
	}
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
