package deals

import (
	"context"
	"math"
	"math/big"

	"github.com/parley-sim/parley/node/terms"
)

func (m *model) number(units int64) terms.Number { return terms.Number(units) * m.unit }

// party is the place of a capital among the scenario's parties.
func (m *model) party(id string) int {
	for i := range m.s.Parties {
		if m.s.Parties[i].Capital == id {
			return i
		}
	}
	return -1
}

// lists writes what was found best. whole says that every deal was looked at.
func (w *work) lists(b *bests, whole bool) {
	r, m := w.r, w.m
	r.Nash, r.Counts.Nash = w.list(&b.products, whole)
	r.Egalitarian, r.Counts.Egalitarian = w.list(&b.leasts, whole)
	r.GreatestSum, r.Counts.GreatestSum = w.list(&b.sums, whole)
	d := &deal{scores: make([]int64, len(m.sheets))}
	for i := range r.Nash {
		d.choice = r.Nash[i].choice
		m.value(d)
		r.Nash[i].Product = m.productOf(d.scores)
	}
	for i := range r.Egalitarian {
		r.Egalitarian[i].Least = m.exact(b.least)
	}
	for i := range r.GreatestSum {
		r.GreatestSum[i].Sum = m.exact(b.sum)
	}
}

func (w *work) list(t *ties, whole bool) ([]Deal, List) {
	return w.m.expand(t.list, w.o.Most), newList(t.settle(), whole)
}

func newList(n *big.Int, whole bool) List {
	return List{Deals: &Count{*new(big.Int).Set(n)}, Exact: whole}
}

// fromFrontier finds what is best on a whole frontier. Every deal with the greatest sum is on it, and every one with the
// greatest product, unless that is zero. For the others it looks at all deals that reach the best value.
func (w *work) fromFrontier(ctx context.Context) error {
	m, b := w.m, newBests(w.m, w.o.Most)
	if len(w.front.layers) == 0 { // nothing is admissible
		w.lists(b, true)
		return nil
	}
	last := w.front.layers[len(w.front.layers)-1]
	b.sum, b.least = math.MinInt64, math.MinInt64
	for i := range last {
		s := last[i].scores
		b.sum, b.least = max(b.sum, total(s)), max(b.least, leastOf(s, m.walk))
		if atLeast(s, m.walk) && b.product.compare(s, b.products.found) == 1 {
			b.products.found = true
		}
	}
	w.gather(&b.sums, func(s []int64) bool { return total(s) == b.sum })
	var err error
	nash, egalitarian := true, true
	if b.products.found && b.product.zero() {
		b.products.reset()
		nash, err = m.above(ctx, m.walk, w.o.effort.ties, &tied{m, &b.products, func(s []int64) bool { return atLeast(s, m.walk) }})
	} else if b.products.found {
		w.gather(&b.products, func(s []int64) bool { return atLeast(s, m.walk) && b.product.compare(s, true) == 0 })
	}
	if err != nil {
		return err
	}
	floor := make([]int64, len(m.walk))
	for j, x := range m.walk {
		floor[j] = x + b.least
	}
	b.leasts.reset()
	fits := func(s []int64) bool { return leastOf(s, m.walk) == b.least }
	if egalitarian, err = m.above(ctx, floor, w.o.effort.ties, &tied{m, &b.leasts, fits}); err != nil {
		return err
	}
	w.lists(b, true)
	w.r.Counts.Nash.Exact, w.r.Counts.Egalitarian.Exact = nash, egalitarian
	return nil
}

// gather collects the deals of the frontier's points that fit.
func (w *work) gather(t *ties, fits func(scores []int64) bool) {
	t.reset()
	last := w.front.layers[len(w.front.layers)-1]
	for i := range last {
		if fits(last[i].scores) {
			t.n.Add(&t.n, last[i].count)
			some, more := w.front.choices(w.m, i, t.keep-len(t.list))
			t.list, t.more = append(t.list, some...), t.more || more
		}
	}
}

func total(scores []int64) int64 {
	var sum int64
	for _, s := range scores {
		sum += s
	}
	return sum
}

func leastOf(scores, walk []int64) int64 {
	least := scores[0] - walk[0]
	for j, s := range scores {
		least = min(least, s-walk[j])
	}
	return least
}

// estimate writes the counts of a sample as parts of the space.
func (w *work) estimate(t *tally, drawn int) {
	r, m := w.r, w.m
	w.counts(t, func(n *big.Int) *Count {
		x := new(big.Int).Mul(n, m.space)
		x.Add(x, big.NewInt(int64(drawn/2)))
		return &Count{*x.Div(x, big.NewInt(int64(drawn)))}
	})
	e := &Estimate{Drawn: drawn, Seed: w.o.Seed, Intervals: map[string][2]Share{}}
	kept := int(t.space.Int64())
	put := func(name string, n *big.Int) { e.Intervals[name] = wilson(int(n.Int64()), kept) }
	if m.game != nil {
		put("passing", &t.passing)
	}
	put("unanimous", &t.unanimous)
	for j := range m.judges {
		for _, id := range m.judges[j].capitals {
			put("accepted_by."+id, &t.accepted[j])
		}
	}
	if len(m.links) > 0 {
		e.Intervals["space"] = wilson(kept, drawn)
	} else {
		r.Space = &Count{*new(big.Int).Set(m.space)}
	}
	r.Estimate = e
}

// wilson is the score interval of Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (Journal of
// the American Statistical Association 22, 1927), for 95 in 100.
func wilson(hits, n int) [2]Share {
	if n == 0 {
		return [2]Share{0, 1}
	}
	const z = 1.959963984540054
	p, N := float64(hits)/float64(n), float64(n)
	mid := (p + z*z/(2*N)) / (1 + z*z/N)
	half := z / (1 + z*z/N) * math.Sqrt(p*(1-p)/N+z*z/(4*N*N))
	low, high := max(0, mid-half), min(1, mid+half)
	if hits == 0 {
		low = 0
	}
	if hits == n {
		high = 1
	}
	return [2]Share{Share(low), Share(high)}
}
