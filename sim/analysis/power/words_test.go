package power

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/report/chart"
)

var update = flag.Bool("update", false, "rewrite the golden files; only if you understand what changed them")

// odd has stages about which there is little to say.
const odd = `scenario: odd
start: 2025-03-02T15:00:00Z
horizon: 5d
capitals: {a: {weights: {votes: 3}}, b: {weights: {votes: 0}}, c: {}, d: {}, holder: {}}
terms: {line: {choice: [here, there], reserved_to: [holder]}}
procedures:
  open: {stages: [{name: vote, members: [a, b], rule: {all_but: 9}}]}
  alone: {stages: [{name: vote, members: [a, b, c], rule: {share: "> 50%", of: votes}}]}
  long:
    stages:
      - {name: first, members: [a, b, c], rule: {yes: 2}}
      - {name: second, members: [c, d], rule: {any: [{consent_of: c}, {unanimous: true}]}}
plans:
  nothing: {procedure: open}
  something: {procedure: alone}
  more: {procedure: long}
  most: {procedure: long, terms: {line: here}}
`

// TestGolden reads reports as a person would. All scenarios of the library are analysed; some are compared.
func TestGolden(t *testing.T) {
	for _, id := range append(scenarios.Library(), "odd") {
		text := []byte(odd)
		if id != "odd" {
			_, b, err := scenarios.Open(id)
			if err != nil {
				t.Fatal(err)
			}
			text = b
		}
		s, err := scenarios.Parse(id+".yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Scenario(context.Background(), s, Choice{}, Options{List: 20})
		if err != nil {
			t.Fatal(err)
		}
		report := written(t, r)
		if slices.Contains([]string{"security-council-vote", "eu-council-vote", "lancaster-house", "moscow-red-line", "odd"}, id) {
			golden(t, id+".txt", report)
		}
		if id == "odd" {
			b, err := json.MarshalIndent(r.JSON(), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, id+".json", string(b)+"\n")
		}
	}
}

// TestEstimateInWords writes a report of an estimate.
func TestEstimateInWords(t *testing.T) {
	s, err := scenarios.Parse("odd.yaml", []byte(odd))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Scenario(context.Background(), s, Choice{Plan: "more"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := weighted(t, 20, 9, 8, 7, 6, 5)
	g.players = []string{"a", "b", "c", "d", "holder"}
	c := coreOf(g.formula, 5, usual())
	est := &Result{Players: make([]Player, 5)}
	for i, id := range g.players {
		est.Players[i].ID = id
	}
	if err := g.estimate(context.Background(), &c, est, Options{Seed: 7, Samples: 5000}); err != nil {
		t.Fatal(err)
	}
	est.Groups = arranged(c.groups())
	est.list(context.Background(), &c, Options{List: 3})
	r.Stages, r.Procedures = r.Stages[:1], nil
	r.Stages[0].Result = est
	golden(t, "estimate.txt", written(t, r))
	b, err := json.Marshal(r.JSON())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"exact":false`, `"estimated":["winning_share","banzhaf","shapley_shubik"]`, `"shapley_shubik":null`, `"shapley_shubik_interval":[`, `"winning":null`, `"sample_seed":7`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the JSON has no %s: %s", want, b)
		}
	}
}

func written(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := chart.Text(&b, chart.Options{}, "", r.Sections(false)...); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if ansi.StringWidth(line) > chart.DefaultWidth {
			t.Errorf("wider than %d columns: %s", chart.DefaultWidth, line)
		}
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
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-update rewrites it); got\n%s", path, got)
	}
}
