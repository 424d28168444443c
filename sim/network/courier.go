package network

import "time"

// courier is a goroutine that carries calls, one after the other. Most calls end in Raft, for which the stack of a new
// goroutine would have to grow several times: so it is kept.
type courier struct {
	next chan dispatch
}

type dispatch struct {
	exchange *exchange
	delay    time.Duration // of the message that is under way
}

// dispatch has a courier carry on an exchange after a delay.
func (n *Network) dispatch(x *exchange, delay time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var c *courier
	if last := len(n.idle) - 1; last >= 0 {
		c = n.idle[last]
		n.idle = n.idle[:last]
	} else {
		c = &courier{next: make(chan dispatch, 1)}
		go c.run(n)
	}
	c.next <- dispatch{x, delay}
}

func (c *courier) run(n *Network) {
	for d := range c.next {
		time.Sleep(d.delay)
		d.exchange.carryOn()
		if !n.rest(c) {
			return
		}
	}
}

// rest counts a courier among those that wait; false if none shall.
func (n *Network) rest(c *courier) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false
	}
	n.idle = append(n.idle, c)
	return true
}

// Close ends the network: all capitals go down, and its goroutines end, those that carry a message when that has arrived.
func (n *Network) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.capitals {
		if c.up != nil {
			c.up.close()
		}
	}
	n.closed = true
	for _, c := range n.idle {
		close(c.next)
	}
	n.idle = nil
}
