package node

import (
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

// Nudge has another capital stand for election at once, as a leader that hands over does. It is for a fresh conference,
// whose first election would otherwise wait for a timeout, and lets the caller choose the first leader. A nudge that is
// lost does no harm.
func (n *Node) Nudge(id string) error {
	var answer raft.TimeoutNowResponse
	return n.cfg.Transport.TimeoutNow(raft.ServerID(id), raft.ServerAddress(id),
		&raft.TimeoutNowRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax}}, &answer)
}
