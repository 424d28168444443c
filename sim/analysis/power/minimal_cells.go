package power

import (
	"context"
	"slices"
)

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

// maxCells bounds the cells of all passes, and maxLooks the work of finding them.
const (
	maxCells = 1 << 18
	maxLooks = 500_000_000
)

// cut makes a cell of classes, and cuts it as long as that is needed: nil if no minimal coalition has such sums. in are the
// kinds that are critical at all sums of the cell of which it is a half, kinds those that are at some of them.
func (m *minimals) cut(ctx context.Context, at, to, in, kinds []int) (c *cell, fits bool) {
	if m.cells++; m.cells > maxCells>>len(m.along) || m.looks*int64(m.rule.size()) > maxLooks || m.cells%1024 == 0 && ctx.Err() != nil {
		return nil, false
	}
	low, high := m.corners(at, to)
	none := make([]int64, len(low))
	if !m.rule.wins(high, none) {
		return nil, true
	}
	c = &cell{}
	c.joins, c.open = m.critical(low, high, kinds)
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

// critical tells the kinds that are critical at all of some sums, and those that are at some of them.
func (m *minimals) critical(low, high []int64, kinds []int) (all, some []int) {
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

// where finds the weight along which to cut, and the class: such that little is left to do in the halves.
func (m *minimals) where(at, to, open []int) (weight, class int) {
	// What is left to do in a half, in proportion to its table times its open players, and of a half that nobody joins; found
	// by trying.
	const later, idle = 3, 2
	m.looks += int64(len(open) * len(m.from))
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
			all, some := m.critical(low, high, open)
			size, players := m.extent(some)
			_, joining := m.extent(all)
			whole, _ := m.extent(append(all, some...))
			if work += later*size*players + whole*joining; joining == 0 {
				work += (idle - 1) * later * size * players
			}
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

// extent is about the size of a table of players, and their number.
func (m *minimals) extent(kinds []int) (size, players float64) {
	size = 1
	for j := range m.from {
		sum := int64(1)
		for _, k := range kinds {
			sum += m.weights[k][j] * int64(m.many[k])
		}
		size *= float64(sum)
	}
	for _, k := range kinds {
		players += float64(m.many[k])
	}
	return size, players
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
