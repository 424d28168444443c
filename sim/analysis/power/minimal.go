package power

import (
	"cmp"
	"context"
	"math/big"
	"runtime"
	"slices"
	"sync"
)

// minimals counts the minimal winning coalitions of a game whose quotas are on several weights (heads among them). A coalition
// is minimal if each of its members is critical, which depends on the member's weights and on the coalition's sums only. So
// the space of sums is cut into cells, again and again, until each player is critical at all sums of a cell or at none:
// within such a cell a minimal coalition is any set of the critical players that has the cell's sums.
//
// What is counted of a cell are the ways in which the players who are critical at some of its sums only can be in a coalition,
// by what is left for those who are critical at all of them to bring. This table grows from the small cells to the large
// ones: where a cell is cut, that of one half is added to that of the other, once the players who are critical at all sums of
// the half and not of the whole were taken in. Since small cells have few such players and small tables, all of it takes a
// few times the work of the generating function of all coalitions.
type minimals struct {
	*core
	sized   bool      // heads count: the last of the weights is one for everybody
	weights [][]int64 // by kind of player, then weight
	many    []int     // players by kind
	light   [][]int   // by weight: the kinds, light ones first
	along   []int     // the order of the weights in memory, heads left out, the one with the largest sums last
	from    [][]int64 // by weight: the sums at which a class begins, within which nobody's being critical changes
	total   []int64   // by weight
	rule    mark
	passes  []*pass
	cells   int
	looks   int64   // of the rule at a player and a cell
	work    float64 // in additions
	words   int64   // of memory
}

// mark is a formula whose quotas are on sums.
type mark struct {
	kind   kind
	parts  []mark
	weight int
	least  int64
}

// cell is a box in the space of sums.
type cell struct {
	low, high []int64  // by weight: the least and the greatest of the sums from which coalitions are told apart
	ends      []ends   // by weight, of a cell that is cut no further
	sizes     [2]int   // the least and the largest number of heads, where they count
	open      []int    // the kinds that are critical at some of its sums only
	joins     []int    // those that are at all of its sums, and not at all of the cell of which it is a half
	halves    [2]*cell // nil: cut no further
}

// ends are a cell's bounds: coalitions have low or more of a weight, less those that have high or more. Without high there is
// no such bound.
type ends struct{ low, high int64 }

// minimalsOf prepares the count; nil if it does not fit into time and memory.
func minimalsOf(ctx context.Context, c *core) (*minimals, error) {
	m := &minimals{core: c}
	if !m.measure() {
		return nil, nil
	}
	at, to := make([]int, len(m.from)), make([]int, len(m.from))
	every := make([]int, len(c.kinds))
	for j, f := range m.from {
		to[j] = len(f)
	}
	for k := range every {
		every[k] = k
	}
	root, fits := m.cut(ctx, at, to, nil, every)
	if !fits {
		return nil, ctx.Err()
	}
	for free := range 1 << len(m.along) {
		p := m.pass(root, free)
		if p == nil {
			continue
		}
		if p.words, fits = p.plan(ctx, p.root, p.side(nil)); !fits {
			return nil, ctx.Err()
		}
		m.passes, m.words = append(m.passes, p), max(m.words, p.words)
	}
	return m, nil
}

// measure lists the weights and their classes.
func (m *minimals) measure() bool {
	at := map[string]int{}
	heads := false
	var all [][]int64
	for _, q := range m.quotas() {
		if q.kind != quota {
			return false
		}
		if uniform(q.w) {
			heads = true
			continue
		}
		if _, known := at[q.weights()]; !known {
			at[q.weights()] = len(all)
			all = append(all, q.w)
		}
	}
	if m.sized = heads; heads {
		all = append(all, slices.Repeat([]int64{1}, m.n))
	}
	for _, k := range m.kinds {
		var w []int64
		for _, of := range all {
			w = append(w, of[k[0]])
		}
		m.weights, m.many = append(m.weights, w), append(m.many, len(k))
	}
	marks := make([][]int64, len(all))
	m.rule = m.marks(&m.formula, at, marks)
	for j, w := range all {
		m.total = append(m.total, sum(w))
		from := []int64{0}
		for _, q := range marks[j] {
			from = append(from, q)
			for _, x := range w {
				from = append(from, q+x)
			}
		}
		slices.Sort(from)
		from = slices.DeleteFunc(slices.Compact(from), func(x int64) bool { return x > m.total[j] })
		m.from = append(m.from, from)
		var light []int
		for k := range m.weights {
			light = append(light, k)
		}
		slices.SortStableFunc(light, func(a, b int) int { return cmp.Compare(m.weights[a][j], m.weights[b][j]) })
		m.light = append(m.light, light)
		if !m.sized || j < len(all)-1 {
			m.along = append(m.along, j)
		}
	}
	slices.SortStableFunc(m.along, func(a, b int) int { return cmp.Compare(m.total[a], m.total[b]) })
	return 0 < len(m.along) && len(m.along) <= maxWeights
}

