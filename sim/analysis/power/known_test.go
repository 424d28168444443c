package power

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/parley-sim/parley/node/terms"
)

// weighted is the rule [q; w...].
func weighted(t testing.TB, q int64, w ...int64) *Game {
	return New(ballot(t, terms.Rule{Kind: terms.RuleWeight, Number: terms.Int(q), Of: "votes"}, w...))
}

// TestPublished holds the analysis against tables in the literature.
func TestPublished(t *testing.T) {
	council := func() *Game { // the UN Security Council
		var voters []terms.Voter
		var permanent []string
		for i := range 15 {
			voters = append(voters, terms.Voter{ID: fmt.Sprint("m", i), Member: true})
		}
		for _, v := range voters[:5] {
			permanent = append(permanent, v.ID)
		}
		b, err := terms.Compile(terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleYes, N: 9},
			{Kind: terms.RuleNoObjectionFrom, Capitals: permanent}}}, voters)
		if err != nil {
			t.Fatal(err)
		}
		return New(b)
	}
	for _, c := range []struct {
		name, source      string
		game              *Game
		banzhaf, shapley  []string // of the first players
		winning, minimals int64    // 0: not published
		dummies           []int
	}{
		{"Security Council", "Shapley and Shubik 1954 for fifteen members: 421/2145 and 4/2145; Banzhaf 106/635 and 21/1270", council(),
			[]string{"106/635", "106/635", "106/635", "106/635", "106/635", "21/1270"},
			[]string{"421/2145", "421/2145", "421/2145", "421/2145", "421/2145", "4/2145"}, 848, 210, nil},
		{"EEC 1958", "[12; 4, 4, 4, 2, 2, 1], Brams and Affuso 1976: Luxembourg is a dummy", weighted(t, 12, 4, 4, 4, 2, 2, 1),
			[]string{"5/21", "5/21", "5/21", "1/7", "1/7", "0"}, []string{"7/30", "7/30", "7/30", "3/20", "3/20", "0"}, 14, 4, []int{5}},
		{"EEC 1973", "[41; 10, 10, 10, 10, 5, 5, 3, 3, 2], Brams and Affuso 1976", weighted(t, 41, 10, 10, 10, 10, 5, 5, 3, 3, 2),
			[]string{"53/317", "53/317", "53/317", "53/317", "29/317", "29/317", "21/317", "21/317", "5/317"},
			[]string{"5/28", "5/28", "5/28", "5/28", "17/210", "17/210", "2/35", "2/35", "1/105"}, 0, 0, nil},
		{"[51; 50, 49, 1]", "Taylor and Pacelli, Mathematics and Politics: 3/5, 1/5, 1/5", weighted(t, 51, 50, 49, 1),
			[]string{"3/5", "1/5", "1/5"}, []string{"2/3", "1/6", "1/6"}, 3, 2, nil},
		{"[4; 3, 2, 1]", "Banzhaf 3/5, 1/5, 1/5", weighted(t, 4, 3, 2, 1), []string{"3/5", "1/5", "1/5"}, []string{"2/3", "1/6", "1/6"}, 3, 2, nil},
		{"[6; 4, 3, 2, 1]", "Banzhaf 5/12, 1/4, 1/4, 1/12", weighted(t, 6, 4, 3, 2, 1), []string{"5/12", "1/4", "1/4", "1/12"},
			[]string{"5/12", "1/4", "1/4", "1/12"}, 0, 0, nil},
		{"Nassau County 1958", "[16; 9, 9, 7, 3, 1, 1], Banzhaf 1965: three districts have no power", weighted(t, 16, 9, 9, 7, 3, 1, 1),
			[]string{"1/3", "1/3", "1/3", "0", "0", "0"}, []string{"1/3", "1/3", "1/3", "0", "0", "0"}, 32, 3, []int{3, 4, 5}},
	} {
		r, err := c.game.Analyze(context.Background(), Options{})
		if err != nil || !r.Exact {
			t.Fatal(c.name, err)
		}
		for i := range c.banzhaf {
			if got := r.Players[i].Banzhaf.RatString(); got != c.banzhaf[i] {
				t.Errorf("%s, player %d: Banzhaf %s, want %s (%s)", c.name, i, got, c.banzhaf[i], c.source)
			}
			if got := r.Players[i].ShapleyShubik.RatString(); got != c.shapley[i] {
				t.Errorf("%s, player %d: Shapley-Shubik %s, want %s (%s)", c.name, i, got, c.shapley[i], c.source)
			}
		}
		if c.winning > 0 && (r.Winning.Int64() != c.winning || r.MinimalWinning.Int64() != c.minimals) {
			t.Errorf("%s: %v winning and %v minimal coalitions, want %d and %d", c.name, r.Winning, r.MinimalWinning, c.winning, c.minimals)
		}
		dummies := 0
		for _, p := range r.Players {
			if *p.Dummy {
				dummies++
			}
		}
		if dummies != len(c.dummies) {
			t.Errorf("%s: %d dummies, want %v", c.name, dummies, c.dummies)
		}
	}
}

