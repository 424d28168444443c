package power

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// weighed are members with weights a, b and c.
func weighed(n int, weight func(i, j int) int64) []terms.Voter {
	var voters []terms.Voter
	for i := range n {
		w := map[string]terms.Number{}
		for j, name := range []string{"a", "b", "c"} {
			w[name] = terms.Int(weight(i, j))
		}
		voters = append(voters, terms.Voter{ID: fmt.Sprint("m", i), Member: true, Weight: func(name string) terms.Number { return w[name] }})
	}
	return voters
}

// drawShares draws majorities of the weights and of heads, joined by all and any.
func drawShares(t *rapid.T, depth int) terms.Rule {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		return terms.Rule{Kind: terms.RuleShare, Number: terms.Number(rapid.Int64Range(100_000, 900_000).Draw(t, "share")),
			Of: rapid.SampledFrom([]string{"a", "b", "c", "a", "b", "c", terms.Members}).Draw(t, "of")}
	}
	r := terms.Rule{Kind: rapid.SampledFrom([]terms.RuleKind{terms.RuleAll, terms.RuleAny}).Draw(t, "kind")}
	for range rapid.IntRange(2, 3).Draw(t, "parts") {
		r.Rules = append(r.Rules, drawShares(t, depth-1))
	}
	return r
}

// TestGrid holds the generating functions of several weights against every coalition looked at one by one, with sizes and
// without, counted from either side.
func TestGrid(t *testing.T) {
	dimensions, flats := map[int]int{}, 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 11).Draw(t, "members")
		voters := weighed(n, func(i, j int) int64 { return rapid.Int64Range(0, 9).Draw(t, "weight") })
		b, err := terms.Compile(drawShares(t, 2), voters)
		if err != nil {
			return // a weight that nobody has
		}
		g := New(b)
		c := coreOf(g.formula, n, usual())
		if c.kind == always || c.kind == never {
			return
		}
		want := naively(n, winsAll(g, []*terms.Ballot{b}))
		for _, over := range []bool{true, false} {
			for _, sized := range []bool{true, false} {
				grid, ok := gridOf(&c)
				if !ok || grid.heads && !sized {
					continue
				}
				grid.over, grid.sized = over, sized
				grid.divide()
				if _, fits := grid.plan(); !fits {
					t.Fatal("it does not fit")
				}
				count, err := grid.census(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				dimensions[len(grid.weights)]++
				if sized {
					if _, err := c.blocking(context.Background(), count, nil); err != nil {
						t.Fatal(err)
					}
					r := &Result{Exact: true, Method: count.method, Players: make([]Player, n)}
					whole := c.whole(count)
					r.Winning, r.MinimalWinning, r.MinimalBlocking = whole.winning, whole.minimalWinning, whole.minimalBlocking
					r.indices(whole, c.groups())
					r.Groups = arranged(c.groups())
					r.list(context.Background(), &c, Options{List: 100_000})
					agree(t, r, want)
					continue
				}
				flats++
				r := &Result{Players: make([]Player, n)}
				whole := c.whole(count)
				r.indices(whole, c.groups())
				if !same(whole.winning, want.winning) {
					t.Fatalf("%v winning coalitions, not %d", whole.winning, want.winning)
				}
				for i, p := range r.Players {
					if !same(p.Swings, want.swings[i]) || p.ShapleyShubik != nil {
						t.Fatalf("player %d: swings %v, want %d; Shapley-Shubik %v", i, p.Swings, want.swings[i], p.ShapleyShubik)
					}
				}
			}
		}
	})
	if dimensions[2] < 20 || dimensions[3] < 10 || flats < 20 {
		t.Errorf("counted by number of weights: %v, without sizes %d", dimensions, flats)
	}
	t.Logf("counted by number of weights: %v, without sizes %d", dimensions, flats)
}

// severalWeights are rules on several weights at once.
var severalWeights = map[string]terms.Rule{
	"both": {Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleShare, Number: terms.One * 55 / 100, Of: "a"},
		{Kind: terms.RuleShare, Number: terms.One * 65 / 100, Of: "b"}}},
	"either": {Kind: terms.RuleAny, Rules: []terms.Rule{{Kind: terms.RuleShare, Number: terms.One * 75 / 100, Of: "a"},
		{Kind: terms.RuleShare, Number: terms.One * 65 / 100, Of: "b"}}},
	"heads too": {Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleShare, Number: terms.One / 2, Of: terms.Members},
		{Kind: terms.RuleShare, Number: terms.One * 55 / 100, Of: "a"}, {Kind: terms.RuleAny, Rules: []terms.Rule{
			{Kind: terms.RuleShare, Number: terms.One * 65 / 100, Of: "b"}, {Kind: terms.RuleAllBut, N: 3}}}}},
	"three": {Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleShare, Number: terms.One / 2, Of: "a"},
		{Kind: terms.RuleShare, Number: terms.One * 55 / 100, Of: "b"}, {Kind: terms.RuleShare, Number: terms.One * 60 / 100, Of: "c"}}},
}

