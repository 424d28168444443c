package sweep

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// TestWilson: the interval solves (p - k/n)^2 = z^2 p(1-p)/n, which is how Wilson defined it; and figures that are published
// (R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I,
// method 3).
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		if low, high := Wilson(c.k, c.n); math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 100_000).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		low, high := Wilson(k, n)
		p := float64(k) / float64(n)
		if low < 0 || high > 1 || low > p || high < p {
			t.Fatalf("%d of %d: %g to %g", k, n, low, high)
		}
		for _, x := range []float64{low, high} {
			if got := (x - p) * (x - p) * float64(n); math.Abs(got-z*z*x*(1-x)) > 1e-6 {
				t.Fatalf("%d of %d: %g is no solution", k, n, x)
			}
		}
	})
	if low, high := Wilson(0, 0); low != 0 || high != 1 {
		t.Error("nothing seen says something")
	}
}

func TestQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		horizon := terms.Duration(rapid.IntRange(1, 400*86400).Draw(t, "horizon"))
		x := newTimes(horizon)
		all := rapid.SliceOfN(rapid.IntRange(0, int(horizon)), 1, 50).Draw(t, "times")
		for _, d := range all {
			x.add(terms.Duration(d))
		}
		for _, q := range []float64{0, .1, .25, .5, .75, .9, 1} {
			got := x.quantile(q)
			atMost, below := 0, 0
			for _, d := range all {
				if cell := terms.Duration(d) / x.width * x.width; cell <= got {
					atMost++
					if cell < got {
						below++
					}
				}
			}
			if float64(atMost) < q*float64(len(all))-1e-6 || float64(below) > 0 && float64(below) >= q*float64(len(all))+1e-6 {
				t.Fatalf("the %g quantile of %v is %s: %d are at most that, %d below", q, all, got, atMost, below)
			}
		}
		sum := 0
		bars := x.histogram()
		for i, b := range bars {
			sum += b.Runs
			if b.To <= b.From || i > 0 && b.From != bars[i-1].To {
				t.Fatalf("bars %+v", bars)
			}
		}
		if sum != len(all) || len(bars) > maxBars || bars[0].Runs == 0 || bars[len(bars)-1].Runs == 0 {
			t.Fatalf("%d times in %d bars: %+v", sum, len(bars), bars)
		}
	})
}

// TestHypergeometric compares what is drawn with the distribution's mean and variance.
func TestHypergeometric(t *testing.T) {
	r := random(7)
	for _, c := range [][3]int{{5, 5, 4}, {1, 9, 3}, {300, 700, 100}, {90_000, 10_000, 50_000}, {3, 400_000, 200_000}, {10, 0, 4}, {0, 10, 4}} {
		good, bad, k := c[0], c[1], c[2]
		const draws = 20_000
		sum, squares := 0.0, 0.0
		for range draws {
			x := hypergeometric(&r, good, bad, k)
			if x < max(0, k-bad) || x > min(k, good) {
				t.Fatalf("%v gives %d", c, x)
			}
			sum += float64(x)
			squares += float64(x) * float64(x)
		}
		n := float64(good + bad)
		p := float64(good) / n
		mean, variance := float64(k)*p, float64(k)*p*(1-p)*(n-float64(k))/(n-1)
		got := sum / draws
		if math.Abs(got-mean) > 5*math.Sqrt(variance/draws)+1e-9 {
			t.Errorf("%v: mean %g, want %g", c, got, mean)
		}
		if v := squares/draws - got*got; math.Abs(v-variance) > 0.1*variance+1e-6 {
			t.Errorf("%v: variance %g, want %g", c, v, variance)
		}
	}
}

