package terms

import (
	"fmt"
	"slices"
)

// Voter is one capital whose position a rule may look at.
type Voter struct {
	ID     string
	Member bool // false for a capital that is heard only for a term reserved to it: no head count includes it
	Weight func(name string) Number
}

// Ballot is a rule bound to the capitals that it asks. Positions are given in the order of its voters.
// A Ballot is read-only, so one may be shared.
type Ballot struct {
	rule    Rule
	voters  []Voter
	members int
	root    clause
}

// clause is a rule with its capitals and weights looked up.
type clause struct {
	kind    RuleKind
	n       int
	number  Number
	strict  bool
	voters  []int    // of consent_of and no_objection_from
	weights []Number // of weight and share, by voter; nil counts heads
	whole   Number   // the sum of weights, or the number of members
	rules   []clause
}

// Compile binds the rule to voters. It returns an error that names what is wrong with the rule: an unknown kind, a capital
// that is not a voter, a count out of range, or a rule that could not be won even if everyone consented.
func Compile(r Rule, voters []Voter) (*Ballot, error) {
	b := &Ballot{rule: r, voters: voters}
	for _, v := range voters {
		if v.Member {
			b.members++
		}
	}
	root, err := b.compile(r, 0)
	if err != nil {
		return nil, err
	}
	b.root = root
	yes := make([]Position, len(voters))
	for i := range yes {
		yes[i] = Consent
	}
	if !b.Wins(yes) {
		return nil, fmt.Errorf("the rule (%s) can never be won: not even if all %d members consent", r, b.members)
	}
	return b, nil
}

// maxRuleDepth bounds nesting, so that no input overflows the stack.
const maxRuleDepth = 32

func (b *Ballot) compile(r Rule, depth int) (clause, error) {
	c := clause{kind: r.Kind, n: r.N, number: r.Number, strict: r.Strict}
	if depth > maxRuleDepth {
		return c, fmt.Errorf("the rule is nested more than %d deep", maxRuleDepth)
	}
	if r.N < 0 || r.Number < 0 {
		return c, fmt.Errorf("%s: a count cannot be negative", r.Kind)
	}
	switch r.Kind {
	case RuleYes:
		if r.N == 0 {
			return c, fmt.Errorf("yes: 0 asks for nobody's consent; say at least 1")
		}
	case RuleWeight, RuleShare:
		if r.Kind == RuleShare && (r.Number > One || r.Number == 0 && !r.Strict) {
			return c, fmt.Errorf("share: %s is not more than 0%% and at most 100%%", percent(r.Number))
		}
		if r.Of == "" {
			return c, fmt.Errorf("%s: say of what: members or a weight", r.Kind)
		}
		c.whole = Int(int64(b.members))
		if r.Of == Members {
			break
		}
		c.whole = 0
		c.weights = make([]Number, len(b.voters))
		for i, v := range b.voters {
			if v.Member {
				c.weights[i] = v.Weight(r.Of)
				c.whole += c.weights[i]
			}
		}
		if c.whole == 0 {
			return c, fmt.Errorf("%s: no member has a weight called %q", r.Kind, r.Of)
		}
	case RuleConsentOf, RuleNoObjectionFrom:
		if len(r.Capitals) == 0 {
			return c, fmt.Errorf("%s: name one capital or more", r.Kind)
		}
		for _, id := range r.Capitals {
			i := slices.IndexFunc(b.voters, func(v Voter) bool { return v.ID == id })
			if i < 0 {
				return c, fmt.Errorf("%s: %s is not a member of the stage", r.Kind, id)
			}
			c.voters = append(c.voters, i)
		}
	case RuleUnanimous, RuleConsensus, RuleConsensusMinus, RuleAllBut:
	case RuleAll, RuleAny:
		if len(r.Rules) == 0 {
			return c, fmt.Errorf("%s: list one rule or more", r.Kind)
		}
		for _, sub := range r.Rules {
			s, err := b.compile(sub, depth+1)
			if err != nil {
				return c, err
			}
			c.rules = append(c.rules, s)
		}
	default:
		return c, fmt.Errorf("%q is not a kind of rule", r.Kind)
	}
	return c, nil
}

// Rule returns the rule that the ballot decides by.
func (b *Ballot) Rule() Rule { return b.rule }

// Voters returns the capitals in the order of positions.
func (b *Ballot) Voters() []Voter { return b.voters }

// Wins reports whether the positions win as they stand, the absent counted as absent: the simple game itself.
func (b *Ballot) Wins(p []Position) bool { return b.wins(&b.root, p, false) }

