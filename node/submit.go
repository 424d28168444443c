package node

import (
	"context"
	"fmt"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/terms"
)

// numbering is how the capital numbers its own moves. It is guarded by Node.turn.
type numbering struct {
	known    bool        // whether last is: after a start it has to be read from the record
	last     uint64      // number of the capital's last move in the record
	name     string      // of the conference, as far as it has been read
	open     *terms.Move // a move whose outcome is not known; it keeps its number until it is
	founding bool        // whether a founding move was submitted whose outcome is not known
}

// maxRenumber bounds how often one Submit takes a new number because the old one was used by another move.
const maxRenumber = 3

// Submit records one of this capital's moves: it numbers and signs it, takes it to the leader, and tries again under the
// same number until the outcome is known or ctx ends. Moves are submitted one at a time, in the order of the calls.
//
// A zero Number is assigned. A move whose outcome was Unknown is submitted again with the Number of its receipt, and may
// carry a later Time. Until then it stays open, and is settled before a move with a new number is tried; a move that is the
// same but for its Time and has no Number is taken for the open one. The capital's id is filled in, and the conference
// where the record names it; a move that bears a Signature is not signed again.
//
// The founding move (VerbCharter) is of no capital and has no number; submitting the same charter again is safe.
//
// The error is nil if the outcome is Recorded or Refused. Else it wraps ErrUnknown where Receipt.MayBeRecorded is set and
// ErrNotRecorded where it is not.
func (n *Node) Submit(ctx context.Context, move terms.Move) (Receipt, error) {
	none := Receipt{Outcome: Unknown}
	if move.Verb != terms.VerbCharter {
		if move.Capital != "" && move.Capital != n.cfg.ID {
			return none, fmt.Errorf("%w: %s cannot make moves of %s", ErrNotRecorded, n.cfg.ID, move.Capital)
		}
		move.Capital = n.cfg.ID
	}
	if !n.group.enter() {
		return none, fmt.Errorf("%w: %w", ErrNotRecorded, ErrClosed)
	}
	defer n.group.leave()
	ctx, stop := n.whileOpen(ctx)
	defer stop()
	select {
	case n.turn <- struct{}{}:
		defer func() { <-n.turn }()
	case <-ctx.Done():
		return none, fmt.Errorf("%w: it did not get its turn: %w", ErrNotRecorded, context.Cause(ctx))
	}
	if move.Verb == terms.VerbCharter {
		receipt, err := n.record(ctx, move, n.numbers.founding)
		n.numbers.founding = receipt.MayBeRecorded
		return receipt, err
	}
	return n.submit(ctx, move)
}

// submit finds the move's number and records it. The caller has the turn.
func (n *Node) submit(ctx context.Context, move terms.Move) (Receipt, error) {
	preset, open := move.Number != 0, n.numbers.open
	if !preset || move.Conference == "" {
		if err := n.learnNumber(ctx); err != nil && preset {
			return Receipt{Outcome: Unknown, MayBeRecorded: true, Number: move.Number}, fmt.Errorf("%w: %w", ErrUnknown, err)
		} else if err != nil {
			return Receipt{Outcome: Unknown}, fmt.Errorf("%w: %w", ErrNotRecorded, err)
		}
	}
	if move.Conference == "" {
		move.Conference = n.numbers.name
	}
	if preset {
		return n.record(ctx, move, true)
	}
	if open != nil {
		move.Number = open.Number
		if move.Digest() == open.Digest() {
			return n.record(ctx, move, true)
		}
		if receipt, err := n.record(ctx, *open, true); err != nil {
			return Receipt{Outcome: Unknown}, fmt.Errorf("%w: its capital's move %d is still open (%s): %w", ErrNotRecorded,
				open.Number, receipt.Outcome, context.Cause(ctx))
		}
	}
	for tries := 1; ; tries++ {
		if err := n.learnNumber(ctx); err != nil {
			return Receipt{Outcome: Unknown}, fmt.Errorf("%w: %w", ErrNotRecorded, err)
		}
		move.Number = n.numbers.last + 1
		receipt, err := n.record(ctx, move, false)
		if err != nil || receipt.Result.Code != terms.RefusedNumber || tries == maxRenumber {
			return receipt, err
		}
		// The number went to a move that this capital made before it crashed. No copy of this move can get in under it any
		// more, so another number cannot double it. If the number is still free, though, something else is wrong.
		if err := n.learnNumber(ctx); err != nil || n.numbers.last < move.Number {
			return receipt, nil
		}
		n.log.Info("took a new number: the old one was used by an earlier move", zap.Uint64("number", move.Number))
	}
}

