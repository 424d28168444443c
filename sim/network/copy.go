package network

import (
	"bytes"
	"io"

	"github.com/hashicorp/raft"
)

// What travels is copied where it is sent: Raft reuses its requests, and capitals must share no memory. Requests are
// copied by type, as their senders know it; responses in one place.

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

// clone copies what a pointer points to.
func clone[T any](from *T) *T {
	c := new(T)
	*c = *from
	return c
}

// own makes a header that was copied the copy's own.
func own(h *raft.RPCHeader) {
	names := make([]byte, 0, len(h.ID)+len(h.Addr))
	for _, name := range [...]*[]byte{&h.ID, &h.Addr} {
		if *name != nil {
			at := len(names)
			names = append(names, *name...)
			*name = names[at:len(names):len(names)]
		}
	}
}

func copyEntries(entries []*raft.Log) []*raft.Log {
	var logs []raft.Log
	var copies []*raft.Log
	switch n := len(entries); n {
	case 0:
		return nil
	case 1: // nearly always
		one := &struct {
			log  [1]raft.Log
			copy [1]*raft.Log
		}{}
		logs, copies = one.log[:], one.copy[:]
	default:
		logs, copies = make([]raft.Log, n), make([]*raft.Log, n)
	}
	for i, e := range entries {
		logs[i] = *e
		logs[i].Data, logs[i].Extensions = bytes.Clone(e.Data), bytes.Clone(e.Extensions)
		copies[i] = &logs[i]
	}
	return copies
}

func copyRequestVote(req *raft.RequestVoteRequest) *raft.RequestVoteRequest {
	c := clone(req)
	own(&c.RPCHeader)
	//lint:ignore SA1019 Raft still sets it, so it is carried
	c.Candidate = bytes.Clone(req.Candidate)
	return c
}

func copyRequestPreVote(req *raft.RequestPreVoteRequest) *raft.RequestPreVoteRequest {
	c := clone(req)
	own(&c.RPCHeader)
	return c
}

func copyInstallSnapshot(req *raft.InstallSnapshotRequest) *raft.InstallSnapshotRequest {
	c := clone(req)
	own(&c.RPCHeader)
	c.Leader = bytes.Clone(req.Leader)
	c.Peers = bytes.Clone(req.Peers)
	c.Configuration = bytes.Clone(req.Configuration)
	return c
}

// copyResponse copies a response of Raft. A type that it does not know, and so could not copy, is a programming error.
func copyResponse(response any) any {
	switch r := response.(type) {
	case nil:
		return nil
	case *raft.AppendEntriesResponse:
		c := clone(r)
		own(&c.RPCHeader)
		return c
	case *raft.RequestVoteResponse:
		c := clone(r)
		own(&c.RPCHeader)
		c.Peers = bytes.Clone(r.Peers)
		return c
	case *raft.RequestPreVoteResponse:
		c := clone(r)
		own(&c.RPCHeader)
		return c
	case *raft.TimeoutNowResponse:
		c := clone(r)
		own(&c.RPCHeader)
		return c
	case *raft.InstallSnapshotResponse:
		c := clone(r)
		own(&c.RPCHeader)
		return c
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
