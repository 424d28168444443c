package deals

import (
	"context"
	"math/big"
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// Opening is a smallest set of conditions without which the zone of possible agreement would not be empty.
type Opening struct {
	Lift []Condition `json:"lift"`
	Deal *Deal       `json:"deal,omitempty"` // one that all would accept then; of those, the one for which the walk-aways have to fall least in all
}

// Condition is a reason for a capital to refuse deals.
type Condition struct {
	Capitals []string      `json:"capitals"`       // several, if their policies are the same
	Kind     string        `json:"kind"`           // walk_away, red_line, need or policy
	Text     string        `json:"text"`           // the red line or need in words
	From     *terms.Number `json:"from,omitempty"` // of a walk-away
	To       *terms.Number `json:"to,omitempty"`   // what it would have to fall to, for the deal above
	Exact    bool          `json:"exact"`          // false: to is what the search found; less may do
}

// openings says what empties the zone, going by the conditions that some deal violates and nothing besides. walked says
// that the space can be gone through deal by deal.
func (w *work) openings(ctx context.Context, walked bool) error {
	m, r, b := w.m, w.r, &w.closest
	b.settle()
	sets := b.sets[:min(len(b.sets), maxClosest)]
	falls, exact := make(falls, len(sets)), make([]bool, len(sets))
	late := falls[:0:0]
	for i, set := range sets {
		f := m.newFall(set)
		whole, err := m.above(ctx, f.floor, w.o.effort.open, f)
		if err != nil {
			return err
		}
		falls[i], exact[i] = f, whole || walked
		if !whole && walked {
			f.floor = slices.Clone(m.low[0]) // what it has found stands
			late = append(late, f)
		}
	}
	if len(late) > 0 {
		if err := m.each(ctx, late); err != nil {
			return err
		}
	}
	for i, f := range falls {
		o := Opening{}
		for _, c := range m.listed(f.set) {
			o.Lift = append(o.Lift, m.condition(c, f.scores, exact[i]))
		}
		if f.scores != nil {
			d := m.show(m.values(f.choice), f.scores)
			o.Deal = &d
		}
		r.OpenedBy = append(r.OpenedBy, o)
	}
	if r.MoreOpenings = len(b.sets) > len(sets); r.MoreOpenings && !b.more {
		r.Openings = &Count{*big.NewInt(int64(len(b.sets)))}
	}
	return nil
}

// falls is the visitor that goes through all deals for several sets of conditions at once.
type falls []*fall

func (all falls) visit(d *deal) {
	for _, f := range all {
		f.visit(d)
	}
}

func (m *model) newFall(set uint64) *fall {
	f := &fall{m: m, set: set, floor: make([]int64, len(m.walk))}
	for j, w := range m.walk {
		f.floor[j] = w
		if set>>j&1 == 1 {
			f.floor[j] = m.low[0][j]
			f.walks = append(f.walks, j)
		}
	}
	return f
}

// listed returns the numbers of the conditions of a set.
func (m *model) listed(set uint64) []int {
	var all []int
	for i := range m.conditions {
		if set>>i&1 == 1 {
			all = append(all, i)
		}
	}
	return all
}

func (m *model) condition(i int, scores []int64, exact bool) Condition {
	c := m.conditions[i]
	out := Condition{Capitals: m.judges[c.judge].capitals, Kind: [...]string{"walk_away", "red_line", "need", "policy"}[c.kind], Exact: true}
	switch c.kind {
	case walkAway:
		from := terms.Number(m.walk[c.judge]) * m.unit
		out.From = &from
		if scores != nil {
			to := terms.Number(scores[c.judge]) * m.unit
			out.To, out.Exact = &to, exact
		}
		out.Text = "walk-away " + from.String()
	case never:
		out.Text = "its policy consents to nothing"
	default:
		out.Text = inWords(m.lines[c.line].tests)
	}
	return out
}

// fall looks for the deal that violates the conditions of a set only and asks the walk-aways among them to fall least.
type fall struct {
	m      *model
	set    uint64
	walks  []int
	floor  []int64
	least  int64
	scores []int64
	choice []int
}

func (f *fall) visit(d *deal) {
	if f.m.key(d.scores, &d.holds)&(1<<len(f.m.conditions)-1)&^f.set != 0 {
		return
	}
	var total int64
	for _, j := range f.walks {
		total += f.m.walk[j] - d.scores[j]
	}
	if f.scores != nil && total >= f.least {
		return
	}
	f.least, f.scores, f.choice = total, slices.Clone(d.scores), slices.Clone(d.choice)
	for _, j := range f.walks { // one that falls by more than all do now cannot be better
		f.floor[j] = max(f.floor[j], f.m.walk[j]-total)
	}
}
