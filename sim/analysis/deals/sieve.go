package deals

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
)

// sieve finds the Pareto frontier of a space that can be gone through, whatever it looks like. It holds no deals: it goes
// through them part by part (see [front]), strikes out the partial deals that another one dominates, one bit for each, and
// goes on from those that are left. Only packed scores are in memory, of so many partial deals at a time.
type sieve struct {
	m     *model
	pack  *packing
	order []int     // the axes, part by part
	ends  []int     // by part: the place in order behind its last axis
	kinds [][]rigid // by place: what can be judged there

	alive  []bitset // by part: which of the partial deals up to it, in the order in which they are met, are left
	limits *effort
	told   func(part float64)

	choice []int    // of the deal that a walk is at
	holds  []flags  // by place
	sums   []uint64 // by place
}

// rigid is a red line or a need of a capital with a sheet: deals whose line holds, or doesn't, are out.
type rigid struct {
	line int
	bars bool
}

// newSieve makes one; told, if it is not nil, hears how much of the work is done, 0 to 1.
func newSieve(m *model, limits *effort, told func(float64)) *sieve {
	s := &sieve{m: m, pack: m.pack(), limits: limits, told: told}
	for _, p := range m.parts() {
		s.order = append(s.order, p.axes...)
		s.ends = append(s.ends, len(s.order))
	}
	n := len(s.order)
	s.kinds, s.choice, s.holds, s.sums = make([][]rigid, n), make([]int, n), make([]flags, n+1), make([]uint64, (n+1)*s.pack.words)
	for i := range s.holds[0] {
		s.holds[0][i] = ^uint64(0)
	}
	for i, c := range m.conditions {
		if m.strict>>i&1 == 1 && c.kind != never {
			at := slices.Index(s.order, m.lines[c.line].last)
			s.kinds[at] = append(s.kinds[at], rigid{c.line, c.kind == redLine})
		}
	}
	return s
}

// run strikes out what is dominated. If the context ends, it returns its error.
func (s *sieve) run(ctx context.Context) error {
	sizes, all := make([]float64, len(s.ends)), 0.0
	size := 1.0
	for part, from := 0, 0; part < len(s.ends); part, from = part+1, s.ends[part] {
		for _, at := range s.order[from:s.ends[part]] {
			size *= float64(len(s.m.axes[at].classes))
		}
		sizes[part] = size
		all += size
	}
	before := 0.0
	for part := range s.ends {
		n := 0
		if err := s.walk(ctx, part, func(uint32, []uint64) { n++ }); err != nil {
			return err
		}
		alive := newBitset(n)
		for i := range alive {
			alive[i] = math.MaxUint64
		}
		var looked atomic.Int64
		done := func(k int) {
			if s.told != nil {
				s.told((before + sizes[part]*min(1, float64(looked.Add(int64(k)))/float64(n))) / all)
			}
		}
		if err := s.layer(ctx, part, n, alive, done); err != nil {
			return err
		}
		s.alive = append(s.alive, alive)
		before += sizes[part]
	}
	return nil
}

// layer strikes out what is dominated of the n partial deals up to a part. If they are more than can be in memory, it
// holds two blocks of them at a time, each against each.
func (s *sieve) layer(ctx context.Context, part, n int, alive bitset, done func(int)) error {
	room := max(1, s.limits.block/(8*s.pack.words+4))
	if n <= room {
		all := s.load(ctx, part, 0, n, alive)
		return all.maxima(ctx, alive, done)
	}
	room = max(1, room/2)
	blocks := (n + room - 1) / room
	looked := 0
	done1 := func(k int) {
		if looked += k; looked >= blocks {
			done(looked / blocks)
			looked %= blocks
		}
	}
	for i := range blocks {
		by := s.load(ctx, part, i*room, room, alive)
		if err := by.maxima(ctx, alive, func(int) {}); err != nil {
			return err
		}
		by.keep(alive)
		t := newTree(by)
		done1(room)
		for j := range blocks {
			if i == j {
				continue
			}
			if err := s.load(ctx, part, j*room, room, alive).outdone(ctx, t, alive, func(int) {}); err != nil {
				return err
			}
			done1(room)
		}
	}
	return ctx.Err()
}

// load returns those of n partial deals from a number on that are alive. If the context ends it returns some.
func (s *sieve) load(ctx context.Context, part, from, n int, alive bitset) *points {
	all := &points{packing: s.pack, crowd: s.limits.crowd, v: make([]uint64, 0, n*s.pack.words), id: make([]uint32, 0, n)}
	_ = s.walk(ctx, part, func(id uint32, v []uint64) { // who asked looks at the context
		if i := int(id); i >= from && i < from+n && alive.has(i) {
			all.add(v, id)
		}
	})
	return all
}

// walk goes through the partial deals up to a part that break nothing and are alive before it. Each has a number, the same
// in every walk.
func (s *sieve) walk(ctx context.Context, part int, visit func(id uint32, v []uint64)) error {
	m, words := s.m, s.pack.words
	met := make([]uint32, len(s.ends))
	steps := 0
	var step func(at, in int) bool
	step = func(at, in int) bool {
		axis := s.order[at]
		classes := m.axes[axis].classes
		packed := s.pack.classes[axis]
		sum, next := s.sums[at*words:(at+1)*words], s.sums[(at+1)*words:(at+2)*words]
		holds := &s.holds[at+1]
		for k := range classes {
			if steps++; steps&0xffff == 0 && ctx.Err() != nil {
				return false
			}
			*holds = s.holds[at]
			holds.and(&classes[k].holds)
			if s.barred(at, axis, holds) {
				continue
			}
			s.choice[axis] = k
			for w := range next {
				next[w] = sum[w] + packed[k*words+w]
			}
			if at+1 < s.ends[in] {
				if !step(at+1, in) {
					return false
				}
				continue
			}
			id := met[in]
			met[in]++
			switch {
			case in == part:
				visit(id, next)
			case s.alive[in].has(int(id)):
				if !step(at+1, in+1) {
					return false
				}
			}
		}
		return true
	}
	step(0, 0)
	return ctx.Err()
}

func (s *sieve) barred(at, axis int, holds *flags) bool {
	if len(s.m.linkAt[axis]) > 0 && s.m.barred(axis, holds) {
		return true
	}
	for _, r := range s.kinds[at] {
		if holds.has(r.line) == r.bars {
			return true
		}
	}
	return s.m.gate != nil && !s.m.gate.open(at, holds)
}

// each goes through the deals of the frontier, once run has found it.
func (s *sieve) each(ctx context.Context, v visitor) error {
	m, n := s.m, len(s.order)
	d := &deal{choice: s.choice, scores: make([]int64, len(m.sheets))}
	last := len(s.ends) - 1
	return s.walk(ctx, last, func(id uint32, packed []uint64) {
		if !s.alive[last].has(int(id)) {
			return
		}
		copy(d.scores, m.low[0])
		for i := range s.pack.fields {
			f := &s.pack.fields[i]
			d.scores[f.sheet] += int64(s.pack.of(packed, f))
		}
		d.holds, d.weight = s.holds[n], 1
		for axis, k := range d.choice {
			d.weight *= m.axes[axis].classes[k].small
		}
		v.visit(d)
	})
}
