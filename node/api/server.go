package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/terms"
)

// server serves one capital's interface.
type server struct {
	capital Capital
	opt     Options
	limits  Limits
	log     *zap.Logger
	meters  *meters
	clients *tally // requests under way, by client
	readers *tally // streams under way, by client
}

// access says who may use a route.
type access uint8

const (
	open     access = iota // anybody who can connect
	reader                 // whoever Options.Who does not turn away
	delegate               // whoever speaks for a capital
	own                    // who speaks for this capital
)

// route is one method of one path.
type route struct {
	method, path string
	access       access
	streams      bool // it takes as long as its reader goes on reading
	handle       func(w http.ResponseWriter, r *http.Request, who string) error
}

// routes lists everything that the interface can do. openapi.json describes each of them.
func (s *server) routes() []route {
	list := []route{
		{method: "POST", path: "/v1/moves", access: own, handle: s.submit},
		{method: "GET", path: "/v1/state", access: reader, handle: s.state},
		{method: "GET", path: "/v1/capitals", access: reader, handle: s.capitals},
		{method: "GET", path: "/v1/plans", access: reader, handle: s.plans},
		{method: "GET", path: "/v1/plans/{id}", access: reader, handle: s.plan},
		{method: "GET", path: "/v1/pledges", access: reader, handle: s.pledges},
		{method: "GET", path: "/v1/charter", access: reader, handle: s.charter},
		{method: "GET", path: "/v1/record", access: reader, handle: s.record},
		{method: "GET", path: "/v1/events", access: reader, streams: true, handle: s.events},
		{method: "GET", path: "/v1/status", access: reader, handle: s.status},
		{method: "GET", path: "/v1/health", access: open, handle: s.health},
		{method: "GET", path: "/v1/ready", access: open, handle: s.ready},
		{method: "GET", path: "/metrics", access: reader, handle: s.metrics},
		{method: "GET", path: "/v1/openapi.json", access: reader, handle: s.openapi},
		{method: "POST", path: "/v1/leader", access: delegate, handle: s.leader},
		{method: "POST", path: "/v1/snapshot", access: own, handle: s.snapshot},
		{method: "GET", path: "/v1/backup", access: delegate, streams: true, handle: s.backup},
	}
	if s.opt.Chaos != nil {
		list = append(list, route{method: "POST", path: "/v1/chaos", access: own, handle: s.chaos})
	}
	return list
}

// New returns the interface of a capital. Serve it with [Serve], which bounds connections too.
func New(capital Capital, o Options) http.Handler { return newServer(capital, o).handler() }

func newServer(capital Capital, o Options) *server {
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	if o.Clock == nil {
		o.Clock = func() terms.Instant { return terms.Instant(time.Now().Unix()) }
	}
	if o.Feed == nil {
		o.Feed = NewFeed()
	}
	o.Feed.bind(func() uint64 { return uint64(len(capital.Record())) })
	s := &server{capital: capital, opt: o, limits: o.Limits.orDefault(),
		log: o.Logger, clients: newTally(), readers: newTally()}
	s.meters = newMeters(capital, s.readers, o.Gather)
	return s
}

// handler puts the routes together.
func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	byPath := map[string][]route{}
	for _, r := range s.routes() {
		byPath[r.path] = append(byPath[r.path], r)
	}
	for path, routes := range byPath {
		mux.Handle(path, s.choose(routes))
	}
	if s.opt.Page != nil {
		show := http.StripPrefix("/page", s.opt.Page)
		handle := func(w http.ResponseWriter, r *http.Request, _ string) error {
			show.ServeHTTP(w, r)
			return nil
		}
		mux.Handle("GET /page/{$}", s.guard(route{path: "/page/", access: reader, handle: handle}))
		mux.Handle("GET /page/events", s.guard(route{path: "/page/events", access: reader, streams: true, handle: handle}))
		mux.Handle("GET /{$}", http.RedirectHandler("/page/", http.StatusSeeOther))
	}
	mux.Handle("/", s.guard(route{path: "other", access: open, handle: func(http.ResponseWriter, *http.Request, string) error {
		return problem(http.StatusNotFound, CodeNotFound, "there is no such path; /v1/openapi.json lists all there are")
	}}))
	return mux
}

// choose serves one path: it takes the route of the request's method.
func (s *server) choose(routes []route) http.Handler {
	handlers := map[string]http.Handler{}
	var allowed []string
	for _, r := range routes {
		handlers[r.method] = s.guard(r)
		allowed = append(allowed, r.method)
		if r.method == "GET" && !r.streams {
			handlers["HEAD"] = handlers["GET"] // net/http leaves the body out
			allowed = append(allowed, "HEAD")
		}
	}
	slices.Sort(allowed)
	allow := strings.Join(allowed, ", ")
	wrong := s.guard(route{path: routes[0].path, access: open, handle: func(w http.ResponseWriter, r *http.Request, _ string) error {
		w.Header().Set("Allow", allow)
		return problem(http.StatusMethodNotAllowed, CodeMethod, "%s takes %s, not %.16q", routes[0].path, allow, r.Method)
	}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := handlers[r.Method]; h != nil {
			h.ServeHTTP(w, r)
			return
		}
		wrong.ServeHTTP(w, r)
	})
}
