package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// Consistency says how fresh a read must be.
type Consistency uint8

const (
	// Local reads what this capital has applied, at once. It may lag behind the record by any amount.
	Local Consistency = iota

	// Linearizable reads the state no older than the record was when the read began: every move whose outcome was known by
	// then is in it. It needs the leader, and a quorum.
	Linearizable
)

// Read calls f with the state, which f must neither change nor keep, nor anything that it points to. It returns the log
// index of the last move in that state. A linearizable read is tried until ctx ends; then it returns an error that wraps
// ErrUnavailable, and f was not called; or at once one that wraps ErrExpelled.
//
// A linearizable read fixes an index that the leader has committed, has the leader verified by a majority after that,
// waits until this capital has applied everything up to the index, and only then reads.
func (n *Node) Read(ctx context.Context, c Consistency, f func(*terms.State)) (uint64, error) {
	if c == Linearizable {
		if !n.group.enter() {
			return 0, ErrClosed
		}
		defer n.group.leave()
		ctx, stop := n.whileOpen(ctx)
		defer stop()
		a, _, _, err := n.call(ctx, request{Kind: kindRead})
		if err == nil && a.Result.Refused {
			return 0, fmt.Errorf("%w: %s", ErrExpelled, a.Result.Reason)
		}
		if err == nil {
			err = n.waitApplied(ctx, a.Index)
		}
		if err != nil && n.Leader() == "" {
			if reason := n.expulsion(n.cfg.ID); reason != "" {
				return 0, fmt.Errorf("%w: %s", ErrExpelled, reason)
			}
		}
		if err != nil {
			return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	return n.view(f), nil
}

// view calls f with the state as it is here, and returns the index of the last move in it.
func (n *Node) view(f func(*terms.State)) uint64 {
	n.fsm.mu.RLock()
	defer n.fsm.mu.RUnlock()
	f(n.fsm.state)
	return n.fsm.applied
}

// readIndex returns an index such that a state that has applied everything up to it is fresh enough for a read that
// began before the call. Only the leader can tell.
//
// A majority's word that this capital leads may be an answer to a heartbeat from before the call. Where answers are not
// told apart by when they were asked for (see heard), that is good enough as long as nobody else can have become leader
// since: a follower that answered waits for HeartbeatTimeout before it stands for election or gives its vote, and a leader
// waits no longer than LeaderLeaseTimeout for answers. A leadership transfer sidesteps that, so a leader that has tried one
// commits an entry instead, to be sure.
func (n *Node) readIndex(ctx context.Context) (uint64, error) {
	r, err := n.current()
	if err != nil {
		return 0, err
	}
	raftTerm, commit := r.CurrentTerm(), r.CommitIndex()
	if r.State() != raft.Leader {
		return 0, ErrNotLeader
	}
	if n.transfers.triedIn(raftTerm) || !n.committedIn(raftTerm, commit) {
		err := n.await(ctx, func() error { return n.intake.barrier(r, n.cfg.AttemptTimeout) })
		n.noteTransfer(r, err)
		return r.CommitIndex(), err
	}
	if err := n.verify(ctx, r, raftTerm); err != nil {
		return 0, err
	}
	if r.CurrentTerm() != raftTerm {
		return 0, ErrNotLeader
	}
	return commit, nil
}

// maxVerify bounds how often a leader is verified for one read. An answer to what was sent before comes once from each.
const maxVerify = 3

// verify has a majority say that this capital leads in a Raft term, in answer to what it is sent after the call. Where the
// answers are not told apart, or keep being older ones, see readIndex; then an entry is committed.
func (n *Node) verify(ctx context.Context, r *raft.Raft, raftTerm uint64) error {
	began := time.Now()
	for range maxVerify {
		if err := n.await(ctx, func() error { return r.VerifyLeader().Error() }); err != nil || n.heard == nil {
			return err
		}
		conf := r.GetConfiguration()
		if n.heard.since(began, raftTerm, raft.ServerID(n.cfg.ID), conf.Configuration().Servers) {
			return nil
		}
	}
	err := n.await(ctx, func() error { return n.intake.barrier(r, n.cfg.AttemptTimeout) })
	n.noteTransfer(r, err)
	return err
}

// committedIn reports whether the entry at a committed index is of the given Raft term. A leader that has not committed
// an entry of its own term yet does not know how far the record is committed.
func (n *Node) committedIn(raftTerm, index uint64) bool {
	var log raft.Log
	return n.stores.Log.GetLog(index, &log) == nil && log.Term == raftTerm
}

// waitApplied waits until the state includes every move up to a committed log index.
func (n *Node) waitApplied(ctx context.Context, index uint64) error {
	defer n.fsm.hurry()()
	for {
		change := n.fsm.change()
		caughtUp, err := n.caughtUp(index)
		if err != nil || caughtUp {
			return err
		}
		// Not every entry is a move, so that not every step shows as a change.
		timer := time.NewTimer(time.Millisecond + n.offset)
		select {
		case <-change:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
		timer.Stop()
	}
}

// caughtUp reports whether the state includes every move up to a committed log index. Raft's applied index tells what was
// handed to the state machine; whether that has come to it all is told by the moves among the entries in between.
func (n *Node) caughtUp(index uint64) (bool, error) {
	r, err := n.current()
	if err != nil {
		return false, err
	}
	if r.AppliedIndex() < index {
		return false, nil
	}
	for i := index; i > n.fsm.lastApplied(); i-- {
		var log raft.Log
		switch err := n.stores.Log.GetLog(i, &log); {
		case errors.Is(err, raft.ErrLogNotFound):
			return true, nil // this and all before it came in a snapshot, which Raft waits for
		case err != nil:
			return false, fmt.Errorf("read log entry %d: %w", i, err)
		case log.Type == raft.LogCommand:
			return false, nil
		}
	}
	return true, nil
}
