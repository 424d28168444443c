package why

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// ruleNode is a clause of a rule that can be edited in place, so that several changes of one rule do not shift each other.
type ruleNode struct {
	terms.Rule
	sub     []*ruleNode
	dropped bool
}

func treeOf(r terms.Rule) *ruleNode {
	n := &ruleNode{Rule: r}
	n.Capitals = slices.Clone(r.Capitals)
	for _, s := range r.Rules {
		n.sub = append(n.sub, treeOf(s))
	}
	return n
}

// rule returns the rule as it now is. A conjunction or disjunction of one clause is that clause.
func (n *ruleNode) rule() terms.Rule {
	r := n.Rule
	r.Rules = nil
	for _, s := range n.sub {
		if !s.dropped {
			r.Rules = append(r.Rules, s.rule())
		}
	}
	if len(r.Rules) == 1 && (r.Kind == terms.RuleAll || r.Kind == terms.RuleAny) {
		return r.Rules[0]
	}
	return r
}

// at returns the clause at a path of places.
func (n *ruleNode) at(path []int) *ruleNode {
	for _, i := range path {
		n = n.sub[i]
	}
	return n
}

// clause returns a clause of a stage's rule to be edited.
func (d *draft) clause(at ruleAt, path []int) *ruleNode {
	if d.rules == nil {
		d.rules = map[ruleAt]*ruleNode{}
	}
	if d.rules[at] == nil {
		d.rules[at] = treeOf(d.Charter.Procedures[at.procedure].Stages[at.stage].Rule)
	}
	return d.rules[at].at(path)
}

// edited returns the rule that a change of one clause makes of it.
func edited(r terms.Rule, path []int, change func(*ruleNode)) terms.Rule {
	n := treeOf(r)
	change(n.at(path))
	return n.rule()
}
