package node

import (
	"context"
	"slices"
	"sync"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
)

// Moves that are submitted at the same time go to the leader in batches, numbered in order, several of them on their way at
// once. The leader puts them into Raft's queue in that order, so that one write to the disk takes many. This is tried once.
// A move that got no answer this way goes on alone, as if it had been submitted by itself: with its number if it may be in
// the record, else without. Moves alone wait until no batch is on its way.
//
// Exactly once: of a move there is one copy in a batch. It is numbered anew only after the state machine has refused that
// copy, or it was certainly not stored. So the order in which batches come to the leader matters for speed alone: a move
// that overtakes another is refused, as its number is not the next one.

// Bounds on a batch.
const (
	maxBatchMoves = signature.MaxTogether
	maxBatchBytes = terms.MaxMoveBytes // encoded
	maxFlights    = 8                  // of a capital's batches on their way
)

// queue holds the Submits that wait for the turn.
type queue struct {
	flights chan struct{} // holds one for each batch on its way

	mu        sync.Mutex // guards also Node.numbers, where not everything on its way has ended
	list      []*waiting
	abandoned int  // moves in batches on their way whose callers have left
	busy      bool // moves came together lately
}

func newQueue() queue { return queue{flights: make(chan struct{}, maxFlights)} }

// empty waits until no batch is on its way, and has none leave before refill. The caller has the turn.
func (q *queue) empty(ctx context.Context) error {
	for i := range maxFlights {
		select {
		case q.flights <- struct{}{}:
		case <-ctx.Done():
			for range i {
				<-q.flights
			}
			return context.Cause(ctx)
		}
	}
	return nil
}

func (q *queue) refill() {
	for range maxFlights {
		<-q.flights
	}
}

// waiting is a Submit that waits for the turn, or for the end of the batch that its move has gone with. Its fields are
// guarded by queue.mu until done is closed.
type waiting struct {
	move  terms.Move // with its number once it has one
	gone  bool       // it is in a batch
	left  bool       // the caller did not wait any longer
	ended bool       // the batch has
	done  chan struct{}

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

// take takes what waits, up to a batch. It returns nil if w has gone already.
func (q *queue) take(w *waiting) (batch []*waiting) {
	if w.gone {
		return nil
	}
	n := min(len(q.list), maxBatchMoves)
	batch, q.list = slices.Clone(q.list[:n]), slices.Delete(q.list, 0, n)
	for _, b := range batch {
		b.gone = true
	}
	return batch
}

// takeAlone takes w. It reports whether it had not gone already.
func (q *queue) takeAlone(w *waiting) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if at := slices.Index(q.list, w); at >= 0 {
		q.list = slices.Delete(q.list, at, at+1)
	}
	return !w.gone
}

// leave notes that a caller waits no longer. It reports whether its move has gone with a batch.
func (q *queue) leave(w *waiting) (gone bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.gone && !w.left && !w.ended {
		q.abandoned++
	}
	w.left = true
	if at := slices.Index(q.list, w); at >= 0 {
		q.list = slices.Delete(q.list, at, at+1)
	}
	return w.gone
}

// isBusy reports whether moves came together lately.
func (q *queue) isBusy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.busy
}

func (q *queue) hasGone(w *waiting) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return w.gone
}

func (q *queue) hasLeft(w *waiting) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return w.left
}
