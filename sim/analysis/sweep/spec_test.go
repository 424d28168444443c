package sweep_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/analysis/sweep"
)

// configure makes a sweep of the month's scenario, on real Raft unless direct is set.
func configure(t fatal, runs int, seed int64, direct bool, vary ...string) (*sweep.Sweep, error) {
	t.Helper()
	text, err := os.ReadFile("testdata/month.yaml")
	if err != nil {
		t.Fatalf("%v", err)
	}
	s, err := scenarios.Parse("month.yaml", text)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return sweep.New(sweep.Config{Version: "test", Text: string(text), Vary: vary, Seed: seed, Runs: runs, Direct: direct}, s)
}

type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// TestSpecs: what a spec varies, as the first runs' lines show.
func TestSpecs(t *testing.T) {
	for spec, want := range map[string]string{
		"seed":                             `"seed":4504009904011241`,
		"london.walk_away=3..12":           `"london.walk_away":3-12 whole`,
		"london.walk_away=3.5..4":          `"london.walk_away":fraction`,
		"london.walk_away=12,3,5":          `"london.walk_away":3|5|12`,
		"kyiv.replies_in=6h..48h":          `"kyiv.replies_in":"duration"`,
		"kyiv.replies_in=1h,2d":            `"kyiv.replies_in":"1h|2d"`,
		"mediators.replies_in=1h..9h":      `"london.replies_in":"duration","paris.replies_in":"duration"`,
		"walk_away=1..9":                   `"london.walk_away":1-9 whole`,
		"red_lines=on,off":                 `"moscow.red_lines":"on|off"`,
		"moscow.red_lines.1=on,off":        `"moscow.red_lines.1":"on|off"`,
		"kyiv.needs=on,off":                `"kyiv.needs":"on|off"`,
		"london.concession=0.2..5":         `"london.concession":fraction`,
		"london.concession.initial=0..0.5": `"london.concession.initial":fraction`,
		"london.concession.over=5d..20d":   `"london.concession.over":"duration"`,
		"paris.otherwise=object,silence":   `"paris.otherwise":"object|silence"`,
		"length=14d,60d":                   `"length":"14d|60d"`,
		"length=20d..70d":                  `"length":"30d|60d"`,
		"peace.length=14d,30d":             `"peace.length":"14d|30d"`,
		"force=none,un":                    `"force":"none|un"`,
		"truce=true,false":                 `"truce":true|false`,
		"peace.troops=0..30000":            `"peace.troops":thousands`,
		"crashes=0.1/d":                    `"crashes":count`,
		"crashes = 2/w for 1h..2d":         `"crashes":count`,
		"cuts=0.01/h for 6h":               `"cuts":count`,
	} {
		w, err := configure(t, 100, 1, false, spec)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for run := 1; run <= 50; run++ {
			r := w.UnfinishedRun(run)
			line := string(w.AppendLine(nil, sweep.JSONL, &r))
			inputs := line[strings.Index(line, `"inputs":{`)+10 : strings.Index(line, `},"technical"`)]
			if spec == "seed" {
				if run == 1 && inputs != want {
					t.Errorf("%s: %s; it used to draw %s: what a seed draws must never change", spec, inputs, want)
				}
			} else if !like(inputs, want) {
				t.Errorf("%s: run %d has %s", spec, run, inputs)
			}
		}
	}
}

// like compares inputs with a pattern, part by part.
func like(inputs, pattern string) bool {
	a, b := strings.Split(inputs, ","), strings.Split(pattern, ",")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		key, value, _ := strings.Cut(a[i], ":")
		wantKey, want, _ := strings.Cut(b[i], ":")
		if key != wantKey || strings.HasPrefix(value, `"`) != strings.HasPrefix(want, `"`) {
			return false
		}
		value, want = strings.Trim(value, `"`), strings.Trim(want, `"`)
		var n, low, high int
		var x float64
		switch {
		case want == "duration":
			if _, err := terms.ParseDuration(value); err != nil {
				return false
			}
		case want == "fraction":
			if _, err := fmt.Sscanf(value, "%g", &x); err != nil {
				return false
			}
		case want == "count":
			if _, err := fmt.Sscanf(value, "%d", &n); err != nil || n < 0 {
				return false
			}
		case want == "thousands":
			if _, err := fmt.Sscanf(value, "%d", &n); err != nil || n%1000 != 0 || n < 0 || n > 30000 {
				return false
			}
		case strings.HasSuffix(want, " whole"):
			fmt.Sscanf(want, "%d-%d", &low, &high)
			if _, err := fmt.Sscanf(value, "%d", &n); err != nil || n < low || n > high || fmt.Sprint(n) != value {
				return false
			}
		default:
			if !strings.Contains("|"+want+"|", "|"+value+"|") {
				return false
			}
		}
	}
	return true
}

