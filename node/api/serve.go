package api

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"

	"go.uber.org/zap"
)

// Serve serves a handler on a listener, which it closes, until ctx ends. Then streams end, requests under way have
// Limits.Grace to do so, and it returns nil. Any other end is an error. A listener for TLS hands out *tls.Conn, so that
// requests know their client's certificate. What goes wrong with connections goes to the logger, if it is not nil.
func Serve(ctx context.Context, l net.Listener, h http.Handler, limits Limits, logger *zap.Logger) error {
	limits = limits.orDefault()
	if logger == nil {
		logger = zap.NewNop()
	}
	ending := make(chan struct{})
	slots := newSlots(l, limits.Connections)
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: limits.HeaderTimeout, IdleTimeout: limits.IdleTimeout, MaxHeaderBytes: limits.HeaderBytes,
		ErrorLog: log.New(newComplaints(logger), "", 0), ConnState: slots.connState,
		// Bodies and answers have deadlines of their own, which guard sets: those of the server would end streams.
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), endingKey{}, (<-chan struct{})(ending))
		},
		HTTP2: &http.HTTP2Config{MaxConcurrentStreams: limits.Requests},
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(slots) }()
	select {
	case err := <-served:
		close(ending)
		return errors.Join(fmt.Errorf("api: serve on %s: %w", l.Addr(), err), srv.Close())
	case <-ctx.Done():
	}
	close(ending)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.Grace)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		logger.Warn("requests were still under way when the interface closed", zap.Error(err))
		_ = srv.Close() // what it could tell, Shutdown has told
	}
	<-served
	return nil
}

// endingKey is the key of a channel in a request's context that is closed when Serve begins to end.
type endingKey struct{}

// endingOf returns that channel; it is nil, and so never closed, where Serve is not used.
func endingOf(ctx context.Context) <-chan struct{} {
	ending, _ := ctx.Value(endingKey{}).(<-chan struct{})
	return ending
}

// slots is a listener that accepts no more connections than it has slots. Unlike netutil.LimitListener it does not wrap
// connections: net/http sees a client's certificate only on a bare *tls.Conn. The server tells when a connection ends.
type slots struct {
	net.Listener
	free  chan struct{} // holds one for each connection
	done  chan struct{}
	close sync.Once
}

func newSlots(l net.Listener, n int) *slots {
	return &slots{Listener: l, free: make(chan struct{}, n), done: make(chan struct{})}
}

// Accept waits for a slot, then for a connection.
func (s *slots) Accept() (net.Conn, error) {
	select {
	case s.free <- struct{}{}:
	case <-s.done:
		return nil, net.ErrClosed
	}
	c, err := s.Listener.Accept()
	if err != nil {
		<-s.free
	}
	return c, err
}

// Close ends a waiting Accept too.
func (s *slots) Close() error {
	s.close.Do(func() { close(s.done) })
	return s.Listener.Close()
}

// connState is the server's hook: it is told exactly once that a connection has ended.
func (s *slots) connState(_ net.Conn, state http.ConnState) {
	if state == http.StateClosed || state == http.StateHijacked {
		<-s.free
	}
}
