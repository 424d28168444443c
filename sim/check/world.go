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
	closing  map[*plan]closing // the plans whose votes close at this very moment

}

// closing is why a vote closes.
type closing int

const (
	windowEnds closing = iota + 1
	closed             // called, or everyone has spoken
)

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
		closing: map[*plan]closing{}, now: c.Start}
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

// ask works out who is asked in a stage: its members, and those who are heard in it for a reserved term of the text only;
// and whose consent is reserved in it. A holder is heard in the last stage of which it is a member or, if it is a member of
// none or an amended plan keeps its stage, in the last of all.
func (w *world) ask(p *plan, stage int) (asked, reserved []string) {
	stages := p.procedure.Stages
	asked = slices.Clone(stages[stage].Members)
	for i := range w.charter.Capitals {
		c := w.charter.Capitals[i].ID
		if !w.holdsReserved(c, p.text) {
			continue
		}
		heard := len(stages) - 1
		if p.procedure.OnAmendment != terms.Stay {
			for i := range stages {
				if slices.Contains(stages[i].Members, c) {
					heard = i
				}
			}
		}
		if heard != stage {
			continue
		}
		reserved = append(reserved, c)
		if !slices.Contains(asked, c) {
			asked = append(asked, c)
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
	delete(w.closing, p)
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

// vote reads the plan's stage, given which conditional consents hold.
func (w *world) vote(p *plan, held holding) vote {
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
	return vote{capitals: w.capitals, members: stage.Members, asked: p.asked, reserved: p.reserved, rule: stage.Rule,
		positions: positions, open: w.closing[p] == 0, silence: stage.Silence == terms.SilenceConsent, brakes: true}
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
