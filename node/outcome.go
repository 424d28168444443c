package node

import (
	"context"
	"errors"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// Outcome is what became of a move.
type Outcome string

// The outcomes.
const (
	Recorded Outcome = "recorded" // it is in the record and was carried out
	Refused  Outcome = "refused"  // the state machine refused it; Receipt.Result says why
	Unknown  Outcome = "unknown"  // neither could be learned in time
)

// Receipt is what Submit learned about a move.
type Receipt struct {
	Outcome Outcome `json:"outcome"`

	// MayBeRecorded is set if the move may be, or may yet come to be, in the record although the outcome is not Recorded:
	// an attempt ended without an answer. If it is not set, an Unknown move certainly is not in the record.
	MayBeRecorded bool `json:"may_be_recorded,omitempty"`

	Number   uint64       `json:"number"`          // under which to submit the move again; 0: it has none yet
	Index    uint64       `json:"index,omitempty"` // log index of the copy that was answered; a Repeat's is a later one
	Result   terms.Result `json:"result,omitzero"`
	Via      []string     `json:"via,omitempty"` // the capitals that passed the move on, the leader last
	Attempts int          `json:"attempts"`      // times that it was tried
}

// The errors of Submit, Read and the rest, to be tested with errors.Is. They wrap what happened last.
var (
	// ErrNotRecorded: the move is not in the record, and will not be unless it is submitted again. Definite.
	ErrNotRecorded = errors.New("node: not recorded")

	// ErrUnknown: the move may be in the record or get there yet. Indefinite.
	ErrUnknown = errors.New("node: it is unknown whether the move is recorded")

	// ErrUnavailable: no leader that a majority follows could be reached.
	ErrUnavailable = errors.New("node: no leader with a quorum could be reached")

	// ErrNotLeader: only the leader can do this, and this capital is not the leader. Definite.
	ErrNotLeader = errors.New("node: not the leader")

	// ErrClosed: the node was closed, has crashed, or could not restart.
	ErrClosed = errors.New("node: closed")

	// ErrNotDelivered is for implementations of Links to wrap where a peer certainly has not received the request. Any
	// other error of a call leaves the outcome open.
	ErrNotDelivered = errors.New("node: not delivered")
)

// fate is what an attempt tells about a move.
type fate uint8

const (
	answered  fate = iota // the state machine has answered
	notStored             // it was not stored anywhere: definite
	inDoubt               // it may have been stored: indefinite
)

// fateOf classifies what Raft's Apply returned.
func fateOf(err error) fate {
	switch {
	case err == nil:
		return answered
	case errors.Is(err, raft.ErrNotLeader):
		return notStored // a follower, a candidate or a leader that was removed turns it away before it is logged
	case errors.Is(err, raft.ErrLeadershipTransferInProgress):
		return notStored // the leader's loop turns it away before it is logged
	case errors.Is(err, raft.ErrEnqueueTimeout):
		return notStored // it never got into the queue of the leader's loop
	case errors.Is(err, raft.ErrLeadershipLost):
		return inDoubt // logged here; some follower may have it and lead next (hashicorp/raft#561)
	case errors.Is(err, raft.ErrRaftShutdown):
		return inDoubt // also what an entry gets that was committed and not yet applied
	case errors.Is(err, raft.ErrAbortedByRestore):
		return inDoubt // logged here, then overtaken by a restore from outside, which Parley does not do
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return inDoubt // we stopped waiting
	}
	return inDoubt // such as a disk that failed: the write may have got through all the same
}
