package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/parley-sim/parley/node/host"
)

// ownPage is the page of a conference at a capital's own interface, for browsers that hold a certificate of the conference.
// It begins to look at the conference when somebody first asks for it.
type ownPage struct {
	config *host.Config
	ctx    context.Context // of what feeds it: until close
	stop   context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	session *session
	inner   http.Handler
}

func newOwnPage(config *host.Config) *ownPage {
	p := &ownPage{config: config}
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p
}

// ServeHTTP answers for node/api, which has looked at the certificate.
func (p *ownPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	inner, err := p.open()
	if err != nil {
		http.Error(w, fmt.Sprintf("there is no page yet: %v", err), http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)() // a stream ends with the page
	inner.ServeHTTP(w, r.WithContext(ctx))
}

// open returns the page, and makes it if there is none yet.
func (p *ownPage) open() (http.Handler, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inner != nil || p.ctx.Err() != nil {
		return p.inner, p.ctx.Err()
	}
	charter, err := p.config.LoadCharter()
	if err != nil {
		return nil, err
	}
	s, err := sessionOf(p.config, "")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(p.ctx, lookWithin)
	defer cancel()
	if _, err := s.anyone().Status(ctx); err != nil {
		s.close()
		return nil, err
	}
	inner, err := s.lookout(charter).show(p.ctx, &p.work)
	if err != nil {
		s.close()
		return nil, err
	}
	p.session, p.inner = s, inner
	return inner, nil
}

// close ends what feeds the page, and waits for that.
func (p *ownPage) close() {
	if p == nil {
		return
	}
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.work.Wait()
	if p.session != nil {
		p.session.close()
	}
}
