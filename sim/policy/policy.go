// Package policy is how a capital answers a text when the script leaves it to decide. A policy sees only what its own
// capital has applied, and draws only from the run's seed: the same seed gives the same answers in every replay. It makes
// moves and never plays them: the runner in package sim does, and a step of the script always overrides.
package policy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// View is what a policy may see: the state that its own capital has applied.
type View interface {
	Texts() []terms.TextView
	Pledges() []terms.PledgeView
	IsAsked(plan, capital string) bool
	MayVeto(plan, capital string) bool
	PositionOf(plan, capital string) (terms.Position, bool)
	Holds(c terms.Condition) bool
}

// Task is something that a capital means to do, after a while.
type Task struct {
	Matter Matter // a task is taken up once a matter
	join   *scenarios.Join
}

// Matter is what a task is about: a text at a stage, or a coalition to join.
type Matter struct {
	Plan    string
	Version int
	Stage   string
	Opened  terms.Instant
	Join    string // a term; else all above
}

// Reply is what a capital does when a task's time has come.
type Reply struct {
	Move  *terms.Move   // nil: nothing, or not now. Without capital, number, time and signature
	Again terms.Instant // when to ask once more; 0 is never
}

// Policy is one capital's.
type Policy struct {
	party *scenarios.Party
	start terms.Instant
	over  terms.Duration
	seed  int64
}

// New returns the policy of a party; the party must have one.
func New(s *scenarios.Scenario, party *scenarios.Party, seed int64) *Policy {
	p := &Policy{party: party, start: s.Start, over: s.Horizon, seed: seed}
	if c := party.Policy.Concession; c != nil && c.Over > 0 {
		p.over = c.Over
	}
	return p
}

// Look lists what the capital means to do, going by what it sees: answer each text on which it is asked and has not
// spoken, and pledge where it would join.
func (p *Policy) Look(v View) []Task {
	me := p.party.Capital
	var tasks []Task
	for _, plan := range v.Texts() {
		if !v.IsAsked(plan.ID, me) {
			continue
		}
		if _, spoken := v.PositionOf(plan.ID, me); spoken {
			continue
		}
		tasks = append(tasks, Task{Matter: Matter{Plan: plan.ID, Version: plan.Version, Stage: plan.Stage, Opened: plan.Opened}})
	}
	for i := range p.party.Policy.Joins {
		if j := &p.party.Policy.Joins[i]; p.wouldJoin(v, j) {
			tasks = append(tasks, Task{Matter: Matter{Join: j.Term}, join: j})
		}
	}
	return tasks
}

// Delay is how long the capital takes over a task, in scenario time.
func (p *Policy) Delay(t Task) terms.Duration {
	m := &t.Matter
	what := "join " + m.Join
	if m.Join == "" {
		took, known := p.party.Policy.Took[scenarios.Matter{Plan: m.Plan, Version: m.Version, Stage: m.Stage}]
		if known {
			return took
		}
		what = m.Plan + " v" + strconv.Itoa(m.Version) + " " + m.Stage
		if p.party.Policy.Took == nil {
			what += " " + strconv.FormatInt(int64(m.Opened), 10)
		}
	}
	return Draw(p.seed, p.party.Policy.RepliesIn, p.party.Capital, what)
}

// Do says what the capital does about a task now, going by what it sees now.
func (p *Policy) Do(v View, t Task, now terms.Instant) Reply {
	if t.join != nil {
		if !p.wouldJoin(v, t.join) {
			return Reply{}
		}
		return Reply{Move: &terms.Move{Verb: terms.VerbPledge, Term: t.join.Term, Value: t.join.Value}}
	}
	for _, plan := range v.Texts() {
		if plan.ID != t.Matter.Plan || !v.IsAsked(plan.ID, p.party.Capital) {
			continue
		}
		if _, spoken := v.PositionOf(plan.ID, p.party.Capital); !spoken {
			return p.answer(v, &plan, now)
		}
	}
	return Reply{}
}

