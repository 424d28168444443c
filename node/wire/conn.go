package wire

import (
	"crypto/tls"
	"slices"
	"sync"
	"time"
)

// closeGrace is how long a close waits for the peer to take the notice of it.
const closeGrace = time.Second

// conn is a verified connection. The wire keeps account of it until it is closed.
type conn struct {
	*tls.Conn
	wire   *Wire
	peer   string // the capital of the certificate
	dialed bool   // by this capital

	mu     sync.Mutex
	closed chan struct{} // closed by Close
	onEnd  func()
}

// keep makes a verified connection one of the wire's. It returns nil, and closes it, if the wire was closed.
func (w *Wire) keep(t *tls.Conn, peer string, dialed bool) *conn {
	c := &conn{Conn: t, wire: w, peer: peer, dialed: dialed, closed: make(chan struct{})}
	var oldest *conn
	w.mu.Lock()
	open := w.ctx.Err() == nil
	if open {
		w.conns = append(w.conns, c)
		if !dialed {
			oldest = w.excess(peer)
		}
	}
	w.mu.Unlock()
	if !open {
		_ = c.Close()
		return nil
	}
	if oldest != nil {
		w.log.Warn("too many connections from " + peer + "; closed its oldest")
		_ = oldest.Close()
	}
	return c
}

// excess returns the oldest connection of a peer that has too many. The caller holds w.mu.
func (w *Wire) excess(peer string) (oldest *conn) {
	count := 0
	for _, c := range w.conns {
		if c.peer == peer && !c.dialed {
			if count++; oldest == nil {
				oldest = c
			}
		}
	}
	if count <= w.opts.MaxConnsPerPeer {
		return nil
	}
	return oldest
}

// verify tells whether the peer would be let in now.
func (c *conn) verify() error {
	state, id := c.ConnectionState(), c.wire.opts.Identity
	if c.dialed {
		_, err := id.VerifyServer(state)
		return err
	}
	if _, err := id.VerifyClient(state); err != nil {
		return err
	}
	return c.wire.opts.Admit(c.peer)
}

// atEnd has f called when the connection closes, or at once if it is closed.
func (c *conn) atEnd(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isClosed() {
		go f()
		return
	}
	c.onEnd = f
}

func (c *conn) isClosed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

// Close closes the connection and tells the peer, if it listens. It can be called again.
func (c *conn) Close() error {
	c.mu.Lock()
	if c.isClosed() {
		c.mu.Unlock()
		return nil
	}
	close(c.closed)
	end := c.onEnd
	c.mu.Unlock()

	w := c.wire
	w.mu.Lock()
	if at := slices.Index(w.conns, c); at >= 0 {
		w.conns = slices.Delete(w.conns, at, at+1)
	}
	w.mu.Unlock()
	if end != nil {
		end()
	}
	timer := time.AfterFunc(closeGrace, func() { _ = c.NetConn().Close() })
	defer timer.Stop()
	return c.Conn.Close()
}
