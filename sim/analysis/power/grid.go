package power

import (
	"context"
	"math/big"
	"slices"
)

// grid is a game whose quotas are on several weights and on the number of players, joined in any way. Of a coalition no more
// need be known than its size and its sum of each weight. How many coalitions there are of each is a coefficient of the
// generating function Π (1 + z·x^v·y^w···) in as many variables: Algaba, Bilbao, Fernández and López, "Computing power
// indices in weighted multiple majority games", 2003.
//
// The coalitions that are counted (the losing ones, or what winning ones leave over) are closed downwards: with a coalition
// all are in that have lower sums. Such a region is a sum of regions that are each bounded above in some of the weights, with
// whole coefficients (inclusion and exclusion); for each set of weights that comes up there is a lattice of coefficients of
// just these weights, below their bounds. So share and share alike needs one lattice up to both quotas.
type grid struct {
	*core
	weights  [][]int64 // by weight, then player
	marks    [][]int64 // by weight: the sums from which a coalition meets a quota, ascending
	rule     clause
	heads    bool // some quota counts heads
	sized    bool // coalitions are told apart by size
	over     bool // the sets counted are what winning coalitions leave over, else the losing ones
	regions  [][]region
	lattices map[uint]*lattice // by the weights that they have
}

// clause is a formula whose quotas are on heads or on the levels that marks make of a weight.
type clause struct {
	kind   kind
	parts  []clause
	weight int   // of a quota; -1: heads
	least  int64 // the number of heads, or of marks that have been reached
}

// region is the sets that have less than so much of some weights, and how often it is added.
type region struct {
	times int64
	mask  uint    // the weights that are bounded
	below []int64 // by weight of the mask
}

// maxCorners bounds the levels of all weights, multiplied.
const maxCorners = 1024

// gridOf takes any game in which few different quotas come up.
func gridOf(c *core) (*grid, bool) {
	g := &grid{core: c}
	at := map[string]int{}
	corners := 1
	for _, q := range c.quotas() {
		if q.kind != quota {
			return nil, false
		}
		if uniform(q.w) {
			g.heads = true
			continue
		}
		j, known := at[q.weights()]
		if !known {
			j = len(g.weights)
			at[q.weights()] = j
			g.weights, g.marks = append(g.weights, q.w), append(g.marks, nil)
		}
		if k, met := slices.BinarySearch(g.marks[j], q.q); !met {
			corners = corners / (len(g.marks[j]) + 1) * (len(g.marks[j]) + 2)
			g.marks[j] = slices.Insert(g.marks[j], k, q.q)
		}
		if corners > maxCorners {
			return nil, false
		}
	}
	g.rule = g.clause(&c.formula, at)
	return g, len(g.weights) > 0
}

func (g *grid) clause(f *formula, at map[string]int) clause {
	if f.kind == quota {
		if uniform(f.w) {
			return clause{weight: -1, least: (f.q + f.w[0] - 1) / f.w[0]}
		}
		j := at[f.weights()]
		return clause{weight: j, least: int64(slices.Index(g.marks[j], f.q) + 1)}
	}
	out := clause{kind: f.kind}
	for i := range f.parts {
		out.parts = append(out.parts, g.clause(&f.parts[i], at))
	}
	return out
}

// wins evaluates the rule on a coalition of a size and levels.
func (c *clause) wins(size int, levels []int) bool {
	if c.kind == quota {
		if c.weight < 0 {
			return int64(size) >= c.least
		}
		return int64(levels[c.weight]) >= c.least
	}
	for i := range c.parts {
		if c.parts[i].wins(size, levels) != (c.kind == allOf) {
			return c.kind == anyOf
		}
	}
	return c.kind == allOf
}

// gridSized counts a core so, by size; gridFlat does without sizes. Nil says that it does not fit into time and memory.
func gridSized(ctx context.Context, c *core) (*census, error) { return gridCensus(ctx, c, true) }
func gridFlat(ctx context.Context, c *core) (*census, error)  { return gridCensus(ctx, c, false) }

func gridCensus(ctx context.Context, c *core, sized bool) (*census, error) {
	var best *grid
	var least float64
	for _, over := range []bool{true, false} {
		g, ok := gridOf(c)
		if !ok || g.heads && !sized {
			return nil, nil
		}
		g.over, g.sized = over, sized
		g.divide()
		if work, fits := g.plan(); fits && (best == nil || work < least) {
			best, least = g, work
		}
	}
	if best == nil {
		return nil, nil
	}
	c.most.announce(least)
	return best.census(ctx)
}