// TestGridAndDiagram holds them against the decision diagram, which shares nothing with them, for more members than can be
// looked at one by one.
func TestGridAndDiagram(t *testing.T) {
	for name, rule := range severalWeights {
		draw := rand.New(rand.NewPCG(11, 12))
		n := 70 // the counts take more than one prime
		if name == "three" {
			n = 34
		}
		voters := weighed(n, func(i, j int) int64 { return draw.Int64N(3) + 1 })
		b, err := terms.Compile(rule, voters)
		if err != nil {
			t.Fatal(err)
		}
		c := coreOf(New(b).formula, n, usual())
		by, err := gridSized(context.Background(), &c)
		if err != nil || by == nil {
			t.Fatal(name, "does not fit", err)
		}
		diagram, err := diagramCensus(context.Background(), &c)
		if err != nil || diagram == nil || diagram.sizes == nil {
			t.Fatal(name, "has no diagram by size", err)
		}
		for s := range diagram.sizes {
			if by.sizes[s].Cmp(diagram.sizes[s]) != 0 {
				t.Errorf("%s: %v or %v winning coalitions of %d", name, by.sizes[s], diagram.sizes[s], s)
			}
			for k := range diagram.withSizes {
				if by.withSizes[k][s].Cmp(diagram.withSizes[k][s]) != 0 {
					t.Fatalf("%s: kind %d is in %v or %v winning coalitions of %d", name, k, by.withSizes[k][s], diagram.withSizes[k][s], s)
				}
			}
		}
		flat, err := gridFlat(context.Background(), &c)
		if err != nil || (flat == nil) != (name == "heads too") || flat != nil && flat.winning.Cmp(diagram.winning) != 0 {
			t.Errorf("%s: without sizes %v, %v", name, flat, err)
		}
		t.Logf("%s: %v winning coalitions, %d kinds", name, by.winning, len(by.with))
	}
}

// TestGridBounds crosses the bounds: first the Shapley-Shubik indices alone are estimated, then all, and the result says which.
func TestGridBounds(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 6))
	b, err := terms.Compile(severalWeights["both"], weighed(40, func(i, j int) int64 { return draw.Int64N(100) + 1 }))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cells, additions int64
		estimated        string
	}{
		{1 << 27, 1 << 40, "[]"},
		{1_500_000, 1 << 40, "[]"}, // by size, in several passes
		{1_000_000, 1 << 40, "[shapley_shubik]"},
		{1 << 27, 40_000_000, "[shapley_shubik]"},
		{100_000, 1 << 40, "[winning_share banzhaf shapley_shubik]"},
		{1 << 27, 1_000_000, "[winning_share banzhaf shapley_shubik]"},
	} {
		most := usual()
		most.cells, most.mixed, most.minimal, most.sums, most.tracked = c.cells, c.additions, 1_000_000, 10_000, 10_000
		r, err := New(b).Analyze(context.Background(), Options{Samples: 1000, List: 5, most: most})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(r.Estimated()); got != c.estimated || r.Exact != (got == "[]") {
			t.Errorf("with %d words and %d additions by %s: exact is %t, estimated %s; want %s", c.cells, c.additions, r.Method, r.Exact, got, c.estimated)
		}
	}
}

// BenchmarkGrid counts rules on several weights near the bounds.
func BenchmarkGrid(b *testing.B) {
	for _, c := range []struct {
		n    int
		a, b int64
		rule string
	}{{200, 10, 10, "both"}, {200, 10, 10, "heads too"}, {60, 30, 1000, "both"}, {100, 30, 30, "both"}, {40, 12, 12, "three"}} {
		b.Run(fmt.Sprintf("%d members, weights to %d and %d, %s", c.n, c.a, c.b, c.rule), func(b *testing.B) {
			draw := rand.New(rand.NewPCG(1, 2))
			ballot, err := terms.Compile(severalWeights[c.rule], weighed(c.n, func(i, j int) int64 { return draw.Int64N([]int64{c.a, c.b, c.a}[j]) + 1 }))
			if err != nil {
				b.Fatal(err)
			}
			core := coreOf(New(ballot).formula, c.n, usual())
			for b.Loop() {
				by, err := gridSized(context.Background(), &core)
				if err != nil || by == nil {
					b.Fatal("it does not fit", err)
				}
			}
			g, _ := gridOf(&core)
			g.over, g.sized = true, true
			g.divide()
			work, _ := g.plan()
			b.ReportMetric(work/1e9, "billion-additions")
			b.ReportMetric(float64(g.words())/(1<<17), "MiB")
		})
	}
}
