package power

import (
	"cmp"
	"context"
	"slices"
)

// lattice is the layout of the coefficients of a generating function in some weights, below a bound of each. Those of a size
// lie in a box of their own, from the sums of the lightest players that make up the size to those of the heaviest.
type lattice struct {
	sized   bool
	sizes   int       // sets of more players are of no interest
	bound   []int64   // by weight
	weights [][]int64 // by player, then weight
	order   []int     // the players, light ones first: sums stay low for long
	along   []int     // the order of the weights in memory, the one with the highest bound last
	boxes   []box     // by size
	words   int64     // of all boxes
}

// box is where the coefficients of a size are: of sums from low to high, both included.
type box struct {
	low, high, stride []int64 // by weight
	from, words       int64
}

// reach follows what the sums of so many of the first players can be.
type reach struct {
	l         *lattice
	sorted    [][]int64 // by weight: those of the players so far, ascending
	low, high [][]int64 // by weight, then size
}

func (l *lattice) reach(n int) *reach {
	r := &reach{l: l, sorted: make([][]int64, len(l.bound)), low: make([][]int64, len(l.bound)), high: make([][]int64, len(l.bound))}
	for j := range l.bound {
		r.low[j], r.high[j] = make([]int64, 1, n+1), make([]int64, 1, n+1)
	}
	return r
}

// add takes one more player.
func (r *reach) add(w []int64) {
	for j, x := range w {
		at, _ := slices.BinarySearch(r.sorted[j], x)
		r.sorted[j] = slices.Insert(r.sorted[j], at, x)
		n := len(r.sorted[j])
		r.low[j], r.high[j] = append(r.low[j], 0), append(r.high[j], 0)
		for s := range n {
			r.low[j][s+1] = r.low[j][s] + r.sorted[j][s]
			r.high[j][s+1] = r.high[j][s] + r.sorted[j][n-1-s]
		}
	}
}

// of returns the least and the greatest sum of a size below a bound; without sizes, of all. ok says that there are any.
func (r *reach) of(j, size int, bound int64) (low, high int64, ok bool) {
	if !r.l.sized {
		return 0, min(r.high[j][len(r.high[j])-1], bound-1), bound > 0
	}
	low, high = r.low[j][size], min(r.high[j][size], bound-1)
	return low, high, low <= high
}

// layOut places the boxes for n players, and returns the words they take. It stops when they are too many.
func (l *lattice) layOut(n int, weights [][]int64, most int64) int64 {
	for j := range weights {
		l.along = append(l.along, j)
	}
	slices.SortStableFunc(l.along, func(a, b int) int { return cmp.Compare(l.bound[a], l.bound[b]) })
	heavy := make([]float64, n)
	for i := range n {
		w := make([]int64, len(weights))
		for j := range w {
			w[j] = weights[j][i]
			heavy[i] += float64(w[j]) / float64(max(1, l.bound[j]))
		}
		l.weights, l.order = append(l.weights, w), append(l.order, i)
	}
	slices.SortStableFunc(l.order, func(a, b int) int { return cmp.Compare(heavy[a], heavy[b]) })
	r := l.reach(n)
	for _, i := range l.order {
		r.add(l.weights[i])
	}
	if !l.sized {
		l.sizes = 0
	}
	for size := range l.sizes + 1 {
		b := box{low: make([]int64, len(weights)), high: make([]int64, len(weights)), stride: make([]int64, len(weights)), from: l.words, words: 1}
		for _, j := range slices.Backward(l.along) {
			var ok bool
			if b.low[j], b.high[j], ok = r.of(j, size, l.bound[j]); !ok {
				l.sizes = size - 1 // none of this size, and of greater ones
				return l.words
			}
			b.stride[j] = b.words
			extent := b.high[j] - b.low[j] + 1
			if extent > most/b.words {
				return most + 1
			}
			b.words *= extent
		}
		if l.words += b.words; l.words > most {
			return l.words
		}
		l.boxes = append(l.boxes, b)
	}
	return l.words
}

// step calls do for each box to which the sets with a player are added: sources are the sums from low to high of those of one
// player less, who come earlier.
func (l *lattice) step(r *reach, w []int64, do func(to, from *box, low, high []int64)) {
	low, high := make([]int64, len(w)), make([]int64, len(w))
	one := func(size, to int) {
		for j, x := range w {
			var ok bool
			if low[j], high[j], ok = r.of(j, size, l.bound[j]-x); !ok {
				return
			}
		}
		do(&l.boxes[to], &l.boxes[size], low, high)
	}
	if !l.sized {
		if len(l.boxes) > 0 {
			one(0, 0)
		}
		return
	}
	n := 0
	if len(r.low) > 0 {
		n = len(r.sorted[0])
	} else {
		n = l.sizes
	}
	for size := min(n, len(l.boxes)-2); size >= 0; size-- {
		one(size, size+1)
	}
}

