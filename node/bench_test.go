package node

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// What a commit costs with the node around Raft, and without it: three capitals in memory, in real time, one move after
// the other.
func BenchmarkSubmitAtLeader(b *testing.B) { benchSubmit(b, "kyiv", false) }
func BenchmarkSubmitUnsigned(b *testing.B) { benchSubmit(b, "kyiv", true) }

func benchSubmit(b *testing.B, by string, unsigned bool) {
	c := newCluster(b, "kyiv", "london", "washington")
	c.change = func(cfg *Config) {
		cfg.OnApply = nil
		if unsigned {
			cfg.Key = nil
		}
	}
	if unsigned {
		for i := range c.charter.Capitals {
			c.charter.Capitals[i].Key = nil
		}
	}
	c.start()
	defer c.stop()
	c.lead("kyiv")
	c.found()
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if r, err := c.nodes[by].Submit(ctx, say("hello")); err != nil || r.Outcome != Recorded {
			b.Fatalf("%+v, %v", r, err)
		}
	}
}

func BenchmarkReadAtLeader(b *testing.B) {
	c := newCluster(b, "kyiv", "london", "washington")
	c.start()
	defer c.stop()
	c.await("a leader", func() bool { return c.leader() != "" })
	n := c.nodes[c.leader()]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := n.Read(context.Background(), Linearizable, func(*terms.State) {}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareRaft applies the same bytes with a state machine that does nothing.
func BenchmarkBareRaft(b *testing.B) {
	c := newCluster(b, "kyiv", "london", "washington")
	rafts := map[string]*raft.Raft{}
	for _, id := range c.ids {
		cfg := c.config(id)
		if err := Bootstrap(cfg, Servers(c.charter)); err != nil {
			b.Fatal(err)
		}
		r, err := raft.NewRaft(cfg.Raft(), noFSM{}, cfg.Stores.Log, cfg.Stores.Stable, cfg.Stores.Snapshots, guardTransport(cfg.Transport))
		if err != nil {
			b.Fatal(err)
		}
		rafts[id] = r
		defer func() { _ = r.Shutdown().Error() }()
	}
	var leader *raft.Raft
	for leader == nil {
		time.Sleep(10 * time.Millisecond)
		for _, r := range rafts {
			if r.State() == raft.Leader {
				leader = r
			}
		}
	}
	m := say("hello")
	m.Capital, m.Number, m.Conference = "kyiv", 1, "test"
	m.Sign(c.keys["kyiv"])
	data, err := m.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := leader.Apply(data, time.Second).Error(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApply is the state machine's adapter alone: decode, verify, apply, keep.
func BenchmarkApply(b *testing.B) {
	c := newCluster(b, "kyiv")
	f := newFSM(&Config{})
	applyMove(b, f, 1, terms.Move{Verb: terms.VerbCharter, Charter: c.charter})
	b.ReportAllocs()
	index := uint64(1)
	for b.Loop() {
		b.StopTimer()
		m := say("hello")
		m.Capital, m.Number, m.Conference = "kyiv", index, "test"
		m.Sign(c.keys["kyiv"])
		data, err := m.Encode()
		if err != nil {
			b.Fatal(err)
		}
		index++
		b.StartTimer()
		if r := f.Apply(&raft.Log{Index: index, Data: data}).(terms.Result); r.Sequence == 0 {
			b.Fatalf("%+v", r)
		}
	}
}

type noFSM struct{}

func (noFSM) Apply(*raft.Log) any                 { return nil }
func (noFSM) Snapshot() (raft.FSMSnapshot, error) { return &snapshot{}, nil }
func (noFSM) Restore(r io.ReadCloser) error       { return r.Close() }
