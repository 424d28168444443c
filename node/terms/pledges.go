package terms

import (
	"math"
	"slices"
)

// pledge is a capital's commitment to a term.
type pledge struct {
	Capital string     `json:"capital"`
	Term    string     `json:"term"`
	Value   *Value     `json:"value,omitempty"`
	If      *Condition `json:"if,omitempty"`
	Met     bool       `json:"met,omitempty"`
}

func (p *pledge) counts() bool { return p.If == nil || p.Met }

// pledge makes or replaces the capital's pledge to a term.
func (s *State) pledge(m *Move, ci int) *refusal {
	t := s.charter.Term(m.Term)
	if t == nil {
		return refuse(RefusedUnknown, "there is no term %q to pledge to", clip(m.Term))
	}
	if m.Value != nil {
		if why := s.checkSetting(Setting{Term: m.Term, Value: *m.Value}); why != nil {
			return why
		}
	}
	if m.If != nil {
		if why := s.checkCondition(m.If, 0); why != nil {
			return why
		}
		s.conditional++
	}
	who := s.charter.Capitals[ci].ID
	made := pledge{Capital: who, Term: m.Term, Value: m.Value, If: m.If}
	if i := s.pledgeOf(who, m.Term); i >= 0 {
		if s.pledges[i].If != nil {
			s.conditional--
		}
		s.pledges[i] = made
	} else {
		s.pledges = append(s.pledges, made)
	}
	return nil
}

// unpledge takes a pledge back.
func (s *State) unpledge(m *Move, ci int) *refusal {
	who := s.charter.Capitals[ci].ID
	i := s.pledgeOf(who, m.Term)
	if i < 0 {
		return refuse(RefusedState, "%s has pledged nothing to %q", who, clip(m.Term))
	}
	s.dropPledge(i)
	return nil
}

func (s *State) dropPledge(i int) {
	if s.pledges[i].If != nil {
		s.conditional--
	}
	s.pledges = slices.Delete(s.pledges, i, i+1)
}

func (s *State) pledgeOf(capital, term string) int {
	return slices.IndexFunc(s.pledges, func(p pledge) bool { return p.Capital == capital && p.Term == term })
}

// pledged evaluates a condition on pledges: those that count.
func (s *State) pledged(c *Condition) bool {
	n, total := 0, Number(0)
	for i := range s.pledges {
		p := &s.pledges[i]
		if p.Term != c.Pledged || !p.counts() {
			continue
		}
		n++
		if p.Value != nil && p.Value.Quantity > 0 {
			total += min(p.Value.Quantity, math.MaxInt64-total)
		}
	}
	for _, id := range c.By {
		if i := s.pledgeOf(id, c.Pledged); i < 0 || !s.pledges[i].counts() {
			return false
		}
	}
	return n >= c.ByAtLeast && total >= c.TotalAtLeast
}
