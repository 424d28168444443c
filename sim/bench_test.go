package sim_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// month is a scenario of 30 days and 30 events among n capitals, a crash and a cut among them.
func month(tb testing.TB, n int) *scenarios.Scenario {
	tb.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "scenario: bench\ntitle: A month among %d capitals\nstart: 2025-03-02T15:00:00Z\nhorizon: 30d\ncapitals:\n", n)
	for i := range n {
		fmt.Fprintf(&b, "  c%d: {role: mediator}\n", i)
	}
	b.WriteString(`terms:
  truce: {flag: true}
  force: {choice: [none, un, coalition]}
  length: {duration: [14d, 30d, 60d]}
procedures:
  plan:
    stages:
      - {name: drafting, members: [c0, c1, c2], rule: {unanimous: true}, window: 25d}
      - {name: parties, rule: {all: [{consent_of: [c0, c4]}, {no_objection_from: [c3]}]}, window: 25d, decides: at-close}
plans:
  peace: {terms: {truce: true, force: coalition, length: 30d}}
script:
  - {at: 1h, propose: peace, by: c0}
  - {at: 1d, consent: peace, by: c1}
  - {at: 2d, say: We need more time, by: c4}
  - {at: 3d, amend: peace, by: c2, set: {force: un}}
  - {at: 4d, consent: peace, by: c0}
  - {at: 5d, pledge: force, by: c1}
  - {at: 5d6h, pledge: force, by: c2}
  - {at: 6d, crash: c0}
  - {at: 7d, say: Nobody hears from c0, by: c1}
  - {at: 8d, pledge: force, by: c3}
  - {at: 9d, restart: c0}
  - {at: 10d, consent: peace, by: c1, if: {pledged: {force: {by_at_least: 3}}}}
  - {at: 11d, veto: peace, by: c4, citing: [force]}
  - {at: 12d, say: We see no room, by: c4}
  - {at: 13d, object: peace, by: c3}
  - {at: 14d, cut: [c0, c4]}
  - {at: 15d, say: The line is dead, by: c4}
  - {at: 16d, abstain: peace, by: c2}
  - {at: 17d, lift: peace, by: c3}
  - {at: 18d, heal: everything}
  - {at: 19d, amend: peace, by: c1, set: {force: none}}
  - {at: 20d, consent: peace, by: c0}
  - {at: 20d1h, consent: peace, by: c2}
  - {at: 21d, consent: peace, by: c4}
  - {at: 22d, consent: peace, by: c3}
  - {at: 23d, abstain: peace, by: c1}
  - {at: 24d, unpledge: force, by: c3}
  - {at: 25d, say: It is done, by: c0}
  - {at: 26d, consent: peace, by: c0}
  - {at: 27d, call: peace, by: c0}
expect:
  - {plan: peace, outcome: adopted}
`)
	s, err := scenarios.Parse("bench.yaml", []byte(b.String()))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func BenchmarkPlay(b *testing.B) {
	for _, n := range []int{5, 21, 193} {
		b.Run(fmt.Sprintf("capitals=%d", n), func(b *testing.B) {
			s := month(b, n)
			for b.Loop() {
				r, err := sim.Play(context.Background(), s, sim.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if !r.Held() {
					b.Fatalf("%+v %+v", r.Findings, r.Checks)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
		})
	}
}
