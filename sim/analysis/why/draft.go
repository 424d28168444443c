package why

import (
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/policy"
)

// pin returns a copy of the scenario that plays the same way: each step's time is drawn already, so that steps can be put
// in and taken out without moving what the others draw; nothing is expected.
func pin(s *scenarios.Scenario, seed int64) *scenarios.Scenario {
	c := *s
	c.Seed = seed
	c.Expect, c.Warnings = nil, nil
	c.Script = slices.Clone(s.Script)
	for i := range c.Script {
		if at := c.Script[i].At; at != nil && at.Min != at.Max {
			d := policy.Draw(seed, *at, "at", strconv.Itoa(i))
			c.Script[i].At = &scenarios.Span{Min: d, Max: d}
		}
	}
	return &c
}

// draft is a scenario while changes are made to it. What the scenario points to is shared, and replaced when it changes.
type draft struct {
	scenarios.Scenario
	steps [][]scenarios.Step // what stands in the place of each step of the script
	added []scenarios.Step   // at the end
	rules map[ruleAt]*ruleNode
}

// ruleAt is a stage's place.
type ruleAt struct{ procedure, stage int }

func newDraft(s *scenarios.Scenario) *draft {
	d := &draft{Scenario: *s, steps: make([][]scenarios.Step, len(s.Script))}
	for i := range s.Script {
		d.steps[i] = s.Script[i : i+1 : i+1]
	}
	d.Plans = slices.Clone(s.Plans)
	d.Parties = slices.Clone(s.Parties)
	d.Charter.Terms = slices.Clone(s.Charter.Terms)
	d.Charter.Procedures = slices.Clone(s.Charter.Procedures)
	for i := range d.Charter.Procedures {
		d.Charter.Procedures[i].Stages = slices.Clone(d.Charter.Procedures[i].Stages)
	}
	return d
}

// apply returns the scenario with the changes made.
func apply(s *scenarios.Scenario, changes ...*Change) *scenarios.Scenario {
	d := newDraft(s)
	for _, c := range changes {
		c.edit(d)
	}
	for at, n := range d.rules {
		d.Charter.Procedures[at.procedure].Stages[at.stage].Rule = n.rule()
	}
	d.Script = make([]scenarios.Step, 0, len(s.Script)+len(d.added))
	for _, steps := range d.steps {
		d.Script = append(d.Script, steps...)
	}
	d.Script = append(d.Script, d.added...)
	return &d.Scenario
}

// conflict reports whether two changes edit the same thing.
func conflict(a, b *Change) bool {
	for _, x := range a.slots {
		for _, y := range b.slots {
			if strings.HasPrefix(x, y) || strings.HasPrefix(y, x) {
				return true
			}
		}
	}
	return false
}

// single makes a step of its own of what one capital does in a step of the script, and returns it to be changed; nil if
// the capital no longer does it.
func (d *draft) single(step int, capital string) *scenarios.Step {
	for i, s := range d.steps[step] {
		j := slices.Index(s.By, capital)
		if j < 0 {
			continue
		}
		before, own, after := s, s, s
		before.By, own.By, after.By = s.By[:j:j], []string{capital}, slices.Clone(s.By[j+1:])
		if s.Move != nil {
			m := *s.Move
			own.Move = &m
		}
		parts := slices.Concat(d.steps[step][:i], []scenarios.Step{before, own, after}, d.steps[step][i+1:])
		d.steps[step] = parts
		return &parts[i+1]
	}
	return nil
}

// drop takes a step out, or what one capital does in it.
func (d *draft) drop(step int, capital string) {
	if capital == "" {
		d.steps[step] = nil
		return
	}
	if s := d.single(step, capital); s != nil {
		s.By = nil
	}
}

// whole returns a step to be changed with all its capitals.
func (d *draft) whole(step int) *scenarios.Step {
	if len(d.steps[step]) == 0 {
		return &scenarios.Step{Move: &terms.Move{}}
	}
	own := slices.Clone(d.steps[step])
	for i := range own {
		if own[i].Move != nil {
			m := *own[i].Move
			own[i].Move = &m
		}
	}
	d.steps[step] = own
	return &own[0]
}

// add puts a move at the end of the script; at is counted from the start.
func (d *draft) add(at terms.Duration, by string, m terms.Move) {
	d.added = append(d.added, scenarios.Step{At: &scenarios.Span{Min: at, Max: at}, Move: &m, By: []string{by}})
}

// party returns a capital's party with a policy of its own to be changed.
func (d *draft) party(capital string) *scenarios.Party {
	for i := range d.Parties {
		p := &d.Parties[i]
		if p.Capital == capital {
			if p.Policy != nil {
				own := *p.Policy
				p.Policy = &own
			}
			return p
		}
	}
	return &scenarios.Party{Policy: &scenarios.Policy{}}
}

func (d *draft) plan(id string) *scenarios.Plan {
	for i := range d.Plans {
		if d.Plans[i].ID == id {
			return &d.Plans[i]
		}
	}
	return &scenarios.Plan{}
}

// set gives a term a value in a text, nil taking it out, and returns the text.
func set(text []terms.Setting, term string, v *terms.Value) []terms.Setting {
	text = slices.Clone(text)
	i := slices.IndexFunc(text, func(s terms.Setting) bool { return s.Term == term })
	switch {
	case v == nil && i >= 0:
		return slices.Delete(text, i, i+1)
	case v == nil:
		return text
	case i >= 0:
		text[i].Value = *v
		return text
	}
	text = append(text, terms.Setting{Term: term, Value: *v})
	slices.SortFunc(text, func(a, b terms.Setting) int { return strings.Compare(a.Term, b.Term) })
	return text
}
