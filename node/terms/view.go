package terms

import "slices"

// Charter returns what the conference was founded on, nil before that. It must not be changed.
func (s *State) Charter() *Charter { return s.charter }

// Now returns the scenario time that the record has reached.
func (s *State) Now() Instant { return s.now }

// Sequence returns the number of moves in the record.
func (s *State) Sequence() uint64 { return s.sequence }

// LastNumber returns the number of the capital's last move in the record, 0 if there is none.
func (s *State) LastNumber(capital string) uint64 {
	if i, known := s.index[capital]; known {
		return uint64(len(s.capitals[i].results))
	}
	return 0
}

// HasLeft reports whether the capital has left the conference.
func (s *State) HasLeft(capital string) bool {
	i, known := s.index[capital]
	return known && s.capitals[i].left
}

// IsExpelled reports whether the capital has been expelled from the conference.
func (s *State) IsExpelled(capital string) bool {
	i, known := s.index[capital]
	return known && s.capitals[i].expelled
}

// Plan returns how a plan stands; false if it has not been proposed.
func (s *State) Plan(id string) (PlanView, bool) {
	p := s.find(id)
	if p == nil {
		return PlanView{}, false
	}
	return s.view(p), true
}

// Plans returns how all plans stand, in the order in which they were proposed.
func (s *State) Plans() []PlanView {
	views := make([]PlanView, len(s.plans))
	for i, p := range s.plans {
		views[i] = s.view(p)
	}
	return views
}

// Version returns the version at which a plan stands, 0 if it has not been proposed.
func (s *State) Version(plan string) int {
	if p := s.find(plan); p != nil {
		return p.Version
	}
	return 0
}

// TextView is an open plan's text and where it stands: what a capital answers.
type TextView struct {
	ID      string
	Version int
	Stage   string
	Opened  Instant // when that stage opened
	Terms   []Setting
}

// Texts returns the open plans' texts, in the order in which they were proposed. Unlike Plans it does not say why they stand
// as they do, and costs little. What it returns is shared and must not be changed.
func (s *State) Texts() []TextView {
	if len(s.open) == 0 {
		return nil
	}
	views := make([]TextView, len(s.open))
	for i, p := range s.open {
		views[i] = TextView{p.ID, p.Version, p.stageName(), p.Opened, p.Terms}
	}
	return views
}

// Pledges returns all pledges in the order in which they were made.
func (s *State) Pledges() []PledgeView {
	views := make([]PledgeView, len(s.pledges))
	for i := range s.pledges {
		p := &s.pledges[i]
		views[i] = PledgeView{Term: p.Term, Capital: p.Capital, Counts: p.counts()}
		if p.Value != nil {
			v := *p.Value
			views[i].Value = &v
		}
		if p.If != nil {
			views[i].If = p.If.String()
		}
	}
	return views
}

func (s *State) view(p *plan) PlanView {
	v := PlanView{
		ID: p.ID, Title: p.Draft.Title, Version: p.Version, Outcome: p.Outcome, Stage: p.stageName(), Opened: p.Opened,
		DecidedAt: p.DecidedAt, Proposer: p.Proposer, Procedure: p.procedure.Name, Terms: slices.Clone(p.Terms),
	}
	for _, x := range p.Vetoes {
		v.Vetoes = append(v.Vetoes, VetoView{x.Capital, slices.Clone(x.Citing), x.Text, x.Version})
	}
	if p.Agreement != nil {
		a := *p.Agreement
		v.Agreement = &a
	}
	if p.Outcome != Open {
		v.Verdict = Lost.String()
		if p.Outcome == Adopted {
			v.Verdict = Won.String()
		}
		v.Tally, v.Because = *p.Tally, slices.Clone(p.Because)
		return v
	}
	pos := p.positions(nil)
	v.Closes = p.Deadline
	v.Verdict = p.ballot.Tally(pos, p.stage().Silence == SilenceConsent).String()
	v.Tally = p.ballot.tally(pos)
	v.Because = append([]Reason{}, s.whyNot(p, pos, Open)...)
	for i := range p.Answers {
		if a := &p.Answers[i]; a.If != nil && !a.Met {
			v.Conditional = append(v.Conditional, ConditionalView{p.ballot.voters[i].ID, a.If.String()})
		}
	}
	return v
}

// IsAsked reports whether the plan is open and the capital is asked in its present stage.
func (s *State) IsAsked(plan, capital string) bool {
	p := s.find(plan)
	return p != nil && p.Outcome == Open && p.voter(capital) >= 0
}

// MayVeto reports whether the plan is open and the capital holds a veto in its present stage.
func (s *State) MayVeto(plan, capital string) bool {
	p := s.find(plan)
	if p == nil || p.Outcome != Open {
		return false
	}
	v := p.voter(capital)
	return v >= 0 && p.ballot.Vetoes(v)
}

// PositionOf returns the position of the capital that counts in an open plan's present stage, and whether it has taken
// one: a consent whose conditions do not hold is spoken, yet counts as absent.
func (s *State) PositionOf(plan, capital string) (position Position, spoken bool) {
	p := s.find(plan)
	if p == nil || p.Outcome != Open {
		return Absent, false
	}
	v := p.voter(capital)
	if v < 0 {
		return Absent, false
	}
	return p.positions(nil)[v], p.spoken(v)
}
