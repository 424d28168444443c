package api

import (
	"crypto/rand"
	"encoding/hex"
	"sync"

	"github.com/parley-sim/parley/node"
)

// Feed holds the latest of a capital's Raft events for the readers of its stream. Its Observe is the node's
// Config.Observe. It numbers the events from 1 on, and has a name of its own, since the numbers begin anew with the next
// process of the capital.
//
// Each event has a place among the moves: how many the capital had in its record when it was observed. That place is read
// under the feed's lock. So a reader that looks at the record first and at the feed second has every event that belongs
// before the last move it sees: the order of moves and Raft events is the same for all readers, and for one that comes
// back.
type Feed struct {
	process string
	bound   int

	mu       sync.Mutex
	moves    func() uint64  // in the record; nil until there is an interface
	events   []observed     // the latest ones; readers keep parts of it
	last     uint64         // number of the last event; 0: there is none
	standing node.RaftEvent // whom the capital follows after the last event
	changed  chan struct{}  // closed at the next event; nil if nobody waits for it
}

// observed is a Raft event and its place.
type observed struct {
	node.RaftEvent
	moves uint64 // in the record before it
}

// feedBound is how many events a capital holds: a reader that is away for longer is told how many it missed. A change of
// leader takes a capital two to four.
const feedBound = 1024

// NewFeed returns a feed without events.
func NewFeed() *Feed { return newFeed(feedBound) }

func newFeed(bound int) *Feed {
	name := make([]byte, processDigits/2)
	_, _ = rand.Read(name) // never fails
	return &Feed{process: hex.EncodeToString(name), bound: bound}
}

// bind tells the feed how to see the length of the record. What was observed before belongs before every move.
func (f *Feed) bind(moves func() uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.moves = moves
}

// Observe takes in an event. It waits for no reader, since Raft waits for it.
func (f *Feed) Observe(e node.RaftEvent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := observed{RaftEvent: e}
	if f.moves != nil {
		o.moves = f.moves()
	}
	if n := len(f.events); n > 0 {
		o.moves = max(o.moves, f.events[n-1].moves)
		if n == f.bound {
			f.events = f.events[1:] // append copies the others when it is out of room
		}
	}
	f.events = append(f.events, o)
	f.last++
	f.standing.Capital, f.standing.Kind, f.standing.RaftTerm = e.Capital, node.EventLeader, e.RaftTerm
	if e.Kind != node.EventState {
		f.standing.Leader = e.Leader // a Raft that was restarted follows nobody
	}
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

// change returns a channel that is closed at the next event. Get it before looking at the events.
func (f *Feed) change() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	return f.changed
}

// now returns the number of the last event, and whom the capital follows after it.
func (f *Feed) now() (last uint64, standing node.RaftEvent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last, f.standing
}

// since returns the events after one, as far as they are held, and how many between are not. They may be kept but not
// changed.
func (f *Feed) since(number uint64) (events []observed, missed uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := uint64(len(f.events))
	gone := f.last - n
	if number < gone {
		return f.events[:n:n], gone - number
	}
	return f.events[min(number-gone, n):n:n], 0
}
