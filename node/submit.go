package node

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/terms"
)

// numbering is how the capital numbers its own moves. It is guarded by Node.turn.
type numbering struct {
	known    bool       // whether last is: after a start it has to be read from the record
	last     uint64     // number of the capital's last move in the record
	name     string     // of the conference, as far as it has been read
	open     []openMove // moves whose outcomes are not known, by number; they keep their numbers until they are
	sent     uint64     // the highest number of a move on its way in a batch, or 0
	founding bool       // whether a founding move was submitted whose outcome is not known

	key ed25519.PrivateKey // the one in use, if it is not Config.Key any more
}

// openMove is a move whose outcome is not known.
type openMove struct {
	terms.Move
	by *waiting // the Submit that made it and may still wait for its outcome; nil if none does
}

// keepOpen notes that a move's outcome is not known.
func (o *numbering) keepOpen(move terms.Move, by *waiting) {
	at, known := slices.BinarySearchFunc(o.open, move.Number, byNumber)
	if !known {
		o.open = slices.Insert(o.open, at, openMove{move, by})
	}
}

// close notes that the outcome of the move with a number is known.
func (o *numbering) close(number uint64) {
	if at, known := slices.BinarySearchFunc(o.open, number, byNumber); known {
		o.open = slices.Delete(o.open, at, at+1)
	}
}

func byNumber(m openMove, number uint64) int { return cmp.Compare(m.Number, number) }

// maxRenumber bounds how often one Submit takes a new number because the old one was used by another move.
const maxRenumber = 3

// Submit records one of this capital's moves: it numbers and signs it, takes it to the leader, and tries again under the
// same number until the outcome is known or ctx ends. Moves are recorded in the order of the calls; those of calls at the
// same time go together, in any order: see queue.go.
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
	if move.Verb != terms.VerbCharter && move.Verb != terms.VerbRekey && move.Number == 0 && move.Signature == nil {
		return n.submitInTurn(ctx, move)
	}
	if err := n.haveTurn(ctx); err != nil {
		return noTurn(ctx)
	}
	defer n.giveTurn()
	if move.Verb == terms.VerbCharter {
		receipt, err := n.record(ctx, move, n.numbers.founding)
		n.numbers.founding = receipt.MayBeRecorded
		return receipt, err
	}
	return n.submit(ctx, move)
}

// submit finds the move's number and records it. The caller has the turn.
func (n *Node) submit(ctx context.Context, move terms.Move) (Receipt, error) {
	preset := move.Number != 0
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
	if !preset {
		move.Number = n.openAs(move)
	}
	if err := n.settleOpen(ctx, move.Number); err != nil && move.Number != 0 {
		return Receipt{Outcome: Unknown, MayBeRecorded: true, Number: move.Number}, fmt.Errorf("%w: %w", ErrUnknown, err)
	} else if err != nil {
		return Receipt{Outcome: Unknown}, fmt.Errorf("%w: %w", ErrNotRecorded, err)
	}
	if move.Number != 0 {
		return n.record(ctx, move, true)
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

// openAs returns the number of the open move that is the same as a move but for its time and has nobody waiting for it; 0 if
// there is none.
func (n *Node) openAs(move terms.Move) uint64 {
	for i := range n.numbers.open {
		o := &n.numbers.open[i]
		move.Number = o.Number
		if (o.by == nil || n.queue.hasLeft(o.by)) && move.Digest() == o.Digest() {
			return o.Number
		}
	}
	return 0
}

// settleOpen tries the open moves with lower numbers than a given one until their outcomes are known; 0 means all. The error
// is that of ctx. The caller has the turn.
func (n *Node) settleOpen(ctx context.Context, before uint64) error {
	for len(n.numbers.open) > 0 && (before == 0 || n.numbers.open[0].Number < before) {
		first := n.numbers.open[0].Move
		if receipt, err := n.record(ctx, first, true); err != nil {
			return fmt.Errorf("its capital's move %d is still open (%s): %w", first.Number, receipt.Outcome, context.Cause(ctx))
		}
	}
	return nil
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
// Where the record names another key of the capital's than the one in use, it signs again with that: see rekey.go. The
// caller has the turn.
func (n *Node) record(ctx context.Context, move terms.Move, again bool) (Receipt, error) {
	signs := n.cfg.Key != nil && move.Signature == nil && move.Verb != terms.VerbCharter
	if signs {
		n.sign(&move)
	}
	receipt, err := n.recordSigned(ctx, move, again)
	if signs && err == nil && receipt.Result.Code == terms.RefusedSignature && n.adoptKey(ctx) {
		n.sign(&move)
		receipt, err = n.recordSigned(ctx, move, again || receipt.MayBeRecorded)
	}
	if err == nil && move.Verb == terms.VerbRekey && receipt.Outcome == Recorded {
		n.useKey(move.Key)
	}
	return receipt, err
}

// recordSigned is record for a move that needs no signature any more.
func (n *Node) recordSigned(ctx context.Context, move terms.Move, again bool) (Receipt, error) {
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
			numbers.keepOpen(move, nil)
		}
		return receipt, fmt.Errorf("%w: %w", ErrUnknown, err)
	}

	receipt.Result, receipt.Index, receipt.Via = a.Result, a.Index, a.Via
	receipt.Outcome = Recorded
	if a.Result.Refused {
		receipt.Outcome = Refused
	}
	numbers.close(move.Number)
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
		var f raft.Future
		var err error
		place := n.rounds.enter(r, func() {
			f, err = n.intake.put(r, func() raft.Future {
				future = r.Apply(move, n.cfg.AttemptTimeout)
				return future
			})
		})
		defer n.rounds.leave(place)
		<-place.taken
		if err != nil {
			return err
		}
		return n.intake.answer(f)
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
