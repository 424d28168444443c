package power

import (
	"context"
	"math/big"
	"slices"
)

// splitCensus counts a core that would be one of generating functions but for clauses on a few named players: {any: [{weight:
// 300, of: votes}, {consent_of: [a, b]}]}. It counts the coalitions with one of these players and those without, each of
// which are a game of the others (Shannon's expansion), until what is left is simple enough. A clause falls away as soon as
// one of its players decides it, so that k names make some k games and not 2^k. It returns nil if that does not help.
func splitCensus(ctx context.Context, c *core) (*census, error) {
	return c.split(ctx, &budget{leaves: c.most.leaves, additions: c.most.additions})
}

// budget is what may still be spent on the games that a game is split into.
type budget struct {
	leaves    int
	additions int64
}

func (c *core) split(ctx context.Context, left *budget) (*census, error) {
	if c.kind == always || c.kind == never {
		return c.constant(), nil
	}
	if s, ok := seriesOf(c); ok {
		l := s.lightest()
		if left.leaves--; left.leaves < 0 || !l.feasible(true) {
			return nil, nil
		}
		if left.additions -= l.cost() * int64(primesFor(l.n)); left.additions < 0 {
			return nil, nil
		}
		return l.census(ctx, true)
	}
	i := c.named()
	if i < 0 {
		return nil, nil
	}
	var keep []int
	for j := range c.n {
		if j != i {
			keep = append(keep, j)
		}
	}
	var half [2]*census // without and with the player
	var at [2][]int     // the group of each of the others
	for side, in := range [][]int{nil, {i}} {
		sub := coreOf(c.on(keep, in), c.n-1, c.most)
		count, err := sub.split(ctx, left)
		if err != nil || count == nil {
			return nil, err
		}
		half[side], at[side] = sub.whole(count), make([]int, c.n-1)
		for g, players := range sub.groups() {
			for _, p := range players {
				at[side][p] = g
			}
		}
	}
	out := &census{method: "generating functions", sizes: joined(half[0].sizes, half[1].sizes)}
	for _, k := range c.kinds {
		if k[0] == i {
			none := make([]*big.Int, c.n)
			for s := range none {
				none[s] = new(big.Int)
			}
			out.withSizes = append(out.withSizes, joined(none, half[1].sizes))
			continue
		}
		p := slices.Index(keep, k[0])
		out.withSizes = append(out.withSizes, joined(half[0].withSizes[at[0][p]], half[1].withSizes[at[1][p]]))
	}
	out.sum()
	return out, nil
}

// joined adds the coalitions without a player and, one size up, those with it.
func joined(without, with []*big.Int) []*big.Int {
	out := make([]*big.Int, len(without)+1)
	for s := range out {
		out[s] = new(big.Int)
		if s < len(without) {
			out[s].Add(out[s], without[s])
		}
		if s > 0 {
			out[s].Add(out[s], with[s-1])
		}
	}
	return out
}

// named returns a player of the clause on the fewest players that counts heads among some only; -1 if there is none.
func (c *core) named() int {
	best, fewest := -1, c.n
	for _, q := range c.quotas() {
		if !ones(q.w) || uniform(q.w) {
			continue
		}
		if heads := int(sum(q.w)); heads < fewest {
			best, fewest = slices.Index(q.w, 1), heads
		}
	}
	return best
}
