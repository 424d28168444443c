package deals

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"slices"
)

// The Pareto frontier is put together from parts of a deal. Terms that share a link, or a red line or need of a capital
// with a sheet, are one part; parts do not restrict each other, and scores add up. A partial deal that another one
// dominates is dominated in every continuation, so after each part only the frontier so far is kept.
//
// A front holds the points and all ways to reach them, so it does for spaces that nothing else can go through, if few points
// are on it. Where it is too small, a [sieve] goes through the deals, if they are few enough.

// front is a frontier of partial deals: its points, each with all ways to reach it.
type front struct {
	parts  []part
	layers [][]point // after each part; the last one is the frontier
	whole  bool      // nothing was left out for want of memory or time
}

// part is axes that restrict each other, and the combinations of their classes that are allowed.
type part struct {
	axes   []int
	combos [][]int // by combination: the class of each axis
	scores [][]int64
	weight []*big.Int
}

type point struct {
	scores []int64
	ways   []way
	count  *big.Int // deals with these scores
}

// way says how a point was reached: from a point of the layer before, by a combination of its part.
type way struct{ from, combo int32 }

// frontLimits bound the work.
type frontLimits struct {
	combos int // of one part
	points int // of one layer
	work   int // points compared
}

// frontier works the frontier out. If a part or a layer is too large it is not whole, and has no layers.
func (m *model) frontier(ctx context.Context, limits frontLimits) (*front, error) {
	f := &front{parts: m.parts()}
	zero := point{scores: make([]int64, len(m.sheets)), count: big.NewInt(1)}
	layer := []point{zero}
	work, held := limits.work, 0 // held: points of all layers
	for i := range f.parts {
		p := &f.parts[i]
		if !m.fill(p, limits.combos) {
			return &front{}, ctx.Err()
		}
		if len(layer)*len(p.combos) > limits.combos {
			return &front{}, ctx.Err()
		}
		if len(p.combos) == 0 { // nothing is allowed
			return &front{whole: true}, nil
		}
		var ok bool
		if layer, ok = undominated(ctx, add(layer, p), layer, p, limits.points, &work); !ok {
			return &front{}, ctx.Err()
		}
		f.layers = append(f.layers, layer)
		if held += len(layer); held > 6*limits.points {
			return &front{}, ctx.Err()
		}
	}
	f.whole = true
	return f, ctx.Err()
}

// parts groups the axes that restrict each other.
func (m *model) parts() []part {
	group := make([]int, len(m.axes))
	for i := range group {
		group[i] = i
	}
	place := map[string]int{}
	for i := range m.axes {
		place[m.axes[i].term.ID] = i
	}
	join := func(lines ...int) {
		first := -1
		for _, l := range lines {
			for _, t := range m.lines[l].tests {
				g := group[place[t.Term]]
				if first < 0 {
					first = g
				}
				for i := range group {
					if group[i] == g {
						group[i] = first
					}
				}
			}
		}
	}
	for _, l := range m.links {
		join(l.when, l.then)
	}
	for i, c := range m.conditions {
		if m.strict>>i&1 == 1 && c.kind != never {
			join(c.line)
		}
	}
	at := map[int]int{}
	var parts []part
	for i, g := range group {
		k, known := at[g]
		if !known {
			k = len(parts)
			at[g] = k
			parts = append(parts, part{})
		}
		parts[k].axes = append(parts[k].axes, i)
	}
	return parts
}

// fill lists the combinations of a part that break no link, no red line and no need of a capital with a sheet. It returns
// false if there are more than most to look at.
func (m *model) fill(p *part, most int) bool {
	size := 1
	for _, a := range p.axes {
		if size *= len(m.axes[a].classes); size > most {
			return false
		}
	}
	var all flags
	for i := range all {
		all[i] = ^uint64(0)
	}
	in := map[int]bool{}
	for _, a := range p.axes {
		in[a] = true
	}
	choice := make([]int, len(p.axes))
	for {
		holds := all
		scores := make([]int64, len(m.sheets))
		weight := big.NewInt(1)
		for i, a := range p.axes {
			c := &m.axes[a].classes[choice[i]]
			holds.and(&c.holds)
			for j, x := range c.points {
				scores[j] += x
			}
			weight.Mul(weight, c.weight)
		}
		if m.within(p, &holds, in) {
			p.combos = append(p.combos, slices.Clone(choice))
			p.scores = append(p.scores, scores)
			p.weight = append(p.weight, weight)
		}
		i := len(choice) - 1
		for ; i >= 0; i-- {
			if choice[i]++; choice[i] < len(m.axes[p.axes[i]].classes) {
				break
			}
			choice[i] = 0
		}
		if i < 0 {
			return true
		}
	}
}

// within reports whether a combination breaks nothing that is about this part.
func (m *model) within(p *part, holds *flags, in map[int]bool) bool {
	for _, a := range p.axes {
		if m.barred(a, holds) {
			return false
		}
	}
	for i, c := range m.conditions {
		if m.strict>>i&1 == 1 && in[m.lines[c.line].last] && holds.has(c.line) == (c.kind == redLine) {
			return false
		}
	}
	return true
}

// sums is every sum of a point and a combination, packed: a million of them must not take much room.
type sums struct {
	dims   int
	scores []int64 // of all, one after another
	order  []int32
	combos int
}

