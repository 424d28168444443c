package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/agent"
)

// What is said to a program and what it answers, a line of JSON each, version 1:
//
//	-> {"type": "hello", "protocol": 1, "capital": "dogwood", ...}          who it is, and what there is to agree on
//	<- {"type": "hello", "protocol": 1}
//	-> {"type": "view", "number": 1, "plans": [...], "heard": [...], ...}   what its capital has applied, and what is new
//	<- {"moves": [{"amend": "truce", "set": {"watch": "joint"}}]}           what it does: nothing is {"moves": []}
//
// A move is written as a step of a script is, without at and by. With "wake": "6h" the program is asked again after so much
// scenario time even if nothing happens. At the end of the run its standard input ends.

const agentProtocol = 1

type agentHello struct {
	Type      string             `json:"type"` // hello
	Protocol  int                `json:"protocol"`
	Capital   string             `json:"capital"` // whom it plays
	Seed      int64              `json:"seed"`
	Start     terms.Instant      `json:"start"`
	Days      float64            `json:"days"` // of scenario time until the run ends
	Capitals  []agentCapital     `json:"capitals"`
	Terms     []agentTerm        `json:"terms"`
	Plans     []agentText        `json:"plans"`      // the texts that can be proposed
	RedLines  [][]agentTest      `json:"red_lines"`  // the capital's own: each is crossed if all its tests hold
	Needs     [][]agentTest      `json:"needs"`      // and what it needs
	Scores    map[string]float64 `json:"scores"`     // its score sheet, by test: "watch in joint"
	WalkAway  *float64           `json:"walk_away"`  // null: none
	TimeLimit float64            `json:"time_limit"` // real seconds for an answer
}

type agentCapital struct {
	ID   string     `json:"id"`
	Name string     `json:"name"`
	Role terms.Role `json:"role"`
}

type agentTerm struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Kind      terms.Kind `json:"kind"`
	Options   []string   `json:"options,omitempty"`
	Durations []string   `json:"durations,omitempty"`
	Min       *float64   `json:"min,omitempty"`
	Max       *float64   `json:"max,omitempty"`
	Step      float64    `json:"step,omitempty"`
	Reserved  []string   `json:"reserved_to,omitempty"`
}

type agentText struct {
	ID    string         `json:"id"`
	Title string         `json:"title"`
	Terms map[string]any `json:"terms"`
}

type agentTest struct {
	Term   string   `json:"term"`
	Op     terms.Op `json:"op"` // in, not-in, <, <=, >, >=, set or unset
	Values []any    `json:"values"`
}

type agentView struct {
	Type    string             `json:"type"` // view
	Number  int                `json:"number"`
	Time    terms.Instant      `json:"time"`
	Day     float64            `json:"day"` // since the start
	Plans   []agentPlan        `json:"plans"`
	Pledges []terms.PledgeView `json:"pledges"`
	Heard   []agentHeard       `json:"heard"` // moves that its capital has applied since the last view, its own among them
}

type agentPlan struct {
	agentText
	Version  int              `json:"version"`
	Outcome  terms.Outcome    `json:"outcome"`
	Stage    string           `json:"stage"`
	Closes   *terms.Instant   `json:"closes"` // null: no end
	Proposer string           `json:"proposer"`
	Tally    terms.Tally      `json:"tally"`
	Vetoes   []terms.VetoView `json:"vetoes"`
	Because  []terms.Reason   `json:"because"` // what keeps it from being won, or why it was decided
	Asked    bool             `json:"asked"`   // the capital is, in this stage
	MayVeto  bool             `json:"may_veto"`
	Position string           `json:"position"` // the capital's own
}

type agentHeard struct {
	By      string         `json:"by"`
	Verb    terms.Verb     `json:"verb"`
	Plan    string         `json:"plan,omitempty"`
	Term    string         `json:"term,omitempty"`
	Version int            `json:"version,omitempty"`
	Set     map[string]any `json:"set,omitempty"`
	Drop    []string       `json:"drop,omitempty"`
	Citing  []string       `json:"citing,omitempty"`
	Saying  string         `json:"saying,omitempty"`
	Refused string         `json:"refused,omitempty"` // why it was
}

func (r *runner) helloFor(c *capital) *agentHello {
	s := r.scenario
	h := &agentHello{Type: "hello", Protocol: agentProtocol, Capital: c.id, Seed: r.seed, Start: s.Start,
		Days: float64(s.Horizon) / float64(terms.Day), Plans: []agentText{}, Terms: []agentTerm{}, Scores: map[string]float64{}, TimeLimit: agent.DefaultLimits().Answer.Seconds()}
	for i := range s.Charter.Capitals {
		x := &s.Charter.Capitals[i]
		h.Capitals = append(h.Capitals, agentCapital{x.ID, x.Name, x.Role})
	}
	for i := range s.Charter.Terms {
		h.Terms = append(h.Terms, termFor(&s.Charter.Terms[i]))
	}
	for i := range s.Plans {
		p := &s.Plans[i]
		h.Plans = append(h.Plans, agentText{p.ID, p.Draft.Title, textFor(p.Draft.Terms)})
	}
	party := c.program.party
	h.RedLines, h.Needs = testsFor(party.Policy.RedLines), testsFor(party.Policy.Needs)
	for _, line := range party.Scores {
		h.Scores[line.Test.String()] = numberOf(line.Points)
	}
	if party.WalkAway != nil {
		w := numberOf(*party.WalkAway)
		h.WalkAway = &w
	}
	return h
}

