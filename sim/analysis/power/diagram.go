package power

import (
	"cmp"
	"context"
	"encoding/binary"
	"math/big"
	"slices"
)

// diagram is a game as an ordered decision diagram: kind after kind of player, it is decided how many of them are in the
// coalition. Coalitions that have come to the same sums are one state, as are those whose sums differ only where that no
// longer matters; so rules in which few different sums come up have small diagrams, however many players there are. S.
// Bolus, "Power indices of simple games and vector-weighted majority games by means of binary decision diagrams", 2011.
type diagram struct {
	*sample
	order []int   // the kinds, heavy ones first
	quota []int64 // by number of the quota
	rest  [][]int64
	left  []int // how many players are still to come, from a place in the order on
	peak  []int64
	layer []layer
}

// layer is the states of a place in the order: the edges of each, one a number of players. An edge leads to a state of the
// next layer, or is won or lost.
type layer struct {
	edges  [][]int32
	states int
}

const (
	won  int32 = -1
	lost int32 = -2
)

func newDiagram(c *core) *diagram {
	d := &diagram{sample: newSample(c)}
	quotas := c.quotas()
	heavy := make([]float64, len(c.kinds))
	for j, q := range quotas {
		d.quota = append(d.quota, q.q)
		d.peak = append(d.peak, slices.Max(q.w))
		for k := range heavy {
			heavy[k] += float64(d.ofs[c.kinds[k][0]][j]) / float64(max(1, q.q))
		}
	}
	for k := range c.kinds {
		d.order = append(d.order, k)
	}
	slices.SortStableFunc(d.order, func(a, b int) int { return cmp.Compare(heavy[b], heavy[a]) })
	d.rest, d.left = make([][]int64, len(d.order)+1), make([]int, len(d.order)+1)
	d.rest[len(d.order)] = make([]int64, len(quotas))
	for t := len(d.order) - 1; t >= 0; t-- {
		players := c.kinds[d.order[t]]
		d.left[t] = d.left[t+1] + len(players)
		d.rest[t] = slices.Clone(d.rest[t+1])
		for j, w := range d.ofs[players[0]] {
			d.rest[t][j] += w * int64(len(players))
		}
	}
	return d
}

// answer is what is known of a formula while players are still to come.
type answer uint8

const (
	open answer = iota
	isWon
	isLost
)

// decide evaluates a part of the formula at a place of the order, and says of each quota what is known of it: one that stands
// in a part that is won or lost counts as won or lost too, since its sum no longer matters.
func (d *diagram) decide(t *node, place int, sums []int64, known []answer) answer {
	switch t.kind {
	case quota:
		known[t.at] = open
		if sums[t.at] >= t.q {
			known[t.at] = isWon
		} else if sums[t.at]+d.rest[place][t.at] < t.q {
			known[t.at] = isLost
		}
		return known[t.at]
	case allOf, anyOf:
		neutral, final := isWon, isLost
		if t.kind == anyOf {
			neutral, final = isLost, isWon
		}
		out := neutral
		for i := range t.parts {
			switch d.decide(&t.parts[i], place, sums, known) {
			case final:
				t.settle(known, final)
				return final
			case open:
				out = open
			}
		}
		return out
	}
	if t.kind == always {
		return isWon
	}
	return isLost
}

// settle marks the quotas of a part that is decided.
func (t *node) settle(known []answer, as answer) {
	if t.kind == quota {
		known[t.at] = as
	}
	for i := range t.parts {
		t.parts[i].settle(known, as)
	}
}

// build makes the layers. It returns false if there would be too many states.
func (d *diagram) build(ctx context.Context) (bool, error) {
	quotas := len(d.quota)
	states := [][]int64{make([]int64, quotas)}
	edges := 0
	known, sums := make([]answer, quotas), make([]int64, quotas)
	for t, k := range d.order {
		players := d.kinds[k]
		w := d.ofs[players[0]]
		var next [][]int64
		at := map[string]int32{}
		l := layer{states: len(states)}
		for n, have := range states {
			if n%4096 == 0 && ctx.Err() != nil {
				return false, ctx.Err()
			}
			to := make([]int32, len(players)+1)
			copy(sums, have)
			for count := range to {
				if count > 0 {
					for j := range sums {
						sums[j] += w[j]
					}
				}
				switch d.decide(&d.tree, t+1, sums, known) {
				case isWon:
					to[count] = won
					continue
				case isLost:
					to[count] = lost
					continue
				}
				state, key := make([]int64, quotas), []byte{}
				for j, k := range known {
					switch k {
					case open:
						state[j] = sums[j]
					case isWon:
						state[j] = d.quota[j]
					}
					key = binary.AppendUvarint(key, uint64(state[j])) // lost: 0, which will not be enough either
				}
				i, met := at[string(key)]
				if !met {
					i = int32(len(next))
					at[string(key)] = i
					next = append(next, state)
				}
				to[count] = i
			}
			l.edges = append(l.edges, to)
			if edges += len(to); edges > d.most.sums/(quotas+4) {
				return false, nil
			}
		}
		d.layer = append(d.layer, l)
		states = next
	}
	return true, nil
}