// work is the number of additions of filling the lattice, and something for each row; beyond most it is not counted further.
func (l *lattice) work(most float64) float64 {
	const perRow = 8
	var work float64
	r := l.reach(len(l.order))
	for _, i := range l.order {
		w := l.weights[i]
		l.step(r, w, func(_, _ *box, low, high []int64) {
			rows, row := 1.0, 1.0
			for k, j := range l.along {
				if k == len(l.along)-1 {
					row = float64(high[j] - low[j] + 1)
				} else {
					rows *= float64(high[j] - low[j] + 1)
				}
			}
			work += rows * (row + perRow)
		})
		if work > most {
			break
		}
		r.add(w)
	}
	return work
}

// filled has the coefficients, modulo a prime, each added up with those of lower sums.
type filled struct {
	*lattice
	p     uint64
	words []uint64
}

func (l *lattice) fill(ctx context.Context, p uint64, table []uint64) (*filled, error) {
	c := &filled{lattice: l, p: p, words: table}
	clear(table)
	if len(l.boxes) == 0 {
		return c, nil
	}
	c.words[0] = 1
	r := l.reach(len(l.order))
	for _, i := range l.order {
		w := l.weights[i]
		l.step(r, w, func(to, from *box, low, high []int64) {
			if ctx.Err() == nil {
				c.shift(to, from, low, high, w)
			}
		})
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r.add(w)
	}
	for k := range l.boxes {
		for _, j := range l.along {
			c.accumulate(&l.boxes[k], j)
		}
	}
	return c, nil
}

// shift adds sums from low to high of one box, with a player of weights w, to another box or to the same. It goes from high
// sums to low ones, so that within one box nothing is added twice.
func (c *filled) shift(to, from *box, low, high, w []int64) {
	var rows func(k int, at, source int64)
	rows = func(k int, at, source int64) {
		if k == len(c.along) {
			c.words[at] = addMod(c.words[at], c.words[source], c.p)
			return
		}
		j := c.along[k]
		if k < len(c.along)-1 {
			for x := high[j]; x >= low[j]; x-- {
				rows(k+1, at+(x+w[j]-to.low[j])*to.stride[j], source+(x-from.low[j])*from.stride[j])
			}
			return
		}
		n := high[j] - low[j] + 1
		at, source = at+low[j]+w[j]-to.low[j], source+low[j]-from.low[j]
		if at >= source+n {
			addRow(c.words[at:at+n], c.words[source:source+n], c.p)
			return
		}
		for y := n - 1; y >= 0; y-- {
			c.words[at+y] = addMod(c.words[at+y], c.words[source+y], c.p)
		}
	}
	rows(0, to.from, from.from)
}

// accumulate adds lower sums of a weight to higher ones.
func (c *filled) accumulate(b *box, j int) {
	words, stride := c.words[b.from:b.from+b.words], b.stride[j]
	block := stride * (b.high[j] - b.low[j] + 1)
	for start := int64(0); start < b.words; start += block {
		for y := start + stride; y < start+block; y++ {
			words[y] = addMod(words[y], words[y-stride], c.p)
		}
	}
}

// lower returns the number of sets of a size (any, where sizes are not told apart) that have less than so much of each weight.
func (c *filled) lower(size int, below []int64) uint64 {
	if size < 0 || size >= len(c.boxes) {
		return 0
	}
	b := &c.boxes[size]
	at := b.from
	for j, y := range below {
		if y <= b.low[j] {
			return 0
		}
		at += (min(y-1, b.high[j]) - b.low[j]) * b.stride[j]
	}
	return c.words[at]
}

// lowerWith is lower for sets that have a given player: the coefficients divided by (1 + z·x^w), and multiplied by z·x^w.
func (c *filled) lowerWith(size int, below []int64, player int) uint64 {
	w := c.weights[player]
	if !c.sized && !slices.ContainsFunc(w, func(x int64) bool { return x > 0 }) { // half of the sets have the player
		return mulMod(c.lower(size, below), (c.p+1)/2, c.p)
	}
	var n uint64
	below = slices.Clone(below)
	for plus := true; ; plus = !plus {
		if c.sized {
			if size--; size < 0 {
				return n
			}
		}
		for j, x := range w {
			if below[j] -= x; below[j] <= 0 {
				return n
			}
		}
		x := c.lower(size, below)
		if !plus {
			x = (c.p - x) % c.p
		}
		n = addMod(n, x, c.p)
	}
}
