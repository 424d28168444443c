package check

import (
	"math/bits"
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// hope is something that may be taken to hold: that a conditional consent or pledge counts, that a plan is adopted.
type hope struct {
	kind    hopeKind
	of      string // a plan's id, or for a pledge a term's
	capital string
}

type hopeKind int

const (
	consents hopeKind = iota
	pledges
	adopted
)

// holding says which hopes hold.
type holding map[hope]bool

// bruteForce is the number of hopes up to which every subset is tried. A variable, so that tests try more.
var bruteForce = 3

// resolve finds the greatest set of hopes that bears itself out: every condition in it holds if the set does. Such sets
// are closed under union, conditions of this kind being monotone, so there is one greatest: with few hopes the largest
// subset that bears itself out; with many, what is left after striking out those that fail until none does.
func (w *world) resolve() holding {
	hopes, conditions := w.hopes()
	if len(hopes) == 0 {
		return nil
	}
	if len(hopes) > bruteForce {
		held := holding{}
		for _, h := range hopes {
			held[h] = true
		}
		for {
			var failed []hope
			for i, h := range hopes {
				if held[h] && !w.bornOut(h, conditions[i], held) {
					failed = append(failed, h)
				}
			}
			if len(failed) == 0 {
				return held
			}
			for _, h := range failed {
				delete(held, h)
			}
		}
	}
	held := holding{}
	for size := len(hopes); size > 0; size-- {
	subsets:
		for set := range 1 << len(hopes) {
			if bits.OnesCount(uint(set)) != size {
				continue
			}
			clear(held)
			for i, h := range hopes {
				if set>>i&1 == 1 {
					held[h] = true
				}
			}
			for i, h := range hopes {
				if held[h] && !w.bornOut(h, conditions[i], held) {
					continue subsets
				}
			}
			return held
		}
	}
	return nil
}

// hopes lists what may be taken to hold, with the conditions of consents and pledges.
func (w *world) hopes() (hopes []hope, conditions []*terms.Condition) {
	for _, p := range w.plans {
		if p.outcome != terms.Open {
			continue
		}
		for i, s := range p.said {
			if s.when != nil && p.spoke(s.capital) == &p.said[i] {
				hopes, conditions = append(hopes, hope{consents, p.id, s.capital}), append(conditions, s.when)
			}
		}
	}
	for _, g := range w.pledges {
		if g.when != nil {
			hopes, conditions = append(hopes, hope{pledges, g.term, g.capital}), append(conditions, g.when)
		}
	}
	waiting := conditions
	for _, p := range w.plans {
		if p.outcome == terms.Open && p.isLast() && slices.ContainsFunc(waiting, func(c *terms.Condition) bool { return awaits(c, p.id) }) {
			hopes, conditions = append(hopes, hope{adopted, p.id, ""}), append(conditions, nil)
		}
	}
	return hopes, conditions
}

// awaits asks whether a condition speaks of a plan's adoption.
func awaits(c *terms.Condition, plan string) bool {
	within := func(c terms.Condition) bool { return awaits(&c, plan) }
	return c.Plan == plan && c.Is == string(terms.Adopted) || slices.ContainsFunc(c.All, within) || slices.ContainsFunc(c.Any, within)
}

// bornOut asks whether a hope holds if those of the set do.
func (w *world) bornOut(h hope, when *terms.Condition, held holding) bool {
	switch h.kind {
	case consents:
		return w.holds(when, w.plan(h.of), held, true)
	case pledges:
		return w.holds(when, nil, held, true)
	}
	p := w.plan(h.of)
	if w.closing[p] == 0 && p.procedure.Stages[p.stage].Decides == terms.AtClose {
		return false // what is won before the close can still be lost
	}
	return w.vote(p, held).wins()
}

// holds reads a condition with a plan at hand (nil: none). Hoping says that a plan may be taken to be adopted.
func (w *world) holds(c *terms.Condition, at *plan, held holding, hoping bool) bool {
	switch {
	case len(c.All) > 0:
		for i := range c.All {
			if !w.holds(&c.All[i], at, held, hoping) {
				return false
			}
		}
		return true
	case len(c.Any) > 0:
		for i := range c.Any {
			if w.holds(&c.Any[i], at, held, hoping) {
				return true
			}
		}
		return false
	case len(c.Consented) > 0:
		if c.To != "" {
			at = w.plan(c.To)
		}
		if at == nil {
			return false
		}
		for _, x := range c.Consented {
			if !at.hasConsented(x, held) {
				return false
			}
		}
		return true
	case c.Pledged != "":
		return w.pledged(c, held)
	case c.Plan != "":
		p := w.plan(c.Plan)
		return p != nil && (w.is(p, c.Is, held) || hoping && c.Is == string(terms.Adopted) && held[hope{adopted, p.id, ""}])
	case c.Test != nil:
		if c.To != "" {
			at = w.plan(c.To)
			return at != nil && c.Test.Holds(at.text)
		}
		if at != nil {
			return c.Test.Holds(at.text)
		}
		return slices.ContainsFunc(w.plans, func(p *plan) bool { return p.outcome == terms.Adopted && c.Test.Holds(p.text) })
	}
	return true
}

func (w *world) is(p *plan, what string, held holding) bool {
	switch {
	case what == string(p.outcome):
		return true
	case p.agreement != nil && what == string(p.agreement.Status):
		return true
	case p.outcome == terms.Open && what == terms.Blocked:
		return w.vote(p, held).verdict() == terms.Lost
	}
	return p.outcome == terms.Open && what == p.procedure.Stages[p.stage].Name
}

func (w *world) pledged(c *terms.Condition, held holding) bool {
	var total terms.Number
	by := map[string]bool{}
	for _, g := range w.pledges {
		if g.term != c.Pledged || g.when != nil && !held[hope{pledges, g.term, g.capital}] {
			continue
		}
		by[g.capital] = true
		if g.value != nil {
			total += g.value.Quantity
		}
	}
	switch {
	case c.ByAtLeast > 0:
		return len(by) >= c.ByAtLeast
	case c.TotalAtLeast > 0:
		return total >= c.TotalAtLeast
	}
	for _, x := range c.By {
		if !by[x] {
			return false
		}
	}
	return true
}
