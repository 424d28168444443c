package sim_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/check"
)

// read parses a scenario of testdata.
func read(t testing.TB, file string) *scenarios.Scenario {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse(file, src)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// play plays a scenario and fails the test if a check does not hold.
func play(t *testing.T, s *scenarios.Scenario, o sim.Options) *sim.Report {
	t.Helper()
	r, err := sim.Play(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		if !c.Held || c.LookedAt == 0 {
			t.Errorf("check %s: held %t, looked at %d: %s", c.Name, c.Held, c.LookedAt, c.Detail)
		}
	}
	return r
}

// TestScenarios plays every scenario of testdata: what each is about is said in it, and its expectations must hold.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d scenarios: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			r := play(t, read(t, file), sim.Options{})
			if len(r.Findings) == 0 {
				t.Error("it expects nothing")
			}
			for _, f := range r.Findings {
				if !f.Held {
					t.Errorf("line %d: %s: found that %s", f.Pos.Line, f.Text, f.Found)
				}
			}
			if r.Unsettled > 0 {
				t.Errorf("the machines did not settle %d times", r.Unsettled)
			}
		})
	}
}

// inline parses a scenario with five capitals a to e, one term and one plan, decided by three consents.
func inline(t *testing.T, script string) *scenarios.Scenario {
	t.Helper()
	src := `scenario: inline
start: 2025-03-02T15:00:00Z
horizon: 10d
capitals: {a: , b: , c: , d: , e: }
terms: {x: {flag: true}, y: {choice: [red, blue]}}
procedures:
  vote: {stages: [{name: vote, rule: {yes: 3}, window: 3d}]}
plans: {deal: {title: The deal, terms: {x: true, y: red}}}
` + script
	s, err := scenarios.Parse("inline.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNoQuorumIsNotAPoliticalOutcome(t *testing.T) {
	r := play(t, inline(t, `
script:
  - {at: 0h, crash: [c, d, e]}
  - {at: 1h, propose: deal, by: a}
  - {at: 2h, consent: deal, by: b}
expect: [{plan: deal, outcome: adopted}]
`), sim.Options{})
	if !r.NoQuorum || r.Status() != sim.StatusUnknown {
		t.Errorf("no quorum %t, status %d; want the outcome to be unknown", r.NoQuorum, r.Status())
	}
	if r.Moves != (sim.MoveCounts{Unknown: 2}) {
		t.Errorf("moves %+v, want two unknown", r.Moves)
	}
	if len(r.Plans) != 1 || r.Plans[0].Outcome != terms.Open || len(r.Plans[0].Because) != 1 ||
		r.Plans[0].Because[0].Kind != terms.ReasonNoQuorum || !slices.Equal(r.Plans[0].Because[0].Capitals, []string{"a", "b"}) {
		t.Errorf("the plan stands as %+v", r.Plans)
	}
	if len(r.Waits) != 2 || r.Waits[0].Ended || r.Waits[0].Capital != "a" || r.Waits[0].Since != r.Scenario.Start.Add(terms.Hour) {
		t.Errorf("waits %+v", r.Waits)
	}
}

// TestTheLastLeadersDiskIsWiped: with it goes what its log could be compared with, and that is no fault of the run.
func TestTheLastLeadersDiskIsWiped(t *testing.T) {
	r, err := sim.Play(context.Background(), inline(t, `
script:
  - {at: 0h, chair: a}
  - {at: 1h, propose: deal, by: a}
  - {at: 2h, crash: [b, c]}
  - {at: 2h, wipe: a}
  - {at: 3h, consent: deal, by: d}
expect: [{plan: deal, outcome: adopted}]
`), sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.NoQuorum || r.Raft.Elections != 1 || r.Status() != sim.StatusUnknown {
		t.Errorf("no quorum %t, %d elections, status %d; want one election, and the outcome to be unknown", r.NoQuorum, r.Raft.Elections, r.Status())
	}
	for _, c := range r.Checks {
		if !c.Held || c.LookedAt == 0 && c.Name != check.LeaderCompleteness {
			t.Errorf("check %s: held %t, looked at %d: %s", c.Name, c.Held, c.LookedAt, c.Detail)
		}
	}
}

// TestALineIsSlowToTheEnd: messages that are still under way when the run ends are no trouble.
func TestALineIsSlowToTheEnd(t *testing.T) {
	for _, by := range []string{"20s", "1h"} {
		play(t, inline(t, "script:\n  - {at: 1h, propose: deal, by: a}\n  - {at: 2h, slow: [[a, b], [c, d]], by: "+by+"}\n"), sim.Options{})
	}
}

func TestStatus(t *testing.T) {
	const noQuorum = "script:\n  - {at: 0h, crash: [c, d, e]}\n  - {at: 1h, propose: deal, by: a}\n"
	const fine = "script:\n  - {at: 1h, propose: deal, by: a}\n"
	for _, c := range []struct {
		name, script string
		want         sim.Status
	}{
		{"nothing expected", fine, sim.StatusHeld},
		{"held", fine + "expect: [{plan: deal, outcome: lapsed}]", sim.StatusHeld},
		{"not held", fine + "expect: [{plan: deal, outcome: adopted}]", sim.StatusFailed},
		{"no quorum, nothing expected", noQuorum, sim.StatusUnknown},
		{"no quorum, not held", noQuorum + "expect: [{plan: deal, outcome: adopted}]", sim.StatusUnknown},
		{"no quorum, as expected", noQuorum + "expect: [{plan: deal, outcome: open}]", sim.StatusHeld},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := play(t, inline(t, c.script), sim.Options{}).Status(); got != c.want {
				t.Errorf("status %d, want %d", got, c.want)
			}
		})
	}
}

