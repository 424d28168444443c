// Package check says what must hold of every run: Raft's safety properties, as observed at the capitals' machines, and
// the consent rules, re-derived from the record by a second evaluation that shares no code with package terms' own.
//
// A [Run] is fed while the run goes on and judged once at its end. Each check says how much it looked at, and a check
// that looked at nothing has failed: a forgotten hook must not pass for a sound run. The one exception is a run in which
// no quorum ever existed. The runner must say so ([End.NoQuorum]) and nothing that was observed may speak against it.
//
// The package observes and compares. It knows nothing of hashicorp/raft, of networks or of scenarios, and it never
// changes what it looks at.
package check

import (
	"fmt"
	"slices"
	"sync"

	"github.com/parley-sim/parley/node/terms"
)

// The checks, in the order of [Run.Finish].
const (
	ElectionSafety     = "election-safety"
	LogMatching        = "log-matching"
	LeaderCompleteness = "leader-completeness"
	StateMachineSafety = "state-machine-safety"
	ExactlyOnce        = "exactly-once"
	OutcomeCheck       = "outcome"
)

// Names lists the checks.
func Names() []string {
	return []string{ElectionSafety, LogMatching, LeaderCompleteness, StateMachineSafety, ExactlyOnce, OutcomeCheck}
}

// Result is what a check found.
type Result struct {
	Name     string `json:"name"`
	Held     bool   `json:"held"`
	LookedAt int    `json:"looked_at"`        // how many things it compared; Detail says what they were
	Detail   string `json:"detail,omitempty"` // what was looked at or, if it did not hold, the first thing that was wrong
}

// LogEntry is one entry of a capital's Raft log, of whatever kind. Digest is a hash of its data; whoever feeds a Run
// uses the same hash here and in [Application].
type LogEntry struct {
	Index    uint64
	RaftTerm uint64
	Digest   [32]byte
}

// Log is a capital's Raft log: Entries in ascending order, after a snapshot that stands for all entries up to the index
// Snapshot. Entries may begin before the snapshot's end.
type Log struct {
	Snapshot uint64
	Entries  []LogEntry
}

// Application is what a capital's machine did with one committed move.
type Application struct {
	Index    uint64   // Raft's log index
	RaftTerm uint64   // Raft's term
	Digest   [32]byte // of the entry's data, as in LogEntry
	Hash     [32]byte // of the state after the move: terms.State.Hash
	Sequence uint64   // Result.Sequence; 0 for a move that left no trace in the record, and for a repeated one
}

// Run observes one run. The zero value is ready. Its methods may be called from several goroutines.
type Run struct {
	mu       sync.Mutex
	leaders  map[uint64]string // who led in each Raft term
	tops     []topLeader       // the leaders of the highest Raft term
	elected  int
	applied  map[uint64]*first // by index: the first application of it
	applies  int
	told     int // hashes that capitals told of their states
	capitals map[string]*machine
	ledWith  []ledger // the logs of the leaders and of the end
	pairs    int      // of a leader and a committed entry
	wrong    map[string]string
	acks     []ack
}

type topLeader struct {
	raftTerm uint64
	capital  string
}

// first is an application and the capital that was first to make it; every other is compared with it.
type first struct {
	Application
	capital string
}

// machine is what is known of a capital's state machine since it was last restored.
type machine struct {
	from, last uint64 // it holds from's state and has applied up to last
	count      uint64 // moves applied after from
	past       []stretch
	wiped      bool // its log was lost after it last led
}

// stretch is a capital's applying without a break: count moves after from, up to last.
type stretch struct{ from, last, count uint64 }

type ledger struct {
	capital string
	log     Log
}

type ack struct {
	capital string
	number  uint64
	result  terms.Result
}

// fault keeps the first thing that is wrong with what a check looks at. The caller holds mu.
func (r *Run) fault(check, format string, args ...any) {
	if r.wrong == nil {
		r.wrong = map[string]string{}
	}
	if r.wrong[check] == "" {
		r.wrong[check] = fmt.Sprintf(format, args...)
	}
}

func (r *Run) machine(capital string) *machine {
	if r.capitals == nil {
		r.capitals = map[string]*machine{}
	}
	m := r.capitals[capital]
	if m == nil {
		m = &machine{}
		r.capitals[capital] = m
	}
	return m
}

