package node

import (
	"runtime"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"
)

// overlap has a leader write its entries to its own disk while the others write them to theirs, or after that, instead of
// before it sends them: D. Ongaro, "Consensus: Bridging Theory and Practice", 2014, 10.2.1.
//
// Raft counts the leader among those that have an entry as soon as StoreLogs has returned. So here the others' answers are
// kept from Raft until a majority has the entry: until the leader's own write is done as well, or the others that have it are
// a majority without the leader. Nothing is committed before that, since with two voters or more a majority takes one of the
// others; nothing is applied before it is committed; and Raft sees no more than a fast disk and slow lines. A leader that
// crashes in between has lost what nobody was told of, or what a majority has without it.
//
// As long as the others are a majority in good time, the leader leaves its own write for a moment, and then writes what has
// come together at once: the disk of a leader that answers one move after the other has a fraction of the work. It waits for
// them no longer than its own write takes. If that was not long enough several times, it writes at once for a while.
//
// Only a leader's commands go this way. All else is written at once, behind what is still to be written: what a follower
// stores, the entry that begins a Raft term, a new configuration, a command of a lone voter. So a leader that has stepped
// down writes what it held back before it stores anything of the next one's. It may tell that one sooner that it has those
// entries; but the next leader commits them only together with the entry that begins its Raft term, which is stored here.
// A snapshot is kept only once all that is in it is written.
type overlap struct {
	raft.LogStore
	voters func() []raft.ServerID // those that vote if this capital leads, itself among them; none if it follows
	self   raft.ServerID
	run    func(func()) // runs on a goroutine of its own
	failed func(error)  // is told of a write that failed, so that Raft comes to know

	mu      sync.Mutex
	ended   sync.Cond   // of writes; or the others have become a majority
	pending []*raft.Log // what Raft takes for stored and is not written yet, in order
	writing bool
	err     error // of the last write; the entries are still pending, and the next one to wait for them tries again

	others  holders
	now     chan struct{} // has the write begin that is left for a moment
	patient *time.Timer   // ends the wait for the others to be a majority
	timed   uint64        // the entry that it was started for
	counted uint64        // the last entry of which the others were found to be a majority
	took    time.Duration // by a write, lately
	late    int           // how late the others are: more with each wait in vain, less with each entry that they had in time
	eager   int           // entries that are still written at once, as the others were late
}

const (
	maxPending = 4096                  // entries that wait to be written; then Raft waits too
	writeLater = 10 * time.Millisecond // how long a write is left
	writeMany  = 256                   // entries that are not left any longer
	minPatient = 200 * time.Microsecond
	maxPatient = 5 * time.Millisecond
	lateStep   = 8 // what a wait in vain adds
	tooLate    = 32
	eagerFor   = 256 // entries
)

func newOverlap(store raft.LogStore, self raft.ServerID, voters func() []raft.ServerID, run func(func()), failed func(error)) *overlap {
	o := &overlap{LogStore: store, self: self, voters: voters, run: run, failed: failed, now: make(chan struct{}, 1)}
	o.ended.L = &o.mu
	return o
}

// votersLed returns those that vote, this capital among them if it does; none unless it leads.
func (n *Node) votersLed() (voters []raft.ServerID) {
	r, err := n.current()
	if err != nil || r == nil || r.State() != raft.Leader {
		return nil
	}
	conf := r.GetConfiguration() // the latest one, committed or not; it never fails
	for _, s := range conf.Configuration().Servers {
		if s.Suffrage == raft.Voter {
			voters = append(voters, s.ID)
		}
	}
	return voters
}

// noteFailedWrite has Raft find out, if this capital leads, that it cannot store anything: it steps down then.
func (n *Node) noteFailedWrite(err error) {
	r, gone := n.current()
	if gone != nil || !n.leads() || !n.group.enter() {
		return
	}
	n.log.Error("the leader could not store moves", zap.Error(err))
	go func() {
		defer n.group.leave()
		if err := n.intake.barrier(r, n.cfg.AttemptTimeout); err != nil {
			n.log.Debug("stepping down after a failed write", zap.Error(err))
		}
	}()
}

// StoreLog is StoreLogs for one entry.
func (o *overlap) StoreLog(log *raft.Log) error { return o.StoreLogs([]*raft.Log{log}) }

// StoreLogs stores entries, or has them stored soon. Raft does not change them any more.
func (o *overlap) StoreLogs(logs []*raft.Log) error {
	voters := o.voters()
	soon := len(voters) > 1 // or this capital is a majority alone
	for _, l := range logs {
		soon = soon && l.Type == raft.LogCommand
	}
	if soon && o.add(logs, voters) {
		return nil
	}
	if err := o.flush(); err != nil {
		return err
	}
	return o.LogStore.StoreLogs(logs)
}

// add takes entries to be written soon. It returns false while a write has failed, or too much is waiting.
func (o *overlap) add(logs []*raft.Log, voters []raft.ServerID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil || len(o.pending)+len(logs) > maxPending {
		return false
	}
	// What is still pending was stored under the same configuration, as a new one is written behind it.
	o.others.vote(voters, o.self)
	o.pending = append(o.pending, logs...)
	o.begin()
	if len(o.pending) >= writeMany {
		o.hurry()
	}
	return true
}

// begin has what is pending written. The caller holds o.mu.
func (o *overlap) begin() {
	if !o.writing {
		o.writing = true
		o.run(o.write)
	}
}

// hurry has a write begin at once that was left for a moment.
func (o *overlap) hurry() {
	select {
	case o.now <- struct{}{}:
	default:
	}
}

