package power

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"math/big"
	"runtime"
	"slices"
	"sync"
)

// chain counts the minimal winning coalitions of a game whose quotas are on several weights (heads among them). A coalition is
// minimal if each of its members is critical, which depends on the member's weights and on the coalition's sums only. All but
// one of the sums are taken in classes within which nobody's being critical changes. Within a class, each player is critical
// up to a sum of the last weight, and the higher the sum the fewer are: so players are added to the generating function in
// the order of these bounds, and it is read between one addition and the next. For one weight it is the usual count of
// coalitions by their lightest member (see [series.minimalWinning]).
type chain struct {
	*core
	weights [][]int64 // by weight, then player; the last is the one of which there are most classes
	marks   [][]int64
	rule    clause
	runs    []*run
	work    float64 // in additions
}

// run is classes in which the players are critical up to the same sums of the last weight.
type run struct {
	upTo  []int64 // by player
	order []int   // the players, those who are critical the longest first
	boxes []span  // what is counted of the last weight and of the others
	left  bool    // sets are those that the critical players leave over, else the coalitions themselves
	lattice
}

// span is sums of a coalition that are counted: from low to high of all weights, both included.
type span struct{ low, high []int64 }

// toTheEnd and atNone are the bounds of players who are critical at any sum, or at none.
const (
	toTheEnd = math.MaxInt64
	atNone   = math.MinInt64
)

// chainOf prepares the count; nil if it does not fit into time and memory.
func chainOf(c *core) *chain {
	g, ok := gridOf(c)
	if !ok {
		return nil
	}
	h := &chain{core: c, weights: slices.Clone(g.weights), marks: slices.Clone(g.marks), rule: g.rule}
	if g.heads { // a weight like others
		ones := make([]int64, c.n)
		for i := range ones {
			ones[i] = 1
		}
		h.weights, h.marks = append(h.weights, ones), append(h.marks, nil)
		h.heads(&h.rule)
	}
	last, most := 0, 0
	for j := range h.weights {
		if k := len(h.classes(j)); k > most {
			last, most = j, k
		}
	}
	d := len(h.weights) - 1
	h.weights[last], h.weights[d] = h.weights[d], h.weights[last]
	h.marks[last], h.marks[d] = h.marks[d], h.marks[last]
	h.rule.swap(last, d)
	if !h.sort() || !h.plan() {
		return nil
	}
	return h
}

// heads turns quotas on heads into such on the last weight.
func (h *chain) heads(c *clause) {
	d := len(h.marks) - 1
	if c.kind == quota && c.weight < 0 {
		at, known := slices.BinarySearch(h.marks[d], c.least)
		if !known {
			h.marks[d] = slices.Insert(h.marks[d], at, c.least)
		}
	}
	for i := range c.parts {
		h.heads(&c.parts[i])
	}
	if c == &h.rule {
		h.level(c)
	}
}

func (h *chain) level(c *clause) {
	if d := len(h.marks) - 1; c.kind == quota && c.weight < 0 {
		c.weight, c.least = d, int64(slices.Index(h.marks[d], c.least)+1)
	}
	for i := range c.parts {
		h.level(&c.parts[i])
	}
}

func (c *clause) swap(a, b int) {
	switch {
	case c.kind != quota:
	case c.weight == a:
		c.weight = b
	case c.weight == b:
		c.weight = a
	}
	for i := range c.parts {
		c.parts[i].swap(a, b)
	}
}

// classes returns the sums of a weight at which a class begins.
func (h *chain) classes(j int) []int64 {
	from := []int64{0}
	total := sum(h.weights[j])
	for _, m := range h.marks[j] {
		for _, w := range append([]int64{0}, h.weights[j]...) {
			if m+w <= total {
				from = append(from, m+w)
			}
		}
	}
	slices.Sort(from)
	return slices.Compact(from)
}