// TestEUCouncil holds the double majority of the EU Council, which no published table has for these populations, against
// going through all coalitions of its first twenty members; BenchmarkEUCouncil does so for all 27.
func TestEUCouncil(t *testing.T) {
	euAgrees(t, euPopulation[:20])
	r, err := euCouncil(t, euPopulation).Analyze(context.Background(), Options{List: 1})
	if err != nil {
		t.Fatal(err)
	}
	if r.Winning.String() != "17729938" || r.MinimalWinning.String() != "4358018" || r.MinimalBlocking.String() != "3585671" {
		t.Errorf("%v winning, %v minimal winning, %v minimal blocking coalitions", r.Winning, r.MinimalWinning, r.MinimalBlocking)
	}
}

// euAgrees holds the generating function and the truth table against the enumeration.
func euAgrees(t testing.TB, population []int64) {
	winning, swings, bySize := enumerate(population)
	n := len(population)
	g := euCouncil(t, population)
	c := coreOf(g.formula, n, usual())
	factorial := func(k int) *big.Int { return new(big.Int).MulRange(1, int64(k)) }
	var minimal []*big.Int
	for _, name := range []string{"series", "table"} {
		count, err := methods[name](context.Background(), &c)
		if err != nil {
			t.Fatal(err)
		}
		r := &Result{Players: make([]Player, n)}
		r.indices(c.whole(count), c.groups())
		if !same(count.winning, winning) {
			t.Errorf("%s: %v winning coalitions, want %d", name, count.winning, winning)
		}
		for i, p := range r.Players {
			shapley := new(big.Int)
			for s, k := range bySize[i] {
				if k > 0 {
					x := new(big.Int).Mul(factorial(s-1), factorial(n-s))
					shapley.Add(shapley, x.Mul(x, new(big.Int).SetUint64(k)))
				}
			}
			want := new(big.Rat).SetFrac(shapley, factorial(n))
			if !same(p.Swings, swings[i]) || p.ShapleyShubik.Cmp(want) != 0 {
				t.Errorf("%s, member %d: swings %v, want %d; Shapley-Shubik %v, want %v", name, i, p.Swings, swings[i], p.ShapleyShubik, want)
			}
		}
		minimal = append(minimal, count.minimalWinning, count.minimalBlocking)
	}
	if minimal[0].Cmp(minimal[2]) != 0 || minimal[1].Cmp(minimal[3]) != 0 {
		t.Errorf("minimal coalitions: %v", minimal)
	}
}

// electors are the votes of the states and the District of Columbia in the Electoral College from 2024 on; 270 of 538 win.
var electors = []int64{54, 40, 30, 28, 19, 19, 17, 16, 16, 15, 14, 13, 12, 11, 11, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 8, 8, 7, 7, 6, 6, 6,
	6, 6, 6, 5, 5, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3}

// TestElectors holds the generating function against the diagram, which shares nothing with it, for 51 players.
func TestElectors(t *testing.T) {
	if s := sum(electors); s != 538 {
		t.Fatal("there are", s, "electors")
	}
	agreeing(t, weighted(t, 270, electors...), 51)
}

// TestFund does the same for weights spread as in a fund with 120 members, of whom a majority of 85 % is asked.
func TestFund(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 7))
	var w []int64
	for i := range 120 {
		w = append(w, 5+int64(400/(float64(i)+1))+draw.Int64N(3))
	}
	agreeing(t, New(ballot(t, terms.Rule{Kind: terms.RuleShare, Number: terms.One * 85 / 100, Of: "quotas"}, w...)), 120)
}