func (s *sums) at(i int32) []int64 { return s.scores[int(i)*s.dims : int(i+1)*s.dims] }

func (s *sums) way(i int32) way { return way{i / int32(s.combos), i % int32(s.combos)} }

// add sums every point with every combination, in an order in which one that dominates another comes first.
func add(layer []point, p *part) *sums {
	dims := len(layer[0].scores)
	s := &sums{dims: dims, scores: make([]int64, 0, len(layer)*len(p.combos)*dims), combos: len(p.combos)}
	totals := make([]int64, 0, len(layer)*len(p.combos))
	for i := range layer {
		for k := range p.combos {
			var total int64
			for j, x := range layer[i].scores {
				x += p.scores[k][j]
				total += x
				s.scores = append(s.scores, x)
			}
			s.order = append(s.order, int32(len(totals)))
			totals = append(totals, total)
		}
	}
	slices.SortFunc(s.order, func(a, b int32) int {
		if dims > 2 { // with two sheets, the greatest score of the first one before the others
			if c := cmp.Compare(totals[b], totals[a]); c != 0 {
				return c
			}
		}
		if c := slices.Compare(s.at(b), s.at(a)); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return s
}

// undominated keeps the sums that no other dominates: none is as good for all and better for one. Equal ones become one
// point. ok is false if there are more than most, or if it takes too much work.
func undominated(ctx context.Context, s *sums, layer []point, p *part, most int, work *int) (kept []point, ok bool) {
	t := newTops(s.dims)
	for n := 0; n < len(s.order); {
		if *work < 0 || n&0xfff == 0 && ctx.Err() != nil {
			return nil, false
		}
		scores := s.at(s.order[n])
		from := n
		for n++; n < len(s.order) && slices.Equal(s.at(s.order[n]), scores); n++ {
		}
		if t.dominate(scores, work) {
			continue
		}
		if len(kept) == most {
			return nil, false
		}
		t.add(scores)
		x := point{scores: slices.Clone(scores), count: new(big.Int)}
		var ways big.Int
		for _, i := range s.order[from:n] {
			w := s.way(i)
			x.ways = append(x.ways, w)
			x.count.Add(x.count, ways.Mul(layer[w.from].count, p.weight[w.combo]))
		}
		kept = append(kept, x)
	}
	return kept, true
}

// tops are points that dominate others, in blocks with the best of each sheet: most blocks need no look inside.
type tops struct {
	dims   int
	second int64 // with two sheets: the greatest score of the second so far; the first one's only fall
	blocks []block
}

type block struct {
	best   []int64
	scores []int64 // of its points, one after another
}

const blockSize = 64

func newTops(dims int) *tops { return &tops{dims: dims, second: math.MinInt64} }

func (t *tops) add(scores []int64) {
	if t.dims == 2 {
		t.second = max(t.second, scores[1])
		return
	}
	if n := len(t.blocks); n == 0 || len(t.blocks[n-1].scores) == blockSize*t.dims {
		t.blocks = append(t.blocks, block{best: slices.Clone(scores), scores: make([]int64, 0, blockSize*t.dims)})
	}
	b := &t.blocks[len(t.blocks)-1]
	b.scores = append(b.scores, scores...)
	for j, s := range scores {
		b.best[j] = max(b.best[j], s)
	}
}

// dominate reports whether some point is at least as good as this one for all. (Equal ones have become one.)
func (t *tops) dominate(scores []int64, work *int) bool {
	if t.dims == 2 {
		return t.second >= scores[1]
	}
	for i := range t.blocks {
		b := &t.blocks[i]
		*work--
		if !atLeast(b.best, scores) {
			continue
		}
		for k := 0; k < len(b.scores); k += t.dims {
			if atLeast(b.scores[k:k+t.dims], scores) {
				if i < len(t.blocks)-1 { // what dominated one will dominate others: look at its block sooner
					t.blocks[i], t.blocks[i/2] = t.blocks[i/2], t.blocks[i]
				}
				*work -= k / t.dims
				return true
			}
		}
		*work -= blockSize
	}
	return false
}

func atLeast(a, b []int64) bool {
	for j := range a {
		if a[j] < b[j] {
			return false
		}
	}
	return true
}

// choices lists the combinations of classes behind a point of the last layer, at most so many.
func (f *front) choices(m *model, at int, most int) (all [][]int, more bool) {
	f.each(m, at, func(choice []int) bool {
		if more = len(all) == most; !more {
			all = append(all, slices.Clone(choice))
		}
		return !more
	})
	return all, more
}

// each goes through the combinations of classes behind a point of the last layer, until visit returns false.
func (f *front) each(m *model, at int, visit func(choice []int) bool) {
	choice := make([]int, len(m.axes))
	var back func(layer int, p *point) bool
	back = func(layer int, p *point) bool {
		if layer < 0 {
			return visit(choice)
		}
		for _, w := range p.ways {
			for i, a := range f.parts[layer].axes {
				choice[a] = f.parts[layer].combos[w.combo][i]
			}
			var from *point
			if layer > 0 {
				from = &f.layers[layer-1][w.from]
			}
			if !back(layer-1, from) {
				return false
			}
		}
		return true
	}
	back(len(f.layers)-1, &f.layers[len(f.layers)-1][at])
}
