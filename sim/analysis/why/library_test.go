package why_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/analysis/why"
	"github.com/parley-sim/parley/sim/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func library(t *testing.T, id string) (*scenarios.Scenario, []byte) {
	t.Helper()
	file, src, err := scenarios.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse(file, src)
	if err != nil {
		t.Fatal(err)
	}
	return s, src
}

// direct plays on the state machine alone.
type direct struct{ t testing.TB }

func (d direct) Play(ctx context.Context, all []*scenarios.Scenario, _ bool, played func()) ([]*sim.Report, error) {
	reports := make([]*sim.Report, len(all))
	for i, s := range all {
		r, err := sim.Play(ctx, s, sim.Options{On: sim.Direct})
		if err != nil {
			d.t.Fatal(err)
		}
		reports[i] = r
		played()
	}
	return reports, nil
}

func faulty(s *scenarios.Scenario) bool {
	return slices.ContainsFunc(s.Script, func(s scenarios.Step) bool { return s.Fault != nil })
}

// answers explains what parley why would, with few runs on real Raft where a fault is in play, so that the test is quick.
func answers(t *testing.T, s *scenarios.Scenario, src []byte, o why.Options) []*why.Answer {
	t.Helper()
	var player why.Player = raft{t}
	if len(s.Charter.Capitals) > 15 && !faulty(s) { // it comes to the same, and a run on real Raft takes a tenth of a second
		player = direct{t}
	}
	base, err := why.Base(t.Context(), s, s.Seed, player)
	if err != nil {
		t.Fatal(err)
	}
	o.Seed, o.Places = s.Seed, scenarios.Locate(s.File, src)
	var all []*why.Answer
	for _, id := range why.Default(base) {
		o.Plan = id
		a, err := why.Explain(t.Context(), s, base, player, o)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// TestLibrary holds the answers about the library's scenarios to what somebody has read and found right.
func TestLibrary(t *testing.T) {
	entries := scenarios.Library()
	looked := 0
	for _, e := range entries {
		id := e
		if testing.Short() && id != "moscow-red-line" {
			continue
		}
		t.Run(id, func(t *testing.T) {
			s, src := library(t, id)
			if n := len(s.Charter.Capitals); underRace && n != 5 {
				t.Skipf("%d capitals, under the race detector: those with five are enough there", n)
			}
			o := why.Options{Plays: 40, Limit: 5}
			if len(s.Charter.Capitals) > 15 { // a run takes a tenth of a second
				o.Plays, o.Limit = 1, 2
			}
			all := answers(t, s, src, o)
			var b bytes.Buffer
			if err := why.Text(&b, s, all, report.Options{}); err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(b.String(), "\n") {
				if n := len([]rune(line)); n > 80 {
					t.Errorf("a line of %d columns: %s", n, line)
				}
			}
			golden := filepath.Join("testdata", id+".txt")
			if *update {
				if err := os.WriteFile(golden, b.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v: read what parley why %s says, and if it is right run with -update", err, id)
			}
			if !bytes.Equal(want, b.Bytes()) {
				t.Errorf("not as in %s; read it, and if it is right run with -update:\n%s", golden, b.String())
			}
			asWritten(t, s, src, all)
			looked++
		})
	}
	if looked == 0 {
		t.Error("looked at no scenario")
	}
}

// asWritten makes what a flip says is to be written into the script in the file itself, and plays that.
func asWritten(t *testing.T, s *scenarios.Scenario, src []byte, all []*why.Answer) {
	t.Helper()
	for _, a := range all {
		for _, f := range a.Flips {
			text, ok := write(string(src), f.Changes)
			if !ok {
				continue
			}
			edited, err := scenarios.Parse("-", []byte(text))
			if err != nil {
				t.Errorf("%s: what is to be written is wrong: %v", f.Changes[0].Text, err)
				continue
			}
			o := sim.Options{On: sim.Direct}
			if faulty(edited) {
				o.On = sim.Virtual
			}
			r, err := sim.Play(t.Context(), edited, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range r.Plans {
				if p.ID == a.Plan && (p.Outcome != f.After.Outcome || p.Version != f.After.Version || f.After.DecidedAt != nil && p.DecidedAt != *f.After.DecidedAt) {
					t.Errorf("%s: written into the file, it is %s on %s, not %s on %s", f.Changes[0].Text, p.Outcome, p.DecidedAt, f.After.Outcome, f.After.DecidedAt)
				}
			}
		}
	}
}

// write edits a file's script as some changes say, those of one line each; ok is false for all others.
func write(text string, changes []why.Change) (edited string, ok bool) {
	lines := strings.Split(text, "\n")
	end := slices.Index(lines, "expect:")
	if end < 0 {
		return "", false
	}
	var added []string
	for _, c := range changes {
		w := c.Where
		if !strings.HasPrefix(w.Path, "script[") {
			return "", false
		}
		var own []string
		for _, l := range strings.Split(w.Write, "\n") {
			own = append(own, "  "+l)
		}
		old := lines[w.Line-1]
		if w.How == "add" {
			added = append(added, own...)
			continue
		}
		if !strings.HasPrefix(strings.TrimSpace(old), "- {") || !strings.Contains(old, "}") {
			return "", false
		}
		if lines[w.Line-1] = strings.Join(own, "\n"); w.How == "remove" {
			lines[w.Line-1] = ""
		}
	}
	return strings.Join(slices.Concat(lines[:end], added), "\n") + "\n", true
}

// TestScenariosTravel sends every scenario of the library to a worker and back: it is to arrive as it was.
func TestScenariosTravel(t *testing.T) {
	entries := scenarios.Library()
	for _, e := range entries {
		s, _ := library(t, e)
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back scenarios.Scenario
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s, &back) {
			again, _ := json.Marshal(&back)
			if !bytes.Equal(b, again) {
				t.Errorf("%s arrives as another scenario", e)
			}
		}
	}
	if len(entries) < 5 {
		t.Errorf("looked at %d scenarios only", len(entries))
	}
}
