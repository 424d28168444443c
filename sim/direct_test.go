package sim_test

import (
	"context"
	"encoding/json"
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

// withoutFaults is the scenario with the faults of its script struck out, and what is expected of machines with them.
func withoutFaults(s *scenarios.Scenario) *scenarios.Scenario {
	calm := *s
	calm.Script = slices.DeleteFunc(slices.Clone(s.Script), func(step scenarios.Step) bool { return step.Fault != nil })
	for i := range calm.Script {
		calm.Script[i].NoSettle = false // what is under way at a time is the machines' affair
	}
	calm.Expect = slices.DeleteFunc(slices.Clone(s.Expect), func(e scenarios.Expectation) bool {
		return e.Leader != "" || e.Elections != nil
	})
	return &calm
}

type fatal interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// compareDirect plays a scenario without faults in virtual time, on the state machine alone, and there in brief. It returns
// how many moves and plans it compared.
func compareDirect(t fatal, s *scenarios.Scenario, seed int64) (moves, plans int) {
	t.Helper()
	virtual, err := sim.Play(context.Background(), s, sim.Options{Seed: &seed})
	if err != nil {
		t.Fatalf("%s in virtual time: %v", s.ID, err)
	}
	direct, err := sim.Play(context.Background(), s, sim.Options{Seed: &seed, On: sim.Direct})
	if err != nil {
		t.Fatalf("%s on the state machine alone: %v", s.ID, err)
	}
	program, err := sim.Compile(s)
	if err != nil {
		t.Fatalf("%s: %v", s.ID, err)
	}
	if direct.RecordHash != virtual.RecordHash {
		t.Errorf("%s, seed %d: the records differ: %d lines in virtual time, %d on the state machine alone", s.ID, seed,
			len(virtual.Record), len(direct.Record))
	}
	if direct.NotPlayed > 0 || !direct.ChecksHeld() || len(direct.Checks) != 1 || direct.Status() != virtual.Status() {
		t.Errorf("%s, seed %d: %d steps not played, status %d and %d, checks %+v", s.ID, seed, direct.NotPlayed, direct.Status(),
			virtual.Status(), direct.Checks)
	}
	if a, b := story(virtual), story(direct); !slices.Equal(a, b) {
		t.Errorf("%s, seed %d: the timelines differ:\n%s\n--\n%s", s.ID, seed, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	for name, other := range map[string]*sim.Report{"whole": direct, "brief": program.Play(seed)} {
		if !reflect.DeepEqual(other.Plans, virtual.Plans) {
			t.Errorf("%s, seed %d, %s: plans\n%+v\nin virtual time\n%+v", s.ID, seed, name, other.Plans, virtual.Plans)
		}
		if !reflect.DeepEqual(other.Pledges, virtual.Pledges) || other.Moves != virtual.Moves || other.EndedAt != virtual.EndedAt ||
			!reflect.DeepEqual(other.Findings, virtual.Findings) {
			t.Errorf("%s, seed %d, %s: pledges %+v, moves %+v, ended %s, found %+v;\nin virtual time %+v, %+v, %s, %+v", s.ID, seed, name,
				other.Pledges, other.Moves, other.EndedAt, other.Findings, virtual.Pledges, virtual.Moves, virtual.EndedAt, virtual.Findings)
		}
	}
	return virtual.Moves.Recorded + virtual.Moves.Refused, len(virtual.Plans)
}

// story is the timeline's politics.
func story(r *sim.Report) []string {
	var lines []string
	for _, it := range r.Timeline {
		events, _ := json.Marshal(it.Events) // a pointer among them says nothing when printed
		switch it.Kind {
		case sim.ItemMove:
			lines = append(lines, fmt.Sprint(it.At, it.Capital, it.Move.Number, it.Move.Verb, it.Move.Plan, it.Move.Version, it.Move.Outcome,
				it.Move.Reason, it.Move.Policy, it.Move.First, string(events)))
		case sim.ItemEvents:
			lines = append(lines, fmt.Sprint(it.At, string(events)))
		}
	}
	return lines
}

// TestDirectIsTheVirtualRun holds the state machine alone to the whole library and to the scenarios of testdata, all
// without their faults, with several seeds each.
func TestDirectIsTheVirtualRun(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../scenarios/*.yaml", "testdata/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	moves, plans, untouched := 0, 0, 0
	for _, file := range files {
		s := read(t, file)
		calm := withoutFaults(s)
		if len(calm.Script) == len(s.Script) {
			untouched++
		}
		for seed := s.Seed; seed < s.Seed+directSeeds; seed++ {
			m, p := compareDirect(t, calm, seed)
			moves, plans = moves+m, plans+p
		}
	}
	if len(files) < 20 || moves < 200*directSeeds || plans < 20*directSeeds || untouched < 5 {
		t.Errorf("compared %d scenarios only, %d of them as they are, %d moves and %d plans", len(files), untouched, moves, plans)
	}
	t.Logf("compared %d scenarios (%d of them have no faults) with %d seeds each: %d moves, %d plans", len(files), untouched, directSeeds, moves, plans)
}

// TestDirectIsTheVirtualRunOfRandomScenarios does the same for scenarios that nobody thought of.
func TestDirectIsTheVirtualRunOfRandomScenarios(t *testing.T) {
	moves, plans := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		src := drawScenario(t)
		s, err := scenarios.Parse("random.yaml", []byte(src))
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		m, p := compareDirect(t, s, rapid.Int64Range(1, 1000).Draw(t, "seed"))
		moves, plans = moves+m, plans+p
	})
	if moves < 100 || plans < 50 {
		t.Errorf("compared %d moves and %d plans only", moves, plans)
	}
}

// drawScenario draws the text of a scenario with policies, conditions, deadlines, pledges and when-steps.
func drawScenario(t *rapid.T) string {
	pick := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(t, label) }
	who := func() string { return pick("capital", "a", "b", "c", "d") }
	var b strings.Builder
	b.WriteString("scenario: random\nstart: 2025-03-02T15:00:00Z\nhorizon: 20d\ncapitals:\n")
	for _, id := range []string{"a", "b", "c", "d"} {
		fmt.Fprintf(&b, "  %s:\n    role: mediator\n", id)
		if pick("policy", "yes", "no") == "no" {
			continue
		}
		b.WriteString("    scores: {force: {none: 1, un: 4, coalition: 9}, length: {14d: 3, 30d: 1}}\n    walk_away: " +
			pick("walk away", "2", "5", "9") + "\n    policy:\n      replies_in: " + pick("replies", "0h", "2h..9h", "1d..4d") + "\n")
		switch pick("kind", "concession", "line", "need", "otherwise", "joins") {
		case "concession":
			fmt.Fprintf(&b, "      concession: {exponent: %s, over: 10d}\n", pick("beta", "0.3", "1", "3"))
		case "line":
			b.WriteString("      red_lines: [{force: [coalition]}]\n")
		case "need":
			b.WriteString("      needs: [{length: \">= 30d\"}]\n")
		case "otherwise":
			b.WriteString("      otherwise: " + pick("answer", "consent", "object", "abstain", "silence") + "\n")
		case "joins":
			b.WriteString("      joins: {force: {when: 1}}\n")
		}
	}
	b.WriteString("terms:\n  force: {choice: [none, un, coalition]}\n  length: {duration: [14d, 30d]}\n  line: {choice: [x, y], reserved_to: [d]}\nprocedures:\n")
	for _, name := range []string{"one", "two"} {
		fmt.Fprintf(&b, "  %s:\n    on_amendment: %s\n    stages:\n", name, pick("amendment", "restart", "stay"))
		for i := range rapid.IntRange(1, 2).Draw(t, "stages") {
			fmt.Fprintf(&b, "      - {name: s%d, members: [a, b, c], rule: %s, window: %s, silence: %s, decides: %s}\n", i,
				pick("rule", "{yes: 2}", "{unanimous: true}", "{consensus: true}", "{all: [{yes: 2}, {no_objection_from: [c]}]}", "{all_but: 1}"),
				pick("window", "2d", "5d", "9d"), pick("silence", "absent", "consent"), pick("decides", "when-won", "at-close"))
		}
	}
	b.WriteString("plans:\n  p: {procedure: one, terms: {force: coalition, length: 14d}}\n  q: {procedure: two, terms: {line: x, length: 30d}, requires: [{plan: p, is: adopted}]}\nscript:\n  - {at: 0h, propose: p, by: " + who() + "}\n")
	for range rapid.IntRange(3, 14).Draw(t, "steps") {
		at := fmt.Sprintf("at: %dh", rapid.IntRange(0, 24*19).Draw(t, "hour"))
		switch pick("timing", "at", "at", "span", "when") {
		case "span":
			at = "at: 1d..9d"
		case "when":
			at = "when: {plan: " + pick("plan", "p", "q") + ", is: " + pick("is", "adopted", "s0", "lapsed", "vetoed") + "}, after: " +
				pick("after", "0h", "3h", "1d..2d")
		}
		plan := pick("plan", "p", "q")
		move := map[string]string{
			"propose": "propose: " + plan, "consent": "consent: " + plan, "object": "object: " + plan, "veto": "veto: " + plan + ", citing: [length]",
			"abstain": "abstain: " + plan, "lift": "lift: " + plan, "call": "call: " + plan, "withdraw": "withdraw: " + plan,
			"amend":       "amend: " + plan + ", set: {force: " + pick("force", "none", "un", "coalition") + "}",
			"conditional": "consent: " + plan + ", if: {consented: [" + who() + "]}",
			"pledge":      "pledge: force", "linked": "pledge: force, if: {pledged: {force: {by_at_least: 2}}}",
			"leave": "leave: true", "report": "report: " + plan + ", against: " + who(), "extend": "extend: " + plan + ", for: 3d",
			"denounce": "denounce: " + plan, "say": "say: We are here",
		}
		fmt.Fprintf(&b, "  - {%s, %s, by: %s}\n", at, move[pick("move", "propose", "propose", "consent", "consent", "object", "veto", "abstain",
			"lift", "call", "withdraw", "amend", "conditional", "pledge", "linked", "leave", "report", "extend", "denounce", "say")], who())
	}
	b.WriteString("expect:\n  - {plan: p, outcome: adopted}\n  - {recorded: consent, plan: p}\n  - {plan: q, blocked_by: [a]}\n  - {at: 5d, plan: p, outcome: open}\n")
	return b.String()
}

// TestDirectSaysWhatItDoesNotPlay: faults strike nothing, and what is expected of machines cannot be judged.
func TestDirectSaysWhatItDoesNotPlay(t *testing.T) {
	s := inline(t, `
script:
  - {at: 0h, crash: [c, d, e]}
  - {at: 1h, propose: deal, by: a}
  - {at: 2h, consent: deal, by: [b, c]}
expect:
  - {plan: deal, outcome: adopted}
  - {leader: a}
  - {elections: 1..3, not: true}
`)
	r := play(t, s, sim.Options{On: sim.Direct})
	if r.Plans[0].Outcome != "adopted" || r.NotPlayed != 1 || r.Raft.Elections != 0 || r.NoQuorum {
		t.Errorf("%s, %d not played, %+v", r.Plans[0].Outcome, r.NotPlayed, r.Raft)
	}
	if !r.Findings[0].Held || r.Findings[1].Held || !r.Findings[1].Unjudged || r.Findings[2].Held || !r.Findings[2].Unjudged {
		t.Errorf("%+v", r.Findings)
	}
	if r.Status() != sim.StatusUnknown {
		t.Errorf("status %d: the only expectations that did not hold could not be judged", r.Status())
	}
	if r.Timeline[0].Kind != sim.ItemNotPlayed || r.Timeline[0].Text != "at 0h: crash c, d and e" {
		t.Errorf("%+v", r.Timeline[0])
	}
	s.Expect = append(s.Expect, s.Expect[0])
	s.Expect[3].Not = true
	if r := play(t, s, sim.Options{On: sim.Direct}); r.Status() != sim.StatusFailed {
		t.Errorf("status %d", r.Status())
	}
}

func BenchmarkDirect(b *testing.B) {
	s := month(b, 5)
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			if _, err := sim.Play(context.Background(), s, sim.Options{On: sim.Direct}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	})
	b.Run("program", func(b *testing.B) {
		p, err := sim.Compile(s)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		seed := int64(0)
		for b.Loop() {
			seed++
			if r := p.Play(seed); r.Plans[0].Version != 3 {
				b.Fatalf("%+v", r.Plans)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	})
}
