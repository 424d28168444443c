package terms

import (
	"maps"
	"slices"
)

// Clone returns a copy of the state that goes its own way: moves applied to one leave the other as it is. What never
// changes once it is there (the charter's procedures, ballots, drafts, conditions, texts) is shared. Several goroutines
// may clone a state at a time, as long as none applies moves to it. Called to play many runs from one founded
// conference.
func (s *State) Clone() *State {
	c := *s
	c.events, c.scratch, c.written = nil, nil, nil
	c.index = maps.Clone(s.index)
	c.capitals = slices.Clone(s.capitals)
	for i := range c.capitals {
		c.capitals[i].results = slices.Clone(c.capitals[i].results)
	}
	c.motions = slices.Clone(s.motions)
	for i := range c.motions {
		c.motions[i].By = slices.Clone(c.motions[i].By)
	}
	c.pledges = slices.Clone(s.pledges)
	c.plans = make([]*plan, len(s.plans))
	c.byID = make(map[string]*plan, len(s.plans))
	for i, p := range s.plans {
		c.plans[i] = p.clone()
		c.byID[p.ID] = c.plans[i]
	}
	c.open, c.live = c.sameOf(s.open), c.sameOf(s.live)
	return &c
}

// sameOf returns the state's own plans that have the places of another's.
func (s *State) sameOf(others []*plan) []*plan {
	own := make([]*plan, len(others))
	for i, p := range others {
		own[i] = s.plans[p.order]
	}
	return own
}

func (p *plan) clone() *plan {
	c := *p
	c.Answers, c.Consented, c.Vetoes, c.Extend = slices.Clone(p.Answers), slices.Clone(p.Consented), slices.Clone(p.Vetoes), slices.Clone(p.Extend)
	if p.Agreement != nil {
		a := *p.Agreement
		c.Agreement = &a
	}
	return &c
}
