package node_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/terms"
)

// What a conference with the default settings costs, on disk and with TLS. The figures depend on the machine and what else
// runs on it: they are reported, and nothing fails by them.
//
//	go test ./node -run '^$' -bench 'LeaderDies|Processes' -benchtime 1x

// liveConference writes the folder of a conference.
func liveConference(b *testing.B, n int) []*host.Config {
	b.Helper()
	charter := &terms.Charter{Conference: "bench"}
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("capital-%d", i+1))
		charter.Capitals = append(charter.Capitals, terms.Capital{ID: ids[i], Name: ids[i], Role: terms.Mediator})
	}
	charter.Procedures = []terms.Procedure{{Name: "all", Stages: []terms.Stage{{Name: "all", Members: ids,
		Rule: terms.Rule{Kind: terms.RuleUnanimous}}}}}
	places, err := host.Loopback(ids)
	if err != nil {
		b.Fatal(err)
	}
	folder := filepath.Join(b.TempDir(), "bench")
	if err := host.Init(folder, charter, places, false); err != nil {
		b.Fatal(err)
	}
	_, configs, err := host.OpenFolder(folder)
	if err != nil {
		b.Fatal(err)
	}
	return configs
}

// BenchmarkLeaderDies is the time from a leader's crash to the next recorded move, of five capitals.
func BenchmarkLeaderDies(b *testing.B) {
	configs := liveConference(b, 5)
	hosts := make([]*host.Host, len(configs))
	start := func(i int) {
		h, err := host.Start(context.Background(), configs[i], host.Options{})
		if err != nil {
			b.Fatal(err)
		}
		hosts[i] = h
	}
	for i := range configs {
		start(i)
	}
	defer func() {
		for _, h := range hosts {
			if err := h.Close(context.Background()); err != nil {
				b.Error(err)
			}
		}
	}()
	say := func(i int) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for {
			r, err := hosts[i].Node().Submit(ctx, terms.Move{Verb: terms.VerbSay, Text: "Is anybody there?"})
			if err == nil && r.Outcome == node.Recorded {
				return
			}
			if ctx.Err() != nil {
				b.Fatalf("%+v, %v", r, err)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	var times []time.Duration
	for b.Loop() {
		for range 5 {
			for i := range hosts {
				say(i)
			}
			leader := slices.IndexFunc(hosts, func(h *host.Host) bool { return h.Node().IsLeader() })
			if leader < 0 {
				b.Fatal("nobody leads")
			}
			began := time.Now()
			hosts[leader].Node().Crash()
			say((leader + 1) % len(hosts))
			times = append(times, time.Since(began))
			_ = hosts[leader].Close(context.Background()) // it has crashed already
			start(leader)
		}
	}
	slices.Sort(times)
	b.ReportMetric(times[len(times)/2].Seconds(), "s/median")
	b.ReportMetric(times[len(times)-1].Seconds(), "s/worst")
}

// capitalEnv has the test binary run one capital, whose config.json it names, until its standard input ends.
const capitalEnv = "PARLEY_BENCH_CAPITAL"

func TestRunsACapital(t *testing.T) {
	file := os.Getenv(capitalEnv)
	if file == "" {
		t.Skip("it is the process of BenchmarkProcesses")
	}
	c, err := host.LoadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.Start(context.Background(), c, host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	go func() { // one capital speaks as soon as it can, and a good deal
		for i := 0; i < 500 && c.Capital == "capital-1"; i++ {
			_, _ = h.Node().Submit(context.Background(), terms.Move{Verb: terms.VerbSay, Text: "We are still here."})
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := h.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// BenchmarkProcesses measures capitals as processes, after 500 moves: memory, and processor time while nothing happens.
func BenchmarkProcesses(b *testing.B) {
	for _, n := range []int{5, 21} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				measureProcesses(b, n)
			}
		})
	}
}

func measureProcesses(b *testing.B, n int) {
	var pids []int
	for _, c := range liveConference(b, n) {
		file := filepath.Join(c.IdentityFolder(), host.ConfigFile)
		cmd := exec.Command(os.Args[0], "-test.run=^TestRunsACapital$", "-test.count=1")
		cmd.Env = append(os.Environ(), capitalEnv+"="+file)
		in, err := cmd.StdinPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		defer func() {
			_ = in.Close()
			_ = cmd.Wait()
		}()
		pids = append(pids, cmd.Process.Pid)
	}
	time.Sleep(20 * time.Second) // the election and the moves, and then nothing
	before := processorTime(b, pids)
	const idle = 10 * time.Second
	time.Sleep(idle)
	used := processorTime(b, pids) - before
	var resident []float64
	for _, pid := range pids {
		resident = append(resident, residentMiB(b, pid))
	}
	b.ReportMetric(used.Seconds()/idle.Seconds(), "cores/idle")
	b.ReportMetric(slices.Max(resident), "MiB/largest")
}

// processorTime sums up what processes have used, user and system.
func processorTime(b *testing.B, pids []int) (sum time.Duration) {
	b.Helper()
	const tick = 10 * time.Millisecond // USER_HZ is 100 on Linux
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			b.Skip(err)
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		for _, f := range fields[11:13] {
			n, err := strconv.Atoi(f)
			if err != nil {
				b.Fatal(err)
			}
			sum += time.Duration(n) * tick
		}
	}
	return sum
}

func residentMiB(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(n) / 1024
}