func TestACrashedCapitalKeepsTrying(t *testing.T) {
	r := play(t, inline(t, `
script:
  - {at: 1h, propose: deal, by: a}
  - {at: 1d, crash: b}
  - {at: 1d12h, consent: deal, by: b}
  - {at: 2d, say: Where is b, by: c}
  - {at: 2d12h, restart: b}
`), sim.Options{})
	if len(r.Waits) != 1 {
		t.Fatalf("waits %+v", r.Waits)
	}
	w := r.Waits[0]
	if w.Capital != "b" || !w.Ended || w.Until.Sub(w.Since) != terms.Day || w.Why != "crashed" {
		t.Errorf("wait %+v; b could not record its consent for a day", w)
	}
	if r.Plans[0].Tally.Consent[1] != "b" {
		t.Errorf("tally %+v: the consent was lost", r.Plans[0].Tally)
	}
}

func TestABridgeRelays(t *testing.T) {
	r := play(t, inline(t, `
script:
  - {at: 0h, chair: e}
  - {at: 1h, cut: [a, e]}
  - {at: 2h, propose: deal, by: a}
  - {at: 3h, heal: [a, e]}
  - {at: 4h, consent: deal, by: a}
`), sim.Options{})
	var via [][]string
	for _, item := range r.Timeline {
		if item.Kind == sim.ItemMove {
			via = append(via, item.Move.Via)
			if item.Move.Leader != "e" {
				t.Errorf("%s was written by %q", item.Move.Verb, item.Move.Leader)
			}
		}
	}
	if len(via) != 2 || len(via[0]) != 1 || via[0][0] == "e" || len(via[1]) != 0 {
		t.Errorf("relays %v; want one over a bridge, and none once the line is healed", via)
	}
	if r.RelayedMoves != 1 || len(r.Waits) != 0 {
		t.Errorf("%d relayed, waits %+v", r.RelayedMoves, r.Waits)
	}
}

func TestALeaderThatDiesBetweenAppendAndCommit(t *testing.T) {
	// a's consent is in its own log only, its way to the others held; then a dies. The move must get in exactly once.
	r := play(t, inline(t, `
script:
  - {at: 1h, propose: deal, by: b}
  - {at: 2h, hold: [[a, b], [a, c], [a, d], [a, e]], settle: false}
  - {at: 2h, consent: deal, by: a, settle: false}
  - {at: 3h, crash: a}
  - {at: 4h, consent: deal, by: c}
  - {at: 5h, release: [[a, b], [a, c], [a, d], [a, e]]}
  - {at: 6h, restart: a}
expect:
  - {plan: deal, outcome: adopted}
  - {elections: 2..5}
`), sim.Options{})
	if !r.Held() {
		t.Errorf("%+v", r.Findings)
	}
	n := 0
	for _, e := range r.Record {
		if e.Move.Capital == "a" && e.Move.Verb == terms.VerbConsent {
			n++
		}
	}
	if n != 1 {
		t.Errorf("a's consent is in the record %d times", n)
	}
}

func TestTheScriptOverridesAPolicy(t *testing.T) {
	s := inline(t, "script:\n  - {at: 1h, propose: deal, by: a}\n  - {at: 2h, object: deal, by: b}\n")
	for i := range s.Parties {
		if s.Parties[i].Capital == "b" {
			s.Parties[i].Policy = &scenarios.Policy{RepliesIn: scenarios.Span{Min: 5 * terms.Hour, Max: 5 * terms.Hour}}
		}
	}
	r := play(t, s, sim.Options{})
	if !slices.Equal(r.Plans[0].Tally.Object, []string{"b"}) {
		t.Errorf("tally %+v: b's policy spoke over the script", r.Plans[0].Tally)
	}
}

