package node

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

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
	moves := n.encode(batch)
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

// encode signs and encodes the moves of a batch, up to the first one that is too long.
func (n *Node) encode(batch []*waiting) (encoded [][]byte) {
	moves, signed := make([]terms.Move, len(batch)), make([]*terms.Move, len(batch))
	for i, w := range batch {
		moves[i] = w.move
		signed[i] = &moves[i]
	}
	if n.cfg.Key != nil {
		n.sign(signed...)
	}
	size := 0
	for i := range moves {
		b, err := moves[i].Encode()
		if size += len(b); err != nil || size > maxBatchBytes {
			break
		}
		encoded = append(encoded, b)
	}
	return encoded
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
	place := n.rounds.enter(r, func() {
		for _, move := range q.Moves {
			if ctx.Err() != nil {
				break
			}
			f, err := n.intake.put(r, func() raft.Future { return r.Apply(move, n.cfg.AttemptTimeout) })
			if err != nil {
				break
			}
			futures = append(futures, f)
		}
	})
	defer n.rounds.leave(place)
	n.lines.put(q.Capital, q.First+uint64(len(q.Moves)))
	<-place.taken
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
