package page

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/trace"
)

// play plays a scenario and returns all that was seen.
func play(t testing.TB, name string, text []byte, seed *int64) *Run {
	t.Helper()
	return playAs(t, name, text, sim.Options{Seed: seed})
}

func playAs(t testing.TB, name string, text []byte, o sim.Options) *Run {
	t.Helper()
	s, err := scenarios.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	run := &trace.Run{File: name, Text: text}
	run.Report, err = sim.Play(context.Background(), s, trace.Collect(run, s, o))
	if err != nil {
		t.Fatal(err)
	}
	return &Run{Run: run}
}

func playLibrary(t testing.TB, id string) *Run {
	t.Helper()
	file, text, err := scenarios.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	return play(t, file, text, nil)
}

func written(t testing.TB, o Options, runs ...*Run) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, o, runs...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// saved writes a page to a file and returns its address.
func saved(t testing.TB, o Options, runs ...*Run) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, written(t, o, runs...), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}

const hostile = `
scenario: hostile
title: "</title><script>hacked=1</script>"
about: "</script><script>hacked=2</script><!-- <img src=x onerror=hacked=3>"
start: 2025-03-02T15:00:00Z
horizon: 10d
capitals:
  kyiv: {role: belligerent, name: "<b onmouseover=hacked=4>Kyiv</b>"}
  moscow: {role: belligerent, name: "]]><svg onload=hacked=5>"}
  london: {role: mediator}
terms:
  force: {choice: [none, un, coalition], title: "<i>force</i>"}
procedures:
  plan:
    stages:
      - {name: parties, members: [kyiv, moscow], rule: {unanimous: true}, window: 5d}
plans:
  truce: {terms: {force: coalition}, title: "<script>hacked=6</script>"}
script:
  - {at: 0h, propose: truce, by: london}
  - {at: 3h, veto: truce, by: moscow, citing: [force], saying: "</script><script>hacked=7</script>"}
  - {at: 4h, say: "<img src=x onerror=hacked=8>", by: kyiv}
`

