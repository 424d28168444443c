package sim_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// What this test binary does when it is called by a test.
const (
	nodeArgument = "run-a-capital"     // as parley node does, from the config.json that the next argument names
	playArgument = "play-on-a-cluster" // the scenario file that the next argument names, until it is killed
)

func TestMain(m *testing.M) {
	roles := map[string]func(file string) error{nodeArgument: runCapital, playArgument: playForEver}
	if len(os.Args) == 3 && roles[os.Args[1]] != nil {
		if err := roles[os.Args[1]](os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// playForEver plays on a cluster, says so when it has begun, and does not go on.
func playForEver(file string) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	s, err := scenarios.Parse(file, src)
	if err != nil {
		return err
	}
	_, err = sim.Play(context.Background(), s, sim.Options{On: sim.Cluster, Node: []string{os.Args[0], nodeArgument},
		Progress: func(float64, float64) { fmt.Println("playing"); select {} }})
	return err
}

// markVariable names a file that a capital writes when it ends in order, which it never should.
const markVariable = "PARLEY_TEST_ENDED_IN_ORDER"

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
	if mark := os.Getenv(markVariable); mark != "" {
		if err := os.WriteFile(mark, nil, 0o600); err != nil {
			return err
		}
	}
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
	t.Setenv("TMPDIR", t.TempDir()) // for os.TempDir
	t.Cleanup(func() { leavesNothing(t) })
	return sim.Options{On: sim.Cluster, Node: []string{path, nodeArgument}}
}

// leavesNothing fails the test if a capital's process or folder is left.
func leavesNothing(t *testing.T) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "parley-cluster-*")); len(left) > 0 {
		t.Errorf("folders are left: %v", left)
	}
	if left := processes(); len(left) > 0 {
		t.Errorf("processes are left: %q", left)
	}
}

// processes lists those of the test's capitals that run; none where there is no /proc.
func processes() (running []string) {
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range commands {
		if b, err := os.ReadFile(file); err == nil && strings.Contains(string(b), nodeArgument+"\x00"+os.TempDir()) {
			running = append(running, string(b))
		}
	}
	return running
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
	s := read(t, "testdata/every-fault.yaml")
	virtual, real := play(t, s, sim.Options{}), samePolitics(t, s, onCluster(t))
	if real.RelayedMoves == 0 { // how many depends on who leads, which is a matter of time after a crash
		t.Error("no move went over another capital")
	}
	if a, b := waited(virtual), waited(real); a == "" || a != b {
		t.Errorf("these waited:\n%sand in virtual time\n%s", b, a)
	}
	for i := range virtual.Timeline { // a fault that failed says so in its text
		if a := virtual.Timeline[i]; a.Kind == sim.ItemFault && !slices.ContainsFunc(real.Timeline, func(b sim.Item) bool {
			return b.Kind == sim.ItemFault && b.Text == a.Text && b.At == a.At
		}) {
			t.Errorf("the cluster's timeline has no %q", a.Text)
		}
	}
}

// TestALineStaysCutOverARestartOnACluster: e hears everybody and is heard by nobody, which is in its process's memory.
func TestALineStaysCutOverARestartOnACluster(t *testing.T) {
	s := inline(t, `
script:
  - {at: 0h, chair: a}
  - {at: 1h, propose: deal, by: a}
  - {at: 2h, cut: [{from: e, to: a}, {from: e, to: b}, {from: e, to: c}, {from: e, to: d}]}
  - {at: 3h, crash: e}
  - {at: 4h, restart: e}
  - {at: 5h, consent: deal, by: e}
  - {at: 1d, heal: e}
  - {at: 2d, consent: deal, by: b}
expect: [{plan: deal, outcome: adopted}]
`)
	// Its record is not compared: whether e has read the text again when it answers is a matter of milliseconds.
	r := play(t, s, onCluster(t))
	if !r.Held() {
		t.Errorf("%+v", r.Findings)
	}
	if len(r.Waits) != 1 || r.Waits[0].Capital != "e" || r.Waits[0].Until != s.Start.Add(terms.Day) {
		t.Errorf("waits %+v", r.Waits)
	}
}

// waited are the moves that could not be recorded at once, for people.
func waited(r *sim.Report) string {
	var b strings.Builder
	for _, w := range r.Waits {
		fmt.Fprintf(&b, "%s %s %s%s from %s to %s: %s\n", w.Capital, w.Verb, w.Plan, w.Term, w.Since, w.Until, w.Why)
	}
	return b.String()
}

func TestALostAnswerOnACluster(t *testing.T) {
	r := samePolitics(t, read(t, "testdata/lost-answer.yaml"), onCluster(t))
	if len(r.Waits) != 1 || r.Waits[0].Tries < 2 || !strings.Contains(r.Waits[0].Why, "no answer came back") {
		t.Errorf("waits %+v", r.Waits)
	}
}

