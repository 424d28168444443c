package sim

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/network"
	"github.com/parley-sim/parley/sim/policy"
)

// capital is one party: its machine, which may be down, the disk that outlives it, and what the party still has to do.
type capital struct {
	id     string
	place  int // among the runner's capitals
	votes  bool
	key    ed25519.PrivateKey
	stores node.Stores // the disk
	node   *node.Node  // nil while it is down

	downBecause string // crashed, or wiped
	queue       []*pending
	errands     chan func() // run one after the other, while the runner goes on; closed at the end
	waits       []*Wait

	policy *policy.Policy // nil: scripted only
	looked uint64         // the record's length when the policy last looked, plus one
	tasks  map[string]bool
}

func newCapital(s *scenarios.Scenario, i int, seed int64, signed bool) *capital {
	c := &s.Charter.Capitals[i]
	made := &capital{id: c.ID, place: i, votes: c.Votes(), stores: node.MemoryStores(), tasks: map[string]bool{},
		errands: make(chan func(), 1)}
	go func() {
		for do := range made.errands {
			do()
		}
	}()
	if signed {
		made.key = keyOf(s.Charter.Conference, c.ID)
	}
	if party := &s.Parties[i]; party.Policy != nil {
		made.policy = policy.New(s, party, seed)
	}
	return made
}

// keyOf derives a capital's key from its name: a simulated conference has no secrets to keep.
func keyOf(conference, id string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("parley simulated key\x00" + conference + "\x00" + id))
	return ed25519.NewKeyFromSeed(seed[:])
}

// sees returns the version of a plan as the capital has it, 0 if it has none or is down.
func (c *capital) sees(plan string) int {
	version := 0
	c.view(func(s *terms.State) {
		if p, ok := s.Plan(plan); ok {
			version = p.Version
		}
	})
	return version
}

// view shows what the capital itself has applied; nothing while it is down.
func (c *capital) view(f func(*terms.State)) {
	if c.node == nil {
		return
	}
	if _, err := c.node.Read(context.Background(), node.Local, f); err != nil {
		panic(fmt.Sprintf("sim: %s cannot read its own state: %v", c.id, err)) // a local read of a running node cannot fail
	}
}

// wipe erases the capital's disk; its machine is down.
func (c *capital) wipe() {
	c.stores = node.MemoryStores()
	c.downBecause = "crashed, its disk wiped"
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
	l.net.Handle(l.id, h)
}

func (l *links) Peers() []string { return l.peers }

// start starts a capital's machine on its disk.
func (r *runner) start(c *capital) error {
	n, err := node.Start(context.Background(), r.config(c))
	if err != nil {
		return err
	}
	c.node, c.downBecause = n, ""
	return nil
}

// commitTimeout is how long followers may wait to learn that a lone entry is committed: longer than a live capital's
// 5 ms, since every look costs real time, and shorter than Raft's 50 ms, since waiting costs heartbeats.
const commitTimeout = 10 * time.Millisecond

// maxAppendEntries bounds the entries of one message. Moves come one at a time here, and Raft makes room for as many
// whenever it sends one.
const maxAppendEntries = 16

// config is what a capital's node is started with: the settings of a live capital, but for two.
func (r *runner) config(c *capital) node.Config {
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Key, cfg.Stores = c.id, c.key, c.stores
	cfg.Transport = r.net.Up(c.id)
	cfg.CommitTimeout = commitTimeout
	cfg.MaxAppendEntries = maxAppendEntries
	peers := make([]string, 0, len(r.capitals)-1)
	for _, other := range r.capitals {
		if other != c {
			peers = append(peers, other.id)
		}
	}
	cfg.Links = &links{r.net, c.id, peers}
	cfg.Terms, cfg.Decode = r.shared.options(), r.shared.decode
	r.observe(c, &cfg)
	return cfg
}

// convene starts all machines, makes the first voting capital leader, and founds the conference.
func (r *runner) convene() error {
	charter := r.scenario.Charter
	if r.options.Signed {
		charter.Capitals = slices.Clone(charter.Capitals)
		for i := range charter.Capitals {
			charter.Capitals[i].Key = r.capitals[i].key.Public().(ed25519.PublicKey)
		}
	}
	servers := node.Servers(&charter)
	for _, c := range r.capitals {
		cfg := r.config(c)
		if err := node.Bootstrap(cfg, servers); err != nil {
			return err
		}
		n, err := node.Start(context.Background(), cfg)
		if err != nil {
			return err
		}
		c.node = n
	}
	r.seat()
	r.settle()
	leader := r.byID[r.leader()]
	if leader == nil {
		return errors.New("no leader was elected at the start")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	founding := terms.Move{Verb: terms.VerbCharter, Conference: charter.Conference, Time: charter.Start, Charter: &charter}
	receipt, err := leader.node.Submit(ctx, founding)
	if err != nil {
		return fmt.Errorf("the conference could not be founded: %w", err)
	}
	if receipt.Outcome != node.Recorded {
		return fmt.Errorf("the conference could not be founded: %s", receipt.Result.Reason)
	}
	r.settle()
	return nil
}

// seat has the first voting capital stand for election at once, as a leader that hands over would: without it the first
// election waits for a timeout.
func (r *runner) seat() {
	var first, other *capital
	for _, c := range r.capitals {
		switch {
		case first == nil && c.votes:
			first = c
		case other == nil:
			other = c
		}
	}
	if first == nil || other == nil {
		return
	}
	other.node.Nudge(first.id)
}

// leader returns the capital that leads with a majority, "" if there is none.
func (r *runner) leader() string {
	for _, c := range r.capitals {
		if c.node != nil && c.node.IsLeader() && r.reachesMajority(c) {
			return c.id
		}
	}
	return ""
}

// crash stops a capital's machine at once; its disk stays.
func (r *runner) crash(c *capital) {
	if c.node == nil {
		return
	}
	r.net.Down(c.id)
	c.node.Crash()
	c.node, c.downBecause = nil, "crashed"
	c.looked = 0
}

// restart starts a machine that is down, on its disk.
func (r *runner) restart(c *capital) string {
	if c.node != nil {
		return c.id + " is running already"
	}
	r.journal.checker.Restored(c.id, 0, emptyHash())
	r.journal.mu.Lock()
	r.journal.applied[c.place] = 0
	r.journal.mu.Unlock()
	if err := r.start(c); err != nil {
		return err.Error()
	}
	return ""
}

// chair hands leadership to a capital.
func (r *runner) chair(c *capital) string {
	leader := r.byID[r.leader()]
	switch {
	case leader == c:
		return ""
	case leader == nil:
		return "nobody leads who could hand over"
	case c.node == nil:
		return c.id + " is down"
	case !c.votes:
		return c.id + " does not vote, so it cannot lead"
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := leader.node.TransferLeadership(ctx, c.id); err != nil {
		return err.Error()
	}
	return ""
}

// shutDown stops all machines, so that the bubble can end.
func (r *runner) shutDown() {
	for _, c := range r.capitals {
		if c.node != nil {
			r.net.Down(c.id)
			c.node.Crash()
		}
		close(c.errands)
	}
}

// emptyHash is that of a state before its founding move.
func emptyHash() [32]byte { return terms.New(terms.Options{}).Hash() }
