package power

import (
	"context"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// TestChain holds the count of minimal coalitions by chains against every coalition looked at one by one.
func TestChain(t *testing.T) {
	dimensions, sides, several := map[int]int{}, map[bool]int{}, 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 11).Draw(t, "members")
		most := rapid.SampledFrom([]int64{2, 9, 40}).Draw(t, "most")
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
		for k, x := range []*core{&c, &dual} {
			h := chainOf(x)
			if h == nil {
				continue
			}
			got, err := h.count(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			of := want.minimal
			if k == 1 {
				of = want.blocking - uint64(len(c.vetoes))
			}
			if !same(got, of) {
				t.Fatalf("%v minimal coalitions, not %d (dual: %t)", got, of, k == 1)
			}
			dimensions[len(h.weights)]++
			for _, r := range h.runs {
				sides[r.left]++
				if len(r.boxes) > 1 {
					several++
				}
			}
		}
	})
	if dimensions[2] < 8 || dimensions[3] < 8 || dimensions[4] < 3 || sides[true] < 20 || sides[false] < 20 || several < 10 {
		t.Errorf("counted by number of weights: %v, by what is left over: %v, several classes at once: %d", dimensions, sides, several)
	}
	t.Logf("counted by number of weights: %v, by what is left over: %v, several classes at once: %d", dimensions, sides, several)
}

// TestChainAndSeries holds it against the count by the lightest member, for more members than can be looked at one by one.
func TestChainAndSeries(t *testing.T) {
	c := coreOf(weighted(t, 270, electors...).formula, 51, usual())
	s, _ := seriesOf(&c)
	want, err := s.minimalWinning(context.Background())
	if err != nil || want == nil {
		t.Fatal(err)
	}
	got, err := chainOf(&c).count(context.Background())
	if err != nil || got.Cmp(want) != 0 || got.Cmp(new(big.Int)) == 0 {
		t.Errorf("%v minimal coalitions, not %v (%v)", got, want, err)
	}
}