// levelOf is the number of marks that a sum reaches.
func (h *chain) levelOf(j int, sum int64) int {
	at, met := slices.BinarySearch(h.marks[j], sum)
	if met {
		at++
	}
	return at
}

// needs is the sum of the last weight that wins with the levels of the others; levels has a place for it.
func (h *chain) needs(levels []int) int64 {
	d := len(levels) - 1
	marks := h.marks[d]
	for level := range len(marks) + 1 {
		if levels[d] = level; h.rule.wins(0, levels) {
			if level == 0 {
				return atNone
			}
			return marks[level-1]
		}
	}
	return toTheEnd
}

// sort goes through the classes of all weights but the last, and puts together those that are counted in one go.
func (h *chain) sort() bool {
	d := len(h.weights) - 1
	classes, at := make([][]int64, d), make([]int, d)
	combined := 1
	for j := range d {
		classes[j] = h.classes(j)
		if combined *= len(classes[j]); combined > maxClasses {
			return false
		}
	}
	extent := make([]int, d)
	for j := range d {
		extent[j] = len(classes[j])
	}
	runs := map[string]*run{}
	levels := make([]int, d+1)
	for k := range combined {
		locate(k, extent, at)
		s := span{low: make([]int64, d+1), high: make([]int64, d+1)}
		for j, class := range at {
			s.low[j], s.high[j] = classes[j][class], sum(h.weights[j])
			if class+1 < extent[j] {
				s.high[j] = classes[j][class+1] - 1
			}
			levels[j] = h.levelOf(j, s.low[j])
		}
		need := h.needs(levels)
		if need == toTheEnd {
			continue
		}
		s.low[d], s.high[d] = max(0, need), sum(h.weights[d])
		upTo := make([]int64, h.n)
		var key []byte
		for i := range upTo {
			for j := range d {
				levels[j] = h.levelOf(j, s.low[j]-h.weights[j][i])
			}
			if upTo[i] = h.needs(levels); upTo[i] != toTheEnd && upTo[i] != atNone {
				upTo[i] += h.weights[d][i] - 1
			}
			key = binary.AppendVarint(key, upTo[i])
		}
		r := runs[string(key)]
		if r == nil {
			r = &run{upTo: upTo}
			runs[string(key)] = r
			h.runs = append(h.runs, r)
		}
		r.boxes = append(r.boxes, s)
	}
	return true
}

// maxClasses bounds the classes of all weights but the last, multiplied.
const maxClasses = 20_000

// plan lays out the runs, of coalitions or of what they leave over, whichever is less.
func (h *chain) plan() bool {
	k := float64(primesFor(h.n))
	most := float64(h.most.minimal)
	d := len(h.weights) - 1
	for _, r := range h.runs {
		for i, to := range r.upTo {
			if to != atNone {
				r.order = append(r.order, i)
			}
		}
		slices.SortStableFunc(r.order, func(a, b int) int { return cmp.Compare(r.upTo[b], r.upTo[a]) })
		// The sums of all who are critical, and of those who always are.
		all, ever := make([]int64, d+1), int64(0)
		for _, i := range r.order {
			for j, w := range h.weights {
				all[j] += w[i]
			}
			if r.upTo[i] == toTheEnd {
				ever += h.weights[d][i]
			}
		}
		whole, left := make([]int64, d+1), make([]int64, d+1)
		for j := range d {
			for _, s := range r.boxes {
				whole[j] = max(whole[j], min(s.high[j], all[j])+1)
				left[j] = max(left[j], all[j]-s.low[j]+1)
			}
		}
		to := ever
		for _, i := range r.order {
			if r.upTo[i] != toTheEnd {
				to = max(to, r.upTo[i])
				break
			}
		}
		whole[d] = min(all[d], to) + 1
		for _, s := range r.boxes {
			left[d] = max(left[d], all[d]-s.low[d]+1)
		}
		size := func(bound []int64) float64 {
			n := 1.0
			for _, b := range bound {
				n *= float64(max(0, b))
			}
			return n
		}
		r.bound = whole
		if size(left) < size(whole) {
			r.bound, r.left = left, true
		}
		if size(r.bound) > float64(h.most.cells) {
			return false
		}
		if slices.Min(r.bound) <= 0 {
			r.order = nil // no coalition of theirs is large enough
			continue
		}
		order := r.order
		if words := r.layOut(h.n, h.weights, h.most.cells); words > h.most.cells {
			return false
		}
		r.lattice.order = order
		if h.work += k * r.lattice.work(most/k); h.work > most {
			return false
		}
	}
	return true
}