// TestWrongSpecs: every mistake is told, with what would be right.
func TestWrongSpecs(t *testing.T) {
	for spec, want := range map[string]string{
		"":                                "say what to vary",
		"=3":                              "say what to vary",
		"seed=3":                          "seed takes no values",
		"sede":                            "did you mean seed?",
		"moscow":                          "say what of moscow varies",
		"moskow.replies_in=1h,2h":         "did you mean moscow.replies_in?",
		"moscow.walkaway=1..2":            "did you mean moscow.walk_away?",
		"moscow.zzz=1":                    `moscow has no parameter "zzz"; it takes replies_in, walk_away`,
		"moscow.walk_away=1..2":           "moscow has no score sheet",
		"moscow.needs=on,off":             "moscow has no needs",
		"moscow.red_lines.2=on,off":       "has not that many red lines",
		"moscow.red_lines.0=on,off":       "no parameter",
		"kyiv.concession=1..2":            "does not concede",
		"needs.7=on,off":                  "no capital of these has it",
		"moscow.red_lines=on,of":          `"of" is not one of on, off; did you mean`,
		"moscow.red_lines":                "say between what it varies: moscow.red_lines=on,off",
		"kyiv.replies_in=48h..6h":         "write the lesser first",
		"kyiv.replies_in=6h..6h":          "it does not vary",
		"kyiv.replies_in=6..48h":          "Give the unit",
		"kyiv.replies_in=1h,,2h":          "a value of the list is empty",
		"kyiv.replies_in=1h,60m":          "listed twice",
		"london.walk_away=3..x":           "is not a number",
		"london.concession=0..2":          "an exponent is 0.001 to 1000",
		"london.concession.initial=0..2":  "0 to 1",
		"london.concession.over=0h..2d":   "it takes some time",
		"paris.otherwise=maybe":           "is not one of consent",
		"length=14d,31d":                  "length takes one of 14d, 30d, 60d, not 31d",
		"length=15d..20d":                 "0 lie between 15d and 20d",
		"force=un,natoo":                  "force",
		"force=[un":                       "bracket",
		"peace.troops=0..500":             "in steps of 1000",
		"peace.troops=0..40000":           "takes 0 to 30000",
		"troops=0..1000":                  "no plan sets the term troops; peace.troops sets it in one",
		"crashes":                         "say between what it varies: crashes=0.1/d",
		"crashes=0.1":                     "is not a rate",
		"crashes=0.1/y":                   "is not a rate",
		"crashes=0/d":                     "a rate is more than 0",
		"crashes=-1/d":                    "a rate is more than 0",
		"crashes=100/h":                   "at most 1000 can be expected",
		"crashes=0.1/d for 2d..1h":        "write the lesser first",
		"crashes=0.1/d for 0h..1h":        "a minute or longer",
		"crashes=0.1/d for ever":          "is not a duration",
		"crashs=0.1/d":                    "did you mean crashes?",
		"cuts=" + strings.Repeat("9", 99): "is not a rate",
		strings.Repeat("x", 20_000):       "at most 10000 are allowed",
		"london.walk_away=" + list(300):   "at most 200 are allowed",
	} {
		_, err := configure(t, 100, 1, false, spec)
		var wrong *sweep.SpecError
		if !errors.As(err, &wrong) {
			t.Errorf("%.40s: %v", spec, err)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v; want %q in it", spec, err, want)
		} else if len(err.Error()) > 600 {
			t.Errorf("%.40s: the message has %d bytes", spec, len(err.Error()))
		}
	}
}

func list(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprint(i)
	}
	return strings.Join(words, ",")
}

func TestWrongSweeps(t *testing.T) {
	for name, c := range map[string]struct {
		runs   int
		direct bool
		vary   []string
		want   string
	}{
		"no runs":               {0, false, nil, "2 to 10000000 runs, not 0"},
		"one run":               {1, false, nil, "not 1"},
		"too many":              {1 << 40, false, nil, "2 to 10000000"},
		"twice":                 {10, false, []string{"seed", "seed"}, "varied already, by --vary seed"},
		"twice, in other words": {10, false, []string{"walk_away=1..3", "london.walk_away=2..5"}, "london.walk_away is varied already"},
		"a plan's term twice":   {10, false, []string{"force=un,none", "peace.force=un,none"}, "peace's force is varied already"},
		"one value":             {10, false, []string{"force=un"}, "the inputs of all 10 runs are the same"},
		"too rare":              {5, false, []string{"crashes=0.0001/d"}, "the inputs of all 5 runs are the same"},
		"faults without Raft":   {10, true, []string{"crashes=1/d"}, "leave --direct out"},
	} {
		if _, err := configure(t, c.runs, 1, c.direct, c.vary...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q in it", name, err, c.want)
		}
	}
	still := "scenario: still\ncapitals: {a: , b: }\nterms: {x: {flag: true}}\nprocedures: {p: {stages: [{name: s, rule: {yes: 2}, window: 1d}]}}\n" +
		"plans: {deal: {terms: {x: true}}}\nscript: [{at: 0h, propose: deal, by: a}]\n"
	s, err := scenarios.Parse("still.yaml", []byte(still))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sweep.New(sweep.Config{Text: still, Runs: 10, Direct: true}, s); err == nil || !strings.Contains(err.Error(), "nothing of this scenario is drawn") {
		t.Errorf("nothing varies, and it says %v", err)
	}
	if _, err := sweep.New(sweep.Config{Text: still, Runs: 10}, s); err != nil {
		t.Errorf("on real Raft a seed moves the machines: %v", err)
	}
}

