package terms

import (
	"fmt"
	"slices"
)

// required reports whether all that an adopted plan requires holds.
func (s *State) required(p *plan) bool {
	for i := range p.Draft.Requires {
		if !s.holds(&p.Draft.Requires[i], p) {
			return false
		}
	}
	return true
}

func (s *State) enterIntoForce(p *plan) {
	a := p.Agreement
	a.Status, a.Since = InForce, s.now
	if d := p.length(); d > 0 {
		a.Until = s.now.after(d)
	} else {
		remove(&s.live, p) // nothing more happens to it by itself
	}
	s.touch(p)
	s.emitFor(p, Event{Kind: EventInForce, Until: a.Until})
}

func (s *State) expire(p *plan) {
	p.Agreement.Status = Expired
	s.touch(p)
	remove(&s.live, p)
	s.emitFor(p, Event{Kind: EventExpired})
}

func (s *State) collapse(p *plan, how string, by []string) {
	a := p.Agreement
	a.Status, a.Until = Collapsed, s.now
	s.touch(p)
	remove(&s.live, p)
	s.emitFor(p, Event{Kind: EventCollapsed, Capitals: by, Detail: how})
}

// report records that an agreement was violated.
func (s *State) report(m *Move, ci int) *refusal {
	who := s.charter.Capitals[ci].ID
	p := s.find(m.Plan)
	if p == nil {
		return refuse(RefusedUnknown, "there is no plan %q yet", clip(m.Plan))
	}
	if p.Agreement == nil || p.Agreement.Status != InForce {
		return refuse(RefusedState, "%s is not in force, so it cannot be violated", p.ID)
	}
	if m.Against != "" {
		if _, known := s.index[m.Against]; !known {
			return refuse(RefusedUnknown, "the report is against %q, which is not a capital", clip(m.Against))
		}
		if m.Against == who {
			return refuse(RefusedMalformed, "%s reports a violation of its own", who)
		}
	}
	for _, term := range m.Of {
		if _, set := setting(p.Terms, term); !set {
			return refuse(RefusedUnknown, "%s does not set %q", p.ID, clip(term))
		}
	}
	p.Agreement.Violations++
	limit := p.Draft.CollapsesAfter
	if limit == 0 {
		limit = DefaultCollapsesAfter
	}
	e := Event{Kind: EventViolation, Terms: slices.Clone(m.Of), Detail: fmt.Sprintf("%d of %d", p.Agreement.Violations, limit)}
	if m.Against != "" {
		e.Capitals = []string{m.Against}
	}
	s.touch(p)
	s.emitFor(p, e)
	if p.Agreement.Violations >= limit {
		s.collapse(p, "violations", []string{who})
	}
	return nil
}

// isParty reports whether the capital is a member of a stage of the plan's procedure, or holds a term that it sets.
func (s *State) isParty(p *plan, id string) bool {
	for i := range p.procedure.Stages {
		if slices.Contains(p.procedure.Stages[i].Members, id) {
			return true
		}
	}
	return slices.Contains(s.charter.Reserved(p.Terms), id)
}

// denounce ends an agreement.
func (s *State) denounce(p *plan, ci int) *refusal {
	who := s.charter.Capitals[ci].ID
	if p.Agreement == nil || p.Agreement.Status != InForce && p.Agreement.Status != Awaiting {
		return refuse(RefusedState, "%s is no standing agreement, so it cannot be denounced", p.ID)
	}
	if !s.isParty(p, who) {
		return refuse(RefusedNotAllowed, "%s is no party to %s", who, p.ID)
	}
	s.collapse(p, "denounced", []string{who})
	return nil
}

// extend asks for an agreement to run longer. It does once the rule of the plan's last stage is won among those who ask
// for the same.
func (s *State) extend(p *plan, ci int, by Duration) *refusal {
	who := s.charter.Capitals[ci].ID
	a := p.Agreement
	if a == nil || a.Status != InForce {
		return refuse(RefusedState, "%s is not in force, so it cannot be extended", p.ID)
	}
	if a.Until == 0 {
		return refuse(RefusedState, "%s runs without end", p.ID)
	}
	if p.voter(who) < 0 {
		return refuse(RefusedNotAllowed, "%s is not asked in stage %s of %s", who, p.stageName(), p.ID)
	}
	if by == 0 {
		by = p.length()
	}
	p.Extend = slices.DeleteFunc(p.Extend, func(x asked) bool { return x.Capital == who })
	p.Extend = append(p.Extend, asked{who, by})
	s.touch(p)
	pos := make([]Position, len(p.ballot.voters))
	var agreed []string
	for _, x := range p.Extend {
		if x.For == by {
			pos[p.voter(x.Capital)] = Consent
			agreed = append(agreed, x.Capital)
		}
	}
	if !p.ballot.won(pos, false) {
		return nil
	}
	a.Until = a.Until.after(by)
	a.Extensions++
	p.Extend = nil
	s.emitFor(p, Event{Kind: EventExtended, Capitals: agreed, Until: a.Until})
	return nil
}