// TestDepend: what an input that settles everything gives, one that settles something, and one that settles nothing.
func TestDepend(t *testing.T) {
	// An input that settles the outcome alone.
	settled := &table{columns: 2, counts: [][]int{{50, 0}, {0, 50}}}
	if d, is := settled.depend(1); !is || d.Raw != 1 || d.Value < 0.98 || d.P > 0.0011 {
		t.Errorf("settled: %+v %t", d, is)
	}
	// The mutual information of {30 10; 10 30} is known: 1 - H(1/4) bits of 1 bit.
	half := &table{columns: 2, counts: [][]int{{30, 10}, {10, 30}}}
	h := -(0.25*math.Log2(0.25) + 0.75*math.Log2(0.75))
	if d, is := half.depend(1); !is || math.Abs(d.Raw-round(1-h)) > 1e-9 || d.Value >= d.Raw || d.P > 0.0011 {
		t.Errorf("half: %+v %t, want raw %g", d, is, 1-h)
	}
	// Nothing depends on anything: p is even over 0 to 1.
	r := random(5)
	low, n := 0, 400
	for range n {
		free := newTable(4, 3)
		for range 200 {
			free.counts[below(r.next(), 4)][below(r.next(), 3)]++
		}
		d, is := free.depend(r.next())
		if !is {
			t.Fatal("nothing was measured")
		}
		if d.P <= 0.1 {
			low++
		}
	}
	if low < n/25 || low > n*9/50 {
		t.Errorf("of %d inputs that nothing depends on, %d have p of 0.1 or less: want some %d", n, low, n/10)
	}
	for _, nothing := range []*table{{columns: 2, counts: [][]int{{5, 0}, {5, 0}}}, {columns: 2, counts: [][]int{{5, 5}, {0, 0}}}, newTable(3, 3), newTable(0, 3)} {
		if d, is := nothing.depend(1); is {
			t.Errorf("%v gives %+v", nothing.counts, d)
		}
	}
	// The same seed gives the same figures.
	a, _ := half.depend(9)
	if b, _ := half.depend(9); a != b {
		t.Errorf("%+v and %+v", a, b)
	}
}

func TestHolm(t *testing.T) {
	all := []Dependence{{Input: "a", P: 0.02, Value: .1}, {Input: "b", P: 0.001, Value: .3}, {Input: "c", P: 0.03, Value: .5}}
	rank(all)
	// 0.001 <= 0.05/3; 0.02 <= 0.05/2; 0.03 <= 0.05/1.
	for _, d := range all {
		if !d.Clear {
			t.Errorf("%+v is not clear", d)
		}
	}
	if all[0].Input != "c" || all[2].Input != "a" {
		t.Errorf("%+v is not in order", all)
	}
	few := []Dependence{{P: 0.03}, {P: 0.03}, {P: 0.9}}
	rank(few)
	if few[0].Clear || few[1].Clear {
		t.Errorf("0.03 twice in three is clear: %+v", few)
	}
}

// TestDrawsAreEven: every value of a domain comes about as often, and every bin is what it says.
func TestDrawsAreEven(t *testing.T) {
	for name, d := range map[string]domain{"ten": newSteps(3_000_000, 12_000_000, 1_000_000, number), "days": newSteps(0, 86400*5, 60, duration),
		"list": choices{labels: []string{"a", "b", "c"}}, "long list": choices{labels: make([]string, 36)}} {
		counts := make([]int, len(d.bins()))
		const draws = 24_000
		for n := range draws {
			counts[d.bin(d.draw(at(42, n)))]++
		}
		for b, c := range counts {
			want := float64(draws) / float64(len(counts))
			if math.Abs(float64(c)-want) > 6*math.Sqrt(want)+want/10 {
				t.Errorf("%s: %d of %d in class %d of %d", name, c, draws, b, len(counts))
			}
		}
	}
}

func FuzzDomains(f *testing.F) {
	f.Add(int64(0), int64(10), int64(1), uint64(5))
	f.Add(int64(-4e18), int64(4e18), int64(1000), ^uint64(0))
	f.Fuzz(func(t *testing.T, low, high, unit int64, u uint64) {
		const most = 4_000_000_000_000_000_000
		if unit < 1 || unit > most || low > high || low < -most || high > most || (high-low)/unit > most/16 {
			return
		}
		d := newSteps(low, high, unit, number)
		x := d.draw(u)
		if n := d.number(x); n < low || n > high || d.bin(x) < 0 || d.bin(x) >= len(d.bins()) {
			t.Fatalf("%d..%d by %d draws %d in class %d of %d", low, high, unit, n, d.bin(x), len(d.bins()))
		}
	})
}
