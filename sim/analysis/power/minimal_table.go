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

// passMod counts modulo a prime.
type passMod struct {
	*pass
	p    uint64
	free []uint64 // memory
}

func (r *passMod) all(ctx context.Context) (uint64, error) {
	l, table, err := r.cell(ctx, r.root, r.side(nil))
	if err != nil {
		return 0, err
	}
	for i, in := range l.steps[len(l.steps)-1] { // nobody is to come, and nothing is left to bring
		if in.low == nil {
			continue
		}
		b := &l.store[i]
		at := b.from
		for j, low := range in.low {
			at += (low - b.low[j]) * b.stride[j]
		}
		return table[at], nil
	}
	return 0, nil
}

// cell works out the table of a cell. Memory is used as a stack: who calls it frees the table.
func (r *passMod) cell(ctx context.Context, c *cell, out *side) (*layout, []uint64, error) {
	out.add(c.joins...)
	l := r.layOut(c, out)
	var table []uint64
	free := r.free
	if c.halves[0] == nil {
		table = free[:l.words]
		clear(table)
		r.ends(c, l, table)
	} else {
		part, words, err := r.cell(ctx, c.halves[0], out)
		if err != nil {
			return nil, nil, err
		}
		table = free[:l.words]
		r.become(l, table, part, words)
		r.free = free[l.words:]
		if part, words, err = r.cell(ctx, c.halves[1], out); err != nil {
			return nil, nil, err
		}
		r.join(l, table, part, words)
		r.free = free
	}
	step := 0
	for _, k := range c.joins {
		for range r.many[k] {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			r.take(l, table, step, r.weights[k])
			step++
		}
		out.many[k] -= r.many[k]
	}
	out.refresh()
	return l, table, nil
}

// ends fills the table of a cell that is cut no further: the coalitions that have low or more of each weight, less those that
// have high or more.
func (r *passMod) ends(c *cell, l *layout, table []uint64) {
	for i := range l.steps[0] {
		b, in := &l.store[i], &l.steps[0][i]
		if in.low == nil {
			continue
		}
		var corner func(k int, at int64, sign uint64)
		corner = func(k int, at int64, sign uint64) {
			if k == len(r.along) {
				table[at] = addMod(table[at], sign, r.p)
				return
			}
			j := r.along[k]
			add := func(x int64, sign uint64) {
				if x <= in.high[j] {
					corner(k+1, at+(max(x, in.low[j])-b.low[j])*b.stride[j], sign)
				}
			}
			if e := c.ends[j]; e.low > 0 || e.high == 0 { // else nothing is bounded below, which is another pass
				add(e.low, sign)
			}
			if e := c.ends[j]; e.high > 0 {
				add(e.high, r.p-sign)
			}
		}
		corner(0, b.from, 1)
	}
}

// rows calls do for the rows of a half's table, of so many places each: where they are in that of the whole, and in the
// half's. back has the last come first.
func (r *passMod) rows(l, part *layout, back bool, do func(to, from, n int64)) {
	last := part.steps[len(part.steps)-1]
	first, less := part.first-l.first, make([]int64, len(r.from))
	if part.upwards {
		less = part.taken
		if r.sized {
			first -= len(part.steps) - 1
		}
	}
	for i := range last {
		if back {
			i = len(last) - 1 - i
		}
		in := &last[i]
		if in.low == nil {
			continue
		}
		from, to := &part.store[i], &l.store[first+i]
		var along func(k int, at, source int64)
		along = func(k int, at, source int64) {
			j := r.along[k]
			at, source = at+(in.low[j]-less[j]-to.low[j])*to.stride[j], source+(in.low[j]-from.low[j])*from.stride[j]
			n := in.high[j] - in.low[j] + 1
			if k == len(r.along)-1 {
				do(at, source, n)
				return
			}
			for x := range n {
				if back {
					x = n - 1 - x
				}
				along(k+1, at+x*to.stride[j], source+x*from.stride[j])
			}
		}
		along(0, to.from, from.from)
	}
}

