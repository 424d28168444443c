package power

import (
	"context"
	"fmt"
	"math/big"
	"math/bits"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// naive is what a game comes to by looking at every coalition with the ballots' own Wins, and by the definitions.
type naive struct {
	winning, minimal, blocking uint64
	swings                     []uint64
	shapley                    []*big.Rat
	minWin, minBlock           [][]int
}

func naively(n int, wins func(in uint64) bool) *naive {
	out := &naive{swings: make([]uint64, n), shapley: make([]*big.Rat, n)}
	table := make([]bool, 1<<n)
	for c := range table {
		table[c] = wins(uint64(c))
	}
	factorial := func(k int) *big.Int { return new(big.Int).MulRange(1, int64(k)) }
	for i := range out.shapley {
		out.shapley[i] = new(big.Rat)
	}
	for c, won := range table {
		least, most := won, !won
		for i := range n {
			if c>>i&1 == 1 && won && !table[c&^(1<<i)] {
				out.swings[i]++
				s := bits.OnesCount(uint(c))
				out.shapley[i].Add(out.shapley[i], new(big.Rat).SetFrac(new(big.Int).Mul(factorial(s-1), factorial(n-s)), factorial(n)))
			}
			if c>>i&1 == 1 {
				least = least && !table[c&^(1<<i)]
			} else {
				most = most && table[c|1<<i]
			}
		}
		if won {
			out.winning++
		}
		if least {
			out.minimal++
			out.minWin = append(out.minWin, members(uint64(c), n))
		}
		if most {
			out.blocking++
			out.minBlock = append(out.minBlock, members(^uint64(c), n))
		}
	}
	slices.SortFunc(out.minWin, bySize)
	slices.SortFunc(out.minBlock, bySize)
	return out
}

func members(c uint64, n int) []int {
	var out []int
	for i := range n {
		if c>>i&1 == 1 {
			out = append(out, i)
		}
	}
	return out
}

// drawBallots draws one to three ballots over some of n capitals, with two weights.
func drawBallots(t *rapid.T, n int) []*terms.Ballot {
	weights := make([][2]terms.Number, n)
	for i := range weights {
		weights[i] = [2]terms.Number{terms.Int(rapid.Int64Range(0, 6).Draw(t, "votes")), terms.Number(rapid.Int64Range(0, 2_000_000).Draw(t, "people"))}
	}
	var ballots []*terms.Ballot
	for range rapid.IntRange(1, 3).Draw(t, "ballots") {
		var voters []terms.Voter
		var ids []string
		for i := range n {
			if rapid.IntRange(0, 3).Draw(t, "asked") == 0 {
				continue
			}
			voters = append(voters, terms.Voter{ID: fmt.Sprint("c", i), Member: rapid.IntRange(0, 7).Draw(t, "member") > 0,
				Weight: func(name string) terms.Number { return weights[i][len(name)%2] }}) // people, votes: even, odd
			ids = append(ids, voters[len(voters)-1].ID)
		}
		if len(ids) == 0 {
			continue
		}
		if b, err := terms.Compile(drawRule(t, ids, 3), voters); err == nil {
			ballots = append(ballots, b)
		}
	}
	return ballots
}

func drawRule(t *rapid.T, ids []string, depth int) terms.Rule {
	kinds := []terms.RuleKind{terms.RuleYes, terms.RuleWeight, terms.RuleShare, terms.RuleShare, terms.RuleConsentOf, terms.RuleNoObjectionFrom,
		terms.RuleUnanimous, terms.RuleConsensus, terms.RuleConsensusMinus, terms.RuleAllBut}
	if depth > 0 {
		kinds = append(kinds, terms.RuleAll, terms.RuleAny, terms.RuleAll, terms.RuleAny)
	}
	r := terms.Rule{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	weight := rapid.SampledFrom([]string{"votes", "people"})
	switch r.Kind {
	case terms.RuleYes, terms.RuleConsensusMinus, terms.RuleAllBut:
		r.N = rapid.IntRange(1, len(ids)).Draw(t, "n")
	case terms.RuleWeight:
		r.Number, r.Of = terms.Int(rapid.Int64Range(1, 12).Draw(t, "weight")), weight.Draw(t, "of")
	case terms.RuleShare:
		r.Number, r.Strict = terms.Number(rapid.Int64Range(1, 1_000_000).Draw(t, "share")), rapid.Bool().Draw(t, "strict")
		r.Of = rapid.SampledFrom([]string{terms.Members, "votes", "people"}).Draw(t, "of")
	case terms.RuleConsentOf, terms.RuleNoObjectionFrom:
		r.Capitals = rapid.SliceOfN(rapid.SampledFrom(ids), 1, 4).Draw(t, "capitals")
	case terms.RuleAll, terms.RuleAny:
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			r.Rules = append(r.Rules, drawRule(t, ids, depth-1))
		}
	}
	return r
}

// winsAll asks the ballots themselves: consent in the coalition, objection outside it.
func winsAll(g *Game, ballots []*terms.Ballot) func(uint64) bool {
	var at [][]int
	for _, b := range ballots {
		var players []int
		for _, v := range b.Voters() {
			players = append(players, slices.Index(g.players, v.ID))
		}
		at = append(at, players)
	}
	return func(c uint64) bool {
		for k, b := range ballots {
			p := make([]terms.Position, len(at[k]))
			for i, player := range at[k] {
				p[i] = terms.Object
				if c>>player&1 == 1 {
					p[i] = terms.Consent
				}
			}
			if !b.Wins(p) {
				return false
			}
		}
		return true
	}
}

// methods are the ways to count a core; nil if one does not take it.
var methods = map[string]func(context.Context, *core) (*census, error){
	"table": tableCensus,
	"series": func(ctx context.Context, c *core) (*census, error) {
		out, err := seriesCensus(ctx, c)
		return c.blocking(ctx, out, err)
	},
	"split": func(ctx context.Context, c *core) (*census, error) {
		out, err := splitCensus(ctx, c)
		return c.blocking(ctx, out, err)
	},
	"grid": func(ctx context.Context, c *core) (*census, error) {
		out, err := gridSized(ctx, c)
		return c.blocking(ctx, out, err)
	},
	"diagram": func(ctx context.Context, c *core) (*census, error) {
		out, err := diagramCensus(ctx, c)
		return c.blocking(ctx, out, err)
	},
}

// TestMethods holds every method of counting against every coalition looked at one by one, by the ballots' own Wins.
func TestMethods(t *testing.T) {
	used := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 10).Draw(t, "capitals")
		ballots := drawBallots(t, n)
		if len(ballots) == 0 {
			return
		}
		g := New(ballots...)
		wins := winsAll(g, ballots)
		want := naively(len(g.players), wins)
		r, err := g.Analyze(context.Background(), Options{List: 100_000})
		if err != nil {
			t.Fatal(err)
		}
		agree(t, r, want)
		c := coreOf(g.formula, len(g.players), usual())
		if c.kind == always || c.kind == never {
			return
		}
		for name, method := range methods {
			count, err := method(context.Background(), &c)
			if err != nil {
				t.Fatal(err)
			}
			if count == nil {
				continue
			}
			used[name]++
			r := &Result{Exact: true, Method: name, Players: make([]Player, len(g.players))}
			whole := c.whole(count)
			r.Winning, r.MinimalWinning, r.MinimalBlocking = whole.winning, whole.minimalWinning, whole.minimalBlocking
			r.indices(whole, c.groups())
			r.Groups = arranged(c.groups())
			r.list(context.Background(), &c, Options{List: 100_000})
			agree(t, r, want)
		}
	})
	for name := range methods {
		if used[name] < 5 {
			t.Errorf("%s counted %d games only", name, used[name])
		}
	}
	t.Logf("games counted: %v", used)
}

