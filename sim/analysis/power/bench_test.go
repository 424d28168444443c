package power

import (
	"context"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/parley-sim/parley/node/terms"
)

// euPopulation are the members' shares of the population for votes in 2025, in hundredths of a per cent (as in
// scenarios/eu-council-vote.yaml).
var euPopulation = []int64{1849, 1517, 1323, 1078, 833, 423, 401, 262, 242, 236, 234, 231, 213, 202, 143, 132, 125, 121, 119, 86, 64, 47,
	42, 30, 21, 15, 12}

func euCouncil(t testing.TB, population []int64) *Game {
	rule := terms.Rule{Kind: terms.RuleAny, Rules: []terms.Rule{
		{Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleShare, Number: terms.One * 55 / 100, Of: terms.Members},
			{Kind: terms.RuleShare, Number: terms.One * 65 / 100, Of: "population"}}},
		{Kind: terms.RuleAllBut, N: 3}}}
	return New(ballot(t, rule, population...))
}

// ballot compiles a rule for members with one weight, whatever its name is.
func ballot(t testing.TB, r terms.Rule, weights ...int64) *terms.Ballot {
	t.Helper()
	var voters []terms.Voter
	for i, w := range weights {
		voters = append(voters, terms.Voter{ID: fmt.Sprint("m", i), Member: true, Weight: func(string) terms.Number { return terms.Int(w) }})
	}
	b, err := terms.Compile(r, voters)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// enumerate counts the EU Council's winning coalitions and swings by going through all 2^27 of them in the order of a Gray
// code, so that each differs from the last by one member: as plain a program as is reasonably quick.
func enumerate(weights []int64) (winning uint64, swings []uint64, bySize [][]uint64) {
	n := len(weights)
	swings = make([]uint64, n)
	bySize = make([][]uint64, n)
	for i := range bySize {
		bySize[i] = make([]uint64, n+1)
	}
	var population, all int64
	for _, w := range weights {
		all += w
	}
	need := (all*65 + 99) / 100
	members, quorum := 0, (n*55+99)/100 // at least 55 %
	in := uint64(0)
	for k := uint64(0); k < 1<<n; k++ {
		if k > 0 {
			i := bits.TrailingZeros64(k)
			in ^= 1 << i
			if in>>i&1 == 1 {
				population, members = population+weights[i], members+1
			} else {
				population, members = population-weights[i], members-1
			}
		}
		if !(members >= quorum && population >= need || members >= n-3) {
			continue
		}
		winning++
		for rest := in; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			if m, p := members-1, population-weights[i]; !(m >= quorum && p >= need || m >= n-3) {
				swings[i]++
				bySize[i][members]++
			}
		}
	}
	return winning, swings, bySize
}

// BenchmarkEUCouncil compares the whole analysis with the enumeration of all coalitions for the same indices: the metric
// "times" is how many analyses are done in the time of one enumeration.
func BenchmarkEUCouncil(b *testing.B) {
	euAgrees(b, euPopulation)
	g := euCouncil(b, euPopulation)
	var analysis, enumeration float64
	b.Run("analysis", func(b *testing.B) {
		for b.Loop() {
			r, err := g.Analyze(context.Background(), Options{List: 1})
			if err != nil || !r.Exact {
				b.Fatal(err, "not exact")
			}
		}
		analysis = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	})
	b.Run("truth-table", func(b *testing.B) {
		c := coreOf(g.formula, len(g.players), usual())
		for b.Loop() {
			if _, err := tableCensus(context.Background(), &c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("enumeration", func(b *testing.B) {
		for b.Loop() {
			enumerate(euPopulation)
		}
		enumeration = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
		if analysis > 0 {
			b.ReportMetric(enumeration/analysis, "times")
		}
	})
}

// BenchmarkMembers counts single-majority games of random weights.
func BenchmarkMembers(b *testing.B) {
	for _, size := range []struct {
		n    int
		most int64
	}{{28, 1_000_000_000}, {100, 1000}, {200, 100}, {200, 1000}} {
		b.Run(fmt.Sprintf("%d/weights to %d", size.n, size.most), func(b *testing.B) {
			draw := rand.New(rand.NewPCG(1, 2))
			var weights []int64
			for range size.n {
				weights = append(weights, draw.Int64N(size.most)+1)
			}
			g := New(ballot(b, terms.Rule{Kind: terms.RuleShare, Number: terms.One / 2, Strict: true, Of: "votes"}, weights...))
			for b.Loop() {
				r, err := g.Analyze(context.Background(), Options{List: 10})
				if err != nil || !r.Exact {
					b.Fatal(err, "not exact")
				}
			}
		})
	}
}
