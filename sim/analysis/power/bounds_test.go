package power

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/parley-sim/parley/node/terms"
)

// bounded is a game on one side or the other of a bound.
type bounded struct {
	name   string
	game   *Game
	exact  bool
	method string // by which it is counted; "" for any
}

// boundedGames are games that are too large to be counted out, or nearly so. size is the number of members that can be looked
// at one by one; the other bounds are crossed by games in proportion.
func boundedGames(t testing.TB, size int) []bounded {
	draw := rand.New(rand.NewPCG(3, 4))
	members := func(n int, most int64) []terms.Voter {
		var voters []terms.Voter
		for i := range n {
			a, b := terms.Number(draw.Int64N(most)+1), terms.Number(draw.Int64N(most)+1)
			voters = append(voters, terms.Voter{ID: fmt.Sprint("m", i), Member: true, Weight: func(name string) terms.Number {
				return map[string]terms.Number{"votes": a, "people": b}[name]
			}})
		}
		return voters
	}
	half := func(of string) terms.Rule { return terms.Rule{Kind: terms.RuleShare, Number: terms.One / 2, Of: of} }
	both := terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{half("votes"), half("people"), half(terms.Members)}}
	named := func(k int, of int) terms.Rule {
		r := terms.Rule{Kind: terms.RuleConsentOf}
		for range k {
			r.Capitals = append(r.Capitals, fmt.Sprint("m", draw.IntN(of)))
		}
		return r
	}
	many := terms.Rule{Kind: terms.RuleAny}
	for range 75 * size {
		many.Rules = append(many.Rules, named(3, 2*size))
	}
	var games []bounded
	add := func(name, method string, exact bool, r terms.Rule, voters []terms.Voter) {
		b, err := terms.Compile(r, voters)
		if err != nil {
			t.Fatal(err)
		}
		games = append(games, bounded{fmt.Sprintf("%d members, %s", len(voters), name), New(b), exact, method})
	}
	any := func(parts ...terms.Rule) terms.Rule { return terms.Rule{Kind: terms.RuleAny, Rules: parts} }
	all := func(parts ...terms.Rule) terms.Rule { return terms.Rule{Kind: terms.RuleAll, Rules: parts} }
	add("three majorities, weights of a billion", "truth table", true, both, members(size-4, 1e15))
	add("three majorities, weights of a billion", "sample", false, both, members(size+10, 1e15))
	add("huge weights", "sample", false, half("votes"), members(5*size, 1e15))
	add("heads", "generating function", true, terms.Rule{Kind: terms.RuleShare, Number: terms.One * 2 / 3, Of: terms.Members}, members(13*size, 1))
	add("a majority or three of them", "generating functions", true, any(half("votes"), named(3, 4*size)), members(4*size, 40))
	add("a veto, a majority of both", "generating function", true, all(half("votes"), half(terms.Members),
		terms.Rule{Kind: terms.RuleNoObjectionFrom, Capitals: []string{"m0", "m1"}}), members(6*size, 40))
	add("many clauses", "sample", false, many, members(2*size, 5))
	add("consensus", "", true, terms.Rule{Kind: terms.RuleConsensus}, members(1000, 1))
	return games
}

// TestBounds analyses such games with lower bounds than the usual ones: what comes out is bounded and says what it is.
func TestBounds(t *testing.T) {
	low := &limits{players: 16, additions: 300_000_000, words: 1 << 20, mixed: 10_000_000, cells: 1 << 17, minimal: 10_000_000, leaves: 8, sums: 60_000,
		bits: 1 << 24, tracked: 20_000, visits: 200_000, sampled: 4_000_000}
	for _, c := range boundedGames(t, 16) {
		t.Run(c.name, func(t *testing.T) {
			r, err := c.game.Analyze(context.Background(), Options{Samples: 2000, List: 50, most: low})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s; %v winning, %d blocking listed (all: %t)", r.Method, r.WinningShare, len(r.Blocking), r.BlockingAll)
			if r.Exact != c.exact || c.method != "" && r.Method != c.method {
				t.Errorf("exact is %t, by %s", r.Exact, r.Method)
			}
			if !r.Exact && (r.Samples == 0 || r.Players[0].ShapleyShubikValue.interval() == nil) {
				t.Error("an estimate is not labelled")
			}
			if len(r.Blocking) > 50 || len(r.Winners) > 50 {
				t.Errorf("%d and %d coalitions are listed", len(r.Blocking), len(r.Winners))
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, err := c.game.Analyze(ctx, Options{most: low}); !errors.Is(err, context.Canceled) {
				t.Errorf("a context that has ended gives %v", err)
			}
		})
	}
}

// BenchmarkBounds analyses games near the usual bounds.
func BenchmarkBounds(b *testing.B) {
	for _, c := range boundedGames(b, maxTable) {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				r, err := c.game.Analyze(context.Background(), Options{List: 50})
				if err != nil || r.Exact != c.exact {
					b.Fatalf("exact is %t, by %s: %v", r.Exact, r.Method, err)
				}
			}
		})
	}
}