// divide writes the sets that are counted, of each size, as a sum of regions.
func (g *grid) divide() {
	sizes := 1
	if g.sized {
		sizes = g.n + 1
	}
	g.regions = make([][]region, sizes)
	d := len(g.weights)
	extent, corners := make([]int, d), 1
	for j, m := range g.marks {
		extent[j] = len(m) + 1
		corners *= extent[j]
	}
	in, levels, at := make([]int64, corners), make([]int, d), make([]int, d)
	for size := range sizes {
		for k := range in {
			locate(k, extent, at)
			heads := size
			copy(levels, at)
			if g.over {
				heads = g.n - size
				for j := range at {
					levels[j] = extent[j] - 1 - at[j]
				}
			}
			in[k] = 0
			if g.rule.wins(heads, levels) == g.over {
				in[k] = 1
			}
		}
		// in[levels] is to be the sum of what regions bounded by these levels or higher ones have: differences, one weight
		// after the other.
		stride := 1
		for j := d - 1; j >= 0; j-- {
			for k := range in {
				if k/stride%extent[j] < extent[j]-1 {
					in[k] -= in[k+stride]
				}
			}
			stride *= extent[j]
		}
		for k, times := range in {
			if times == 0 {
				continue
			}
			locate(k, extent, at)
			r := region{times: times}
			for j, level := range at {
				if level < extent[j]-1 {
					r.mask |= 1 << j
					r.below = append(r.below, g.mark(j, level))
				}
			}
			g.regions[size] = append(g.regions[size], r)
		}
	}
}

// locate writes a corner's number as levels.
func locate(k int, extent, at []int) {
	for j := len(extent) - 1; j >= 0; j-- {
		at[j], k = k%extent[j], k/extent[j]
	}
}

// mark is the sum from which a set is beyond a level.
func (g *grid) mark(j, level int) int64 {
	if g.over { // what is left over has more than all less the mark
		return sum(g.weights[j]) - g.marks[j][len(g.marks[j])-1-level] + 1
	}
	return g.marks[j][level]
}

// plan lays out the lattices and returns the work of all, in additions.
func (g *grid) plan() (work float64, fits bool) {
	g.lattices = map[uint]*lattice{}
	for size, regions := range g.regions {
		for _, r := range regions {
			l := g.lattices[r.mask]
			if l == nil {
				l = &lattice{sized: g.sized, bound: make([]int64, len(r.below))}
				g.lattices[r.mask] = l
			}
			l.sizes = max(l.sizes, size)
			for j, b := range r.below {
				l.bound[j] = max(l.bound[j], b)
			}
		}
	}
	k := float64(primesFor(g.n))
	for mask, l := range g.lattices {
		var weights [][]int64
		for j, w := range g.weights {
			if mask>>j&1 == 1 {
				weights = append(weights, w)
			}
		}
		words := l.layOut(g.n, weights, g.most.cells)
		if words > g.most.cells {
			return 0, false
		}
		if work += k * l.work(float64(g.most.mixed)/k); work > float64(g.most.mixed) {
			return 0, false
		}
	}
	return work, true
}

// words is the memory of the largest lattice.
func (g *grid) words() int64 {
	var most int64
	for _, l := range g.lattices {
		most = max(most, l.words)
	}
	return most
}

func (g *grid) census(ctx context.Context) (*census, error) {
	counts, err := byPrimes(primesFor(g.n), g.words(), g.most, func(p uint64, table []uint64) ([]uint64, error) {
		return g.residues(ctx, p, table)
	})
	if err != nil {
		return nil, err
	}
	return g.assemble(counts), nil
}

// residues counts the sets, modulo p: in all, and those that have a player of each kind; each by size. It works in the table.
func (g *grid) residues(ctx context.Context, p uint64, table []uint64) ([]uint64, error) {
	wide := len(g.regions)
	out := make([]uint64, (len(g.kinds)+1)*wide)
	for mask, l := range g.lattices {
		c, err := l.fill(ctx, p, table[:l.words])
		if err != nil {
			return nil, err
		}
		for size, regions := range g.regions {
			for _, r := range regions {
				if r.mask != mask {
					continue
				}
				times := residue(r.times, p)
				out[size] = addMod(out[size], mulMod(times, c.lower(size, r.below), p), p)
				for k, players := range g.kinds {
					at := (k+1)*wide + size
					out[at] = addMod(out[at], mulMod(times, c.lowerWith(size, r.below, players[0]), p), p)
				}
			}
		}
	}
	return out, nil
}

func residue(x int64, p uint64) uint64 {
	if x < 0 {
		return p - uint64(-x)
	}
	return uint64(x)
}

// assemble turns the counts of sets into those of winning coalitions.
func (g *grid) assemble(sets []*big.Int) *census {
	out := &census{method: "generating function of several weights"}
	wide := len(g.regions)
	every, has := choose(g.n), append([]*big.Int{new(big.Int)}, choose(g.n-1)...)
	if !g.sized {
		every, has = []*big.Int{total(every)}, []*big.Int{total(has)}
	}
	winning := make([]*big.Int, wide)
	with := make([][]*big.Int, len(g.kinds))
	for k := range with {
		with[k] = make([]*big.Int, wide)
	}
	for size := range wide {
		set := size
		if g.over {
			set = wide - 1 - size
			winning[size] = sets[set]
		} else {
			winning[size] = new(big.Int).Sub(every[size], sets[set])
		}
		for k := range with {
			of := sets[(k+1)*wide+set]
			if g.over { // the winning coalitions that a set with the player leaves over are those without
				with[k][size] = of.Sub(winning[size], of)
			} else {
				with[k][size] = of.Sub(has[size], of)
			}
		}
	}
	if g.sized {
		out.sizes, out.withSizes = winning, with
		out.sum()
		return out
	}
	out.winning = winning[0]
	for k := range with {
		out.with = append(out.with, with[k][0])
	}
	return out
}
