package node

import (
	"context"
	"fmt"
	"runtime"

	"github.com/parley-sim/parley/node/terms"
)

// submitInTurn submits a move that may go together with others.
func (n *Node) submitInTurn(ctx context.Context, move terms.Move) (Receipt, error) {
	for range maxRenumber {
		w := n.queue.add(move)
		receipt, next, err := n.waitInTurn(ctx, w)
		switch next {
		case settled:
			return receipt, err
		case inOrder:
			return n.submitOwed(ctx, w)
		case alone:
			return n.submitAlone(ctx, move)
		}
	}
	return n.submitAlone(ctx, move)
}

// waitInTurn waits until w's move has gone with a batch that has ended, and returns what came of that. If w gets the turn
// before, it goes first: with those that wait behind it, or else alone.
func (n *Node) waitInTurn(ctx context.Context, w *waiting) (Receipt, next, error) {
	turn := n.turn
	for {
		select {
		case turn <- struct{}{}:
			went, err := n.takeOff(ctx, w)
			if went {
				<-n.turn
				if n.queue.hasGone(w) {
					turn = nil
				}
				continue
			}
			var receipt Receipt
			if err == nil {
				receipt, err = n.submit(ctx, w.move)
				n.queue.refill()
			} else {
				receipt, err = noTurn(ctx)
			}
			<-n.turn
			return receipt, settled, err
		case <-w.done:
			return w.receipt, w.next, w.err
		case <-ctx.Done():
			if !n.queue.leave(w) {
				receipt, err := noTurn(ctx)
				return receipt, settled, err
			}
			select {
			case <-w.done: // just so
				if w.next != inOrder {
					return w.receipt, w.next, w.err
				}
			default:
			}
			return unknownYet(ctx, w)
		}
	}
}

// takeOff sends a batch on its way, if there is one to go. Else, if w has not gone, it takes w from the queue, and no batch
// is on its way until queue.refill. The error is that of ctx: then neither is done. The caller has the turn.
func (n *Node) takeOff(ctx context.Context, w *waiting) (went bool, err error) {
	q := &n.queue
	if q.hasGone(w) {
		return true, nil
	}
	select {
	case q.flights <- struct{}{}:
	case <-ctx.Done():
		return !q.takeAlone(w), context.Cause(ctx)
	}
	if n.cfg.Rounds > 0 && q.isBusy() {
		runtime.Gosched() // callers who were answered together come again together, if they get to run
	}
	q.mu.Lock()
	var batch []*waiting
	follows := false
	together := n.numbers.known && n.numbers.name != "" && len(n.numbers.open) == 0 && q.abandoned == 0 &&
		(q.busy || len(q.list) > 1 || len(q.flights) > 1)
	if together {
		batch = q.take(w)
		follows = n.numbers.sent > 0
		n.number(batch)
		q.busy = len(batch) > 1 || len(q.flights) > 1
	}
	q.mu.Unlock()
	if len(batch) > 0 {
		n.group.add()
		go n.fly(batch, follows)
		return true, nil
	}
	<-q.flights
	if !q.takeAlone(w) {
		return true, nil
	}
	if err := q.empty(ctx); err != nil {
		return false, err
	}
	n.numbers.sent = 0
	return false, nil
}

func noTurn(ctx context.Context) (Receipt, error) {
	return Receipt{Outcome: Unknown}, fmt.Errorf("%w: it did not get its turn: %w", ErrNotRecorded, context.Cause(ctx))
}

// haveTurn waits for the turn, and until no batch is on its way. The caller gives both back with giveTurn.
func (n *Node) haveTurn(ctx context.Context) error {
	select {
	case n.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := n.queue.empty(ctx); err != nil {
		<-n.turn
		return err
	}
	n.numbers.sent = 0
	return nil
}

func (n *Node) giveTurn() {
	n.queue.refill()
	<-n.turn
}

func unknownYet(ctx context.Context, w *waiting) (Receipt, next, error) {
	return Receipt{Outcome: Unknown, MayBeRecorded: true, Number: w.move.Number, Attempts: 1}, settled,
		fmt.Errorf("%w: %w", ErrUnknown, context.Cause(ctx))
}

// submitAlone waits for the turn and submits a move by itself.
func (n *Node) submitAlone(ctx context.Context, move terms.Move) (Receipt, error) {
	if err := n.haveTurn(ctx); err != nil {
		return noTurn(ctx)
	}
	defer n.giveTurn()
	return n.submit(ctx, move)
}

// submitOwed waits for the turn and settles a move that has a number and may be in the record.
func (n *Node) submitOwed(ctx context.Context, w *waiting) (Receipt, error) {
	defer n.queue.leave(w) // if it stays open, it is anybody's who submits the same
	if err := n.haveTurn(ctx); err != nil {
		receipt, _, err := unknownYet(ctx, w)
		return receipt, err
	}
	defer n.giveTurn()
	move := w.move
	receipt, err := n.submit(ctx, move)
	if err != nil || receipt.Result.Code != terms.RefusedNumber || receipt.Result.Sequence != 0 {
		return receipt, err
	}
	// As in submit: if the number went to another move, no copy of this one can get in under it.
	if err := n.learnNumber(ctx); err != nil || n.numbers.last < move.Number {
		return receipt, nil
	}
	move.Number = 0
	return n.submit(ctx, move)
}