// A polynomial in the number of players, with whole coefficients below 2^(slot-1), is one number: its value at 2^slot
// (Kronecker, 1882). Without sizes the slot is 0 bits wide, and the number is the sum of the coefficients.

// row returns the polynomials of choosing 0, 1, .. of n players.
func row(n int, slot uint) []*big.Int {
	out := choose(n)
	for k := range out {
		out[k].Lsh(out[k], slot*uint(k))
	}
	return out
}

func (d *diagram) count(ctx context.Context, sized bool) (*census, error) {
	slot := uint(0)
	if sized {
		slot = uint(d.n + 1)
	}
	free := make([]*big.Int, len(d.order)+1) // all coalitions of those who are still to come
	for t := range free {
		free[t] = total(row(d.left[t], slot))
	}
	nothing := new(big.Int)
	completions := make([][]*big.Int, len(d.order)+1) // by place and state: how the rest can still win
	value := func(t int, edge int32) *big.Int {
		switch edge {
		case won:
			return free[t]
		case lost:
			return nothing
		}
		return completions[t][edge]
	}
	var x big.Int
	for t := len(d.order) - 1; t >= 0; t-- {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ways := row(len(d.kinds[d.order[t]]), slot)
		completions[t] = make([]*big.Int, d.layer[t].states)
		for n, to := range d.layer[t].edges {
			sum := new(big.Int)
			for c, edge := range to {
				sum.Add(sum, x.Mul(ways[c], value(t+1, edge)))
			}
			completions[t][n] = sum
		}
	}
	all, with, err := d.forward(ctx, slot, value)
	if err != nil {
		return nil, err
	}
	out := &census{method: "decision diagram"}
	if !sized {
		out.winning, out.with = all, with
		return out, nil
	}
	out.sizes = coefficientsOf(all, d.n, slot)
	for _, w := range with {
		out.withSizes = append(out.withSizes, coefficientsOf(w, d.n, slot))
	}
	out.sum()
	return out, nil
}

// forward goes from the first kind to the last with the ways that lead to each state, and meets the completions: what a
// player of a kind is in is the ways to a state, times those with it among the chosen of the kind, times the completions.
func (d *diagram) forward(ctx context.Context, slot uint, value func(int, int32) *big.Int) (all *big.Int, with []*big.Int, err error) {
	with = make([]*big.Int, len(d.kinds))
	paths := []*big.Int{big.NewInt(1)}
	all = value(0, 0)
	early := new(big.Int) // ways that had won before a kind's turn came, with any of the others who were left
	var x big.Int
	for t, k := range d.order {
		m := len(d.kinds[k])
		ways, others := row(m, slot), row(m-1, slot)
		next := make([]*big.Int, 0)
		if t+1 < len(d.order) {
			next = make([]*big.Int, d.layer[t+1].states)
		}
		with[k] = new(big.Int)
		inner, done := new(big.Int), new(big.Int)
		for n, to := range d.layer[t].edges {
			if n%256 == 0 && ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			inner.SetInt64(0)
			for c, edge := range to {
				if c > 0 {
					inner.Add(inner, x.Mul(others[c-1], value(t+1, edge)))
				}
				if edge == won {
					done.Add(done, x.Mul(ways[c], paths[n]))
				}
				if edge >= 0 {
					if next[edge] == nil {
						next[edge] = new(big.Int)
					}
					next[edge].Add(next[edge], x.Mul(ways[c], paths[n]))
				}
			}
			with[k].Add(with[k], x.Mul(inner, paths[n]))
		}
		with[k].Add(with[k], early)
		with[k].Lsh(with[k], slot) // the player itself
		if left := d.left[t+1]; left > 0 {
			early.Add(early, done.Mul(done, total(row(left-1, slot))))
		}
		paths = next
	}
	return all, with, nil
}

