package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// maxRuleSize bounds a rule with the named rules in it written out: ten rules that each name the next one twice would
// make a thousand clauses. Names count too. It bounds the rules of a procedure's stages together as well.
const maxRuleSize = 10_000

// maxConditions bounds what the rules of a procedure's stages ask for, without all and any: whoever asks for the power under
// a procedure takes them for one rule, and 2^28 coalitions are to be held against it in seconds.
const maxConditions = 2_000

// conditionsOf counts what a rule asks for.
func conditionsOf(r terms.Rule) int {
	if len(r.Rules) == 0 {
		return 1
	}
	n := 0
	for _, sub := range r.Rules {
		n += conditionsOf(sub)
	}
	return n
}

// namedRule is an entry of rules:, read when it is first needed, since rules can name each other in any order.
type namedRule struct {
	value
	state ruleState
	rule  terms.Rule
	size  int
	used  bool
}

type ruleState uint8

const (
	unread ruleState = iota
	reading
	read
	failed
)

// rulesOf reads rules: {accepted: {all: [...]}}.
func (p *parser) rulesOf(f fields) {
	p.rules = map[string]*namedRule{}
	v, ok := f.get("rules")
	if !ok {
		return
	}
	entries := p.pairs(v, "rules are a mapping from names, such as {majority: {share: \"> 50%\"}}")
	for _, e := range entries {
		if _, ok := p.id(v.of(e), "a rule's name"); ok {
			p.rules[e.key] = &namedRule{value: v.under(e)}
		}
	}
	for _, e := range entries {
		if r := p.rules[e.key]; r != nil {
			p.resolve(r, v.of(e))
		}
	}
}

// resolve reads a named rule; at is where it was named.
func (p *parser) resolve(r *namedRule, at value) bool {
	switch r.state {
	case unread:
		r.state = reading
		rule, size, ok := p.rule(r.value)
		if r.state == failed || !ok {
			r.state = failed
			return false
		}
		r.rule, r.size, r.state = rule, size, read
	case reading:
		p.wrong(at, "the rule %s is made of itself", quote(at.text))
		r.state = failed
	}
	return r.state == read
}

// rule reads a rule, or the name of one, and counts its clauses.
func (p *parser) rule(v value) (rule terms.Rule, size int, ok bool) {
	switch v.kind {
	case scalar:
		return p.ruleNamed(v)
	case mapping:
		return p.clauses(v)
	}
	p.wrong(v, "a rule is the name of one under rules:, or a mapping such as {yes: 9}, not %s", v.show())
	return terms.Rule{}, 0, false
}

func (p *parser) ruleNamed(v value) (terms.Rule, int, bool) {
	if r := p.rules[v.text]; r != nil {
		r.used = true
		ok := p.resolve(r, v)
		return r.rule, r.size, ok
	}
	switch k := terms.RuleKind(v.text); k {
	case terms.RuleUnanimous, terms.RuleConsensus:
		return terms.Rule{Kind: k}, 1, true
	}
	words := []string{string(terms.RuleUnanimous), string(terms.RuleConsensus)}
	for name := range p.rules {
		words = append(words, name)
	}
	p.unknown(v, v.text, "rule", words)
	return terms.Rule{}, 0, false
}

// clauses reads a mapping. Several keys mean all of them: {yes: 9, no_objection_from: [...]}.
func (p *parser) clauses(v value) (terms.Rule, int, bool) {
	f, _ := p.fields(v, "a rule", "rule")
	var all []terms.Rule
	size, fine := 1, true
	weighed := false
	for _, e := range v.entries {
		r, n, ok := p.clause(f, e)
		switch {
		case e.key == "of":
			continue
		case !ok:
			fine = false
			continue
		}
		weighed = weighed || r.Kind == terms.RuleWeight || r.Kind == terms.RuleShare
		all, size = append(all, r), size+n
	}
	if of, given := f.get("of"); given && !weighed && fine {
		p.problem(of.key, of.path, "", "of belongs to weight or share, and this rule has neither")
		return terms.Rule{}, 0, false
	}
	if fine && len(all) == 0 {
		p.problem(v.pos, v.path, "", "a rule asks for something: %s", listed(keysOf["rule"], "or"))
		return terms.Rule{}, 0, false
	}
	if size > maxRuleSize {
		p.wrong(v, "with the rules that it names, the rule has more than %d clauses", maxRuleSize)
		return terms.Rule{}, 0, false
	}
	if len(all) == 1 {
		return all[0], size, fine
	}
	return terms.Rule{Kind: terms.RuleAll, Rules: all}, size, fine
}

