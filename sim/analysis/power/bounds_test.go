package power

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/parley-sim/parley/node/terms"
)

// TestBounds analyses rules that are too large to be counted out, or nearly so: what comes out is bounded and says what it
// is.
func TestBounds(t *testing.T) {
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
	many := terms.Rule{Kind: terms.RuleAny}
	for range 2000 {
		many.Rules = append(many.Rules, terms.Rule{Kind: terms.RuleConsentOf, Capitals: []string{fmt.Sprint("m", draw.IntN(60)),
			fmt.Sprint("m", draw.IntN(60)), fmt.Sprint("m", draw.IntN(60))}})
	}
	for _, c := range []struct {
		name   string
		voters []terms.Voter
		rule   terms.Rule
		exact  bool
	}{
		{"22 members, three majorities, weights of a billion", members(22, 1e15), both, true},
		{"45 members, three majorities, weights to 20", members(45, 20), both, false},
		{"150 members, huge weights", members(150, 1e15), half("votes"), false},
		{"400 members, heads", members(400, 1), terms.Rule{Kind: terms.RuleShare, Number: terms.One * 2 / 3, Of: terms.Members}, true},
		{"120 members, a majority or three of them", members(120, 40), terms.Rule{Kind: terms.RuleAny, Rules: []terms.Rule{half("votes"),
			{Kind: terms.RuleConsentOf, Capitals: []string{"m1", "m50", "m100"}}}}, true},
		{"200 members, a veto, a majority of both", members(200, 40), terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{half("votes"),
			half(terms.Members), {Kind: terms.RuleNoObjectionFrom, Capitals: []string{"m0", "m1"}}}}, true},
		{"60 members, 2000 clauses", members(60, 5), many, false},
		{"consensus of 1000", members(1000, 1), terms.Rule{Kind: terms.RuleConsensus}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := terms.Compile(c.rule, c.voters)
			if err != nil {
				t.Fatal(err)
			}
			r, err := New(b).Analyze(context.Background(), Options{Samples: 2000, List: 50})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s; %v winning, %d blocking listed (all: %t)", r.Method, r.WinningShare, len(r.Blocking), r.BlockingAll)
			if r.Exact != c.exact {
				t.Errorf("exact is %t", r.Exact)
			}
			if !r.Exact && (r.Samples == 0 || r.Players[0].ShapleyShubikValue.interval() == nil) {
				t.Error("an estimate is not labelled")
			}
			if len(r.Blocking) > 50 || len(r.Winners) > 50 {
				t.Errorf("%d and %d coalitions are listed", len(r.Blocking), len(r.Winners))
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, err := New(b).Analyze(ctx, Options{}); !errors.Is(err, context.Canceled) {
				t.Errorf("a context that has ended gives %v", err)
			}
		})
	}
}
