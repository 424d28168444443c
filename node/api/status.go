package api

import (
	"context"
	_ "embed" // for openapi.json
	"net/http"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// status is GET /v1/status. It never waits for anybody else.
func (s *server) status(w http.ResponseWriter, r *http.Request, _ string) error {
	if q := parameters(r); q.err != nil {
		return q.err
	}
	a := Status{Stats: s.capital.Stats(), About: s.opt.About}
	index, err := s.capital.ReadAlone(r.Context(), node.Local, func(state *terms.State) {
		a.StateHash, a.Sequence, a.Now = hashOf(state), state.Sequence(), state.Now()
		if c := state.Charter(); c != nil {
			a.Conference = c.Conference
			if x := c.Capital(a.Capital); x != nil {
				a.Name, a.Role = c.Name(x.ID), x.Role
			}
		}
	})
	if err != nil {
		return err
	}
	a.LastMoveIndex = index
	a.AppliedIndex = max(a.AppliedIndex, index) // the hash is of the state there
	return sendJSON(w, http.StatusOK, a)
}

// health is GET /v1/health: whether the capital runs.
func (s *server) health(w http.ResponseWriter, _ *http.Request, _ string) error {
	stats := s.capital.Stats()
	if stats.State == raft.Shutdown.String() {
		return problem(http.StatusServiceUnavailable, CodeBusy, "%s has been closed", stats.Capital)
	}
	return sendJSON(w, http.StatusOK, Health{Capital: stats.Capital, Status: "ok"})
}

// readyWithin is how long a capital that is ready takes for a linearizable read at most.
const readyWithin = time.Second

// ready is GET /v1/ready: whether the capital reaches a leader with a quorum.
func (s *server) ready(w http.ResponseWriter, r *http.Request, _ string) error {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if _, err := s.capital.Read(ctx, node.Linearizable, func(*terms.State) {}); err != nil {
		return problem(http.StatusServiceUnavailable, CodeUnavailable, "not ready: %v", err).after(time.Second)
	}
	stats := s.capital.Stats()
	if stats.Leader == "" {
		return problem(http.StatusServiceUnavailable, CodeUnavailable, "not ready: nobody leads").after(time.Second)
	}
	return sendJSON(w, http.StatusOK, Health{Capital: stats.Capital, Status: "ready", Leader: stats.Leader})
}

//go:embed openapi.json
var openAPI []byte

// openapi is GET /v1/openapi.json: the description of all this.
func (s *server) openapi(w http.ResponseWriter, _ *http.Request, _ string) error {
	send(w, http.StatusOK, "application/json", openAPI)
	return nil
}