// someSpecs are specs that go together.
var someSpecs = []string{"seed", "london.walk_away=3..12", "replies_in=1h..5d", "moscow.red_lines=on,off", "needs=on,off", "length=14d,30d,60d",
	"peace.troops=0..30000", "london.concession=0.2..5", "paris.otherwise=consent,object,abstain,silence", "crashes=0.2/d", "cuts=1/w for 1h..9d"}

// TestDrawsRestOnTheSeedAndTheRunAlone: another number of runs, or another input beside, changes no draw; another seed does.
func TestDrawsRestOnTheSeedAndTheRunAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		specs := rapid.SliceOfNDistinct(rapid.SampledFrom(someSpecs), 1, 6, rapid.ID).Draw(t, "specs")
		seed, run := rapid.Int64().Draw(t, "seed"), rapid.IntRange(1, 1000).Draw(t, "run")
		a, err := configure(t, 1000, seed, false, specs...)
		if err != nil {
			t.Fatalf("%v", err)
		}
		b, err := configure(t, sweep.MaxRuns, seed, false, specs...)
		if err != nil {
			t.Fatalf("%v", err)
		}
		one, two := a.UnfinishedRun(run), b.UnfinishedRun(run)
		if x, y := string(a.AppendLine(nil, sweep.JSONL, &one)), string(b.AppendLine(nil, sweep.JSONL, &two)); x != y {
			t.Fatalf("%s of 1000 runs, %s of more", x, y)
		}
		if a.Fingerprint(one.Inputs) != b.Fingerprint(two.Inputs) {
			t.Fatal("equal inputs have different fingerprints")
		}
		alone, err := configure(t, 1000, seed, false, specs[0])
		if err != nil {
			t.Fatalf("%v", err)
		}
		for i, v := range alone.Draw(run) {
			if one.Inputs[i] != v {
				t.Fatalf("%s draws otherwise beside %v", specs[0], specs[1:])
			}
		}
		variant, _ := a.Variant(one.Inputs)
		if again, _ := b.Variant(two.Inputs); len(variant.Script) != len(again.Script) {
			t.Fatal("equal inputs give different scripts")
		}
	})
}

// TestVariantsLeaveTheScenarioAsItWas, so that runs do not feel each other.
func TestVariantsLeaveTheScenarioAsItWas(t *testing.T) {
	w, err := configure(t, 1000, 1, false, someSpecs...)
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprintf("%+v %+v %+v", w.Played.Plans, len(w.Played.Script), deep(w.Played))
	changed := 0
	for run := 1; run <= 200; run++ {
		s, _ := w.Variant(w.Draw(run))
		if deep(s) != deep(w.Played) {
			changed++
		}
		if got := fmt.Sprintf("%+v %+v %+v", w.Played.Plans, len(w.Played.Script), deep(w.Played)); got != before {
			t.Fatalf("run %d changed the scenario:\n%s\nwas\n%s", run, got, before)
		}
	}
	if changed < 199 {
		t.Errorf("%d of 200 variants differ from the scenario", changed)
	}
}

// deep writes what varies of a scenario.
func deep(s *scenarios.Scenario) string {
	var b strings.Builder
	for i := range s.Parties {
		p := &s.Parties[i]
		fmt.Fprintf(&b, "%s %v ", p.Capital, p.Policy)
		if p.Policy != nil {
			fmt.Fprintf(&b, "%+v %v ", *p.Policy, p.Policy.Concession)
		}
		if p.WalkAway != nil {
			fmt.Fprint(&b, *p.WalkAway)
		}
	}
	for i := range s.Plans {
		fmt.Fprintf(&b, "%+v", s.Plans[i].Draft.Terms)
	}
	for i := range s.Script {
		b.WriteString(s.Script[i].Text)
	}
	return b.String()
}

// FuzzSpec: no spec panics, takes long or is taken without something to vary.
func FuzzSpec(f *testing.F) {
	for _, s := range someSpecs {
		f.Add(s)
	}
	for _, s := range []string{"truce=true,false", "a=..", "force=[un,none]", "peace.=1", "crashes=1/d for ..", "kyiv.replies_in=1h..99999999w", "walk_away=-4e9..9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		w, err := configure(t, 20, 1, false, spec)
		if err != nil {
			if len(err.Error()) > 3000 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
			return
		}
		seen := map[uint64]bool{}
		for run := 1; run <= 20; run++ {
			d := w.Draw(run)
			seen[w.Fingerprint(d)] = true
			w.Variant(d)
			r := w.UnfinishedRun(run)
			if _, err := w.ParseLine(sweep.JSONL, line(w.AppendLine(nil, sweep.JSONL, &r))); err != nil {
				t.Errorf("%q: run %d cannot be read back: %v", spec, run, err)
			}
		}
		if len(seen) < 2 {
			t.Errorf("%q was taken, and all of 20 runs are the same", spec)
		}
	})
}

func line(b []byte) []byte { return b[:len(b)-1] }
