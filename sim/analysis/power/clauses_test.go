package power

import (
	"context"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// crowded are formulas of so many clauses for 28 players as make a truth table slow.
func crowded(clauses int) map[string]formula {
	const n = 28
	draw := rand.New(rand.NewPCG(21, 22))
	some := func(share float64) formula {
		w := make([]int64, n)
		for i := range w {
			w[i] = draw.Int64N(1_000_000_000) + 1
		}
		return formula{w: w, q: int64(share * float64(sum(w)))}
	}
	heads := func(k, q int) formula {
		w := make([]int64, n)
		for range k {
			w[draw.IntN(n)] = 1
		}
		return formula{w: w, q: min(int64(q), sum(w))}
	}
	out := map[string]formula{}
	join := func(name string, k kind, parts int, part func(i int) formula) {
		f := formula{kind: k}
		for i := range parts {
			f.parts = append(f.parts, part(i))
		}
		out[name] = f
	}
	join("any of high quotas", anyOf, clauses, func(int) formula { return some(0.7) })
	join("any of higher quotas", anyOf, clauses, func(int) formula { return some(0.8) })
	join("all of low quotas", allOf, clauses, func(int) formula { return some(0.3) })
	join("any of pairs", anyOf, clauses/2, func(int) formula { return formula{kind: allOf, parts: []formula{some(0.65), some(0.65)}} })
	join("all of pairs", allOf, clauses/2, func(int) formula { return formula{kind: anyOf, parts: []formula{some(0.45), some(0.45)}} })
	join("any of names", anyOf, clauses/9, func(int) formula { return heads(9, 9) })
	join("any of some of names", anyOf, clauses/12, func(int) formula { return heads(12, 9) })
	var few []formula
	for range 100 {
		few = append(few, some(0.55))
	}
	join("pairs of a hundred", anyOf, clauses/2, func(i int) formula {
		return formula{kind: allOf, parts: []formula{few[i%100], few[(i/100+i+1)%100]}}
	})
	return out
}

// BenchmarkCrowded fills the truth tables of rules of a thousand conditions for 28 players: many of them on weights of their own.
func BenchmarkCrowded(b *testing.B) {
	for name, f := range crowded(1000) {
		c := coreOf(f, 28, usual())
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := tableCensus(context.Background(), &c); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(c.quotas())), "quotas")
		})
	}
}

// TestTable holds the table of rules of many clauses, nested and on shared weights, against evaluating them on each coalition.
func TestTable(t *testing.T) {
	looked, both := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 14).Draw(t, "players")
		most := rapid.SampledFrom([]int64{1, 3, 40, 1_000_000_000_000}).Draw(t, "most")
		var pool [][]int64
		for range rapid.IntRange(1, 6).Draw(t, "weights") {
			pool = append(pool, rapid.SliceOfN(rapid.Int64Range(0, most), n, n).Draw(t, "w"))
		}
		var drawn func(depth int) formula
		drawn = func(depth int) formula {
			if depth == 0 || rapid.IntRange(0, 4).Draw(t, "leaf") == 0 {
				w := rapid.SampledFrom(pool).Draw(t, "of")
				return formula{w: w, q: rapid.Int64Range(-1, sum(w)+1).Draw(t, "q")}
			}
			f := formula{kind: rapid.SampledFrom([]kind{allOf, anyOf}).Draw(t, "kind")}
			for range rapid.IntRange(1, 12/depth).Draw(t, "parts") {
				f.parts = append(f.parts, drawn(depth-1))
			}
			return f
		}
		f := drawn(3)
		table, err := tableOf(context.Background(), &f, n)
		if err != nil {
			t.Fatal(err)
		}
		in, won := make([]bool, n), 0
		for c := range 1 << n {
			for i := range in {
				in[i] = c>>i&1 == 1
			}
			want := f.wins(in)
			if want {
				won++
			}
			if got := table.words[c>>inWord]>>(c&(1<<inWord-1))&1 == 1; got != want {
				t.Fatalf("coalition %b of %d players: %t, not %t, under %v", c, n, got, want, f)
			}
			looked++
		}
		if 0 < won && won < 1<<n {
			both++
		}
	})
	if both < 20 {
		t.Errorf("%d games only have winners and losers", both)
	}
	t.Logf("%d coalitions; %d games have winners and losers", looked, both)
}
