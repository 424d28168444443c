package deals

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestProductsAreComparedExactly compares products of surpluses that differ in the last digit, or not at all, whatever
// their size.
func TestProductsAreComparedExactly(t *testing.T) {
	long, ties := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "sheets")
		size := rapid.SampledFrom([]int64{3, 100, 1 << 20, 1 << 53, 1 << 55}).Draw(t, "size")
		m := &model{walk: make([]int64, n), high: [][]int64{make([]int64, n)}}
		base := make([]int64, n)
		for j := range n {
			m.walk[j] = rapid.Int64Range(-5, 5).Draw(t, "walk")
			base[j] = m.walk[j] + rapid.Int64Range(0, size).Draw(t, "base")
			m.high[0][j] = m.walk[j] + size + 4
		}
		p := newProduct(m)
		var best *big.Int
		for range rapid.IntRange(2, 12).Draw(t, "deals") {
			s := make([]int64, n)
			copy(s, base)
			if n > 1 && rapid.Bool().Draw(t, "swap") { // the same product, if the walk-aways are the same
				s[0], s[1] = s[1]-m.walk[1]+m.walk[0], s[0]-m.walk[0]+m.walk[1]
			}
			j := rapid.IntRange(0, n-1).Draw(t, "which")
			s[j] = max(m.walk[j], s[j]+rapid.Int64Range(-2, 2).Draw(t, "by"))
			exact := big.NewInt(1)
			for j := range s {
				exact.Mul(exact, big.NewInt(s[j]-m.walk[j]))
			}
			want := 1
			if best != nil {
				want = exact.Cmp(best)
			}
			if got := p.compare(s, best != nil); got != want {
				t.Fatalf("surpluses of %v over %v: %d, should be %d", s, m.walk, got, want)
			}
			if want == 1 {
				best = exact
			}
			if want == 0 {
				ties++
			}
			if !p.short {
				long++
			}
		}
	})
	if long < 50 || ties < 50 {
		t.Errorf("looked at %d long products and %d ties: too few", long, ties)
	}
}
