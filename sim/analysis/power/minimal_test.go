package power

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// uses is what of the count by cells tests have come by.
type uses struct{ weights, passes, heads, upwards, cut, taken map[string]int }

func newUses() *uses {
	return &uses{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
}

func (u *uses) add(m *minimals) {
	u.weights[fmt.Sprint(len(m.along))]++
	u.passes[fmt.Sprint(len(m.passes))]++
	u.heads[fmt.Sprint(m.sized)]++
	for _, p := range m.passes {
		out := p.side(nil)
		var walk func(c *cell)
		walk = func(c *cell) {
			out.add(c.joins...)
			l := p.layOut(c, out)
			u.upwards[fmt.Sprint(l.upwards)]++
			u.cut[fmt.Sprint(c.halves[0] != nil)]++
			u.taken[fmt.Sprint(len(l.steps) > 2)]++
			for _, h := range c.halves {
				if h != nil {
					walk(h)
				}
			}
			for _, k := range c.joins {
				out.many[k] -= m.many[k]
			}
			out.refresh()
		}
		walk(p.root)
	}
}

// enough fails if something was hardly used.
func (u *uses) enough(t *testing.T, least int, weights ...string) {
	t.Helper()
	for _, w := range weights {
		if u.weights[w] < least {
			t.Errorf("%d games of %s weights", u.weights[w], w)
		}
	}
	for _, m := range []map[string]int{u.heads, u.upwards, u.cut, u.taken} {
		if m["true"] < least || m["false"] < least {
			t.Error("hardly looked at")
		}
	}
	t.Logf("weights %v, passes %v, with heads %v; cells upwards %v, cut %v, with several to join %v", u.weights, u.passes, u.heads, u.upwards, u.cut, u.taken)
}

// minimalsBy counts by cells; nil if it does not fit.
func minimalsBy(t fataler, c *core, u *uses) *big.Int {
	m, err := minimalsOf(context.Background(), c)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if m == nil {
		return nil
	}
	u.add(m)
	n, err := m.count(context.Background())
	if err != nil {
		t.Fatalf("%v", err)
	}
	return n
}

// TestMinimals holds the count of minimal coalitions by cells against every coalition looked at one by one.
func TestMinimals(t *testing.T) {
	used := newUses()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 11).Draw(t, "members")
		most := rapid.SampledFrom([]int64{1, 2, 9, 40}).Draw(t, "most")
		voters := weighed(n, func(i, j int) int64 { return rapid.Int64Range(0, most).Draw(t, "weight") })
		b, err := terms.Compile(drawShares(t, 3), voters)
		if err != nil {
			return // a weight that nobody has
		}
		g := New(b)
		c := coreOf(g.formula, n, usual())
		if c.kind == always || c.kind == never {
			return
		}
		want := naively(n, winsAll(g, []*terms.Ballot{b}))
		dual := coreOf(c.dual(), c.n, c.most)
		if got := minimalsBy(t, &c, used); got != nil && !same(got, want.minimal) {
			t.Fatalf("%v minimal winning coalitions, not %d", got, want.minimal)
		}
		if got := minimalsBy(t, &dual, used); got != nil && !same(got, want.blocking-uint64(len(c.vetoes))) {
			t.Fatalf("%v minimal blocking coalitions and %d vetoes, not %d", got, len(c.vetoes), want.blocking)
		}
	})
	used.enough(t, 8, "1", "2", "3")
}

// TestMinimalsAndSeries holds it against the count by the lightest member, for more members than can be looked at one by one.
func TestMinimalsAndSeries(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 8))
	var weights []int64
	for range 90 {
		weights = append(weights, draw.Int64N(200)+1)
	}
	for name, g := range map[string]*Game{"electors": weighted(t, 270, electors...), "council": euCouncil(t, weights)} {
		c := coreOf(g.formula, len(g.players), usual())
		for _, x := range []core{c, coreOf(c.dual(), c.n, c.most)} {
			s, _ := seriesOf(&x)
			want, err := s.minimalWinning(context.Background())
			if err != nil || want == nil || want.Sign() == 0 {
				t.Fatal(name, want, err)
			}
			if got := minimalsBy(t, &x, newUses()); got == nil || got.Cmp(want) != 0 {
				t.Errorf("%s: %v minimal coalitions, not %v", name, got, want)
			}
		}
	}
}

// TestMinimalsAndDiagram holds it against the count by states, for rules on several weights.
func TestMinimalsAndDiagram(t *testing.T) {
	used := newUses()
	for name, rule := range severalWeights {
		draw := rand.New(rand.NewPCG(9, 10))
		n := 40
		switch name {
		case "both":
			n = 66 // more than one prime
		case "three":
			n = 24
		}
		b, err := terms.Compile(rule, weighed(n, func(i, j int) int64 { return draw.Int64N(3) + 1 }))
		if err != nil {
			t.Fatal(err)
		}
		c := coreOf(New(b).formula, n, usual())
		for _, x := range []core{c, coreOf(c.dual(), c.n, c.most)} {
			want, err := minimalByDiagram(context.Background(), &x)
			if err != nil || want == nil || want.Sign() == 0 {
				t.Fatal(name, want, err)
			}
			if got := minimalsBy(t, &x, used); got == nil || got.Cmp(want) != 0 {
				t.Errorf("%s: %v minimal coalitions, not %v", name, got, want)
			}
		}
	}
	used.enough(t, 2, "2", "3")
}

