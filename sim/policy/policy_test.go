package policy_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/policy"
)

// table is a conference in which p has proposed deal: force un, days 14d. a holds a veto, b does not.
const table = `scenario: table
start: 2025-01-06T09:00:00Z
horizon: 20d
capitals: {a: , b: , c: , p: }
terms: {force: {choice: [none, un, nato]}, days: {duration: [14d, 30d]}, troops: {quantity: 0..9}}
procedures:
  plan: {stages: [{name: s, members: [a, b, c], rule: {all: [{yes: 2}, {no_objection_from: a}]}, window: 9d, decides: at-close}]}
plans: {deal: {terms: {force: un, days: 14d}}}
script: [{at: 0h, propose: deal, by: p}]
`

// sit returns the scenario and the state after the proposal, and a function that makes moves.
func sit(t *testing.T) (*scenarios.Scenario, *terms.State, func(by string, m terms.Move)) {
	t.Helper()
	s, err := scenarios.Parse("table.yaml", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	state := terms.New(terms.Options{})
	state.Apply(&terms.Move{Verb: terms.VerbCharter, Charter: &s.Charter, Time: s.Start})
	move := func(by string, m terms.Move) {
		t.Helper()
		m.Capital, m.Number, m.Time = by, state.LastNumber(by)+1, s.Start
		if r := state.Apply(&m); r.Refused {
			t.Fatal(r.Reason)
		}
	}
	draft := s.Plans[0].Draft
	move("p", terms.Move{Verb: terms.VerbPropose, Plan: "deal", Draft: &draft})
	return s, state, move
}

func is(term, value string) terms.Test {
	return terms.Test{Term: term, Op: terms.OpIn, Values: []terms.Value{terms.Choice(value)}}
}

var longer = terms.Test{Term: "days", Op: terms.OpAtLeast, Values: []terms.Value{terms.Span(30 * terms.Day)}}

// answerOf is what a capital with the policy does about the text, a day after it was proposed.
func answerOf(t *testing.T, capital string, party scenarios.Party) policy.Reply {
	t.Helper()
	s, state, _ := sit(t)
	party.Capital = capital
	p := policy.New(s, &party, 1)
	tasks := p.Look(state)
	if len(tasks) != 1 {
		t.Fatalf("%d tasks; want one", len(tasks))
	}
	return p.Do(state, tasks[0], s.Start.Add(terms.Day))
}

func TestAnswers(t *testing.T) {
	line := [][]terms.Test{{is("force", "un")}}
	number := func(n int64) *terms.Number { x := terms.Int(n); return &x }
	scores := []scenarios.Score{{Term: "force", Test: is("force", "un"), Points: terms.Int(6)}, {Term: "force", Test: is("force", "none"), Points: terms.Int(10)}}
	for _, c := range []struct {
		name    string
		capital string
		party   scenarios.Party
		verb    terms.Verb
		citing  []string
		again   terms.Duration // 0: not again
	}{
		{"a red line, of who holds a veto", "a", scenarios.Party{Policy: &scenarios.Policy{RedLines: line}}, terms.VerbVeto, []string{"force"}, 0},
		{"a red line, of who does not", "b", scenarios.Party{Policy: &scenarios.Policy{RedLines: line}}, terms.VerbObject, nil, 0},
		{"a red line that the text does not cross", "a", scenarios.Party{Policy: &scenarios.Policy{RedLines: [][]terms.Test{{is("force", "nato")}}}}, terms.VerbConsent, nil, 0},
		{"half of a red line", "a", scenarios.Party{Policy: &scenarios.Policy{RedLines: [][]terms.Test{{is("force", "un"), longer}}}}, terms.VerbConsent, nil, 0},
		{"a need that is not met", "b", scenarios.Party{Policy: &scenarios.Policy{Needs: [][]terms.Test{{longer}}}}, terms.VerbSay, nil, 0},
		{"a need that is met", "b", scenarios.Party{Policy: &scenarios.Policy{Needs: line}}, terms.VerbConsent, nil, 0},
		{"a red line before a need", "a", scenarios.Party{Policy: &scenarios.Policy{RedLines: line, Needs: [][]terms.Test{{longer}}}}, terms.VerbVeto, []string{"force"}, 0},
		{"otherwise abstain", "b", scenarios.Party{Policy: &scenarios.Policy{Otherwise: scenarios.AnswerAbstain}}, terms.VerbAbstain, nil, 0},
		{"otherwise object", "b", scenarios.Party{Policy: &scenarios.Policy{Otherwise: scenarios.AnswerObject}}, terms.VerbObject, nil, 0},
		{"otherwise silence", "b", scenarios.Party{Policy: &scenarios.Policy{Otherwise: scenarios.AnswerSilence}}, "", nil, 0},
		{"worth its walk-away", "b", scenarios.Party{Scores: scores, WalkAway: number(6), Policy: &scenarios.Policy{}}, terms.VerbConsent, nil, 0},
		{"worth less", "b", scenarios.Party{Scores: scores, WalkAway: number(7), Policy: &scenarios.Policy{}}, terms.VerbObject, nil, 0},
		{"not worth it yet: half of the way, linear", "b", scenarios.Party{Scores: scores, WalkAway: number(2),
			Policy: &scenarios.Policy{Concession: &scenarios.Concession{Exponent: 1}}}, "", nil, 10 * terms.Day},
		{"a conceder has come so far after a day", "b", scenarios.Party{Scores: scores, WalkAway: number(2),
			Policy: &scenarios.Policy{Concession: &scenarios.Concession{Exponent: 9}}}, terms.VerbConsent, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := answerOf(t, c.capital, c.party)
			var verb terms.Verb
			if r.Move != nil {
				verb = r.Move.Verb
				if verb != terms.VerbSay && (r.Move.Plan != "deal" || r.Move.Version != 1) {
					t.Errorf("it answers %s version %d", r.Move.Plan, r.Move.Version)
				}
				if !slices.Equal(r.Move.Citing, c.citing) {
					t.Errorf("it cites %v", r.Move.Citing)
				}
			}
			if verb != c.verb {
				t.Errorf("%q; want %q", verb, c.verb)
			}
			s, _, _ := sit(t)
			if want := s.Start.Add(c.again); c.again > 0 && r.Again != want || c.again == 0 && r.Again != 0 {
				t.Errorf("it comes back at %s", r.Again)
			}
		})
	}
}