// become makes the table of a whole of that of a half, which lies where it is to be.
func (r *passMod) become(l *layout, table []uint64, part *layout, words []uint64) {
	var used int64
	r.rows(l, part, false, func(_, from, n int64) {
		copy(words[used:used+n], words[from:from+n])
		used += n
	})
	clear(table[used:])
	r.rows(l, part, true, func(to, _, n int64) {
		used -= n
		if to > used {
			copy(table[to:to+n], table[used:used+n])
			clear(table[used:min(used+n, to)])
		}
	})
}

// join adds a half's table.
func (r *passMod) join(l *layout, table []uint64, part *layout, words []uint64) {
	r.rows(l, part, false, func(to, from, n int64) {
		addRow(table[to:to+n], words[from:from+n], r.p)
	})
}

// take takes a player in: each coalition has the player, so that the others bring so much less, or is what it was.
func (r *passMod) take(l *layout, table []uint64, step int, w []int64) {
	move, next := slices.Clone(w), 0
	if r.sized {
		next = 1
	}
	if !l.upwards {
		next = -next
		for j := range move {
			move[j] = -move[j]
		}
	}
	from, to := l.steps[step], l.steps[step+1]
	for i := range from {
		if l.upwards {
			i = len(from) - 1 - i
		}
		if from[i].low == nil {
			continue
		}
		if n := i + next; 0 <= n && n < len(to) && to[n].low != nil {
			r.shift(table, &l.store[n], &to[n], &l.store[i], &from[i], move, l.upwards)
		}
		if to[i].low != nil && (r.sized || l.upwards) {
			r.fold(table, &l.store[i], &from[i], &to[i])
		}
	}
}

// shift adds what is within some bounds of a box to another box or to the same, moved, within other bounds: what is lower
// counts as the lowest there, and what is higher is left out. It goes the other way than what is moved, so that within one
// box nothing is added twice.
func (r *passMod) shift(table []uint64, box, to, source, from *box, move []int64, up bool) {
	var rows func(k int, at, with int64)
	rows = func(k int, at, with int64) {
		j := r.along[k]
		d, low, high := move[j], from.low[j], min(from.high[j], to.high[j]-move[j])
		if k < len(r.along)-1 {
			for x := low; x <= high; x++ {
				y := x
				if up {
					y = low + high - x
				}
				rows(k+1, at+(max(y+d, to.low[j])-box.low[j])*box.stride[j], with+(y-source.low[j])*source.stride[j])
			}
			return
		}
		var lowest uint64
		at, with = at-box.low[j], with-source.low[j]
		for ; low <= high && low+d <= to.low[j]; low++ {
			lowest = addMod(lowest, table[with+low], r.p)
		}
		if n := high - low + 1; n > 0 {
			if at, with := at+low+d, with+low; !up || at >= with+n {
				addRow(table[at:at+n], table[with:with+n], r.p)
			} else {
				for y := n - 1; y >= 0; y-- {
					table[at+y] = addMod(table[at+y], table[with+y], r.p)
				}
			}
		}
		if lowest != 0 {
			table[at+to.low[j]] = addMod(table[at+to.low[j]], lowest, r.p)
		}
	}
	rows(0, box.from, source.from)
}

// fold adds what is below the lowest that still has to be told apart to that.
func (r *passMod) fold(table []uint64, b, from, to *box) {
	low, high := slices.Clone(from.low), slices.Clone(from.high)
	for turn, j := range r.along {
		for x := low[j]; x < to.low[j] && x <= from.high[j]; x++ {
			var rows func(k int, at, source int64)
			rows = func(k int, at, source int64) {
				if k == len(r.along) {
					table[at] = addMod(table[at], table[source], r.p)
					return
				}
				i := r.along[k]
				if k == turn {
					rows(k+1, at+(to.low[j]-b.low[j])*b.stride[j], source+(x-b.low[j])*b.stride[j])
					return
				}
				for y := low[i]; y <= high[i]; y++ {
					d := (y - b.low[i]) * b.stride[i]
					rows(k+1, at+d, source+d)
				}
			}
			rows(0, b.from, b.from)
		}
		low[j], high[j] = max(low[j], to.low[j]), max(high[j], to.low[j])
	}
}
