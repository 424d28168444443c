package node

import "sync"

// crew runs work on goroutines that stay for the next piece of work. A new goroutine begins with a small stack, and on the
// way into Raft it has to grow several times: that takes longer than what most of the work does there.
type crew struct {
	mu     sync.Mutex
	idle   []chan func() // one for each goroutine that waits for work
	closed bool
}

// maxIdle bounds how many goroutines a crew keeps. It is about as many moves as come to a leader at a time.
const maxIdle = 256

// run runs f on a goroutine other than the caller's.
func (c *crew) run(f func()) {
	c.mu.Lock()
	last := len(c.idle) - 1
	if last < 0 {
		c.mu.Unlock()
		go c.work(f)
		return
	}
	next := c.idle[last]
	c.idle = c.idle[:last]
	c.mu.Unlock()
	next <- f
}

// work runs f, and then what comes next, until the crew is closed or large enough without this goroutine.
func (c *crew) work(f func()) {
	next := make(chan func(), 1)
	for f != nil {
		f()
		if !c.rest(next) {
			return
		}
		f = <-next
	}
}

// rest counts a goroutine among those that wait for work; false if it should end.
func (c *crew) rest(next chan func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.idle) == maxIdle {
		return false
	}
	c.idle = append(c.idle, next)
	return true
}

// close has all goroutines end, those at work when they have done it. Work can still be run.
func (c *crew) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, next := range c.idle {
		close(next)
	}
	c.idle = nil
}
