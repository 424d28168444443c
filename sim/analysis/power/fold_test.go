package power

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// TestFolded holds the count by remainders against that by sizes at once, which is held against every coalition.
func TestFolded(t *testing.T) {
	passes, dimensions := map[int]int{}, map[int]int{}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 14).Draw(t, "members")
		voters := weighed(n, func(i, j int) int64 { return rapid.Int64Range(0, 9).Draw(t, "weight") })
		b, err := terms.Compile(drawShares(t, 2), voters)
		if err != nil {
			return // a weight that nobody has
		}
		most := usual()
		g := New(b)
		c := coreOf(g.formula, n, most)
		if c.kind == always || c.kind == never {
			return
		}
		want, err := gridSized(context.Background(), &c)
		if err != nil || want == nil {
			return
		}
		for _, over := range []bool{true, false} {
			grid, _ := gridOf(&c)
			grid.over, grid.sized = over, true
			grid.divide()
			f := &folded{grid: grid}
			if _, fits := f.plan(); !fits {
				t.Fatal("it does not fit")
			}
			sizes := f.m * f.passes
			f.m = rapid.IntRange(1, sizes).Draw(t, "m")
			f.passes = (sizes + f.m - 1) / f.m
			got, err := f.census(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			passes[f.passes]++
			dimensions[len(grid.weights)]++
			alike(t, got, want)
		}
	})
	if passes[1] < 10 || passes[2] < 10 || passes[3] < 2 || dimensions[1] < 10 || dimensions[2] < 10 {
		t.Errorf("by passes %v, by number of weights %v", passes, dimensions)
	}
	t.Logf("by passes %v, by number of weights %v", passes, dimensions)
}

func alike(t fataler, got, want *census) {
	if fmt.Sprint(got.sizes) != fmt.Sprint(want.sizes) {
		t.Fatalf("winning coalitions by size %v, not %v", got.sizes, want.sizes)
	}
	if fmt.Sprint(got.withSizes) != fmt.Sprint(want.withSizes) {
		t.Fatalf("winning coalitions with each kind, by size: %v, not %v", got.withSizes, want.withSizes)
	}
}

// TestFoldedMany does so for more members than one prime is enough for, with little memory.
func TestFoldedMany(t *testing.T) {
	draw := rand.New(rand.NewPCG(15, 16))
	b, err := terms.Compile(severalWeights["heads too"], weighed(80, func(i, j int) int64 { return draw.Int64N(6) + 1 }))
	if err != nil {
		t.Fatal(err)
	}
	most := usual()
	c := coreOf(New(b).formula, 80, most)
	want, err := gridSized(context.Background(), &c)
	if err != nil || want == nil {
		t.Fatal("it does not fit", err)
	}
	most.cells = 100_000
	if by, err := gridSized(context.Background(), &c); by != nil || err != nil {
		t.Error("all sizes at once fit into little memory", err)
	}
	got, err := foldedCensus(context.Background(), &c)
	if err != nil || got == nil {
		t.Fatal("it does not fit", err)
	}
	alike(t, got, want)
}

// BenchmarkFund counts a fund of 190 members, whose votes are as unequal as those of real ones, by size.
func BenchmarkFund(b *testing.B) {
	share := func(of string, x terms.Number) terms.Rule {
		return terms.Rule{Kind: terms.RuleShare, Number: x, Of: of}
	}
	most := terms.One * 85 / 100
	for name, c := range map[string]struct {
		votes float64
		rule  terms.Rule
	}{
		"half a million votes, 85 %": {500_000, share("votes", most)},
		"five million votes, 85 %":   {5_000_000, share("votes", most)},
		"five million votes, 85 % and three fifths of the members": {5_000_000,
			terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{share("votes", most), share(terms.Members, terms.One*3/5)}}},
	} {
		b.Run(name, func(b *testing.B) {
			var parts []float64
			var all float64
			for i := range 190 {
				x := 1/(float64(i)+2.5)/(1+float64(i)/40) + 0.0005
				parts, all = append(parts, x), all+x
			}
			var votes []int64
			for i, x := range parts {
				votes = append(votes, int64(x/all*c.votes)+int64(i*i%50))
			}
			g := New(ballot(b, c.rule, votes...))
			for b.Loop() {
				r, err := g.Analyze(context.Background(), Options{List: 10})
				if err != nil || !r.Exact {
					b.Fatal("not exact", err)
				}
			}
		})
	}
}
