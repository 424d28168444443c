package power

import (
	"context"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// TestMinimals holds the count of minimal coalitions by cells against every coalition looked at one by one.
func TestMinimals(t *testing.T) {
	dimensions, sized, deep := map[int]int{}, map[bool]int{}, 0
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
			m, err := minimalsOf(context.Background(), x)
			if err != nil {
				t.Fatal(err)
			}
			if m == nil {
				continue
			}
			got, err := m.count(context.Background())
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
			dimensions[len(m.along)]++
			sized[m.sized]++
			if m.cells > 20 {
				deep++
			}
		}
	})
	if dimensions[2] < 8 || dimensions[3] < 3 || sized[true] < 20 || sized[false] < 20 || deep < 10 {
		t.Errorf("counted by number of weights: %v, with heads: %v, of many cells: %d", dimensions, sized, deep)
	}
	t.Logf("counted by number of weights: %v, with heads: %v, of many cells: %d", dimensions, sized, deep)
}

// TestMinimalsAndSeries holds it against the count by the lightest member, for more members than can be looked at one by one.
func TestMinimalsAndSeries(t *testing.T) {
	c := coreOf(weighted(t, 270, electors...).formula, 51, usual())
	s, _ := seriesOf(&c)
	want, err := s.minimalWinning(context.Background())
	if err != nil || want == nil {
		t.Fatal(err)
	}
	m, err := minimalsOf(context.Background(), &c)
	if err != nil || m == nil {
		t.Fatal("it does not fit", err)
	}
	got, err := m.count(context.Background())
	if err != nil || got.Cmp(want) != 0 || got.Cmp(new(big.Int)) == 0 {
		t.Errorf("%v minimal coalitions, not %v (%v)", got, want, err)
	}
}
