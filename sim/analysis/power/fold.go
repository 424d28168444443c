package power

import (
	"cmp"
	"context"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// folded counts a grid by size where the coefficients of all sizes at once do not fit into memory. They are polynomials in
// the variable that counts heads; here they are worked out modulo z^m - c, which takes m coefficients, for as many different
// numbers c as tell all sizes apart. What the polynomials are follows from these remainders (the Chinese remainder theorem
// for polynomials; with m = 1 it is evaluation and interpolation). Each pass has the memory to itself, or shares it with as
// many others as there are processors.
type folded struct {
	*grid
	m, passes int
	workers   int
	masks     []uint
	flat      map[uint]*lattice
	points    map[uint][]point
}

// point is a place at which coefficients are read: what is counted has less than so much of each weight.
type point struct {
	below []int64
	times []int64 // by size: how often what is below is added; 0 for none
	from  []int   // by kind: the first of the places of its players, see taken
}

// foldedCensus counts a core so; nil says that it does not fit into time and memory.
func foldedCensus(ctx context.Context, c *core) (*census, error) {
	var best *folded
	var least float64
	for _, over := range []bool{true, false} {
		g, ok := gridOf(c)
		if !ok {
			return nil, nil
		}
		g.over, g.sized = over, true
		g.divide()
		f := &folded{grid: g}
		if work, fits := f.plan(); fits && (best == nil || work < least) {
			best, least = f, work
		}
	}
	if best == nil {
		return nil, nil
	}
	c.most.announce(least)
	return best.census(ctx)
}

// plan lays out the lattices without sizes, and says how often they are filled.
func (f *folded) plan() (work float64, fits bool) {
	f.flat, f.points = map[uint]*lattice{}, map[uint][]point{}
	for size, regions := range f.regions {
		for _, r := range regions {
			l := f.flat[r.mask]
			if l == nil {
				l = &lattice{bound: make([]int64, len(r.below))}
				f.flat[r.mask] = l
				f.masks = append(f.masks, r.mask)
			}
			for j, b := range r.below {
				l.bound[j] = max(l.bound[j], b)
			}
			at := slices.IndexFunc(f.points[r.mask], func(p point) bool { return slices.Equal(p.below, r.below) })
			if at < 0 {
				at = len(f.points[r.mask])
				f.points[r.mask] = append(f.points[r.mask], point{below: r.below, times: make([]int64, f.n+1)})
			}
			f.points[r.mask][at].times[size] += r.times
		}
	}
	k := float64(primesFor(f.n))
	most := float64(f.most.mixed) / k
	sizes, words := 0, int64(1)
	for _, mask := range f.masks {
		l := f.flat[mask]
		weights := f.bounded(mask)
		words = max(words, l.layOut(f.n, weights, f.most.cells))
		if words > f.most.cells/2 {
			return 0, false
		}
		sizes = max(sizes, largest(f.n, weights, l.bound)+1)
	}
	f.workers = runtime.GOMAXPROCS(0)
	for ; ; f.workers-- { // the remainders, and one more table
		f.m = int(min(int64(sizes), f.most.cells/int64(f.workers)/words-1))
		if f.m >= min(4, sizes) || f.workers == 1 {
			break
		}
	}
	f.m = max(1, f.m)
	f.passes = (sizes + f.m - 1) / f.m
	f.m = (sizes + f.passes - 1) / f.passes
	const scaled = 2 // additions that the multiplication of a table takes
	for _, mask := range f.masks {
		if work += float64(f.passes) * float64(f.m+scaled) * f.flat[mask].work(most); work > most {
			return 0, false
		}
	}
	return k * work, true
}

// bounded are the weights of a mask.
func (g *grid) bounded(mask uint) (weights [][]int64) {
	for j, w := range g.weights {
		if mask>>j&1 == 1 {
			weights = append(weights, w)
		}
	}
	return weights
}

// largest is the number of players that sets below the bounds can have at most.
func largest(n int, weights [][]int64, bound []int64) int {
	for j, w := range weights {
		total, players := int64(0), 0
		for _, x := range slices.Sorted(slices.Values(w)) {
			if total += x; total >= bound[j] {
				break
			}
			players++
		}
		n = min(n, players)
	}
	return n
}

func (f *folded) census(ctx context.Context) (*census, error) {
	primes := bigPrimes(primesFor(f.n))
	residues := make([][]uint64, len(primes))
	for i, p := range primes {
		var err error
		if residues[i], err = f.residues(ctx, p); err != nil {
			return nil, err
		}
	}
	return f.assemble(chinese(residues, primes)), nil
}

// residues counts the sets, modulo p, as [grid.residues] does.
func (f *folded) residues(ctx context.Context, p uint64) ([]uint64, error) {
	out := make([]uint64, (len(f.kinds)+1)*(f.n+1))
	mix := newMix(p, f.passes)
	for _, mask := range f.masks {
		l, points := f.flat[mask], f.points[mask]
		places := f.places(l, points)
		seen := make([][]uint64, f.passes) // by pass: m numbers a place
		errs := make([]error, f.passes)
		var wg sync.WaitGroup
		tables := make(chan []uint64, f.workers)
		for range f.workers {
			tables <- nil
		}
		for k := range f.passes {
			table := <-tables
			wg.Go(func() {
				if table == nil {
					table = make([]uint64, int64(f.m+1)*l.words)
				}
				seen[k], errs[k] = f.pass(ctx, l, p, mix.c[k], table, places)
				tables <- table
			})
		}
		wg.Wait()
		if err := cmp.Or(errs...); err != nil {
			return nil, err
		}
		bySize := mix.unfold(seen, len(places), f.m)
		f.read(out, l, points, bySize, p)
	}
	return out, nil
}

// places lists what is read of a lattice: the points, and for each kind of player the points less its weights, once, twice
// and so on as far as there is anything.
func (f *folded) places(l *lattice, points []point) (places [][]int64) {
	for i := range points {
		places = append(places, points[i].below)
		points[i].from = nil
		for _, players := range f.kinds {
			points[i].from = append(points[i].from, len(places))
			places = append(places, f.taken(l, points[i].below, players[0])...)
		}
	}
	return places
}

// taken is what is left below when sets have a player once, twice, and so on: see [filled.lowerWith].
func (f *folded) taken(l *lattice, below []int64, player int) (places [][]int64) {
	for range f.n {
		below = slices.Clone(below)
		for j, x := range l.weights[player] {
			if below[j] -= x; below[j] <= 0 {
				return places
			}
		}
		places = append(places, below)
	}
	return places
}

// pass works out the remainders modulo z^m - c, and returns those at the places.
func (f *folded) pass(ctx context.Context, l *lattice, p, c uint64, table []uint64, places [][]int64) ([]uint64, error) {
	fill := &filled{lattice: l, p: p, words: table}
	boxes := make([]box, f.m+1)
	for t := range boxes {
		boxes[t] = l.boxes[0]
		boxes[t].from = int64(t) * l.words
	}
	clear(table)
	table[0] = 1
	spare := table[int64(f.m)*l.words:]
	times := scaleBy(c, p)
	r := l.reach(len(l.order))
	for _, i := range l.order {
		w := l.weights[i]
		l.step(r, w, func(_, _ *box, low, high []int64) {
			from, some := boxes[f.m-1].from, int64(1)
			for j, x := range high {
				some += x * boxes[0].stride[j]
			}
			for y, x := range table[from : from+some] { // z^m is c
				spare[y] = times.of(x)
			}
			for t := f.m - 1; t > 0 && ctx.Err() == nil; t-- {
				fill.shift(&boxes[t], &boxes[t-1], low, high, w)
			}
			fill.shift(&boxes[0], &boxes[f.m], low, high, w)
		})
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r.add(w)
	}
	for t := range f.m {
		for _, j := range l.along {
			fill.accumulate(&boxes[t], j)
		}
	}
	out := make([]uint64, 0, len(places)*f.m)
	for _, below := range places {
		for t := range f.m {
			at := boxes[t].from
			for j, y := range below {
				at += min(y-1, boxes[t].high[j]) * boxes[t].stride[j]
			}
			out = append(out, table[at])
		}
	}
	return out, nil
}

// read adds what was found at the points: in all, and with a player of each kind.
func (f *folded) read(out []uint64, l *lattice, points []point, bySize [][]uint64, p uint64) {
	at := 0
	for _, point := range points {
		all := bySize[at]
		for k := range f.kinds {
			from := point.from[k]
			to := from
			if k+1 < len(f.kinds) {
				to = point.from[k+1]
			} else {
				to += len(f.taken(l, point.below, f.kinds[k][0]))
			}
			for size, times := range point.times {
				if times == 0 {
					continue
				}
				var n uint64
				for once, i := 1, from; i < to && once <= size; once, i = once+1, i+1 {
					if size-once < len(bySize[i]) {
						x := bySize[i][size-once]
						if once%2 == 0 {
							x = (p - x) % p
						}
						n = addMod(n, x, p)
					}
				}
				to := (k+1)*(f.n+1) + size
				out[to] = addMod(out[to], mulMod(residue(times, p), n, p), p)
			}
			at = to
		}
		for size, times := range point.times {
			if size < len(all) {
				out[size] = addMod(out[size], mulMod(residue(times, p), all[size], p), p)
			}
		}
	}
}

// mix tells polynomials from their remainders modulo z^m - c, for several c.
type mix struct {
	p       uint64
	c       []uint64
	inverse [][]uint64 // of the matrix of the powers of c
}

func newMix(p uint64, n int) *mix {
	x := &mix{p: p}
	for k := range n {
		x.c = append(x.c, uint64(k+2))
	}
	// The k-th polynomial of Lagrange is 1 at c[k] and 0 at the others; its coefficients are a column of the inverse.
	x.inverse = make([][]uint64, n)
	for i := range x.inverse {
		x.inverse[i] = make([]uint64, n)
	}
	for k, c := range x.c {
		poly, under := []uint64{1}, uint64(1)
		for j, other := range x.c {
			if j == k {
				continue
			}
			next := make([]uint64, len(poly)+1)
			for i, a := range poly {
				next[i+1] = addMod(next[i+1], a, p)
				next[i] = addMod(next[i], mulMod(a, p-other, p), p)
			}
			poly = next
			under = mulMod(under, (c+p-other)%p, p)
		}
		over := power(under, p-2, p)
		for i, a := range poly {
			x.inverse[i][k] = mulMod(a, over, p)
		}
	}
	return x
}

// unfold returns, by place, the coefficients by size.
func (x *mix) unfold(seen [][]uint64, places, m int) [][]uint64 {
	out := make([][]uint64, places)
	n := len(seen)
	for place := range out {
		row := make([]uint64, n*m)
		for t := range m {
			for i := range n {
				var sum uint64
				for k := range n {
					sum = addMod(sum, mulMod(x.inverse[i][k], seen[k][place*m+t], x.p), x.p)
				}
				row[t+i*m] = sum
			}
		}
		out[place] = row
	}
	return out
}

// power is a^e modulo p.
func power(a, e, p uint64) uint64 {
	n := uint64(1)
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			n = mulMod(n, a, p)
		}
		a = mulMod(a, a, p)
	}
	return n
}

// scale multiplies by one number modulo p, below 2^63, again and again: Shoup's trick, with the quotient worked out before.
type scale struct{ c, quotient, p uint64 }

func scaleBy(c, p uint64) scale {
	q, _ := bits.Div64(c, 0, p)
	return scale{c, q, p}
}

func (s scale) of(x uint64) uint64 {
	q, _ := bits.Mul64(s.quotient, x)
	return addMod(0, s.c*x-q*s.p, s.p)
}
