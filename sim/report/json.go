package report

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// The JSON of a run. FORMAT.md says what the fields down to wall_seconds mean; those keep their names, types and order.
// The rest may grow. Lists are never null; an instant that there is none of is null.
type jsonRun struct {
	Scenario string           `json:"scenario"`
	Seed     int64            `json:"seed"`
	On       string           `json:"on"`
	EndedAt  terms.Instant    `json:"ended_at"`
	Plans    []jsonPlan       `json:"plans"`
	Findings []jsonFinding    `json:"expectations"`
	Checks   []jsonCheck      `json:"checks"`
	Raft     jsonRaft         `json:"raft"`
	Moves    jsonMoves        `json:"moves"`
	Record   string           `json:"record_hash"` // SHA-256, hexadecimal
	Trace    string           `json:"trace_hash"`  // 64 bits, hexadecimal
	Covered  int64            `json:"scenario_seconds"`
	RaftTime float64          `json:"raft_seconds"`
	WallTime float64          `json:"wall_seconds"`
	Title    string           `json:"title"`
	Status   int              `json:"status"`     // what the run adds to the exit status: 0, 1 or 3
	NoQuorum bool             `json:"no_quorum"`  // at the end no majority was connected
	Unsettle int              `json:"unsettled"`  // how often the machines did not come to rest within their bound
	Relayed  int              `json:"relayed"`    // moves that went by way of another capital
	Skipped  int              `json:"not_played"` // faults of the script, where there was nothing for them to strike
	Pledges  []jsonPledge     `json:"pledges"`
	Waits    []jsonWait       `json:"waits"`
	Replays  *jsonReplays     `json:"replays,omitempty"`
	Timeline []map[string]any `json:"timeline"`
}

// jsonFailure is a run that was not played to the end.
type jsonFailure struct {
	Scenario string `json:"scenario"`
	Seed     int64  `json:"seed"`
	On       string `json:"on"`
	Status   int    `json:"status"`
	Error    string `json:"error"`
}

type jsonPlan struct {
	ID        string         `json:"id"`
	Version   int            `json:"version"`
	Outcome   terms.Outcome  `json:"outcome"`
	Stage     string         `json:"stage"`
	DecidedAt *terms.Instant `json:"decided_at"`
	Tally     terms.Tally    `json:"tally"`
	Because   []terms.Reason `json:"because"`
	Agreement *jsonAgreement `json:"agreement"`
	Title     string         `json:"title"`
	Proposer  string         `json:"proposer"` // "" for a plan that was never proposed
	Verdict   string         `json:"verdict"`  // of the stage's rule: won, lost or pending
	Terms     jsonText       `json:"terms"`
	Vetoes    []jsonVeto     `json:"vetoes"`      // that stand
	Waiting   []jsonConsent  `json:"conditional"` // consents whose conditions do not hold
}

type jsonAgreement struct {
	Status     terms.Status   `json:"status"`
	Until      *terms.Instant `json:"until"`
	Since      *terms.Instant `json:"since"`
	Extensions int            `json:"extensions"`
	Violations int            `json:"violations"`
}

type jsonVeto struct {
	Capital string   `json:"capital"`
	Citing  []string `json:"citing"`
	Text    string   `json:"text"`
	Version int      `json:"version"`
}

type jsonConsent struct {
	Capital string `json:"capital"`
	If      string `json:"if"`
}

type jsonFinding struct {
	Text  string `json:"text"`
	Held  bool   `json:"held"`
	Found string `json:"found"`
	Line  int    `json:"line"`               // of the scenario file
	Blind bool   `json:"unjudged,omitempty"` // it asks about machines, and there were none
}

type jsonCheck struct {
	Name     string `json:"name"`
	Held     bool   `json:"held"`
	LookedAt int    `json:"looked_at"`
	Detail   string `json:"detail"`
}

type jsonRaft struct {
	Voters    int    `json:"voters"`
	Elections int    `json:"elections"`
	Commits   uint64 `json:"commits"`
	Messages  uint64 `json:"messages"`
	Snapshots uint64 `json:"snapshots,omitempty"` // sent among them
	Leader    string `json:"leader"`
}

type jsonMoves struct {
	Recorded int `json:"recorded"`
	Refused  int `json:"refused"`
	Unknown  int `json:"unknown"`
}

type jsonPledge struct {
	Term    string `json:"term"`
	Capital string `json:"capital"`
	Value   any    `json:"value"` // null for a pledge to a flag
	If      string `json:"if"`
	Counts  bool   `json:"counts"`
}

type jsonWait struct {
	Capital string        `json:"capital"`
	Verb    terms.Verb    `json:"verb"`
	Plan    string        `json:"plan"`
	Term    string        `json:"term"`
	Since   terms.Instant `json:"since"`
	Until   terms.Instant `json:"until"`
	Tries   int           `json:"tries"`
	Ended   bool          `json:"ended"`
	Why     string        `json:"why"`
}

type jsonReplays struct {
	Count        int `json:"count"`
	RecordHashes int `json:"record_hashes"` // how many different ones
	TraceHashes  int `json:"trace_hashes"`
	SameRecord   int `json:"same_record"` // replays with the record of the first
	SameTrace    int `json:"same_trace"`
	Failed       int `json:"failed"` // replays that were not finished
}

