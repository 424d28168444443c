package terms

import "math/bits"

// Requirement is a ballot's rule as it reads for coalitions: the voters of a coalition consent and all others object.
// Every clause then asks that weights of the coalition's voters reach a quota; clauses are joined by all and any. It is how
// the literature writes a compound simple game (Taylor and Zwicker, "Simple Games", 1999, section 1.4), and is monotone:
// who joins a winning coalition cannot make it lose. For every coalition it says what [Ballot.Wins] says.
type Requirement struct {
	Join  RuleKind      // RuleAll or RuleAny of Parts; "" for a quota
	Parts []Requirement // at least one, if joined

	Weights []Number // of the voters, in the ballot's order; never negative
	Quota   Number   // in the unit of Weights, which need not be the rule's; 0 or less is always reached
}

// Requirement reads the ballot's rule for coalitions.
func (b *Ballot) Requirement() Requirement { return b.requirement(&b.root) }

func (b *Ballot) requirement(c *clause) Requirement {
	switch c.kind {
	case RuleYes:
		return b.heads(c.n)
	case RuleAllBut, RuleConsensusMinus: // who does not consent objects
		return b.heads(b.members - c.n)
	case RuleUnanimous:
		return b.heads(b.members)
	case RuleConsensus: // one or more consent, even where nobody is a member and so nobody objects
		return b.heads(max(1, b.members))
	case RuleConsentOf, RuleNoObjectionFrom:
		r := Requirement{Weights: make([]Number, len(b.voters))}
		for _, i := range c.voters {
			if r.Weights[i] == 0 { // a capital may be named twice
				r.Weights[i] = 1
				r.Quota++
			}
		}
		return r
	case RuleWeight, RuleShare:
		r := b.heads(0)
		if c.weights != nil {
			r.Weights = c.weights
		} else {
			for i := range r.Weights {
				r.Weights[i] *= One
			}
		}
		r.Quota = c.number
		if c.kind == RuleShare {
			r.Quota = least(c.whole, c.number, c.strict)
		}
		return r
	}
	r := Requirement{Join: c.kind}
	for i := range c.rules {
		r.Parts = append(r.Parts, b.requirement(&c.rules[i]))
	}
	return r
}

// heads asks for n members.
func (b *Ballot) heads(n int) Requirement {
	r := Requirement{Weights: make([]Number, len(b.voters)), Quota: Number(n)}
	for i, v := range b.voters {
		if v.Member {
			r.Weights[i] = 1
		}
	}
	return r
}

// least is the smallest part that [reaches] the share of the whole.
func least(whole, share Number, strict bool) Number {
	hi, lo := bits.Mul64(uint64(whole), uint64(share))
	q, rest := bits.Div64(hi, lo, uint64(One)) // share is at most One, so the quotient is at most whole
	if rest > 0 || strict {
		q++
	}
	return Number(q)
}
