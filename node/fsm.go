package node

import (
	"bytes"
	"io"
	"slices"
	"sync"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
)

// fsm puts the state machine under Raft: it decodes, applies and keeps the record. Raft calls Apply, Snapshot and
// Restore from one goroutine; everybody else reads under mu.
type fsm struct {
	options   terms.Options
	decode    func([]byte, *terms.Move) error
	onApply   func(*terms.Entry, func() [32]byte)
	onRestore func(uint64, func() [32]byte)
	written   func() error    // waits until the log has what was applied; nil if it always has
	ahead     *ahead          // nil if Config says how moves are decoded or verified
	room      []*prepared     // without ahead: what prepared returned last
	results   []any           // what ApplyBatch returned last
	hash      func() [32]byte // of the state

	mu       sync.RWMutex
	state    *terms.State
	record   []terms.Entry // only ever appended to, or replaced as a whole
	applying *prepared     // what is known of the move that is being applied
	applied  uint64        // log index of the last command that reached the state
	term     uint64        // its Raft term
	muted    bool          // after a crash: nobody is told anything any more
	changed  chan struct{} // closed at the next change; nil if nobody waits for it
}

func newFSM(cfg *Config) *fsm {
	decode := cfg.Decode
	if decode == nil {
		decode = func(b []byte, m *terms.Move) error { return m.Decode(b) }
	}
	f := &fsm{options: cfg.Terms, decode: decode, onApply: cfg.OnApply, onRestore: cfg.OnRestore}
	if cfg.Decode == nil && cfg.Terms.Verify == nil {
		f.ahead = &ahead{key: f.key, leads: func() bool { return false }, lag: cfg.Lag,
			verifier: signature.NewVerifier(), own: newOwnSignatures(), wake: make(chan struct{}, 1), known: map[uint64]*prepared{}}
	}
	if cfg.Terms.Verify == nil {
		f.options.Verify = f.verify
	}
	f.state = terms.New(f.options)
	f.hash = func() [32]byte { return f.state.Hash() }
	return f
}

// key returns a capital's public key as the state names it, nil if it names none.
func (f *fsm) key(capital string) []byte {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if charter := f.state.Charter(); charter != nil {
		if c := charter.Capital(capital); c != nil {
			return c.Key
		}
	}
	return nil
}

// Apply applies one command and returns its terms.Result.
func (f *fsm) Apply(log *raft.Log) any { return f.ApplyBatch([]*raft.Log{log})[0] }

// ApplyBatch applies commands in order and returns the terms.Result of each. What cannot be decoded is refused as malformed:
// an error here would differ from machine to machine, and a panic would end them all. Raft takes the results before it calls
// again.
func (f *fsm) ApplyBatch(logs []*raft.Log) []any {
	list := f.prepared(logs)
	clear(f.results)
	results := slices.Grow(f.results[:0], len(logs))[:len(logs)]
	f.results = results
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, log := range logs {
		// A Raft that was restarted in place reads its log again; nobody waits for that.
		if log.Type == raft.LogCommand && log.Index > f.applied {
			results[i] = f.apply(log, list[i])
		}
	}
	f.announce()
	return results
}

// prepared returns the moves of commands, decoded, and what else is known of them: until it is called again.
func (f *fsm) prepared(logs []*raft.Log) []*prepared {
	if f.ahead != nil {
		return f.ahead.take(logs)
	}
	for len(f.room) < len(logs) {
		f.room = append(f.room, &prepared{})
	}
	for i, log := range logs {
		if log.Type == raft.LogCommand {
			f.room[i].err = f.decode(log.Data, &f.room[i].move)
		}
	}
	return f.room[:len(logs)]
}

// verify answers as signature.Verify does. The caller holds f.mu.
func (f *fsm) verify(m *terms.Move, key []byte) bool {
	if p := f.applying; p != nil && m == &p.move && p.key != nil && bytes.Equal(p.key, key) {
		return p.ok
	}
	return signature.Verify(m, key)
}

// apply applies one command. The caller holds f.mu.
func (f *fsm) apply(log *raft.Log, p *prepared) terms.Result {
	if len(f.record) == cap(f.record) { // by half, and not by a quarter: an entry takes some 500 bytes
		f.record = slices.Grow(f.record, max(32, len(f.record)/2))
	}
	e := &f.record[:len(f.record)+1][len(f.record)] // its place, if it gets one
	e.Index, e.RaftTerm, e.Move = log.Index, log.Term, p.move
	if p.err != nil {
		e.Result = terms.Result{Refused: true, Code: terms.RefusedMalformed, Reason: p.err.Error()}
	} else {
		f.applying = p
		e.Result = f.state.Apply(&p.move)
		f.applying = nil
	}
	if e.Result.Sequence > 0 && !e.Result.Repeat {
		f.record = f.record[:len(f.record)+1]
	}
	f.applied, f.term = log.Index, log.Term
	if f.onApply != nil && !f.muted {
		f.onApply(e, f.hash)
	}
	return e.Result
}

// Snapshot captures the state and the record as they are; persist writes them out later, while moves are applied.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	state, err := f.state.Snapshot()
	if err != nil {
		return nil, err
	}
	return &snapshot{Index: f.applied, RaftTerm: f.term, state: state, record: f.record[:len(f.record):len(f.record)],
		written: f.written}, nil
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
	if f.ahead != nil {
		f.ahead.forget()
	}
	if f.onRestore != nil && !f.muted {
		f.onRestore(s.Index, f.hash)
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

// hurry has moves applied without delay until the function that it returns is called.
func (f *fsm) hurry() (done func()) {
	if f.ahead == nil {
		return func() {}
	}
	f.ahead.hurried.Add(1)
	f.ahead.hurry()
	return func() { f.ahead.hurried.Add(-1) }
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
