package check

import (
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// world is a conference as the record has made it so far. It holds what was said, in order, and no conclusion that is
// not final: who consents, what holds and what is won is worked out anew each time that it is asked.
type world struct {
	charter  *terms.Charter
	capitals map[string]*terms.Capital
	now      terms.Instant
	plans    []*plan // in the order in which they were first proposed
	left     map[string]bool
	pledges  []pledge
	numbers  map[string]uint64 // how many moves each capital has made
}

type plan struct {
	id        string
	proposer  string
	draft     terms.Draft
	version   int
	text      []terms.Setting
	procedure *terms.Procedure
	stage     int
	opened    terms.Instant
	closes    terms.Instant // 0: never
	said      []saying      // in this stage, of this version
	vetoes    []veto
	earlier   map[string]bool // who consented to this version in an earlier stage

	outcome   terms.Outcome
	decidedAt terms.Instant
	tally     terms.Tally // when it was decided
	agreement *terms.Agreement
	asks      []ask // to extend it

	// Worked out from the text and the stage, and only they change it.
	asked, reserved []string
}

type saying struct {
	capital  string
	position terms.Position
	when     *terms.Condition // nil: always
}

type veto struct {
	capital string
	citing  []string
}

type ask struct {
	capital string
	longer  terms.Duration
}

type pledge struct {
	capital, term string
	value         *terms.Value
	when          *terms.Condition
}

func newWorld(c *terms.Charter) *world {
	w := &world{charter: c, capitals: map[string]*terms.Capital{}, left: map[string]bool{}, numbers: map[string]uint64{},
		now: c.Start}
	for i := range c.Capitals {
		w.capitals[c.Capitals[i].ID] = &c.Capitals[i]
	}
	return w
}

func (w *world) plan(id string) *plan {
	for _, p := range w.plans {
		if p.id == id {
			return p
		}
	}
	return nil
}

func (w *world) term(id string) *terms.Term {
	for i := range w.charter.Terms {
		if w.charter.Terms[i].ID == id {
			return &w.charter.Terms[i]
		}
	}
	return nil
}

func (w *world) procedure(name string) *terms.Procedure {
	for i := range w.charter.Procedures {
		if w.charter.Procedures[i].Name == name {
			return &w.charter.Procedures[i]
		}
	}
	return nil
}

// ask works out who is asked in a stage: its members and, in the last stage, the holders of a reserved term of the text
// that are members of no stage; and whose consent is reserved in it.
func (w *world) ask(p *plan, stage int) (asked, reserved []string) {
	stages := p.procedure.Stages
	asked = slices.Clone(stages[stage].Members)
	for i := range w.charter.Capitals {
		c := w.charter.Capitals[i].ID
		if !w.holdsReserved(c, p.text) {
			continue
		}
		heard := len(stages) - 1 // a member of none is heard in the last stage
		for i := range stages {
			if slices.Contains(stages[i].Members, c) {
				heard = i // the last of which it is a member
			}
		}
		if member := slices.ContainsFunc(stages, func(s terms.Stage) bool { return slices.Contains(s.Members, c) }); !member &&
			heard == stage {
			asked = append(asked, c)
		}
		if heard == stage {
			reserved = append(reserved, c)
		}
	}
	return asked, reserved
}

func (w *world) holdsReserved(capital string, text []terms.Setting) bool {
	for _, s := range text {
		if t := w.term(s.Term); t != nil && slices.Contains(t.ReservedTo, capital) {
			return true
		}
	}
	return false
}

// open puts the plan to a stage.
func (w *world) open(p *plan, stage int) {
	p.stage, p.opened, p.said, p.closes = stage, w.now, nil, 0
	if window := p.procedure.Stages[stage].Window; window > 0 {
		p.closes = w.now.Add(window)
	}
	p.asked, p.reserved = w.ask(p, stage)
}

func (p *plan) isLast() bool { return p.stage == len(p.procedure.Stages)-1 }

func (p *plan) isAsked(capital string) bool { return slices.Contains(p.asked, capital) }

// spoke finds the last thing that a capital said in this stage.
func (p *plan) spoke(capital string) *saying {
	for i := len(p.said) - 1; i >= 0; i-- {
		if p.said[i].capital == capital {
			return &p.said[i]
		}
	}
	return nil
}

func (p *plan) veto(capital string) *veto {
	for i := range p.vetoes {
		if p.vetoes[i].capital == capital {
			return &p.vetoes[i]
		}
	}
	return nil
}

func (p *plan) dropVeto(capital string) {
	p.vetoes = slices.DeleteFunc(p.vetoes, func(v veto) bool { return v.capital == capital })
}

func (p *plan) dropSaying(capital string) {
	p.said = slices.DeleteFunc(p.said, func(s saying) bool { return s.capital == capital })
}

// closing is how a plan's vote is being closed at this instant, if it is.
type closing struct {
	plan    *plan
	silence bool // silence means consent now: the window has ended
}

// vote reads the plan's stage, given which conditional consents hold.
func (w *world) vote(p *plan, held holding, c closing) vote {
	stage := &p.procedure.Stages[p.stage]
	positions := make(map[string]terms.Position, len(p.asked))
	for _, s := range p.said {
		positions[s.capital] = s.position
		if s.when != nil && !held[hope{consents, p.id, s.capital}] {
			positions[s.capital] = terms.Absent
		}
	}
	for _, v := range p.vetoes {
		if p.isAsked(v.capital) {
			positions[v.capital] = terms.Object
		}
	}
	if c.plan == p && c.silence {
		for _, m := range stage.Members {
			if p.spoke(m) == nil && p.veto(m) == nil && !w.left[m] {
				positions[m] = terms.Consent
			}
		}
	}
	return vote{capitals: w.capitals, members: stage.Members, asked: p.asked, reserved: p.reserved, rule: stage.Rule,
		positions: positions, open: c.plan != p, silence: stage.Silence == terms.SilenceConsent, brakes: true}
}

// allSpoken asks whether everyone who is asked has taken a position that counts.
func (v vote) allSpoken() bool {
	for _, c := range v.asked {
		if v.positions[c] == terms.Absent {
			return false
		}
	}
	return true
}

// settle carries out what follows from what has been said, one thing after another, until nothing does.
func (w *world) settle() {
	for w.settleOne() {
	}
}

func (w *world) settleOne() bool {
	held := w.resolve(closing{})
	for _, p := range w.plans {
		if p.outcome != terms.Open {
			continue
		}
		v := w.vote(p, held, closing{})
		if p.procedure.Stages[p.stage].Decides == terms.AtClose {
			if v.allSpoken() {
				w.close(p, false)
				return true
			}
		} else if v.verdict() == terms.Won {
			w.pass(p, v)
			return true
		}
	}
	for _, p := range w.plans {
		if p.agreement != nil && p.agreement.Status == terms.Awaiting && w.requirementsHold(p, held) {
			p.agreement.Status, p.agreement.Since = terms.InForce, w.now
			if d := length(p); d > 0 {
				p.agreement.Until = w.now.Add(d)
			}
			return true
		}
	}
	return false
}

func (w *world) requirementsHold(p *plan, held holding) bool {
	for i := range p.draft.Requires {
		if !w.holds(&p.draft.Requires[i], p, held, closing{}, false) {
			return false
		}
	}
	return true
}

// close ends the vote on a plan's stage. Silent says that the window ended, so that silence may mean consent.
func (w *world) close(p *plan, silent bool) {
	c := closing{p, silent && p.procedure.Stages[p.stage].Silence == terms.SilenceConsent}
	v := w.vote(p, w.resolve(c), c)
	if v.wins() {
		w.pass(p, v)
	} else {
		w.decide(p, v.outcome(), v)
	}
}

// pass lets a plan through its stage.
func (w *world) pass(p *plan, v vote) {
	if p.isLast() {
		w.decide(p, terms.Adopted, v)
		p.agreement = &terms.Agreement{Status: terms.Awaiting}
		return
	}
	for _, c := range v.tally().Consent {
		p.earlier[c] = true
	}
	w.open(p, p.stage+1)
}

func (w *world) decide(p *plan, o terms.Outcome, v vote) {
	p.outcome, p.decidedAt, p.tally = o, w.now, v.tally()
}

// length is how long the agreement on a plan runs; 0 is without end.
func length(p *plan) terms.Duration {
	if p.draft.Lasts > 0 {
		return p.draft.Lasts
	}
	var spans []terms.Duration
	for _, s := range p.text {
		if s.Value.Kind == terms.KindDuration {
			if s.Term == p.draft.LastsTerm {
				return s.Value.Duration
			}
			spans = append(spans, s.Value.Duration)
		}
	}
	if len(spans) == 1 {
		return spans[0]
	}
	return 0
}

// advance settles the deadlines before an instant, or up to and including it, in order of time and then of proposal.
func (w *world) advance(to terms.Instant, including bool) {
	for {
		var next *plan
		var at terms.Instant
		for _, p := range w.plans {
			if t := p.deadline(); t != 0 && (t < to || including && t == to) && (next == nil || t < at) {
				next, at = p, t
			}
		}
		if next == nil {
			break
		}
		w.now = at
		if next.outcome == terms.Open {
			w.close(next, true)
		} else {
			next.agreement.Status = terms.Expired
		}
		w.settle()
	}
	w.now = to
}

func (p *plan) deadline() terms.Instant {
	switch {
	case p.outcome == terms.Open:
		return p.closes
	case p.agreement != nil && p.agreement.Status == terms.InForce:
		return p.agreement.Until
	}
	return 0
}
