package sweep_test

import (
	"context"
	"os"
	"testing"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/analysis/sweep"
)

// month is a scenario of 5 capitals, 30 days and some 30 moves, half of them by policies.
func month(tb testing.TB) ([]byte, *scenarios.Scenario) {
	tb.Helper()
	text, err := os.ReadFile("testdata/month.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	s, err := scenarios.Parse("month.yaml", text)
	if err != nil {
		tb.Fatal(err)
	}
	return text, s
}

func newSweep(tb testing.TB, runs int, direct bool, vary ...string) *sweep.Sweep {
	tb.Helper()
	text, s := month(tb)
	w, err := sweep.New(sweep.Config{Version: "test", Text: string(text), Vary: vary, Seed: 1, Runs: runs, Direct: direct}, s)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// BenchmarkDirect measures a whole sweep on the state machine alone, with two players: inputs drawn, played, written as JSONL
// and added up.
func BenchmarkDirect(b *testing.B) {
	w := newSweep(b, sweep.MaxRuns, true, "seed", "london.walk_away=3..12", "moscow.red_lines=on,off", "force=un,coalition")
	sum := w.NewSum(sweep.Shard{})
	runs := 0
	var line []byte
	b.ReportAllocs()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	next := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- w.PlayAll(ctx, sweep.Shard{}, 1, 256, []sweep.Player{w.OnStateMachine(), w.OnStateMachine()}, func(r *sweep.Result) error {
			sum.Add(r)
			line = w.AppendLine(line[:0], sweep.JSONL, r)
			runs++
			select {
			case next <- struct{}{}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	for b.Loop() {
		<-next
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	stop()
	<-done
}
