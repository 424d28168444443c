package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
)

// Handler answers a call. It runs on a goroutine of its own, that of the call; ctx ends when the capital that it serves goes down, not
// when the caller gives up, whom it may not be able to hear. It owns body, and the network owns what it returns.
type Handler func(ctx context.Context, from string, body []byte) []byte

// Handle sets what answers the calls to a capital, from now until it goes down. A restarted capital sets it again. It
// does nothing while the capital is down.
func (n *Network) Handle(id string, handler Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.capital(id); c.up != nil {
		c.up.handler = handler
	}
}

// Call sends a request from one capital to another, over the same links and with the same faults as Raft's messages,
// and returns the answer. A capital that has no handler refuses, as one that is down does. Its error is one of the Err
// values of this package, or wraps that of ctx: of these only ErrRefused says that the peer has not received the
// request. A caller that went down gets ErrClosed.
func (n *Network) Call(ctx context.Context, from, to string, body []byte) ([]byte, error) {
	n.mu.Lock()
	caller := n.capital(from).up
	n.mu.Unlock()
	if caller == nil {
		time.Sleep(n.config.HopMin) // never fail in no time: see the package comment
		return nil, ErrClosed
	}
	work := &callWork{caller: from, body: bytes.Clone(body)}
	timeout := n.config.CallTimeout
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= timeout {
		timeout = 0 // ctx has a timer of its own
	}
	value, err := caller.exchange(new(exchange), to, Call, work, timeout, ctx.Done())
	if errors.Is(err, ErrTimeout) && ctx.Err() != nil {
		return nil, fmt.Errorf("network: call from %s to %s: %w", from, to, context.Cause(ctx))
	}
	if err != nil {
		return nil, fmt.Errorf("call from %s to %s: %w", from, to, err)
	}
	return value.([]byte), nil
}

// callWork is a call as the work of an exchange.
type callWork struct {
	caller string
	body   []byte
}

func (w *callWork) describe(m *Message) { m.Digest = digestBytes(w.body) }

func (w *callWork) serve(x *exchange, t *Transport) bool {
	n := t.net
	n.mu.Lock()
	handler := t.handler
	n.mu.Unlock()
	var answer []byte
	if handler != nil {
		answer = bytes.Clone(handler(t.calls, w.caller, w.body))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !t.dismiss(x) {
		return false // the caller was told already that its peer went down
	}
	if handler == nil {
		x.refuse(ErrRefused)
		return true
	}
	x.reply.value = answer
	x.message.OK, x.message.Digest = true, digestBytes(answer)
	return true
}
