package deals

import (
	"math/big"
	"math/bits"
	"slices"
)

// ties collects the deals that are best by some measure: how many there are, and the combinations of classes of the first.
type ties struct {
	m     *model
	found bool
	n     big.Int
	part  uint64 // of n, not yet added
	list  [][]int
	more  bool // there are more combinations than are kept
	keep  int
}

func (t *ties) reset() {
	t.found, t.list, t.more = true, nil, false
	t.n.SetInt64(0)
	t.part = 0
}

func (t *ties) add(d *deal) {
	if d.weight == 0 { // of a space of more than 63 bits
		n := big.NewInt(1)
		for i, k := range d.choice {
			n.Mul(n, t.m.axes[i].classes[k].weight)
		}
		t.n.Add(&t.n, n)
	} else if t.part += d.weight; t.part >= 1<<62 {
		t.settle()
	}
	if len(t.list) < t.keep {
		t.list = append(t.list, slices.Clone(d.choice))
	} else {
		t.more = true
	}
}

// settle makes n whole.
func (t *ties) settle() *big.Int {
	t.n.Add(&t.n, new(big.Int).SetUint64(t.part))
	t.part = 0
	return &t.n
}

// bests are what the bargaining solutions single out.
type bests struct {
	m *model

	sum      int64
	sums     ties
	least    int64
	leasts   ties
	product  product
	products ties
}

func newBests(m *model, keep int) *bests {
	b := &bests{m: m, product: newProduct(m)}
	for _, t := range []*ties{&b.sums, &b.leasts, &b.products} {
		t.m, t.keep = m, keep
	}
	return b
}

// see weighs a deal that violates no red line and no need; agreed says that no surplus is negative.
func (b *bests) see(d *deal, agreed bool) {
	var sum int64
	least := d.scores[0] - b.m.walk[0]
	for j, s := range d.scores {
		sum += s
		least = min(least, s-b.m.walk[j])
	}
	if sum >= b.sum || !b.sums.found {
		if sum > b.sum || !b.sums.found {
			b.sum = sum
			b.sums.reset()
		}
		b.sums.add(d)
	}
	if least >= b.least || !b.leasts.found {
		if least > b.least || !b.leasts.found {
			b.least = least
			b.leasts.reset()
		}
		b.leasts.add(d)
	}
	if !agreed {
		return
	}
	switch b.product.compare(d.scores, b.products.found) {
	case 1:
		b.products.reset()
		b.products.add(d)
	case 0:
		b.products.add(d)
	}
}

// product is the greatest product of surpluses so far. Products that fit into 64 bits are compared as integers; others by
// floating point where the difference is clear, and exactly where it isn't.
type product struct {
	walk  []int64
	short bool
	whole uint64
	float float64
	exact *big.Int // of the best, once it was needed
	best  []int64  // the surpluses
	tmp   []int64
}

func newProduct(m *model) product {
	p := product{walk: m.walk, best: make([]int64, len(m.walk)), tmp: make([]int64, len(m.walk))}
	room := 0
	for j, w := range m.walk {
		room += bits.Len64(uint64(max(m.high[0][j]-w, 0)))
	}
	p.short = room <= 64
	return p
}

// compare returns 1 and remembers the scores if their product is greater than the best, 0 if it is the same, else -1. No
// surplus may be negative.
func (p *product) compare(scores []int64, found bool) int {
	if p.short {
		whole := uint64(1)
		for j, s := range scores {
			whole *= uint64(s - p.walk[j])
		}
		switch {
		case !found || whole > p.whole:
			p.whole = whole
			return 1
		case whole == p.whole:
			return 0
		}
		return -1
	}
	float := 1.0
	for j, s := range scores {
		p.tmp[j] = s - p.walk[j]
		float *= float64(p.tmp[j])
	}
	// Each factor and each multiplication is off by 2^-53 at most: 64 sheets make it less than this.
	const clear = 1e-13
	switch {
	case !found:
	case float < p.float*(1-clear):
		return -1
	case float > p.float*(1+clear):
	default:
		if p.exact == nil {
			p.exact = multiply(p.best)
		}
		exact := multiply(p.tmp)
		if c := exact.Cmp(p.exact); c <= 0 {
			return c
		}
	}
	p.float, p.exact = float, nil
	copy(p.best, p.tmp)
	return 1
}

// zero reports whether the best product is zero: some surplus is.
func (p *product) zero() bool {
	if p.short {
		return p.whole == 0
	}
	return slices.Contains(p.best, 0)
}

func multiply(factors []int64) *big.Int {
	n := big.NewInt(1)
	for _, f := range factors {
		n.Mul(n, big.NewInt(f))
	}
	return n
}

// count is the visitor that goes through a space once: it counts, and finds what is best.
type count struct {
	m     *model
	tally *tally
	bests *bests
	walks uint64 // the conditions that are walk-aways
	seen  int
}

func newCount(m *model, keep int) *count {
	return &count{m: m, tally: newTally(m), bests: newBests(m, keep), walks: 1<<len(m.sheets) - 1}
}

func (c *count) visit(d *deal) {
	c.seen++
	key := c.m.key(d.scores, &d.holds)
	c.tally.add(key, d.weight)
	if key&c.m.strict == 0 {
		c.bests.see(d, key&c.walks == 0)
	}
}
