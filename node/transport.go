package node

import "github.com/hashicorp/raft"

// guardTransport returns the transport as Raft gets to see it: without what it must not use, and with the pre-vote that
// Raft only uses if the transport's type has it. It has no Close, since a Raft that restarts in place must not close it.
func guardTransport(t raft.Transport) raft.Transport {
	guarded := guarded{t}
	if p, ok := t.(raft.WithPreVote); ok {
		return guardedPreVote{guarded, p}
	}
	return guarded
}

type guarded struct{ raft.Transport }

type guardedPreVote struct {
	guarded
	raft.WithPreVote
}

// SetHeartbeatHandler installs nothing, so that heartbeats go through Raft's main queue (hashicorp/raft#695).
func (guarded) SetHeartbeatHandler(func(raft.RPC)) {}

// resting is a transport that holds back appends of an idle leader: see rest.
type resting struct {
	raft.Transport
	rest *rest
}

// AppendEntries sends an append, later if it has nothing to say.
func (t resting) AppendEntries(id raft.ServerID, at raft.ServerAddress, req *raft.AppendEntriesRequest,
	resp *raft.AppendEntriesResponse) error {
	t.rest.wait(id, req)
	err := t.Transport.AppendEntries(id, at, req, resp)
	t.rest.note(id, req, err == nil && resp.Success)
	return err
}

type restingPreVote struct {
	resting
	raft.WithPreVote
}

// restTransport has a transport hold back appends of an idle leader.
func restTransport(t raft.Transport, r *rest) raft.Transport {
	if p, ok := t.(raft.WithPreVote); ok {
		return restingPreVote{resting{t, r}, p}
	}
	return resting{t, r}
}

// AppendEntriesPipeline refuses, so that one append at a time is in flight to each capital (hashicorp/raft#612).
func (guarded) AppendEntriesPipeline(raft.ServerID, raft.ServerAddress) (raft.AppendPipeline, error) {
	return nil, raft.ErrPipelineReplicationNotSupported
}

// closeTransport closes it if it can be closed.
func closeTransport(t raft.Transport) error {
	if c, ok := t.(raft.WithClose); ok {
		return c.Close()
	}
	return nil
}
