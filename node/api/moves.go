package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// submit is POST /v1/moves.
func (s *server) submit(w http.ResponseWriter, r *http.Request, _ string) error {
	q := parameters(r, "wait")
	wait := q.wait(&s.limits)
	if q.err != nil {
		return q.err
	}
	var asked MoveRequest
	if err := readBody(w, r, &asked); err != nil {
		return err
	}
	if err := checkMove(&asked); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	receipt, err := s.make(ctx, &asked)
	if errors.Is(err, node.ErrNotRecorded) && !receipt.MayBeRecorded {
		why := s.capital.Stats().Expelled
		if why == "" && errors.Is(err, node.ErrExpelled) {
			why = s.capital.ID() + " has been expelled from the conference"
		}
		if why != "" { // the conference's decision, although nobody was there to repeat it
			receipt.Outcome, err = node.Refused, nil
			receipt.Result = terms.Result{Refused: true, Code: terms.RefusedNotAllowed, Reason: why}
		}
	}
	answer := answerOf(&receipt)
	s.meters.moves.WithLabelValues(string(answer.Outcome)).Inc()
	switch {
	case err == nil:
		return sendJSON(w, http.StatusOK, answer)
	case receipt.MayBeRecorded:
		answer.Reason = err.Error()
		w.Header().Set("Retry-After", "1")
		return sendJSON(w, http.StatusAccepted, answer)
	case errors.Is(err, node.ErrClosed), !errors.Is(err, node.ErrNotRecorded):
		return err
	}
	return problem(http.StatusServiceUnavailable, CodeNotRecorded, "the outcome is unknown, and the move is certainly not in "+
		"the record: %v; submit it again when the capitals can reach each other", err).after(time.Second)
}

// moveOverhead is room for what the capital adds to a move: its id, the conference and the signature.
const moveOverhead = 4 << 10

// checkMove refuses what no capital could submit. What a move means is left to the state machine.
func checkMove(asked *MoveRequest) error {
	switch asked.Verb {
	case "":
		return problem(http.StatusUnprocessableEntity, CodeInvalid, "verb: it is missing; the verbs are %q", terms.Verbs())
	case terms.VerbCharter:
		return problem(http.StatusUnprocessableEntity, CodeInvalid, "verb: a conference is founded when its capitals are "+
			"started, not over this interface")
	}
	move := asked.move()
	b, err := json.Marshal(&move)
	if err != nil {
		return problem(http.StatusUnprocessableEntity, CodeInvalid, "the move cannot be stored: %v", err)
	}
	if len(b) > terms.MaxMoveBytes-moveOverhead {
		return problem(http.StatusRequestEntityTooLarge, CodeTooLarge, "the move takes %d bytes; at most %d are allowed", len(b),
			terms.MaxMoveBytes-moveOverhead)
	}
	return nil
}

// maxLate bounds how often a move without a time of its own is submitted again because the record had moved on meanwhile.
const maxLate = 5

// make submits a move, at the time asked for or else now.
func (s *server) make(ctx context.Context, asked *MoveRequest) (node.Receipt, error) {
	move := asked.move()
	if asked.Time != nil {
		move.Time = *asked.Time
		return s.capital.Submit(ctx, move)
	}
	fresh := node.Local
	for tries := 1; ; tries++ {
		move.Time = s.opt.Clock()
		_, err := s.capital.Read(ctx, fresh, func(state *terms.State) { move.Time = max(move.Time, state.Now()) })
		if err != nil {
			return node.Receipt{Outcome: node.Unknown, MayBeRecorded: asked.Number != 0, Number: asked.Number},
				fmt.Errorf("%w: its time is not known: %w", node.ErrNotRecorded, err)
		}
		receipt, err := s.capital.Submit(ctx, move)
		if err != nil || receipt.Result.Code != terms.RefusedTime || tries == maxLate {
			return receipt, err
		}
		// This capital lags behind the record, or another one was faster. The refusal left no trace, and no copy is on its way.
		fresh = node.Linearizable
	}
}

func answerOf(r *node.Receipt) MoveAnswer {
	return MoveAnswer{Outcome: r.Outcome, MayBeRecorded: r.MayBeRecorded, Number: r.Number, Index: r.Index,
		Sequence: r.Result.Sequence, Repeat: r.Result.Repeat, Code: r.Result.Code, Reason: r.Result.Reason, Via: r.Via,
		Events: r.Result.Events}
}

// sendJSON writes an answer. An error is returned only before anything was written.
func sendJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return problem(http.StatusInternalServerError, CodeInternal, "the answer cannot be encoded: %v", err)
	}
	send(w, status, "application/json", append(b, '\n'))
	return nil
}
