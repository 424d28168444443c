package power

import (
	"context"
	"slices"
)

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
