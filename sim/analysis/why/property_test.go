package why

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// quick plays on the state machine alone; the same flips on real Raft are the tests' of whole answers.
type quick struct{ t *rapid.T }

func (q quick) Play(ctx context.Context, all []*scenarios.Scenario, _ bool, played func()) ([]*sim.Report, error) {
	reports := make([]*sim.Report, len(all))
	for i, s := range all {
		r, err := sim.Play(ctx, s, sim.Options{On: sim.Direct})
		if err != nil {
			q.t.Fatal(err)
		}
		reports[i] = r
		played()
	}
	return reports, nil
}

// drawScenario draws a small negotiation: three or four capitals, scripted or with policies, one or two stages, an
// amendment.
func drawScenario(t *rapid.T) string {
	var b strings.Builder
	n := rapid.IntRange(2, 4).Draw(t, "capitals")
	ids := []string{"a", "b", "c", "d"}[:n]
	force := []string{"none", "un", "nato"}
	b.WriteString("scenario: made-up\nhorizon: 10d\ncapitals:\n")
	for _, id := range ids {
		switch rapid.IntRange(0, 3).Draw(t, "policy of "+id) {
		case 0:
			fmt.Fprintf(&b, "  %s: {policy: {replies_in: 2h, red_lines: [{force: %s}]}}\n", id, rapid.SampledFrom(force).Draw(t, "line"))
		case 1:
			fmt.Fprintf(&b, "  %s: {policy: {replies_in: 3h, needs: [{force: %s}]}}\n", id, rapid.SampledFrom(force).Draw(t, "need"))
		default:
			fmt.Fprintf(&b, "  %s: \n", id)
		}
	}
	b.WriteString("terms: {force: {choice: [none, un, nato]}, truce: {flag: true}}\n")
	rule := func() string {
		return rapid.SampledFrom([]string{"{unanimous: true}", "{yes: 2}", "{consent_of: a}", "{yes: 1, no_objection_from: b}", "{consensus: true}",
			"{share: \"> 50%\"}", "{all_but: 1}"}).Draw(t, "rule")
	}
	b.WriteString("procedures:\n  p:\n")
	fmt.Fprintf(&b, "    on_amendment: %s\n    stages:\n", rapid.SampledFrom([]string{"stay", "restart"}).Draw(t, "on_amendment"))
	for i := range rapid.IntRange(1, 2).Draw(t, "stages") {
		fmt.Fprintf(&b, "      - {name: s%d, members: everyone, rule: %s, window: %dd, silence: %s, decides: %s}\n", i, rule(), rapid.IntRange(1, 3).Draw(t, "window"),
			rapid.SampledFrom([]string{"absent", "absent", "consent"}).Draw(t, "silence"), rapid.SampledFrom([]string{"when-won", "at-close"}).Draw(t, "decides"))
	}
	fmt.Fprintf(&b, "plans: {deal: {terms: {force: %s, truce: true}}}\nscript:\n  - {at: 0h, propose: deal, by: a}\n", rapid.SampledFrom(force).Draw(t, "text"))
	for range rapid.IntRange(0, 4).Draw(t, "steps") {
		at, by := rapid.IntRange(1, 100).Draw(t, "at"), rapid.SampledFrom(ids).Draw(t, "by")
		switch verb := rapid.SampledFrom([]string{"consent", "consent", "object", "abstain", "amend", "call"}).Draw(t, "verb"); verb {
		case "amend":
			fmt.Fprintf(&b, "  - {at: %dh, amend: deal, set: {force: %s}, by: %s}\n", at, rapid.SampledFrom(force).Draw(t, "to"), by)
		default:
			fmt.Fprintf(&b, "  - {at: %dh, %s: deal, by: %s}\n", at, verb, by)
		}
	}
	return b.String()
}

