package deals

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// collector reads what the parties and links say of terms.
type collector struct {
	m        *model
	parties_ []*scenarios.Party       // those with sheets, in the order of model.sheets
	named    map[string][]terms.Value // the terms that span the space, and the values that the file names for each
	out      map[string]bool          // terms that a deal may leave out, since some line asks whether they are set
	alike    map[string]int           // judges without a sheet, by their policy
}

// speak notes that a test speaks of its term.
func (c *collector) speak(t terms.Test, line bool) {
	c.named[t.Term] = append(c.named[t.Term], t.Values...)
	if line && (t.Op == terms.OpSet || t.Op == terms.OpUnset) {
		c.out[t.Term] = true
	}
}

// parties makes judges: first those with sheets, whose walk-aways are the first conditions.
func (c *collector) parties() {
	m := c.m
	c.alike = map[string]int{}
	for i := range m.s.Parties {
		p := &m.s.Parties[i]
		capital := m.s.Charter.Capital(p.Capital)
		if len(p.Scores) == 0 && p.WalkAway == nil {
			continue
		}
		if capital.Role == terms.Observer {
			m.notes = append(m.notes, fmt.Sprintf("%s is an observer: its score sheet is left out", p.Capital))
			continue
		}
		if p.WalkAway == nil {
			m.notes = append(m.notes, fmt.Sprintf("%s names no walk_away: 0 is taken", p.Capital))
		}
		j := len(m.sheets)
		m.sheets = append(m.sheets, p.Capital)
		m.names = append(m.names, capital.Name)
		c.parties_ = append(c.parties_, p)
		m.judges = append(m.judges, judge{capitals: []string{p.Capital}, sheet: j})
		m.conditions = append(m.conditions, condition{judge: j, kind: walkAway})
		m.judges[j].wants |= 1 << min(j, 63)
		for _, s := range p.Scores {
			c.speak(s.Test, false)
		}
	}
	for j, p := range c.parties_ {
		if p.Policy != nil {
			c.policy(j, p.Policy)
			for _, i := range m.byLine {
				if m.conditions[i].judge == j {
					m.strict |= 1 << min(i, 63)
				}
			}
		}
	}
	if len(m.sheets) > 0 {
		c.withoutSheets()
	}
}

// withoutSheets makes judges of the capitals whose policy decides without a score sheet, one of all that are alike.
func (c *collector) withoutSheets() {
	m := c.m
	for i := range m.s.Parties {
		p := &m.s.Parties[i]
		if p.Policy == nil || len(p.Scores) > 0 || p.WalkAway != nil || m.s.Charter.Capital(p.Capital).Role == terms.Observer {
			continue
		}
		key := fmt.Sprint(p.Policy.RedLines, p.Policy.Needs, p.Policy.Otherwise)
		if j, known := c.alike[key]; known {
			m.judges[j].capitals = append(m.judges[j].capitals, p.Capital)
			continue
		}
		j := len(m.judges)
		c.alike[key] = j
		m.judges = append(m.judges, judge{capitals: []string{p.Capital}, sheet: -1})
		c.policy(j, p.Policy)
		if p.Policy.Otherwise != scenarios.AnswerConsent {
			c.condition(condition{judge: j, kind: never})
		}
	}
}

// policy adds the conditions of a judge's red lines and needs.
func (c *collector) policy(j int, p *scenarios.Policy) {
	for _, tests := range p.RedLines {
		c.condition(condition{judge: j, kind: redLine, line: c.line(tests)})
	}
	for _, tests := range p.Needs {
		c.condition(condition{judge: j, kind: need, line: c.line(tests)})
	}
}

func (c *collector) condition(x condition) {
	m := c.m
	i := len(m.conditions)
	m.conditions = append(m.conditions, x)
	m.byLine = append(m.byLine, i)
	m.judges[x.judge].wants |= 1 << min(i, 63) // more than 64 are refused later
}

// line returns the number of a conjunction of tests.
func (c *collector) line(tests []terms.Test) int {
	for _, t := range tests {
		c.speak(t, true)
	}
	for i := range c.m.lines {
		if slices.EqualFunc(c.m.lines[i].tests, tests, func(a, b terms.Test) bool {
			return a.Term == b.Term && a.Op == b.Op && slices.EqualFunc(a.Values, b.Values, terms.Value.Equal)
		}) {
			return i
		}
	}
	c.m.lines = append(c.m.lines, line{tests: tests})
	return len(c.m.lines) - 1
}

func (c *collector) links() {
	for _, r := range c.m.s.Requirements {
		c.m.links = append(c.m.links, link{when: c.line(r.If), then: c.line(r.Then)})
	}
}

// reserved adds a line for each term that is reserved and can be left out: who is asked depends on it.
func (c *collector) reserved(g *game) {
	for i := range c.m.axes {
		t := c.m.axes[i].term
		switch {
		case len(t.ReservedTo) == 0:
		case c.out[t.ID]:
			g.maybe = append(g.maybe, reservedTerm{t.ID, c.line([]terms.Test{{Term: t.ID, Op: terms.OpSet}})})
		default:
			g.always = append(g.always, t.ID)
		}
	}
}

// scale turns points into integers: all are divided by what divides them all.
func (m *model) scale(c *collector) error {
	var unit int64
	take := func(n terms.Number) {
		for a, b := unit, abs(int64(n)); ; a, b = b, a%b {
			if b == 0 {
				unit = a
				return
			}
		}
	}
	for _, p := range c.parties_ {
		for _, s := range p.Scores {
			take(s.Points)
		}
		if p.WalkAway != nil {
			take(*p.WalkAway)
		}
	}
	if unit == 0 {
		unit = int64(terms.One)
	}
	m.unit = terms.Number(unit)
	for _, p := range c.parties_ {
		most := new(big.Int)
		var walk int64
		if p.WalkAway != nil {
			walk = int64(*p.WalkAway) / unit
			most.SetInt64(abs(walk))
		}
		m.walk = append(m.walk, walk)
		values := map[string]int64{} // by term: of the lines that name a value a deal meets one, of those that name bounds all
		for _, s := range p.Scores {
			if n := abs(int64(s.Points) / unit); s.Test.Op == terms.OpIn && m.s.Charter.Term(s.Term).Kind != terms.KindSet {
				values[s.Term] = max(values[s.Term], n)
			} else {
				most.Add(most, big.NewInt(n))
			}
		}
		for _, n := range values {
			most.Add(most, big.NewInt(n))
		}
		if most.BitLen() > 62-big.NewInt(int64(len(c.parties_))).BitLen() {
			return fmt.Errorf("the points of %s add up to more than can be counted exactly: write smaller ones, or with fewer decimal places", p.Capital)
		}
	}
	return nil
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
