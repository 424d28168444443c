package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"go.uber.org/zap"
)

// handler answers calls.
type handler func(ctx context.Context, from string, body []byte) []byte

// Handle implements node.Links: it sets who answers the calls of others. from is the capital of the certificate that the
// call came by. ctx ends when the wire closes. Until there is a handler, calls are refused as not delivered.
func (w *Wire) Handle(h func(ctx context.Context, from string, body []byte) []byte) {
	as := handler(h)
	w.handler.Store(&as)
}

// serveCalls answers the calls of a connection until it ends. There are as many at a time as Options allow; then the
// peer has to wait.
func (w *Wire) serveCalls(c *conn) {
	defer func() { _ = c.Close() }()
	out := newWriter(c, w.opts.HandshakeTimeout)
	w.group.Go(out.run)
	slots := make(chan struct{}, w.opts.MaxCallsPerConn)
	r := bufio.NewReader(c)
	for {
		f, err := readFrame(r, w.opts.MaxRequestBytes)
		if err == nil && f.kind != request {
			err = fmt.Errorf("wire: a frame of kind %d where a request belongs", f.kind)
		}
		if err != nil {
			var network net.Error
			if !c.isClosed() && !errors.Is(err, io.EOF) && !errors.As(err, &network) {
				w.log.Warn("closed a connection for calls from "+c.peer, zap.Error(err))
			}
			return
		}
		select {
		case slots <- struct{}{}:
		case <-c.closed:
			return
		}
		go func() {
			defer func() { <-slots }()
			w.answer(c, out, f)
		}()
	}
}

// answer has the handler answer a request, and sends the answer, if there is still somebody to send it to.
func (w *Wire) answer(c *conn, out *writer, f frame) {
	a := frame{kind: answer, number: f.number}
	switch h := w.handler.Load(); {
	case h == nil:
		a.kind, a.body = notHandled, []byte(w.capital+" is not ready yet")
	case w.ctx.Err() != nil:
		return
	default:
		a.body = (*h)(w.ctx, c.peer, f.body)
	}
	if len(a.body) > w.opts.MaxAnswerBytes {
		reason := fmt.Sprintf("an answer of %d bytes; at most %d are allowed", len(a.body), w.opts.MaxAnswerBytes)
		a.kind, a.body = noAnswer, []byte(reason)
	}
	send := func() {
		select {
		case out.frames <- a:
		case <-out.gone:
		}
	}
	if w.faults.clear(c.peer) {
		send()
	} else {
		w.faults.carry(c.peer, send)
	}
}
