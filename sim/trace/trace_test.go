package trace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/network"
	"github.com/parley-sim/parley/sim/trace"
)

// The scenario has accents and markup in its texts, a cut and a crash.
const text = `
scenario: small
title: "Déjà vu — <b>bold</b>"
start: 2025-03-02T15:00:00Z
horizon: 10d
capitals:
  kyiv: {role: belligerent}
  moscow: {role: belligerent}
  london: {role: mediator}
terms:
  force: {choice: [none, un, coalition]}
procedures:
  plan:
    stages:
      - {name: parties, members: [kyiv, moscow], rule: {unanimous: true}, window: 5d}
plans:
  truce: {terms: {force: coalition}}
script:
  - {at: 0h, propose: truce, by: london}
  - {at: 1h, cut: [kyiv, london]}
  - {at: 2h, consent: truce, by: kyiv}
  - {at: 3h, veto: truce, by: moscow, citing: [force], saying: "</script><script>alert(1)</script>"}
  - {at: 1d, crash: moscow}
  - {at: 2d, restart: moscow}
`

// played plays the scenario and returns all that was seen.
func played(t testing.TB) *trace.Run {
	t.Helper()
	s, err := scenarios.Parse("small.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	run := &trace.Run{File: "small.yaml", Text: []byte(text)}
	run.Report, err = sim.Play(context.Background(), s, trace.Collect(run, s, sim.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func written(t testing.TB, run *trace.Run) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := trace.Write(&b, run); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	run := played(t)
	b := written(t, run)
	if !trace.IsTrace(b[:20]) {
		t.Errorf("%s is not taken for a trace", b[:20])
	}
	runs, err := trace.Read("x", bytes.NewReader(bytes.Repeat(b, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 2 {
		t.Fatalf("read %d runs, want 2", len(runs))
	}
	for _, got := range runs {
		if !reflect.DeepEqual(got.Sightings, run.Sightings) || len(got.Sightings) < 20 {
			t.Errorf("the sightings differ: %d and %d of them", len(got.Sightings), len(run.Sightings))
		}
		if len(got.Messages) != len(run.Messages) || len(got.Messages) < 50 {
			t.Fatalf("read %d messages, want %d", len(got.Messages), len(run.Messages))
		}
		for i := range got.Messages {
			want := run.Messages[i]
			want.Digest = 0 // it is not written
			if got.Messages[i] != want {
				t.Fatalf("message %d: got %+v, want %+v", i, got.Messages[i], want)
			}
		}
		if got.Seed != run.Seed || got.On != run.On || string(got.Text) != string(run.Text) || got.Scenario.ID != "small" {
			t.Errorf("the header differs: %+v", got)
		}
		if got.Report.RecordHash != run.Report.RecordHash || len(got.Report.Record) != len(run.Report.Record) ||
			len(got.Report.Timeline) != len(run.Report.Timeline) || got.Report.Plans[0].Outcome != run.Report.Plans[0].Outcome {
			t.Errorf("the report differs")
		}
	}
}

// TestTheRunIsTheSame: watching a run changes nothing in it.
func TestTheRunIsTheSame(t *testing.T) {
	run := played(t)
	alone, err := sim.Play(context.Background(), run.Scenario, sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if alone.RecordHash != run.Report.RecordHash {
		t.Error("a run that is watched has another record")
	}
}

func TestFailedRun(t *testing.T) {
	run := played(t)
	run.Report, run.Failed = nil, "the wires burned"
	runs, err := trace.Read("x", bytes.NewReader(written(t, run)))
	if err != nil || runs[0].Report != nil || runs[0].Failed != "the wires burned" {
		t.Errorf("got %+v, %v", runs, err)
	}
}

func TestDamage(t *testing.T) {
	whole := string(written(t, played(t)))
	lines := strings.SplitAfter(whole, "\n")
	lines = lines[:len(lines)-1]
	join := func(l []string) string { return strings.Join(l, "") }
	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "it is empty"},
		"in a line":       {whole[:len(whole)/2], "is not whole"},
		"without its end": {join(lines[:len(lines)-1]), "it has no last line"},
		"without a line":  {join(append(append([]string{}, lines[:5]...), lines[6:]...)), "it had"},
		"edited":          {strings.Replace(whole, `"from":"london"`, `"from":"moscow"`, 1), "checksum does not fit"},
		"newer":           {strings.Replace(whole, `"version":1`, `"version":7`, 1), "is of version 7, and this parley reads up to version 1"},
		"of no version":   {strings.Replace(whole, `"version":1`, `"version":0`, 1), "which there never was"},
		"older parley's":  {lines[2], "an older parley wrote it"},
		"no trace":        {"scenario: x\n", "a trace begins with"},
		"no scenario":     {strings.Replace(whole, `scenario: small`, `scenarioo: small`, 1), "the scenario in the trace is wrong"},
		"something after": {whole + "hello\n", "this is no trace"},
	} {
		if name == "older parley's" {
			for _, l := range lines {
				if strings.HasPrefix(l, `{"scenario"`) {
					c.text = l
					break
				}
			}
		}
		runs, err := trace.Read("run.trace", strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "run.trace:") {
			t.Errorf("%s: got %d runs and %v, want an error with %q", name, len(runs), err, c.want)
		}
	}
}

// TestEveryLineCounts drops and doubles lines, and changes a byte: the reader finds out every time.
func TestEveryLineCounts(t *testing.T) {
	lines := bytes.SplitAfter(bytes.TrimSuffix(written(t, played(t)), []byte("\n")), []byte("\n"))
	looked := 0
	for i := 0; i < len(lines)-1; i += 11 {
		middle := len(lines[i]) / 2
		changed := bytes.Clone(lines[i])
		changed[middle] ^= 1
		for name, put := range map[string][]byte{"dropped": nil, "doubled": bytes.Repeat(lines[i], 2), "changed": changed} {
			looked++
			all := bytes.Join([][]byte{bytes.Join(lines[:i], nil), put, bytes.Join(lines[i+1:], nil), []byte("\n")}, nil)
			if _, err := trace.Read("x", bytes.NewReader(all)); err == nil {
				t.Errorf("line %d %s: nothing was found", i+1, name)
			}
		}
	}
	if looked < 60 {
		t.Errorf("looked at %d changes only", looked)
	}
}

type brokenWriter struct{ left int }

func (w *brokenWriter) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, errors.New("the disk is full")
	}
	return len(b), nil
}

func TestAFullDiskIsTold(t *testing.T) {
	if err := trace.Write(&brokenWriter{20_000}, played(t)); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	// Nothing is played here: a run leaves the process as its replay needs it, in which fuzzing crawls.
	s, err := scenarios.Parse("small.yaml", []byte(text))
	if err != nil {
		f.Fatal(err)
	}
	whole := written(f, &trace.Run{File: "small.yaml", Text: []byte(text), Scenario: s, Report: &sim.Report{},
		Messages:  []network.Message{{Seq: 1, From: "kyiv", To: "london", Number: 1}, {Seq: 2, At: 2e6, Event: network.Lost, From: "kyiv", To: "london", Number: 1}},
		Sightings: []sim.Sighting{{Kind: sim.SeenUp, Capital: "kyiv"}, {Kind: sim.SeenLine, From: "kyiv", To: "moscow", Line: &sim.LineState{Cut: true}}}})
	f.Add(whole)
	f.Add(whole[:len(whole)/3])
	f.Add([]byte(fmt.Sprintf("{\"parley\":\"trace\",\"version\":1,\"text\":%q}\n{\"parley\":\"report\",\"report\":null}\n", text)))
	f.Add([]byte("{\"parley\":\"trace\",\"version\":9}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		runs, err := trace.Read("x", bytes.NewReader(b))
		if (err == nil) != (len(runs) > 0) {
			t.Errorf("%d runs and %v", len(runs), err)
		}
		for _, run := range runs {
			if run.Scenario == nil || run.Report == nil && run.Failed == "" {
				t.Errorf("a run without scenario or report: %+v", run)
			}
		}
	})
}
