package power

import (
	"cmp"
	"context"
	"slices"
)

// side is some of the players: those who were taken into a cell's table, or who are still to come.
type side struct {
	*pass
	n    int
	many []int     // by kind
	sums [][]int64 // by weight: of the 0, 1, 2, .. lightest; where heads do not count: of none and of all
}

func (p *pass) side(kinds []int) *side {
	s := &side{pass: p, many: make([]int, len(p.weights)), sums: make([][]int64, len(p.from))}
	for _, k := range kinds {
		s.many[k] = p.many[k]
	}
	s.add()
	return s
}

// add takes all players of some kinds.
func (s *side) add(kinds ...int) {
	for _, k := range kinds {
		s.many[k] += s.pass.many[k]
	}
	s.refresh()
}

func (s *side) refresh() {
	s.n = 0
	for _, n := range s.many {
		s.n += n
	}
	for _, j := range s.along {
		sums, x := append(s.sums[j][:0], 0), int64(0)
		for _, k := range s.light[j] {
			w := s.weights[k][j]
			if !s.sized {
				x += w * int64(s.many[k])
				continue
			}
			for range s.many[k] {
				x += w
				sums = append(sums, x)
			}
		}
		if !s.sized {
			sums = append(sums, x)
		}
		s.sums[j] = sums
	}
}

// least and most are the sums of the lightest and of the heaviest players, so many of them; where heads do not count, of none
// and of all.
func (s *side) least(j, players int) int64 {
	if !s.sized {
		return 0
	}
	return s.sums[j][players]
}

func (s *side) most(j, players int) int64 {
	last := len(s.sums[j]) - 1
	if !s.sized {
		return s.sums[j][last]
	}
	return s.sums[j][last] - s.sums[j][last-players]
}

// layout is where a cell's table is, and what of it is in use as players are taken in. A place in it stands for what those who
// are still to come have to bring: so many players (where heads count, which has a box each), and so much of each weight, or
// more. What any of them bring is not told apart, and what none of them can is left out. Taking a player in lowers what is
// left to bring where a coalition has the player, and leaves it where it has not; upwards, places are counted from what the
// players who were taken in have together, so that the former stays in place and the latter goes up.
type layout struct {
	upwards bool
	first   int // the number of players of the first box, before any are taken in
	store   []box
	steps   [][]box // by number of players taken in, then as store; without a low where there is nothing
	taken   []int64 // what all of these have
	words   int64
}

// layOut lays out a cell's table. out has the cell's joins, and has them again afterwards.
func (p *pass) layOut(c *cell, out *side) *layout {
	in := p.side(c.open)
	players := 0
	for _, k := range c.joins {
		players += p.many[k]
	}
	var from, to, above int // of the players to come
	if p.sized {
		from, to = max(0, c.sizes[0]-in.n), min(c.sizes[1], out.n)
		above = min(c.sizes[1]+players, out.n)
	}
	taken := make([]int64, len(p.from))
	down, up := &layout{first: max(0, c.sizes[0]-in.n-players), taken: taken}, &layout{upwards: true, first: from, taken: taken}
	if !p.sized {
		down.first = 0
	}
	step := func() {
		low, high := make([]box, max(0, to-down.first+1)), make([]box, max(0, above-up.first+1))
		for n := range low {
			b := p.bound(c, in, out, down.first+n)
			low[n] = b
			if p.sized {
				n += down.first + len(down.steps) - up.first
			}
			if b.low != nil {
				high[n] = b.moved(taken)
			}
		}
		down.steps, up.steps = append(down.steps, low), append(up.steps, high)
	}
	step()
	for _, k := range c.joins {
		for range p.many[k] {
			out.many[k]--
			in.many[k]++
			out.refresh()
			in.refresh()
			for _, j := range p.along {
				taken[j] += p.weights[k][j]
			}
			step()
		}
	}
	out.add(c.joins...)
	down.place(p)
	up.place(p)
	if up.words < down.words {
		return up
	}
	return down
}

