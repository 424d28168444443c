package api

import (
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"
)

// guard puts around a route what all of them need: who asks, how much at once, how long, and what to do when it fails.
func (s *server) guard(rt route) http.Handler {
	return http.HandlerFunc(func(inner http.ResponseWriter, r *http.Request) {
		w := &response{ResponseWriter: inner}
		start := time.Now()
		defer func() { s.meters.served(rt, w.status, time.Since(start)) }()
		defer func() {
			if fault := recover(); fault != nil {
				s.recovered(w, r, fault)
			}
		}()
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")

		who, whoErr := s.who(r)
		peer := who
		if peer == "" {
			peer = host(r)
		}
		inFlight, most := s.clients, s.limits.Requests
		if rt.streams {
			inFlight, most = s.readers, s.limits.StreamsOfClient
		}
		n, total := inFlight.enter(peer)
		defer inFlight.leave(peer)

		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(time.Now().Add(s.limits.MaxWait + s.limits.WriteTimeout)) // a recorder in a test has none
		if r.Body != nil && r.Body != http.NoBody {
			_ = control.SetReadDeadline(time.Now().Add(s.limits.BodyTimeout))
			r.Body = http.MaxBytesReader(w, r.Body, s.limits.BodyBytes)
		}
		var err error
		switch {
		case n > most:
			err = problem(http.StatusTooManyRequests, CodeTooMany, "%d requests of %s are under way already: wait for one to end",
				most, peer).after(time.Second)
		case rt.streams && total > s.limits.Streams:
			err = problem(http.StatusServiceUnavailable, CodeBusy, "%d streams are open already: follow another capital",
				s.limits.Streams).after(time.Second)
		default:
			if err = s.admit(rt, who, whoErr); err == nil {
				err = rt.handle(w, r, who)
			}
		}
		if err != nil {
			s.fail(w, r, who, err)
		}
	})
}

// who asks Options.Who.
func (s *server) who(r *http.Request) (string, error) {
	if s.opt.Who == nil {
		return "", nil
	}
	return s.opt.Who(r)
}

// admit refuses a client that may not use the route.
func (s *server) admit(rt route, who string, err error) error {
	me := s.capital.ID()
	switch {
	case rt.access == open:
		return nil
	case err != nil:
		return problem(http.StatusForbidden, CodeUnknownClient, "your certificate is not accepted: %v", err)
	case rt.access == reader:
		return nil
	case who == "":
		return problem(http.StatusForbidden, CodeNotYours, "%s is for capitals, and you speak for none: use a capital's certificate",
			rt.path)
	case rt.access == own && who != me:
		return problem(http.StatusForbidden, CodeNotYours, "you speak for %s, and this is %s's interface: only %s may use %s here. "+
			"Use that of %s", who, me, me, rt.path, who)
	}
	return nil
}

// fail tells the client of an error, and the log once.
func (s *server) fail(w *response, r *http.Request, who string, err error) {
	p := problemOf(err)
	say := s.log.Debug
	switch {
	case p.Status == http.StatusForbidden:
		say = s.log.Warn
	case p.Code == CodeInternal:
		say = s.log.Error
	}
	say("request refused", zap.String("method", r.Method), zap.String("path", r.URL.Path), zap.String("client", who),
		zap.String("from", r.RemoteAddr), zap.Int("status", p.Status), zap.String("code", p.Code), zap.String("detail", p.Detail))
	if w.status != 0 { // half an answer is out already: break the connection, so that nobody takes it for a whole one
		panic(http.ErrAbortHandler)
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.limits.WriteTimeout))
	p.write(w)
}

// recovered tells of a panic.
func (s *server) recovered(w *response, r *http.Request, fault any) {
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault) // meant for net/http
	}
	s.log.Error("a request met a fault of Parley's", zap.String("method", r.Method), zap.String("path", r.URL.Path),
		zap.Any("panic", fault), zap.ByteString("stack", debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	problem(http.StatusInternalServerError, CodeInternal, "a fault of Parley's, which %s has logged; what you asked for may "+
		"have happened", s.capital.ID()).write(w)
}

// host returns the address that a request came from, without the port.
func host(r *http.Request) string {
	h, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return h
}

// response remembers the status that was sent.
type response struct {
	http.ResponseWriter
	status int
}

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// send writes an answer.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone does not need it
}

// tally counts what is under way, by client and in all.
type tally struct {
	mu    sync.Mutex
	of    map[string]int
	total int
}

func newTally() *tally { return &tally{of: map[string]int{}} }

// enter counts one more, and returns the client's count and that of all.
func (t *tally) enter(client string) (of, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[client]++
	t.total++
	return t.of[client], t.total
}

func (t *tally) leave(client string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total--
	if t.of[client]--; t.of[client] == 0 {
		delete(t.of, client)
	}
}

// count returns how many are under way in all.
func (t *tally) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total
}