func TestACapitalThatIsCutOffAnswersYesterdaysText(t *testing.T) {
	s := inline(t, `
script:
  - {at: 0h, chair: a}
  - {at: 1h, propose: deal, by: a}
  - {at: 2h, isolate: e}
  - {at: 3h, amend: deal, by: b, set: {y: blue}}
  - {at: 1d, heal: e}
expect:
  - {refused: consent, by: e, plan: deal}
  - {plan: deal, version: 2}
`)
	s.Parties[4].Policy = &scenarios.Policy{RepliesIn: scenarios.Span{Min: 6 * terms.Hour, Max: 6 * terms.Hour}}
	r := play(t, s, sim.Options{})
	if !r.Held() {
		t.Errorf("%+v", r.Findings)
	}
	for _, item := range r.Timeline {
		if item.Kind == sim.ItemMove && item.Move.Capital == "e" && item.Move.Number == 1 {
			if item.Move.Version != 1 || item.Move.Code != terms.RefusedVersion || !item.Move.Policy {
				t.Errorf("e's answer: %+v", item.Move)
			}
			return
		}
	}
	t.Error("e gave no answer")
}

func TestReplaysAgree(t *testing.T) {
	s := month(t, 5)
	seed := int64(7)
	first := play(t, s, sim.Options{Seed: &seed})
	for range 10 {
		again := play(t, s, sim.Options{Seed: &seed})
		if again.RecordHash != first.RecordHash {
			t.Fatal("the same seed gave another record")
		}
	}
	var hashes []string
	for i := int64(1); i <= 5; i++ {
		r := play(t, s, sim.Options{Seed: &i})
		hashes = append(hashes, fmt.Sprintf("%x", r.TraceHash))
	}
	slices.Sort(hashes)
	if len(slices.Compact(hashes)) < 5 {
		t.Error("different seeds gave the same messages")
	}
}

func TestSignedMovesGiveTheSameRecord(t *testing.T) {
	s := month(t, 5)
	if a, b := play(t, s, sim.Options{}), play(t, s, sim.Options{Signed: true}); a.RecordHash != b.RecordHash {
		t.Error("signing changes the record")
	}
}

func TestPlayStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := sim.Play(ctx, month(t, 5), sim.Options{}); err == nil {
		t.Error("Play went on after its context had ended")
	}
}

// TestRealTimeReachesTheSameOutcomes plays scenarios with crashes, cuts, relays and deadlines on both clocks.
func TestRealTimeReachesTheSameOutcomes(t *testing.T) {
	compared := 0
	for _, name := range []string{"one-month-truce", "oval-office-rift", "minerals-and-backstop", "temporary-pause"} {
		file, src, err := scenarios.Open("../scenarios/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenarios.Parse(file, src)
		if err != nil {
			t.Fatal(err)
		}
		virtual, wall := play(t, s, sim.Options{}), play(t, s, sim.Options{On: sim.Wall})
		for i := range virtual.Plans {
			a, b := virtual.Plans[i], wall.Plans[i]
			if a.ID != b.ID || a.Outcome != b.Outcome || a.Version != b.Version || a.DecidedAt != b.DecidedAt {
				t.Errorf("%s: %s is %s (version %d, %s) in virtual time and %s (version %d, %s) in real time", name, a.ID,
					a.Outcome, a.Version, a.DecidedAt, b.Outcome, b.Version, b.DecidedAt)
			}
			compared++
		}
		if !wall.Held() {
			t.Errorf("%s does not hold in real time: %+v", name, wall.Findings)
		}
	}
	if compared < 5 {
		t.Errorf("compared %d plans", compared)
	}
}

func TestALostAnswerLeavesOneEntry(t *testing.T) {
	r := play(t, read(t, "testdata/lost-answer.yaml"), sim.Options{})
	n := 0
	for _, e := range r.Record {
		if e.Move.Verb == terms.VerbPropose {
			n++
		}
	}
	if n != 1 || r.Moves.Recorded != 3 || len(r.Waits) != 1 || r.Waits[0].Tries < 2 {
		t.Errorf("the proposal is in the record %d times, %d moves were recorded, waits %+v", n, r.Moves.Recorded, r.Waits)
	}
}

func TestTheTimelineIsInOrderOfScenarioTime(t *testing.T) {
	// The proposal is under way when a line gets slow a day later, and is recorded at the time at which it was made.
	r := play(t, inline(t, `
script:
  - {at: 0h, chair: c}
  - {at: 1h, say: The line works, by: a}
  - {at: 2h, propose: deal, by: a, settle: false}
  - {at: 1d, slow: {link: [d, e], by: 1ms}}
  - {at: 2d, say: Good morning, by: b}
`), sim.Options{})
	moves := 0
	for i := range r.Timeline {
		if r.Timeline[i].Kind == sim.ItemMove {
			moves++
		}
		if i > 0 && r.Timeline[i].At < r.Timeline[i-1].At {
			t.Errorf("item %d (%s) is of %s, after one of %s", i, r.Timeline[i].Kind, r.Timeline[i].At, r.Timeline[i-1].At)
		}
	}
	if moves != 3 {
		t.Errorf("%d moves", moves)
	}
}