func TestItDoesNotSpeakTwice(t *testing.T) {
	s, state, move := sit(t)
	p := policy.New(s, &scenarios.Party{Capital: "b", Policy: &scenarios.Policy{}}, 1)
	task := p.Look(state)[0]
	move("b", terms.Move{Verb: terms.VerbObject, Plan: "deal"})
	if left := p.Look(state); len(left) != 0 {
		t.Errorf("it means to answer what it has answered: %v", left)
	}
	if r := p.Do(state, task, s.Start); r.Move != nil {
		t.Errorf("it speaks over its own objection: %+v", r.Move)
	}
	stranger := policy.New(s, &scenarios.Party{Capital: "p", Policy: &scenarios.Policy{}}, 1)
	if tasks := stranger.Look(state); len(tasks) != 0 {
		t.Errorf("a capital that is not asked means to answer: %v", tasks)
	}
}

func TestJoin(t *testing.T) {
	s, state, move := sit(t)
	value := terms.Quantity(terms.Int(3))
	p := policy.New(s, &scenarios.Party{Capital: "p", Policy: &scenarios.Policy{Joins: []scenarios.Join{{Term: "troops", When: 2, Value: &value}}}}, 1)
	move("a", terms.Move{Verb: terms.VerbPledge, Term: "troops"})
	move("b", terms.Move{Verb: terms.VerbPledge, Term: "troops", If: &terms.Condition{Plan: "deal", Is: "adopted"}})
	if tasks := p.Look(state); len(tasks) != 0 {
		t.Fatalf("it joins though only one pledge counts: %v", tasks)
	}
	move("c", terms.Move{Verb: terms.VerbPledge, Term: "troops"})
	tasks := p.Look(state)
	if len(tasks) != 1 {
		t.Fatalf("%d tasks", len(tasks))
	}
	if r := p.Do(state, tasks[0], s.Start); r.Move == nil || r.Move.Verb != terms.VerbPledge || !r.Move.Value.Equal(value) {
		t.Errorf("%+v", r.Move)
	}
	move("c", terms.Move{Verb: terms.VerbUnpledge, Term: "troops"})
	if r := p.Do(state, tasks[0], s.Start); r.Move != nil {
		t.Errorf("it joins though one has left: %+v", r.Move)
	}
}

