package node

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

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
	maxBatchMoves = 256
	maxBatchBytes = terms.MaxMoveBytes // encoded
	maxFlights    = 3                  // of a capital's batches on their way
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

// number gives the moves of a batch their numbers, in the order of their times. The caller has the turn and queue.mu.
func (n *Node) number(batch []*waiting) {
	slices.SortStableFunc(batch, func(a, b *waiting) int { return cmp.Compare(a.move.Time, b.move.Time) })
	n.numbers.sent = max(n.numbers.sent, n.numbers.last)
	for _, w := range batch {
		n.numbers.sent++
		w.move.Number = n.numbers.sent
		if w.move.Conference == "" {
			w.move.Conference = n.numbers.name
		}
	}
}

// fly tries once to have a batch recorded, and tells the Submits what came of it.
func (n *Node) fly(batch []*waiting, follows bool) {
	defer n.group.leave()
	defer func() { <-n.queue.flights }()
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
	answers, via := n.attempt(ctx, &request{Version: protocolVersion, Kind: kindBatch, Hops: 1, Capital: n.cfg.ID,
		First: batch[0].move.Number, Follows: follows, Moves: moves})
	n.queue.mu.Lock()
	defer n.queue.mu.Unlock()
	for i, w := range batch {
		a := item{fate: notStored} // one that cannot be encoded, and those after it, go alone
		if i < len(answers) {
			a = answers[i]
		}
		n.conclude(w, &a, via)
		close(w.done)
	}
}

// attempt takes a batch to the leader. It returns what is known of each move, and over whom they went.
func (n *Node) attempt(ctx context.Context, q *request) ([]item, []string) {
	if len(q.Moves) == 0 {
		return nil, nil
	}
	if n.IsLeader() {
		return n.applyAll(ctx, q), []string{n.cfg.ID}
	}
	a := failed(notStored, ErrUnavailable)
	if leader := n.Leader(); leader != "" && leader != n.cfg.ID && n.cfg.Links != nil {
		a = n.pass(ctx, q, leader)
	}
	if a.fate() == answered && len(a.Items) == len(q.Moves) {
		return a.Items, a.Via
	}
	none := item{fate: inDoubt}
	if a.fate() == notStored {
		none.fate = notStored
	}
	return slices.Repeat([]item{none}, len(q.Moves)), nil
}

// conclude takes notice of what came of a move of a batch. The caller has queue.mu. This was the only copy of the move, so a
// refusal without a trace is final, and its number stays free.
func (n *Node) conclude(w *waiting, a *item, via []string) {
	r, numbers := &a.result, &n.numbers
	w.next, w.ended = settled, true
	if w.left {
		n.queue.abandoned--
	}
	switch {
	case a.fate == inDoubt:
		w.next = inOrder
		numbers.keepOpen(w.move, w)
		return
	case a.fate == notStored, r.Code == terms.RefusedSignature:
		w.next = alone
		numbers.known = false // those on their way after it are refused
		return
	case r.Sequence > 0:
		numbers.last = max(numbers.last, w.move.Number)
		if w.left {
			numbers.keepOpen(w.move, w) // so that it is recognised if its caller comes back
		}
	case r.Code == terms.RefusedNumber:
		w.next = again
		numbers.known = false // a move before it was refused, or got in while this capital did not know
		return
	default:
		numbers.known = false
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

// applyAll has Raft record a batch in order, as the leader, and waits for the results.
func (n *Node) applyAll(ctx context.Context, q *request) []item {
	r, err := n.current()
	if err != nil {
		return slices.Repeat([]item{{fate: notStored}}, len(q.Moves))
	}
	done := make(chan []item, 1)
	n.group.add()
	go func() {
		defer n.group.leave()
		done <- n.putAll(ctx, r, q)
	}()
	select {
	case items := <-done:
		return items
	case <-ctx.Done():
		return slices.Repeat([]item{{fate: inDoubt}}, len(q.Moves))
	}
}

func (n *Node) putAll(ctx context.Context, r *raft.Raft, q *request) []item {
	items := slices.Repeat([]item{{fate: notStored}}, len(q.Moves))
	var futures []raft.Future
	if q.Follows {
		n.lines.wait(ctx, q.Capital, q.First)
	}
	for _, move := range q.Moves {
		f, err := n.intake.put(r, func() raft.Future { return r.Apply(move, n.cfg.AttemptTimeout) })
		if err != nil || ctx.Err() != nil {
			break
		}
		futures = append(futures, f)
	}
	n.lines.put(q.Capital, q.First+uint64(len(q.Moves)))
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

// lines has batches of a capital that overtook each other on their way to the leader get into Raft's queue in order.
type lines struct {
	mu      sync.Mutex
	next    map[string]uint64 // by capital: the number after its last batch
	changed chan struct{}     // closed at the next change
}

// maxLineWait is how long a batch waits for those before it.
const maxLineWait = 20 * time.Millisecond

func newLines() lines { return lines{next: map[string]uint64{}, changed: make(chan struct{})} }

// wait waits until the move before number is in the queue, if it may be on its way.
func (l *lines) wait(ctx context.Context, capital string, number uint64) {
	var timeout <-chan time.Time
	for {
		l.mu.Lock()
		next, known := l.next[capital]
		changed := l.changed
		l.mu.Unlock()
		if !known || number <= next {
			return
		}
		if timeout == nil {
			timer := time.NewTimer(maxLineWait)
			defer timer.Stop()
			timeout = timer.C
		}
		select {
		case <-changed:
		case <-timeout:
			return
		case <-ctx.Done():
			return
		}
	}
}

// put notes that all moves before number have been put into the queue.
func (l *lines) put(capital string, number uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next[capital] = number
	close(l.changed)
	l.changed = make(chan struct{})
}
