package node

import (
	"io"
	"sync"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// fsm puts the state machine under Raft: it decodes, applies and keeps the record. Raft calls Apply, Snapshot and
// Restore from one goroutine; everybody else reads under mu.
type fsm struct {
	options   terms.Options
	decode    func([]byte) (terms.Move, error)
	onApply   func(terms.Entry, func() [32]byte)
	onRestore func(uint64, func() [32]byte)

	mu      sync.RWMutex
	state   *terms.State
	record  []terms.Entry // only ever appended to, or replaced as a whole
	applied uint64        // log index of the last command that reached the state
	term    uint64        // its Raft term
	muted   bool          // after a crash: nobody is told anything any more
	changed chan struct{} // closed at the next change; nil if nobody waits for it
}

func newFSM(cfg *Config) *fsm {
	decode := cfg.Decode
	if decode == nil {
		decode = terms.DecodeMove
	}
	return &fsm{options: cfg.Terms, decode: decode, onApply: cfg.OnApply, onRestore: cfg.OnRestore, state: terms.New(cfg.Terms)}
}

// Apply applies one command and returns its terms.Result. What cannot be decoded is refused as malformed: an error here
// would differ from machine to machine, and a panic would end them all.
func (f *fsm) Apply(log *raft.Log) any {
	move, err := f.decode(log.Data)

	f.mu.Lock()
	defer f.mu.Unlock()
	if log.Index <= f.applied {
		return nil // a Raft that was restarted in place reads its log again; nobody waits for this
	}
	var result terms.Result
	if err != nil {
		result = terms.Result{Refused: true, Code: terms.RefusedMalformed, Reason: err.Error()}
	} else {
		result = f.state.Apply(&move)
	}
	entry := terms.Entry{Index: log.Index, RaftTerm: log.Term, Move: move, Result: result}
	if result.Sequence > 0 && !result.Repeat {
		f.record = append(f.record, entry)
	}
	f.applied, f.term = log.Index, log.Term
	if f.onApply != nil && !f.muted {
		f.onApply(entry, f.state.Hash)
	}
	f.announce()
	return result
}

// Snapshot captures the state and the record as they are; persist writes them out later, while moves are applied.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	state, err := f.state.Snapshot()
	if err != nil {
		return nil, err
	}
	return &snapshot{Index: f.applied, RaftTerm: f.term, state: state, record: f.record[:len(f.record):len(f.record)]}, nil
}

// Restore replaces everything by a snapshot. If that cannot be read, nothing changes.
func (f *fsm) Restore(from io.ReadCloser) error {
	defer func() { _ = from.Close() }() // it was read to its end, so closing it can tell nothing new
	s, err := readSnapshot(from)
	if err != nil {
		return err
	}
	state := terms.New(f.options)
	if err := state.Restore(s.state); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state, f.record, f.applied, f.term = state, s.record, s.Index, s.RaftTerm
	if f.onRestore != nil && !f.muted {
		f.onRestore(s.Index, state.Hash)
	}
	f.announce()
	return nil
}

// announce wakes whoever waits for a change. The caller holds f.mu.
func (f *fsm) announce() {
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

// change returns a channel that is closed when the state has changed next.
func (f *fsm) change() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	return f.changed
}

// mute ends the calls of hooks.
func (f *fsm) mute() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.muted = true
}

// lastApplied returns the log index of the last command that reached the state.
func (f *fsm) lastApplied() uint64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.applied
}

// entries returns the record. It may be kept but not changed.
func (f *fsm) entries() []terms.Entry {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.record[:len(f.record):len(f.record)]
}
