package terms

// Result is what became of a move. A refusal is a result, not an error: the record keeps it.
type Result struct {
	Refused  bool    `json:"refused,omitempty"`
	Code     Refusal `json:"code,omitempty"`     // why it was refused, for programs
	Reason   string  `json:"reason,omitempty"`   // why it was refused, for people: one sentence
	Repeat   bool    `json:"repeat,omitempty"`   // the move was in the record already: this is its first result, without Events
	Sequence uint64  `json:"sequence,omitempty"` // the move's place in the record, from 1; 0 if it did not get in
	Events   []Event `json:"events,omitempty"`   // what followed, deadlines settled before the move included
}

// Refusal classifies refusals.
type Refusal string

// The refusals. Those marked * leave no trace in the record: nobody can be said to have made the move.
const (
	RefusedUnknownCapital Refusal = "unknown-capital" // * no such capital
	RefusedSignature      Refusal = "signature"       // * not signed by the capital's key
	RefusedConference     Refusal = "conference"      // * a move of another conference
	RefusedNumber         Refusal = "number"          // * a gap, or a number used before for another move
	RefusedTime           Refusal = "time"            // * before the time that the record has reached
	RefusedMalformed      Refusal = "malformed"       // a field is missing, unknown or out of bounds
	RefusedNotFounded     Refusal = "not-founded"     // * the conference has no charter yet, or has one already
	RefusedUnknown        Refusal = "unknown"         // no such plan, term or procedure
	RefusedNotAllowed     Refusal = "not-allowed"     // the capital has no right to this move
	RefusedState          Refusal = "state"           // the plan or agreement is not in a state for it
	RefusedVersion        Refusal = "version"         // the text has changed since
	RefusedNoChange       Refusal = "no-change"       // the move would change nothing
)

// EventKind names what happened to the terms.
type EventKind string

// The events. Beside each: what its Capitals, Terms and Detail hold, if anything.
const (
	EventStageOpened   EventKind = "stage-opened"   // Capitals: the members
	EventStagePassed   EventKind = "stage-passed"   // Capitals: who consented; Detail: when-won, all-spoken, call or window
	EventVersion       EventKind = "version"        // a new version of the text
	EventVetoKept      EventKind = "veto-kept"      // by an amendment; Capitals: whose; Terms: cited
	EventVetoCleared   EventKind = "veto-cleared"   // by an amendment or lifted; Capitals: whose; Terms: cited
	EventConditionMet  EventKind = "condition-met"  // Capitals: whose consent or pledge now counts; Terms: the pledge's
	EventConditionLost EventKind = "condition-lost" // Capitals: whose consent or pledge no longer counts; Terms: the pledge's
	EventDecided       EventKind = "decided"        // Detail: the outcome; Reasons: why
	EventInForce       EventKind = "in-force"       // Until: its end, if it has one
	EventExtended      EventKind = "extended"       // Until: its new end; Capitals: who agreed
	EventExpired       EventKind = "expired"        //
	EventCollapsed     EventKind = "collapsed"      // Capitals: who denounced or reported; Detail: denounced or violations
	EventAdmitted      EventKind = "admitted"       // Capitals: whom; Detail: who moved it
	EventExpelled      EventKind = "expelled"       // Capitals: whom; Detail: who moved it
	EventRekeyed       EventKind = "rekeyed"        // Capitals: who signs with another key now
	EventViolation     EventKind = "violation"      // Capitals: the one accused; Detail: "2 of 3"
)

// Event is something that a move, or a deadline before it, brought about.
type Event struct {
	Time     Instant   `json:"time"`
	Kind     EventKind `json:"kind"`
	Plan     string    `json:"plan,omitempty"`
	Version  int       `json:"version,omitempty"`
	Stage    string    `json:"stage,omitempty"`
	Capitals []string  `json:"capitals,omitempty"`
	Terms    []string  `json:"terms,omitempty"`
	Detail   string    `json:"detail,omitempty"`
	Until    Instant   `json:"until,omitzero"`
	Tally    *Tally    `json:"tally,omitempty"` // of the stage, for stage-passed and decided
	Reasons  []Reason  `json:"reasons,omitempty"`
}

// Outcome is what became of a plan.
type Outcome string

// The outcomes. At a close where the rule is not won, a plan is
//   - vetoed, if the rule would be won with every no_objection_from clause set aside; else
//   - rejected, if the rule stays unwon even with every absent member consenting; else
//   - lapsed.
const (
	Open      Outcome = "open"
	Adopted   Outcome = "adopted"
	Vetoed    Outcome = "vetoed"
	Rejected  Outcome = "rejected"
	Lapsed    Outcome = "lapsed"
	Withdrawn Outcome = "withdrawn"
)

