package terms

import (
	"fmt"
	"slices"
	"strings"
)

// tally sorts the voters by position.
func (b *Ballot) tally(p []Position) Tally {
	var lists [4][]string // by position
	var sizes [len(lists)]int
	for _, position := range p[:len(b.voters)] {
		sizes[position]++
	}
	room := make([]string, len(b.voters)) // for all four
	for i, n := range sizes {
		lists[i], room = room[:0:n], room[n:]
	}
	for i, v := range b.voters {
		lists[p[i]] = append(lists[p[i]], v.ID)
	}
	return Tally{Consent: lists[Consent], Object: lists[Object], Abstain: lists[Abstain], Absent: lists[Absent]}
}

// Unmet names the voters on whom a rule fails that is not won: those whose consent it lacks, or whose objection it does
// not bear. Called by the explanations and the analysis.
func (b *Ballot) Unmet(p []Position) []int {
	on := make([]bool, len(b.voters))
	b.unmet(&b.root, p, on)
	var who []int
	for i, is := range on {
		if is {
			who = append(who, i)
		}
	}
	return who
}

func (b *Ballot) unmet(c *clause, p []Position, on []bool) {
	if b.wins(c, p, false) {
		return
	}
	switch c.kind {
	case RuleConsentOf:
		for _, i := range c.voters {
			on[i] = on[i] || p[i] != Consent
		}
	case RuleNoObjectionFrom:
		for _, i := range c.voters {
			on[i] = on[i] || p[i] == Object
		}
	case RuleConsensus, RuleConsensusMinus:
		objectors := b.count(p, Object) > 0
		for i := range p {
			on[i] = on[i] || b.voters[i].Member && (p[i] == Object || !objectors && p[i] != Consent)
		}
	case RuleAll, RuleAny:
		for i := range c.rules {
			b.unmet(&c.rules[i], p, on)
		}
	default:
		for i := range p {
			weighs := b.voters[i].Member && (c.weights == nil || c.weights[i] > 0)
			on[i] = on[i] || weighs && p[i] != Consent
		}
	}
}

// brakes marks the voters whose objection a no_objection_from clause does not bear.
func (b *Ballot) brakes(c *clause, p []Position, on []bool) {
	if c.kind == RuleNoObjectionFrom {
		b.unmet(c, p, on)
	}
	for i := range c.rules {
		b.brakes(&c.rules[i], p, on)
	}
}

// whyNot says, in terms of capitals, why the plan's stage is not won on these positions. The reasons come in the order
// veto, objection, missing.
func (s *State) whyNot(p *plan, pos []Position, o Outcome) []Reason {
	b := p.ballot
	var vetoers, objectors, abstainers, missing []string
	brakes := make([]bool, len(pos))
	if o == Vetoed {
		b.brakes(&b.root, pos, brakes)
	}
	note := func(i int) {
		id := b.voters[i].ID
		switch {
		case pos[i] == Object && (p.vetoOf(id) >= 0 || brakes[i]):
			vetoers = append(vetoers, id)
		case pos[i] == Object:
			objectors = append(objectors, id)
		case pos[i] == Abstain:
			abstainers = append(abstainers, id)
		case pos[i] == Absent:
			missing = append(missing, id)
		}
	}
	hopeful := withAbsentConsenting(pos)
	lost := !b.Wins(hopeful)
	for _, i := range b.Unmet(pos) {
		if pos[i] == Absent && lost && o != Open {
			continue // had they consented, it would not have helped
		}
		note(i)
	}
	var why []Reason
	for _, id := range vetoers {
		why = append(why, s.whyVeto(p, id))
	}
	if len(objectors) > 0 {
		why = append(why, s.reason(ReasonObjection, objectors, "%s to the text; the rule needs: %s.",
			"objects", "object", p.ballot.rule))
	}
	if len(abstainers) > 0 {
		why = append(why, s.reason(ReasonMissing, abstainers, "%s, which is no consent; the rule needs: %s.",
			"abstains", "abstain", p.ballot.rule))
	}
	if len(missing) > 0 {
		why = append(why, s.whyMissing(p, missing))
	}
	return why
}

