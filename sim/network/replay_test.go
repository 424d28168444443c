package network_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/sim/bubble"
	"github.com/parley-sim/parley/sim/network"
)

var replays = flag.Int("replays", 30, "how often TestReplays plays the same seed")

// play plays the story once with a seed, and returns what was told and the trace hash.
func play(tb testing.TB, seed int64) (told []string, hash uint64) {
	err := bubble.Run(bubble.Options{Seed: seed, Deterministic: true}, func() {
		n := network.New(network.Config{Seed: seed})
		defer n.Close()
		told = story(tb, n)
		hash = n.TraceHash()
	})
	if err != nil {
		tb.Fatal(err)
	}
	return told, hash
}

// TestReplays plays one seed again and again in a worker process whose environment allows for replays, and compares.
// The moves recorded have to be the same; a timeline that differs is reported, as the choice of a select with two ready
// cases is beyond any seed.
func TestReplays(t *testing.T) {
	if os.Getenv("PARLEY_REPLAYS") == "" {
		worker := exec.Command(os.Args[0], "-test.run=^TestReplays$", "-test.v", fmt.Sprintf("-replays=%d", *replays))
		worker.Env = append(bubble.WorkerEnv(os.Environ()), "PARLEY_REPLAYS=1")
		out, err := worker.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Logf("%s", out)
		return
	}
	if err := bubble.CheckReplay(); err != nil {
		t.Fatal(err)
	}
	wantTold, wantHash := play(t, 1)
	t.Logf("the first of %d:\n%s", *replays, strings.Join(wantTold, "\n"))
	sameTold, sameHash := 1, 1
	for range *replays - 1 {
		told, hash := play(t, 1)
		if slices.Equal(told, wantTold) {
			sameTold++
		}
		if hash == wantHash {
			sameHash++
		}
		if a, b := moves(told), moves(wantTold); !slices.Equal(a, b) {
			t.Errorf("recorded\n%s\nwant\n%s", a, b)
		}
	}
	t.Logf("of %d runs %d had the same leaders and times, %d the same trace hash", *replays, sameTold, sameHash)
	if _, other := play(t, 2); other == wantHash {
		t.Error("another seed gave the same trace")
	}
}

// moves returns what each node recorded, without the times.
func moves(told []string) (all []string) {
	for _, line := range told {
		if _, after, ok := strings.Cut(line, " "); ok && strings.Contains(after, " has ") {
			all = append(all, after)
		}
	}
	return all
}

// benchConfig is what makes simulated runs cheaper with Raft's heartbeat and election timeouts untouched: followers learn
// sooner of a commit, and an append of nothing allocates less.
func benchConfig(c *raft.Config) {
	c.CommitTimeout = 5 * time.Millisecond
	c.MaxAppendEntries = 16
}

// BenchmarkRun plays what most scenarios do: a first leader by TimeoutNow, 30 lone commits with settling, the end.
func BenchmarkRun(b *testing.B) {
	for _, size := range []int{5, 21, 193} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			var raftTime time.Duration
			var messages uint64
			b.ReportAllocs()
			for b.Loop() {
				err := bubble.Run(bubble.Options{Seed: 1, Deterministic: true}, func() {
					began := time.Now()
					n := network.New(network.Config{Seed: 1})
					defer n.Close()
					c := newCluster(b, n, size, benchConfig)
					c.chair(c.ids[0], c.ids[1])
					leader := c.leader()
					for i := range 30 {
						c.apply(leader, fmt.Sprint(i))
						c.settle(leader)
					}
					raftTime = time.Since(began)
					messages = n.Stats().Total.Sent
					c.stop()
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(raftTime.Milliseconds()), "raft-ms")
			b.ReportMetric(float64(messages), "messages")
		})
	}
}
