package why_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/analysis/why"
)

// raft plays on real Raft, in this process.
type raft struct{ t testing.TB }

func (r raft) Play(ctx context.Context, all []*scenarios.Scenario, _ bool, played func()) ([]*sim.Report, error) {
	reports := make([]*sim.Report, len(all))
	for i, s := range all {
		report, err := sim.Play(ctx, s, sim.Options{})
		if err != nil {
			r.t.Fatal(err)
		}
		if !report.ChecksHeld() {
			r.t.Fatalf("a check failed: %v", report.Checks)
		}
		reports[i] = report
		played()
	}
	return reports, nil
}

func parse(t testing.TB, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("-", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func explain(t testing.TB, player why.Player, text string, o why.Options) *why.Answer {
	t.Helper()
	s := parse(t, text)
	o.Seed, o.Places = s.Seed, scenarios.Locate("-", []byte(text))
	if o.Plan == "" {
		o.Plan = s.Plans[0].ID
	}
	base, err := why.Base(t.Context(), s, s.Seed, player)
	if err != nil {
		t.Fatal(err)
	}
	a, err := why.Explain(t.Context(), s, base, player, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// wants says which flips an answer has: each a list of changes joined by " + ".
func flipsOf(a *why.Answer) []string {
	var all []string
	for _, f := range a.Flips {
		var texts []string
		for _, c := range f.Changes {
			texts = append(texts, c.Text)
		}
		all = append(all, strings.Join(texts, " + "))
	}
	return all
}

// council is a vote of fifteen: nine consents, and no veto of the permanent five.
const council = `scenario: made-up
horizon: 5d
capitals: {p1: , p2: , p3: , p4: , p5: , e1: , e2: , e3: , e4: , e5: , e6: , e7: , e8: , e9: , e10: }
groups: {permanent: [p1, p2, p3, p4, p5]}
terms: {ships: {quantity: 1..6}}
rules: {substance: {yes: 9, no_objection_from: permanent}}
procedures: {vote: {stages: [{name: vote, rule: substance, decides: at-close, window: 2d}]}}
plans: {survey: {terms: {ships: 6}}}
script:
  - {at: 0h, propose: survey, by: e1}
`

const tenAndAVeto = council + `  - {at: 1h, consent: survey, by: [p1, p2, p3, p4, e2, e3, e4, e5, e6]}
  - {at: 1h, abstain: survey, by: [e7, e8, e9, e10]}
  - {at: 1h, veto: survey, by: p5, citing: ships}
`

func TestAVetoAloneDecides(t *testing.T) {
	a := explain(t, raft{t}, tenAndAVeto, why.Options{Limit: 50})
	if a.Outcome != terms.Vetoed || a.Goal.Name != "adopted" || !a.Exhaustive {
		t.Fatalf("%+v", a)
	}
	for _, f := range a.Flips {
		if f.Size > 1 {
			continue
		}
		for _, c := range f.Changes {
			if c.Kind == why.KindPosition || c.Kind == why.KindVeto {
				if c.Capitals[0] != "p5" {
					t.Errorf("another capital's position is said to flip it: %s", c.Text)
				}
			}
		}
		if len(f.Crosses) != 1 || f.Crosses[0].Capital != "p5" || f.Crosses[0].Own {
			t.Errorf("%v crosses %v", f.Changes[0].Text, f.Crosses)
		}
	}
	if flips := flipsOf(a); len(flips) == 0 || flips[0] != "P5 does not veto survey (day 1)" {
		t.Errorf("%q", flips)
	}
	if w := a.Flips[0].Changes[0].Where; w.Line != 13 || w.How != "remove" || !strings.Contains(w.Write, "veto: survey") {
		t.Errorf("%+v", w)
	}
}

func TestAVoteLostByOne(t *testing.T) {
	a := explain(t, raft{t}, council+`  - {at: 1h, consent: survey, by: [p1, p2, p3, e2, e3, e4]}
  - {at: 1h, abstain: survey, by: [p4, e5, e6, e7, e8, e9, e10]}
  - {at: 1h, object: survey, by: p5}
`, why.Options{MaxChanges: 1, Limit: 50})
	if a.Outcome != terms.Rejected || len(a.Flips) != 0 {
		t.Fatalf("seven consents and an objection of a permanent member: %s, %q", a.Outcome, flipsOf(a))
	}
	a = explain(t, raft{t}, council+`  - {at: 1h, consent: survey, by: [p1, p2, p3, e2, e3, e4, e5]}
  - {at: 1h, abstain: survey, by: [p4, p5, e6, e7, e8]}
  - {at: 1h, object: survey, by: [e9, e10]}
`, why.Options{MaxChanges: 1, Limit: 50})
	can := map[string]bool{}
	for _, f := range a.Flips {
		if c := f.Changes[0]; c.Kind == why.KindPosition {
			can[c.Capitals[0]] = true
		} else if c.Kind == why.KindRule && !strings.Contains(c.Text, "8 consents instead of 9") {
			t.Errorf("a larger step than needed: %s", c.Text)
		}
	}
	if len(can) != 7 {
		t.Errorf("%d capitals could have flipped it alone; want the seven who did not consent: %v", len(can), can)
	}
}

const two = `scenario: made-up
horizon: 20d
capitals: {a: , b: , c: {role: guarantor}}
terms: {truce: {flag: true}, backstop: {flag: true}}
procedures: {p: {stages: [{name: s, members: [a, b], rule: {unanimous: true}, window: 3d}]}}
plans: {deal: {terms: {truce: true}}}
`

func TestAWindowADayTooShort(t *testing.T) {
	a := explain(t, raft{t}, two+`script: [{at: 0h, propose: deal, by: a}, {at: 4d, consent: deal, by: b}]`, why.Options{})
	if !contains(a, "the window of stage s is 4d instead of 3d") {
		t.Errorf("%q", flipsOf(a))
	}
	if !contains(a, "B consents to deal (day 1)") {
		t.Errorf("%q", flipsOf(a))
	}
	if !contains(a, "B consents to deal 1d earlier (day 4 instead of day 5)") {
		t.Errorf("%q", flipsOf(a))
	}
	for _, f := range a.Flips {
		c := f.Changes[0]
		if f.Size > 1 || c.Kind != why.KindTime && c.Kind != why.KindWindow {
			continue
		}
		if c.Shift != terms.Day {
			t.Errorf("%s costs %s, not a day", c.Text, c.Shift)
		}
		if c.Kind == why.KindTime && c.Capitals[0] == "b" && (c.Where.How != "replace" || c.Where.Write != "- {at: 3d, consent: deal, by: b}") {
			t.Errorf("%+v", c.Where)
		}
	}
	if first, last := a.Flips[0].Changes[0], a.Flips[1].Changes[0]; first.Shift > last.Shift {
		t.Errorf("%s comes before %s", first.Text, last.Text)
	}
}

// TestAReplyTooLate: a capital that decides by its policy could have answered that text sooner, or all texts.
func TestAReplyTooLate(t *testing.T) {
	text := strings.Replace(two, "b: ,", "b: {policy: {replies_in: 4d}},", 1)
	a := explain(t, raft{t}, text+`script: [{at: 0h, propose: deal, by: a}]`, why.Options{MaxChanges: 1, Limit: 50})
	for _, want := range []string{"B answers after 3d instead of 4d", "the window of stage s is 4d instead of 3d", "B consents to deal (day 1)"} {
		if !contains(a, want) {
			t.Errorf("%s is not among %q", want, flipsOf(a))
		}
	}
	a = explain(t, raft{t}, text+`script: [{at: 0h, propose: deal, by: a}, {at: 1d, call: deal, by: a}]`, why.Options{MaxChanges: 1, Limit: 50})
	if !contains(a, "B answers after 23h59m instead of 4d") { // at the very hour of the call the script comes first
		t.Errorf("%q", flipsOf(a))
	}
}

// TestAnEarlierReplyWouldHaveCounted: the policy's answer was in time for a stage that an amendment had ended.
func TestAnEarlierReplyWouldHaveCounted(t *testing.T) {
	text := strings.Replace(two, "b: ,", "b: {policy: {replies_in: 1d, red_lines: [{backstop: true}]}},", 1)
	a := explain(t, raft{t}, text+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 12h, amend: deal, set: {backstop: true}, by: a}
`, why.Options{MaxChanges: 1, Limit: 50})
	if !contains(a, "B answers after 11h59m instead of 1d") {
		t.Errorf("%q", flipsOf(a))
	}
	for _, flip := range flipsOf(a) { // an amendment that comes too late is one that is not made
		if strings.Contains(flip, "A amends deal") {
			t.Errorf("%q", flip)
		}
	}
}

func contains(a *why.Answer, flip string) bool {
	for _, f := range flipsOf(a) {
		if f == flip {
			return true
		}
	}
	return false
}

func TestACutLink(t *testing.T) {
	a := explain(t, raft{t}, two+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 1h, isolate: b}
  - {at: 1d, consent: deal, by: b}
  - {at: 5d, heal: b}
`, why.Options{Limit: 50})
	if a.Outcome != terms.Lapsed || !contains(a, "B is not cut off (day 1)") {
		t.Fatalf("%s: %q", a.Outcome, flipsOf(a))
	}
	technical := 0
	for _, c := range a.Causes {
		if c.Kind == why.Technical {
			technical++
		}
		if c.Kind == why.Political && strings.Contains(c.Text, "cut") {
			t.Errorf("a fault is told as politics: %s", c.Text)
		}
	}
	if technical < 3 { // the cut, the consent that waits, the mending
		t.Errorf("%d technical causes: %+v", technical, a.Causes)
	}
	if !fact(a, "The outcome is technical") {
		t.Errorf("%+v", a.Facts)
	}
	for _, f := range a.Flips {
		if f.Plays < 1 {
			t.Error("a flip was not played")
		}
	}
}

// TestAWindowThatWaitsForTheMachine: how long it must be depends on when the machine is back, not on when the script speaks.
func TestAWindowThatWaitsForTheMachine(t *testing.T) {
	a := explain(t, raft{t}, two+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 12h, crash: b}
  - {at: 1d, consent: deal, by: b}
  - {at: 5d, restart: b}
`, why.Options{MaxChanges: 1, Limit: 50})
	if !contains(a, "the window of stage s is 5d instead of 3d") {
		t.Errorf("%q", flipsOf(a))
	}
}

func fact(a *why.Answer, part string) bool {
	for _, f := range a.Facts {
		if strings.Contains(f.Text, part) {
			return true
		}
	}
	return false
}

func TestNoMajority(t *testing.T) {
	a := explain(t, raft{t}, two+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 1h, crash: [b, c]}
  - {at: 1d, consent: deal, by: b}
`, why.Options{Limit: 50, MaxChanges: 1})
	if !a.Unknown || a.Outcome != terms.Open || a.DecidedAt != nil {
		t.Fatalf("%+v", a)
	}
	if !contains(a, "the machine of B does not crash (day 1)") {
		t.Errorf("%q", flipsOf(a))
	}
}

func TestSilence(t *testing.T) {
	text := strings.Replace(two, "window: 3d", "window: 3d, silence: consent", 1)
	a := explain(t, raft{t}, text+`script: [{at: 0h, propose: deal, by: a}, {at: 2d, object: deal, by: b}]`, why.Options{Limit: 50})
	if a.Outcome != terms.Rejected {
		t.Fatal(a.Outcome)
	}
	for _, want := range []string{"B does not object to deal (day 3)", "the window of stage s is 1d23h59m instead of 3d"} {
		if !contains(a, want) {
			t.Errorf("%s is not among %q", want, flipsOf(a))
		}
	}
}

func TestAPledgeIsMissing(t *testing.T) {
	text := strings.Replace(two, "terms: {truce: true}}", "terms: {truce: true}, requires: [{pledged: backstop, by: c}]}", 1)
	a := explain(t, raft{t}, text+`script: [{at: 0h, propose: deal, by: a}, {at: 1d, consent: deal, by: b}]`, why.Options{Limit: 50})
	if a.Agreement != terms.Awaiting || a.Goal.Name != "in-force" {
		t.Fatalf("%s %s", a.Agreement, a.Goal.Name)
	}
	if got := flipsOf(a); len(got) != 2 || got[0] != "C pledges backstop on day 1" || got[1] != "deal does not require that backstop is pledged by C" {
		t.Errorf("%q", got)
	}
}

func TestTwoAreNeeded(t *testing.T) {
	text := strings.Replace(two, "members: [a, b]", "members: [a, b, c]", 1)
	a := explain(t, raft{t}, text+`script: [{at: 0h, propose: deal, by: a}, {at: 1d, object: deal, by: [b, c]}]`, why.Options{Limit: 50})
	if !contains(a, "B consents to deal instead of objecting (day 2) + C consents to deal instead of objecting (day 2)") {
		t.Errorf("%q", flipsOf(a))
	}
	for _, f := range a.Flips {
		if f.Size == 1 && f.Changes[0].Kind == why.KindPosition {
			t.Errorf("one position is not enough: %s", f.Changes[0].Text)
		}
	}
	if !fact(a, "No capital could have flipped it alone") {
		t.Errorf("%+v", a.Facts)
	}
}

func TestFiveAreNeeded(t *testing.T) {
	a := explain(t, raft{t}, council+`  - {at: 1h, consent: survey, by: [p1, p2, e2]}
  - {at: 1h, abstain: survey, by: [p3, p4, p5, e3, e4, e5, e6, e7, e8, e9, e10]}
`, why.Options{Limit: 50})
	found := 0
	for _, f := range a.Flips {
		if f.Search {
			found++
			if f.Size != 5 {
				t.Errorf("%d changes; want five: %v", f.Size, f.Changes)
			}
		}
	}
	if found == 0 || a.Search == "" {
		t.Errorf("nothing was found beyond two: %q, %q", a.Search, flipsOf(a))
	}
	a = explain(t, raft{t}, council+`  - {at: 1h, abstain: survey, by: [p1, p2, p3, p4, p5]}
`, why.Options{Limit: 50, MaxChanges: 4})
	if !strings.Contains(a.Search, "has 8 changes") {
		t.Errorf("%q", a.Search)
	}
}

func TestNothingFlips(t *testing.T) {
	// It was withdrawn, and whoever withdraws cannot be kept from it by anything but not withdrawing.
	a := explain(t, raft{t}, strings.Replace(two, "rule: {unanimous: true}", "rule: {consent_of: b}", 1)+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 0h, leave: b}
`, why.Options{MaxChanges: 1})
	if len(a.Flips) == 0 {
		if a.Tried.Singles == 0 {
			t.Error("nothing flips it, and nothing was tried")
		}
		return
	}
	t.Logf("%q", flipsOf(a))
}

func TestUndone(t *testing.T) {
	a := explain(t, raft{t}, two+`script: [{at: 0h, propose: deal, by: a}, {at: 1d, consent: deal, by: b}]`, why.Options{Limit: 50})
	if a.Goal.Name != "undone" {
		t.Fatal(a.Goal.Name)
	}
	if !contains(a, "B does not consent to deal (day 2)") {
		t.Errorf("%q", flipsOf(a))
	}
}

// TestTheAuthorCouldTakeItBack: proposing is a consent, and the only one here that no script line gives.
func TestTheAuthorCouldTakeItBack(t *testing.T) {
	a := explain(t, raft{t}, two+`script: [{at: 0h, propose: deal, by: a}, {at: 1d, consent: deal, by: b}]`, why.Options{Limit: 50, MaxChanges: 1})
	if !contains(a, "A abstains on deal, its own text, instead of consenting (day 1)") || fact(a, "capitals could each have flipped it") {
		t.Errorf("%q %+v", flipsOf(a), a.Facts)
	}
}

// TestAConditionThatCameToHold: a consent that was tied to another plan is not told as one that was given outright.
func TestAConditionThatCameToHold(t *testing.T) {
	text := strings.Replace(two, "plans: {", "plans: {other: {procedure: p, terms: {truce: true}}, ", 1)
	a := explain(t, raft{t}, text+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 1h, consent: deal, by: b, if: {plan: other, is: adopted}}
  - {at: 1d, propose: other, by: a}
  - {at: 2d, consent: other, by: b}
`, why.Options{Plan: "deal", MaxChanges: 1})
	if a.Outcome != terms.Adopted {
		t.Fatal(a.Outcome)
	}
	var told []string
	for _, c := range a.Causes {
		told = append(told, c.Text)
	}
	if !slices.Contains(told, "A consents; B consents if other is adopted.") || !slices.Contains(told, "The consent of B counts: other is adopted.") {
		t.Errorf("%q", told)
	}
}

// TestAScriptedVetoOfACapitalWithAPolicy: without the line its policy answers, later and otherwise.
func TestAScriptedVetoOfACapitalWithAPolicy(t *testing.T) {
	text := strings.Replace(two, "b: ,", "b: {policy: {replies_in: 1d}},", 1)
	a := explain(t, raft{t}, text+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 1h, abstain: deal, by: a}
  - {at: 2h, veto: deal, by: b}
  - {at: 5h, consent: deal, by: a}
`, why.Options{Limit: 50, MaxChanges: 1})
	if a.Outcome != terms.Rejected || !contains(a, "B does not veto deal, and goes by its policy (day 1)") {
		t.Errorf("%s %q", a.Outcome, flipsOf(a))
	}
}

// TestAnAmendmentThatChangesNothing is not made: nobody would say that it sets the term to what it was.
func TestAnAmendmentThatChangesNothing(t *testing.T) {
	text := strings.Replace(two, "b: ,", "b: {policy: {red_lines: [{backstop: true}], replies_in: 1h}},", 1)
	a := explain(t, raft{t}, strings.Replace(text, "terms: {truce: true}}", "terms: {truce: true, backstop: false}}", 1)+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 0h, amend: deal, set: {backstop: true}, by: a}
`, why.Options{Limit: 50, MaxChanges: 1})
	if !contains(a, "A does not amend deal on day 1") || contains(a, "A's amendment of day 1 sets backstop to no instead of yes") {
		t.Errorf("%s %q", a.Outcome, flipsOf(a))
	}
}

