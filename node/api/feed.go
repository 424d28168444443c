package api

import (
	"sync"

	"github.com/parley-sim/parley/node"
)

// Feed passes a capital's Raft events on to the readers of its stream. Its Observe is the node's Config.Observe.
type Feed struct {
	mu      sync.Mutex
	readers map[chan node.RaftEvent]struct{}
}

// feedBuffer is how many events a reader may lag behind before it misses some.
const feedBuffer = 64

// NewFeed returns a feed without readers.
func NewFeed() *Feed { return &Feed{readers: map[chan node.RaftEvent]struct{}{}} }

// Observe passes an event on. It never waits, since Raft waits for it: a reader whose buffer is full misses the event.
func (f *Feed) Observe(e node.RaftEvent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for events := range f.readers {
		select {
		case events <- e:
		default:
		}
	}
}

// read returns the events from now on, and a function that ends them.
func (f *Feed) read() (<-chan node.RaftEvent, func()) {
	events := make(chan node.RaftEvent, feedBuffer)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.readers[events] = struct{}{}
	return events, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.readers, events)
	}
}
