package node

import (
	"context"
	"fmt"

	"github.com/hashicorp/raft"
)

// Stats is how a capital's machine stands.
type Stats struct {
	Capital       string `json:"capital"`
	State         string `json:"state"`              // Follower, Candidate, Leader or Shutdown
	Leader        string `json:"leader,omitempty"`   // whom it follows; "" is nobody
	RaftTerm      uint64 `json:"raft_term"`          //
	LastIndex     uint64 `json:"last_index"`         // of its log
	CommitIndex   uint64 `json:"commit_index"`       // as far as it knows
	AppliedIndex  uint64 `json:"applied_index"`      // handed to the state machine, entries that are no moves included
	LastMoveIndex uint64 `json:"last_move_index"`    // of the last move that reached the state machine
	Sequence      uint64 `json:"sequence"`           // moves in its record
	Restarts      int    `json:"restarts,omitempty"` // in place, because of hashicorp/raft#696
	Expelled      string `json:"expelled,omitempty"` // why it takes no part: it has been expelled; "" is that it knows of nothing like that
}

// Stats returns how the machine stands now. The numbers are read one after the other, while the machine runs.
func (n *Node) Stats() Stats {
	s := Stats{Capital: n.cfg.ID, State: raft.Shutdown.String()}
	n.fsm.mu.RLock()
	s.LastMoveIndex, s.Sequence = n.fsm.applied, n.fsm.state.Sequence()
	n.fsm.mu.RUnlock()
	if s.Expelled = n.expelled.is(); s.Expelled == "" {
		s.Expelled = n.expulsion(n.cfg.ID)
	}
	r, err := n.current()
	if err != nil {
		return s
	}
	n.mu.RLock()
	s.Restarts = n.restarts
	n.mu.RUnlock()
	s.State, s.Leader, s.RaftTerm = r.State().String(), n.Leader(), r.CurrentTerm()
	s.LastIndex, s.CommitIndex, s.AppliedIndex = r.LastIndex(), r.CommitIndex(), r.AppliedIndex()
	return s
}

// Standing is the part of Stats that tells whether a conference has settled. It is cheap to look at often.
type Standing struct {
	State        raft.RaftState
	Leader       string // whom the capital takes for the leader; "" is nobody
	LastIndex    uint64
	AppliedIndex uint64
}

// Standing returns how the machine stands now. The numbers are read one after the other, while the machine runs.
func (n *Node) Standing() Standing {
	r, err := n.current()
	if err != nil {
		return Standing{State: raft.Shutdown}
	}
	_, leader := r.LeaderWithID()
	return Standing{State: r.State(), Leader: string(leader), LastIndex: r.LastIndex(), AppliedIndex: r.AppliedIndex()}
}

// IsLeader reports whether this capital takes itself for the leader.
func (n *Node) IsLeader() bool { return n.RaftState() == raft.Leader }

// leads is IsLeader, also while Raft is being started.
func (n *Node) leads() bool {
	r, err := n.current()
	return err == nil && r != nil && r.State() == raft.Leader
}

// RaftState returns the capital's part in Raft.
func (n *Node) RaftState() raft.RaftState {
	r, err := n.current()
	if err != nil {
		return raft.Shutdown
	}
	return r.State()
}

// Leader returns the capital that this one takes for the leader, "" if it knows none.
func (n *Node) Leader() string {
	r, err := n.current()
	if err != nil {
		return ""
	}
	_, id := r.LeaderWithID()
	return string(id)
}

// Barrier waits until the leader, which this capital must be, has committed and applied everything before it.
func (n *Node) Barrier(ctx context.Context) error {
	return n.ask(ctx, "barrier", func(r *raft.Raft) error {
		err := n.intake.barrier(r, n.cfg.AttemptTimeout)
		n.noteTransfer(r, err)
		return err
	})
}

// Snapshot has Raft take a snapshot now.
func (n *Node) Snapshot(ctx context.Context) error {
	return n.ask(ctx, "snapshot", func(r *raft.Raft) error { return r.Snapshot().Error() })
}

// ask has Raft do something, and waits for it.
func (n *Node) ask(ctx context.Context, what string, f func(*raft.Raft) error) error {
	if !n.group.enter() {
		return ErrClosed
	}
	defer n.group.leave()
	ctx, stop := n.whileOpen(ctx)
	defer stop()
	r, err := n.current()
	if err != nil {
		return err
	}
	if err := n.await(ctx, func() error { return f(r) }); err != nil {
		return fmt.Errorf("node: %s at %s: %w", what, n.cfg.ID, err)
	}
	return nil
}
