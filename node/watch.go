package node

import (
	"sync"

	"github.com/hashicorp/raft"
)

// EventKind says what a RaftEvent tells.
type EventKind string

// The kinds of event.
const (
	EventState   EventKind = "state"   // State: the capital became follower, candidate or leader, or was shut down
	EventLeader  EventKind = "leader"  // Leader: whom the capital now follows; "" is nobody
	EventRestart EventKind = "restart" // Raft was restarted in place (hashicorp/raft#696)
)

// RaftEvent is a turn in a capital's part in elections.
type RaftEvent struct {
	Capital  string    `json:"capital"`
	Kind     EventKind `json:"kind"`
	RaftTerm uint64    `json:"raft_term"` // when it happened
	State    string    `json:"state,omitempty"`
	Leader   string    `json:"leader,omitempty"`
}

// watch passes what Raft tells on to Config.Observe, on a goroutine of its own.
type watch struct {
	node   *Node
	events chan raft.Observation // each holds a RaftEvent
	quit   chan struct{}
	done   chan struct{}

	mu    sync.Mutex // held while Config.Observe is called
	muted bool
}

func newWatch(n *Node) *watch {
	w := &watch{node: n, events: make(chan raft.Observation, 64), quit: make(chan struct{}), done: make(chan struct{})}
	go w.run()
	return w
}

// register has a Raft tell of its elections. Raft calls the filter where the event happens, and sends what the filter
// makes of it, so that the Raft term is that of the event. It waits for room in the channel: no event is lost.
func (w *watch) register(r *raft.Raft) {
	r.RegisterObserver(raft.NewObserver(w.events, true, func(o *raft.Observation) bool {
		e := RaftEvent{Capital: w.node.cfg.ID, RaftTerm: o.Raft.CurrentTerm()}
		switch data := o.Data.(type) {
		case raft.RaftState:
			e.Kind, e.State = EventState, data.String()
		case raft.LeaderObservation:
			e.Kind, e.Leader = EventLeader, string(data.LeaderID)
		default:
			return false
		}
		o.Data = e
		return true
	}))
}

func (w *watch) run() {
	defer close(w.done)
	for {
		select {
		case o := <-w.events:
			w.handle(o)
		case <-w.quit:
			for {
				select {
				case o := <-w.events:
					w.handle(o)
				default:
					return
				}
			}
		}
	}
}

func (w *watch) handle(o raft.Observation) {
	e := o.Data.(RaftEvent) // the filter lets nothing else through
	w.tell(e)
	w.node.pace(o.Raft, &e)
	if e.State == raft.Leader.String() {
		w.node.probe(o.Raft)
	}
}

// tell calls Config.Observe.
func (w *watch) tell(e RaftEvent) {
	e.Capital = w.node.cfg.ID
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.node.cfg.Observe != nil && !w.muted {
		w.node.cfg.Observe(e)
	}
}

// mute ends the calls of Config.Observe.
func (w *watch) mute() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.muted = true
}

// stop ends the goroutine. Raft must have stopped before, as it would wait for ever to tell something.
func (w *watch) stop() {
	close(w.quit)
	<-w.done
}
