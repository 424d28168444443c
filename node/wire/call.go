package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/parley-sim/parley/node"
)

// errUnanswered: the connection ended between a request and its answer.
var errUnanswered = errors.New("wire: the connection was lost before the answer came; the request may have been carried out")

// Call implements node.Links: it sends a request to a capital and returns its answer. All calls to a capital share a
// connection, which is made by the first one. A request that certainly did not reach the capital's handler fails with an
// error that wraps node.ErrNotDelivered.
func (w *Wire) Call(ctx context.Context, to string, body []byte) ([]byte, error) {
	if len(body) > w.opts.MaxRequestBytes {
		return nil, fmt.Errorf("wire: call %s: %w: a request of %d bytes; at most %d are allowed", to, node.ErrNotDelivered,
			len(body), w.opts.MaxRequestBytes)
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.opts.CallTimeout)
		defer cancel()
	}
	if w.faults.clear(to) {
		return w.call(ctx, to, body)
	}
	type outcome struct {
		body []byte
		err  error
	}
	done := make(chan outcome, 1) // with room, as the caller may have given up
	body = bytes.Clone(body)
	w.faults.carry(to, func() {
		// On its own time: what was held is sent even if nobody waits for the answer any more.
		ctx, cancel := context.WithTimeout(w.ctx, w.opts.CallTimeout)
		defer cancel()
		b, err := w.call(ctx, to, body)
		done <- outcome{b, err}
	})
	select {
	case o := <-done:
		return o.body, o.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wire: call %s: %w", to, context.Cause(ctx))
	case <-w.ctx.Done():
		return nil, fmt.Errorf("wire: call %s: %w", to, ErrClosed)
	}
}

// call makes a call that has no fault in its way.
func (w *Wire) call(ctx context.Context, to string, body []byte) ([]byte, error) {
	p := w.peer(to)
	for first := true; ; first = false {
		l, err := p.line(ctx)
		if err != nil {
			return nil, fmt.Errorf("wire: call %s: %w: %w", to, node.ErrNotDelivered, err)
		}
		b, sent, err := l.call(ctx, body)
		switch {
		case err == nil:
			return b, nil
		case sent:
			return nil, fmt.Errorf("wire: call %s: %w", to, err)
		case ctx.Err() != nil || !first: // else the connection had ended before it took the request
			return nil, fmt.Errorf("wire: call %s: %w: %w", to, node.ErrNotDelivered, err)
		}
	}
}

// peer is a capital that this one calls.
type peer struct {
	wire *Wire
	id   string

	mu      sync.Mutex
	current *line
	dialing *dialing
}

// dialing is one attempt at a connection, for which several calls may wait.
type dialing struct {
	done chan struct{}
	line *line // set before done is closed
	err  error
}

func (w *Wire) peer(id string) *peer {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.peers[id]
	if p == nil {
		p = &peer{wire: w, id: id}
		if _, known := w.opts.Directory.Address(id); known { // else keep no account of it
			w.peers[id] = p
		}
	}
	return p
}

// line returns the connection to the capital, and makes one if there is none.
func (p *peer) line(ctx context.Context) (*line, error) {
	p.mu.Lock()
	if l := p.current; l != nil && !l.isGone() {
		p.mu.Unlock()
		return l, nil
	}
	d := p.dialing
	if d == nil {
		d = &dialing{done: make(chan struct{})}
		p.dialing = d
		go p.dial(d) // not bound to this call: others may wait for it longer
	}
	p.mu.Unlock()
	select {
	case <-d.done:
		return d.line, d.err
	case <-ctx.Done():
		return nil, fmt.Errorf("still connecting: %w", context.Cause(ctx))
	}
}

func (p *peer) dial(d *dialing) {
	address, ok := p.wire.opts.Directory.Address(p.id)
	if !ok {
		d.err = fmt.Errorf("wire: no address is known for %q", p.id)
	} else if c, err := p.wire.dial(p.wire.ctx, p.id, address, callProtocol); err != nil {
		d.err = err
	} else {
		d.line = newLine(p, c)
	}
	p.mu.Lock()
	p.current, p.dialing = d.line, nil
	p.mu.Unlock()
	close(d.done)
}

// retire has later calls make a new connection.
func (p *peer) retire(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == l {
		p.current = nil
		// Calls that still wait for answers of it may get them.
		time.AfterFunc(p.wire.opts.CallTimeout, func() { _ = l.out.conn.Close() })
	}
}

// line is a connection for calls, at the end of who asks.
type line struct {
	peer *peer
	out  *writer

	mu      sync.Mutex
	number  uint64
	heard   time.Time             // when the last answer came
	waiting map[uint64]chan frame // by number; each with room for its answer
}

func newLine(p *peer, c *conn) *line {
	l := &line{peer: p, out: newWriter(c, p.wire.opts.HandshakeTimeout), waiting: map[uint64]chan frame{}}
	go l.out.run()
	go l.read()
	return l
}

func (l *line) isGone() bool {
	select {
	case <-l.out.gone:
		return true
	default:
		return false
	}
}

// call sends a request and waits for its answer. With an error, sent tells whether the peer may have the request.
func (l *line) call(ctx context.Context, body []byte) (b []byte, sent bool, err error) {
	number, answers := l.expect()
	defer l.forget(number)
	began := time.Now()
	select {
	case l.out.frames <- frame{request, number, body}:
	case <-l.out.gone:
		return nil, false, errors.New("wire: the connection was lost")
	case <-ctx.Done():
		return nil, false, context.Cause(ctx)
	}
	select {
	case f := <-answers:
		return unwrap(f)
	case <-l.out.gone:
		select {
		case f := <-answers:
			return unwrap(f)
		default:
			return nil, true, errUnanswered
		}
	case <-ctx.Done():
		l.mu.Lock()
		silent := l.heard.Before(began)
		l.mu.Unlock()
		if silent && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			l.peer.retire(l) // it may lead to where nobody is any more
		}
		return nil, true, context.Cause(ctx)
	}
}

// unwrap reads an answer.
func unwrap(f frame) (b []byte, sent bool, err error) {
	switch f.kind {
	case notHandled:
		return nil, true, fmt.Errorf("%w: it answers %.300q", node.ErrNotDelivered, f.body)
	case noAnswer:
		return nil, true, fmt.Errorf("wire: it cannot answer: %.300q", f.body)
	}
	return f.body, true, nil
}

func (l *line) expect() (number uint64, answers chan frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number++
	answers = make(chan frame, 1)
	l.waiting[l.number] = answers
	return l.number, answers
}

func (l *line) forget(number uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, number)
}

// read hands out the answers until the connection ends.
func (l *line) read() {
	c := l.out.conn
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	for {
		f, err := readFrame(r, c.wire.opts.MaxAnswerBytes)
		if err != nil || f.kind == request {
			return // the calls that wait learn it from out.gone
		}
		l.mu.Lock()
		answers := l.waiting[f.number]
		delete(l.waiting, f.number) // a second answer to the same request goes nowhere
		l.heard = time.Now()
		l.mu.Unlock()
		if answers != nil {
			answers <- f
		}
	}
}
