package sweep

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// variant is a scenario in the making: the original with some of it replaced. What it replaces it copies first.
type variant struct {
	scenarios.Scenario
	parties bool   // Parties is a copy
	plans   bool   // Plans is one
	owned   []bool // the policies that are copies, by place
	texts   []bool // the texts that are copies, by plan
}

func newVariant(s *scenarios.Scenario) *variant { return &variant{Scenario: *s} }

// party returns the party at a place, as a copy.
func (v *variant) party(i int) *scenarios.Party {
	if !v.parties {
		v.Parties, v.parties, v.owned = slices.Clone(v.Parties), true, make([]bool, len(v.Parties))
	}
	return &v.Parties[i]
}

// policy returns the party's policy, as a copy. It has one.
func (v *variant) policy(i int) *scenarios.Policy {
	p := v.party(i)
	if !v.owned[i] {
		own := *p.Policy
		p.Policy, v.owned[i] = &own, true
	}
	return p.Policy
}

// concession returns how the party concedes, as a copy. It does.
func (v *variant) concession(i int) *scenarios.Concession {
	p := v.policy(i)
	own := *p.Concession
	p.Concession = &own
	return p.Concession
}

// setTerm gives a term of a plan's text another value.
func (v *variant) setTerm(plan int, term string, value terms.Value) {
	if !v.plans {
		v.Plans, v.plans, v.texts = slices.Clone(v.Plans), true, make([]bool, len(v.Plans))
	}
	d := &v.Plans[plan].Draft
	if !v.texts[plan] {
		d.Terms, v.texts[plan] = slices.Clone(d.Terms), true
	}
	for i := range d.Terms {
		if d.Terms[i].Term == term {
			d.Terms[i].Value = value
			return
		}
	}
	at, _ := slices.BinarySearchFunc(d.Terms, term, func(x terms.Setting, t string) int {
		if x.Term < t {
			return -1
		}
		return 1
	})
	d.Terms = slices.Insert(d.Terms, at, terms.Setting{Term: term, Value: value})
}

// add puts a fault at the end of the script: what the script's other steps draw stays as it was.
func (v *variant) add(all []fault) {
	v.Script = slices.Clip(v.Script)
	for _, f := range all {
		v.Script = append(v.Script, f.steps()...)
	}
}

// settle takes out the red lines and needs that were struck out.
func (v *variant) settle() *scenarios.Scenario {
	for i := range v.owned {
		if v.owned[i] {
			p := v.Parties[i].Policy
			p.RedLines, p.Needs = withoutEmpty(p.RedLines), withoutEmpty(p.Needs)
		}
	}
	return &v.Scenario
}

func withoutEmpty(lines [][]terms.Test) [][]terms.Test {
	empty := func(l []terms.Test) bool { return len(l) == 0 }
	if !slices.ContainsFunc(lines, empty) {
		return lines
	}
	return slices.DeleteFunc(slices.Clone(lines), empty)
}