// maxWeights bounds the weights of a rule whose minimal coalitions are counted so, heads left out.
const maxWeights = 8

// marks reads a formula, and lists the sums that it asks for.
func (m *minimals) marks(f *formula, at map[string]int, marks [][]int64) mark {
	if f.kind == quota {
		q := mark{weight: len(marks) - 1, least: f.q}
		if uniform(f.w) {
			q.least = (f.q + f.w[0] - 1) / f.w[0]
		} else {
			q.weight = at[f.weights()]
		}
		marks[q.weight] = append(marks[q.weight], q.least)
		return q
	}
	out := mark{kind: f.kind}
	for i := range f.parts {
		out.parts = append(out.parts, m.marks(&f.parts[i], at, marks))
	}
	return out
}

// wins evaluates the rule on sums, less the weights of a player.
func (q *mark) wins(sums, less []int64) bool {
	if q.kind == quota {
		return sums[q.weight]-less[q.weight] >= q.least
	}
	for i := range q.parts {
		if q.parts[i].wins(sums, less) != (q.kind == allOf) {
			return q.kind == anyOf
		}
	}
	return q.kind == allOf
}

// maxCells bounds the cells, and maxLooks the work of finding them.
const (
	maxCells = 1 << 18
	maxLooks = 500_000_000
)

// corners are the lowest and the highest sums of the classes from at up to to, to excluded.
func (m *minimals) corners(at, to []int) (low, high []int64) {
	for j, f := range m.from {
		low, high = append(low, f[at[j]]), append(high, m.total[j])
		if to[j] < len(f) {
			high[j] = f[to[j]] - 1
		}
	}
	return low, high
}

// sort tells the kinds that are critical at all of some sums, and those that are at some of them.
func (m *minimals) sort(low, high []int64, kinds []int) (all, some []int) {
	m.looks += 2 * int64(len(kinds))
	for _, k := range kinds {
		if !m.rule.wins(high, m.weights[k]) {
			all = append(all, k)
		} else if !m.rule.wins(low, m.weights[k]) {
			some = append(some, k)
		}
	}
	return all, some
}

// cut makes a cell of classes, and cuts it as long as that is needed: nil if no minimal coalition has such sums. in are the
// kinds that are critical at all sums of the cell of which it is a half, kinds those that are at some of them.
func (m *minimals) cut(ctx context.Context, at, to, in, kinds []int) (c *cell, fits bool) {
	if m.cells++; m.cells > maxCells || m.looks*int64(m.rule.size()) > maxLooks || m.cells%1024 == 0 && ctx.Err() != nil {
		return nil, false
	}
	low, high := m.corners(at, to)
	none := make([]int64, len(low))
	if !m.rule.wins(high, none) {
		return nil, true
	}
	c = &cell{}
	c.joins, c.open = m.sort(low, high, kinds)
	in = append(slices.Clip(in), c.joins...)
	for j, x := range low { // what all of them bring
		for _, k := range append(slices.Clip(in), c.open...) {
			x -= m.weights[k][j] * int64(m.many[k])
		}
		if x > 0 {
			return nil, true
		}
	}
	last := len(low) - 1
	c.sizes = [2]int{int(low[last]), int(high[last])}
	if len(c.open) == 0 && m.rule.wins(low, none) {
		for j, f := range m.from {
			end := ends{low: low[j]}
			if to[j] < len(f) {
				end.high = f[to[j]]
			}
			c.ends = append(c.ends, end)
		}
		return c, true
	}
	j, where := m.where(at, to, c.open)
	for half := range c.halves {
		at, to := slices.Clone(at), slices.Clone(to)
		if half == 0 {
			to[j] = where
		} else {
			at[j] = where
		}
		if c.halves[half], fits = m.cut(ctx, at, to, in, c.open); !fits {
			return nil, false
		}
	}
	for half, other := range c.halves {
		if rest := c.halves[1-half]; other == nil { // what is left is the half
			if rest != nil {
				rest.joins = append(rest.joins, c.joins...)
			}
			return rest, true
		}
	}
	return c, true
}

// pass is the part of the count in which the sums of some weights are bounded, and those of others not at all: it has no
// use for the latter. So a coalition that has enough of one weight and not of another one is counted as one that has enough of
// the first, less those that have enough of both.
type pass struct {
	*minimals
	along []int // the weights that are bounded
	root  *cell
	words int64 // of memory
}

// pass makes the pass in which some of the weights are free; nil if there is nothing in it.
func (m *minimals) pass(root *cell, free int) *pass {
	p := &pass{minimals: m}
	for k, j := range m.along {
		if free>>k&1 == 0 {
			p.along = append(p.along, j)
		}
	}
	if root != nil {
		p.root = p.restrict(root)
	}
	if p.root == nil {
		return nil
	}
	if len(p.along) == 0 { // heads only: one weight, of which nothing is asked
		p.along = m.along[:1]
	}
	return p
}

