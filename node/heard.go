package node

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// heard notes which of the leader's messages the others have answered, by when they were sent.
//
// Raft's VerifyLeader counts whatever answer comes in after the call, also one to a heartbeat from before it. A machine that
// was stopped for a while finds such answers waiting when it goes on, and by then others may have a new leader. So a read
// takes Raft's word only if a majority has answered what was sent after the read began.
type heard struct {
	mu   sync.Mutex
	last map[raft.ServerID]answeredAppend
}

// answeredAppend is the latest message that a capital has taken from the leader of a Raft term.
type answeredAppend struct {
	raftTerm uint64
	sent     time.Time
}

func newHeard() *heard { return &heard{last: map[raft.ServerID]answeredAppend{}} }

// note notes that a capital took a message, which was sent at a time or after it.
func (h *heard) note(from raft.ServerID, raftTerm uint64, sent time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.last[from]; raftTerm > l.raftTerm || raftTerm == l.raftTerm && sent.After(l.sent) {
		h.last[from] = answeredAppend{raftTerm, sent}
	}
}

// since reports whether a majority, this capital among them if it votes, has taken what was sent in a Raft term after a time.
func (h *heard) since(began time.Time, raftTerm uint64, own raft.ServerID, servers []raft.Server) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	voters, took := 0, 0
	for _, s := range servers {
		if s.Suffrage != raft.Voter {
			continue
		}
		voters++
		if l := h.last[s.ID]; s.ID == own || l.raftTerm == raftTerm && !l.sent.Before(began) {
			took++
		}
	}
	return took > voters/2
}
