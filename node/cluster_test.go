package node

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// cluster is capitals on wires that can be cut. Made inside a bubble, it runs on virtual time.
type cluster struct {
	t       testing.TB
	ids     []string
	charter *terms.Charter
	keys    map[string]ed25519.PrivateKey
	stores  map[string]Stores
	nodes   map[string]*Node
	change  func(*Config) // applied to every capital's configuration

	mu      sync.Mutex
	wires   map[string]*raft.InmemTransport
	up      map[string]*testLinks
	cuts    map[[2]string]bool
	loses   func(from, to string) bool     // whether an answer is lost after the request was carried out
	rpcTime time.Duration                  // how long a Raft message may take
	applied map[string]map[uint64][32]byte // state hashes by capital and index
}

// newCluster makes capitals: those whose id begins with "o" are observers. They are not started.
func newCluster(t testing.TB, ids ...string) *cluster {
	c := &cluster{t: t, ids: ids, keys: map[string]ed25519.PrivateKey{}, stores: map[string]Stores{}, nodes: map[string]*Node{},
		wires: map[string]*raft.InmemTransport{}, up: map[string]*testLinks{}, cuts: map[[2]string]bool{},
		rpcTime: 500 * time.Millisecond, applied: map[string]map[uint64][32]byte{}}
	c.charter = &terms.Charter{Conference: "test"}
	for _, id := range ids {
		seed := sha256.Sum256([]byte(id))
		c.keys[id] = ed25519.NewKeyFromSeed(seed[:])
		c.stores[id] = MemoryStores()
		role := terms.Belligerent
		if id[0] == 'o' {
			role = terms.Observer
		}
		c.charter.Capitals = append(c.charter.Capitals, terms.Capital{ID: id, Role: role,
			Key: c.keys[id].Public().(ed25519.PublicKey)})
	}
	members := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id[0] == 'o' })
	c.charter.Procedures = []terms.Procedure{{Name: "plain", Stages: []terms.Stage{{Name: "all", Members: members,
		Rule: terms.Rule{Kind: terms.RuleConsensus}}}}}
	return c
}

func (c *cluster) config(id string) Config {
	cfg := DefaultConfig()
	cfg.ID, cfg.Key, cfg.Stores = id, c.keys[id], c.stores[id]
	cfg.Rounds, cfg.Lag, cfg.Overlap = 1, cfg.CommitTimeout, true // as of live capitals; simulations go without
	c.mu.Lock()
	_, wire := raft.NewInmemTransportWithTimeout(raft.ServerAddress(id), c.rpcTime)
	c.wires[id] = wire
	links := &testLinks{cluster: c, id: id}
	c.up[id] = links
	if c.applied[id] == nil {
		c.applied[id] = map[uint64][32]byte{}
	}
	c.mu.Unlock()
	c.rewire()
	cfg.Transport, cfg.Links = wire, links
	cfg.OnApply = func(e *terms.Entry, hash func() [32]byte) { c.note(id, e.Index, hash()) }
	if c.change != nil {
		c.change(&cfg)
	}
	return cfg
}

// note checks that all capitals reach the same state at the same index.
func (c *cluster) note(id string, index uint64, hash [32]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for other, hashes := range c.applied {
		if h, ok := hashes[index]; ok && h != hash {
			c.t.Errorf("%s and %s differ after index %d", id, other, index)
		}
	}
	c.applied[id][index] = hash
}

// start starts capitals, all by default, bootstrapping those with empty stores.
func (c *cluster) start(ids ...string) {
	c.t.Helper()
	if len(ids) == 0 {
		ids = c.ids
	}
	for _, id := range ids {
		cfg := c.config(id)
		if used, err := cfg.Stores.Used(); err != nil {
			c.t.Fatal(err)
		} else if !used {
			if err := Bootstrap(cfg, Servers(c.charter)); err != nil {
				c.t.Fatal(err)
			}
		}
		n, err := Start(context.Background(), cfg)
		if err != nil {
			c.t.Fatal(err)
		}
		c.nodes[id] = n
	}
}

func (c *cluster) crash(id string) {
	c.nodes[id].Crash()
	c.gone(id)
}

func (c *cluster) gone(id string) {
	delete(c.nodes, id)
	c.mu.Lock()
	delete(c.up, id)
	delete(c.wires, id)
	c.mu.Unlock()
	c.rewire()
}

func (c *cluster) stop() {
	c.t.Helper()
	for _, id := range c.ids {
		if n := c.nodes[id]; n != nil {
			if err := n.Close(context.Background()); err != nil {
				c.t.Error(err)
			}
			c.gone(id)
		}
	}
}

// rewire connects all wires that are not cut. A message to a capital that is gone fails at once.
func (c *cluster) rewire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for a, from := range c.wires {
		from.DisconnectAll()
		for b, to := range c.wires {
			if a != b && !c.cuts[[2]string{a, b}] {
				from.Connect(raft.ServerAddress(b), to)
			}
		}
	}
}