// restrict returns what of a cell is in the pass.
func (p *pass) restrict(c *cell) *cell {
	out := &cell{sizes: c.sizes, open: c.open, joins: slices.Clone(c.joins), low: make([]int64, len(p.from)), high: make([]int64, len(p.from))}
	if c.halves[0] == nil {
		out.ends = slices.Clone(c.ends)
		for _, j := range p.along {
			end := &out.ends[j]
			if end.low == 0 && end.high == 0 {
				return nil
			}
			out.low[j], out.high[j] = end.low, max(end.low, end.high)
			if end.low == 0 {
				out.low[j] = end.high
			}
		}
		for _, j := range p.minimals.along {
			if slices.Contains(p.along, j) {
				continue
			}
			if out.ends[j].low > 0 {
				return nil
			}
			out.ends[j] = ends{}
		}
		return out
	}
	for i, h := range c.halves {
		out.halves[i] = p.restrict(h)
	}
	a, b := out.halves[0], out.halves[1]
	if a == nil {
		a, b = b, a
	}
	if a == nil {
		return nil
	}
	if b == nil { // what is left is the half
		a.joins = append(a.joins, out.joins...)
		return a
	}
	for j := range out.low {
		out.low[j], out.high[j] = min(a.low[j], b.low[j]), max(a.high[j], b.high[j])
	}
	out.sizes = [2]int{min(a.sizes[0], b.sizes[0]), max(a.sizes[1], b.sizes[1])}
	return out
}

// size is the number of the rule's parts.
func (q *mark) size() int {
	n := 1
	for i := range q.parts {
		n += q.parts[i].size()
	}
	return n
}

// where finds the weight along which to cut, and the class: such that little is left to do in the halves.
func (m *minimals) where(at, to, open []int) (weight, class int) {
	const later = 2 // what is left to do in a half, in proportion to its largest table times its open players
	weight = -1
	var least float64
	try := func(j, x int) {
		var work float64
		for half := range 2 {
			at, to := slices.Clone(at), slices.Clone(to)
			if half == 0 {
				to[j] = x
			} else {
				at[j] = x
			}
			low, high := m.corners(at, to)
			all, some := m.sort(low, high, open)
			work += later*m.guess(some, nil) + m.guess(some, all)
		}
		if weight < 0 || work < least {
			weight, class, least = j, x, work
		}
	}
	for j, f := range m.from {
		if to[j]-at[j] < 2 {
			continue
		}
		var events []int // the classes at which somebody who is open, or the outcome, changes
		add := func(sum int64) {
			x, _ := slices.BinarySearch(f, sum)
			if at[j] < x && x < to[j] {
				events = append(events, x)
			}
		}
		m.rule.each(j, func(q int64) {
			add(q)
			for _, k := range open {
				add(q + m.weights[k][j])
			}
		})
		if len(events) == 0 {
			continue
		}
		slices.Sort(events)
		for quarter := 1; quarter < 4; quarter++ {
			try(j, events[len(events)*quarter/4])
		}
	}
	return weight, class
}

// each calls do for the sums of a weight that the rule asks for.
func (q *mark) each(weight int, do func(least int64)) {
	if q.kind == quota && q.weight == weight {
		do(q.least)
	}
	for i := range q.parts {
		q.parts[i].each(weight, do)
	}
}

// guess is about the work of taking players in, after others.
func (m *minimals) guess(have, more []int) float64 {
	size := 1.0
	players := 0
	for _, k := range have {
		players += m.many[k]
	}
	if more != nil {
		players = 0
		for _, k := range more {
			players += m.many[k]
		}
	}
	for j := range m.from {
		s := int64(1)
		for _, k := range have {
			s += m.weights[k][j] * int64(m.many[k])
		}
		for _, k := range more {
			s += m.weights[k][j] * int64(m.many[k])
		}
		size *= float64(s)
	}
	return size * float64(players)
}

// count returns the number of minimal winning coalitions.
func (m *minimals) count(ctx context.Context) (*big.Int, error) {
	primes := bigPrimes(primesFor(m.n))
	m.most.announce(m.work * float64(len(primes)))
	residues, errs := make([][]uint64, len(primes)), make([]error, len(primes))
	limit := max(1, min(int64(runtime.GOMAXPROCS(0)), m.most.cells/max(1, m.words)))
	memory := make(chan []uint64, limit)
	for range limit {
		memory <- nil
	}
	var wg sync.WaitGroup
	for i, p := range primes {
		words := <-memory
		wg.Go(func() {
			if words == nil {
				words = make([]uint64, m.words)
			}
			var n uint64
			for _, part := range m.passes {
				r := &passMod{pass: part, p: p, free: words}
				x, err := r.all(ctx)
				if err != nil {
					errs[i] = err
					break
				}
				n = addMod(n, x, p)
			}
			residues[i] = []uint64{n}
			memory <- words
		})
	}
	wg.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	return chinese(residues, primes)[0], nil
}
