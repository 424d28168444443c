package power

import "math/big"

// census is what was counted of a core.
type census struct {
	method  string
	winning *big.Int
	with    []*big.Int // by kind: winning coalitions that have one given player of it

	sizes     []*big.Int   // winning coalitions by size; nil if they were not counted by size
	withSizes [][]*big.Int // by kind, then size

	minimalWinning, minimalBlocking *big.Int // nil if they were not counted
}

// sum fills the counts that those by size add up to.
func (c *census) sum() {
	c.winning = total(c.sizes)
	c.with = nil
	for _, s := range c.withSizes {
		c.with = append(c.with, total(s))
	}
}

func total(all []*big.Int) *big.Int {
	s := new(big.Int)
	for _, x := range all {
		s.Add(s, x)
	}
	return s
}

// choose returns the binomials (n over 0..n).
func choose(n int) []*big.Int {
	row := []*big.Int{big.NewInt(1)}
	for k := 1; k <= n; k++ {
		x := new(big.Int).Mul(row[k-1], big.NewInt(int64(n-k+1)))
		row = append(row, x.Quo(x, big.NewInt(int64(k))))
	}
	return row
}

// spread adds z players to coalitions who are in any of them or not, and v who are in all.
func spread(sizes []*big.Int, z, v int) []*big.Int {
	out := make([]*big.Int, len(sizes)+z+v)
	for i := range out {
		out[i] = new(big.Int)
	}
	row := choose(z)
	var x big.Int
	for k, n := range sizes {
		if n.Sign() == 0 {
			continue
		}
		for j, b := range row {
			out[k+j+v].Add(out[k+j+v], x.Mul(n, b))
		}
	}
	return out
}

// whole is the census of the whole game, by group of players that stand alike: the core's kinds, then the vetoes, then the
// dummies.
func (c *core) whole(of *census) *census {
	z, v := len(c.dummies), len(c.vetoes)
	out := &census{method: of.method, minimalWinning: of.minimalWinning}
	double := uint(z)
	out.winning = new(big.Int).Lsh(of.winning, double)
	for _, w := range of.with {
		out.with = append(out.with, new(big.Int).Lsh(w, double))
	}
	out.with = append(out.with, out.winning, new(big.Int).Rsh(out.winning, 1))
	if of.sizes != nil {
		out.sizes = spread(of.sizes, z, v)
		for _, s := range of.withSizes {
			out.withSizes = append(out.withSizes, spread(s, z, v))
		}
		out.withSizes = append(out.withSizes, out.sizes)
		if z > 0 {
			out.withSizes = append(out.withSizes, spread(of.sizes, z-1, v+1))
		} else {
			out.withSizes = append(out.withSizes, out.sizes)
		}
	}
	if of.minimalBlocking != nil { // each veto is one by itself
		out.minimalBlocking = new(big.Int).Add(of.minimalBlocking, big.NewInt(int64(v)))
	}
	return out
}
