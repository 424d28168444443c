package check

import (
	"fmt"
	"testing"

	"github.com/parley-sim/parley/node/terms"
)

// negotiation is a long history: plans one after another, with conditional consents, objections, amendments and pledges.
func negotiation(t testing.TB, capitals, moves int) *history {
	c := &terms.Charter{Conference: "bench", Start: start, Terms: everyTerm()}
	var ids []string
	for i := range capitals {
		ids = append(ids, fmt.Sprintf("c%03d", i))
		c.Capitals = append(c.Capitals, terms.Capital{ID: ids[i], Name: ids[i], Role: terms.Mediator})
	}
	c.Procedures = []terms.Procedure{{Name: "p", Stages: []terms.Stage{
		{Name: "s0", Members: ids, Rule: terms.Rule{Kind: terms.RuleShare, Number: terms.One * 6 / 10, Of: terms.Members}, Window: 5 * day},
		{Name: "s1", Members: ids, Window: 20 * day, Rule: terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{
			{Kind: terms.RuleYes, N: max(1, capitals*3/4)}, {Kind: terms.RuleNoObjectionFrom, Capitals: ids[:2]}}}},
	}}}
	at := func(i int) string { return ids[i%capitals] }
	var ms []terms.Move
	for i := range moves {
		m := terms.Move{Capital: at(i), Verb: terms.VerbConsent, Plan: fmt.Sprintf("plan%d", i/(moves/3+1))}
		switch {
		case i%(moves/3+1) == 0:
			m.Verb, m.Draft = terms.VerbPropose, &terms.Draft{Procedure: "p", Terms: []terms.Setting{{Term: "air", Value: terms.Flag(true)}}}
		case i%7 == 3:
			m.If = &terms.Condition{Consented: []string{at(i + 1)}}
		case i%11 == 5:
			m.Verb, m.Plan, m.Term = terms.VerbPledge, "", "troops"
			m.If = &terms.Condition{Plan: m.Plan, Is: "adopted"}
			m.If.Plan = "plan0"
		case i%13 == 6:
			m.Verb = terms.VerbObject
		}
		ms = append(ms, m)
	}
	return play(t, c, ms...)
}

func BenchmarkOutcomes(b *testing.B) {
	for _, size := range []struct{ capitals, moves int }{{5, 30}, {15, 60}, {193, 300}} {
		b.Run(fmt.Sprintf("%dx%d", size.capitals, size.moves), func(b *testing.B) {
			h := negotiation(b, size.capitals, size.moves)
			for b.Loop() {
				if r := Outcomes(h.entries, h.plans); !r.Held {
					b.Fatal(r.Detail)
				}
			}
		})
	}
}

// BenchmarkRun is all hooks of 193 capitals that apply 60 moves each, and the end.
func BenchmarkRun(b *testing.B) {
	for _, size := range []struct{ capitals, moves int }{{5, 30}, {193, 60}} {
		b.Run(fmt.Sprintf("%dx%d", size.capitals, size.moves), func(b *testing.B) {
			h := negotiation(b, size.capitals, size.moves)
			log := h.log()
			first := Log{Entries: log.Entries[:2]}
			for b.Loop() {
				r := &Run{}
				r.Leader(2, "c000", &first)
				for i := range size.capitals {
					id := h.entries[0].Move.Charter.Capitals[i].ID
					for _, a := range h.apps {
						r.Applied(id, a)
					}
					r.Stored(id, log)
				}
				if bad := failed(r.Finish(End{Record: h.entries, Plans: h.plans})); len(bad) > 0 {
					b.Fatal(bad)
				}
			}
		})
	}
}
