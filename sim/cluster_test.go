package sim_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// nodeArgument makes this test binary run a capital, as parley node does, from the config.json that the next one names.
const nodeArgument = "run-a-capital"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == nodeArgument {
		if err := runCapital(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// runCapital runs a capital until standard input ends.
func runCapital(file string) error {
	config, err := host.LoadConfig(file)
	if err != nil {
		return err
	}
	h, err := host.Start(context.Background(), config, host.Options{})
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return h.Close(context.Background())
}

// onCluster are the options for real processes.
func onCluster(t *testing.T) sim.Options {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts processes")
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	t.Cleanup(func() { leavesNothing(t) })
	return sim.Options{On: sim.Cluster, Node: []string{path, nodeArgument}}
}

// leavesNothing fails the test if a capital's process or folder is left.
func leavesNothing(t *testing.T) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "parley-cluster-*")); len(left) > 0 {
		t.Errorf("folders are left: %v", left)
	}
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline") // none where there is no /proc
	for _, file := range commands {
		if b, err := os.ReadFile(file); err == nil && strings.Contains(string(b), nodeArgument+"\x00"+os.TempDir()) {
			t.Errorf("a process is left: %q", b)
		}
	}
}

func library(t *testing.T, name string) *scenarios.Scenario {
	t.Helper()
	file, src, err := scenarios.Open("../scenarios/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse(file, src)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// samePolitics plays a scenario in virtual time and on real processes, and compares what was agreed.
func samePolitics(t *testing.T, s *scenarios.Scenario, o sim.Options) *sim.Report {
	t.Helper()
	virtual, real := play(t, s, sim.Options{}), play(t, s, o)
	if len(virtual.Plans) == 0 {
		t.Error("there is nothing to compare")
	}
	for i := range virtual.Plans {
		a, b := virtual.Plans[i], real.Plans[i]
		if a.ID != b.ID || a.Outcome != b.Outcome || a.Version != b.Version || a.DecidedAt != b.DecidedAt {
			t.Errorf("%s is %s (version %d, %s) in virtual time and %s (version %d, %s) on processes", a.ID, a.Outcome,
				a.Version, a.DecidedAt, b.Outcome, b.Version, b.DecidedAt)
		}
	}
	for _, f := range real.Findings {
		if !f.Held {
			t.Errorf("line %d: %s: found that %s", f.Pos.Line, f.Text, f.Found)
		}
	}
	if real.Unsettled > 0 {
		t.Errorf("the machines did not settle %d times", real.Unsettled)
	}
	if a, b := moves(virtual), moves(real); a != b {
		t.Errorf("the timeline has other moves:\n%s\nin virtual time, and on processes\n%s", a, b)
	}
	if virtual.RecordHash != real.RecordHash {
		t.Errorf("the political record is another one:\n%s\nin virtual time, and on processes\n%s", lines(virtual), lines(real))
	}
	return real
}

// moves are those of the timeline, for people.
func moves(r *sim.Report) string {
	var b strings.Builder
	for _, item := range r.Timeline {
		if m := item.Move; item.Kind == sim.ItemMove {
			fmt.Fprintf(&b, "%s %s %s%s at %s: %s %s\n", m.Capital, m.Verb, m.Plan, m.Term, item.At, m.Outcome, m.Reason)
		}
	}
	return b.String()
}

// lines is a record for people.
func lines(r *sim.Report) string {
	var b strings.Builder
	for _, e := range r.Record {
		fmt.Fprintf(&b, "%s %d %s %s %s at %s: %s\n", e.Move.Capital, e.Move.Number, e.Move.Verb, e.Move.Plan, e.Move.Term,
			e.Move.Time, e.Result.Code)
	}
	return b.String()
}

// TestAClusterReachesTheSameOutcomes plays scenarios with crashes, cuts, relays and deadlines on real processes.
func TestAClusterReachesTheSameOutcomes(t *testing.T) {
	for _, name := range []string{"one-month-truce", "oval-office-rift", "minerals-and-backstop", "temporary-pause"} {
		t.Run(name, func(t *testing.T) { samePolitics(t, library(t, name), onCluster(t)) })
	}
}

func TestEveryFaultOnACluster(t *testing.T) {
	r := samePolitics(t, read(t, "testdata/every-fault.yaml"), onCluster(t))
	for _, item := range r.Timeline {
		if item.Kind == sim.ItemFault && item.Text != "" && strings.Contains(item.Text, ": is ") {
			t.Errorf("a fault failed: %s", item.Text)
		}
	}
}

// TestALeaderThatDiesWithAMoveInItsLog is its namesake of virtual time, on processes: a's consent is in its own log only,
// and nobody could tell its number when a was killed.
func TestAClustersLeaderThatDiesWithAMove(t *testing.T) {
	r := play(t, inline(t, `
script:
  - {at: 1h, propose: deal, by: b}
  - {at: 2h, hold: [[a, b], [a, c], [a, d], [a, e]], settle: false}
  - {at: 2h, consent: deal, by: a, settle: false}
  - {at: 3h, crash: a}
  - {at: 4h, consent: deal, by: c}
  - {at: 5h, release: [[a, b], [a, c], [a, d], [a, e]]}
  - {at: 6h, restart: a}
  - {at: 7h, say: I am back, by: a}
expect:
  - {plan: deal, outcome: adopted}
  - {recorded: consent, by: a}
`), onCluster(t))
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

func TestAClusterWithoutAQuorum(t *testing.T) {
	r := play(t, inline(t, `
script:
  - {at: 0h, crash: [c, d, e]}
  - {at: 1h, propose: deal, by: a}
expect: [{plan: deal, outcome: adopted}]
`), onCluster(t))
	if !r.NoQuorum || r.Status() != sim.StatusUnknown || r.Moves != (sim.MoveCounts{Unknown: 1}) {
		t.Errorf("no quorum %t, status %d, moves %+v; want the outcome to be unknown", r.NoQuorum, r.Status(), r.Moves)
	}
}

func TestAClusterEndsWithItsContext(t *testing.T) {
	s := inline(t, "script:\n  - {at: 1h, propose: deal, by: a}\n  - {at: 2h, crash: [a, b, c]}\n  - {at: 3h, consent: deal, by: d}\n")
	o := onCluster(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o.Progress = func(done, _ float64) {
		if done > 0 {
			time.AfterFunc(100*time.Millisecond, cancel) // in the midst of something; wherever it comes, the outcome is the same
		}
	}
	if _, err := sim.Play(ctx, s, o); err == nil && ctx.Err() != nil {
		t.Error("Play went on after its context had ended")
	}
}

func TestAClusterWhoseProcessesFail(t *testing.T) {
	o := onCluster(t)
	o.Node = []string{"/bin/sh", "-c", "echo the dog ate it >&2; exit 7"}
	_, err := sim.Play(context.Background(), inline(t, "script: []\n"), o)
	if err == nil || !strings.Contains(err.Error(), "the dog ate it") || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("the error is %v", err)
	}
}
