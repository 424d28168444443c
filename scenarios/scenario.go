// Package scenarios reads scenario files: what they may say is in the schema (schema.json) and in the format's words
// [Scenario], [Step] and [Expectation]. It holds the library of scenarios too, embedded in the binary. It knows
// the terms and nothing of machines: playing a scenario is sim's work.
package scenarios

import (
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// Scenario is a checked scenario file: every name in it is known, every value fits its term, every rule can be won.
type Scenario struct {
	ID      string
	File    string // where it was read from, for messages
	Title   string
	About   string
	Sources []string // what the figures rest on
	Start   terms.Instant
	Horizon terms.Duration
	Seed    int64

	Charter  terms.Charter
	Parties  []Party // one a capital, in the charter's order
	Plans    []Plan
	Machines Machines
	Script   []Step
	Expect   []Expectation
	Warnings []Problem // what is legal, yet probably not what was meant

	Requirements []Requirement // links between terms that every deal must hold to, for the analysis of deals
}

// Plan is a text that the script can propose.
type Plan struct {
	ID    string
	Draft terms.Draft
	At    Position
}

// Plan returns the plan with that id, nil if there is none.
func (s *Scenario) Plan(id string) *Plan {
	for i := range s.Plans {
		if s.Plans[i].ID == id {
			return &s.Plans[i]
		}
	}
	return nil
}

// End is the instant at which the run ends at the latest.
func (s *Scenario) End() terms.Instant { return s.Start.Add(s.Horizon) }

// Party is what a scenario says of a capital beyond its place in the charter: how it decides, and what it wants.
type Party struct {
	Capital  string
	Policy   *Policy // nil: it does only what the script says
	Scores   []Score // its score sheet; the score of a text is the sum
	WalkAway *terms.Number
}

// Score is what one value of a term is worth to a capital.
type Score struct {
	Term   string
	Test   terms.Test // the value, or a bound such as ">= 30d"
	Points terms.Number
}

// Requirement is a link between terms: a deal for which all of If hold must make all of Then hold too. It restricts the
// deals that are analysed, and no run.
type Requirement struct {
	Pos  Position
	If   []terms.Test
	Then []terms.Test
}

// Span is a length of scenario time, drawn from the seed between Min and Max where they differ.
type Span struct{ Min, Max terms.Duration }

// Policy is how a capital answers a text that the script leaves it to decide. See package sim/policy for what it does.
type Policy struct {
	RepliesIn  Span           // after the text, or its next stage, has reached the capital; default 0h
	RedLines   [][]terms.Test // each: a red line, crossed if all its tests hold
	Needs      [][]terms.Test // each: a need, met if all its tests hold
	Concession *Concession    // with a score sheet
	Joins      []Join
	Program    []string // the command of a program that decides in place of all that; what is above it is told, but for replies_in
	Otherwise  Answer   // to a text that crosses no red line and meets every need; default consent

	// Took, if it is not nil, is how long it takes over texts instead of what is drawn from RepliesIn when they come to it: by
	// Matter. No file has it: it is for what asks how things would have gone at another time, the replies taking as long.
	Took map[Matter]terms.Duration `json:"-"`
}

// Matter is a version of a plan at a stage.
type Matter struct {
	Plan    string
	Version int
	Stage   string
}

// Answer is a policy's reply.
type Answer string

// The answers.
const (
	AnswerConsent Answer = "consent"
	AnswerObject  Answer = "object"
	AnswerAbstain Answer = "abstain"
	AnswerSilence Answer = "silence" // it takes no position
)

// Concession is the time-dependent tactic of Faratin, Sierra and Jennings, "Negotiation decision functions for autonomous
// agents" (Robotics and Autonomous Systems 24, 1998): the score below which the capital does not consent falls from its
// best score to its walk-away over a time.
type Concession struct {
	Exponent float64        // their beta: below 1 Boulware (holds out, gives late), 1 linear, above 1 conceder (gives early)
	Initial  float64        // their kappa, 0 to 1: the part of the way given at once; default 0
	Over     terms.Duration // from the scenario's start; default the horizon
}

// Join is a pledge that a capital makes on its own.
type Join struct {
	Term     string
	When     int               // once this many other capitals have pledged to the term
	Value    *terms.Value      // nil for a term that is a flag
	Requires []terms.Condition // and these hold
}

// Step is one line of the script: a move of one or more capitals, or a fault.
type Step struct {
	Pos Position

	At    *Span            // offset from the start; nil for a when-step
	When  *terms.Condition // it acts once, as soon as this holds
	After Span             // and this much later

	Move     *terms.Move // a template: without capital, number, time, signature; propose has no Draft: see Plan
	By       []string    // who makes the move, in this order
	Fault    *Fault
	NoSettle bool   // settle: false
	Text     string // the step as one line, for messages
}

// FaultKind names a fault.
type FaultKind string

// The faults.
const (
	FaultCut       FaultKind = "cut"       // Links
	FaultIsolate   FaultKind = "isolate"   // Capitals
	FaultPartition FaultKind = "partition" // Sides
	FaultSlow      FaultKind = "slow"      // Links, By
	FaultDrop      FaultKind = "drop"      // Links, Rate
	FaultHeal      FaultKind = "heal"      // Links or Capitals; neither: everything
	FaultHold      FaultKind = "hold"      // Links
	FaultRelease   FaultKind = "release"   // Links
	FaultCrash     FaultKind = "crash"     // Capitals
	FaultRestart   FaultKind = "restart"   // Capitals
	FaultWipe      FaultKind = "wipe"      // Capitals
	FaultChair     FaultKind = "chair"     // Capitals: one
)

// Faults lists them all.
func Faults() []FaultKind {
	return []FaultKind{FaultCut, FaultIsolate, FaultPartition, FaultSlow, FaultDrop, FaultHeal, FaultHold, FaultRelease,
		FaultCrash, FaultRestart, FaultWipe, FaultChair}
}

// Link is the way of messages from one capital to another.
type Link struct{ From, To string }

// Fault is something that happens to the capitals' machines or lines. A line cut both ways is two links.
type Fault struct {
	Kind     FaultKind
	Links    []Link
	Capitals []string
	Sides    [][]string    // of a partition: links between capitals of different sides are cut
	By       time.Duration // of slow: added to each message, in Raft time
	Rate     float64       // of drop: the part of the messages that is lost, 0 to 1
}

// Expectation is one line of the expect block. Exactly one of its groups of fields is set.
type Expectation struct {
	Pos  Position
	Text string // the expectation as one line

	Plan      string // with one or more of Outcome, Within, Version, Stage, BlockedBy, Agreement
	Outcome   terms.Outcome
	Within    *terms.Duration // the outcome, the agreement's status or the recorded move came no later than this after the start
	Version   int
	Stage     string
	BlockedBy []string // each of these keeps the plan from being won
	Agreement terms.Status

	Refused  terms.Verb // with By and Plan, which may be empty: some such move was refused
	Recorded terms.Verb // with By, Plan and Within, which may be empty: some such move was recorded
	By       []string

	Pledged   string // a term
	ByAtLeast int    // 0 with By empty: 1

	Leader    string // a capital
	Elections *Range

	At  *Span // then, not at the end
	Not bool
}

// Range is a closed range of counts.
type Range struct{ Min, Max int }

// Position is a place in a file, both counted from 1.
type Position struct{ Line, Column int }

// Problem is something wrong with a file, or worth a second look.
type Problem struct {
	File string
	Pos  Position
	Path string // the key, such as capitals.moscow.role or script[3].by
	Text string // what is wrong and what to do
	Hint string // "did you mean moscow?", if there is a near word
	Line string // the line of the file
}
