package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/parley-sim/parley/node/terms"
)

// headerIndex tells the applied index of an answer that was read from the state, beside the field of the same meaning.
const headerIndex = "Parley-Applied-Index"

// answer is what embeds a Seen.
type answer interface{ at(Seen) }

func (s *Seen) at(v Seen) { *s = v }

// read answers a request from the state, as fresh as it asks for. f fills in the answer, keeping nothing of the state but
// copies, or returns the error that the state has for the request. alone says that f needs the state's Hash.
func (s *server) read(w http.ResponseWriter, r *http.Request, alone bool, a answer, f func(*terms.State) error) error {
	seen, err := s.look(r, parameters(r, "consistency", "wait"), alone, f)
	if err != nil {
		return err
	}
	a.at(seen)
	w.Header().Set(headerIndex, strconv.FormatUint(seen.AppliedIndex, 10))
	return sendJSON(w, http.StatusOK, a)
}

// look calls f with the state, as fresh as the query asks for.
func (s *server) look(r *http.Request, q *query, alone bool, f func(*terms.State) error) (Seen, error) {
	fresh, wait := q.consistency(), q.wait(&s.limits)
	if q.err != nil {
		return Seen{}, q.err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	read := s.capital.Read
	if alone {
		read = s.capital.ReadAlone
	}
	seen := Seen{Capital: s.capital.ID(), Consistency: nameOf(fresh)}
	var wrong error
	index, err := read(ctx, fresh, func(state *terms.State) {
		seen.Sequence, seen.Now = state.Sequence(), state.Now()
		wrong = f(state)
	})
	seen.AppliedIndex = index
	return seen, errors.Join(err, wrong)
}

// state is GET /v1/state.
func (s *server) state(w http.ResponseWriter, r *http.Request, _ string) error {
	stats := s.capital.Stats()
	a := State{Leader: stats.Leader, RaftTerm: stats.RaftTerm}
	return s.read(w, r, true, &a, func(state *terms.State) error { // under the state's lock: it must not call the capital
		a.StateHash = hashOf(state)
		if c := state.Charter(); c != nil {
			a.Conference = c.Conference
		}
		a.Capitals, a.Plans, a.Pledges = s.capitalsOf(state), state.Plans(), state.Pledges()
		return nil
	})
}

// capitals is GET /v1/capitals.
func (s *server) capitals(w http.ResponseWriter, r *http.Request, _ string) error {
	var a CapitalList
	return s.read(w, r, false, &a, func(state *terms.State) error {
		a.Capitals, a.Motions = s.capitalsOf(state), state.Motions()
		return nil
	})
}

// plans is GET /v1/plans.
func (s *server) plans(w http.ResponseWriter, r *http.Request, _ string) error {
	var a PlanList
	return s.read(w, r, false, &a, func(state *terms.State) error {
		a.Plans = state.Plans()
		return nil
	})
}

// plan is GET /v1/plans/{id}.
func (s *server) plan(w http.ResponseWriter, r *http.Request, _ string) error {
	var a PlanAnswer
	id := r.PathValue("id")
	return s.read(w, r, false, &a, func(state *terms.State) error {
		view, proposed := state.Plan(id)
		if !proposed {
			return problem(http.StatusNotFound, CodeNotFound, "no plan %.64q has been proposed; /v1/plans lists all there are", id)
		}
		a.Plan = view
		return nil
	})
}

// pledges is GET /v1/pledges.
func (s *server) pledges(w http.ResponseWriter, r *http.Request, _ string) error {
	var a PledgeList
	return s.read(w, r, false, &a, func(state *terms.State) error {
		a.Pledges = state.Pledges()
		return nil
	})
}

// charter is GET /v1/charter. A charter is replaced when the members change and never changed itself, so it can be kept.
func (s *server) charter(w http.ResponseWriter, r *http.Request, _ string) error {
	var a CharterAnswer
	return s.read(w, r, false, &a, func(state *terms.State) error {
		if a.Charter = state.Charter(); a.Charter == nil {
			return problem(http.StatusConflict, CodeNotFounded, "the conference has no charter yet: it is being founded")
		}
		return nil
	})
}

// defaultPage is how many entries of the record are in an answer if the request does not say.
const defaultPage = 100

// record is GET /v1/record. The entries are encoded one by one, so that a page ends before it grows too large.
func (s *server) record(w http.ResponseWriter, r *http.Request, _ string) error {
	q := parameters(r, "from", "limit", "consistency", "wait")
	most := uint64(s.limits.PageEntries)
	from, limit := q.number("from", 1, 1, math.MaxInt64), q.number("limit", min(defaultPage, most), 1, most)
	seen, err := s.look(r, q, false, func(*terms.State) error { return nil })
	if err != nil {
		return err
	}
	record := s.capital.Record()
	record = record[:min(uint64(len(record)), seen.Sequence)] // no more than the state that Seen describes
	page := struct {                                          // a Page
		Seen
		Entries []json.RawMessage `json:"entries"`
		Next    uint64            `json:"next,omitempty"`
	}{Seen: seen, Entries: []json.RawMessage{}}
	for i, size := from-1, 0; i < uint64(len(record)); i++ {
		if i-(from-1) == limit || size > s.limits.PageBytes {
			page.Next = i + 1
			break
		}
		b, err := json.Marshal(&record[i])
		if err != nil {
			return fmt.Errorf("entry %d cannot be encoded: %w", i+1, err)
		}
		page.Entries = append(page.Entries, b)
		size += len(b)
	}
	w.Header().Set(headerIndex, strconv.FormatUint(seen.AppliedIndex, 10))
	return sendJSON(w, http.StatusOK, &page)
}

// hashOf writes the state's hash. The caller has the state to itself.
func hashOf(state *terms.State) string {
	hash := state.Hash()
	return hex.EncodeToString(hash[:])
}

func (s *server) capitalsOf(state *terms.State) []CapitalView {
	views := []CapitalView{}
	if c := state.Charter(); c != nil {
		members := state.Members()
		for i := range c.Capitals {
			x := &c.Capitals[i]
			views = append(views, CapitalView{ID: x.ID, Name: c.Name(x.ID), Role: x.Role, Votes: x.Votes(),
				Left: state.HasLeft(x.ID), Expelled: !slices.ContainsFunc(members, func(m terms.Capital) bool { return m.ID == x.ID }),
				LastNumber: state.LastNumber(x.ID), API: s.where(x.ID)})
		}
	}
	return views
}

// where returns the base URL of a capital's interface, "" if it is not known.
func (s *server) where(capital string) string {
	if s.opt.Where == nil {
		return ""
	}
	return s.opt.Where(capital)
}
