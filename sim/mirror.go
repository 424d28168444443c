package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/check"
)

// mirror is what a capital of a cluster has applied since it was started, as its own stream tells: its record, replayed
// move by move. It lags behind the capital by a few milliseconds; stand tells by how much.
type mirror struct {
	mu       sync.Mutex
	state    *terms.State
	sequence uint64 // moves in it
	index    uint64 // log index of the last one
	told     uint64 // how many it had when the capital's own hash of it was last compared
}

func newMirror(s *shared) mirror { return mirror{state: terms.New(s.options())} }

// follow takes in what the capital's stream tells, until ctx ends.
func (p *process) follow(ctx context.Context) {
	for e, err := range p.client.Follow(ctx, 0) {
		switch {
		case err != nil:
			if ctx.Err() == nil {
				p.cluster.fail(fmt.Errorf("follow %s: %w", p.capital.id, err))
			}
			return
		case e.Move != nil:
			if err := p.take(e.Move); err != nil {
				p.cluster.fail(err)
				return
			}
		case e.Raft != nil:
			p.cluster.r.watch.seeRaft(e.Raft)
			if e.Raft.Kind == node.EventState && e.Raft.State == raft.Leader.String() {
				p.cluster.elected(p.capital.id, e.Raft.RaftTerm)
			}
		}
	}
}

// take replays one move of the capital's record.
func (p *process) take(e *terms.Entry) error {
	w, m := p.cluster, &p.mirror
	encoded, err := e.Move.Encode() // as it is in the log
	if err != nil {
		return fmt.Errorf("move %d in the record of %s: %w", e.Result.Sequence, p.capital.id, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Apply(&e.Move)
	w.r.journal.apply(p.capital, e, &check.Application{Index: e.Index, RaftTerm: e.RaftTerm, Digest: sha256.Sum256(encoded),
		Hash: m.state.Hash(), Sequence: e.Result.Sequence})
	m.sequence, m.index = e.Result.Sequence, e.Index
	if c := w.r.byID[e.Move.Capital]; c != nil {
		raise(&w.numbers[c.place], e.Move.Number)
	}
	w.shown.reach(m.sequence)
	return nil
}

// length is how long the longest record is that any mirror has shown.
type length struct {
	mu      sync.Mutex
	moves   uint64
	changed chan struct{} // closed when it grows; nil if nobody waits for that
}

func (l *length) reach(moves uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if moves <= l.moves {
		return
	}
	l.moves = moves
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// wait waits until the record has so many moves, or ctx ends.
func (l *length) wait(ctx context.Context, moves uint64) {
	for {
		l.mu.Lock()
		there := l.moves >= moves
		if !there && l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		l.mu.Unlock()
		if there {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

func (p *process) view(f func(*terms.State)) {
	p.mirror.mu.Lock()
	defer p.mirror.mu.Unlock()
	f(p.mirror.state)
}

func (p *process) stand() standing {
	ctx, cancel := context.WithTimeout(p.cluster.r.ctx, answerPatience)
	defer cancel()
	s, err := p.client.Status(ctx)
	if err != nil {
		return standing{silent: true}
	}
	leads := s.State == raft.Leader.String()
	// The Raft term was the same then as after the machine was seen to lead, so it led in that term. The stream tells of
	// elections too, but not of one before it began.
	if leads && s.RaftTerm == p.before.RaftTerm {
		p.cluster.elected(p.capital.id, s.RaftTerm)
	}
	p.before = s
	applied := s.AppliedIndex
	if index, all := p.compare(&s); !all {
		applied = min(applied, index)
	}
	return standing{leads: leads, follows: s.Leader, last: s.LastIndex, applied: applied}
}

// compare compares the capital's own hash of its state with what its record adds up to. It returns the index of the last
// move in the mirror, and whether that has all moves that the status tells of.
func (p *process) compare(s *api.Status) (index uint64, all bool) {
	m := &p.mirror
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sequence == s.Sequence && m.sequence > m.told {
		var hash [32]byte
		if b, err := hex.DecodeString(s.StateHash); err == nil {
			copy(hash[:], b)
		}
		p.cluster.r.journal.checker.Told(p.capital.id, m.index, hash)
		m.told = m.sequence
	}
	return m.index, m.sequence >= s.Sequence
}

// answerGrace is how much longer than the capital the runner waits for the answer to a move.
const answerGrace = 10 * time.Second

// submit makes a move over the capital's interface, which numbers and signs it. When it is recorded, a mirror has it.
func (p *process) submit(ctx context.Context, m terms.Move, within time.Duration) (node.Receipt, error) {
	w := p.cluster
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, waitKey{}, within), within+answerGrace)
	defer cancel()
	answer, err := p.client.Submit(ctx, api.MoveRequest{Number: m.Number, Time: &m.Time, Verb: m.Verb, Plan: m.Plan,
		Version: m.Version, Draft: m.Draft, Set: m.Set, Drop: m.Drop, If: m.If, Citing: m.Citing, Term: m.Term, Value: m.Value,
		Of: m.Of, Against: m.Against, For: m.For, Text: m.Text, Admit: m.Admit, Key: m.Key})
	receipt := node.Receipt{Outcome: answer.Outcome, MayBeRecorded: answer.MayBeRecorded, Number: answer.Number,
		Index: answer.Index, Via: answer.Via, Result: terms.Result{Refused: answer.Outcome == node.Refused, Code: answer.Code,
			Reason: answer.Reason, Repeat: answer.Repeat, Sequence: answer.Sequence, Events: answer.Events}}
	number := &w.numbers[p.capital.place]
	switch {
	case err == nil && answer.Sequence > 0:
		raise(number, answer.Number)
		w.shown.wait(ctx, answer.Sequence) // the stream may be slower than the answer
	case errors.Is(err, node.ErrUnknown) && receipt.Number == 0:
		// The answer was lost with the process. Nobody else makes the capital's moves, and one at a time, so its number was
		// the next one.
		receipt.Number = number.Load() + 1
	}
	return receipt, err
}

func (p *process) handOver(ctx context.Context, to string) error {
	_, err := p.client.Lead(ctx, to)
	return err
}

// raise sets a number to a higher one.
func raise(n *atomic.Uint64, to uint64) {
	for old := n.Load(); to > old && !n.CompareAndSwap(old, to); old = n.Load() {
	}
}
