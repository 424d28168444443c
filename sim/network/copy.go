package network

import (
	"bytes"
	"io"

	"github.com/hashicorp/raft"
)

// What travels is copied where it is sent: Raft reuses its requests, and capitals must share no memory. Requests are
// copied by type, as their senders know it; responses in one place.

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

// names holds copies of ids and addresses, one after the other, as far as there is room.
type names []byte

func (n *names) clone(b []byte) []byte {
	at := len(*n)
	if b == nil || len(b) > cap(*n)-at {
		return bytes.Clone(b)
	}
	*n = append(*n, b...)
	return (*n)[at:len(*n):len(*n)]
}

func copyHeader(h raft.RPCHeader, in *names) raft.RPCHeader {
	h.ID = in.clone(h.ID)
	h.Addr = in.clone(h.Addr)
	return h
}

func copyAppendEntries(c, req *raft.AppendEntriesRequest, in *names) {
	*c = *req
	c.RPCHeader = copyHeader(req.RPCHeader, in)
	//lint:ignore SA1019 Raft still sets it, so it is carried
	c.Leader = in.clone(req.Leader)
	c.Entries = nil
	if len(req.Entries) > 0 {
		logs := make([]raft.Log, len(req.Entries))
		c.Entries = make([]*raft.Log, len(req.Entries))
		for i, entry := range req.Entries {
			logs[i] = *entry
			logs[i].Data = bytes.Clone(entry.Data)
			logs[i].Extensions = bytes.Clone(entry.Extensions)
			c.Entries[i] = &logs[i]
		}
	}
}

func copyRequestVote(req *raft.RequestVoteRequest) *raft.RequestVoteRequest {
	c := *req
	c.RPCHeader = copyHeader(req.RPCHeader, new(names))
	//lint:ignore SA1019 Raft still sets it, so it is carried
	c.Candidate = bytes.Clone(req.Candidate)
	return &c
}

func copyRequestPreVote(req *raft.RequestPreVoteRequest) *raft.RequestPreVoteRequest {
	c := *req
	c.RPCHeader = copyHeader(req.RPCHeader, new(names))
	return &c
}

func copyInstallSnapshot(req *raft.InstallSnapshotRequest) *raft.InstallSnapshotRequest {
	c := *req
	c.RPCHeader = copyHeader(req.RPCHeader, new(names))
	c.Leader = bytes.Clone(req.Leader)
	c.Peers = bytes.Clone(req.Peers)
	c.Configuration = bytes.Clone(req.Configuration)
	return &c
}

// copyResponse copies a response of Raft. A type that it does not know, and so could not copy, is a programming error.
func (w *raftWork) copyResponse(response any) any {
	switch r := response.(type) {
	case nil:
		return nil
	case *raft.AppendEntriesResponse:
		c := w.response
		if c == nil {
			c = new(raft.AppendEntriesResponse)
		}
		*c = *r
		c.RPCHeader = copyHeader(r.RPCHeader, &w.names)
		return c
	case *raft.RequestVoteResponse:
		c := *r
		c.RPCHeader = copyHeader(r.RPCHeader, &w.names)
		c.Peers = bytes.Clone(r.Peers)
		return &c
	case *raft.RequestPreVoteResponse:
		c := *r
		c.RPCHeader = copyHeader(r.RPCHeader, &w.names)
		return &c
	case *raft.TimeoutNowResponse:
		c := *r
		c.RPCHeader = copyHeader(r.RPCHeader, &w.names)
		return &c
	case *raft.InstallSnapshotResponse:
		c := *r
		c.RPCHeader = copyHeader(r.RPCHeader, &w.names)
		return &c
	default:
		panic("network: unknown Raft response")
	}
}

// describeRequest fills in what the trace says of a request.
func describeRequest(command any, m *Message) {
	switch c := command.(type) {
	case *raft.AppendEntriesRequest:
		m.Term, m.Index, m.Entries = c.Term, c.PrevLogEntry+uint64(len(c.Entries)), len(c.Entries)
		m.Digest = mix(mix(c.Term, c.LeaderCommitIndex), mix(c.PrevLogEntry, c.PrevLogTerm))
		for _, entry := range c.Entries {
			// Without AppendedAt, which is a clock reading of the leader and no part of what is agreed.
			head := mix(mix(entry.Index, entry.Term), mix(uint64(entry.Type), digestBytes(entry.Extensions)))
			m.Digest = mix(m.Digest, mix(head, digestBytes(entry.Data)))
		}
	case *raft.RequestVoteRequest:
		m.Term, m.Index = c.Term, c.LastLogIndex
		m.Digest = mix(mix(c.Term, c.LastLogIndex), mix(c.LastLogTerm, number(c.LeadershipTransfer)))
	case *raft.RequestPreVoteRequest:
		m.Term, m.Index = c.Term, c.LastLogIndex
		m.Digest = mix(mix(c.Term, c.LastLogIndex), c.LastLogTerm)
	case *raft.InstallSnapshotRequest:
		m.Term, m.Index = c.Term, c.LastLogIndex
		m.Digest = mix(mix(c.Term, c.LastLogIndex), mix(c.LastLogTerm, digestBytes(c.Configuration)))
	}
}

// describeResponse fills in what the trace says of an answer.
func describeResponse(response any, m *Message) {
	switch r := response.(type) {
	case *raft.AppendEntriesResponse:
		m.Term, m.Index, m.OK = r.Term, r.LastLog, r.Success
	case *raft.RequestVoteResponse:
		m.Term, m.OK = r.Term, r.Granted
	case *raft.RequestPreVoteResponse:
		m.Term, m.OK = r.Term, r.Granted
	case *raft.InstallSnapshotResponse:
		m.Term, m.OK = r.Term, r.Success
	case *raft.TimeoutNowResponse:
		m.OK = true
	}
	m.Digest = mix(mix(m.Term, m.Index), number(m.OK))
}

func number(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