func agreeing(t *testing.T, g *Game, n int) {
	t.Helper()
	c := coreOf(g.formula, n, usual())
	a, err := seriesCensus(context.Background(), &c)
	if err != nil || a == nil || a.sizes == nil {
		t.Fatal("no generating function", err)
	}
	b, err := diagramCensus(context.Background(), &c)
	if err != nil || b == nil {
		t.Fatal("no diagram", err)
	}
	if a.winning.Cmp(b.winning) != 0 {
		t.Errorf("%v or %v winning coalitions", a.winning, b.winning)
	}
	looked := 0
	for k := range a.with {
		if a.with[k].Cmp(b.with[k]) != 0 {
			t.Errorf("kind %d is in %v or %v winning coalitions", k, a.with[k], b.with[k])
		}
		for s := range b.sizes {
			looked++
			if a.withSizes[k][s].Cmp(b.withSizes[k][s]) != 0 {
				t.Fatalf("kind %d, size %d: %v or %v", k, s, a.withSizes[k][s], b.withSizes[k][s])
			}
		}
	}
	if looked == 0 {
		t.Error("the diagram was not counted by size")
	}
	t.Logf("%d kinds, %d counts by size", len(a.with), looked)
	r, err := g.Analyze(context.Background(), Options{List: 5})
	if err != nil || !r.Exact {
		t.Fatal(err)
	}
	total := new(big.Rat)
	for _, p := range r.Players {
		total.Add(total, p.ShapleyShubik)
	}
	if total.Cmp(big.NewRat(1, 1)) != 0 {
		t.Errorf("the Shapley-Shubik indices sum to %v", total)
	}
}

// TestEstimate holds the sample against the exact indices: the intervals of 95 % hold the truth nearly always, and the same
// seed gives the same figures.
func TestEstimate(t *testing.T) {
	g := New(ballot(t, terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleYes, N: 9},
		{Kind: terms.RuleConsentOf, Capitals: []string{"m0", "m3"}}, {Kind: terms.RuleWeight, Number: terms.Int(60), Of: "votes"}}},
		12, 11, 10, 9, 8, 7, 6, 5, 5, 5, 4, 3, 2, 2, 0))
	exact, err := g.Analyze(context.Background(), Options{})
	if err != nil || !exact.Exact {
		t.Fatal(err)
	}
	c := coreOf(g.formula, len(g.players), usual())
	sampled := func(seed int64) *Result {
		r := &Result{Players: make([]Player, len(g.players))}
		if err := g.estimate(context.Background(), &c, r, Options{Seed: seed, Samples: estimateSamples}); err != nil {
			t.Fatal(err)
		}
		return r
	}
	looked, missed := 0, 0
	for seed := range int64(5) {
		r := sampled(seed)
		for i, p := range r.Players {
			e := exact.Players[i]
			for _, pair := range [][2]Estimate{{p.BanzhafValue, e.BanzhafValue}, {p.BanzhafAbsoluteValue, e.BanzhafAbsoluteValue},
				{p.ShapleyShubikValue, e.ShapleyShubikValue}} {
				looked++
				if truth := pair[1].Value; truth < pair[0].Low || truth > pair[0].High {
					missed++
				}
				if d := math.Abs(pair[0].Value - pair[1].Value); d > 4/math.Sqrt(estimateSamples) {
					t.Errorf("seed %d, player %d: %v is far from %v", seed, i, pair[0], pair[1].Value)
				}
			}
			if p.Dummy != nil && *p.Dummy != *e.Dummy {
				t.Errorf("player %d: dummy %t", i, *p.Dummy)
			}
		}
		if w := exact.WinningShare.Value; w < r.WinningShare.Low*0.95 || w > r.WinningShare.High*1.05 {
			t.Errorf("%v of the coalitions win, not %v", w, r.WinningShare)
		}
	}
	if looked < 200 || float64(missed) > 0.12*float64(looked) {
		t.Errorf("%d of %d intervals of 95 %% miss the truth", missed, looked)
	}
	if a, b := sampled(3), sampled(3); fmt.Sprint(a.Players) != fmt.Sprint(b.Players) && a.Players[0].BanzhafValue != b.Players[0].BanzhafValue {
		t.Error("the same seed gives other figures")
	}
}
