package terms

import (
	"slices"
	"strings"
)

// propose puts a plan before the conference.
func (s *State) propose(m *Move, ci int) *refusal {
	who := s.charter.Capitals[ci].ID
	if m.Draft == nil || m.Plan == "" {
		return refuse(RefusedMalformed, "propose needs a plan's id and its draft")
	}
	proc := s.charter.Procedure(m.Draft.Procedure)
	if proc == nil {
		return refuse(RefusedUnknown, "there is no procedure %q", clip(m.Draft.Procedure))
	}
	if len(proc.Proposers) > 0 && !slices.Contains(proc.Proposers, who) {
		return refuse(RefusedNotAllowed, "%s may not propose under procedure %s; %s may", who, proc.Name, andList(proc.Proposers))
	}
	p := s.find(m.Plan)
	if p != nil && (p.Outcome == Open || p.Outcome == Adopted) {
		return refuse(RefusedState, "%s has been proposed already and is %s", p.ID, p.Outcome)
	}
	text, why := s.checkText(m.Draft.Terms)
	if why != nil {
		return why
	}
	if why := s.checkDraft(m.Draft, text, proc); why != nil {
		return why
	}
	if p == nil {
		p = &plan{ID: m.Plan, order: len(s.plans)}
		s.plans = append(s.plans, p)
		s.byID[p.ID] = p
	}
	*p = plan{ID: p.ID, order: p.order, Version: p.Version + 1, Proposer: who, Draft: *m.Draft, Terms: text, Outcome: Open, procedure: proc}
	insert(&s.open, p)
	s.openStage(p, 0)
	s.authorConsents(p, who)
	return nil
}

// insert puts a plan into a list that is kept in the order of proposal.
func insert(list *[]*plan, p *plan) {
	i := slices.IndexFunc(*list, func(q *plan) bool { return q.order > p.order })
	if i < 0 {
		i = len(*list)
	}
	*list = slices.Insert(*list, i, p)
}

func remove(list *[]*plan, p *plan) {
	*list = slices.DeleteFunc(*list, func(q *plan) bool { return q == p })
}

// checkText checks the settings of a text and returns them sorted by term, in memory of its own.
func (s *State) checkText(settings []Setting) ([]Setting, *refusal) {
	text := slices.Clone(settings)
	slices.SortStableFunc(text, func(a, b Setting) int { return strings.Compare(a.Term, b.Term) })
	for i, set := range text {
		if i > 0 && text[i-1].Term == set.Term {
			return nil, refuse(RefusedMalformed, "%s is set twice", set.Term)
		}
		if why := s.checkSetting(set); why != nil {
			return nil, why
		}
	}
	return text, nil
}

func (s *State) checkSetting(set Setting) *refusal {
	t := s.charter.Term(set.Term)
	if t == nil {
		return refuse(RefusedUnknown, "there is no term %q", clip(set.Term))
	}
	if wrong := t.Allows(set.Value); wrong != "" {
		return refuse(RefusedMalformed, "%s", wrong)
	}
	for i, id := range set.Value.Set {
		if i > 0 && set.Value.Set[i-1] >= id {
			return refuse(RefusedMalformed, "%s: the capitals of a set are sorted, each named once", t.ID)
		}
		if _, known := s.index[id]; !known {
			return refuse(RefusedUnknown, "%s: there is no capital %q", t.ID, clip(id))
		}
	}
	return nil
}

// checkDraft checks what a draft says besides its terms, and that every stage can decide on the text.
func (s *State) checkDraft(d *Draft, text []Setting, proc *Procedure) *refusal {
	if d.Lasts < 0 || d.Lasts > maxDuration || d.CollapsesAfter < 0 {
		return refuse(RefusedMalformed, "a draft's length and its number of violations cannot be negative")
	}
	if d.LastsTerm != "" {
		if t := s.charter.Term(d.LastsTerm); t == nil || t.Kind != KindDuration {
			return refuse(RefusedMalformed, "%q, which says how long the agreement lasts, is not a duration", clip(d.LastsTerm))
		}
	}
	for i := range d.Requires {
		if why := s.checkCondition(&d.Requires[i], 0); why != nil {
			return why
		}
	}
	return s.checkStages(text, proc)
}

