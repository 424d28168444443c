package deals

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/report/chart"
)

var update = flag.Bool("update", false, "rewrite the golden files; look at the difference before you keep it")

func analyze(t *testing.T, src string, o Options) *Result {
	t.Helper()
	r, err := Analyze(context.Background(), parse(t, src), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// texts are the terms of deals, one a line.
func texts(list []Deal) string {
	var all []string
	for _, d := range list {
		all = append(all, line1(d.Terms))
	}
	return strings.Join(all, "\n")
}

// TestNashsExample is the barter of Bill and Jack in "The Bargaining Problem" (Econometrica 18, 1950, p. 161): Bill gives
// book, whip, ball and bat, and Jack gives pen, toy and knife.
func TestNashsExample(t *testing.T) {
	goods := []struct {
		name       string
		bill, jack int
		bills      bool
	}{{"book", 2, 4, true}, {"whip", 2, 2, true}, {"ball", 2, 1, true}, {"bat", 2, 2, true}, {"box", 4, 1, true},
		{"pen", 10, 1, false}, {"toy", 4, 1, false}, {"knife", 6, 2, false}, {"hat", 2, 2, false}}
	var term, bill, jack []string
	walkBill, walkJack := 0, 0
	for _, g := range goods {
		term = append(term, g.name+": {choice: [bill, jack]}")
		bill = append(bill, fmt.Sprintf("%s: {bill: %d}", g.name, g.bill))
		jack = append(jack, fmt.Sprintf("%s: {jack: %d}", g.name, g.jack))
		if g.bills {
			walkBill += g.bill
		} else {
			walkJack += g.jack
		}
	}
	r := analyze(t, fmt.Sprintf("scenario: barter\nterms: {%s}\ncapitals:\n  bill: {scores: {%s}, walk_away: %d}\n  jack: {scores: {%s}, walk_away: %d}\n",
		strings.Join(term, ", "), strings.Join(bill, ", "), walkBill, strings.Join(jack, ", "), walkJack), Options{})
	if got := texts(r.Nash); got != "book=jack whip=jack ball=jack bat=jack box=bill pen=bill toy=bill knife=bill hat=jack" {
		t.Errorf("the Nash point is %s", got)
	}
	if len(r.Nash) != 1 || r.Nash[0].Product.String() != "60" || r.Nash[0].Scores.of("bill").String() != "24" || r.Nash[0].Scores.of("jack").String() != "11" {
		t.Errorf("gains of 12 and 5 make 60: %+v", r.Nash)
	}
	if r.Space.String() != "512" || r.Passing != nil {
		t.Errorf("%s deals, passing %v: there is no rule", r.Space, r.Passing)
	}
}

// divided is a dollar of a hundred cents, divided between two with walk-aways.
func divided(walkA, walkB int) string {
	var a, b []string
	for cents := range 101 {
		a = append(a, fmt.Sprintf(`"%d": %d`, cents, cents))
		b = append(b, fmt.Sprintf(`"%d": %d`, cents, 100-cents))
	}
	return fmt.Sprintf("scenario: dollar\nterms: {a-gets: {quantity: 0..100, step: 1}}\ncapitals:\n  a: {scores: {a-gets: {%s}}, walk_away: %d}\n  b: {scores: {a-gets: {%s}}, walk_away: %d}\n"+
		"procedures: {p: {stages: [{rule: {unanimous: true}}]}}\nplans: {p: {terms: {a-gets: 80}}}\n", strings.Join(a, ", "), walkA, strings.Join(b, ", "), walkB)
}

func TestDividingADollar(t *testing.T) {
	for _, c := range []struct {
		a, b      int
		nash      string
		unanimous string
		product   string
	}{
		{0, 0, "a-gets=50", "101", "2500"},
		{30, 10, "a-gets=60", "61", "900"},
		{31, 10, "a-gets=60\na-gets=61", "60", "870"}, // 59 cents cannot be halved
		{60, 40, "a-gets=60", "1", "0"},
		{60, 41, "", "0", ""},
	} {
		r := analyze(t, divided(c.a, c.b), Options{})
		if got := texts(r.Nash); got != c.nash || r.Unanimous.String() != c.unanimous || r.Passing.String() != c.unanimous {
			t.Errorf("walk-aways %d and %d: Nash %q, %s accepted by both, %s passing", c.a, c.b, got, r.Unanimous, r.Passing)
		}
		if len(r.Nash) > 0 && r.Nash[0].Product.String() != c.product {
			t.Errorf("walk-aways %d and %d: the product is %s", c.a, c.b, r.Nash[0].Product)
		}
		if len(r.Pareto) != 101 || len(r.GreatestSum) != 101 || r.GreatestSum[0].Sum.String() != "100" {
			t.Errorf("every division is efficient: %d on the frontier, %d with the greatest sum", len(r.Pareto), len(r.GreatestSum))
		}
		if c.unanimous == "0" {
			// They are a cent apart: either gives way by one.
			if len(r.OpenedBy) != 2 || r.OpenedBy[0].Lift[0].To.String() != "59" || r.OpenedBy[1].Lift[0].To.String() != "40" {
				t.Errorf("what opens the zone: %+v", r.OpenedBy)
			}
		}
	}
}

func TestWhatEmptiesTheZone(t *testing.T) {
	const base = `scenario: x
terms: {force: {choice: [none, un, nato]}, troops: {quantity: 0..4, step: 1}}
capitals:
  kyiv: {scores: {force: {un: 5, nato: 10}, troops: {">= 2": 3}}, walk_away: 8, policy: {needs: [{force: nato}]}}
  moscow: {scores: {force: {none: 10, un: 6}, troops: {"0": 4}}, walk_away: 2, policy: {red_lines: [{force: nato}]}}
`
	r := analyze(t, base, Options{})
	var got []string
	for _, o := range r.OpenedBy {
		var parts []string
		for _, c := range o.Lift {
			s := strings.Join(c.Capitals, "+") + " " + c.Kind + " " + c.Text
			if c.To != nil {
				s += " to " + c.To.String()
			}
			parts = append(parts, s)
		}
		got = append(got, strings.Join(parts, " & ")+" for "+line1(o.Deal.Terms))
	}
	// Without Kyiv's need, un with two troops is worth 8 and 6. Without Moscow's red line, its walk-away still stands in the
	// way of nato, which is worth 4 at most to it, without troops: 10 to Kyiv.
	want := "kyiv need force is nato for force=un troops=2\nmoscow red_line force is nato for force=nato troops=0"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	if len(r.Pareto) != 0 || r.Admissible.Sign() != 0 || len(r.Egalitarian) != 0 {
		t.Errorf("no deal keeps the red line and meets the need: %+v", r.Pareto)
	}
}

// little effort, for tests.
func little() *effort {
	return &effort{states: 5_000, front: frontLimits{combos: 100_000, points: 1_000, work: 500_000},
		samples: 8_000, climbs: 12, moves: 20_000, ties: 50_000, open: 50_000}
}

// A space far beyond what can be gone through, with known figures: sixty flags worth a point each, and a walk-away.
func TestExactBeyondEveryEnumeration(t *testing.T) {
	var ids, all []string
	for i := range 60 {
		ids = append(ids, fmt.Sprintf("f%d: {flag: true}", i))
		all = append(all, fmt.Sprintf("f%d: {true: 1}", i))
	}
	src := fmt.Sprintf("scenario: flags\nterms: {%s}\ncapitals:\n  a: {scores: {%s}, walk_away: 40}\n  b: {scores: {%s}, walk_away: 25}\n",
		strings.Join(ids, ", "), strings.Join(all, ", "), strings.ReplaceAll(strings.Join(all, ", "), "true: 1", "false: 1"))
	r := analyze(t, src, Options{Most: 500, effort: little()})
	want := func(from, to int64) string {
		n := new(big.Int)
		for k := from; k <= to; k++ {
			n.Add(n, new(big.Int).Binomial(60, k))
		}
		return n.String()
	}
	if !strings.Contains(fmt.Sprint(r.Notes, r.Counts.Pareto.Exact), "true") || r.Estimate != nil {
		t.Errorf("not exact: %+v", r.Counts)
	}
	for what, c := range map[string][2]string{
		"space": {r.Space.String(), want(0, 60)}, "a": {r.AcceptedBy["a"].String(), want(40, 60)}, "b": {r.AcceptedBy["b"].String(), want(0, 35)},
		"unanimous": {r.Unanimous.String(), "0"}, "alone": {r.RefusedByOnly["a"].String(), want(0, 35)},
		"all but": {r.AcceptedByAllBut["a"].String(), want(0, 35)},
		"pareto":  {r.Counts.Pareto.Deals.String(), want(0, 60)}, "sum": {r.Counts.GreatestSum.Deals.String(), want(0, 60)},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %s, should be %s", what, c[0], c[1])
		}
	}
	if r.Egalitarian[0].Least.String() != "-3" { // 37 or 38 flags: two and a half points short each
		t.Errorf("the least surplus is %s", r.Egalitarian[0].Least)
	}
	if len(r.Pareto) != 500 {
		t.Errorf("%d deals are written out", len(r.Pareto))
	}
	b, err := json.Marshal(r)
	if err != nil || !bytes.Contains(b, []byte(`"space":"1152921504606846976"`)) {
		t.Errorf("a count beyond 2^53 is a string: %.100s %v", b, err)
	}
}

// Values that nothing tells apart are one class: a quantity of a million million steps costs nothing.
func TestManyValuesFewClasses(t *testing.T) {
	r := analyze(t, `scenario: x
terms: {money: {quantity: 0..1000000000000, step: 1}, men: {quantity: 0..10}, long: {duration: any}, who: {set: any}}
capitals:
  a: {scores: {money: {">= 250000000000": 4, "< 10": -1}, men: {">= 2.5": 1}, long: {">= 30d": 1}, who: {"a, b": 2}}, walk_away: 4}
  b: {}
  c: {}
`, Options{})
	// men: 0, between, 2.5, between, 10; long: none, between, 30d, between, 31d; who: all subsets of three.
	if r.Space.String() != "200000000000200" { // 10^12+1 times 5 times 5 times 8
		t.Errorf("%s deals", r.Space)
	}
	if len(r.Notes) != 2 || !r.Exact {
		t.Errorf("notes on men and long: %q", r.Notes)
	}
	if r.Counts.Nash.Deals.String() != "13500000000018" { // money 750000000001 ways, men 3, long 3, who 2
		t.Errorf("%s deals are worth most", r.Counts.Nash.Deals)
	}
}

// Where exact counts would take too much memory, the answer says so, is the same for a seed, and finds what is known.
func TestSearchOfAVastSpace(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	src := grid(24, 10, 6, func() int { return rng.IntN(1_000_000) })
	o := Options{Seed: 3, Most: 500, effort: little()}
	r := analyze(t, src, o)
	if r.Exact || r.Estimate == nil || r.Space.String() != "1000000000000000000000000" {
		t.Fatalf("%s deals, exact %v", r.Space, r.Exact)
	}
	b, _ := json.Marshal(r)
	if c, _ := json.Marshal(analyze(t, src, o)); !bytes.Equal(b, c) {
		t.Error("the same seed gives two answers")
	}
	m, err := newModel(parse(t, src), &Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.OpenedBy) > 0 {
		t.Error("a sample without an agreement is taken for an empty zone")
	}
	var best int64
	for i := range m.axes {
		var most int64
		for k := range m.axes[i].classes {
			most = max(most, total(m.axes[i].classes[k].points))
		}
		best += most
	}
	if want := m.exact(best).String(); r.GreatestSum[0].Sum.String() != want {
		t.Errorf("the greatest sum is %s, and the search found %s", want, r.GreatestSum[0].Sum)
	}
	if len(r.Nash) == 0 || len(r.Pareto) < 50 {
		t.Errorf("found %d deals with a product, and %d of a frontier", len(r.Nash), len(r.Pareto))
	}
	var text bytes.Buffer
	if err := chart.Text(&text, chart.Options{}, "", r.Sections()...); err != nil || !strings.Contains(text.String(), "too large to be counted exactly") {
		t.Errorf("the text does not say so: %.300s %v", text.String(), err)
	}
}

// An estimate's interval holds the exact figure.
func TestEstimateHoldsTheTruth(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	s := parse(t, grid(6, 4, 3, func() int { return rng.IntN(50) }))
	r, err := Analyze(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := newModel(s, &Options{})
	if err != nil {
		t.Fatal(err)
	}
	tally, _, drawn, err := m.search(context.Background(), &Options{Seed: 1, Most: 10, effort: little()})
	if err != nil {
		t.Fatal(err)
	}
	e := m.result()
	(&work{m: m, r: e, o: &Options{}}).estimate(tally, drawn)
	looked := 0
	for name, i := range e.Estimate.Intervals {
		exact := map[string]*Count{"passing": r.Passing, "unanimous": r.Unanimous}[name]
		if exact == nil {
			exact = r.AcceptedBy[strings.TrimPrefix(name, "accepted_by.")]
		}
		share := float64OF(exact) / float64OF(r.Space)
		if share < float64(i[0])-0.002 || share > float64(i[1])+0.002 { // 95 in 100, and a little: one in twenty would fail
			t.Errorf("%s is %v, and the interval %v", name, share, i)
		}
		looked++
	}
	if looked != 5 {
		t.Errorf("looked at %d intervals", looked)
	}
}

func TestWhatCannotBeAnalysed(t *testing.T) {
	const base = "scenario: x\nterms: {f: {flag: true}}\n"
	many := ""
	for i := range 70 {
		many += fmt.Sprintf("  c%d: {scores: {f: {true: %d}}, walk_away: 1}\n", i, i)
	}
	for src, want := range map[string]string{
		base + "capitals: {a: {}}\n":                                              "no capital has a score sheet",
		base + "capitals: {a: {scores: {}, walk_away: 1}}\n":                      "speak of no term",
		base + "capitals: {a: {role: observer, scores: {f: {true: 1}}}, b: {}}\n": "no capital has a score sheet",
		base + "capitals:\n" + many:                                               "70 reasons to refuse a deal; at most 64",
		base + "capitals: {a: {scores: {f: {true: 3000000000000.000001, false: 3000000000000}}, walk_away: 1}}\n":          "more than can be counted exactly",
		"scenario: x\nterms: {f: {set: any}}\ncapitals:\n" + many17() + "  a: {scores: {f: {\"" + names17() + "\": 1}}}\n": "name 17 capitals of the set; at most 16",
	} {
		_, err := Analyze(context.Background(), parse(t, src), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.120s…\ngives %v, not %q", src, err, want)
		}
	}
	s := parse(t, base+"capitals: {a: {scores: {f: {true: 1}}}}\n")
	if _, err := Analyze(context.Background(), s, Options{Plan: "peace"}); err == nil || !strings.Contains(err.Error(), `no plan "peace"`) {
		t.Errorf("an unknown plan: %v", err)
	}
	if _, err := Analyze(context.Background(), parse(t, base+"capitals: {a: {}}\n"), Options{}); !errors.Is(err, ErrNoSheets) {
		t.Errorf("no sheets: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	rng := rand.New(rand.NewPCG(1, 1))
	if _, err := Analyze(ctx, parse(t, grid(8, 6, 3, func() int { return rng.IntN(9) })), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
}

func many17() string {
	s := ""
	for i := range 17 {
		s += fmt.Sprintf("  m%d:\n", i)
	}
	return s
}

func names17() string {
	var all []string
	for i := range 17 {
		all = append(all, fmt.Sprintf("m%d", i))
	}
	return strings.Join(all, ", ")
}

func TestLinksThatLeaveNothing(t *testing.T) {
	r := analyze(t, "scenario: x\nterms: {f: {flag: true}}\ncapitals: {a: {scores: {f: {true: 1}}}}\n"+
		"deals: {require: [{if: {f: true}, then: {f: false}}, {if: {f: false}, then: {f: true}}]}\n", Options{})
	if r.Space.Sign() != 0 || !r.Exact {
		t.Errorf("%s deals", r.Space)
	}
	var text bytes.Buffer
	if err := chart.Text(&text, chart.Options{}, "", r.Sections()...); err != nil || !strings.Contains(text.String(), "leave no deal") {
		t.Errorf("%s %v", text.String(), err)
	}
}

// TestGolden holds what a person reads, and the JSON, of scenarios in testdata and of the library's exercise.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	for _, file := range append(files, "the-strait-exercise") {
		name, src, err := scenarios.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenarios.Parse(name, src)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Analyze(context.Background(), s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := chart.Text(&text, chart.Options{}, "", r.Sections()...); err != nil {
			t.Fatal(err)
		}
		j, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		for ext, got := range map[string][]byte{".txt": text.Bytes(), ".json": append(j, '\n')} {
			path := filepath.Join("testdata", s.ID+ext)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is not what it was: run with -update and look at the difference (%v)", path, err)
			}
		}
	}
}