// TestConcession holds the formula to what the paper says of it: nothing more than kappa is given at the start, all at
// the deadline, less and less is kept, and beta tells Boulware from conceder. Reaches is its inverse.
func TestConcession(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &scenarios.Concession{Exponent: rapid.Float64Range(0.05, 20).Draw(t, "beta"), Initial: rapid.Float64Range(0, 0.9).Draw(t, "kappa")}
		over := terms.Duration(rapid.IntRange(60, 86400*365).Draw(t, "over"))
		early := terms.Duration(rapid.IntRange(0, int(over)).Draw(t, "early"))
		late := terms.Duration(rapid.IntRange(int(early), int(over)).Draw(t, "late"))
		a, b := policy.Alpha(c, early, over), policy.Alpha(c, late, over)
		if a > b || a < c.Initial || b > 1 {
			t.Fatalf("alpha(%s) = %g, alpha(%s) = %g", early, a, late, b)
		}
		if policy.Alpha(c, 0, over) != c.Initial || policy.Alpha(c, over, over) != 1 {
			t.Fatal("it does not begin at kappa and end at one")
		}
		want := rapid.Float64Range(0, 1).Draw(t, "alpha")
		at := policy.Reaches(c, want, over)
		if got := policy.Alpha(c, at, over); got < want-1e-9 {
			t.Fatalf("at %s only %g of %g is conceded", at, got, want)
		}
		if at > terms.Minute && at < over && policy.Alpha(c, at-terms.Minute, over) > want+1e-9 {
			t.Fatalf("%g is conceded a minute before %s already", want, at)
		}
	})
	half := func(beta float64) float64 { return policy.Alpha(&scenarios.Concession{Exponent: beta}, 50, 100) }
	if !(half(0.2) < 0.5 && math.Abs(half(1)-0.5) < 1e-12 && half(5) > 0.5) {
		t.Errorf("at half time Boulware gives %g, linear %g, conceder %g", half(0.2), half(1), half(5))
	}
}

func TestDraw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := terms.Duration(rapid.IntRange(0, 86400*30).Draw(t, "min"))
		hi := lo + terms.Duration(rapid.IntRange(0, 86400*30).Draw(t, "more"))
		seed := rapid.Int64().Draw(t, "seed")
		d := policy.Draw(seed, scenarios.Span{Min: lo, Max: hi}, "a", "b")
		if d < lo || d > hi || d != policy.Draw(seed, scenarios.Span{Min: lo, Max: hi}, "a", "b") {
			t.Fatalf("%s is not drawn from %s to %s by the seed alone", d, lo, hi)
		}
	})
	seen := map[terms.Duration]bool{}
	for seed := range int64(100) {
		seen[policy.Draw(seed, scenarios.Span{Min: 0, Max: terms.Day}, "x")] = true
	}
	if len(seen) < 80 {
		t.Errorf("100 seeds draw %d different minutes of a day", len(seen))
	}
	if policy.Draw(1, scenarios.Span{Max: terms.Day}, "ab", "c") == policy.Draw(1, scenarios.Span{Max: terms.Day}, "a", "bc") {
		t.Error("purposes run into each other")
	}
}

// TestDrawsStayAsTheyWere: what a seed draws must never change, or old results would be others' results.
func TestDrawsStayAsTheyWere(t *testing.T) {
	day := scenarios.Span{Max: terms.Day}
	for seed, want := range map[int64]terms.Duration{1: 74520, -7: 52560, 1 << 40: 65880} {
		if got := policy.Draw(seed, day, "kyiv", "truce v1 parties 1740927600"); got != want {
			t.Errorf("seed %d draws %d seconds, and used to draw %d", seed, got, want)
		}
	}
}

func TestBestIsNeverExceeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sheet []scenarios.Score
		for range rapid.IntRange(0, 6).Draw(t, "lines") {
			points := terms.Int(rapid.Int64Range(-9, 9).Draw(t, "points"))
			if rapid.Bool().Draw(t, "bound") {
				n := terms.Int(rapid.Int64Range(0, 9).Draw(t, "n"))
				sheet = append(sheet, scenarios.Score{Term: "troops", Points: points,
					Test: terms.Test{Term: "troops", Op: terms.OpAtLeast, Values: []terms.Value{terms.Quantity(n)}}})
			} else {
				option := rapid.SampledFrom([]string{"none", "un", "nato"}).Draw(t, "option")
				duplicate := slices.ContainsFunc(sheet, func(s scenarios.Score) bool {
					return s.Term == "force" && s.Test.Values[0].Choice == option
				})
				if !duplicate {
					sheet = append(sheet, scenarios.Score{Term: "force", Points: points, Test: is("force", option)})
				}
			}
		}
		text := []terms.Setting{
			{Term: "force", Value: terms.Choice(rapid.SampledFrom([]string{"none", "un", "nato"}).Draw(t, "force"))},
			{Term: "troops", Value: terms.Quantity(terms.Int(rapid.Int64Range(0, 9).Draw(t, "troops")))},
		}
		if score, best := policy.ScoreOf(sheet, text), policy.Best(sheet); score > best {
			t.Fatalf("%s is more than the best, %s", score, best)
		}
	})
}