// learnNumber asks the leader for the number of the capital's last move and the name of the conference, if they are not
// known. It cannot read them from its own state, which may lag behind for as long as a line is cut.
func (n *Node) learnNumber(ctx context.Context) error {
	if n.numbers.known && n.numbers.name != "" {
		return nil
	}
	a, _, _, err := n.call(ctx, request{Kind: kindNumber, Capital: n.cfg.ID})
	if err != nil {
		return fmt.Errorf("the number of its last move is not known: %w: %w", ErrUnavailable, err)
	}
	n.numbers.known, n.numbers.last, n.numbers.name = true, a.Number, a.Conference
	return nil
}

// record signs a numbered move, has it recorded, and keeps account of its number. again says that it may have been tried before.
// The caller has the turn.
func (n *Node) record(ctx context.Context, move terms.Move, again bool) (Receipt, error) {
	if n.cfg.Key != nil && move.Signature == nil && move.Verb != terms.VerbCharter {
		move.Sign(n.cfg.Key)
	}
	encoded, err := move.Encode()
	if err != nil {
		return Receipt{Outcome: Unknown, MayBeRecorded: again}, fmt.Errorf("%w: %w", ErrNotRecorded, err)
	}
	a, tries, doubt, err := n.call(ctx, request{Kind: kindSubmit, Move: encoded})
	doubt = doubt || again
	receipt := Receipt{Outcome: Unknown, MayBeRecorded: doubt, Attempts: tries}
	numbers := &n.numbers
	if err != nil && !doubt {
		return receipt, fmt.Errorf("%w: %w", ErrNotRecorded, err)
	}
	receipt.Number = move.Number
	if err != nil {
		if move.Number != 0 {
			numbers.open = &move
		}
		return receipt, fmt.Errorf("%w: %w", ErrUnknown, err)
	}

	receipt.Result, receipt.Index, receipt.Via = a.Result, a.Index, a.Via
	receipt.Outcome = Recorded
	if a.Result.Refused {
		receipt.Outcome = Refused
	}
	if numbers.open != nil && numbers.open.Number == move.Number {
		numbers.open = nil
	}
	if a.Result.Sequence > 0 {
		receipt.MayBeRecorded = false // the record answers every other copy with this result
		numbers.last = max(numbers.last, move.Number)
	} else if doubt || a.Result.Code == terms.RefusedNumber {
		numbers.known = false // an earlier copy may have got in where this one did not
	}
	return receipt, nil
}

// apply has Raft record an encoded move, as the leader, and waits for the state machine's result.
func (n *Node) apply(ctx context.Context, move []byte) (terms.Result, uint64, error) {
	r, err := n.current()
	if err != nil {
		return terms.Result{}, 0, fmt.Errorf("%w: %w", raft.ErrNotLeader, err)
	}
	var future raft.ApplyFuture
	err = n.await(ctx, func() error {
		future = r.Apply(move, n.cfg.AttemptTimeout)
		return future.Error()
	})
	n.noteTransfer(r, err)
	if err != nil {
		return terms.Result{}, 0, err
	}
	result, ok := future.Response().(terms.Result)
	if !ok {
		return terms.Result{}, 0, fmt.Errorf("%w: no result", raft.ErrLeadershipLost)
	}
	return result, future.Index(), nil
}
