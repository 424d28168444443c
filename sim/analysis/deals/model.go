package deals

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// maxLines and maxConditions bound what is told apart of a deal: conjunctions of tests, and reasons to refuse it.
const (
	maxLines      = 256
	maxConditions = 64
)

// flags says of each line whether it holds.
type flags [maxLines / 64]uint64

func (b *flags) and(o *flags) {
	for i := range b {
		b[i] &= o[i]
	}
}

func (b *flags) has(i int) bool { return b[i>>6]>>(i&63)&1 == 1 }

// line is a conjunction of tests: a red line, a need, one side of a link, or that a term is set.
type line struct {
	tests []terms.Test
	last  int // the position of the last of its terms
}

// link takes the deals out of the space for which the line "when" holds and the line "then" does not.
type link struct{ when, then int }

// class is the values of a term that nothing tells apart.
type class struct {
	spans  []span
	count  uint64   // numbers in the spans
	weight *big.Int // values: count, times what one number stands for
	small  uint64   // weight, where the whole space fits into 63 bits
	points []int64  // of each sheet, in units
	holds  flags    // of each line, whether its tests of this term hold; 1 where it has none
}

// axis is a term of the space.
type axis struct {
	*domain
	classes []class
}

// judge is a capital, or several whose policies are the same, whose acceptance is known.
type judge struct {
	capitals []string
	sheet    int    // its place among the sheets; -1 for one without
	wants    uint64 // its conditions, as bits of a key
}

// condition is a reason for a judge to refuse a deal.
type condition struct {
	judge int
	kind  conditionKind
	line  int // of a red line or a need
}

type conditionKind uint8

const (
	walkAway conditionKind = iota
	redLine
	need
	never // the policy consents to nothing
)

// model is a scenario's deals, ready to be counted.
type model struct {
	s      *scenarios.Scenario
	axes   []axis
	lines  []line
	links  []link
	linkAt [][]int // by axis: the links that can be judged once it has its value

	sheets     []string // the capitals with score sheets, in the charter's order
	names      []string // the same for display
	walk       []int64  // of each sheet, in units
	unit       terms.Number
	judges     []judge
	conditions []condition
	strict     uint64   // the conditions that no score outweighs: red lines and needs of those with a sheet
	byLine     []int    // the conditions that rest on lines, for the inner loop
	unscored   []string // members of the stage with neither sheet nor policy
	game       *game    // nil without a procedure

	shown []int // the axes in the order in which their terms are shown: the charter's

	low, high [][]int64 // least and greatest points that the axes from i on can add, by sheet
	gate      *gate     // nil where walks need none
	space     *big.Int  // deals before links
	combos    *big.Int  // combinations of classes before links
	notes     []string
}

// ErrNoSheets is returned where no capital that holds a position has a score sheet: there is nothing to weigh deals by.
var ErrNoSheets = errors.New("no capital has a score sheet (scores: under a capital), so there is nothing to weigh deals by")

// ErrNoTerms is returned where there is nothing that a deal could say.
var ErrNoTerms = errors.New("the score sheets speak of no term and the plan sets none, so there is no deal to weigh")

