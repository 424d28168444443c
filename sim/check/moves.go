package check

import (
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// technical says why a move could not enter the record, "" if it could.
func (w *world) technical(m *terms.Move) terms.Refusal {
	switch {
	case m.Verb == terms.VerbCharter:
		return terms.RefusedNotFounded
	case m.Conference != w.charter.Conference:
		return terms.RefusedConference
	case w.capitals[m.Capital] == nil:
		return terms.RefusedUnknownCapital
	case m.Number != w.numbers[m.Capital]+1:
		return terms.RefusedNumber
	case m.Time < w.now:
		return terms.RefusedTime
	}
	return ""
}

// move carries out a move and says why not, "" if it did.
func (w *world) move(m *terms.Move) terms.Refusal {
	observer := w.capitals[m.Capital].Role == terms.Observer
	switch m.Verb {
	case terms.VerbClock, terms.VerbSay:
		return ""
	case terms.VerbReturn:
		if !w.left[m.Capital] {
			return terms.RefusedNoChange
		}
		delete(w.left, m.Capital)
		return ""
	}
	if w.left[m.Capital] {
		return terms.RefusedNotAllowed
	}
	switch m.Verb {
	case terms.VerbLeave:
		w.left[m.Capital] = true
		for _, p := range w.plans {
			if p.outcome == terms.Open {
				p.dropSaying(m.Capital)
			}
		}
		return ""
	case terms.VerbReport:
		return w.report(m)
	}
	if observer {
		return terms.RefusedNotAllowed
	}
	switch m.Verb {
	case terms.VerbPropose:
		return w.propose(m)
	case terms.VerbPledge:
		return w.pledge(m)
	case terms.VerbUnpledge:
		before := len(w.pledges)
		w.pledges = slices.DeleteFunc(w.pledges, func(g pledge) bool { return g.capital == m.Capital && g.term == m.Term })
		if len(w.pledges) == before {
			return terms.RefusedNoChange
		}
		return ""
	case terms.VerbDenounce, terms.VerbExtend:
		return w.party(m)
	}
	p := w.plan(m.Plan)
	if p == nil {
		return terms.RefusedUnknown
	}
	if p.outcome != terms.Open {
		return terms.RefusedState
	}
	if m.Version != 0 && m.Version != p.version {
		return terms.RefusedVersion
	}
	switch m.Verb {
	case terms.VerbAmend:
		return w.amend(p, m)
	case terms.VerbWithdraw:
		if m.Capital != p.proposer {
			return terms.RefusedNotAllowed
		}
		w.decide(p, terms.Withdrawn, w.vote(p, w.resolve()))
		return ""
	case terms.VerbLift:
		return w.lift(p, m)
	}
	if m.Verb == terms.VerbCall {
		w.close(p, closed)
		return ""
	}
	if !p.isAsked(m.Capital) {
		return terms.RefusedNotAllowed
	}
	switch m.Verb {
	case terms.VerbConsent:
		return w.say(p, saying{m.Capital, terms.Consent, m.If})
	case terms.VerbObject:
		return w.say(p, saying{m.Capital, terms.Object, nil})
	case terms.VerbAbstain:
		return w.say(p, saying{m.Capital, terms.Abstain, nil})
	case terms.VerbVeto:
		return w.cast(p, m)
	}
	return terms.RefusedMalformed
}

func (w *world) propose(m *terms.Move) terms.Refusal {
	procedure := w.procedure(m.Draft.Procedure)
	if procedure == nil || slices.ContainsFunc(m.Draft.Terms, func(s terms.Setting) bool { return w.term(s.Term) == nil }) {
		return terms.RefusedUnknown
	}
	if len(procedure.Proposers) > 0 && !slices.Contains(procedure.Proposers, m.Capital) {
		return terms.RefusedNotAllowed
	}
	p := w.plan(m.Plan)
	if p != nil && (p.outcome == terms.Open || p.outcome == terms.Adopted) {
		return terms.RefusedState
	}
	version := 1
	if p == nil {
		p = &plan{}
		w.plans = append(w.plans, p)
	} else {
		version = p.version + 1
	}
	*p = plan{id: m.Plan, proposer: m.Capital, draft: *m.Draft, version: version, text: m.Draft.Terms, procedure: procedure,
		outcome: terms.Open, earlier: map[string]bool{}}
	w.open(p, 0)
	w.authorConsents(p, m.Capital)
	return ""
}

// authorConsents counts proposing and amending as the consent of an author who is asked in the stage.
func (w *world) authorConsents(p *plan, author string) {
	if p.isAsked(author) {
		p.said = append(p.said, saying{author, terms.Consent, nil})
		p.dropVeto(author)
	}
}

func (w *world) amend(p *plan, m *terms.Move) terms.Refusal {
	if a := p.procedure.Amenders; len(a) > 0 && !slices.Contains(a, m.Capital) {
		return terms.RefusedNotAllowed
	}
	text := map[string]terms.Value{}
	for _, s := range p.text {
		text[s.Term] = s.Value
	}
	changed := map[string]bool{}
	for _, s := range m.Set {
		if w.term(s.Term) == nil {
			return terms.RefusedUnknown
		}
		old, had := text[s.Term]
		if !had || !old.Equal(s.Value) {
			changed[s.Term] = true
		}
		text[s.Term] = s.Value
	}
	for _, t := range m.Drop {
		if w.term(t) == nil {
			return terms.RefusedUnknown
		}
		if _, had := text[t]; !had {
			return terms.RefusedUnknown // there is nothing to drop
		}
		changed[t] = true
		delete(text, t)
	}
	if len(changed) == 0 {
		return terms.RefusedNoChange
	}
	p.version++
	p.text = nil
	for t, v := range text {
		p.text = append(p.text, terms.Setting{Term: t, Value: v})
	}
	slices.SortFunc(p.text, func(a, b terms.Setting) int { return strings.Compare(a.Term, b.Term) })
	p.vetoes = slices.DeleteFunc(p.vetoes, func(v veto) bool {
		return len(v.citing) == 0 || slices.ContainsFunc(v.citing, func(t string) bool { return changed[t] })
	})
	p.earlier = map[string]bool{}
	if p.procedure.OnAmendment == terms.Stay {
		p.said = nil
		p.asked, p.reserved = w.ask(p, p.stage)
	} else {
		w.open(p, 0)
	}
	w.authorConsents(p, m.Capital)
	return ""
}

// say takes a position. Saying it again is no fault.
func (w *world) say(p *plan, s saying) terms.Refusal {
	if s.position != terms.Object {
		p.dropVeto(s.capital) // which an objection does not lift
	}
	p.dropSaying(s.capital)
	p.said = append(p.said, s)
	return ""
}

func (w *world) cast(p *plan, m *terms.Move) terms.Refusal {
	v := w.vote(p, nil)
	v.open = false
	if !v.vetoes(m.Capital) {
		return terms.RefusedNotAllowed
	}
	if slices.ContainsFunc(m.Citing, func(t string) bool { return w.term(t) == nil }) {
		return terms.RefusedUnknown
	}
	citing := slices.Compact(slices.Sorted(slices.Values(m.Citing)))
	p.dropVeto(m.Capital)
	p.dropSaying(m.Capital)
	p.vetoes = append(p.vetoes, veto{m.Capital, citing})
	return ""
}

func (w *world) lift(p *plan, m *terms.Move) terms.Refusal {
	s := p.spoke(m.Capital)
	if p.veto(m.Capital) == nil && (s == nil || s.position != terms.Object) {
		return terms.RefusedNoChange
	}
	p.dropVeto(m.Capital)
	p.dropSaying(m.Capital)
	return ""
}

func (w *world) pledge(m *terms.Move) terms.Refusal {
	if w.term(m.Term) == nil {
		return terms.RefusedUnknown
	}
	g := pledge{m.Capital, m.Term, m.Value, m.If}
	for i := range w.pledges {
		old := &w.pledges[i]
		if old.capital == g.capital && old.term == g.term {
			*old = g
			return ""
		}
	}
	w.pledges = append(w.pledges, g)
	return ""
}

func (w *world) report(m *terms.Move) terms.Refusal {
	p := w.plan(m.Plan)
	if p == nil || w.capitals[m.Against] == nil {
		return terms.RefusedUnknown
	}
	if p.agreement == nil || p.agreement.Status != terms.InForce {
		return terms.RefusedState
	}
	for _, t := range m.Of {
		if !slices.ContainsFunc(p.text, func(s terms.Setting) bool { return s.Term == t }) {
			return terms.RefusedUnknown
		}
	}
	p.agreement.Violations++
	limit := p.draft.CollapsesAfter
	if limit == 0 {
		limit = terms.DefaultCollapsesAfter
	}
	if p.agreement.Violations >= limit {
		w.collapse(p)
	}
	return ""
}

func (w *world) collapse(p *plan) { p.agreement.Status, p.agreement.Until = terms.Collapsed, w.now }

// party carries out what only a party to an agreement can do: denounce it, or ask for it to run longer.
func (w *world) party(m *terms.Move) terms.Refusal {
	p := w.plan(m.Plan)
	if p == nil {
		return terms.RefusedUnknown
	}
	if p.agreement == nil {
		return terms.RefusedState
	}
	if m.Verb == terms.VerbDenounce {
		member := slices.ContainsFunc(p.procedure.Stages, func(s terms.Stage) bool { return slices.Contains(s.Members, m.Capital) })
		if !member && !p.isAsked(m.Capital) {
			return terms.RefusedNotAllowed
		}
		if s := p.agreement.Status; s != terms.InForce && s != terms.Awaiting {
			return terms.RefusedState
		}
		w.collapse(p)
		return ""
	}
	if p.agreement.Status != terms.InForce || p.agreement.Until == 0 {
		return terms.RefusedState
	}
	if !p.isAsked(m.Capital) {
		return terms.RefusedNotAllowed
	}
	longer := m.For
	if longer == 0 {
		longer = length(p)
	}
	p.asks = append(slices.DeleteFunc(p.asks, func(a ask) bool { return a.capital == m.Capital }), ask{m.Capital, longer})
	v := w.vote(p, nil)
	v.silence = false // an agreement has no window in which to be silent
	v.positions = map[string]terms.Position{}
	for _, a := range p.asks {
		if a.longer == longer {
			v.positions[a.capital] = terms.Consent
		}
	}
	if v.verdict() == terms.Won {
		p.agreement.Until = p.agreement.Until.Add(longer)
		p.agreement.Extensions++
		p.asks = nil
	}
	return ""
}
