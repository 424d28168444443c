package sim

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/bubble"
	"github.com/parley-sim/parley/sim/check"
	"github.com/parley-sim/parley/sim/network"
)

// nodes is the world in which all machines run in this process, on simulated wires: in virtual time or in real time.
type nodes struct {
	*network.Network
	r      *runner
	stores []node.Stores // the disks, by the capital's place
}

func newNodes(r *runner) *nodes {
	return &nodes{Network: network.New(network.Config{Seed: r.seed, Trace: r.options.Trace}), r: r}
}

// inside is a machine in this process.
type inside struct {
	node  *node.Node
	wires *network.Network
}

func (m inside) submit(ctx context.Context, move terms.Move, within time.Duration) (node.Receipt, error) {
	if ctx.Done() == nil { // in virtual time nobody gives up from outside
		ctx = m.node.Context()
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return m.node.Submit(ctx, move)
}

func (m inside) view(f func(*terms.State)) {
	if _, err := m.node.Read(context.Background(), node.Local, f); err != nil {
		panic(fmt.Sprintf("sim: %s cannot read its own state: %v", m.node.ID(), err)) // a local read of a running node cannot fail
	}
}

func (m inside) stand() standing {
	s := m.node.Standing()
	return standing{leads: s.State == raft.Leader, follows: s.Leader, last: s.LastIndex, applied: s.AppliedIndex}
}

func (m inside) handOver(ctx context.Context, to string) error {
	return m.node.TransferLeadership(ctx, to)
}

func (m inside) crash() {
	m.wires.Down(m.node.ID())
	m.node.Crash()
}

// links is a capital's end of the simulated wires, as its node uses it.
type links struct {
	net   *network.Network
	id    string
	peers []string
}

func (l *links) Call(ctx context.Context, to string, body []byte) ([]byte, error) {
	answer, err := l.net.Call(ctx, l.id, to, body)
	if errors.Is(err, network.ErrRefused) {
		return nil, fmt.Errorf("%w: %w", node.ErrNotDelivered, err)
	}
	return answer, err
}

func (l *links) Handle(h func(ctx context.Context, from string, body []byte) []byte) {
	l.net.Handle(l.id, func(_ context.Context, from string, body []byte) []byte {
		return h(context.Background(), from, body) // the capital goes down with its node, which ends what it does by itself
	})
}

func (l *links) Peers() []string { return l.peers }

func (w *nodes) start(c *capital) (machine, error) {
	n, err := node.Start(context.Background(), w.config(c))
	if err != nil {
		return nil, err
	}
	return inside{n, w.Network}, nil
}

// commitTimeout is how long followers may wait to learn that a lone entry is committed: longer than a live capital's
// 5 ms, since each tells them again and again while machines wait for something else, and shorter than Raft's 50 ms,
// since waiting costs heartbeats.
const commitTimeout = 15 * time.Millisecond

// maxAppendEntries bounds the entries of one message. Moves come one at a time here, and Raft makes room for as many
// whenever it sends one.
const maxAppendEntries = 16

// config is what a capital's node is started with: the settings of a live capital, but for two.
func (w *nodes) config(c *capital) node.Config {
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Key, cfg.Stores = c.id, c.key, w.stores[c.place]
	cfg.Transport = w.Up(c.id)
	cfg.CommitTimeout = commitTimeout
	cfg.MaxAppendEntries = maxAppendEntries
	if m := &w.r.scenario.Machines; m.TrailingLogs != nil {
		cfg.TrailingLogs = *m.TrailingLogs
	}
	if n := w.r.scenario.Machines.SnapshotThreshold; n > 0 {
		cfg.SnapshotThreshold = n
	}
	if d := w.r.scenario.Machines.SnapshotInterval; d > 0 {
		cfg.SnapshotInterval = d
	}
	peers := make([]string, 0, len(w.r.capitals)-1)
	for _, other := range w.r.capitals {
		if other != c {
			peers = append(peers, other.id)
		}
	}
	cfg.Links = &links{w.Network, c.id, peers}
	cfg.Terms, cfg.Decode = w.r.shared.options(), w.r.shared.decode
	w.observe(c, &cfg)
	return cfg
}

// observe has a capital's node report to the journal.
func (w *nodes) observe(c *capital, cfg *node.Config) {
	stores, shared, journal := cfg.Stores, w.r.shared, &w.r.journal
	if w.r.watch.watching() {
		cfg.Stores.Log = &seenLog{stores.Log, c.id, w.r.watch}
	}
	var log raft.Log
	cfg.OnApply = func(e *terms.Entry, hash func() [32]byte) {
		a := check.Application{Index: e.Index, RaftTerm: e.RaftTerm, Digest: shared.digestAt(stores.Log, e.Index, &log), Hash: hash()}
		if !e.Result.Repeat {
			a.Sequence = e.Result.Sequence
		}
		journal.apply(c, e, &a)
	}
	cfg.OnRestore = func(index uint64, hash func() [32]byte) { journal.restore(c, index, hash()) }
	cfg.Observe = func(e node.RaftEvent) {
		w.r.watch.seeRaft(&e)
		if e.Kind == node.EventState && e.State == raft.Leader.String() {
			log := shared.readLog(stores)
			journal.elect(election{c.id, e.RaftTerm, w.r.raftTime()}, &log)
		}
	}
}

func (w *nodes) convene() error {
	charter := w.r.scenario.Charter
	if w.r.options.Signed {
		charter.Capitals = slices.Clone(charter.Capitals)
		for i := range charter.Capitals {
			charter.Capitals[i].Key = w.r.capitals[i].key.Public().(ed25519.PublicKey)
		}
	}
	servers := node.Servers(&charter)
	for _, c := range w.r.capitals {
		w.stores = append(w.stores, node.MemoryStores())
		cfg := w.config(c)
		if err := node.Bootstrap(cfg, servers); err != nil {
			return err
		}
		n, err := node.Start(context.Background(), cfg)
		if err != nil {
			return err
		}
		c.machine = inside{n, w.Network}
	}
	w.seat()
	w.r.settle()
	leader := w.r.byID[w.r.leader()]
	if leader == nil {
		return errors.New("no leader was elected at the start")
	}
	founding := terms.Move{Verb: terms.VerbCharter, Conference: charter.Conference, Time: charter.Start, Charter: &charter}
	receipt, err := leader.machine.submit(w.r.ctx, founding, patience)
	if err != nil {
		return fmt.Errorf("the conference could not be founded: %w", err)
	}
	if receipt.Outcome != node.Recorded {
		return fmt.Errorf("the conference could not be founded: %s", receipt.Result.Reason)
	}
	return nil
}

// seat has the first voting capital stand for election at once, as a leader that hands over would: without it the first
// election waits for a timeout.
func (w *nodes) seat() {
	var first, other *capital
	for _, c := range w.r.capitals {
		switch {
		case first == nil && c.votes:
			first = c
		case other == nil:
			other = c
		}
	}
	if first != nil && other != nil {
		_ = other.machine.(inside).node.Nudge(first.id) // if it is lost, the election comes by its timeout
	}
}

func (w *nodes) wipe(c *capital) { w.stores[c.place] = node.MemoryStores() }

func (w *nodes) calm() {
	if w.r.options.On == Virtual {
		bubble.Wait()
	}
}

func (w *nodes) underWay() int { return w.InFlight() }

func (w *nodes) broken() error { return nil }

func (w *nodes) halt() {}

func (w *nodes) readLog(c *capital) (check.Log, bool) {
	return w.r.shared.readLog(w.stores[c.place]), true
}

func (w *nodes) sumUp(rep *Report) map[string]string {
	stats := w.Stats()
	rep.Raft.Messages = stats.Total.Sent
	rep.Raft.Snapshots = (stats.ByKind[network.Snapshot].Sent + 1) / 2 // requests and answers are counted together
	rep.TraceHash = w.TraceHash()
	return nil
}

func (w *nodes) close() {
	for _, c := range w.r.capitals {
		if c.machine != nil {
			c.machine.crash()
		}
	}
	w.Network.Close()
}
