package power

import (
	"context"
	"math"
	"math/rand/v2"
)

// z95 is the two-sided 95 % point of the normal distribution.
const z95 = 1.959963984540054

// Wilson is the interval of a share of which hits of n were seen: E. B. Wilson, "Probable inference, the law of
// succession, and statistical inference", 1927.
func Wilson(hits, n int) Estimate {
	if n == 0 {
		return Estimate{0, 0, 1}
	}
	p, m := float64(hits)/float64(n), float64(n)
	mid := (p + z95*z95/(2*m)) / (1 + z95*z95/m)
	wide := z95 / (1 + z95*z95/m) * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	e := Estimate{p, max(0, mid-wide), min(1, mid+wide)}
	if hits == 0 { // exactly, where rounding would leave a speck
		e.Low = 0
	}
	if hits == n {
		e.High = 1
	}
	return e
}

// sample evaluates a core's formula as coalitions change, player by player.
type sample struct {
	*core
	sums []int64 // of the coalition, by quota
	ofs  [][]int64
	tree node
}

// node is a formula whose quotas are numbered.
type node struct {
	kind  kind
	parts []node
	at    int
	q     int64
}

func newSample(c *core) *sample {
	s := &sample{core: c, ofs: make([][]int64, c.n)}
	if c.kind != always && c.kind != never {
		quotas := c.quotas()
		s.sums = make([]int64, len(quotas))
		for i := range s.ofs {
			for _, q := range quotas {
				s.ofs[i] = append(s.ofs[i], q.w[i])
			}
		}
	}
	next := 0
	s.tree = numbered(&c.formula, &next)
	return s
}

func numbered(f *formula, next *int) node {
	t := node{kind: f.kind, q: f.q, at: *next}
	if f.kind == quota {
		*next++
	}
	for i := range f.parts {
		t.parts = append(t.parts, numbered(&f.parts[i], next))
	}
	return t
}

// wins evaluates the formula on sums, to which sign times a player's weights are added.
func (t *node) wins(sums, w []int64, sign int64) bool {
	switch t.kind {
	case quota:
		x := sums[t.at]
		if w != nil {
			x += sign * w[t.at]
		}
		return x >= t.q
	case allOf, anyOf:
		for i := range t.parts {
			if t.parts[i].wins(sums, w, sign) != (t.kind == allOf) {
				return t.kind == anyOf
			}
		}
		return t.kind == allOf
	}
	return t.kind == always
}

func (s *sample) add(i int, sign int64) {
	for j, w := range s.ofs[i] {
		s.sums[j] += sign * w
	}
}

// minSamples are drawn however many clauses a rule has.
const minSamples = 1000

// estimate draws coalitions and orders at random, and fills in what was not counted.
func (g *Game) estimate(ctx context.Context, c *core, r *Result, o Options) error {
	s := newSample(c)
	o.Samples = min(o.Samples, max(minSamples, c.most.sampled/max(1, c.n*len(s.sums))))
	r.Exact, r.Samples, r.Seed = false, o.Samples, o.Seed
	draw := rand.New(rand.NewPCG(uint64(o.Seed), 0x706f776572)) // a stream of its own
	if r.Winning == nil {
		r.Method = "sample"
		if err := s.coalitions(ctx, draw, r, o.Samples); err != nil {
			return err
		}
	}
	return s.orders(ctx, draw, r, o.Samples)
}

// coalitions estimates what goes by coalitions. A coalition of the core's players is drawn with equal chance; the vetoes are
// in it, since all others lose.
func (s *sample) coalitions(ctx context.Context, draw *rand.Rand, r *Result, samples int) error {
	n, vetoes := s.n, float64(len(s.vetoes))
	hits, wins := make([]int, n), 0
	var each, both = make([]float64, n), make([]float64, n) // sums over samples of a player's swing times all swings
	var all, squares, winAll, winSquares float64
	in := make([]bool, n)
	critical := make([]int, 0, n)
	for k := range samples {
		if k%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		clear(s.sums)
		for i := range in {
			if in[i] = draw.Uint64()&1 == 1; in[i] {
				s.add(i, 1)
			}
		}
		won := s.tree.wins(s.sums, nil, 0)
		critical = critical[:0]
		for i := range in {
			sign := int64(1)
			if in[i] {
				sign = -1
			}
			if in[i] == won && s.tree.wins(s.sums, s.ofs[i], sign) != won {
				critical = append(critical, i)
			}
		}
		t := float64(len(critical))
		if won {
			wins++
			t += 2 * vetoes
			winAll += 2 * t
			winSquares += 4
		}
		all += t
		squares += t * t
		for _, i := range critical {
			hits[i]++
			each[i]++
			both[i] += t
		}
	}
	m := float64(samples)
	scale := math.Pow(2, -vetoes)
	share := Wilson(wins, samples)
	r.WinningShare = scaled(share, scale)
	// The normalised index is a ratio of two means; its interval is that of the delta method.
	normal := func(mean, square, cross float64) Estimate {
		if all == 0 {
			return Estimate{0, 0, 1}
		}
		q := mean / all
		spread := (square - 2*q*cross + q*q*squares) / m
		wide := z95 * math.Sqrt(max(0, spread)/m) / (all / m)
		return Estimate{q, max(0, q-wide), min(1, q+wide)}
	}
	yes, no := true, false
	for i, p := range s.players {
		x := &r.Players[p]
		x.BanzhafAbsoluteValue = scaled(Wilson(hits[i], samples), scale)
		x.BanzhafValue = normal(each[i], each[i], both[i])
		if hits[i] > 0 {
			x.Dummy = &no
		}
	}
	for _, p := range s.vetoes {
		x := &r.Players[p]
		x.BanzhafAbsoluteValue = scaled(share, 2*scale)
		x.BanzhafValue = normal(2*float64(wins), winSquares, winAll)
		x.Dummy = &no
	}
	for _, p := range s.dummies {
		r.Players[p].Dummy = &yes
	}
	return nil
}

func scaled(e Estimate, by float64) Estimate { return Estimate{e.Value * by, e.Low * by, e.High * by} }

// orders estimates the Shapley-Shubik indices: in how many of the orders drawn each player is the one that wins. Dummies
// never are.
func (s *sample) orders(ctx context.Context, draw *rand.Rand, r *Result, samples int) error {
	n, v := s.n, len(s.vetoes)
	order := make([]int, n+v) // from n on: vetoes
	for i := range order {
		order[i] = i
	}
	hits := make([]int, n+v)
	for k := range samples {
		if k%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		draw.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		clear(s.sums)
		missing := v
		for _, i := range order {
			if i < n {
				s.add(i, 1)
			} else {
				missing--
			}
			if missing == 0 && s.tree.wins(s.sums, nil, 0) {
				hits[i]++
				break
			}
		}
	}
	for i, p := range s.players {
		r.Players[p].ShapleyShubikValue = Wilson(hits[i], samples)
	}
	for i, p := range s.vetoes {
		r.Players[p].ShapleyShubikValue = Wilson(hits[n+i], samples)
	}
	return nil
}
