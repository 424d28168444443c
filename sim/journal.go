package sim

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/check"
)

// journal takes what the machines report from their own goroutines.
type journal struct {
	checker check.Run
	watch   *watcher

	mu        sync.Mutex
	last      uint64        // the highest log index in entries, ever
	applied   []uint64      // the log index of the last move that each capital's state machine has applied, by place
	awaited   []int         // the places of capitals that are to apply the last move; nil: nobody waits for that
	level     chan struct{} // gets one when they have
	entries   []terms.Entry // applied by somebody, not yet read by the runner
	room      []terms.Entry // for entries: what the runner has read
	elections []election    // not yet read by the runner
}

// election is one that was won.
type election struct {
	capital  string
	raftTerm uint64
	at       time.Duration // Raft time
}

// lastMove is the log index of the last move that anybody has applied.
func (j *journal) lastMove() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// appliedBy is the log index of the last move that a capital's state machine has applied.
func (j *journal) appliedBy(c *capital) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.applied[c.place]
}

// apply notes that a capital's state machine has applied a move.
func (j *journal) apply(c *capital, e *terms.Entry, a *check.Application) {
	j.checker.Applied(c.id, *a)
	j.watch.see(Sighting{Kind: SeenApplied, Capital: c.id, Index: e.Index, RaftTerm: e.RaftTerm})
	j.mu.Lock()
	defer j.mu.Unlock()
	j.applied[c.place] = e.Index
	if e.Index > j.last {
		j.last = e.Index
		j.entries = append(j.entries, *e)
	}
	if j.awaited != nil && j.isLevel() {
		j.awaited = nil
		j.level <- struct{}{} // there is room: await has emptied it
	}
}

// await has the channel level tell when the capitals at these places have applied the last move. It reports false, and has
// nothing told, if they have already. places is kept until then, or until the next call.
func (j *journal) await(places []int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	select {
	case <-j.level:
	default:
	}
	j.awaited = places
	if len(places) == 0 || j.isLevel() {
		j.awaited = nil
	}
	return j.awaited != nil
}

// isLevel reports whether all that somebody waits for have applied the last move. The caller holds mu.
func (j *journal) isLevel() bool {
	for _, place := range j.awaited {
		if j.applied[place] < j.last {
			return false
		}
	}
	return true
}

// restore notes that a capital's state machine was replaced by the one after an index.
func (j *journal) restore(c *capital, index uint64, hash [32]byte) {
	j.checker.Restored(c.id, index, hash)
	j.watch.see(Sighting{Kind: SeenRestored, Capital: c.id, Index: index})
	j.mu.Lock()
	defer j.mu.Unlock()
	j.applied[c.place] = index
}

// elect notes an election. log is the new leader's, nil if it cannot be read.
func (j *journal) elect(e election, log *check.Log) {
	j.checker.Leader(e.raftTerm, e.capital, log)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.elections = append(j.elections, e)
}

// digestAt returns the digest of the entry that a capital's log holds at an index. It reads it into l.
func (s *shared) digestAt(store raft.LogStore, index uint64, l *raft.Log) [32]byte {
	if err := store.GetLog(index, l); err != nil {
		return [32]byte{} // the check compares it with the others' and will say so
	}
	return s.digest(l.Data)
}

// readLog reads a capital's whole Raft log, after the snapshot that it begins with.
func (s *shared) readLog(stores node.Stores) check.Log {
	var log check.Log
	if snapshots, err := stores.Snapshots.List(); err == nil && len(snapshots) > 0 {
		log.Snapshot = snapshots[0].Index
	}
	store := stores.Log
	first, err := store.FirstIndex()
	if err != nil || first == 0 {
		return log
	}
	last, err := store.LastIndex()
	if err != nil {
		return log
	}
	log.Snapshot = max(log.Snapshot, first-1)
	log.Entries = make([]check.LogEntry, 0, max(last+1, first)-first)
	var l raft.Log
	for i := first; i <= last; i++ {
		if store.GetLog(i, &l) != nil {
			break // cut off by a new leader while it was read
		}
		log.Entries = append(log.Entries, check.LogEntry{Index: l.Index, RaftTerm: l.Term, Digest: s.digest(l.Data)})
	}
	return log
}

// collect reads the journal: new entries of the record become part of the runner's own state and of the timeline.
func (r *runner) collect() {
	r.journal.mu.Lock()
	entries, elections := r.journal.entries, r.journal.elections
	r.journal.entries, r.journal.room, r.journal.elections = r.journal.room[:0], entries, nil
	r.journal.mu.Unlock()
	for _, e := range elections {
		r.report.Raft.Elections++
		r.report.Timeline = append(r.report.Timeline, Item{Kind: ItemElection, At: r.now, RaftAt: e.at, Capital: e.capital,
			RaftTerm: e.raftTerm})
	}
	for i := range entries {
		r.take(&entries[i])
	}
}

// take adds one entry to the runner's state, record and timeline.
func (r *runner) take(e *terms.Entry) {
	result := r.state.Apply(&e.Move)
	if result.Sequence == 0 || result.Repeat {
		return
	}
	r.report.Record = append(r.report.Record, *e)
	switch e.Move.Verb {
	case terms.VerbCharter:
		return
	case terms.VerbClock:
		r.showClock(e.Move.Time, result.Events)
		return
	}
	// A capital has its moves recorded one at a time, in order: this one is its first that is not shown yet.
	for _, p := range r.byID[e.Move.Capital].queue {
		if !p.shown {
			r.show(p, e)
			return
		}
	}
}

// showClock puts into the timeline what a deadline brought about.
func (r *runner) showClock(at terms.Instant, events []terms.Event) {
	if len(events) > 0 {
		r.report.Timeline = append(r.report.Timeline, Item{Kind: ItemEvents, At: at, RaftAt: r.raftTime(), Events: events})
	}
}

// show puts a move into the timeline whose fate is known: e is its place in the record, nil if it left no trace there.
func (r *runner) show(p *pending, e *terms.Entry) {
	p.shown = true
	item := Item{Kind: ItemMove, At: r.now, RaftAt: r.raftTime(), Move: p.played, Capital: p.move.Capital}
	if e != nil {
		p.played.Move, p.played.Index = e.Move, e.Index
		p.played.Outcome = string(node.Recorded)
		p.played.Code, p.played.Reason = e.Result.Code, e.Result.Reason
		if e.Result.Refused {
			p.played.Outcome = string(node.Refused)
		}
		item.At, item.Events = e.Move.Time, e.Result.Events
	}
	r.report.Timeline = append(r.report.Timeline, item)
}
