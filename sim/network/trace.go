package network

import (
	"fmt"
	"time"
)

// Kind is what a message is for.
type Kind uint8

// The kinds of message. Append is hashicorp/raft's AppendEntries, told apart by what it carries.
const (
	Heartbeat    Kind = iota // an AppendEntries that only says that the leader lives
	CommitNotice             // an AppendEntries without entries, that says how far the leader has committed
	Append                   // an AppendEntries with entries
	PreVote
	Vote
	TimeoutNow // the leader asks a capital to stand for election at once
	Snapshot
	Call // a message between capitals beside Raft

	kinds = 8
)

// String returns the kind in words.
func (k Kind) String() string {
	names := [kinds]string{"heartbeat", "commit-notice", "append", "pre-vote", "vote", "timeout-now", "snapshot", "call"}
	if int(k) >= len(names) {
		return fmt.Sprintf("kind %d", k)
	}
	return names[k]
}

// idle tells whether messages of this kind go on for ever when nothing happens.
func (k Kind) idle() bool { return k == Heartbeat || k == CommitNotice }

// Event is what happens to a message.
type Event uint8

// The events. A message is Sent, and after that Delivered or Lost once; Held comes in between where a link is held.
const (
	Sent Event = iota
	Held
	Delivered
	Lost

	events = 4
)

// String returns the event in words.
func (e Event) String() string {
	names := [events]string{"sent", "held", "delivered", "lost"}
	if int(e) >= len(names) {
		return fmt.Sprintf("event %d", e)
	}
	return names[e]
}

// Message is one event in the life of one message, as the trace shows it.
type Message struct {
	Seq    uint64        // of this event, from 1; among events of one instant the order may differ between replays
	At     time.Duration // since the network was made
	Event  Event
	From   string
	To     string
	Kind   Kind
	Answer bool   // an answer to a request of this kind, which travelled the other way
	Number uint64 // of this message among those of its link, kind and direction, from 1

	Term    uint64 // the Raft term that it names, 0 if none
	Index   uint64 // the last log index that it names, 0 if none
	Entries int    // how many log entries it carries
	OK      bool   // of an answer: granted or successful
	Digest  uint64 // of all that it says
}

// String returns the event as one line.
func (m Message) String() string {
	kind := m.Kind.String()
	if m.Answer {
		kind += " answer"
	}
	return fmt.Sprintf("%12.6fms %-9s %s -> %s %s #%d term=%d index=%d entries=%d ok=%t %016x", float64(m.At)/1e6,
		m.Event, m.From, m.To, kind, m.Number, m.Term, m.Index, m.Entries, m.OK, m.Digest)
}

// lane numbers kind and direction together.
func (m *Message) lane() int {
	if m.Answer {
		return kinds + int(m.Kind)
	}
	return int(m.Kind)
}

// Count is how often each event happened.
type Count struct{ Sent, Delivered, Lost uint64 }

// Stats counts messages since the network was made. A message that is under way or held is Sent only.
type Stats struct {
	Total  Count
	ByKind [kinds]Count // requests and answers together, indexed by Kind
}

// Stats returns the counts so far.
func (n *Network) Stats() Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stats
}

// Flight is how many messages are on their way at one instant.
type Flight struct {
	Moving  int // on a link, of the kinds that change something: entries, votes, snapshots, calls
	Idle    int // on a link, heartbeats and commit notices, which never cease while there is a leader
	Held    int // kept by held links, of any kind
	Serving int // requests that change something, delivered and not yet answered
}

// Flight returns what is on its way now.
func (n *Network) Flight() Flight {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.flight
}

// InFlight returns how many messages are under way that change something, counting requests being worked on. It leaves
// out heartbeats, commit notices and held messages. A network whose capitals have settled has none.
func (n *Network) InFlight() int {
	f := n.Flight()
	return f.Moving + f.Serving
}

// TraceHash returns a hash of all events so far. Two runs with the same hash exchanged the same messages at the same
// times. The order of events within one instant does not count, as no seed controls it.
func (n *Network) TraceHash() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hash
}

// underWay counts a message in or out. The caller holds n.mu.
func (n *Network) underWay(k Kind, change int) {
	if k.idle() {
		n.flight.Idle += change
	} else {
		n.flight.Moving += change
	}
}

// record counts, hashes and reports an event that happens now. The caller holds n.mu.
func (n *Network) record(now time.Time, l *link, m *Message, event Event) {
	count := &n.stats.ByKind[m.Kind]
	switch event {
	case Sent:
		count.Sent++
		n.stats.Total.Sent++
	case Delivered:
		count.Delivered++
		n.stats.Total.Delivered++
	case Lost:
		count.Lost++
		n.stats.Total.Lost++
	}
	n.seq++
	at := now.Sub(n.start)
	// A sum does not depend on the order of its parts.
	n.hash += mix(mix(l.salt, m.Digest), mix(uint64(at), mix(m.Number, uint64(m.lane()*events+int(event)))))
	if n.config.Trace != nil {
		line := *m
		line.Seq, line.At, line.Event = n.seq, at, event
		n.config.Trace(line)
	}
}
