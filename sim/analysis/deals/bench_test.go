package deals

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/policy"
)

// grid writes a scenario with so many terms of so many options and so many sheets with random points.
func grid(terms, options, sheets int, points func() int) string {
	var b strings.Builder
	b.WriteString("scenario: grid\nterms:\n")
	var all []string
	for o := range options {
		all = append(all, fmt.Sprintf("o%d", o))
	}
	for t := range terms {
		fmt.Fprintf(&b, "  t%d: {choice: [%s]}\n", t, strings.Join(all, ", "))
	}
	b.WriteString("capitals:\n")
	for c := range sheets {
		var rows []string
		most := 0
		for t := range terms {
			var row []string
			best := 0
			for _, o := range all {
				p := points()
				best = max(best, p)
				row = append(row, fmt.Sprintf("%s: %d", o, p))
			}
			most += best
			rows = append(rows, fmt.Sprintf("t%d: {%s}", t, strings.Join(row, ", ")))
		}
		fmt.Fprintf(&b, "  c%d: {scores: {%s}, walk_away: %d}\n", c, strings.Join(rows, ", "), most/2)
	}
	b.WriteString("procedures: {p: {stages: [{rule: {share: 60%, of: members}}]}}\nplans: {p: {terms: {}}}\n")
	return b.String()
}

// BenchmarkTenMillion goes through 9,765,625 deals with six sheets: ten terms of five options.
func BenchmarkTenMillion(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := parse(b, grid(10, 5, 6, func() int { return rng.IntN(100) }))
	for b.Loop() {
		r, err := Analyze(context.Background(), s, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if r.Space.String() != "9765625" || !r.Exact {
			b.Fatalf("%s deals, exact %v", r.Space, r.Exact)
		}
		if r.Counts.Pareto.Deals.Int64() < 1000 {
			b.Fatal("next to no frontier")
		}
	}
	b.ReportMetric(9765625*float64(b.N)/b.Elapsed().Seconds(), "deals/s")
}

// BenchmarkPlainScores is what to compare with: the same six sheets, each deal scored the way a policy scores a text.
func BenchmarkPlainScores(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := parse(b, grid(10, 5, 6, func() int { return rng.IntN(100) }))
	text := make([]terms.Setting, 10)
	for i := range text {
		text[i] = terms.Setting{Term: fmt.Sprintf("t%d", i)}
	}
	var sum terms.Number
	n := 0
	for b.Loop() {
		for i := range text {
			text[i].Value = terms.Choice(fmt.Sprintf("o%d", n>>i%5))
		}
		n++
		for i := range s.Parties {
			sum += policy.ScoreOf(s.Parties[i].Scores, text)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deals/s")
	_ = sum
}
