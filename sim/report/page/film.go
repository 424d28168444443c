package page

import (
	"encoding/json"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report"
)

// film is what the page's script reads. Capitals are numbers there: their places in filmRun.Capitals. Raft time is in
// milliseconds since the run began, scenario time in seconds since 1970. All lists are in order of Raft time, and the
// lists of happenings only grow, so that a live page is the same film with more appended.
type film struct {
	Version    int         `json:"version"`
	At         string      `json:"at,omitempty"`   // the moment to open at, as in the address's fragment
	Live       string      `json:"live,omitempty"` // where the rest comes from, as server-sent events
	Runs       []filmRun   `json:"runs"`
	Difference *difference `json:"difference,omitempty"`
}

type filmRun struct {
	Label    string        `json:"label,omitempty"` // what tells it from the other one
	ID       string        `json:"id"`
	Title    string        `json:"title"`
	About    []string      `json:"about"`
	Seed     int64         `json:"seed"`
	On       string        `json:"on"`
	Start    terms.Instant `json:"-"`
	StartsAt int64         `json:"start"`
	EndsAt   int64         `json:"end"`
	RaftEnd  ms            `json:"raft_end"`
	Capitals []filmCapital `json:"capitals"`
	Terms    []filmTerm    `json:"terms"`
	Stages   []filmStage   `json:"stages"`
	Ending   *filmEnding   `json:"ending,omitempty"` // none while it goes on
	Failed   string        `json:"failed,omitempty"`
	Still    bool          `json:"still,omitempty"` // there were no machines: Raft time is scenario time since the start
	happenings
}

// happenings are the lists that grow.
type happenings struct {
	Clock    [][2]float64 `json:"clock"`   // Raft time, the scenario time from then on
	Roles    [][4]float64 `json:"roles"`   // Raft time, capital, role (see roleCodes), Raft term
	Follows  [][3]float64 `json:"follows"` // Raft time, capital, whom it takes for the leader; -1 is nobody
	Lines    []filmLine   `json:"lines"`
	Reach    []filmReach  `json:"reach"`
	Stored   [][3]float64 `json:"stored"`  // Raft time, capital, how many moves of the record its log holds
	Applied  [][3]float64 `json:"applied"` // Raft time, capital, how many its state machine has applied
	Steps    []filmStep   `json:"steps"`
	Record   []filmEntry  `json:"record"`
	Plans    []planFrame  `json:"plans"`   // how plans stand from a move on: only what changed
	Pledges  []pledges    `json:"pledges"` // all of them from a move on
	Messages *messages    `json:"messages,omitempty"`
}

// ms writes Raft time in milliseconds, to the microsecond.
type ms time.Duration

func (d ms) MarshalJSON() ([]byte, error) { return json.Marshal(millis(time.Duration(d))) }

func millis(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)/time.Microsecond) / 1000
}

type filmCapital struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Votes bool   `json:"votes"` // its machine counts towards Raft's majority
}

type filmTerm struct {
	ID       string `json:"id"`
	Title    string `json:"title,omitempty"`
	Reserved []int  `json:"reserved,omitempty"`
}

type filmStage struct {
	Procedure string `json:"procedure"`
	Name      string `json:"name"`
	Members   []int  `json:"members"`
	Rule      string `json:"rule"`
	Window    string `json:"window,omitempty"`
	Silence   bool   `json:"silence,omitempty"`  // means consent
	AtClose   bool   `json:"at_close,omitempty"` // it decides at its close
}

type filmEnding struct {
	Plans    []filmPlanEnding `json:"plans"`
	Pledges  []string         `json:"pledges"`
	Machines []string         `json:"machines"`
	Findings []filmFinding    `json:"findings"`
	Checks   []filmCheck      `json:"checks"`
	Verdict  string           `json:"verdict"`
	NoQuorum bool             `json:"no_quorum"`
	Status   int              `json:"status"`
}

type filmPlanEnding struct {
	ID      string      `json:"id"`
	Title   string      `json:"title,omitempty"`
	Outcome string      `json:"outcome"`
	Tone    report.Tone `json:"tone,omitempty"`
	Text    string      `json:"text"`
	Because []string    `json:"because"`
	Tally   []string    `json:"tally"`
	Machine []string    `json:"machine"`
}

type filmFinding struct {
	Text  string `json:"text"`
	Held  bool   `json:"held"`
	Found string `json:"found,omitempty"`
}

