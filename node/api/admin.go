package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// leader is POST /v1/leader: hands Raft's leadership over. Only the leader can; another capital says who that is.
func (s *server) leader(w http.ResponseWriter, r *http.Request, _ string) error {
	q := parameters(r, "wait")
	wait := q.wait(&s.limits)
	if q.err != nil {
		return q.err
	}
	var asked HandOver
	if err := readBody(w, r, &asked); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	if err := s.mayLead(ctx, asked.To); err != nil {
		return err
	}
	me, stats := s.capital.ID(), s.capital.Stats()
	leads := stats.State == raft.Leader.String()
	if leads && asked.To == me {
		return sendJSON(w, http.StatusOK, Leader{From: me, Leader: me})
	}
	err := s.capital.TransferLeadership(ctx, asked.To)
	switch {
	case err == nil:
		return sendJSON(w, http.StatusOK, Leader{From: me, Leader: asked.To})
	case errors.Is(err, node.ErrNotLeader):
		return s.notLeader(stats.Leader)
	case errors.Is(err, node.ErrTransferTooSoon):
		return problem(http.StatusServiceUnavailable, CodeUnavailable, "%v", err).after(15 * time.Second)
	case errors.Is(err, node.ErrClosed):
		return err
	}
	return problem(http.StatusServiceUnavailable, CodeUnavailable, "%s still leads, as far as it knows: %v", me, err).after(time.Second)
}

// notLeader says who leads, and where that capital is reached.
func (s *server) notLeader(leader string) error {
	if leader == "" || leader == s.capital.ID() {
		return problem(http.StatusServiceUnavailable, CodeUnavailable, "nobody leads now: try again").after(time.Second)
	}
	p := problem(http.StatusConflict, CodeNotLeader, "only the leader can do this: ask %s", leader)
	p.Leader, p.API = leader, s.where(leader)
	return p
}

// mayLead refuses capitals that the conference does not have, and those whose machine does not vote.
func (s *server) mayLead(ctx context.Context, id string) error {
	var wrong error
	_, err := s.capital.Read(ctx, node.Local, func(state *terms.State) {
		c := state.Charter()
		if c == nil {
			return // Raft will tell
		}
		if x := c.Capital(id); x == nil {
			wrong = problem(http.StatusUnprocessableEntity, CodeInvalid, "to: %.64q is not a capital of this conference", id)
		} else if !x.Votes() {
			wrong = problem(http.StatusUnprocessableEntity, CodeInvalid, "to: %s does not vote in Raft's majority, so it cannot lead", id)
		}
	})
	return errors.Join(err, wrong)
}

// snapshot is POST /v1/snapshot: has this capital's Raft take a snapshot now.
func (s *server) snapshot(w http.ResponseWriter, r *http.Request, _ string) error {
	q := parameters(r, "wait")
	wait := q.wait(&s.limits)
	if q.err != nil {
		return q.err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	err := s.capital.Snapshot(ctx)
	if err != nil && !errors.Is(err, raft.ErrNothingNewToSnapshot) {
		return err
	}
	return sendJSON(w, http.StatusOK, SnapshotAnswer{Capital: s.capital.ID(), Taken: err == nil})
}

// The headers of a backup.
const (
	headerHash    = "Parley-State-Hash"
	backupContent = "application/vnd.parley.backup"
)

// backup is GET /v1/backup.
func (s *server) backup(w http.ResponseWriter, r *http.Request, _ string) error {
	q := parameters(r, "consistency", "wait")
	fresh, wait := q.consistency(), q.wait(&s.limits)
	if q.err != nil {
		return q.err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	b, err := s.capital.Backup(ctx, fresh)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", backupContent)
	h.Set("Content-Disposition", `attachment; filename="`+s.capital.ID()+"-"+strconv.FormatUint(b.Info.Index, 10)+`.parley-backup"`)
	h.Set(headerIndex, strconv.FormatUint(b.Info.Index, 10))
	h.Set(headerHash, b.Info.StateHash)
	return b.Write(&paced{w: w, control: http.NewResponseController(w), timeout: s.limits.WriteTimeout})
}

// paced gives each write a time limit of its own.
type paced struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

func (p *paced) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(p.timeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.w.Write(b)
}

// chaos is POST /v1/chaos: brings about a fault. The route exists only where Options.Chaos is set.
func (s *server) chaos(w http.ResponseWriter, r *http.Request, _ string) error {
	var f Fault
	if err := readBody(w, r, &f); err != nil {
		return err
	}
	if err := f.Validate(); err != nil {
		return problem(http.StatusUnprocessableEntity, CodeInvalid, "%v", err)
	}
	if err := s.opt.Chaos(r.Context(), f); err != nil {
		return problem(http.StatusUnprocessableEntity, CodeInvalid, "%s cannot be done: %v", f.Do, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
