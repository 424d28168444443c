package power

import (
	"cmp"
	"context"
	"math/big"
	"slices"
)

// list fills in the minimal blocking and winning coalitions that are listed.
func (r *Result) list(ctx context.Context, c *core, o Options) {
	// Who is interchangeable in a game is so in its dual: the kinds are the same.
	d := c.dual()
	dual := &core{most: c.most, formula: d.simplified(), n: c.n, players: c.players, kinds: c.kinds}
	known := r.MinimalBlocking
	if known != nil {
		known = new(big.Int).Sub(known, big.NewInt(int64(len(c.vetoes))))
	}
	r.Blocking, r.BlockingKinds, r.BlockingAll = listed(ctx, dual, r, known, o.List)
	for _, i := range slices.Backward(c.vetoes) { // each blocks alone
		r.Blocking = append([][]int{{i}}, r.Blocking...)
	}
	slices.SortStableFunc(r.Blocking, bySize)
	if len(r.Blocking) > o.List {
		r.Blocking, r.BlockingAll = r.Blocking[:o.List], false
	}
	if len(c.vetoes) > 0 {
		one := make(Profile, len(r.Groups))
		for g, players := range r.Groups {
			if slices.Contains(players, c.vetoes[0]) {
				one[g] = 1
			}
		}
		r.BlockingKinds = append([]Profile{one}, r.BlockingKinds...)
	}
	r.Winners, r.WinnerKinds, r.WinnersAll = listed(ctx, c, r, r.MinimalWinning, o.List)
}

// listed finds minimal winning coalitions of a game, the smallest first, by size; at most limit of them. known is how many
// there are; nil if that is not known.
func listed(ctx context.Context, c *core, r *Result, known *big.Int, limit int) (list [][]int, kinds []Profile, complete bool) {
	if c.kind == never {
		return nil, nil, true
	}
	f := &finder{sample: newSample(c), limit: limit}
	f.prepare()
	complete = true
	most := new(big.Int)
	if c.kind == always { // the vetoes alone
		f.found = append(f.found, make([]int, len(c.kinds)))
		most.SetInt64(1)
	} else {
		for size := 1; size <= c.n; size++ {
			if known != nil && most.Cmp(known) >= 0 {
				break
			}
			if f.stopped || most.Cmp(big.NewInt(int64(limit))) >= 0 || ctx.Err() != nil {
				complete = false
				break
			}
			from := len(f.found)
			f.total = 0
			f.search(0, size)
			for _, p := range f.found[from:] {
				most.Add(most, c.size(p))
			}
		}
		complete = complete && !f.stopped
	}
	for _, p := range f.found {
		kinds = append(kinds, c.profile(p, r.Groups))
		list = c.expand(p, list, limit)
	}
	slices.SortFunc(list, bySize)
	if len(list) > limit {
		list, complete = list[:limit], false
	}
	if complete && big.NewInt(int64(len(list))).Cmp(most) != 0 {
		complete = false
	}
	return list, kinds, complete
}

// bySize orders coalitions: small ones first, then by the order of their players.
func bySize(a, b []int) int { return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) }

// finder looks for minimal winning coalitions of a size, by kind of player.
type finder struct {
	*sample
	limit   int
	order   []int       // the kinds, those of the heaviest players first
	top     [][][]int64 // by quota and place in the order: the sum of the 0, 1, .. heaviest players from there on
	picked  []int       // by kind
	found   [][]int
	total   int64 // coalitions found of this size
	visits  int
	stopped bool
	reach   []int64
}

func (f *finder) prepare() {
	f.picked, f.reach = make([]int, len(f.kinds)), make([]int64, len(f.sums))
	for k := range f.kinds {
		f.order = append(f.order, k)
	}
	quotas := len(f.sums)
	heavy := make([]float64, len(f.kinds)) // as a share of what the quotas ask for
	for j, q := range f.quotas() {
		for k := range heavy {
			heavy[k] += float64(f.ofs[f.kinds[k][0]][j]) / float64(max(1, q.q))
		}
	}
	slices.SortStableFunc(f.order, func(a, b int) int { return cmp.Compare(heavy[b], heavy[a]) })
	if quotas*len(f.kinds)*(f.n+1) > 8_000_000 {
		return // too much to prepare: everybody who is left may come
	}
	f.top = make([][][]int64, quotas)
	for j := range f.top {
		f.top[j] = make([][]int64, len(f.order)+1)
		var heavy []int64
		f.top[j][len(f.order)] = []int64{0}
		for t := len(f.order) - 1; t >= 0; t-- {
			players := f.kinds[f.order[t]]
			for range players {
				heavy = append(heavy, f.ofs[players[0]][j])
			}
			slices.SortFunc(heavy, func(a, b int64) int { return cmp.Compare(b, a) })
			sums := make([]int64, len(heavy)+1)
			for i, w := range heavy {
				sums[i+1] = sums[i] + w
			}
			f.top[j][t] = sums
		}
	}
}

