package deals

import (
	"context"
	"math/big"
)

// efficient is the visitor that counts the deals of the frontier and keeps those to be listed: those that all accept
// before the others, since they are what there is to talk about.
type efficient struct {
	w           *work
	n           ties // all
	agreed, not ties // those that all accept, and those that somebody refuses
}

func newEfficient(w *work) *efficient {
	e := &efficient{w: w}
	for _, t := range []*ties{&e.n, &e.agreed, &e.not} {
		t.m, t.keep = w.m, w.o.Most
	}
	e.n.keep = 0
	return e
}

func (e *efficient) visit(d *deal) {
	e.n.add(d)
	if e.w.m.accepted(e.w.m.key(d.scores, &d.holds)) {
		e.agreed.add(d)
	} else {
		e.not.add(d)
	}
}

// write writes the list.
func (e *efficient) write() {
	w := e.w
	list := append(e.agreed.list, e.not.list...)
	list = list[:min(len(list), w.o.Most)]
	w.r.Pareto, w.r.Counts.Pareto = w.m.expand(list, w.o.Most), newList(e.n.settle(), true)
	w.r.Counts.Pareto.Unanimous = &Count{*new(big.Int).Set(e.agreed.settle())}
}

// accepted reports whether all accept deals with a key.
func (m *model) accepted(key uint64) bool {
	for j := range m.judges {
		if key&m.judges[j].wants != 0 {
			return false
		}
	}
	return true
}

// pareto writes the frontier, or what a search has found of it.
func (w *work) pareto(ctx context.Context, f *found) error {
	r, m := w.r, w.m
	var choices [][]int
	n := new(big.Int)
	switch {
	case w.front.whole && len(w.front.layers) > 0:
		if w.walked > 0 {
			return w.enumerated(ctx)
		}
		last := w.front.layers[len(w.front.layers)-1]
		for i := range last {
			n.Add(n, last[i].count)
			if left := w.o.Most - len(choices); left > 0 {
				some, _ := w.front.choices(m, i, left)
				choices = append(choices, some...)
			}
		}
	case f != nil:
		for i := range f.front {
			choices = append(choices, f.front[i].choice)
		}
		n.SetInt64(int64(len(choices)))
	}
	r.Pareto, r.Counts.Pareto = m.expand(choices, w.o.Most), newList(n, w.front.whole)
	if n.IsInt64() && n.Int64() == int64(len(r.Pareto)) {
		all := new(Count)
		for i := range r.Pareto {
			if len(r.Pareto[i].Refused) == 0 {
				all.Add(&all.Int, big.NewInt(1))
			}
		}
		r.Counts.Pareto.Unanimous = all
	}
	return nil
}

// enumerated writes a frontier whose deals are few enough to be gone through.
func (w *work) enumerated(ctx context.Context) error {
	m, e := w.m, newEfficient(w)
	d := &deal{scores: make([]int64, len(m.sheets))}
	last := w.front.layers[len(w.front.layers)-1]
	for i := range last {
		steps := 0
		w.front.each(m, i, func(choice []int) bool {
			d.choice, d.weight = choice, 1
			m.value(d)
			for at, k := range choice {
				d.weight *= m.axes[at].classes[k].small
			}
			e.visit(d)
			steps++
			return steps&0xffff != 0 || ctx.Err() == nil
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	e.write()
	return nil
}