// reason makes a reason whose text starts with the capitals and a verb in the number that fits.
func (s *State) reason(kind ReasonKind, who []string, format, one, many string, rule Rule) Reason {
	verb := many
	if len(who) == 1 {
		verb = one
	}
	return Reason{Kind: kind, Capitals: who, Terms: []string{}, Text: fmt.Sprintf(format, s.names(who)+" "+verb, s.inNames(rule))}
}

func (s *State) whyVeto(p *plan, id string) Reason {
	r := Reason{Kind: ReasonVeto, Capitals: []string{id}, Terms: []string{}}
	r.Text = s.charter.Name(id) + " objects, and the rule is not won over its objection"
	if i := p.vetoOf(id); i >= 0 {
		v := &p.Vetoes[i]
		r.Text = s.charter.Name(id) + " vetoes the text"
		if len(v.Citing) > 0 {
			r.Terms = slices.Clone(v.Citing)
			r.Text += ", citing " + andList(v.Citing)
		}
		if v.Text != "" {
			r.Text += fmt.Sprintf(": %q", v.Text)
			if strings.HasSuffix(v.Text, ".") {
				return r
			}
		}
	}
	r.Text += "."
	return r
}

// whyMissing says whose consent is still wanted, and on what conditions theirs wait that gave one.
func (s *State) whyMissing(p *plan, missing []string) Reason {
	r := s.reason(ReasonMissing, missing, "%s not consented; the rule needs: %s.", "has", "have", p.ballot.rule)
	for _, id := range missing {
		v := p.voter(id)
		if c := p.Answers[v].If; c != nil {
			r.Text += fmt.Sprintf(" %s consents only if %s.", s.charter.Name(id), c)
		}
	}
	return r
}

func (s *State) whyWon(p *plan, pos []Position) Reason {
	t := p.ballot.tally(pos)
	r := Reason{Kind: ReasonWon, Capitals: t.Consent, Terms: []string{}}
	who := "Nobody"
	verb := "consented"
	if len(t.Consent) > 0 {
		who = s.names(t.Consent)
	}
	r.Text = fmt.Sprintf("%s %s, and the rule was won: %s.", who, verb, s.inNames(p.ballot.rule))
	return r
}

func whyClosed(p *plan, how string, at Instant) Reason {
	r := Reason{Kind: ReasonWindow, Capitals: []string{}, Terms: []string{}}
	when := at.Time().Format("2 January 2006, 15:04") + " UTC"
	switch how {
	case closeCall:
		r.Text = fmt.Sprintf("The vote in stage %s was called on %s.", p.stageName(), when)
	case closeSpoken:
		r.Text = fmt.Sprintf("Every member of stage %s had spoken by %s.", p.stageName(), when)
	default:
		r.Text = fmt.Sprintf("The window of stage %s ended on %s.", p.stageName(), when)
	}
	return r
}

// names writes capitals by name: "Kyiv, Moscow and Washington". Beyond eight it counts the rest.
func (s *State) names(ids []string) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = s.charter.Name(id)
	}
	if len(words) > 8 {
		words = append(words[:7], fmt.Sprintf("%d others", len(ids)-7))
	}
	return andList(words)
}

// inNames writes a rule with its capitals by name.
func (s *State) inNames(r Rule) string {
	named := func(r Rule) Rule {
		r.Capitals = slices.Clone(r.Capitals)
		for i, id := range r.Capitals {
			r.Capitals[i] = s.charter.Name(id)
		}
		return r
	}
	var walk func(Rule) Rule
	walk = func(r Rule) Rule {
		r = named(r)
		r.Rules = slices.Clone(r.Rules)
		for i := range r.Rules {
			r.Rules[i] = walk(r.Rules[i])
		}
		return r
	}
	return walk(r).String()
}

// andList writes "a", "a and b", "a, b and c".
func andList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