// write writes until nothing is pending, or a write fails.
func (o *overlap) write() {
	o.mu.Lock()
	for len(o.pending) > 0 && o.err == nil {
		leave := o.eager == 0 && o.others.suffice() && len(o.pending) < writeMany
		o.mu.Unlock()
		if leave {
			o.leave()
		} else {
			runtime.Gosched() // so that the entries go out to the others first
		}
		o.mu.Lock()
		logs := o.pending[:len(o.pending):len(o.pending)]
		o.mu.Unlock()
		began := time.Now()
		err := o.LogStore.StoreLogs(logs)
		o.mu.Lock()
		if o.err = err; err == nil {
			o.judge(len(logs), time.Since(began))
			o.pending = append([]*raft.Log(nil), o.pending[len(logs):]...)
		}
		o.ended.Broadcast()
	}
	err := o.err
	o.writing = false
	o.ended.Broadcast()
	o.mu.Unlock()
	if err != nil {
		o.failed(err)
	}
}

// leave waits for a moment, or until the write is in a hurry.
func (o *overlap) leave() {
	timer := time.NewTimer(writeLater)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-o.now:
	}
}

// judge takes notice of a write that has ended. The caller holds o.mu.
func (o *overlap) judge(entries int, took time.Duration) {
	o.took += (took - o.took) / 8
	o.eager = max(0, o.eager-entries)
}

// held waits until a majority has the entries up to an index, of which a capital has answered to the leader of a Raft term
// that it has them. An error says that a write has failed: they may be written later.
func (o *overlap) held(id raft.ServerID, raftTerm, index uint64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if raftTerm > o.others.raftTerm {
		o.timed, o.counted = 0, 0 // entries of another one may have come in the place of those
	}
	current := o.others.note(id, raftTerm, index)
	for o.isPending(index) {
		missing := 1
		if current = current && o.others.raftTerm == raftTerm; current {
			missing = o.others.missing(index)
		}
		switch {
		case missing <= 0:
			if index > o.counted {
				o.counted, o.late = index, max(0, o.late-1)
				o.ended.Broadcast()
			}
			return nil
		case o.err != nil:
			return o.err
		case missing == 1:
			o.bePatient(index) // one that could be the leader
		}
		o.ended.Wait()
	}
	return nil
}

// bePatient waits for another capital to have an entry, for as long as the leader would take to write it, and then has the
// leader write it. The caller holds o.mu.
func (o *overlap) bePatient(index uint64) {
	if o.eager > 0 || o.timed >= index {
		return
	}
	o.timed = index
	after := min(max(o.took, minPatient), maxPatient)
	if o.patient != nil {
		o.patient.Stop()
	}
	o.patient = time.AfterFunc(after, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.timed == index && o.isPending(index) && o.others.missing(index) > 0 {
			if o.late += lateStep; o.late >= tooLate {
				o.eager, o.late = eagerFor, tooLate-lateStep // it is tried once, then
			}
			o.hurry()
		}
	})
}

// isPending reports whether the entry at an index is still to be written. The caller holds o.mu.
func (o *overlap) isPending(index uint64) bool {
	return len(o.pending) > 0 && o.pending[0].Index <= index
}

// wait waits until the entries up to an index are written. An error says that a write has failed: they may be written later.
func (o *overlap) wait(index uint64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.isPending(index) && o.err == nil {
		o.hurry()
		o.ended.Wait()
	}
	if o.isPending(index) {
		return o.err
	}
	return nil
}

// flush waits until all that is pending now is written, and tries again once if a write has failed.
func (o *overlap) flush() error {
	o.mu.Lock()
	if len(o.pending) == 0 {
		o.mu.Unlock()
		return nil
	}
	last := o.pending[len(o.pending)-1].Index
	o.hurry()
	for o.writing && o.err != nil { // it is about to end
		o.ended.Wait()
	}
	if o.err != nil {
		o.err = nil
		o.begin()
	}
	o.mu.Unlock()
	return o.wait(last)
}

// drop waits for the write under way, and forgets what could not be written: Raft has stopped.
func (o *overlap) drop() {
	_ = o.flush() // the error was told to Raft, or Raft has not heard of the entries being stored by anybody
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.writing {
		o.hurry()
		o.ended.Wait()
	}
	o.pending, o.err, o.timed, o.counted = nil, nil, 0, 0
}

// GetLog reads an entry, written or not.
func (o *overlap) GetLog(index uint64, log *raft.Log) error {
	o.mu.Lock()
	if n := len(o.pending); n > 0 && o.pending[0].Index <= index && index <= o.pending[n-1].Index {
		*log = *o.pending[index-o.pending[0].Index]
		o.mu.Unlock()
		return nil
	}
	o.mu.Unlock()
	return o.LogStore.GetLog(index, log)
}

// FirstIndex returns the index of the first entry. That one is written: it begins a Raft term, or comes from a leader.
func (o *overlap) FirstIndex() (uint64, error) { return o.LogStore.FirstIndex() }

// LastIndex returns the index of the last entry, written or not.
func (o *overlap) LastIndex() (uint64, error) {
	o.mu.Lock()
	if n := len(o.pending); n > 0 {
		defer o.mu.Unlock()
		return o.pending[n-1].Index, nil
	}
	o.mu.Unlock()
	return o.LogStore.LastIndex()
}

// DeleteRange deletes entries, which have to be written first.
func (o *overlap) DeleteRange(first, last uint64) error {
	if err := o.flush(); err != nil {
		return err
	}
	return o.LogStore.DeleteRange(first, last)
}
