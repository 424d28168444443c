package check

import (
	"math/big"

	"github.com/parley-sim/parley/node/terms"
)

// vote is a rule put to the capitals that are asked, with the position that each has taken.
type vote struct {
	capitals  map[string]*terms.Capital
	members   []string // who is counted
	asked     []string // the members, and those who are heard for a reserved term only
	reserved  []string // those of the asked whose consent a reserved term needs
	rule      terms.Rule
	positions map[string]terms.Position

	open    bool // the vote is open: the absent may still break a consensus
	silence bool // the absent are waited for, since their silence will be consent
	brakes  bool // no_objection_from clauses count
}

// wins asks whether the stage's rule is won and all for whom a term of the text is reserved consent.
func (v vote) wins() bool {
	for _, c := range v.reserved {
		if v.positions[c] != terms.Consent {
			return false
		}
	}
	return v.won(v.rule)
}

// won reads one rule.
func (v vote) won(r terms.Rule) bool {
	switch r.Kind {
	case terms.RuleYes:
		return v.count(terms.Consent) >= r.N
	case terms.RuleWeight:
		got, _ := v.weigh(r.Of)
		return got >= r.Number
	case terms.RuleShare:
		got, all := v.weigh(r.Of)
		order := product(got, terms.One).Cmp(product(all, r.Number))
		return order > 0 || order == 0 && !r.Strict
	case terms.RuleConsentOf:
		for _, c := range r.Capitals {
			if v.positions[c] != terms.Consent {
				return false
			}
		}
		return true
	case terms.RuleNoObjectionFrom:
		for _, c := range r.Capitals {
			p := v.positions[c]
			if v.brakes && (p == terms.Object || p == terms.Absent && v.open && v.silence) {
				return false
			}
		}
		return true
	case terms.RuleUnanimous:
		return v.count(terms.Consent) == len(v.members)
	case terms.RuleConsensus:
		return v.against() == 0 && v.count(terms.Consent) >= 1
	case terms.RuleConsensusMinus:
		return v.against() <= r.N
	case terms.RuleAllBut:
		return len(v.members)-v.count(terms.Consent) <= r.N
	case terms.RuleAll:
		for _, part := range r.Rules {
			if !v.won(part) {
				return false
			}
		}
		return true
	case terms.RuleAny:
		for _, part := range r.Rules {
			if v.won(part) {
				return true
			}
		}
	}
	return false
}

// count counts the members that hold a position.
func (v vote) count(p terms.Position) (n int) {
	for _, c := range v.members {
		if v.positions[c] == p {
			n++
		}
	}
	return n
}

// against counts the members that object, and while the vote is open also those that still could.
func (v vote) against() int {
	if v.open {
		return v.count(terms.Object) + v.count(terms.Absent)
	}
	return v.count(terms.Object)
}

// weigh sums a weight, or heads, over the consenting members and over all.
func (v vote) weigh(of string) (consenting, all terms.Number) {
	for _, c := range v.members {
		w := terms.One
		if of != terms.Members {
			w = v.capitals[c].Weight(of)
		}
		all += w
		if v.positions[c] == terms.Consent {
			consenting += w
		}
	}
	return consenting, all
}

func product(a, b terms.Number) *big.Int {
	return new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(b)))
}

// if every absent member consented.
func (v vote) withAbsentConsenting() vote {
	p := map[string]terms.Position{}
	for _, c := range v.asked {
		if p[c] = v.positions[c]; p[c] == terms.Absent {
			p[c] = terms.Consent
		}
	}
	v.positions = p
	return v
}

// vetoes asks whether the rule can be won over one capital's objection, everyone else consenting.
func (v vote) vetoes(capital string) bool {
	p := map[string]terms.Position{}
	for _, c := range v.asked {
		p[c] = terms.Consent
	}
	p[capital] = terms.Object
	v.positions = p
	return !v.wins()
}

// verdict reads an open vote: won, lost or pending.
func (v vote) verdict() terms.Verdict {
	switch {
	case v.wins():
		return terms.Won
	case !v.withAbsentConsenting().wins():
		return terms.Lost
	}
	return terms.Pending
}

// outcome reads a closed vote that is not won.
func (v vote) outcome() terms.Outcome {
	free := v
	free.brakes = false
	switch {
	case free.wins():
		return terms.Vetoed
	case !v.withAbsentConsenting().wins():
		return terms.Rejected
	}
	return terms.Lapsed
}

func (v vote) tally() terms.Tally {
	t := terms.Tally{}
	for _, c := range v.asked {
		switch v.positions[c] {
		case terms.Consent:
			t.Consent = append(t.Consent, c)
		case terms.Object:
			t.Object = append(t.Object, c)
		case terms.Abstain:
			t.Abstain = append(t.Abstain, c)
		default:
			t.Absent = append(t.Absent, c)
		}
	}
	return t
}
