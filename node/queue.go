package node

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// Moves that are submitted at the same time go to the leader together, numbered in order, and it puts them into Raft's
// queue in that order, so that one write to the disk takes many of them. That is tried once. A move that got no answer this
// way goes on alone, as if it had been submitted by itself: with its number if it may be in the record, else without.

// Bounds on a batch.
const (
	maxBatchMoves = 256
	maxBatchBytes = terms.MaxMoveBytes // encoded
)

// queue holds the Submits that wait for the turn.
type queue struct {
	mu   sync.Mutex
	list []*waiting
}

// waiting is a Submit that waits for the turn, or for the end of the batch that its move has gone with. Its fields are
// guarded by queue.mu until done is closed.
type waiting struct {
	move terms.Move // with its number once it has one
	gone bool       // it is in a batch
	left bool       // the caller did not wait any longer
	done chan struct{}

	// What came of the batch:
	next    next
	receipt Receipt
	err     error
}

// next is what a Submit does when the batch that its move has gone with has ended.
type next uint8

const (
	settled next = iota // it returns the receipt
	again               // it waits for another batch: its number was not the next one
	alone               // it is submitted by itself, without the number: it is not in the record
	inOrder             // it is submitted by itself, with the number: it may be in the record
)

func (q *queue) add(move terms.Move) *waiting {
	w := &waiting{move: move, done: make(chan struct{})}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, w)
	return w
}

// take takes a batch from the queue, or w alone if together is not set. It returns nil if w has gone already.
func (q *queue) take(w *waiting, together bool) (batch []*waiting) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.gone {
		return nil
	}
	if together {
		n := min(len(q.list), maxBatchMoves)
		batch, q.list = slices.Clone(q.list[:n]), slices.Delete(q.list, 0, n)
	} else {
		at := slices.Index(q.list, w)
		batch, q.list = []*waiting{w}, slices.Delete(q.list, at, at+1)
	}
	for _, b := range batch {
		b.gone = true
	}
	return batch
}

// leave notes that a caller waits no longer. It reports whether its move has gone with a batch.
func (q *queue) leave(w *waiting) (gone bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	w.left = true
	if at := slices.Index(q.list, w); at >= 0 {
		q.list = slices.Delete(q.list, at, at+1)
	}
	return w.gone
}

func (q *queue) hasLeft(w *waiting) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return w.left
}