// Outcomes lists them all.
func Outcomes() []Outcome { return []Outcome{Adopted, Vetoed, Rejected, Lapsed, Withdrawn, Open} }

// Status is how an adopted plan stands.
type Status string

// The statuses of an agreement.
const (
	Awaiting  Status = "awaiting" // adopted; what it requires does not hold yet
	InForce   Status = "in-force"
	Expired   Status = "expired"
	Collapsed Status = "collapsed"
)

// Statuses lists them all.
func Statuses() []Status { return []Status{Awaiting, InForce, Expired, Collapsed} }

// Tally says where the members of a stage stand, each list in the order of the stage's members.
type Tally struct {
	Consent []string `json:"consent"`
	Object  []string `json:"object"`
	Abstain []string `json:"abstain"`
	Absent  []string `json:"absent"`
}

// ReasonKind names a kind of reason.
type ReasonKind string

// The kinds of reason. no-quorum is technical: the simulator adds it, the state machine never does.
const (
	ReasonVeto      ReasonKind = "veto"      // Capitals object where the rule lets none of them; Terms: what they cite
	ReasonObjection ReasonKind = "objection" // Capitals object, and without their consent the rule is not won
	ReasonMissing   ReasonKind = "missing"   // Capitals abstain, or have not consented yet and enough of them could still
	ReasonWon       ReasonKind = "won"       // Capitals consented, and that was enough
	ReasonWindow    ReasonKind = "window"    // the stage closed: its window ended, a vote was called, or all had spoken
	ReasonWithdrawn ReasonKind = "withdrawn" // Capitals: the proposer
	ReasonNoQuorum  ReasonKind = "no-quorum" // Capitals could not record their moves
)

// Reason is one reason for an outcome, in terms of capitals.
type Reason struct {
	Kind     ReasonKind `json:"kind"`
	Capitals []string   `json:"capitals"`
	Terms    []string   `json:"terms"`
	Text     string     `json:"text"` // one plain sentence
}

// PlanView is how a plan stands: a copy for readers.
type PlanView struct {
	ID          string            `json:"id"`
	Title       string            `json:"title,omitempty"`
	Version     int               `json:"version"`
	Outcome     Outcome           `json:"outcome"`
	Stage       string            `json:"stage"`               // the stage it stands at, or at which it was decided
	Opened      Instant           `json:"opened"`              // when that stage opened
	Closes      Instant           `json:"closes,omitzero"`     // when that stage's window ends, if it has an end
	DecidedAt   Instant           `json:"decided_at,omitzero"` // zero while open
	Verdict     string            `json:"verdict"`             // of the stage's rule: won, lost or pending
	Tally       Tally             `json:"tally"`
	Because     []Reason          `json:"because"`
	Agreement   *Agreement        `json:"agreement,omitempty"` // of an adopted plan
	Terms       []Setting         `json:"terms,omitempty"`
	Proposer    string            `json:"proposer"`
	Procedure   string            `json:"procedure"`
	Vetoes      []VetoView        `json:"vetoes,omitempty"`
	Conditional []ConditionalView `json:"conditional,omitempty"` // consents whose conditions do not hold
}

// VetoView is a standing veto.
type VetoView struct {
	Capital string   `json:"capital"`
	Citing  []string `json:"citing,omitempty"`
	Text    string   `json:"text,omitempty"`
	Version int      `json:"version"` // the version it was cast on
}

// ConditionalView is a consent that waits.
type ConditionalView struct {
	Capital string `json:"capital"`
	If      string `json:"if"`
}

// Agreement is an adopted plan's life.
type Agreement struct {
	Status     Status  `json:"status"`
	Since      Instant `json:"since,omitzero"` // when it entered into force
	Until      Instant `json:"until,omitzero"` // when it ends or ended; zero is without end
	Extensions int     `json:"extensions,omitempty"`
	Violations int     `json:"violations,omitempty"`
}

// PledgeView is one capital's pledge.
type PledgeView struct {
	Term    string `json:"term"`
	Capital string `json:"capital"`
	Value   *Value `json:"value,omitempty"`
	If      string `json:"if,omitempty"`
	Counts  bool   `json:"counts"` // its condition holds
}

// Entry is one line of the record: a move, where Raft stored it, and what became of it.
type Entry struct {
	Index    uint64 `json:"index"`     // Raft's log index
	RaftTerm uint64 `json:"raft_term"` // Raft's term
	Move     Move   `json:"move"`
	Result   Result `json:"result"`
}