type fataler interface{ Fatalf(string, ...any) }

func agree(t fataler, r *Result, want *naive) {
	if !r.Exact || !same(r.Winning, want.winning) || !same(r.MinimalWinning, want.minimal) || !same(r.MinimalBlocking, want.blocking) {
		t.Fatalf("%s: winning %v, minimal %v, blocking %v; want %d, %d, %d", r.Method, r.Winning, r.MinimalWinning, r.MinimalBlocking,
			want.winning, want.minimal, want.blocking)
	}
	var all uint64
	for _, s := range want.swings {
		all += s
	}
	sum := new(big.Rat)
	for i, p := range r.Players {
		banzhaf := new(big.Rat)
		if all > 0 {
			banzhaf.SetFrac(new(big.Int).SetUint64(want.swings[i]), new(big.Int).SetUint64(all))
		}
		if !same(p.Swings, want.swings[i]) || p.Banzhaf.Cmp(banzhaf) != 0 || p.ShapleyShubik.Cmp(want.shapley[i]) != 0 {
			t.Fatalf("%s, player %d: swings %v, banzhaf %v, shapley %v; want %d, %v, %v", r.Method, i, p.Swings, p.Banzhaf, p.ShapleyShubik,
				want.swings[i], banzhaf, want.shapley[i])
		}
		if *p.Dummy != (want.swings[i] == 0) || p.Veto != (want.winning > 0 && want.swings[i] == want.winning) && r.Players[i].ID != "" {
			t.Fatalf("%s, player %d: dummy %t, veto %t", r.Method, i, *p.Dummy, p.Veto)
		}
		sum.Add(sum, p.ShapleyShubik)
	}
	if all > 0 && sum.Cmp(big.NewRat(1, 1)) != 0 {
		t.Fatalf("%s: the Shapley-Shubik indices sum to %v", r.Method, sum)
	}
	if !r.BlockingAll || !equal(r.Blocking, want.minBlock) || !r.WinnersAll || !equal(r.Winners, want.minWin) {
		t.Fatalf("%s: blocking %v (all %t), want %v; winners %v (all %t), want %v", r.Method, r.Blocking, r.BlockingAll, want.minBlock,
			r.Winners, r.WinnersAll, want.minWin)
	}
	stands := new(big.Int)
	for _, p := range r.BlockingKinds {
		stands.Add(stands, r.Stands(p))
	}
	if !same(stands, want.blocking) && len(r.BlockingKinds) > 0 {
		t.Fatalf("%s: the profiles %v of %v stand for %v blocking coalitions, not %d", r.Method, r.BlockingKinds, r.Groups, stands, want.blocking)
	}
}

func same(a *big.Int, b uint64) bool { return a != nil && a.Cmp(new(big.Int).SetUint64(b)) == 0 }

func equal(a, b [][]int) bool { return slices.EqualFunc(a, b, slices.Equal) }