// submitInTurn submits a move that may go together with others.
func (n *Node) submitInTurn(ctx context.Context, move terms.Move) (Receipt, error) {
	for range maxRenumber {
		w := n.queue.add(move)
		receipt, err, next := n.waitInTurn(ctx, w)
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
func (n *Node) waitInTurn(ctx context.Context, w *waiting) (Receipt, error, next) {
	for {
		select {
		case n.turn <- struct{}{}:
			batch := n.queue.take(w, n.numbers.known && n.numbers.name != "" && len(n.numbers.open) == 0)
			if len(batch) > 1 {
				n.number(batch)
				n.group.add()
				go n.goTogether(batch)
				continue
			}
			if batch == nil {
				<-n.turn
				continue
			}
			receipt, err := n.submit(ctx, w.move)
			<-n.turn
			return receipt, err, settled
		case <-w.done:
			return w.receipt, w.err, w.next
		case <-ctx.Done():
			if !n.queue.leave(w) {
				return Receipt{Outcome: Unknown}, fmt.Errorf("%w: it did not get its turn: %w", ErrNotRecorded, context.Cause(ctx)), settled
			}
			select {
			case <-w.done: // just so
				if w.next != inOrder {
					return w.receipt, w.err, w.next
				}
			default:
			}
			return unknownYet(ctx, w)
		}
	}
}

func unknownYet(ctx context.Context, w *waiting) (Receipt, error, next) {
	return Receipt{Outcome: Unknown, MayBeRecorded: true, Number: w.move.Number, Attempts: 1},
		fmt.Errorf("%w: %w", ErrUnknown, context.Cause(ctx)), settled
}

// submitAlone waits for the turn and submits a move by itself.
func (n *Node) submitAlone(ctx context.Context, move terms.Move) (Receipt, error) {
	select {
	case n.turn <- struct{}{}:
		defer func() { <-n.turn }()
	case <-ctx.Done():
		return Receipt{Outcome: Unknown}, fmt.Errorf("%w: it did not get its turn: %w", ErrNotRecorded, context.Cause(ctx))
	}
	return n.submit(ctx, move)
}

// submitOwed waits for the turn and settles a move that has a number and may be in the record.
func (n *Node) submitOwed(ctx context.Context, w *waiting) (Receipt, error) {
	defer n.queue.leave(w) // if it stays open, it is anybody's who submits the same
	select {
	case n.turn <- struct{}{}:
		defer func() { <-n.turn }()
	case <-ctx.Done():
		receipt, err, _ := unknownYet(ctx, w)
		return receipt, err
	}
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

// number gives the moves of a batch their numbers, in the order of their times. The caller has the turn.
func (n *Node) number(batch []*waiting) {
	n.queue.mu.Lock()
	defer n.queue.mu.Unlock()
	slices.SortStableFunc(batch, func(a, b *waiting) int { return cmp.Compare(a.move.Time, b.move.Time) })
	for i, w := range batch {
		w.move.Number = n.numbers.last + 1 + uint64(i)
		if w.move.Conference == "" {
			w.move.Conference = n.numbers.name
		}
	}
}

// goTogether tries once to have a batch recorded, and tells the Submits what came of it. It gives the turn back.
func (n *Node) goTogether(batch []*waiting) {
	defer n.group.leave()
	defer func() { <-n.turn }()
	var moves [][]byte
	size := 0
	for _, w := range batch {
		move := w.move
		if n.cfg.Key != nil {
			move.Sign(n.key())
		}
		encoded, err := move.Encode()
		if size += len(encoded); err != nil || size > maxBatchBytes {
			break
		}
		moves = append(moves, encoded)
	}
	ctx, cancel := context.WithTimeout(n.ctx, n.cfg.AttemptTimeout)
	defer cancel()
	answers, via := n.attempt(ctx, moves)
	for i, w := range batch {
		a := item{fate: notStored} // one that cannot be encoded, and those after it, go alone
		if i < len(answers) {
			a = answers[i]
		}
		n.conclude(w, &a, via)
		close(w.done)
	}
}

// attempt has the leader record encoded moves, in order. It returns what is known of each, and over whom they went.
func (n *Node) attempt(ctx context.Context, moves [][]byte) ([]item, []string) {
	if len(moves) == 0 {
		return nil, nil
	}
	if n.IsLeader() {
		return n.applyAll(ctx, moves), []string{n.cfg.ID}
	}
	a := failed(notStored, ErrUnavailable)
	if leader := n.Leader(); leader != "" && leader != n.cfg.ID && n.cfg.Links != nil {
		a = n.pass(ctx, &request{Version: protocolVersion, Kind: kindBatch, Hops: 1, Moves: moves}, leader)
	}
	if a.fate() == answered && len(a.Items) == len(moves) {
		return a.Items, a.Via
	}
	none := item{fate: inDoubt}
	if a.fate() == notStored {
		none.fate = notStored
	}
	return slices.Repeat([]item{none}, len(moves)), nil
}

// conclude takes notice of what came of a move of a batch. The caller has the turn. This was the only copy of the move, so a
// refusal without a trace is final, and its number stays free.
func (n *Node) conclude(w *waiting, a *item, via []string) {
	r, numbers := &a.result, &n.numbers
	w.next = settled
	switch {
	case a.fate == inDoubt:
		w.next = inOrder
		numbers.keepOpen(w.move, w)
		return
	case a.fate == notStored, r.Code == terms.RefusedSignature:
		w.next = alone
		return
	case r.Sequence > 0:
		numbers.last = max(numbers.last, w.move.Number)
		if n.queue.hasLeft(w) {
			numbers.keepOpen(w.move, w) // so that it is recognised if its caller comes back
		}
	case r.Code == terms.RefusedNumber:
		w.next = again
		numbers.known = false // a move before it was refused, or got in while this capital did not know
		return
	}
	w.receipt = Receipt{Outcome: Recorded, Number: w.move.Number, Index: a.index, Result: *r, Via: via, Attempts: 1}
	if r.Refused {
		w.receipt.Outcome = Refused
	}
}

// item is what the leader knows of one move of a batch.
type item struct {
	fate   fate
	result terms.Result // if it was answered
	index  uint64
}

// applyAll has Raft record encoded moves in order, as the leader, and waits for the results.
func (n *Node) applyAll(ctx context.Context, moves [][]byte) []item {
	r, err := n.current()
	if err != nil {
		return slices.Repeat([]item{{fate: notStored}}, len(moves))
	}
	done := make(chan []item, 1)
	n.group.add()
	go func() {
		defer n.group.leave()
		done <- n.putAll(ctx, r, moves)
	}()
	select {
	case items := <-done:
		return items
	case <-ctx.Done():
		return slices.Repeat([]item{{fate: inDoubt}}, len(moves))
	}
}

func (n *Node) putAll(ctx context.Context, r *raft.Raft, moves [][]byte) []item {
	items := slices.Repeat([]item{{fate: notStored}}, len(moves))
	var futures []raft.Future
	for _, move := range moves {
		f, err := n.intake.put(r, func() raft.Future { return r.Apply(move, n.cfg.AttemptTimeout) })
		if err != nil || ctx.Err() != nil {
			break
		}
		futures = append(futures, f)
	}
	var last error
	for i, f := range futures {
		err := n.intake.answer(f)
		if items[i].fate = fateOf(err); err != nil {
			last = err
			continue
		}
		future := f.(raft.ApplyFuture)
		result, ok := future.Response().(terms.Result)
		if !ok {
			items[i].fate = inDoubt
			continue
		}
		items[i].result, items[i].index = result, future.Index()
	}
	n.noteTransfer(r, last)
	return items
}
