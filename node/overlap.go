package node

import (
	"runtime"
	"sync"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"
)

// overlap has a leader write its entries to its own disk while the others write them to theirs, instead of before it sends
// them: D. Ongaro, "Consensus: Bridging Theory and Practice", 2014, 10.2.1.
//
// Raft counts the leader among those that have an entry as soon as StoreLogs has returned. So here the others' answers are
// kept from Raft until the leader's own write is done as well. Nothing is committed before that, since with two voters or
// more a majority takes one of the others; nothing is applied before it is committed; and Raft sees no more than a fast disk
// and slow lines. A leader that crashes in between has lost what nobody was told of.
//
// Only a leader's commands go this way. All else is written at once, behind what is still to be written: what a follower
// stores, the entry that begins a Raft term, a new configuration, a command of a lone voter. So a leader that has stepped
// down writes what it held back before it stores anything of the next one's. It may tell that one sooner that it has those
// entries; but the next leader commits them only together with the entry that begins its Raft term, which is stored here.
type overlap struct {
	raft.LogStore
	leads  func() bool  // whether this capital leads with others that vote
	run    func(func()) // runs on a goroutine of its own
	failed func(error)  // is told of a write that failed, so that Raft comes to know

	mu      sync.Mutex
	ended   sync.Cond   // of writes
	pending []*raft.Log // what Raft takes for stored and is not written yet, in order
	writing bool
	err     error // of the last write; the entries are still pending, and the next one to wait for them tries again
}

// leadsOthers reports whether this capital leads, and a majority takes another one besides.
func (n *Node) leadsOthers() bool {
	r, err := n.current()
	if err != nil || r == nil || r.State() != raft.Leader {
		return false
	}
	conf := r.GetConfiguration() // the latest one, committed or not; it never fails
	voters := 0
	for _, s := range conf.Configuration().Servers {
		if s.Suffrage == raft.Voter {
			voters++
		}
	}
	return voters > 1
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

// maxPending bounds the entries that wait to be written; then Raft waits too.
const maxPending = 4096

func newOverlap(store raft.LogStore, leads func() bool, run func(func()), failed func(error)) *overlap {
	o := &overlap{LogStore: store, leads: leads, run: run, failed: failed}
	o.ended.L = &o.mu
	return o
}

// StoreLog is StoreLogs for one entry.
func (o *overlap) StoreLog(log *raft.Log) error { return o.StoreLogs([]*raft.Log{log}) }

// StoreLogs stores entries, or has them stored soon. Raft does not change them any more.
func (o *overlap) StoreLogs(logs []*raft.Log) error {
	soon := o.leads()
	for _, l := range logs {
		soon = soon && l.Type == raft.LogCommand
	}
	if soon && o.add(logs) {
		return nil
	}
	if err := o.flush(); err != nil {
		return err
	}
	return o.LogStore.StoreLogs(logs)
}

// add takes entries to be written soon. It returns false while a write has failed, or too much is waiting.
func (o *overlap) add(logs []*raft.Log) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil || len(o.pending)+len(logs) > maxPending {
		return false
	}
	o.pending = append(o.pending, logs...)
	o.begin()
	return true
}

// begin has what is pending written. The caller holds o.mu.
func (o *overlap) begin() {
	if !o.writing {
		o.writing = true
		o.run(o.write)
	}
}

// write writes until nothing is pending, or a write fails.
func (o *overlap) write() {
	runtime.Gosched() // so that the entries go out to the others first
	o.mu.Lock()
	for len(o.pending) > 0 && o.err == nil {
		logs := o.pending[:len(o.pending):len(o.pending)]
		o.mu.Unlock()
		err := o.LogStore.StoreLogs(logs)
		o.mu.Lock()
		if o.err = err; err == nil {
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

// wait waits until the entries up to an index are written. An error says that a write has failed: they may be written later.
func (o *overlap) wait(index uint64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.pending) > 0 && o.pending[0].Index <= index && o.err == nil {
		o.ended.Wait()
	}
	if len(o.pending) > 0 && o.pending[0].Index <= index {
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
		o.ended.Wait()
	}
	o.pending, o.err = nil, nil
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