func TestNothingInAPageComesFromTheScenarioButText(t *testing.T) {
	b := string(written(t, Options{}, play(t, "hostile.yaml", []byte(hostile), nil)))
	if n := strings.Count(b, "hacked=1"); n < 2 { // once in the title, once in the film
		t.Errorf("looked at a page in which the scenario's texts stand %d times", n)
	}
	elements := strings.Count(b, "<script")
	if elements != 2 {
		t.Errorf("the page has %d script elements, want 2", elements)
	}
	if n := strings.Count(b, "</script"); n != 2 {
		t.Errorf("the page ends %d script elements, want 2", n)
	}
	for _, bad := range []string{"<img", "<svg", "<!--", "<b on", "<i>"} {
		if strings.Contains(b, bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(b)
	if policy == nil || strings.Contains(policy[1], "unsafe") || !strings.HasPrefix(policy[1], "default-src &#39;none&#39;") {
		t.Errorf("the policy is %v", policy)
	}
}

func TestPagesOfTheLibraryAreSmall(t *testing.T) {
	const most = 2 << 20
	for _, id := range scenarios.Library() {
		if n := len(written(t, Options{}, playLibrary(t, id))); n > most || n < 150_000 {
			t.Errorf("the page of %s takes %d bytes, want at most %d", id, n, most)
		}
	}
}

// TestFilmSaysWhatTheReportSays: the frames add up to the plans of the report, and the lists to its record.
func TestFilmSaysWhatTheReportSays(t *testing.T) {
	for _, id := range scenarios.Library() {
		run := playLibrary(t, id)
		f := filmOf(run)
		if len(f.Record) != len(run.Report.Record) || len(f.Steps) != len(run.Report.Timeline) {
			t.Errorf("%s: %d moves and %d steps, want %d and %d", id, len(f.Record), len(f.Steps), len(run.Report.Record), len(run.Report.Timeline))
		}
		now := map[string]map[string]json.RawMessage{}
		for _, frame := range f.Plans {
			if now[frame.ID] == nil {
				now[frame.ID] = map[string]json.RawMessage{}
			}
			for name, value := range frame.Change {
				now[frame.ID][name] = value
			}
		}
		looked := 0
		for _, want := range run.Report.Plans {
			if want.Version == 0 {
				continue
			}
			looked++
			b, err := json.Marshal(now[want.ID])
			if err != nil {
				t.Fatal(err)
			}
			var got filmPlan
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatal(err)
			}
			if got.Outcome != want.Outcome || got.Version != want.Version || got.Stage != want.Stage ||
				len(got.Consent) != len(want.Tally.Consent) || len(got.Object) != len(want.Tally.Object) || got.Rule == "" {
				t.Errorf("%s: %s is %+v, want %+v", id, want.ID, got, want)
			}
		}
		if looked == 0 {
			t.Errorf("%s: no plan was looked at", id)
		}
		// At the end everybody who can be reached has stored and applied the whole record.
		last := map[float64]float64{}
		for _, a := range f.Applied {
			last[a[1]] = a[2]
		}
		if n := last[float64(f.places()[run.Report.Raft.Leader])]; int(n) != len(f.Record) {
			t.Errorf("%s: the leader has applied %v moves of %d", id, n, len(f.Record))
		}
		for i := 1; i < len(f.Record); i++ {
			if f.Record[i].T < f.Record[i-1].T || f.Record[i].T == 0 {
				t.Errorf("%s: move %d was applied at %v, after %v", id, i+1, f.Record[i].T, f.Record[i-1].T)
			}
		}
	}
}

// TestSignedMovesCount: the record of real capitals is signed.
func TestSignedMovesCount(t *testing.T) {
	f := filmOf(playAs(t, "hostile.yaml", []byte(hostile), sim.Options{Signed: true}))
	if len(f.Plans) == 0 {
		t.Error("no move of a record that is signed has any effect on the page")
	}
}

func TestDifference(t *testing.T) {
	base := strings.Replace(hostile, "scenario: hostile", "scenario: base", 1)
	a := play(t, "base.yaml", []byte(base), nil)
	for name, c := range map[string]struct {
		text, kind string
		move       int
		same       bool
	}{
		"the same":      {text: base, same: true},
		"another move":  {text: strings.Replace(base, "veto: truce, by: moscow, citing: [force], saying", "consent: truce, by: moscow, saying", 1), kind: "move", move: 3},
		"one more":      {text: base + "  - {at: 5h, say: more, by: kyiv}\n", kind: "missing", move: 5},
		"another time":  {text: strings.Replace(base, "at: 4h", "at: 6h", 1), kind: "time", move: 4},
		"another fate":  {text: strings.Replace(base, "rule: {unanimous: true}", "rule: {consent_of: [kyiv]}", 1), kind: "outcome", move: 3},
		"another rule ": {text: strings.Replace(base, "window: 5d", "window: 6d", 1), same: true},
	} {
		b := play(t, "base.yaml", []byte(c.text), nil)
		if name == "another fate" && b.Report.Moves.Refused != 1 {
			t.Fatalf("%s: %d moves were refused, want 1", name, b.Report.Moves.Refused)
		}
		d := differenceOf(a, b, []filmRun{filmOf(a), filmOf(b)})
		if d.Same != c.same || d.Kind != c.kind || d.Move != c.move || d.Text == "" {
			t.Errorf("%s: got %+v, want move %d, %q", name, d, c.move, c.kind)
		}
	}
}

func TestHowMany(t *testing.T) {
	run := play(t, "hostile.yaml", []byte(hostile), nil)
	for _, n := range []int{0, 3} {
		if err := Write(&bytes.Buffer{}, Options{}, slices.Repeat([]*Run{run}, n)...); !errors.Is(err, ErrHowMany) {
			t.Errorf("%d runs: got %v", n, err)
		}
	}
}

func TestMoments(t *testing.T) {
	at, _ := terms.ParseInstant("2025-03-08T21:05:00Z")
	for want, m := range map[string]Moment{"": {}, "at=3": {Item: 3}, "move=4": {Sequence: 4}, "at=2025-03-08T21:05:00Z": {Time: at}} {
		if got := m.Fragment(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFailedRunHasAPage(t *testing.T) {
	run := play(t, "hostile.yaml", []byte(hostile), nil)
	run.Report, run.Failed = nil, "the wires burned"
	if !strings.Contains(string(written(t, Options{}, run)), "the wires burned") {
		t.Error("the page does not say why the run failed")
	}
}

// FuzzFilm makes pages of reports, records and sightings that nobody played.
func FuzzFilm(f *testing.F) {
	run := play(f, "hostile.yaml", []byte(hostile), nil)
	record := run.Report.Record
	bare := *run.Report
	bare.Scenario, bare.Record = nil, nil
	encode := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	f.Add(encode(bare), encode(record), encode(run.Sightings))
	f.Add([]byte(`{"Timeline":[{"Kind":"move"},{"Kind":"fault","Fault":{}},{"Kind":"events","Events":[{"kind":"decided"}]}],"Plans":[{}]}`),
		[]byte(`[{"index":18446744073709551615,"move":{"verb":"charter"}},{"index":3}]`),
		[]byte(`[{"kind":"stored","capital":"kyiv","first":0,"index":18446744073709551615},{"kind":"cut","capital":"kyiv"},{"kind":"line"}]`))
	f.Fuzz(func(t *testing.T, report, record, sightings []byte) {
		one := &Run{Run: &trace.Run{Scenario: run.Scenario, Report: &sim.Report{}}}
		if json.Unmarshal(report, one.Report) != nil || json.Unmarshal(record, &one.Report.Record) != nil ||
			json.Unmarshal(sightings, &one.Sightings) != nil {
			return
		}
		one.Report.Scenario = run.Scenario
		var b bytes.Buffer
		if err := Write(&b, Options{}, one); err != nil {
			t.Fatal(err)
		}
		if strings.Count(b.String(), "<script") != 2 {
			t.Error("the page has a script that is not its own")
		}
	})
}