// clause reads one key of a rule.
func (p *parser) clause(f fields, e entry) (r terms.Rule, size int, ok bool) {
	v := f.under(e)
	r.Kind = terms.RuleKind(e.key)
	switch r.Kind {
	case terms.RuleYes:
		r.N, ok = p.count(v, 1)
	case terms.RuleConsensusMinus, terms.RuleAllBut:
		r.N, ok = p.count(v, 0)
	case terms.RuleUnanimous, terms.RuleConsensus:
		ok = p.onlyTrue(v, e.key)
	case terms.RuleConsentOf, terms.RuleNoObjectionFrom:
		r.Capitals = p.someCapitals(v)
		return r, 1 + len(r.Capitals), len(r.Capitals) > 0
	case terms.RuleWeight:
		r.Number, ok = p.number(v)
		if ok && r.Number <= 0 {
			p.wrong(v, "a rule asks for a weight above 0")
			ok = false
		}
		of, given := f.get("of")
		if !given {
			p.problem(v.key, v.path, "", "weight needs of: which of the capitals' weights, %s", listed(p.weightNames(), "or"))
			return r, 1, false
		}
		var known bool
		r.Of, known = p.weightName(of, p.weightNames())
		ok = ok && known
	case terms.RuleShare:
		r.Of = terms.Members
		r.Number, r.Strict, ok = p.share(v)
		if of, given := f.get("of"); given {
			var known bool
			r.Of, known = p.weightName(of, append(p.weightNames(), terms.Members))
			ok = ok && known
		}
	case terms.RuleAll, terms.RuleAny:
		return p.joined(r, v)
	}
	return r, 1, ok
}

func (p *parser) joined(r terms.Rule, v value) (terms.Rule, int, bool) {
	size, fine := 1, true
	for _, x := range p.items(v) {
		sub, n, ok := p.rule(x)
		r.Rules = append(r.Rules, sub)
		size, fine = size+n, fine && ok
	}
	if len(r.Rules) == 0 {
		p.problem(v.pos, v.path, "", "%s lists one rule or more", r.Kind)
		return r, 1, false
	}
	return r, size, fine
}

func (p *parser) weightNames() []string {
	var names []string
	for _, c := range p.scenario.Charter.Capitals {
		for _, w := range c.Weights {
			names = append(names, w.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p *parser) weightName(v value, known []string) (string, bool) {
	t, ok := p.word(v)
	if ok && !slices.Contains(known, t) {
		p.unknown(v, t, "weight", known)
		return "", false
	}
	return t, ok
}

// share reads "55%", "0.55", "2/3" or, for more than that and not just as much, "> 50%".
func (p *parser) share(v value) (share terms.Number, strict, ok bool) {
	t, ok := p.word(v)
	if !ok {
		return 0, false, false
	}
	rest, strict := strings.CutPrefix(t, ">")
	if after, atLeast := strings.CutPrefix(rest, "="); strict && atLeast {
		rest, strict = after, false
	}
	share, err := parseShare(strings.TrimSpace(rest), strict)
	switch {
	case err != nil:
		p.wrong(v, "%s is not a share such as 55%%, 0.55, 2/3 or \"> 50%%\"", quote(t))
	case share > terms.One:
		p.wrong(v, "%s is more than the whole; a share is 55%% or 0.55", t)
	case share < 0 || share == 0 && !strict:
		p.wrong(v, "a share is more than 0")
	default:
		return share, strict, true
	}
	return 0, false, false
}

func parseShare(t string, strict bool) (terms.Number, error) {
	if percent, ok := strings.CutSuffix(t, "%"); ok {
		n, err := terms.ParseNumber(strings.TrimSpace(percent))
		if err == nil && n%100 != 0 {
			return 0, fmt.Errorf("%s has more than four decimal places", t)
		}
		return n / 100, err
	}
	part, whole, fraction := strings.Cut(t, "/")
	if !fraction {
		return terms.ParseNumber(t)
	}
	a, err := terms.ParseNumber(strings.TrimSpace(part))
	if err != nil {
		return 0, err
	}
	b, err := terms.ParseNumber(strings.TrimSpace(whole))
	if err != nil {
		return 0, err
	}
	if a < 0 || a > b || b <= 0 || b > 1_000_000*terms.One || a%terms.One != 0 || b%terms.One != 0 {
		return 0, fmt.Errorf("%s is not a fraction", t)
	}
	// Six places cannot hold 2/3. Rounded to the author's side, two of three reach it, and more than 1/3 is not 1 of 3.
	a, b = a/terms.One, b/terms.One
	n := a * terms.One / b
	if strict && n*b != a*terms.One {
		n++
	}
	return n, nil
}
