package node

import (
	"time"

	"github.com/hashicorp/raft"
)

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

// attended is a transport that holds back appends of an idle leader, and answers to entries that no majority has written, and
// notes what was answered: see rest, overlap and heard.
type attended struct {
	raft.Transport
	rest    *rest
	overlap *overlap // nil: a leader writes entries before it sends them
	heard   *heard
}

// AppendEntries sends an append, later if it has nothing to say.
func (t attended) AppendEntries(id raft.ServerID, at raft.ServerAddress, req *raft.AppendEntriesRequest,
	resp *raft.AppendEntriesResponse) error {
	t.rest.wait(id, req)
	sent := time.Now()
	err := t.Transport.AppendEntries(id, at, req, resp)
	t.rest.note(id, req, err == nil && resp.Success)
	if err == nil && resp.Success {
		t.heard.note(id, req.Term, sent)
	}
	if n := len(req.Entries); n > 0 && err == nil && resp.Success && t.overlap != nil {
		err = t.overlap.held(id, req.Term, req.Entries[n-1].Index)
	}
	return err
}

type attendedPreVote struct {
	attended
	raft.WithPreVote
}

// attend has a transport's appends attended to.
func attend(t raft.Transport, r *rest, o *overlap, h *heard) raft.Transport {
	if p, ok := t.(raft.WithPreVote); ok {
		return attendedPreVote{attended{t, r, o, h}, p}
	}
	return attended{t, r, o, h}
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