// bound finds what has to be known of what so many players out of the table are to bring.
func (p *pass) bound(c *cell, in, out *side, players int) box {
	fewest, most := 0, in.n // of those in the table
	if p.sized {
		fewest, most = max(0, c.sizes[0]-players), min(in.n, c.sizes[1]-players)
		if players > out.n || most < 0 || fewest > in.n {
			return box{}
		}
	}
	low, high := make([]int64, len(p.from)), make([]int64, len(p.from))
	for _, j := range p.along {
		any, all := out.least(j, players), out.most(j, players)
		low[j] = max(any, c.low[j]-in.most(j, most))
		high[j] = max(any, min(all, c.high[j]-in.least(j, fewest)))
		if low[j] > all {
			return box{}
		}
	}
	return box{low: low, high: high}
}

// moved adds to the bounds.
func (b box) moved(by []int64) box {
	if b.low == nil {
		return b
	}
	out := box{low: slices.Clone(b.low), high: slices.Clone(b.high)}
	for j, x := range by {
		out.low[j] += x
		out.high[j] += x
	}
	return out
}

// place finds the boxes that hold all steps, and their words.
func (l *layout) place(p *pass) {
	l.store = make([]box, len(l.steps[0]))
	for i := range l.store {
		b := &l.store[i]
		for _, boxes := range l.steps {
			switch in := &boxes[i]; {
			case in.low == nil:
			case b.low == nil:
				b.low, b.high = slices.Clone(in.low), slices.Clone(in.high)
			default:
				for j := range b.low {
					b.low[j], b.high[j] = min(b.low[j], in.low[j]), max(b.high[j], in.high[j])
				}
			}
		}
		if b.low == nil {
			continue
		}
		b.from, b.words, b.stride = l.words, 1, make([]int64, len(b.low))
		for _, j := range slices.Backward(p.along) {
			b.stride[j] = b.words
			extent := b.high[j] - b.low[j] + 1
			if extent > (p.most.cells+1)/b.words {
				l.words = p.most.cells + 1
				return
			}
			b.words *= extent
		}
		if l.words += b.words; l.words > p.most.cells {
			return
		}
	}
}

// additions is the work of filling the table, in additions, and something for each row.
func (p *pass) additions(l *layout) float64 {
	const perRow = 8
	work := 2 * float64(l.words) // to clear it, and to add it to another one
	for _, boxes := range l.steps[:len(l.steps)-1] {
		for i := range boxes {
			b := &boxes[i]
			if b.low == nil {
				continue
			}
			rows, row := 1.0, 1.0
			for _, j := range p.along {
				rows, row = rows*row, float64(b.high[j]-b.low[j]+1)
			}
			work += rows * (row + perRow)
		}
	}
	return work
}

// plan adds up the work of a cell and its halves, and returns the memory that it takes. fits is false when it is too much.
func (p *pass) plan(ctx context.Context, c *cell, out *side) (words int64, fits bool) {
	p.lightFirst(c.joins)
	out.add(c.joins...)
	l := p.layOut(c, out)
	work := p.additions(l)
	if len(c.joins) > 1 { // or the heavy ones first
		slices.Reverse(c.joins)
		if other := p.layOut(c, out); p.additions(other) < work {
			l, work = other, p.additions(other)
		} else {
			slices.Reverse(c.joins)
		}
	}
	if l.words > p.most.cells || ctx.Err() != nil {
		return 0, false
	}
	if p.work += work; p.work*float64(primesFor(p.n)) > float64(p.most.minimal) {
		return 0, false
	}
	words = l.words
	if c.halves[0] != nil {
		var half [2]int64
		for i, h := range c.halves {
			if half[i], fits = p.plan(ctx, h, out); !fits {
				return 0, false
			}
		}
		if half[0] < half[1] { // the first is done before there is a table to add it to
			c.halves[0], c.halves[1] = c.halves[1], c.halves[0]
			half[0], half[1] = half[1], half[0]
		}
		if words = max(half[0], words+half[1]); words > p.most.cells {
			return 0, false
		}
	}
	for _, k := range c.joins {
		out.many[k] -= p.many[k]
	}
	out.refresh()
	return words, true
}

// lightFirst orders kinds by their weights.
func (p *pass) lightFirst(kinds []int) {
	heavy := func(k int) (x float64) {
		for j, w := range p.weights[k] {
			x += float64(w) / float64(p.total[j])
		}
		return x
	}
	slices.SortStableFunc(kinds, func(a, b int) int { return cmp.Compare(heavy(a), heavy(b)) })
}
