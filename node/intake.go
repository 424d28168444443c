package node

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// intake stands before Raft's queue of commands. The queue has room (BatchApplyCh), so that moves which are put into it one
// after the other are stored together. But what Raft finds in it when it has stopped is never answered; so nothing is put
// there once Raft is about to stop.
type intake struct {
	mu         sync.RWMutex
	stopped    *raft.Raft   // takes nothing any more
	unanswered atomic.Int64 // what was put and not answered
}

// put calls put, which hands a command to a Raft. It returns what put does, whose answer has to be taken with answer, or an
// error that wraps raft.ErrNotLeader if that Raft stops: then put was not called.
func (i *intake) put(r *raft.Raft, put func() raft.Future) (raft.Future, error) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	if i.stopped == r {
		return nil, fmt.Errorf("%w: Raft is stopping", raft.ErrNotLeader)
	}
	i.unanswered.Add(1)
	return put(), nil
}

// answer waits for the answer.
func (i *intake) answer(f raft.Future) error {
	defer i.unanswered.Add(-1)
	return f.Error()
}

// ask puts a command and waits for the answer.
func (i *intake) ask(r *raft.Raft, put func() raft.Future) error {
	f, err := i.put(r, put)
	if err != nil {
		return err
	}
	return i.answer(f)
}

// barrier is Raft's Barrier.
func (i *intake) barrier(r *raft.Raft, timeout time.Duration) error {
	return i.ask(r, func() raft.Future { return r.Barrier(timeout) })
}

// close lets nothing more in for a Raft.
func (i *intake) close(r *raft.Raft) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stopped = r
}

// drain gives a Raft for which nothing is let in any more time to take from its queue what is there.
func (i *intake) drain(pause time.Duration) {
	for end := time.Now().Add(takeGrace); i.unanswered.Load() > 0 && time.Now().Before(end); {
		time.Sleep(pause)
	}
}

// takeGrace is how long a Raft that is about to stop has to take what is in its queue. It does so at once, unless the disk
// holds it up.
const takeGrace = 20 * time.Millisecond
