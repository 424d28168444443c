package scenarios

import (
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

var answers = []string{string(AnswerConsent), string(AnswerObject), string(AnswerAbstain), string(AnswerSilence)}

// scripted is the policy of a capital that does only what the script says, as all do that have none.
const scripted = "scripted"

// parties reads what each capital wants and how it decides, now that the terms are known.
func (p *parser) parties() {
	for i, f := range p.sheets {
		c := &p.scenario.Charter.Capitals[i]
		party := Party{Capital: c.ID}
		if v, ok := f.get("scores"); ok {
			party.Scores = p.scores(v)
		}
		if v, ok := f.get("walk_away"); ok {
			if n, ok := p.number(v); ok {
				party.WalkAway = &n
			}
			if !f.has("scores") {
				p.problem(v.key, v.path, "", "walk_away is the least score that the capital takes, and it has no scores")
			}
		}
		if v, ok := f.get("policy"); ok {
			party.Policy = p.policy(f, v)
			if party.Policy != nil && c.Role == terms.Observer {
				p.warn(v, "%s is an observer: it holds no position, so its policy has nothing to do", c.ID)
			}
		}
		p.scenario.Parties = append(p.scenario.Parties, party)
	}
}

// scores reads a score sheet: {force: {un: 10, none: 0}, troops: {">= 10000": 5}}.
func (p *parser) scores(v value) []Score {
	var all []Score
	for _, e := range p.pairs(v, "scores are a mapping from terms to what their values are worth, such as {force: {un: 10}}") {
		t, ok := p.termID(v.of(e))
		if !ok {
			continue
		}
		sheet := v.under(e)
		for _, o := range p.pairs(sheet, "say what each value is worth, such as {un: 10, none: 0}") {
			q, ok := p.scored(t, sheet.of(o))
			n, fine := p.number(sheet.under(o))
			if ok && fine {
				all = append(all, Score{Term: t.ID, Test: q, Points: n})
			}
		}
	}
	return all
}

// scored reads the key of a score: a test, which for a set of capitals lists them with commas.
func (p *parser) scored(t *terms.Term, v value) (terms.Test, bool) {
	if t.Kind == terms.KindSet {
		of := &node{kind: list, pos: v.pos}
		for w := range strings.SplitSeq(strings.Trim(v.text, "[]"), ",") {
			of.items = append(of.items, &node{kind: scalar, text: strings.TrimSpace(w), pos: v.pos})
		}
		v.node = of
	}
	return p.test(t, v)
}

// policy reads how a capital answers. One word is what it always answers.
func (p *parser) policy(capital fields, v value) *Policy {
	if v.kind == null {
		return nil
	}
	policy := &Policy{Otherwise: AnswerConsent}
	if v.kind == scalar {
		w, ok := p.among(v, "policy", append([]string{scripted}, answers...))
		if !ok || w == scripted {
			return nil
		}
		policy.Otherwise = Answer(w)
		return policy
	}
	f, ok := p.fields(v, "a policy", "policy")
	if !ok {
		return nil
	}
	if x, ok := f.get("replies_in"); ok {
		policy.RepliesIn, _ = p.span(x)
	}
	policy.RedLines = p.testList(f, "red_lines")
	policy.Needs = p.testList(f, "needs")
	if x, ok := f.get("otherwise"); ok {
		w, _ := p.among(x, "answer", answers)
		policy.Otherwise = Answer(w)
	}
	if x, ok := f.get("program"); ok {
		policy.Program = p.command(x)
	}
	if x, ok := f.get("concession"); ok {
		if !capital.has("scores") {
			p.problem(x.key, x.path, "", "a concession falls from the best score to walk_away, and the capital has no scores")
		}
		policy.Concession = p.concession(x)
	}
	if x, ok := f.get("joins"); ok {
		for _, e := range p.pairs(x, "joins is a mapping from terms, such as {force: {when: 5}}") {
			if j, ok := p.join(x, e); ok {
				policy.Joins = append(policy.Joins, j)
			}
		}
	}
	return policy
}

// command reads the command of a program: a word, or a list of them.
func (p *parser) command(v value) []string {
	var words []string
	items := p.items(v)
	if len(items) == 0 || len(items) > maxCommand {
		p.problem(v.key, v.path, "", "a program is a command of 1 to %d words, such as [python3, capital.py]", maxCommand)
		return nil
	}
	for _, x := range items {
		w, ok := p.word(x)
		if ok && (w == "" || len(w) > maxCommandWord) {
			p.wrong(x, "a word of a command has 1 to %d bytes", maxCommandWord)
		}
		words = append(words, w)
	}
	return words
}

// The bounds of a program's command.
const (
	maxCommand     = 32
	maxCommandWord = 4096
)

// testList reads a list of mappings of tests.
func (p *parser) testList(f fields, key string) [][]terms.Test {
	v, ok := f.get(key)
	if !ok {
		return nil
	}
	var all [][]terms.Test
	for _, x := range p.items(v) {
		if t, ok := p.tests(x); ok {
			all = append(all, t)
		}
	}
	return all
}

func (p *parser) concession(v value) *Concession {
	f, ok := p.fields(v, "a concession", "concession")
	if !ok {
		return nil
	}
	c := &Concession{Over: p.scenario.Horizon}
	given := 0
	for _, key := range []string{"boulware", "linear", "conceder", "exponent"} {
		x, ok := f.get(key)
		if !ok {
			continue
		}
		if given++; key == "linear" {
			c.Exponent = 1
			p.onlyTrue(x, key)
			continue
		}
		c.Exponent, ok = p.float(x)
		switch {
		case !ok:
		case c.Exponent <= 0:
			p.wrong(x, "the exponent is more than 0")
		case key == "boulware" && c.Exponent >= 1:
			p.wrong(x, "one who holds out has an exponent below 1; this is a conceder")
		case key == "conceder" && c.Exponent <= 1:
			p.wrong(x, "one who gives early has an exponent above 1; this is boulware")
		}
	}
	if given != 1 {
		p.wrong(v, "say how it concedes: one of boulware: 0.2, linear: true, conceder: 3 and exponent: x")
	}
	if x, ok := f.get("initial"); ok {
		if c.Initial, ok = p.float(x); ok && (c.Initial < 0 || c.Initial > 1) {
			p.wrong(x, "initial is the part of the way given at once: 0 to 1")
		}
	}
	if x, ok := f.get("over"); ok {
		if c.Over, ok = p.duration(x); ok && c.Over == 0 {
			p.wrong(x, "it concedes over some time: write one such as 30d")
		}
	}
	return c
}

// join reads a pledge that a capital makes on its own: {force: {when: 5, value: 2000}}, or {force: 5}.
func (p *parser) join(v value, e entry) (Join, bool) {
	t, ok := p.termID(v.of(e))
	if !ok {
		return Join{}, false
	}
	j := Join{Term: t.ID}
	x := v.under(e)
	switch x.kind {
	case null:
		return j, true
	case scalar:
		j.When, ok = p.count(x, 0)
		return j, ok
	}
	f, ok := p.fields(x, "a pledge to join", "join")
	if !ok {
		return j, false
	}
	if w, given := f.get("when"); given {
		n, fine := p.count(w, 0)
		j.When, ok = n, ok && fine
		if fine && n >= len(p.everyone) {
			p.warn(w, "so many others never pledge: the conference has %d capitals that can", len(p.everyone))
		}
	}
	if w, given := f.get("value"); given {
		if val, fine := p.termValue(t, w, true); fine {
			j.Value = &val
		} else {
			ok = false
		}
	}
	if w, given := f.get("requires"); given {
		for _, c := range p.items(w) {
			cond, fine := p.condition(c, noHand)
			j.Requires, ok = append(j.Requires, cond), ok && fine
		}
	}
	return j, ok
}