// OutcomeAtClose says what becomes of a plan whose stage closes on these positions: Adopted stands for a stage that
// passes; the others are as [Outcome] says.
func (b *Ballot) OutcomeAtClose(p []Position) Outcome {
	switch {
	case b.Wins(p):
		return Adopted
	case b.winsWithoutBrakes(p):
		return Vetoed
	case !b.Wins(withAbsentConsenting(p)):
		return Rejected
	}
	return Lapsed
}

// winsWithoutBrakes is Wins with every no_objection_from clause set aside.
func (b *Ballot) winsWithoutBrakes(p []Position) bool { return b.wins(&b.root, p, true) }

// Tally gives the verdict on a vote that is still open. If silenceConsents, the absent are waited for: see [Rule].
func (b *Ballot) Tally(p []Position, silenceConsents bool) Verdict {
	if b.won(p, silenceConsents) {
		return Won
	}
	if b.Wins(withAbsentConsenting(p)) {
		return Pending
	}
	return Lost
}

// won reports whether Tally gives Won.
func (b *Ballot) won(p []Position, silenceConsents bool) bool {
	return b.holds(&b.root, p, silenceConsents)
}

// Vetoes reports whether the i-th voter holds a veto: the rule cannot be won over its objection.
func (b *Ballot) Vetoes(i int) bool {
	p := make([]Position, len(b.voters))
	for j := range p {
		p[j] = Consent
	}
	p[i] = Object
	return !b.Wins(p)
}

// withAbsentConsenting returns a copy of p in which every absent voter consents.
func withAbsentConsenting(p []Position) []Position {
	q := slices.Clone(p)
	for i := range q {
		if q[i] == Absent {
			q[i] = Consent
		}
	}
	return q
}

// count returns how many members take the position.
func (b *Ballot) count(p []Position, want Position) int {
	n := 0
	for i := range p {
		if p[i] == want && b.voters[i].Member {
			n++
		}
	}
	return n
}

// wins evaluates a clause on positions that count as final.
func (b *Ballot) wins(c *clause, p []Position, brakesOff bool) bool {
	switch c.kind {
	case RuleYes:
		return b.count(p, Consent) >= c.n
	case RuleWeight:
		return b.sum(c, p) >= c.number
	case RuleShare:
		return reaches(b.sum(c, p), c.whole, c.number, c.strict)
	case RuleConsentOf:
		for _, i := range c.voters {
			if p[i] != Consent {
				return false
			}
		}
		return true
	case RuleNoObjectionFrom:
		if brakesOff {
			return true
		}
		for _, i := range c.voters {
			if p[i] == Object {
				return false
			}
		}
		return true
	case RuleUnanimous:
		return b.count(p, Consent) == b.members
	case RuleConsensus:
		return b.count(p, Object) == 0 && b.count(p, Consent) > 0
	case RuleConsensusMinus:
		return b.count(p, Object) <= c.n
	case RuleAllBut:
		return b.count(p, Consent) >= b.members-c.n
	case RuleAll:
		for i := range c.rules {
			if !b.wins(&c.rules[i], p, brakesOff) {
				return false
			}
		}
		return true
	case RuleAny:
		for i := range c.rules {
			if b.wins(&c.rules[i], p, brakesOff) {
				return true
			}
		}
	}
	return false
}

// holds evaluates a clause on a vote that is still open: where a clause rests on what members have not said, it asks
// whether the absent could still break it.
func (b *Ballot) holds(c *clause, p []Position, silenceConsents bool) bool {
	switch c.kind {
	case RuleConsensus:
		return b.wins(c, p, false) && b.count(p, Absent) == 0
	case RuleConsensusMinus:
		return b.count(p, Object)+b.count(p, Absent) <= c.n
	case RuleNoObjectionFrom:
		for _, i := range c.voters {
			if p[i] == Object || silenceConsents && p[i] == Absent {
				return false
			}
		}
		return true
	case RuleAll:
		for i := range c.rules {
			if !b.holds(&c.rules[i], p, silenceConsents) {
				return false
			}
		}
		return true
	case RuleAny:
		for i := range c.rules {
			if b.holds(&c.rules[i], p, silenceConsents) {
				return true
			}
		}
		return false
	}
	return b.wins(c, p, false)
}

// sum adds up the consenting members' weights, or heads.
func (b *Ballot) sum(c *clause, p []Position) Number {
	if c.weights == nil {
		return Int(int64(b.count(p, Consent)))
	}
	var total Number
	for i := range p {
		if p[i] == Consent {
			total += c.weights[i]
		}
	}
	return total
}
