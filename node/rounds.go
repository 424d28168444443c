package node

import (
	"sync"

	"github.com/hashicorp/raft"
)

// rounds groups what goes into Raft's queue of commands. Raft stores what it finds there with one write to the disk, a moment
// after the first command has come; under load that is a few commands at a time, and most of the work is writing. So while
// enough rounds are under way, what comes waits until one of them has ended, and then goes into the queue together.
// A lone command never waits.
type rounds struct {
	max int // rounds under way at a time; 0: nothing waits

	mu      sync.Mutex
	raft    *raft.Raft // of what follows
	running int
	waiting []*ticket // for the next round
}

// ticket is a place in a round.
type ticket struct {
	raft  *raft.Raft
	put   func()
	round *int          // how many of the round have not left it
	taken chan struct{} // closed when put was called
}

// enter has put called once, now or later, in the order of the calls. It puts commands into r's queue; the place is then
// given back with leave.
func (g *rounds) enter(r *raft.Raft, put func()) *ticket {
	t := &ticket{raft: r, put: put, taken: make(chan struct{})}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.raft != r {
		g.flush()
		g.raft, g.running = r, 0
	}
	g.waiting = append(g.waiting, t)
	if g.max == 0 || g.running < g.max {
		g.running++
		g.flush()
	}
	return t
}

// flush lets all that waits into one round. The caller holds g.mu.
func (g *rounds) flush() {
	open := len(g.waiting)
	for _, t := range g.waiting {
		t.round = &open
		t.put()
		close(t.taken)
	}
	g.waiting = nil
}

// leave gives a place back, when the commands were answered.
func (g *rounds) leave(t *ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	*t.round--
	switch {
	case *t.round > 0 || t.raft != g.raft:
	case len(g.waiting) > 0:
		g.flush()
	default:
		g.running--
	}
}

// stop has nothing wait for the rounds of a Raft that stops.
func (g *rounds) stop(r *raft.Raft) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.raft == r {
		g.flush()
		g.raft, g.running = nil, 0
	}
}
