package deals

import "context"

// deal is one combination of classes, seen by a visitor. It is the walker's: a visitor copies what it keeps.
type deal struct {
	choice []int   // the class of each axis
	scores []int64 // of each sheet, in units
	holds  flags   // of each line
	weight uint64  // how many deals the classes stand for; 0 where that was not worked out
}

// visitor looks at the deals that a walk meets.
type visitor interface{ visit(d *deal) }

// each goes through all deals that the links allow, the last axis fastest. The sums are kept for every axis, so a step
// adds the points of one value. The context ends the walk early.
func (m *model) each(ctx context.Context, v visitor) error {
	n, sheets := len(m.axes), len(m.sheets)
	d := &deal{choice: make([]int, n), scores: make([]int64, sheets)}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if m.gate != nil {
		order = m.gate.order
	}
	sums := make([][]int64, n)
	for i := range sums {
		sums[i] = make([]int64, sheets)
	}
	holds := make([]flags, n)
	weight := make([]uint64, n)
	var seen int
	var walk func(at int, sum []int64, h *flags, w uint64) error
	walk = func(at int, sum []int64, h *flags, w uint64) error {
		axis := order[at]
		classes := m.axes[axis].classes
		for k := range classes {
			c := &classes[k]
			d.choice[axis] = k
			holds[at] = *h
			holds[at].and(&c.holds)
			if len(m.linkAt[axis]) > 0 && m.barred(axis, &holds[at]) {
				continue
			}
			if m.gate != nil && !m.gate.open(at, &holds[at]) {
				continue
			}
			weight[at] = w * c.small
			if at < n-1 {
				for j, p := range c.points {
					sums[at][j] = sum[j] + p
				}
				if err := walk(at+1, sums[at], &holds[at], weight[at]); err != nil {
					return err
				}
				continue
			}
			for j, p := range c.points {
				d.scores[j] = sum[j] + p
			}
			d.holds, d.weight = holds[at], weight[at]
			v.visit(d)
			if seen++; seen&0xffff == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	}
	var all flags
	for i := range all {
		all[i] = ^uint64(0)
	}
	return walk(0, make([]int64, sheets), &all, 1)
}
