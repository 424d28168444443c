package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// benchOptions is what parley bench was asked for.
type benchOptions struct {
	capitals int
	clients  int
	rounds   int
	time     time.Duration // of each side in each round
	through  string        // which capitals' clients: see benchThrough
	data     string        // where the folders are made; "" is the system's place for temporary files
	json     bool
}

// Where Parley's clients are.
const (
	benchAll       = "all"
	benchLeader    = "leader"
	benchFollowers = "followers"
)

const (
	maxBenchCapitals = 101
	maxBenchClients  = 10_000
	maxBenchRounds   = 1000
)

// parley bench [--capitals N] [--clients N] [--rounds N] [--time D] [--data DIR] [--json]
func (e *env) benchCommand() *cli.Command {
	return &cli.Command{
		Name:  "bench",
		Usage: "measure how many moves capitals record, beside Raft alone",
		Description: "It runs two conferences on this machine, all capitals in this process, with their records\n" +
			"on disk and mutual TLS between them: one of Parley's, whose clients make signed moves, and one\n" +
			"of bare hashicorp/raft with raft-boltdb, an empty state machine and the same settings, whose\n" +
			"clients apply the same bytes at the leader. They take turns; the ratio is the median of the\n" +
			"rounds. A client is a caller within the process, without the HTTP interface.\n\n" +
			"Parley's clients are spread over the capitals, the first one at the leader; so a single client\n" +
			"speaks there, as bare Raft's does. With --through followers all moves take the way from a\n" +
			"follower to the leader and back as well, with --through leader none does.\n\n" +
			"The two conferences share the processors and the disk with all else that runs on the machine:\n" +
			"measure when it is quiet, or take more rounds.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "capitals", Usage: "run `N` capitals a side", Value: 5},
			&cli.IntFlag{Name: "clients", Usage: "have `N` clients, each with one move at a time", Value: 64},
			&cli.IntFlag{Name: "rounds", Usage: "measure both sides `N` times", Value: 5},
			&cli.DurationFlag{Name: "time", Usage: "measure a side for `D` at a time", Value: 2 * time.Second},
			&cli.StringFlag{Name: "through", Usage: "have the clients at `WHICH` capitals: all, leader or followers", Value: benchAll},
			&cli.StringFlag{Name: "data", Usage: "make the capitals' folders in `DIR`, to measure its disk", DefaultText: "temporary"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON", DisableDefaultText: true},
		},
		Action: func(c *cli.Context) error {
			o := benchOptions{capitals: c.Int("capitals"), clients: c.Int("clients"), rounds: c.Int("rounds"),
				time: c.Duration("time"), through: c.String("through"), data: c.String("data"), json: c.Bool("json")}
			if c.NArg() > 0 {
				return usagef("bench: it takes no files, only flags")
			}
			if err := o.validate(); err != nil {
				return err
			}
			return e.bench(c.Context, &o)
		},
	}
}

// validate says what is wrong with the options.
func (o *benchOptions) validate() error {
	for _, f := range []struct {
		name       string
		value, max int
	}{{"capitals", o.capitals, maxBenchCapitals}, {"clients", o.clients, maxBenchClients}, {"rounds", o.rounds, maxBenchRounds}} {
		if f.value < 1 || f.value > f.max {
			return usagef("bench: --%s takes 1 to %d, not %d", f.name, f.max, f.value)
		}
	}
	switch o.through {
	case benchAll, benchLeader:
	case benchFollowers:
		if o.capitals == 1 {
			return usagef("bench: --through followers takes 2 capitals or more")
		}
	default:
		return usagef("bench: --through takes all, leader or followers, not %.40q", o.through)
	}
	if o.time < time.Millisecond || o.time > time.Hour {
		return usagef("bench: --time takes 1ms to 1h, not %v", o.time)
	}
	return nil
}

// benchResult is what parley bench --json prints.
type benchResult struct {
	Capitals int     `json:"capitals"`
	Clients  int     `json:"clients"`
	Through  string  `json:"through"` // which capitals
	Rounds   int     `json:"rounds"`
	Seconds  float64 `json:"seconds"` // of each side in each round
	Folder   string  `json:"folder"`  // whose disk was measured

	Parley   benchSide `json:"parley"`
	BareRaft benchSide `json:"bare_raft"`

	// Ratio is the median of the rounds' commits a second of Parley to those of bare Raft.
	Ratio  float64   `json:"ratio_to_bare_raft"`
	Ratios []float64 `json:"ratios"` // of the rounds
}

// benchSide is a side's medians over the rounds.
type benchSide struct {
	Commits float64 `json:"commits_per_second"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
}

// bench measures both sides in turn and prints what came out.
func (e *env) bench(ctx context.Context, o *benchOptions) (err error) {
	folder, err := os.MkdirTemp(o.data, "parley-bench-")
	if err != nil {
		return usagef("bench: %v", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	both, err := startBench(ctx, folder, o)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	result, err := both.measure(ctx, o)
	if err = errors.Join(err, both.stop()); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	result.Folder = folder
	if o.json {
		b, err := json.MarshalIndent(result, "", "  ")
		if err != nil {
			return err
		}
		return e.print(string(b) + "\n")
	}
	return e.print(result.text())
}

// text is the result for people.
func (r *benchResult) text() string {
	var b strings.Builder
	at := map[string]string{benchAll: "", benchLeader: " at the leader", benchFollowers: " at followers"}[r.Through]
	fmt.Fprintf(&b, "%s, %s%s, signed moves, on disk in %s\n\n", count(r.Capitals, "capital"), count(r.Clients, "client"), at, r.Folder)
	fmt.Fprintf(&b, "%-10s  %9s  %9s  %9s\n", "", "commits/s", "p50", "p99")
	for _, s := range []struct {
		name string
		side benchSide
	}{{"bare raft", r.BareRaft}, {"parley", r.Parley}} {
		fmt.Fprintf(&b, "%-10s  %9.0f  %6.1f ms  %6.1f ms\n", s.name, s.side.Commits, s.side.P50, s.side.P99)
	}
	fmt.Fprintf(&b, "\nratio_to_bare_raft %.2f", r.Ratio)
	if len(r.Ratios) > 1 {
		fmt.Fprintf(&b, ", the median of %d rounds from %.2f to %.2f", len(r.Ratios), slices.Min(r.Ratios), slices.Max(r.Ratios))
	}
	return b.String() + "\n"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
