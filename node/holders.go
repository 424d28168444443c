package node

import (
	"slices"

	"github.com/hashicorp/raft"
)

// holders is which capitals besides the leader have its entries on their disks, as they have answered.
type holders struct {
	raftTerm uint64                   // of the leader whose entries these are
	upTo     map[raft.ServerID]uint64 // the last entry that each has; those before it are there too
	voters   []raft.ServerID          // the others that vote
	needed   int                      // voters that make a majority
}

// vote says who votes, for the entries that are stored next.
func (h *holders) vote(voters []raft.ServerID, self raft.ServerID) {
	h.needed = len(voters)/2 + 1
	h.voters = slices.DeleteFunc(voters, func(id raft.ServerID) bool { return id == self })
}

// note notes that a capital has all entries up to an index, as the leader of a Raft term has them. It returns false if that
// Raft term is over.
func (h *holders) note(id raft.ServerID, raftTerm, index uint64) bool {
	if raftTerm > h.raftTerm || h.upTo == nil {
		h.raftTerm, h.upTo = raftTerm, map[raft.ServerID]uint64{}
	}
	if raftTerm < h.raftTerm {
		return false
	}
	h.upTo[id] = max(h.upTo[id], index)
	return true
}

// missing returns how many voters more must have the entry at an index before the others that vote are a majority without
// the leader. It is negative if more than that have it.
func (h *holders) missing(index uint64) int {
	missing := h.needed
	for _, id := range h.voters {
		if h.upTo[id] >= index {
			missing--
		}
	}
	return missing
}

// suffice reports whether the others that vote could be a majority.
func (h *holders) suffice() bool { return h.needed <= len(h.voters) }
