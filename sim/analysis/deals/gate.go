package deals

import (
	"context"
	"math"
	"math/bits"
	"slices"
)

// gate knows of every partial deal whether the links let it go on to a whole one. It is for spaces that are vast before
// links and small after: a walk that turns back at it meets no dead ends. It merges partial deals that the links cannot
// tell apart, as [model.merged] does.
type gate struct {
	m     *model
	order []int              // the axes, as they are gone through
	links [][]link           // by place: the links that are not judged before it
	left  int                // states that may still be held
	known []map[flags]uint64 // by place and state: the deals that it leads to
	steps int
	ctx   context.Context
}

// newGate returns a gate for an order of the axes and the number of deals that the links leave; ok is false if more than
// most states would have to be held.
func newGate(ctx context.Context, m *model, order []int, most int) (g *gate, deals uint64, ok bool) {
	g = &gate{m: m, order: order, left: most, ctx: ctx, links: make([][]link, len(order)), known: make([]map[flags]uint64, len(order)+1)}
	for _, l := range m.links {
		last := slices.Index(order, max(m.lines[l.when].last, m.lines[l.then].last))
		for at := range last + 1 {
			g.links[at] = append(g.links[at], l)
		}
	}
	for at := range g.known {
		g.known[at] = map[flags]uint64{}
	}
	var all flags
	for i := range all {
		all[i] = math.MaxUint64
	}
	deals = g.count(0, &all)
	return g, deals, g.left >= 0 && ctx.Err() == nil
}

// count returns how many deals a partial one leads to, at most the greatest number there is.
func (g *gate) count(at int, holds *flags) uint64 {
	if at == len(g.order) {
		return 1
	}
	key := g.state(at, holds)
	if n, there := g.known[at][key]; there {
		return n
	}
	if g.left--; g.left < 0 {
		return 0
	}
	axis := g.order[at]
	var all uint64
	for k := range g.m.axes[axis].classes {
		if g.steps++; g.steps&0xfff == 0 && g.ctx.Err() != nil {
			g.left = -1
		}
		if g.left < 0 {
			return 0
		}
		c := &g.m.axes[axis].classes[k]
		h := *holds
		h.and(&c.holds)
		if g.m.barred(axis, &h) {
			continue
		}
		weight := c.weight.Uint64()
		if !c.weight.IsUint64() {
			weight = math.MaxUint64
		}
		high, n := bits.Mul64(weight, g.count(at+1, &h))
		if sum, carry := bits.Add64(all, n, 0); high == 0 && carry == 0 {
			all = sum
		} else {
			all = math.MaxUint64
		}
	}
	g.known[at][key] = all
	return all
}

// state is what matters of a partial deal: of each link that is not judged yet, whether it applies so far, and only if it
// does, whether what it asks for holds so far.
func (g *gate) state(at int, holds *flags) (key flags) {
	for _, l := range g.links[at] {
		if holds.has(l.when) {
			key[l.when>>6] |= 1 << (l.when & 63)
			if holds.has(l.then) {
				key[l.then>>6] |= 1 << (l.then & 63)
			}
		}
	}
	return key
}

// open reports whether a partial deal, whose last value is that of a place, leads to whole ones.
func (g *gate) open(at int, holds *flags) bool {
	if at+1 == len(g.order) || len(g.links[at+1]) == 0 {
		return true
	}
	return g.known[at+1][g.state(at+1, holds)] > 0
}
