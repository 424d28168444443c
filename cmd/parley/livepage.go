package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report/page"
)

// A browser has no certificate of the conference, so the page of a running one is served by this process, which has: on
// the loopback address alone, below a path that nobody can guess and that is printed for who started the process. What
// the page shows, everybody with a certificate may read; it can change nothing.

// lookout is whom the page asks: every capital for how its machine stands, and any of them for the record.
type lookout struct {
	charter *terms.Charter
	each    map[string]*api.Client
	any     *api.Client
}

// The bounds of the page's server.
const (
	pageStreams     = 32 // pages open at once
	pageConnections = 128
	pageSecretBytes = 18
)

// livePage serves the page of a running conference until it is closed.
type livePage struct {
	address string
	stop    context.CancelFunc
	work    sync.WaitGroup
}

// startLivePage begins to serve. It returns once the record so far is on the page.
func startLivePage(ctx context.Context, l *lookout) (*livePage, error) {
	secret := make([]byte, pageSecretBytes)
	_, _ = rand.Read(secret) // never fails
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the page: %w", err)
	}
	path := fmt.Sprintf("/%x/", secret)
	p := &livePage{address: "http://" + listener.Addr().String() + path}
	ctx, p.stop = context.WithCancel(ctx)
	inner, err := l.show(ctx, &p.work)
	if err != nil {
		p.stop()
		return nil, errors.Join(fmt.Errorf("serve the page: %w", err), listener.Close())
	}
	handler := guardPage(listener.Addr().String(), path, inner)
	p.work.Go(func() {
		// An error ends the page alone; the conference goes on.
		_ = api.Serve(ctx, listener, handler, api.Limits{Connections: pageConnections, Grace: time.Second}, nil)
	})
	return p, nil
}

// close ends the page, and waits for that.
func (p *livePage) close() {
	if p == nil {
		return
	}
	p.stop()
	p.work.Wait()
}

// guardPage lets through only who knows the path, and only reads. The name that a browser asks for has to be that of this
// listener: else any site could have a name of its own point here.
func guardPage(host, path string, inner http.Handler) http.Handler {
	streams := make(chan struct{}, pageStreams)
	_, port, _ := net.SplitHostPort(host)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		given := r.URL.Path
		known := len(given) >= len(path) && subtle.ConstantTimeCompare([]byte(given[:len(path)]), []byte(path)) == 1
		switch {
		case r.Host != host && r.Host != "localhost:"+port:
			http.Error(w, "this page is served as "+host, http.StatusMisdirectedRequest)
			return
		case !known:
			http.Error(w, "there is no such page: take the whole address that parley printed", http.StatusNotFound)
			return
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			http.Error(w, "the page can only be read", http.StatusMethodNotAllowed)
			return
		}
		if strings.HasSuffix(given, "/events") {
			select {
			case streams <- struct{}{}:
				defer func() { <-streams }()
			default:
				http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
				return
			}
		}
		http.StripPrefix(strings.TrimSuffix(path, "/"), inner).ServeHTTP(w, r)
	})
}

// show returns the page, with the record so far on it, and what goes on to feed it until ctx ends.
func (l *lookout) show(ctx context.Context, work *sync.WaitGroup) (http.Handler, error) {
	live := page.NewLive(l.charter)
	last, err := l.catchUp(ctx, live)
	if err != nil {
		return nil, err
	}
	work.Go(func() { l.follow(ctx, live, last) })
	work.Go(func() { l.watch(ctx, live) })
	return live.Handler(), nil
}

// catchUp gives the page the record so far, and returns its length.
func (l *lookout) catchUp(ctx context.Context, live *page.Live) (last uint64, err error) {
	for from := uint64(1); from > 0; {
		part, err := l.any.Record(ctx, from, 0, node.Local)
		if err != nil {
			return last, err
		}
		for i := range part.Entries {
			live.Move(&part.Entries[i])
			last++
		}
		from = part.Next
	}
	return last, nil
}

// follow gives the page the moves that are made from then on.
func (l *lookout) follow(ctx context.Context, live *page.Live, last uint64) {
	for ctx.Err() == nil {
		for e, err := range l.any.Follow(ctx, last) {
			if err != nil {
				break // of no use to go on at once; it may be that nobody runs
			}
			if e.Move != nil {
				live.Move(e.Move)
				last = e.Sequence
			}
		}
		_ = pauseFor(ctx, lookEvery) // then it is over
	}
}

// watch looks at every capital's machine again and again.
func (l *lookout) watch(ctx context.Context, live *page.Live) {
	for ctx.Err() == nil {
		var all sync.WaitGroup
		for id, client := range l.each {
			all.Go(func() {
				asked, cancel := context.WithTimeout(ctx, lookWithin)
				defer cancel()
				s, err := client.Status(asked)
				if ctx.Err() != nil {
					return
				}
				m := page.Machine{}
				if err == nil {
					m = page.Machine{Answers: true, Role: s.State, RaftTerm: s.RaftTerm, Leader: s.Leader, LastIndex: s.LastIndex, Applied: s.Sequence}
				}
				live.Look(id, m, time.Now())
			})
		}
		all.Wait()
		_ = pauseFor(ctx, lookEvery) // then it is over
	}
}

// sessionOf opens a session of a capital's settings. data is the conference's folder, "" if it is not known.
func sessionOf(config *host.Config, data string) (*session, error) {
	s := &session{as: config.Capital, data: data, config: config, keys: config.IdentityFolder(), wait: defaultWait, fresh: node.Local}
	var err error
	if s.identity, err = identity.Open(s.keys, nil); err != nil {
		return nil, err
	}
	if err := s.neighbours(speaker{}); err != nil {
		return nil, err
	}
	s.connect()
	return s, nil
}

// pageOf serves the page of the conference that a capital's settings belong to. It returns what it printed, and what ends
// it. That there is no page keeps no conference from running.
func (e *env) pageOf(ctx context.Context, config *host.Config, charter *terms.Charter, data string) (address string, end func()) {
	s, err := sessionOf(config, data)
	if err == nil {
		var p *livePage
		if p, err = startLivePage(ctx, s.lookout(charter)); err == nil {
			return p.address, func() {
				p.close()
				s.close()
			}
		}
		s.close()
	}
	if ctx.Err() == nil {
		e.say("parley: there is no page: %v", err)
	}
	return "", func() {}
}

// lookout asks the capitals as the session's own.
func (s *session) lookout(charter *terms.Charter) *lookout {
	l := &lookout{charter: charter, each: map[string]*api.Client{}, any: s.anyone()}
	for _, p := range s.peers {
		l.each[p.capital] = s.client(p)
	}
	return l
}

// pageWhenFounded serves the page of a capital's conference. The record may be empty: then the page waits for it.
func (e *env) pageWhenFounded(ctx context.Context, config *host.Config) (address string, end func()) {
	charter, err := config.LoadCharter()
	if err != nil {
		e.say("parley: there is no page: %v", err)
		return "", func() {}
	}
	return e.pageOf(ctx, config, charter, "")
}