func newModel(s *scenarios.Scenario, o *Options) (*model, error) {
	m := &model{s: s}
	plan, proc, err := choose(s, o)
	if err != nil {
		return nil, err
	}
	c := &collector{m: m, named: map[string][]terms.Value{}, out: map[string]bool{}}
	c.parties()
	if len(m.sheets) == 0 {
		return nil, ErrNoSheets
	}
	c.links()
	if plan != nil {
		for _, set := range plan.Draft.Terms {
			c.named[set.Term] = append(c.named[set.Term], set.Value)
		}
	}
	if err := m.span(c); err != nil {
		return nil, err
	}
	if len(m.axes) == 0 {
		return nil, ErrNoTerms
	}
	if err := m.scale(c); err != nil {
		return nil, err
	}
	if proc != nil {
		m.game = newGame(s, plan, proc)
		c.reserved(m.game)
	}
	switch {
	case len(m.lines) > maxLines:
		return nil, fmt.Errorf("red lines, needs and links are %d different conditions on terms; at most %d are told apart", len(m.lines), maxLines)
	case len(m.conditions)+m.game.reservedBits() > maxConditions:
		return nil, fmt.Errorf("walk-aways, red lines and needs are %d reasons to refuse a deal; at most %d are told apart",
			len(m.conditions), maxConditions)
	}
	m.build(c)
	if m.game != nil {
		if err := m.game.bind(m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// choose returns the plan whose last stage decides: the named one, or the named procedure without a plan, else the first
// plan of the file. Without plans it is the first procedure; without procedures there is no rule.
func choose(s *scenarios.Scenario, o *Options) (*scenarios.Plan, *terms.Procedure, error) {
	if o.Plan != "" {
		plan := s.Plan(o.Plan)
		if plan == nil {
			return nil, nil, fmt.Errorf("the scenario has no plan %q", o.Plan)
		}
		return plan, s.Charter.Procedure(plan.Draft.Procedure), nil
	}
	if o.Procedure != "" {
		proc := s.Charter.Procedure(o.Procedure)
		if proc == nil {
			return nil, nil, fmt.Errorf("the scenario has no procedure %q", o.Procedure)
		}
		return nil, proc, nil
	}
	if len(s.Plans) > 0 {
		return &s.Plans[0], s.Charter.Procedure(s.Plans[0].Draft.Procedure), nil
	}
	if len(s.Charter.Procedures) > 0 {
		return nil, &s.Charter.Procedures[0], nil
	}
	return nil, nil, nil
}

// span lists the terms of the space, in the charter's order.
func (m *model) span(c *collector) error {
	for i := range m.s.Charter.Terms {
		t := &m.s.Charter.Terms[i]
		named, spoken := c.named[t.ID]
		if !spoken {
			continue
		}
		d, err := newDomain(t, &m.s.Charter, named, c.out[t.ID])
		if err != nil {
			return err
		}
		if d.note != "" {
			m.notes = append(m.notes, d.note)
		}
		m.axes = append(m.axes, axis{domain: d})
	}
	return nil
}

// build groups the values of each term into classes, and orders the terms so that the one with the most classes is gone
// through fastest.
func (m *model) build(c *collector) {
	for i := range m.axes {
		m.classes(&m.axes[i], c)
	}
	slices.SortStableFunc(m.axes, func(a, b axis) int { return len(a.classes) - len(b.classes) })
	place := map[string]int{}
	m.space, m.combos = big.NewInt(1), big.NewInt(1)
	for i := range m.axes {
		place[m.axes[i].term.ID] = i
		values := new(big.Int)
		for j := range m.axes[i].classes {
			values.Add(values, m.axes[i].classes[j].weight)
		}
		m.space.Mul(m.space, values)
		m.combos.Mul(m.combos, big.NewInt(int64(len(m.axes[i].classes))))
	}
	for i := range m.axes {
		m.shown = append(m.shown, i)
	}
	slices.SortFunc(m.shown, func(a, b int) int { return m.place(m.axes[a].term.ID) - m.place(m.axes[b].term.ID) })
	for i := range m.lines {
		for _, t := range m.lines[i].tests {
			m.lines[i].last = max(m.lines[i].last, place[t.Term])
		}
	}
	m.linkAt = make([][]int, len(m.axes))
	for i, l := range m.links {
		at := max(m.lines[l.when].last, m.lines[l.then].last)
		m.linkAt[at] = append(m.linkAt[at], i)
	}
	m.bounds()
}

// bounds fills low and high.
func (m *model) bounds() {
	n := len(m.axes)
	m.low, m.high = make([][]int64, n+1), make([][]int64, n+1)
	m.low[n], m.high[n] = make([]int64, len(m.sheets)), make([]int64, len(m.sheets))
	for i := n - 1; i >= 0; i-- {
		m.low[i], m.high[i] = slices.Clone(m.low[i+1]), slices.Clone(m.high[i+1])
		for j := range m.sheets {
			least, most := m.axes[i].classes[0].points[j], m.axes[i].classes[0].points[j]
			for k := range m.axes[i].classes {
				p := m.axes[i].classes[k].points[j]
				least, most = min(least, p), max(most, p)
			}
			m.low[i][j] += least
			m.high[i][j] += most
		}
	}
}

// classes fills the classes of one term, in the order of their first values.
func (m *model) classes(a *axis, c *collector) {
	id := a.term.ID
	known := map[string]int{}
	for _, sp := range a.segments(c.named[id]) {
		var text []terms.Setting
		if v, ok := a.at(sp.from); ok {
			text = []terms.Setting{{Term: id, Value: v}}
		}
		cl := class{points: make([]int64, len(m.sheets))}
		for j, party := range c.parties_ {
			for _, s := range party.Scores {
				if s.Term == id && s.Test.Holds(text) {
					cl.points[j] += int64(s.Points / m.unit)
				}
			}
		}
		for i := range m.lines {
			holds := true
			for _, t := range m.lines[i].tests {
				holds = holds && (t.Term != id || t.Holds(text))
			}
			if holds {
				cl.holds[i>>6] |= 1 << (i & 63)
			}
		}
		key := fmt.Sprint(cl.points, cl.holds)
		k, there := known[key]
		if !there {
			k = len(a.classes)
			known[key] = k
			a.classes = append(a.classes, cl)
		}
		x := &a.classes[k]
		x.spans = append(x.spans, sp)
		x.count += sp.to - sp.from + 1
	}
	for k := range a.classes {
		x := &a.classes[k]
		x.weight = new(big.Int).SetUint64(x.count)
		if a.each != nil {
			x.weight.Mul(x.weight, a.each)
		}
		x.small = x.weight.Uint64()
	}
}

// key returns the conditions that a deal violates, as bits: see game.reservedBits for those above.
func (m *model) key(scores []int64, holds *flags) uint64 {
	var k uint64
	for j, w := range m.walk {
		if scores[j] < w {
			k |= 1 << j // the walk-aways are the first conditions
		}
	}
	for _, i := range m.byLine {
		c := &m.conditions[i]
		if c.kind == never || holds.has(c.line) == (c.kind == redLine) {
			k |= 1 << i
		}
	}
	return k | m.game.reservedKey(holds, len(m.conditions))
}

// barred reports whether a link forbids the deal, as far as it goes.
func (m *model) barred(at int, holds *flags) bool {
	for _, i := range m.linkAt[at] {
		if l := m.links[i]; holds.has(l.when) && !holds.has(l.then) {
			return true
		}
	}
	return false
}