// TestNothingSmallerIsMissed holds the search to a naive one: every flip that is listed flips when it is played; every set
// of one or two changes that flips, and of which no part does, is listed or goes further than one that is; and no listed
// set has a part that flips.
func TestNothingSmallerIsMissed(t *testing.T) {
	looked, found := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := drawScenario(t)
		s, err := scenarios.Parse("-", []byte(text))
		if err != nil {
			t.Skip(err.Error()) // a rule that nobody can win
		}
		base, err := Base(context.Background(), s, s.Seed, quick{t})
		if err != nil {
			t.Fatal(err)
		}
		a, err := Explain(context.Background(), s, base, quick{t}, Options{Plan: "deal", Seed: s.Seed, Limit: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		looked++
		found += len(a.Flips)
		naive(t, s, base, a, text)
	})
	if looked < 20 || found < 20 {
		t.Errorf("looked at %d scenarios and %d flips only", looked, found)
	}
}

func naive(t *rapid.T, s *scenarios.Scenario, base *sim.Report, a *Answer, text string) {
	pinned := pin(s, s.Seed)
	f := &finder{s: pinned, h: read(pinned, base), words: report.WordsOf(&s.Charter), goal: a.Goal, view: fate(base, "deal"),
		ctx: context.Background(), tell: &teller{}, play: func(v *scenarios.Scenario) (*sim.Report, error) {
			return sim.Play(context.Background(), v, sim.Options{On: sim.Direct})
		}}
	changes, err := f.find()
	if err != nil {
		t.Fatal(err)
	}
	flips := func(set ...*Change) bool {
		p, err := sim.Compile(apply(pinned, set...))
		return err == nil && a.Goal.reached(fate(p.Play(pinned.Seed), "deal"))
	}
	var small [][]*Change
	alone := map[*Change]bool{}
	for _, c := range changes {
		if flips(c) {
			alone[c] = true
			small = append(small, []*Change{c})
		}
	}
	pairs := 0
	for i, c := range changes {
		for _, o := range changes[i+1:] {
			if !alone[c] && !alone[o] && !conflict(c, o) {
				pairs++
				if flips(c, o) {
					small = append(small, []*Change{c, o})
				}
			}
		}
	}
	if a.Tried.Singles != len(changes) || a.Tried.Pairs > pairs {
		t.Fatalf("%d changes and %d pairs were tried; there are %d and %d\n%s", a.Tried.Singles, a.Tried.Pairs, len(changes), pairs, text)
	}
	listed := map[string]bool{}
	for _, flip := range a.Flips {
		listed[texts(flip.Changes)] = true
		if !a.Goal.reached(fate(replay(t, pinned, flip), "deal")) {
			t.Fatalf("%s does not flip it\n%s", texts(flip.Changes), text)
		}
	}
	for _, set := range small {
		own := values(set)
		further := slices.ContainsFunc(small, func(o []*Change) bool { return len(o) == len(set) && within(o, set) && !within(set, o) })
		if !listed[texts(own)] && !further {
			t.Fatalf("%s flips it and is not listed: %v\n%s", texts(own), listed, text)
		}
	}
	for _, flip := range a.Flips {
		if flip.Size == 2 && (alone[find(changes, &flip.Changes[0])] || alone[find(changes, &flip.Changes[1])]) {
			t.Fatalf("half of %s would do\n%s", texts(flip.Changes), text)
		}
	}
}

func find(changes []*Change, like *Change) *Change {
	for _, c := range changes {
		if c.Text == like.Text && slices.Equal(c.slots, like.slots) {
			return c
		}
	}
	return nil
}

func values(set []*Change) []Change {
	var all []Change
	for _, c := range set {
		all = append(all, *c)
	}
	return all
}

func texts(set []Change) string {
	var all []string
	for _, c := range set {
		all = append(all, c.Text+fmt.Sprint(c.slots))
	}
	return strings.Join(all, " + ")
}

// replay plays a flip once more.
func replay(t *rapid.T, s *scenarios.Scenario, f Flip) *sim.Report {
	set := make([]*Change, len(f.Changes))
	for i := range f.Changes {
		set[i] = &f.Changes[i]
	}
	r, err := sim.Play(context.Background(), apply(s, set...), sim.Options{On: sim.Direct})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
