package why

import (
	"github.com/parley-sim/parley/node/terms"
)

// Answer says why one plan came out as it did. Its JSON is what parley why --json prints; lists are never null.
type Answer struct {
	Scenario  string         `json:"scenario"`
	Seed      int64          `json:"seed"`
	Plan      string         `json:"plan"`
	Title     string         `json:"title"`
	Outcome   terms.Outcome  `json:"outcome"`
	Proposed  bool           `json:"proposed"`
	Agreement terms.Status   `json:"agreement,omitempty"` // of an adopted plan
	Version   int            `json:"version"`
	Stage     string         `json:"stage"`
	DecidedAt *terms.Instant `json:"decided_at"` // null while open
	Unknown   bool           `json:"unknown"`    // it is open because at the end no majority of the machines was connected

	Causes []Cause `json:"causes"`
	Facts  []Fact  `json:"facts"` // what a reader of the run could miss

	Goal       Goal   `json:"goal"`       // what the flips bring about
	Flips      []Flip `json:"flips"`      // by size, then by how few red lines they cross
	Found      int    `json:"found"`      // how many flips there are; more than are listed where the limit was reached
	Tried      Tried  `json:"tried"`      // what was tried for it
	Exhaustive bool   `json:"exhaustive"` // all changes and all pairs were tried, each where it counts
	Search     string `json:"search"`     // how sets of three changes and more were looked for; "" if they were not
}

// CauseKind says what sort of cause it is: the two are never mixed up.
type CauseKind string

// The kinds of cause.
const (
	Political CauseKind = "political"
	Technical CauseKind = "technical"
)

// Cause is one link of the chain.
type Cause struct {
	Kind     CauseKind     `json:"kind"`
	Text     string        `json:"text"` // one or two plain sentences
	Capitals []string      `json:"capitals"`
	Terms    []string      `json:"terms"`
	At       terms.Instant `json:"at"`
}

// Fact is something that follows from all that was played, and stands in no single line of the run.
type Fact struct {
	Text     string   `json:"text"`
	Capitals []string `json:"capitals"`
	Terms    []string `json:"terms"`
}

// Flip is a smallest set of changes after which the outcome is another one.
type Flip struct {
	Size    int        `json:"size"`
	Changes []Change   `json:"changes"`
	After   Ending     `json:"outcome_after"`
	Crosses []Crossing `json:"crosses"` // whose red lines the resulting agreement crosses
	Spares  []string   `json:"spares"`  // capitals that have red lines, needs or a walk-away, none of them crossed
	Plays   int        `json:"plays"`   // on real Raft, of this very flip
	Search  bool       `json:"search"`  // found by the search beyond two: a smaller set may exist
}

// Ending is what becomes of the plan.
type Ending struct {
	Outcome   terms.Outcome  `json:"outcome"`
	Agreement terms.Status   `json:"agreement,omitempty"`
	Version   int            `json:"version"`
	DecidedAt *terms.Instant `json:"decided_at"`
}

// Crossing is a line of a capital that a text crosses.
type Crossing struct {
	Capital string `json:"capital"`
	Text    string `json:"text"` // "its red line: force is european"
	// Own reports that the capital's policy says so; otherwise it showed by a veto or an objection of the script.
	Own bool `json:"own"`
}

// Kind names a kind of change.
type Kind string

// The kinds of change.
const (
	KindPosition    Kind = "position"    // a capital takes another position
	KindVeto        Kind = "veto"        // a veto is not cast
	KindCondition   Kind = "condition"   // a consent or a pledge has no condition
	KindValue       Kind = "value"       // a value of the text, or of an amendment
	KindAmendment   Kind = "amendment"   // an amendment is not made
	KindRule        Kind = "rule"        // a clause of a stage's rule
	KindProcedure   Kind = "procedure"   // what silence or an amendment does, and when a stage decides
	KindWindow      Kind = "window"      // a stage's window, or the end of the run
	KindTime        Kind = "time"        // a move is made earlier or later
	KindPledge      Kind = "pledge"      // a pledge is made, or not made
	KindRequirement Kind = "requirement" // of an adopted plan, before it enters into force
	KindPolicy      Kind = "policy"      // a red line, a need, a walk-away, an answer
	KindMove        Kind = "move"        // any other move of the script is not made
	KindFault       Kind = "fault"       // a technical fault does not happen
)

// Kinds lists them all.
func Kinds() []Kind {
	return []Kind{KindPosition, KindVeto, KindCondition, KindValue, KindAmendment, KindRule, KindProcedure, KindWindow, KindTime, KindPledge,
		KindRequirement, KindPolicy, KindMove, KindFault}
}

// Change is one edit of the scenario.
type Change struct {
	Kind     Kind     `json:"kind"`
	Text     string   `json:"text"` // a sentence without its full stop: "Kyiv consents to version 3 (day 6)"
	Capitals []string `json:"capitals"`
	Terms    []string `json:"terms"`
	Where    Where    `json:"where"`

	// Shift is by how much a length or a time is another one, of two changes alike in all else the smaller one comes first.
	Shift terms.Duration `json:"shift,omitzero"`

	shape  string       // the text with a %s for its capital, to tell alike changes of different capitals
	slots  []string     // what it edits; two changes of which one's slot begins with the other's exclude each other
	family string       // changes of one family are steps of the same edit: see step
	step   int          // how far it goes, the smallest first
	edit   func(*draft) // carries it out
	inRule bool         // it edits the charter
}

// Where says what would be written, and where.
type Where struct {
	File  string `json:"file"`
	Line  int    `json:"line"` // 0 if it is not known
	Path  string `json:"path"` // of the key, such as procedures.plan.stages[0].window
	How   string `json:"how"`  // replace, add or remove
	Write string `json:"write"`
}

// Tried counts what was tried.
type Tried struct {
	By      map[Kind]int `json:"by_kind"` // single changes
	Singles int          `json:"singles"`
	Pairs   int          `json:"pairs"`
	Larger  int          `json:"larger"` // sets of three and more

	Plays    int `json:"plays"`     // runs in all, the first included
	RealRuns int `json:"real_raft"` // those of them on real Raft
	Screened int `json:"screened"`  // sets that take real Raft to tell and were tried on the state machine alone, for want of time
	Dropped  int `json:"dropped"`   // flips that were found without messages and real Raft did not confirm
	Failed   int `json:"failed"`    // runs that could not be finished, for a technical reason
	Bounded  int `json:"bounded"`   // lengths and times of which not all that matter could be found
}