// search picks so many more players of the kinds from a place on.
func (f *finder) search(t, more int) {
	if f.visits += len(f.sums) + 8; f.visits > f.most.visits {
		f.stopped = true
	}
	if f.stopped || f.total > 4*int64(f.limit) {
		return
	}
	won := f.tree.wins(f.sums, nil, 0)
	if more == 0 {
		if won && f.minimal() {
			f.found = append(f.found, slices.Clone(f.picked))
			f.total += min(f.size(f.picked).Int64(), int64(f.limit)*8)
		}
		return
	}
	if won || t == len(f.order) || !f.canWin(t, more) {
		return
	}
	k := f.order[t]
	for picked := min(more, len(f.kinds[k])); picked >= 0; picked-- {
		f.pick(k, picked)
		f.search(t+1, more-picked)
		f.pick(k, 0)
	}
}

// pick takes so many players of a kind.
func (f *finder) pick(k, n int) {
	change := int64(n - f.picked[k])
	f.picked[k] = n
	for j, w := range f.ofs[f.kinds[k][0]] {
		f.sums[j] += change * w
	}
}

// canWin tells whether the heaviest players that could still come would be enough, taken for each quota by itself.
func (f *finder) canWin(t, more int) bool {
	if f.top == nil {
		return true
	}
	for j := range f.reach {
		top := f.top[j][t]
		if more >= len(top) && j == 0 {
			return false // there are not so many left
		}
		f.reach[j] = f.sums[j] + top[more]
	}
	return f.tree.wins(f.reach, nil, 0)
}

// minimal tells whether the coalition loses without any one of its players.
func (f *finder) minimal() bool {
	for k, n := range f.picked {
		if n > 0 && f.tree.wins(f.sums, f.ofs[f.kinds[k][0]], -1) {
			return false
		}
	}
	return true
}

// size is the number of coalitions that a profile stands for.
func (c *core) size(p []int) *big.Int {
	n := big.NewInt(1)
	for k, picked := range p {
		if picked > 0 && picked < len(c.kinds[k]) {
			n.Mul(n, new(big.Int).Binomial(int64(len(c.kinds[k])), int64(picked)))
		}
	}
	return n
}

// Stands is the number of coalitions that a profile stands for.
func (r *Result) Stands(p Profile) *big.Int {
	n := big.NewInt(1)
	for g, picked := range p {
		n.Mul(n, new(big.Int).Binomial(int64(len(r.Groups[g])), int64(picked)))
	}
	return n
}

// profile writes a profile of the core in groups of the whole game. A group has one standing in the rule and in its dual.
func (c *core) profile(p []int, groups [][]int) Profile {
	of := map[int]int{}
	for g, players := range groups {
		for _, i := range players {
			of[i] = g
		}
	}
	out := make(Profile, len(groups))
	for k, n := range p {
		if n > 0 {
			out[of[c.players[c.kinds[k][0]]]] += n
		}
	}
	for _, i := range c.vetoes {
		out[of[i]]++
	}
	return out
}

// expand appends the coalitions of a profile, until there are somewhat more than limit.
func (c *core) expand(p []int, list [][]int, limit int) [][]int {
	var walk func(k int, have []int)
	walk = func(k int, have []int) {
		if len(list) > 4*limit {
			return
		}
		if k == len(p) {
			list = append(list, slices.Sorted(slices.Values(have)))
			return
		}
		var choose func(from, more int, have []int)
		choose = func(from, more int, have []int) {
			if len(list) > 4*limit {
				return
			}
			if more == 0 {
				walk(k+1, have)
				return
			}
			for i := from; i+more <= len(c.kinds[k]); i++ {
				choose(i+1, more-1, append(slices.Clip(have), c.players[c.kinds[k][i]]))
			}
		}
		choose(0, p[k], have)
	}
	walk(0, slices.Clone(c.vetoes))
	return list
}
