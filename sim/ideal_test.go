package sim_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// compareIdeal plays a scenario on ideal machines and on real Raft, and reports whether ideal machines could.
func compareIdeal(t fatal, s *scenarios.Scenario, seed int64) bool {
	t.Helper()
	program, err := sim.Compile(s)
	if err != nil {
		t.Fatalf("%s: %v", s.ID, err)
	}
	ideal, err := program.PlayIdeal(seed)
	if errors.Is(err, sim.ErrNotIdeal) {
		return false
	}
	if err != nil {
		t.Fatalf("%s on ideal machines: %v", s.ID, err)
	}
	real, err := sim.Play(context.Background(), s, sim.Options{Seed: &seed})
	if err != nil {
		t.Fatalf("%s on real Raft: %v", s.ID, err)
	}
	if a, b := story(real), story(ideal); !slices.Equal(a, b) {
		t.Errorf("%s, seed %d: the timelines differ:\n%s\n-- on ideal machines:\n%s", s.ID, seed, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	if !reflect.DeepEqual(ideal.Plans, real.Plans) || !reflect.DeepEqual(ideal.Pledges, real.Pledges) {
		t.Errorf("%s, seed %d: plans and pledges\n%+v\n%+v\non ideal machines\n%+v\n%+v", s.ID, seed, real.Plans, real.Pledges, ideal.Plans, ideal.Pledges)
	}
	if a, b := delays(real), delays(ideal); !slices.Equal(a, b) {
		t.Errorf("%s, seed %d: what waited differs:\n%s\n-- on ideal machines:\n%s", s.ID, seed, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	if ideal.Moves != real.Moves || ideal.EndedAt != real.EndedAt || ideal.NoQuorum != real.NoQuorum {
		t.Errorf("%s, seed %d: moves %+v, ended %s, no quorum %t; on ideal machines %+v, %s, %t", s.ID, seed, real.Moves, real.EndedAt, real.NoQuorum,
			ideal.Moves, ideal.EndedAt, ideal.NoQuorum)
	}
	if !slices.IsSorted(ideal.Due) || len(ideal.Due) == 0 {
		t.Errorf("%s, seed %d: what was due when: %v", s.ID, seed, ideal.Due)
	}
	return true
}

func delays(r *sim.Report) []string {
	var all []string
	for _, w := range r.Waits {
		why, _, _ := strings.Cut(w.Why, ";") // whether an answer was lost takes messages to tell
		all = append(all, fmt.Sprint(w.Capital, w.Verb, w.Plan, w.Term, w.Since, w.Until, w.Ended, why))
	}
	return all
}

// TestIdealMachinesComeToWhatRaftDoes holds ideal machines to real Raft in the whole library.
func TestIdealMachinesComeToWhatRaftDoes(t *testing.T) {
	files, err := filepath.Glob("../scenarios/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	faults := 0
	for _, file := range files {
		s := read(t, file)
		for seed := s.Seed; seed < s.Seed+directSeeds; seed++ {
			if !compareIdeal(t, s, seed) {
				t.Errorf("%s takes machines", s.ID)
			}
		}
		if slices.ContainsFunc(s.Script, func(step scenarios.Step) bool { return step.Fault != nil }) {
			faults++
		}
	}
	if faults < 5 {
		t.Errorf("compared %d scenarios with faults only", faults)
	}
}

// TestIdealMachinesComeToWhatRaftDoesInRandomScenarios does the same where capitals crash and are cut off at random.
func TestIdealMachinesComeToWhatRaftDoesInRandomScenarios(t *testing.T) {
	compared, beyond := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		src := drawFaults(t, drawScenario(t))
		s, err := scenarios.Parse("random.yaml", []byte(src))
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		if compareIdeal(t, s, rapid.Int64Range(1, 1000).Draw(t, "seed")) {
			compared++
		} else {
			beyond++
		}
	})
	if compared < beyond/2 || compared == 0 {
		t.Errorf("compared %d scenarios; %d took machines", compared, beyond)
	}
	t.Logf("compared %d scenarios; %d took machines", compared, beyond)
}

// drawFaults puts machines and faults into a scenario.
func drawFaults(t *rapid.T, src string) string {
	src = strings.Replace(src, "\nterms:\n", "\n  e: {role: guarantor}\n  f: {role: observer}\nterms:\n", 1)
	pick := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(t, label) }
	who := func() string { return pick("machine", "a", "b", "c", "d", "e", "f") }
	var b strings.Builder
	for range rapid.IntRange(1, 6).Draw(t, "faults") {
		x, y := who(), who()
		for y == x {
			y = who()
		}
		fault := map[string]string{"crash": "crash: " + x, "two": "crash: [" + x + ", " + y + "]", "restart": "restart: " + x, "both": "restart: [" + x + ", " + y + "]",
			"isolate": "isolate: " + x, "cut": "cut: [" + x + ", " + y + "]", "mend": "heal: [" + x + ", " + y + "]", "heal": "heal: " + x, "all": "heal: everything",
			"part": "partition: [[a, b, c], [d, e, f]]", "parts": "partition: [[a, b], [c, d], [e, f]]", "chair": "chair: " + pick("voter", "a", "b", "c", "d", "e")}
		kind := pick("fault", "crash", "two", "restart", "restart", "both", "isolate", "cut", "mend", "heal", "all", "part", "parts", "chair")
		at := fmt.Sprintf("at: %dh", rapid.IntRange(0, 24*15).Draw(t, "when"))
		if rapid.IntRange(0, 4).Draw(t, "waits") == 0 {
			at = "when: {plan: p, is: " + pick("is", "adopted", "s0", "lapsed") + "}, after: " + pick("after", "0h", "3h")
		}
		fmt.Fprintf(&b, "  - {%s, %s}\n", at, fault[kind])
	}
	return strings.Replace(src, "\nexpect:\n", "\n"+b.String()+"expect:\n", 1)
}

func BenchmarkIdeal(b *testing.B) {
	p, err := sim.Compile(read(b, "../scenarios/coalition-of-the-willing.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.PlayIdeal(1); err != nil {
			b.Fatal(err)
		}
	}
}
