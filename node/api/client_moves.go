package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// Submit makes a move of the client's own capital, in one request. The error is nil if the outcome is recorded or refused.
// Else it wraps node.ErrUnknown if the move may be in the record: submit the same move again under the answer's Number; if
// that is zero, because the answer was lost, look in the record. Or it wraps node.ErrNotRecorded: the move is not in the
// record. A move that had a Number, and so may have been tried before, never ends so.
func (c *Client) Submit(ctx context.Context, move MoveRequest) (MoveAnswer, error) {
	lost := MoveAnswer{Outcome: node.Unknown, MayBeRecorded: true, Number: move.Number}
	var sent atomic.Bool // whether the capital may have received anything; the hook comes from a goroutine of the transport
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	var answer MoveAnswer
	status, err := c.do(traced, http.MethodPost, c.bases[0], "/v1/moves", &move, &answer)
	var p *Problem
	switch {
	case err == nil && status == http.StatusOK:
		return answer, nil
	case err == nil:
		return answer, fmt.Errorf("%w: %s", node.ErrUnknown, answer.Reason)
	case errors.As(err, &p) && p.Code != CodeInternal || status == 0 && p == nil && !sent.Load():
		if move.Number == 0 { // the capital has told that it did not record it, or it never had it
			return MoveAnswer{Outcome: node.Unknown, Reason: err.Error()}, fmt.Errorf("%w: %w", node.ErrNotRecorded, err)
		}
	}
	lost.Reason = err.Error()
	return lost, fmt.Errorf("%w: %w", node.ErrUnknown, err)
}

// NextNumber asks for the number of the next move of the client's own capital. Nobody keeps it free: another client of the
// capital may take it.
func (c *Client) NextNumber(ctx context.Context) (uint64, error) {
	var list CapitalList
	if _, err := c.do(ctx, http.MethodGet, c.bases[0], reading("/v1/capitals", node.Linearizable), nil, &list); err != nil {
		return 0, err
	}
	for _, x := range list.Capitals {
		if x.ID == list.Capital {
			return x.LastNumber + 1, nil
		}
	}
	return 0, fmt.Errorf("api: %s is not a capital of the conference, or it has no charter yet", list.Capital)
}

// SubmitUntilKnown makes a move and tries again until it is recorded or refused, whatever is lost on the way, or ctx ends.
// It takes a number for the move before it sends it, so that no copy can get in beside another; that costs one read. The
// errors are those of Submit; one that says nothing about the record, such as a certificate that is not accepted, ends it.
func (c *Client) SubmitUntilKnown(ctx context.Context, move MoveRequest) (MoveAnswer, error) {
	answer := MoveAnswer{Outcome: node.Unknown, MayBeRecorded: move.Number != 0, Number: move.Number}
	assign := move.Number == 0
	for tries := 1; ; tries++ {
		var err error
		if assign {
			move.Number, err = c.NextNumber(ctx)
		}
		if errors.Is(err, node.ErrExpelled) { // it can learn no number, and the record will tell it why in its answer
			return c.Submit(ctx, move)
		}
		if err == nil {
			assign = false
			answer, err = c.Submit(ctx, move)
		}
		switch {
		case err == nil && c.taken(ctx, &answer, move.Number):
			assign = true // by another move: this one is not in the record, and under the old number it can never be
			tries = 0
			continue
		case err == nil:
			return answer, nil
		case !elsewhere(err):
			return answer, err
		}
		if pause := c.pause(ctx, tries); pause != nil {
			answer.Reason = err.Error()
			if answer.MayBeRecorded {
				return answer, fmt.Errorf("%w: %w; last: %w", node.ErrUnknown, pause, err)
			}
			return answer, fmt.Errorf("%w: %w; last: %w", node.ErrNotRecorded, pause, err)
		}
	}
}

// taken reports whether a move was refused because another one has its number.
func (c *Client) taken(ctx context.Context, answer *MoveAnswer, number uint64) bool {
	if answer.Code != terms.RefusedNumber || answer.Sequence != 0 {
		return false
	}
	next, err := c.NextNumber(ctx)
	return err == nil && next > number
}