func coefficientsOf(x *big.Int, n int, slot uint) []*big.Int {
	mask := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), slot), big.NewInt(1))
	rest := new(big.Int).Set(x)
	out := make([]*big.Int, n+1)
	for k := range out {
		out[k] = new(big.Int).And(rest, mask)
		rest.Rsh(rest, slot)
	}
	return out
}

// diagramCensus counts a core by a diagram: by size if that fits into memory; nil if nothing does.
func diagramCensus(ctx context.Context, c *core) (*census, error) {
	d := newDiagram(c)
	ok, err := d.build(ctx)
	if err != nil || !ok {
		return nil, err
	}
	states := 0
	for _, l := range d.layer {
		states += l.states
	}
	sized := states <= c.most.bits/((c.n+1)*(c.n+1))
	if !sized && states > c.most.bits/(c.n+64) {
		return nil, nil
	}
	return d.count(ctx, sized)
}

// minimalByDiagram counts the minimal winning coalitions of a core, kind after kind. A state has the sums, and the lightest
// of the kinds that are in: a coalition is minimal if it loses without any of these. It returns nil if there are too many states.
func minimalByDiagram(ctx context.Context, c *core) (*big.Int, error) {
	switch c.kind {
	case always:
		return big.NewInt(1), nil
	case never:
		return new(big.Int), nil
	}
	d := newDiagram(c)
	met := 0
	states := map[string]*tracked{"": {sums: make([]int64, len(d.quota)), ways: big.NewInt(1)}}
	all := new(big.Int)
	for t, k := range d.order {
		next := map[string]*tracked{}
		ways := choose(len(d.kinds[k]))
		w := d.ofs[d.kinds[k][0]]
		for _, s := range states {
			sums := slices.Clone(s.sums)
			light := s.light
			for count := range ways {
				if count == 1 {
					light = d.lightest(s.light, k)
				}
				if count > 0 {
					for j := range sums {
						sums[j] = min(sums[j]+w[j], d.quota[j]+d.peak[j]) // from there on nobody's leaving matters
					}
				}
				if d.wasteful(sums, light) {
					break // and with more of them too
				}
				if d.tree.wins(sums, nil, 0) { // complete: whoever joined would not be needed
					all.Add(all, new(big.Int).Mul(s.ways, ways[count]))
					break
				}
				d.track(next, t+1, sums, light, new(big.Int).Mul(s.ways, ways[count]))
			}
			if met+len(next) > c.most.tracked/(len(d.quota)+4) {
				return nil, nil
			}
		}
		met += len(next)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		states = next
	}
	return all, nil
}

type tracked struct {
	sums  []int64
	light []int
	ways  *big.Int
}

// lightest adds a kind to those of whom none is lighter than another in every quota.
func (d *diagram) lightest(have []int, k int) []int {
	lighter := func(a, b int) bool { // or as light
		for j, w := range d.ofs[d.kinds[a][0]] {
			if w > d.ofs[d.kinds[b][0]][j] {
				return false
			}
		}
		return true
	}
	var out []int
	for _, h := range have {
		if lighter(h, k) {
			return have
		}
		if !lighter(k, h) {
			out = append(out, h)
		}
	}
	return append(out, k)
}

// wasteful tells whether the coalition wins without somebody who is in it.
func (d *diagram) wasteful(sums []int64, light []int) bool {
	for _, k := range light {
		if d.tree.wins(sums, d.ofs[d.kinds[k][0]], -1) {
			return true
		}
	}
	return false
}

// track adds the ways to a state of the next layer, unless it can no longer win.
func (d *diagram) track(next map[string]*tracked, place int, sums []int64, light []int, ways *big.Int) {
	reach := make([]int64, len(sums))
	key := make([]byte, 0, 8*len(sums))
	kept := make([]int64, len(sums))
	for j, s := range sums {
		reach[j] = s + d.rest[place][j]
		if reach[j] >= d.quota[j] { // else it is out of reach for good
			kept[j] = s
		}
		key = binary.AppendUvarint(key, uint64(kept[j]))
	}
	if !d.tree.wins(reach, nil, 0) {
		return
	}
	for _, k := range light {
		key = binary.AppendUvarint(key, uint64(k))
	}
	if s := next[string(key)]; s != nil {
		s.ways.Add(s.ways, ways)
		return
	}
	next[string(key)] = &tracked{kept, light, ways}
}
