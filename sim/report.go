package sim

import (
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/check"
)

// Report is what came of playing a scenario: all that package report writes, in whatever form, is in it.
type Report struct {
	Scenario *scenarios.Scenario
	Seed     int64
	On       string // the back end

	EndedAt   terms.Instant    // scenario time at which nothing was left to happen, at most the horizon
	Plans     []terms.PlanView // every plan of the file: first those proposed, in that order, then the others
	Pledges   []terms.PledgeView
	Findings  []Finding      // one an expectation, in the file's order
	Checks    []check.Result // what must hold of every run
	Raft      RaftSummary
	Moves     MoveCounts
	Waits     []Wait // moves that could not be recorded for a while, or never
	Timeline  []Item // what happened, in order
	Record    []terms.Entry
	Due       []terms.Instant `json:"-"` // when a step, a reply, a deadline or an expectation was due, in order, whether or not anything came of it
	NotPlayed int             // how many faults of the script were not played: the state machine alone has nothing that they could strike
	Programs  []ProgramRun    // of the capitals that programs played
	Unsettled int             // how many times the machines did not settle within their bound
	NoQuorum  bool            // at the end no majority was connected: the record could not be written

	RecordHash   [32]byte // SHA-256 over the political record: the same for a seed in every replay
	TraceHash    uint64   // over the messages of the machines: may differ where Raft raced with itself
	RaftTime     time.Duration
	WallTime     time.Duration
	RelayedMoves int
}

// ScenarioTime is how much scenario time the run covers.
func (r *Report) ScenarioTime() terms.Duration { return r.EndedAt.Sub(r.Scenario.Start) }

// Held reports whether every expectation and every check held.
func (r *Report) Held() bool {
	for _, f := range r.Findings {
		if !f.Held {
			return false
		}
	}
	return r.ChecksHeld()
}

// ChecksHeld reports whether every check held.
func (r *Report) ChecksHeld() bool {
	for _, c := range r.Checks {
		if !c.Held {
			return false
		}
	}
	return true
}

// Status is a run's exit status.
type Status int

// The exit statuses of FORMAT: a run is Unknown if, for want of a quorum, its outcome is, and not every expectation held;
// or if all that keeps it from being held are expectations that could not be judged.
const (
	StatusHeld    Status = 0
	StatusFailed  Status = 1
	StatusInvalid Status = 2
	StatusUnknown Status = 3
)

// Status returns the run's exit status: StatusHeld, StatusFailed or StatusUnknown. A failed check is a failure whatever
// else happened.
func (r *Report) Status() Status {
	switch {
	case !r.ChecksHeld():
		return StatusFailed
	case r.NoQuorum && (len(r.Findings) == 0 || !r.Held()):
		return StatusUnknown
	case !r.Held():
		for _, f := range r.Findings {
			if !f.Held && !f.Unjudged {
				return StatusFailed
			}
		}
		return StatusUnknown
	}
	return StatusHeld
}

// Finding is what became of an expectation.
type Finding struct {
	Text  string // the expectation, as one line
	Held  bool
	Found string // what was found, as one line

	// Unjudged: it asks about machines, and there were none. It does not count as held.
	Unjudged bool
	Pos      scenarios.Position
}

// RaftSummary says what the machines did.
type RaftSummary struct {
	Voters    int
	Elections int    // won
	Commits   uint64 // the highest index that any capital applied
	Messages  uint64 // sent
	Snapshots uint64 // sent among them: a whole state, since the log of whoever led had been shortened
	Leader    string // at the end; "" if there is none
}

// MoveCounts counts the capitals' moves. Clock moves and the founding move are not counted.
type MoveCounts struct{ Recorded, Refused, Unknown int }

// Wait is a move that could not be recorded when it was made.
type Wait struct {
	Capital string
	Verb    terms.Verb
	Plan    string // what it is about: a plan,
	Term    string // or the term of a pledge
	Since   terms.Instant
	Until   terms.Instant // when it was recorded; the end of the run if it never was
	Tries   int
	Ended   bool   // it was recorded or refused in the end
	Why     string // "crashed", "cut off from the leader" or "no quorum"
}

// ItemKind says what an item of the timeline is.
type ItemKind string

// The kinds of item. Politics are moves and events; the rest is technical.
const (
	ItemMove      ItemKind = "move"       // Move: a move's outcome is known; Events: what followed
	ItemEvents    ItemKind = "events"     // Events: a deadline passed
	ItemFault     ItemKind = "fault"      // Fault, Text, Failed
	ItemElection  ItemKind = "election"   // Capital was elected leader in RaftTerm
	ItemWaiting   ItemKind = "waiting"    // Move could not be recorded now: it waits
	ItemProgram   ItemKind = "program"    // Capital's program failed, as Text says: it plays as silent
	ItemUnsettled ItemKind = "unsettled"  // Text: the machines did not come to rest
	ItemNotPlayed ItemKind = "not-played" // Fault, Text: there was nothing for a fault to strike
)

// Item is one thing that happened.
type Item struct {
	Kind     ItemKind
	At       terms.Instant // scenario time
	RaftAt   time.Duration // Raft time since the run began
	Move     *Played
	Events   []terms.Event
	Fault    *scenarios.Fault
	Text     string
	Failed   string // why the fault could not be carried out as it was meant
	Capital  string
	RaftTerm uint64
}

// Played is a move as it was played.
type Played struct {
	terms.Move
	Outcome string        // recorded, refused or unknown
	Code    terms.Refusal // why it was refused
	Reason  string
	Index   uint64        // Raft's log index, 0 if it is not known
	Via     []string      // the capitals that relayed it, in order, leader not included
	Leader  string        // who wrote it to the record
	First   terms.Instant // when it was first tried
	Tries   int
	Policy  bool // the capital's policy made it, not the script
}
