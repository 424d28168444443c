package network

import (
	"bytes"
	"math"
	"time"
)

// Faults is the state of a link. The zero value is a sound link.
type Faults struct {
	Cut     bool          // loses everything sent on it and everything under way on it
	Held    bool          // keeps everything sent on it, in order, until it is released
	Drop    float64       // the share of messages that it loses, from 0 to 1
	Slow    time.Duration // what it adds to every hop
	Latency time.Duration // what geography adds to every hop: no fault, so healing leaves it
}

// link is one direction between two capitals. Network.mu guards it.
type link struct {
	from, to *capital
	name     []byte            // the id of from, as to gets it
	salt     uint64            // tells links apart in hashes
	offset   time.Duration     // tells simultaneous arrivals of different links apart
	sent     [2 * kinds]uint64 // requests and answers so far, by kind
	faults   Faults
	held     []*exchange
}

// Cut makes the link from one capital to another lose everything, including what is under way. Cut both directions to
// separate two capitals.
func (n *Network) Cut(from, to string) { n.change(from, to, func(f *Faults) { f.Cut = true }) }

// Slow adds a delay to every message sent from now on. It replaces what an earlier Slow added.
func (n *Network) Slow(from, to string, by time.Duration) {
	n.change(from, to, func(f *Faults) { f.Slow = max(by, 0) })
}

// Drop makes the link lose a share of its messages, from 0 to 1, as the seed decides.
func (n *Network) Drop(from, to string, rate float64) {
	n.change(from, to, func(f *Faults) { f.Drop = min(max(rate, 0), 1) })
}

// Latency sets what geography adds to every hop of a link. Unlike Slow it survives Heal.
func (n *Network) Latency(from, to string, by time.Duration) {
	n.change(from, to, func(f *Faults) { f.Latency = max(by, 0) })
}

// Hold makes the link keep what is sent on it from now on until Release. The senders may time out and even go down in
// the meantime; the messages stay.
func (n *Network) Hold(from, to string) { n.change(from, to, func(f *Faults) { f.Held = true }) }

// Release lets the messages of a held link go: they arrive in the order in which they were sent.
func (n *Network) Release(from, to string) { n.change(from, to, func(f *Faults) { f.Held = false }) }

// Heal ends all faults of a link and releases what it held. What was lost stays lost.
func (n *Network) Heal(from, to string) {
	n.change(from, to, func(f *Faults) { *f = Faults{Latency: f.Latency} })
}

// HealAll heals every link. Capitals that are down stay down.
func (n *Network) HealAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.capitals {
		for _, l := range c.links {
			if l != nil {
				l.faults = Faults{Latency: l.faults.Latency}
				n.release(l)
			}
		}
	}
}

// Link returns the state of a link.
func (n *Network) Link(from, to string) Faults {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.link(n.capital(from), n.capital(to)).faults
}

// change changes the faults of a link, and releases what it held if it is no longer held.
func (n *Network) change(from, to string, how func(*Faults)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.link(n.capital(from), n.capital(to))
	how(&l.faults)
	if !l.faults.Held {
		n.release(l)
	}
}

// release sends on what a link held. The caller holds n.mu.
func (n *Network) release(l *link) {
	var last time.Duration
	for _, x := range l.held {
		n.flight.Held--
		n.underWay(x.message.Kind, 1)
		// A hop of its own, but not before the message in front of it.
		last = max(n.hop(l, &x.message), last+time.Microsecond)
		time.AfterFunc(last, x.carryOn)
	}
	l.held = nil
}

// named returns a copy of a name for the receiver of a message: nearly always of the sender's id, of which it has one. That is
// the receiver's alone, and nobody changes it.
func (l *link) named(b []byte) []byte {
	if string(b) == l.from.id {
		return l.name
	}
	return bytes.Clone(b)
}

// hopGrain is the granularity of the random part of a hop. What is below it belongs to link.offset.
const hopGrain = 1 << 16 * time.Nanosecond

func newLink(from, to *capital) *link {
	return &link{
		from: from, to: to, name: []byte(from.id),
		salt: mix(digestString(from.id), digestString(to.id)),
		// Messages that a capital sends to all others in one instant get different offsets, and so do the answers,
		// after the sum of two: with up to 255 capitals no two of them arrive in the same nanosecond.
		offset: time.Duration((from.index&0xff)<<8 | to.index&0xff),
	}
}

// hop returns the time that a message takes: a share of the range that Config gives, what the link adds, and the offset
// that keeps it apart from others. The caller holds n.mu.
func (n *Network) hop(l *link, m *Message) time.Duration {
	grains := uint64((n.config.HopMax - n.config.HopMin) / hopGrain)
	random := time.Duration(n.draw(l, m)%grains) * hopGrain
	return n.config.HopMin + random + l.offset + l.faults.Slow + l.faults.Latency
}

// drops tells whether the seed has a link lose a message. The caller holds n.mu.
func (n *Network) drops(l *link, m *Message) bool {
	if l.faults.Drop == 0 {
		return false
	}
	share := float64(mix(n.draw(l, m), 1)) / math.MaxUint64
	return share < l.faults.Drop
}

// draw returns the random number of a message: always the same for the same seed, link, kind and number.
func (n *Network) draw(l *link, m *Message) uint64 {
	return mix(mix(uint64(n.config.Seed), l.salt), mix(uint64(m.lane()), m.Number))
}