// TestOneOfTwoWouldDo: of a version that lacked one consent of two, it is not said that it lacked both.
func TestOneOfTwoWouldDo(t *testing.T) {
	text := strings.NewReplacer("c: {role: guarantor}", "c: , d: ", "members: [a, b]", "members: [a, b, c, d]", "unanimous: true", "all_but: 1").Replace(two)
	a := explain(t, raft{t}, text+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 1h, object: deal, by: b}
  - {at: 1h, consent: deal, by: d}
  - {at: 1d, amend: deal, set: {backstop: true}, by: a}
  - {at: 25h, object: deal, by: b}
  - {at: 25h, consent: deal, by: c}
`, why.Options{Limit: 50, MaxChanges: 1})
	if a.Outcome == terms.Adopted || fact(a, "No version had everybody it needed") {
		t.Errorf("%s %+v", a.Outcome, a.Facts)
	}
}

// TestAnEarlierPositionWouldHaveDone: A consents no more when B comes round to it.
func TestAnEarlierPositionWouldHaveDone(t *testing.T) {
	a := explain(t, raft{t}, two+`script:
  - {at: 0h, propose: deal, by: a}
  - {at: 1h, object: deal, by: b}
  - {at: 2h, object: deal, by: a}
  - {at: 1d, abstain: deal, by: b}
`, why.Options{MaxChanges: 1, Limit: 50})
	if !contains(a, "B consents to deal instead of objecting (day 1)") {
		t.Errorf("%s %q", a.Outcome, flipsOf(a))
	}
	if fact(a, "No capital could have flipped it alone") {
		t.Errorf("%+v", a.Facts)
	}
}

func TestTo(t *testing.T) {
	a := explain(t, raft{t}, two+`script: [{at: 0h, propose: deal, by: a}]`, why.Options{To: "rejected", MaxChanges: 1})
	if got := flipsOf(a); !slices.Contains(got, "B objects to deal (day 1)") {
		t.Errorf("%q", got)
	}
	for _, f := range a.Flips {
		if f.After.Outcome != terms.Rejected {
			t.Errorf("%s comes to %s", f.Changes[0].Text, f.After.Outcome)
		}
	}
}

// TestLinesThatLoseMessages: what those come to takes real Raft to tell, as far as the plays go.
func TestLinesThatLoseMessages(t *testing.T) {
	text := two + `script:
  - {at: 0h, propose: deal, by: a}
  - {at: 1h, drop: {link: [a, b], rate: 0.4}}
  - {at: 4d, consent: deal, by: b}
`
	a := explain(t, raft{t}, text, why.Options{MaxChanges: 2, Limit: 50})
	if a.Tried.Screened != 0 || a.Exhaustive || a.Tried.Bounded == 0 || a.Tried.RealRuns < a.Tried.Singles || !contains(a, "B consents to deal (day 1)") {
		t.Errorf("%+v %q", a.Tried, flipsOf(a))
	}
	if !contains(a, "the window of stage s is 4d instead of 3d") { // not all that matter are known, but those that the run shows are
		t.Errorf("%q", flipsOf(a))
	}
	b := explain(t, raft{t}, text, why.Options{MaxChanges: 2, Limit: 50, Plays: 3})
	if b.Tried.Screened == 0 || b.Exhaustive || b.Tried.RealRuns >= a.Tried.RealRuns {
		t.Errorf("%+v", b.Tried)
	}
}
