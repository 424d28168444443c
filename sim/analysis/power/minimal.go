package power

import (
	"cmp"
	"context"
	"math/big"
	"slices"
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
const maxWeights = 6

// mark is a formula whose quotas are on sums.
type mark struct {
	kind   kind
	parts  []mark
	weight int
	least  int64
}

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

// each calls do for the sums of a weight that the rule asks for.
func (q *mark) each(weight int, do func(least int64)) {
	if q.kind == quota && q.weight == weight {
		do(q.least)
	}
	for i := range q.parts {
		q.parts[i].each(weight, do)
	}
}

// size is the number of the rule's parts.
func (q *mark) size() int {
	n := 1
	for i := range q.parts {
		n += q.parts[i].size()
	}
	return n
}

// count returns the number of minimal winning coalitions.
func (m *minimals) count(ctx context.Context) (*big.Int, error) {
	k := primesFor(m.n)
	m.most.announce(m.work * float64(k))
	counts, err := byPrimes(k, m.words, m.most, func(p uint64, words []uint64) ([]uint64, error) {
		var n uint64
		for _, part := range m.passes {
			x, err := (&passMod{pass: part, p: p, free: words}).all(ctx)
			if err != nil {
				return nil, err
			}
			n = addMod(n, x, p)
		}
		return []uint64{n}, nil
	})
	if err != nil {
		return nil, err
	}
	return counts[0], nil
}
