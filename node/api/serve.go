package api

import (
	"container/list"
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

// slots is a listener that accepts no more connections than it has slots, and one that waits for a slot. Unlike
// netutil.LimitListener it does not wrap connections: net/http sees a client's certificate only on a bare *tls.Conn. The
// server tells when a connection ends.
//
// When all slots are taken, whoever has been silent for longest since it connected has to make room for the next one: so a
// crowd of connections that never ask for anything keeps nobody out.
type slots struct {
	net.Listener
	free  chan struct{} // holds one for each connection
	done  chan struct{}
	close sync.Once

	mu     sync.Mutex
	silent list.List // connections that have not asked for anything yet, the oldest first
	place  map[net.Conn]*list.Element
}

func newSlots(l net.Listener, n int) *slots {
	return &slots{Listener: l, free: make(chan struct{}, n), done: make(chan struct{}), place: map[net.Conn]*list.Element{}}
}

// Accept waits for a connection, then for a slot.
func (s *slots) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	select {
	case s.free <- struct{}{}:
		return c, nil
	default:
		s.makeRoom()
	}
	select {
	case s.free <- struct{}{}:
		return c, nil
	case <-s.done:
		return nil, errors.Join(net.ErrClosed, c.Close())
	}
}

// makeRoom closes the connection that has been silent for longest, if there is one. The server tells soon that it has ended.
func (s *slots) makeRoom() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if oldest := s.silent.Front(); oldest != nil {
		c := oldest.Value.(net.Conn)
		s.speaks(c)
		_ = c.Close() // it is the other side's, who has nothing to lose
	}
}

// speaks takes a connection from those that are silent. The caller holds s.mu.
func (s *slots) speaks(c net.Conn) {
	if e := s.place[c]; e != nil {
		s.silent.Remove(e)
		delete(s.place, c)
	}
}

// Close ends a waiting Accept too.
func (s *slots) Close() error {
	s.close.Do(func() { close(s.done) })
	return s.Listener.Close()
}

// connState is the server's hook: it is told when a connection begins and when it is first used, and exactly once that it
// has ended.
func (s *slots) connState(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	if state == http.StateNew {
		s.place[c] = s.silent.PushBack(c)
	} else {
		s.speaks(c)
	}
	s.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		<-s.free
	}
}