// answer weighs a text: red lines first, then needs, then the score sheet.
func (p *Policy) answer(v View, plan *terms.TextView, now terms.Instant) Reply {
	pol := p.party.Policy
	for _, line := range pol.RedLines {
		if holdsAll(line, plan.Terms) {
			m := terms.Move{Verb: terms.VerbObject, Text: "a red line: " + words(line)}
			if v.MayVeto(plan.ID, p.party.Capital) {
				m.Verb = terms.VerbVeto
				m.Citing = cited(line)
			}
			return p.on(plan, m)
		}
	}
	var unmet []string
	for _, need := range pol.Needs {
		if !holdsAll(need, plan.Terms) {
			unmet = append(unmet, words(need))
		}
	}
	if len(unmet) > 0 {
		return Reply{Move: &terms.Move{Verb: terms.VerbSay,
			Text: fmt.Sprintf("No consent to version %d of %s without this: %s", plan.Version, plan.ID, strings.Join(unmet, "; "))}}
	}
	if len(p.party.Scores) > 0 && (pol.Concession != nil || p.party.WalkAway != nil) {
		return p.weigh(plan, now)
	}
	return p.on(plan, otherwise(pol.Otherwise))
}

// on addresses a move to the version that the capital sees.
func (p *Policy) on(plan *terms.TextView, m terms.Move) Reply {
	if m.Verb == "" {
		return Reply{}
	}
	m.Plan, m.Version = plan.ID, plan.Version
	return Reply{Move: &m}
}

// otherwise is the move of an answer; silence is none.
func otherwise(a scenarios.Answer) terms.Move {
	switch a {
	case scenarios.AnswerObject:
		return terms.Move{Verb: terms.VerbObject}
	case scenarios.AnswerAbstain:
		return terms.Move{Verb: terms.VerbAbstain}
	case scenarios.AnswerSilence:
		return terms.Move{}
	}
	return terms.Move{Verb: terms.VerbConsent}
}

// wouldJoin reports whether the capital has not pledged to a coalition yet, enough others have, and all else that it asks
// for holds.
func (p *Policy) wouldJoin(v View, j *scenarios.Join) bool {
	others := 0
	for _, pl := range v.Pledges() {
		if pl.Term != j.Term {
			continue
		}
		if pl.Capital == p.party.Capital {
			return false
		}
		if pl.Counts {
			others++
		}
	}
	if others < j.When {
		return false
	}
	for _, c := range j.Requires {
		if !v.Holds(c) {
			return false
		}
	}
	return true
}

func holdsAll(tests []terms.Test, text []terms.Setting) bool {
	for _, t := range tests {
		if !t.Holds(text) {
			return false
		}
	}
	return true
}

func cited(tests []terms.Test) []string {
	var ids []string
	for _, t := range tests {
		ids = append(ids, t.Term)
	}
	return ids
}

func words(tests []terms.Test) string {
	w := make([]string, len(tests))
	for i, t := range tests {
		w[i] = t.String()
	}
	return strings.Join(w, " and ")
}

// Draw draws from a span by the seed and by what the draw is for: it does not depend on the order of draws, so one capital
// more, or a move more, leaves all other draws as they were. It is uniform over whole minutes (over seconds, if the span
// is shorter than an hour).
func Draw(seed int64, span scenarios.Span, purpose ...string) terms.Duration {
	if span.Max <= span.Min {
		return span.Min
	}
	unit := terms.Minute
	if span.Max-span.Min < terms.Hour {
		unit = 1
	}
	var buf [20]byte
	h := fnv1a(fnvOffset, string(strconv.AppendInt(buf[:0], seed, 10)))
	for _, s := range purpose {
		h = fnv1a(fnv1a(h, "\x00"), s)
	}
	steps := uint64((span.Max-span.Min)/unit) + 1
	return span.Min + terms.Duration(mix(h)%steps)*unit
}

// fnvOffset is the hash of nothing: see hash/fnv, New64a.
const fnvOffset uint64 = 14695981039346656037

// fnv1a goes on with a hash, as hash/fnv does, without a copy of the text.
func fnv1a(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix spreads a hash over all its bits (the finaliser of splitmix64: Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