// TestAClustersLeaderThatDiesWithAMove kills a leader at any moment between being told a move and answering, with the
// answers of all others held: the move may be in its own log, or in those of others, or nowhere. It must get in exactly once,
// although nobody was told its number.
func TestAClustersLeaderThatDiesWithAMove(t *testing.T) {
	o := onCluster(t)
	for _, c := range []struct {
		hold string
		wait int // steps, each of which takes a request
	}{
		{"[[a, b], [a, c], [a, d], [a, e]]", 0},
		{"[{from: b, to: a}, {from: c, to: a}, {from: d, to: a}, {from: e, to: a}]", 20},
		{"[{from: b, to: a}, {from: c, to: a}, {from: d, to: a}, {from: e, to: a}]", 60},
	} {
		r := play(t, inline(t, `
script:
  - {at: 0h, say: 'I know how many moves I have made, without asking', by: a}
  - {at: 1h, propose: deal, by: b}
  - {at: 2h, hold: `+c.hold+`, settle: false}
  - {at: 2h, consent: deal, by: a, settle: false}
`+strings.Repeat("  - {at: 2h, release: {from: b, to: c}, settle: false}\n", c.wait)+`
  - {at: 3h, crash: a}
  - {at: 4h, heal: everything}
  - {at: 6h, restart: a}
  - {at: 7h, say: I am back, by: a}
  - {at: 8h, consent: deal, by: c}
expect:
  - {plan: deal, outcome: adopted}
  - {recorded: consent, by: a}
  - {recorded: say, by: a}
`), o)
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
}

// TestACrashLeavesTheDiskAndAWipeDoesNot has each process say on which disk it starts, and whether it ends in order.
func TestACrashLeavesTheDiskAndAWipeDoesNot(t *testing.T) {
	o := onCluster(t)
	starts, mark := filepath.Join(t.TempDir(), "starts"), filepath.Join(t.TempDir(), "mark")
	t.Setenv(markVariable, mark)
	const wrapper = `at=$(dirname "$2"); disk=none; [ -d "$at/data" ] && disk=kept; echo "$(basename "$at") $disk" >>"$0"; exec "$1" run-a-capital "$2"`
	o.Node = []string{"/bin/sh", "-c", wrapper, starts, o.Node[0]}
	r := play(t, inline(t, `
script:
  - {at: 1h, propose: deal, by: a}
  - {at: 2h, crash: b}
  - {at: 3h, wipe: c}
  - {at: 4h, restart: [b, c]}
  - {at: 5h, consent: deal, by: [b, c]}
expect: [{plan: deal, outcome: adopted}]
`), o)
	if !r.Held() {
		t.Errorf("%+v", r.Findings)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a capital was asked to end, and not killed")
	}
	b, err := os.ReadFile(starts)
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Split(strings.TrimSpace(string(b)), "\n")
	slices.Sort(said)
	if want := []string{"a none", "b kept", "b none", "c none", "c none", "d none", "e none"}; !slices.Equal(said, want) {
		t.Errorf("they started as %q, want %q", said, want)
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

// waits is a script during which d waits for a quorum that does not come.
const waits = "script:\n  - {at: 1h, propose: deal, by: a}\n  - {at: 2h, crash: [a, b, c]}\n  - {at: 3h, consent: deal, by: d}\n"

func TestAClusterEndsWithItsContext(t *testing.T) {
	for _, after := range []time.Duration{0, 100 * time.Millisecond} { // wherever it comes, the outcome is the same
		o := onCluster(t)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		o.Progress = func(done, _ float64) {
			if after == 0 {
				cancel()
			} else if done > 0 {
				time.AfterFunc(after, cancel)
			}
		}
		if _, err := sim.Play(ctx, inline(t, waits), o); !errors.Is(err, context.Canceled) {
			t.Errorf("the context ended, and Play with %v", err)
		}
		leavesNothing(t)
	}
}

// TestAClusterEndsWithItsParent kills the process that plays, which can clean up nothing.
func TestAClusterEndsWithItsParent(t *testing.T) {
	o := onCluster(t)
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Skip("there is no /proc to look for processes in")
	}
	parent := exec.Command(o.Node[0], playArgument, "../scenarios/one-month-truce.yaml")
	parent.Stderr = os.Stderr
	out, err := parent.StdoutPipe()
	if err == nil {
		err = parent.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n') // when capitals are running
	if err != nil || len(processes()) < 5 {
		t.Errorf("it said %q (%v), with %d processes running", line, err, len(processes()))
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // its end was asked for
	for deadline := time.Now().Add(30 * time.Second); len(processes()) > 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond) // nobody tells of the end of a process that is not a child
	}
	if left := processes(); len(left) > 0 {
		t.Errorf("%d processes are left: %q", len(left), left)
	}
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), "parley-cluster-*"))
	if err != nil || len(folders) != 1 {
		t.Errorf("folders %v: %v; want the one that nobody could remove", folders, err)
	}
	for _, folder := range folders {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
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
