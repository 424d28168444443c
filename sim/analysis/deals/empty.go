package deals

import (
	"context"
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

// openings says what empties the zone, going by the conditions that some deal violates and nothing besides.
func (m *model) openings(ctx context.Context, b *blockers, budget int) ([]Opening, error) {
	slices.SortFunc(b.sets, func(x, y uint64) int { return slices.Compare(m.listed(x), m.listed(y)) })
	var all []Opening
	for _, set := range b.sets {
		f := &fall{m: m, set: set, floor: make([]int64, len(m.walk))}
		for j, w := range m.walk {
			f.floor[j] = w
			if set>>j&1 == 1 {
				f.floor[j] = m.low[0][j]
				f.walks = append(f.walks, j)
			}
		}
		whole, err := m.above(ctx, f.floor, budget, f)
		if err != nil {
			return nil, err
		}
		o := Opening{}
		for _, i := range m.listed(set) {
			o.Lift = append(o.Lift, m.condition(i, f.scores, whole))
		}
		if f.scores != nil {
			d := m.show(m.values(f.choice), f.scores)
			o.Deal = &d
		}
		all = append(all, o)
	}
	return all, nil
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