func (s *State) checkStages(text []Setting, proc *Procedure) *refusal {
	for i := range proc.Stages {
		if _, err := s.ballot(proc, i, text); err != nil {
			return refuse(RefusedState, "stage %s: %v", proc.Stages[i].Name, err)
		}
	}
	return nil
}

// amend makes a new version of an open plan's text.
func (s *State) amend(p *plan, m *Move, ci int) *refusal {
	who := s.charter.Capitals[ci].ID
	if len(p.procedure.Amenders) > 0 && !slices.Contains(p.procedure.Amenders, who) {
		return refuse(RefusedNotAllowed, "%s may not amend under procedure %s; %s may", who, p.procedure.Name, andList(p.procedure.Amenders))
	}
	text := slices.Clone(p.Terms)
	var touched []string
	for _, id := range m.Drop {
		i := slices.IndexFunc(text, func(x Setting) bool { return x.Term == id })
		if i < 0 {
			return refuse(RefusedUnknown, "%s does not set %q, so it cannot be dropped", p.ID, clip(id))
		}
		text = slices.Delete(text, i, i+1)
		touched = append(touched, id)
	}
	for _, set := range m.Set {
		if slices.Contains(touched, set.Term) {
			return refuse(RefusedMalformed, "the amendment says twice what becomes of %s", clip(set.Term))
		}
		touched = append(touched, set.Term)
		if i := slices.IndexFunc(text, func(x Setting) bool { return x.Term == set.Term }); i >= 0 {
			text[i] = set
		} else {
			text = append(text, set)
		}
	}
	text, why := s.checkText(text)
	if why != nil {
		return why
	}
	if slices.EqualFunc(text, p.Terms, func(a, b Setting) bool { return a.Term == b.Term && a.Value.Equal(b.Value) }) {
		return refuse(RefusedNoChange, "the amendment leaves %s as it is", p.ID)
	}
	if why := s.checkStages(text, p.procedure); why != nil {
		return why
	}
	old := p.Terms
	s.forget(p)
	p.Terms, p.Version, p.Consented = text, p.Version+1, nil
	s.emitFor(p, Event{Kind: EventVersion, Capitals: []string{who}, Terms: touched})
	s.keepVetoes(p, old)
	if p.procedure.OnAmendment == Stay {
		s.resetStage(p)
	} else {
		s.openStage(p, 0)
	}
	s.authorConsents(p, who)
	return nil
}

// keepVetoes keeps the vetoes all of whose cited terms the amendment left as they were.
func (s *State) keepVetoes(p *plan, old []Setting) {
	unchanged := func(term string) bool {
		was, before := setting(old, term)
		is, now := setting(p.Terms, term)
		return before == now && was.Equal(is)
	}
	kept := p.Vetoes[:0]
	for _, v := range p.Vetoes {
		stands := len(v.Citing) > 0
		for _, term := range v.Citing {
			stands = stands && unchanged(term)
		}
		e := Event{Kind: EventVetoCleared, Capitals: []string{v.Capital}, Terms: v.Citing}
		if stands {
			kept = append(kept, v)
			e.Kind = EventVetoKept
		}
		s.emitFor(p, e)
	}
	p.Vetoes = kept
}

// withdraw takes a plan off the table.
func (s *State) withdraw(p *plan, ci int) *refusal {
	who := s.charter.Capitals[ci].ID
	if who != p.Proposer {
		return refuse(RefusedNotAllowed, "only %s, which proposed %s, may withdraw it", p.Proposer, p.ID)
	}
	s.decide(p, Withdrawn, p.positions(nil), []Reason{{
		Kind: ReasonWithdrawn, Capitals: []string{who}, Terms: []string{},
		Text: s.charter.Name(who) + " withdrew the plan.",
	}})
	return nil
}
