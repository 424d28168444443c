// Package network is the simulated wires between capitals. It carries what hashicorp/raft says ([Transport]) and what
// capitals say to each other beside it ([Network.Call]), with a delay on every message, and with the faults a scenario
// asks for: links that are cut, slow, lossy or held, and capitals that are down.
//
// It knows capitals only by their ids, and nothing of scenarios, terms or moves. It runs on the clock of package time:
// inside a bubble on virtual time, elsewhere on real time.
//
// # What a wire does
//
// A link is one way, from one capital to another. A request travels on the link from the caller, its answer on the
// link back, and each meets the faults of its own link: cutting one direction loses requests one way and answers the
// other way. Whatever is carried is copied, so capitals share no memory.
//
// Every message takes a hop delay of its own, between 0.5 and 3 ms unless Config.Hop says otherwise, drawn from a hash
// of the seed, the link, the kind of message and how many of that kind went before. So the delays do not depend on the
// order in which goroutines run. A delay is never zero, as a peer that fails in no time would let Raft retry for ever
// in the same instant, which freezes a fake clock; and no two messages sent in one instant arrive in one instant.
//
// What the caller sees follows TCP. A message that is lost, on a cut or lossy link, shows as ErrTimeout when the RPC
// timeout has passed. A capital that is down refuses at once, that is after a hop there and back (ErrRefused); one that
// goes down while it works on a request resets the connection (ErrReset). There is no order between the messages of a
// link, as hashicorp/raft keeps several connections to a peer; only held messages are released in order. Nothing is
// retransmitted: trying again is the caller's business.
package network

import (
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// Errors of a request, to be tested with errors.Is.
var (
	// ErrTimeout: no answer in time. The peer may have received the request, and may still receive it.
	ErrTimeout = errors.New("network: timed out")

	// ErrRefused: the peer is down. It has not received the request.
	ErrRefused = errors.New("network: connection refused")

	// ErrReset: the peer went down with the request in its hands. It may or may not have acted on it.
	ErrReset = errors.New("network: connection reset")

	// ErrClosed: the caller itself is down.
	ErrClosed = errors.New("network: transport closed")
)

// Config is what a network is made with. The zero value is usable.
type Config struct {
	// Seed decides every hop delay and every drop.
	Seed int64

	// HopMin and HopMax bound the hop delay of a message. Zero means 500 µs and 3 ms. HopMax is raised to
	// HopMin + 66 µs if it is less, the room that keeps simultaneous messages apart.
	HopMin, HopMax time.Duration

	// RPCTimeout is how long a Raft request waits for its answer. Zero means 500 ms: long enough for any hop, and
	// shorter than an election timeout, so that a leader's heartbeats find the way again soon after a link is healed.
	// A snapshot gets one more RPCTimeout for every 256 KiB, as with hashicorp/raft's own transport.
	RPCTimeout time.Duration

	// CallTimeout bounds a Call whose context has no earlier deadline. Zero means 10 s.
	CallTimeout time.Duration

	// Trace, if set, is called for everything that happens to a message, in order, by one goroutine at a time. It must
	// not call the network, and may keep what it gets.
	Trace func(Message)
}

// Network is the wires between all capitals. Make it with New, inside the bubble if there is one, and end it with Close.
// Its methods may be called by any goroutine.
type Network struct {
	config Config
	start  time.Time

	mu       sync.Mutex
	capitals []*capital // in order of first mention
	byID     map[string]*capital
	seq      uint64
	flight   Flight
	stats    Stats
	hash     uint64
	spare    []chan raft.RPCResponse // empty ones, to use again
	spent    []*appending            // as spare; a sync.Pool would keep all of the network until the next garbage collection
	idle     []*courier
	closed   bool
}

// capital is one end of the wires. It outlives the transports of the machine that runs there.
type capital struct {
	id    string
	index uint64     // in order of first mention
	up    *Transport // nil while the capital is down
	links []*link    // to other capitals by index, made at first use
}

// New returns a network without capitals and without faults.
func New(config Config) *Network {
	if config.HopMin <= 0 {
		config.HopMin = 500 * time.Microsecond
	}
	if config.HopMax <= 0 {
		config.HopMax = 3 * time.Millisecond
	}
	config.HopMax = max(config.HopMax, config.HopMin+hopGrain)
	if config.RPCTimeout <= 0 {
		config.RPCTimeout = 500 * time.Millisecond
	}
	if config.CallTimeout <= 0 {
		config.CallTimeout = 10 * time.Second
	}
	return &Network{config: config, start: time.Now(), byID: make(map[string]*capital)}
}

// Up connects a capital, for its first start or a restart, and returns its transport. A transport that it had before is
// closed.
func (n *Network) Up(id string) *Transport {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.capital(id)
	if c.up != nil {
		c.up.close()
	}
	c.up = newTransport(n, c)
	return c.up
}

// Down disconnects a capital that crashed: its transport is closed, its requests fail, what it already sent travels on,
// and what arrives for it is refused, until Up.
//
// A crash is Down first and Raft.Shutdown then: Raft's shutdown waits for requests under way, and closes the transport
// only after that.
func (n *Network) Down(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.capital(id); c.up != nil {
		c.up.close()
	}
}

// IsUp tells whether a capital is connected.
func (n *Network) IsUp(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.capital(id).up != nil
}

// Reachable tells whether a message sent now would arrive: both capitals are up, and the link from one to the other is
// neither cut nor held nor losing everything. An answer needs the other direction too.
func (n *Network) Reachable(from, to string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, b := n.capital(from), n.capital(to)
	if a.up == nil || b.up == nil {
		return false
	}
	if int(b.index) >= len(a.links) || a.links[b.index] == nil {
		return true // an unused link has no faults
	}
	faults := a.links[b.index].faults
	return !faults.Cut && !faults.Held && faults.Drop < 1
}

// capital returns the capital of an id. It is the only place that makes one. The caller holds n.mu.
func (n *Network) capital(id string) *capital {
	if len(n.capitals) <= few {
		for _, c := range n.capitals {
			if c.id == id {
				return c
			}
		}
	} else if c := n.byID[id]; c != nil {
		return c
	}
	c := &capital{id: id, index: uint64(len(n.capitals))}
	n.capitals, n.byID[id] = append(n.capitals, c), c
	return c
}

// few is how many capitals are looked through faster than a map.
const few = 16

// link returns the link between two capitals. The caller holds n.mu.
func (n *Network) link(from, to *capital) *link {
	if missing := len(n.capitals) - len(from.links); missing > 0 {
		from.links = append(from.links, make([]*link, missing)...)
	}
	l := from.links[to.index]
	if l == nil {
		l = newLink(from, to)
		from.links[to.index] = l
	}
	return l
}