// cut cuts or heals the lines between two capitals, both ways.
func (c *cluster) cut(a, b string, cut bool) {
	c.mu.Lock()
	c.cuts[[2]string{a, b}], c.cuts[[2]string{b, a}] = cut, cut
	c.mu.Unlock()
	c.rewire()
}

// isolate cuts or heals all lines of a capital.
func (c *cluster) isolate(id string, cut bool) {
	for _, other := range c.ids {
		if other != id {
			c.cut(id, other, cut)
		}
	}
}

// await waits until ok holds, polling at times at which no timer of Raft's ends.
func (c *cluster) await(what string, ok func() bool) {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(1_000_019 * time.Nanosecond) {
		if time.Now().After(end) {
			for _, n := range c.nodes {
				c.t.Logf("%+v", n.Stats())
			}
			c.t.Fatalf("waited for a minute: %s", what)
		}
	}
}

// lead waits for a leader among the capitals that are up and hands over to the given one.
func (c *cluster) lead(id string) {
	c.t.Helper()
	for range 20 {
		c.await("a leader", func() bool { return c.leader() != "" })
		if c.leader() == id {
			return
		}
		from := c.nodes[c.leader()]
		_ = from.Barrier(context.Background())
		if err := from.TransferLeadership(context.Background(), id); err != nil {
			time.Sleep(time.Second)
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Fatalf("%s does not become leader", id)
}

// leader returns who leads with the highest Raft term.
func (c *cluster) leader() (id string) {
	var best uint64
	for _, n := range c.nodes {
		if s := n.Stats(); s.State == "Leader" && s.RaftTerm > best {
			id, best = s.Capital, s.RaftTerm
		}
	}
	return id
}

// found starts the conference.
func (c *cluster) found() {
	c.t.Helper()
	first := c.nodes[c.ids[0]]
	r, err := first.Submit(within(c.t, time.Minute), terms.Move{Verb: terms.VerbCharter, Charter: c.charter})
	if err != nil || r.Outcome != Recorded {
		c.t.Fatalf("the charter was not recorded: %+v, %v", r, err)
	}
}

// settle waits until all capitals that are up have applied the same.
func (c *cluster) settle() {
	c.t.Helper()
	c.await("all capitals to apply the same", func() bool {
		var last, moves []uint64
		for _, n := range c.nodes {
			s := n.Stats()
			last, moves = append(last, s.LastIndex, s.AppliedIndex), append(moves, s.LastMoveIndex)
		}
		return slices.Min(last) == slices.Max(last) && slices.Min(moves) == slices.Max(moves) && c.leader() != ""
	})
}

// checkRecords fails unless all capitals that are up hold the same record, and returns what was said in it.
func (c *cluster) checkRecords() (said []string) {
	c.t.Helper()
	c.settle()
	var first []terms.Entry
	for _, id := range c.ids {
		n := c.nodes[id]
		if n == nil {
			continue
		}
		record := n.Record()
		if first == nil {
			first = record
		}
		if got, want := asJSON(c.t, record), asJSON(c.t, first); got != want {
			c.t.Errorf("%s has another record:\n%s\n%s", id, got, want)
		}
	}
	for _, e := range first {
		if e.Move.Verb == terms.VerbSay {
			said = append(said, e.Move.Text)
		}
	}
	return said
}

func asJSON(t testing.TB, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func say(text string) terms.Move { return terms.Move{Verb: terms.VerbSay, Text: text} }

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// testLinks carries calls between the capitals of a cluster, in a millisecond each way.
type testLinks struct {
	cluster *cluster
	id      string
	handler func(context.Context, string, []byte) []byte
}

func (l *testLinks) Handle(h func(context.Context, string, []byte) []byte) { l.handler = h }

func (l *testLinks) Peers() []string {
	return slices.DeleteFunc(slices.Clone(l.cluster.ids), func(id string) bool { return id == l.id })
}

func (l *testLinks) Call(ctx context.Context, to string, body []byte) ([]byte, error) {
	c := l.cluster
	time.Sleep(time.Millisecond)
	c.mu.Lock()
	peer, cut := c.up[to], c.cuts[[2]string{l.id, to}]
	loses := c.loses != nil && c.loses(l.id, to)
	c.mu.Unlock()
	if cut { // as on a real line, this takes until the caller has had enough
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if peer == nil || peer.handler == nil {
		return nil, fmt.Errorf("%s is down: %w", to, ErrNotDelivered)
	}
	answer := make(chan []byte, 1)
	go func() { answer <- peer.handler(context.Background(), l.id, slices.Clone(body)) }()
	select {
	case b := <-answer:
		time.Sleep(time.Millisecond)
		if loses {
			return nil, errors.New("the answer was lost")
		}
		return b, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
