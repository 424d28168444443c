package deals

import (
	"cmp"
	"context"
	"slices"
)

// above goes through the deals whose scores are no lower than a floor, which the visitor may raise. It turns back wherever
// the rest of a deal can no longer reach the floor. It returns false if it took more steps than the budget.
func (m *model) above(ctx context.Context, floor []int64, budget int, v visitor) (whole bool, err error) {
	n, sheets := len(m.axes), len(m.sheets)
	d := &deal{choice: make([]int, n), scores: make([]int64, sheets)}
	sums := make([][]int64, n+1)
	for i := range sums {
		sums[i] = make([]int64, sheets)
	}
	holds := make([]flags, n+1)
	for i := range holds[0] {
		holds[0][i] = ^uint64(0)
	}
	order := m.hopeful()
	var walk func(at int) bool
	walk = func(at int) bool {
		if at == n {
			copy(d.scores, sums[n])
			d.holds = holds[n]
			v.visit(d)
			return true
		}
		for _, k := range order[at] {
			if budget--; budget < 0 || budget&0xffff == 0 && ctx.Err() != nil {
				return false
			}
			c := &m.axes[at].classes[k]
			d.choice[at] = k
			holds[at+1] = holds[at]
			holds[at+1].and(&c.holds)
			if m.barred(at, &holds[at+1]) {
				continue
			}
			reaches := true
			for j, p := range c.points {
				sums[at+1][j] = sums[at][j] + p
				reaches = reaches && sums[at+1][j]+m.high[at+1][j] >= floor[j]
			}
			if reaches && !walk(at+1) {
				return false
			}
		}
		return true
	}
	return walk(0), ctx.Err()
}

// hopeful orders the classes of each axis by the points that they give to all sheets together, the greatest first.
func (m *model) hopeful() [][]int {
	order := make([][]int, len(m.axes))
	for at := range m.axes {
		classes := m.axes[at].classes
		totals := make([]int64, len(classes))
		for k := range classes {
			order[at] = append(order[at], k)
			for _, p := range classes[k].points {
				totals[k] += p
			}
		}
		slices.SortStableFunc(order[at], func(a, b int) int { return cmp.Compare(totals[b], totals[a]) })
	}
	return order
}

// tied is the visitor that lists the deals at the egalitarian point, or those whose product is zero, of a space that is too
// large to go through: what the frontier alone does not tell.
type tied struct {
	m    *model
	into *ties
	fits func(scores []int64) bool
}

func (t *tied) visit(d *deal) {
	if t.m.key(d.scores, &d.holds)&t.m.strict == 0 && t.fits(d.scores) {
		t.into.add(d)
	}
}
