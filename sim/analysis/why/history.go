package why

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// round is one time that a stage asked its members about one version of a plan.
type round struct {
	plan     string
	version  int
	stage    string
	place    int // of the stage in its procedure
	opened   terms.Instant
	since    terms.Instant // from when the stage\'s window counts: earlier than opened where an amended plan keeps its stage
	closed   terms.Instant // 0: open at the end
	ended    string        // amended, passed, decided or ""
	scripted bool          // a step of the script opened it
	text     []terms.Setting
	voters   []terms.Voter
	tally    terms.Tally // when it ended
	vetoes   []terms.VetoView
	casts    []cast
	by       string // who proposed or amended
	opening  *terms.Move
	step     int      // of the script, whose move opened it; -1 for none
	kept     []string // capitals whose vetoes the amendment kept
	cleared  []string // and cleared
	deadline terms.Instant
	detail   string // how the stage closed
}

// cast is a position that a capital took.
type cast struct {
	capital  string
	verb     terms.Verb
	at       terms.Instant
	move     *terms.Move
	policy   bool
	step     int // of the script, -1 for none
	sequence uint64
}

// end is the instant at which the round ended, or else the end of the run.
func (r *round) end(run terms.Instant) terms.Instant {
	if r.ended == "" {
		return run
	}
	return r.closed
}

// position returns what counts of a capital when the round ended.
func (r *round) position(capital string) terms.Position {
	switch {
	case slices.Contains(r.tally.Consent, capital):
		return terms.Consent
	case slices.Contains(r.tally.Object, capital):
		return terms.Object
	case slices.Contains(r.tally.Abstain, capital):
		return terms.Abstain
	}
	return terms.Absent
}

// last returns the last position that the capital took in the round, nil if it took none.
func (r *round) last(capital string) *cast {
	for i := len(r.casts) - 1; i >= 0; i-- {
		if r.casts[i].capital == capital {
			return &r.casts[i]
		}
	}
	return nil
}

// condition returns what the capital's consent in the round is tied to, nil if to nothing.
func (r *round) condition(capital string) *terms.Condition {
	if c := r.last(capital); c != nil && c.verb == terms.VerbConsent {
		return c.move.If
	}
	return nil
}

func (r *round) veto(capital string) *terms.VetoView {
	for i := range r.vetoes {
		if r.vetoes[i].Capital == capital {
			return &r.vetoes[i]
		}
	}
	return nil
}

// history is what the record of a run says, round by round.
type history struct {
	scenario *scenarios.Scenario
	report   *sim.Report
	rounds   []*round // of all plans, in the order in which they began
	moves    []moved  // all moves, clock moves and the founding one left out
	state    *terms.State
}

// moved is a move of the record with what followed.
type moved struct {
	*terms.Entry
	policy bool
	first  terms.Instant // when it was first tried
	step   int
}

// read replays the record on a state machine of its own, to see how every plan stood at every moment.
func read(s *scenarios.Scenario, r *sim.Report) *history {
	h := &history{scenario: s, report: r}
	state := terms.New(terms.Options{})
	h.state = state
	current := map[string]*round{}
	played := index(r)
	taken := map[stepBy]bool{}
	for i := range r.Record {
		e := &r.Record[i]
		before := map[string]terms.PlanView{}
		for _, v := range state.Plans() {
			before[v.ID] = v
		}
		m := e.Move
		result := state.Apply(&m)
		if m.Verb == terms.VerbCharter {
			continue
		}
		made := moved{Entry: e, first: m.Time, step: -1}
		if p := played[key{m.Capital, m.Number}]; p != nil {
			made.policy, made.first = p.Policy, p.First
		}
		if !made.policy && m.Verb != terms.VerbClock {
			made.step = stepOf(s, &m, made.first, taken)
		}
		if m.Verb != terms.VerbClock {
			h.moves = append(h.moves, made)
		}
		h.take(current, before, state, &made, result.Events)
	}
	for _, c := range current {
		if v, ok := state.Plan(c.plan); ok && c.ended == "" {
			c.tally, c.vetoes = v.Tally, v.Vetoes
		}
	}
	return h
}

// take reads what a move, and the deadlines before it, did to the rounds.
func (h *history) take(current map[string]*round, before map[string]terms.PlanView, state *terms.State, made *moved, events []terms.Event) {
	m := &made.Move
	counted := made.Result.Refused || m.Verb == terms.VerbClock
	note := func() { // the move itself comes after the deadlines before it, and before what it brings about
		if counted {
			return
		}
		counted = true
		if c := current[m.Plan]; c != nil && isPosition(m.Verb) {
			c.casts = append(c.casts, castOf(made))
		}
	}
	for i := range events {
		e := &events[i]
		if e.Time >= m.Time && m.Verb != terms.VerbClock {
			note()
		}
		c := current[e.Plan]
		if c != nil && c.ended != "" {
			c = nil
		}
		switch e.Kind {
		case terms.EventVersion:
			if c != nil {
				c.finish("amended", e.Time, before[e.Plan])
			}
			h.open(current, state, e, made)
		case terms.EventStageOpened:
			if c == nil || len(c.casts) > 0 || c.version != e.Version || c.opened != e.Time {
				h.open(current, state, e, made)
			} else {
				h.stand(c, e, state)
				c.since = e.Time
			}
			current[e.Plan].deadline = e.Until
		case terms.EventVetoKept, terms.EventVetoCleared:
			if c != nil && (m.Verb == terms.VerbAmend || m.Verb == terms.VerbPropose) && m.Plan == e.Plan {
				if e.Kind == terms.EventVetoKept {
					c.kept = append(c.kept, e.Capitals...)
				} else {
					c.cleared = append(c.cleared, e.Capitals...)
				}
			}
		case terms.EventStagePassed, terms.EventDecided:
			if c == nil {
				continue
			}
			v := before[e.Plan]
			if now, ok := state.Plan(e.Plan); ok && now.Version == c.version {
				v.Vetoes = now.Vetoes
			}
			how := "passed"
			if e.Kind == terms.EventDecided {
				how = "decided"
			}
			c.finish(how, e.Time, v)
			c.detail = e.Detail
			if e.Tally != nil {
				c.tally = *e.Tally
			}
		}
	}
	note()
	if c := current[m.Plan]; c != nil && c.ended == "" { // as it stands, should nothing more be recorded
		if v, ok := state.Plan(m.Plan); ok {
			c.tally, c.vetoes = v.Tally, v.Vetoes
		}
	}
}

