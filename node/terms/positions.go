package terms

import "slices"

// takePosition carries out consent, object, abstain, veto and lift.
func (s *State) takePosition(p *plan, m *Move, ci int) *refusal {
	who := s.charter.Capitals[ci].ID
	if m.Verb == VerbLift {
		return s.lift(p, who)
	}
	v := p.voter(who)
	if v < 0 {
		return refuse(RefusedNotAllowed, "%s is not asked in stage %s of %s", who, p.stageName(), p.ID)
	}
	switch m.Verb {
	case VerbConsent:
		if m.If != nil {
			if why := s.checkCondition(m.If, 0); why != nil {
				return why
			}
		}
		s.clearVeto(p, who)
		s.answer(p, v, answer{Position: Consent, If: m.If})
	case VerbObject:
		s.answer(p, v, answer{Position: Object})
	case VerbAbstain:
		s.clearVeto(p, who)
		s.answer(p, v, answer{Position: Abstain})
	case VerbVeto:
		return s.castVeto(p, m, v)
	}
	return nil
}

// answer sets what a voter says.
func (s *State) answer(p *plan, v int, a answer) {
	if a.Position == Consent {
		s.clearVeto(p, p.ballot.voters[v].ID)
	}
	if p.Answers[v].If != nil {
		s.conditional--
	}
	if a.If != nil {
		s.conditional++
	}
	p.Answers[v] = a
	s.touch(p)
}

// castVeto records a veto, if the rule gives the capital's objection that force.
func (s *State) castVeto(p *plan, m *Move, v int) *refusal {
	who := p.ballot.voters[v].ID
	if !p.ballot.Vetoes(v) {
		return refuse(RefusedNotAllowed, "%s holds no veto in stage %s of %s: the rule (%s) can be won over its objection", who,
			p.stageName(), p.ID, p.ballot.rule)
	}
	for i, term := range m.Citing {
		if s.charter.Term(term) == nil {
			return refuse(RefusedUnknown, "the veto cites %q, which is not a term", clip(term))
		}
		if slices.Contains(m.Citing[:i], term) {
			return refuse(RefusedMalformed, "the veto cites %s twice", term)
		}
	}
	s.answer(p, v, answer{Position: Object})
	cast := veto{Capital: who, Citing: slices.Clone(m.Citing), Text: m.Text, Version: p.Version}
	if i := p.vetoOf(who); i >= 0 {
		p.Vetoes[i] = cast
	} else {
		p.Vetoes = append(p.Vetoes, cast)
	}
	return nil
}

// lift takes a capital's veto or objection back.
func (s *State) lift(p *plan, who string) *refusal {
	v := p.voter(who)
	objects := v >= 0 && p.Answers[v].Position == Object
	if p.vetoOf(who) < 0 && !objects {
		return refuse(RefusedState, "%s has neither veto nor objection to %s to lift", who, p.ID)
	}
	s.clearVeto(p, who)
	if objects {
		s.answer(p, v, answer{})
	}
	s.touch(p)
	return nil
}

func (s *State) clearVeto(p *plan, who string) {
	i := p.vetoOf(who)
	if i < 0 {
		return
	}
	s.emitFor(p, Event{Kind: EventVetoCleared, Capitals: []string{who}, Terms: p.Vetoes[i].Citing})
	p.Vetoes = slices.Delete(p.Vetoes, i, i+1)
	s.touch(p)
}

// leave takes the capital out of the conference. Its positions go; its vetoes and pledges stand.
func (s *State) leave(ci int) *refusal {
	s.capitals[ci].left = true
	id := s.charter.Capitals[ci].ID
	for _, p := range s.open {
		if v := p.voter(id); v >= 0 {
			s.answer(p, v, answer{})
		}
	}
	return nil
}

// comeBack takes a capital that left into the conference again.
func (s *State) comeBack(ci int) *refusal {
	if !s.capitals[ci].left {
		return refuse(RefusedState, "%s has not left the conference", s.charter.Capitals[ci].ID)
	}
	s.capitals[ci].left = false
	return nil
}
