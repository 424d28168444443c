package api

import (
	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// MoveRequest is the body of POST /v1/moves: what the capital does. Beside each [terms.Verb] stands which fields it uses.
// The capital's id, the conference and the signature are added by the capital.
type MoveRequest struct {
	// Number is the capital's number for the move; 0 has the capital assign one. To ask again about a move whose outcome is
	// unknown, send the same move under the number that the answer gave.
	Number uint64 `json:"number,omitempty"`

	// Time is the scenario time of the move; nil is now, by the capital's clock, but never before the record's time.
	Time *terms.Instant `json:"time,omitempty"`

	Verb    terms.Verb       `json:"verb"`
	Plan    string           `json:"plan,omitempty"`
	Version int              `json:"version,omitempty"`
	Draft   *terms.Draft     `json:"draft,omitempty"`
	Set     []terms.Setting  `json:"set,omitempty"`
	Drop    []string         `json:"drop,omitempty"`
	If      *terms.Condition `json:"if,omitempty"`
	Citing  []string         `json:"citing,omitempty"`
	Term    string           `json:"term,omitempty"`
	Value   *terms.Value     `json:"value,omitempty"`
	Of      []string         `json:"of,omitempty"`
	Against string           `json:"against,omitempty"`
	For     terms.Duration   `json:"for,omitzero"`
	Text    string           `json:"text,omitempty"`
	Admit   *terms.Capital   `json:"admit,omitempty"`
	Key     []byte           `json:"key,omitempty"` // in base64
}

// move returns the move without its time.
func (q *MoveRequest) move() terms.Move {
	return terms.Move{Number: q.Number, Verb: q.Verb, Plan: q.Plan, Version: q.Version, Draft: q.Draft, Set: q.Set,
		Drop: q.Drop, If: q.If, Citing: q.Citing, Term: q.Term, Value: q.Value, Of: q.Of, Against: q.Against, For: q.For,
		Text: q.Text, Admit: q.Admit, Key: q.Key}
}

// MoveAnswer is what became of a move.
type MoveAnswer struct {
	Outcome       node.Outcome  `json:"outcome"`
	MayBeRecorded bool          `json:"may_be_recorded,omitempty"` // although the outcome is not "recorded"
	Number        uint64        `json:"number,omitempty"`          // the capital's number for it; ask again under it if the outcome is unknown
	Index         uint64        `json:"index,omitempty"`           // log index of the copy that was answered
	Sequence      uint64        `json:"sequence,omitempty"`        // its place in the record; 0: it has none
	Repeat        bool          `json:"repeat,omitempty"`          // it was in the record already; this is its first result
	Code          terms.Refusal `json:"code,omitempty"`            // why it was refused, for programs
	Reason        string        `json:"reason,omitempty"`          // why it was refused or is unknown, for people
	Via           []string      `json:"via,omitempty"`             // the capitals that passed it on, the leader last
	Events        []terms.Event `json:"events,omitempty"`          // what followed from it
}

// Seen says of an answer which state it was read from.
type Seen struct {
	Capital      string        `json:"capital"`       // who answers
	Consistency  string        `json:"consistency"`   // linearizable or local
	AppliedIndex uint64        `json:"applied_index"` // log index of the last move in the state
	Sequence     uint64        `json:"sequence"`      // moves in the record
	Now          terms.Instant `json:"now"`           // the scenario time that the record has reached
}

// State is the answer to GET /v1/state.
type State struct {
	Seen
	Conference string             `json:"conference"` // "" before it is founded
	StateHash  string             `json:"state_hash"` // hexadecimal; equal on two capitals exactly if their states are
	Leader     string             `json:"leader"`     // whom this capital takes for the leader; "" is nobody
	RaftTerm   uint64             `json:"raft_term"`
	Capitals   []CapitalView      `json:"capitals"`
	Plans      []terms.PlanView   `json:"plans"`
	Pledges    []terms.PledgeView `json:"pledges"`
}

// CapitalView is how a capital stands in the conference.
type CapitalView struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Role       terms.Role `json:"role"`
	Votes      bool       `json:"votes"` // its machine counts towards Raft's majority
	Left       bool       `json:"left"`  // it has left the conference
	Expelled   bool       `json:"expelled"`
	LastNumber uint64     `json:"last_number"`
	API        string     `json:"api,omitempty"` // the base URL of its interface, as far as the capital that answers knows
}

// CapitalList is the answer to GET /v1/capitals.
type CapitalList struct {
	Seen
	Capitals []CapitalView      `json:"capitals"`
	Motions  []terms.MotionView `json:"motions"` // admissions and expulsions that are not carried yet
}

// PlanList is the answer to GET /v1/plans: all plans in the order in which they were proposed.
type PlanList struct {
	Seen
	Plans []terms.PlanView `json:"plans"`
}

// PlanAnswer is the answer to GET /v1/plans/{id}.
type PlanAnswer struct {
	Seen
	Plan terms.PlanView `json:"plan"`
}

// PledgeList is the answer to GET /v1/pledges: all pledges in the order in which they were made.
type PledgeList struct {
	Seen
	Pledges []terms.PledgeView `json:"pledges"`
}

// CharterAnswer is the answer to GET /v1/charter.
type CharterAnswer struct {
	Seen
	Charter *terms.Charter `json:"charter"`
}

// Page is the answer to GET /v1/record.
type Page struct {
	Seen
	Entries []terms.Entry `json:"entries"`
	Next    uint64        `json:"next,omitempty"` // where the next page begins; 0: this is the end for now
}

// Status is the answer to GET /v1/status: how this capital's machine stands. Its sequence and last move are those of the
// state that was hashed.
type Status struct {
	node.Stats
	Conference string        `json:"conference"`
	Name       string        `json:"name,omitempty"`
	Role       terms.Role    `json:"role,omitempty"`
	Now        terms.Instant `json:"now"`
	StateHash  string        `json:"state_hash"`
	About
}

// Health is the answer to GET /v1/health and /v1/ready.
type Health struct {
	Capital string `json:"capital"`
	Status  string `json:"status"`           // ok or ready
	Leader  string `json:"leader,omitempty"` // of ready
}

// HandOver is the body of POST /v1/leader.
type HandOver struct {
	To string `json:"to"`
}

// Leader is the answer to POST /v1/leader.
type Leader struct {
	From   string `json:"from"`   // who led
	Leader string `json:"leader"` // who was handed the leadership
}

// SnapshotAnswer is the answer to POST /v1/snapshot.
type SnapshotAnswer struct {
	Capital string `json:"capital"`
	Taken   bool   `json:"taken"` // false: there was nothing new to store
}

// GapCause says why Raft events are missing in a reader's stream.
type GapCause string

// The causes of a gap.
const (
	GapRestarted GapCause = "restarted" // the capital was started anew: what its earlier process saw is gone with it
	GapOverrun   GapCause = "overrun"   // the reader was away for longer than the capital holds its Raft events
)

// RaftGap is the data of a gap event: Raft events of this capital that the reader has not seen and will not be told. No
// move is ever missing.
type RaftGap struct {
	Capital string   `json:"capital"`
	Cause   GapCause `json:"cause"`
	Process string   `json:"process"` // whose events follow, as in their ids
	Missed  uint64   `json:"missed"`  // events of that process that are missing; it counted them

	// Of a restart: the process that the reader followed, and the last of its events that the reader has seen. How many it
	// told of after that nobody knows.
	EarlierProcess string `json:"earlier_process,omitempty"`
	EarlierSeen    uint64 `json:"earlier_seen,omitempty"`
}