// jsonText is a text: each term with its value, in the text's order.
type jsonText []terms.Setting

// MarshalJSON writes an object: {"truce.air": true, "truce.duration": "30d", "force": "un", "troops": 10000}.
func (t jsonText) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, s := range t {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(s.Term)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(jsonValue(s.Value))
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// jsonValue gives a value its natural JSON type.
func jsonValue(v terms.Value) any {
	switch v.Kind {
	case terms.KindFlag:
		return v.Flag
	case terms.KindQuantity:
		return json.Number(v.Quantity.String())
	case terms.KindSet:
		return list(v.Set)
	}
	return v.String()
}

// JSON writes the runs: an object if asked for one scenario, an array if asked for several. An error is the writer's.
func JSON(w io.Writer, runs []Run) error {
	objects := make([]any, len(runs))
	for i := range runs {
		objects[i] = object(&runs[i])
	}
	var all any = objects
	if len(objects) == 1 {
		all = objects[0]
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(all); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

func object(run *Run) any {
	r := run.Report
	if r == nil {
		return jsonFailure{run.Scenario.ID, run.Seed, run.On, int(run.Status()), errorText(run.Err)}
	}
	o := jsonRun{
		Scenario: run.Scenario.ID, Seed: r.Seed, On: r.On, EndedAt: r.EndedAt,
		Plans: []jsonPlan{}, Findings: []jsonFinding{}, Checks: []jsonCheck{},
		Raft: jsonRaft(r.Raft), Moves: jsonMoves(r.Moves),
		Record: hex.EncodeToString(r.RecordHash[:]), Trace: fmt.Sprintf("%016x", r.TraceHash),
		Covered:  int64(r.EndedAt.Sub(run.Scenario.Start)),
		RaftTime: seconds(r.RaftTime), WallTime: seconds(r.WallTime),
		Title: run.Scenario.Title, Status: int(run.Status()), NoQuorum: r.NoQuorum, Unsettle: r.Unsettled, Relayed: r.RelayedMoves, Skipped: r.NotPlayed,
		Pledges: []jsonPledge{}, Waits: []jsonWait{}, Timeline: items(r.Timeline),
	}
	for i := range r.Plans {
		o.Plans = append(o.Plans, planObject(&r.Plans[i]))
	}
	for _, f := range r.Findings {
		o.Findings = append(o.Findings, jsonFinding{f.Text, f.Held, f.Found, f.Pos.Line, f.Unjudged})
	}
	for _, c := range r.Checks {
		o.Checks = append(o.Checks, jsonCheck(c))
	}
	for _, p := range r.Pledges {
		v := jsonPledge{Term: p.Term, Capital: p.Capital, If: p.If, Counts: p.Counts}
		if p.Value != nil {
			v.Value = jsonValue(*p.Value)
		}
		o.Pledges = append(o.Pledges, v)
	}
	for _, w := range r.Waits {
		o.Waits = append(o.Waits, jsonWait(w))
	}
	if p := run.Replays; p != nil {
		o.Replays = &jsonReplays{p.Count, p.RecordHashes, p.TraceHashes, p.SameRecord, p.SameTrace, p.Failed}
	}
	return o
}

func planObject(p *terms.PlanView) jsonPlan {
	o := jsonPlan{
		ID: p.ID, Version: p.Version, Outcome: p.Outcome, Stage: p.Stage, DecidedAt: instant(p.DecidedAt),
		Tally:   terms.Tally{Consent: list(p.Tally.Consent), Object: list(p.Tally.Object), Abstain: list(p.Tally.Abstain), Absent: list(p.Tally.Absent)},
		Because: reasons(p.Because), Title: p.Title, Proposer: p.Proposer, Verdict: p.Verdict, Terms: jsonText(p.Terms),
		Vetoes: []jsonVeto{}, Waiting: []jsonConsent{},
	}
	if a := p.Agreement; a != nil {
		o.Agreement = &jsonAgreement{a.Status, instant(a.Until), instant(a.Since), a.Extensions, a.Violations}
	}
	for _, v := range p.Vetoes {
		o.Vetoes = append(o.Vetoes, jsonVeto{v.Capital, list(v.Citing), v.Text, v.Version})
	}
	for _, c := range p.Conditional {
		o.Waiting = append(o.Waiting, jsonConsent(c))
	}
	return o
}

// list returns the list, empty rather than null.
func list(ids []string) []string {
	if ids == nil {
		return []string{}
	}
	return ids
}

func reasons(all []terms.Reason) []terms.Reason {
	out := make([]terms.Reason, len(all))
	for i, r := range all {
		r.Capitals, r.Terms = list(r.Capitals), list(r.Terms)
		out[i] = r
	}
	return out
}

// instant returns nil for the instant that there is none of.
func instant(at terms.Instant) *terms.Instant {
	if at == 0 {
		return nil
	}
	return &at
}

// seconds rounds to milliseconds.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }

func errorText(err error) string {
	if err == nil {
		return "unknown"
	}
	return err.Error()
}
