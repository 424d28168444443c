package node

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// rest spares an idle conference most of its messages. A leader sends every follower an append without entries each
// CommitTimeout, so that a lone commit is soon known everywhere. Where nothing is stored, that tells nobody anything: the
// leader's heartbeats are other messages. So an append that says the same as the last one to that follower is held back for
// a while, until the leader stores an entry. Raft is not told that it was answered before it was: all it sees is a slow line.
type rest struct {
	pause time.Duration // how long an append is held back; 0: none is

	mu     sync.Mutex
	stored chan struct{} // closed when the next entry is stored
	last   time.Time     // when the last one was
	told   map[raft.ServerID]told
}

// told is what the last append that a follower accepted said.
type told struct{ raftTerm, index, commit uint64 }

func newRest(pause time.Duration) *rest {
	return &rest{pause: pause, stored: make(chan struct{}), last: time.Now(), told: map[raft.ServerID]told{}}
}

// wake notes that this capital stores an entry.
func (r *rest) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = time.Now()
	close(r.stored)
	r.stored = make(chan struct{})
}

// wait holds an append back if it has nothing to say.
func (r *rest) wait(to raft.ServerID, req *raft.AppendEntriesRequest) {
	if r.pause == 0 || len(req.Entries) > 0 || req.PrevLogEntry == 0 { // the last is a heartbeat
		return
	}
	r.mu.Lock()
	stored := r.stored
	idle := time.Since(r.last) > r.pause && r.told[to] == tells(req)
	r.mu.Unlock()
	if !idle {
		return
	}
	timer := time.NewTimer(r.pause)
	defer timer.Stop()
	select {
	case <-stored:
	case <-timer.C:
	}
}

// note notes how a follower answered an append.
func (r *rest) note(to raft.ServerID, req *raft.AppendEntriesRequest, accepted bool) {
	if r.pause == 0 || len(req.Entries) == 0 && req.PrevLogEntry == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !accepted {
		delete(r.told, to)
		return
	}
	r.told[to] = tells(req)
}

func tells(req *raft.AppendEntriesRequest) told {
	t := told{req.Term, req.PrevLogEntry, req.LeaderCommitIndex}
	if n := len(req.Entries); n > 0 {
		t.index = req.Entries[n-1].Index
	}
	return t
}

// restingLog wakes the appends that are held back when an entry is stored.
type restingLog struct {
	raft.LogStore
	rest *rest
}

func (l *restingLog) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

func (l *restingLog) StoreLogs(logs []*raft.Log) error {
	l.rest.wake()
	return l.LogStore.StoreLogs(logs)
}
