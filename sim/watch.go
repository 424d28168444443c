package sim

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// SightingKind says what a sighting tells.
type SightingKind string

// The kinds of sighting. Beside each: the fields of [Sighting] that it uses.
const (
	SeenTime     SightingKind = "time"     // Time: what scenario time it is from now on
	SeenUp       SightingKind = "up"       // Capital: its machine starts
	SeenDown     SightingKind = "down"     // Capital, Text: its machine crashed
	SeenRole     SightingKind = "role"     // Capital, Role, RaftTerm: what it became
	SeenLeader   SightingKind = "leader"   // Capital, Leader, RaftTerm: whom it follows now; "" is nobody
	SeenStored   SightingKind = "stored"   // Capital, First, Index, RaftTerm: entries First to Index are in its log
	SeenCut      SightingKind = "cut"      // Capital, Index: its log now ends there
	SeenApplied  SightingKind = "applied"  // Capital, Index: its state machine has applied the move there
	SeenRestored SightingKind = "restored" // Capital, Index: its state is now that after Index
	SeenLine     SightingKind = "line"     // From, To, Line: how the line from one to the other is now
	SeenReach    SightingKind = "reach"    // Majority, Record: who can do what, with the lines and machines as they are now
)

// Sighting is something that was seen of the machines, the lines between them or the clock of the scenario.
type Sighting struct {
	At       time.Duration `json:"at"` // Raft time since the run began
	Kind     SightingKind  `json:"kind"`
	Capital  string        `json:"capital,omitempty"`
	Time     terms.Instant `json:"time,omitzero"`
	Role     string        `json:"role,omitempty"` // Follower, Candidate, Leader or Shutdown, as hashicorp/raft calls them
	Leader   string        `json:"leader,omitempty"`
	RaftTerm uint64        `json:"raft_term,omitempty"`
	First    uint64        `json:"first,omitempty"`
	Index    uint64        `json:"index,omitempty"`
	Text     string        `json:"text,omitempty"`
	From     string        `json:"from,omitempty"`
	To       string        `json:"to,omitempty"`
	Line     *LineState    `json:"line,omitempty"`
	Majority []string      `json:"majority,omitempty"` // who is connected to a majority of the voters, itself included, and so could lead
	Record   []string      `json:"record,omitempty"`   // who has a way to one of those, directly or over one other capital
}

// LineState is what is wrong with a line, one way. The zero value is a sound line.
type LineState struct {
	Cut  bool          `json:"cut,omitempty"`
	Held bool          `json:"held,omitempty"`
	Drop float64       `json:"drop,omitempty"` // the share of messages that it loses
	Slow time.Duration `json:"slow,omitempty"` // what it adds to each message, in Raft time
}

// watcher tells Options.Watch what is seen, one thing at a time. It does nothing if nobody wants to know.
type watcher struct {
	began time.Time
	mu    sync.Mutex
	tell  func(Sighting)
}

func (w *watcher) watching() bool { return w != nil && w.tell != nil }

func (w *watcher) see(s Sighting) {
	if w.watching() { // on the direct back end there is no watcher
		w.show(s)
	}
}

func (w *watcher) show(s Sighting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.At = time.Since(w.began)
	w.tell(s)
}

// seeRaft tells of a turn in a capital's part in elections.
func (w *watcher) seeRaft(e *node.RaftEvent) {
	switch e.Kind {
	case node.EventState:
		w.see(Sighting{Kind: SeenRole, Capital: e.Capital, Role: e.State, RaftTerm: e.RaftTerm})
	case node.EventLeader:
		w.see(Sighting{Kind: SeenLeader, Capital: e.Capital, Leader: e.Leader, RaftTerm: e.RaftTerm})
	}
}

// seeReach tells who can reach whom, after machines or lines have changed.
func (r *runner) seeReach() {
	if !r.watch.watching() {
		return
	}
	s := Sighting{Kind: SeenReach}
	for _, c := range r.capitals {
		if r.reachesMajority(c) {
			s.Majority = append(s.Majority, c.id)
		}
		if r.canRecord(c) {
			s.Record = append(s.Record, c.id)
		}
	}
	r.watch.see(s)
}

// seenLog is a log that tells what is stored in it.
type seenLog struct {
	raft.LogStore
	capital string
	w       *watcher
}

func (l *seenLog) StoreLog(entry *raft.Log) error { return l.StoreLogs([]*raft.Log{entry}) }

func (l *seenLog) StoreLogs(entries []*raft.Log) error {
	if err := l.LogStore.StoreLogs(entries); err != nil {
		return err
	}
	for i := 0; i < len(entries); {
		j := i
		for j+1 < len(entries) && entries[j+1].Term == entries[i].Term {
			j++
		}
		l.w.see(Sighting{Kind: SeenStored, Capital: l.capital, First: entries[i].Index, Index: entries[j].Index, RaftTerm: entries[i].Term})
		i = j + 1
	}
	return nil
}

func (l *seenLog) DeleteRange(low, high uint64) error {
	before, err := l.LastIndex()
	if err != nil {
		return err
	}
	if err := l.LogStore.DeleteRange(low, high); err != nil {
		return err
	}
	if high >= before && low <= before { // its end went, and not what a snapshot holds
		l.w.see(Sighting{Kind: SeenCut, Capital: l.capital, Index: low - 1})
	}
	return nil
}

// seenWires tells how lines are after each change to them.
type seenWires struct {
	wires
	w     *watcher
	lines map[line]LineState
}

func (s *seenWires) change(from, to string, how func(*LineState)) {
	at := line{from, to}
	old := s.lines[at]
	now := old
	how(&now)
	if now != old {
		s.lines[at] = now
		s.w.see(Sighting{Kind: SeenLine, From: from, To: to, Line: &now})
	}
}

func (s *seenWires) Cut(from, to string) {
	s.wires.Cut(from, to)
	s.change(from, to, func(l *LineState) { l.Cut = true })
}

func (s *seenWires) Slow(from, to string, by time.Duration) {
	s.wires.Slow(from, to, by)
	s.change(from, to, func(l *LineState) { l.Slow = by })
}

func (s *seenWires) Drop(from, to string, rate float64) {
	s.wires.Drop(from, to, rate)
	s.change(from, to, func(l *LineState) { l.Drop = rate })
}

func (s *seenWires) Hold(from, to string) {
	s.wires.Hold(from, to)
	s.change(from, to, func(l *LineState) { l.Held = true })
}

func (s *seenWires) Release(from, to string) {
	s.wires.Release(from, to)
	s.change(from, to, func(l *LineState) { l.Held = false })
}

func (s *seenWires) Heal(from, to string) {
	s.wires.Heal(from, to)
	s.change(from, to, func(l *LineState) { *l = LineState{} })
}

func (s *seenWires) HealAll() {
	s.wires.HealAll()
	all := slices.SortedFunc(maps.Keys(s.lines), func(a, b line) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	for _, at := range all {
		s.change(at.from, at.to, func(l *LineState) { *l = LineState{} })
	}
}