// TestMinimalsOfKinds holds it against binomials: of 200 members in three kinds there are few enough numbers of each kind to
// look at all of them.
func TestMinimalsOfKinds(t *testing.T) {
	of := map[string][]int64{"a": {1, 2, 3}, "b": {3, 1, 4}, "c": {0, 1, 2}}
	used := newUses()
	for name, rule := range severalWeights {
		many := []int{67, 73, 60}
		if name == "three" {
			many = []int{17, 23, 20}
		}
		var kinds []int
		for k, n := range many {
			kinds = append(kinds, slices.Repeat([]int{k}, n)...)
		}
		voters := weighed(len(kinds), func(i, j int) int64 { return of[[]string{"a", "b", "c"}[j]][kinds[i]] })
		b, err := terms.Compile(rule, voters)
		if err != nil {
			t.Fatal(err)
		}
		c := coreOf(New(b).formula, len(voters), usual())
		for _, x := range []core{c, coreOf(c.dual(), c.n, c.most)} {
			s := newSample(&x)
			want := new(big.Int)
			picked := make([]int, len(x.kinds))
			var walk func(k int)
			walk = func(k int) {
				if k == len(picked) {
					if !s.tree.wins(s.sums, nil, 0) {
						return
					}
					for k, n := range picked {
						if n > 0 && s.tree.wins(s.sums, s.ofs[x.kinds[k][0]], -1) {
							return
						}
					}
					want.Add(want, x.size(picked))
					return
				}
				players := x.kinds[k]
				for n := range len(players) + 1 {
					if picked[k] = n; n > 0 {
						s.add(players[0], 1)
					}
					walk(k + 1)
				}
				for range players {
					s.add(players[0], -1)
				}
				picked[k] = 0
			}
			walk(0)
			if got := minimalsBy(t, &x, used); got == nil || got.Cmp(want) != 0 || want.Sign() == 0 {
				t.Errorf("%s: %v minimal coalitions, not %v", name, got, want)
			}
		}
	}
	used.enough(t, 2, "2", "3")
}

// TestMinimalsBounds crosses the bounds of time and memory.
func TestMinimalsBounds(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 6))
	b, err := terms.Compile(severalWeights["both"], weighed(40, func(i, j int) int64 { return draw.Int64N(30) + 1 }))
	if err != nil {
		t.Fatal(err)
	}
	most := usual()
	c := coreOf(New(b).formula, 40, most)
	fits, err := minimalsOf(context.Background(), &c)
	if err != nil || fits == nil {
		t.Fatal("it does not fit", err)
	}
	less := *most
	c.most = &less
	less.minimal = int64(fits.work) - 1
	if m, err := minimalsOf(context.Background(), &c); m != nil || err != nil {
		t.Error("it takes more time than is allowed", err)
	}
	less.minimal, less.cells = most.minimal, fits.words-1
	if m, err := minimalsOf(context.Background(), &c); m != nil || err != nil {
		t.Error("it takes more memory than is allowed", err)
	}
	less.cells, less.additions, less.mixed, less.tracked = 1000, 1000, 1000, 1000
	r, err := New(b).Analyze(context.Background(), Options{Samples: 1000, List: 5, most: &less})
	if err != nil {
		t.Fatal(err)
	}
	if r.MinimalWinning != nil || r.MinimalBlocking != nil || len(r.NotCounted()) != 2 {
		t.Errorf("%v minimal winning and %v blocking coalitions; not counted: %v", r.MinimalWinning, r.MinimalBlocking, r.NotCounted())
	}
	c.most = most
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := fits.count(ctx); err == nil {
		t.Error("it goes on after its context has ended")
	}
}

// BenchmarkMinimals counts minimal winning coalitions of rules on several weights near the bounds.
func BenchmarkMinimals(b *testing.B) {
	for _, c := range []struct {
		n       int
		a, b, c int64
		rule    string
	}{{200, 10, 10, 1, "both"}, {200, 10, 10, 1, "heads too"}, {60, 30, 1000, 1, "both"}, {100, 30, 1000, 1, "either"}, {100, 10, 10, 10, "three"}} {
		b.Run(fmt.Sprintf("%d members, weights to %d, %d and %d, %s", c.n, c.a, c.b, c.c, c.rule), func(b *testing.B) {
			draw := rand.New(rand.NewPCG(1, 2))
			ballot, err := terms.Compile(severalWeights[c.rule], weighed(c.n, func(i, j int) int64 { return draw.Int64N([]int64{c.a, c.b, c.c}[j]) + 1 }))
			if err != nil {
				b.Fatal(err)
			}
			core := coreOf(New(ballot).formula, c.n, usual())
			var m *minimals
			for b.Loop() {
				if m, err = minimalsOf(context.Background(), &core); err != nil || m == nil {
					b.Fatal("it does not fit", err)
				}
				if _, err := m.count(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(m.work*float64(primesFor(c.n))/1e9, "billion-additions")
			b.ReportMetric(float64(m.words)/(1<<17), "MiB")
		})
	}
}
