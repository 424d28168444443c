package node

import (
	"fmt"

	"github.com/hashicorp/raft"
)

// LastIndex returns the index of the last entry in this capital's log, committed or not; 0 if Raft does not run.
func (n *Node) LastIndex() uint64 {
	r, err := n.current()
	if err != nil {
		return 0
	}
	return r.LastIndex()
}

// AppliedIndex returns the index of the last entry that Raft handed to the state machine; 0 if Raft does not run.
func (n *Node) AppliedIndex() uint64 {
	r, err := n.current()
	if err != nil {
		return 0
	}
	return r.AppliedIndex()
}

// Nudge has a capital stand for election at once, as a leader that hands over does. It is for a fresh conference,
// whose first election would otherwise wait for a timeout, and lets the caller choose the first leader. A nudge that is
// lost does no harm. It is an error if this capital knows a leader: an election against one would come before its lease
// has ended, on which linearizable reads rest.
func (n *Node) Nudge(id string) error {
	r, err := n.current()
	if err != nil {
		return err
	}
	address, err := addressOf(r, id)
	if err != nil {
		return err
	}
	if leader := n.Leader(); leader != "" {
		return fmt.Errorf("node: cannot nudge %s: %s leads already", id, leader)
	}
	var answer raft.TimeoutNowResponse
	return n.cfg.Transport.TimeoutNow(raft.ServerID(id), address,
		&raft.TimeoutNowRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(n.cfg.ID),
			Addr: n.cfg.Transport.EncodePeer(raft.ServerID(n.cfg.ID), n.cfg.Transport.LocalAddr())}}, &answer)
}
