package sim

import (
	"context"
	"slices"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// How long a capital tries to have a move recorded before it waits for a later event, in Raft time. One that has a way to
// a possible leader gets long enough for several elections; one that has none is tried all the same, but briefly.
const (
	patience      = 30 * time.Second
	hopelessWait  = 700 * time.Millisecond
	hopelessRetry = 50 * time.Millisecond
)

// pending is a move that its capital has not had recorded yet.
type pending struct {
	order  int // among all moves of the run, as they were made
	move   terms.Move
	number uint64 // under which it may be in the record already; 0: it certainly is not
	wait   *Wait  // once it had to wait
	played *Played
	result chan submitted // while it is being submitted
	shown  bool           // the timeline has it
}

type submitted struct {
	receipt node.Receipt
	err     error
}

// enqueue adds a move to those that the capital makes, one after the other.
func (r *runner) enqueue(c *capital, m terms.Move, policy bool) {
	m.Capital, m.Conference = c.id, r.scenario.Charter.Conference
	r.made++
	c.queue = append(c.queue, &pending{order: r.made, move: m, played: &Played{Move: m, Outcome: string(node.Unknown), First: r.now, Policy: policy}})
}

// pump submits the capital's moves until one has to wait. If patient, it waits for each to be recorded; otherwise it goes
// on at once, and what becomes of the move is seen later.
func (r *runner) pump(c *capital, patient bool) {
	for len(c.queue) > 0 {
		p := c.queue[0]
		if p.result == nil && c.machine == nil {
			r.mustWait(c, p, c.downBecause)
			return
		}
		if !patient {
			if p.result == nil {
				r.submit(c, p)
			}
			return
		}
		if !r.await(c, p) {
			return
		}
	}
}

// submit starts to have a move recorded.
func (r *runner) submit(c *capital, p *pending) {
	s, done := r.submission(c, p), make(chan submitted, 1)
	p.result = done
	go func() { done <- s.submit(r.ctx) }()
}

// await waits until a move is recorded, which it starts if that is not under way, and reports whether it is done with.
func (r *runner) await(c *capital, p *pending) bool {
	if p.result != nil {
		return r.concluded(c, p, <-p.result)
	}
	s := r.submission(c, p)
	return r.concluded(c, p, s.submit(r.ctx))
}

// submission is a try to have a move recorded.
type submission struct {
	move   terms.Move
	to     machine
	budget time.Duration // of Raft time
}

// submit has the move recorded now, on any goroutine.
func (s *submission) submit(ctx context.Context) submitted {
	receipt, err := s.to.submit(ctx, s.move, s.budget)
	return submitted{receipt, err}
}

// submission returns the next try to have a move recorded.
func (r *runner) submission(c *capital, p *pending) submission {
	budget := hopelessWait
	switch {
	case r.canRecord(c):
		budget = patience
	case p.wait != nil:
		budget = hopelessRetry
	}
	m := p.move
	m.Time, m.Number = r.now, p.number
	p.played.Tries++
	return submission{m, c.machine, budget}
}

// concluded takes in the result of a submission, and reports whether the move is done with.
func (r *runner) concluded(c *capital, p *pending, s submitted) bool {
	p.result = nil
	p.number = 0
	if s.receipt.MayBeRecorded {
		p.number = s.receipt.Number
	}
	if s.err != nil || s.receipt.Outcome == node.Unknown {
		why := r.whyNot(c)
		if s.receipt.MayBeRecorded {
			why += "; no answer came back, so it does not know whether it is recorded"
		}
		r.mustWait(c, p, why)
		return false
	}
	r.collect()
	c.queue = c.queue[1:]
	p.played.Outcome = string(s.receipt.Outcome)
	p.played.Code, p.played.Reason = s.receipt.Result.Code, s.receipt.Result.Reason
	if via := s.receipt.Via; len(via) > 0 {
		p.played.Leader = via[len(via)-1]
		if len(via) > 1 {
			p.played.Via = via[:len(via)-1]
			r.report.RelayedMoves++
		}
	}
	if p.wait != nil {
		p.wait.Until, p.wait.Ended, p.wait.Tries = r.now, true, p.played.Tries
	}
	if s.receipt.Outcome == node.Refused && s.receipt.Result.Sequence == 0 {
		r.show(p, nil) // it left no trace in the record
	}
	r.journal.checker.Acknowledged(c.id, s.receipt.Number, s.receipt.Result)
	if s.receipt.Result.Sequence > 0 {
		c.ownRecorded()
	}
	return true
}

// mustWait notes that a move could not be recorded now.
func (r *runner) mustWait(c *capital, p *pending, why string) {
	if p.wait != nil {
		p.wait.Tries = p.played.Tries
		return
	}
	p.wait = &Wait{Capital: c.id, Verb: p.move.Verb, Plan: p.move.Plan, Term: p.move.Term, Since: p.played.First, Tries: p.played.Tries, Why: why}
	c.waits = append(c.waits, p.wait)
	r.report.Timeline = append(r.report.Timeline, Item{Kind: ItemWaiting, At: r.now, RaftAt: r.raftTime(), Move: p.played,
		Capital: c.id, Text: why})
}

// whyNot says why the capital cannot have moves recorded.
func (r *runner) whyNot(c *capital) string {
	switch {
	case c.machine == nil:
		return c.downBecause
	case !r.majorityConnected():
		return "no quorum: no majority of the voting capitals is connected"
	case !r.canRecord(c):
		return "cut off from every capital that could lead"
	}
	return "no leader took it in time"
}

// retry tries the waiting moves again in the order in which they were made, and takes in what became of those that were
// under way. A capital whose move has to go on waiting is not asked for its later ones.
func (r *runner) retry() {
	var tried []*capital
	for {
		c := r.waitsLongest(tried)
		if c == nil {
			return
		}
		p := c.queue[0]
		patient := p.result == nil || r.done(p)
		if !patient || !r.await(c, p) {
			tried = append(tried, c)
			continue
		}
		r.settle()
	}
}

// waitsLongest returns the capital whose next move was made first, of those that have one to be tried now; nil if none.
func (r *runner) waitsLongest(but []*capital) *capital {
	var first *capital
	for _, c := range r.capitals {
		if len(c.queue) == 0 || slices.Contains(but, c) || c.machine == nil && c.queue[0].result == nil {
			continue
		}
		if first == nil || c.queue[0].order < first.queue[0].order {
			first = c
		}
	}
	return first
}

// done reports whether a submission has come to its end.
func (r *runner) done(p *pending) bool { return len(p.result) > 0 }

// tickClock settles the deadlines that are due, by a clock move of a capital that can have one recorded: the record has to
// say that time has passed.
func (r *runner) tickClock() {
	if r.direct {
		r.stalled = r.record(r.capitals[0], &terms.Move{Verb: terms.VerbClock}, false).Refused
		return
	}
	r.stalled = true
	for _, c := range r.capitals {
		if len(c.queue) > 0 || !r.canRecord(c) {
			continue
		}
		receipt, err := c.machine.submit(r.ctx, terms.Move{Capital: c.id, Conference: r.scenario.Charter.Conference,
			Verb: terms.VerbClock, Time: r.now}, patience)
		if err == nil && receipt.Outcome == node.Recorded {
			r.journal.checker.Acknowledged(c.id, receipt.Number, receipt.Result)
			r.stalled = false
			r.settle()
			return
		}
	}
}