type filmCheck struct {
	Name     string `json:"name"`
	Held     bool   `json:"held"`
	LookedAt int    `json:"looked_at"`
	Detail   string `json:"detail,omitempty"`
}

// filmStep is a thing that happened, told in words.
type filmStep struct {
	Item    int         `json:"item"` // its place in the timeline, from 1; 0 is none
	T       ms          `json:"t"`
	At      int64       `json:"at"`
	Kind    string      `json:"kind"`
	Machine bool        `json:"machine,omitempty"`
	Tone    report.Tone `json:"tone,omitempty"`
	Text    string      `json:"text"`
	Then    []filmThen  `json:"then,omitempty"`
	Who     []int       `json:"who"`
	Plan    string      `json:"plan,omitempty"`
	Verb    string      `json:"verb,omitempty"`
	Decided string      `json:"decided,omitempty"` // the outcome of a plan, if the step decided one
	Refused bool        `json:"refused,omitempty"`
	Index   uint64      `json:"index,omitempty"` // of the move in Raft's log
}

type filmThen struct {
	Text string      `json:"text"`
	Tone report.Tone `json:"tone,omitempty"`
	Of   bool        `json:"of,omitempty"`
}

// filmEntry is a move of the record.
type filmEntry struct {
	T       ms     `json:"t"` // when the first capital applied it
	At      int64  `json:"at"`
	Index   uint64 `json:"index"`
	Term    uint64 `json:"term"`
	Who     int    `json:"who"` // -1: nobody, for the founding move
	Verb    string `json:"verb"`
	Plan    string `json:"plan,omitempty"`
	Text    string `json:"text"`
	Refused bool   `json:"refused,omitempty"`
}

// planFrame is what changed in how a plan stands. Its K is the number of moves in the record from which on it holds.
type planFrame struct {
	K      int                        `json:"k"`
	ID     string                     `json:"id"`
	Change map[string]json.RawMessage `json:"change"`
}

// filmPlan is how a plan stands.
type filmPlan struct {
	Title       string            `json:"title"`
	Version     int               `json:"version"`
	Outcome     terms.Outcome     `json:"outcome"`
	Procedure   string            `json:"procedure"`
	Stage       string            `json:"stage"`
	Rule        string            `json:"rule"` // of the stage, with the consents that reserved terms need
	Closes      int64             `json:"closes"`
	DecidedAt   int64             `json:"decided_at"`
	Verdict     string            `json:"verdict"`
	Proposer    int               `json:"proposer"`
	Consent     []int             `json:"consent"`
	Object      []int             `json:"object"`
	Abstain     []int             `json:"abstain"`
	Absent      []int             `json:"absent"`
	Vetoes      []filmVeto        `json:"vetoes"`
	Conditional []filmConditional `json:"conditional"`
	Because     []filmReason      `json:"because"`
	Terms       []filmSetting     `json:"terms"`
	Agreement   string            `json:"agreement"`
	Status      terms.Status      `json:"status"`
}

type filmVeto struct {
	Who     int      `json:"who"`
	Citing  []string `json:"citing"`
	Text    string   `json:"text,omitempty"`
	Version int      `json:"version"`
}

type filmConditional struct {
	Who int    `json:"who"`
	If  string `json:"if"`
}

type filmReason struct {
	Kind  terms.ReasonKind `json:"kind"`
	Who   []int            `json:"who"`
	Terms []string         `json:"terms,omitempty"`
	Text  string           `json:"text"`
}

type filmSetting struct {
	Term  string `json:"term"`
	Value string `json:"value"`
}

type pledges struct {
	K    int          `json:"k"`
	List []filmPledge `json:"list"`
}

type filmPledge struct {
	Who    int    `json:"who"`
	Term   string `json:"term"`
	Value  string `json:"value,omitempty"`
	If     string `json:"if,omitempty"`
	Counts bool   `json:"counts"`
}

type filmLine struct {
	T    ms      `json:"t"`
	From int     `json:"from"`
	To   int     `json:"to"`
	Cut  bool    `json:"cut,omitempty"`
	Held bool    `json:"held,omitempty"`
	Drop float64 `json:"drop,omitempty"`
	Slow float64 `json:"slow,omitempty"` // ms
}

type filmReach struct {
	T        ms    `json:"t"`
	Majority []int `json:"majority"`
	Record   []int `json:"record"`
}
