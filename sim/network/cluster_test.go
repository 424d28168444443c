package network_test

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/sim/network"
)

// cluster is a number of real Raft nodes over a network.
type cluster struct {
	tb    testing.TB
	net   *network.Network
	ids   []string
	nodes map[string]*node
}

type node struct {
	raft      *raft.Raft
	transport *network.Transport
	store     *raft.InmemStore // survives a restart
	snapshots *raft.InmemSnapshotStore
	fsm       *record
}

// record is a state machine that remembers every command.
type record struct{ moves []string }

func (r *record) Apply(l *raft.Log) any { r.moves = append(r.moves, string(l.Data)); return nil }

func (r *record) Snapshot() (raft.FSMSnapshot, error) {
	return snapshot(fmt.Sprintln(len(r.moves))), nil
}

func (r *record) Restore(from io.ReadCloser) error {
	var n int
	if _, err := fmt.Fscanln(from, &n); err != nil {
		return err
	}
	r.moves = make([]string, n)
	return from.Close()
}

type snapshot string

func (s snapshot) Persist(sink raft.SnapshotSink) error {
	_, _ = io.WriteString(sink, string(s))
	return sink.Close()
}

func (s snapshot) Release() {}

// raftConfig is Raft's defaults without logs and legacy metrics.
func raftConfig(id string) *raft.Config {
	config := raft.DefaultConfig()
	config.LocalID = raft.ServerID(id)
	config.Logger = hclog.NewNullLogger()
	config.NoLegacyTelemetry = true
	return config
}

// newCluster starts nodes that know each other.
func newCluster(tb testing.TB, n *network.Network, size int, configure func(*raft.Config)) *cluster {
	c := &cluster{tb: tb, net: n, nodes: make(map[string]*node)}
	var servers []raft.Server
	for i := range size {
		id := fmt.Sprintf("c%03d", i)
		c.ids = append(c.ids, id)
		servers = append(servers, raft.Server{ID: raft.ServerID(id), Address: raft.ServerAddress(id)})
	}
	for _, id := range c.ids {
		c.nodes[id] = &node{store: raft.NewInmemStore(), snapshots: raft.NewInmemSnapshotStore()}
		config := raftConfig(id)
		configure(config)
		x := c.nodes[id]
		err := raft.BootstrapCluster(config, x.store, x.store, x.snapshots, n.Up(id), raft.Configuration{Servers: servers})
		if err != nil {
			tb.Fatal(err)
		}
	}
	for _, id := range c.ids {
		c.start(id, configure)
	}
	return c
}

// start starts a node for the first time or again.
func (c *cluster) start(id string, configure func(*raft.Config)) {
	config := raftConfig(id)
	configure(config)
	x := c.nodes[id]
	x.fsm = &record{}
	var err error
	x.transport = c.net.Up(id)
	if x.raft, err = raft.NewRaft(config, x.fsm, x.store, x.store, x.snapshots, x.transport); err != nil {
		c.tb.Fatal(err)
	}
}

// crash takes a node off the network and ends it.
func (c *cluster) crash(id string) {
	c.net.Down(id)
	if err := c.nodes[id].raft.Shutdown().Error(); err != nil {
		c.tb.Fatal(err)
	}
}

// stop ends all nodes.
func (c *cluster) stop() {
	for _, id := range c.ids {
		c.net.Down(id)
	}
	var ends []raft.Future // kept, since only the first Shutdown of a node returns a future that waits
	for _, id := range c.ids {
		ends = append(ends, c.nodes[id].raft.Shutdown())
	}
	for _, end := range ends {
		if err := end.Error(); err != nil {
			c.tb.Fatal(err)
		}
	}
}

// chair makes a node of a fresh cluster the leader, with a TimeoutNow from another.
func (c *cluster) chair(id, from string) {
	req := &raft.TimeoutNowRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax}}
	var resp raft.TimeoutNowResponse
	err := c.nodes[from].transport.TimeoutNow(raft.ServerID(id), raft.ServerAddress(id), req, &resp)
	if err != nil {
		c.tb.Fatal(err)
	}
}

// pause is how long a poll waits: an odd number of nanoseconds, so that it does not tie with Raft's timers.
const pause = 1*time.Millisecond + 137*time.Nanosecond