func termFor(t *terms.Term) agentTerm {
	out := agentTerm{ID: t.ID, Title: t.Title, Kind: t.Kind, Options: t.Options, Reserved: t.ReservedTo}
	for _, d := range t.Durations {
		out.Durations = append(out.Durations, d.String())
	}
	if t.Kind == terms.KindQuantity {
		least, most := numberOf(t.Min), numberOf(t.Max)
		out.Min, out.Max, out.Step = &least, &most, numberOf(t.Step)
	}
	return out
}

func numberOf(n terms.Number) float64 { return float64(n) / float64(terms.One) }

func testsFor(all [][]terms.Test) [][]agentTest {
	out := [][]agentTest{}
	for _, line := range all {
		tests := []agentTest{}
		for _, t := range line {
			values := []any{}
			for _, v := range t.Values {
				values = append(values, valueFor(v))
			}
			tests = append(tests, agentTest{t.Term, t.Op, values})
		}
		out = append(out, tests)
	}
	return out
}

// valueFor is a value as a scenario file has it.
func valueFor(v terms.Value) any {
	switch v.Kind {
	case terms.KindFlag:
		return v.Flag
	case terms.KindQuantity:
		return numberOf(v.Quantity)
	case terms.KindDuration:
		return v.Duration.String()
	case terms.KindSet:
		return append([]string{}, v.Set...)
	}
	return v.Choice
}

func textFor(text []terms.Setting) map[string]any {
	all := map[string]any{}
	for _, s := range text {
		all[s.Term] = valueFor(s.Value)
	}
	return all
}

// viewFor is what a capital's program may see: what its own capital has applied.
func (r *runner) viewFor(c *capital, s *terms.State) *agentView {
	v := &agentView{Type: "view", Time: r.now, Day: float64(r.now.Sub(r.scenario.Start)) / float64(terms.Day),
		Plans: []agentPlan{}, Pledges: s.Pledges(), Heard: []agentHeard{}}
	for _, p := range s.Plans() {
		plan := agentPlan{agentText: agentText{p.ID, p.Title, textFor(p.Terms)}, Version: p.Version, Outcome: p.Outcome, Stage: p.Stage,
			Proposer: p.Proposer, Tally: p.Tally, Vetoes: append([]terms.VetoView{}, p.Vetoes...), Because: p.Because,
			Asked: s.IsAsked(p.ID, c.id), MayVeto: s.MayVeto(p.ID, c.id)}
		if p.Closes != 0 {
			plan.Closes = &p.Closes
		}
		position, _ := s.PositionOf(p.ID, c.id)
		plan.Position = position.String()
		v.Plans = append(v.Plans, plan)
	}
	for i := range r.report.Record {
		e := &r.report.Record[i]
		if n := e.Result.Sequence; n <= c.program.told || n > s.Sequence() || e.Move.Verb == terms.VerbClock || e.Move.Verb == terms.VerbCharter {
			continue
		}
		m := &e.Move
		heard := agentHeard{By: m.Capital, Verb: m.Verb, Plan: m.Plan, Term: m.Term, Version: m.Version, Drop: m.Drop, Citing: m.Citing,
			Saying: m.Text, Refused: e.Result.Reason}
		if len(m.Set) > 0 {
			heard.Set = textFor(m.Set)
		}
		v.Heard = append(v.Heard, heard)
	}
	c.program.told = s.Sequence()
	return v
}

// agentReply is what a program answers a view with.
type agentReply struct {
	moves []terms.Move
	wake  terms.Duration
}

func understandHello(line []byte) error {
	var h struct {
		Type     string `json:"type"`
		Protocol int    `json:"protocol"`
	}
	if err := json.Unmarshal(line, &h); err != nil || h.Type != "hello" {
		return fmt.Errorf(`its first line is %q; it should be {"type": "hello", "protocol": %d}`, clipped(line), agentProtocol)
	}
	if h.Protocol != agentProtocol {
		return fmt.Errorf("it speaks protocol %d; this is protocol %d", h.Protocol, agentProtocol)
	}
	return nil
}

func clipped(line []byte) string {
	if r := []rune(strings.ToValidUTF8(string(line), "?")); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return strings.ToValidUTF8(string(line), "?")
}

// understand reads a program's answer.
func (p *program) understand(line []byte) (*agentReply, error) {
	var a struct {
		Moves []json.RawMessage `json:"moves"`
		Wake  string            `json:"wake"`
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil || d.More() {
		return nil, fmt.Errorf(`%q is not {"moves": [...]}, with "wake" or without`, clipped(line))
	}
	if len(a.Moves) > maxAgentMoves {
		return nil, fmt.Errorf("it makes %d moves at once; at most %d are taken", len(a.Moves), maxAgentMoves)
	}
	reply := &agentReply{}
	for i, raw := range a.Moves {
		m, err := p.words.Move(fmt.Sprintf("move %d", i+1), p.party.Capital, string(raw))
		if err != nil {
			return nil, oneLineError(err)
		}
		reply.moves = append(reply.moves, m)
	}
	if a.Wake != "" {
		wake, err := scenarios.ReadDuration(a.Wake)
		if err != nil || wake < minAgentWake {
			return nil, fmt.Errorf("wake takes a length of scenario time of a minute or more, such as 6h, not %q", clipped([]byte(a.Wake)))
		}
		reply.wake = wake
	}
	return reply, nil
}

// oneLineError is an error of the parser without the lines that it shows.
func oneLineError(err error) error {
	var all *scenarios.Errors
	if errors.As(err, &all) && len(all.Problems) > 0 {
		p := all.Problems[0]
		text := p.File + ": " + p.Text
		if p.Hint != "" {
			text += "; did you mean " + p.Hint + "?"
		}
		return errors.New(text)
	}
	return err
}