// count returns the number of minimal winning coalitions.
func (h *chain) count(ctx context.Context) (*big.Int, error) {
	h.most.announce(h.work)
	var words int64
	for _, r := range h.runs {
		words = max(words, r.words)
	}
	primes := bigPrimes(primesFor(h.n))
	residues, errs := make([][]uint64, len(primes)), make([]error, len(primes))
	limit := max(1, min(int64(runtime.GOMAXPROCS(0)), h.most.cells/max(1, words)))
	tables := make(chan []uint64, limit)
	for range limit {
		tables <- nil
	}
	var wg sync.WaitGroup
	for k, p := range primes {
		table := <-tables
		wg.Go(func() {
			if table == nil {
				table = make([]uint64, words)
			}
			var n uint64
			for _, r := range h.runs {
				if len(r.order) > 0 && errs[k] == nil {
					var x uint64
					x, errs[k] = h.run(ctx, r, &filled{lattice: &r.lattice, p: p, words: table[:r.words]})
					n = addMod(n, x, p)
				}
			}
			residues[k] = []uint64{n}
			tables <- table
		})
	}
	wg.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	return chinese(residues, primes)[0], nil
}

// run counts the minimal winning coalitions of a run, modulo p.
func (h *chain) run(ctx context.Context, r *run, c *filled) (n uint64, err error) {
	clear(c.words)
	c.words[0] = 1
	d := len(h.weights) - 1
	reach, have := r.reach(len(r.order)), make([]int64, d+1)
	// read adds the coalitions of players so far whose last sum is above one bound, up to another.
	read := func(above, upTo int64) {
		for _, s := range r.boxes {
			low, high := slices.Clone(s.low), slices.Clone(s.high)
			low[d] = max(low[d], above+1)
			if upTo != toTheEnd {
				high[d] = min(high[d], upTo)
			}
			for j := range low {
				if r.left {
					low[j], high[j] = have[j]-high[j], have[j]-low[j]
				}
				low[j], high[j] = max(0, low[j]), min(high[j], have[j], r.bound[j]-1)
			}
			n = addMod(n, c.within(low, high), c.p)
		}
	}
	for k, i := range r.order {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		r.step(reach, r.weights[i], func(to, from *box, low, high []int64) {
			c.shift(to, from, low, high, r.weights[i])
		})
		reach.add(r.weights[i])
		for j, w := range r.weights[i] {
			have[j] += w
		}
		next := int64(-1)
		if k+1 < len(r.order) {
			next = r.upTo[r.order[k+1]]
		}
		if next < r.upTo[i] {
			read(max(-1, next), r.upTo[i])
		}
	}
	return n, nil
}

// within adds up the coefficients of sums from low to high of each weight.
func (c *filled) within(low, high []int64) (n uint64) {
	b := &c.boxes[0]
	var rows func(k int, at int64)
	rows = func(k int, at int64) {
		j := c.along[k]
		if k < len(c.along)-1 {
			for x := low[j]; x <= high[j]; x++ {
				rows(k+1, at+x*b.stride[j])
			}
			return
		}
		if low[j] > high[j] {
			return
		}
		for _, x := range c.words[at+low[j] : at+high[j]+1] {
			n = addMod(n, x, c.p)
		}
	}
	rows(0, b.from)
	return n
}