// leader waits until one node leads and a majority is with it, and returns it.
func (c *cluster) leader(among ...string) string {
	if among == nil {
		among = c.ids
	}
	for range 60_000 {
		for _, id := range among {
			r := c.nodes[id].raft
			if r.State() != raft.Leader {
				continue
			}
			if _, lead := r.LeaderWithID(); lead == raft.ServerID(id) && c.follow(id, among) {
				return id
			}
		}
		time.Sleep(pause)
	}
	c.tb.Fatal("no leader within a minute")
	return ""
}

func (c *cluster) follow(leader string, among []string) bool {
	for _, id := range among {
		if _, lead := c.nodes[id].raft.LeaderWithID(); lead != raft.ServerID(leader) {
			return false
		}
	}
	return true
}

// apply has the leader record a move.
func (c *cluster) apply(leader, move string) {
	if err := c.nodes[leader].raft.Apply([]byte(move), 0).Error(); err != nil {
		c.tb.Fatalf("apply %q at %s: %v", move, leader, err)
	}
}

// settle waits until every node named has applied all that the leader has, and nothing is in flight.
func (c *cluster) settle(leader string, among ...string) {
	if among == nil {
		among = c.ids
	}
	for range 60_000 {
		last := c.nodes[leader].raft.LastIndex()
		if c.net.InFlight() == 0 && !slices.ContainsFunc(among, func(id string) bool {
			return c.nodes[id].raft.AppliedIndex() < last
		}) {
			return
		}
		time.Sleep(pause)
	}
	c.tb.Fatal("not settled within a minute")
}

// without returns all ids but some.
func (c *cluster) without(ids ...string) []string {
	return slices.DeleteFunc(slices.Clone(c.ids), func(id string) bool { return slices.Contains(ids, id) })
}

// cut separates nodes from all others, both ways.
func (c *cluster) cut(ids ...string) {
	for _, a := range ids {
		for _, b := range c.without(ids...) {
			c.net.Cut(a, b)
			c.net.Cut(b, a)
		}
	}
}

func plain(*raft.Config) {}

// story plays an election, commits, a crash, a restart, a cut and a heal, and returns what a replay must repeat.
func story(tb testing.TB, n *network.Network) (told []string) {
	start := time.Now()
	tell := func(format string, args ...any) {
		told = append(told, fmt.Sprintf("%v ", time.Since(start))+fmt.Sprintf(format, args...))
	}
	c := newCluster(tb, n, 5, plain)
	first := c.leader()
	tell("%s leads", first)
	for i := range 5 {
		c.apply(first, fmt.Sprintf("first %d", i))
		c.settle(first)
	}
	c.crash(first)
	rest := c.without(first)
	second := c.leader(rest...)
	tell("%s leads after a crash", second)
	c.apply(second, "second")
	c.settle(second, rest...)

	c.start(first, plain)
	c.leader()
	c.settle(second)
	tell("%s is back", first)

	c.cut(second, first)
	rest = c.without(first, second)
	third := c.leader(rest...)
	tell("%s leads behind a cut", third)
	c.apply(third, "third")
	c.settle(third, rest...)

	n.HealAll()
	lead := c.leader()
	c.settle(lead)
	tell("%s leads after the heal", lead)
	c.apply(lead, "last")
	c.settle(lead)
	c.stop()
	for _, id := range c.ids {
		tell("%s has %q", id, c.nodes[id].fsm.moves)
	}
	return told
}

func TestClusterSurvivesCrashAndCut(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{Seed: 1})
		defer n.Close()
		story(t, n)
		if f := n.Flight(); n.InFlight() != 0 || f.Held != 0 {
			t.Errorf("in flight at the end: %+v", f)
		}
	})
}

func TestLaggardGetsSnapshot(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{Seed: 1})
		defer n.Close()
		short := func(c *raft.Config) { c.TrailingLogs = 1 }
		c := newCluster(t, n, 3, short)
		leader := c.leader()
		away := c.without(leader)[0]
		c.crash(away)
		for i := range 10 {
			c.apply(leader, fmt.Sprint(i))
		}
		if err := c.nodes[leader].raft.Snapshot().Error(); err != nil {
			t.Fatal(err)
		}
		c.start(away, short)
		c.leader()
		c.settle(leader)
		if n.Stats().ByKind[network.Snapshot].Delivered == 0 {
			t.Error("no snapshot was sent")
		}
		c.stop()
		if got := len(c.nodes[away].fsm.moves); got != 10 {
			t.Errorf("the laggard has %d moves, want 10", got)
		}
	})
}