// Leader records that a capital became leader in a Raft term. Log is its log, read when it had become leader or later
// while it still was; nil if that could not be read. It is kept.
func (r *Run) Leader(raftTerm uint64, capital string, log *Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.leaders == nil {
		r.leaders = map[uint64]string{}
	}
	r.elected++
	if other, ok := r.leaders[raftTerm]; ok && other != capital {
		r.fault(ElectionSafety, "%s and %s were both leader in Raft term %d", other, capital, raftTerm)
	}
	r.leaders[raftTerm] = capital
	r.machine(capital).wiped = false
	r.tops = slices.DeleteFunc(r.tops, func(t topLeader) bool { return t.raftTerm < raftTerm })
	if len(r.tops) == 0 || r.tops[0].raftTerm == raftTerm {
		r.tops = append(r.tops, topLeader{raftTerm, capital})
	}
	if log == nil {
		return
	}
	r.ledWith = append(r.ledWith, ledger{capital, *log})
	// What was applied anywhere is committed. Entries of this very Raft term may be younger than the log that was read;
	// older ones the leader must have held when it was elected.
	for _, f := range r.applied {
		if f.RaftTerm < raftTerm {
			r.holds(capital, raftTerm, log, f)
		}
	}
}

// holds looks whether a leader's log has a committed entry. The caller holds mu.
func (r *Run) holds(capital string, raftTerm uint64, log *Log, f *first) {
	r.pairs++
	if f.Index <= log.Snapshot {
		return
	}
	i, found := slices.BinarySearchFunc(log.Entries, f.Index, byIndex)
	if !found || log.Entries[i].RaftTerm != f.RaftTerm || log.Entries[i].Digest != f.Digest {
		r.fault(LeaderCompleteness, "%s led in Raft term %d without entry %d of Raft term %d, which %s had applied",
			capital, raftTerm, f.Index, f.RaftTerm, f.capital)
	}
}

func byIndex(e LogEntry, index uint64) int {
	switch {
	case e.Index < index:
		return -1
	case e.Index > index:
		return 1
	}
	return 0
}

// Applied records that a capital's state machine applied a committed move. Called for every move at every capital, in
// the order of each capital's machine.
func (r *Run) Applied(capital string, a Application) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.applies++
	m := r.machine(capital)
	if a.Index <= m.last {
		r.fault(StateMachineSafety, "%s applied entry %d after it had applied entry %d", capital, a.Index, m.last)
	}
	m.last = a.Index
	m.count++
	if r.applied == nil {
		r.applied = map[uint64]*first{}
	}
	f := r.applied[a.Index]
	switch {
	case f == nil:
		r.applied[a.Index] = &first{a, capital}
	case f.RaftTerm != a.RaftTerm || f.Digest != a.Digest:
		r.fault(StateMachineSafety, "at index %d %s and %s applied different entries", a.Index, f.capital, capital)
	case f.Hash != a.Hash || f.Sequence != a.Sequence:
		r.fault(StateMachineSafety, "after entry %d the state of %s is not that of %s", a.Index, capital, f.capital)
	}
}

// Told records the hash that a capital itself tells of its state after the move at an index. It is for machines that
// cannot be looked into: there Applied's hash is that of their record, replayed, and this is what it is compared with.
func (r *Run) Told(capital string, index uint64, hash [32]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told++
	if f := r.applied[index]; f == nil || f.Hash != hash {
		r.fault(StateMachineSafety, "the state that %s says it has after entry %d is not what its record adds up to", capital, index)
	}
}

// Restored records that a capital's state machine was replaced by the one after the entry index: by a snapshot, or with
// index 0 by an empty one, after a restart or a wiped disk. What it applies from there on it may have applied before.
// Hash is that of the restored state.
func (r *Run) Restored(capital string, index uint64, hash [32]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.machine(capital)
	m.past = append(m.past, stretch{m.from, m.last, m.count})
	m.from, m.last, m.count = index, index, 0
	// A snapshot may stand at an entry that is no move: its state is that of the last move before.
	if at := r.lastAppliedUpTo(index); at != nil {
		r.applies++
		if at.Hash != hash {
			r.fault(StateMachineSafety, "the state that %s was restored to at index %d is not that of %s after entry %d",
				capital, index, at.capital, at.Index)
		}
	}
}

func (r *Run) lastAppliedUpTo(index uint64) *first {
	var best *first
	for i, f := range r.applied {
		if i <= index && (best == nil || i > best.Index) {
			best = f
		}
	}
	return best
}

// Wiped records that a capital lost its disk: what it led with is no longer to be found in its log.
func (r *Run) Wiped(capital string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.machine(capital).wiped = true
}

// Acknowledged records what the submitter of a move was told: its result, recorded or refused. A submitter that was told
// that the fate of its move is unknown was told nothing.
func (r *Run) Acknowledged(capital string, number uint64, result terms.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	result.Events = nil
	r.acks = append(r.acks, ack{capital, number, result})
}

// Stored records a capital's log at the end of the run. It is kept.
func (r *Run) Stored(capital string, log Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ledWith = append(r.ledWith, ledger{capital, log})
	m := r.machine(capital)
	for _, t := range r.tops {
		// Whatever was committed was committed in this Raft term or before, so its leader has it. (An entry of a later one
		// is of a leader that nobody told of.)
		if t.capital != capital || m.wiped {
			continue
		}
		for _, f := range r.applied {
			if f.RaftTerm <= t.raftTerm {
				r.holds(capital, t.raftTerm, &log, f)
			}
		}
	}
}
