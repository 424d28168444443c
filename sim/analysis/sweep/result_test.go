package sweep_test

import (
	"context"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/analysis/sweep"
	"github.com/parley-sim/parley/sim/report/chart"
)

// TestTechnicalAndPoliticalOutcomesAreApart plays scripts on real Raft in which machines fail, and looks at what each run says
// of the machines, of the plan, and of what would have been without faults.
func TestTechnicalAndPoliticalOutcomesAreApart(t *testing.T) {
	const head = `scenario: apart
horizon: 10d
capitals: {a: , b: , c: , d: , e: {policy: {replies_in: 1h..2h, otherwise: silence}}}
terms: {x: {flag: true}}
procedures: {vote: {stages: [{name: vote, members: [a, b, c], rule: {unanimous: true}, window: 3d}]}}
plans: {deal: {terms: {x: true}}, other: {terms: {x: true}}}
`
	for _, c := range []struct {
		name, script string
		technical    sweep.Technical
		outcome      terms.Outcome
		otherwise    terms.Outcome
		blocked      string
	}{
		{"nothing fails", "{at: 0h, propose: deal, by: a}, {at: 1h, consent: deal, by: [b, c]}", sweep.Recorded, terms.Adopted, "", ""},
		{"one objects", "{at: 0h, propose: deal, by: a}, {at: 1h, veto: deal, by: b, citing: x}, {at: 2h, consent: deal, by: c}", sweep.Recorded, terms.Rejected, "", "b"},
		{"late, and in time", "{at: 0h, propose: deal, by: a}, {at: 1h, crash: b}, {at: 2h, consent: deal, by: [b, c]}, {at: 1d, restart: b}", sweep.Delayed, terms.Adopted, "", ""},
		{"too late", "{at: 0h, propose: deal, by: a}, {at: 1h, crash: b}, {at: 2h, consent: deal, by: [b, c]}, {at: 4d, restart: b}", sweep.Delayed, terms.Lapsed, terms.Adopted, "b"},
		{"never", "{at: 0h, propose: deal, by: a}, {at: 1h, crash: b}, {at: 2h, consent: deal, by: [b, c]}", sweep.Unrecorded, terms.Lapsed, terms.Adopted, "b"},
		{"no quorum", "{at: 0h, propose: deal, by: a}, {at: 1h, crash: [c, d, e]}, {at: 2h, consent: deal, by: [b, c]}", sweep.NoQuorum, sweep.Unknown, terms.Adopted, ""},
		{"never proposed", "{at: 0h, say: hello, by: a}", sweep.Recorded, sweep.NeverProposed, "", ""},
	} {
		src := head + "script: [" + c.script + "]\nexpect: [{plan: deal, outcome: adopted}]\n"
		s, err := scenarios.Parse("apart.yaml", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		w, err := sweep.New(sweep.Config{Text: src, Runs: 10, Seed: 1}, s)
		if err != nil {
			t.Fatal(err)
		}
		d := w.Draw(3)
		variant, seed := w.Variant(d)
		report, err := sim.Play(context.Background(), variant, sim.Options{Seed: &seed})
		if err != nil {
			t.Fatal(err)
		}
		r := w.ResultOf(3, d, report)
		p := r.Plans[0]
		var blocked []string
		for _, b := range p.Blocked {
			blocked = append(blocked, b.Capitals...)
		}
		if r.Technical != c.technical || p.Outcome != c.outcome || p.Otherwise != c.otherwise || strings.Join(blocked, " ") != c.blocked {
			t.Errorf("%s: %s, %s, otherwise %q, blocked by %v; want %s, %s, %q, %q", c.name, r.Technical, p.Outcome, p.Otherwise, blocked,
				c.technical, c.outcome, c.otherwise, c.blocked)
		}
		if other := r.Plans[1]; other.Outcome != sweep.NeverProposed && other.Outcome != sweep.Unknown {
			t.Errorf("%s: the other plan is %s", c.name, other.Outcome)
		}
		for _, f := range []sweep.Format{sweep.JSONL, sweep.CSV} {
			if again, err := w.ParseLine(f, line(w.AppendLine(nil, f, &r))); err != nil || again.Plans[0].Outcome != p.Outcome || again.Technical != r.Technical {
				t.Errorf("%s: as %s it reads as %+v (%v)", c.name, f, again, err)
			}
		}
		sum := w.NewSum(sweep.Shard{})
		sum.Add(&r)
		counted(t, c.name, sum.Summary(), &r)
	}
}

// counted looks at how a summary of one run counts it.
func counted(t *testing.T, name string, s *sweep.Summary, r *sweep.Result) {
	t.Helper()
	p, is := s.Plans[0], r.Plans[0]
	known := is.Outcome != sweep.Unknown
	switch {
	case known && (p.Known != 1 || p.Unknown != 0 || len(p.Outcomes) != 1 || p.Outcomes[0].Outcome != string(is.Outcome)),
		!known && (p.Known != 0 || p.Unknown != 1 || len(p.Outcomes) != 0):
		t.Errorf("%s: known %d, unknown %d, %+v", name, p.Known, p.Unknown, p.Outcomes)
	case (is.Otherwise != "") != (len(p.Changed) == 1):
		t.Errorf("%s: changed %+v", name, p.Changed)
	case is.Otherwise != "" && len(p.Blocked) > 0:
		t.Errorf("%s: %+v is told to have blocked what machines decided", name, p.Blocked)
	case is.Otherwise == "" && is.Outcome == terms.Rejected && (len(p.Blocked) != 1 || p.Blocked[0].Share.Share != 1 || p.Blocked[0].Terms["x"] != 1):
		t.Errorf("%s: blocked %+v", name, p.Blocked)
	case (is.Outcome == terms.Adopted) != (p.Time != nil):
		t.Errorf("%s: time %+v", name, p.Time)
	case len(s.Technical) != 1 || s.Technical[0].Outcome != string(r.Technical):
		t.Errorf("%s: technical %+v", name, s.Technical)
	}
	var text strings.Builder
	if err := chart.Text(&text, chart.Options{}, s.Title(), s.Report()...); err != nil || !strings.Contains(text.String(), string(r.Technical)) ||
		!known && !strings.Contains(text.String(), "for a technical reason") {
		t.Errorf("%s: %v\n%s", name, err, text.String())
	}
}
