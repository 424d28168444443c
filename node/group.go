package node

import (
	"context"
	"sync"
)

// group counts the work that a node has under way, so that Close can end it. Once it is closed nothing can begin.
type group struct {
	mu     sync.Mutex
	count  int
	closed bool
	empty  chan struct{} // closed when the group is closed and nothing is under way
}

func newGroup() *group { return &group{empty: make(chan struct{})} }

// enter counts one more in; it returns false once the group is closed.
func (g *group) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.count++
	return true
}

// add counts one more in on behalf of work that is counted already, so that it may happen after close.
func (g *group) add() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count++
}

// leave counts one out.
func (g *group) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count--
	g.settle()
}

// close lets nothing more in. It returns false if it was closed already.
func (g *group) close() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.closed = true
	g.settle()
	return true
}

// settle reports the group empty if it is. The caller holds g.mu.
func (g *group) settle() {
	if g.closed && g.count == 0 {
		close(g.empty)
	}
}

// wait waits until the group is closed and empty.
func (g *group) wait(ctx context.Context) error {
	select {
	case <-g.empty:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