func (r *round) finish(how string, at terms.Instant, v terms.PlanView) {
	r.ended, r.closed = how, at
	r.tally, r.vetoes = v.Tally, v.Vetoes
}

// open begins a round.
func (h *history) open(current map[string]*round, state *terms.State, e *terms.Event, made *moved) {
	v, _ := state.Plan(e.Plan)
	c := &round{plan: e.Plan, version: e.Version, opened: e.Time, since: e.Time, text: v.Terms, step: -1,
		scripted: made.step >= 0 && e.Time == made.Move.Time}
	if old := current[e.Plan]; old != nil && e.Kind == terms.EventVersion {
		c.deadline, c.since = old.deadline, old.since
	}
	h.stand(c, e, state)
	if m := &made.Move; m.Plan == e.Plan && (m.Verb == terms.VerbPropose || m.Verb == terms.VerbAmend) && e.Time == m.Time && !made.Result.Refused {
		c.by, c.opening, c.step = m.Capital, m, made.step
	}
	current[e.Plan] = c
	h.rounds = append(h.rounds, c)
}

// stand puts a round at the stage of an event.
func (h *history) stand(c *round, e *terms.Event, state *terms.State) {
	v, _ := state.Plan(e.Plan)
	c.stage = e.Stage
	if p := h.scenario.Charter.Procedure(v.Procedure); p != nil {
		c.place = slices.IndexFunc(p.Stages, func(s terms.Stage) bool { return s.Name == e.Stage })
		c.voters = h.scenario.Charter.Voters(p, max(c.place, 0), h.scenario.Charter.Reserved(v.Terms))
	}
}

func castOf(m *moved) cast {
	return cast{capital: m.Move.Capital, verb: m.Move.Verb, at: m.Move.Time, move: &m.Move, policy: m.policy, step: m.step,
		sequence: m.Result.Sequence}
}

func isPosition(v terms.Verb) bool {
	switch v {
	case terms.VerbConsent, terms.VerbObject, terms.VerbAbstain, terms.VerbVeto, terms.VerbLift:
		return true
	}
	return false
}

// key is a move's place among its capital's.
type key struct {
	capital string
	number  uint64
}

// index finds how each move of the record was played: in the order in which a capital's were.
func index(r *sim.Report) map[key]*sim.Played {
	found := map[key]*sim.Played{}
	for i := range r.Timeline {
		it := &r.Timeline[i]
		if it.Kind == sim.ItemMove && it.Move != nil && it.Move.Number > 0 {
			found[key{it.Move.Capital, it.Move.Number}] = it.Move
		}
	}
	return found
}

type stepBy struct {
	step    int
	capital string
}

// stepOf finds the step of the script that a move came of, -1 if none did: the one at the time at which it was first tried,
// or else one that waited for a condition.
func stepOf(s *scenarios.Scenario, m *terms.Move, first terms.Instant, taken map[stepBy]bool) int {
	best := -1
	for i := range s.Script {
		step := &s.Script[i]
		if step.Move == nil || step.Move.Verb != m.Verb || step.Move.Plan != m.Plan || step.Move.Term != m.Term ||
			!slices.Contains(step.By, m.Capital) || taken[stepBy{i, m.Capital}] {
			continue
		}
		if step.At != nil && s.Start.Add(step.At.Min) == first {
			best = i
			break
		}
		if step.At == nil && best < 0 {
			best = i
		}
	}
	if best >= 0 {
		taken[stepBy{best, m.Capital}] = true
	}
	return best
}

// of lists the rounds of a plan.
func (h *history) of(plan string) []*round {
	var own []*round
	for _, r := range h.rounds {
		if r.plan == plan {
			own = append(own, r)
		}
	}
	return own
}

// amended returns the text that the amendment of a step found, nil if it was never made.
func (h *history) amended(step int, plan string) []terms.Setting {
	rounds := h.of(plan)
	for i := 1; i < len(rounds); i++ {
		if rounds[i].step == step {
			return rounds[i-1].text
		}
	}
	return nil
}

// fate returns how a plan stands at the end.
func fate(r *sim.Report, plan string) *terms.PlanView {
	for i := range r.Plans {
		if r.Plans[i].ID == plan {
			return &r.Plans[i]
		}
	}
	return &terms.PlanView{ID: plan, Outcome: terms.Open}
}
