package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"

	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

var update = flag.Bool("update", false, "rewrite the golden files; only if you understand what changed them")

func text(t testing.TB, run *report.Run, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Text(&b, run, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-update rewrites it); got\n%s", path, got)
	}
}

func TestGolden(t *testing.T) {
	for name, run := range cases() {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".txt", text(t, run, report.Options{}))
			golden(t, name+".quiet.txt", text(t, run, report.Options{Quiet: true}))
			var j, x bytes.Buffer
			if err := report.JSON(&j, []report.Run{*run}); err != nil {
				t.Fatal(err)
			}
			if err := report.JUnit(&x, []report.Run{*run}); err != nil {
				t.Fatal(err)
			}
			if name != "assembly" { // its JSON is long and shows nothing more
				golden(t, name+".json", j.String())
			}
			golden(t, name+".xml", x.String())
		})
	}
}

func TestLinesFitTheWidth(t *testing.T) {
	all := cases()
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(40, 120).Draw(rt, "width")
		run := all[rapid.SampledFrom([]string{"adopted", "vetoed", "no-quorum", "relayed", "assembly", "wide", "broken"}).Draw(rt, "case")]
		saying := rapid.String().Draw(rt, "saying")
		if r := run.Report; r != nil {
			r.Timeline[len(r.Timeline)-1].Text = saying
			if m := r.Timeline[len(r.Timeline)-1].Move; m != nil {
				m.Text = saying
			}
			r.Scenario.About = saying
		}
		for _, line := range strings.Split(text(t, run, report.Options{Width: width}), "\n") {
			if n := ansi.StringWidth(line); n > width {
				rt.Fatalf("%d columns of %d: %q", n, width, line)
			}
			if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
				rt.Fatalf("a control character: %q", line)
			}
		}
	})
}

func TestGoldenCasesFitByAnotherMeasure(t *testing.T) {
	measure := runewidth.Condition{}
	for name, run := range cases() {
		for _, line := range strings.Split(text(t, run, report.Options{}), "\n") {
			if n := measure.StringWidth(line); n > report.DefaultWidth {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
	}
}

func TestColourOnlyAddsCodes(t *testing.T) {
	for name, run := range cases() {
		dull, bright := text(t, run, report.Options{}), text(t, run, report.Options{Colour: true})
		if strings.Contains(dull, "\x1b") || !strings.Contains(bright, "\x1b") || ansi.Strip(bright) != dull {
			t.Errorf("%s: colour changes the text", name)
		}
	}
}

func TestPoliticsAndMachinesAreKeptApart(t *testing.T) {
	for name, run := range cases() {
		story, _, _ := strings.Cut(text(t, run, report.Options{}), "\nWhat was expected and checked")
		for _, line := range strings.Split(story, "\n") {
			technical := strings.HasPrefix(line, "~ ")
			for _, word := range []string{"quorum", "machine", "leader", "elected"} {
				if strings.Contains(line, word) && !technical && strings.HasPrefix(line, "  ") {
					t.Errorf("%s: %q speaks of machines among politics", name, line)
				}
			}
			if technical && strings.Contains(line, "VETOED") {
				t.Errorf("%s: %q speaks of politics among machines", name, line)
			}
		}
	}
}

func TestJSONHasNoNullList(t *testing.T) {
	empty := run(&sim.Report{Scenario: truce(), On: "virtual"})
	runs := []report.Run{*empty}
	for _, r := range cases() {
		runs = append(runs, *r)
	}
	var b bytes.Buffer
	if err := report.JSON(&b, runs); err != nil {
		t.Fatal(err)
	}
	var all []any
	if err := json.Unmarshal(b.Bytes(), &all); err != nil || len(all) != len(runs) {
		t.Fatalf("%d objects for %d runs: %v", len(all), len(runs), err)
	}
	nullable := map[string]bool{"decided_at": true, "agreement": true, "until": true, "since": true, "value": true}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case nil:
			if !nullable[key] {
				t.Errorf("%s is null", key)
			}
		case []any:
			for _, x := range v {
				walk(key, x)
			}
		case map[string]any:
			for k, x := range v {
				walk(k, x)
			}
		}
	}
	walk("", all)
}

func TestJSONKeepsTheOrderOfTheContract(t *testing.T) {
	var b bytes.Buffer
	if err := report.JSON(&b, []report.Run{*adopted()}); err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, key := range strings.Fields(`scenario seed on ended_at plans id version outcome stage decided_at tally consent object
		abstain absent because kind capitals terms text agreement status until expectations text held found checks name held
		looked_at raft voters elections commits messages leader moves recorded refused unknown record_hash trace_hash
		scenario_seconds raft_seconds wall_seconds`) {
		i := strings.Index(b.String()[at:], `"`+key+`":`)
		if i < 0 {
			t.Fatalf("%s is missing, or too early", key)
		}
		at += i + 1
	}
}

func TestJUnitCounts(t *testing.T) {
	var b bytes.Buffer
	if err := report.JUnit(&b, []report.Run{*adopted(), *vetoed(), *noQuorum(), *broken(), *wide()}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name string `xml:"name,attr"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 4*7+1 || got.Failures != 2 || got.Errors != 2 || len(got.Suites) != 5 {
		t.Errorf("got %+v", got)
	}
}

func TestStatus(t *testing.T) {
	for name, want := range map[string]sim.Status{"adopted": 0, "vetoed": 1, "no-quorum": 3, "relayed": 0, "broken": 3} {
		if got := cases()[name].Status(); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	differing := relayed()
	differing.Replays.RecordHashes = 2
	if got := differing.Status(); got != sim.StatusFailed {
		t.Errorf("differing replays: got %d", got)
	}
	for _, c := range [][3]sim.Status{{0, 0, 0}, {0, 3, 3}, {3, 1, 1}, {1, 2, 2}, {3, 2, 2}} {
		if got := report.Worse(c[0], c[1]); got != c[2] || report.Worse(c[1], c[0]) != c[2] {
			t.Errorf("worse of %d and %d: got %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

// TestAStuckRunIsTold in a line, and not with the stacks of all its goroutines.
func TestAStuckRunIsTold(t *testing.T) {
	run := broken()
	run.Err = errors.New("bubble: stuck: it did not get on for 1m0s of real time\n\n" + strings.Repeat("goroutine 7 [running]:\n", 20_000))
	if got := text(t, run, report.Options{}); !strings.Contains(got, "it did not get on") || strings.Contains(got, "goroutine 7") {
		t.Errorf("%.400s", got)
	}
	trouble := report.Trouble(run)
	if n := strings.Count(trouble, "\n"); n > 50 || !strings.Contains(trouble, "goroutine 7") || !strings.HasSuffix(trouble, "lines more") {
		t.Errorf("%d lines: %.400s", n, trouble)
	}
}
